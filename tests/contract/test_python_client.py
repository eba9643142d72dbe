"""The unmodified PyPI package `fal-client`, over https, sync and async.

The client reads where it connects to when it is imported, so each story runs in a Python of its own.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from dressed_pictures import check_dressed
from python_client import Story, run_story
from running_service import RunningService


@pytest.fixture
def story(guarded_service: RunningService, person_file: Path, garment_file: Path) -> Story:
    """Runs one story of the Python client; what it printed."""
    return lambda name: run_story(name, guarded_service, person_file, garment_file)


@pytest.fixture
def fetch(guarded_service: RunningService) -> Callable[[str], bytes]:
    """Downloads a file of the service."""
    trust = ssl.create_default_context(cafile=str(guarded_service.authority))

    def get(url: str) -> bytes:
        answer = httpx.get(url, verify=trust)
        assert answer.status_code == 200
        return answer.content

    return get


@pytest.mark.parametrize("name", ["subscribe", "subscribe_async", "run", "run_async"])
def test_a_picture_comes_back(
    story: Story, fetch: Callable[[str], bytes], person_file: Path, garment_file: Path, name: str
) -> None:
    told = story(name)
    (image,) = told["result"]["images"]
    check_dressed(fetch(image["url"]), person_file, garment_file)
    if name.startswith("subscribe"):
        assert told["updates"][-1] == "Completed"
        assert len(told["messages"]) >= 2


@pytest.mark.parametrize("name", ["handle", "handle_async"])
def test_submit_status_result(
    story: Story, fetch: Callable[[str], bytes], person_file: Path, garment_file: Path, name: str
) -> None:
    told = story(name)
    assert told["is_same_handle"]
    assert told["first"] in {"Queued", "InProgress"}
    assert told["last"] == "Completed"
    assert told["logs_without_asking"] is None
    assert told["inference_time"] > 0
    check_dressed(fetch(told["result"]["images"][0]["url"]), person_file, garment_file)


def test_cancel(story: Story) -> None:
    told = story("cancel")
    assert (told["status"], told["error_type"]) == (499, "client_cancelled")


def test_errors(story: Story) -> None:
    told = story("errors")
    assert told["invalid"]["status"] == 422
    assert told["early"]["status"] == 400
    assert told["unknown"]["status"] == 404
    assert told["key"]["status"] == 401
    assert told["timeout"] == {"status": 400, "error_type": "bad_request"}


@pytest.mark.parametrize("name", ["upload", "upload_async"])
def test_uploads(story: Story, fetch: Callable[[str], bytes], person_file: Path, garment_file: Path, name: str) -> None:
    told = story(name)
    assert fetch(told["bytes_url"]) == b"some bytes"
    assert fetch(told["file_url"]) == person_file.read_bytes()
    assert fetch(told["parts_url"]) == bytes(range(256)) * 1000
    assert fetch(told["rest_url"]) == b"some bytes"
    check_dressed(fetch(told["result"]["images"][0]["url"]), person_file, garment_file)
