"""Calling the command in tests."""

import subprocess
import sys

from sim import cli

COMPILING = "Compiling the rules for this machine (about a minute, only after a change) ...\n"


def kotabaja(*words, **options):
    """Run the command as a user does."""
    command = [sys.executable, "-m", "sim", *map(str, words)]
    options = {"capture_output": True, "text": True} | options
    return subprocess.run(command, check=False, **options)


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def call(capsys, *words):
    """Run the command in this process; return exit code, output and errors."""
    code = cli.main([str(word) for word in words])
    said = capsys.readouterr()
    return code, said.out, said.err
