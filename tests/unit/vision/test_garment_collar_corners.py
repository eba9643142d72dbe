"""Collar corners where the outline bends too far out."""

import numpy as np

from vesture.vision.garment.collar_corners import inner_corners


def necked() -> tuple[np.ndarray, dict[str, np.ndarray], dict[str, np.ndarray]]:
    """A silhouette whose neck sags between columns 90 and 190, read 16 columns too wide on the left."""
    columns = np.arange(280)
    sag = 20 * np.clip(1 - np.abs(columns - 140) / 50, 0, 1)
    region = np.arange(200)[:, None] >= (40 + sag)[None]
    points = {"collar_left": np.array([74, 40], np.float32), "collar_right": np.array([190, 40], np.float32)}
    curves = {"shoulder_left": np.array([[74, 40], [20, 40]], np.float32)}
    return region, points, curves


def test_a_corner_goes_where_the_network_sees_it_further_in_and_the_shoulder_begins_there() -> None:
    region, points, curves = necked()
    seen = points | {"collar_left": np.array([90, 44], np.float32)}
    moved, lines = inner_corners(region, points, curves, seen, dict.fromkeys(points, 0.9))
    assert np.allclose(moved["collar_left"], [90, 40])
    assert np.allclose(moved["collar_right"], points["collar_right"])
    assert np.allclose(lines["shoulder_left"][0], [90, 40])
    assert np.allclose(lines["shoulder_left"][-1], [20, 40])


def test_a_corner_does_not_slide_down_onto_the_rim_of_the_back() -> None:
    region, points, curves = necked()
    points["collar_left"] = np.array([90, 40], np.float32)
    seen = points | {"collar_left": np.array([104, 46], np.float32)}
    moved, _ = inner_corners(region, points, curves, seen, dict.fromkeys(points, 0.9))
    assert np.allclose(moved["collar_left"], [90, 40])


def test_a_corner_taken_from_the_other_side_that_hangs_in_the_air_comes_down_to_the_cloth() -> None:
    region, points, curves = necked()
    points["collar_left"] = np.array([74, 34], np.float32)
    seen = points | {"collar_left": np.array([90, 44], np.float32)}
    moved, _ = inner_corners(region, points, curves, seen, dict.fromkeys(points, 0.9))
    assert np.allclose(moved["collar_left"], [90, 40])
