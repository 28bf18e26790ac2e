"""Multi-task Bayesian optimisation. Swersky, Snoek & Adams, "Multi-task Bayesian optimization",
NIPS 2013."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from search.history import History, Trial
from search.insight import Slices
from search.message import Message, Refusal
from search.method import CONFIG, GUIDED, Method, Problem, Proposal
from search.options import option
from search.rungs import FRACTION
from search.surrogates.encoding import Array
from search.surrogates.information import Environment, Information
from search.surrogates.observations import Warp, losses_of
from search.surrogates.shares import by_chance, is_asked, is_modelled, most_telling, told
from search.surrogates.slicing import slices_through
from search.training.fidelity import FOLD, FOLDS

TARGET, PART = 0, 1
"""Tasks: everything, then a part of the data or each fold; each earlier run is one more."""

APART = 0.5
"""How far a fold is from the mean of all, in deviations, before anything was seen: they correlate by 0.9."""

MOST_EARLIER = 200
"""Of an earlier run, so many trials are looked at: the latest."""


@dataclass(frozen=True)
class Options:
    """Options of multi-task Bayesian optimisation."""

    fidelity: str = option(
        FRACTION,
        title="Quicker tasks",
        help="What a quick trial has less of. A single fold tells something of the mean of all folds, "
        "which a cross-validation is after: each fold is a task.",
        choices=((FRACTION, "A part of the training data"), (FOLDS, "Single folds")),
    )
    start_up: int = option(
        5,
        title="Trials at random first",
        help="On the quicker tasks; until so many have ended, nothing is modelled.",
        minimum=2,
        maximum=1000,
    )
    part: float = option(
        0.25,
        title="Part of the data",
        help="The share of the training data that the quicker task has. Without effect on folds.",
        minimum=0.01,
        maximum=0.9,
    )


def refuses(problem: Problem, options: Options) -> Message | None:
    """Why there are no folds to take for tasks, if they are wanted."""
    if problem.fidelity(options.fidelity) is not None:
        return None
    text = (
        "These trainings are not judged by a cross-validation with a fixed number of folds. Fix the "
        "folds of the search space to 2 or more, or take a part of the training data."
    )
    return Refusal(text, option="fidelity")


def tasks(problem: Problem, options: Options) -> Sequence[Mapping[str, float]]:
    """What a trial of each task of this run is given: the target's is first."""
    fidelity = problem.fidelity(options.fidelity)
    if fidelity is None or fidelity.is_share:
        return ({FRACTION: 1.0}, {FRACTION: options.part})
    count = int(fidelity.maximum)
    return ({FOLDS: count}, *({FOLDS: 1, FOLD: number} for number in range(1, count + 1)))


def propose(
    problem: Problem, history: History, rng: np.random.Generator, options: Options
) -> Proposal:
    """Ask of one task what tells most, for its time, about the best of the target (section 3.3)."""
    known = tasks(problem, options)
    if not is_modelled(history, options.start_up):
        quick = known[1 + len(history) % (len(known) - 1)]
        return by_chance(problem, history, rng, quick, options.start_up)
    belief = believed(problem, history, options)
    due = _due(history, belief, known)
    return due or most_telling(problem, history, rng, belief, lambda task: known[int(task)])


def _due(
    history: History, belief: Information, known: Sequence[Mapping[str, float]]
) -> Proposal | None:
    """The expected best on all folds, once as many folds as these were judged since the last such trial.

    A fold always tells more for its time, but what is taken home should have been judged by all.
    """
    whole, folds = known[TARGET], len(known) - 1
    since = [trial.fidelity == whole for trial in reversed(history.trials)]
    best = belief.incumbent(among=len(history.finished()))
    is_soon = len(since) < folds or any(since[:folds])
    if folds == 1 or is_soon or is_asked(history, best.candidate, whole):
        return None
    why = told(whole, "telling", best=best.number)
    return Proposal(best.candidate, fidelity=whole, why=why, memo={GUIDED: True})


def environment(known: Sequence[Mapping[str, float]], earlier: int = 0) -> Environment:
    """Each task is a feature of its own; two correlate as their trials do, never negatively.

    A fold is the target and something of its own, for their mean is what the target is. Trials can be
    made of the tasks of this run. The target comes first, so that what the others know of it is the
    first column of the mixing.
    """
    here = len(known)
    work = np.array([next(iter(fidelity.values())) for fidelity in known])
    shares = np.concatenate([work / work[TARGET], np.ones(earlier)])

    def of_loss(settings: Array) -> Array:
        chosen = of_cost(settings)
        if here > 2:
            folds = (settings > TARGET) & (settings < here)
            chosen[folds] *= APART
            chosen[folds, TARGET] = 1
        return chosen

    def of_cost(settings: Array) -> Array:
        chosen: Array = np.eye(here + earlier)[settings.astype(int)]
        return chosen

    def share(settings: Array) -> Array:
        of_each: Array = shares[settings.astype(int)]
        return of_each

    choices = np.arange(here, dtype=float)
    return Environment(choices, TARGET, loss=of_loss, cost=of_cost, share=share, alike=True)


def believed(problem: Problem, history: History, options: Options) -> Information:
    """The model of losses of the target, from the trials of all tasks, each on its own scale."""
    ended, running, known = history.finished(), history.running(), tasks(problem, options)
    earlier = [_usable(problem, run) for run in history.earlier]
    of_earlier = [np.full(len(run), len(known) + n) for n, run in enumerate(earlier)]
    trials = [*ended, *(trial for run in earlier for trial in run)]
    settings = np.concatenate([_tasks(ended, known), *of_earlier]).astype(float)
    losses, around = losses_of(problem, trials), environment(known, len(earlier))
    warps = _warps(losses, settings, len(known))
    values = np.array([warps[task].values(losses[[n]])[0] for n, task in enumerate(settings)])
    belief = Information(problem, around, trials, settings, values, warps[TARGET])
    belief.expecting(running, _tasks(running, known))
    return belief


def _usable(problem: Problem, run: History) -> list[Trial]:
    """The latest trials of an earlier run whose configurations the space holds."""
    ended = [trial for trial in run.ranked() if problem.allows(trial.candidate)]
    return sorted(ended, key=lambda trial: trial.number)[-MOST_EARLIER:]


def _tasks(trials: Sequence[Trial], known: Sequence[Mapping[str, float]]) -> Array:
    """The task (n,) of each trial of this run: the target's, unless it was given what another has."""
    found = [known.index(t.fidelity) if t.fidelity in known else TARGET for t in trials]
    return np.array(found, dtype=float)


def _warps(losses: Array, settings: Array, here: int) -> dict[float, Warp]:
    """The scale of each task: those of this run share one, each earlier run has its own."""
    is_here = settings < here
    shared = Warp.of(losses[is_here])
    own = {float(task): Warp.of(losses[settings == task]) for task in np.unique(settings[~is_here])}
    return {**dict.fromkeys(map(float, range(here)), shared), **own}


def incumbent(problem: Problem, history: History, options: Options) -> Trial | None:
    """The trial whose configuration is expected to be the best of the target, whatever it had itself."""
    if not is_modelled(history, options.start_up):
        return None
    return believed(problem, history, options).incumbent(among=len(history.finished()))


def insight(problem: Problem, history: History, options: Options) -> Slices:
    """What the model believes of the target along each hyper-parameter, through the expected best."""
    if not is_modelled(history, options.start_up):
        return Slices(through=0, slices=(), seen=())
    belief = believed(problem, history, options)
    best = belief.incumbent(among=len(history.finished()))
    return slices_through(problem, history, best, belief)


METHOD = Method(
    name="multi_task",
    title="Multi-task Bayesian optimisation",
    family="Hyper-parameter optimisation",
    paper="Swersky, Snoek & Adams, Multi-task Bayesian optimization, NIPS 2013",
    summary=(
        "Tasks learn from each other: quick trials, on a part of the data or on single folds of a "
        "cross-validation, and full ones. Earlier runs that the run begins with are further tasks, and "
        "may be of other data."
    ),
    use_when=(
        "There is an earlier run with the same hyper-parameters, on other data perhaps; a part of "
        "the data tells much about all of it; or a table is judged by cross-validation."
    ),
    avoid_when=(
        "Nothing was searched before and a part of the data is hardly quicker to train on; or trainings "
        "take seconds: choosing takes about half a second."
    ),
    corrected=(
        "How much earlier runs save depends on how alike the tasks are. Here they can be of no use for "
        "each other, but never mislead by going against each other."
    ),
    propose=propose,
    options=Options,
    needs=(FRACTION,),
    refuses=refuses,
    searches=(CONFIG,),
    insight=insight,
    incumbent=incumbent,
)
