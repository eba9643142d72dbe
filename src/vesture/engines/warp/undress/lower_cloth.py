"""The trousers or skirt below a top that goes, continued upwards to a plain waistband.

Takes the photo, the body and what is needed; gives a patch. Plain cloth goes on in its own light and grain; only
patterned cloth is pieced together from itself.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vesture.engines.warp.body.figure import SIDES, Body
from vesture.engines.warp.body.silhouettes import limb_zone
from vesture.engines.warp.picture.coarse import Coarse
from vesture.engines.warp.picture.patch import Patch, bounds
from vesture.engines.warp.undress.left_hanging import hangs_over_trousers
from vesture.engines.warp.undress.lower_outline import hidden_legs, hidden_outline
from vesture.engines.warp.undress.removal import below
from vesture.vision.exemplar import fill_scene
from vesture.vision.fill import push_pull
from vesture.vision.masks import closed, dilate, distance_to, erode, feather
from vesture.vision.parsing.parse import Label

Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]

GAP = 0.12  # units between cloth of the garment below that are closed
FLAP, FLAPS_FROM = 0.7, 1.15  # units that flaps may hang down over it; the level v below which the torso's outline ends
RIM = 0.035  # units at the edge of the cloth that is seen, which the old hem shades
SPREAD = (0.12, 0.4)  # units sideways and upwards over which the light of the cloth is evened out,
LEGS_SPREAD = 0.25  # sideways where both legs are to become one
JOIN, REACH = 0.08, 0.35  # units over which seen cloth is evened out where the painted one begins, and drawn to it
PATTERNED, PATCH = 20.0, 0.12  # levels by which half of the cloth's places differ from the units around them
WEAVE, SEAM = 0.02, 2.5  # units of the weave's largest detail, its usual strengths that are more than weave
CALM = 0.03, 1.1  # units over which cloth is calm that varies no more than this many times the usual: no folds
WEAVE_FINEST = 800  # pixels at which pieces of weave are laid: any will do
SHADED, LIT = 0.15, 2.0  # units below an old hem that lie in its shade, and at most how much darker it is
TURNED = (0.2, 0.07)  # how much darker cloth is at its sides, and units in from there at which that is a third
LIT_REACH = 0.2  # units over which cloth out of the shade is drawn to shaded one
SPARSE = 24  # pixels to the unit at which the whole cloth's tone is read
HEM_SHADE = (0.035, 0.2)  # units of cloth below a hem that lie in its shade, and below a coat's
COAT_SHADE = 0.2  # units below a coat's hem that say nothing of the light of the cloth there
REMAINS, STRANGE = 0.1, 36.0  # units from a hem, and colour distance from the cloth below, of what is left of a top
LEAST = 64  # pixels of cloth
OTHER = 90.0  # colour distance from the cloth on the legs of what is none, beside twice the cloth's own variety
AT_HAND, HELD = 0.6, 30.0  # units around a wrist within which less is strange: it may be held
BAND = 0.11  # units of the waistband's height
BOW = 0.12  # units by which it hangs lower in the middle, for each squared unit aside


def continued_bottom(
    photo: Floats,
    body: Body,
    old: Bools,
    need: Bools,
    coarse: Coarse,
    waistband: float,
    generator: np.random.Generator,
    tone: Floats | None = None,
) -> Patch | None:
    """What the old top hid of the garment below it; None where there is none.

    Args:
        photo: (h, w, 3) float32 in [0, 255].
        old: (h, w) the garment that goes.
        need: (h, w) what is to be painted.
        waistband: the level v of the upper edge.
        tone: (3,) the colour of the whole cloth out of the old garment's shade, see `cloth_tone`.
    """
    lower = (body.labels == Label.BOTTOM) & ~old
    if not lower.any():
        return None
    seen = _on_the_legs(coarse, body.labels == Label.BOTTOM, body)
    own = seen & ~old
    shape = old.shape[0], old.shape[1]
    outline = apart = hidden_legs(shape, body, seen, waistband) if hangs_over_trousers(body) else None
    if outline is None:
        outline = hidden_outline(shape, body, own, waistband)
        outline = np.maximum(outline, feather(closed(lower, GAP * body.unit) & ~lower, 0.7))
        flaps = below(body, FLAPS_FROM, _under_flaps(lower, old, body.unit))
        outline = np.maximum(outline, feather(flaps, 0.7))
    zone = outline * need
    box = bounds(zone > 0, round(0.6 * body.unit))
    if box is None:
        return None
    place = np.s_[box[0] : box[2], box[1] : box[3]]
    near = np.zeros_like(own)
    near[place] = own[place]
    lit_cloth = near if apart is None else near & (distance_to(old) > COAT_SHADE * body.unit)
    inside = erode(lit_cloth, RIM * body.unit)
    inside = inside if int(inside.sum()) >= LEAST else near
    if not inside.any():
        return None
    field = _light(coarse, inside, body.unit, SPREAD[0] if apart is None else LEGS_SPREAD)
    if field is None or _pattern(coarse, inside, body.unit) > PATTERNED:
        cloth = fill_scene(photo[place], zone[place] > 0, inside[place], 0.6 * body.unit, generator)
    else:
        lit = _lit(field, coarse.pure(inside), tone)
        worn = (outline > 0.5) | own | ((body.labels != Label.BACKGROUND) & ~old)
        round_cloth = lit * _rounded(coarse, worn, body.unit)[..., None]
        field = _joined(round_cloth, coarse, inside, body.unit, REACH if lit is field else LIT_REACH)
        cloth = coarse.full(field)[place] * _waistband(body, waistband, box)[..., None]
        cloth = np.clip(cloth + _texture(photo[place], zone[place] > 0, inside[place], body.unit, generator), 0, 255)
    return Patch(box[0], box[1], np.asarray(cloth, np.float32), np.asarray(zone[place], np.float32))


def _on_the_legs(coarse: Coarse, lower: Bools, body: Body) -> Bools:
    """The cloth below (h, w) without what differs from it on the leg where it is most even: things held before it."""
    pure = coarse.pure(lower)
    even: tuple[float, Floats] | None = None
    for leg in body.legs.values():
        on_leg = pure & coarse.pure(limb_zone(lower.shape, leg, 0.0, leg.length) > 0.5)
        if int(on_leg.sum()) >= LEAST:
            away = np.linalg.norm(coarse.photo - np.median(coarse.photo[on_leg], axis=0), axis=-1)
            spread = float(np.percentile(away[on_leg], 75))
            even = min(even or (np.inf, away), (spread, away), key=lambda one: one[0])
    if even is None:
        return lower
    wrists = np.array([body.arms[side].at(np.array([body.arms[side].length]))[0] for side in SIDES])
    aside = np.hypot(coarse.columns - wrists[:, :1, None], coarse.rows[:, None] - wrists[:, 1:, None]).min(0)
    strange = pure & (even[1] > 2 * even[0] + np.where(aside < AT_HAND * body.unit, HELD, OTHER))
    if not strange.any() or int(strange.sum()) > 0.6 * int(pure.sum()):
        return lower
    return lower & ~dilate(coarse.full(strange.astype(np.float32)) > 0.3, RIM * body.unit)


def _under_flaps(lower: Bools, old: Bools, unit: float) -> Bools:
    """Pixels (h, w) of what goes that have the garment below beside them and, not far, below them."""
    height = lower.shape[0]
    rows = np.where(lower, np.arange(height, dtype=np.int32)[:, None], np.int32(2 * height))
    following = np.minimum.accumulate(rows[::-1], axis=0)[::-1]
    near = following - np.arange(height, dtype=np.int32)[:, None] < FLAP * unit
    beside = np.logical_or.accumulate(lower, axis=1) | np.logical_or.accumulate(lower[:, ::-1], axis=1)[:, ::-1]
    return np.asarray(old & near & beside)


def _light(coarse: Coarse, inside: Bools, unit: float, aside: float) -> Floats | None:
    """The cloth's colours (h, w, 3) at the low resolution, the same all the way up but for its light from the sides."""
    pure = coarse.pure(inside).astype(np.float32)
    if int(pure.sum()) < LEAST // 4:
        return None
    scale = unit / coarse.factor
    sigma = max(1.0, aside * scale), max(1.0, SPREAD[1] * scale)
    weight = cv2.GaussianBlur(pure, (0, 0), sigma[0], sigmaY=sigma[1])
    colours = cv2.GaussianBlur(coarse.photo * pure[..., None], (0, 0), sigma[0], sigmaY=sigma[1])
    even = colours / np.maximum(weight, 1e-6)[..., None]
    return push_pull(np.asarray(even, np.float32), (weight > 0.01).astype(np.float32))


def _lit(field: Floats, seen: Bools, tone: Floats | None) -> Floats:
    """The field (h, w, 3) as light as the whole cloth is, if what is `seen` (h, w) of it nearby is darker."""
    if tone is None:
        return field
    here = np.median(field[seen], axis=0)
    light = float(tone.mean() / max(float(here.mean()), 1.0))
    if light <= 1:
        return field
    return np.asarray(field * np.clip(tone / np.maximum(here, 1.0), 1 / LIT, LIT), np.float32)


def _rounded(coarse: Coarse, worn: Bools, unit: float) -> Floats:
    """Light (h, w) of cloth that turns away at the sides of what is worn (H, W) of it."""
    aside = distance_to(~coarse.pure(worn)) * np.float32(coarse.factor / unit)
    return np.asarray(1 - TURNED[0] * np.exp(-aside / TURNED[1]), np.float32)


def cloth_tone(photo: NDArray[np.uint8], body: Body) -> Floats | None:
    """The colour (3,) of what is worn below a top, out of the shade of its hem; None where too little is seen.

    Args:
        photo: (H, W, 3) the whole photo in whose pixels the body is given.
    """
    step = max(1, round(body.unit / SPARSE))
    labels, colours = body.labels[::step, ::step], photo[::step, ::step]
    lower = labels == Label.BOTTOM
    seen = lower & (distance_to(labels == Label.TOP) > SHADED * body.unit / step) & erode(lower, 1)
    if int(seen.sum()) < LEAST:
        return None
    return np.asarray(np.median(colours[seen], axis=0), np.float32)


def _joined(field: Floats, coarse: Coarse, inside: Bools, unit: float, reach: float) -> Floats:
    """The field drawn to the cloth that is seen, the less the farther from it; `reach` in units."""
    seen = coarse.pure(inside)
    scale = unit / coarse.factor
    lacking = cv2.GaussianBlur((coarse.photo - field) * seen[..., None], (0, 0), JOIN * scale)
    lacking /= np.maximum(cv2.GaussianBlur(seen.astype(np.float32), (0, 0), JOIN * scale), 1e-3)[..., None]
    spread = push_pull(np.asarray(lacking, np.float32), seen.astype(np.float32))
    away = cv2.distanceTransform((~seen).view(np.uint8), cv2.DIST_L2, 5) / scale
    nearness = np.exp(-np.maximum(away - 3 * RIM, 0) / reach)
    return np.asarray(field + spread * nearness[..., None], np.float32)


def _pattern(coarse: Coarse, inside: Bools, unit: float) -> float:
    """By how many levels half of the cloth's places differ from what is around them."""
    pure = coarse.pure(inside)
    sigma = PATCH * unit / coarse.factor
    weight = cv2.GaussianBlur(pure.astype(np.float32), (0, 0), sigma)
    around = cv2.GaussianBlur(coarse.photo * pure[..., None], (0, 0), sigma) / np.maximum(weight, 1e-6)[..., None]
    return float(np.median(np.abs(coarse.photo - around)[pure].max(-1)))


def _waistband(body: Body, level: float, box: tuple[int, int, int, int]) -> Floats:
    """Light (h, w) of a waistband whose upper edge lies at a level v: its edge, and the seam below it."""
    rows = np.arange(box[0], box[2], dtype=np.float32)[:, None] - np.float32(body.neck[1])
    columns = np.arange(box[1], box[3], dtype=np.float32)[None] - np.float32(body.neck[0])
    across = (columns * body.across[0] + rows * body.across[1]) / body.unit
    down = (columns * body.down[0] + rows * body.down[1] - level * body.torso) / body.unit
    down = down - BOW * (0.2 - np.minimum(across**2, 0.2))
    edge, seam = np.exp(-((down / 0.018) ** 2)), np.exp(-(((down - BAND) / 0.009) ** 2))
    below = np.exp(-np.maximum(down - BAND, 0) / 0.03) * (down > BAND)
    return np.asarray(1 - 0.1 * edge - 0.16 * seam - 0.04 * below, np.float32)


def _texture(photo: Floats, need: Bools, inside: Bools, unit: float, generator: np.random.Generator) -> Floats:
    """The weave of the cloth (h, w, 3), pieced together from its own; seams, pockets and folds are no weave."""
    detail = photo - cv2.GaussianBlur(photo, (0, 0), max(2.0, WEAVE * unit))
    limit = SEAM * 1.4826 * np.median(np.abs(detail[inside]), axis=0)
    even = np.clip(detail, -limit, limit)
    busy = cv2.GaussianBlur(np.abs(detail).mean(-1), (0, 0), CALM[0] * unit)
    calm = inside & (busy < CALM[1] * np.median(busy[inside]))
    return fill_scene(even, need, calm, 0.4 * unit, generator, WEAVE_FINEST)


def hem_shade(photo: Floats, body: Body, old: Bools, coarse: Coarse, replaced: tuple[Label, ...]) -> Floats:
    """How much (h, w) the hem of a top that goes has shaded the garment below it, or left on it; nothing where no top
    is `replaced`, or both."""
    if Label.TOP not in replaced or Label.BOTTOM in replaced:
        return np.zeros(old.shape, np.float32)
    below = (body.labels == Label.BOTTOM) & ~old
    reach = HEM_SHADE[hangs_over_trousers(body)] * body.unit
    shade = np.clip(1.6 - distance_to(old) / reach, 0, 1) * below
    return np.maximum(shade, feather(hem_remains(photo, body, old, coarse), 0.012 * body.unit))


def hem_remains(photo: Floats, body: Body, old: Bools, coarse: Coarse) -> Bools:
    """Pixels (h, w) near the hem of a top that goes which were taken for the garment below and have its colours."""
    below = (body.labels == Label.BOTTOM) & ~old
    distance = distance_to(old)
    rows, columns = np.nonzero(below & (distance < REMAINS * body.unit))
    result = np.zeros_like(old)
    own, gone = coarse.pure(below & (distance > REMAINS * body.unit)), coarse.pure(old)
    if not len(rows) or not own.any() or not gone.any():
        return result
    colour = photo[rows, columns]
    to_own = np.linalg.norm(colour - coarse.at(coarse.grown(own), rows, columns), axis=1)
    to_old = np.linalg.norm(colour - coarse.at(coarse.grown(gone), rows, columns), axis=1)
    strange = (to_own > STRANGE) & (to_old < 0.5 * to_own)
    result[rows[strange], columns[strange]] = True
    return dilate(cv2.medianBlur(result.view(np.uint8), 3) > 0, 2) & below if strange.any() else result
