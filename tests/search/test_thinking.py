"""How some methods think: the slices of trees and splines, the strategies of players, and what is led."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from ConfigSpace import Categorical, ConfigurationSpace, EqualsCondition, Float, Integer

from search.history import Candidate, History, Report, Stage, Trial, TrialState
from search.insight import Leader, Slices, Strategies
from search.method import GUIDED, Objective, Problem
from search.methods import METHODS
from search.space import Space


def _problem() -> Problem:
    space = ConfigurationSpace()
    space.add([Float("rate", (0.0, 1.0)), Integer("layers", (1, 4)), Categorical("kind", "ab")])
    space.add([Float("child", (0.0, 1.0))])
    space.add([EqualsCondition(space["child"], space["kind"], "a")])
    return Problem("made up", Space(space), "nowhere:never", (Objective("loss"),))


PROBLEM = _problem()


def history(count: int) -> History:
    """Losses that are lowest in the middle of the rate, and lower with b."""
    trials = []
    for number in range(1, count + 1):
        config = PROBLEM.space.sample(np.random.default_rng(number))
        loss = (config["rate"] - 0.5) ** 2 + 0.5 * (config["kind"] == "a") + 3
        trial = Trial(number, Candidate(config), state=TrialState.COMPLETE, losses=(loss,))
        trials.append(replace(trial, ended=number, memo={"round": 0}))
    return History(tuple(trials))


def thought(method, past, **options):
    found = METHODS[method]
    return found.insight(PROBLEM, past, found.options(**options))


@pytest.mark.parametrize("method", ["random_forest", "rbf"])
def test_the_model_knows_about_the_loss_where_it_has_seen_it(method):
    told: Slices = thought(method, history(60))
    cut = next(each for each in told.slices if each.name == "rate")
    assert abs(cut.values[int(np.argmin(cut.means))] - 0.5) < 0.2
    assert np.min(cut.means) == pytest.approx(3, abs=0.1)
    assert max(cut.merits) == 1
    assert told.through == history(60).ranked()[0].number


def test_trees_disagree_within_a_band_and_a_spline_has_none():
    forest, spline = (thought(method, history(60)) for method in ("random_forest", "rbf"))
    assert all(
        low <= mean <= high
        for cut in forest.slices
        for low, mean, high in zip(cut.lows, cut.means, cut.highs, strict=True)
    )
    assert any(low < high for c in forest.slices for low, high in zip(c.lows, c.highs, strict=True))
    assert all(cut.lows == cut.highs == cut.means for cut in spline.slices)


def test_a_spline_that_began_anew_does_not_look_back():
    past = history(60)
    anew = [replace(trial, memo={"round": 7}) for trial in past]
    assert thought("rbf", History(tuple(anew))).slices == ()


@pytest.mark.parametrize("method", ["random_forest", "rbf"])
def test_before_the_first_model_there_are_no_slices(method):
    assert thought(method, history(3)).slices == ()


def test_a_player_prefers_what_has_paid_and_knows_its_part_of_the_best_play():
    told: Strategies = thought("fictitious_play", history(80), levels=5)
    players = {player.name: player for player in told.players}
    kind, rate = players["kind"], players["rate"]
    assert kind.shares[kind.values.index("b")] > 0.9
    assert int(np.argmax(rate.payoffs)) == int(np.argmax(rate.shares)) == 2
    assert all(sum(player.shares) == pytest.approx(1) for player in told.players)
    best = history(80).ranked()[0]
    assert (told.plays, told.best) == (80, best.number)
    assert kind.values[kind.best] == best.candidate.config["kind"]
    assert players["child"].best is None


def test_until_the_players_learn_they_answer_with_anything():
    told: Strategies = thought("fictitious_play", history(4))
    assert told.plays == 0
    for player in told.players:
        assert player.shares == pytest.approx([1 / len(player.values)] * len(player.values))


def test_a_game_tells_where_the_weight_decay_was_led_and_who_judged_it():
    values = [{"led_weight_decay": 10.0**-step, "led_loss": 1 / step} for step in (1, 2, 3)]
    reports = tuple(Report(step, told) for step, told in enumerate(values, start=1))
    game = Trial(1, Candidate({"weight_decay": 0.1}), state=TrialState.COMPLETE, reports=reports)
    judges = [
        Trial(
            number,
            Candidate({"weight_decay": decay}),
            Stage.EVALUATE,
            TrialState.COMPLETE,
            memo=memo,
            losses=(0.5,),
        )
        for number, decay, memo in ((2, 1e-3, {GUIDED: True}), (3, 0.2, {}))
    ]
    told: Leader = thought("stackelberg", History((game, *judges)))
    assert [(lead.step, lead.value) for lead in told.leads] == [(1, 0.1), (2, 0.01), (3, 0.001)]
    assert (told.trial, told.led) == (1, 2)
    assert [seen.values for seen in told.judged] == [[1e-3], [0.2]]
    assert thought("stackelberg", History()).leads == ()
