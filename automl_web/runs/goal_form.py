"""What matters in a run: what is searched for, what it is weighed against, and what must be kept."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from django import forms
from django.utils.formats import number_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from search.history import Candidate
from search.method import DRAWS, Problem
from search.metrics import METRICS

UNITS = {
    "val_accuracy": (_("Least accuracy, in %"), 0.01),
    "val_balanced_accuracy": (_("Least balanced accuracy, in %"), 0.01),
    "val_loss": (_("Largest loss"), 1),
    "val_perplexity": (_("Largest perplexity"), 1),
    "val_rmse": (_("Largest error (RMSE)"), 1),
    "val_mae": (_("Largest error (mean)"), 1),
    "val_r2": (_("Least R²"), 1),
    "params": (_("Most parameters"), 1),
    "macs": (_("Most MACs, in millions"), 1e6),
    "size_bytes": (_("Largest size, in kB"), 1000),
    "latency_ms": (_("Longest latency, in ms"), 1),
    "netscore": (_("Least NetScore"), 1),
}
"""What a limit is called, and how much of the metric's own unit one of it is."""


SIGNED = ("netscore", "val_r2")
"""Metrics whose limit may be anything; that of any other is more than nothing."""


class GoalForm(forms.Form):
    """Objectives and limits among `metrics`; the limits are optional, in the units that people use."""

    prefix = "goal"
    use_required_attribute = False

    objective = forms.ChoiceField(
        label=_("What matters"),
        required=False,
        help_text=_("The search finds the best of this."),
    )
    against = forms.ChoiceField(
        label=_("Weighed against"),
        required=False,
        help_text=_("The second axis of the Pareto front. You can look at any other pair, too."),
    )

    def __init__(self, metrics: Sequence[str], data: Any = None) -> None:
        super().__init__(data)
        self.metrics = metrics
        for name, usual in zip(("objective", "against"), metrics, strict=False):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [(metric, gettext(METRICS[metric].title)) for metric in metrics]
            field.initial = usual
        for name in metrics:
            self.fields[f"limit-{name}"] = forms.FloatField(
                label=UNITS[name][0],
                required=False,
                widget=forms.NumberInput(attrs={"step": "any"}),
            )

    def clean(self) -> dict[str, Any]:
        for name in self.metrics:
            bound = self.cleaned_data.get(f"limit-{name}")
            if bound is not None and bound <= 0 and name not in SIGNED:
                self.add_error(f"limit-{name}", gettext("Must be more than 0."))
            if bound is not None and bound > 100 and name.endswith("accuracy"):
                self.add_error(f"limit-{name}", gettext("Must be at most 100."))
        return self.cleaned_data

    @property
    def limit_fields(self) -> list[forms.BoundField]:
        return [self[f"limit-{name}"] for name in self.metrics]

    @property
    def objectives(self) -> list[str]:
        given, usual = self.cleaned_data, self.metrics
        chosen = [given["objective"] or usual[0], given["against"] or usual[1]]
        return list(dict.fromkeys(chosen))

    @property
    def limits(self) -> dict[str, float]:
        """Bounds in the metrics' own units."""
        given = {name: self.cleaned_data.get(f"limit-{name}") for name in self.metrics}
        return {n: bound * UNITS[n][1] for n, bound in given.items() if bound is not None}

    def judge(self, problem: Problem) -> None:
        """Add an error beside each limit that not even the smallest possible design keeps."""
        if problem.count is None:
            return
        least = dict(problem.count(smallest(problem)))
        if "macs" in problem.broken(least):
            least["macs"] = min(least["macs"], _fewest_macs(problem))
        for name in problem.broken(least):
            shown = {
                "limit": figure(name, self.limits[name]),
                "least": figure(name, least[name]),
            }
            text = gettext(
                "No design in this space keeps to %(limit)s; the smallest has %(least)s. Raise the "
                "limit, or choose a smaller space."
            )
            self.add_error(f"limit-{name}", text % shown)


def smallest(problem: Problem) -> Candidate:
    """The candidate with the fewest parameters that the space allows, one hyper-parameter after another.

    Twice, because with how few one gets along may depend on those behind it.
    """
    config: Mapping[str, Any] = problem.space.default()
    if problem.architectures is not None:
        return Candidate(config, problem.architectures.smallest())
    count = problem.count
    assert count is not None
    searched = list(problem.space.configuration_space.items())
    for name, hyperparameter in searched + searched:
        tried = [Candidate({**config, name: value}) for value in _values(hyperparameter)]
        config = min(tried, key=lambda candidate: count(candidate)["params"]).config
    return Candidate(config)


def _fewest_macs(problem: Problem) -> float:
    """The fewest MACs among some draws: the network with the fewest parameters may need more."""
    assert problem.count is not None
    rng = np.random.default_rng(0)
    free = dataclasses.replace(problem, limits=())
    return min(problem.count(free.sample(rng))["macs"] for _ in range(DRAWS))


def _values(hyperparameter: Any) -> tuple[Any, ...]:
    """All values, or the two ends of a range."""
    for name in ("choices", "sequence"):
        if hasattr(hyperparameter, name):
            return tuple(getattr(hyperparameter, name))
    if hasattr(hyperparameter, "value"):
        return (hyperparameter.value,)
    return (hyperparameter.lower, hyperparameter.upper)


def figure(name: str, value: float) -> str:
    """A bound or a count with its unit: 50,000 parameters, 1.2 million MACs."""
    texts = {
        "params": gettext("%(n)s parameters"),
        "macs": gettext("%(n)s million MACs"),
        "size_bytes": gettext("%(n)s kB"),
    }
    scaled = value / UNITS[name][1]
    digits = 0 if name == "params" else 2
    return texts[name] % {"n": number_format(scaled, digits, force_grouping=True)}


def kept_to(limits: Mapping[str, float]) -> list[tuple[str, str]]:
    """The limits of a run as a page shows them: what each is called, and its bound in people's units."""
    return [
        (str(UNITS[name][0]), number_format(round(bound / UNITS[name][1], 6), force_grouping=True))
        for name, bound in limits.items()
    ]
