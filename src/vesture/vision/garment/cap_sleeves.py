"""Cap sleeves: shoulders that go on over the arm without a gap below them.

Takes: landmarks and curves of an upper garment read without sleeves. Gives: the same with short sleeves where its
shoulders are too wide to end at a body's. Knows nothing about pictures.

Between an armhole and an armpit's gap an outline shows no difference. But what has no sleeves is cut in towards the
neck, to three quarters of the chest or so; shoulders nine tenths as wide as the chest hang over the arms.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from vesture.vision.garment.backdrop import Float
from vesture.vision.garment.shape import SIDES, resample

WIDE = 0.9  # width over the shoulders in that of the chest, from which they hang over the arms
BROAD = 0.15  # of the chest's width, from collar to corner: narrower ones are straps
SEAM = 0.82  # where the sleeves begin then
UNDER = 0.85  # of the way from the shoulder's corner to the armpit: where the sleeve's lower end lies
CURVE_POINTS = 24


def with_cap_sleeves(
    points: Mapping[str, Float], curves: Mapping[str, Float]
) -> tuple[dict[str, Float], dict[str, Float]]:
    """`points` and `curves` with short sleeves beyond shoulders that are as wide as the chest; else the same."""
    points, curves = dict(points), dict(curves)
    if "cuff_outer_left" in points or not all(f"armhole_{side}" in curves for side in SIDES):
        return points, curves
    chest, shoulders = (
        float(points[f"{name}_right"][0] - points[f"{name}_left"][0]) for name in ("armpit", "shoulder")
    )
    breadths = [abs(float((points[f"shoulder_{side}"] - points[f"collar_{side}"])[0])) for side in SIDES]
    if shoulders < WIDE * chest or min(breadths) < BROAD * chest:
        return points, curves
    middle = float(points["armpit_left"][0] + points["armpit_right"][0]) / 2
    for side in SIDES:
        shoulder = resample(curves[f"shoulder_{side}"], 4 * CURVE_POINTS)
        armhole = resample(curves.pop(f"armhole_{side}"), 4 * CURVE_POINTS)
        beyond = np.abs(shoulder[:, 0] - middle) > SEAM * chest / 2
        seam = int(np.clip(np.argmax(beyond), 1, len(shoulder) - 2))
        under = round(UNDER * len(armhole))
        points[f"shoulder_{side}"] = shoulder[seam]
        points[f"cuff_outer_{side}"], points[f"cuff_inner_{side}"] = shoulder[-1], armhole[under]
        curves[f"shoulder_{side}"] = resample(shoulder[: seam + 1], CURVE_POINTS)
        curves[f"sleeve_outer_{side}"] = resample(shoulder[seam:], CURVE_POINTS)
        curves[f"sleeve_inner_{side}"] = resample(armhole[under:][::-1], CURVE_POINTS)
    return points, curves
