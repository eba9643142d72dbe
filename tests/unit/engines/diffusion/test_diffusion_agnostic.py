"""The agnostic mask: the published program's pixels, and what each option hides and keeps."""

from __future__ import annotations

import numpy as np
import pytest

from vesture.core.task import TryOnOptions
from vesture.engines.diffusion.agnostic import agnostic_mask, agnostic_person, garment_alone, needs_mask
from vesture.engines.diffusion.body_parts import GARMENT_PARTS, BodyPart, where
from vesture.engines.diffusion.body_points import BodyPoints

COVERAGE = {"upper": "tops", "lower": "bottoms", "full": "one-pieces"}


def unpacked(golden, key: str, like: np.ndarray) -> np.ndarray:
    return np.unpackbits(golden[key])[: like.size].reshape(like.shape).astype(bool)


@pytest.mark.parametrize("coverage", COVERAGE)
@pytest.mark.parametrize("picture", ["a", "b"])
def test_mask_is_the_published_one(golden_masks, picture, coverage):
    labels = golden_masks[f"labels_{picture}"]
    stages = agnostic_mask(labels, TryOnOptions(COVERAGE[coverage]), BodyPoints.none())
    assert np.array_equal(stages.mask, unpacked(golden_masks, f"mask_{picture}_{coverage}", labels))
    if picture == "a":
        names = {"bounded": "box", "dilated": "workspace"}
        for name in ("base", "buffer", "bounded", "contour", "hybrid", "dilated"):
            got = getattr(stages, names.get(name, name))
            assert np.array_equal(got, unpacked(golden_masks, f"stage_a_{coverage}_{name}", labels)), name


def test_masked_pixels_are_gray_and_no_others(golden_masks):
    labels = golden_masks["labels_a"]
    person = np.random.default_rng(1).integers(0, 256, (*labels.shape, 3), dtype=np.uint8)
    mask = agnostic_mask(labels, TryOnOptions("tops"), BodyPoints.none()).mask
    gray = agnostic_person(person, mask)
    assert (gray[mask] == 127).all()
    assert np.array_equal(gray[~mask], person[~mask])
    garment = garment_alone(person, labels, "tops")
    worn = where(labels, GARMENT_PARTS["tops"])
    assert np.array_equal(garment[worn], person[worn])
    assert (garment[~worn] == 127).all()


def test_nothing_found_masks_nothing():
    stages = agnostic_mask(np.zeros((90, 60), np.uint8), TryOnOptions("tops"), BodyPoints.none())
    assert not stages.mask.any()


def figure() -> np.ndarray:
    """A dressed figure 432 x 288: top, hands, trousers, bare shins, feet."""
    labels = np.zeros((432, 288), np.uint8)
    labels[40:80, 124:164] = BodyPart.FACE
    labels[80:200, 104:184] = BodyPart.TOP
    labels[180:210, 80:100] = BodyPart.HANDS
    labels[200:330, 110:178] = BodyPart.PANTS
    labels[330:380, 110:178] = BodyPart.LEGS
    labels[380:400, 105:183] = BodyPart.FEET
    return labels


def mask(labels: np.ndarray, **options) -> np.ndarray:
    return agnostic_mask(labels, TryOnOptions(**options), BodyPoints.none()).mask


def test_cover_feet_hides_the_feet():
    labels = figure()
    feet = where(labels, {BodyPart.FEET})
    kept, covered = mask(labels, category="bottoms"), mask(labels, category="bottoms", cover_feet=True)
    assert kept[feet].mean() < 0.2
    assert covered[feet].all()
    assert (covered | ~kept).all()


def test_adjust_hands_hides_the_hands():
    labels = figure()
    hands = where(labels, {BodyPart.HANDS})
    assert mask(labels, category="tops")[hands].mean() < 0.2
    assert mask(labels, category="tops", adjust_hands=True)[hands].all()


@pytest.mark.parametrize("with_joints", [True, False])
def test_long_top_reaches_towards_the_knees(with_joints):
    labels = figure()
    points = BodyPoints.none()
    if with_joints:
        points.body[[8, 11]] = [[0.42, 0.48], [0.58, 0.48]]
        points.body[[9, 12]] = [[0.42, 0.73], [0.58, 0.73]]
    short, long = (agnostic_mask(labels, TryOnOptions("tops", long_top=value), points).mask for value in (False, True))
    trousers = where(labels, {BodyPart.PANTS})
    assert not short[250:][trousers[250:]].any()
    assert long[200:270][trousers[200:270]].all()
    assert not long[320:].any()  # a long top ends above the knees
    assert np.array_equal(*(mask(labels, category="bottoms", long_top=value) for value in (False, True)))


def test_long_top_hides_bare_legs_above_its_end_only():
    labels = figure()
    labels[200:330, 110:178] = BodyPart.LEGS
    legs = where(labels, {BodyPart.LEGS})
    short, long = (mask(labels, category="tops", long_top=value) for value in (False, True))
    end = 200 + int(0.2 * 432)
    assert not short[210:][legs[210:]].any()
    assert long[205:end][legs[205:end]].all()
    assert not long[end + 40 :][legs[end + 40 :]].any()


def test_which_options_need_the_mask():
    assert not needs_mask(TryOnOptions("tops", restore_background=True, restore_clothes=True))
    assert needs_mask(TryOnOptions("tops", long_top=True))
    assert not needs_mask(TryOnOptions("bottoms", long_top=True))
    assert needs_mask(TryOnOptions("bottoms", cover_feet=True))
    assert needs_mask(TryOnOptions("one-pieces", adjust_hands=True))
