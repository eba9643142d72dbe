"""The unmodified npm package `@fal-ai/client` in Node, by way of the built-in proxy and without it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest
from dressed_pictures import check_dressed
from node_client import Scenario
from running_service import RunningService


def check_output(data: dict[str, Any], person_file: Path, garment_file: Path) -> None:
    """The output is one picture, as its description says, and shows the try-on."""
    (image,) = data["images"]
    assert set(image) == {"url", "content_type", "file_name", "file_size", "width", "height"}
    got = httpx.get(image["url"])
    assert got.headers["content-type"] == image["content_type"] == "image/png"
    assert len(got.content) == image["file_size"]
    assert (image["width"], image["height"]) == (768, 1376)
    assert image["file_name"].endswith(".png")
    check_dressed(got.content, person_file, garment_file)


def test_subscribe_with_logs(scenario: Scenario, person_file: Path, garment_file: Path) -> None:
    told = scenario("subscribe")
    check_output(told["data"], person_file, garment_file)
    assert told["requestId"]
    assert told["updates"][-1] == "COMPLETED"
    assert set(told["updates"]) <= {"IN_QUEUE", "IN_PROGRESS", "COMPLETED"}
    assert len(set(told["messages"])) >= 2


def test_subscribe_by_the_status_stream(scenario: Scenario, person_file: Path, garment_file: Path) -> None:
    told = scenario("subscribeByStream")
    check_output(told["data"], person_file, garment_file)
    assert told["ids"] == [told["requestId"]]
    assert told["updates"][-1]["status"] == "COMPLETED"
    assert "IN_PROGRESS" in {update["status"] for update in told["updates"]}
    lines = told["updates"][-1]["logs"]  # the client appends what each event brings
    assert len(lines) >= 2


def test_the_versioned_endpoint_finds_the_category_out(
    scenario: Scenario, person_file: Path, garment_file: Path
) -> None:
    told = scenario("versioned")
    assert told["requestId"]
    check_output(told["data"], person_file, garment_file)


def test_the_stream_of_the_endpoint(scenario: Scenario, person_file: Path, garment_file: Path) -> None:
    told = scenario("streamPreviews")
    assert told["requestId"]
    assert told["events"] == [told["data"]]  # the warp engine makes no previews
    check_output(told["data"], person_file, garment_file)


def test_the_stream_of_bad_input_is_a_validation_error(scenario: Scenario) -> None:
    told = scenario("streamOfBadInput")
    assert told["isValidationError"]
    assert [error["loc"] for error in told["fieldErrors"]] == [["body", "category"]]


def test_submit_status_result(scenario: Scenario, person_file: Path, garment_file: Path) -> None:
    told = scenario("queue")
    assert told["requestId"] == told["request_id"]
    assert told["early"]["status"] == 400
    last = told["statuses"][-1]
    assert last["status"] == "COMPLETED"
    assert last["metrics"]["inference_time"] > 0
    assert {"message", "timestamp", "level"} <= set(last["logs"][0])
    counts = [len(status["logs"]) for status in told["statuses"] if status["status"] != "IN_QUEUE"]
    assert counts == sorted(counts)
    check_output(told["data"], person_file, garment_file)


def test_upload(scenario: Scenario) -> None:
    told = scenario("upload")
    assert (told["text"], told["type"]) == ("Hello, World!", "text/plain")
    assert told["url"].endswith("hello.txt")


def test_large_upload_in_parts(scenario: Scenario) -> None:
    told = scenario("uploadLarge")
    assert told["size"] == told["expected"]
    assert told["isSame"]


@pytest.mark.parametrize("name", ["fileAsInput", "run", "withoutProxy"])
def test_other_ways_to_the_same_picture(scenario: Scenario, person_file: Path, garment_file: Path, name: str) -> None:
    check_output(scenario(name)["data"], person_file, garment_file)


def test_cancel(scenario: Scenario) -> None:
    told = scenario("cancel")
    assert (told["status"]["status"], told["status"]["error_type"]) == ("COMPLETED", "client_cancelled")
    assert (told["result"]["status"], told["result"]["body"]["error_type"]) == (499, "client_cancelled")
    assert (told["again"]["status"], told["again"]["body"]) == (400, {"status": "ALREADY_COMPLETED"})


def test_abort(scenario: Scenario, service: RunningService) -> None:
    assert scenario("abort")["isAborted"]
    assert httpx.get(f"{service.url}/health").status_code == 200


def test_invalid_input_is_a_validation_error(scenario: Scenario) -> None:
    told = scenario("invalidInput")
    assert told["isValidationError"]
    assert told["status"] == 422
    assert told["requestId"]
    assert {error["loc"][1]: error["type"] for error in told["fieldErrors"]} == {
        "model_image": "string_type",
        "category": "literal_error",
    }


def test_no_input_at_all(scenario: Scenario) -> None:
    told = scenario("noInput")
    assert told["isValidationError"]
    assert [error["type"] for error in told["fieldErrors"]] == ["missing"] * 3


def test_unknown_request(scenario: Scenario) -> None:
    told = scenario("unknownRequest")
    for call in ("status", "result", "cancel"):
        assert told[call]["isApiError"]
        assert (told[call]["status"], told[call]["body"]["status"]) == (404, "NOT_FOUND")


def test_unknown_app(scenario: Scenario) -> None:
    told = scenario("unknownApp")
    assert told["status"] == 404
    assert "not found" in told["body"]["detail"]


def test_credentials(guarded_scenario: Scenario) -> None:
    told = guarded_scenario("credentials")
    assert told["right"]["succeeded"]["request_id"]
    for call in ("wrong", "none"):
        assert told[call]["status"] == 401
        assert "Authentication is required" in told[call]["body"]["detail"]
