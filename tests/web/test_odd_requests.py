"""Odd requests to all addresses, and broken documents: answers in words, never a fault of the site."""

from __future__ import annotations

import json
import random
import re
from copy import copy
from itertools import chain
from urllib.parse import urlencode

import pytest
from django.db import transaction
from django.urls import reverse

from automl_web.runs.chosen_space import ready_made
from tests.web.test_access import ADDRESSES, TABLE, clients, pets, site, version

__all__ = ["clients", "pets", "site", "version"]  # fixtures

pytestmark = pytest.mark.django_db

ODD_PARTS = [
    "0",
    "-1",
    "9" * 40,
    "%00",
    "..%2f..%2fetc%2fpasswd",
    "%0d%0aset-cookie:x=1",
    "a" * 5000,
    "%3Cscript%3E",
    "%F0%9F%92%A9",
    "%ff%fe",
]
ODD_QUERIES = [
    "",
    "page=-1&version=9999999999999999999999&dataset=99999999999999999999&state=x&format=csv",
    "page=%00&version=%00&dataset=%00&person=%00&action=%00&method=%00&next=%00",
    "page[]=1&version=-1&dataset=-1&person[$ne]=x&action='+or+1=1--&method=random_search",
    "page=1e999&version=%F0%9F%92%A9&next=//evil.example&format=<svg>",
]
DEEP = "[" * 20_000
LARGE = "9" * 5_000
ODD_FIELDS = [
    *("username", "password", "next", "old_password", "new_password1", "new_password2"),
    *("name", "role", "form", "document", "dataset", "space", "method", "queue", "request_key"),
    *("max_trials", "concurrency", "seed", "minutes", "trial_minutes", "number", "version"),
]
ODD_BODIES = [
    (b"", "application/json"),
    (b"\xff\xfe\x00", "application/x-www-form-urlencoded"),
    (
        b"--x\r\nContent-Disposition: form-data; name=file; filename=a\r\n\r\n",
        "multipart/form-data",
    ),
    (b"not multipart", "multipart/form-data; boundary=x"),
    (b"--x\r\n\r\n--x--", "multipart/form-data; boundary=x"),
    (b"&" * 2_000, "application/x-www-form-urlencoded"),
    (DEEP.encode(), "text/html"),
]


def odd_path(pattern, dice):
    """The address with something odd in the place of each argument."""
    return "/" + re.sub("<[^>]+>", lambda _: dice.choice(ODD_PARTS), str(pattern.pattern))


def odd_form(dice, names):
    return {name: dice.choice(ODD_FIELDS) for name in names}


def post(client, address, form):
    """Send a form whose values may be such as a browser would never send."""
    body = urlencode(form, errors="surrogatepass")
    return client.generic("POST", address, body, content_type="application/x-www-form-urlencoded")


FIELDS = [
    *("username", "password", "next", "old_password", "new_password1", "new_password2"),
    *("name", "role", "form", "document", "dataset", "space", "method", "queue", "request_key"),
    *("max_trials", "concurrency", "seed", "minutes", "trial_minutes", "number", "version"),
]


def odd_requests(client, name, address, dice):
    """A handful of odd requests to one address, to be sent."""
    body, kind = dice.choice(ODD_BODIES)
    method = dice.choice(["PUT", "DELETE", "OPTIONS", "TRACE", "BREW"])
    few, many = odd_form(dice, dice.sample(FIELDS, 12)), odd_form(dice, FIELDS)
    yield lambda: client.get(odd_path(ADDRESSES[name], dice))
    yield lambda: client.get(f"{address}?{dice.choice(ODD_QUERIES)}")
    yield lambda: client.generic(method, address)
    yield lambda: post(client, address, few)
    yield lambda: post(client, address, many | {"form": "json", "document": DEEP})
    yield lambda: client.generic("POST", address, body, content_type=kind)


def answer_to(request, client):
    """The answer, whose effects are undone for the next one."""
    cookies = copy(client.cookies)
    with transaction.atomic():
        answer = request()
        transaction.set_rollback(True)
    client.cookies = cookies
    return answer


@pytest.mark.parametrize("role", ["anonymous", "viewer", "editor", "admin"])
def test_no_odd_request_is_a_fault_of_the_site(role, site, clients):
    client, dice = clients[role], random.Random(3)
    client.raise_request_exception = False
    wrong = []
    for name in TABLE:
        address = reverse(name, args=TABLE[name].arguments(site))
        for request in chain(*(odd_requests(client, name, address, dice) for _ in range(3))):
            answer = answer_to(request, client)
            if answer.status_code >= 500 or b"Traceback" in answer.content:
                told = answer.request["REQUEST_METHOD"], answer.request["PATH_INFO"]
                wrong.append((name, answer.status_code, *told))
    assert wrong == []


def broken(part, dice):
    """The part of a document with one odd value somewhere in it."""
    odd = [None, True, -1, 1e308, float("nan"), 10**400, "", "x" * 500, [], {}, [[]], {"a": 1}]
    if not part or dice.random() < 0.15 or not isinstance(part, dict | list):
        return dice.choice(odd)
    if isinstance(part, list):
        place = dice.randrange(len(part))
        return [*part[:place], broken(part[place], dice), *part[place + 1 :]]
    name = dice.choice(list(part))
    if dice.random() < 0.2:
        return {key: value for key, value in part.items() if key != name}
    return part | {name: broken(part[name], dice)}


def test_a_broken_search_space_is_no_fault_of_the_site(editor_client, project):
    dice = random.Random(3)
    answers = set()
    for _ in range(150):
        document = json.dumps(broken(ready_made("images"), dice))
        sent = {"form": "json", "name": "S", "document": document}
        try:
            answer = editor_client.post(reverse("space-new", args=[project.slug]), sent)
        except Exception as error:
            raise AssertionError(document[:2000]) from error
        answers.add(answer.status_code)
    assert answers <= {302, 422}
