"""Files of earlier trials: what is read of a CSV and of Optuna's database, and what is refused in words."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest

from automl_web.runs import study_reader
from automl_web.runs.study_reader import RefusedError, read


def table(tmp_path, text):
    path = tmp_path / "trials.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def told(path):
    found = read(path, "val_accuracy")
    return [(trial["params"], trial["value"]) for trial in found["trials"]]


OPTUNA_CSV = """,number,value,datetime_start,datetime_complete,duration,params_lr,params_opt,state
0,0,0.9,2026-01-01 10:00:00,2026-01-01 10:01:00,0 days 00:01:00,0.01,adam,COMPLETE
1,1,0.5,2026-01-01 10:00:00,2026-01-01 10:01:00,0 days 00:01:00,0.1,sgd,PRUNED
2,2,,2026-01-01 10:00:00,,,0.3,sgd,FAIL
3,3,0.8,2026-01-01 10:00:00,2026-01-01 10:01:00,0 days 00:01:00,0.02,,COMPLETE
"""


def test_of_optunas_table_the_complete_trials_count(tmp_path):
    path = table(tmp_path, OPTUNA_CSV)
    assert told(path) == [({"lr": "0.01", "opt": "adam"}, 0.9), ({"lr": "0.02"}, 0.8)]
    assert read(path, "val_accuracy")["skipped"] == 2


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_a_plain_table_may_be_parted_by_any_usual_mark(tmp_path, mark):
    text = "lr,width,val_accuracy\n0.1,8,0.5\n".replace(",", mark)
    assert told(table(tmp_path, text)) == [({"lr": "0.1", "width": "8"}, 0.5)]


def test_a_mark_of_the_byte_order_and_empty_lines_do_not_matter(tmp_path):
    assert told(table(tmp_path, "\ufefflr,value\r\n\r\n0.1,2\r\n")) == [({"lr": "0.1"}, 2.0)]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("lr,width\n1,2\n", "Line 1 names no column “value” and none “val_accuracy”"),
        ("lr,lr,value\n1,2,3\n", "Line 1 names the column “lr” twice."),
        ("lr,value\n1,2\n1,2,3\n", "Line 3 has 3 values, and line 1 names 2 columns."),
        ("lr,value\n1,2\n\n1,good\n", "Line 4: “good” is no finite number."),
        ("lr,value\n1,nan\n", "Line 2: “nan” is no finite number."),
        ("lr,value\n1,1e999\n", "Line 2: “1e999” is no finite number."),
        (b"lr,value\n\xff,1\n", "This is not text in UTF-8: byte 9."),
        ("", "Line 1 names no column “value”"),
        ("lr,value\n" + "x" * 3000 + ",1\n", "Line 2 cannot be read"),
        (",".join(f"c{n}" for n in range(400)), "More than 300 columns are not taken."),
        ("lr,value\n" + "1,2\n" * 10_001, "More than 10000 trials are not taken."),
    ],
)
def test_what_cannot_be_used_is_refused_with_the_line(tmp_path, text, sentence):
    with pytest.raises(RefusedError) as refused:
        told(table(tmp_path, text))
    said = refused.value.document
    assert sentence in said["text"] % said["values"]


SCHEMA = """
CREATE TABLE studies (study_id INTEGER PRIMARY KEY, study_name VARCHAR(512));
CREATE TABLE study_directions (study_direction_id INTEGER PRIMARY KEY, direction VARCHAR(8),
    study_id INTEGER, objective INTEGER);
CREATE TABLE trials (trial_id INTEGER PRIMARY KEY, number INTEGER, study_id INTEGER, state VARCHAR(8),
    datetime_start DATETIME, datetime_complete DATETIME);
CREATE TABLE trial_params (param_id INTEGER PRIMARY KEY, trial_id INTEGER, param_name VARCHAR(512),
    param_value FLOAT, distribution_json TEXT);
CREATE TABLE trial_values (trial_value_id INTEGER PRIMARY KEY, trial_id INTEGER, objective INTEGER,
    value FLOAT, value_type VARCHAR(7));
INSERT INTO studies VALUES (1, 'small'), (2, 'large');
INSERT INTO study_directions VALUES (1, 'MINIMIZE', 1, 0), (2, 'MAXIMIZE', 2, 0);
INSERT INTO trials (trial_id, number, study_id, state) VALUES
    (1, 0, 1, 'COMPLETE'), (2, 0, 2, 'COMPLETE'), (3, 1, 2, 'PRUNED'), (4, 2, 2, 'COMPLETE');
INSERT INTO trial_values (trial_id, objective, value, value_type) VALUES
    (1, 0, 3.0, 'FINITE'), (2, 0, 0.9, 'FINITE'), (4, 0, NULL, 'INF_POS');
INSERT INTO trials (trial_id, number, study_id, state) VALUES (5, 3, 2, 'COMPLETE');
INSERT INTO trial_values (trial_id, objective, value, value_type) VALUES (5, 0, 0.7, 'FINITE');
"""
CHOICE = json.dumps({"name": "CategoricalDistribution", "attributes": {"choices": ["sgd", "adam"]}})
NUMBER = json.dumps({"name": "FloatDistribution", "attributes": {"low": 0, "high": 1}})


@pytest.fixture
def database(tmp_path):
    path = tmp_path / "optuna.db"
    with closing(sqlite3.connect(path)) as made:
        made.executescript(SCHEMA)
        for trial, choice in ((2, 1), (5, 0)):
            made.execute(
                "INSERT INTO trial_params (trial_id, param_name, param_value, distribution_json)"
                " VALUES (?, 'opt', ?, ?), (?, 'lr', 0.25, ?)",
                [trial, choice, CHOICE, trial, NUMBER],
            )
        made.commit()
    return path


def test_of_optunas_database_the_largest_study_is_read_with_its_choices(database):
    assert told(database) == [({"opt": "adam", "lr": 0.25}, 0.9), ({"opt": "sgd", "lr": 0.25}, 0.7)]
    found = read(database, "val_accuracy")
    assert (found["maximise"], found["skipped"]) == (True, 2)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ("DROP TABLE trial_params", "no table “trial_params”"),
        (
            "DROP TABLE trial_values;"
            "CREATE VIEW trial_values AS SELECT 1 trial_id, 0 objective, 1 value",
            "no table “trial_values”",
        ),
        ("UPDATE trial_params SET param_value = 9", "A trial's parameters cannot be read."),
        (
            "UPDATE trial_params SET distribution_json = 'cos\nsystem'",
            "A trial's parameters cannot be read.",
        ),
    ],
)
def test_a_database_that_optuna_did_not_write_is_refused(database, change, sentence):
    with closing(sqlite3.connect(database)) as made:
        made.executescript(change)
    with pytest.raises(RefusedError) as refused:
        told(database)
    said = refused.value.document
    assert sentence in said["text"] % said["values"]


def test_a_damaged_database_is_refused(database):
    whole = database.read_bytes()
    database.write_bytes(whole[:100] + b"\xff" * (len(whole) - 100))
    with pytest.raises(RefusedError):
        told(database)


def test_the_reader_runs_alone_and_answers_in_json(database):
    command = [sys.executable, "-I", study_reader.__file__, str(database), "val_accuracy"]
    done = subprocess.run(command, env={}, capture_output=True, check=True)
    assert len(json.loads(done.stdout)["trials"]) == 2
    database.write_bytes(b"lr\n1")
    done = subprocess.run(command, env={}, capture_output=True, check=True)
    assert "refused" in json.loads(done.stdout)
