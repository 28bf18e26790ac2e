"""Why a trial or a run ended as it did, in a sentence: what happened, why, what next."""

from __future__ import annotations

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

REASONS = {
    "cancelled": _("Cancelled by a person."),
    "stopped_by_person": _("Stopped by a person. What it had reached counts."),
    "time_is_up": _("Its time was up. What it had reached counts."),
    "given_back": _("Given back by its device. It goes on from its last checkpoint."),
    "time_budget": _("The time of the search was up before it began."),
    "lost": _(
        "Its worker went silent. It goes on from its last checkpoint on the next free device."
    ),
    "lost_too_often": _("Its worker was lost again and again. Look at the devices, then retry."),
    "killed": _("Its process was killed from outside, often because memory ran out."),
    "crashed": _("Its process crashed inside a library. The log says where."),
    "exited": _("Its process ended by itself. The log says what it printed last."),
    "hung": _("It showed no progress for too long, so it was ended."),
    "too_many_processes": _("It started too many processes of its own, so it was ended."),
    "halved": _("Memory ran out. It is tried once more, each batch in two halves."),
    "disk_full": _(
        "The disk is full, so the queue was paused. Free some space, then open the queue."
    ),
    "exception": _("The training code met an error. The log shows where."),
    "diverged": _("The loss became infinite or was no number. A lower learning rate helps."),
    "out_of_memory": _("Memory ran out, with half batches too. A narrower network needs less."),
    "infeasible": _("Beyond a limit of this run, so it does not count."),
    "nothing_fits": _(
        "Every design that was tried is beyond a limit of this run. Raise the limit, or search smaller "
        "designs."
    ),
    "no_value": _("Training ended without a score."),
    "no_trial_completed": _(
        "No trial completed, so there is no best one. Their reasons stand in the table."
    ),
}


def sentence(code: str) -> str:
    """The sentence of a reason code; an unknown code is shown as it is."""
    return str(REASONS.get(code, code))


def sentences() -> dict[str, str]:
    """All sentences in the reader's language, for the live page."""
    return {code: gettext(str(text)) for code, text in REASONS.items()}
