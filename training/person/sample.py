"""One sample: a person of the bank or a drawn one, dressed and painted anew, before some scene, photographed."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from training.garment.backdrops import add_clutter, home, studio
from training.garment.chance import between, maybe
from training.garment.colours import any_colour
from training.garment.photo import develop
from training.person.bank import Bank, Photo
from training.person.bodies import draw_body
from training.person.dress import redressed
from training.person.figure import LABEL_OF, SHAPE, UNKNOWN, Bytes, Figure, Floats, Region
from training.person.paint import painted
from vesture.vision.parsing.network import NET_HEIGHT, NET_WIDTH, PADDING, body_maps
from vesture.vision.parsing.prior import Skeleton

DRAWN = 0.3  # share of drawn people
CARRIED = (Region.BAG, Region.STRAP)  # which the pose's mask often leaves out
LABEL_STEP = 2  # pixels of the picture for one label


@dataclass(frozen=True, slots=True)
class Sample:
    """picture (H, W, 3) uint8, mask (H, W) uint8 of 255, body maps float16, labels (H / 2, W / 2) uint8."""

    picture: Bytes
    mask: Bytes
    body: np.ndarray
    labels: Bytes


@dataclass(frozen=True, slots=True)
class Drawn:
    """A photo as the network's user has it: pixels (H, W, 3), mask and labels (H, W) uint8, the joints as they were
    guessed, and how much of the canvas the photo takes up (width, height)."""

    pixels: Bytes
    mask: Bytes
    labels: Bytes
    skeleton: Skeleton
    size: tuple[int, int]


def draw_sample(rng: np.random.Generator, bank: Bank) -> Sample:
    """A new sample."""
    drawn = draw(rng, bank)
    body = body_maps(drawn.skeleton, drawn.size).astype(np.float16)
    return Sample(drawn.pixels, drawn.mask, body, _halved(rng, drawn.labels))


def draw(rng: np.random.Generator, bank: Bank) -> Drawn:
    """A new photo with its labels; people are drawn ones where the bank has none."""
    figure = draw_body(rng) if maybe(rng, DRAWN) or not bank.photos else placed(rng, bank.draw(rng))
    changed = figure.drawn or maybe(rng, 0.8)
    regions = redressed(rng, figure) if changed else figure.regions
    picture = painted(rng, figure, regions, bank.tiles) if changed else figure.picture
    uncovered = ((regions == 0) & (figure.regions != 0) & (figure.regions != UNKNOWN)).any()
    if figure.drawn or uncovered or maybe(rng, 0.75):
        ground = scene(rng, bank)
        share = cv2.GaussianBlur((regions > 0).astype(np.float32), (0, 0), between(rng, 0.4, 0.8))[..., None]
        if maybe(rng, 0.4):
            ground = ground * (1 - between(rng, 0, 0.5) * cv2.GaussianBlur(share, (0, 0), 6)[..., None])
        picture = picture * share + ground * (1 - share)
    mask = _guessed_mask(rng, figure, regions)
    pixels = develop(rng, picture, maybe(rng, 0.2))
    labels = LABEL_OF[regions]
    width, height = size = _cut_size(rng, figure)
    for array, rest in ((pixels, PADDING), (mask, 0), (labels, UNKNOWN)):
        array[height:], array[:, width:] = rest, rest
    joints = figure.skeleton.points + rng.normal(0, 0.03 * figure.skeleton.unit, (33, 2)).astype(np.float32)
    guess = Skeleton(joints.astype(np.float32), figure.skeleton.visibility, figure.skeleton.unit)
    return Drawn(pixels, mask, labels, guess, size)


def placed(rng: np.random.Generator, photo: Photo) -> Figure:
    """A photo of the bank on the canvas: whole or in part, turned a little, mirrored, stretched."""
    height, width = photo.picture.shape[:2]
    fit = min(NET_HEIGHT / height, NET_WIDTH / width)
    zoom = fit * (between(rng, 0.8, 1.1) if maybe(rng, 0.6) else between(rng, 1.0, 2.0))
    stretch = np.array([between(rng, 0.85, 1.15), 1.0]) * zoom
    angle = float(rng.normal(0, 0.07))
    cos, sin = np.cos(angle), np.sin(angle)
    turn = np.array([[cos, -sin], [sin, cos]]) * stretch
    if maybe(rng, 0.5):
        turn[:, 0] *= -1
    corners = np.array([[0, 0], [width, 0], [0, height], [width, height]]) @ turn.T
    low, high = corners.min(0), corners.max(0)
    spare = np.array([NET_WIDTH, NET_HEIGHT]) - (high - low)
    shift = -low + np.where(spare > 0, rng.uniform(0, 1, 2) * np.maximum(spare, 0), rng.uniform(0, 1, 2) * spare)
    matrix = np.column_stack([turn, shift]).astype(np.float32)
    size = NET_WIDTH, NET_HEIGHT

    def moved(array: np.ndarray, way: int, border: int, value: float = 0) -> np.ndarray:
        return cv2.warpAffine(array, matrix, size, flags=way, borderMode=border, borderValue=value)

    source = photo.picture
    if zoom < 0.7:
        source = cv2.GaussianBlur(source, (0, 0), 0.4 / zoom)
    picture = moved(source, cv2.INTER_LINEAR, cv2.BORDER_REPLICATE).astype(np.float32)
    inside = moved(np.ones((height, width), np.uint8), cv2.INTER_NEAREST, cv2.BORDER_CONSTANT) > 0
    regions = moved(photo.labels, cv2.INTER_NEAREST, cv2.BORDER_CONSTANT)
    # a person cut by the photo's edge must be cut by the canvas' edge, or by the padding
    used = [NET_WIDTH, NET_HEIGHT]
    for axis, seen in ((0, inside.any(0)), (1, inside.any(1))):
        last = int(np.flatnonzero(seen)[-1]) + 1 if seen.any() else used[axis]
        used[axis] = max(last, 32)
    mask = moved(photo.mask, cv2.INTER_LINEAR, cv2.BORDER_CONSTANT)
    points = photo.points @ matrix[:, :2].T + matrix[:, 2]
    visible = np.where(((points >= 0) & (points < size)).all(1), photo.visibility, 0.05 * photo.visibility)
    unit = photo.unit * float(np.sqrt(abs(np.linalg.det(matrix[:, :2]))))
    if matrix[0, 0] < 0:
        points, visible = points[MIRRORED], visible[MIRRORED]
    skeleton = Skeleton(points.astype(np.float32), visible.astype(np.float32), unit)
    return Figure(picture, regions, mask.astype(np.float32), skeleton, (used[0], used[1]))


MIRRORED = [0, 4, 5, 6, 1, 2, 3, 8, 7, 10, 9, *(joint for left in range(11, 33, 2) for joint in (left + 1, left))]


def scene(rng: np.random.Generator, bank: Bank) -> Floats:
    """What is behind the person (H, W, 3)."""
    if bank.scenes and maybe(rng, 0.45):
        photo = bank.scenes[int(rng.integers(len(bank.scenes)))]
        rows = int(photo.shape[0] * between(rng, 0.35, 1.0))
        columns = min(int(rows * NET_WIDTH / NET_HEIGHT), photo.shape[1])
        top, left = int(rng.integers(photo.shape[0] - rows + 1)), int(rng.integers(photo.shape[1] - columns + 1))
        cut = photo[top : top + rows, left : left + columns]
        cut = cut[:, ::-1] if maybe(rng, 0.5) else cut
        ground = cv2.resize(np.ascontiguousarray(cut), SHAPE[::-1], interpolation=cv2.INTER_AREA).astype(np.float32)
        if maybe(rng, 0.4):
            ground = cv2.GaussianBlur(ground, (0, 0), between(rng, 0.8, 4))
    elif maybe(rng, 0.45):
        ground = studio(rng, *SHAPE, any_colour(rng))
    else:
        ground = home(rng, *SHAPE, any_colour(rng))
    if maybe(rng, 0.35):
        ground = add_clutter(rng, ground)
    return ground * (between(rng, 0.4, 1.2) if maybe(rng, 0.3) else 1.0)


def _guessed_mask(rng: np.random.Generator, figure: Figure, regions: Bytes) -> Bytes:
    """What the pose network may have thought of this person (H, W) uint8: soft, and not always right."""
    body = (regions > 0).astype(np.float32)
    added = ((regions > 0) & (figure.regions == 0)).astype(np.float32)
    added[np.isin(regions, CARRIED)] *= between(rng, 0, 1)
    gone = ((regions == 0) & (figure.regions > 0)).astype(np.float32)
    mask = body if figure.drawn else np.clip(np.maximum(figure.mask, added * between(rng, 0.3, 1)) - gone, 0, 1)
    size = between(rng, 0.02, 0.07) * figure.skeleton.unit
    mask = cv2.GaussianBlur(mask, (0, 0), size)
    if maybe(rng, 0.5):
        coarse = rng.normal(0, between(rng, 0.05, 0.3), (16, 12)).astype(np.float32)
        mask = mask + cv2.resize(coarse, SHAPE[::-1], interpolation=cv2.INTER_CUBIC) * (4 * mask * (1 - mask))
    if maybe(rng, 0.15):  # a hole or a bump
        at = rng.integers(0, SHAPE[::-1], 2)
        spot = np.zeros(SHAPE, np.float32)
        cv2.circle(spot, [int(x) for x in at], int(between(rng, 0.1, 0.5) * figure.skeleton.unit), 1, -1)
        mask = np.where(cv2.GaussianBlur(spot, (0, 0), 3) > 0.5, between(rng, 0, 1), mask)
    mask = 1 / (1 + np.exp(-between(rng, 8, 14) * (mask - between(rng, 0.4, 0.6))))
    return np.round(255 * np.clip(mask, 0, 1)).astype(np.uint8)


def _cut_size(rng: np.random.Generator, figure: Figure) -> tuple[int, int]:
    """Width and height of what is shown; at times the photo is cut at its right or lower edge, the rest padding."""
    width, height = figure.size
    if maybe(rng, 0.3):
        if maybe(rng, 0.5):
            return int(width * between(rng, 0.7, 1.0)), height
        return width, int(height * between(rng, 0.6, 1.0))
    return width, height


def _halved(rng: np.random.Generator, labels: Bytes) -> Bytes:
    """One pixel of each cell, always from the same corner of it, which chance chooses."""
    row, column = rng.integers(0, LABEL_STEP, 2)
    return np.ascontiguousarray(labels[row::LABEL_STEP, column::LABEL_STEP])
