"""A drawn person whose every pixel is known, with the pose to it."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from vesture.vision.parsing.parse import Label
from vesture.vision.pose.decode import Region
from vesture.vision.pose.estimator import Joint, Pose

HEIGHT, WIDTH = 900, 620
COLOURS = {
    Label.BACKGROUND: (205, 210, 212),
    Label.HAIR: (58, 40, 30),
    Label.SKIN: (214, 168, 142),
    Label.TOP: (40, 90, 160),
    Label.BOTTOM: (92, 98, 60),
    Label.ONE_PIECE: (150, 40, 90),
    Label.SHOES: (70, 30, 110),
}
# Of the viewer's right half (the wearer's left), as (x from the axis, y)
JOINTS = {
    Joint.NOSE: (0, 125),
    Joint.LEFT_EYE_INNER: (7, 108),
    Joint.LEFT_EYE: (15, 108),
    Joint.LEFT_EYE_OUTER: (23, 109),
    Joint.LEFT_EAR: (36, 116),
    Joint.MOUTH_LEFT: (13, 144),
    Joint.LEFT_SHOULDER: (66, 215),
    Joint.LEFT_ELBOW: (108, 330),
    Joint.LEFT_WRIST: (128, 430),
    Joint.LEFT_PINKY: (134, 462),
    Joint.LEFT_INDEX: (126, 466),
    Joint.LEFT_THUMB: (120, 455),
    Joint.LEFT_HIP: (40, 440),
    Joint.LEFT_KNEE: (50, 610),
    Joint.LEFT_ANKLE: (56, 770),
    Joint.LEFT_HEEL: (54, 795),
    Joint.LEFT_TOE: (66, 815),
}


@dataclass(frozen=True, slots=True)
class Figure:
    """How the drawn person is dressed."""

    sleeves: float = 0.0  # 0: none, 0.5: to the elbows, 1: to the wrists
    trousers: float = 1.0  # along the legs; 0.4: shorts
    dress: bool = False
    colours: tuple[tuple[Label, tuple[int, int, int]], ...] = ()


def pose_of_figure(mask: np.ndarray) -> Pose:
    points = np.zeros((33, 2), np.float32)
    for joint, (x, y) in JOINTS.items():
        points[joint] = WIDTH / 2 + x, y
        if joint != Joint.NOSE:
            twin = joint + 3 if 1 <= joint <= 3 else joint + 1
            points[twin] = WIDTH / 2 - x, y
    ones = np.ones(33, np.float32)
    return Pose(points, 0 * ones, ones, ones, mask, 1.0, Region(WIDTH / 2, 440, 1000))


def draw(figure: Figure) -> tuple[np.ndarray, np.ndarray, Pose]:
    """Photo, true labels and pose of a figure."""
    truth = np.zeros((HEIGHT, WIDTH), np.uint8)
    middle = WIDTH // 2

    def line(label: Label, *joints: tuple[float, float], width: int) -> None:
        for sign in (-1, 1):
            corners = np.array([(middle + sign * x, y) for x, y in joints], np.int32)
            cv2.polylines(truth, [corners], False, int(label), width)

    def along(start: Joint, end: Joint, share: float) -> tuple[float, float]:
        (x0, y0), (x1, y1) = JOINTS[start], JOINTS[end]
        return x0 + share * (x1 - x0), y0 + share * (y1 - y0)

    def shape(label: Label, half: list[tuple[int, int]]) -> None:
        outline = [(middle + x, y) for x, y in half] + [(middle - x, y) for x, y in reversed(half)]
        cv2.fillPoly(truth, [np.array(outline, np.int32)], int(label))

    legs = [JOINTS[j] for j in (Joint.LEFT_HIP, Joint.LEFT_KNEE, Joint.LEFT_ANKLE)]
    arm = [JOINTS[j] for j in (Joint.LEFT_SHOULDER, Joint.LEFT_ELBOW, Joint.LEFT_WRIST)]
    line(Label.SKIN, *legs, width=46)
    line(Label.SKIN, *arm, JOINTS[Joint.LEFT_INDEX], width=30)
    cv2.line(truth, (middle, 140), (middle, 220), int(Label.SKIN), 44)
    if not figure.dress:
        shape(Label.BOTTOM, [(56, 420), (64, 500), (8, 500)])
        reach = figure.trousers
        knee = along(Joint.LEFT_HIP, Joint.LEFT_KNEE, min(1.0, 2 * reach))
        line(Label.BOTTOM, legs[0], knee, width=58)
        if reach > 0.5:
            line(Label.BOTTOM, knee, along(Joint.LEFT_KNEE, Joint.LEFT_ANKLE, 2 * reach - 1), width=52)
    body = Label.ONE_PIECE if figure.dress else Label.TOP
    shape(body, [(26, 196), (78, 206), (66, 300), (60, 380), (62, 435)])
    if figure.dress:
        shape(body, [(60, 400), (112, 590)])
    if figure.sleeves:
        elbow = along(Joint.LEFT_SHOULDER, Joint.LEFT_ELBOW, min(1.0, 2 * figure.sleeves))
        line(body, arm[0], elbow, width=42)
        if figure.sleeves > 0.5:
            line(body, elbow, along(Joint.LEFT_ELBOW, Joint.LEFT_WRIST, 2 * figure.sleeves - 1), width=38)
    line(Label.SHOES, (54, 782), (66, 812), width=34)
    cv2.ellipse(truth, (middle, 112), (46, 58), 0, 0, 360, int(Label.HAIR), -1)
    cv2.ellipse(truth, (middle, 126), (36, 48), 0, 0, 360, int(Label.SKIN), -1)
    palette = np.array([(COLOURS | dict(figure.colours)).get(Label(i), (0, 0, 0)) for i in range(8)], np.float32)
    generator = np.random.default_rng(11)
    light = cv2.GaussianBlur(generator.normal(0, 1, truth.shape), (0, 0), 25)
    photo = palette[truth] * (1 + 0.05 * light / light.std())[..., None] + generator.normal(0, 2, (*truth.shape, 3))
    photo = cv2.GaussianBlur(np.clip(photo, 0, 255).astype(np.uint8), (0, 0), 0.8)
    mask = cv2.GaussianBlur((truth > 0).astype(np.float32), (0, 0), 5)
    return photo, truth, pose_of_figure(mask)
