"""The stand-alone file of a text model: it runs where nothing but torch is, and computes the same."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
import torch

from search.training.text.meta import Meta
from search.training.text.networks import build
from search.training.text.recipe import Recipe
from search.training.text.sample import continued
from search.training.text.standalone import source
from search.training.text.stepping import beginning_of, stepping
from search.training.text.tokens import UNKNOWN
from search.training.text.weights import write_weights

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
loaded = model.load("weights.safetensors")
tokens, lengths = torch.load("given.pt", weights_only=True)
with torch.inference_mode():
    found = loaded(tokens)[0] if hasattr(model, "continued") else loaded(tokens, lengths)
torch.save(found, "out.pt")
if hasattr(model, "continued"):
    print(ascii(model.continued(loaded, "It's me", length=20, temperature=0.0)))
else:
    print(ascii(model.judged(loaded, "It's me")))
"""

WORDS = (UNKNOWN, "it's", "me", ",", "<unk>", 'odd"\\word', "\n", "Größe", "ć")
KNOWN = {
    "language of words": Meta("language", "words", WORDS, (), True),
    "language of characters": Meta(
        "language", "characters", (UNKNOWN, *"It's me\n\"\\"), (), False
    ),
    "classifier of words": Meta("classification", "words", WORDS, ('it\'s "a"', "b\\n", "ć"), True),
}


@pytest.mark.parametrize(
    ("name", "changed"),
    [
        ("language of words", {"cell": "lstm", "layers": 2}),
        ("language of words", {"cell": "gru", "tied_weights": "yes"}),
        ("language of characters", {"cell": "lstm", "tied_weights": "yes", "width": 6}),
        ("classifier of words", {"cell": "gru", "layers": 2}),
    ],
)
def test_computes_the_same_with_torch_alone(name, changed, tmp_path):
    torch.manual_seed(0)
    known, recipe = KNOWN[name], Recipe(**{"width": 9, "embedding": 6, **changed})
    network = build(recipe, known).eval()
    write_weights(network, known, tmp_path / "weights.safetensors")
    (tmp_path / "model.py").write_text(source(recipe, known), encoding="utf-8")
    tokens, lengths = torch.randint(len(known.vocabulary), (3, 7)), torch.tensor([7, 1, 4])
    torch.save((tokens, lengths), tmp_path / "given.pt")
    command = [sys.executable, "-I", "-c", ALONE]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    with torch.inference_mode():
        if known.task == "language":
            expected = network(tokens, *network.start(3))[0]
            words = continued(
                stepping(network),
                beginning_of(network),
                known,
                "It's me",
                20,
                0.0,
                np.random.default_rng(0),
            )
            assert eval(ended.stdout).endswith(words)  # noqa: S307 - of our own print
        else:
            expected = network(tokens, lengths).softmax(dim=1)
            assert {told for told, _ in eval(ended.stdout)} == set(known.classes)  # noqa: S307
    found = torch.load(tmp_path / "out.pt", weights_only=True)
    assert torch.allclose(found, expected, atol=1e-6)


def test_the_first_lines_say_what_it_is():
    code = source(Recipe(), KNOWN["classifier of words"])
    assert code.startswith('"""A classifier of texts')
    compile(code, "model.py", "exec")
