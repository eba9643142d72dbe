"""Cutting a garment out: the region at a small scale by graph cut and watershed, its edge at full scale.

Takes: Lab pictures and rough regions. Gives: regions and soft alphas. Knows nothing about kinds of garments.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vesture.vision.garment.backdrop import Bool, Float, disc, gradient, rim

CUT_SIZE = 288
ALIKE = 0.15  # of the way from backdrop to cloth, within which a colour is the backdrop's
SURE = 1.5  # contrast of cloth and backdrop, in their deviations, from which single pixels are told apart
PLAIN = 2.0  # deviations of cloth and ground per contrast between them, from which colours say nothing of an edge


def main_body(region: Bool, least_share: float = 0.12) -> Bool:
    """The largest piece, with pieces of at least `least_share` of its area; specks of holes filled."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(region.astype(np.uint8), connectivity=4)
    if count < 2:
        return np.zeros_like(region)
    areas = stats[1:, cv2.CC_STAT_AREA]
    kept = 1 + np.nonzero(areas >= least_share * areas.max())[0]
    body = np.isin(labels, kept)
    count, holes, stats, _ = cv2.connectedComponentsWithStats((~body).astype(np.uint8), connectivity=4)
    small = np.nonzero(stats[:, cv2.CC_STAT_AREA] < 0.0006 * body.size)[0]
    return body | (np.isin(holes, small[small > 0]) if count > 1 else False)


def smooth_region(region: Bool, sigma: float) -> Bool:
    return np.asarray(cv2.GaussianBlur(region.astype(np.float32), (0, 0), sigma) > 0.5)


def mend_edge(lab: Float, garment: Bool, inward: int, outward: int) -> Bool:
    """Move the outline of `garment` to the strongest edge at most so many pixels away (watershed on the gradient)."""
    inner = cv2.erode(garment.astype(np.uint8), disc(inward)) > 0
    outer = cv2.dilate(garment.astype(np.uint8), disc(outward)) == 0
    # A thin strap has no core left after the erosion: its middle line stays a seed.
    distance = cv2.distanceTransform(garment.astype(np.uint8), cv2.DIST_L2, 3)
    ridge = garment & (distance >= cv2.dilate(distance, disc(1)) - 0.01) & (distance > 1.0)
    seeds = np.zeros(garment.shape, np.int32)
    seeds[outer] = 1
    seeds[inner | ridge] = 2
    slope = gradient(lab, 0.7)
    relief = np.clip(slope * 14.0, 0, 255).astype(np.uint8)
    flooded = cv2.watershed(cv2.merge([relief, relief, relief]), seeds)
    found = flooded == 2
    found |= (flooded == -1) & garment
    return np.asarray(found)


def graph_cut(rgb: NDArray[np.uint8], probable: Float, banned: Bool, rounds: int, at_size: int = CUT_SIZE) -> Bool:
    """GrabCut from a map of probabilities (h, w) in [0, 1]; `banned` pixels can't be garment."""
    height, width = probable.shape
    scale = min(1.0, at_size / max(height, width))
    size = (max(8, round(width * scale)), max(8, round(height * scale)))
    small = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA)
    chance = cv2.resize(probable, size, interpolation=cv2.INTER_AREA)
    outside = cv2.resize(banned.astype(np.float32), size, interpolation=cv2.INTER_AREA) > 0.5
    state = np.where(chance > 0.5, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    state[chance > 0.985] = cv2.GC_FGD
    state[outside | (chance < 0.03)] = cv2.GC_BGD
    if not (state == cv2.GC_PR_FGD).any() and not (state == cv2.GC_FGD).any():
        return np.zeros((height, width), bool)
    # in perfectly flat pictures all cuts cost the same and the search for the least takes minutes
    ties = np.random.default_rng(7).integers(-2, 3, small.shape)
    small = np.clip(small + ties, 0, 255).astype(np.uint8)
    cv2.setRNGSeed(7)  # the mixture models start from k-means
    cv2.grabCut(small, state, None, np.zeros((1, 65)), np.zeros((1, 65)), rounds, cv2.GC_INIT_WITH_MASK)
    found = ((state == cv2.GC_FGD) | (state == cv2.GC_PR_FGD)).astype(np.float32)
    return np.asarray(cv2.resize(found, (width, height), interpolation=cv2.INTER_LINEAR) > 0.5)


def doubt_unbounded(lab: Float, region: Bool, chance: Float) -> Float | None:
    """`chance` lowered for colours that lie on both sides of the outline where no edge is seen; None if there are none.

    Such colours are a cloth or board that the garment lies on and that does not reach the rim of the picture.
    """
    slope = cv2.dilate(gradient(lab), disc(2))
    ring = region & (cv2.erode(region.astype(np.uint8), disc(2)) == 0) & ~rim(region.shape, 0.03)
    level = max(1.0, 1.2 * float(np.median(slope)))
    open_ring = ring & (slope < level)
    if open_ring.sum() < 0.05 * ring.sum() or open_ring.sum() < 20:
        return None
    samples = lab[open_ring]
    near = np.zeros(region.shape, bool)
    for _ in range(2):
        colour = np.median(samples, axis=0)
        alike = np.linalg.norm(lab - colour, axis=2) < 11
        if float(alike[region].mean()) < 0.42 and float(alike[~region].mean()) > 0.04:
            near |= alike
        samples = samples[np.linalg.norm(samples - colour, axis=1) >= 11]
        if len(samples) < 20:
            break
    return np.where(near, np.minimum(chance, 0.1), chance).astype(np.float32) if near.any() else None


def salience(lab: Float) -> Float:
    """How likely each pixel is garment on a busy backdrop, (h, w) in [0, 1].

    Colours of the rim are the backdrop's, unless the centre of the picture is full of them (the garment may
    touch the rim); what is unlike all of them and near the centre is the garment.
    """
    height, width = lab.shape[:2]
    scale = min(1.0, 160 / max(height, width))
    small = cv2.resize(lab, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    frame = rim(small.shape, 0.06)
    grid_y, grid_x = np.mgrid[: small.shape[0], : small.shape[1]].astype(np.float32)
    off_x, off_y = grid_x / small.shape[1] * 2 - 1, grid_y / small.shape[0] * 2 - 1
    centre = np.exp(-0.5 * ((off_x / 0.5) ** 2 + (off_y / 0.58) ** 2))
    pixels = small.reshape(-1, 3) * np.array([0.7, 1.3, 1.3], np.float32)
    cv2.setRNGSeed(7)
    count = min(10, max(2, len(pixels) // 50))
    stop = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 12, 0.5)
    _, labels, middles = cv2.kmeans(pixels, count, None, stop, 1, cv2.KMEANS_PP_CENTERS)
    labels = labels.ravel()
    at_rim = np.bincount(labels, frame.ravel().astype(float), count) / frame.sum()
    at_heart = np.bincount(labels, (centre > 0.75).ravel().astype(float), count) / max(1, (centre > 0.75).sum())
    # Soft votes of clusters, shared among clusters of like colour.
    kinship = np.exp(-0.5 * (np.linalg.norm(middles[:, None] - middles[None], axis=2) / 9.0) ** 2)
    heart, edge = kinship @ at_heart, kinship @ at_rim
    vote = (heart + 0.02) / (heart + 1.4 * edge + 0.04)
    likely = cv2.GaussianBlur(vote[labels].reshape(small.shape[:2]).astype(np.float32), (0, 0), 1.5)
    chance = likely * (0.25 + 0.75 * centre) / np.maximum(likely * (0.25 + 0.75 * centre) + (1 - likely) * 0.68, 1e-6)
    return cv2.resize(chance.astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR)


def soft_edge(rgb: NDArray[np.uint8], garment: Bool, band: int) -> Float:
    """Alpha of the outline at full scale, (h, w) float32, 1 inside and 0 outside a band of `band` pixels.

    Within the band a pixel's alpha is where its colour lies between the local means of garment and backdrop;
    where these two are alike it falls back to the smoothed outline.
    """
    hard = garment.astype(np.uint8)
    inside = cv2.erode(hard, disc(band))
    reach = cv2.dilate(hard, disc(band))
    result = inside.astype(np.float32)
    rows, columns = np.nonzero(reach != inside)
    if not len(rows):
        return result
    smooth = cv2.GaussianBlur(hard.astype(np.float32), (0, 0), max(0.8, band / 2.5))
    near = np.clip((smooth[rows, columns] - 0.5) * 1.8 + 0.5, 0, 1)
    # The means change slowly: half the resolution is enough for them.
    coarse = cv2.resize(rgb, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA).astype(np.float32)
    half = np.minimum(rows // 2, coarse.shape[0] - 1), np.minimum(columns // 2, coarse.shape[1] - 1)
    size = (coarse.shape[1], coarse.shape[0])
    known = [cv2.resize(side, size, interpolation=cv2.INTER_NEAREST) for side in (inside, 1 - reach)]
    window = (2 * band + 1, 2 * band + 1)
    coarse = np.dstack([coarse, (coarse**2).sum(2)])
    core, ground = (local_mean(coarse, side, window)[half] for side in known)
    spread = np.sqrt(sum(np.maximum(mean[:, 3] - (mean[:, :3] ** 2).sum(1), 0) for mean in (core, ground)))
    core, ground = core[:, :3], ground[:, :3]
    span = core - ground
    length = np.sqrt((span**2).sum(1))
    offset = rgb[rows, columns] - ground
    blend = (offset * span).sum(1) / np.maximum(length**2, 1.0)
    # Between a print and its ground no single colour lies halfway.
    trust = np.clip((length - 18.0) / 30.0, 0, 1) * np.clip(PLAIN * length / np.maximum(spread, 1e-3) - 1, 0, 1)
    # Colour may move the edge only within the band around the found outline.
    matte = np.clip((np.clip(blend, 0, 1) - 0.12) / 0.76, 0, 1)
    free = np.clip(matte, 0, np.clip(near * 3.2, 0, 1))
    matte = np.maximum(free, np.clip(near * 3.2 - 2.2, 0, 1))
    soft = near + trust * (matte - near)
    # Backdrop in corners and notches that the small scale did not show, as far as it goes on inwards.
    sure = np.clip(2 * length / (SURE * np.maximum(spread, 24.0)) - 1, 0, 1)
    alike = 1 - reach
    alike[rows, columns] = (offset**2).sum(1) < (ALIKE * sure * length) ** 2
    beside = cv2.dilate(_from_outside(alike, 1 - reach, 2 * band), disc(2))[rows, columns] > 0
    result[rows, columns] = np.where(beside & (trust > 0), np.minimum(soft, free), soft)
    return result


def _from_outside(ways: NDArray[np.uint8], outside: NDArray[np.uint8], steps: int) -> NDArray[np.uint8]:
    """What of `ways` (h, w) is reached from `outside` in so many steps, 0 or 1."""
    reached = outside
    for _ in range(steps):
        reached = cv2.dilate(reached, disc(1)) & ways
    return reached


def local_mean(colours: Float, region: NDArray[np.uint8], window: tuple[int, int]) -> Float:
    """(h, w, c) mean colour of `region` within `window` round each pixel; of all of it where none is near."""
    weight = cv2.boxFilter(region.astype(np.float32), -1, window)
    total = cv2.boxFilter(cv2.copyTo(colours, region), -1, window)
    mean = total / np.maximum(weight, 1e-4)[..., None]
    everywhere = np.array(cv2.mean(colours, region if region.any() else None)[: colours.shape[2]], np.float32)
    unknown = weight < 1e-3
    mean[unknown] = everywhere
    return np.asarray(mean, np.float32)


def inner_colours(rgb: NDArray[np.uint8], alpha: Float, depth: float = 2.0) -> NDArray[np.uint8]:
    """`rgb` with the colours of the rim, and of everything outside, replaced by the nearest inner colours."""
    core = cv2.erode((alpha > 0.98).astype(np.uint8), disc(depth)) > 0
    if not core.any():
        return rgb.copy()
    reach = max(6, rgb.shape[0] // 100)
    near = (cv2.dilate((alpha > 0).astype(np.uint8), disc(reach)) > 0) & ~core
    _, labels = cv2.distanceTransformWithLabels(
        (~core).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    rows, columns = np.nonzero(core)
    source = np.zeros((labels.max() + 1, 2), np.int32)
    source[labels[rows, columns]] = np.stack([rows, columns], 1)
    result = rgb.copy()
    nearest = source[labels[near]]
    result[near] = rgb[nearest[:, 0], nearest[:, 1]]
    blurred = cv2.GaussianBlur(result, (0, 0), 1.0)
    result[near] = blurred[near]
    return result
