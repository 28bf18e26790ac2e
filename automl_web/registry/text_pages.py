"""What a model's page says of a model of text: how good it is, what it writes, and how to use it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from automl_web.registry import confusion
from automl_web.registry.models import ModelVersion
from automl_web.registry.page import Use
from automl_web.registry.text_code import classifier_code, language_code, weights_code
from automl_web.runs.templatetags.figures import metric
from search.training.text.meta import CHARACTERS, LANGUAGE


@dataclass(frozen=True)
class Hard:
    """A token that surprises the model: how often it came, and its own perplexity."""

    token: str
    count: int
    perplexity: float


def shown(model: ModelVersion) -> dict[str, Any]:
    writes = model.run.dataset.task == LANGUAGE
    uses = [Use(_("The weights, with model.py and PyTorch alone:"), weights_code(writes))]
    if model.onnx_offered:
        sentence = _("The ONNX model needs neither this site nor PyTorch:")
        facts = model.run.dataset.facts
        code = language_code if writes else classifier_code
        uses.insert(0, Use(sentence, code(facts["unit"], facts["lowercase"])))
    if not writes:
        told = {"sentence": _told_of_classes(model), "uses": uses, "writes": False}
        return {**told, **confusion.shown(model)}
    return {
        "sentence": _told_of_tokens(model),
        "uses": uses,
        "writes": True,
        "sample": model.results.get("sample"),
        "hardest": [hard_of(each) for each in model.results.get("hardest", [])],
        "characters": _in_characters(model),
    }


def _in_characters(model: ModelVersion) -> bool:
    return bool(model.run.dataset.facts.get("unit") == CHARACTERS)


def hard_of(told: dict[str, Any]) -> Hard:
    """A token as it can be read: those that nobody sees have names."""
    names = {" ": _("space"), "\n": _("end of line"), "\t": _("tab"), "\ufffd": _("unknown")}
    token = told["token"]
    if token.isspace() and token not in names:
        return Hard(f"U+{ord(token[0]):04X}", told["count"], told["perplexity"])
    return Hard(names.get(token, token), told["count"], told["perplexity"])


def _told_of_tokens(model: ModelVersion) -> str:
    """What its perplexity means, beside that of knowing only how frequent each token is."""
    found = model.values.get("test_perplexity")
    if not isinstance(found, float | int):
        return _("Its perplexity on the test part is not known.")
    parts = [_perplexity(found, _in_characters(model))]
    if "by_frequency" in model.results:
        text = _("Knowing only how often each occurs, the choice would be among %(many)s.")
        parts.append(text % {"many": _many(model.results["by_frequency"])})
    if model.results.get("unknown"):
        text = _("%(share)s of the test part is not in its vocabulary.")
        parts.append(text % {"share": metric(model.results["unknown"], "accuracy")})
    return " ".join(parts)


def _perplexity(found: float, in_characters: bool) -> str:
    if in_characters:
        text = _(
            "Perplexity %(perplexity)s on text that no search has seen: it is as unsure of the next "
            "character as of one among %(many)s equally likely ones (%(bits)s bits each)."
        )
    else:
        text = _(
            "Perplexity %(perplexity)s on text that no search has seen: it is as unsure of the next "
            "word as of one among %(many)s equally likely ones (%(bits)s bits each)."
        )
    bits = number_format(round(math.log2(max(found, 1.0)), 2), 2)
    return text % {
        "perplexity": metric(found, "test_perplexity"),
        "many": _many(found),
        "bits": bits,
    }


def _many(found: float) -> str:
    """So many, as one says it: 3.4 or 1,520."""
    return number_format(round(found, 1 if found < 100 else 0), 1 if found < 100 else 0)


def _told_of_classes(model: ModelVersion) -> str:
    texts = confusion.tested(model)
    text = ngettext(
        "Right on %(accuracy)s of %(texts)s test text that no search has seen.",
        "Right on %(accuracy)s of %(texts)s test texts that no search has seen.",
        texts,
    )
    accuracy = metric(model.values.get("test_accuracy"), "test_accuracy")
    return text % {"accuracy": accuracy, "texts": texts}
