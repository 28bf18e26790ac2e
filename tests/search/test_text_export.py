"""A text model that is taken home says what was measured: in ONNX, as code that runs alone, and asked."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
import torch

from search.history import Candidate, Stage
from search.training.checkpoint import CheckpointError
from search.training.text import as_onnx, data, export, predict
from search.training.text.classification import PREDICTIONS
from search.training.text.evaluate import restore
from search.training.text.language import SURPRISES
from search.training.text.meta import Meta
from search.training.text.recipe import Recipe
from search.training.text.sample import continued, encoded
from search.training.text.stepping import beginning_of, stepping
from search.training.text.weights import load
from tests.search import texts
from tests.search.texts import a_config, train_text

CONFIGS = {
    "language": a_config(
        cell="lstm",
        layers=2,
        tied_weights="yes",
        epochs=6,
        dropout_embedding=0.0,
        dropout_output=0.0,
    ),
    "classification": a_config(cell="gru", layers=2, sequence_length=8),
}


@pytest.fixture(scope="module", params=CONFIGS)
def taken(request, tmp_path_factory) -> tuple[Path, Any, Path, Path, dict[str, Any]]:
    """Folder of a model taken home, what the export says of it, data, checkpoint, config."""
    root = tmp_path_factory.mktemp("export")
    if request.param == "language":
        folder = texts.chain(root / "data", train=5000, held_out=600)
    else:
        folder = texts.reviews(root / "data")
    config = CONFIGS[request.param]
    last = train_text(folder, root / "trial", config, stage=Stage.CONFIRM)[-1]
    assert last.checkpoint is not None
    target = root / "model"
    target.mkdir()
    told = {**last.costs, **last.values}
    exported = export.export(Candidate(config), folder, last.checkpoint, target, told)
    return target, exported, folder, last.checkpoint, config


def writes(folder: Path) -> bool:
    return data.meta(folder).task == "language"


def test_the_onnx_model_agrees_with_pytorch_on_held_out_text(taken):
    target, exported, *_ = taken
    assert exported.onnx_offered
    assert exported.parity <= 1e-4
    assert exported.compared >= 256
    assert {path.name for path in target.iterdir()} == {
        "model.onnx",
        "weights.safetensors",
        "model.py",
        "model.json",
    }


def test_the_onnx_model_takes_texts_of_any_length_and_gives_the_scores_again(taken):
    target, _, folder, checkpoint, config = taken
    session = onnxruntime.InferenceSession(target / "model.onnx")
    if not writes(folder):
        part = data.items(folder, "test")
        tokens, lengths = data.padded(part, torch.arange(len(part)), config["sequence_length"])
        given = {"tokens": tokens.numpy(), "lengths": lengths.numpy()}
        (found,) = session.run(None, given)
        expected = np.load(checkpoint.parent / PREDICTIONS)
        assert found == pytest.approx(expected, abs=1e-4)
        return
    text = data.tokens(folder, "test").numpy().astype(np.int64)
    network = restore(Candidate(config), data.meta(folder), checkpoint)
    state = list(beginning_of(network))
    for window in (text[None, :1], text[None, 1:100]):
        names = [given.name for given in session.get_inputs()]
        shares, *state = session.run(None, dict(zip(names, [window, *state], strict=True)))
    nats = -np.log(shares[0, np.arange(98), text[2:100]])
    surprises = np.load(checkpoint.parent / SURPRISES)
    assert nats == pytest.approx(surprises[1:99], abs=1e-3)


def test_vocabulary_and_classes_go_with_the_model(taken):
    target, _, folder, _, config = taken
    known = data.meta(folder)
    told = {p.key: p.value for p in onnx.load(target / "model.onnx").metadata_props}
    assert tuple(json.loads(told["vocabulary"])) == known.vocabulary
    assert tuple(json.loads(told["classes"])) == known.classes
    card = json.loads((target / "model.json").read_text())
    assert Meta.of(card) == known
    assert card["kind"] == "text"
    assert card["config"] == config
    assert card["values"]["params"] == card["params"]
    assert card["values"]["test_loss"] > 0


def test_the_page_is_told_what_the_test_part_has_shown(taken):
    _, exported, folder, checkpoint, _ = taken
    if not writes(folder):
        matrix = np.array(exported.results["confusion"])
        assert matrix.sum(axis=1).tolist() == [140, 140]
        predicted = np.load(checkpoint.parent / PREDICTIONS).argmax(axis=1)
        right = predicted == np.load(folder / "test-labels.npy")
        assert np.trace(matrix) == right.sum()
        return
    told = exported.results
    assert told["tokens"] == 599
    assert 3 < told["by_frequency"] < 4.1  # of four letters that are about equally frequent
    assert told["unknown"] == 0
    hardest = [each["perplexity"] for each in told["hardest"]]
    assert hardest == sorted(hardest, reverse=True)
    assert sum(each["count"] for each in told["hardest"]) == 599
    assert set(told["sample"]["written"]) <= set("abcd")
    assert len(told["sample"]["written"]) == 400


def test_the_model_is_rebuilt_from_what_was_taken_home(taken):
    target, _, folder, checkpoint, config = taken
    network, known, recipe = load(target)
    assert known == data.meta(folder)
    assert recipe == Recipe.of(config)
    expected = restore(Candidate(config), known, checkpoint).state_dict()
    found = network.state_dict()
    assert set(found) == set(expected)
    assert all(torch.equal(found[name], expected[name]) for name in expected)


def test_a_model_that_does_not_agree_is_not_offered(taken, tmp_path, monkeypatch):
    _, _, folder, checkpoint, config = taken
    monkeypatch.setattr("search.training.card.TOLERANCE", -1.0)
    monkeypatch.setattr(export, "TOLERANCE", -1.0)
    monkeypatch.setattr(export, "write", lambda _network, _known, path: path.touch())
    monkeypatch.setattr(export, "compare", lambda *_given: (0.0, 400))
    exported = export.export(Candidate(config), folder, checkpoint, tmp_path)
    assert not exported.onnx_offered
    assert {path.name for path in tmp_path.iterdir()} == {"weights.safetensors", "model.json"}


def test_another_network_is_told_from_the_one_that_was_written(taken):
    target, _, folder, checkpoint, config = taken
    network = restore(Candidate(config), data.meta(folder), checkpoint)
    most = config["sequence_length"]
    right, _ = as_onnx.compare(network, folder, most, target / "model.onnx")
    with torch.no_grad():
        next(network.parameters()).mul_(1.5)
    wrong, _ = as_onnx.compare(network, folder, most, target / "model.onnx")
    assert right <= 1e-4 < wrong


def test_a_missing_checkpoint_is_named(taken, tmp_path):
    _, _, folder, _, config = taken
    with pytest.raises(CheckpointError):
        export.export(Candidate(config), folder, tmp_path / "step-000001.checkpoint", tmp_path)


# Asking


def asked(target: Path, question: dict[str, Any]) -> Any:
    command = [sys.executable, "-m", "search.training.text.predict", str(target)]
    ended = subprocess.run(command, input=json.dumps(question), capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout)


def test_the_module_that_answers_says_what_the_model_does(taken):
    target, _, folder, *_ = taken
    question = {"text": "abd" if writes(folder) else "the day was awful", "seed": 3}
    question |= {"length": 50, "temperature": 0.7}
    told = asked(target, question)
    assert told == predict.answer(target, question)
    if writes(folder):
        assert len(told) == 50
    else:
        assert np.argmax(told) == 1
        assert sum(told) == pytest.approx(1, abs=1e-5)


def test_what_is_written_follows_the_seed_and_the_temperature(taken):
    target, _, folder, *_ = taken
    if not writes(folder):
        return
    question = {"text": "ab", "length": 60, "temperature": 1.0, "seed": 1}
    one = predict.answer(target, question)
    assert predict.answer(target, question) == one
    assert predict.answer(target, {**question, "seed": 2}) != one
    coldest = predict.answer(target, {**question, "temperature": 0.0})
    assert coldest == predict.answer(target, {**question, "temperature": 0.0, "seed": 9})
    assert predict.answer(target, {**question, "text": ""})  # nothing is a beginning, too


def test_what_is_written_surprises_the_model_as_much_as_it_expects(taken):
    target, _, folder, *_ = taken
    if not writes(folder):
        return
    network, known, _ = load(target)
    step, start = stepping(network), beginning_of(network)
    written = continued(step, start, known, "a", 1500, 1.0, np.random.default_rng(0))
    text = torch.from_numpy(encoded("a" + written, known))
    with torch.inference_mode():
        logits, _ = network(text[None, :-1], *network.start(1))
    chances = logits[0, :, 1:].log_softmax(dim=1)  # the unknown is never written
    surprise = -chances.gather(1, text[1:, None] - 1).mean()
    expected = -(chances.exp() * chances).sum(dim=1).mean()
    assert float(surprise) == pytest.approx(float(expected), abs=0.06)


def test_a_text_of_what_is_not_known_and_no_text_at_all_are_judged_too(taken):
    target, _, folder, *_ = taken
    if writes(folder):
        return
    for text in ("", "zzz qqq", "the " * 500):
        assert sum(predict.answer(target, {"text": text})) == pytest.approx(1, abs=1e-5)
