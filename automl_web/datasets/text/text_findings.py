"""What the Data Doctor finds in text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from automl_web.datasets import encodings
from automl_web.datasets.classes import about_balance
from automl_web.datasets.findings import (
    DANGER,
    NOTE,
    WARNING,
    Finding,
    found,
    weight_of_seen,
)
from automl_web.datasets.order import CHECKING_TEXT
from automl_web.datasets.parts import SPLITS, TEST, TRAIN
from automl_web.datasets.text.classes import Drawn
from automl_web.datasets.text.items import Numbers, column
from automl_web.datasets.text.language import Divided
from automl_web.datasets.text.lines import repeated, seen_before
from automl_web.datasets.text.work import Read, shortened
from search.training.text.meta import CHARACTERS, WORDS

FEW = 50
"""Texts of a class below which its result is mostly luck."""

SHORT = {CHARACTERS: 100_000, WORDS: 50_000}
"""Tokens of running text to train on below which a model mostly learns by heart."""

MANY_UNKNOWN = 0.1
"""The share of unknown tokens from which on much of what is said is not heard."""

MUCH_AGAIN, MOST_AGAIN, SOME_AGAIN = 0.05, 0.5, 0.01
"""Shares of the test part's long lines that are trained on."""

BOILERPLATE = 0.01
MOST_NAMED = 10_000
"""Texts that a fix may leave out by name; more of them would make the options too long."""

SHOWN = 120  # characters of a text among the examples


def about_language(text: Divided, facts: Mapping[str, Any]) -> list[Finding]:
    """All findings in running text."""
    return [
        *_about_reading(text.work.read),
        *_about_copied_documents(text),
        *_about_length(facts),
        *_about_unknown(facts),
        *_about_lines(text),
    ]


def about_classes(texts: Drawn, facts: Mapping[str, Any]) -> list[Finding]:
    """All findings in texts that are told apart."""
    return [
        *_about_reading(texts.work.read),
        *_about_left_out(texts),
        *_about_copies(texts),
        *_about_sizes(texts),
        *_about_names(texts.classes),
        *_about_unknown(facts),
    ]


def _about_reading(read: Read) -> Iterator[Finding]:
    for codec in read.codecs:
        if encodings.is_guess(codec):
            yield found("guessed_encoding", NOTE, encoding=encodings.title(codec))
    if read.broken:
        yield found("broken_letters", count=read.broken)
    if read.controls:
        yield found("control_characters", NOTE, count=read.controls)
    if read.skipped:
        examples = [{"file": name, "reason": reason} for name, reason in read.first_skipped]
        yield found("skipped", examples=examples, count=read.skipped)


def _about_copied_documents(text: Divided) -> Iterator[Finding]:
    first: dict[int, str] = {}
    ordered = sorted(text.documents, key=lambda document: document.part != TEST)  # which stays
    copies = [d.name for d in ordered if first.setdefault(d.digest, d.name) != d.name]
    if copies:
        yield found("copied_documents", WARNING, {"drop": copies}, copies, count=len(copies))


def _about_length(facts: Mapping[str, Any]) -> Iterator[Finding]:
    tokens, enough = facts["counts"][TRAIN], SHORT[facts["unit"]]
    if tokens < enough:
        yield found("short_text", count=tokens, enough=enough)


def _about_unknown(facts: Mapping[str, Any]) -> Iterator[Finding]:
    share = facts["unknown"][TEST]
    if share <= MANY_UNKNOWN:
        return
    values = {"percent": round(100 * share), "size": facts["vocabulary"]["size"]}
    if facts["unit"] == CHARACTERS:
        yield found("unknown_tokens", **values)
    elif facts["vocabulary"]["has_capitals"]:
        yield found("unknown_words", WARNING, {"lowercase": True}, **values)
    else:
        yield found("unknown_tokens", WARNING, {"unit": CHARACTERS}, **values)


def _about_lines(text: Divided) -> Iterator[Finding]:
    trained, tested = text.size(TRAIN), text.size(TEST)

    def pieces(name: str, done: int) -> Iterator[str]:
        return text.work.told(text.pieces(name), 2 * trained + tested, done, CHECKING_TEXT)

    again, of, some = seen_before(pieces(TRAIN, tested), pieces(TEST, 0))
    share = again / max(of, 1)
    if share > SOME_AGAIN:
        weight = NOTE if share <= MUCH_AGAIN else WARNING if share <= MOST_AGAIN else DANGER
        examples = [shortened(line, SHOWN) for line in some]
        yield found("lines_in_test", weight, {"once": True}, examples, count=again, lines=of)
    boilerplate = repeated(pieces(TRAIN, trained + tested), trained)
    if boilerplate.share > BOILERPLATE:
        lines, percent = boilerplate.lines, round(100 * boilerplate.share)
        yield found("boilerplate", NOTE, examples=lines, count=len(lines), percent=percent)


def _about_left_out(texts: Drawn) -> Iterator[Finding]:
    items = texts.items
    left_out = {
        "empty_texts": items.empty,
        "unlabelled_texts": items.unlabelled,
        "cut_texts": items.cut,
        "ragged_rows": items.ragged,
    }
    for code, count in left_out.items():
        if count:
            yield found(code, NOTE, count=count)
    small = sorted(set(items.classes) - set(texts.classes))
    if small:
        named: dict[str, Any] = {"name": small[0], "classes": small}
        yield found("small_classes_left_out", WARNING, None, small, count=len(small), **named)


def _about_copies(texts: Drawn) -> Iterator[Finding]:
    pairs, hashes = texts.items.pairs, column(texts.items.texts)
    seen = np.concatenate([texts.places[name] for name in SPLITS if name != TEST])
    tested = texts.places[TEST]
    _pair, kind, copies = np.unique(pairs[seen], return_inverse=True, return_counts=True)
    if again := int((copies - 1).sum()):
        examples = _examples(texts, seen[copies[kind] > 1])
        yield found("copied_texts", WARNING, {"once": True}, examples, count=again)
    used = np.concatenate([seen, tested])
    _pair, first = np.unique(pairs[used], return_index=True)
    several, classes = np.unique(hashes[used][first], return_counts=True)
    torn = used[np.isin(hashes[used], several[classes > 1])]
    if len(torn):
        names = [texts.items.names[place] for place in torn[~np.isin(torn, tested)]]
        fix = {"drop": names} if 0 < len(names) <= MOST_NAMED else None
        yield found("contradicting_texts", WARNING, fix, _examples(texts, torn), count=len(torn))
    both = tested[np.isin(pairs[tested], pairs[seen])]
    if len(both):
        values = {"count": len(both), "items": len(tested)}
        weight, examples = weight_of_seen(len(both), len(tested)), _examples(texts, both)
        yield found("texts_in_test", weight, {"once": True}, examples, **values)
    _pair, kind, copies = np.unique(pairs[tested], return_inverse=True, return_counts=True)
    if again := int((copies - 1).sum()):
        examples = _examples(texts, tested[copies[kind] > 1])
        yield found("copied_within_test", NOTE, None, examples, count=again)


def _examples(texts: Drawn, places: Numbers) -> Iterator[str]:
    """The texts, each behind its class, those that are alike beside each other."""
    for place in places[np.argsort(column(texts.items.texts)[places], kind="stable")]:
        label = texts.items.classes[texts.items.labels[place]]
        yield f"{label}: {shortened(texts.text(int(place)), SHOWN)}"


def _about_sizes(texts: Drawn) -> Iterator[Finding]:
    counts = zip(*(texts.per_class(name) for name in SPLITS), strict=True)
    sizes = dict(zip(texts.classes, map(sum, counts), strict=True))
    few = sorted((name for name in sizes if sizes[name] < FEW), key=sizes.__getitem__)
    if few:
        fix = {"without": few} if len(sizes) - len(few) > 1 else None
        named: dict[str, Any] = {"name": few[0], "items": sizes[few[0]], "classes": few}
        examples = [f"{name}: {sizes[name]}" for name in few]
        yield found("few_items", WARNING, fix, examples, count=len(few), enough=FEW, **named)
    trained = dict(zip(texts.classes, texts.per_class(TRAIN), strict=True))
    yield from about_balance(trained, texts.thinned)


def _about_names(classes: list[str]) -> Iterator[Finding]:
    seen: dict[str, str] = {}
    for name in classes:
        other = seen.setdefault(" ".join(name.split()).casefold(), name)
        if other != name:
            fix = {"merge": {name: other}} if len(classes) > 2 else None
            yield found("similar_names", WARNING, fix, name=other, other=name)
