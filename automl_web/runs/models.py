"""Search spaces, runs, their trials, and the events that tell their story."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext

from automl_web.accounts.models import User
from automl_web.compute.models import Device, Queue
from automl_web.datasets.models import Version
from automl_web.projects.models import Project, Role
from search.history import Stage, TrialState
from search.problems import KINDS


class ConflictError(Exception):
    """This has moved on in the meantime, so it cannot be done."""


class SearchSpaceQuerySet(models.QuerySet["SearchSpace"]):
    def for_user(self, user: User, role: Role = Role.VIEWER) -> SearchSpaceQuerySet:
        return self.filter(project__in=Project.objects.for_user(user, role))


class SearchSpace(models.Model):
    """A named search space of a project, as ConfigSpace's JSON."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="spaces")
    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=20, default="images")
    document = models.JSONField()
    created_at = models.DateTimeField(auto_now_add=True)

    objects = SearchSpaceQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("space", args=[self.pk])

    @property
    def kind_title(self) -> str:
        """What the kind of data that it is for is called, in the reader's language."""
        return gettext(KINDS[self.kind].title)


def accuracy() -> list[str]:
    """What a run optimises unless it is told otherwise."""
    return ["val_accuracy"]


class RunQuerySet(models.QuerySet["Run"]):
    def for_user(self, user: User, role: Role = Role.VIEWER) -> RunQuerySet:
        return self.filter(project__in=Project.objects.for_user(user, role))


class Run(models.Model):
    """One search: a method over a space on a dataset version. `version` guards every decision."""

    class State(models.TextChoices):
        CREATED = "created"
        RUNNING = "running"
        PAUSED = "paused"
        COMPLETED = "completed"
        FAILED = "failed"
        CANCELLED = "cancelled"

    MOVES = {
        State.CREATED: {State.RUNNING, State.CANCELLED},
        State.RUNNING: {State.PAUSED, State.COMPLETED, State.FAILED, State.CANCELLED},
        State.PAUSED: {State.RUNNING, State.CANCELLED},
        State.COMPLETED: {State.RUNNING},  # its confirming trial is tried again
        State.FAILED: {State.RUNNING},  # its failed trials are tried again
        State.CANCELLED: set(),
    }
    OVER = (State.COMPLETED, State.FAILED, State.CANCELLED)

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="runs")
    name = models.CharField(max_length=100)
    dataset = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="runs")
    queue = models.ForeignKey(Queue, on_delete=models.PROTECT, related_name="runs")
    space = models.JSONField()
    method = models.CharField(max_length=40)
    options = models.JSONField(default=dict)
    objectives = models.JSONField(
        default=accuracy
    )  # names of metrics, the first of which is searched
    limits = models.JSONField(default=dict)  # of metrics, by their names
    seed = models.PositiveIntegerField(default=0)
    first = models.JSONField(default=list)  # candidates that are tried before the method's own
    max_trials = models.PositiveIntegerField()
    concurrency = models.PositiveIntegerField(default=2)
    # Minutes that the search may take, and one trial's training; none: as long as they need.
    minutes = models.FloatField(null=True)
    trial_minutes = models.FloatField(null=True)
    deadline = models.DateTimeField(null=True)
    time_left = models.DurationField(null=True)  # of the deadline, while the run is paused
    state = models.CharField(max_length=10, choices=State.choices, default=State.CREATED)
    reason = models.CharField(max_length=200, blank=True)
    total = models.PositiveIntegerField(null=True)
    version = models.PositiveIntegerField(default=0)
    seq = models.PositiveIntegerField(default=0)
    taken_home = models.BooleanField(default=False)  # what follows a run's end has been done
    request_key = models.CharField(
        max_length=64, unique=True, null=True
    )  # a doubled POST is one run
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    objects = RunQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("run", args=[self.pk])

    @property
    def folder(self) -> Path:
        return Path(settings.DATA) / "runs" / str(self.pk)

    @property
    def is_over(self) -> bool:
        return self.state in self.OVER


class Earlier(models.Model):
    """Finished trials that a run began with, as they were then, and what they came from."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="earlier")
    source = models.CharField(max_length=200)
    count = models.PositiveIntegerField()
    trials = models.JSONField()


class Trial(models.Model):
    """One candidate trained at one fidelity. Whoever holds the current `fence` may write; nobody else."""

    class Wish(models.TextChoices):
        """What a trial's worker is asked to do as soon as it looks."""

        NONE = ""
        STOP = "stop"  # end the training, keep what it reached
        CANCEL = "cancel"  # end it for nothing
        GIVE_BACK = "give_back"  # let it wait again, to go on from its checkpoint
        TIME = "time"  # the search's time is up: as STOP

    MOVES: dict[TrialState, set[TrialState]] = {
        TrialState.WAITING: {TrialState.RUNNING, TrialState.CANCELLED},
        TrialState.RUNNING: {
            TrialState.COMPLETE,
            TrialState.STOPPED,
            TrialState.FAILED,
            TrialState.CANCELLED,
            TrialState.WAITING,
            TrialState.LOST,
        },
        TrialState.LOST: {TrialState.RUNNING, TrialState.CANCELLED, TrialState.FAILED},
        TrialState.COMPLETE: set(),
        TrialState.STOPPED: {TrialState.WAITING},  # these three: tried again by a person
        TrialState.FAILED: {TrialState.WAITING},
        TrialState.CANCELLED: {TrialState.WAITING},
    }

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="trials")
    number = models.PositiveIntegerField()
    stage = models.CharField(max_length=10, default=Stage.SEARCH.value)
    state = models.CharField(max_length=10, default=TrialState.WAITING.value)
    config = models.JSONField()
    genotype = models.TextField(null=True)
    fidelity = models.JSONField(default=dict)
    parent = models.PositiveIntegerField(null=True)
    view = models.PositiveIntegerField(default=0)
    why = models.JSONField(default=dict)
    memo = models.JSONField(default=dict)
    # Who works on it. `attempt` counts the trial's own crashes, `losses` its workers'.
    fence = models.PositiveIntegerField(default=0)
    attempt = models.PositiveIntegerField(default=1)
    lost = models.PositiveIntegerField(default=0)
    parts = models.PositiveSmallIntegerField(
        default=1
    )  # that a batch is trained in, to need less memory
    device = models.ForeignKey(Device, on_delete=models.SET_NULL, null=True, related_name="trials")
    lease_until = models.DateTimeField(null=True)
    wish = models.CharField(max_length=10, choices=Wish.choices, default=Wish.NONE, blank=True)
    # What came of it
    step = models.PositiveIntegerField(default=0)
    checkpoint = models.CharField(max_length=200, blank=True)
    values = models.JSONField(default=dict)
    loss = models.FloatField(null=True)
    cost = models.FloatField(default=0)
    reason = models.CharField(max_length=40, blank=True)
    detail = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    finished_seq = models.PositiveIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "number"], name="trial_numbers_are_unique"),
            models.UniqueConstraint(
                fields=["device"],
                condition=models.Q(state="running"),
                name="a_device_works_on_one_trial",
            ),
        ]
        indexes = [models.Index(fields=["state", "run"], name="trials_by_state")]

    def __str__(self) -> str:
        return f"{self.run.name} #{self.number}"

    def get_absolute_url(self) -> str:
        return reverse("trial", args=[self.run_id, self.number])

    @property
    def folder(self) -> Path:
        return self.run.folder / "trials" / str(self.number)


class Report(models.Model):
    """A point of a trial's learning curves."""

    trial = models.ForeignKey(Trial, on_delete=models.CASCADE, related_name="reports")
    step = models.PositiveIntegerField()
    values = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["trial", "step"], name="one_report_a_step")]


class Derivation(models.Model):
    """What a trial that shares weights would choose after a step, and from which edge weights."""

    trial = models.ForeignKey(Trial, on_delete=models.CASCADE, related_name="derivations")
    step = models.PositiveIntegerField()
    genotype = models.TextField()
    edge_weights = models.JSONField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["trial", "step"], name="one_derivation_a_step")
        ]


class Event(models.Model):
    """What happened in a run, numbered without gaps."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="events")
    seq = models.PositiveIntegerField()
    type = models.CharField(max_length=10)
    body = models.JSONField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "seq"], name="event_numbers_are_unique")
        ]
