"""Fitting: where on the body each landmark of the garment belongs.

Takes a `Body` and a `Garment`, gives point pairs for the mesh; a pure function of geometry, no pixels.
"""

from __future__ import annotations

from vesture.engines.warp.body import Body
from vesture.engines.warp.fit_bottoms import fit_skirt, fit_trousers
from vesture.engines.warp.fit_tops import fit_upper
from vesture.engines.warp.placement import Ease, Fit
from vesture.vision.garment_types import Garment


def fit_garment(body: Body, garment: Garment, *, long_top: bool = False, ease: Ease | None = None) -> Fit:
    """Place a garment on a body.

    Args:
        body: the person.
        garment: what to wear.
        long_top: keep the hem as low as the garment's own length asks for.
        ease: how it is worn.
    """
    ease = ease or Ease()
    if garment.kind == "trousers":
        return fit_trousers(body, garment, ease)
    if garment.kind == "skirt":
        return fit_skirt(body, garment, ease)
    return fit_upper(body, garment, long_top=long_top, ease=ease)
