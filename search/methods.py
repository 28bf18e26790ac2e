"""The catalogue: a method is one file and one line here."""

from __future__ import annotations

from search.joint import of_both_halves
from search.method import Method
from search.oneshot import darts, neat, stackelberg
from search.strategies import (
    aging_evolution,
    asha,
    bananas,
    bohb,
    cma_es,
    dehb,
    entropy_search,
    fabolas,
    fictitious_play,
    gaussian_process,
    grid,
    hierarchical,
    hyperband,
    hyperband_gp,
    local_search,
    mnasnet,
    multi_task,
    nas_rl,
    nasnet,
    nsga2,
    particle_swarm,
    priorband,
    random_forest,
    random_search,
    rbf,
    successive_halving,
    tpe,
)

METHODS: dict[str, Method] = {
    method.name: of_both_halves(method)
    for method in (
        random_search.METHOD,
        grid.METHOD,
        successive_halving.METHOD,
        hyperband.METHOD,
        asha.METHOD,
        bohb.METHOD,
        hyperband_gp.METHOD,
        priorband.METHOD,
        dehb.METHOD,
        tpe.METHOD,
        gaussian_process.METHOD,
        entropy_search.METHOD,
        multi_task.METHOD,
        fabolas.METHOD,
        random_forest.METHOD,
        rbf.METHOD,
        cma_es.METHOD,
        particle_swarm.METHOD,
        fictitious_play.METHOD,
        stackelberg.METHOD,
        nsga2.METHOD,
        aging_evolution.METHOD,
        hierarchical.METHOD,
        local_search.METHOD,
        bananas.METHOD,
        neat.METHOD,
        nas_rl.METHOD,
        nasnet.METHOD,
        mnasnet.METHOD,
        darts.METHOD,
    )
}
