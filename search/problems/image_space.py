"""The hyper-parameters of image classifiers."""

from __future__ import annotations

from dataclasses import replace

from search.problems.hyperparameters import Hyperparameter, named
from search.training.recipe import Recipe

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
    Hyperparameter(
        "trivial_augment",
        "TrivialAugment",
        "Whether each training image is then changed by one of fourteen means, such as turning it or "
        "changing its colours, at any strength.",
        kind="choice",
        choices=("off", "on"),
        extra=True,
    ),
    Hyperparameter(
        "mixup",
        "Mixup",
        "How strongly images are blended in pairs, their labels alike: the alpha of a beta distribution "
        "that shares are drawn from. 0 blends none.",
        kind="float",
        minimum=0,
        maximum=10,
        usual=(0, 1),
        extra=True,
    ),
    Hyperparameter(
        "cutout",
        "Cutout",
        "Side of a square that is hidden somewhere in each training image, in pixels of an image of 32; "
        "of smaller and larger images as great a part.",
        kind="integer",
        minimum=0,
        maximum=32,
        usual=(0, 20),
        extra=True,
    ),
    Hyperparameter(
        "drop_path",
        "Death rate",
        "The share of images for which training leaves out what the deepest residual block adds, or an "
        "operation of the last cell at the end; of what is before it less. Chains have neither.",
        kind="float",
        minimum=0,
        maximum=0.9,
        usual=(0, 0.5),
        extra=True,
    ),
)

HYPERPARAMETERS = named(replace(h, default=getattr(Recipe, h.name)) for h in _ALL)
