"""The whole service with the diffusion engine, on a small checkpoint of random numbers: its pictures are noise.

A step takes about half a second.
"""

from __future__ import annotations

import base64
import json
import re
import ssl
from collections.abc import Iterator
from pathlib import Path

import httpx
import numpy as np
import pytest
from diffusion_service import start_diffusion_service
from dressed_pictures import read_rgb
from local_certificates import make_certificates
from node_client import run_scenario
from python_client import Story, run_story
from running_service import RunningService, start_service


@pytest.fixture(scope="module")
def diffusion_service(random_weights: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    folder = tmp_path_factory.mktemp("diffusion")
    running = start_diffusion_service(folder, random_weights, tls=make_certificates(folder))
    yield running
    assert running.stop() == 0


@pytest.fixture
def story(diffusion_service: RunningService, person_file: Path, garment_file: Path) -> Story:
    return lambda name: run_story(name, diffusion_service, person_file, garment_file)


@pytest.fixture
def client(diffusion_service: RunningService) -> Iterator[httpx.Client]:
    trust = ssl.create_default_context(cafile=str(diffusion_service.authority))
    with httpx.Client(base_url=diffusion_service.url, verify=trust, timeout=120) as client:
        yield client


def test_pictures_come_with_progress_in_the_logs(story: Story, client: httpx.Client, person_file: Path) -> None:
    told = story("diffuse")
    first, second = (read_rgb(client.get(image["url"]).content) for image in told["result"]["images"])
    assert first.shape == second.shape == (648, 361, 3)  # 768 x 1376 in the model's frame
    assert not np.array_equal(first, second)
    assert told["result"]["images"][0]["height"] == 648
    lines = told["messages"]
    steps = [line for line in lines if re.fullmatch(r"\[\d/8\] step \d of 8, about .+ left", line)]
    assert [line[:5] for line in steps] == [f"[{number}/8]" for number in range(1, 9)]
    assert any("flat-lay" in line for line in lines)
    assert lines[-1].endswith("by the diffusion engine")
    assert told["updates"][-1] == "Completed"


def test_the_stream_of_the_endpoint_shows_previews_and_ends_with_the_output(story: Story, client: httpx.Client) -> None:
    events = story("watch_stream")["events"]
    assert [event.get("step") for event in events] in ([2, 4, None], [2, None], [4, None])  # the newest are shown
    for event in events[:-1]:
        preview = client.get(event["images"][0]["url"])
        assert preview.headers["content-type"] == "image/jpeg"
        assert read_rgb(preview.content).shape[0] == 324
    assert set(events[-1]) == {"images"}
    assert read_rgb(client.get(events[-1]["images"][0]["url"]).content).shape == (648, 361, 3)


def test_the_javascript_client_reads_the_same_stream(
    diffusion_service: RunningService, person_file: Path, garment_file: Path
) -> None:
    told = run_scenario("streamPreviews", diffusion_service, person_file, garment_file)
    assert told["events"][-1] == told["data"]
    assert {event["steps"] for event in told["events"][:-1]} == {4}


def test_bad_input_is_no_stream(story: Story) -> None:
    assert story("stream_of_bad_input") == {"raised": "SSEError"}


def test_the_mode_of_a_versioned_endpoint_decides_the_steps(story: Story) -> None:
    told = story("versioned")
    (image,) = told["result"]["images"]
    head, _, encoded = image["url"].partition(",")
    assert head == "data:image/jpeg;base64"
    assert read_rgb(base64.b64decode(encoded)).shape == (648, 361, 3)
    assert any("the garment is taken for one of the category tops" in line for line in told["messages"])
    assert any(line.startswith("[20/20] step 20 of 20") for line in told["messages"])


def test_the_status_stream_shows_previews(client: httpx.Client, person_file: Path, garment_file: Path) -> None:
    payload = {
        "model_image": base64.b64encode(person_file.read_bytes()).decode(),
        "garment_image": base64.b64encode(garment_file.read_bytes()).decode(),
        "category": "tops",
        "garment_photo_type": "flat-lay",
        "timesteps": 5,
    }
    submitted = client.post("/queue/fashn/tryon", json=payload).json()
    with client.stream("GET", submitted["status_url"] + "/stream", params={"logs": 1}) as answer:
        lines = [line.removeprefix("data: ") for line in answer.iter_lines() if line.startswith("data: ")]
    events = [json.loads(line) for line in lines]
    previews = [event["preview"] for event in events if "preview" in event]
    assert previews
    assert {preview["steps"] for preview in previews} == {5}
    assert previews[0]["images"][0]["content_type"] == "image/jpeg"
    assert events[-1]["status"] == "COMPLETED"
    assert "preview" not in events[-1]


def test_a_long_run_says_how_long_and_is_cancelled_within_a_step(story: Story) -> None:
    told = story("cancel_running")
    assert (told["status"], told["error_type"]) == (499, "client_cancelled")
    assert any(re.search(r"this will take about .+ on cpu", line) for line in told["lines"])
    assert sum("step " in line for line in told["lines"]) < 20  # of 400


def test_health_names_the_engine(client: httpx.Client) -> None:
    workers = client.get("/health").json()["workers"]
    assert (workers["alive"], workers["engines"]) == (1, ["diffusion"])


def test_random_numbers_are_not_served_unasked(random_weights: Path, tmp_path: Path) -> None:
    with pytest.raises(
        RuntimeError, match=r"(?s)ended with 1:.*holds random numbers.*VESTURE_DIFFUSION_ALLOW_RANDOM=1"
    ):
        start_service(tmp_path, "--engine", "diffusion", diffusion_weights=str(random_weights))


def test_without_weights_the_command_is_named(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match=r"(?s)ended with 1:.*run `vesture assets pull diffusion`"):
        start_service(tmp_path, "--engine", "diffusion", diffusion_weights=str(tmp_path / "nothing"))
