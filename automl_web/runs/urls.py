from __future__ import annotations

from django.urls import path

from automl_web.runs import method_views, own_views, pictures, space_views, steer_views, views

urlpatterns = [
    path("runs/", views.runs, name="runs"),
    path("projects/<slug:slug>/runs/new/", views.new, name="run-new"),
    path("projects/<slug:slug>/runs/new/options/", views.method_options, name="run-options"),
    path("runs/<int:pk>/", views.run, name="run"),
    path("runs/<int:pk>/pause/", steer_views.pause, name="run-pause"),
    path("runs/<int:pk>/resume/", steer_views.resume, name="run-resume"),
    path("runs/<int:pk>/cancel/", steer_views.cancel, name="run-cancel"),
    path("runs/<int:pk>/drain/", steer_views.drain, name="run-drain"),
    path("runs/<int:pk>/retry/", steer_views.retry, name="run-retry"),
    path("runs/<int:pk>/own/", own_views.own, name="run-own"),
    path("runs/<int:pk>/leaders/", views.leaders, name="run-leaders"),
    path("runs/<int:pk>/eta/", views.eta, name="run-eta"),
    path("runs/<int:pk>/front/", pictures.run_front, name="run-front"),
    path("runs/<int:pk>/derivations/", pictures.derivations, name="run-derivations"),
    path("runs/<int:pk>/importance/", pictures.importance, name="run-importance"),
    path("runs/<int:pk>/insight/", pictures.insight, name="run-insight"),
    path("runs/<int:pk>/trials/", views.trials, name="trials"),
    path("runs/<int:pk>/trials/<int:number>/", views.trial, name="trial"),
    path("runs/<int:pk>/trials/<int:number>/point/", pictures.point, name="trial-point"),
    path("runs/<int:pk>/trials/<int:number>/log/", views.trial_log, name="trial-log"),
    path("runs/<int:pk>/trials/<int:number>/stop/", steer_views.stop_trial, name="trial-stop"),
    path("runs/<int:pk>/trials/<int:number>/retry/", steer_views.retry_trial, name="trial-retry"),
    path("methods/", method_views.methods, name="methods"),
    path("methods/<slug:name>/", method_views.method, name="method"),
    path("spaces/", space_views.spaces, name="spaces"),
    path("projects/<slug:slug>/spaces/new/", space_views.new, name="space-new"),
    path("spaces/<int:pk>/", space_views.space, name="space"),
]
