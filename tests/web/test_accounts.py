"""The first account, one-time links, signing in and out."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from automl_web.accounts.models import Link, User
from automl_web.accounts.setup import set_up_link, sign_in_link

GOOD = {"username": "ana", "password1": "correct horse 7", "password2": "correct horse 7"}

pytestmark = pytest.mark.django_db


def test_no_account_exists_before_set_up(client):
    assert not User.objects.exists()
    assert b"no account yet" in client.get(reverse("sign-in")).content


def test_the_set_up_link_makes_an_admin_and_signs_them_in(client):
    answer = client.post(str(set_up_link()), GOOD, follow=True)
    ana = User.objects.get()
    assert answer.redirect_chain == [("/", 302)]
    assert (ana.is_staff, ana.is_superuser) == (True, True)
    assert ana.check_password("correct horse 7")


def test_the_set_up_link_works_once(client):
    link = set_up_link()
    client.post(link, GOOD)
    again = Client().post(str(link), {**GOOD, "username": "eve"})
    assert again.status_code == 410
    assert b"The first account has been made" in again.content
    assert [user.username for user in User.objects.all()] == ["ana"]


def test_looking_at_the_set_up_link_or_mistyping_does_not_use_it_up(client):
    link = set_up_link()
    assert client.get(link).status_code == 200
    assert client.post(link, {**GOOD, "password2": "other"}).status_code == 422
    assert client.post(link, GOOD).status_code == 302


@pytest.mark.parametrize("password", ["short7", "12345678901", "password1", "anaanaana"])
def test_a_weak_first_password_is_answered_beside_its_field(client, password):
    data = {"username": "anaanaana", "password1": password, "password2": password}
    answer = client.post(set_up_link(), data)
    assert answer.status_code == 422
    assert answer.context["form"].errors.keys() == {"password2"}
    assert not User.objects.exists()


def test_an_expired_set_up_link_says_what_next(client):
    link = set_up_link()
    Link.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    answer = client.post(link, GOOD)
    assert answer.status_code == 410
    assert b"Start the site again" in answer.content
    assert not User.objects.exists()


def test_a_new_set_up_link_ends_the_earlier_one(client):
    earlier = set_up_link()
    set_up_link()
    assert client.get(earlier).status_code == 410


def test_there_is_no_set_up_link_once_there_is_an_account(alice):
    assert set_up_link() is None


def test_the_database_holds_no_secret_of_a_link(alice):
    token = Link.issue(Link.Purpose.SIGN_IN, alice)
    row = str(Link.objects.values().get())
    assert token not in row


def test_a_sign_in_link_is_used_up_by_its_button_and_not_by_looking(client, alice):
    link = sign_in_link(alice)
    assert client.get(link).status_code == 200
    assert client.head(link).status_code == 200
    assert client.post(link).status_code == 302
    assert client.get(reverse("account")).context["user"] == alice
    assert Client().post(link).status_code == 410


def test_a_sign_in_link_leads_on_to_where_it_was_meant_for(client, alice):
    link = sign_in_link(alice, then="/account/")
    page = client.get(link)
    assert page.context["next"] == "/account/"
    assert client.post(link, {"next": "/account/"}).url == "/account/"


def test_a_sign_in_link_never_leads_to_another_site(client, alice):
    assert client.post(sign_in_link(alice), {"next": "https://evil.example/"}).url == reverse(
        "home"
    )


def test_a_sign_in_link_does_not_let_a_deactivated_person_in(client, alice):
    link = sign_in_link(alice)
    User.objects.update(is_active=False)
    assert client.post(link).status_code == 410
    assert client.get(reverse("account")).status_code == 302


def test_a_sign_in_link_is_no_set_up_link(client, alice):
    token = Link.issue(Link.Purpose.SIGN_IN, alice)
    assert client.post(reverse("set-up", args=[token]), GOOD).status_code == 410


def test_signing_in_changes_the_session(client, alice):
    client.session["planted"] = True
    session = client.session
    session["planted"] = True
    session.save()
    before = session.session_key
    client.post(reverse("sign-in"), {"username": "alice", "password": "alice's long password"})
    assert client.session.session_key != before
    assert client.cookies["sessionid"]["httponly"]
    assert client.cookies["sessionid"]["samesite"] == "Lax"


def test_a_wrong_password_is_refused_in_words(client, alice):
    answer = client.post(reverse("sign-in"), {"username": "alice", "password": "wrong"})
    assert b"Please enter a correct" in answer.content
    assert "sessionid" not in client.cookies


def test_signing_out_needs_a_post(owner_client):
    assert owner_client.get(reverse("sign-out")).status_code == 405
    owner_client.post(reverse("sign-out"))
    assert owner_client.get(reverse("account")).status_code == 302


def test_a_password_is_changed_by_who_knows_the_old_one(owner_client, alice):
    new = {"new_password1": "another horse 8", "new_password2": "another horse 8"}
    wrong = owner_client.post(reverse("account"), {"old_password": "wrong", **new})
    assert wrong.status_code == 422
    right = {"old_password": "alice's long password", **new}
    assert owner_client.post(reverse("account"), right).status_code == 302
    alice.refresh_from_db()
    assert alice.check_password("another horse 8")


def test_an_admin_adds_a_person_who_signs_in_by_link_and_chooses_a_password(admin_client):
    link = admin_client.post(reverse("people"), {"username": "dan"}).context["link"]
    dan = Client()
    dan.post(link.removeprefix("http://testserver"))
    chosen = {"new_password1": "dan's own secret", "new_password2": "dan's own secret"}
    assert dan.post(reverse("account"), chosen).status_code == 302
    assert User.objects.get(username="dan").check_password("dan's own secret")


def test_an_added_person_is_no_admin(admin_client):
    admin_client.post(reverse("people"), {"username": "dan", "is_staff": "on"})
    assert not User.objects.get(username="dan").is_staff
