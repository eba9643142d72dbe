"""What of a high collar, a hood or a scarf was taken for skin, hair or scene: told by where necks can be and by colour.

Takes the photo, the body with its head, and the old garment as far as it is known; gives a mask of further pixels.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vesture.engines.warp.body.figure import SIGN, Body
from vesture.engines.warp.body.silhouettes import filled
from vesture.engines.warp.picture.coarse import Coarse
from vesture.engines.warp.picture.patch import bounds
from vesture.engines.warp.undress.neck_sides import neck_sides, side_lines
from vesture.engines.warp.undress.throat import (
    Throat,
    face_tone,
    find_throat,
    grown_colours,
    strangeness,
    surely_skin,
    unlike_skin,
    without_sure,
)
from vesture.vision.masks import closed, dilate, distance_to, erode
from vesture.vision.parsing.parse import Label

Floats = NDArray[np.float32]
Points = NDArray[np.float64]
Bools = NDArray[np.bool_]

JAW_MARGIN = 0.14  # half-widths of the face below the jaw that may still be a face, or its beard
OUTSIDE = 12.0  # what lying outside the neck says, in the measure of squared colour distances
BEYOND = 0.06  # units outside the neck at which that says all
UNLIKE_SKIN = (6.0, 14.0)  # squared distance of the old cloth's colours from skin: not at all, surely
ENOUGH = 2.0
COLOUR_RANGE = (-10.0, 8.0)
OFF_NECK = 0.012  # units outside the neck's side at which nothing is skin that a collar stood up to
NEAR_COLLAR = 0.12  # units from a collar within which scraps of it lie
OFF_OUTLINE = 0.015  # units outside the neck's outline at which nothing is skin that looks like the cloth
STRAND = 0.02  # units of half the width of what joins hair to hair
LOCK = 0.035  # units of half the width of hair below the jaw where it is long
LOCK_REACH = 0.18  # units from its middle within which small pieces are hair as well
LARGEST_STRAY = 0.03  # square units; more is hair that the parse has parted from the head
OF_HEAD = -0.4  # half-widths of the face below the jaw, where hair is the head's
BESIDE_JAW = -0.6  # and from which on a hood may stand beside the face
SCENE_REACH = 0.16  # units from the known garment within which the scene may be cloth
BESIDE = 0.04  # units by which a collar reaches into the outline of the widest neck
TONGUE, TONGUE_REACH = 0.025, 0.08  # units of half the width of thin pieces; from the garment within which they lie
FOLD, GREYER = -3.0, 0.75  # by how much a fold may be liker skin than cloth; its chroma as a share of skin's
EVEN, EVEN_OVER = 3.0, 0.06  # lightness by which plain scenes vary, within so many units
NECK_SHADE = 4.0  # squared colour distance from skin within which a shaded neck lies
FAINTLY, GREY_TIP = 4.0, 0.5  # squared colour distance, and chroma as a share of skin's, of its mixed end
LIT_TIP = 45.0  # L* of pale collars; what is darker may be hair in its shade
STRIP, STRIP_INSIDE = 0.06, 0.1  # units that linings show beside a collar; and inside the widest neck
SLIVER = 0.006  # units of half the width of pieces of skin that are a collar's rim
COLOUR_OVER = 25  # pixels over which the garment's colour is averaged
DARK_HAIR = 0.45  # of the light of hair, below which it may be the inside of a collar
OTHER_COLOUR = 3.0  # squared a* and b* by which a colour is nearer to the cloth than to hair
PLAINLY = 5.0  # squared colour distance within which a colour is plainly a material's


def collar_remains(photo: Floats, body: Body, old: Bools, coarse: Coarse, face: Floats | None = None) -> Bools:
    """Pixels (h, w) of the old garment's collar that are labelled skin, hair or scene; none where no face is seen.

    Args:
        face: L*a*b* (3,) of the face, for pictures that are cut out of the photo below it.
    """
    result = np.zeros_like(old)
    throat = find_throat(photo, body, old)
    if throat is None:
        return result
    tone = face_tone(throat.lab, throat.skin & (throat.below < -0.6))
    tone = face if tone is None else tone
    if tone is None:
        return result
    cloth = grown_colours(coarse, old, throat)
    inner = (body.labels == Label.SKIN) & ~dilate(old, 1.3 * TONGUE_REACH * body.unit)
    neck = grown_colours(coarse, inner, throat)
    goes = _not_skin(throat, body, coarse, tone, cloth, neck)
    goes |= _not_hair(throat, body, coarse, old, tone, goes)
    goes |= _not_scene(throat, body, coarse, old, goes)
    top, left, bottom, right = throat.box
    place = np.s_[top:bottom, left:right]

    def full(mask: Bools) -> Bools:
        whole = cv2.resize(mask.astype(np.float32), (right - left, bottom - top), interpolation=cv2.INTER_LINEAR)
        return np.asarray(whole > 0.5)

    result[place] = full(goes)
    sure = full(surely_skin(throat.lab, tone, neck, cloth))
    long_hair = _near_long_hair(throat, _of_head(throat))
    doubtful = throat.skin & throat.near & (throat.below > JAW_MARGIN) & throat.collar & ~long_hair
    doubtful &= unlike_skin(cloth, tone) < UNLIKE_SKIN[0]
    if doubtful.any():
        assert body.head is not None
        lines = side_lines(body, body.head, old | result)
        off = _off((bottom - top, right - left), lines["left"], lines["right"], throat.box)
        result[place] |= without_sure(full(doubtful) & (off > OFF_OUTLINE * body.unit), sure)
    beside = full(throat.near & throat.above & ~long_hair) & _beside_the_neck(body, old | result, throat.box)
    result[place] |= without_sure(beside, sure)
    return result & np.isin(body.labels, (Label.SKIN, Label.HAIR, Label.BACKGROUND)) & ~old


def _off(shape: tuple[int, int], left: Points, right: Points, box: tuple[int, int, int, int]) -> Floats:
    """Distance (h, w) in pixels of a box's pixels from what lies between the neck's sides (n, 2)."""
    outline = np.concatenate([left, right[::-1]]) - np.array([box[1], box[0]])
    return distance_to(filled(shape, outline) > 0.5)


def _beside_the_neck(body: Body, old: Bools, box: tuple[int, int, int, int]) -> Bools:
    """Pixels (h, w) of a box that lie beside face and neck where a collar stood up to them: no skin is there."""
    head = body.head
    assert head is not None
    place = np.s_[box[0] : box[2], box[1] : box[3]]
    sides = neck_sides(body, head, old)
    result = np.zeros((box[2] - box[0], box[3] - box[1]), bool)
    if not any(side.collared for side in sides.values()):
        return result
    off = _off(result.shape, sides["left"].line, sides["right"].line, box) > OFF_NECK * body.unit
    columns = np.arange(box[1], box[3], dtype=np.float32)[None]
    rows = np.arange(box[0], box[2], dtype=np.float32)[:, None]
    below = head.below_jaw(columns, rows) / head.half_width
    stem, down = head.neck_top, body.down
    length = max(float((body.neck - stem) @ down), 1.0)
    dx, dy = columns - np.float32(stem[0]), rows - np.float32(stem[1])
    share = (dx * down[0] + dy * down[1]) / length
    aside = (dx * body.across[0] + dy * body.across[1]) - share * float((body.neck - stem) @ body.across)
    near = distance_to(old[place]) < NEAR_COLLAR * body.unit
    for name, side in sides.items():
        if not side.collared:
            continue
        out = SIGN[name] * aside
        result |= (out > 0) & (below > JAW_MARGIN) & off
        if side.jaw is not None:
            jaw = side.jaw
            edge = jaw.half + jaw.fall * length * (share - jaw.share) + OFF_NECK * body.unit
            result |= (out > edge) & (share > jaw.share) & (below <= JAW_MARGIN) & off
    return result & near & (body.labels[place] == Label.SKIN)


def _not_skin(throat: Throat, body: Body, coarse: Coarse, tone: Floats, cloth_lab: Floats, neck: Floats) -> Bools:
    """What was taken for skin and is none, by colour and by where necks can be."""
    to_skin, to_neck = unlike_skin(throat.lab, tone), strangeness(throat.lab, neck)
    to_cloth = strangeness(throat.lab, cloth_lab)
    # under a chin skin is darker than any face; where the cloth is another matter, the neck beside it tells it
    to_skin = np.where(strangeness(cloth_lab, neck) > UNLIKE_SKIN[1], np.minimum(to_skin, to_neck), to_skin)
    evidence = np.clip(to_skin - to_cloth, *COLOUR_RANGE)
    evidence = cv2.GaussianBlur(evidence, (0, 0), 0.012 * throat.unit + 0.3)
    strand = strangeness(throat.lab, grown_colours(coarse, body.labels == Label.HAIR, throat)) < np.minimum(
        to_cloth, to_skin
    )
    weight = np.where(throat.above, OUTSIDE, OUTSIDE / 3)  # further down, chests are bare as well
    # turned heads show more neck: where the cloth is plainly unlike skin, its colour tells it alone
    weight = weight * np.interp(unlike_skin(cloth_lab, tone), UNLIKE_SKIN, [1, 0])
    evidence = evidence + weight * np.clip(throat.outside / BEYOND, 0, 1) * ~strand
    place = throat.skin & throat.near & (throat.below > JAW_MARGIN)
    goes = place & (evidence > ENOUGH)
    # scraps between what goes and the garment go with them
    goes |= closed(throat.cloth | goes, 0.03 * throat.unit) & place & goes.any()
    goes |= hanging_together(goes, place & _folds(throat, cloth_lab, neck))
    # what edges or lines a collar is seen as a strip between that and the neck, in no colour of the skin further in
    unlike = np.minimum(to_neck, to_skin)
    strip = throat.skin & throat.collar & (throat.below > BESIDE_JAW) & (throat.outside > -STRIP_INSIDE)
    strip &= distance_to(throat.cloth | goes) < STRIP * throat.unit
    strip &= unlike > np.where(throat.below > 0, 1, np.where(to_cloth < PLAINLY, 1.5, 2.5)) * PLAINLY
    # above the jaw a lining lies in the shade, what is lighter there is the lit side of a cheek
    strip &= (throat.below > 0) | (to_cloth < PLAINLY) | (throat.lab[..., 0] < tone[0])
    strip &= dilate(strip & ~dilate(throat.scene, 2), 1)  # at its outline skin is mixed with the scene
    place |= strip
    goes |= dilate(strip, 1) & place
    return hanging_together(throat.cloth, goes) | _tongues(throat)


def _folds(throat: Throat, cloth: Floats, neck: Floats) -> Bools:
    """Pale cloth in its own shade, which skin nearby tints: hardly liker the neck beside it than the cloth, where these
    are plainly different, and greyer than any shade on that neck."""
    to_neck, to_cloth = strangeness(throat.lab, neck), strangeness(throat.lab, cloth)
    shade = np.clip(throat.lab[..., 0] / np.maximum(neck[..., 0], 1), 0.45, 1.2)
    own, usual = (np.hypot(lab[..., 1], lab[..., 2]) for lab in (throat.lab, neck))
    folds = (strangeness(cloth, neck) > UNLIKE_SKIN[1]) & (own < GREYER * shade * usual)
    return np.asarray(folds & (to_neck - to_cloth > FOLD) & (to_cloth < 2 * PLAINLY))


def _tongues(throat: Throat) -> Bools:
    """Thin pieces of skin that stick out beside jaw and neck next to the garment: its rim, whatever the colour."""
    place = throat.skin & (throat.below > BESIDE_JAW) & (throat.outside > 0) & throat.above
    place &= distance_to(throat.cloth) < TONGUE_REACH * throat.unit
    kept = throat.skin | throat.hair
    broad = dilate(erode(kept, TONGUE * throat.unit), 1.3 * TONGUE * throat.unit)
    return np.asarray(place & ~broad)


def hanging_together(cloth: Bools, more: Bools) -> Bools:
    """Those connected pieces of `more` that reach the garment."""
    count, names = cv2.connectedComponents((cloth | more).view(np.uint8))
    with_cloth = np.bincount(names[cloth], minlength=count) > 0
    with_cloth[0] = False
    return np.asarray(more & with_cloth[names])


def slivers(skin: Bools, gone: Bools, scene: Bools, unit: float) -> Bools:
    """Thin pieces of skin (h, w) between what goes and the scene: the rim of a collar that stood before that."""
    width = max(1.0, SLIVER * unit)
    result = np.zeros_like(skin)
    box = bounds(skin, round(2 * width) + 2)
    if box is None:
        return result
    place = np.s_[box[0] : box[2], box[1] : box[3]]
    kept = skin[place] & ~gone[place]
    thin = kept & ~dilate(erode(kept, width), 1.5 * width)
    result[place] = thin & dilate(gone[place], 2 * width) & dilate(scene[place], 2 * width)
    return result


def _not_hair(throat: Throat, body: Body, coarse: Coarse, old: Bools, tone: Floats, gone: Bools) -> Bools:
    """What was taken for hair beside the neck: the inside of a collar hangs together with no hair of the head, or has
    the colour of the cloth and not of the hair. `gone` (h, w) of the skin goes already."""
    place = throat.hair & throat.near & throat.collar & (throat.outside > -BESIDE)
    place &= (throat.below > JAW_MARGIN) | ((throat.below > BESIDE_JAW) & (throat.outside > BESIDE))
    if not place.any():
        return place
    real = _of_head(throat)
    count, names, stats, _ = cv2.connectedComponentsWithStats((throat.hair & ~real).view(np.uint8))
    apart = stats[:, cv2.CC_STAT_AREA] < LARGEST_STRAY * throat.unit**2
    apart &= np.bincount(names[erode(throat.hair, STRAND * throat.unit)], minlength=count) > 0  # the rest are rims
    stray = apart[names] & ~real
    to_hair = strangeness(throat.lab, grown_colours(coarse, body.labels == Label.HAIR, throat))
    to_cloth = strangeness(throat.lab, grown_colours(coarse, old, throat))
    cloth_like = (to_cloth < PLAINLY) & (to_hair > to_cloth + PLAINLY)
    # shaded sides of necks and cheeks are often taken for hair
    stray &= unlike_skin(throat.lab, tone) > NECK_SHADE
    cloth_like &= throat.below > JAW_MARGIN
    # a collar's tip beside the neck, in a colour of neither hair nor skin
    tip = place & (throat.outside < BEYOND) & (throat.below > JAW_MARGIN) & (throat.lab[..., 0] > LIT_TIP)
    tip &= distance_to(throat.cloth) < STRIP * throat.unit
    strange = np.minimum(to_hair, unlike_skin(throat.lab, tone))
    # its end is mixed with hair, but greyer than skin
    grey = np.hypot(throat.lab[..., 1], throat.lab[..., 2]) < GREY_TIP * float(np.hypot(tone[1], tone[2]))
    end = tip & (strange > FAINTLY) & grey
    tip &= strange > 2 * PLAINLY
    if end.any():
        tip |= dilate(hanging_together(gone | tip, end), 1) & place
    # in its own shade long hair is dark as any cloth, and on the garment it comes in pieces; but it keeps its colour
    other = place & _other_colour(throat)
    return np.asarray(tip | other | (place & (stray | cloth_like) & ~_near_long_hair(throat, real)))


def _other_colour(throat: Throat) -> Bools:
    """Where (h, w) the colour is the garment's beside it and not that of the head's hair in any shade, however dark."""
    hair = face_tone(throat.lab, throat.hair)
    if hair is None:
        return np.zeros_like(throat.hair)
    below = throat.cloth & (throat.lab[..., 0] < hair[0])
    share = cv2.blur(below.astype(np.float32), (COLOUR_OVER,) * 2)
    cloth = cv2.blur(throat.lab[..., 1:] * below[..., None], (COLOUR_OVER,) * 2) / np.maximum(share, 1e-3)[..., None]
    own, shade = throat.lab[..., 1:], np.minimum(throat.lab[..., :1] / max(float(hair[0]), 1.0), 1.2)
    # in the shade a cloth is anything between its colour and grey, hair fades with the light
    left = np.clip((own * cloth).sum(-1) / np.maximum((cloth**2).sum(-1), 1.0), 0, 1)[..., None]
    to_hair, to_cloth = (((own - usual) ** 2).sum(-1) for usual in (shade * hair[1:], left * cloth))
    evidence = cv2.GaussianBlur(np.where(share > 0, to_hair - to_cloth, 0), (0, 0), 0.012 * throat.unit + 0.3)
    dark = throat.lab[..., 0] < DARK_HAIR * hair[0]
    found = hanging_together(throat.cloth, throat.hair & dark & (evidence > OTHER_COLOUR))
    # more than a collar's inside is hair of two colours
    return found & bool(found.sum() < LARGEST_STRAY * throat.unit**2)


def _of_head(throat: Throat) -> Bools:
    """Hair (h, w) that hangs together with that of the head, by more than a thin line."""
    whole = erode(throat.hair, STRAND * throat.unit)
    count, names = cv2.connectedComponents(whole.view(np.uint8))
    of_head = np.bincount(names[whole & (throat.below < OF_HEAD)], minlength=count) > 0
    of_head[0] = False
    return dilate(of_head[names], 2 * STRAND * throat.unit) & throat.hair


def _near_long_hair(throat: Throat, real: Bools) -> Bools:
    """Hair (h, w) of the head that comes down beside the jaw in locks, and what is near it."""
    locks = erode(throat.hair, LOCK * throat.unit) & real & (throat.below > OF_HEAD) & (throat.outside > BESIDE)
    return dilate(locks, LOCK_REACH * throat.unit) if locks.any() else locks


def _not_scene(throat: Throat, body: Body, coarse: Coarse, old: Bools, gone: Bools) -> Bools:
    """What of a collar or a hood was taken for the scene beside the neck: it has the cloth's colour, differs from the
    scene around, and hangs together with the garment."""
    cloth = throat.cloth | gone
    place = throat.scene & throat.near & (throat.outside > -BEYOND) & (throat.below > BESIDE_JAW)
    place &= distance_to(cloth) < SCENE_REACH * throat.unit
    light = throat.lab[..., 0]
    uneven = np.abs(light - cv2.GaussianBlur(light, (0, 0), EVEN_OVER * throat.unit))[throat.scene]
    if not place.any() or float(np.percentile(uneven, 75)) > EVEN:  # a busy scene has colours of every kind
        return np.zeros_like(place)
    far = (body.labels == Label.BACKGROUND) & ~dilate(old, SCENE_REACH * body.unit)
    to_scene = strangeness(throat.lab, grown_colours(coarse, far, throat))
    to_cloth = strangeness(throat.lab, grown_colours(coarse, old, throat))
    evidence = cv2.GaussianBlur(np.clip(to_scene - to_cloth, *COLOUR_RANGE), (0, 0), 0.008 * throat.unit + 0.3)
    like = place & (evidence > ENOUGH) & (to_cloth < PLAINLY)
    return hanging_together(cloth, like)
