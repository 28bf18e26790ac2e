"""The network that a candidate stands for, as a blueprint; no torch here, pages count it too."""

from __future__ import annotations

from search.architecture.blueprint import Blueprint, Shape
from search.architecture.chains import chain_blueprint
from search.architecture.genotype import blueprint_of
from search.history import Candidate
from search.training.recipe import Recipe


def blueprint(candidate: Candidate, shape: Shape, classes: int) -> Blueprint:
    """The network of the genotype, or the chain of the config where no architecture is searched.

    Raises GenotypeError if the genotype is none, TypeError if the config has a name that is not known.
    """
    recipe = Recipe.of(candidate.config)
    if candidate.genotype is not None:
        drawn = blueprint_of(candidate.genotype, shape, classes, dropout=recipe.dropout)
        return drawn.with_drop_path(recipe.drop_path)
    return chain_blueprint(
        shape, classes, layers=recipe.layers, width=recipe.width, dropout=recipe.dropout
    )
