"""Labels sewn into the inner back of a collar, of which a strip is left beside the neck opening.

Takes: a cut-out of a top and what is cut away as its neck opening. Gives: the cut-out with cloth in the label's place.
Knows nothing about landmarks.

A label ends at the opening, is small and compact, alone or one of two, and lighter than the cloth, in a colour of which
the garment has little. What is darker may be the shade inside the collar.
"""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from vesture.vision.garment.backdrop import Bool, disc
from vesture.vision.garment.cutout import Cutout
from vesture.vision.garment.tones import distance_to, main_colours

UNLIKE, UNEVEN = (9.0, 16.0), 2.0  # Lab units from all that the garment has much of; times those by which that varies
LIGHTER, FAINT = 3.0, 0.6  # Lab units; share of the least difference that a label's rest has
ALIKE_COLOUR, RARE = 8.0, 0.02  # Lab units of one colour; share of the garment from which it is the garment's own
BESIDE = 0.05  # of the garment's longer side, around the opening
LONGEST = 0.04  # of its longer side
SMALLEST = 6  # pixels
SOLID = 0.45  # least share of its box that a label fills
UPPER = 0.75  # of the opening's depth: at its lower end there are buttons and plackets
MOST = 2
ROOM = 0.008  # of its longer side, around a label: the mixed colours of its edge
ENOUGH = 400  # pixels of cloth
AROUND, INPAINTED = 12, 5  # pixels around a label that are looked at, and of which its colour is a mean


def without_sewn_label(cutout: Cutout, hole: Bool) -> Cutout:
    """`cutout` with cloth instead of what `hole` (m, n), the neck opening, leaves of labels beside it."""
    label = _labels(cutout, hole)
    if not label.any():
        return cutout
    wider = cv2.dilate(label.astype(np.uint8), disc(max(1.0, ROOM * max(label.shape))))
    size = (cutout.rgb.shape[1], cutout.rgb.shape[0])
    whole = cv2.resize(wider, size, interpolation=cv2.INTER_LINEAR)
    cut_away = cv2.resize(hole.astype(np.uint8), size, interpolation=cv2.INTER_LINEAR)  # the label goes on there
    rows, columns = np.nonzero(whole)
    top, left = (max(0, int(values.min()) - AROUND) for values in (rows, columns))
    place = np.s_[top : int(rows.max()) + AROUND, left : int(columns.max()) + AROUND]
    part, gone = (np.ascontiguousarray(picture[place]) for picture in (cutout.rgb, whole | cut_away))
    rgb = cutout.rgb.copy()
    rgb[place] = cv2.inpaint(part, gone, INPAINTED, cv2.INPAINT_TELEA)
    return replace(cutout, rgb=rgb)


def _labels(cutout: Cutout, hole: Bool) -> Bool:
    """Pixels (m, n) of labels beside the opening."""
    region, none = cutout.region, np.zeros_like(cutout.region)
    opening = hole & region
    rows = np.nonzero(opening.any(1))[0]
    size = max(region.shape)
    if len(rows) < 4:
        return none
    near = cv2.dilate(hole.astype(np.uint8), disc(BESIDE * size)) > 0
    cloth = cv2.erode((region & ~near & ~hole).astype(np.uint8), disc(2)) > 0
    if cloth.sum() < ENOUGH:
        return none
    colours = cutout.lab[cloth]
    strange = distance_to(cutout.lab, main_colours(colours))
    least = np.clip(UNEVEN * np.percentile(strange[cloth], 95), *UNLIKE)
    lighter = cutout.lab[..., 0] > np.median(colours[:, 0]) + LIGHTER
    unlike = region & ~hole & near & lighter & (strange > least)
    colours = colours[:: max(1, len(colours) // 3000)]
    border = cv2.dilate(hole.astype(np.uint8), disc(1.5)) > 0
    far = cv2.dilate((region & ~near).astype(np.uint8), disc(1.5)) > 0
    lowest = rows[0] + UPPER * (rows[-1] - rows[0])
    count, names, stats, middles = cv2.connectedComponentsWithStats(unlike.astype(np.uint8), connectivity=8)
    found = []
    for name in range(1, count):
        _, _, width, height, area = stats[name]
        compact = area > max(SMALLEST, SOLID * width * height) and max(width, height) < LONGEST * size
        if not compact or middles[name][1] > lowest:
            continue
        piece = names == name
        alike = np.linalg.norm(colours - np.median(cutout.lab[piece], axis=0), axis=1) < ALIKE_COLOUR
        if (piece & border).any() and not (piece & far).any() and float(alike.mean()) < RARE:
            found.append(_grown(piece, region & ~hole & lighter & (strange > FAINT * least)))
    return np.logical_or.reduce(found) if 0 < len(found) <= MOST else none


def _grown(piece: Bool, fainter: Bool) -> Bool:
    """`piece` and what hangs together with it of its fainter part, no further than its own size away."""
    _, _, width, height = cv2.boundingRect(piece.astype(np.uint8))
    _, names = cv2.connectedComponents((piece | fainter).astype(np.uint8), connectivity=8)
    own = np.unique(names[piece])
    return np.asarray(np.isin(names, own) & (cv2.dilate(piece.astype(np.uint8), disc(max(width, height))) > 0))
