"""What of a high collar, a hood or a scarf was taken for skin: told by where necks can be, and by colour.

Takes the photo, the body with its head, and the old garment as far as it is known; gives a mask of further pixels.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vesture.engines.warp.body import Body
from vesture.engines.warp.coarse import Coarse
from vesture.vision.masks import closed, distance_to
from vesture.vision.parsing import Label

Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]

SCALE = 96  # pixels to the unit at which colours are weighed
REACH = 0.32  # units from the known garment
JAW_MARGIN = 0.14  # half-widths of the face below the jaw that may still be a face, or its beard
SHOULDER_MARGIN = 0.05  # units above the line of the shoulders
NECK_PALER = 0.68  # a* of necks as a share of the face's: median of 25 photos that show both
SPREAD = (14.0, 4.0, 5.0)  # L*, a*, b* by which one material differs in one light
WIDEST_NECK = 1.2  # usual half-widths
OUTSIDE = 12.0  # what lying outside the neck says, in the measure of squared colour distances
BEYOND = 0.06  # units outside the neck at which that says all
UNLIKE_SKIN = (6.0, 14.0)  # squared distance of the old cloth's colours from skin: not at all, surely
ENOUGH = 2.0
COLOUR_RANGE = (-10.0, 8.0)
LEAST_FACE = 40  # pixels


def collar_remains(photo: Floats, body: Body, old: Bools, coarse: Coarse) -> Bools:
    """Pixels (h, w), labelled skin, that belong to the old garment's collar; none where no face is seen."""
    result = np.zeros_like(old)
    skin = body.labels == Label.SKIN
    head = body.head
    if head is None or not old.any():
        return result
    box = _throat_box(body, old.shape)
    if box is None:
        return result
    place = np.s_[box[0] : box[2], box[1] : box[3]]
    scale = min(1.0, SCALE / body.unit)
    size = max(1, round((box[3] - box[1]) * scale)), max(1, round((box[2] - box[0]) * scale))
    small = cv2.resize(photo[place], size, interpolation=cv2.INTER_AREA)
    own = cv2.resize(skin[place].view(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0
    cloth = cv2.resize(old[place].view(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0
    columns = (box[1] + (np.arange(size[0], dtype=np.float32) + 0.5) * (box[3] - box[1]) / size[0])[None]
    rows = (box[0] + (np.arange(size[1], dtype=np.float32) + 0.5) * (box[2] - box[0]) / size[1])[:, None]
    lab = cv2.cvtColor(small / 255, cv2.COLOR_RGB2LAB)
    below = head.below_jaw(columns, rows) / head.half_width
    tone = face_tone(lab, own & (below < -0.6))
    if tone is None:
        return result
    cloth_lab = _grown(coarse, old, rows, columns)
    hair = _grown(coarse, body.labels == Label.HAIR, rows, columns)
    neck = tone * np.array([1, NECK_PALER, 1], np.float32)
    to_skin = np.minimum(strangeness(lab, tone), strangeness(lab, neck))
    to_cloth = strangeness(lab, cloth_lab)
    evidence = np.clip(to_skin - to_cloth, *COLOUR_RANGE)
    evidence = cv2.GaussianBlur(evidence, (0, 0), 0.012 * body.unit * scale + 0.3)
    outside, shoulder = off_the_neck(body, columns, rows)
    strand = strangeness(lab, hair) < np.minimum(to_cloth, to_skin)
    weight = np.where(shoulder, OUTSIDE, OUTSIDE / 3)  # further down, chests are bare as well
    # turned heads show more neck: where the cloth is plainly unlike skin, its colour tells it alone
    unlike = np.minimum(strangeness(cloth_lab, tone), strangeness(cloth_lab, neck))
    weight = weight * np.interp(unlike, UNLIKE_SKIN, [1, 0])
    evidence = evidence + weight * np.clip(outside / BEYOND, 0, 1) * ~strand
    near = distance_to(cloth) < REACH * body.unit * scale
    goes = own & near & (below > JAW_MARGIN) & (evidence > ENOUGH)
    # scraps between what goes and the garment go with them
    goes |= closed(cloth | goes, 0.03 * body.unit * scale) & own & near & (below > JAW_MARGIN) & goes.any()
    shape = (box[3] - box[1], box[2] - box[0])
    result[place] = cv2.resize(goes.astype(np.float32), shape, interpolation=cv2.INTER_LINEAR) > 0.5
    return result & skin


def _throat_box(body: Body, shape: tuple[int, int]) -> tuple[int, int, int, int] | None:
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


def _grown(coarse: Coarse, mask: Bools, rows: Floats, columns: Floats) -> Floats:
    """The colours L*a*b* (h, w, 3) of a mask's inside, spread to the pixels of a grid; huge where it has none."""
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


def off_the_neck(body: Body, columns: Floats, rows: Floats) -> tuple[Floats, Bools]:
    """How far (units) grid pixels lie beside the neck, and which of them lie above the shoulders."""
    head = body.head
    assert head is not None
    length = max(float((body.neck - head.chin) @ body.down), 1.0)
    level = (columns - body.neck[0]) * body.down[0] + (rows - body.neck[1]) * body.down[1]
    share = np.clip(1 + level / length, 0, 1)  # 0 at the chin, 1 between the shoulder joints
    lean = (head.chin - body.neck) @ body.across
    aside = (columns - body.neck[0]) * body.across[0] + (rows - body.neck[1]) * body.across[1] - (1 - share) * lean
    outside = (np.abs(aside) - WIDEST_NECK * head.neck_half_width) / body.unit
    line = np.interp(np.abs(aside) / body.unit, [0.19, 0.5], [-0.24, -0.05]) - SHOULDER_MARGIN
    return np.asarray(outside, np.float32), np.asarray(level / body.unit < line)
