"""How the command ends: exit codes, and every mistake said in plain words, without a traceback."""

from __future__ import annotations

import atexit
import gc
import os
import sys
from typing import Any

import typer

from sim.errors import AuditError, UserError
from sim.study.runs import RunError

__all__ = ["FAULT", "STOPPED", "USAGE", "guarded"]

USAGE, STOPPED, FAULT = 2, 130, 1
# Typer brings its own copy of Click or uses the one installed: the class is reached through a public name.
ClickException: type[Exception] = typer.BadParameter.__mro__[2]


def guarded(app: Any, arguments: list[str] | None = None) -> int:
    """Run the command and return its exit code: 0 done, 1 a fault, 2 a mistake in use, 130 stopped."""
    atexit.register(gc.freeze)  # what dies with the process need not be searched for garbage: half a second
    try:
        code = _run(app, arguments)
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader has seen enough (`| head`): the rest goes nowhere, or Python complains when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as problem:
        return _complain(f"The output cannot be written: {problem.strerror or problem}", USAGE)
    finally:
        gc.enable()
    return code


def _run(app: Any, arguments: list[str] | None) -> int:
    """Run the command and say in plain words what went wrong, if anything."""
    try:
        code = app(arguments, prog_name="kotabaja", standalone_mode=False)
    except UserError as problem:
        return _complain(str(problem), USAGE)
    except AuditError as leak:
        return _complain(f"{leak}\nThis is a fault of the model, not of the scenario: report it.", FAULT)
    except ClickException as problem:
        return _usage(problem)
    except (KeyboardInterrupt, typer.Abort):
        code = STOPPED
    except RunError as fault:
        return _complain(f"{fault.details}{fault}", FAULT)
    except SystemExit:  # Typer leaves this way when the reader of a pipe has seen enough
        return 0
    if code == STOPPED:
        return _complain("Stopped. Nothing half-written was left; the same command starts again.", STOPPED)
    return code if isinstance(code, int) else 0


def _usage(problem: Any) -> int:
    """Say what is wrong with the command line, and where its help is."""
    message = " ".join(problem.format_message().split())
    context = getattr(problem, "ctx", None)
    command = context.command_path if context else "kotabaja"
    return _complain(f"{message}\nSee {command} --help", USAGE) if message else USAGE


def _complain(message: str, code: int) -> int:
    """Write a message as it is, never wrapped, and return the exit code."""
    print(message, file=sys.stderr, flush=True)
    return code
