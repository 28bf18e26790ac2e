"""Run as a module: prepares the database and the static files of the site of a browser test."""

from __future__ import annotations

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "automl_web.settings")
django.setup()

from django.core.management import call_command  # noqa: E402 - needs Django set up

from automl_web.accounts.models import User  # noqa: E402 - needs Django set up
from automl_web.projects.models import Project, Role  # noqa: E402 - needs Django set up
from tests.browser.people import ADMIN, NEWCOMER, OWNER, PASSWORD  # noqa: E402 - needs Django set up


def people() -> None:
    """A newcomer who has nothing yet, and an admin who shares the owner's project."""
    User.objects.create_user(NEWCOMER, password=PASSWORD)
    owner = User.objects.create_user(OWNER, password=PASSWORD)
    admin = User.objects.create_superuser(ADMIN, password=PASSWORD)
    Project.begin("Weld defects", owner).memberships.create(user=admin, role=Role.EDITOR)


if __name__ == "__main__":
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    people()
