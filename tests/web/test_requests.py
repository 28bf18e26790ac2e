"""Forged requests: effects of looking, more fields than were offered, other hosts, other sites."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.contrib.sessions.models import Session
from django.forms import model_to_dict
from django.test import Client
from django.urls import reverse

from automl_web.accounts.models import Action, Entry, Link, Tries, User
from automl_web.accounts.setup import sign_in_link
from automl_web.datasets.models import Dataset
from automl_web.projects.models import Membership, Project
from automl_web.runs.chosen_space import ready_made
from automl_web.runs.models import Run, SearchSpace
from automl_web.runs.space_form import as_text
from tests.web.hostile import class_folders, zipped
from tests.web.test_access import TABLE, clients, pets, site, version

__all__ = ["clients", "pets", "site", "version"]  # fixtures

pytestmark = pytest.mark.django_db


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
    document = {"form": "json", "name": "S", "document": as_text(ready_made("images"))}
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
        document = ready_made("images")
        document["hyperparameters"][0]["default_value"] = words
        sent = {"form": "json", "name": "S", "document": as_text(document)}
        answer = editor_client.post(reverse("space-new", args=[project.slug]), sent)
        assert answer.status_code == 422, words
    assert not SearchSpace.objects.exists()


def test_tries_are_the_only_trace_of_somebody_unknown(client):
    client.post(reverse("sign-in"), {"username": "x", "password": "y"})
    assert Tries.objects.count() == 1
    assert not Session.objects.exists()
