"""Errors with one clear message: the user's mistakes, and leaks found by the audit."""


class UserError(Exception):
    """A mistake in a file, a key, a value or a command: what is wrong, what is allowed, what to do."""


class AuditError(Exception):
    """Tonnes or rupiah that appeared or vanished in a month: a fault of the model, never of the user."""
