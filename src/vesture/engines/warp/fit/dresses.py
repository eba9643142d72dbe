"""How wide a flat dress stands off the body: its bodice follows bust and waist, its skirt hangs from there.

Takes the body and the cloth's own half-widths, gives half-widths in photo pixels. What was worn goes with the dress, so
a jacket's outline says nothing: the body under it is measured where clothes lie close.
"""

from __future__ import annotations

import numpy as np

from vesture.engines.warp.body.figure import V_LEVELS, Body, Floats, SideName
from vesture.engines.warp.fit.bottoms import draped, over_the_legs

CLOSE_LEVELS = (0.3, 1.15, 1.3)  # levels v at which clothes lie close: the chest under the arms, and below the hips
BUILD = (0.95, 1.3)  # how much broader than the mean a body is, within reason
BODICE_SPARE = 0.4  # share of what a bodice has to spare that shows as width,
LOOSEST = 1.14  # at most so much of the body
HIPS = (0.62, 0.9)  # levels v between which the bodice goes over into the skirt


def slim_half_width(body: Body, side: SideName, level: Floats) -> Floats:
    """Half-widths (n,) of the body at levels v, under whatever it wears: the mean body's, as broad as this one is where
    clothes lie close, and never more than what is seen."""
    seen = [float(np.mean([body.width(s, v) for s in ("left", "right")])) for v in CLOSE_LEVELS]
    build = float(np.clip(np.median(seen / np.interp(CLOSE_LEVELS, V_LEVELS, body.bare_half_width)), *BUILD))
    return np.minimum(np.asarray(body.width(side, level)), build * np.interp(level, V_LEVELS, body.bare_half_width))


def dress_half_widths(body: Body, side: SideName, level: Floats, cloth: Floats, loose: float) -> Floats:
    """Half-widths (n,) of a dress at levels v from the armpit to the hem.

    Args:
        cloth: (n,) half-widths of the flat dress, in photo pixels.
        loose: factor near 1 on how far it stands off.
    """
    own = slim_half_width(body, side, level)
    close = 1.03 * own
    bodice = np.clip(close + BODICE_SPARE * (cloth * loose - close), close, LOOSEST * loose * own)
    skirt = draped(cloth, own, level, np.full(len(level), loose))
    share = np.clip((level - HIPS[0]) / (HIPS[1] - HIPS[0]), 0, 1)
    return np.maximum(bodice + share * (skirt - bodice), over_the_legs(body, side, level))
