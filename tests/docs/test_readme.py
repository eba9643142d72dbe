"""The code that README.md, docs/ and examples/ show: it runs, or at least it is code."""

from __future__ import annotations

import importlib.util
import json
import re
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from cryptography.exceptions import InvalidSignature
from doc_pages import ROOT, Block, blocks
from PIL import Image

from vesture.cli import build_parser
from vesture.core.job import Job, JobStatus, Priority
from vesture.core.task import TryOnOptions
from vesture.core.tryon_input import parse_input
from vesture.worker.webhook import key_set, sign, webhook_body

EXAMPLES = ROOT / "examples"
PYTHON = list({block.text: block for block in reversed(blocks("python"))}.values())  # each text once
RUNNABLE = ("TryOn()", "Pipeline(")
SECRET = bytes(range(32))


@pytest.fixture
def photos(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, person_file: Path, garment_file: Path) -> Path:
    """A folder with the photos that the pages name, small, as the working directory."""
    for source, name in ((person_file, "person.jpg"), (garment_file, "shirt.png")):
        with Image.open(source) as photo:
            photo.thumbnail((640, 640))
            photo.convert("RGB").save(tmp_path / name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("block", PYTHON, ids=lambda block: block.name)
def test_python_compiles(block: Block) -> None:
    compile(block.text, block.name, "exec")


@pytest.mark.parametrize(
    "block", [block for block in PYTHON if any(mark in block.text for mark in RUNNABLE)], ids=lambda block: block.name
)
def test_python_of_the_library_runs(block: Block, photos: Path, capsys: pytest.CaptureFixture[str]) -> None:
    exec(compile(block.text, block.name, "exec"), {"__name__": "page"})
    if "out.png" in block.text:
        _check_result(photos / "out.png", photos / "person.jpg")
    if "print(" in block.text:
        assert capsys.readouterr().out


def test_the_library_snippets_are_found() -> None:
    pages = {block.page.name for block in PYTHON if any(mark in block.text for mark in RUNNABLE)}
    assert pages >= {"README.md", "library.md", "add-an-engine.md"}


def _check_result(result: Path, person: Path) -> None:
    with Image.open(result) as dressed, Image.open(person) as before:
        assert dressed.size == before.size
        assert not np.array_equal(np.asarray(dressed), np.asarray(before))


def _vesture_lines() -> Iterator[Any]:
    for block in blocks("sh"):
        for line in block.text.replace("\\\n", " ").splitlines():
            words = shlex.split(line, comments=True)
            while words and re.fullmatch(r"[A-Z_]+=.*", words[0]):
                words = words[1:]
            if words[:1] == ["vesture"]:
                yield pytest.param(words[1:], id=f"{block.name} {' '.join(words[1:])}")


@pytest.mark.parametrize("arguments", list(_vesture_lines()))
def test_shell_lines_parse(arguments: list[str]) -> None:
    parsed = build_parser().parse_args(arguments)
    assert callable(parsed.run)


@pytest.mark.parametrize("block", blocks("sh"), ids=lambda block: block.name)
def test_shell_is_shell(block: Block) -> None:
    done = subprocess.run(["bash", "-n"], input=block.text, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""


@pytest.mark.parametrize("block", blocks("json"), ids=lambda block: block.name)
def test_json_is_json(block: Block) -> None:
    for document in block.text.strip().split("\n\n"):
        json.loads(document)


@pytest.mark.parametrize("example", sorted(EXAMPLES.glob("*.py")), ids=lambda path: path.name)
def test_examples_compile(example: Path) -> None:
    compile(example.read_text(encoding="utf-8"), example.name, "exec")


JAVASCRIPT = {
    **{path.name: path.read_text(encoding="utf-8") for path in sorted(EXAMPLES.glob("*.mjs"))},
    **{block.name: block.text for block in blocks("js")},
}


@pytest.mark.parametrize("name", JAVASCRIPT)
def test_javascript_parses(name: str, tmp_path: Path) -> None:
    node = shutil.which("node")
    assert node is not None, "node is needed; make test installs it"
    script = tmp_path / "snippet.mjs"
    script.write_text(JAVASCRIPT[name], encoding="utf-8")
    done = subprocess.run([node, "--check", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def _load(example: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"example_{example}", EXAMPLES / f"{example}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_library_example_runs(
    photos: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["library.py", "person.jpg", "shirt.png", "tops", "out.png"])
    assert _load("library").main() == 0
    assert "of the pixels changed" in capsys.readouterr().out
    _check_result(photos / "out.png", photos / "person.jpg")


@pytest.fixture
def webhook() -> tuple[dict[str, str], bytes]:
    """Headers and body of a webhook as the worker sends it."""
    job = Job(
        request_id="764cabcf-b745-4b3e-ae38-1200304cf45b",
        endpoint="fashn/tryon",
        payload={},
        status=JobStatus.DONE,
        owner=None,
        priority=Priority.NORMAL,
        attempt=1,
        max_attempts=3,
        created_at=0.0,
        result={"images": []},
    )
    body = json.dumps(webhook_body(job, lambda key: key)).encode()
    return sign(SECRET, job, body, int(time.time())), body


def test_the_webhook_example_believes_what_is_signed(webhook: tuple[dict[str, str], bytes]) -> None:
    is_genuine = _load("webhook_receiver").is_genuine
    headers, body = webhook
    assert is_genuine(headers, body, key_set(SECRET))
    assert not is_genuine(headers, body + b" ", key_set(SECRET))
    assert not is_genuine(headers, body, key_set(bytes(32)))
    assert not is_genuine({**headers, "X-Fal-Webhook-User-Id": "another"}, body, key_set(SECRET))
    assert not is_genuine({**headers, "X-Fal-Webhook-Timestamp": str(int(time.time()) - 3600)}, body, key_set(SECRET))
    assert not is_genuine({**headers, "X-Fal-Webhook-Signature": "no hex"}, body, key_set(SECRET))
    assert not is_genuine({}, body, key_set(SECRET))


def test_the_webhook_snippet_believes_what_is_signed(webhook: tuple[dict[str, str], bytes]) -> None:
    (snippet,) = (block for block in PYTHON if "def check(headers, body, key_set)" in block.text)
    page: dict[str, Any] = {}
    exec(compile(snippet.text, snippet.name, "exec"), page)
    headers, body = webhook
    page["check"](headers, body, key_set(SECRET))
    with pytest.raises(InvalidSignature):
        page["check"](headers, body + b" ", key_set(SECRET))
    with pytest.raises(ValueError, match="old"):
        page["check"]({**headers, "X-Fal-Webhook-Timestamp": "1"}, body, key_set(SECRET))


def test_the_python_example_sends_what_the_service_takes(monkeypatch: pytest.MonkeyPatch, photos: Path) -> None:
    example = _load("python_client")
    sent: list[tuple[str, Mapping[str, Any]]] = []

    def subscribe(endpoint: str, arguments: Mapping[str, Any], **options: Any) -> Mapping[str, Any]:
        sent.append((endpoint, arguments))
        return {"images": []}

    monkeypatch.setattr(example.fal_client, "subscribe", subscribe)
    monkeypatch.setattr(sys, "argv", ["python_client.py", "person.jpg", "shirt.png", "tops"])
    example.main()
    ((endpoint, arguments),) = sent
    assert parse_input(endpoint, arguments).options == TryOnOptions("tops")
