"""Scaling and padding: the published program's pixels and sizes, and an exact way back."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest
import torch
from PIL import Image

from vesture.engines.diffusion.frame import Frame, fit, fit_lines, frame_for, shrink_to_fit
from vesture.engines.diffusion.sampler import to_pixels


def sha256(pixels: np.ndarray) -> str:
    return hashlib.sha256(np.ascontiguousarray(pixels).tobytes()).hexdigest()


@pytest.mark.parametrize("name", ["down", "up", "wide"])
def test_fit_gives_the_published_pixels(golden_frame, name):
    photo, lines = golden_frame[f"{name}_in"], golden_frame[f"{name}_pose_in"]
    fitted, frame = fit(photo, 216, 144), frame_for(photo, 216, 144)
    assert fitted.shape == (216, 144, 3)
    assert sha256(fitted) == str(golden_frame[f"{name}_out_sha256"])
    assert sha256(frame.unpad(fitted)) == str(golden_frame[f"{name}_unpad_sha256"])
    assert sha256(fit_lines(lines, 216, 144)) == str(golden_frame[f"{name}_pose_out_sha256"])
    left, top, right, bottom = golden_frame[f"{name}_pad_ltrb"]
    assert frame == Frame(left, top, 144 - left - right, 216 - top - bottom)


def test_sizes_are_the_published_ones(golden_frame):
    for row in golden_frame["size_table_w_h_prew_preh_resw_resh_padltrb"]:
        width, height, small_width, small_height, *expected = (int(value) for value in row)
        small = shrink_to_fit(np.zeros((height, width, 3), np.uint8))
        assert small.shape[:2] == (small_height, small_width)
        frame = frame_for(small, 864, 576)
        got = [frame.width, frame.height, frame.left, frame.top]
        got += [576 - frame.left - frame.width, 864 - frame.top - frame.height]
        assert got == expected


def test_lengths_that_lose_a_pixel(golden_frame):
    """Truncation loses a pixel for exactly these lengths of the longer side."""
    lost = [side for side in range(865, 5000) if shrink_to_fit(np.zeros((side, 1, 3), np.uint8)).shape[0] == 863]
    assert lost == golden_frame["pre_trunc_863"].tolist()


def test_shrink_is_lanczos_and_leaves_small_photos_alone(golden_frame):
    photo = golden_frame["down_in"]  # 300 high, 170 wide
    expected = np.asarray(Image.fromarray(photo).resize((122, 216), Image.Resampling.LANCZOS))
    assert np.array_equal(shrink_to_fit(photo, 216), expected)
    assert shrink_to_fit(photo, 300) is photo


@pytest.mark.parametrize("size", [(216, 144), (216, 100), (101, 144), (1, 144), (216, 1)])
def test_pad_and_unpad_are_inverse(size):
    photo = np.random.default_rng(0).integers(0, 256, (*size, 3), dtype=np.uint8)
    frame = frame_for(photo, 216, 144)
    padded = frame.pad(photo, 216, 144)
    assert np.array_equal(frame.unpad(padded), photo)
    assert padded.astype(int).sum() == photo.astype(int).sum()  # nothing but black was added


def test_thin_photos_keep_a_pixel():
    assert shrink_to_fit(np.zeros((5000, 2, 3), np.uint8)).shape == (864, 1, 3)
    assert frame_for(np.zeros((5000, 2, 3), np.uint8), 864, 576) == Frame(287, 0, 1, 864)


def test_float_to_uint8_is_the_published_one(golden_frame):
    values = torch.from_numpy(golden_frame["to_uint8_in"]).reshape(1, 1, 1, -1).expand(1, 3, 1, -1)
    assert np.array_equal(to_pixels(values)[0, 0, :, 0], golden_frame["to_uint8_out"])
