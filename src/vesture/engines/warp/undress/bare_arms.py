"""Bare arms beside and before the new cloth: where each lies over it, and where the cloth lies over the arm.

Takes the prepared photo and the fit, gives patches.
"""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from vesture.engines.warp.body.exposure import arm_is_bare
from vesture.engines.warp.body.figure import SIDES, SIGN, Limb, SideName
from vesture.engines.warp.body.silhouettes import LimbFrame, filled, limb_frame
from vesture.engines.warp.cloth.placement import Fit
from vesture.engines.warp.picture.patch import Patch
from vesture.engines.warp.undress.hidden_hands import before_body, before_trousers
from vesture.engines.warp.undress.prepared import Prepared
from vesture.engines.warp.undress.skin_texture import SkinTexture
from vesture.engines.warp.undress.undressed import painted_arm
from vesture.vision.parsing.parse import Label

Floats = NDArray[np.float32]

# Units down the arm between which it comes out from under the cloth to lie before it; under a sleeve it may do so
# sooner, where the sleeve ends.
EMERGES, SOONEST = (0.1, 0.85), 0.45
HAND = 0.05  # units that an arm goes on under the hand that is seen
WRINKLE = 0.02  # units of half the width of notches in a sleeve's outline
UNDER_SLEEVE, UNDER_CUFF = 0.1, 0.065  # units that an arm begins under a sleeve, and under the cuff of a long one
LONG = 0.8  # share of the arm from which on a sleeve is long
PEEPS, PLACES = 0.12, 24  # units beyond a forearm on which cloth that ends there peeps out; places along it
STEP = 3  # pixels between the points at which that is found
SCRAP, NECK = 0.02, 0.015  # square units, units: smaller pieces beside a sleeve, on thinner necks, are no arm


def bare_arms(scene: Prepared, fit: Fit, texture: SkinTexture) -> list[tuple[Patch, Patch]]:
    """The arms that lie bare where the old garment hid them: each whole, to lie under the cloth, and what of it lies
    before the cloth."""
    if Label.TOP not in scene.clothes.replaced:
        return []
    arms = []
    unit = scene.body.unit
    # what a sleeve's wrinkles leave out of its outline, an arm does not
    even = cv2.blur(scene.fading, (2 * max(1, round(WRINKLE * unit)) + 1,) * 2)
    where = np.asarray(np.clip(np.maximum(2 * scene.fading, 5 * even - 1), 0, 1), np.float32)
    for side in SIDES:
        if arm_is_bare(scene.body, side):
            continue
        arm, reach = scene.arms[side], fit.sleeve_reach.get(side, 0.0)
        limb = arm.limb
        wrist = min(limb.length, arm.joint + HAND * unit) if arm.seen else limb.length
        end = EMERGES[1] if reach == 0 else float(np.clip(reach / unit, SOONEST, EMERGES[1]))
        above = (UNDER_CUFF if reach > LONG * limb.length else UNDER_SLEEVE) * unit
        for patch in painted_arm(scene, side, max(0.0, reach - above), wrist, where, texture):
            front = before_cloth(patch, limb, side, EMERGES[0] * unit, end * unit)
            if arm.hidden:
                patch = replace(patch, alpha=patch.alpha * before_trousers(scene.body, scene.old)[patch.place])
                front *= _in_full(patch, before_body(_frame(patch, limb).along, limb.length))
            arms.append((patch, replace(patch, alpha=patch.alpha * front)))
    return arms


def beyond_arms(scene: Prepared, fit: Fit, cover: Floats) -> Floats:
    """How much (h, w) of a torso's cloth of coverage (h, w) stays: none of what peeps out beyond a bare forearm that
    hangs before its edge. Cloth that goes on beyond the arm is all there."""
    stays = np.ones(scene.shape, np.float32)
    if Label.TOP not in scene.clothes.replaced:
        return stays
    unit = scene.body.unit
    for side in SIDES:
        limb = scene.arms[side].limb
        start = max(EMERGES[1] * unit, fit.sleeve_reach.get(side, 0.0))
        if arm_is_bare(scene.body, side) or scene.arms[side].hidden or start >= limb.length:
            continue
        along = np.linspace(start, limb.length, PLACES)
        axis, outward, radius = limb.at(along), limb.outward(along, SIGN[side]), limb.radius(along)
        far = axis + outward * (radius + PEEPS * unit)[:, None]
        columns, rows = np.clip(np.rint(far).astype(int), 0, (cover.shape[1] - 1, cover.shape[0] - 1)).T
        if (cover[rows, columns] > 0.02).any():
            continue
        inner = axis + outward * (radius * np.linspace(1.5, 0.6, PLACES))[:, None]  # without a step
        stays *= 1 - filled(scene.shape, np.concatenate([inner, far[::-1]]))
    return stays


def outside_sleeves(arm: Patch, sleeves: Floats, unit: float) -> Patch:
    """An arm that lies before the cloth, without the scraps of it that show beside a sleeve's end.

    Args:
        sleeves: (H, W) coverage of the sleeves, in the picture that the arm lies in.
    """
    seen = ((arm.alpha > 0.02) & (sleeves[arm.place] < 0.98)).view(np.uint8)
    size = 2 * max(1, round(NECK * unit)) + 1
    core = cv2.erode(seen, np.ones((size, size), np.uint8))
    _, names, stats, _ = cv2.connectedComponentsWithStats(core, connectivity=4)
    large = stats[:, cv2.CC_STAT_AREA] >= SCRAP * unit**2
    large[0] = False
    kept = cv2.dilate(large[names].view(np.uint8), np.ones((size + 4, size + 4), np.uint8))
    scraps = (seen > 0) & (kept == 0)
    return replace(arm, alpha=np.where(scraps, 0, arm.alpha).astype(np.float32)) if scraps.any() else arm


def before_cloth(patch: Patch, limb: Limb, side: SideName, start: float, end: float) -> Floats:
    """How much (h, w) of a bare arm lies before the torso's cloth: nothing up to arc length `start`, all from `end` on.

    Between them the line runs smoothly from the arm's outer edge to its inner one, as the crease before an armpit
    does: above it the cloth's own edge is the armhole.
    """
    frame = _frame(patch, limb)
    way = np.clip((frame.along - start) / (end - start), 0, 1)
    edge = 1.1 - 2.6 * way * way * (3 - 2 * way)
    beyond = _in_full(patch, np.asarray(SIGN[side] * frame.across - edge, np.float32))
    softness = 1.5 / max(float(limb.natural.mean()), 1.0)
    return np.asarray(np.clip(0.5 + beyond / softness, 0, 1), np.float32)


def _frame(patch: Patch, limb: Limb) -> LimbFrame:
    """Where the pixels of a patch lie on a limb, every few of them."""
    height, width = patch.alpha.shape
    xs = patch.left + np.linspace(0, width - 1, max(2, width // STEP), dtype=np.float32)
    ys = patch.top + np.linspace(0, height - 1, max(2, height // STEP), dtype=np.float32)
    return limb_frame(limb, xs, ys)


def _in_full(patch: Patch, values: Floats) -> Floats:
    """Values found every few pixels, at each pixel (h, w) of the patch."""
    return np.asarray(cv2.resize(values, patch.alpha.shape[::-1]), np.float32)
