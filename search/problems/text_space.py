"""The hyper-parameters of recurrent networks for text."""

from __future__ import annotations

from dataclasses import replace

from search.problems.hyperparameters import Hyperparameter, named
from search.training.text.recipe import Recipe

_ALL = (
    Hyperparameter(
        "cell",
        "Cell",
        "What a layer is made of: long short-term memory, or gated recurrent units, which have "
        "fewer parameters.",
        kind="choice",
        choices=("lstm", "gru"),
    ),
    Hyperparameter(
        "layers",
        "Layers",
        "Recurrent layers, one on top of the other.",
        kind="integer",
        minimum=1,
        maximum=8,
        usual=(1, 3),
    ),
    Hyperparameter(
        "width",
        "Width",
        "Hidden units of each layer: what it can remember.",
        kind="integer",
        minimum=2,
        maximum=2048,
        log=True,
        usual=(32, 256),
    ),
    Hyperparameter(
        "embedding",
        "Embedding",
        "Numbers that stand for one word or character.",
        kind="integer",
        minimum=1,
        maximum=1024,
        log=True,
        usual=(16, 128),
    ),
    Hyperparameter(
        "tied_weights",
        "Tied weights",
        "Whether a language model uses its embedding for the output, too: fewer parameters, and "
        "often better with many words.",
        kind="choice",
        choices=("no", "yes"),
    ),
    Hyperparameter(
        "dropout_embedding",
        "Dropout of the embedding",
        "The share of what the first layer sees that is hidden at random while training.",
        kind="float",
        minimum=0,
        maximum=0.9,
        usual=(0, 0.5),
    ),
    Hyperparameter(
        "dropout_between",
        "Dropout between layers",
        "The share that each layer hides from the next while training; nothing with one layer.",
        kind="float",
        minimum=0,
        maximum=0.9,
        usual=(0, 0.5),
    ),
    Hyperparameter(
        "dropout_output",
        "Dropout of the output",
        "The share of the last layer that is hidden at random while training.",
        kind="float",
        minimum=0,
        maximum=0.9,
        usual=(0, 0.5),
    ),
    Hyperparameter(
        "optimiser",
        "Optimiser",
        "How gradients become steps.",
        kind="choice",
        choices=("adam", "adamw", "sgd"),
    ),
    Hyperparameter(
        "learning_rate",
        "Learning rate",
        "How far each step of Adam and AdamW moves the weights. The hyper-parameter that matters "
        "most.",
        kind="float",
        minimum=1e-6,
        maximum=1,
        log=True,
        usual=(1e-3, 3e-2),
        when=("optimiser", "adam", "adamw"),
    ),
    Hyperparameter(
        "sgd_learning_rate",
        "Learning rate of SGD",
        "How far each step of plain stochastic gradient descent moves the weights: a thousand "
        "times as far as with Adam is usual.",
        kind="float",
        minimum=1e-4,
        maximum=100,
        log=True,
        usual=(0.5, 20),
        when=("optimiser", "sgd"),
    ),
    Hyperparameter(
        "schedule",
        "Schedule",
        "How the learning rate changes over the planned epochs: not at all, along half a cosine "
        "down to zero, or divided by ten at half and at three quarters.",
        kind="choice",
        choices=("constant", "cosine", "step"),
    ),
    Hyperparameter(
        "clipping",
        "Gradient clipping",
        "The length beyond which a gradient is shortened, because recurrent networks have cliffs.",
        kind="float",
        minimum=1e-3,
        maximum=100,
        log=True,
        usual=(0.1, 5),
    ),
    Hyperparameter(
        "batch_size",
        "Batch size",
        "Places of a text that are read at once, or texts a step.",
        kind="integer",
        minimum=1,
        maximum=1024,
        log=True,
        usual=(8, 64),
    ),
    Hyperparameter(
        "sequence_length",
        "Sequence length",
        "Language models: how many tokens a step reads, and so how far back it learns from. "
        "Classifiers: the tokens of a text that are read; what is longer is cut.",
        kind="integer",
        minimum=2,
        maximum=4096,
        log=True,
        usual=(32, 128),
    ),
    Hyperparameter(
        "weight_decay",
        "Weight decay",
        "How strongly weights are pulled towards zero, against overfitting.",
        kind="float",
        minimum=1e-9,
        maximum=1,
        log=True,
        usual=(1e-8, 1e-4),
    ),
    Hyperparameter(
        "epochs",
        "Epochs",
        "How often training is planned to read the whole text. The schedule spans this plan; a "
        "method that stops trainings early may end sooner, never later.",
        kind="integer",
        minimum=1,
        maximum=1000,
        usual=(2, 20),
    ),
)

HYPERPARAMETERS = named(replace(h, default=getattr(Recipe, h.name)) for h in _ALL)

OF_LANGUAGE = ("tied_weights",)
"""Hyper-parameters that a classifier has no use for."""
