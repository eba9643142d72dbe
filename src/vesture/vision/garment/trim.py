"""Preparing half silhouettes for measuring: gaps opened, sleeves cut free, ties and hoods taken off.

Takes: half silhouettes in side coordinates (garment_shape). Gives: changed copies. Knows nothing about landmarks.
"""

from __future__ import annotations

import cv2
import numpy as np

from vesture.vision.garment.backdrop import Bool, Float, disc
from vesture.vision.garment.shape import largest


def open_gap(region: Bool) -> Bool:
    """Open a gap between sleeve and body that is closed at its lower end, where the cuff touches the side."""
    padded = cv2.copyMakeBorder(region.astype(np.uint8), 0, 1, 0, 1, cv2.BORDER_CONSTANT, value=0)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(1 - padded, connectivity=4)
    outside = labels[-1, -1]
    result = padded.copy()
    height = np.ptp(np.nonzero(region.any(1))[0]) + 1 if region.any() else 1
    for index in range(1, count):
        left, _, _, tall, _ = stats[index]
        if index == outside or tall < 0.05 * height or left <= 1:
            continue
        rows, columns = np.nonzero(labels == index)
        low = int(rows.max())
        column = int(np.median(columns[rows >= low - 1]))
        below = result[low:, column]
        free = np.nonzero(below[1:] == 0)[0]
        end = low + 1 + (int(free[0]) if free.size else len(below) - 1)
        if end - low < 0.35 * height:
            result[low : end + 1, column] = 0
    return result[:-1, :-1] > 0


def cut_seam(region: Bool, edges: Float, start: Float, target: float) -> Bool:
    """Cut a sleeve that lies on the body off it, upwards from the gap's top along the strongest edge."""
    u0, v0 = round(float(start[0])), round(float(start[1]))
    stop, width = max(1, round(target)), region.shape[1]
    columns = np.arange(width, dtype=np.float32)
    cost = 1.0 / (0.35 + np.minimum(edges[stop : v0 + 1], 6.0))
    cost += np.where(region[stop : v0 + 1], 0.0, 3.0) + np.where(np.abs(columns - u0) > 0.35 * u0, 9.0, 0.0)
    total = cost[-1] + np.abs(columns - u0) * 4.0
    came = np.zeros((len(cost), width), np.intp)  # column in the row below
    for row in range(len(cost) - 2, -1, -1):
        padded = np.pad(total, 1, constant_values=1e6)
        choices = np.stack([padded[:-2] + 0.25, padded[1:-1], padded[2:] + 0.25])
        came[row] = np.clip(np.argmin(choices, 0) - 1 + np.arange(width), 0, width - 1)
        total = choices.min(0) + cost[row]
    drift = np.abs(columns - u0) / max(1.0, 0.25 * u0)
    column = int(np.argmin(total + 8.0 * np.maximum(drift - 0.6, 0) ** 2 + np.where(region[stop], 0, 50)))
    result = region.copy()
    came[-1] = np.arange(width)
    for row in range(len(cost)):
        result[stop + row, max(1, column) : max(1, column) + 2] = False
        column = int(came[row, column])
    result[v0 - 1 : v0 + 2, min(column, u0) : max(column, u0) + 2] = False
    return result


def without_ties(region: Bool) -> Bool:
    """`region` without thin things that hang below it: ties, threads, tags."""
    opened = cv2.morphologyEx(region.astype(np.uint8), cv2.MORPH_OPEN, disc(0.035 * max(region.shape))) > 0
    lower = np.arange(region.shape[0])[:, None] > 0.6 * region.shape[0]
    return largest(np.where(lower, opened & region, region))


def without_hood(region: Bool) -> tuple[Bool, bool]:
    """`region` cut off at the neck below a hood that is up, if there is one.

    Such a half silhouette widens, narrows to the neck and widens again to the shoulders.
    """
    rows = np.nonzero(region.any(1))[0]
    ends = np.where(region.any(1), region.shape[1] - np.argmax(region[:, ::-1], axis=1), 0).astype(np.float32)
    upper = ends[rows[0] : rows[0] + int(0.45 * len(rows))]
    if len(upper) < 12:
        return region, False
    upper = cv2.GaussianBlur(upper.reshape(-1, 1), (1, 5), 1.2).ravel()
    crown = np.maximum.accumulate(upper)
    necks = np.nonzero(upper < 0.93 * crown)[0]
    for neck in necks:
        widest_after = upper[neck:].max()
        if widest_after > 1.5 * crown[neck]:
            end = neck + int(np.argmax(upper[neck:] > crown[neck]))
            junction = int(neck + np.argmin(upper[neck : end + 1]))
            hood = region[rows[0] : rows[0] + junction]
            solid = float(hood.sum()) > 0.9 * float(upper[:junction].sum())  # straps leave the middle open
            if junction > 0.9 * upper[junction] and upper[junction] > 6 and solid:
                result = region.copy()
                result[: rows[0] + junction] = False
                return largest(result), True
    return region, False
