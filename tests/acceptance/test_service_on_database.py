"""The HTTP service on the database of the tests: SQLite, or the PostgreSQL that VESTURE_TEST_DATABASE_URL names."""

from __future__ import annotations

import base64
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from dressed_pictures import check_dressed
from house import House
from running_service import RunningService, start_service


@pytest.fixture
def service_here(house: House, tmp_path: Path) -> Iterator[RunningService]:
    running = start_service(tmp_path, database_url=house.url)
    yield running
    assert running.stop() == 0


def test_a_request_from_submit_to_result(service_here: RunningService, person_file: Path, garment_file: Path) -> None:
    photos = {"model_image": person_file, "garment_image": garment_file}
    payload = {name: base64.b64encode(photo.read_bytes()).decode() for name, photo in photos.items()}
    with httpx.Client(base_url=service_here.url, timeout=120) as client:
        submitted = client.post("/queue/fashn/tryon", json={**payload, "category": "tops"}).json()
        second = client.post("/queue/fashn/tryon", json={**payload, "category": "tops"}).json()
        assert client.put(second["cancel_url"]).status_code == 202
        events = client.get(submitted["status_url"] + "/stream", params={"logs": 1}).text
        assert '"COMPLETED"' in events.strip().rsplit("data: ", 1)[-1]
        assert "by the warp engine" in events
        result = client.get(submitted["response_url"]).json()
        check_dressed(client.get(result["images"][0]["url"]).content, person_file, garment_file)
        assert client.get(second["response_url"]).json()["error_type"] == "client_cancelled"
        seen = workers_with_an_engine(client)
        assert (seen["alive"], seen["engines"]) == (1, ["warp"])


def workers_with_an_engine(client: httpx.Client) -> dict[str, Any]:
    """What /health tells of the workers once one has an engine; they speak every 5 seconds."""
    until = time.monotonic() + 30
    while not (workers := client.get("/health").json()["workers"])["engines"] and time.monotonic() < until:
        time.sleep(0.2)
    return dict(workers)
