"""Networks and their training searched at once, on real digits, from the forms to the best candidate."""

from __future__ import annotations

import json
import re
import signal

import pytest

from search.methods import METHODS
from search.problems.architecture_space import ready_made
from tests.web.processes import Site, until
from tests.web.small_options import is_guided
from tests.web.small_spaces import window_on
from tests.web.test_every_method import fields_of, trials_of, watch


def _small() -> dict[str, object]:
    """Zela's space as small as can be: one group, and four epochs of large batches."""
    document = ready_made("residual_small")
    document["architecture"] |= {
        "filters": [4, 6, 8],
        "groups": [{"blocks": [1, 2], "widen": [0.5, 1, 2], "branches": [1, 2]}],
    }
    fixed = {"epochs": 4, "batch_size": 256}
    document["training"]["hyperparameters"] = [
        {"type": "constant", "name": e["name"], "value": fixed[e["name"]]}
        if e["name"] in fixed
        else e
        for e in document["training"]["hyperparameters"]
    ]
    return document


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("joint")
    site = Site(folder / "data", folder / "output")
    until(site.is_announced, "the site's address")
    yield site
    site.process.send_signal(signal.SIGTERM)
    site.process.wait()


@pytest.fixture(scope="module")
def ana(site):
    browser = window_on(site)
    page = "/projects/digits/spaces/new/?copy=residual_small"
    sent = {"form": "json", "name": "joint", "document": json.dumps(_small())}
    status, address, text = browser.send(page, **sent)
    assert (status, address) == (200, "/spaces/3/"), text
    return browser


def test_bohb_searches_networks_and_training_at_once(site, ana):
    method, page = METHODS["bohb"], "/projects/digits/runs/new/"
    fields = fields_of(ana.ask(page)[2], method, "3")
    _status, run, text = ana.send(page, **fields, request_key="joint")
    assert re.fullmatch(r"/runs/\d+/", run), re.findall(r'class="invalid-feedback".*?</', text)
    _told, state = watch(site, ana, run)
    rows = trials_of(site, run)
    assert state == "completed", [(row["state"], row["reason"], row["detail"]) for row in rows]
    assert is_guided(method, [row["memo"] for row in rows])
    assert {json.loads(row["genotype"])["kind"] for row in rows} == {"residual"}
    assert len({row["genotype"] for row in rows}) > 3
    for searched in ("learning_rate", "mixup", "cutout", "drop_path"):
        assert len({json.loads(row["config"])[searched] for row in rows}) > 3
    assert (rows[-1]["stage"], rows[-1]["state"]) == ("confirm", "complete")
    assert json.loads(ana.ask(f"{run}insight/")[2])["kind"]
    assert "<cell-diagram" in ana.ask(run)[2]
    assert "confirmed" in ana.ask(f"{run}leaders/")[2]
