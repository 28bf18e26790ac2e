"""Policies: exact gradients, what an update does, and that a policy is a function of the history alone."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from search.decisions import Decision
from search.policies.controller import EARLIER, JOINED, NOW, SCORE, Controller
from search.policies.descent import Adam, adam
from search.policies.layout import steps_of
from search.policies.learning import (
    LSTM,
    PPO,
    REINFORCE,
    SOFTMAX,
    Learnt,
    Recipe,
    Sample,
    clipped_weights,
    update,
)
from search.policies.rebuilt import _remembered, learnt, policy_of
from search.policies.softmax import SoftmaxPolicy

LAYERS = 3


def layered():
    """Two choices a layer, then an anchor point."""
    for layer in range(1, LAYERS + 1):
        yield Decision(f"layer{layer}_side", (1, 3, 5))
        yield Decision(f"layer{layer}_filters", (8, 16))
        if layer == 1:
            yield Decision("layer1_reads_0", (True,), joins=(0, 1))
        for earlier in range(1, layer):
            name = f"layer{layer}_reads_{earlier}"
            yield Decision(name, (False, True), joins=(earlier, layer))


SKIPS = tuple(layered())
EDGES = tuple(Decision(f"edge_{i}", ("zero", "id", "conv3")) for i in range(4))
CONTROLLER = Controller(SKIPS, hidden=5, layers=2, scale=0.6)


def designs(policy, parameters, count, seed=1):
    rng = np.random.default_rng(seed)
    return [policy.sample(parameters, rng, len(policy.decisions)) for _ in range(count)]


def places_of(draws):
    return np.array([draw.places for draw in draws])


def test_decisions_alike_share_a_softmax_and_a_layer_has_one_anchor_point():
    steps = steps_of(SKIPS)
    assert [step.head for step in steps[:2]] == [step.head for step in steps[3:5]]
    assert [step.decisions for step in steps if step.layer] == [(2,), (5,), (8, 9)]


def test_the_probabilities_of_a_pass_are_those_that_were_drawn_by():
    parameters = CONTROLLER.initial(np.random.default_rng(0))
    draws = designs(CONTROLLER, parameters, 6)
    log_shares, _ = CONTROLLER.forward(parameters, places_of(draws))
    for row, draw in enumerate(draws):
        again = [shares[row, place] for shares, place in zip(log_shares, draw.places, strict=True)]
        assert np.allclose(again, draw.log_probs)


def test_the_gradient_through_time_is_that_of_small_differences():
    rng = np.random.default_rng(2)
    parameters = CONTROLLER.initial(rng)
    places = places_of(designs(CONTROLLER, parameters, 4))
    weights = [rng.normal(size=(4, len(d.choices))) for d in SKIPS]

    def figure(values):
        log_shares, _ = CONTROLLER.forward(values, places)
        return sum((a * b).sum() for a, b in zip(log_shares, weights, strict=True))

    log_shares, trace = CONTROLLER.forward(parameters, places)
    pulls = [
        w - np.exp(s) * w.sum(axis=1, keepdims=True)
        for s, w in zip(log_shares, weights, strict=True)
    ]
    gradient = CONTROLLER.backward(parameters, trace, pulls)
    for name, value in parameters.items():
        for at in rng.integers(value.size, size=3):
            moved = {**parameters, name: value.copy()}
            moved[name].flat[at] += 1e-5
            above = figure(moved)
            moved[name].flat[at] -= 2e-5
            assert (above - figure(moved)) / 2e-5 == pytest.approx(
                gradient[name].flat[at], abs=1e-6
            )


def in_torch(parameters, places):
    """The same controller written once more with torch, to log-probabilities (n,) of whole designs."""
    count, hidden = len(places), 5
    h = [torch.zeros(count, hidden, dtype=torch.double) for _ in range(2)]
    c, anchors, total = list(h), {}, 0
    given = parameters["start"].expand(count, hidden)
    for step in steps_of(SKIPS):
        for layer in range(2):
            z = torch.cat([given, h[layer]], 1) @ parameters[f"lstm {layer}"]
            i, f, g, o = (z + parameters[f"lstm bias {layer}"]).chunk(4, 1)
            c[layer] = f.sigmoid() * c[layer] + i.sigmoid() * g.tanh()
            given = h[layer] = o.sigmoid() * c[layer].tanh()
        chosen = places[:, list(step.decisions)]
        if step.head:
            logits = given @ parameters[f"head {step.head}"] + parameters[f"bias {step.head}"]
            total = total + logits.log_softmax(1).gather(1, chosen)[:, 0]
            given = parameters[f"embedding {step.head}"][chosen[:, 0]]
            continue
        anchors[step.layer] = given
        rows = [SKIPS[place].joins[0] for place in step.decisions]
        for column, earlier in enumerate(rows):
            if earlier:
                bent = (anchors[earlier] @ parameters[EARLIER] + given @ parameters[NOW]).tanh()
                share = (bent @ parameters[SCORE]).sigmoid()
                total = total + torch.where(chosen[:, column] == 1, share, 1 - share).log()
        on = chosen.double() / chosen.sum(1, keepdim=True).clamp(min=1)
        given = on @ parameters[JOINED][rows]
    return total


def test_an_update_climbs_along_the_gradient_that_torch_finds():
    numbers = CONTROLLER.initial(np.random.default_rng(3))
    draws = designs(CONTROLLER, numbers, 6)
    rewards = [0.1, 0.9, 0.4, 0.6, 0.2, 0.5]
    pairs = zip(draws, rewards, strict=True)
    batch = [Sample(0, d.places, d.log_probs, r) for d, r in pairs]
    recipe = Recipe(LSTM, REINFORCE, 6, 1e-3, hidden=5, scale=0.6)
    begun = Learnt(numbers, baseline=0.3)
    stepped = update(CONTROLLER, recipe, begun, batch).parameters

    tensors = {n: torch.tensor(v, requires_grad=True) for n, v in numbers.items()}
    log_probs = in_torch(tensors, torch.tensor(places_of(draws)))
    (log_probs * (torch.tensor(rewards) - 0.3)).mean().backward()
    gradient = {n: t.grad.numpy() for n, t in tensors.items()}
    expected, _ = adam(numbers, gradient, Adam(), 1e-3)
    moved = [name for name in numbers if np.abs(gradient[name]).max() > 1e-9]
    assert len(moved) > 10
    for name in moved:
        sure = np.abs(gradient[name]) > 1e-7
        assert np.allclose(stepped[name][sure], expected[name][sure], atol=1e-6)


def test_adam_is_torchs():
    value, optimised = np.array([1.0, -2.0]), torch.tensor([1.0, -2.0], dtype=torch.double)
    optimised.requires_grad = True
    optimiser, moments = torch.optim.Adam([optimised], lr=0.1, maximize=True), Adam()
    for _ in range(5):
        optimised.grad = torch.tensor(3 - value)
        stepped, moments = adam({"x": value}, {"x": 3 - value}, moments, 0.1)
        value = stepped["x"]
        optimiser.step()
        assert np.allclose(value, optimised.detach())


def test_anchor_points_join_what_the_paper_says():
    parameters = dict(CONTROLLER.initial(np.random.default_rng(4)))
    parameters[SCORE] = np.zeros(5)
    log_shares, _ = CONTROLLER.forward(parameters, places_of(designs(CONTROLLER, parameters, 2)))
    assert np.allclose(np.exp(log_shares[5]), 0.5)
    assert np.allclose(np.exp(log_shares[2]), 1)


def test_shallower_designs_are_as_likely_as_the_beginning_of_deeper_ones():
    parameters = CONTROLLER.initial(np.random.default_rng(5))
    whole = places_of(designs(CONTROLLER, parameters, 3))
    some, _ = CONTROLLER.forward(parameters, whole[:, :6])
    every, _ = CONTROLLER.forward(parameters, whole)
    assert all(np.allclose(a, b) for a, b in zip(some, every, strict=False))


@pytest.mark.parametrize("rule", [REINFORCE, PPO])
@pytest.mark.parametrize("policy", [LSTM, SOFTMAX])
def test_what_pays_becomes_likelier(policy, rule):
    recipe = Recipe(policy, rule, 8, 0.5 if policy == SOFTMAX else 0.02, passes=2)
    chosen, rng = policy_of(recipe, EDGES), np.random.default_rng(6)
    state = Learnt(chosen.initial(rng))
    for _ in range(25):
        draws = [chosen.sample(state.parameters, rng, 4) for _ in range(8)]
        batch = [Sample(0, d.places, d.log_probs, d.places.count(2) / 4) for d in draws]
        state = update(chosen, recipe, state, batch)
    shares = chosen.forward(state.parameters, np.full((1, 4), 2))[0]
    assert np.mean([np.exp(row[0, 2]) for row in shares]) > 0.6


@settings(max_examples=50, deadline=None)
@given(st.floats(-2, 2), st.floats(-1, 1), st.floats(0.05, 0.5))
def test_ppo_pulls_as_its_figure_falls(log_ratio, advantage, clip):
    def figure(x):
        ratio = np.exp(x)
        return min(ratio * advantage, float(np.clip(ratio, 1 - clip, 1 + clip)) * advantage)

    if min(abs(np.exp(log_ratio) - edge) for edge in (1 - clip, 1 + clip)) < 1e-3:
        return  # the figure has a corner here
    slope = (figure(log_ratio + 1e-6) - figure(log_ratio - 1e-6)) / 2e-6
    pulled = clipped_weights(np.array([log_ratio]), np.array([advantage]), clip)[0]
    assert pulled == pytest.approx(slope, abs=1e-6)


def state_after(rewards, decay=0.5, baseline=None):
    policy = SoftmaxPolicy(EDGES[:1])
    recipe = Recipe(SOFTMAX, REINFORCE, len(rewards), 1.0, decay=decay)
    begun = Learnt(policy.initial(np.random.default_rng(0)), baseline=baseline)
    batch = [Sample(i, (i % 3,), (-1.0,), r) for i, r in enumerate(rewards)]
    return update(policy, recipe, begun, batch)


def test_no_reward_is_part_of_what_it_is_compared_with():
    assert np.allclose(state_after([7.0]).parameters["0"], 0)  # nothing to compare with
    learnt_more = state_after([3.0], baseline=1.0)
    assert learnt_more.parameters["0"] == pytest.approx(2 * np.array([2, -1, -1]) / 3)
    assert learnt_more.baseline == 2.0
    others = state_after([1.0, 3.0]).parameters["0"]
    assert others == pytest.approx((-2 * np.array([2, -1, -1]) + 2 * np.array([-1, 2, -1])) / 6)


def test_a_failed_training_pays_as_little_as_the_worst():
    assert [paid.reward for paid in state_after([0.4, None, 0.9]).payoffs] == [0.4, 0.4, 0.9]
    assert [paid.reward for paid in state_after([None, None]).payoffs] == [0, 0]


def test_a_policy_is_the_same_whether_it_was_remembered_or_is_made_again():
    recipe = Recipe(LSTM, PPO, 3, 0.01, hidden=6, layers=1, passes=2, entropy=0.01)
    policy, samples = policy_of(recipe, SKIPS), []
    for number in range(12):
        state = learnt(recipe, SKIPS, 7, samples)
        draw = policy.sample(state.parameters, np.random.default_rng(number), len(SKIPS))
        samples.append(Sample(number, draw.places, draw.log_probs, number % 5 / 5))
    remembered = learnt(recipe, SKIPS, 7, samples)
    _remembered.cache_clear()
    again = learnt(recipe, SKIPS, 7, samples)
    assert remembered.updates == again.updates == 4
    for name, value in remembered.parameters.items():
        assert np.array_equal(value, again.parameters[name])
    assert learnt(recipe, SKIPS, 7, samples[:5]).updates == 1
