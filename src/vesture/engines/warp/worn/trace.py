"""Reading a worn garment's edges off its mask, along the lines of its wearer's body; and cutting it out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from vesture.core.task import RGB
from vesture.engines.warp.body.figure import SIGN, Body, Floats, SideName
from vesture.engines.warp.picture.patch import bounds
from vesture.engines.warp.worn.fill import filled_cloth, patterned
from vesture.engines.warp.worn.hidden import near_hands
from vesture.vision.fill import push_pull
from vesture.vision.garment.types import Garment, GarmentKind
from vesture.vision.masks import dilate, erode, feather
from vesture.vision.parsing.parse import Label

Bools = NDArray[np.bool_]
LONGEST = 1400
BELOW_HEM = (0.02, 0.1)  # units under cloth that show what hides its hem
SHADOW = 0.05  # units beside a hidden patch that what hides it shades and colours
WIDEST_GAP = 0.2  # units: a hand before the cloth; beyond a wider gap other cloth begins


def steps(length: float) -> Floats:
    return np.linspace(0, length, 41)


def covered_share(path: Floats, mask: Bools) -> float:
    """Share of a path that lies on the mask, counted from its start until two tenths in a row are bare."""
    column = np.clip(np.rint(path[:, 0]).astype(int), 0, mask.shape[1] - 1)
    row = np.clip(np.rint(path[:, 1]).astype(int), 0, mask.shape[0] - 1)
    on = dilate(mask, 2)[row, column]
    bare = np.convolve(~on, np.ones(8), mode="valid") >= 7
    end = int(np.argmax(bare)) if bare.any() else len(on)
    last = np.flatnonzero(on[: max(end, 1)])
    return float((last[-1] + 1) / len(on)) if len(last) else 0.0


def hem_level(body: Body, mask: Bools) -> float:
    """v of the lower edge, the median over columns near the spine."""
    levels = np.linspace(0.3, 3.2, 146)
    across = np.linspace(-0.28, 0.28, 9) * body.unit
    last = []
    for u in across:
        path = body.point(np.full(len(levels), u), levels)
        column, row = np.rint(path[:, 0]).astype(int), np.rint(path[:, 1]).astype(int)
        inside = (column >= 0) & (column < mask.shape[1]) & (row >= 0) & (row < mask.shape[0])
        on = np.zeros(len(levels), bool)
        on[inside] = mask[row[inside], column[inside]]
        if on.any():
            last.append(levels[np.flatnonzero(on)[-1]])
    return float(np.clip(np.median(last) if last else 1.0, 0.4, 3.0))


def inside_outline(shape: tuple[int, int], outline: Floats) -> Bools:
    """(H, W): inside a closed outline (n, 2), self-crossings included."""
    canvas = np.zeros(shape, np.uint8)
    cv2.fillPoly(canvas, [np.rint(outline).astype(np.int32)], 1)
    return np.asarray(canvas > 0)


def disc(radius: float) -> NDArray[np.uint8]:
    """A round kernel for morphology; radius in pixels."""
    size = 2 * max(1, round(radius)) + 1
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size)), np.uint8)


def cloth_edge(body: Body, mask: Bools, side: SideName, levels: Floats) -> Floats:
    """Half-width of the cloth at levels: where the mask ends going out from the spine."""
    result = np.asarray(body.width(side, np.minimum(levels, 1.3))).copy()
    across = np.linspace(0, 2.4 * body.unit, 97)
    gap = round(WIDEST_GAP / 2.4 * 96)
    for index in np.flatnonzero(levels > 1.0):
        path = body.point(SIGN[side] * across, np.full(97, levels[index]))
        column = np.clip(np.rint(path[:, 0]).astype(int), 0, mask.shape[1] - 1)
        row = np.clip(np.rint(path[:, 1]).astype(int), 0, mask.shape[0] - 1)
        on = np.flatnonzero(mask[row, column])
        if len(on):
            wide = np.flatnonzero(np.diff(on) > gap)
            last = on[wide[0]] if len(wide) else on[-1]
            result[index] = max(float(across[last]), 0.3 * body.unit)
    return result


def lower_edge(body: Body, mask: Bools, left: Floats, right: Floats, hem: float) -> Floats:
    """The hem as the mask shows it, held near its median level; straight on behind hands, hair and things."""
    shares = np.linspace(0, 1, 11)[1:-1]
    fall = np.full(len(shares), np.nan)
    offsets = np.linspace(-0.25, 0.25, 41) * body.unit
    beyond = np.linspace(*BELOW_HEM, 5) * body.unit
    hands = near_hands(body) & (body.labels == Label.SKIN)
    hiding = (hands | np.isin(body.labels, (Label.HAIR, Label.OTHER))) & ~mask
    for index, share in enumerate(shares):
        middle = left + share * (right - left)
        on = np.flatnonzero(_values(mask, middle + offsets[:, None] * body.down))
        if len(on):
            end = float(offsets[on[-1]])
            if _values(hiding, middle + (end + beyond)[:, None] * body.down).mean() < 0.5:
                fall[index] = end
    known = np.isfinite(fall)
    fall = np.interp(shares, shares[known], fall[known]) if known.any() else np.zeros(len(shares))
    middle = left + shares[:, None] * (right - left) + fall[:, None] * body.down
    ends = (left + 0.5 * fall[0] * body.down, right + 0.5 * fall[-1] * body.down)
    curve = np.concatenate([ends[0][None], middle, ends[1][None]])
    curve[1:-1] = 0.5 * curve[1:-1] + 0.25 * (curve[:-2] + curve[2:])
    return curve


def _values(mask: Bools, points: Floats) -> Bools:
    """The mask (H, W) at points (n, 2), at its rim for those out of the photo."""
    column = np.clip(np.rint(points[:, 0]).astype(int), 0, mask.shape[1] - 1)
    row = np.clip(np.rint(points[:, 1]).astype(int), 0, mask.shape[0] - 1)
    return np.asarray(mask[row, column])


def complete(
    photo: RGB, mask: Bools, whole: Bools, unit: float, body: Body | None = None
) -> tuple[RGB, NDArray[np.float32]]:
    """The cloth with its hidden patches (under hair, hands, straps) made from what is seen of it.

    Args:
        photo: (H, W, 3) of the wearer.
        mask: (H, W) cloth that is seen.
        whole: (H, W) all that is wanted, seen or hidden.
        unit: pixels of the body unit.
        body: the wearer, about whose spine cloth may be mirrored.

    Returns:
        (H, W, 3) with the cloth's colours grown beyond its rim, and its coverage (H, W) in [0, 1].
    """
    rgb, alpha = photo.copy(), np.zeros(mask.shape, np.float32)
    box = bounds(mask | whole, max(8, round(0.1 * unit)))
    if box is not None:
        place = np.s_[box[0] : box[2], box[1] : box[3]]
        near = None if body is None else replace(body, neck=body.neck - (box[1], box[0]))
        rgb[place], alpha[place] = _completed(photo[place], mask[place], whole[place], unit, near)
    return rgb, alpha


def _completed(
    photo: RGB, mask: Bools, whole: Bools, unit: float, body: Body | None
) -> tuple[RGB, NDArray[np.float32]]:
    inside = erode(mask, max(1.0, 0.008 * unit))
    # strands of hair and fingers colour the rim of the cloth: hidden patches are made from further inside
    source = erode(mask, max(1.0, 0.035 * unit))
    source = source if source.any() else inside
    filled = push_pull(photo.astype(np.float32), source.astype(np.float32))
    colours = np.where(inside[..., None], photo, filled)
    hidden = cv2.morphologyEx((whole & ~mask).astype(np.uint8), cv2.MORPH_OPEN, disc(0.02 * unit)) > 0
    if hidden.any():
        need = (whole | mask) & dilate(hidden, SHADOW * unit) & ~source
        made = filled_cloth(photo, source, need, unit, body)
        # the rim of a pattern is its own: what is grown out of the cloth is the mean of its colours
        own = mask if patterned(photo, source, unit) else np.zeros_like(mask)
        share = np.where(whole & ~inside, need | own, feather(need, 0.012 * unit) * (whole | mask))
        colours = colours + (made - colours) * share[..., None]
    rgb = np.clip(np.rint(colours), 0, 255).astype(np.uint8)
    holes = cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8)) > 0
    alpha = cv2.GaussianBlur((whole | holes).astype(np.float32), (0, 0), 0.8)
    return rgb, np.asarray(alpha, np.float32)


def cropped(
    rgb: RGB,
    alpha: NDArray[np.float32],
    parts: NDArray[np.uint8],
    kind: GarmentKind,
    points: Mapping[str, Floats],
    curves: Mapping[str, Floats],
) -> Garment:
    """Cut to the cloth with a margin, and shrink very large photos."""
    rows, columns = np.flatnonzero((alpha > 0.02).any(1)), np.flatnonzero((alpha > 0.02).any(0))
    top, left = max(0, rows[0] - 8), max(0, columns[0] - 8)
    box = np.s_[top : rows[-1] + 9, left : columns[-1] + 9]
    rgb, alpha, parts = rgb[box], alpha[box], parts[box]
    scale = min(1.0, LONGEST / max(alpha.shape))
    if scale < 1:
        size = (round(alpha.shape[1] * scale), round(alpha.shape[0] * scale))
        rgb, alpha = (np.asarray(cv2.resize(a, size, interpolation=cv2.INTER_AREA)) for a in (rgb, alpha))
        parts = np.asarray(cv2.resize(parts, size, interpolation=cv2.INTER_NEAREST))
    offset = np.array([left, top])

    def moved(values: Floats) -> NDArray[np.float32]:
        return ((np.asarray(values) - offset) * scale).astype(np.float32)

    return Garment(
        rgb,
        alpha,
        np.where(alpha > 0.3, np.maximum(parts, 1), 0).astype(np.uint8),
        kind,
        "model",
        {name: moved(value) for name, value in points.items()},
        {name: moved(value) for name, value in curves.items()},
        {"mask": 0.8, "landmarks": 0.8, "neckline": 0.8, "sleeves": 0.8},
    )
