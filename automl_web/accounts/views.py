"""Signing in and out, setting up, one's own account, and the people an admin lets in."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import AuthenticationForm, SetPasswordForm
from django.contrib.auth.views import LoginView, LogoutView
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from automl_web.accounts.audit import audit
from automl_web.accounts.forms import FirstAccountForm, NewPasswordForm, PersonForm, SignInForm
from automl_web.accounts.models import Action, Link, User
from automl_web.accounts.setup import make_first_account, needs_set_up, sign_in_link
from automl_web.accounts.throttle import TooOftenError, begin_try, forget

BACKEND = "django.contrib.auth.backends.ModelBackend"


class SignIn(LoginView):
    template_name = "accounts/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        answer = super().form_valid(form)
        audit(self.request, Action.SIGN_IN, form.get_user(), by="password")
        return answer

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        is_throttled = isinstance(form, SignInForm) and form.is_throttled
        name = form.cleaned_data.get("username", "")
        # People type passwords into the wrong field: only names that exist are written down.
        known = User.objects.filter(username=name).first()
        outcome = "throttled" if is_throttled else "refused"
        audit(self.request, Action.SIGN_IN, known or "", outcome, by="password")
        status = 429 if is_throttled else 422
        return self.render_to_response(self.get_context_data(form=form), status=status)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(needs_set_up=needs_set_up(), **kwargs)


class SignOut(LogoutView):
    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.is_authenticated:
            audit(request, Action.SIGN_OUT)
        return super().post(request, *args, **kwargs)


@never_cache
@login_not_required
def set_up(request: HttpRequest, token: str) -> HttpResponse:
    """Make the first account. The link is used up by success only."""
    if not needs_set_up() or not Link.is_usable(Link.Purpose.SET_UP, token):
        return _spent(request, Link.Purpose.SET_UP)
    form = FirstAccountForm(request.POST or None)
    if not form.is_valid():
        return render(request, "accounts/set_up.html", {"form": form}, status=_status(request))
    user = form.save(commit=False)
    if not make_first_account(token, user):
        return _spent(request, Link.Purpose.SET_UP)
    login(request, user, BACKEND)
    audit(request, Action.PERSON_ADDED, user, role="admin")
    audit(request, Action.SIGN_IN, user, by="set-up link")
    return redirect("home")


@never_cache
@login_not_required
def redeem_link(request: HttpRequest, token: str) -> HttpResponse:
    """Sign in by a link. Looking at it does not use it up, as mail scanners and browsers look ahead."""
    if request.method != "POST":
        if not Link.is_usable(Link.Purpose.SIGN_IN, token):
            return _spent(request, Link.Purpose.SIGN_IN)
        return render(request, "accounts/sign_in_link.html", {"next": request.GET.get("next", "")})
    try:
        key = begin_try("link", request)
    except TooOftenError as error:
        audit(request, Action.SIGN_IN, outcome="throttled", by="link")
        return render(request, "accounts/spent.html", {"too_often": error}, status=429)
    link = Link.redeem(Link.Purpose.SIGN_IN, token)
    if link is None or link.user is None or not link.user.is_active:
        known = link.user if link else None
        audit(request, Action.SIGN_IN, known or "", "refused", by="link")
        return _spent(request, Link.Purpose.SIGN_IN)
    forget(key)
    login(request, link.user, BACKEND)
    audit(request, Action.SIGN_IN, link.user, by="link")
    return redirect(_next(request))


@never_cache
def account(request: HttpRequest) -> HttpResponse:
    """One's own account: a password to change, or to choose after signing in by link."""
    user = person(request)
    data = request.POST or None
    knows_one = user.has_usable_password()
    form = NewPasswordForm(request, user, data) if knows_one else SetPasswordForm(user, data)
    if form.is_valid():
        form.save()
        update_session_auth_hash(request, user)
        audit(request, Action.PASSWORD_CHANGED, user)
        messages.success(request, _("Your password is changed."))
        return redirect("account")
    return render(request, "accounts/account.html", {"form": form}, status=_status(request))


@never_cache
def people(request: HttpRequest) -> HttpResponse:
    """Everybody with an account; an admin adds a person, and sees their one-time link once."""
    require_admin(request)
    form = PersonForm(request.POST or None)
    if form.is_valid():
        added = form.save()
        audit(request, Action.PERSON_ADDED, added)
        return _show_link(request, added)
    page = {"form": form, "people": User.objects.order_by("username")}
    return render(request, "accounts/people.html", page, status=_status(request))


@never_cache
@require_POST
def new_link(request: HttpRequest, pk: int) -> HttpResponse:
    """A new one-time link for a person who has lost theirs, or their password."""
    require_admin(request)
    return _show_link(request, get_object_or_404(User, pk=pk))


def person(request: HttpRequest) -> User:
    """Who is signed in; raises PermissionDenied if nobody is."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def require_admin(request: HttpRequest) -> None:
    """Raises PermissionDenied for everybody else."""
    if not person(request).is_staff:
        raise PermissionDenied


def _show_link(request: HttpRequest, user: User) -> HttpResponse:
    link = request.build_absolute_uri(sign_in_link(user))
    audit(request, Action.LINK_ISSUED, user)
    return render(request, "accounts/link.html", {"person": user, "link": link})


def _spent(request: HttpRequest, purpose: str) -> HttpResponse:
    page = {"set_up": purpose == Link.Purpose.SET_UP, "needs_set_up": needs_set_up()}
    return render(request, "accounts/spent.html", page, status=410)


def _status(request: HttpRequest) -> int:
    return 422 if request.method == "POST" else 200


def _next(request: HttpRequest) -> str:
    """Where to go after signing in: a path of this site, or home."""
    target = request.POST.get("next", "")
    if target.startswith("/") and url_has_allowed_host_and_scheme(target, None):
        return target
    return settings.LOGIN_REDIRECT_URL
