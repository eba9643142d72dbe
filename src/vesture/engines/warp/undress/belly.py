"""Bare skin between the belly that is seen and the waistband of what is put on below it.

Takes the body and the coverage of the new garment, gives coverage (h, w). Colours are not known here.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vesture.engines.warp.body.figure import SIDES, Body
from vesture.vision.masks import dilate, feather
from vesture.vision.parsing.parse import Label

Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]

LEVELS = (-0.4, 0.3)  # levels v above and below the waist between which belly and waistband are looked for
DEEPEST = 0.5  # units that a gap between the two may be deep
COVERED = 0.5  # coverage that is cloth


def belly_gap(body: Body, cover: Floats, old: Bools, hands: Bools | None = None) -> Floats:
    """Coverage (h, w) of what the old garment leaves open, column by column, between skin of the belly above and the
    new garment below.

    Args:
        cover: (h, w) coverage of the new garment.
        old: (h, w) the garment that goes.
        hands: (h, w) hands and forearms, which are no belly.
    """
    height, width = old.shape
    rows = np.arange(height)[:, None]
    columns = np.arange(width, dtype=np.float32)[None]
    dx, dy = columns - np.float32(body.neck[0]), rows.astype(np.float32) - np.float32(body.neck[1])
    across, level = dx * body.across[0] + dy * body.across[1], (dx * body.down[0] + dy * body.down[1]) / body.torso
    half = max(float(body.width(side, np.array([body.waist]))[0]) for side in SIDES)
    trunk = (np.abs(across) < 1.1 * half) & (level > body.waist + LEVELS[0]) & (level < body.waist + LEVELS[1])
    cloth = trunk & (cover > COVERED)
    first = np.where(cloth.any(0), cloth.argmax(0), height)
    skin = trunk & (body.labels == Label.SKIN) & ~old & (rows < first)
    if hands is not None:
        skin &= ~hands
    last = np.where(skin.any(0), height - 1 - skin[::-1].argmax(0), height)
    open_ = (first < height) & (last < first) & (first - last < DEEPEST * body.unit)
    # from above the seam with the skin to under the garment's soft edge
    between = open_ & (rows >= last - 1) & (rows <= first + 1) & dilate(old, 1)
    return feather(between, 0.7) if between.any() else np.zeros(old.shape, np.float32)
