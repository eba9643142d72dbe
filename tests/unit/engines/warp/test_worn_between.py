"""The scene between the legs of trousers where it was taken for their cloth."""

from __future__ import annotations

import numpy as np

from vesture.engines.warp.worn.between import scene_between, to_any_scene
from vesture.engines.warp.worn.cloth import Scene
from vesture.vision.parsing.parse import Label

DENIM, DOOR = (30.0, -8.0, -30.0), (44.0, 3.0, 4.0)


def straddling(web: tuple[float, float, float]) -> tuple[np.ndarray, np.ndarray, Scene]:
    """Two legs with worn spots, in trousers whose mask goes on between them; on the legs, between them, the scene."""
    shape = (160, 120)
    legs, gap = np.zeros(shape, bool), np.zeros(shape, bool)
    legs[20:150, 20:45] = legs[20:150, 75:100] = legs[20:40, 20:100] = True
    gap[50:150, 45:75] = True
    mask = legs.copy()
    mask[40:90, 45:75] = True
    lab = np.full((*shape, 3), DOOR, np.float32)
    lab[legs] = DENIM
    lab[mask & ~legs] = web
    lab[60:66, 22:28] = lab[100:106, 90:96] = DOOR
    labels = np.where(mask, Label.BOTTOM, Label.BACKGROUND).astype(np.uint8)
    core = np.zeros(shape, bool)
    core[45:140, 26:39] = core[45:140, 81:94] = True
    return core, gap, Scene(lab=lab, mask=mask, labels=labels, unit=45.0)


def test_a_web_of_scene_below_the_crotch_goes_up_to_the_crotch() -> None:
    on_legs, gap, scene = straddling(DOOR)
    web = scene_between(scene, to_any_scene(scene), on_legs, gap, 0.012)
    assert web[40:90, 45:75].mean() > 0.95
    assert web[:, :44].sum() == web[:, 76:].sum() == 0


def test_cloth_between_the_legs_stays() -> None:
    on_legs, gap, scene = straddling(DENIM)
    assert not scene_between(scene, to_any_scene(scene), on_legs, gap, 0.012).any()
