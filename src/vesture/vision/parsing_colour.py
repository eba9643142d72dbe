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


@dataclass(frozen=True, slots=True)
class ColourModel:
    """Mixture of Gaussians: `weights` (k,), `means` (k, 3) Lab, `precisions` (k, 3, 3), `logs` (k,) normalisers."""

    weights: Floats
    means: Floats
    precisions: Floats
    logs: Floats

    def log_likelihood(self, lab: Floats) -> Floats:
        """Log density of colours (..., 3), clamped below."""
        best = np.full(lab.shape[:-1], LOWEST, np.float32)
        for weight, mean, precision, log in zip(self.weights, self.means, self.precisions, self.logs, strict=True):
            offset = lab - mean
            distance = np.einsum("...i,ij,...j->...", offset, precision, offset, optimize=True)
            best = np.maximum(best, np.log(weight) + log - 0.5 * distance)
        return best


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
