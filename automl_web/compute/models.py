"""Queues of work and the devices that serve them."""

from __future__ import annotations

from django.db import models


class Queue(models.Model):
    """A line of waiting trials that some devices serve; `paused` means that nothing new is begun."""

    name = models.SlugField(max_length=40, unique=True)
    paused = models.BooleanField(default=False)
    reason = models.CharField(max_length=40, blank=True)  # why the site itself has paused it

    def __str__(self) -> str:
        return self.name


class Device(models.Model):
    """One slot of work: a GPU, or a thread of a CPU. Its worker beats while it lives."""

    queue = models.ForeignKey(Queue, on_delete=models.PROTECT, related_name="devices")
    host = models.CharField(max_length=100)
    name = models.CharField(max_length=40)
    address = models.CharField(max_length=20, default="cpu")  # as torch names it: cpu, cuda:0, mps
    worker = models.CharField(max_length=150, blank=True)
    beat_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["host", "name"], name="device_names_are_unique")
        ]

    def __str__(self) -> str:
        return f"{self.host}/{self.name}"


class Timer(models.Model):
    """A periodic duty: whoever moves `due_at` on by compare-and-set does it this time."""

    name = models.CharField(max_length=40, unique=True)
    due_at = models.DateTimeField()
