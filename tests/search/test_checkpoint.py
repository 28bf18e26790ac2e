"""Checkpoints survive what crashes do to files."""

from __future__ import annotations

import pytest
import torch

from search.checkpoints import prune
from search.training import checkpoint
from tests.search.conftest import a_config, train
from tests.search.test_hyperband import assert_same_training


def tear(path):
    path.write_bytes(path.read_bytes()[:-10])


def test_gives_back_what_was_saved(tmp_path):
    state = {"weights": torch.arange(3), "epoch": 2, "values": {"loss": 0.5}}
    loaded = checkpoint.load(checkpoint.save(tmp_path, 2, state))
    assert torch.equal(loaded.pop("weights"), torch.arange(3))
    assert loaded == {"epoch": 2, "values": {"loss": 0.5}}


def test_training_deletes_nothing_that_is_still_on_record(problem, tmp_path):
    reports = train(problem, tmp_path, a_config())
    assert all(report.checkpoint.exists() for report in reports)


def test_only_what_is_older_than_the_one_before_the_recorded_goes(tmp_path):
    paths = [checkpoint.save(tmp_path, step, {"step": step}) for step in (1, 2, 3, 4)]
    prune(paths[2])
    assert sorted(tmp_path.iterdir()) == paths[1:]


def test_a_training_that_had_to_go_back_leaves_no_later_ones(tmp_path):
    for step in (4, 5, 1):
        checkpoint.save(tmp_path, step, {"step": step})
    assert [path.stem for path in tmp_path.iterdir()] == ["step-000001"]


def test_a_torn_file_falls_back_one(tmp_path):
    checkpoint.save(tmp_path, 1, {"step": 1})
    latest = checkpoint.save(tmp_path, 2, {"step": 2})
    tear(latest)
    assert checkpoint.load(latest) == {"step": 1}


def test_a_missing_file_falls_back_one(tmp_path):
    checkpoint.save(tmp_path, 1, {"step": 1})
    assert checkpoint.load(tmp_path / "step-000002.checkpoint") == {"step": 1}


def test_says_when_nothing_can_be_read(tmp_path):
    only = checkpoint.save(tmp_path, 1, {"step": 1})
    tear(only)
    with pytest.raises(checkpoint.CheckpointError):
        checkpoint.load(only)


def test_training_loses_one_epoch_to_a_torn_file_and_ends_the_same(problem, tmp_path):
    straight = train(problem, tmp_path / "1", a_config())
    stopped = train(problem, tmp_path / "2", a_config(), epochs=3)[-1].checkpoint
    tear(stopped)
    resumed = train(problem, tmp_path / "2", a_config(), resume=stopped)
    assert [report.step for report in resumed] == [3, 4]
    assert_same_training(straight[-1].checkpoint, resumed[-1].checkpoint)


def test_training_starts_anew_where_no_checkpoint_is_left(problem, tmp_path, capsys):
    straight = train(problem, tmp_path / "1", a_config(epochs=1))
    lost = tmp_path / "nowhere" / "step-000001.checkpoint"
    anew = train(problem, tmp_path / "2", a_config(epochs=1), resume=lost)
    assert anew[-1].values == straight[-1].values
    assert "starts from the beginning" in capsys.readouterr().err
