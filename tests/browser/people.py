"""Who signs in to the site of the browser tests."""

from __future__ import annotations

PASSWORD = "a password for tests"
"""Everybody's."""

NEWCOMER, OWNER, ADMIN = "newcomer", "alice", "admin"
