"""What the site that is measured is given beside the product; this folder goes on its PYTHONPATH."""

from __future__ import annotations
