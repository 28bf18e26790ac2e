"""Projects and who may do what in them."""

from __future__ import annotations

from itertools import chain, count

from django.db import models, transaction
from django.urls import reverse
from django.utils.text import slugify

from automl_web.accounts.models import User


class Role(models.TextChoices):
    """What a member may do; each role may do what the ones before it may."""

    VIEWER = "viewer"
    EDITOR = "editor"
    OWNER = "owner"

    @property
    def at_least(self) -> list[Role]:
        """The roles that may do what this one may."""
        order = [Role.VIEWER, Role.EDITOR, Role.OWNER]
        return order[order.index(self) :]


class LastOwnerError(Exception):
    """A project needs an owner."""


class ProjectQuerySet(models.QuerySet["Project"]):
    def for_user(self, user: User, role: Role = Role.VIEWER) -> ProjectQuerySet:
        """Projects in which `user` has at least `role`; an admin has every role everywhere."""
        if user.is_staff:
            return self
        return self.filter(memberships__user=user, memberships__role__in=role.at_least)


class Project(models.Model):
    """A place for datasets and runs that some people share."""

    name = models.CharField(max_length=100)
    slug = models.SlugField(max_length=110, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    members = models.ManyToManyField(User, through="Membership", related_name="projects")

    objects = ProjectQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("project", args=[self.slug])

    @classmethod
    @transaction.atomic
    def begin(cls, name: str, owner: User) -> Project:
        """A new project of `owner`, at an address made from its name."""
        project = cls.objects.create(name=name, slug=cls._free_slug(name))
        project.memberships.create(user=owner, role=Role.OWNER)
        return project

    @classmethod
    def _free_slug(cls, name: str) -> str:
        stem = slugify(name) or "project"
        taken = {"new", *cls.objects.filter(slug__startswith=stem).values_list("slug", flat=True)}
        numbered = (f"{stem}-{number}" for number in count(2))
        return next(slug for slug in chain([stem], numbered) if slug not in taken)

    def role_of(self, user: User) -> Role | None:
        """The role of `user` here, or None for an outsider."""
        if user.is_staff:
            return Role.OWNER
        membership = self.memberships.filter(user=user).first()
        return Role(membership.role) if membership else None

    @transaction.atomic
    def change_member(self, membership: Membership, role: Role | None) -> None:
        """Give a member another role, or take them out (None). Raises LastOwnerError."""
        Project.objects.select_for_update().get(pk=self.pk)  # two owners must not both step down
        others = self.memberships.filter(role=Role.OWNER).exclude(pk=membership.pk)
        if role != Role.OWNER and not others.exists():
            raise LastOwnerError
        if role is None:
            self.memberships.filter(pk=membership.pk).delete()
        else:
            self.memberships.filter(pk=membership.pk).update(role=role)


class Membership(models.Model):
    """A person's role in a project."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role.choices)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "user"], name="one_role_a_member")
        ]
