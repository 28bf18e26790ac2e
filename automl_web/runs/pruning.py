"""Deleting the checkpoints that nothing will go on from, so that long searches do not fill the disk."""

from __future__ import annotations

from automl_web.runs.history import history_of, plan_of, problem_of
from automl_web.runs.models import Run
from search.checkpoints import clear
from search.history import FOREIGN, History, Stage, TrialState
from search.loop import Plan
from search.method import Problem

BEST = 5
"""So many of the best keep theirs, whatever becomes of them."""

AGAIN = (TrialState.STOPPED, TrialState.FAILED, TrialState.CANCELLED)
"""Trials that a person may let wait again, to go on from where they were."""

ENDED = tuple(state.value for state in TrialState if state.is_final)

FOR_GOOD = (Run.State.COMPLETED, Run.State.CANCELLED)
"""States of a run in which its search has ended for good; one that failed may be gone on with."""


def prune_over(run_id: int) -> None:
    """Prune a run that is over; its open trials keep what they have until they end."""
    run = Run.objects.select_related("dataset").filter(pk=run_id, state__in=Run.OVER).first()
    if run is not None:
        plan, problem = plan_of(run), problem_of(run)
        prune(run, plan, problem, history_of(run, problem))


def prune(run: Run, plan: Plan, problem: Problem, history: History) -> None:
    """Delete the checkpoints of trials that `history` shows to be needed no more.

    What is not needed now never is: so a history may be older than what stands. The files go first, so
    that a crash leaves rows that are looked at again.
    """
    is_over = run.state in FOR_GOOD
    if not is_over and plan.method.resumable is None:
        return
    needed = numbers_needed(plan, problem, history, is_over=is_over)
    needless = [t.number for t in history if t.state.is_final and t.number not in needed]
    held = run.trials.exclude(checkpoint="").filter(state__in=ENDED)
    kept = set(held.values_list("number", flat=True))
    for number in kept.intersection(needless):
        trial = held.get(number=number)
        for folder in trial.folder.glob("*/"):
            clear(folder)
        held.filter(pk=trial.pk, fence=trial.fence).update(checkpoint="")


def numbers_needed(plan: Plan, problem: Problem, history: History, *, is_over: bool) -> set[int]:
    """The trials whose checkpoints serve yet: to go on with, to take home, or to keep for people."""
    open_ = [t for t in history if not t.state.is_final or (t.state in AGAIN and not is_over)]
    searched = history.at_stage(Stage.SEARCH, Stage.EVALUATE).ranked()
    furthest = sorted(searched, key=lambda t: (-t.resource, t.loss, t.number))
    kept = [*open_, *searched[:BEST], *furthest[:BEST]]
    kept += [t for t in history if t.stage is Stage.CONFIRM or t.memo.keys() & FOREIGN]
    numbers = {t.number for t in kept} | {t.parent for t in open_ if t.parent is not None}
    if not is_over and plan.method.resumable is not None:
        numbers.update(plan.method.resumable(problem, history, plan.options))
    return numbers
