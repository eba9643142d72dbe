"""Is the garment worn by somebody, or lying flat? The rule behind `garment_photo_type: auto`.

Takes: a photo and the pose found on it. Gives: "model" or "flat-lay". A pose alone proves nothing: the network sees a
body in many an empty shirt. A head that the detector is sure of proves a person. Without one (half bodies, legs, empty
clothes), five measures of `Evidence` decide by a logistic score.

The weights in `WEIGHTS` are a logistic regression (both kinds weighing the same, ridge 0.0004) on 209 photos without a
sure head: product, street and amateur photos, empty garments on floors, beds, hangers and white, and crops of whole
people below the chin or the waist. With every photo judged by weights fitted without its group (the colours, views and
crops of one subject), 80 of the 81 empty and 124 of the 128 worn ones were told; the measures themselves were chosen
among some twenty with these photos in view, so expect a little less of new ones. Two values are not the
fit's: it has -3.8 for `headless` and -0.3 for the constant. With these, hanging trousers that the photo's upper edge
cuts off stay flat, too.
`python -m bench.photo_type FOLDER --fit` repeats it.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vesture.core.task import RGB, Picture
from vesture.vision.garment.types import PhotoType
from vesture.vision.pose.choice import plausibility
from vesture.vision.pose.estimator import Pose
from vesture.vision.pose.joints import Joint

SURE_DETECTION = 0.75  # the detector finds heads: people score from 0.79, empty garments up to 0.70
WORKING_SIZE = 256  # pixels of the long side: patches of skin and the outline are no finer
UNLIKE_SCENE = 10.0  # CIE76 distance of skin to each main colour of what surrounds the body (wooden floor, beige wall)
UNLIKE_CLOTH = 12.0  # and of the trunk (leather, nude cloth)
SCENE_COLOURS, CLOTH_COLOURS = 5, 3
FEWEST_PIXELS = 40
MOST_SAMPLES = 1500  # pixels that main colours are found from

Bools = NDArray[np.bool_]
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for a body in the clothes, each in [0, 1].

    Attributes:
        skin: root of the share of the body in a skin tone that is neither the scene's nor the cloth's.
        limbs: visibility of the wrists, or of the less visible of knees and ankles, whichever is more.
        symmetry: overlap (IoU) of the body's outline with its mirror image: people stand askew, spread cloth does not.
        body: how well the pose explains the mask (`plausibility`) times how decided the mask is: of empty cloth the
            network is in doubt.
        headless: share of the place of the head that the photo shows, though the detector is not sure of one; 1 where
            the body does not reach the photo's upper edge. Heads of wearers are missing because the photo ends below
            them, those of garments on hangers in plain sight.
    """

    skin: float
    limbs: float
    symmetry: float
    body: float
    headless: float


WEIGHTS = Evidence(skin=10.0, limbs=4.8, symmetry=-5.7, body=1.9, headless=-3.0)
CONSTANT = -1.1
HEAD_ABOVE, HEAD_RADIUS = 0.62, 0.33  # in body units: its middle above the shoulder joints, along the trunk
CUT_OFF = 0.1  # of the body's width along the photo's upper edge, from where that edge cuts it off


def find_photo_type(garment: Picture, pose: Pose | None) -> PhotoType:
    """Decide whether somebody wears the garment. A cut-out (a photo with transparency) and a photo without a pose,
    from which a worn garment could not be taken off, count as flat."""
    if pose is None or garment.alpha is not None:
        return "flat-lay"
    if pose.detected >= SURE_DETECTION:
        return "model"
    return "model" if worn_score(measure_evidence(garment.rgb, pose)) > 0 else "flat-lay"


def worn_score(evidence: Evidence) -> float:
    """The natural logarithm of the odds that somebody wears the garment."""
    return CONSTANT + float(np.dot(astuple(WEIGHTS), astuple(evidence)))


def measure_evidence(rgb: RGB, pose: Pose) -> Evidence:
    """The measures of a photo (h, w, 3) and the pose found on it."""
    scale = WORKING_SIZE / max(rgb.shape[:2])
    size = max(1, round(rgb.shape[1] * scale)), max(1, round(rgb.shape[0] * scale))
    small = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA)
    mask = np.asarray(cv2.resize(pose.mask, size, interpolation=cv2.INTER_AREA), np.float32)
    visibility = pose.visibility
    wrists = visibility[[Joint.LEFT_WRIST, Joint.RIGHT_WRIST]].mean()
    knees = visibility[[Joint.LEFT_KNEE, Joint.RIGHT_KNEE]].mean()
    ankles = visibility[[Joint.LEFT_ANKLE, Joint.RIGHT_ANKLE]].mean()
    skin = _foreign_skin(np.asarray(small, np.uint8), mask > 0.5, pose, scale)
    doubtful = float(((mask > 0.1) & (mask < 0.9)).mean()) / max(float(mask.mean()), 1e-6)
    return Evidence(
        skin=skin**0.5,
        limbs=float(max(wrists, min(knees, ankles))),
        symmetry=_symmetry(mask > 0.5),
        body=plausibility(pose.points, pose.mask) * max(0.0, 1.0 - doubtful),
        headless=max(_head_in_sight(pose, scale, size), 1 - min(1.0, _cut_above(mask > 0.5) / CUT_OFF)),
    )


def _head_in_sight(pose: Pose, scale: float, size: tuple[int, int]) -> float:
    """Share of the disc where a head would be that lies inside a photo whose `size` is (width, height) at `scale`."""
    trunk = pose.neck - pose.hips
    middle = pose.neck + trunk * (HEAD_ABOVE * pose.unit / max(float(np.linalg.norm(trunk)), 1e-6))
    x, y = (float(value) * scale for value in middle)
    radius = max(1.0, HEAD_RADIUS * pose.unit * scale)
    columns, rows = np.meshgrid(np.arange(size[0]), np.arange(size[1]))
    inside = int((np.hypot(columns - x, rows - y) < radius).sum())
    return min(1.0, inside / (np.pi * radius**2))


def _cut_above(body: Bools) -> float:
    """How much of the photo's upper edge the body takes, as a share of its width."""
    edge = body[: max(1, len(body) // 64)].mean(0).sum()
    return float(edge / max(int(body.any(0).sum()), 1))


def _foreign_skin(rgb: RGB, body: Bools, pose: Pose, scale: float) -> float:
    """Share of the body in a skin tone found neither round the body nor on its trunk."""
    lab = np.asarray(cv2.cvtColor((rgb / 255).astype(np.float32), cv2.COLOR_RGB2LAB), np.float32)
    margin = np.ones((3, 3), np.uint8)
    near = cv2.dilate(body.astype(np.uint8), margin, iterations=max(1, int(0.1 * pose.unit * scale))) > 0
    scene = lab[~near]
    if len(scene) < FEWEST_PIXELS:
        scene = np.concatenate([part.reshape(-1, 3) for part in (lab[:3], lab[:, :3], lab[:, -3:])])
    trunk = np.zeros(body.shape, np.uint8)
    top, bottom = (tuple(int(v) for v in scale * p) for p in (0.7 * pose.neck + 0.3 * pose.hips, pose.hips))
    cv2.line(trunk, top, bottom, 1, max(2, int(0.5 * pose.unit * scale)))
    cloth = next((part for part in (lab[trunk > 0], lab[body]) if len(part) >= FEWEST_PIXELS), lab.reshape(-1, 3))
    skin = _skin_tone(rgb) & body
    pixels = lab[skin]
    for colours, unlike in (
        (_main_colours(scene, SCENE_COLOURS), UNLIKE_SCENE),
        (_main_colours(cloth, CLOTH_COLOURS), UNLIKE_CLOTH),
    ):
        distance = np.linalg.norm(pixels[:, None] - colours[None], axis=2)  # (n, colours)
        pixels = pixels[distance.min(1) > unlike]
    return len(pixels) / max(int(body.sum()), 1)


def _skin_tone(rgb: RGB) -> Bools:
    """(h, w): colours that human skin of any tone takes (range in YCrCb, Chai and Ngan 1999, widened)."""
    luma, red, blue = cv2.split(cv2.cvtColor(rgb, cv2.COLOR_RGB2YCrCb))
    return np.asarray((luma > 30) & (red >= 134) & (red <= 180) & (blue >= 80) & (blue <= 130))


def _main_colours(pixels: Floats, count: int) -> Floats:
    """The main colours (count, 3) of pixels (n, 3): k-means from a start sorted by lightness, the same every time."""
    some = pixels[:: max(1, len(pixels) // MOST_SAMPLES)]
    some = np.ascontiguousarray(some[np.argsort(some[:, 0], kind="stable")])
    start = (np.arange(len(some)) * count // len(some)).astype(np.int32)[:, None]
    criteria = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 10, 1.0)
    return np.asarray(cv2.kmeans(some, count, start, criteria, 1, cv2.KMEANS_USE_INITIAL_LABELS)[2], np.float32)


def _symmetry(body: Bools) -> float:
    """IoU of an outline with its mirror image about its own upright axis; 1 where there is none."""
    columns = np.nonzero(body)[1]
    if not len(columns):
        return 1.0
    axis = round(float(columns.mean()))
    half = min(axis, body.shape[1] - axis)
    left, right = body[:, axis - half : axis], body[:, axis : axis + half][:, ::-1]
    return float((left & right).sum() / max(int((left | right).sum()), 1))
