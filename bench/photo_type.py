"""Garment photos told apart by kind: worn by somebody, or flat.

    python -m bench.photo_type FOLDER [--fit]

Worn: the sample people, FOLDER/recolour (both colours), FOLDER/people and FOLDER/parsing. Flat: the sample garments
(fronts) and FOLDER/garments, each file with transparency also on white without it. Prints the confusion table, every
mistake and the milliseconds beyond the pose that the decision takes where evidence is measured.

With `--fit`: the weights of `photo_type` found anew, from the photos whose pose has no sure head and from crops of all
others (`crops`), and the mistakes when each photo is judged by weights fitted without its group.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import astuple, dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from vesture.assets import POSE_DETECTION, POSE_LANDMARKS, AssetStore, samples
from vesture.core.task import RGB, Picture
from vesture.engines.warp.photo_type import SURE_DETECTION, find_photo_type, measure_evidence
from vesture.images.codec import decode
from vesture.settings import Settings
from vesture.vision.garment.types import PhotoType
from vesture.vision.pose.estimator import Joint, Pose, PoseEstimator

SUFFIXES = {".jpg", ".jpeg", ".png", ".webp"}
LONG_SIDE = 2048
CROP_LONG_SIDE = 1024
RIDGE = 4e-4  # times half the squared weights, beside the mean logistic loss of each kind
NEWTON_STEPS = 60


@dataclass(frozen=True, slots=True)
class Photo:
    """One photo: `group` joins views and colours of one subject."""

    name: str
    group: str
    picture: Picture
    truth: PhotoType


@dataclass(slots=True)
class Table:
    """Evidence of the photos without a sure head, for the fit."""

    names: list[str]
    groups: list[str]
    rows: list[tuple[float, ...]]
    worn: list[bool]

    def add(self, photo: Photo, pose: Pose | None) -> None:
        if pose is not None and pose.detected < SURE_DETECTION:
            self.names.append(photo.name)
            self.groups.append(photo.group)
            self.rows.append(astuple(measure_evidence(photo.picture.rgb, pose)))
            self.worn.append(photo.truth == "model")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--fit", action="store_true", help="find the weights anew")
    given = arguments.parse_args()
    store = AssetStore(Settings.from_environment().assets)
    poses = PoseEstimator(store.path(POSE_DETECTION), store.path(POSE_LANDMARKS), threads=1)
    table = Table([], [], [], [])
    counts: Counter[tuple[PhotoType, PhotoType]] = Counter()
    seconds: list[float] = []
    for photo in photos(store, given.folder):
        pose = poses.estimate(photo.picture.rgb)
        started = time.perf_counter()
        found = find_photo_type(photo.picture, pose)
        if pose and pose.detected < SURE_DETECTION and photo.picture.alpha is None:
            seconds.append(time.perf_counter() - started)
        counts[photo.truth, found] += 1
        if found != photo.truth:
            print(f"{photo.name}: {photo.truth}, called {found}{'' if pose else ' (no pose)'}", flush=True)
        if given.fit:
            table.add(photo, pose)
            for crop in crops(photo, pose):
                table.add(crop, poses.estimate(crop.picture.rgb))
    print_confusion(counts)
    print(f"milliseconds beyond the pose: median {1e3 * np.median(seconds):.1f}, most {1e3 * max(seconds):.1f}")
    if given.fit:
        for photo in sample_backs(store):
            table.add(photo, poses.estimate(photo.picture.rgb))
        report_fit(table)


def photos(store: AssetStore, data: Path) -> Iterator[Photo]:
    """Every photo whose kind is known."""
    for sample in samples():
        truth: PhotoType = "flat-lay" if sample.kind == "garment" else "model"
        yield Photo(sample.name, sample.name, read(sample.path(store)), truth)
    for folder, truth in (("garments", "flat-lay"), ("recolour", "model"), ("people", "model"), ("parsing", "model")):
        for path in sorted((data / folder).iterdir()):
            if path.suffix not in SUFFIXES or path.stem.endswith(("-mask", "-labels")):
                continue
            group = path.stem.removesuffix("-front").removesuffix("-back")
            if folder == "recolour":
                group = path.stem.split("-")[0]
            picture = read(path)
            yield Photo(f"{folder}/{path.name}", group, picture, truth)
            if picture.alpha is not None:
                yield Photo(f"{folder}/{path.name} on white", group, on_white(picture), truth)


def sample_backs(store: AssetStore) -> Iterator[Photo]:
    """The backs of the sample garments."""
    for sample in samples("garment"):
        if sample.back is not None:
            yield Photo(f"{sample.name} back", sample.name, read(store.path(sample.back)), "flat-lay")


def read(path: Path) -> Picture:
    data = path.read_bytes()
    return decode(data, path.name, min_side=16, max_pixels=100_000_000, max_bytes=len(data), max_side=LONG_SIDE)


def on_white(picture: Picture) -> Picture:
    """The picture as a file without transparency shows it."""
    assert picture.alpha is not None
    share = picture.alpha[..., None] / 255
    return Picture(np.rint(picture.rgb * share + 255 * (1 - share)).astype(np.uint8))


def crops(photo: Photo, pose: Pose | None) -> Iterator[Photo]:
    """Harder views: of people whose head is seen below the chin, and from the waist down where feet are seen; of
    empty garments a tighter frame."""
    height, width = photo.picture.rgb.shape[:2]
    if photo.truth == "flat-lay":
        if photo.picture.alpha is None and "on white" not in photo.name:
            y, x = int(0.07 * height), int(0.07 * width)
            yield crop(photo, "tight", slice(y, height - y), slice(x, width - x))
        return
    if pose is None or pose.detected < SURE_DETECTION or min(pose.visibility[[23, 24]]) < 0.5:
        return
    body = pose.points[Joint.LEFT_SHOULDER : Joint.RIGHT_ANKLE + 1, 0]
    left, right = max(0, int(body.min() - 0.6 * pose.unit)), min(width, int(body.max() + 0.6 * pose.unit))
    neck, hips = float(pose.neck[1]), float(pose.hips[1])
    mouth = float(pose.points[[Joint.MOUTH_LEFT, Joint.MOUTH_RIGHT], 1].mean())
    chin, below = int(mouth + 0.35 * (neck - mouth)), min(height, int(hips + 0.6 * pose.unit))
    yield crop(photo, "headless", slice(chin, below), slice(left, right))
    if pose.visibility[[Joint.LEFT_ANKLE, Joint.RIGHT_ANKLE]].min() > 0.5:
        yield crop(photo, "legs", slice(int(hips - 0.45 * (hips - neck)), height), slice(left, right))


def crop(photo: Photo, what: str, rows: slice, columns: slice) -> Photo:
    part: RGB = np.ascontiguousarray(photo.picture.rgb[rows, columns])
    scale = min(1.0, CROP_LONG_SIDE / max(part.shape[:2]))
    size = round(part.shape[1] * scale), round(part.shape[0] * scale)
    small = np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_AREA), np.uint8)
    return Photo(f"{photo.name} {what}", photo.group, Picture(small), photo.truth)


def print_confusion(counts: Counter[tuple[PhotoType, PhotoType]]) -> None:
    kinds: tuple[PhotoType, PhotoType] = ("model", "flat-lay")
    print(f"{'':10s}" + "".join(f"{'called ' + kind:>17s}" for kind in kinds) + f"{'right':>8s}")
    for truth in kinds:
        row = [counts[truth, found] for found in kinds]
        right = counts[truth, truth] / max(sum(row), 1)
        print(f"{truth:10s}" + "".join(f"{number:17d}" for number in row) + f"{right:8.1%}")


def report_fit(table: Table) -> None:
    """Weights from all rows, and the mistakes of weights fitted without each row's group."""
    rows, worn, groups = np.array(table.rows), np.array(table.worn, float), np.array(table.groups)
    print("weights " + " ".join(f"{value:.2f}" for value in logistic(rows, worn)))
    score = np.zeros(len(rows))
    for group in np.unique(groups):
        out = groups == group
        weights = logistic(rows[~out], worn[~out])
        score[out] = rows[out] @ weights[:-1] + weights[-1]
    wrong = (score > 0) != (worn > 0)
    for index in np.flatnonzero(wrong):
        print(f"left out, {table.names[index]}: score {score[index]:.2f}")
    for kind, members in (("model", worn > 0), ("flat-lay", worn == 0)):
        print(f"left out, {kind}: {int((members & ~wrong).sum())} of {int(members.sum())} right")


def logistic(rows: NDArray[np.float64], worn: NDArray[np.float64]) -> NDArray[np.float64]:
    """Weights and, last, the constant of a ridge logistic regression in which both kinds weigh the same."""
    design = np.c_[rows, np.ones(len(rows))]
    share = np.where(worn > 0, 0.5 / worn.sum(), 0.5 / (1 - worn).sum())
    ridge = np.diag([RIDGE] * rows.shape[1] + [1e-9])
    weights = np.zeros(design.shape[1])
    for _ in range(NEWTON_STEPS):
        odds = 1 / (1 + np.exp(-design @ weights))
        slope = design.T @ (share * (odds - worn)) + ridge @ weights
        curve = (design.T * (share * odds * (1 - odds))) @ design + ridge
        weights = weights - np.linalg.solve(curve, slope)
    return weights


if __name__ == "__main__":
    main()
