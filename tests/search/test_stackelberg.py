"""Hyper-gradients, and a network whose weight decay is led."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import torch

from search.history import Candidate
from search.loop import Plan, run
from search.method import Context
from search.methods import METHODS
from search.oneshot.stackelberg import Options, refuses
from search.training import stackelberg
from search.training.hypergradient import hyper_gradient
from search.training.stackelberg import search
from tests.search.conftest import a_config
from tests.search.test_hyperband import assert_same_training

OPTIONS = Options(epochs=3, warm_up=1)
WANTED = torch.tensor([1.0, -2.0])


def follower(weight_decay: float) -> tuple[torch.Tensor, torch.Tensor]:
    """Weights that have followed a quadratic loss to its minimum, and the leader's logarithm."""
    hyper = torch.tensor(math.log(weight_decay), requires_grad=True)
    weights = (WANTED / (1 + weight_decay)).requires_grad_()
    return weights, hyper


def losses(weights: torch.Tensor, hyper: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    trained = ((weights - WANTED) ** 2).sum() / 2 + hyper.exp() * (weights**2).sum() / 2
    return trained, ((weights - 0.5 * WANTED) ** 2).sum() / 2


def slope(terms: int, weight_decay: float = 0.5, step: float = 0.3) -> float:
    weights, hyper = follower(weight_decay)
    trained, judged = losses(weights, hyper)
    return hyper_gradient(trained, judged, [weights], [hyper], terms=terms, step=step)[0].item()


def exact(weight_decay: float = 0.5) -> float:
    """The validation loss where the follower ends, differentiated by the logarithm."""
    hyper = torch.tensor(math.log(weight_decay), requires_grad=True)
    weights = WANTED / (1 + hyper.exp())
    judged = ((weights - 0.5 * WANTED) ** 2).sum() / 2
    return torch.autograd.grad(judged, hyper)[0].item()


def test_with_many_terms_the_hyper_gradient_is_that_of_the_follower_s_answer():
    assert slope(60) == pytest.approx(exact(), rel=1e-4)


def test_each_term_brings_it_nearer():
    errors = [abs(slope(terms) - exact()) for terms in (0, 1, 3, 10)]
    assert errors == sorted(errors, reverse=True)


def test_a_series_that_would_grow_is_cut_off():
    assert slope(100, step=5.0) == slope(1, step=5.0)
    assert math.isfinite(slope(100, step=5.0))


def test_without_the_follower_s_answer_a_pure_regulariser_would_not_move():
    """Nash's game, in which each takes the other as given: nothing pulls the leader."""
    weights, hyper = follower(0.5)
    _, judged = losses(weights, hyper)
    (direct,) = torch.autograd.grad(judged, [hyper], allow_unused=True)
    assert direct is None


def played(problem, folder, resume=None, epochs=3, config=None, parts=1):
    folder.mkdir(exist_ok=True)
    fidelity = {"epochs": epochs}
    context = Context(seed=1, workdir=folder, resume=resume, fidelity=fidelity, parts=parts)
    return list(search(problem, Candidate(config or a_config()), context, OPTIONS))


def test_the_weight_decay_moves_once_the_leader_does(problem, tmp_path):
    told = [report.values["led_weight_decay"] for report in played(problem, tmp_path)]
    assert told[0] == pytest.approx(a_config()["weight_decay"])
    assert told[1] != pytest.approx(told[0], rel=1e-3)


def test_in_pieces_the_weights_take_the_same_steps_with_smaller_batches(
    problem, tmp_path, monkeypatch
):
    sizes = []
    build = stackelberg.build

    def watched(*given):
        network = build(*given)
        network.register_forward_pre_hook(
            lambda module, seen: sizes.append(len(seen[0])) if module.training else None
        )
        return network

    monkeypatch.setattr(stackelberg, "build", watched)
    config = a_config(batch_size=32, optimiser="sgd", dropout=0.0)
    whole = played(problem, tmp_path / "whole", epochs=2, config=config)
    assert max(sizes) == 32
    sizes.clear()
    pieces = played(problem, tmp_path / "pieces", epochs=2, config=config, parts=2)
    assert max(sizes) == 16
    assert pieces[0].values["led_loss"] == pytest.approx(whole[0].values["led_loss"], rel=0.05)
    assert pieces[1].values["led_weight_decay"] != pieces[0].values["led_weight_decay"]


def test_a_decay_that_strangles_the_network_is_led_down(problem, tmp_path):
    told = played(problem, tmp_path, config=a_config(weight_decay=0.01, optimiser="sgd"))
    assert told[-1].values["led_weight_decay"] < 0.01


def test_a_game_goes_on_as_if_it_had_not_been_interrupted(problem, tmp_path):
    whole = played(problem, tmp_path / "whole")
    first = played(problem, tmp_path / "parts", epochs=2)
    rest = played(problem, tmp_path / "parts", resume=first[-1].checkpoint)
    assert rest[-1].values == whole[-1].values
    assert_same_training(whole[-1].checkpoint, rest[-1].checkpoint)


def test_what_the_game_found_is_trained_from_scratch_beside_a_random_one(problem, tmp_path):
    method = METHODS["stackelberg"]
    options = replace(OPTIONS, epochs=2, random_controls=1)
    history = run(Plan(method, options, 2, 3), problem, tmp_path)
    game, found, control, confirmed = history.trials
    assert found.candidate.config["weight_decay"] == game.values["led_weight_decay"]
    assert control.candidate.config["weight_decay"] != found.candidate.config["weight_decay"]
    assert confirmed.values["test_accuracy"] > 0.3
    assert history.incumbent() is not game


def test_what_is_no_network_for_images_is_refused(problem):
    assert refuses(problem, OPTIONS) is None
    assert refuses(replace(problem, kind="tables"), OPTIONS)
