"""One device of a worker process: claimed trials are trained on it, one after the other."""

from __future__ import annotations

import errno
import logging

from automl_web.compute.models import Device
from automl_web.runs.models import Run
from automl_web.runs.record import Claim, LeaseLostError
from automl_web.runs.runner import Runner
from automl_web.runs.supervise import Attendance
from automl_web.runs.verdict import of_failure

log = logging.getLogger(__name__)

FULL = (errno.ENOSPC, errno.EDQUOT)


class Slot:
    """A device and the runner that stays warm on it from trial to trial."""

    def __init__(self, device: Device) -> None:
        self.device = device
        self.runner: Runner | None = None

    def train(self, claim: Claim) -> None:
        """Work on a claimed trial until it ends or somebody else owns it."""
        runner = self._runner_for(claim)
        reusable = False
        attendance = Attendance(claim, runner)
        try:
            reusable = attendance.attend()
        except OSError as error:
            if error.errno not in FULL:
                raise
            attendance.judge(of_failure("disk_full", attendance.trial.parts), str(error))
        except LeaseLostError:
            log.warning("trial %s of run %s is somebody else's now", claim.number, claim.run_id)
        finally:
            if not reusable:
                self.stop()

    def _runner_for(self, claim: Claim) -> Runner:
        """The warm runner, or a new one: tenants never share a process."""
        project = Run.objects.values_list("project_id", flat=True).get(pk=claim.run_id)
        runner = self.runner
        if runner is None or runner.project != project or not runner.is_alive():
            self.stop()
            self.runner = runner = Runner(self.device.address, project)
        return runner

    def stop(self) -> None:
        if self.runner is not None:
            self.runner.stop()
            self.runner = None
