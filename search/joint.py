"""Hyper-parameters and architectures in one space, for methods that search only hyper-parameters.

Zela et al., "Towards automated deep learning: efficient joint neural architecture and hyperparameter
search", 2018: what is decided about the network is a hyper-parameter like any other.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache, partial, update_wrapper
from typing import Any

import numpy as np

from search.decisions import Architectures, Decision
from search.draws import REDRAWS, is_tried
from search.history import Candidate, History, Trial
from search.message import Message
from search.method import CONFIG, GENOTYPE, Method, Problem, Proposal
from search.space import Space

AS_CHOSEN = "as_chosen"
"""In the memo of a trial: the choices by which its method made it, where others make the same design."""


def of_both_halves(method: Method) -> Method:
    """The method, able to search architectures, too: it is shown their decisions as hyper-parameters.

    One that searches them already, or that trains networks itself, stays as it is. Where there is no
    architecture to search, nothing changes.
    """
    if method.searches != (CONFIG,) or method.search is not None:
        return method
    hooks: dict[str, Callable[..., Any]] = {
        "insight": _insight,
        "incumbent": _incumbent,
        "resumable": _resumable,
        "plan": _plan,
    }
    wrapped: dict[str, Any] = {
        name: partial(hook, method) for name, hook in hooks.items() if getattr(method, name)
    }
    wrapped["propose"] = update_wrapper(partial(_propose, method), method.propose)
    wrapped["refuses"] = partial(_refuses, method)
    return replace(method, searches=(CONFIG, GENOTYPE), by_decisions=True, **wrapped)


@dataclass(frozen=True)
class View:
    """A problem with architectures as one of hyper-parameters: its `space` holds the decisions, too."""

    problem: Problem
    architectures: Architectures

    @cached_property
    def names(self) -> tuple[str, ...]:
        """What each decision is called among the hyper-parameters."""
        taken = set(self.problem.space.names)
        decisions = self.architectures.decisions
        return tuple(f"architecture_{d.name}" if d.name in taken else d.name for d in decisions)

    @property
    def titles(self) -> dict[str, Message]:
        """What a person reads in place of the names of the decisions."""
        named = zip(self.names, self.architectures.decisions, strict=True)
        plain = {name: name.replace("_", " ").capitalize() for name in self.names}
        return {name: decision.title or Message(plain[name]) for name, decision in named}

    @cached_property
    def space(self) -> Space:
        """The hyper-parameters of the training, and a choice for each decision that leaves one."""
        training = json.dumps(self.problem.space.to_json())
        named = zip(self.names, self.architectures.decisions, strict=True)
        free = ((name, _labels(d), d.ordered) for name, d in named if len(d.choices) > 1)
        return _space(training, tuple(free))

    @cached_property
    def shown(self) -> Problem:
        """The problem that a method of hyper-parameters sees."""
        count = self.problem.count

        def counted(candidate: Candidate) -> Mapping[str, float]:
            assert count is not None
            return count(self.candidate(candidate))

        return replace(
            self.problem,
            space=self.space,
            architectures=None,
            count=counted if count else None,
        )

    def candidate(self, shown: Candidate) -> Candidate:
        """The two halves of what the method sees as one."""
        places = self.places(shown.config)
        own = {n: v for n, v in shown.config.items() if n not in set(self.names)}
        return Candidate(own, self.architectures.decode(places))

    def places(self, config: Mapping[str, Any]) -> tuple[int, ...]:
        """The place of the choice of each decision; the first where there is only one."""
        named = zip(self.names, self.architectures.decisions, strict=True)
        return tuple(_labels(d).index(config[n]) if n in config else 0 for n, d in named)

    def one(self, candidate: Candidate, places: Sequence[int] | None = None) -> Candidate:
        """Both halves as one config, by the choices at `places` or those that make the genotype.

        Raises ValueError if the genotype is none of the set, or none at all.
        """
        if places is None:
            places = self._made_by(candidate.genotype)
        chosen = {
            name: _labels(decision)[place]
            for name, decision, place in zip(
                self.names, self.architectures.decisions, places, strict=True
            )
            if len(decision.choices) > 1
        }
        return Candidate({**candidate.config, **chosen})

    def _made_by(self, genotype: str | None) -> Sequence[int]:
        if genotype is None:
            raise ValueError("There is no architecture.")
        try:
            return self.architectures.encode(genotype)
        except (KeyError, IndexError, TypeError) as error:
            raise ValueError("The architecture is of another kind.") from error

    def history(self, history: History) -> History:
        """The trials as the method sees them; of earlier runs those whose designs are of this set.

        A trial of this run whose design is not, such as a supernet's, has its training only.
        """
        trials = tuple(self._trial(trial) or _bare(trial) for trial in history.trials)
        return History(trials, tuple(self._earlier(run) for run in history.earlier))

    def _trial(self, trial: Trial) -> Trial | None:
        try:
            return replace(trial, candidate=self.one(trial.candidate, trial.memo.get(AS_CHOSEN)))
        except ValueError:
            return None

    def _earlier(self, run: History) -> History:
        return History(tuple(filter(None, map(self._trial, run.trials))))


def _bare(trial: Trial) -> Trial:
    return replace(trial, candidate=Candidate(trial.candidate.config))


def view_of(problem: Problem) -> View | None:
    """The problem with its decisions among its hyper-parameters; None if it has none."""
    architectures = problem.architectures
    if architectures is None or not architectures.decisions:
        return None
    return View(problem, architectures)


@lru_cache(maxsize=64)
def _space(training: str, decisions: tuple[tuple[str, tuple[str, ...], bool], ...]) -> Space:
    document = json.loads(training)
    document["hyperparameters"] += [_declared(*decision) for decision in decisions]
    return Space.from_json(document)


def _declared(name: str, labels: tuple[str, ...], ordered: bool) -> dict[str, Any]:
    kind, listed = ("ordinal", "sequence") if ordered else ("categorical", "choices")
    return {"type": kind, "name": name, listed: list(labels), "default_value": labels[0]}


def _labels(decision: Decision) -> tuple[str, ...]:
    return tuple(_label(choice) for choice in decision.choices)


def _label(choice: Any) -> str:
    return ", ".join(map(str, choice)) if isinstance(choice, tuple) else str(choice)


def _propose(
    method: Method, problem: Problem, history: History, rng: np.random.Generator, options: Any
) -> Proposal | None:
    """What the method proposes, in two halves.

    It takes other choices that make the same design for another candidate, so it is asked again then.
    """
    view = view_of(problem)
    if view is None:
        return method.propose(problem, history, rng, options)
    seen = view.history(history)
    for _ in range(REDRAWS):
        proposal = method.propose(view.shown, seen, rng, options)
        if proposal is None:
            return None
        candidate = view.candidate(proposal.candidate)
        if is_tried(proposal.candidate, seen) or not is_tried(candidate, history):
            break
    assert proposal is not None
    assert candidate.genotype is not None
    memo, places = proposal.memo, view.places(proposal.candidate.config)
    if places != tuple(view.architectures.encode(candidate.genotype)):
        memo = {**memo, AS_CHOSEN: list(places)}
    return replace(proposal, candidate=candidate, memo=memo)


def _insight(method: Method, problem: Problem, history: History, options: Any) -> Any:
    assert method.insight is not None
    view = view_of(problem)
    if view is None:
        return method.insight(problem, history, options)
    return method.insight(view.shown, view.history(history), options)


def _incumbent(method: Method, problem: Problem, history: History, options: Any) -> Trial | None:
    """The trial that the method expects to be the best, as it stands in `history`."""
    assert method.incumbent is not None
    view = view_of(problem)
    if view is None:
        return method.incumbent(problem, history, options)
    best = method.incumbent(view.shown, view.history(history), options)
    return best and next(trial for trial in history if trial.number == best.number)


def _resumable(method: Method, problem: Problem, history: History, options: Any) -> Any:
    assert method.resumable is not None
    view = view_of(problem)
    if view is None:
        return method.resumable(problem, history, options)
    return method.resumable(view.shown, view.history(history), options)


def _plan(method: Method, problem: Problem, options: Any) -> Sequence[float]:
    assert method.plan is not None
    view = view_of(problem)
    return method.plan(problem if view is None else view.shown, options)


def _refuses(method: Method, problem: Problem, options: Any) -> Message | None:
    if problem.architectures is not None and not problem.architectures.decisions:
        return Message(
            "The designs of this set grow without end, and the method needs a list of decisions to "
            "choose by. Choose another method, such as random search, or another space."
        )
    if method.refuses is None:
        return None
    view = view_of(problem)
    return method.refuses(problem if view is None else view.shown, options)
