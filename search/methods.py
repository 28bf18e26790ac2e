"""The catalogue: a method is one file and one line here."""

from __future__ import annotations

from search.method import Method
from search.oneshot import darts
from search.strategies import (
    aging_evolution,
    bohb,
    entropy_search,
    fabolas,
    gaussian_process,
    grid,
    hyperband,
    hyperband_gp,
    multi_task,
    particle_swarm,
    priorband,
    random_forest,
    random_search,
    rbf,
    successive_halving,
    tpe,
)

METHODS: dict[str, Method] = {
    method.name: method
    for method in (
        random_search.METHOD,
        grid.METHOD,
        successive_halving.METHOD,
        hyperband.METHOD,
        bohb.METHOD,
        hyperband_gp.METHOD,
        priorband.METHOD,
        tpe.METHOD,
        gaussian_process.METHOD,
        entropy_search.METHOD,
        multi_task.METHOD,
        fabolas.METHOD,
        random_forest.METHOD,
        rbf.METHOD,
        particle_swarm.METHOD,
        aging_evolution.METHOD,
        darts.METHOD,
    )
}
