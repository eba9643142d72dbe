"""A worn top's cloth shared out between torso and sleeves: outlines without shreds."""

from __future__ import annotations

import numpy as np

from vesture.engines.warp.worn.parting import even_outlines
from vesture.vision.garment.types import Part

UNIT = 200.0
TORSO, SLEEVE = int(Part.TORSO), int(Part.RIGHT_SLEEVE)


def cloth() -> np.ndarray:
    """A torso and, apart from it, a sleeve at its right."""
    parts = np.zeros((300, 300), np.uint8)
    parts[50:250, 60:180] = TORSO
    parts[50:230, 200:240] = SLEEVE
    return parts


def everywhere() -> np.ndarray:
    return np.ones((300, 300), bool)


def test_spikes_go_and_notches_close() -> None:
    parts = cloth()
    parts[100:104, 180:196] = TORSO  # a shred towards the sleeve
    parts[250:270, 100:105] = TORSO
    parts[150:155, 165:180] = 0  # a bite
    even = even_outlines(parts, everywhere(), UNIT)
    assert not even[100:104, 184:196].any()
    assert not even[254:270].any()
    assert (even[150:155, 165:178] == TORSO).all()
    assert (even[70:230, 65:175] == TORSO).all()
    assert (even[70:210, 205:235] == SLEEVE).all()


def test_a_shred_that_a_sleeve_touches_is_the_sleeves() -> None:
    parts = cloth()
    parts[100:106, 180:200] = TORSO
    parts[100:160, 194:200] = TORSO  # the sleeve's seam, beyond the line of the torso
    even = even_outlines(parts, everywhere(), UNIT)
    assert (even[110:150, 196:200] == SLEEVE).all()


def test_the_hem_of_a_sleeve_loses_its_threads() -> None:
    parts = cloth()
    parts[230:245, 215:219] = SLEEVE
    assert not even_outlines(parts, everywhere(), UNIT)[234:245].any(where=np.arange(300)[None] > 190)


def test_where_nothing_is_allowed_the_torso_stays() -> None:
    parts = cloth()
    parts[40:50, 100:104] = TORSO  # a drawstring at the collar
    below = everywhere()
    below[:60] = False
    assert (even_outlines(parts, below, UNIT)[40:50, 100:104] == TORSO).all()
