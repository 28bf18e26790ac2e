"""Rungs of successive halving: what each hands out, and who is promoted."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from search.history import Candidate, History, Trial, TrialState
from search.message import Message, Refusal
from search.method import GUIDED, USUAL, Fidelity, Problem, Proposal
from search.options import OptionError, option

EPOCHS, FRACTION = "epochs", "train_fraction"


def fidelity_option() -> Any:
    """The option of a method that says what trials on its lower rungs get less of."""
    return option(
        USUAL,
        title="Saved on",
        help="What trials on the lower rungs get less of. With fewer epochs, one that is promoted goes "
        "on where it stopped; with less of the training data, it is trained anew.",
        choices=(
            (USUAL, "What is usual for the data"),
            (EPOCHS, "Epochs"),
            (FRACTION, "Training data"),
        ),
    )


@dataclass(frozen=True)
class RungOptions:
    """What methods with rungs let one choose: what is saved on, and by how much."""

    fidelity: str = fidelity_option()
    eta: int = option(
        3,
        title="Reduction factor",
        help="Of each rung, one in this many goes on; each survivor trains this many times longer.",
        minimum=2,
        maximum=10,
    )
    min_epochs: int = option(
        1,
        title="Shortest training",
        help="Epochs on the lowest rung, at least. Where data is saved, parts of it.",
        minimum=1,
        maximum=1000,
    )
    max_epochs: int = option(
        27,
        title="Longest training",
        help="Epochs of the trials that reach the top rung. Where data is saved, the number of equal "
        "parts that it is cut into: the top rung gets all of them.",
        minimum=1,
        maximum=10_000,
    )

    def __post_init__(self) -> None:
        if self.max_epochs < self.min_epochs:
            short = Message("Must not be less than the shortest training.")
            raise OptionError({"max_epochs": short})


REFUSALS = {
    EPOCHS: "These trainings have no epochs to save on. Save on the training data instead.",
    FRACTION: "These trainings need all of the training data. Save on epochs instead.",
}


def refuses(problem: Problem, options: Any) -> Message | None:
    """Why a problem cannot be searched by rungs of the fidelity that was chosen, or None."""
    known = problem.fidelity(options.fidelity) is not None
    return None if known else Refusal(REFUSALS[options.fidelity], option="fidelity")


@dataclass(frozen=True)
class Rung:
    """A level of a bracket: how many trials reach it, and what each has been given when it ends.

    `resource` counts epochs, or whatever the fidelity counts; of a share it is a part of what the top
    rung has, which gets all.
    """

    size: int
    resource: int


@dataclass(frozen=True)
class Bracket:
    """Rungs from the bottom up, and the fidelity that they hand out."""

    number: int
    rungs: Sequence[Rung]
    fidelity: Fidelity

    def amount(self, level: int) -> float:
        """What a trial on a rung is given, in the fidelity's own unit and within its bounds."""
        resource, top = self.rungs[level].resource, self.rungs[-1].resource
        wanted = resource / top if self.fidelity.is_share else resource
        return min(max(wanted, self.fidelity.minimum), self.fidelity.maximum)


def bracket_of(problem: Problem, options: Any, number: int, rungs: Sequence[Rung]) -> Bracket:
    """The rungs for a problem, which `refuses` has nothing against."""
    fidelity = problem.fidelity(options.fidelity)
    assert fidelity is not None
    return Bracket(number, rungs, fidelity)


@dataclass(frozen=True)
class Start:
    """A candidate to begin with, and from how many trials it was learnt; 0 for a random one."""

    candidate: Candidate
    learnt_from: int = 0


Draw = Callable[[], Start]


def next_in_bracket(bracket: Bracket, history: History, draw: Draw) -> Proposal | None:
    """A new trial at the bottom, else a promotion once a rung has ended; None if neither can be.

    The best of a rung go on from their checkpoints, or start anew where the fidelity does not resume;
    equal losses in order of number.
    """
    members = [t for t in history if t.memo.get("bracket") == bracket.number]
    started = [t for t in members if t.memo["rung"] == 0]
    if len(started) < bracket.rungs[0].size:
        return begun(bracket, draw())
    for level in range(1, len(bracket.rungs)):
        below = [t for t in members if t.memo["rung"] == level - 1]
        if not all(t.state.is_final for t in below):
            return None
        chosen = History(tuple(below)).ranked()[: bracket.rungs[level].size]
        promoted = {promoted_from(t) for t in members if t.memo["rung"] == level}
        for rank, trial in enumerate(chosen, start=1):
            if trial.number not in promoted:
                return promotion(bracket, level, trial, rank, len(below))
    return None


def resumable_in(bracket: Bracket, history: History) -> set[int]:
    """The trials of a bracket that may yet be promoted, and then go on from their checkpoints.

    Of a rung that has ended these are the chosen that did not go on yet; of all others, and of one on
    which a trial was stopped, which a person may have tried again, everybody.
    """
    if not bracket.fidelity.resumes:
        return set()
    members = [t for t in history if t.memo.get("bracket") == bracket.number]
    found, expected = set[int](), bracket.rungs[0].size
    for level, rung in enumerate(bracket.rungs[1:]):
        here = [t for t in members if t.memo["rung"] == level]
        has_ended = all(t.state.is_final and t.state is not TrialState.STOPPED for t in here)
        if len(here) < expected or not has_ended:
            top = len(bracket.rungs) - 1
            return found | {t.number for t in members if level <= t.memo["rung"] < top}
        chosen = {trial.number for trial in History(tuple(here)).ranked()[: rung.size]}
        found |= chosen - {promoted_from(t) for t in members if t.memo["rung"] == level + 1}
        expected = len(chosen)
    return found


def begun(bracket: Bracket, start: Start, level: int = 0) -> Proposal:
    """A trial that begins on a rung, usually the lowest."""
    if not start.learnt_from:
        return _proposal(start.candidate, bracket, level, _why(bracket, level, "begins"))
    why = _why(bracket, level, "learnt", seen=start.learnt_from)
    return _proposal(start.candidate, bracket, level, why, {GUIDED: True})


def promotion(bracket: Bracket, level: int, trial: Trial, rank: int, of: int) -> Proposal:
    """A trial of the rung below, which was number `rank` of so many there, on the rung `level`."""
    why = _why(bracket, level, "promotes", parent=trial.number, rank=rank, of=of)
    proposal = _proposal(trial.candidate, bracket, level, why, {"from": trial.number, GUIDED: True})
    return replace(proposal, parent=trial.number if bracket.fidelity.resumes else None)


def promoted_from(trial: Trial) -> int | None:
    """The trial of the rung below that a trial came from; runs of old tell it by the parent alone."""
    origin: int | None = trial.memo.get("from", trial.parent)
    return origin


SENTENCES = {
    "epochs": {
        "begins": "Bracket %(bracket)s: new configuration, %(amount)s epochs first",
        "learnt": "Bracket %(bracket)s: chosen by what %(seen)s trials have shown, %(amount)s epochs first",
        "promotes": "Bracket %(bracket)s: trial %(parent)s was number %(rank)s of %(of)s, "
        "so it goes on to %(amount)s epochs",
    },
    "share": {
        "begins": "Bracket %(bracket)s: new configuration, on %(amount)s %% of the training data first",
        "learnt": "Bracket %(bracket)s: chosen by what %(seen)s trials have shown, "
        "on %(amount)s %% of the training data first",
        "promotes": "Bracket %(bracket)s: trial %(parent)s was number %(rank)s of %(of)s, "
        "so it is trained anew on %(amount)s %% of the training data",
    },
    "other": {
        "begins": "Bracket %(bracket)s: new configuration, %(amount)s %(fidelity)s first",
        "learnt": "Bracket %(bracket)s: chosen by what %(seen)s trials have shown, "
        "%(amount)s %(fidelity)s first",
        "promotes": "Bracket %(bracket)s: trial %(parent)s was number %(rank)s of %(of)s, "
        "so it gets %(amount)s %(fidelity)s",
    },
}


def _why(bracket: Bracket, level: int, what: str, **values: int) -> Message:
    fidelity, amount = bracket.fidelity, bracket.amount(level)
    told: dict[str, Any] = {"bracket": bracket.number + 1, **values, "amount": amount}
    if fidelity.is_share:
        return Message(SENTENCES["share"][what], {**told, "amount": f"{100 * amount:.3g}"})
    if fidelity.name == EPOCHS and fidelity.resumes:
        return Message(SENTENCES["epochs"][what], told)
    told["fidelity"] = fidelity.name.replace("_", " ")
    return Message(SENTENCES["other"][what], told)


def _proposal(
    candidate: Candidate,
    bracket: Bracket,
    level: int,
    why: Message,
    memo: Mapping[str, Any] | None = None,
) -> Proposal:
    return Proposal(
        candidate,
        fidelity={bracket.fidelity.name: bracket.amount(level)},
        why=why,
        memo={"bracket": bracket.number, "rung": level, **(memo or {})},
    )


def work_of(problem: Problem, bracket: Bracket) -> list[float]:
    """What each trial of a bracket has to train, in epochs on all training data.

    One that goes on trains what its parent has not; one that starts anew, all that its rung gives.
    Where not all models are trained in epochs, a whole training counts as one.
    """
    by_epochs = bracket.fidelity.is_share and problem.fidelity(EPOCHS) is not None
    usual = problem.space.default().get(EPOCHS, 1) if by_epochs else 1
    work: list[float] = []
    behind = 0.0
    for level, rung in enumerate(bracket.rungs):
        amount = bracket.amount(level)
        work += [float((amount - behind) * usual)] * rung.size
        behind = amount if bracket.fidelity.resumes else 0.0
    return work
