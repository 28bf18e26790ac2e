"""Addresses of signing in and of accounts."""

from __future__ import annotations

from django.urls import URLPattern, path

from automl_web.accounts import views

urlpatterns: list[URLPattern] = [
    path("sign-in/", views.SignIn.as_view(), name="sign-in"),
    path("sign-in/<str:token>/", views.redeem_link, name="sign-in-link"),
    path("sign-out/", views.SignOut.as_view(), name="sign-out"),
    path("set-up/<str:token>/", views.set_up, name="set-up"),
    path("account/", views.account, name="account"),
    path("people/", views.people, name="people"),
    path("people/<int:pk>/link/", views.new_link, name="new-link"),
]
