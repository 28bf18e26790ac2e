"""Run as a module: a site with an editor, told as JSON: whose session it is, and in which project."""

from __future__ import annotations

import json
import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "automl_web.settings")
django.setup()

from django.core.management import call_command  # noqa: E402 - needs Django set up
from django.test import Client  # noqa: E402 - needs Django set up

from automl_web.accounts.models import User  # noqa: E402 - needs Django set up
from automl_web.projects.models import Project  # noqa: E402 - needs Django set up

if __name__ == "__main__":
    call_command("migrate", verbosity=0)
    editor = User.objects.create_user("bob")
    client = Client()
    client.force_login(editor)
    project = Project.begin("Weld defects", editor)
    told = {"project": project.slug, "session": client.cookies["sessionid"].value}
    json.dump(told, sys.stdout)
