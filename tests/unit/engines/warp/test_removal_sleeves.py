"""Sleeves of a dress or a coat go down to their cuffs, though the skirt beside these stays."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
from drawn_person import UNIT, drawn_body, drawn_photo

from vesture.engines.warp.body.figure import SIDES
from vesture.engines.warp.picture.coarse import Coarse
from vesture.engines.warp.undress.removal import old_garment
from vesture.vision.parsing.parse import Label


def test_cuffs_of_a_dress_below_the_level_at_which_it_is_parted_go_and_its_skirt_stays() -> None:
    body = drawn_body()
    labels = np.where(np.isin(body.labels, (Label.TOP, Label.BOTTOM)), int(Label.ONE_PIECE), body.labels)
    labels = labels.astype(np.uint8)
    arms = {side: replace(body.arms[side], bare_from=body.arms[side].length) for side in SIDES}
    wrists = {side: arms[side].at(np.array([arms[side].length]))[0] for side in SIDES}
    for side in SIDES:
        elbow = arms[side].at(np.array([0.3 * arms[side].length]))[0]
        cv2.line(
            labels,
            np.rint(elbow).astype(int).tolist(),
            np.rint(wrists[side]).astype(int).tolist(),
            int(Label.ONE_PIECE),
            16,
        )
    # the body is short: it is parted above the wrists
    up = replace(body, labels=labels, arms=arms, torso=0.8 * body.torso)
    photo = drawn_photo(up).astype(np.float32)
    gone = old_garment(photo, up, (Label.TOP, Label.ONE_PIECE), Coarse.of(photo, UNIT))
    for side in SIDES:
        x, y = np.rint(arms[side].at(np.array([0.95 * arms[side].length]))[0]).astype(int)
        assert up.coordinates(np.array([[x, y]], float))[0, 1] > 1.0
        assert gone[y, x]
    x, y = np.rint(up.point(0.0, 1.15)[0]).astype(int)
    assert labels[y, x] == Label.ONE_PIECE
    assert not gone[y, x]
