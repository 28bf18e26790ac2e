"""Python imports this at its start: the runner then notes the first step that each optimiser takes.

One line a training: the runner's process and the time just after the step, by the machine's clock.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

STEPS = Path(os.environ.get("BENCHMARK_STEPS", os.devnull))

if "search.runner" in sys.orig_argv:
    from torch.optim.optimizer import Optimizer, register_optimizer_step_post_hook

    def note(optimiser: Optimizer, _args: object, _kwargs: object) -> None:
        now = time.time()
        if "noted" not in optimiser.__dict__:
            optimiser.__dict__["noted"] = True
            with STEPS.open("a") as file:
                file.write(f"{os.getpid()} {now}\n")

    register_optimizer_step_post_hook(note)
