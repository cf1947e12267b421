"""The server of the page: on this machine only unless told otherwise, without telemetry, without the network.

Solara reads its settings from the environment when it is imported; so they are set here, before.
"""

from __future__ import annotations

import atexit
import importlib.util
import os
import shutil
import socket
import sys
import tempfile
import threading
import warnings
import webbrowser
from pathlib import Path
from typing import Any

from sim.app.start import START
from sim.errors import UserError

__all__ = ["serve"]

NEEDED = ("solara", "ipyvuetify", "uvicorn", "starlette")
LOCAL = ("127.0.0.1", "localhost", "::1")
SETTINGS = {
    "SOLARA_APP": "sim.app.web.page",
    "SOLARA_HOME": str(Path(__file__).parent),  # a folder that is there: Solara makes none in the home folder
    "SOLARA_MODE": "production",
    "SOLARA_TELEMETRY_MIXPANEL_ENABLE": "False",
    "SOLARA_TELEMETRY_SERVER_USER_ID": "none",  # with one given, none is made and kept in the home folder
    "SOLARA_ASSETS_CDN": "offline:",  # what the assets package lacks is not fetched
    "SOLARA_THEME_SHOW_BANNER": "False",
    "SOLARA_THEME_TITLE": "Kotabaja",
    "SOLARA_THEME_LOADER": "plain",
    "SOLARA_KERNEL_CULL_TIMEOUT": "10m",  # a closed page is forgotten
}


def serve(scenario: str, language: str, host: str, port: int, *, open_browser: bool) -> None:
    """Serve the page until Ctrl-C.

    Parameters
    ----------
    scenario, language
        What a new page begins with.
    host, port
        Where to listen.
    open_browser
        Open the page in the user's browser once it can be reached.
    """
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        message = (
            f"The page needs packages that are not installed ({', '.join(missing)}). "
            "Install them: make app does, in a checkout; elsewhere, pip install 'kotabaja[app]'."
        )
        raise UserError(message)
    listening = listen(host, port)
    START.scenario, START.language = scenario, language
    # IPython, under Solara, insists on a folder of its own until the very end: not in the home folder.
    folder = tempfile.mkdtemp(prefix="kotabaja-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    os.environ.update(SETTINGS | {"IPYTHONDIR": folder})
    _serve(listening, host, port, open_browser=open_browser)


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens there; refuse a place that cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    if os.name != "nt":  # there it would let two servers share a port
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as problem:
        listening.close()
        message = f"{host}:{port} cannot be used: {problem.strerror or problem}. Choose another with --host and --port."
        raise UserError(message) from problem
    return listening


def _serve(listening: socket.socket, host: str, port: int, *, open_browser: bool) -> None:
    import uvicorn
    from solara.server.starlette import app

    # Solara advises every visitor without https about cookies of embedded pages; this page is not embedded.
    warnings.filterwarnings("ignore", message="Cookies with samesite=none", category=UserWarning)

    port = listening.getsockname()[1]
    shown = f"[{host}]" if ":" in host else host
    address = f"http://{shown}:{port}/"

    class Server(uvicorn.Server):
        async def startup(self, sockets: Any = None) -> None:
            await super().startup(sockets=sockets)
            print(f"Kotabaja is at {address} (stop it with Ctrl-C)", flush=True)
            if open_browser:
                threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()

    config = uvicorn.Config(
        at_home(app, host, port),
        log_level="error",
        timeout_graceful_shutdown=1,
    )
    try:
        Server(config).run(sockets=[listening])
    finally:
        listening.close()
    sys.stdout.flush()


def at_home(app: Any, host: str, port: int) -> Any:
    """Return the application behind a gate that refuses other sites' pages, if it serves this machine only.

    A page of another site may send requests to this machine; its browser says so in ``Host`` or ``Origin``.
    """
    if host not in LOCAL:
        return app
    names = {f"{name}:{port}" for name in ("127.0.0.1", "localhost", "[::1]")}
    origins = {f"http://{name}" for name in names}

    async def gate(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] in ("http", "websocket"):
            said = {key.decode(): value.decode() for key, value in scope["headers"]}
            if said.get("host", "") not in names or said.get("origin", f"http://{said.get('host')}") not in origins:
                await _refuse(scope["type"], send)
                return
        await app(scope, receive, send)

    return gate


async def _refuse(kind: str, send: Any) -> None:
    if kind == "websocket":
        await send({"type": "websocket.close", "code": 1008})
        return
    await send({"type": "http.response.start", "status": 403, "headers": [(b"content-type", b"text/plain")]})
    await send({"type": "http.response.body", "body": b"This page serves this machine only."})
