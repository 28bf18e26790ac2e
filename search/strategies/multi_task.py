"""Multi-task Bayesian optimisation. Swersky, Snoek & Adams, "Multi-task Bayesian optimization",
NIPS 2013."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from search.history import History, Trial
from search.insight import Slices
from search.method import CONFIG, Method, Problem, Proposal
from search.options import option
from search.rungs import FRACTION
from search.surrogates.encoding import Array
from search.surrogates.information import Environment, Information
from search.surrogates.observations import Warp, losses_of
from search.surrogates.shares import by_chance, is_modelled, most_telling, shares_of
from search.surrogates.slicing import slices_through

TARGET, PART = 0, 1
"""Tasks: all data, a part of it; each earlier run is one more."""

MOST_EARLIER = 200
"""Of an earlier run, so many trials are looked at: the latest."""


@dataclass(frozen=True)
class Options:
    """Options of multi-task Bayesian optimisation."""

    start_up: int = option(
        5,
        title="Trials at random first",
        help="On a part of the data; until so many have ended, nothing is modelled.",
        minimum=2,
        maximum=1000,
    )
    part: float = option(
        0.25,
        title="Part of the data",
        help="The share of the training data that the quicker of the two tasks has.",
        minimum=0.01,
        maximum=0.9,
    )


def propose(
    problem: Problem, history: History, rng: np.random.Generator, options: Options
) -> Proposal:
    """Ask of one task what tells most, for its time, about the best of the other (section 3.3)."""
    if not is_modelled(history, options.start_up):
        return by_chance(problem, history, rng, options.part, options.start_up)
    belief = believed(problem, history, options)
    return most_telling(
        problem, history, rng, belief, lambda task: options.part if task == PART else 1.0
    )


def environment(tasks: int, part: float) -> Environment:
    """Each task is a feature of its own; two correlate as their trials do, never negatively.

    Trials can be made of the first two. The target comes first, so that what the others know of it is
    the first column of the mixing.
    """

    def of_task(settings: Array) -> Array:
        chosen: Array = np.eye(tasks)[settings.astype(int)]
        return chosen

    def share(settings: Array) -> Array:
        return np.where(settings == PART, part, 1.0)

    choices = np.array([TARGET, PART], dtype=float)
    return Environment(choices, TARGET, loss=of_task, cost=of_task, share=share, alike=True)


def believed(problem: Problem, history: History, options: Options) -> Information:
    """The model of losses on all data, from the trials of all tasks, each on its own scale."""
    ended, running = history.finished(), history.running()
    earlier = [_usable(problem, run) for run in history.earlier]
    tasks = [_tasks(ended), *(np.full(len(run), PART + 1 + n) for n, run in enumerate(earlier))]
    trials = [*ended, *(trial for run in earlier for trial in run)]
    settings = np.concatenate(tasks).astype(float)
    losses, known = losses_of(problem, trials), environment(2 + len(earlier), options.part)
    warps = _warps(losses, settings)
    values = np.array([warps[task].values(losses[[n]])[0] for n, task in enumerate(settings)])
    belief = Information(problem, known, trials, settings, values, warps[TARGET])
    belief.expecting(running, _tasks(running))
    return belief


def _usable(problem: Problem, run: History) -> list[Trial]:
    """The latest trials of an earlier run whose configurations the space holds."""
    ended = [trial for trial in run.ranked() if problem.allows(trial.candidate)]
    return sorted(ended, key=lambda trial: trial.number)[-MOST_EARLIER:]


def _tasks(trials: tuple[Trial, ...]) -> Array:
    """The task (n,) of each trial of this run: what had nearly all data has the target's."""
    return np.where(shares_of(trials) >= 1, TARGET, PART).astype(float)


def _warps(losses: Array, tasks: Array) -> dict[float, Warp]:
    """The scale of each task: the two of this run share one, each earlier run has its own."""
    here = tasks <= PART
    shared = Warp.of(losses[here])
    own = {float(task): Warp.of(losses[tasks == task]) for task in np.unique(tasks[~here])}
    return {float(TARGET): shared, float(PART): shared, **own}


def incumbent(problem: Problem, history: History, options: Options) -> Trial | None:
    """The trial whose configuration is expected to be the best on all data, whatever it had itself."""
    if not is_modelled(history, options.start_up):
        return None
    return believed(problem, history, options).incumbent(among=len(history.finished()))


def insight(problem: Problem, history: History, options: Options) -> Slices:
    """What the model believes of all data along each hyper-parameter, through the expected best."""
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
        "Two tasks learn from each other: quick trials on a part of the data, and full ones. Earlier "
        "runs that the run begins with are further tasks, and may be of other data."
    ),
    use_when=(
        "There is an earlier run with the same hyper-parameters, on other data perhaps, or a part of "
        "the data tells much about all of it."
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
    searches=(CONFIG,),
    insight=insight,
    incumbent=incumbent,
)
