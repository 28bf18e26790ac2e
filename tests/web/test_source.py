"""What no line of ours may do, read from the source: run data as code, or build lines for a shell."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("search", "automl_web", "benchmarks", ".ci")
DOCUMENT = ROOT / "docs" / "security.md"
SOURCES = sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))

MODULES = {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "marshal", "shelve", "jsonpickle"}
CALLS = {"eval", "exec", "compile", "os.system", "os.popen", "yaml.load", "mark_safe", "__import__"}
MEANT = {"search/training/checkpoint.py": "torch.load"}
"""Where what could unpickle is called, with `weights_only=True`."""
PLAIN = {
    "benchmarks/nas/cells201.py": ["pickle"],
    "search/training/tables/evaluate.py": ["pickle"],
}
"""Where a published table is unpickled by a reader that refuses every class and function, and where
a model is pickled to measure how large it is, and forgotten."""


def name_of(node):
    """`a.b.c` of a name or an attribute, else nothing."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{name_of(node.value)}.{node.attr}"
    return ""


def given(call, name):
    return next((keyword.value for keyword in call.keywords if keyword.arg == name), None)


def is_true(node):
    return isinstance(node, ast.Constant) and node.value is True


def imports_of(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield (node.module or "").split(".")[0]


def faults_of_call(call):
    name = name_of(call.func)
    if name in CALLS:
        yield name
    if name.endswith("torch.load") and not is_true(given(call, "weights_only")):
        yield "torch.load of anything"
    if given(call, "shell") is not None or name.endswith("create_subprocess_shell"):
        yield "a shell"
    if given(call, "allow_pickle") is not None and is_true(given(call, "allow_pickle")):
        yield "numpy with pickles"


def faults(text):
    tree = ast.parse(text)
    found = [name for name in imports_of(tree) if name in MODULES]
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            found += faults_of_call(node)
    return found


def test_no_data_is_run_as_code():
    found = {str(path.relative_to(ROOT)): faults(path.read_text()) for path in SOURCES}
    assert {path: wrong for path, wrong in found.items() if wrong} == PLAIN
    assert len(found) > 80


@pytest.mark.parametrize(
    "text",
    [
        "import pickle",
        "from joblib import load",
        "torch.load(path)",
        "torch.load(path, weights_only=False)",
        "numpy.load(path, allow_pickle=True)",
        "subprocess.run(line, shell=True)",
        "eval(text)",
        "yaml.load(text)",
        "mark_safe(name)",
    ],
)
def test_the_walk_finds(text):
    assert faults(text)


def test_the_walk_lets_pass_what_is_safe():
    assert faults("torch.load(path, weights_only=True); network.eval(); json.load(file)") == []


TEMPLATES = sorted((ROOT / "automl_web").rglob("*.html"))


def test_no_template_switches_escaping_off_or_runs_a_line():
    words = (
        "|safe",
        "autoescape off",
        "<script>",
        "javascript:",
        " onclick=",
        " onload=",
    )
    found = {(path.name, word) for path in TEMPLATES for word in words if word in path.read_text()}
    assert found == set()
    assert len(TEMPLATES) > 30


def test_every_test_that_the_document_names_exists():
    named = set(re.findall(r"`((?:tests/browser/)?test_\w+\.py)`", DOCUMENT.read_text()))
    paths = [ROOT / name if "/" in name else ROOT / "tests" / "web" / name for name in named]
    assert [path.name for path in paths if not path.exists()] == []
    assert len(paths) > 15


SCRIPTS = sorted((ROOT / "frontend" / "src").rglob("*.ts"))


def test_no_script_writes_html():
    words = (
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "new Function",
        "eval(",
    )
    found = {(path.name, word) for path in SCRIPTS for word in words if word in path.read_text()}
    assert found == set()
    assert len(SCRIPTS) > 20
