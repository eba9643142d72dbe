"""Parsing of drawn people of whom the photo shows a part, and of clothes in more than one colour."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
from drawn_people import COLOURS, HEIGHT, JOINTS, WIDTH, Figure, draw

from vesture.vision.parsing.parse import Label, parse_person
from vesture.vision.parsing.prior import Covering, Skeleton
from vesture.vision.parsing.repair import repair
from vesture.vision.pose.estimator import Joint, Pose

Drawn = tuple[np.ndarray, np.ndarray, Pose]
ROWS = np.arange(HEIGHT)[:, None]
BLACK = (22, 22, 24)


def painted(drawn: Drawn, where: np.ndarray, colour: tuple[int, int, int], label: Label) -> Drawn:
    """The figure with the pixels `where` in another colour, which show `label`."""
    photo, truth, pose = drawn
    noise = np.random.default_rng(5).normal(0, 2, photo.shape)
    photo = np.where(where[..., None], np.clip(np.array(colour) + noise, 0, 255), photo).astype(np.uint8)
    return photo, np.where(where, label, truth).astype(np.uint8), pose


def cropped(drawn: Drawn, top: int, bottom: int) -> Drawn:
    """The rows of the figure that a closer photo shows."""
    photo, truth, pose = drawn
    points = pose.points - np.float32([0, top])
    seen = (points[:, 1] >= 0) & (points[:, 1] < bottom - top)
    mask = np.ascontiguousarray(pose.mask[top:bottom])
    moved = replace(pose, points=points, visibility=pose.visibility * seen, mask=mask)
    return np.ascontiguousarray(photo[top:bottom]), truth[top:bottom], moved


def labels_of(drawn: Drawn) -> np.ndarray:
    photo, _, pose = drawn
    return parse_person(photo, pose).full_labels(photo)


def repaired(photo: np.ndarray, labels: np.ndarray, pose: Pose) -> np.ndarray:
    """Labels with their mistakes mended, nothing being known of what is bare."""
    nothing = np.full(24, 0.1, np.float32)
    covering = Covering((nothing, nothing), (nothing, nothing), (nothing, nothing), 0.97, 1.0)
    lab = cv2.cvtColor((photo / 255).astype(np.float32), cv2.COLOR_RGB2LAB)
    return repair(labels, lab, Skeleton(pose.points, pose.visibility, pose.unit), covering)


def test_a_hip_behind_the_forearm_is_no_sleeve_where_legs_alone_are_seen() -> None:
    drawn = draw(Figure())
    photo, truth, pose = cropped(drawn, 360, HEIGHT)
    labels = truth.copy()
    hip = np.s_[450 - 360 : 500 - 360, WIDTH // 2 + 30 : WIDTH // 2 + 60]
    cloth = truth[hip] == Label.BOTTOM
    labels[hip][cloth] = Label.TOP
    assert (repaired(photo, labels, pose)[hip][cloth] == Label.BOTTOM).all()
    sleeve = photo.copy()
    sleeve[hip][cloth] = (210, 40, 50)
    assert (repaired(sleeve, labels, pose)[hip][cloth] == Label.TOP).mean() > 0.9


def test_a_pale_waistband_below_a_bare_belly_belongs_to_the_trousers() -> None:
    figure = draw(Figure(colours=((Label.TOP, COLOURS[Label.SKIN]), (Label.BOTTOM, BLACK))))
    torso = figure[1] == Label.TOP
    figure = painted(figure, torso & (ROWS < 395), COLOURS[Label.SKIN], Label.SKIN)
    figure = painted(figure, torso & (ROWS >= 395), (232, 232, 234), Label.BOTTOM)
    legs = cropped(figure, 300, HEIGHT)
    labels = labels_of(legs)
    belly, band = np.s_[320 - 300 : 385 - 300], np.s_[402 - 300 : 432 - 300]
    middle = np.s_[WIDTH // 2 - 40 : WIDTH // 2 + 40]
    assert (labels[belly, middle] == Label.SKIN).mean() > 0.9
    assert (labels[band, middle] == Label.BOTTOM).mean() > 0.9


def test_a_photo_that_ends_at_the_hips_of_one_garment_shows_no_trousers() -> None:
    figure = draw(Figure(sleeves=1.0, colours=((Label.BOTTOM, COLOURS[Label.TOP]),)))
    labels = labels_of(cropped(figure, 0, 470))
    assert (labels == Label.TOP).sum() > 0.9 * np.isin(figure[1][:470], (Label.TOP, Label.BOTTOM)).sum()
    assert not (labels == Label.BOTTOM).any()


def test_a_hem_in_the_colour_of_the_cuffs_stays_with_the_jumper() -> None:
    figure = draw(Figure(sleeves=1.0, colours=((Label.TOP, (222, 170, 90)), (Label.BOTTOM, (170, 165, 140)))))
    top = figure[1] == Label.TOP
    hem = top & (ROWS > 412) & (np.abs(np.arange(WIDTH) - WIDTH // 2) < 70)
    cuffs = top & (ROWS > 398) & (np.abs(np.arange(WIDTH) - WIDTH // 2) > 100)
    figure = painted(painted(figure, hem, BLACK, Label.TOP), cuffs, BLACK, Label.TOP)
    labels = labels_of(figure)
    assert (labels[hem] == Label.TOP).mean() > 0.85
    assert (labels[450:480, WIDTH // 2 - 50 : WIDTH // 2 + 50] == Label.BOTTOM).mean() > 0.95


def test_laces_in_the_colour_of_the_trousers_are_shoes() -> None:
    figure = draw(Figure(colours=((Label.BOTTOM, BLACK), (Label.SHOES, (200, 60, 40)))))
    laces = np.zeros((HEIGHT, WIDTH), bool)
    for sign in (-1, 1):
        x, y = WIDTH // 2 + sign * 61, 801
        laces[y - 7 : y + 8, x - 9 : x + 10] = True
    laces &= figure[1] == Label.SHOES
    labels = labels_of(painted(figure, laces, BLACK, Label.SHOES))
    assert (labels[laces] == Label.SHOES).mean() > 0.9


def test_a_strip_of_shoe_along_the_leg_is_ground_seen_between_the_legs() -> None:
    photo, truth, pose = draw(Figure())
    strip = np.s_[560:770, WIDTH // 2 - 4 : WIDTH // 2 + 4]
    labels = truth.copy()
    labels[strip] = Label.SHOES
    found = repaired(photo, labels, pose)
    assert (found[strip] == Label.BACKGROUND).mean() > 0.95
    assert ((found == Label.SHOES) & (truth == Label.SHOES)).sum() > 0.95 * (truth == Label.SHOES).sum()


def test_a_stripe_down_the_seam_belongs_to_the_person() -> None:
    figure = draw(Figure(colours=((Label.BOTTOM, BLACK), (Label.BACKGROUND, (250, 250, 250)))))
    stripe = np.zeros((HEIGHT, WIDTH), np.uint8)
    x, y = JOINTS[Joint.LEFT_KNEE]
    cv2.line(stripe, (WIDTH // 2 + x + 31, y - 60), (WIDTH // 2 + x + 31, y + 60), 1, 9)
    bright = (stripe > 0) & (figure[1] == Label.BACKGROUND)
    labels = labels_of(painted(figure, bright, (70, 190, 240), Label.BOTTOM))
    assert (labels[bright] > 0).mean() > 0.7
    assert not labels[:, : WIDTH // 2 - 180].any()


def test_hair_comes_down_from_a_head_above_the_photo() -> None:
    figure = draw(Figure(sleeves=0.5))
    strands = np.zeros((HEIGHT, WIDTH), np.uint8)
    for sign in (-1, 1):
        cv2.line(strands, (WIDTH // 2 + sign * 34, 150), (WIDTH // 2 + sign * 42, 290), 1, 26)
    hair = strands > 0
    photo, truth, pose = cropped(painted(figure, hair, (34, 26, 22), Label.HAIR), 178, HEIGHT)
    pose.points[:11, 1] -= 80  # nobody saw the head
    labels = labels_of((photo, truth, pose))
    inside = cv2.erode((truth == Label.HAIR).astype(np.uint8), np.ones((7, 7), np.uint8)) > 0
    assert (labels[inside] == Label.HAIR).mean() > 0.85
    assert (labels == Label.HAIR).sum() < 1.3 * (truth == Label.HAIR).sum()
