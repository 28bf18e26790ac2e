"""The process that reads a file of somebody's earlier trials: it has little memory, and its end is its own.

`python -m automl_web.runs.study_reader FILE OBJECTIVE` answers with one JSON document. It takes a table
of text, such as Optuna's `study.trials_dataframe().to_csv()`, or Optuna's own SQLite file or journal.
Nothing in a file is run: no pickle, no view, no trigger.
"""

from __future__ import annotations

import csv
import json
import math
import resource
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, NoReturn

MEMORY, SECONDS = 400 * 2**20, 20
MOST_TRIALS, MOST_COLUMNS, LONGEST = 10_000, 300, 2_000
SQLITE, JOURNAL = b"SQLite format 3\0", b'{"op_code":'

INFINITE = ("inf", "-inf")
"""What Optuna takes for the value of a complete trial, and nothing can be learnt from."""

PARAMETER = "params_"
ABOUT = (
    "datetime_",
    "duration",
    "user_attrs_",
    "system_attrs_",
    "number",
    "value_",
    "values_",
    "cost_s",
)
"""Beginnings of the columns that say nothing of what was tried."""


class RefusedError(Exception):
    """The file cannot be used; a sentence says why, with its values apart."""

    def __init__(self, text: str, **values: Any) -> None:
        super().__init__(text)
        self.document = {"text": text, "values": values}


def read(path: Path, objective: str) -> dict[str, Any]:
    """The finished trials of a file, each with its parameters and its value. Raises RefusedError."""
    with path.open("rb") as file:
        begins = file.read(len(SQLITE))
    if begins == SQLITE:
        return _of_database(path)
    return _of_journal(path) if begins.startswith(JOURNAL) else _of_table(path, objective)


def _of_table(path: Path, objective: str) -> dict[str, Any]:
    csv.field_size_limit(LONGEST)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return _of_lines(file.read(), objective)
    except UnicodeDecodeError as error:
        raise RefusedError("This is not text in UTF-8: byte %(at)s.", at=error.start) from error


def _of_lines(text: str, objective: str) -> dict[str, Any]:
    first = text.partition("\n")[0]
    reader = csv.reader(text.splitlines(), delimiter=max(",;\t", key=first.count))
    trials, skipped = [], 0
    try:
        head = [name.strip() for name in next(reader, [])]
        columns, value_at, state_at = _columns(head, objective)
        for cells in reader:
            if not cells:
                continue
            _check_width(reader.line_num, cells, head)
            if state_at is not None and cells[state_at].strip().lower() != "complete":
                skipped += 1
                continue
            if state_at is not None and cells[value_at].strip().lower() in INFINITE:
                skipped += 1
                continue
            value = _number(reader.line_num, cells[value_at])
            params = {name: cells[at].strip() for name, at in columns.items() if cells[at].strip()}
            trials.append({"params": params, "value": value, "line": reader.line_num})
            _check_count(len(trials))
    except csv.Error as error:
        text = "Line %(line)s cannot be read: %(why)s."
        raise RefusedError(text, line=reader.line_num, why=str(error)) from error
    return {"trials": trials, "skipped": skipped, "maximise": None}


def _columns(head: list[str], objective: str) -> tuple[dict[str, int], int, int | None]:
    """Where each parameter stands, the value, and the state, if one is told."""
    if len(head) > MOST_COLUMNS:
        raise RefusedError("More than %(most)s columns are not taken.", most=MOST_COLUMNS)
    if twice := [name for name in head if head.count(name) > 1]:
        raise RefusedError("Line 1 names the column “%(name)s” twice.", name=twice[0])
    told = ("value", f"value_{objective}", f"values_{objective}", "values_0", objective)
    named = next((name for name in told if name in head), None)
    if named is None:
        text = "Line 1 names no column “value” and none “%(objective)s”: how good was a trial?"
        raise RefusedError(text, objective=objective)
    marked = {n.removeprefix(PARAMETER): at for at, n in enumerate(head) if n.startswith(PARAMETER)}
    plain = {n: at for at, n in enumerate(head) if n not in ("state", named) and _is_told(n)}
    state = head.index("state") if "state" in head else None
    return marked or plain, head.index(named), state


def _is_told(name: str) -> bool:
    return bool(name) and not name.startswith(ABOUT)


def _check_width(line: int, cells: list[str], head: list[str]) -> None:
    if len(cells) != len(head):
        text = "Line %(line)s has %(found)s values, and line 1 names %(named)s columns."
        raise RefusedError(text, line=line, found=len(cells), named=len(head))


def _number(line: int, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        said = "Line %(line)s: “%(value)s” is no finite number."
        raise RefusedError(said, line=line, value=text[:40])
    return value


def _check_count(count: int) -> None:
    if count > MOST_TRIALS:
        raise RefusedError("More than %(most)s trials are not taken.", most=MOST_TRIALS)


LARGEST_STUDY = """
    SELECT study_id, COUNT(*) AS n FROM trials WHERE state = 'COMPLETE' GROUP BY study_id
    ORDER BY n DESC, study_id DESC LIMIT 1
"""
TRIALS = """
    SELECT t.trial_id, v.value FROM trials t JOIN trial_values v ON v.trial_id = t.trial_id
    WHERE t.study_id = ? AND t.state = 'COMPLETE' AND v.objective = 0 AND v.value IS NOT NULL
    ORDER BY t.trial_id
"""
PARAMETERS = """
    SELECT p.trial_id, p.param_name, p.param_value, p.distribution_json FROM trial_params p
    JOIN trials t ON t.trial_id = p.trial_id WHERE t.study_id = ? AND t.state = 'COMPLETE'
"""


def _of_database(path: Path) -> dict[str, Any]:
    address = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
    try:
        with closing(sqlite3.connect(address, uri=True)) as database:
            database.execute("PRAGMA trusted_schema = OFF")
            database.execute("PRAGMA cell_size_check = ON")
            _check_tables(database)
            return _of_study(database)
    except sqlite3.Error as error:
        text = "This database is not one that Optuna wrote, or it is damaged: %(why)s."
        raise RefusedError(text, why=str(error)) from error


def _check_tables(database: sqlite3.Connection) -> None:
    """Tables only: what a view stands for would be computed from whatever the file says."""
    wanted = {"studies", "study_directions", "trials", "trial_params", "trial_values"}
    rows = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
    if missing := sorted(wanted - {name for (name,) in rows}):
        raise RefusedError("This database has no table “%(name)s”.", name=missing[0])


def _of_study(database: sqlite3.Connection) -> dict[str, Any]:
    found = database.execute(LARGEST_STUDY).fetchone()
    if found is None:
        return {"trials": [], "skipped": 0, "maximise": None}
    study = found[0]
    direction = database.execute(
        "SELECT direction FROM study_directions WHERE study_id = ? AND objective = 0", [study]
    ).fetchone()
    params: dict[int, dict[str, Any]] = {}
    for trial, name, value, distribution in database.execute(PARAMETERS, [study]):
        params.setdefault(trial, {})[str(name)[:200]] = _external(value, distribution)
    trials = []
    for trial, value in database.execute(TRIALS, [study]):
        if _is_finite(value):
            trials.append({"params": params.get(trial, {}), "value": float(value)})
        _check_count(len(trials))
    everything = database.execute("SELECT COUNT(*) FROM trials WHERE study_id = ?", [study])
    skipped = everything.fetchone()[0] - len(trials)
    return {
        "trials": trials,
        "skipped": skipped,
        "maximise": direction is not None and direction[0] == "MAXIMIZE",
    }


def _external(value: Any, distribution: str) -> Any:
    """What a parameter was: of a choice Optuna keeps the place among its choices."""
    try:
        declared = json.loads(distribution)
        choices = declared.get("attributes", {}).get("choices")
        return choices[int(value)] if choices is not None else value
    except (ValueError, TypeError, IndexError, AttributeError, RecursionError):
        raise RefusedError("A trial's parameters cannot be read.") from None


COMPLETE, MAXIMISE = 1, 2
"""What the journal calls a state and a direction by."""


def _of_journal(path: Path) -> dict[str, Any]:
    """The largest study of a journal: operations, one a line, that are done once more."""
    studies: list[dict[str, Any]] = []
    trials: list[dict[str, Any]] = []
    with path.open(encoding="utf-8", errors="replace") as file:
        for number, line in enumerate(file, start=1):
            try:
                _replay(json.loads(line), studies, trials)
            except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
                text = "Line %(line)s cannot be read as Optuna's journal."
                raise RefusedError(text, line=number) from None
    kept: dict[int, list[dict[str, Any]]] = {n: [] for n, known in enumerate(studies) if known}
    for trial in trials:
        if trial["study"] in kept and trial["state"] == COMPLETE and _is_finite(trial["value"]):
            kept[trial["study"]].append({"params": trial["params"], "value": float(trial["value"])})
    study = max(kept, key=lambda n: (len(kept[n]), n), default=None)
    if study is None:
        return {"trials": [], "skipped": 0, "maximise": None}
    _check_count(len(kept[study]))
    skipped = sum(trial["study"] == study for trial in trials) - len(kept[study])
    maximise = studies[study]["directions"][0] == MAXIMISE
    return {"trials": kept[study], "skipped": skipped, "maximise": maximise}


def _replay(
    done: dict[str, Any], studies: list[dict[str, Any]], trials: list[dict[str, Any]]
) -> None:
    """Do one operation; studies and trials are numbered in the order in which they were made."""
    match done["op_code"]:
        case 0:  # begins a study, unless there is one of that name
            if not any(study.get("study_name") == done["study_name"] for study in studies):
                studies.append(done)
        case 1:  # deletes a study
            studies[done["study_id"]] = {}
        case 4:  # begins a trial, or adds one that has ended
            given = done.get("params") or {}
            params = {n: _external(v, done["distributions"][n]) for n, v in given.items()}
            trials.append({"study": done["study_id"], "params": params, **_ended(done)})
        case 5:  # tells a parameter
            told = _external(done["param_value_internal"], done["distribution"])
            trials[done["trial_id"]]["params"][str(done["param_name"])[:200]] = told
        case 6:  # tells how a trial stands
            trials[done["trial_id"]].update(_ended(done))


def _ended(done: dict[str, Any]) -> dict[str, Any]:
    values = done.get("values") or [done.get("value")]
    return {"state": done.get("state"), "value": values[0]}


def _is_finite(value: Any) -> bool:
    return isinstance(value, float | int) and math.isfinite(value)


def _answers(path: Path, objective: str) -> Iterator[str]:
    try:
        yield json.dumps(read(path, objective), allow_nan=False)
    except RefusedError as refused:
        yield json.dumps({"refused": refused.document})
    except MemoryError:
        text = "This file takes too much memory to read."
        yield json.dumps({"refused": {"text": text, "values": {}}})


def main(file: str, objective: str) -> NoReturn:
    """Give up the right to more memory and time, then read."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    sys.stdout.writelines(_answers(Path(file), objective))
    sys.exit()


if __name__ == "__main__":
    main(*sys.argv[1:])
