"""A server that speaks the hub's addresses, with small files, and pulls in processes of their own against it.

The hub's library reads its environment when it is imported, so each pull runs in a Python of its own. Usage as a
program: python hub_stage.py FOLDER [FLAG]; the environment says where the hub is.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from vesture.assets import HubStore, run_pull, run_verify
from vesture.assets.hub_table import HubFile, Repository

REVISION = "0123456789abcdef0123456789abcdef01234567"
MODEL = Repository("somebody/model", REVISION, "Apache-2.0", "https://example.org/apache", "A model of somebody")
PARSER = Repository(
    "somebody/parser", REVISION, "Research licence", "https://example.org/research", "For research only", True
)
CONTENT = {
    "model.safetensors": bytes(range(256)) * 4000,
    "dwpose/net.onnx": b"onnx" * 5000,
    "parser/net.bin": b"parser" * 300,
}


def table() -> tuple[HubFile, ...]:
    return tuple(
        HubFile(
            name,
            PARSER if name.startswith("parser/") else MODEL,
            name.rsplit("/", 1)[-1],
            len(data),
            hashlib.sha256(data).hexdigest(),
        )
        for name, data in CONTENT.items()
    )


@dataclass
class Hub:
    """The hub of a test. `asked` are the requests for contents: member and the range that was asked for."""

    url: str
    files: dict[str, bytes]
    asked: list[tuple[str, str]] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    cut_after: int | None = None  # bytes of the next answer before the connection is closed, once
    stall_after: int | None = None  # bytes of every answer before it goes silent
    refuse: int | None = None  # status of every answer
    silence: threading.Event = field(default_factory=threading.Event)


def start_hub() -> tuple[Hub, ThreadingHTTPServer]:
    files = {file.repository.name + "/" + file.member: CONTENT[file.name] for file in table()}
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    hub = Hub(f"http://127.0.0.1:{server.server_address[1]}", files)
    server.hub = hub  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return hub, server


class _Handler(BaseHTTPRequestHandler):
    """`/{owner}/{name}/resolve/{revision}/{member}` leads to `/cdn/...`, as on the hub."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments: object) -> None:
        pass

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def _answer(self, *, with_body: bool) -> None:
        hub: Hub = self.server.hub  # type: ignore[attr-defined]
        if hub.refuse is not None:
            self._send(hub.refuse, {}, b"")
        elif self.path.startswith("/cdn/"):
            self._send_content(hub, self.path.removeprefix("/cdn/"), with_body=with_body)
        else:
            repository, _, rest = self.path.lstrip("/").partition("/resolve/")
            data = hub.files.get(f"{repository}/{rest.partition('/')[2]}")
            if data is None or not rest.startswith(REVISION):
                self._send(404, {"X-Error-Code": "EntryNotFound"}, b"")
                return
            hub.tokens.append(self.headers.get("Authorization", ""))
            digest = hashlib.sha256(data).hexdigest()
            linked = {"X-Linked-Etag": f'"{digest}"', "X-Linked-Size": str(len(data)), "X-Repo-Commit": REVISION}
            port = self.server.server_address[1]  # type: ignore[attr-defined]
            place = f"http://localhost:{port}/cdn/{repository}/{rest.partition('/')[2]}"  # another host, as on the hub
            self._send(302, {**linked, "ETag": f'"{digest}"', "Location": place}, b"")

    def _send(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def _send_content(self, hub: Hub, name: str, *, with_body: bool) -> None:
        assert "Authorization" not in self.headers, "the token is the hub's alone"
        data, asked = hub.files[name], self.headers.get("Range", "")
        start = int(asked.removeprefix("bytes=").split("-")[0]) if asked else 0
        self.send_response(206 if asked else 200)
        self.send_header("Content-Length", str(len(data) - start))
        if asked:
            self.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
        self.end_headers()
        if not with_body:
            return
        hub.asked.append((name.rsplit("/", 1)[-1], asked))
        end = len(data)
        if hub.cut_after is not None:
            end, hub.cut_after = start + hub.cut_after, None
            self.close_connection = True
        if hub.stall_after is not None:
            self.wfile.write(data[start : start + hub.stall_after])
            self.wfile.flush()
            hub.silence.wait(30)
            return
        self.wfile.write(data[start:end])


def environment(hub_url: str, home: Path, **changes: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("HF_", "VESTURE_"))}
    return {**kept, "HF_ENDPOINT": hub_url, "HF_HOME": str(home), "NO_PROXY": "127.0.0.1,localhost", **changes}


def start_pull(folder: Path, variables: dict[str, str], *flags: str) -> subprocess.Popen[str]:
    command = [sys.executable, __file__, str(folder), *flags]
    return subprocess.Popen(command, env=variables, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def pull(folder: Path, variables: dict[str, str], *flags: str) -> tuple[int, str]:
    """Exit status and all that was said."""
    process = start_pull(folder, variables, *flags)
    out, err = process.communicate(timeout=60)
    return process.returncode, out + err


if __name__ == "__main__":
    store = HubStore(Path(sys.argv[1]), table(), replace="keep" not in sys.argv)
    if "verify" in sys.argv:
        sys.exit(run_verify(store.folder, ["diffusion"], hub=store))
    sys.exit(run_pull(store.folder, ["diffusion"], hub=store, accept_research_licence="accept" in sys.argv))
