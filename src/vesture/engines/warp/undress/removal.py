"""Which pixels go with the old garment: its own, its rims, and what its edge has coloured.

Takes the photo, the body and which clothes go; gives a mask. The parse ends where its labels say; cuffs, collars and
hems leave lines of their own colour or shade beyond, which would outline the new garment with the old one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from vesture.engines.warp.body.figure import SIDES, SIGN, Body, SideName
from vesture.engines.warp.body.silhouettes import limb_zone
from vesture.engines.warp.picture.coarse import Coarse
from vesture.engines.warp.undress.collar import JAW_MARGIN, collar_remains, hanging_together, slivers
from vesture.engines.warp.undress.face_zones import above_the_jaw, middle_of_face, near_the_throat
from vesture.engines.warp.undress.hands import BELOW_CUFF, FINGER, Hands, read_hands
from vesture.engines.warp.undress.left_hanging import hangs_over_trousers
from vesture.vision.masks import dilate, distance_to, erode
from vesture.vision.parsing.parse import Label

Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]

# How far beyond the old garment, in units, rims are looked for on each kind of neighbour.
REACH = {Label.SKIN: 0.05, Label.BACKGROUND: 0.022, Label.HAIR: 0.01, Label.BOTTOM: 0.03, Label.TOP: 0.02}
STRANGE = {Label.SKIN: 42.0, Label.BACKGROUND: 9.0}  # colour distance that no neighbour of that kind has by itself
SHADE = (0.3, 1.2)  # factors of light on a hand from its darkest creases to its knuckles
NECK_SHADE = (0.45, 1.2)  # and on a neck, which the head and a collar shade
CUFF_LINE, CUFF_SHADE = 0.03, (0.8, 1.2)  # units below a cuff where darker skin lies in its shadow; its light
COAT = 1.4  # level v below which a top hides the legs
HAND = 0.7  # units round a wrist within which small pieces of skin are fingers
AT_WRIST = 0.25  # units round a wrist within which skin is the hand
FINGER_GAP = 0.1  # units from the rest of the hand within which pieces of skin are fingers
SKIN_SCRAP = 0.08  # square units of skin below which it may be cloth of the colour of skin
SCRAP = 0.03  # square units below which a piece of the old garment is taken for something else
PARTED = 0.2  # of that, on the trunk: hair and straps part pieces from a garment
PINHOLE = 0.01  # square units below which something inside the old garment is part of it
SPECK = 0.004  # square units below which what is left of somebody is nothing
COLLAR = 0.1  # units from a collar within which pieces of it may have been taken for skin
DARK = 0.5  # of the light of a face, that no cheek beside a collar lacks
FOREARM, SLEEVE_END, SLEEVE_WIDTH = 0.4, 0.08, 1.9  # share of an arm; units past a cuff's middle; radii of the arm
HANGS_OUT = 0.03  # units that wide sleeves lie rather beyond the arm than before the body
SEAM = 0.008  # units of mixed pixels along every edge
SKIN_SEAM = 0.016  # and of the line of shade that cuffs and collars leave on skin


def old_garment(
    photo: Floats,
    body: Body,
    replaced: tuple[Label, ...],
    coarse: Coarse,
    face: Floats | None = None,
    seen: Hands | None = None,
) -> Bools:
    """Pixels (h, w) of the garment that goes, with its rims; `face` is the face's tone as L*a*b* (3,), `seen` are the
    body's hands where they have been read."""
    labels = body.labels
    old = np.isin(labels, replaced)
    if Label.TOP in replaced and Label.BOTTOM not in replaced and not hangs_over_trousers(body):
        old &= ~_skirt(body, old)
    old = _whole(old, labels != Label.BACKGROUND, body)
    if not old.any():
        return old
    seen = read_hands(body, replaced) if seen is None else seen
    hands, arms, cuffed = np.logical_or.reduce(list(seen.whole.values())), seen.bare, seen.cuffed
    collar = np.zeros_like(old)
    if Label.TOP in replaced:
        old |= _beside_the_neck(photo, body, old) | _scraps_of_skin(body, old, seen.whole)
        collar = collar_remains(photo, body, old, coarse, face)
        old |= collar
    distance = distance_to(old)
    skin = labels == Label.SKIN
    careful = (skin & ~cuffed & (_beyond_the_wrists(body) | above_the_jaw(body))) | arms
    throat = skin & near_the_throat(body) if Label.TOP in replaced else np.zeros_like(old)
    broad = skin & ~careful & (cuffed | throat | dilate(erode(skin, FINGER * body.unit), FINGER * body.unit))
    rim = distance <= np.where(broad, max(1.0, SKIN_SEAM * body.unit), max(1.0, SEAM * body.unit))
    result = old | (rim & (labels != Label.OTHER))
    colours = coarse.grown(coarse.pure(old))
    strange = np.zeros_like(old)
    for label, reach in REACH.items():
        if label not in replaced:
            own = (labels == label) & ~careful & ~hands & ~throat
            strange |= _rims(photo, own, distance, max(2.0, reach * body.unit), colours, coarse, label)
    reach = max(2.0, REACH[Label.SKIN] * body.unit)
    strange |= _rims(photo, hands & ~careful, distance, reach, colours, coarse, Label.SKIN, SHADE)
    strange |= _rims(photo, throat & ~careful & ~hands, distance, reach, colours, coarse, Label.SKIN, NECK_SHADE)
    line = max(2.0, CUFF_LINE * body.unit)
    strange |= _rims(photo, cuffed, distance, line, colours, coarse, Label.SKIN, CUFF_SHADE)
    # fingers and faces throw shadows stranger than any cuff or collar: of them only what has the garment's colour goes
    strange |= _rims(photo, careful & ~arms, distance, reach, colours, coarse, None, NECK_SHADE)
    if Label.TOP in replaced:
        # here only what has the old garment's colour: chins and beards throw shadows stranger than any collar; and
        # beside a face only what is dark: cheeks shine in the colours of pale cloth
        pieces = _rims(photo, throat, distance, COLLAR * body.unit, colours, coarse, None, NECK_SHADE)
        beside = pieces & careful
        if beside.any():
            pieces[beside] = photo[beside].mean(-1) < DARK * np.median(photo[careful].mean(-1))
        strange |= hanging_together(distance <= max(2.0, SKIN_SEAM * body.unit), pieces)
    if strange.any():
        result |= cv2.medianBlur(strange.view(np.uint8), 3) > 0
    result &= collar | ~middle_of_face(body)
    return _without_islands(result | slivers(throat, result, labels == Label.BACKGROUND, body.unit), labels, body.unit)


def _beyond_the_wrists(body: Body) -> Bools:
    """Where hands are (h, w), a little below the wrists or the cuffs over them."""
    zones = []
    for side in SIDES:
        arm = body.arms[side]
        start = max(arm.length, arm.bare_from or 0.0) + BELOW_CUFF * body.unit
        zones.append(limb_zone(body.labels.shape, arm, start, arm.length + HAND * body.unit, grow=2.6) > 0.5)
    return np.asarray(np.logical_or.reduce(zones))


def _without_islands(gone: Bools, labels: NDArray[np.uint8], unit: float) -> Bools:
    """What goes, and the specks of person that would be left alone in it or beside it."""
    left = ~gone & (labels != Label.BACKGROUND) & (labels != Label.OTHER)
    count, names, stats, _ = cv2.connectedComponentsWithStats(left.view(np.uint8))
    speck = stats[:, cv2.CC_STAT_AREA] < SPECK * unit**2
    speck[0] = False
    return np.asarray(gone | speck[names]) if count > 1 else gone


def _skirt(body: Body, old: Bools) -> Bools:
    """What stays of a dress or a coat where only the top changes: nobody knows what is under it."""
    skirt = below(body, 1.0, old)
    long = int(below(body, COAT, skirt).sum()) > 0.15 * body.unit**2
    return (skirt if long else skirt & (body.labels == Label.ONE_PIECE)) & ~lower_sleeves(body)


def lower_sleeves(body: Body) -> Bools:
    """The lower sleeves (h, w) down to their cuffs, which end lower than a garment is parted: they go."""
    result = np.zeros(body.labels.shape, bool)
    for side in SIDES:
        arm = body.arms[side]
        end = (arm.length if arm.bare_from is None else arm.bare_from) + SLEEVE_END * body.unit
        hanging = replace(arm, axis=arm.axis + SIGN[side] * HANGS_OUT * body.unit * body.across)
        result |= limb_zone(body.labels.shape, hanging, FOREARM * arm.length, end, SLEEVE_WIDTH) > 0.5
    return result


def _whole(old: Bools, person: Bools, body: Body) -> Bools:
    """The garment without scraps, pinholes and ragged edges: what the parse sees of it in hair and face is none.

    On the trunk, down to the waist, hair and straps part narrow pieces from the garment, which are its own.
    """
    unit = body.unit
    smooth = cv2.medianBlur(old.view(np.uint8), 2 * max(1, round(0.01 * unit)) + 1)
    count, names, stats, centres = cv2.connectedComponentsWithStats(smooth)
    if count < 2:
        return np.asarray(smooth > 0)
    area = stats[:, cv2.CC_STAT_AREA]
    level = body.coordinates(centres)[:, 1]
    on_trunk = (level > 0) & (level < body.waist)
    least = max(SCRAP * unit**2, 0.02 * area[1:].max())
    large = area >= np.where(on_trunk, PARTED * least, least)
    large[0] = False
    whole = large[names]
    _, names, stats, _ = cv2.connectedComponentsWithStats((~whole).view(np.uint8))
    pinhole = stats[:, cv2.CC_STAT_AREA] < PINHOLE * unit**2
    pinhole[0] = False
    return np.asarray(whole | (pinhole[names] & person))


def below(body: Body, level: float, where: Bools) -> Bools:
    """Those pixels of `where` that lie below level v of the torso."""
    rows, columns = np.nonzero(where)
    result = np.zeros_like(where)
    if len(rows):
        v = body.coordinates(np.stack([columns, rows], 1))[:, 1]
        result[rows[v > level], columns[v > level]] = True
    return result


def _beside_the_neck(photo: Floats, body: Body, old: Bools) -> Bools:
    """Skin-coloured pixels where no skin can be: above the shoulder line and beside the neck, next to a collar."""
    rows, columns = np.nonzero(body.labels == Label.SKIN)
    result = np.zeros_like(old)
    if not len(rows):
        return result
    offset = (np.stack([columns, rows], 1) - body.neck) / body.unit
    aside, level = np.abs(offset @ body.across), offset @ body.down
    line = np.interp(aside, [0.19, 0.5], [-0.24, -0.05]) - 0.12
    # chins of turned and slanting heads come down here too; they have the colour of a face and lie higher
    face = level < -0.3
    tone = np.median(photo[rows, columns][face], axis=0) if face.any() else np.full(3, 1e3)
    strange = np.linalg.norm(photo[rows, columns] - tone, axis=1) > 60
    stray = (aside > 0.25) & (level > -0.4) & (level < line) & strange
    if body.head is not None:  # and cheeks of turned heads are as dark on their far side
        below_jaw = body.head.below_jaw(columns.astype(np.float32), rows.astype(np.float32))
        stray &= below_jaw > JAW_MARGIN * body.head.half_width
    result[rows[stray], columns[stray]] = True
    return np.asarray(result & dilate(old, 0.08 * body.unit))


def _scraps_of_skin(body: Body, old: Bools, seen: Mapping[SideName, Bools]) -> Bools:
    """Small pieces of skin with the old garment all round, but for fingers beside the hands (h, w) that are seen: folds
    and prints of the colour of skin. Near a wrist whose hand is not seen all may be fingers."""
    skin = body.labels == Label.SKIN
    wrists = {side: body.arms[side].at(np.array([body.arms[side].length]))[0] for side in SIDES}
    count, names, stats, _ = cv2.connectedComponentsWithStats(skin.view(np.uint8))
    result = np.zeros_like(skin)
    for index in range(1, count):
        left, top, width, height, area = stats[index]
        middle = np.array([left + width / 2, top + height / 2])
        if area > SKIN_SCRAP * body.unit**2:
            continue
        gap = round(FINGER_GAP * body.unit) + 3
        box = np.s_[max(0, top - gap) : top + height + gap, max(0, left - gap) : left + width + gap]
        piece = names[box] == index
        side = min(SIDES, key=lambda side: float(np.linalg.norm(wrists[side] - middle)))
        away = float(np.linalg.norm(wrists[side] - middle)) / body.unit
        if away < AT_WRIST or (
            away < HAND and (not seen[side].any() or (dilate(piece, gap - 3) & seen[side][box]).any())
        ):
            continue
        ring = dilate(piece, 2) & ~piece
        if float(old[box][ring].mean()) > 0.55:
            result[box] |= piece
    return result


def _rims(
    photo: Floats,
    own: Bools,
    distance: Floats,
    reach: float,
    old_colours: Floats,
    coarse: Coarse,
    label: Label | None,
    light: tuple[float, float] = (1.0, 1.0),
) -> Bools:
    """Pixels of a neighbour, within reach of the old garment, that look like that rather than like their own kind, in
    whatever `light` of this range of factors."""
    result = np.zeros_like(own)
    rows, columns = np.nonzero(own & (distance <= reach))
    clear = coarse.pure(own & (distance > reach))
    if not len(rows) or not clear.any():
        return result
    colour = photo[rows, columns]
    usual = coarse.at(coarse.grown(clear), rows, columns)
    factor = np.clip((colour * usual).sum(1) / np.maximum((usual**2).sum(1), 1.0), *light)
    to_own = np.linalg.norm(colour - usual * factor[:, None], axis=1)
    to_old = np.linalg.norm(colour - coarse.at(old_colours, rows, columns), axis=1)
    goes = (to_own > 18) & (to_old < (0.8 if label is not None else 0.5) * to_own)
    if label is not None and label in STRANGE:
        goes |= to_own > STRANGE[label]
    result[rows[goes], columns[goes]] = True
    return result
