"""Where a body is bare and where its clothes change: one-dimensional decisions along the limbs and down the spine.

Pixel by pixel, skin in shade and beige cloth look alike. Along a limb there is only one question, where the cloth
ends, and all its pixels answer it together; likewise where down the torso one garment gives way to the next.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from vesture.vision.parsing.border import CHEST_CUT_OFF, find_border
from vesture.vision.parsing.colour import ANY_COLOUR, ColourModel, fit_colours, skin_hue, skin_tone
from vesture.vision.parsing.prior import Covering, Skeleton, limb_ends
from vesture.vision.pose.joints import Joint

Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]

STEPS = 24  # along a limb
TORSO_LEVELS = np.linspace(-0.1, 1.3, 29).astype(np.float32)
LEG_WIDTH = 0.7  # of the thighs' and shins' radius: what surely is on them
BARE_BELOW = 1.15  # v
MARGIN = 0.6  # of the mean log-likelihood ratio: skin must be clearly more likely
LEG_BEGINS = 1.0  # v
HALF_BODY = 0.15  # v of the upper edge of a photo that shows legs
HALF_BODY_CLEAR = 0.5
LIKE_SKIN = 1.5  # log-likelihood ratio to any colour; what begins with skin is no lower garment
SEEN = 0.5  # visibility of the face, and of the shoulders
SLEEVELESS = 0.3  # share of skin of either upper arm
SLEEVE_WIDTH, SLEEVE = 0.6, 0.75  # radii of arms, and how likely the upper garment is there
SURE_SLEEVE = 2.0  # log ratio of cloth to skin, to somebody who knows bodies
STRONGEST = 3.0  # log-likelihood ratio of one pixel
LEANING = 1.0  # weight of that opinion beside the colours along an arm
TOO_LIGHT = (12.0, 18.0)  # L beyond the skin's median: from the first on less is bare for that opinion, then nothing
BARE, BARE_IN_LEG_PHOTOS = 1.7, 0.9  # mean log-likelihood ratio of a level of the torso that is as likely as not bare
BAND = 0.4  # v: highest waistband below a bare belly
BELLY = 0.5  # v, above which bare skin is a neckline
ENDS_AT_THE_HIPS = 1.3  # v of the lower edge of a photo that shows no legs


def read_covering(
    rgb: NDArray[np.uint8],
    lab: Floats,
    person: Bools,
    skeleton: Skeleton,
    skin: ColourModel | None,
    generator: np.random.Generator,
    leaning: Floats | None = None,
) -> Covering:
    """Look along limbs and spine of a person (h, w) for where skin ends and cloth begins.

    `leaning` (h, w): how much likelier skin is than cloth to somebody who knows bodies, a log ratio.
    """
    tone = skin_tone(rgb)
    shape = (person.shape[0], person.shape[1])
    u, v = skeleton.frame(shape)
    arms_drawn = drawn_limbs(skeleton, shape, ("forearm", "hand"), 1.1)
    core = person & (np.abs(u) < 0.3) & ~arms_drawn
    legs = drawn_limbs(skeleton, shape, ("thigh", "shin"), LEG_WIDTH)
    middle = person & ~arms_drawn & np.where(v < LEG_BEGINS + 0.05, np.abs(u) < 0.3, legs | (np.abs(u) < 0.2))
    bare = np.zeros(shape, bool) if skin is None else middle & (v > BARE_BELOW) & skin_hue(skin, lab) & tone
    waist, certain = find_border(lab, middle, v, generator, bare)
    if certain < HALF_BODY_CLEAR and v[0].min() > HALF_BODY:
        waist, certain = float(v[0].min()), 1.0  # the photo begins below the chest, and shows one garment
    if certain == 0 and v[-1].max() < ENDS_AT_THE_HIPS:
        waist, certain = float(v[-1].max()) + 0.1, 1.0  # it ends before anything else begins
    if skin is None:
        nothing = np.full(STEPS, 0.3, np.float32), np.full(STEPS, 0.3, np.float32)
        return Covering(nothing, nothing, (TORSO_LEVELS, np.full_like(TORSO_LEVELS, 0.04)), waist, certain)
    upper = fit_colours(lab[core & (v > 0.25) & (v < min(waist, 0.9) - 0.05)], generator)
    hips = min(waist, LEG_BEGINS)  # below that, bare legs would pass for the cloth they are compared with
    lower = fit_colours(lab[core & (v > hips + 0.04) & (v < hips + 0.3)], generator)
    torso = _torso(skin, lower, lab, core, v)
    belly = _lowest_belly(torso, waist)
    if belly is not None:
        waist, certain = belly, 1.0
    bare_chest = float(np.interp(0.5, TORSO_LEVELS, torso)) > 0.5
    on_arms = [] if bare_chest else [upper]
    if leaning is not None:
        on_arms.append(_sleeves(leaning, lab, person, skeleton, generator))
    ratio = {"arms": _ratio(skin, on_arms, lab, person), "legs": _ratio(skin, [lower], lab, person)}
    if leaning is not None:
        heard = _heard(leaning, skin, lab, ratio["arms"] > 0)
        ratio["arms"] = ratio["arms"] + np.where(person, np.float32(LEANING) * heard, np.float32(0))
    limbs = {}
    for name, first in (("arms", 11), ("legs", 23)):
        limbs[name] = tuple(
            _bare_share(_along(ratio[name], person, skeleton, first + side, 0.09 if name == "arms" else 0.12), name)
            for side in (0, 1)
        )
    return Covering(limbs["arms"], limbs["legs"], (TORSO_LEVELS, torso), waist, certain)  # type: ignore[arg-type]


def _heard(leaning: Floats, skin: ColourModel, lab: Floats, likely: Bools) -> Floats:
    """What of a leaning (h, w) to skin counts: that to cloth, and that to skin where colours find skin `likely` (h, w).

    Arms lie in shade, but are never much lighter than the face, so what is far lighter than all skin seen is cloth as
    likely as not, like the pale sleeves of a top whose front is darker.
    """
    lighter = lab[..., 0] - skin.means[0, 0]
    bare = likely * np.interp(lighter, TOO_LIGHT, (1, 0))
    return np.asarray(np.where(leaning > 0, leaning * bare, leaning), np.float32)


def _sleeves(
    leaning: Floats, lab: Floats, person: Bools, skeleton: Skeleton, generator: np.random.Generator
) -> ColourModel | None:
    """The colours of what surely are sleeves on the upper arms: where further down the arm they go on, so does the
    sleeve, though it may have the colour of skin."""
    upper_arms = drawn_limbs(skeleton, (person.shape[0], person.shape[1]), ("upper arm",), SLEEVE_WIDTH)
    return fit_colours(lab[person & upper_arms & (leaning < -SURE_SLEEVE)], generator)


def like_skin(skin: ColourModel | None, lab: Floats, where: Bools) -> Bools:
    """Those pixels of `where` (h, w) that the person's skin explains well."""
    if skin is None:
        return np.zeros_like(where)
    return np.asarray(_ratio(skin, [], lab, where) > LIKE_SKIN)


def sure_sleeves(top: Floats, skeleton: Skeleton, covering: Covering) -> Bools:
    """The middle of arms (h, w) that are in sleeves: open jackets often show another colour down the chest.

    `top` (h, w) is the prior of the upper garment. None where either arm is bare: what lies on the other may be a bag.
    None without eyes and shoulders: where the photo cuts the arms off, little is known of them.
    """
    shape = (top.shape[0], top.shape[1])
    marks = skeleton.points[[Joint.LEFT_EYE, Joint.RIGHT_EYE, Joint.LEFT_SHOULDER, Joint.RIGHT_SHOULDER]]
    seen = float(skeleton.visibility[:11].mean()) > SEEN and float(skeleton.visibility[[11, 12]].min()) > SEEN
    if not seen or (marks < 0).any() or (marks >= shape[::-1]).any():
        return np.zeros(shape, bool)
    if max(float(arm[: len(arm) // 2].mean()) for arm in covering.arms) > SLEEVELESS:
        return np.zeros(shape, bool)
    return drawn_limbs(skeleton, shape, ("upper arm", "forearm"), SLEEVE_WIDTH) & (top > SLEEVE)


def drawn_limbs(skeleton: Skeleton, shape: tuple[int, int], names: tuple[str, ...], width: float) -> Bools:
    """Pixels of these parts, as thick lines `width` times their radius to each side; hidden arms left out."""
    canvas = np.zeros(shape, np.uint8)
    ends = limb_ends(skeleton)
    for name in names:
        for side, (start, end, radius) in enumerate(ends[name]):
            if name in ("forearm", "hand") and skeleton.visibility[15 + side] < 0.4:
                continue
            first, last = ([int(x) for x in np.clip(p, -2000, 4000)] for p in (start, end))
            cv2.line(canvas, first, last, 1, max(1, round(2 * width * radius)))
    return canvas > 0


def skin_samples(rgb: NDArray[np.uint8], person: Bools, skeleton: Skeleton) -> Bools:
    """Pixels (h, w) of face and hands that can be skin; of the face alone when enough of it is seen."""
    tone = skin_tone(rgb) & person
    face = np.zeros(person.shape, np.uint8)
    centre, radius = skeleton.face()
    if skeleton.visibility[:11].mean() > 0.5:
        cv2.circle(face, [int(x) for x in np.clip(centre, -2000, 4000)], max(1, round(0.55 * radius)), 1, -1)
    shown = tone & (face > 0)
    if shown.sum() > max(24, 0.25 * face.sum()):
        return shown
    shape = (person.shape[0], person.shape[1])
    hands = shown | (tone & drawn_limbs(skeleton, shape, ("hand",), 0.7))
    if hands.sum() > 24:
        return hands
    return tone & drawn_limbs(skeleton, shape, ("forearm", "hand", "shin"), 0.5)


def _ratio(skin: ColourModel, clothes: Sequence[ColourModel | None], lab: Floats, person: Bools) -> Floats:
    """Log-likelihood ratio (h, w) of skin against these clothes and against any colour; 0 off the person."""
    result = np.zeros(person.shape, np.float32)
    pixels = lab[person]
    other = np.full(len(pixels), ANY_COLOUR, np.float32)
    for cloth in clothes:
        if cloth is not None:
            other = np.maximum(other, cloth.log_likelihood(pixels))
    result[person] = np.clip(skin.log_likelihood(pixels) - other, -STRONGEST, STRONGEST)
    return result


def _along(ratio: Floats, person: Bools, skeleton: Skeleton, first: int, reach: float) -> Floats:
    """Mean ratio (STEPS,) across the limb at equal steps from the joint `first` to its end; 0 where it is not seen."""
    joints = skeleton.points[[first, first + 2, first + 4]]
    half = STEPS // 2
    t = (np.arange(half) + 0.5)[:, None] / half
    axis = np.concatenate([joints[0] + t * (joints[1] - joints[0]), joints[1] + t * (joints[2] - joints[1])])
    tangent = np.repeat(np.diff(joints, axis=0), half, axis=0)
    normal = np.stack([tangent[:, 1], -tangent[:, 0]], 1) / np.maximum(np.linalg.norm(tangent, axis=1), 1e-3)[:, None]
    across = np.linspace(-1, 1, 9)[None, :, None] * reach * skeleton.unit
    places = np.rint(axis[:, None] + across * normal[:, None]).astype(int)
    columns, rows = places[..., 0], places[..., 1]
    inside = (columns >= 0) & (columns < ratio.shape[1]) & (rows >= 0) & (rows < ratio.shape[0])
    rows, columns = np.clip(rows, 0, ratio.shape[0] - 1), np.clip(columns, 0, ratio.shape[1] - 1)
    seen = inside & person[rows, columns]
    total = (ratio[rows, columns] * seen).sum(1) / np.maximum(seen.sum(1), 1)
    return np.where(seen.sum(1) >= 3, total, 0).astype(np.float32)


def _bare_share(evidence: Floats, name: str) -> Floats:
    """Share of skin (STEPS,) when the limb is bare on one stretch: arms to their end, legs perhaps to a boot."""
    clear = evidence - MARGIN * (evidence != 0)
    sums = np.r_[0, np.cumsum(clear)]
    best, span = 0.0, (STEPS, STEPS)
    for start in range(STEPS):
        for end in range(start + 3, STEPS + 1) if name == "legs" else (STEPS,):
            value = 2 * (sums[end] - sums[start]) - sums[-1] - (1.5 if end < STEPS else 0.0)
            if value > best - sums[-1]:
                best, span = float(value + sums[-1]), (start, end)
    share = np.full(STEPS, 0.06, np.float32)
    share[span[0] : span[1]] = 0.93
    unseen = evidence == 0
    share[unseen] = np.where(share[unseen] > 0.5, 0.6, 0.3)
    return np.convolve(np.pad(share, 1, mode="edge"), [0.25, 0.5, 0.25], mode="valid").astype(np.float32)


def _lowest_belly(torso: Floats, waist: float) -> float | None:
    """v where a bare belly above the waist ends: what cloth follows it is the waistband, whatever its colour."""
    below = (TORSO_LEVELS > BELLY) & (waist > TORSO_LEVELS)
    bare = (torso > 0.6) & below
    pairs = np.flatnonzero(bare[1:] & bare[:-1])
    if not len(pairs):
        return None
    lowest = float(TORSO_LEVELS[pairs[-1] + 1])
    return lowest + 0.03 if waist - lowest < BAND else None


def _torso(skin: ColourModel, lower: ColourModel | None, lab: Floats, core: Bools, v: Floats) -> Floats:
    """Share of skin at TORSO_LEVELS: a bare midriff, a low neckline, a bare chest."""
    ratio = _ratio(skin, [lower], lab, core)
    index = np.rint((v - TORSO_LEVELS[0]) / (TORSO_LEVELS[1] - TORSO_LEVELS[0])).astype(int)
    valid = core & (index >= 0) & (index < len(TORSO_LEVELS))
    count = np.bincount(index[valid], minlength=len(TORSO_LEVELS))
    mean = np.bincount(index[valid], ratio[valid], len(TORSO_LEVELS)) / np.maximum(count, 1)
    limit = BARE_IN_LEG_PHOTOS if float(v[0].min()) > CHEST_CUT_OFF else BARE
    share = 1 / (1 + np.exp(-4 * (mean - limit)))
    return np.where(count > 4, 0.03 + 0.9 * share, 0.04).astype(np.float32)
