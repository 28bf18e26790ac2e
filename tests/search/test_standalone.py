"""The stand-alone file: it runs where nothing but torch is, and computes the same."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
import torch
from safetensors.torch import save_file

from search.architecture.network import build
from search.history import Candidate
from search.training.candidates import blueprint
from search.training.export import Standalone
from search.training.meta import Meta
from search.training.standalone import source

KNOWN = Meta(('it\'s "a"', "b\\n", "ć"), 3, 17, 16, (0.4, 0.5, 0.6), (0.2, 0.3, 0.1))
SKELETON = {"C": 4, "L": 3, "reductions": 2, "stem": "conv3"}
DARTS_V2 = {
    "nodes": [
        ["sep3", 0, "sep3", 1],
        ["sep3", 0, "sep3", 1],
        ["sep3", 1, "id", 0],
        ["id", 0, "dil3", 2],
    ],
    "concat": [2, 3, 4, 5],
}
NASNET_A = {
    "nodes": [
        ["sep5", 1, "sep3", 0],
        ["sep5", 0, "sep3", 0],
        ["avg3", 1, "id", 0],
        ["avg3", 0, "max3", 0],
        ["c1x7", 1, "id", 1],
    ],
    "concat": [0, 2, 3, 4, 5, 6],
}


def cell_net(cell):
    cells = {"normal": cell, "reduce": cell}
    return json.dumps({"v": 1, "kind": "cell_net", "cells": cells, "skeleton": SKELETON})


MOBILE = json.dumps(
    {
        "v": 1,
        "kind": "chain",
        "stem": 8,
        "blocks": [
            {"op": "mbconv", "k": 3, "e": 1, "c": 8, "n": 1, "s": 1},
            {"op": "mbconv", "k": 5, "e": 4, "c": 12, "n": 2, "s": 2},
        ],
        "head": 32,
    }
)

CANDIDATES = {
    "darts": Candidate({"dropout": 0.2}, cell_net(DARTS_V2)),
    "nasnet": Candidate({}, cell_net(NASNET_A)),
    "mobile": Candidate({}, MOBILE),
    "chain": Candidate({"layers": 4, "width": 6, "dropout": 0.3}),
}

ALONE = """
import importlib.abc, sys
import torch  # with what it needs itself

class Refuses(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        top = name.partition(".")[0]
        if top not in sys.stdlib_module_names and top not in ("torch", "model"):
            raise ImportError(f"{name} is not there")

assert not {"search", "django", "safetensors"} & {name.partition(".")[0] for name in sys.modules}
sys.meta_path.insert(0, Refuses())
sys.path.insert(0, ".")
import model
images = torch.load("images.pt", weights_only=True)
with torch.inference_mode():
    torch.save(model.load("weights.safetensors")(images), "out.pt")
print(model.CLASSES)
"""


@pytest.mark.parametrize("name", CANDIDATES)
def test_computes_the_same_with_torch_alone(name, tmp_path):
    candidate = CANDIDATES[name]
    torch.manual_seed(0)
    drawn = blueprint(candidate, KNOWN.shape, len(KNOWN.classes))
    network = build(drawn, "he")
    images = torch.rand(5, *KNOWN.shape)
    network.train()(images)  # so that the running means are not those of a new network
    standalone = Standalone(network, KNOWN).eval()
    save_file(standalone.state_dict(), tmp_path / "weights.safetensors")
    (tmp_path / "model.py").write_text(source(drawn, KNOWN), encoding="utf-8")
    torch.save(images, tmp_path / "images.pt")
    command = [sys.executable, "-I", "-c", ALONE]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.strip() == repr(list(KNOWN.classes))
    with torch.inference_mode():
        expected = standalone(images)
    found = torch.load(tmp_path / "out.pt", weights_only=True)
    assert torch.allclose(found, expected, atol=1e-6)


def test_says_what_it_is_when_it_is_run(tmp_path):
    drawn = blueprint(CANDIDATES["chain"], KNOWN.shape, len(KNOWN.classes))
    standalone = Standalone(build(drawn, "he"), KNOWN)
    save_file(standalone.state_dict(), tmp_path / "weights.safetensors")
    (tmp_path / "model.py").write_text(source(drawn, KNOWN), encoding="utf-8")
    command = [sys.executable, "model.py"]
    told = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    assert told.startswith(f"{drawn.params:,} parameters, 3 classes")
