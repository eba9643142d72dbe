"""The story of one job, over a real file store and a dresser in this process."""

from __future__ import annotations

import asyncio
import base64
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from scripted_dresser import ScriptedDresser

from vesture.core.file_urls import file_url, own_blob_key
from vesture.core.job import Job, JobStatus, Priority
from vesture.core.ports import DressedResult
from vesture.core.task import OnStep, Step, TryOnOptions
from vesture.core.tryon_input import parse_input
from vesture.core.wire_output import output_body
from vesture.errors import FileDownloadError, InvalidInput, MissingField
from vesture.store.blobs import ObjectBlobStore
from vesture.worker.run_job import Outcome, Tools, forget_result, run_job


class EngineHere:
    """The dresser without a process around it."""

    def __init__(self, journal: Path) -> None:
        self._dresser = ScriptedDresser(journal)

    async def dress(self, person: bytes, garment: bytes, options: TryOnOptions, on_step: OnStep) -> DressedResult:
        return self._dresser(person, garment, options, on_step)


@pytest.fixture
def blobs(tmp_path: Path) -> ObjectBlobStore:
    return ObjectBlobStore.open(tmp_path / "files")


@pytest.fixture
def tools(blobs: ObjectBlobStore, tmp_path: Path) -> Tools:
    async def fetch(reference: str, field: str) -> bytes:
        if reference == "unreachable":
            raise FileDownloadError(field, "nobody answers")
        return f"fetched:{reference.rsplit('/', 1)[-1]}".encode()

    return Tools(EngineHere(tmp_path / "journal"), blobs, parse_input, fetch, own_blob_key)


def job_with(**fields: Any) -> Job:
    payload = {"model_image": "person", "garment_image": "shirt", "category": "tops"} | fields
    payload = {name: value for name, value in payload.items() if value is not None}
    return Job("id", "fashn/tryon", payload, JobStatus.RUNNING, None, Priority.NORMAL, 1, 3, 0.0)


async def run(tools: Tools, **fields: Any) -> Outcome:
    return await run_job(job_with(**fields), tools, lambda level, message: None)


async def result_bytes(outcome: Outcome, blobs: ObjectBlobStore) -> bytes:
    found = await blobs.get(outcome.result["images"][0]["key"])
    assert found is not None
    return found[1]


async def test_both_photos_reach_the_engine(tools: Tools, blobs: ObjectBlobStore) -> None:
    outcome = await run(tools)
    assert await result_bytes(outcome, blobs) == b"dressed fetched:person in fetched:shirt"
    assert set(outcome.metrics) == {"inference_time"}


async def test_our_own_files_are_read_from_the_store(tools: Tools, blobs: ObjectBlobStore) -> None:
    upload = await blobs.put(b"uploaded", "image/png", "person.png")
    outcome = await run(tools, model_image=file_url("http://127.0.0.1:8000", upload.key))
    assert await result_bytes(outcome, blobs) == b"dressed uploaded in fetched:shirt"


async def test_a_url_that_only_looks_like_ours_is_fetched(tools: Tools, blobs: ObjectBlobStore) -> None:
    key = "0123456789abcdef0123_unknown.png"
    outcome = await run(tools, garment_image=file_url("https://elsewhere.example", key))
    assert await result_bytes(outcome, blobs) == f"dressed fetched:person in fetched:{key}".encode()


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"model_image": "unreachable"}, FileDownloadError),
        ({"garment_image": "unreachable"}, FileDownloadError),
        ({"category": None}, MissingField),
        ({"category": "hats"}, InvalidInput),
    ],
)
async def test_unusable_input_ends_the_job_before_the_engine(
    tools: Tools, tmp_path: Path, fields: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        await run(tools, **fields)
    assert not await asyncio.to_thread((tmp_path / "journal").exists)


async def test_two_attempts_never_share_a_file(tools: Tools, blobs: ObjectBlobStore) -> None:
    first, second = await run(tools), await run(tools)
    assert first.result["images"][0]["key"] != second.result["images"][0]["key"]
    await forget_result(first.result, blobs)
    assert await blobs.get(first.result["images"][0]["key"]) is None
    assert await blobs.get(second.result["images"][0]["key"]) is not None


async def test_steps_are_logged_and_previews_shown(tools: Tools) -> None:
    lines: list[str] = []
    shown: list[bytes] = []

    def show(step: Step) -> None:
        assert step.preview is not None
        shown.append(step.preview.jpeg)

    job = job_with(model_image="steps:1:0 previews:2:0")
    await run_job(job, tools_with_the_script(tools), lambda level, message: lines.append(message), show)
    assert shown == [b"preview 1", b"preview 2"]
    assert [line for line in lines if line.startswith("[")] == ["[1/1] step 1", "[1/2] stage", "[2/2] stage"]


def tools_with_the_script(tools: Tools) -> Tools:
    """The reference of the person photo is the script itself."""

    async def fetch(reference: str, field: str) -> bytes:
        return reference.encode()

    return replace(tools, fetch=fetch)


async def test_images_can_stand_in_the_result_itself(tools: Tools, blobs: ObjectBlobStore) -> None:
    job = replace(job_with(sync_mode=True), endpoint="fashn/tryon/v1.6")
    outcome = await run_job(job, tools, lambda level, message: None)
    (image,) = outcome.result["images"]
    head, _, encoded = image["url"].partition(",")
    assert head == "data:image/png;base64"
    assert base64.b64decode(encoded) == b"dressed fetched:person in fetched:shirt"
    assert image["file_size"] == len(base64.b64decode(encoded))
    assert output_body(outcome.result, lambda key: "never asked") == outcome.result
    await forget_result(outcome.result, blobs)  # there is no file to forget


class SlowToReturn:
    """A real file store whose `put` returns only when it is let go, long after the file is there."""

    def __init__(self, blobs: ObjectBlobStore) -> None:
        self._blobs = blobs
        self.written, self.let_go = asyncio.Event(), asyncio.Event()

    async def put(self, *arguments: Any) -> Any:
        blob = await self._blobs.put(*arguments)
        self.written.set()
        await self.let_go.wait()
        return blob

    def __getattr__(self, name: str) -> Any:
        return getattr(self._blobs, name)


async def test_who_is_cancelled_while_storing_leaves_no_file(
    tools: Tools, blobs: ObjectBlobStore, tmp_path: Path
) -> None:
    slow = SlowToReturn(blobs)
    running = asyncio.create_task(run(replace(tools, blobs=slow)))
    await slow.written.wait()
    running.cancel()
    asyncio.get_running_loop().call_later(0.05, slow.let_go.set)
    with pytest.raises(asyncio.CancelledError):
        await running
    assert [file for file in (tmp_path / "files").rglob("*") if file.is_file()] == []
