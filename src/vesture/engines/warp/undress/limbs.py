"""All limbs of a person as they are without the clothes that go.

Takes the body, its hands and where skin is seen; gives the shapes of arms and legs.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vesture.engines.warp.body.figure import SIDES, SIGN, Body, Limb, SideName
from vesture.engines.warp.body.relief import ARM, LEG, Anatomy
from vesture.engines.warp.picture.coarse import Coarse
from vesture.engines.warp.undress.hands import Hands
from vesture.engines.warp.undress.hidden_hands import hand_is_hidden, turned_behind
from vesture.engines.warp.undress.skin import BareLimb, bare_limb, side_light
from vesture.engines.warp.undress.thighs import clothed_legs
from vesture.vision.parsing.parse import Label

Bools = NDArray[np.bool_]


def bare_limbs(
    body: Body, hands: Hands, old: Bools, skin: Bools, coarse: Coarse, replaced: tuple[Label, ...]
) -> tuple[dict[SideName, BareLimb], dict[SideName, BareLimb]]:
    """Arms and legs; the shape of those that no garment of the labels `replaced` covers does not matter.

    Args:
        old: (h, w) the garment that goes.
        skin: (h, w) skin in the colours of this person's.
    """
    pure = coarse.pure(old)

    def shaped(limb: Limb, anatomy: Anatomy, seen: Bools, side: SideName) -> BareLimb:
        return bare_limb(limb, anatomy, seen, body.unit, side_light(coarse, limb, pure), SIGN[side])

    arms = {side: shaped(body.arms[side], ARM, skin, side) for side in SIDES}
    feet = body.labels == Label.SKIN  # ankles lie in the shade, hands in sleeves that pass for skin
    legs = {side: shaped(body.legs[side], LEG, feet, side) for side in SIDES}
    if Label.TOP in replaced:
        for side in SIDES:
            if hand_is_hidden(body, side, hands.whole[side]):
                arms[side] = turned_behind(body, side, arms[side])
    return arms, clothed_legs(body, legs) if Label.BOTTOM in replaced else legs
