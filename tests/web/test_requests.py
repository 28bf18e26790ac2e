"""Requests that no page of ours would send: odd, forged, or with more in them than was asked for."""

from __future__ import annotations

import json
import random
import re
from copy import copy
from itertools import chain
from urllib.parse import urlencode

import pytest
from django.apps import apps
from django.contrib.sessions.models import Session
from django.db import transaction
from django.forms import model_to_dict
from django.test import Client
from django.urls import reverse

from automl_web.accounts.models import Action, Entry, Link, Tries, User
from automl_web.accounts.setup import sign_in_link
from automl_web.datasets.models import Dataset
from automl_web.projects.models import Membership, Project
from automl_web.runs.models import Run, SearchSpace
from automl_web.runs.space_form import as_text, ready_made
from tests.web.hostile import class_folders, zipped
from tests.web.test_access import ADDRESSES, TABLE, clients, site, version

__all__ = ["clients", "site", "version"]  # fixtures

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


def rows(ignored):
    """Everything in the database."""
    kept = [model for model in apps.get_models() if model not in ignored]
    return {
        model._meta.label: list(model.objects.order_by("pk").values(*columns(model)))
        for model in kept
    }


def columns(model):
    return [field.attname for field in model._meta.concrete_fields if field.name != "last_login"]


@pytest.mark.parametrize("role", ["anonymous", "outsider", "viewer", "admin"])
def test_looking_changes_nothing(role, site, clients):
    before = rows({Session, Entry})
    for name, row in TABLE.items():
        address = reverse(name, args=row.arguments(site)) + row.query
        clients[role].get(address)
        clients[role].head(address)
    assert rows({Session, Entry}) == before
    told = set(Entry.objects.values_list("action", flat=True))
    assert told <= {Action.DENIED, Action.MODEL_DOWNLOADED}


NOT_OFFERED = {
    "id": "4711",
    "pk": "4711",
    "slug": "mine",
    "owner": "1",
    "user": "1",
    "user_id": "1",
    "created_by": "1",
    "created_by_id": "1",
    "created_at": "2001-01-01",
    "project": "1",
    "project_id": "1",
    "is_staff": "on",
    "is_superuser": "on",
    "is_active": "",
    "password": "planted",
    "state": "completed",
    "reason": "planted",
    "seq": "99",
    "version": "99",
    "fence": "99",
    "attempt": "99",
    "number": "99",
    "total": "99",
    "taken_home": "on",
    "facts": "{}",
    "problem": "planted",
    "paused": "on",
    "digest": "planted",
}


def sent_project(site, extra):
    return "projects/new/", {"name": "A project", **extra}, Project, ("name",)


def sent_person(site, extra):
    fields = ("is_staff", "is_superuser", "is_active", "password")
    return "people/", {"username": f"dan{len(extra)}", **extra}, User, fields


def sent_member(site, extra):
    name = User.objects.create_user(f"eve{len(extra)}").username
    address = f"projects/{site.project.slug}/members/"
    return address, {"username": name, "role": "viewer", **extra}, Membership, ("project", "role")


def sent_space(site, extra):
    document = {"form": "json", "name": "S", "document": as_text(ready_made())}
    address = f"projects/{site.project.slug}/spaces/new/"
    return address, {**document, **extra}, SearchSpace, ("name", "project", "document")


NAMED_ANEW = ("id", "request_key", "started_at")


def sent_run(site, extra):
    fields = {"name": "A", "dataset": site.version.pk, "queue": site.run.queue.pk, "seed": 1}
    fields |= {"method": "random_search", "max_trials": 2, "concurrency": 1}
    address = f"projects/{site.project.slug}/runs/new/"
    kept = [f.name for f in Run._meta.fields if f.name not in NAMED_ANEW]
    return address, {**fields, "request_key": f"key-{len(extra)}", **extra}, Run, kept


@pytest.mark.parametrize("form", [sent_project, sent_person, sent_member, sent_space, sent_run])
def test_a_form_takes_only_what_it_offers(form, site, clients):
    made = []
    for extra in ({}, NOT_OFFERED):
        address, sent, model, fields = form(site, extra)
        answer = clients["admin"].post(f"/{address}", sent)
        assert answer.status_code in {200, 302}, answer.content.decode()
        made.append(model_to_dict(model.objects.latest("pk"), fields=fields))
    for found in made:
        if "password" in found:  # an unusable one is made anew for each person
            found["password"] = found["password"][0]
    assert made[0] == made[1]
    assert not model.objects.filter(pk=4711).exists()


def test_an_upload_takes_only_what_its_form_offers(editor_client, project, bob, mallory, tmp_path):
    archive = zipped(tmp_path / "pets.zip", class_folders(each=9))
    planted = NOT_OFFERED | {"created_by": str(mallory.pk), "project": "1", "state": "ready"}
    with archive.open("rb") as file:
        address = reverse("dataset-new", args=[project.slug])
        editor_client.post(address, planted | {"name": "Pets", "file": file})
    made = Dataset.objects.get()
    assert (made.project, made.created_by) == (project, bob)
    assert [(v.number, v.state) for v in made.versions.all()] == [(1, "uploaded")]


def test_nobody_makes_themselves_an_admin(owner_client, alice):
    chosen = {"new_password1": "another horse 8", "new_password2": "another horse 8"}
    old = {"old_password": "alice's long password"}
    assert owner_client.post(reverse("account"), NOT_OFFERED | chosen | old).status_code == 302
    alice.refresh_from_db()
    assert (alice.is_staff, alice.is_superuser, alice.is_active) == (False, False, True)


ELSEWHERE = [
    "https://evil.example/",
    "//evil.example/",
    "///evil.example/",
    "/\\evil.example/",
    "https:evil.example",
    "javascript:alert(1)",
    "\x00//evil.example",
    "http://testserver@evil.example/",
    "http://testserver.evil.example/",
]


@pytest.mark.parametrize("target", ELSEWHERE)
def test_nobody_is_led_to_another_site(target, alice):
    sent = {"username": "alice", "password": "alice's long password", "next": target}
    assert Client().post(reverse("sign-in"), sent).headers["location"] == "/"
    assert Client().post(sign_in_link(alice), {"next": target}).headers["location"] == "/"


def test_a_link_names_this_host_whatever_a_header_says(admin_client, alice):
    forged = {
        "x-forwarded-host": "evil.example",
        "x-forwarded-proto": "https",
        "forwarded": "host=e",
    }
    page = admin_client.post(reverse("new-link", args=[alice.pk]), headers=forged)
    assert page.context["link"].startswith("http://testserver/sign-in/")


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "127.0.0.1.nip.io", "a b"]
)
def test_a_foreign_host_is_refused_on_every_page(host, admin_client, site):
    for name, row in TABLE.items():
        address = reverse(name, args=row.arguments(site))
        answer = admin_client.get(address, headers={"host": host})
        assert answer.status_code == 400, name
        assert b"Traceback" not in answer.content


def test_a_fault_says_nothing_of_its_cause(client, alice, monkeypatch):
    def fail(*_):
        raise RuntimeError("a secret")

    monkeypatch.setattr(Link, "is_usable", fail)
    client.raise_request_exception = False
    answer = client.get(sign_in_link(alice))
    assert answer.status_code == 500
    assert b"a secret" not in answer.content
    assert b"This is a fault of the site" in answer.content


def test_an_expression_in_a_search_space_is_text(editor_client, project):
    for words in ("__import__('os').abort()", "1+1", "{{7*7}}", "${jndi:x}", "1 if True else 2"):
        document = ready_made()
        document["hyperparameters"][0]["default_value"] = words
        sent = {"form": "json", "name": "S", "document": as_text(document)}
        answer = editor_client.post(reverse("space-new", args=[project.slug]), sent)
        assert answer.status_code == 422, words
    assert not SearchSpace.objects.exists()


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
        document = json.dumps(broken(ready_made(), dice))
        sent = {"form": "json", "name": "S", "document": document}
        try:
            answer = editor_client.post(reverse("space-new", args=[project.slug]), sent)
        except Exception as error:
            raise AssertionError(document[:2000]) from error
        answers.add(answer.status_code)
    assert answers <= {302, 422}


def test_tries_are_the_only_trace_of_somebody_unknown(client):
    client.post(reverse("sign-in"), {"username": "x", "password": "y"})
    assert Tries.objects.count() == 1
    assert not Session.objects.exists()
