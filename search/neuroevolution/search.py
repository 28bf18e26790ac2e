"""The long trial of NEAT: generation after generation, with a checkpoint after each."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from search.architecture.genotype import canonical
from search.history import Candidate, Report
from search.method import Context, Problem
from search.neuroevolution.evolution import Generation, Setup, first, following, of_state, to_state
from search.neuroevolution.genome import Genome, Rates
from search.neuroevolution.tasks import Task, task_of
from search.training import checkpoint
from search.training.log import log


@dataclass(frozen=True)
class Found:
    """The best champion so far: its genotype, and what it was judged by."""

    genotype: str
    judged: float


def search(
    problem: Problem, candidate: Candidate, context: Context, options: Any
) -> Iterator[Report]:
    """Evolve networks for `problem`; yields a report a generation, with the champion's genotype.

    Each generation draws from a generator of its own, seeded by its number, so going on from
    `context.resume` equals never having stopped, to the bit. Ends early when a champion is perfect.
    """
    task = task_of(problem, candidate)
    setup = setup_of(options)
    state = checkpoint.resumed(context.resume)
    seed = state["seed"] if state else context.seed
    last = int(context.fidelity.get("epochs", options.generations))
    if state:
        generation = of_state(state["generation"], task.inputs, task.outputs)
        found = Found(state["genotype"], state["judged"])
    else:
        rng = np.random.default_rng([seed, 1])
        generation = first(task.inputs, task.outputs, task, setup, rng)
        found = _better(None, generation.champion, task)
    while True:
        yield _report(generation, found, seed, context)
        if generation.number >= last or found.judged >= 1:
            return
        rng = np.random.default_rng([seed, generation.number + 1])
        generation = following(generation, task, setup, rng)
        found = _better(found, generation.champion, task)


def setup_of(options: Any) -> Setup:
    """What the options of the method say, the rest as in the paper."""
    rates = Rates(
        unit=options.add_unit,
        link=options.add_link,
        reach=options.reach,
        recurrent=options.recurrent,
    )
    return Setup(
        population=options.population,
        threshold=options.threshold,
        stagnation=options.stagnation,
        rates=rates,
    )


def _better(found: Found | None, champion: Genome, task: Task) -> Found:
    """The champion, if it is judged no worse than the best before it: of equals the later is fitter."""
    judged = task.judged(champion.network())
    if found is not None and judged < found.judged:
        return found
    return Found(canonical(champion.document()), judged)


def _report(generation: Generation, found: Found, seed: int, context: Context) -> Report:
    state = {
        "seed": seed,
        "generation": to_state(generation),
        "genotype": found.genotype,
        "judged": found.judged,
    }
    path = checkpoint.save(context.workdir, generation.number, state)
    document = json.loads(found.genotype)
    values = {
        "best_fitness": max(generation.fitness),
        "mean_fitness": float(np.mean(generation.fitness)),
        "species": float(len(generation.species)),
        "champion_accuracy": found.judged,
        "champion_units": float(len(document["nodes"])),
        "champion_links": float(sum(gene["on"] for gene in document["genes"])),
    }
    note = (
        f"generation {generation.number}: {len(generation.species)} species, best fitness "
        f"{values['best_fitness']:.4f}, champion {found.judged:.3f}"
    )
    log(note)
    return Report(generation.number, values, path, note, genotype=found.genotype)
