"""Counting the scans of JPEGs."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from vesture.errors import ImageLoadError
from vesture.images.codec import MAX_JPEG_SCANS, decode
from vesture.images.jpeg import count_scans


def jpeg(side: int = 80, **options: Any) -> bytes:
    file = BytesIO()
    Image.effect_noise((side, side), 60).convert("RGB").save(file, "JPEG", **options)
    return file.getvalue()


def with_scans(number: int) -> bytes:
    """A progressive JPEG whose last scan stands there `number` times more."""
    data = jpeg(progressive=True)
    last = data.rfind(b"\xff\xda")
    return data[:-2] + data[last:-2] * number + data[-2:]


def test_usual_files() -> None:
    assert count_scans(jpeg(), 100) == 1
    assert count_scans(jpeg(progressive=True), 100) == 10
    assert count_scans(jpeg(restart_marker_blocks=1), 100) == 1
    assert count_scans(with_scans(30), 100) == 40
    assert count_scans(with_scans(300), 50) == 50


def test_previews_and_clips_are_not_counted() -> None:
    preview = jpeg(64, progressive=True)
    data = jpeg()
    segment = b"\xff\xe1" + (len(preview) + 2).to_bytes(2) + preview
    assert count_scans(data[:2] + segment + data[2:] + b"\xff\xda" * 500, 100) == 1


@pytest.mark.parametrize("data", [b"", b"\xff\xd8", b"\xff\xd8\xff", bytes(1000), b"\xff" * 1000, b"\xff\xda" * 1000])
def test_nonsense_ends(data: bytes) -> None:
    assert count_scans(data, 100) <= 100


def test_endless_refinement_is_refused() -> None:
    limits = {"min_side": 64, "max_pixels": 10**6, "max_bytes": 2**24}
    assert decode(with_scans(20), "model_image", **limits).width == 80
    with pytest.raises(ImageLoadError, match=f"more than {MAX_JPEG_SCANS} scans"):
        decode(with_scans(MAX_JPEG_SCANS), "model_image", **limits)
