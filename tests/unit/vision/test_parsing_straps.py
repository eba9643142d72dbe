"""The strap of a drawn bag goes with it, from the shoulder down; creases and straps without a bag stay the clothes'."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from drawn_people import Figure, draw

from vesture.vision.parsing.parse import Label
from vesture.vision.parsing.prior import Skeleton
from vesture.vision.parsing.straps import with_straps
from vesture.vision.pose.joints import Joint

DARK, BRIGHT = (40, 20, 60), (250, 190, 40)


def shouldered(shade: float | None = None) -> tuple[np.ndarray, np.ndarray, np.ndarray, Skeleton]:
    """Colours in Lab, labels in which a bag at the hip is known, pixels of its strap, and the skeleton.

    The strap is dark, or the cloth itself in a `shade`.
    """
    photo, truth, pose = draw(Figure(sleeves=0.5))
    skeleton = Skeleton(pose.points, pose.visibility, pose.unit)
    shoulder, hip = (pose.points[joint] for joint in (Joint.LEFT_SHOULDER, Joint.LEFT_HIP))
    inward = np.sign(pose.points[Joint.RIGHT_SHOULDER][0] - shoulder[0]) * 0.1 * pose.unit
    strap, bag = np.zeros(truth.shape, np.uint8), np.zeros(truth.shape, np.uint8)
    above = (round(float(shoulder[0] + inward)), round(float(shoulder[1] - 0.3 * pose.unit)))
    end = (round(float(hip[0])), round(float(hip[1])))
    cv2.line(strap, above, end, 1, max(3, round(0.08 * pose.unit)))
    half = round(0.2 * pose.unit)
    cv2.rectangle(bag, (end[0] - half, end[1] - half // 2), (end[0] + half, end[1] + half), 1, -1)
    on_cloth = (strap > 0) & (bag == 0) & (truth == Label.TOP)
    photo = np.where((truth == Label.TOP)[..., None], np.array(BRIGHT, np.uint8), photo)
    photo[on_cloth] = DARK if shade is None else (shade * photo[on_cloth]).astype(np.uint8)
    photo[bag > 0] = DARK
    labels = np.where(bag > 0, Label.OTHER, truth).astype(np.uint8)
    return cv2.cvtColor((photo / 255).astype(np.float32), cv2.COLOR_RGB2LAB), labels, on_cloth, skeleton


def test_a_strap_from_the_shoulder_to_a_bag_is_the_bags() -> None:
    lab, labels, strap, skeleton = shouldered()
    found = (with_straps(labels, lab, skeleton) == Label.OTHER) & (labels != Label.OTHER)
    assert found[strap].mean() > 0.85
    assert found[~strap].sum() < 0.2 * strap.sum()


def test_a_strap_whose_bag_is_not_seen_stays_the_clothes() -> None:
    lab, labels, _, skeleton = shouldered()
    without = np.where(labels == Label.OTHER, Label.BOTTOM, labels).astype(np.uint8)
    assert np.array_equal(with_straps(without, lab, skeleton), without)


@pytest.mark.parametrize("shade", [1.0, 0.72])
def test_plain_cloth_and_a_crease_above_a_bag_are_no_strap(shade: float) -> None:
    lab, labels, _, skeleton = shouldered(shade)
    assert np.array_equal(with_straps(labels, lab, skeleton), labels)


@pytest.mark.parametrize("cut", [0.3, 0.5, 0.7])
def test_a_strap_that_the_photos_edge_cuts_changes_nothing_beside_it(cut: float) -> None:
    lab, labels, strap, skeleton = shouldered()
    columns = np.flatnonzero(strap.any(0))
    edge = round(float(np.quantile(columns, cut)))
    where = np.s_[:, :edge] if columns.mean() > strap.shape[1] / 2 else np.s_[:, edge:]
    shift = np.array([0 if where[1].start is None else edge, 0], np.float32)
    cropped = Skeleton(skeleton.points - shift, skeleton.visibility, skeleton.unit)
    found = with_straps(labels[where], np.ascontiguousarray(lab[where]), cropped) != labels[where]
    assert found[~strap[where]].sum() < 0.2 * strap.sum()
