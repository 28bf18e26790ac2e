"""A websocket is for a page of this site, for who may see its run, and as long as they may."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from channels.db import database_sync_to_async
from django.contrib.sessions.models import Session

from automl_web.accounts.models import User
from automl_web.runs import consumers
from tests.web.test_live import socket, watching

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def soon(monkeypatch):
    """Rights are looked at again at once rather than after 20 s."""
    monkeypatch.setattr(consumers, "RIGHTS_EVERY", 0.2)


@pytest.fixture
async def run(start):
    return await database_sync_to_async(start)()


def leave_the_project(user):
    user.memberships.all().delete()


def sign_out(user):
    Session.objects.all().delete()


def be_deactivated(user):
    User.objects.filter(pk=user.pk).update(is_active=False)


def choose_another_password(user):
    user.set_password("another horse 8")
    user.save()


@pytest.mark.parametrize(
    "end", [leave_the_project, sign_out, be_deactivated, choose_another_password]
)
async def test_a_page_that_only_listens_is_closed_out_once_its_rights_end(soon, run, carol, end):
    communicator = await watching(run, carol)
    await database_sync_to_async(end)(carol)
    assert await communicator.is_closed()


def test_rights_are_looked_at_within_half_a_minute():
    assert consumers.RIGHTS_EVERY < 30


EVIL = [b"http://evil.example", b"http://localhost:9000", b"null", b"", b"localhost", None]


@pytest.mark.parametrize("origin", EVIL)
async def test_a_foreign_or_missing_origin_is_refused(run, carol, origin):
    communicator = await database_sync_to_async(socket)(run, carol)
    headers = communicator.scope["headers"]
    headers[0] = (b"x-none", b"") if origin is None else (b"origin", origin)
    assert not await communicator.connect()


async def test_an_origin_that_the_settings_trust_is_let_in(run, carol, settings):
    settings.CSRF_TRUSTED_ORIGINS = ["https://testserver"]
    communicator = await database_sync_to_async(socket)(run, carol)
    communicator.scope["headers"][0] = (b"origin", b"https://testserver")
    assert await communicator.connect()
    await communicator.disconnect()


async def test_a_rebound_name_is_refused(run, carol):
    communicator = await database_sync_to_async(socket)(run, carol)
    communicator.scope["headers"][:2] = [(b"origin", b"http://evil"), (b"host", b"evil")]
    assert not await communicator.connect()


async def test_an_address_where_no_socket_is_is_refused(carol):
    communicator = await database_sync_to_async(socket)(SimpleNamespace(pk="x"), carol)
    assert not await communicator.connect()


async def test_who_talks_too_much_is_closed_out(run, carol):
    communicator = await watching(run, carol)
    for _ in range(consumers.MESSAGES + 1):
        await communicator.send_json({"after": 10**6})
    assert await communicator.is_closed()


async def test_one_person_opens_so_many_sockets_and_no_more(run, carol, bob, settings):
    settings.SOCKETS_A_PERSON = 3
    opened = [await watching(run, carol) for _ in range(3)]
    assert await (await watching(run, carol)).is_closed()
    opened.append(await watching(run, bob))
    await opened[0].disconnect()
    opened.append(await watching(run, carol))
    for communicator in opened[1:]:
        await communicator.send_json({"after": 0})
        await communicator.receive_json()
        await communicator.disconnect()


@pytest.mark.parametrize(
    "text", ["[" * 60_000, '{"after": 1e999}', '{"after": ' + "9" * 5_000 + "}"]
)
async def test_nonsense_without_end_closes_the_socket_and_breaks_nothing(run, carol, text):
    communicator = await watching(run, carol)
    await communicator.send_text(text)
    assert await communicator.is_closed()
