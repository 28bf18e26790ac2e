"""Files that Optuna 5.0.0 itself wrote of one study: read as they are, and fitted to a space.

Of its ten trials four count: one was infinite, one had no number, two were pruned, two failed; an
eleventh was open. Which optimiser was tried decides whether there is a momentum.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from ConfigSpace import Categorical, ConfigurationSpace, EqualsCondition, Float, Integer

from automl_web.runs.earlier import fitted
from automl_web.runs.study_reader import RefusedError, read
from search.space import Space

FILES = Path(__file__).parents[1] / "golden" / "optuna"
VALUES = [0.87, 0.8710881335003636, 0.8466741227774928, 0.8817464974804939]
every_file = pytest.mark.parametrize("name", ["study.db", "study.log", "study.csv"])


def told(name):
    return read(FILES / name, "val_accuracy")


def a_space():
    space = ConfigurationSpace()
    space.add(
        Float("learning_rate", (1e-4, 1e-1), log=True),
        Float("dropout", (0.0, 0.5)),
        Integer("width", (4, 64), log=True),
        Integer("layers", (1, 4)),
        Categorical("optimiser", ["sgd", "adam", "3", "True", "None"]),
        Float("momentum", (0.0, 0.99)),
    )
    space.add(EqualsCondition(space["momentum"], space["optimiser"], "sgd"))
    return Space(space)


@every_file
def test_what_ended_with_a_number_counts_and_all_else_is_counted_as_left_out(name):
    found = told(name)
    assert [trial["value"] for trial in found["trials"]] == VALUES
    assert found["skipped"] == 7


@pytest.mark.parametrize("name", ["study.db", "study.log"])
def test_optunas_own_files_tell_the_direction(name):
    assert told(name)["maximise"] is True


@every_file
def test_numbers_choices_and_conditions_become_configurations_of_a_space(name):
    found, space = told(name)["trials"], a_space()
    configs = [fitted(space, trial["params"], set()) for trial in found]
    assert [config["width"] for config in configs] == [8, 17, 13, 12]
    assert [configs[n]["optimiser"] for n in (0, 2, 3)] == ["adam", "True", "3"]
    assert configs[0]["learning_rate"] == 0.01
    assert configs[3]["dropout"] == pytest.approx(0.35)
    assert not any("momentum" in configs[n] for n in (0, 2, 3))


def test_a_choice_that_is_none_is_one_like_others_and_in_a_table_not_told():
    assumed = set()
    for name in ("study.db", "study.log"):
        params = told(name)["trials"][1]["params"]
        assert fitted(a_space(), params, assumed)["optimiser"] == "None"
    assert not assumed
    fitted(a_space(), told("study.csv")["trials"][1]["params"], assumed)
    assert "optimiser" in assumed


NUMBER = r'"{\"name\": \"FloatDistribution\", \"attributes\": {}}"'


def test_of_a_journal_the_largest_study_that_was_not_deleted_counts(tmp_path):
    lines = [
        '{"op_code":0,"study_name":"gone","directions":[1]}',
        *['{"op_code":4,"study_id":0,"state":1,"value":1.0}'] * 3,
        '{"op_code":1,"study_id":0}',
        *['{"op_code":0,"study_name":"kept","directions":[2]}'] * 2,
        '{"op_code":4,"study_id":1}',
        f'{{"op_code":5,"trial_id":3,"param_name":"x","param_value_internal":2,"distribution":{NUMBER}}}',
        '{"op_code":6,"trial_id":3,"state":1,"values":[0.5]}',
        f'{{"op_code":4,"study_id":1,"state":1,"value":3,"params":{{"x":4}},"distributions":{{"x":{NUMBER}}}}}',
    ]
    path = tmp_path / "journal.log"
    path.write_text("\n".join(lines))
    found = read(path, "val_accuracy")
    assert found["trials"] == [
        {"params": {"x": 2}, "value": 0.5},
        {"params": {"x": 4}, "value": 3.0},
    ]
    assert (found["skipped"], found["maximise"]) == (0, True)


@pytest.mark.parametrize(
    "line",
    ['{"op_code":6,"trial_id":9,"state":1}', '{"op_code":4', "[1]", '{"op_code":1,"study_id":[]}'],
)
def test_a_journal_that_optuna_did_not_write_is_refused_with_the_line(tmp_path, line):
    path = tmp_path / "journal.log"
    path.write_text(f'{{"op_code":0,"study_name":"a","directions":[1]}}\n{line}\n')
    with pytest.raises(RefusedError) as refused:
        read(path, "val_accuracy")
    assert refused.value.document["values"] == {"line": 2}


@pytest.mark.parametrize("name", ["value_val_accuracy", "values_val_accuracy"])
def test_a_value_may_be_called_after_its_metric(tmp_path, name):
    path = tmp_path / "named.csv"
    path.write_text(f",number,values_val_loss,{name},params_x,state\n0,0,0.7,0.4,0.1,COMPLETE\n")
    assert read(path, "val_accuracy")["trials"][0]["value"] == 0.4
