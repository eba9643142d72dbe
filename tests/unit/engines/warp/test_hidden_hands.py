"""Arms whose hands are in pockets or behind the back."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
from drawn_person import JEANS, SKIN, UNIT, drawn_body, drawn_photo, plain_texture

from vesture.engines.warp.body.figure import SIDES, SIGN
from vesture.engines.warp.body.relief import ARM
from vesture.engines.warp.cloth.placement import Fit
from vesture.engines.warp.undress.bare_arms import bare_arms
from vesture.engines.warp.undress.hands import hand_of
from vesture.engines.warp.undress.hidden_hands import hand_is_hidden, turned_behind
from vesture.engines.warp.undress.prepared import Wardrobe, prepare
from vesture.engines.warp.undress.skin import bare_limb
from vesture.vision.frame import Box
from vesture.vision.parsing.parse import Label


def _in_pocket(body):
    """The drawn body with its left hand in the pocket of trousers that reach out to it."""
    labels = body.labels.copy()
    x, y = np.rint(body.arms["left"].axis[-1]).astype(int)
    labels[labels.shape[0] - 160 :, :130][labels[labels.shape[0] - 160 :, :130] == Label.SKIN] = Label.BOTTOM
    cv2.rectangle(labels, (x - 14, y - 12), (130, y + 40), int(Label.BOTTOM), -1)
    arms = {**body.arms, "left": replace(body.arms["left"], bare_from=None)}
    return replace(body, labels=labels, arms=arms)


def test_a_hand_in_a_pocket_is_hidden_and_one_that_is_seen_or_gloved_is_not() -> None:
    body = _in_pocket(drawn_body())
    assert hand_is_hidden(body, "left", hand_of(body, body.arms["left"]))
    assert not hand_is_hidden(body, "right", hand_of(body, body.arms["right"]))
    gloved = replace(body, labels=np.where(body.labels == Label.SKIN, int(Label.OTHER), body.labels).astype(np.uint8))
    assert not hand_is_hidden(gloved, "right", hand_of(gloved, gloved.arms["right"]))


def test_an_arm_that_is_turned_behind_ends_before_the_middle_of_its_side_and_keeps_its_shoulder() -> None:
    body = drawn_body()
    nothing = np.zeros(body.labels.shape, bool)
    for side in SIDES:
        straight = bare_limb(body.arms[side], ARM, nothing, UNIT, 0.0, SIGN[side])
        turned = turned_behind(body, side, straight)
        aside = SIGN[side] * body.coordinates(turned.limb.axis)[:, 0]
        assert 0 < aside[-1] < 0.35 * UNIT
        np.testing.assert_allclose(turned.limb.axis[:15], straight.limb.axis[:15])
        np.testing.assert_allclose(turned.limb.axis[:, 1], straight.limb.axis[:, 1])
        assert np.linalg.norm(np.diff(turned.limb.axis, 2, axis=0), axis=1).max() < 1.5  # without a kink


def test_a_bare_arm_with_a_hidden_hand_shows_neither_before_the_cloth_nor_before_the_trousers() -> None:
    body = _in_pocket(drawn_body())
    photo = drawn_photo(body)
    photo[body.labels == Label.BOTTOM] = JEANS
    clothes = Wardrobe((Label.TOP, Label.ONE_PIECE), (Label.HAIR, Label.OTHER))
    height, width = body.labels.shape
    scene = prepare(photo, body, clothes, Box(0, 0, width, height))
    assert scene.arms["left"].hidden
    assert not scene.arms["right"].hidden
    fit = Fit({}, {}, (1.0, 1.0), {"left": 0.2 * UNIT, "right": 0.2 * UNIT})
    (whole, front), *_ = bare_arms(scene, fit, plain_texture())
    kept = ((body.labels == Label.BOTTOM) & ~scene.old)[whole.place]
    assert whole.alpha[cv2.erode(kept.view(np.uint8), np.ones((5, 5))) > 0].max() < 0.05
    wrist = round(float(scene.arms["left"].limb.axis[-1, 1])) - front.top
    assert whole.alpha[: wrist - 15].max() > 0.9
    assert front.alpha[wrist - 12 : wrist].max() < 0.05
    assert np.abs(np.median(whole.rgb[whole.alpha > 0.9], axis=0) - SKIN).max() < 40
