"""How the command ends: exit codes, and every mistake said in plain words, without a traceback."""

from __future__ import annotations

import atexit
import gc
import os
import shutil
import sys
import textwrap
from typing import Any

import typer

from sim.errors import AuditError, UserError
from sim.study.runs import RunError

__all__ = ["FAULT", "STOPPED", "USAGE", "guarded"]

USAGE, STOPPED, FAULT = 2, 130, 1
# Typer brings its own copy of Click or uses the one installed: the class is reached through a public name.
ClickException: type[Exception] = typer.BadParameter.__mro__[2]
NO_BREAK = "\N{WORD JOINER}"  # stands for a space that must not be broken at


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
        what = problem.filename or "The output"
        return _complain(f"{what}: cannot be read or written: {problem.strerror or problem}", USAGE)
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
    message = problem.format_message()
    if message.startswith("Usage:"):  # a group without a command says its help
        print(message, file=sys.stderr)
        return USAGE
    message = " ".join(message.split())
    context = getattr(problem, "ctx", None)
    command = context.command_path if context else "kotabaja"
    return _complain(f"{message}\nSee {command} --help", USAGE) if message else USAGE


def _complain(message: str, code: int) -> int:
    """Write a message and return the exit code; only on a terminal is it wrapped, and never within a name."""
    lines = message.splitlines()
    if sys.stderr.isatty():
        lines = [part for line in lines for part in _wrapped(line)]
    print(*lines, sep="\n", file=sys.stderr, flush=True)
    return code


def _wrapped(line: str) -> list[str]:
    """Return a message in lines as wide as the terminal; the place that it begins with stays whole."""
    place, colon, said = line.partition(": ")
    whole = place.replace(" ", NO_BREAK) + colon + said
    wide = max(40, shutil.get_terminal_size().columns)
    parts = textwrap.wrap(whole, wide, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)
    return [part.replace(NO_BREAK, " ") for part in parts] or [""]
