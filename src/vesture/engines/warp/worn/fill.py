"""Cloth that something hides, made from cloth that is seen: the other half of the garment, then what is around.

Takes a photo and masks of what is seen and what is wanted, gives the photo with the wanted pixels filled.

The mirror image about the spine keeps seams, stripes and folds; what it differs from the seen cloth by at the rim of
the hole is spread over it as a smooth correction (after Perez, Gangnet and Blake, "Poisson image editing", 2003, with a
pyramid in place of the equation). A print is not mirrored: letters would read backwards. Patterns are continued in
pieces, plain cloth smoothly: its folds, repeated, would make a pattern.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from vesture.core.task import RGB
from vesture.engines.warp.body.figure import SIDES, Body
from vesture.engines.warp.picture.patch import bounds
from vesture.vision.exemplar import fill_scene
from vesture.vision.fill import push_pull
from vesture.vision.masks import dilate, erode

Bools = NDArray[np.bool_]
Floats = NDArray[np.float32]

FINE = 110.0  # pixels of a unit at which prints are looked for
REACH = 0.6  # units round a hole from which cloth is taken
LEAST_HOLE = 0.004  # square units; smaller holes are filled smoothly
GRAIN = 0.06  # units; finer differences of the two halves are their grain, coarser ones their light
PRINT = 2.5  # times the usual detail of the cloth: a print, which is not mirrored
PRINT_REACH = 0.1  # units about the detail of a print that are the print's too
LEAST_DETAIL = 3.0  # levels
COARSER = 90.0  # pixels of a unit at which patterns are told
PATTERN = 0.03  # units: size of the detail of patterns
SHARP, HUED = 12.0, 8.0  # CIELAB: detail of lightness, and distance from the usual hue, that patterns have
BUSY = 0.2  # share of the first, with twice that of the second, from which on cloth is patterned
WEAVE, MIDDLE = 8.0, 128.0  # levels: more is a fold's; a grey about which the weave lies
COARSE = 4  # pixels between those of which a mirrored mask is found
MOST_TILT, LEVEL = 0.35, 0.6  # fall of the line of the shoulders; level of the torso from which on nothing tilts
SAFE = 0.03  # units inside the mirrored cloth from which it is taken


def filled_cloth(photo: RGB, source: Bools, need: Bools, unit: float, body: Body | None) -> Floats:
    """Fill what is hidden.

    Args:
        photo: (H, W, 3) uint8.
        source: (H, W) cloth to take from.
        need: (H, W) pixels wanted, disjoint from `source`.
        unit: pixels of the body unit.
        body: the wearer, about whose spine cloth is mirrored; None for pieces from around alone.

    Returns:
        (H, W, 3) float32 in [0, 255]; the photo outside `need`.
    """
    result = photo.astype(np.float32)
    box = bounds(need, round(REACH * unit))
    if box is None or not source.any():
        return result
    place = np.s_[box[0] : box[2], box[1] : box[3]]
    seen, hole = source[place], need[place]
    if not seen.any():
        place, seen, hole = np.s_[0 : source.shape[0], 0 : source.shape[1]], source, need
    part = result[place]
    open_ = hole
    if body is not None:
        image, sure = _mirrored(result, source, place, body)
        taken = hole & sure
        if taken.any():
            part = np.where(taken[..., None], _in_light(part, image, seen & sure, unit), part)
            open_ = hole & ~taken
            seen = seen | erode(taken, 1)
    if open_.any():
        part = np.where(
            open_[..., None], _around(part, open_, seen, unit, patterned(photo[place], source[place], unit)), part
        )
    result[place] = np.where(hole[..., None], part, result[place])
    return np.clip(result, 0, 255)


def _around(part: Floats, open_: Bools, seen: Bools, unit: float, pattern: bool) -> Floats:
    """The picture (h, w, 3) with cloth `seen` around grown into what is `open_`: a `pattern` in pieces; of plain cloth
    its light smoothly, and pieces of its weave."""
    pieced, generator = open_.sum() > LEAST_HOLE * unit**2, np.random.default_rng(0)
    if pieced and pattern:
        return fill_scene(part, open_, seen, REACH * unit, generator)
    smooth = push_pull(part, seen.astype(np.float32))
    if not pieced:
        return smooth
    weave = np.clip(part - blurred(part, seen, PATTERN * unit), -WEAVE, WEAVE)
    return np.asarray(smooth + fill_scene(weave + MIDDLE, open_, seen, REACH * unit, generator) - MIDDLE, np.float32)


def mirrored_mask(mask: Bools, body: Body) -> Bools:
    """A mask (H, W) mirrored about the wearer's spine, each half as wide as the body is there."""
    rows, columns = np.mgrid[: mask.shape[0] : COARSE, : mask.shape[1] : COARSE]
    x, y = _other_half(columns, rows, body)
    coarse = cv2.remap(mask.astype(np.float32), x, y, cv2.INTER_LINEAR, borderValue=0)
    return np.asarray(cv2.resize(coarse, mask.shape[1::-1], interpolation=cv2.INTER_LINEAR) > 0.5)


def _other_half(columns: NDArray[np.int64], rows: NDArray[np.int64], body: Body) -> tuple[Floats, Floats]:
    """The pixels x, y (h, w) that lie on the other half of the body as the given ones do on theirs, shoulders that are
    not level included."""
    dx, dy = columns - body.neck[0], rows - body.neck[1]
    u = dx * body.across[0] + dy * body.across[1]
    v = (dx * body.down[0] + dy * body.down[1]) / body.torso
    width = {side: body.width(side, v) for side in SIDES}
    other = -u * np.where(u > 0, width["left"] / width["right"], width["right"] / width["left"])
    v = v + (other - u) * _tilt(body) * np.clip(1 - v / LEVEL, 0, 1) / body.torso
    x = body.neck[0] + other * body.across[0] + v * body.torso * body.down[0]
    y = body.neck[1] + other * body.across[1] + v * body.torso * body.down[1]
    return x.astype(np.float32), y.astype(np.float32)


def _tilt(body: Body) -> float:
    """Fall of the line through the shoulder joints to the viewer's right, in the body's frame."""
    line = body.arms["right"].axis[0] - body.arms["left"].axis[0]
    return float(np.clip(line @ body.down / max(float(line @ body.across), 0.5 * body.unit), -MOST_TILT, MOST_TILT))


def _mirrored(photo: Floats, source: Bools, place: tuple[slice, slice], body: Body) -> tuple[Floats, Bools]:
    """In a part of the photo: the cloth (h, w, 3) of the other half of the body, and where (h, w) it may be taken."""
    rows, columns = np.mgrid[place]
    x, y = _other_half(columns, rows, body)
    allowed = erode(source, SAFE * body.unit) & ~_print(photo, source, body.unit)
    sure = cv2.remap(allowed.astype(np.float32), x, y, cv2.INTER_LINEAR, borderValue=0) > 0.99
    return np.asarray(cv2.remap(photo, x, y, cv2.INTER_LINEAR)), np.asarray(sure)


def _print(photo: Floats, source: Bools, unit: float) -> Bools:
    """Where the cloth has far more detail than usual: letters and pictures. Patterns all over are the usual."""
    small, cloth, scale = _smaller(photo, source, FINE / unit)
    if not cloth.any():
        return np.zeros_like(source)
    sigma = 0.05 * unit * scale
    smooth = blurred(small, cloth, sigma)
    detail = np.abs(small - smooth).max(-1, keepdims=True)
    detail = blurred(detail, cloth, sigma)
    usual = max(float(np.percentile(detail[cloth], 60)), LEAST_DETAIL)
    print_ = dilate(cloth & (detail > PRINT * usual), PRINT_REACH * unit * scale)
    return np.asarray(cv2.resize(print_.astype(np.uint8), source.shape[1::-1], interpolation=cv2.INTER_NEAREST) > 0)


def patterned(rgb: RGB, cloth: Bools, unit: float) -> bool:
    """Whether `cloth` (H, W) has a pattern all over."""
    small, inside, scale = _smaller(rgb, cloth, COARSER / unit)
    if not inside.any():
        return False
    lab = cv2.cvtColor((small / np.float32(255)).astype(np.float32), cv2.COLOR_RGB2LAB)
    detail = np.abs(lab - blurred(lab, inside, PATTERN * unit * scale))[inside][:, 0]
    hue = np.linalg.norm((lab[inside] - np.median(lab[inside], axis=0))[:, 1:], axis=1)
    return float((detail > SHARP).mean() + 2 * (hue > HUED).mean()) > BUSY


def _smaller(picture: NDArray[Any], where: Bools, scale: float) -> tuple[NDArray[Any], Bools, float]:
    """A picture (H, W, 3) and where (H, W) in it, smaller by `scale` but never larger, and the scale they have."""
    scale = min(1.0, scale)
    size = (max(1, round(where.shape[1] * scale)), max(1, round(where.shape[0] * scale)))
    small = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA))
    return small, cv2.resize(where.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0, scale


def blurred(values: Floats, where: Bools, sigma: float) -> Floats:
    """Values (h, w, c) blurred among the pixels `where`; (h, w) of a single channel."""
    inside = where.astype(np.float32)
    weight = np.maximum(cv2.GaussianBlur(inside, (0, 0), sigma), 1e-3)
    total = cv2.GaussianBlur(values * inside[..., None], (0, 0), sigma)
    return np.asarray(total / (weight[..., None] if total.ndim == 3 else weight), np.float32)


def _in_light(photo: Floats, image: Floats, both: Bools, unit: float) -> Floats:
    """The mirrored cloth in the light of the cloth that it comes to lie beside; `both` (h, w): where both are seen."""
    if not both.any():
        return image
    scale = min(1.0, FINE / unit)
    size = (max(1, round(both.shape[1] * scale)), max(1, round(both.shape[0] * scale)))
    weight = cv2.resize(both.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    change = cv2.resize((photo - image) * both[..., None], size, interpolation=cv2.INTER_AREA)
    change /= np.maximum(weight, 1e-3)[..., None]
    sure = weight > 0.3
    change = push_pull(blurred(change, sure, GRAIN * unit * scale), sure.astype(np.float32))
    return np.asarray(image + cv2.resize(change, both.shape[1::-1], interpolation=cv2.INTER_LINEAR), np.float32)
