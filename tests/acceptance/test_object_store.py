"""The whole service with its files in an S3-compatible object store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from dressed_pictures import check_dressed
from local_s3 import BUCKET, LocalS3, local_s3
from running_service import RunningService, start_service


@pytest.fixture(scope="module")
def s3() -> Iterator[LocalS3]:
    with local_s3() as server:
        yield server


@pytest.fixture(scope="module")
def service(s3: LocalS3, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in s3.variables.items():
            patch.setenv(name, value)
        running = start_service(tmp_path_factory.mktemp("s3"), blob_url=f"s3://{BUCKET}/files")
    yield running
    assert running.stop() == 0


def test_uploads_and_results_are_in_the_bucket(
    service: RunningService, s3: LocalS3, person_file: Path, garment_file: Path
) -> None:
    with httpx.Client(base_url=service.url, timeout=120) as client:
        urls = []
        for photo in (person_file, garment_file):
            asked = {"content_type": "image/png", "file_name": photo.name}
            place = client.post("/rest/storage/upload/initiate?storage_type=fal-cdn-v3", json=asked).json()
            sent = client.put(place["upload_url"], content=photo.read_bytes(), headers={"content-type": "image/png"})
            assert sent.status_code == 200
            assert client.get(place["file_url"]).content == photo.read_bytes()
            urls.append(place["file_url"])
        payload = {"model_image": urls[0], "garment_image": urls[1], "category": "tops"}
        answer = client.post("/run/fashn/tryon", json=payload)
        assert answer.status_code == 200, answer.text
        url = answer.json()["images"][0]["url"]
        got = client.get(url)
        assert got.headers["content-type"] == "image/png"
        check_dressed(got.content, person_file, garment_file)
        parts = client.get(url, headers={"range": "bytes=0-7"})
        assert (parts.status_code, parts.content) == (206, got.content[:8])
        key = url.rsplit("/", 1)[-1]
        assert {place.split("/")[1] for place in s3.objects() if key in place} == {"about", "data"}
    assert not (service.log.parent / "data" / "files").exists()
