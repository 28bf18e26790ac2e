"""The forms with which people make projects and share them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from automl_web.accounts.models import User
from automl_web.projects.models import Membership, Project, Role

ROLES = [
    (Role.VIEWER.value, _("viewer")),
    (Role.EDITOR.value, _("editor")),
    (Role.OWNER.value, _("owner")),
]


class ProjectForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Project
        fields = ("name",)
        labels = {"name": _("Name")}
        help_texts = {"name": _("What it is about, for example: Weld defects.")}


class MemberForm(forms.Form):
    """A person of this site, by user name, and their role in `project`."""

    username = forms.CharField(label=_("Username"), max_length=150)
    role = forms.ChoiceField(
        label=_("Role"),
        choices=ROLES,
        help_text=_(
            "A viewer sees everything, an editor uploads datasets and starts runs too, "
            "an owner decides about members too."
        ),
    )

    def __init__(self, project: Project, data: Any = None) -> None:
        super().__init__(data)
        self.project = project

    def clean_username(self) -> User:
        user = User.objects.filter(username=self.cleaned_data["username"]).first()
        if user is None:
            raise forms.ValidationError(
                _("Nobody here has this user name. An admin adds people to the site.")
            )
        if self.project.memberships.filter(user=user).exists():
            raise forms.ValidationError(_("This person is a member already: change the role."))
        return user

    def save(self) -> Membership:
        user, role = self.cleaned_data["username"], self.cleaned_data["role"]
        return self.project.memberships.create(user=user, role=role)


class RoleForm(forms.Form):
    """A member's role, in a row of the table of members."""

    role = forms.ChoiceField(choices=ROLES, widget=forms.Select({"class": "form-select"}))
