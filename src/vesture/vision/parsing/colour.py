"""What colours a label has in this photo: a mixture of Gaussians in Lab, fitted to seed pixels."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

COMPONENTS = 3
FLOOR = np.diag([20.0, 7.0, 7.0]).astype(np.float32)  # of the covariance: sensor noise, shading
MOST_SAMPLES = 3000
LOWEST = -16.0  # log-likelihood of a colour that a model does not know
ANY_COLOUR = -12.8  # log density when every Lab colour is as likely
HUE_SPREAD = float(np.radians(22))  # of skin in sun and shade, redder in the face than on the legs
CHROMA_SPREAD = (0.55, 2.0)  # of the face's
SKIN_SPREAD = np.array([20.0, 4.5, 6.0], np.float32)  # of Lab over one person's skin: light and shade, blood


@dataclass(frozen=True, slots=True)
class ColourModel:
    """Mixture of Gaussians: `weights` (k,), `means` (k, 3) Lab, `precisions` (k, 3, 3), `logs` (k,) normalisers."""

    weights: Floats
    means: Floats
    precisions: Floats
    logs: Floats

    def log_likelihood(self, lab: Floats) -> Floats:
        """Log density of colours (..., 3), clamped below."""
        best = np.full(lab.size // 3, LOWEST, np.float32)
        if not len(best):
            return best.reshape(lab.shape[:-1])
        flat = np.ascontiguousarray(lab, np.float32).reshape(1, -1, 3)
        for weight, mean, precision, log in zip(self.weights, self.means, self.precisions, self.logs, strict=True):
            root = np.linalg.cholesky(precision.astype(np.float64)).T
            white = cv2.transform(flat, np.column_stack([root, -root @ mean]))
            squares = np.array([[-0.5, -0.5, -0.5, np.log(weight) + log]])
            np.maximum(best, cv2.transform(white * white, squares)[0], out=best)
        return best.reshape(lab.shape[:-1])


def fit_colours(lab: Floats, generator: np.random.Generator, components: int = COMPONENTS) -> ColourModel | None:
    """Fit a model to colours (n, 3); None when there are too few."""
    if len(lab) < 24:
        return None
    if len(lab) > MOST_SAMPLES:
        lab = lab[generator.choice(len(lab), MOST_SAMPLES, replace=False)]
    components = min(components, max(1, len(lab) // 40))
    criteria = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 12, 0.5)
    centres = lab[generator.choice(len(lab), components, replace=False)]
    nearest = np.argmin(((lab[:, None] - centres[None]) ** 2).sum(-1), axis=1).astype(np.int32)[:, None]
    _, nearest, _ = cv2.kmeans(
        np.ascontiguousarray(lab, np.float32), components, nearest, criteria, 1, cv2.KMEANS_USE_INITIAL_LABELS
    )
    weights, means, precisions, logs = [], [], [], []
    for index in range(components):
        mine = lab[nearest.ravel() == index]
        if len(mine) < 8:
            continue
        covariance = np.cov(mine.T).astype(np.float32) + FLOOR
        weights.append(len(mine) / len(lab))
        means.append(mine.mean(0))
        precisions.append(np.linalg.inv(covariance))
        logs.append(-0.5 * float(np.linalg.slogdet(2 * np.pi * covariance)[1]))
    return ColourModel(*(np.asarray(values, np.float32) for values in (weights, means, precisions, logs)))


def skin_model(lab: Floats) -> ColourModel | None:
    """One person's skin in any light, from pixels (n, 3) that mostly show it; None when there are too few."""
    if len(lab) < 24:
        return None
    middle = np.median(lab, axis=0)
    near = lab[np.linalg.norm(lab[:, 1:] - middle[1:], axis=1) < 10]
    middle = np.median(near, axis=0) if len(near) else middle
    log = -0.5 * 3 * float(np.log(2 * np.pi)) - float(np.log(SKIN_SPREAD).sum())
    precision = np.diag(SKIN_SPREAD**-2.0)
    return ColourModel(
        np.ones(1, np.float32), middle[None], precision[None].astype(np.float32), np.array([log], np.float32)
    )


def skin_hue(skin: ColourModel, lab: Floats) -> NDArray[np.bool_]:
    """(h, w): colours of about the hue of this person's skin, in any light; looser than the model itself."""
    _, across, down = (float(value) for value in skin.means[0])
    chroma, usual = np.hypot(lab[..., 1], lab[..., 2]), float(np.hypot(across, down))
    alike = lab[..., 1] * across + lab[..., 2] * down > np.cos(HUE_SPREAD) * chroma * usual
    return np.asarray(alike & (chroma > CHROMA_SPREAD[0] * usual) & (chroma < CHROMA_SPREAD[1] * usual))


def skin_tone(rgb: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """(h, w): colours that human skin of any tone takes (range in YCrCb, Chai and Ngan 1999, widened)."""
    luma, red, blue = cv2.split(cv2.cvtColor(rgb, cv2.COLOR_RGB2YCrCb))
    return np.asarray((luma > 25) & (red >= 133) & (red <= 182) & (blue >= 77) & (blue <= 131))
