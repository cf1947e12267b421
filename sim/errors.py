"""Errors with one clear message: the user's mistakes, and leaks found by the audit."""

from typing import Any


class UserError(Exception):
    """A mistake in a file, a key, a value or a command: what is wrong, what is allowed, what to do."""

    facts: Any = None  # what a script is told with it


class AuditError(Exception):
    """Tonnes or rupiah that appeared or vanished in a month: a fault of the model, never of the user."""
