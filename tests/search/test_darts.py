"""DARTS: a supernet that is trained, resumed, and derived from."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
import torch
from torch import nn

from benchmarks.oneshot.textbook import Textbook, copy_weights
from search.architecture.ops import OPS
from search.architecture.spaces import READY_MADE
from search.history import Candidate, Stage
from search.loop import Plan, run
from search.method import Context
from search.methods import METHODS
from search.oneshot.darts import Options
from search.problems.images import IMAGES
from search.space import Space
from search.supernet.darts import halves, score_mixed, search
from search.supernet.network import Supernet
from search.supernet.operations import normalised
from search.supernet.outline import Outline, derive
from search.training.checkpoint import load
from search.training.data import Normalise, Split
from tests.search.conftest import a_config
from tests.search.test_methods import SEARCH_READS, Recorder

OPTIONS = Options(epochs=2, batch_size=32, edge_learning_rate=0.05, random_controls=1)
OUTLINE = Outline(
    ("zero", *sorted(set(OPS) - {"zero"})), nodes=3, cells=3, channels=4, reductions=2
)
"""Of every operation that there is."""


def training(**changed):
    """A space in which everything is fixed."""
    config = a_config(**changed)
    del config["layers"], config["width"]
    entries = [{"type": "constant", "name": n, "value": v} for n, v in config.items()]
    return {"name": "t", "format_version": 0.4, "hyperparameters": entries}


@pytest.fixture(scope="module")
def architectures(digits):
    cells = {**READY_MADE["darts"], "nodes": 2, "channels": 4, "ops": ["id", "max3", "sep3"]}
    document = {"architecture": cells, "training": training(epochs=1)}
    return IMAGES.problem(document, digits)


@pytest.fixture(scope="module")
def one_network(digits):
    """A set of architectures that holds a single one."""
    cells = {**READY_MADE["darts"], "nodes": 1, "channels": 4, "ops": ["id"]}
    return IMAGES.problem({"architecture": cells, "training": training(epochs=1)}, digits)


def searched(problem, folder, options=OPTIONS, **around):
    folder.mkdir(parents=True, exist_ok=True)
    context = Context(seed=around.pop("seed", 3), workdir=folder, **around)
    return list(search(problem, Candidate({}), context, options))


@pytest.fixture(scope="module")
def reports(architectures, tmp_path_factory):
    return searched(architectures, tmp_path_factory.mktemp("searched"))


def test_the_fast_supernet_computes_what_the_paper_writes():
    torch.manual_seed(0)
    fast, plain = (kind(OUTLINE, (3, 9, 8), 5) for kind in (Supernet, Textbook))
    copy_weights(fast, plain)
    with torch.no_grad():
        for alpha in fast.alphas.values():
            alpha.copy_(torch.randn_like(alpha))
        for kind, alpha in fast.alphas.items():
            plain.alphas[kind].copy_(alpha)
    images = torch.randn(6, 3, 9, 8)
    assert torch.allclose(fast(images), plain(images), atol=1e-5)
    grads = [
        torch.autograd.grad(network(images).logsumexp(1).sum(), list(network.alphas.values()))
        for network in (fast, plain)
    ]
    for mine, theirs in zip(*grads, strict=True):
        assert torch.allclose(mine, theirs, atol=1e-4, rtol=1e-3)


def test_reports_a_genotype_and_edge_weights_after_each_epoch(reports):
    assert [report.step for report in reports] == [1, 2]
    for report in reports:
        assert set(report.values) == {"train_loss", "supernet_loss", "supernet_accuracy"}
        assert json.loads(report.genotype)["kind"] == "cell_net"
        weights = report.edge_weights
        assert weights["ops"] == ["zero", "id", "max3", "sep3"]
        for rows in weights["weights"].values():
            assert len(rows) == len(weights["edges"]) == 5
            assert all(sum(row) == pytest.approx(1, abs=1e-3) for row in rows)


def test_the_edge_weights_are_learnt(reports):
    first, last = (report.edge_weights["weights"]["normal"] for report in reports)
    assert first != last


def test_the_same_seed_derives_the_same_and_another_seed_something_else(
    architectures, reports, tmp_path
):
    again = searched(architectures, tmp_path / "again")
    assert [r.edge_weights for r in again] == [r.edge_weights for r in reports]
    other = searched(architectures, tmp_path / "other", seed=4)
    assert other[-1].edge_weights != reports[-1].edge_weights


def test_goes_on_from_a_checkpoint_as_if_it_had_not_been_interrupted(
    architectures, reports, tmp_path
):
    (half,) = searched(architectures, tmp_path / "half", fidelity={"epochs": 1})
    # Another seed is told, for a search that is resumed keeps its own.
    (rest,) = searched(architectures, tmp_path / "rest", seed=9, resume=half.checkpoint)
    one, two = load(reports[-1].checkpoint), load(rest.checkpoint)
    assert rest.edge_weights == reports[-1].edge_weights
    for name, tensor in one["network"].items():
        assert torch.equal(tensor, two["network"][name]), name
    for optimiser in ("weights", "edges"):
        for number, state in one[optimiser]["state"].items():
            for name, tensor in state.items():
                assert torch.equal(tensor, two[optimiser]["state"][number][name])


class Brightness(nn.Module):
    """Tells bright images from dark ones, as long as there are both in a batch."""

    def forward(self, images):
        bright = normalised(images).mean(dim=(1, 2, 3))
        return torch.stack([-bright, bright], dim=1)


def test_the_supernet_is_scored_on_mixed_classes_though_a_part_is_ordered_by_class():
    labels = torch.arange(2).repeat_interleave(150)
    images = (labels * 255).to(torch.uint8).view(-1, 1, 1, 1).expand(-1, 1, 4, 4)
    normalise = Normalise(torch.full((1, 1, 1, 1), 127.5), torch.full((1, 1, 1, 1), 1 / 127.5))
    accuracy, _ = score_mixed(Brightness(), Split(images, labels), normalise, seed=1)
    assert accuracy == 1


def test_weights_and_edge_weights_learn_from_different_images():
    mine, other = halves(101, seed=1)
    assert sorted([*mine.tolist(), *other.tolist()]) == list(range(101))


def test_batches_in_parts_derive_much_the_same(architectures, reports, tmp_path):
    parted = searched(architectures, tmp_path, parts=2)
    assert parted[-1].values["train_loss"] == pytest.approx(
        reports[-1].values["train_loss"], rel=0.5
    )


def test_each_node_keeps_its_two_strongest_edges_with_their_strongest_operation():
    outline = Outline(("zero", "id", "sep3"), 2, 3, 4, 0)
    weights = {
        "normal": [
            [0.9, 0.06, 0.04],  # 0 -> 2: zero does not count
            [0.1, 0.2, 0.7],  # 1 -> 2
            [0.2, 0.7, 0.1],  # 0 -> 3
            [0.8, 0.1, 0.1],  # 1 -> 3: the weakest, left out
            [0.1, 0.3, 0.6],  # 2 -> 3
        ]
    }
    cell = json.loads(derive(outline, weights))["cells"]["normal"]
    assert cell == {
        "inputs": 2,
        "nodes": [["id", 0, "sep3", 1], ["id", 0, "sep3", 2]],
        "concat": [2, 3],
    }


def test_says_when_a_search_has_collapsed_to_skips(one_network, tmp_path):
    *_, last = searched(one_network, tmp_path, replace(OPTIONS, epochs=1))
    assert "4 of 4 edges only pass on what they read: the search has collapsed" in last.note


def test_a_run_searches_then_trains_what_it_derived_and_a_random_one_alike(architectures, tmp_path):
    plan = Plan(METHODS["darts"], OPTIONS, seed=1, max_trials=50)
    search_trial, derived, control, confirmed = run(plan, architectures, tmp_path).trials
    assert (search_trial.stage, search_trial.candidate.genotype) == (Stage.SEARCH, None)
    assert search_trial.loss == float("inf"), "a supernet's score ranks with nothing"
    assert (derived.stage, derived.candidate.genotype) == (Stage.EVALUATE, search_trial.derived)
    assert control.stage is Stage.EVALUATE
    assert control.candidate.config == derived.candidate.config
    assert control.candidate.genotype != derived.candidate.genotype
    best = min((derived, control), key=lambda trial: trial.loss)
    assert (confirmed.stage, confirmed.candidate) == (Stage.CONFIRM, best.candidate)
    assert confirmed.values["test_accuracy"] >= 0


def test_a_set_without_another_architecture_has_no_control(one_network, tmp_path):
    plan = Plan(METHODS["darts"], replace(OPTIONS, epochs=1), seed=1, max_trials=50)
    stages = [trial.stage for trial in run(plan, one_network, tmp_path)]
    assert stages == [Stage.SEARCH, Stage.EVALUATE, Stage.CONFIRM]


def test_the_training_of_an_architecture_may_be_searched_too(architectures, rng):
    document = {"architecture": READY_MADE["small"], "training": training()}
    document["training"]["hyperparameters"][0] = {
        "type": "uniform_float",
        "name": "learning_rate",
        "lower": 0.01,
        "upper": 0.1,
        "default_value": 0.02,
        "log": True,
    }
    assert Space.from_json(document["training"])
    problem = IMAGES.problem(document, architectures.data)
    drawn = [problem.sample(rng) for _ in range(5)]
    assert len({candidate.config["learning_rate"] for candidate in drawn}) == 5
    assert len({candidate.genotype for candidate in drawn}) == 5


def test_the_search_reads_the_options_that_proposing_leaves_to_it(architectures, tmp_path):
    recorder = Recorder(replace(OPTIONS, epochs=1))
    searched(architectures, tmp_path, options=recorder)
    assert recorder.read >= SEARCH_READS["darts"]
