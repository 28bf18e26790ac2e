"""What happens next in a run, one trial's work, and whole runs for scripts, benchmarks and tests."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

import numpy as np

from search.checkpoints import prune
from search.history import ASKED_BY, GIVEN, Candidate, History, Report, Stage, Trial, TrialState
from search.message import Message
from search.method import Context, Evaluate, Method, Problem, Proposal, Search
from search.retraining import reserved, retraining, winner

EXPECTED = (
    "Expected by the method to be the best on all data (trial %(number)s): trained anew on training "
    "and validation data, then scored once on test data"
)

ENLARGED = (
    "The design of the best trial (%(number)s) at its final size: trained on training and validation "
    "data, then scored once on test data"
)


@dataclass(frozen=True)
class Plan:
    """What was decided when the run was made: method, options, seed and the limit of search trials.

    The candidates `first`, such as the best of earlier runs, are tried before the method proposes any.
    """

    method: Method
    options: Any
    seed: int
    max_trials: int
    first: tuple[Candidate, ...] = ()


def next_proposal(plan: Plan, problem: Problem, history: History) -> Proposal | None:
    """The next trial, or None: wait while trials run, else the run is over.

    The same history gives the same proposal: the generator is seeded with the run's seed and the
    number of trials. When the search ends, the best candidate is proposed once more, to confirm it;
    before, some of the best are retrained, if the options say so.
    """
    rng = np.random.default_rng([plan.seed, len(history)])
    searched = history.at_stage(Stage.SEARCH, Stage.EVALUATE)
    again = reserved(plan.method.options, plan.options, plan.max_trials)
    if len(searched) < plan.max_trials - again:
        given = sum(GIVEN in trial.memo for trial in searched)
        if given < len(plan.first):
            return _given(plan, problem, given)
        proposal = plan.method.propose(problem, searched, rng, plan.options)
        if proposal is not None:
            return proposal
    if searched.at_stage(Stage.SEARCH).running():
        return None
    if again and (proposal := retraining(searched, again)):
        return proposal
    if searched.running():
        return None
    return _confirmation(plan, problem, searched, history.at_stage(Stage.CONFIRM))


def _confirmation(
    plan: Plan, problem: Problem, searched: History, confirmed: History
) -> Proposal | None:
    """The best once more, for as long as it was trained but on all data: less was for the search only."""
    best = winner(searched) or searched.incumbent()
    if best is None or len(confirmed):
        return None
    sentence = (
        "Best of the search (trial %(number)s): trained anew on training and validation data, "
        "then scored once on test data"
    )
    if plan.method.incumbent is not None:
        expected = plan.method.incumbent(problem, searched, plan.options)
        if expected is not None:
            best, sentence = expected, EXPECTED
    why = Message(sentence, {"number": best.number})
    lasting = {fidelity.name for fidelity in problem.fidelities if fidelity.resumes}
    kept = {name: value for name, value in best.fidelity.items() if name in lasting}
    candidate = best.candidate
    if plan.method.final is not None:
        candidate = plan.method.final(problem, candidate, plan.options)
        if candidate != best.candidate:
            why = Message(ENLARGED, {"number": best.number})
    return Proposal(candidate, fidelity=kept, stage=Stage.CONFIRM, why=why)


def expected_trials(plan: Plan, problem: Problem) -> int:
    """About how many trials the run will have, the confirming one included."""
    wanted = len(plan.method.plan(problem, plan.options)) if plan.method.plan else plan.max_trials
    return min(len(plan.first) + wanted, plan.max_trials) + 1


def _given(plan: Plan, problem: Problem, place: int) -> Proposal:
    """The next of the candidates that the run begins with."""
    why = Message(
        "Number %(place)s of the %(count)s best of earlier trials",
        {"place": place + 1, "count": len(plan.first)},
    )
    own = own_proposal(plan, problem, plan.first[place], "")
    return replace(own, why=why, memo={GIVEN: place})


def own_proposal(plan: Plan, problem: Problem, candidate: Candidate, person: str) -> Proposal:
    """A trial that a person asks for; of one that shares weights, trained from scratch."""
    return Proposal(
        candidate,
        fidelity=furthest(plan, problem),
        stage=Stage.EVALUATE if plan.method.search else Stage.SEARCH,
        why=Message("Asked for by %(person)s", {"person": person}),
        memo={ASKED_BY: person},
    )


def furthest(plan: Plan, problem: Problem) -> dict[str, float]:
    """The fidelity of the method's longest trainings, so that another trial can be compared with them."""
    needed = next(iter(plan.method.needs), None)
    named = getattr(plan.options, "fidelity", needed)
    fidelity = None if named is None else problem.fidelity(named)
    if fidelity is None:
        return {}
    most = None if fidelity.is_share else getattr(plan.options, "max_epochs", None)
    return {fidelity.name: min(most or fidelity.maximum, fidelity.maximum)}


def trial_of(proposal: Proposal, number: int, view: int = 0) -> Trial:
    """The waiting trial that a proposal becomes."""
    return Trial(
        number=number,
        candidate=proposal.candidate,
        stage=proposal.stage,
        fidelity=proposal.fidelity,
        parent=proposal.parent,
        view=view,
        why=proposal.why,
        memo=proposal.memo,
    )


def work(
    method: Method, options: Any, problem: Problem, trial: Trial, context: Context
) -> Iterator[Report]:
    """Train one trial, or run the method's own search: yield the reports as they come."""
    if method.search is not None and trial.stage is Stage.SEARCH:
        search: Search = _resolved(method.search)
        yield from search(problem, trial.candidate, context, options)
    else:
        evaluate: Evaluate = _resolved(problem.evaluate)
        yield from evaluate(problem, trial.candidate, context)


def _resolved(function: Any) -> Any:
    """The function itself, or the one that a dotted name stands for."""
    return resolve_name(function) if isinstance(function, str) else function


def trial_seed(run_seed: int, number: int) -> int:
    """The seed that a trial's training starts from; a promoted trial goes on from its checkpoint's."""
    return int(np.random.SeedSequence([run_seed, number]).generate_state(1)[0])


def run(plan: Plan, problem: Problem, workdir: Path, earlier: tuple[History, ...] = ()) -> History:
    """Run a search to its end in this process, one trial after the other; an error ends it."""
    history = History(earlier=earlier)
    while (proposal := next_proposal(plan, problem, history)) is not None:
        trial = trial_of(proposal, number=len(history) + 1)
        reports = _train(plan, problem, trial, history, workdir)
        history = History((*history.trials, _ended(problem, trial, reports)), history.earlier)
    return history


def _train(
    plan: Plan, problem: Problem, trial: Trial, history: History, workdir: Path
) -> tuple[Report, ...]:
    parent = history.trials[trial.parent - 1] if trial.parent else None
    folder = workdir / str(trial.number)
    folder.mkdir(parents=True, exist_ok=True)
    context = Context(
        seed=trial_seed(plan.seed, trial.number),
        workdir=folder,
        stage=trial.stage,
        fidelity=trial.fidelity,
        resume=parent.reports[-1].checkpoint if parent and parent.reports else None,
    )
    reports = []
    for report in work(plan.method, plan.options, problem, trial, context):
        reports.append(report)
        if report.checkpoint:
            prune(report.checkpoint)
    return tuple(reports)


def _ended(problem: Problem, trial: Trial, reports: tuple[Report, ...]) -> Trial:
    last = reports[-1] if reports else Report(step=0)
    values = {**last.costs, **last.values}
    return replace(
        trial,
        state=TrialState.COMPLETE,
        reports=reports,
        values=values,
        losses=problem.losses(values),
        ended=trial.number,
        derived=last.genotype,
    )
