"""The ready-made search space for image classifiers, and the limits of what may be searched."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from ConfigSpace import (
    Categorical,
    ConfigurationSpace,
    EqualsCondition,
    Float,
    Integer,
    hyperparameters,
)
from ConfigSpace.hyperparameters import (
    CategoricalHyperparameter,
    Constant,
    OrdinalHyperparameter,
    UniformFloatHyperparameter,
    UniformIntegerHyperparameter,
)

from search.message import Message
from search.space import Space
from search.training.recipe import Recipe


@dataclass(frozen=True)
class Hyperparameter:
    """What may be searched of one hyper-parameter, and how it is explained.

    `minimum` and `maximum` are hard limits, `usual` the range of the ready-made space; `when` names
    the parent and the value without which it has no effect.
    """

    name: str
    title: str
    help: str
    kind: Literal["float", "integer", "choice"]
    minimum: float | None = None
    maximum: float | None = None
    log: bool = False
    choices: tuple[str, ...] = ()
    usual: tuple[float, float] | None = None
    when: tuple[str, str] | None = None

    @property
    def default(self) -> Any:
        return getattr(Recipe, self.name)


_ALL = (
    Hyperparameter(
        "learning_rate",
        "Learning rate",
        "How far each step moves the weights. The hyper-parameter that matters most.",
        kind="float",
        minimum=1e-6,
        maximum=10,
        log=True,
        usual=(3e-4, 1e-1),
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
        "loss",
        "Loss",
        "What training minimises. Label smoothing guards against overconfidence; the focal loss "
        "attends to the images that are still hard.",
        kind="choice",
        choices=("cross_entropy", "label_smoothing", "focal"),
    ),
    Hyperparameter(
        "smoothing",
        "Label smoothing",
        "The share of each label that is spread over all classes.",
        kind="float",
        minimum=0,
        maximum=0.9,
        usual=(0.01, 0.2),
        when=("loss", "label_smoothing"),
    ),
    Hyperparameter(
        "focal_gamma",
        "Focal exponent",
        "How strongly the focal loss turns away from images that are already easy.",
        kind="float",
        minimum=0,
        maximum=10,
        usual=(0.5, 4),
        when=("loss", "focal"),
    ),
    Hyperparameter(
        "epochs",
        "Epochs",
        "How often training is planned to see every image. The schedule spans this plan; a method "
        "that stops trainings early may end sooner, never later.",
        kind="integer",
        minimum=1,
        maximum=1000,
        usual=(5, 30),
    ),
    Hyperparameter(
        "initialisation",
        "Initialisation",
        "How the weights are drawn before training.",
        kind="choice",
        choices=("he", "xavier", "orthogonal"),
    ),
    Hyperparameter(
        "weight_decay",
        "Weight decay",
        "How strongly weights are pulled towards zero, against overfitting.",
        kind="float",
        minimum=1e-8,
        maximum=1,
        log=True,
        usual=(1e-6, 1e-2),
    ),
    Hyperparameter(
        "dropout",
        "Dropout",
        "The share of features hidden at random while training, against overfitting.",
        kind="float",
        minimum=0,
        maximum=0.9,
        usual=(0, 0.5),
    ),
    Hyperparameter(
        "layers",
        "Layers",
        "Convolution layers, one after the other.",
        kind="integer",
        minimum=1,
        maximum=16,
        usual=(2, 5),
    ),
    Hyperparameter(
        "width",
        "Width",
        "Channels of the first layer; layers after a pooling are wider, up to four times.",
        kind="integer",
        minimum=2,
        maximum=512,
        log=True,
        usual=(8, 32),
    ),
    Hyperparameter(
        "optimiser",
        "Optimiser",
        "How gradients become steps.",
        kind="choice",
        choices=("sgd", "adam", "adamw"),
    ),
    Hyperparameter(
        "momentum",
        "Momentum",
        "How much of the last step stochastic gradient descent keeps.",
        kind="float",
        minimum=0,
        maximum=0.999,
        usual=(0.5, 0.99),
        when=("optimiser", "sgd"),
    ),
    Hyperparameter(
        "batch_size",
        "Batch size",
        "Images a step.",
        kind="integer",
        minimum=2,
        maximum=4096,
        log=True,
        usual=(16, 128),
    ),
    Hyperparameter(
        "augmentation",
        "Augmentation",
        "How training images are varied: mirrored left to right, shifted a little, both or not at "
        "all. Do not mirror what has a direction, such as digits.",
        kind="choice",
        choices=("none", "flip", "crop", "flip_crop"),
    ),
)

HYPERPARAMETERS: dict[str, Hyperparameter] = {h.name: h for h in _ALL}


def default_space() -> Space:
    """Every hyper-parameter over its usual range."""
    space = ConfigurationSpace(name="images")
    space.add([_searched(h) for h in _ALL])
    space.add([EqualsCondition(space[h.name], space[h.when[0]], h.when[1]) for h in _ALL if h.when])
    return Space(space)


def _searched(h: Hyperparameter) -> hyperparameters.Hyperparameter[Any, Any]:
    if h.usual is None:
        return Categorical(h.name, h.choices, default=h.default)
    low, high = h.usual
    if h.kind == "integer":
        return Integer(h.name, (int(low), int(high)), default=h.default, log=h.log)
    return Float(h.name, (float(low), float(high)), default=h.default, log=h.log)


def check(
    space: Space, known: Mapping[str, Hyperparameter] = HYPERPARAMETERS
) -> dict[str, Message]:
    """What is wrong with a space for images, by hyper-parameter; empty if it can be searched.

    A hyper-parameter may be fixed to a constant, or a number be chosen from a list; it may be given
    any condition, because one that is inactive takes its default.
    """
    searched = space.configuration_space
    errors = {
        name: Message("Training knows no such hyper-parameter. Remove it.")
        for name in searched
        if name not in known
    }
    for name, h in known.items():
        if name not in searched:
            errors[name] = Message("Missing. Add this hyper-parameter, or fix it to one value.")
        elif error := _error(h, _ends(searched[name])):
            errors[name] = error
    return errors


def _ends(searched: hyperparameters.Hyperparameter[Any, Any]) -> tuple[Any, ...]:
    """The values between which everything that can be drawn lies, or all of them."""
    match searched:
        case CategoricalHyperparameter():
            return tuple(searched.choices)
        case OrdinalHyperparameter():
            return tuple(searched.sequence)
        case Constant():
            return (searched.value,)
        case UniformFloatHyperparameter() | UniformIntegerHyperparameter():
            return (searched.lower, searched.upper)
    return ()


def _error(h: Hyperparameter, values: tuple[Any, ...]) -> Message | None:
    if not values:
        return Message("Use a uniform range, a list of values, or a constant.")
    if h.kind == "choice":
        unknown = [str(value) for value in values if value not in h.choices]
        named = {"unknown": ", ".join(unknown), "known": ", ".join(h.choices)}
        return Message("Unknown: %(unknown)s. Choose from %(known)s.", named) if unknown else None
    wanted: tuple[type, ...] = (int,) if h.kind == "integer" else (int, float)
    if not all(isinstance(value, wanted) and not isinstance(value, bool) for value in values):
        return Message("Use whole numbers." if h.kind == "integer" else "Use numbers.")
    assert h.minimum is not None
    assert h.maximum is not None
    if min(values) < h.minimum or max(values) > h.maximum:
        limits = {"minimum": f"{h.minimum:g}", "maximum": f"{h.maximum:g}"}
        return Message("Must lie between %(minimum)s and %(maximum)s.", limits)
    return None
