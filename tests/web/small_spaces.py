"""A project with real digits and two small spaces, on which every method comes to an end soon."""

from __future__ import annotations

import json
import re
from typing import Any

from search.method import CONFIG, GENOTYPE, Method
from search.problems.architecture_space import ready_made
from search.problems.images import IMAGES
from tests.web.browsing import Browser
from tests.web.processes import Site, until

PERSON, PASSWORD = "ana", "a long road ahead"

QUICK = {
    "schedule": "constant",
    "loss": "cross_entropy",
    "initialisation": "he",
    "momentum": 0.9,
    "focal_gamma": 2.0,
    "smoothing": 0.1,
    "layers": 1,
    "width": 4,
    "optimiser": "adam",
    "batch_size": 256,
    "augmentation": "none",
    "epochs": 4,
}
"""What the quick space fixes: the learning rate, the weight decay and the dropout are left to the method."""


def of_configs() -> dict[str, Any]:
    document = IMAGES.usual_space().to_json()
    entries = [
        {"type": "constant", "name": entry["name"], "value": QUICK[entry["name"]]}
        if entry["name"] in QUICK
        else entry
        for entry in document["hyperparameters"]
    ]
    return {**document, "hyperparameters": entries, "conditions": []}


def of_architectures() -> dict[str, Any]:
    document = ready_made("small")
    document["architecture"] |= {"cells": 1, "reductions": 0, "nodes": 2, "channels": 4}
    changed = {"epochs": 1, "batch_size": 256}
    for entry in document["training"]["hyperparameters"]:
        entry["value"] = changed.get(entry["name"], entry["value"])
    return document


def space_for(method: Method) -> str:
    """The one of the two spaces that the method is for, as a form names it."""
    of_networks = GENOTYPE in method.searches and method.family.startswith("Architecture")
    return "1" if CONFIG in method.searches and not of_networks else "2"


def window_on(site: Site) -> Browser:
    """The window of somebody who has uploaded the digits and made two small spaces."""
    link = re.search(r"/set-up/[^/]+/", site.said())
    assert link, site.said()
    browser = Browser(f"http://127.0.0.1:{site.port}")
    browser.send(link[0], username=PERSON, password1=PASSWORD, password2=PASSWORD)
    browser.send("/projects/new/", name="Digits")
    browser.send("/projects/digits/datasets/new/", "/projects/digits/datasets/example/")
    until(lambda: "Classes" in browser.ask("/datasets/1/")[2], "the dataset")
    for copied, document in (("images", of_configs()), ("small", of_architectures())):
        page = f"/projects/digits/spaces/new/?copy={copied}"
        sent = {"form": "json", "name": copied, "document": json.dumps(document)}
        status, address, text = browser.send(page, **sent)
        assert (status, address.startswith("/spaces/")) == (200, True), text
    return browser
