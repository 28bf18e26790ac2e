"""A site for tests: no broker, no built front end, its own data folder, and a cast of people."""

from __future__ import annotations

import pytest
from django.test import Client

from automl_web.accounts.models import User
from automl_web.projects.models import Project, Role


@pytest.fixture(autouse=True)
def _site(settings, tmp_path):
    settings.DATA = settings.MEDIA_ROOT = tmp_path
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "incoming"
    settings.FILE_UPLOAD_TEMP_DIR.mkdir()
    settings.CELERY_BROKER_URL = "memory://"
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    # WhiteNoise would look for collected files, of which tests have none.
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if "whitenoise" not in name]


@pytest.fixture
def alice(db):
    """Owner of the project."""
    return User.objects.create_user("alice", password="alice's long password")


@pytest.fixture
def bob(db):
    """Editor of the project."""
    return User.objects.create_user("bob")


@pytest.fixture
def carol(db):
    """Viewer of the project."""
    return User.objects.create_user("carol")


@pytest.fixture
def mallory(db):
    """An outsider, with a project of her own."""
    mallory = User.objects.create_user("mallory")
    Project.begin("Mallory's own", mallory)
    return mallory


@pytest.fixture
def admin(db):
    return User.objects.create_superuser("admin")


@pytest.fixture
def project(alice, bob, carol):
    """Shared by alice, bob and carol."""
    project = Project.begin("Weld defects", alice)
    project.memberships.create(user=bob, role=Role.EDITOR)
    project.memberships.create(user=carol, role=Role.VIEWER)
    return project


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def owner_client(alice, project):
    return signed_in(alice)


@pytest.fixture
def editor_client(bob, project):
    return signed_in(bob)


@pytest.fixture
def viewer_client(carol, project):
    return signed_in(carol)


@pytest.fixture
def outsider_client(mallory):
    return signed_in(mallory)


@pytest.fixture
def admin_client(admin):
    return signed_in(admin)
