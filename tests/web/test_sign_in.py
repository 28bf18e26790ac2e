"""Signing in too often, and how long one stays signed in."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from automl_web.accounts.models import Entry, Link, Tries, User
from automl_web.accounts.sessions import whose
from automl_web.accounts.setup import sign_in_link

PASSWORD = "alice's long password"

pytestmark = pytest.mark.django_db


@pytest.fixture
def later(monkeypatch):
    """Let time pass: `later(hours=1)`."""
    real, passed = timezone.now, [timedelta()]
    monkeypatch.setattr(timezone, "now", lambda: real() + passed[0])

    def let_pass(**time):
        passed[0] += timedelta(**time)

    return let_pass


def attempt(password, name="alice", client=None, **headers):
    sent = {"username": name, "password": password}
    return (client or Client()).post(reverse("sign-in"), sent, **headers)


@pytest.fixture
def looked_at(monkeypatch):
    """How often a password was compared."""
    seen = []
    check = User.check_password

    def counted(user, raw):
        seen.append(raw)
        return check(user, raw)

    monkeypatch.setattr(User, "check_password", counted)
    return seen


def test_of_a_hundred_wrong_passwords_at_most_ten_are_looked_at(alice, looked_at):
    answers = [attempt(f"wrong {n}").status_code for n in range(100)]
    assert len(looked_at) <= 10
    assert answers[0] == 422
    assert answers[-1] == 429


def test_after_too_many_tries_the_right_password_has_to_wait_and_is_told_so(alice, later):
    for n in range(10):
        attempt(f"wrong {n}")
    answer = attempt(PASSWORD)
    assert answer.status_code == 429
    assert b"Try again in a minute" in answer.content
    assert "sessionid" not in answer.cookies
    later(minutes=1)
    assert attempt(PASSWORD).status_code == 302


def test_each_further_try_costs_a_longer_wait(alice, later):
    for n in range(5):
        attempt(f"wrong {n}")
    waits = []
    for n in range(12):
        last = Tries.objects.get()
        waits.append(round((last.free_at - timezone.now()).total_seconds()))
        later(seconds=waits[-1] + 1)
        assert attempt(f"wrong again {n}").status_code == 422
    assert waits == sorted(waits)
    assert waits[0] < 60
    assert waits[-1] == 3600


def test_a_right_password_makes_up_for_the_wrong_ones_before(alice):
    for _ in range(4):
        for _ in range(3):
            attempt("wrong")
        assert attempt(PASSWORD).status_code == 302
    assert not Tries.objects.exists()


def test_who_was_quiet_for_a_day_begins_anew(alice, later):
    for n in range(30):
        attempt(f"wrong {n}")
    later(days=1, hours=2)
    assert attempt("wrong").status_code == 422
    assert Tries.objects.get().count == 1


def test_one_person_or_address_does_not_lock_out_another(alice, bob):
    for n in range(10):
        attempt(f"wrong {n}")
    assert attempt("wrong", name="bob").status_code == 422
    assert attempt(PASSWORD, REMOTE_ADDR="192.0.2.7").status_code == 302


def test_an_invented_proxy_header_does_not_let_one_try_more(alice, looked_at):
    for n in range(30):
        attempt(f"wrong {n}", HTTP_X_FORWARDED_FOR=f"198.51.100.{n}")
    assert len(looked_at) <= 10


def test_names_that_do_not_exist_are_throttled_like_those_that_do(alice):
    answers = [attempt("wrong", name="nobody").status_code for _ in range(10)]
    assert answers == [attempt("wrong").status_code for _ in range(10)]


def test_links_are_throttled_too(alice, later):
    for n in range(10):
        Client().post(reverse("sign-in-link", args=[f"guess-{n}"]))
    link = sign_in_link(alice)
    answer = Client().post(link)
    assert answer.status_code == 429
    assert b"Try again in a minute" in answer.content
    assert Link.objects.get().used_at is None
    later(minutes=1)
    assert Client().post(link).status_code == 302


def test_the_old_password_is_no_easier_to_guess_once_inside(alice, looked_at):
    client = signed_in()
    new = {"new_password1": "another horse 8", "new_password2": "another horse 8"}
    for n in range(20):
        client.post(reverse("account"), {"old_password": f"wrong {n}", **new})
    assert len(looked_at) <= 10
    answer = client.post(reverse("account"), {"old_password": PASSWORD, **new})
    assert answer.status_code == 422
    assert b"Try again in a minute" in answer.content


def test_a_wait_is_written_down(alice):
    for n in range(6):
        attempt(f"wrong {n}")
    last = Entry.objects.latest("pk")
    assert (last.target, last.outcome) == ("alice", "throttled")


def signed_in():
    client = Client()
    attempt(PASSWORD, client=client)
    return client


def is_signed_in(client):
    return client.get(reverse("account")).status_code == 200


def test_a_session_that_somebody_planted_is_not_the_one_that_is_signed_in(alice):
    planted = Client()
    session = planted.session
    session["planted"] = True
    session.save()
    victim = Client()
    victim.cookies["sessionid"] = session.session_key
    attempt(PASSWORD, client=victim)
    assert is_signed_in(victim)
    assert victim.session.session_key != session.session_key
    assert not is_signed_in(planted)


def test_a_session_ends_when_it_is_not_used(alice, later):
    client = signed_in()
    for _ in range(4):
        later(days=5)
        assert is_signed_in(client)
    later(days=8)
    assert not is_signed_in(client)


def test_a_session_ends_at_last_however_much_it_is_used(alice, later):
    client = signed_in()
    assert is_signed_in(client)
    for _ in range(29):
        later(days=1)
        assert is_signed_in(client)
    later(days=1, minutes=1)
    assert not is_signed_in(client)


def test_looking_at_pages_does_not_write_the_session_each_time(alice, later):
    client = signed_in()
    is_signed_in(client)
    before = Session.objects.get().session_data
    later(minutes=10)
    is_signed_in(client)
    assert Session.objects.get().session_data == before


def test_whose_session_it_is_is_asked_of_the_database(alice, later):
    client = signed_in()
    key = client.session.session_key
    assert whose(key) == alice
    assert whose("unknown") is None
    assert whose(None) is None
    User.objects.update(is_active=False)
    assert whose(key) is None
    User.objects.update(is_active=True)
    assert whose(key) == alice
    client.post(reverse("sign-out"))
    assert whose(key) is None


def test_a_new_password_ends_the_other_sessions(alice):
    here, there = signed_in(), signed_in()
    key = there.session.session_key
    changed = {"old_password": PASSWORD, "new_password1": "another horse 8"}
    here.post(reverse("account"), {**changed, "new_password2": "another horse 8"})
    assert is_signed_in(here)
    assert not is_signed_in(there)
    assert whose(key) is None


def test_an_expired_session_is_nobodys(alice, later):
    key = signed_in().session.session_key
    later(days=8)
    assert whose(key) is None
