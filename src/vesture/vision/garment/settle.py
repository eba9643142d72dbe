"""Settling a garment's outline where the colours and textures of cloth and ground part.

Takes: a rough region, Lab colours and a prior belief. Gives: the settled region. Knows nothing about kinds of garments.

Prints and weaves have stronger edges inside the cloth than along its outline, so no edges are looked at. Each pixel is
asked whether it is more common in the cloth or in the ground of its neighbourhood, by local histograms of colour and
texture (after "Video SnapCut", Bai et al. 2009), and the outline is kept short by blurring the region and cutting it
again (threshold dynamics, Merriman, Bence and Osher 1994).
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vesture.vision.garment.backdrop import Bool, Float, bites, disc, flood

# Lengths are shares of the longer side.
TONES = 20  # into which colours and textures are sorted
STEP = 4  # pixels of the map per cell of the histograms
NEIGHBOURHOOD = 0.1  # half side of the window of the local histograms
MARGIN = 0.014  # beside the outline, whose pixels teach nothing
FAR = 0.09  # from the garment: ground further off teaches nothing
MOVES = 0.049  # furthest outwards
CORE = 0.035  # furthest inwards
THIN = 0.012  # half the thickness of what is no garment unless it was believed to be: joints of tiles, cords
EVERYWHERE = 0.25  # weight of the whole garment and ground beside the neighbourhood
UNSEEN = 0.004  # share of a tone that was not met
KINSHIP = 6.0  # tones nearer than that, in units of features, stand in for each other
CERTAIN = 3.0  # log ratio beyond which no evidence counts for more
BELIEF = 0.5  # weight of the prior
EVIDENCE, SHORTNESS = 0.16, 2.2  # weight of a pixel's evidence; pixels over which the outline is kept smooth
PASSES, ROUNDS = 2, 10
HOLLOW = -1.2  # evidence of ground, which is followed inwards through gaps that were not believed
DOUBTED = 0.85  # belief below which such a gap may be closed at both ends
WIDE = 0.02  # half the width of what is no gap
FEATURES = np.array([0.8, 1.2, 1.2], np.float32)  # weights of L, a, b
TEXTURE = 1.2  # weight of the local deviation of L


def settle(lab: Float, region: Bool, prior: Float) -> Bool:
    """`region` with its outline moved to where cloth and ground part, at most a few hundredths of its size.

    Args:
        lab: (h, w, 3) float32 colours.
        region: (h, w) about the garment.
        prior: (h, w) float32 in [0, 1], how likely each pixel was held to be garment before; it also says how far the
            outline may move.
    """
    size = max(region.shape)
    believed = (prior > 0.5).astype(np.uint8)
    reach = cv2.dilate(believed, disc(MOVES * size)) > 0
    core = (cv2.erode(believed, disc(CORE * size)) > 0) & (prior > 0.6)
    near = cv2.dilate((region | reach).astype(np.uint8), disc(FAR * size)) > 0
    tones, kinship = _tones(lab, near)
    held = BELIEF * np.clip(4 * (prior - 0.5), -2, 2)
    for _ in range(PASSES):
        inside = cv2.erode(region.astype(np.uint8), disc(MARGIN * size)) > 0
        outside = near & (cv2.dilate(region.astype(np.uint8), disc(MARGIN * size)) == 0)
        if inside.sum() < 200 or outside.sum() < 200:
            return region
        evidence = cv2.GaussianBlur(_evidence(tones, kinship, inside, outside), (0, 0), 0.8)
        ground = (evidence < HOLLOW) & region
        gaps = flood(ground | ~region, ~region, 1) & region
        gaps |= cv2.morphologyEx((ground & (prior < DOUBTED)).astype(np.uint8), cv2.MORPH_OPEN, disc(1)) > 0
        if not bites(gaps, region, size, WIDE):
            region, core = region & ~gaps, core & ~gaps
        evidence += held
        for _ in range(ROUNDS):
            smooth = cv2.GaussianBlur(region.astype(np.float32), (0, 0), SHORTNESS)
            moved = ((smooth - 0.5 + EVIDENCE * evidence > 0) & reach) | core
            still = int((moved != region).sum()) < 3
            region = moved
            if still:
                break
    solid = cv2.morphologyEx(region.astype(np.uint8), cv2.MORPH_OPEN, disc(THIN * size)) > 0
    return np.asarray(solid | (region & (believed > 0)))


def _tones(lab: Float, near: Bool) -> tuple[NDArray[np.uint8], Float]:
    """Each pixel's tone, (h, w), and how far tones stand in for each other, (k, k) with rows that sum to 1."""
    light = lab[..., 0]
    mean = cv2.GaussianBlur(light, (0, 0), 2.0)
    rough = np.sqrt(np.maximum(cv2.GaussianBlur(light * light, (0, 0), 2.0) - mean * mean, 0))
    features = np.dstack([lab * FEATURES, TEXTURE * rough]).astype(np.float32)
    taught = features[near]
    taught = np.ascontiguousarray(taught[:: max(1, len(taught) // 5000)])
    cv2.setRNGSeed(7)
    stop = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 10, 0.5)
    _, _, middles = cv2.kmeans(taught, min(TONES, len(taught)), None, stop, 1, cv2.KMEANS_PP_CENTERS)
    flat = features.reshape(-1, features.shape[2])
    names = ((middles**2).sum(1)[None] - 2 * flat @ middles.T).argmin(1)
    apart = ((middles[:, None] - middles[None]) ** 2).sum(2)
    kinship = np.exp(-0.5 * apart / KINSHIP**2)
    return names.reshape(lab.shape[:2]).astype(np.uint8), np.asarray(
        kinship / kinship.sum(1, keepdims=True), np.float32
    )


def _evidence(tones: NDArray[np.uint8], kinship: Float, inside: Bool, outside: Bool) -> Float:
    """(h, w) float32 log ratio of how common each pixel's tone is in the cloth and in the ground round it."""
    height, width = tones.shape
    ratio = np.log((_shares(tones, kinship, inside) + UNSEEN) / (_shares(tones, kinship, outside) + UNSEEN))
    rows = np.arange(height) * ratio.shape[0] // height
    columns = np.arange(width) * ratio.shape[1] // width
    return np.asarray(np.clip(ratio, -CERTAIN, CERTAIN)[rows[:, None], columns[None], tones], np.float32)


def _shares(tones: NDArray[np.uint8], kinship: Float, region: Bool) -> Float:
    """(h / STEP, w / STEP, k) the share of each tone in `region` near by, and a little in all of it."""
    height, width = tones.shape
    size = (max(1, width // STEP), max(1, height // STEP))
    window = (2 * max(1, round(NEIGHBOURHOOD * max(tones.shape) / STEP)) + 1,) * 2
    counts = []
    for tone in range(len(kinship)):
        here = (region & (tones == tone)).astype(np.float32)
        counts.append(cv2.boxFilter(cv2.resize(here, size, interpolation=cv2.INTER_AREA), -1, window))
    local = np.stack(counts, 2)
    total = local.sum(2, keepdims=True)
    whole = local.sum((0, 1)) / max(float(local.sum()), 1e-6)
    trust = np.clip(total / 0.04, 0, 1) * (1 - EVERYWHERE)
    return np.asarray((trust * local / np.maximum(total, 1e-6) + (1 - trust) * whole) @ kinship, np.float32)
