"""Boots whose shafts the present trousers are tucked into: new trousers go into them as well.

Takes the body, gives arc lengths and widths on its legs.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from vesture.engines.warp.body.figure import SIDES, SIGN, Body, Floats, SideName
from vesture.engines.warp.body.legs import cloth_until, labels_at, shoe_from
from vesture.vision.parsing.parse import Label

SHAFT = 0.25  # units above the ankle from which on a shoe has a shaft that trousers go into
TUCKED = 0.08  # units that trousers are seen to end above a shaft at the most
INSIDE = 0.1  # units that trousers go on inside a shaft
BROADEST = 0.5  # units either side of a leg's axis within which its shaft ends


def boot_from(body: Body, side: SideName) -> float | None:
    """Arc length at which the boot begins that the trousers of a leg are tucked into; None without one."""
    start = shoe_from(body, side)
    if start is None or body.legs[side].length - start < SHAFT * body.unit:
        return None
    return start if start - cloth_until(body, side) < TUCKED * body.unit else None


def stay_in_boots(body: Body, reach: Mapping[SideName, float]) -> bool:
    """Whether legs of this reach go into boots, not over them."""
    boots = {side: boot_from(body, side) for side in SIDES}
    return any(
        start is not None and reach.get(side, 0.0) <= start + 1.5 * INSIDE * body.unit for side, start in boots.items()
    )


def shaft_half_widths(body: Body, side: SideName, start: float) -> tuple[float, float]:
    """Distances from the axis to a shaft's outer and inner edge, where trousers end in it."""
    leg = body.legs[side]
    along = start + np.linspace(0.5, 1.5, 5) * INSIDE * body.unit
    away = np.linspace(0, BROADEST * body.unit, 60)
    normal: Floats = leg.outward(along, SIGN[side])
    widths = []
    for sign in (1, -1):
        places = leg.at(along)[:, None] + sign * away[:, None] * normal[:, None]
        shoe = labels_at(body, places.reshape(-1, 2)).reshape(len(along), len(away)) == Label.SHOES
        widths.append(float(np.median(np.where(shoe.all(1), away[-1], away[np.argmin(shoe, axis=1)]))))
    return widths[0], widths[1]
