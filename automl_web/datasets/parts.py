"""The parts of any data: what is trained on, what is searched by, and the one test at the end."""

from __future__ import annotations

TRAIN, VALIDATION, TEST = "train", "validation", "test"
SPLITS = (TRAIN, VALIDATION, TEST)
SPLIT_FOLDERS = {
    "train": TRAIN,
    "training": TRAIN,
    "val": VALIDATION,
    "valid": VALIDATION,
    "validation": VALIDATION,
    "test": TEST,
    "testing": TEST,
}
"""What people call them, in small letters."""

SHARES = {VALIDATION: 0.15, TEST: 0.15}
"""The shares of the items, of each class alike, that become parts which did not come along."""

MINIMUM = 5
"""Different items that a class needs to train on, so that each part gets some."""
