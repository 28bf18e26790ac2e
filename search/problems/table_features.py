"""The hyper-parameters of what a model of a table is fed with."""

from __future__ import annotations

from search.problems.hyperparameters import Hyperparameter
from search.training.tables.recipe import LINEAR, MLP, SVM

OF_FEATURES = (
    Hyperparameter(
        "encoding",
        "Encoding of categories",
        "How a category becomes numbers: a column each, its place in the list, or the mean of the "
        "target among the training rows that have it.",
        kind="choice",
        choices=("one_hot", "ordinal", "target"),
    ),
    Hyperparameter(
        "rare_share",
        "Rare categories",
        "Categories of less than this share of the training rows are put together into one column.",
        kind="float",
        minimum=0,
        maximum=0.5,
        usual=(0, 0.05),
        when=("encoding", "one_hot"),
    ),
    Hyperparameter(
        "imputation",
        "Missing numbers",
        "What stands in for a number that is missing. A missing category is a category of its own.",
        kind="choice",
        choices=("mean", "median", "most_frequent"),
    ),
    Hyperparameter(
        "missing_flag",
        "Flag of missing numbers",
        "Whether a column more tells the model which numbers were missing.",
        kind="choice",
        choices=("yes", "no"),
    ),
    Hyperparameter(
        "scaling",
        "Scaling",
        "How numbers are brought to one scale: by mean and deviation, by median and quartiles, by "
        "their rank, or not at all. Trees do not need it.",
        kind="choice",
        choices=("standard", "robust", "quantile", "none"),
        when=("model", LINEAR, SVM, MLP),
    ),
    Hyperparameter(
        "selection",
        "Choice of features",
        "Whether all features are used, or those that tell most about the target on their own.",
        kind="choice",
        choices=("all", "best"),
        weights=(3, 1),
    ),
    Hyperparameter(
        "selected_share",
        "Share of features",
        "How many of the features are kept.",
        kind="float",
        minimum=0.01,
        maximum=1,
        usual=(0.3, 1),
        when=("selection", "best"),
    ),
    Hyperparameter(
        "reduction",
        "Reduction",
        "Whether the features are replaced by their principal components.",
        kind="choice",
        choices=("none", "pca"),
        weights=(3, 1),
    ),
    Hyperparameter(
        "pca_share",
        "Share of components",
        "How many principal components are kept, as a share of the features.",
        kind="float",
        minimum=0.01,
        maximum=1,
        usual=(0.3, 1),
        when=("reduction", "pca"),
    ),
)
