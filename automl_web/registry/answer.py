"""What a model says of one item: asked through ONNX in this process, else in one of its kind's own."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from functools import lru_cache
from pathlib import Path
from typing import Any

import onnxruntime
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from automl_web.datasets.images.decoding import Pixels
from automl_web.registry.models import ModelVersion
from search.problems import KINDS
from search.training.card import ONNX

TIME_LIMIT = 60  # seconds
KEPT = 4
"""Sessions that a web process keeps, of the models asked last."""

logger = logging.getLogger(__name__)


class NoAnswerError(Exception):
    """The model cannot be asked; the log says why."""

    told = _(
        "The model could not be asked. The site's log says why. "
        "Try again, or ask the person who runs the site."
    )


def probabilities(model: ModelVersion, image: Pixels) -> list[float]:
    """One probability a class for an image, uint8 (C, H, W) in the shape of the model's dataset.

    Raises NoAnswerError.
    """
    values = image.astype("<f4") / 255
    session = session_of(model)
    if session is None:
        shares: list[float] = asked_of_process(model, values.tobytes())
        return shares
    (found,) = session.run(None, {"images": values[None]})
    answer: list[float] = found[0].tolist()
    return answer


def session_of(model: ModelVersion) -> Any | None:
    """The ONNX model, ready to be run; None if there is none that agrees with the one of training."""
    path = model.folder / ONNX
    if not model.onnx_offered or not path.is_file():
        return None
    return _session(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=KEPT)
def _session(path: Path, stamp: int) -> Any:
    """The session of a model file that was written at `stamp`, on one thread."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def asked_of_process(model: ModelVersion, question: bytes) -> Any:
    """What the module says that the model's kind of data is asked by, read as JSON.

    Raises NoAnswerError.
    """
    command = [sys.executable, "-m", KINDS[model.run.dataset.kind].predict, str(model.folder)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    try:
        ended = subprocess.run(
            command,
            input=question,
            capture_output=True,
            check=True,
            cwd=settings.ROOT,
            timeout=TIME_LIMIT,
            env=environment,
        )
    except subprocess.CalledProcessError as error:
        logger.exception("Model %s could not be asked: %s", model.pk, error.stderr.decode())
        raise NoAnswerError from error
    except subprocess.TimeoutExpired as error:
        logger.exception("Model %s took longer than %s s to answer.", model.pk, TIME_LIMIT)
        raise NoAnswerError from error
    return json.loads(ended.stdout)
