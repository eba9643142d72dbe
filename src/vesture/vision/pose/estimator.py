"""Where the body is: 33 landmarks and a person mask from one photo, by the two BlazePose networks.

Takes: an RGB photo (height, width, 3) uint8. Gives: a `Pose` in pixels of that photo, or None.
Knows nothing about clothes. Models come as paths of .tflite files.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from vesture.vision.pose.choice import (
    body_unit,
    cut_off_at_the_waist,
    plausibility,
    squeezed,
    with_head_above,
    with_upper_body_above,
)
from vesture.vision.pose.decode import (
    DETECTOR_SIZE,
    LANDMARK_SIZE,
    LANDMARKS,
    Detection,
    Floats,
    Levels,
    Region,
    anchor_centres,
    decode_detections,
    decode_landmarks,
    move_points,
    paste_mask,
    region_between,
)
from vesture.vision.pose.headless import with_drawn_head
from vesture.vision.pose.joints import SIDE_JOINTS, Joint, Point, Side
from vesture.vision.pose.network import Network

RGB = NDArray[np.uint8]

DETECTION_SCORE = 0.3
SURE_DETECTION_SCORE = 0.7
PRESENCE_SCORE = 0.5  # of the landmark network, where the detector is sure
UNSURE_PRESENCE_SCORE = 0.7
LEAST_PLAUSIBLE = 0.4  # of a body that no sure detection points at: presence times plausibility
REFINEMENTS = 1
MAX_PEOPLE_TRIED = 3
SEARCH_SIDE = 192  # pixels of the long side at which guesses are compared
STILL_PLAUSIBLE = 0.9  # of the former plausibility, for a pose under a drawn head
SMALLEST_PERSON = 0.45  # of the largest one's size; smaller ones pass by in the background


@dataclass(frozen=True, slots=True)
class Pose:
    """One person's body in a photo.

    Attributes:
        points: (33, 2) float32, (x, y) in image pixels, rows as in `Joint`; may lie outside the image.
        depth: (33,) float32, pixels, relative to the hips; smaller is nearer to the camera. Rough.
        visibility: (33,) float32 in [0, 1]: in the picture and not hidden.
        presence: (33,) float32 in [0, 1]: in the picture, perhaps hidden.
        mask: (height, width) float32 in [0, 1], probability that a pixel belongs to the person.
        score: in [0, 1], that there is a person at all.
        region: the square of the image that the landmark network saw.
        detected: in [0, 1], the detector's score of this person; 0 where a region was merely tried. From 0.7 on
            there is a person with a head; below, half a body or an empty garment may have been found.
        people: how many people of about this size the detector is sure of; 1 where it is sure of none.
    """

    points: Floats
    depth: Floats
    visibility: Floats
    presence: Floats
    mask: Floats
    score: float
    region: Region
    detected: float = 0.0
    people: int = 1

    @property
    def mirrored(self) -> bool:
        """True when the wearer's left is on the viewer's left (mostly: seen from behind)."""
        shoulders = self.points[Joint.LEFT_SHOULDER, 0] - self.points[Joint.RIGHT_SHOULDER, 0]
        hips = self.points[Joint.LEFT_HIP, 0] - self.points[Joint.RIGHT_HIP, 0]
        return bool(shoulders + hips < 0)

    def side(self, which: Literal["left", "right"]) -> Side:
        """The joints on the VIEWER's left or right, by where the shoulders and hips lie in the picture."""
        wearers_left = (which == "left") == self.mirrored
        rows = {name: 11 + 2 * place + (0 if wearers_left else 1) for place, name in enumerate(SIDE_JOINTS)}
        return Side(**{name: self.points[row] for name, row in rows.items()}, rows=rows)

    @property
    def neck(self) -> Point:
        """Midpoint of the shoulder joints."""
        return np.asarray(self.points[[Joint.LEFT_SHOULDER, Joint.RIGHT_SHOULDER]].mean(0), np.float32)

    @property
    def hips(self) -> Point:
        """Midpoint of the hip joints."""
        return np.asarray(self.points[[Joint.LEFT_HIP, Joint.RIGHT_HIP]].mean(0), np.float32)

    @property
    def shoulder_distance(self) -> float:
        return float(np.linalg.norm(self.points[Joint.LEFT_SHOULDER] - self.points[Joint.RIGHT_SHOULDER]))

    @property
    def torso_length(self) -> float:
        return float(np.linalg.norm(self.hips - self.neck))

    @property
    def unit(self) -> float:
        """S, the body's measure in pixels: every length on the body is expressed in it."""
        return body_unit(self.points)

    @property
    def facing(self) -> tuple[Literal["front", "back"], float]:
        """Whether the person's front or back is seen, and a confidence in [0.5, 1].

        Votes: which way round the shoulders and hips are, and whether the nose is nearer than the ears.
        """
        span = self.unit
        turn = self.points[Joint.LEFT_SHOULDER, 0] - self.points[Joint.RIGHT_SHOULDER, 0]
        turn += 0.7 * (self.points[Joint.LEFT_HIP, 0] - self.points[Joint.RIGHT_HIP, 0])
        ears = self.depth[[Joint.LEFT_EAR, Joint.RIGHT_EAR]].mean()
        seen = float(self.visibility[[Joint.NOSE, Joint.LEFT_EYE, Joint.RIGHT_EYE]].mean())
        nose = float(np.clip((ears - self.depth[Joint.NOSE]) / (0.4 * span), -1, 1)) * seen
        vote = 2.2 * float(turn) / span + 1.5 * nose
        front = 1.0 / (1.0 + np.exp(-2.0 * vote))
        return ("front", float(front)) if front >= 0.5 else ("back", float(1.0 - front))


@dataclass(frozen=True, slots=True)
class _Reading:
    """What the landmark network says of one region: landmarks (39, 5) in image pixels, mask (256, 256), presence."""

    landmarks: Floats
    mask: Floats
    score: float
    region: Region
    detected: float = 0.0


class PoseEstimator:
    """BlazePose in static-image mode. Safe to share between threads: each network runs one image at a time."""

    def __init__(self, detector: Path, landmarks: Path, threads: int = 2) -> None:
        """Load the networks.

        Args:
            detector: pose_detection.tflite, input 224 x 224.
            landmarks: pose_landmark_full.tflite, input 256 x 256.
            threads: CPU threads per network.
        """
        self._detector = Network(detector, threads)
        self._landmarks = Network(landmarks, threads)
        self._anchors = anchor_centres()

    def estimate(self, rgb: RGB) -> Pose | None:
        """The body of the main person (the largest certain one), or None when nobody is found.

        Where the detector is unsure (no head in the picture, half a body), other regions are tried as well, and the
        most plausible body wins.
        """
        found = sorted(self.detect(rgb), key=lambda one: -one.score * one.region().size)
        people = max(1, people_of_a_size(found, SURE_DETECTION_SCORE))
        for one in found[:MAX_PEOPLE_TRIED]:
            if one.score >= SURE_DETECTION_SCORE:
                pose = _pose(self._refined(Levels(rgb), one.region(), one.score), rgb.shape)
                if pose.score >= PRESENCE_SCORE:
                    return replace(pose, people=people)
        regions = [(one.region(), one.score) for one in found[:MAX_PEOPLE_TRIED]]
        regions += [(region, 0.0) for region in guessed_regions(*rgb.shape[:2])]
        levels = Levels(rgb)
        readings = [self._refined(levels, region, detected) for region, detected in regions]
        # looked at in small: only one of them is needed whole
        shrunk = max(1, max(rgb.shape[:2]) // SEARCH_SIDE)
        poses = [_pose(reading, rgb.shape, shrunk) for reading in readings]
        largest = max(float(pose.mask.mean()) for pose in poses) + 1e-6
        marks = [
            pose.score * plausibility(pose.points, pose.mask) * (float(pose.mask.mean()) / largest) ** 0.5
            for pose in poses
        ]
        best = int(np.argmax(marks))
        pose = _pose(readings[best], rgb.shape)
        completed = self._seen_with_a_head(rgb, pose)
        if completed is not None:
            return self._seen_with_a_head(rgb, completed) or completed  # the head, too, is better placed by now
        return pose if marks[best] >= LEAST_PLAUSIBLE and pose.score >= UNSURE_PRESENCE_SCORE else None

    def count_people(self, rgb: RGB, threshold: float = 0.5) -> int:
        """How many people of about one size the detector sees, after merging overlapping detections."""
        return people_of_a_size(self.detect(rgb, min(threshold, DETECTION_SCORE)), threshold)

    def detect(self, rgb: RGB, threshold: float = DETECTION_SCORE) -> list[Detection]:
        """People in the photo, best first, in image pixels."""
        height, width = rgb.shape[:2]
        square = Region(width / 2, height / 2, float(max(height, width)))
        crop = Levels(rgb).cut(square, DETECTOR_SIZE)
        boxes, logits = self._detector.run(crop * 2.0 - 1.0)
        affine = square.to_image(1)
        return [
            Detection(
                box=move_points(found.box.reshape(2, 2), affine).ravel(),
                points=move_points(found.points, affine),
                score=found.score,
            )
            for found in decode_detections(boxes[0], logits[0, :, 0], self._anchors, threshold)
        ]

    def _refined(self, levels: Levels, region: Region, detected: float = 0.0) -> _Reading:
        """Landmarks of the region, then of the better region that they imply, as a tracker would go on."""
        reading = self._measure(levels, region)
        for _ in range(REFINEMENTS):
            if reading.score < 0.2:
                break
            points = reading.landmarks
            again = self._measure(levels, region_between(points[LANDMARKS, :2], points[LANDMARKS + 1, :2]))
            if again.score < reading.score - 0.1:
                break
            reading = again
        return replace(reading, detected=detected)

    def _seen_with_a_head(self, rgb: RGB, pose: Pose) -> Pose | None:
        """The pose measured again under a drawn head, where the photo's edge cuts off the real one; else None."""
        if cut_off_at_the_waist(pose.points, rgb.shape):
            return None
        drawn = with_drawn_head(rgb, pose.points, pose.mask)
        if drawn is None:
            return None
        canvas, rows = drawn
        found = [one for one in self.detect(canvas) if one.score >= SURE_DETECTION_SCORE]
        if not found:
            return None
        largest = max(found, key=lambda one: one.score * one.region().size)
        again = _pose(self._refined(Levels(canvas), largest.region(), largest.score), canvas.shape)
        likely = plausibility(again.points, again.mask)
        if again.score < PRESENCE_SCORE or likely < STILL_PLAUSIBLE * plausibility(pose.points, pose.mask):
            return None
        return replace(
            again,
            points=again.points - np.array([0, rows], np.float32),
            visibility=again.visibility * (again.points[:, 1] >= rows),
            mask=np.ascontiguousarray(again.mask[rows:]),
            region=replace(again.region, y=again.region.y - rows),
            detected=pose.detected,
        )

    def _measure(self, levels: Levels, region: Region) -> _Reading:
        raw, flag, mask, heatmaps, _ = self._landmarks.run(levels.cut(region, LANDMARK_SIZE))
        landmarks = decode_landmarks(raw[0], heatmaps[0])
        landmarks[:, :2] = move_points(landmarks[:, :2], region.to_image())
        landmarks[:, 2] *= region.size / LANDMARK_SIZE
        probability = 1.0 / (1.0 + np.exp(-np.clip(mask[0, :, :, 0], -50, 50)))
        return _Reading(landmarks, probability.astype(np.float32), float(flag[0, 0]), region)


def _pose(reading: _Reading, shape: tuple[int, ...], shrunk: int = 1) -> Pose:
    """The pose in a photo of this shape, or, for a quick look, in one that is a whole number of times smaller."""
    region, points = reading.region, reading.landmarks[:LANDMARKS, :2]
    if reading.detected < SURE_DETECTION_SCORE and squeezed(points, shape):
        points = with_upper_body_above(points)
    elif cut_off_at_the_waist(points, shape):
        points = with_head_above(points)
    inside = ((points >= 0) & (points < (shape[1], shape[0]))).all(1)
    if shrunk > 1:
        region = replace(region, x=region.x / shrunk, y=region.y / shrunk, size=region.size / shrunk)
    return Pose(
        points=np.asarray(points / shrunk, np.float32),
        depth=reading.landmarks[:LANDMARKS, 2],
        visibility=reading.landmarks[:LANDMARKS, 3] * inside,
        presence=reading.landmarks[:LANDMARKS, 4],
        mask=paste_mask(reading.mask, region, shape[0] // shrunk, shape[1] // shrunk),
        score=reading.score,
        region=region,
        detected=reading.detected,
    )


def people_of_a_size(found: list[Detection], threshold: float) -> int:
    """How many of these detections are people that somebody may have meant: not much smaller than the largest."""
    sizes = [one.region().size for one in found if one.score >= threshold]
    return sum(size > SMALLEST_PERSON * max(sizes) for size in sizes)


def guessed_regions(height: int, width: int) -> list[Region]:
    """Regions to try where the detector is unsure: legs, whole body, upper body, torso without a head.

    The landmark network expects the hips at the centre of its square, so half bodies need squares that reach
    beyond the photo.
    """
    places = ((0.0, 2.4), (0.15, 2.1), (0.52, 1.15), (0.62, 1.6), (0.75, 1.9), (0.95, 2.2))
    return [Region(width / 2, height * centre, height * size) for centre, size in places]
