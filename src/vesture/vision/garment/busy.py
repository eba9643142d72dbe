"""Cutting a garment out of a backdrop that is not plain.

Takes: a small picture, and what the network believes of it if it was asked. Gives: the garment's region. Knows nothing
about kinds of garments. Works at one fixed small scale; lengths are shares of the picture's long side.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vesture.vision.garment import cut as cut
from vesture.vision.garment.backdrop import Bool, Float, disc, flood, rim
from vesture.vision.garment.cast_shadow import cast_shadow
from vesture.vision.garment.settle import settle
from vesture.vision.garment.tones import distance_to, main_colours

FAR = 0.05  # from what the network believes to be garment: surely none

LOW, LEAST_BITE = 0.2, 0.003  # of the height, where bites of a hem are; least of the garment's area
LIKE, APART, MOSTLY = 9.0, 3.0, 0.6  # Lab units from the cloth's colours, nearer than the ground's; share of a bite
CERTAIN = 0.97  # belief from which the colour of the ground is a trim of the garment
GROUND = 9.0  # Lab units from one of the ground's main colours
FOREIGN = 25.0  # Lab units from all colours of the garment, by which narrow gaps are told whatever the belief
SHADE = 0.45  # what darkness counts of ground in a gap, where the light is low
CORNER = 0.03  # how far ground goes on into corners of a smoothed region
HOLLOW = 0.6  # share of such ground's mouth that lies in a corner
TOP = 0.15  # of the height, in which hangers are looked for
UPRIGHT = 0.05  # of the height: what is shorter is no gap but a print
ARMPITS = 0.22  # of the height: gaps between sleeves and body begin no higher
HANGER = 0.01  # half the thickness of a hanger


def is_usable(prior: Float) -> bool:
    """Whether the network saw a garment at all and was not in two minds about most of it."""
    seen = prior > 0.5
    return bool(0.008 < seen.mean() < 0.97 and np.mean(np.abs(prior[seen] - 0.5)) > 0.25)


def agreement(region: Bool, prior: Float) -> float:
    """Intersection over union of a region and what the network believes to be garment."""
    believed = prior > 0.5
    return float((region & believed).sum() / max(1, (region | believed).sum()))


def cut_believed(small: NDArray[np.uint8], lab: Float, prior: Float) -> Bool:
    """The garment where the network believes it to be, its outline put where the colours part.

    The belief is coarse but knows cloth from hangers, beds and striped towels; colours are exact but do not. So the
    cut may move the outline only within a band round the believed one.
    """
    size = max(prior.shape)
    ground, surely = _like_ground(lab, prior)
    within = cv2.erode((prior > 0.5).astype(np.uint8), disc(0.01 * size)) > 0
    prior = np.where(ground & within, np.minimum(prior, 0.25), prior)
    seen = (prior > 0.5).astype(np.uint8)
    reach = cv2.dilate(seen, disc(FAR * size)) > 0
    core = cv2.erode((prior > 0.75).astype(np.uint8), disc(0.4 * FAR * size)) > 0
    chance = np.clip(0.5 + 1.1 * (prior - 0.5), 0.04, 0.96)
    chance[core] = 0.99
    found = cut.graph_cut(small, chance, ~reach, 1)
    region = settle(lab, _near_belief((found & reach) | core, prior, 0.018), prior)
    region = without_hanger(region & ~cast_shadow(lab, region), prior)
    region = with_whole_hem(lab, region)
    if not region.any():
        return region
    region = cut.smooth_region(cut.main_body(region), 1.2)
    gaps = ground_in_corners(ground, region, surely)
    return cut.main_body(region & ~gaps) & ~gaps


def with_whole_hem(lab: Float, region: Bool) -> Bool:
    """`region` without bites in its lower edge, where what a bite shows has the garment's colours and not the ground's.

    Bands of a second, plain colour at a hem pass for ground; hems are straight or round.
    """
    columns = np.nonzero(region.any(0))[0]
    rows = np.nonzero(region.any(1))[0]
    if len(columns) < 10:
        return region
    lowest = len(region) - 1 - np.argmax(region[::-1, columns], axis=0)
    hull = cv2.convexHull(np.stack([columns, lowest], 1).astype(np.int32))
    inside = np.zeros(region.shape, np.uint8)
    cv2.fillConvexPoly(inside, hull, 1)
    below = np.arange(len(region))[:, None] > rows[-1] - LOW * len(rows)
    bite = (inside > 0) & ~region & below
    bite[:, columns] &= np.arange(len(region))[:, None] > lowest[None]
    outside = cv2.dilate(inside | region, disc(0.02 * max(region.shape))) == 0
    if not bite.any() or outside.sum() < 200:
        return region
    cloth = distance_to(lab, main_colours(lab[region]))
    like = bite & (cloth < LIKE) & (distance_to(lab, main_colours(lab[outside])) > cloth + APART)
    count, names = cv2.connectedComponents(bite.astype(np.uint8))
    sizes, alike = np.bincount(names.ravel(), minlength=count), np.bincount(names[like], minlength=count)
    whole = (alike > MOSTLY * sizes) & (sizes > LEAST_BITE * region.sum())
    whole[0] = False
    return region | whole[names]


def _like_ground(lab: Float, prior: Float) -> tuple[Bool, Bool]:
    """Pixels that have the colour of the ground round the garment, and none that the garment has much of: gaps between
    sleeves and body are thinner than the network sees. And those that are far from all colours of the garment."""
    size = max(prior.shape)
    near = cv2.dilate((prior > 0.5).astype(np.uint8), disc(2.5 * FAR * size)) > 0
    outside, inside = near & (prior < 0.1), prior > 0.7
    if outside.sum() < 200 or inside.sum() < 200:
        none = np.zeros(prior.shape, bool)
        return none, none
    to_ground = distance_to(lab, main_colours(lab[outside]), SHADE)
    to_cloth = distance_to(lab, main_colours(lab[inside]))
    alike = (to_ground < GROUND) & (to_cloth > 2.2 * to_ground + 4) & (prior < CERTAIN)
    return np.asarray(alike), np.asarray((to_cloth > FOREIGN) & (to_cloth > 2.2 * to_ground))


def ground_in_corners(ground: Bool, region: Bool, surely: Bool) -> Bool:
    """`ground` that goes on into corners of `region`, such as those between sleeve and body: smoothing closes them.
    What is `surely` ground goes on as deep as it is narrow."""
    reach = disc(CORNER * max(region.shape))
    solid = region.astype(np.uint8)
    shallow = region & (cv2.erode(solid, reach) == 0)
    narrow = surely & (cv2.morphologyEx(surely.astype(np.uint8), cv2.MORPH_OPEN, reach) == 0)
    ground = flood((ground & shallow) | (narrow & region) | ~region, ~region, 0) & region
    hollow = cv2.morphologyEx(solid, cv2.MORPH_CLOSE, reach) > solid
    count, pieces = cv2.connectedComponents(ground.astype(np.uint8))
    grown = cv2.dilate(pieces.astype(np.float32), disc(2)).astype(np.intp)
    mouth, cornered = (np.bincount(grown[part], minlength=count) for part in (~region, hollow))
    kept = cornered > HOLLOW * mouth
    rows = np.nonzero(region.any(1))[0]
    kept[np.unique(pieces[: rows[0] + round(TOP * len(rows))])] = False
    gaps = kept[pieces] & (pieces > 0)
    return np.asarray(gaps | _beyond(gaps, narrow & region, rows, 1.5 * len(reach)))


def _beyond(gaps: Bool, narrow: Bool, rows: NDArray[np.intp], reach: float) -> Bool:
    """Upright pieces of `narrow` ground near `gaps` in a garment at `rows`: where a gap's two sides touch, it goes on
    beyond."""
    if not gaps.any():
        return gaps
    near = cv2.distanceTransform((~gaps).astype(np.uint8), cv2.DIST_L2, 3) < reach
    near[: rows[0] + round(ARMPITS * len(rows))] = False
    _, names, stats, _ = cv2.connectedComponentsWithStats(narrow.astype(np.uint8), connectivity=8)
    wide, tall = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]
    upright = (tall > max(UPRIGHT * len(rows), 4)) & (tall > 2 * wide)
    upright[0] = False
    return np.asarray(upright[names] & np.isin(names, names[near]))


def _near_belief(found: Bool, prior: Float, least: float) -> Bool:
    """`found` without lumps that the network does not believe in, and with those it is sure of.

    Args:
        found: (h, w) a region.
        prior: (h, w) the network's belief.
        least: radius of what counts as a lump, as a share of the longer side.
    """
    lump = disc(least * max(prior.shape))
    wrong = cv2.morphologyEx((found & (prior < 0.3)).astype(np.uint8), cv2.MORPH_OPEN, lump) > 0
    lost = cv2.morphologyEx((~found & (prior > 0.7)).astype(np.uint8), cv2.MORPH_OPEN, lump) > 0
    return (found & ~wrong) | lost


def without_hanger(found: Bool, prior: Float) -> Bool:
    """`found` without thin things at its top that the network does not take for cloth."""
    rows = np.nonzero((prior > 0.5).any(1))[0]
    if not len(rows):
        return found
    above = (np.arange(len(prior)) < rows[0] + TOP * len(rows))[:, None]
    doubted = (found & above & (prior < 0.2)).astype(np.uint8)
    hanger = cv2.morphologyEx(doubted, cv2.MORPH_OPEN, disc(HANGER * max(prior.shape))) > 0
    return cut.main_body(found & ~hanger)


def cut_busy(small: NDArray[np.uint8], lab: Float) -> Bool:
    """The garment by colour statistics alone: what is unlike the rim and near the centre."""
    height, width = lab.shape[:2]
    chance = cut.salience(lab)
    banned = np.zeros((height, width), bool)
    frame = rim((height, width), 0.012)
    banned |= frame & (chance < 0.4)
    region = cut.main_body(cut.graph_cut(small, chance, banned, 4))
    doubted = cut.doubt_unbounded(lab, region, np.where(region, 0.9, 0.1).astype(np.float32)) if region.any() else None
    if doubted is not None:
        region = cut.main_body(cut.graph_cut(small, doubted, banned, 2))
    region = _without_attached(region)
    if not region.any():
        return region
    region = cut.mend_edge(lab, region, 4, 4)
    return cut.smooth_region(cut.main_body(region), 1.6)


def _without_attached(region: Bool) -> Bool:
    """`region` without things that reach in from the rim of the picture and join the garment by a narrow neck."""
    size = max(region.shape)
    clean = cut.main_body(cv2.morphologyEx(region.astype(np.uint8), cv2.MORPH_OPEN, disc(2)) > 0)
    thick = cv2.morphologyEx(clean.astype(np.uint8), cv2.MORPH_OPEN, disc(0.024 * size))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(thick, connectivity=4)
    if count < 2:
        return clean
    core = 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA]))
    pieces = clean & (cv2.dilate((labels == core).astype(np.uint8), disc(2)) == 0)
    _, numbers = cv2.connectedComponents(pieces.astype(np.uint8), connectivity=4)
    foreign = np.unique(numbers[rim(region.shape, 0.02) & pieces])
    return cut.main_body(clean & ~np.isin(numbers, foreign[foreign > 0]))
