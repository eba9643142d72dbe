"""Joining two readings, on drawn garments: a reader that knows the drawing stands in for the network."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from vesture.core.task import Picture
from vesture.errors import GarmentNotFound
from vesture.vision.garment.landmarks import FlatReading, read_flat
from vesture.vision.garment.look import look
from vesture.vision.garment.network import KINDS, NECKS, POINT_NAMES, SLEEVES, GarmentReading
from vesture.vision.garment.types import Part

SIZE = 512
AXIS = 256
INNER = 6
BACKDROP = (232, 232, 230)

# Halves as (x from the axis, y); the sleeve lies on the body and hides its side.
BODY = [(0, 70), (60, 60), (140, 85), (140, 470), (0, 470)]
SLEEVE = [(140, 85), (178, 190), (176, 440), (118, 440), (122, 190)]
LEG_AT_REST = [(0, 240), (105, 60), (112, 470), (0, 470)]
HANGER = [(-120, 60), (120, 60), (120, 44), (-120, 44)]


@dataclass(frozen=True)
class Drawing:
    """A drawn garment: its picture, part of every pixel, points by name, and what words describe it."""

    rgb: NDArray[np.uint8]
    parts: NDArray[np.uint8]
    points: dict[str, tuple[float, float]]
    kind: str
    sleeve: str
    neck: str = "round"

    @property
    def picture(self) -> Picture:
        return Picture(self.rgb)


class Reader:
    """Reads the drawing that it was given, wherever it lies in the picture."""

    def __init__(self, drawing: Drawing) -> None:
        self.drawing = drawing
        self.seen: list[tuple[int, int]] = []

    def read(self, rgb: NDArray[np.uint8], alpha: NDArray[np.uint8] | None = None) -> GarmentReading:
        del alpha
        whole = self.drawing.rgb
        self.seen.append(rgb.shape[:2])
        match = cv2.matchTemplate(whole, rgb, cv2.TM_SQDIFF) if rgb.shape != whole.shape else np.zeros((1, 1))
        left, top = cv2.minMaxLoc(match)[2]
        parts = self.drawing.parts[top : top + rgb.shape[0], left : left + rgb.shape[1]]
        scale = 192 / max(rgb.shape[:2])
        size = (round(rgb.shape[1] * scale), round(rgb.shape[0] * scale))
        maps = np.stack([cv2.resize(np.float32(parts == k), size, interpolation=cv2.INTER_AREA) for k in range(7)])
        points = {name: np.float32([0, 0]) for name in POINT_NAMES}
        points |= {name: np.float32([x - left, y - top]) for name, (x, y) in self.drawing.points.items()}
        return GarmentReading(
            mask=1 - maps[0],
            parts=maps,
            points=points,
            point_confidence={name: 0.9 * (name in self.drawing.points) for name in POINT_NAMES},
            kind={name: float(name == self.drawing.kind) for name in KINDS},
            sleeve={name: float(name == self.drawing.sleeve) for name in SLEEVES},
            neck={name: float(name == self.drawing.neck) for name in NECKS},
            scale=scale,
        )


def both_sides(half: list[tuple[int, int]]) -> list[NDArray[np.int32]]:
    return [np.int32([(AXIS + sign * x, y) for x, y in half]) for sign in (-1, 1)]


def cloth(parts: NDArray[np.uint8], seed: int = 4) -> NDArray[np.uint8]:
    noise = np.random.default_rng(seed)
    picture = np.full((SIZE, SIZE, 3), BACKDROP, np.float32) + noise.normal(0, 0.7, (SIZE, SIZE, 3))
    weave = np.float32([60, 92, 150]) + noise.normal(0, 3, (SIZE, SIZE, 1))
    return np.clip(np.where(parts[..., None] > 0, weave, picture), 0, 255).astype(np.uint8)


def named(**halves: tuple[float, float]) -> dict[str, tuple[float, float]]:
    return {
        f"{name}_{side}": (AXIS + sign * x, y)
        for name, (x, y) in halves.items()
        for side, sign in (("left", -1), ("right", 1))
    }


def sleeves_on_the_body() -> Drawing:
    parts = np.zeros((SIZE, SIZE), np.uint8)
    for polygon in both_sides(BODY):
        cv2.fillPoly(parts, [polygon], int(Part.TORSO))
    for part, polygon in zip((Part.LEFT_SLEEVE, Part.RIGHT_SLEEVE), both_sides(SLEEVE), strict=True):
        cv2.fillPoly(parts, [polygon], int(part))
    cv2.ellipse(parts, (AXIS, 66), (50, 40), 0, 0, 180, INNER, -1)
    points = named(
        collar=(58, 61),
        shoulder=(138, 86),
        armpit=(122, 190),
        cuff_outer=(176, 440),
        cuff_inner=(118, 440),
        hem=(136, 470),
    )
    return Drawing(cloth(parts), parts, {**points, "neck_front": (AXIS, 106)}, "top", "long")


def shorts_without_a_gap() -> Drawing:
    parts = np.zeros((SIZE, SIZE), np.uint8)
    for part, polygon in zip((Part.LEFT_LEG, Part.RIGHT_LEG), both_sides(LEG_AT_REST), strict=True):
        cv2.fillPoly(parts, [polygon], int(part))
    cv2.fillPoly(parts, [np.int32([(AXIS - 105, 60), (AXIS + 105, 60), (AXIS + 109, 240), (AXIS - 109, 240)])], 1)
    points = named(waist=(105, 60), leg_cuff_outer=(112, 470), leg_cuff_inner=(1, 470))
    return Drawing(cloth(parts), parts, {**points, "crotch": (AXIS, 240)}, "trousers", "none", "none")


def missed(found: FlatReading, drawing: Drawing, name: str) -> float:
    key = name.removeprefix("leg_") if drawing.kind == "trousers" else name
    return float(np.linalg.norm(found.frame.to_picture(found.garment.points[key]) - drawing.points[name]))


def test_sleeves_on_the_body_are_parts_of_their_own() -> None:
    drawing = sleeves_on_the_body()
    alone = read_flat(drawing.picture, "tops")
    found = read_flat(drawing.picture, "tops", Reader(drawing))
    assert found.garment.has_sleeves
    for name in ("armpit_left", "armpit_right", "cuff_inner_left", "cuff_inner_right", "cuff_outer_left"):
        assert missed(found, drawing, name) < 12, name
    assert max(missed(alone, drawing, n) if n in alone.garment.points else 999 for n in drawing.points) > 25
    truth = cv2.warpAffine(drawing.parts, found.frame.matrix, found.garment.parts.shape[::-1], flags=cv2.INTER_NEAREST)
    sleeves = np.isin(truth, (Part.LEFT_SLEEVE, Part.RIGHT_SLEEVE))
    own = np.isin(found.garment.parts, (Part.LEFT_SLEEVE, Part.RIGHT_SLEEVE))
    assert (sleeves & own).sum() / (sleeves | own).sum() > 0.85


def test_side_lines_run_beside_the_sleeves() -> None:
    drawing = sleeves_on_the_body()
    garment = read_flat(drawing.picture, "tops", Reader(drawing)).garment
    side, inner = garment.curves["side_left"], garment.curves["sleeve_inner_left"]
    assert np.abs(np.diff(side[:, 0])).max() < 30
    assert np.linalg.norm(side[0] - inner[0]) < 25  # both begin at the armpit


def test_the_inner_back_is_cut_away_and_no_more() -> None:
    drawing = sleeves_on_the_body()
    found = read_flat(drawing.picture, "tops", Reader(drawing))
    inside = cv2.warpAffine(np.float32(drawing.parts == INNER), found.frame.matrix, found.garment.alpha.shape[::-1])
    assert found.garment.alpha[inside > 0.99].mean() < 0.1
    front = found.frame.to_garment(np.float32([AXIS, 125]))
    assert found.garment.alpha[round(float(front[1])), round(float(front[0]))] > 0.9
    assert missed(found, drawing, "neck_front") < 10


def test_shorts_without_a_gap_have_legs() -> None:
    drawing = shorts_without_a_gap()
    assert read_flat(drawing.picture, "bottoms").garment.kind == "skirt"
    found = read_flat(drawing.picture, "bottoms", Reader(drawing))
    assert found.garment.kind == "trousers"
    assert missed(found, drawing, "crotch") < 12
    assert missed(found, drawing, "leg_cuff_inner_left") < 14
    assert {int(Part.LEFT_LEG), int(Part.RIGHT_LEG)} <= set(np.unique(found.garment.parts).tolist())


def test_a_hanger_that_the_network_does_not_take_for_cloth_goes() -> None:
    drawing = shorts_without_a_gap()
    rgb = drawing.rgb.copy()
    cv2.fillPoly(rgb, [np.int32([(AXIS + x, y) for x, y in HANGER])], (62, 94, 149))
    found = read_flat(Picture(rgb), "bottoms", Reader(replace(drawing, rgb=rgb)))
    top = found.frame.to_picture(np.float32([0, np.nonzero(found.garment.alpha.max(1) > 0.5)[0][0]]))[1]
    assert top > 56


def test_an_unsure_reading_leaves_the_outline_alone() -> None:
    drawing = sleeves_on_the_body()
    reader = Reader(replace(drawing, points={}))
    found = read_flat(drawing.picture, "tops", reader).garment
    alone = read_flat(drawing.picture, "tops").garment
    for name in ("collar_left", "hem_right"):
        assert np.allclose(found.points[name], alone.points[name], atol=6)


def test_another_kind_than_asked_is_warned_of() -> None:
    drawing = replace(sleeves_on_the_body(), kind="dress")
    garment = read_flat(drawing.picture, "tops", Reader(drawing)).garment
    assert garment.kind == "top"
    assert "looks like a dress" in garment.warnings[0]
    assert not read_flat(drawing.picture, "tops", Reader(replace(drawing, kind="top"))).garment.warnings


def test_a_garment_without_sleeves_has_armholes() -> None:
    parts = np.zeros((SIZE, SIZE), np.uint8)
    half = [(50, 60), (92, 64), (84, 150), (120, 200), (118, 470), (0, 470)]
    for polygon in both_sides([(0, 100), *half]):
        cv2.fillPoly(parts, [polygon], int(Part.TORSO))
    points = named(collar=(50, 60), shoulder=(92, 64), armpit=(120, 200), hem=(118, 470))
    drawing = Drawing(cloth(parts), parts, {**points, "neck_front": (AXIS, 100)}, "top", "none")
    garment = read_flat(drawing.picture, "tops", Reader(drawing)).garment
    assert not garment.has_sleeves
    for side in ("left", "right"):
        armhole = garment.curves[f"armhole_{side}"]
        assert np.linalg.norm(armhole[0] - garment.points[f"shoulder_{side}"]) < 6
        assert np.linalg.norm(armhole[-1] - garment.points[f"armpit_{side}"]) < 6


@pytest.mark.parametrize("offset", [(0, 0), (260, 150)])
def test_a_small_garment_is_looked_at_twice(offset: tuple[int, int]) -> None:
    drawing = sleeves_on_the_body()
    x, y = offset
    rgb = np.full((SIZE + 300, SIZE + 300, 3), BACKDROP, np.uint8)
    rgb[y : y + SIZE, x : x + SIZE] = drawing.rgb
    parts = np.zeros(rgb.shape[:2], np.uint8)
    parts[y : y + SIZE, x : x + SIZE] = drawing.parts
    moved = replace(drawing, rgb=rgb, parts=parts, points={k: (a + x, b + y) for k, (a, b) in drawing.points.items()})
    reader = Reader(moved)
    seen = look(reader, moved.picture)
    assert len(reader.seen) == 2
    assert seen.scale > 192 / (SIZE + 300) * 1.2
    for name, place in moved.points.items():
        assert np.allclose(seen.points[name], place, atol=1), name
    mask = seen.mask(SIZE + 300, SIZE + 300, 1.0)
    assert np.mean((mask > 0.5) != (parts > 0)) < 0.01


def test_a_heap_that_looks_like_another_half_of_the_body_is_refused() -> None:
    drawing = sleeves_on_the_body()
    heap = replace(drawing, points={"crotch": (AXIS, 240)}, kind="trousers", sleeve="none")
    with pytest.raises(GarmentNotFound, match="spread out"):
        read_flat(heap.picture, "tops", Reader(heap))
    assert read_flat(heap.picture, "tops", Reader(replace(heap, kind="top"))).garment.kind == "top"
    assert read_flat(heap.picture, "tops", Reader(replace(heap, points=drawing.points))).garment.kind == "top"
