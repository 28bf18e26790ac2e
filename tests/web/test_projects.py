"""Projects and the people who share them."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.urls import reverse

from automl_web.projects.access import member_or_404, project_or_404
from automl_web.projects.models import LastOwnerError, Project, Role


def role_of(project, user):
    return project.memberships.get(user=user).role


def test_who_makes_a_project_owns_it(outsider_client, mallory):
    answer = outsider_client.post(reverse("project-new"), {"name": "Cracks"})
    project = Project.objects.get(name="Cracks")
    assert answer.url == project.get_absolute_url() == "/projects/cracks/"
    assert role_of(project, mallory) == Role.OWNER


def test_projects_of_one_name_have_addresses_of_their_own(alice):
    slugs = [Project.begin("Cracks", alice).slug for _ in range(3)]
    assert slugs == ["cracks", "cracks-2", "cracks-3"]


@pytest.mark.parametrize(
    ("name", "slug"), [("New", "new-2"), ("焊接", "project"), ("?!", "project")]
)
def test_every_name_makes_an_address(alice, name, slug):
    assert Project.begin(name, alice).slug == slug


def test_a_project_without_a_name_is_answered_beside_the_field(owner_client):
    answer = owner_client.post(reverse("project-new"), {"name": " "})
    assert answer.status_code == 422
    assert answer.context["form"].errors.keys() == {"name"}


def test_an_owner_adds_a_person_by_name(owner_client, project, mallory):
    answer = owner_client.post(
        reverse("members", args=[project.slug]), {"username": "mallory", "role": "editor"}
    )
    assert answer.status_code == 302
    assert role_of(project, mallory) == Role.EDITOR


@pytest.mark.parametrize("name", ["nobody", "bob"])
def test_who_is_unknown_or_a_member_already_is_not_added(owner_client, project, name):
    data = {"username": name, "role": "owner"}
    answer = owner_client.post(reverse("members", args=[project.slug]), data)
    assert answer.status_code == 422
    assert answer.context["form"].errors.keys() == {"username"}
    assert project.memberships.count() == 3


def test_an_owner_changes_a_role(owner_client, project, bob):
    membership = project.memberships.get(user=bob)
    address = reverse("member-role", args=[project.slug, membership.pk])
    owner_client.post(address, {"role": "viewer"})
    assert role_of(project, bob) == Role.VIEWER


def test_a_role_that_does_not_exist_changes_nothing(owner_client, project, bob):
    membership = project.memberships.get(user=bob)
    address = reverse("member-role", args=[project.slug, membership.pk])
    assert owner_client.post(address, {"role": "emperor"}).status_code == 422
    assert role_of(project, bob) == Role.EDITOR


def test_an_owner_removes_a_member_who_then_sees_nothing(owner_client, project, bob, editor_client):
    membership = project.memberships.get(user=bob)
    owner_client.post(reverse("member-remove", args=[project.slug, membership.pk]))
    assert editor_client.get(project.get_absolute_url()).status_code == 404


def test_the_last_owner_can_neither_go_nor_step_down(owner_client, project, alice):
    membership = project.memberships.get(user=alice)
    for name, data in (("member-remove", {}), ("member-role", {"role": "viewer"})):
        address = reverse(name, args=[project.slug, membership.pk])
        answer = owner_client.post(address, data, follow=True)
        assert b"A project needs an owner" in answer.content
    assert role_of(project, alice) == Role.OWNER


def test_one_of_two_owners_can_go(owner_client, project, alice, bob):
    project.memberships.filter(user=bob).update(role=Role.OWNER)
    membership = project.memberships.get(user=alice)
    answer = owner_client.post(reverse("member-remove", args=[project.slug, membership.pk]))
    assert answer.url == reverse("projects")
    with pytest.raises(LastOwnerError):
        project.change_member(project.memberships.get(user=bob), None)


def test_a_membership_of_another_project_is_out_of_an_owners_reach(owner_client, project, mallory):
    hers = mallory.memberships.get()
    address = reverse("member-remove", args=[project.slug, hers.pk])
    assert owner_client.post(address).status_code == 404
    assert mallory.memberships.exists()


def test_people_see_their_projects_and_admins_all(owner_client, outsider_client, admin_client):
    def names(client):
        return [p.name for p in client.get(reverse("projects")).context["projects"]]

    assert names(owner_client) == ["Weld defects"]
    assert names(outsider_client) == ["Mallory's own"]
    assert names(admin_client) == ["Mallory's own", "Weld defects"]


def test_an_outsider_finds_nothing_and_a_small_role_is_refused(project, carol, mallory, admin):
    assert project_or_404(carol, project.slug) == project
    assert project_or_404(admin, project.slug, Role.OWNER) == project
    with pytest.raises(Http404):
        project_or_404(mallory, project.slug)
    with pytest.raises(PermissionDenied):
        project_or_404(carol, project.slug, Role.EDITOR)
    with pytest.raises(PermissionDenied):
        member_or_404(Project.objects, carol, Role.OWNER, pk=project.pk)
