"""Telling a garment from the backdrop of its photo.

Takes: a `Picture` of one garment, lying, hanging or cut out. Gives: its alpha and how sure that is.
Knows nothing about kinds of garments and their landmarks.

A picture that brings a cut-out alpha is believed. A plain backdrop is fitted to the rim and flooded from there;
anything else is cut by colour statistics (GrabCut, Rother et al. 2004) from the centre of the picture.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vesture.core.task import Picture
from vesture.errors import GarmentNotFound
from vesture.vision.garment import cut as cut
from vesture.vision.garment.backdrop import Backdrop, Bool, Float, disc, fit_backdrop, gradient, rim, to_lab
from vesture.vision.garment.busy import agreement, cut_believed, cut_busy, is_usable, without_hanger
from vesture.vision.garment.look import Look
from vesture.vision.garment.plain import cut_plain

WORK_SIZE = 448
# Intersection over union with the network's belief
PLAIN_AGREES = 0.93  # from which a plain cut is kept without asking further
BELIEVED_AGREES, BETTER = 0.94, 0.06  # from which, and by which, a believed cut has to agree more to be taken instead
PLAIN_WRONG = 0.6  # under which a plain cut is not kept in any case
PLAIN_SAME = 0.85  # from which the network's doubts about thin things are heard
FLATTEST = 0.5  # standard deviation of the colours, in levels, below which a picture shows nothing
NOT_FOUND = (
    "The garment could not be told apart from the rest of its photo; use a photo of one whole garment "
    "on a plain backdrop that differs from it, or a PNG with a transparent background."
)


@dataclass(frozen=True, slots=True)
class GarmentMask:
    """Where the garment is.

    Attributes:
        region: (h, w) bool at a small scale.
        scale: pixels of `region` per pixel of the picture.
        given: (h, w) float32 in [0, 1] at the picture's own size, of a picture that is cut out already.
        confidence: 0..1, how likely the outline is right.
        source: how it was found: "alpha", "plain" (backdrop) or "busy" (backdrop).
        warnings: texts for the person who asked.
    """

    region: Bool
    scale: float
    given: Float | None
    confidence: float
    source: str
    warnings: tuple[str, ...] = ()

    def soft(self, rgb: NDArray[np.uint8], box: tuple[int, int, int, int]) -> Float:
        """Alpha of the part of the picture that `box` (left, top, right, bottom) cuts out; backdrop seen through is 0.

        Args:
            rgb: (h, w, 3) uint8, that part at any smaller scale.

        Returns:
            (h, w) float32 in [0, 1].
        """
        height, width = rgb.shape[:2]
        left, top, right, bottom = box
        if self.given is not None:
            part = np.ascontiguousarray(self.given[top:bottom, left:right])
            return (
                part
                if part.shape == (height, width)
                else cv2.resize(part, (width, height), interpolation=cv2.INTER_AREA)
            )
        x = (np.arange(width) + 0.5) * (right - left) / width + left
        y = (np.arange(height) + 0.5) * (bottom - top) / height + top
        grid = np.meshgrid((x * self.scale - 0.5).astype(np.float32), (y * self.scale - 0.5).astype(np.float32))
        large = cv2.remap(self.region.astype(np.float32), *grid, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
        pixel = width / ((right - left) * self.scale)  # of this size, per pixel of the region
        blurred = cv2.GaussianBlur(large, (0, 0), max(0.6, 0.7 * pixel))
        return cut.soft_edge(rgb, blurred > 0.5, max(2, round(2.0 * pixel)))


def separate(picture: Picture, look: Look | None = None) -> GarmentMask:
    """Find the garment of a product photo.

    Args:
        picture: the photo.
        look: what the network saw in it, if it was asked.

    Raises:
        GarmentNotFound: nothing stands out from the backdrop, or the picture has no backdrop at all.
    """
    scale = min(1.0, WORK_SIZE / max(picture.height, picture.width))
    size = (max(16, round(picture.width * scale)), max(16, round(picture.height * scale)))
    if picture.alpha is not None:
        found = _from_alpha(picture.alpha, size)
        if found is not None:
            return found
    small = cv2.resize(picture.rgb, size, interpolation=cv2.INTER_AREA)
    if float(cv2.meanStdDev(small)[1].max()) < FLATTEST:
        raise GarmentNotFound("garment_image", NOT_FOUND)
    lab = to_lab(small)
    backdrop = fit_backdrop(lab)
    prior = None if look is None else look.mask(*size, size[0] / picture.width)
    region, confidence, source = _cut_small(small, lab, backdrop, prior)
    region = _without_hanger(lab, region)
    share = float(region.mean())
    if share < 0.008 or share > 0.97:
        raise GarmentNotFound("garment_image", NOT_FOUND, {"share": round(share, 3)})
    warnings = ("The garment is hard to tell from its backdrop; its outline may be wrong.",)
    return GarmentMask(region, size[0] / picture.width, None, confidence, source, warnings if confidence < 0.45 else ())


def _from_alpha(alpha: NDArray[np.uint8], size: tuple[int, int]) -> GarmentMask | None:
    """Believe a cut-out: its main body without detached soft shadows. None when the alpha cuts nothing out."""
    small = cv2.resize(alpha, size, interpolation=cv2.INTER_AREA)
    solid = small > 127
    share = float(solid.mean())
    if share > 0.97 or share < 0.008:
        return None
    body = cut.main_body(solid)
    reach = cv2.dilate(body.astype(np.uint8), disc(2))
    # A shadow baked into the alpha is half transparent over a wide stretch; an edge is not.
    core = cv2.morphologyEx(((small > 229) & (reach > 0)).astype(np.uint8), cv2.MORPH_CLOSE, disc(2))
    near = cv2.dilate(core, disc(2))
    wide = cv2.resize(near & reach, (alpha.shape[1], alpha.shape[0]), interpolation=cv2.INTER_NEAREST) > 0
    kept = np.where(wide, alpha, 0).astype(np.float32) / np.float32(255)
    return GarmentMask(body & (near > 0), size[0] / alpha.shape[1], kept, 0.97, "alpha")


def _cut_small(
    small: NDArray[np.uint8], lab: Float, backdrop: Backdrop, prior: Float | None
) -> tuple[Bool, float, str]:
    """The garment's region, how sure it is, and how it was found; `prior` is the network's belief, if it was asked.

    Shadows with an edge, and stains of light, make a backdrop less plain than its rim says; cloth of the backdrop's own
    colour is eaten by it. So a plain cut that the network does not agree with gives way to one that it does.
    """
    believing = prior if prior is not None and is_usable(prior) else None
    kept: tuple[Bool, float, str] | None = None
    alike = 1.0
    if backdrop.is_plain:
        region = cut_plain(small, lab, backdrop)
        sure = _outline_contrast(lab, region)
        alike = alike if believing is None else agreement(region, believing)
        if prior is not None and PLAIN_SAME < alike < 1:
            region = without_hanger(region, prior)
        if region.mean() > 0.008 and sure > 0.25 and alike >= PLAIN_WRONG:
            kept = region, sure, "plain"
            if alike >= PLAIN_AGREES:
                return kept
    if believing is not None:
        region = cut_believed(small, lab, believing)
        believed_alike = agreement(region, believing)
        if kept is None or believed_alike > max(BELIEVED_AGREES, alike + BETTER):
            return region, min(0.95, 0.15 + 0.85 * believed_alike), "busy"
    if kept is not None:
        return kept
    region = cut_busy(small, lab)
    return region, min(0.75, 0.85 * _outline_contrast(lab, region)), "busy"


def _without_hanger(lab: Float, region: Bool) -> Bool:
    """`region` without thin things at its top whose colour the garment has nowhere: hooks, clips, hanger arms."""
    size = max(region.shape)
    rows = np.nonzero(region.any(1))[0]
    if not rows.size:
        return region
    body = cv2.morphologyEx(region.astype(np.uint8), cv2.MORPH_OPEN, disc(0.022 * size))
    if not body.any():
        return region
    thin = region & (cv2.dilate(body, disc(1)) == 0)
    count, labels, stats, middles = cv2.connectedComponentsWithStats(thin.astype(np.uint8), connectivity=8)
    colours = lab[body > 0][:: max(1, int(body.sum()) // 3000)]
    result = region.copy()
    for index in range(1, count):
        if stats[index, cv2.CC_STAT_AREA] < 12 or middles[index][1] > rows[0] + 0.3 * len(rows):
            continue
        colour = np.median(lab[labels == index], axis=0)
        if float(np.mean(np.linalg.norm(colours - colour, axis=1) < 14)) < 0.03:
            result[labels == index] = False
    return cut.main_body(result) & region


def _outline_contrast(lab: Float, region: Bool) -> float:
    """0..1: the share of the outline that runs along a visible edge."""
    if not region.any():
        return 0.0
    ring = region ^ (cv2.erode(region.astype(np.uint8), disc(1)) > 0)
    ring &= ~rim(region.shape, 0.01)
    slope = cv2.dilate(gradient(lab), disc(1))
    level = max(0.7, 1.2 * float(np.median(slope[~region])) if (~region).any() else 0.7)
    return float(np.clip(np.mean(slope[ring] > level), 0, 1)) if ring.any() else 0.0
