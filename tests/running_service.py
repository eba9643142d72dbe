"""The real service in processes of its own: `vesture serve` on a free port, with a folder of its own.

Used by the tests that look at Vesture from outside. The models and sample photos must be there (`make test` pulls
them).
"""

from __future__ import annotations

import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import httpx

START_SECONDS = 60.0
STOP_SECONDS = 30.0


@dataclass
class RunningService:
    """A started service. `url` is its base; `log` holds what its processes wrote."""

    process: subprocess.Popen[bytes]
    url: str
    log: Path
    key: str = ""  # an API key ``id:secret``, for a service that asks for keys
    authority: Path | None = None  # whom to trust, for one that speaks https

    @property
    def address(self) -> str:
        """Host and port."""
        return self.url.split("://")[1]

    def stop(self) -> int:
        """End it as a service manager does; the exit code."""
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(STOP_SECONDS)
        finally:
            if self.process.poll() is None:
                os.killpg(self.process.pid, signal.SIGKILL)  # its own session: the worker goes with it
                self.process.wait()


def start_service(
    folder: Path, *options: str, tls: tuple[Path, Path, Path] | None = None, **variables: str
) -> RunningService:
    """Start `vesture serve` over `folder` and wait until it takes requests.

    Args:
        options: further arguments of the command.
        tls: certificate, key and the authority to trust, for https.
        variables: settings, without their prefix and in small letters (``max_attempts="1"``).
    """
    port = _free_port()
    command = [sys.executable, "-m", "vesture", "serve", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--data", str(folder / "data"), *options]
    scheme, verify = "http", None
    if tls is not None:
        command += ["--tls-cert", str(tls[0]), "--tls-key", str(tls[1])]
        scheme, verify = "https", ssl.create_default_context(cafile=str(tls[2]))
    environment = {**os.environ, **{f"VESTURE_{name.upper()}": value for name, value in variables.items()}}
    log = folder / "service.log"
    folder.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as sink:
        process = subprocess.Popen(
            command, stdout=sink, stderr=subprocess.STDOUT, env=environment, start_new_session=True
        )
    authority = None if tls is None else tls[2]
    service = RunningService(process, f"{scheme}://127.0.0.1:{port}", log, authority=authority)
    _wait_until_ready(service, verify)
    return service


def make_key(folder: Path) -> str:
    """Make an API key for the service whose folder this is; ``id:secret``."""
    command = [sys.executable, "-m", "vesture", "keys", "create", "--name", "tests", "--data", str(folder / "data")]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    match = re.search(r"[A-Za-z0-9_-]+:[A-Za-z0-9_-]{20,}", output)
    assert match is not None, output
    return match[0]


def _wait_until_ready(service: RunningService, verify: ssl.SSLContext | None) -> None:
    deadline = time.monotonic() + START_SECONDS
    with httpx.Client(verify=True if verify is None else verify) as client:
        while time.monotonic() < deadline:
            if service.process.poll() is not None:
                raise RuntimeError(f"vesture serve ended with {service.process.returncode}:\n{service.log.read_text()}")
            try:
                if client.get(f"{service.url}/health").status_code == 200:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.1)
    service.stop()
    raise RuntimeError(f"vesture serve did not get ready:\n{service.log.read_text()}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
