"""Fitting: where on the body each landmark of the garment belongs.

Takes a `Body` and a `Garment`, gives point pairs for the mesh; a pure function of geometry, no pixels.
"""

from __future__ import annotations

from vesture.engines.warp.body.figure import Body
from vesture.engines.warp.cloth.placement import Ease, Fit, Wishes
from vesture.engines.warp.fit.bottoms import fit_skirt, fit_trousers
from vesture.engines.warp.fit.tops import fit_upper
from vesture.engines.warp.fit.worn import fit_worn_upper
from vesture.engines.warp.fit.worn_bottoms import fit_worn_lower
from vesture.engines.warp.worn.wearer import WornGarment
from vesture.vision.garment.types import Garment


def fit_garment(body: Body, garment: Garment, wishes: Wishes | None = None, ease: Ease | None = None) -> Fit:
    """Place a garment on a body.

    Args:
        body: the person.
        garment: what to wear.
        wishes: what the options of the request allow.
        ease: how it is worn.
    """
    wishes, ease = wishes or Wishes(), ease or Ease()
    if isinstance(garment, WornGarment):
        if garment.kind in ("trousers", "skirt"):
            return fit_worn_lower(body, garment, wishes, ease)
        return fit_worn_upper(body, garment, wishes, ease)
    if garment.kind == "trousers":
        return fit_trousers(body, garment, wishes, ease)
    if garment.kind == "skirt":
        return fit_skirt(body, garment, wishes, ease)
    return fit_upper(body, garment, wishes, ease)
