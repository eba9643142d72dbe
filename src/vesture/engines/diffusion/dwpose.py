"""Body, hands and face of the people in a photo, by the two DWPose networks (ONNX files), decoded here.

Takes an RGB photo (H, W, 3) uint8, gives `BodyPoints` of the main person. First a detector (YOLOX-L, 640 x 640) finds
people, then a whole-body network (RTMPose-L, 288 wide x 384 high) finds 133 points in each box.

Sources: Z. Yang et al., "Effective Whole-body Pose Estimation with Two-stages Distillation" (DWPose); Z. Ge et al.,
"YOLOX"; Y. Li et al., "SimCC" (a point as two one-dimensional classifications). Thresholds, colour order and the choice
of the main person are those with which the try-on model's training drawings were made.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from vesture.core.task import RGB
from vesture.engines.diffusion.body_points import CORE_JOINTS, MIN_CONFIDENCE, BodyPoints

Floats = NDArray[np.floating[Any]]

DETECTOR_FILE, POSE_FILE = "yolox_l.onnx", "dw-ll_ucoco_384.onnx"
STRIDES = (8, 16, 32)
LETTERBOX_GRAY = 114
PRE_THRESHOLD, PERSON_THRESHOLD, OVERLAP = 0.1, 0.3, 0.45
BOX_MARGIN = 1.25
MEAN = np.array([123.675, 116.28, 103.53], np.float32)  # of RGB; the networks were trained on BGR with these
DEVIATION = np.array([58.395, 57.12, 57.375], np.float32)
OPENPOSE_ORDER = (0, 17, 6, 8, 10, 5, 7, 9, 12, 14, 16, 11, 13, 15, 2, 1, 4, 3)
"""Rows, after the neck was inserted at 17, that make OpenPose's 18 joints."""
COCO_LEFT_SHOULDER, COCO_RIGHT_SHOULDER, NECK_ROW = 5, 6, 17
FACE_ROWS, HAND_ROWS = slice(24, 92), (slice(92, 113), slice(113, 134))


class DWPose:
    """Both networks, loaded once. onnxruntime sessions may be run by many threads."""

    def __init__(self, folder: Path, threads: int = 2, providers: tuple[str, ...] = ("CPUExecutionProvider",)) -> None:
        import onnxruntime  # slow to import

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        self._detector, self._pose = (
            onnxruntime.InferenceSession(str(folder / name), options, providers=list(providers))
            for name in (DETECTOR_FILE, POSE_FILE)
        )

    def __call__(self, rgb: RGB) -> BodyPoints:
        """The main person's points; without a detected person those of whatever the whole photo holds."""
        bgr = np.ascontiguousarray(rgb[..., ::-1])
        boxes = self.find_people(bgr)
        height, width = bgr.shape[:2]
        found = [self.find_points(bgr, box) for box in (boxes if len(boxes) else [np.array([0, 0, width, height])])]
        points, scores = (np.stack(part) for part in zip(*found, strict=True))
        return main_person(*whole_body(points, scores), height, width, boxed=len(boxes) > 0)

    def find_people(self, bgr: RGB) -> Floats:
        """(people, 4) boxes x0, y0, x1, y1 in pixels, best first."""
        picture, factor = letterbox(bgr)
        tensor = picture.transpose(2, 0, 1)[None].astype(np.float32)
        (raw,) = self._detector.run(None, {self._detector.get_inputs()[0].name: tensor})
        return people_boxes(raw[0], factor)

    def find_points(self, bgr: RGB, box: Floats) -> tuple[Floats, Floats]:
        """(133, 2) points in pixels and their (133,) confidences, in one box."""
        slot = self._pose.get_inputs()[0]
        height, width = slot.shape[2:]
        region = pose_region(box, height, width)
        tensor = pose_input(bgr, region, height, width)[None]
        along_x, along_y = self._pose.run(None, {slot.name: tensor})
        return decode_points(along_x[0], along_y[0], region, height, width)


def letterbox(bgr: RGB, side: int = 640) -> tuple[RGB, float]:
    """The photo scaled into the top left of a gray square (side, side, 3), and the factor."""
    height, width = bgr.shape[:2]
    factor = min(side / height, side / width)
    size = int(width * factor), int(height * factor)
    picture = np.full((side, side, 3), LETTERBOX_GRAY, np.uint8)
    picture[: size[1], : size[0]] = cv2.resize(bgr, size, interpolation=cv2.INTER_LINEAR)
    return picture, factor


def people_boxes(raw: Floats, factor: float, side: int = 640) -> Floats:
    """Boxes of people from the detector's output.

    Args:
        raw: (8400, 85): centre and log size in grid cells, objectness, 80 class scores; person is class 0.
        factor: of the letterbox.

    Returns:
        (people, 4) x0, y0, x1, y1 in pixels of the photo.
    """
    cells, strides = [], []
    for stride in STRIDES:
        row, column = np.mgrid[: side // stride, : side // stride]
        cells.append(np.stack([column.ravel(), row.ravel()], axis=1))
        strides.append(np.full((row.size, 1), stride))
    cell, step = np.concatenate(cells), np.concatenate(strides)
    centre, size = (raw[:, :2] + cell) * step, np.exp(raw[:, 2:4]) * step
    boxes = np.concatenate([centre - size / 2, centre + size / 2], axis=1) / factor
    scores = raw[:, 4] * raw[:, 5]
    likely = scores > PRE_THRESHOLD
    boxes, scores = boxes[likely], scores[likely]
    kept = without_overlaps(boxes, scores)
    return boxes[kept][scores[kept] > PERSON_THRESHOLD]


def without_overlaps(boxes: Floats, scores: Floats) -> list[int]:
    """Rows that remain, best first, when a box drops all worse ones that overlap it by more than 0.45."""
    areas = np.prod(boxes[:, 2:] - boxes[:, :2] + 1, axis=1)
    order, kept = np.argsort(scores)[::-1], []
    while len(order):
        best, rest = order[0], order[1:]
        kept.append(int(best))
        low, high = np.maximum(boxes[best, :2], boxes[rest, :2]), np.minimum(boxes[best, 2:], boxes[rest, 2:])
        shared = np.prod(np.maximum(high - low + 1, 0), axis=1)
        order = rest[shared / (areas[best] + areas[rest] - shared) <= OVERLAP]
    return kept


@dataclass(frozen=True, slots=True)
class PoseRegion:
    """The part of a photo that the whole-body network sees: centre (2,) and size (2,) in pixels, x before y."""

    centre: Floats
    size: Floats


def pose_region(box: Floats, height: int, width: int) -> PoseRegion:
    """A box with a margin, extended to the proportions of the network's input."""
    box = np.asarray(box, np.float64)
    wide, high = (box[2:] - box[:2]) * BOX_MARGIN
    size = (wide, wide * height / width) if wide > high * width / height else (high * width / height, high)
    return PoseRegion((box[:2] + box[2:]) / 2, np.array(size))


def pose_input(bgr: RGB, region: PoseRegion, height: int, width: int) -> NDArray[np.float32]:
    """The region as the network wants it, (3, height, width) float32, black outside the photo."""
    scale = width / region.size[0]
    shift = np.array([width, height]) / 2 - region.centre * scale
    matrix = np.array([[scale, 0, shift[0]], [0, scale, shift[1]]])
    cut = cv2.warpAffine(bgr, matrix, (width, height), flags=cv2.INTER_LINEAR)
    return np.ascontiguousarray(((cut - MEAN) / DEVIATION).transpose(2, 0, 1), np.float32)


def decode_points(
    along_x: Floats, along_y: Floats, region: PoseRegion, height: int, width: int
) -> tuple[Floats, Floats]:
    """Points of one region in pixels of the photo.

    Args:
        along_x, along_y: (133, 2 width), (133, 2 height): scores of half-pixel positions.

    Returns:
        (133, 2) points and (133,) confidences, the lower of the two peaks; where that is not positive the network
        found nothing and the point means nothing.
    """
    places = np.stack([along_x.argmax(axis=1), along_y.argmax(axis=1)], axis=1).astype(np.float64)
    confidence = np.minimum(along_x.max(axis=1), along_y.max(axis=1))
    places[confidence <= 0] = -1
    points = places / 2 / (width, height) * region.size + region.centre - region.size / 2
    return points, confidence


def whole_body(points: Floats, confidences: Floats) -> tuple[Floats, Floats]:
    """COCO's 133 points to 134: a neck between the shoulders, the first 18 in OpenPose's order.

    (people, 133, 2), (people, 133) -> (people, 134, 2), (people, 134)
    """
    shoulders = [COCO_LEFT_SHOULDER, COCO_RIGHT_SHOULDER]
    neck = points[:, shoulders].mean(axis=1)
    certain = (confidences[:, shoulders] > MIN_CONFIDENCE).all(axis=1).astype(float)
    points = np.insert(points, NECK_ROW, neck, axis=1)
    confidences = np.insert(confidences.astype(np.float64), NECK_ROW, certain, axis=1)
    rows = [*OPENPOSE_ORDER, *range(18, points.shape[1])]
    return points[:, rows], confidences[:, rows]


def main_person(points: Floats, confidences: Floats, height: int, width: int, *, boxed: bool = True) -> BodyPoints:
    """The largest, most certain person, in parts of the picture.

    The area of every person is that of the joints which are certain in the FIRST person, as in the published program.

    Args:
        points: (people, 134, 2) pixels.
        confidences: (people, 134).
    """
    core = slice(1, 1 + CORE_JOINTS)
    certain = confidences > MIN_CONFIDENCE
    sums = (confidences * certain)[:, core].sum(axis=1)
    seen = points[:, core][:, certain[0, core]]  # (people, joints, 2)
    areas = np.ptp(seen, axis=1).prod(axis=1) if seen.shape[1] else np.zeros(len(points))
    weights = sums * areas
    person = int(np.argmax(weights if weights.max() > 0 else sums))
    relative = points[person] / (width, height)
    sure = confidences[person]
    relative[sure < MIN_CONFIDENCE] = -1
    body = relative[:18].copy()
    body[sure[:18] <= MIN_CONFIDENCE] = -1
    return BodyPoints(body, np.stack([relative[rows] for rows in HAND_ROWS]), relative[FACE_ROWS], boxed)
