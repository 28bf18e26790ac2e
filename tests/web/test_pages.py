"""What all pages have in common: the frame, the headers, the words when something is wrong."""

from __future__ import annotations

import socket

import pytest
from django.test import Client, RequestFactory
from django.urls import reverse
from django.views.defaults import server_error


def test_home_says_how_to_begin_where_there_is_nothing(client, bob):
    client.force_login(bob)
    assert b"How to begin" in client.get("/").content


def test_home_shows_my_latest_runs_and_not_those_of_others(owner_client, alice, bob, start):
    from automl_web.runs.models import Run

    for number in range(12):
        run = start(name=f"run {number}")
        Run.objects.filter(pk=run.pk).update(created_by=bob if number == 11 else alice)
    shown = [run.name for run in owner_client.get("/").context["runs"]]
    assert shown == [f"run {number}" for number in range(10, 0, -1)]


def test_home_asks_the_database_as_often_for_many_runs_as_for_one(
    owner_client, alice, start, django_assert_max_num_queries
):
    for _ in range(10):
        start()
    owner_client.get("/")  # the first page of a session notes when it began
    with django_assert_max_num_queries(6):
        owner_client.get("/")


def test_a_project_shows_runs_datasets_and_members(viewer_client, project, start):
    start(name="First search")
    page = viewer_client.get(project.get_absolute_url()).content.decode()
    assert all(word in page for word in ("First search", "Digits", "alice", "carol"))


@pytest.mark.parametrize("path", ["/sign-in/", "/nowhere/"])
def test_every_answer_carries_its_guards(client, db, path):
    headers = client.get(path).headers
    policy = headers["Content-Security-Policy"]
    directives = [directive.strip() for directive in policy.split(";")]
    assert "script-src 'self'" in directives
    assert "object-src 'none'" in directives
    assert "unsafe" not in policy.replace("style-src-attr 'unsafe-hashes'", "")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"


def test_a_page_names_its_language_and_repeats_its_title_as_heading(owner_client, project):
    page = owner_client.get(project.get_absolute_url()).content.decode()
    assert '<html lang="en" dir="ltr">' in page
    assert "<title>Weld defects · AutoML Web</title>" in page
    assert 'text-break"><span translate="no">Weld defects</span></h1>' in page


def test_a_name_is_text_wherever_it_is_shown(owner_client, project):
    project.name = "<b>bold</b> & co"
    project.save()
    page = owner_client.get(project.get_absolute_url()).content.decode()
    assert "<b>bold" not in page
    assert "<title>&lt;b&gt;bold&lt;/b&gt; &amp; co · AutoML Web</title>" in page


def test_errors_are_told_in_plain_words(viewer_client, outsider_client, project):
    assert b"There is nothing here for you" in viewer_client.get("/nowhere/").content
    refused = viewer_client.post(reverse("members", args=[project.slug]), {})
    assert refused.status_code == 403
    assert b"Your role in this project is too small" in refused.content
    strict = Client(enforce_csrf_checks=True)
    assert b"This page was out of date" in strict.post(reverse("sign-in")).content


def test_the_fault_page_needs_neither_request_nor_session(db):
    answer = server_error(RequestFactory().get("/"))
    assert answer.status_code == 500
    assert b"This is a fault of the site" in answer.content


def test_a_foreign_host_name_is_refused(client, db):
    assert client.get("/sign-in/", headers={"host": "evil.example"}).status_code == 400


def test_healthz_answers_without_signing_in(client, db):
    answer = client.get(reverse("healthz"))
    assert answer.json() == {"database": True, "broker": True, "channel_layer": True}
    assert answer.status_code == 200


def test_healthz_names_the_part_that_does_not_answer(client, db, settings):
    with socket.socket() as nobody_listens:
        nobody_listens.bind(("127.0.0.1", 0))
        port = nobody_listens.getsockname()[1]
        settings.CELERY_BROKER_URL = f"redis://127.0.0.1:{port}"
        answer = client.get(reverse("healthz"))
    assert answer.status_code == 503
    assert answer.json() == {"database": True, "broker": False, "channel_layer": True}
