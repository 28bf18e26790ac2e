"""Training on tables: data, features, models, what they are judged by, and how they go home."""

from __future__ import annotations
