"""Head, neck and shoulders at a low resolution: what lies where, and how like skin or cloth its colours are.

Takes the photo, the body with its head, and the old garment as far as it is known. Decides nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from vesture.engines.warp.body.figure import Body
from vesture.engines.warp.picture.coarse import Coarse
from vesture.vision.masks import distance_to
from vesture.vision.parsing.parse import Label

Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]

SCALE = 96  # pixels to the unit at which colours are weighed
REACH = 0.32  # units from the known garment
SHOULDER_MARGIN = 0.05  # units above the line of the shoulders
NECK_PALER = 0.68  # a* of necks as a share of the face's: median of 25 photos that show both
SPREAD = (14.0, 4.0, 5.0)  # L*, a*, b* by which one material differs in one light
WIDEST_NECK = 1.2  # usual half-widths
LEAST_FACE = 40  # pixels
SURELY, PLAINLY_OTHER = 4.0, 10.0  # squared distance from skin, and by how much that from cloth is more
SURE_SHARE = 0.3  # of a piece that surely is skin, of which all is
COLLAR_FOOT = 0.12  # units below the line of the shoulders where collars begin


@dataclass(frozen=True, slots=True)
class Throat:
    """Head, neck and shoulders (h, w) at a low resolution.

    Attributes:
        box: (top, left, bottom, right) in the photo.
        unit: the body's unit in low-resolution pixels.
        lab: (h, w, 3) colours.
        skin, hair, scene, cloth: what is labelled so, and the old garment.
        rows, columns: (h, 1) and (1, w) in photo pixels.
        below: half-widths of the face below the jaw.
        outside: units beside the neck.
        above: where the line of the shoulders lies below.
        collar: and where collars stand on it.
        near: where the old garment is not far.
    """

    box: tuple[int, int, int, int]
    unit: float
    lab: Floats
    skin: Bools
    hair: Bools
    scene: Bools
    cloth: Bools
    rows: NDArray[np.floating]
    columns: NDArray[np.floating]
    below: NDArray[np.floating]
    outside: NDArray[np.floating]
    above: Bools
    collar: Bools
    near: Bools


def find_throat(photo: Floats, body: Body, old: Bools) -> Throat | None:
    """None where no face or no garment is seen."""
    box = None if body.head is None or not old.any() else _box(body, old.shape)
    if box is None or body.head is None:
        return None
    place = np.s_[box[0] : box[2], box[1] : box[3]]
    scale = min(1.0, SCALE / body.unit)
    size = max(1, round((box[3] - box[1]) * scale)), max(1, round((box[2] - box[0]) * scale))

    def small(mask: Bools) -> Bools:
        return np.asarray(cv2.resize(mask.view(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0)

    labels, cloth = body.labels[place], small(np.ascontiguousarray(old[place]))
    shrunk = cv2.resize(photo[place], size, interpolation=cv2.INTER_AREA)
    columns = (box[1] + (np.arange(size[0], dtype=np.float32) + 0.5) * (box[3] - box[1]) / size[0])[None]
    rows = (box[0] + (np.arange(size[1], dtype=np.float32) + 0.5) * (box[2] - box[0]) / size[1])[:, None]
    outside, above = off_the_neck(body, columns, rows)
    return Throat(
        box,
        scale * body.unit,
        cv2.cvtColor(shrunk / 255, cv2.COLOR_RGB2LAB),
        small(labels == Label.SKIN) & ~cloth,
        small(labels == Label.HAIR) & ~cloth,
        small(labels == Label.BACKGROUND) & ~cloth,
        cloth,
        rows,
        columns,
        body.head.below_jaw(columns, rows) / body.head.half_width,
        outside,
        above,
        off_the_neck(body, columns, rows, -COLLAR_FOOT)[1],
        distance_to(cloth) < REACH * scale * body.unit,
    )


def _box(body: Body, shape: tuple[int, int]) -> tuple[int, int, int, int] | None:
    """(top, left, bottom, right) of head, neck and shoulders within a picture (h, w); None outside it."""
    head = body.head
    assert head is not None
    reach = max(0.8 * body.unit, 1.6 * head.half_width)
    ends = np.array([head.chin + 2.2 * head.half_width * head.up, body.neck + 0.4 * body.unit * body.down])
    top, bottom = int(max(0, ends[:, 1].min())), int(min(shape[0], ends[:, 1].max()))
    left, right = int(max(0, ends[:, 0].min() - reach)), int(min(shape[1], ends[:, 0].max() + reach))
    return (top, left, bottom, right) if bottom - top > 8 and right - left > 8 else None


def face_tone(lab: Floats, face: Bools) -> Floats | None:
    """Median L*a*b* (3,) of the face's lighter half."""
    if int(face.sum()) < LEAST_FACE:
        return None
    own = lab[face]
    return np.asarray(np.median(own[own[:, 0] >= np.median(own[:, 0])], axis=0), np.float32)


def unlike_skin(lab: Floats, tone: Floats) -> Floats:
    """Squared distance (h, w) of colours from those of face and neck."""
    return np.minimum(strangeness(lab, tone), strangeness(lab, tone * np.array([1, NECK_PALER, 1], np.float32)))


def grown_colours(coarse: Coarse, mask: Bools, throat: Throat) -> Floats:
    """The colours L*a*b* (h, w, 3) of a mask's inside, spread to the throat's pixels; huge where it has none."""
    rows, columns = throat.rows, throat.columns
    seeds = coarse.pure(mask)
    if not seeds.any():
        return np.full((rows.shape[0], columns.shape[1], 3), 1e3, np.float32)
    lab = cv2.cvtColor(coarse.grown(seeds) / 255, cv2.COLOR_RGB2LAB)
    row, column = np.broadcast_arrays(rows.astype(np.int64), columns.astype(np.int64))
    return coarse.at(lab, np.minimum(row, coarse.shape[0] - 1), np.minimum(column, coarse.shape[1] - 1))


def strangeness(lab: Floats, material: Floats) -> Floats:
    """Squared distance (h, w) of colours from a material in any light: shade takes chroma away with lightness."""
    shade = np.clip(lab[..., 0] / np.maximum(material[..., 0], 1), 0.45, 1.2)
    light, red, yellow = SPREAD
    return np.asarray(
        ((lab[..., 0] - material[..., 0]) / light) ** 2
        + ((lab[..., 1] - shade * material[..., 1]) / red) ** 2
        + ((lab[..., 2] - shade * material[..., 2]) / yellow) ** 2,
        np.float32,
    )


def surely_skin(lab: Floats, tone: Floats, neck: Floats, cloth: Floats) -> Bools:
    """Where (h, w) colours are those of face or `neck` nearby, and plainly not those of the `cloth` beside them."""
    own = np.minimum(unlike_skin(lab, tone), strangeness(lab, neck))
    return np.asarray((own < SURELY) & (strangeness(lab, cloth) > own + PLAINLY_OTHER))


def without_sure(pieces: Bools, sure: Bools) -> Bools:
    """Those connected pieces (h, w) of which no more than some `sure` is: their rims are mixed with what is beside."""
    count, names = cv2.connectedComponents(pieces.view(np.uint8))
    share = np.bincount(names[sure], minlength=count) / np.bincount(names.ravel(), minlength=count).clip(1)
    return np.asarray(pieces & (share < SURE_SHARE)[names])


def off_the_neck(
    body: Body, columns: NDArray[np.floating], rows: NDArray[np.floating], margin: float = SHOULDER_MARGIN
) -> tuple[NDArray[Any], Bools]:
    """How far (units) grid pixels lie beside the neck, and which of them lie `margin` units above the shoulders."""
    head = body.head
    assert head is not None
    length = max(float((body.neck - head.chin) @ body.down), 1.0)
    level = (columns - body.neck[0]) * body.down[0] + (rows - body.neck[1]) * body.down[1]
    share = np.clip(1 + level / length, 0, 1)  # 0 at the chin, 1 between the shoulder joints
    lean = (head.neck_top - body.neck) @ body.across
    aside = (columns - body.neck[0]) * body.across[0] + (rows - body.neck[1]) * body.across[1] - (1 - share) * lean
    outside = (np.abs(aside) - WIDEST_NECK * head.neck_half_width) / body.unit
    line = np.interp(np.abs(aside) / body.unit, [0.19, 0.5], [-0.24, -0.05]) - margin
    return np.asarray(outside, np.float32), np.asarray(level / body.unit < line)
