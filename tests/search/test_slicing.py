"""Slices through a model: where its points stand, and what of the space they leave out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from ConfigSpace import Categorical, ConfigurationSpace, EqualsCondition, Float, Integer

from search.history import Candidate, History, Trial, TrialState
from search.insight import Slice, Slices
from search.method import Objective, Problem
from search.space import Space
from search.strategies.gaussian_process import Options, insight


def picture() -> Slices:
    """What the model believes of a loss that grows with the layers, after seven random trials."""
    space = ConfigurationSpace(seed=3)
    rate, layers = Float("rate", (1e-4, 1e-1), log=True), Integer("layers", (2, 5))
    kind, momentum = Categorical("kind", ("adam", "sgd")), Float("momentum", (0.0, 1.0))
    space.add([rate, layers, kind, momentum, EqualsCondition(momentum, kind, "sgd")])
    of = Problem("line", Space(space), "nowhere:never", (Objective("val_loss"),))
    trials = []
    for number, drawn in enumerate(map(dict, space.sample_configuration(7)), start=1):
        values = {"val_loss": float(drawn["layers"] + (drawn["kind"] == "sgd"))}
        trial = Trial(number, Candidate(drawn), state=TrialState.COMPLETE, values=values)
        trials.append(replace(trial, losses=of.losses(values), ended=number))
    return insight(of, History(tuple(trials)), Options(start_up=4))


def named(told: Slices, name: str) -> Slice:
    (found,) = (cut for cut in told.slices if cut.name == name)
    return found


def test_each_whole_number_and_each_choice_stands_on_its_slice_once():
    told = picture()
    assert named(told, "layers").values == [2, 3, 4, 5]
    assert named(told, "kind").values == ["adam", "sgd"]
    for cut in told.slices:
        assert max(cut.merits) == 1
        assert len({len(cut.values), len(cut.means), len(cut.highs), len(cut.merits)}) == 1


def test_numbers_are_spaced_as_the_space_spaces_them():
    values = named(picture(), "rate").values
    np.testing.assert_allclose(np.diff(np.log(values)), np.log(1e3) / 40)


def test_what_is_inactive_in_the_best_trial_has_no_slice_and_none_where_a_trial_lacks_it():
    told = picture()
    names = [cut.name for cut in told.slices]
    best = next(trial for trial in told.seen if trial.number == told.through)
    assert best.values[names.index("kind")] == "adam"
    assert "momentum" not in names
    assert all(len(trial.values) == len(names) for trial in told.seen)
