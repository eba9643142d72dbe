"""The main colours of a garment or a ground, and how unlike them pixels are.

Takes: Lab colours. Gives: colours and distances. Knows nothing about garments.
"""

from __future__ import annotations

import cv2
import numpy as np

from vesture.vision.garment.backdrop import Float

LEAST_SHARE = 0.07  # of the pixels: a main colour


def main_colours(colours: Float) -> Float:
    """(k, 3) the colours that many of (n, 3) are near to."""
    colours = np.ascontiguousarray(colours[:: max(1, len(colours) // 4000)], np.float32)
    cv2.setRNGSeed(7)
    stop = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 12, 0.5)
    _, labels, middles = cv2.kmeans(colours, 8, None, stop, 1, cv2.KMEANS_PP_CENTERS)
    share = np.bincount(labels.ravel(), minlength=8) / len(colours)
    return np.asarray(middles[share >= min(LEAST_SHARE, share.max())], np.float32)


def distance_to(lab: Float, colours: Float, darker: float = 1.0) -> Float:
    """(h, w) Lab distance to the nearest of (k, 3) colours; what is darker counts `darker` times."""
    nearest = np.full(lab.shape[:2], np.inf, np.float32)
    for colour in colours:
        light, across, down = (
            channel - np.float32(middle) for channel, middle in zip(cv2.split(lab), colour, strict=True)
        )
        light *= np.where(light < 0, np.float32(darker), np.float32(1))
        np.minimum(nearest, light * light + across * across + down * down, out=nearest)
    return np.sqrt(nearest)
