"""Starting a server of the page for its tests."""

import os
import re
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
FIRST_MS = 240_000  # the rules may have to be compiled first
STOPPED = (130, -signal.SIGINT)  # by the command, and by a script without its manners


def hear_ctrl_c():
    """Let a server hear Ctrl-C even where the tests run in the background, and so were started deaf to it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@contextmanager
def served(*words, **environment):
    """Start a server as a user does; yield its address, and stop it with Ctrl-C."""
    command = [sys.executable, *map(str, words)]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1", "PYTHONPATH": str(ROOT)} | environment
    options = {"stdout": subprocess.PIPE, "text": True, "preexec_fn": hear_ctrl_c}
    process = subprocess.Popen(command, env=environment, cwd=ROOT, **options)
    try:
        line = process.stdout.readline()
        found = re.match(r"Kotabaja is at (http://127\.0\.0\.1:\d+/)", line)
        assert found, f"the server said {line!r}"
        yield found[1]
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=30) in STOPPED
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
