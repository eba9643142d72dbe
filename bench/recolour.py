"""Product views in two colours: does parsing find the garment, does the rest stay, does the colour arrive?

    python -m bench.recolour FOLDER

For each row of FOLDER/recolour/index.tsv the person in colour A wears the garment of the photo in colour B; the photo
in colour B is the truth, `mask` marks the pixels that truly differ.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, fields
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from bench.pairs import Pair, recolour_rows
from vesture import TryOn, VestureError
from vesture.assets import POSE_DETECTION, POSE_LANDMARKS, AssetStore
from vesture.settings import Settings
from vesture.vision.parsing import Label, parse_person
from vesture.vision.pose import PoseEstimator

WANTED = {"tops": (Label.TOP, Label.ONE_PIECE), "bottoms": (Label.BOTTOM, Label.ONE_PIECE)}
DILATION = 0.02  # of the photo's height: shadows and seams may reach that far outside the mask


@dataclass(frozen=True, slots=True)
class Score:
    """Of one pair: IoU of the parsed garment with the mask, IoU of the changed region with the mask, share of pixels
    outside the dilated mask that equal the input, CIE76 colour error inside the mask (and of the untouched photo)."""

    parsing: float
    changed: float
    untouched: float
    colour: float
    colour_before: float


def main() -> None:
    data = Path(sys.argv[1])
    assets = AssetStore(Settings.from_environment().assets)
    pose = PoseEstimator(assets.path(POSE_DETECTION), assets.path(POSE_LANDMARKS))
    try_on = TryOn(engine="warp")
    scores = []
    for pair, mask in recolour_rows(data):
        try:
            scores.append(score(pair, mask, pose, try_on))
        except VestureError as error:
            scores.append(Score(0, 0, 0, 99, 99))
            print(f"{pair.name:8s} {error}")
            continue
        print(
            f"{pair.name:8s} {pair.category:8s} " + " ".join(f"{value:7.3f}" for value in row(scores[-1])), flush=True
        )
    print(f"{'median':17s} " + " ".join(f"{value:7.3f}" for value in np.median([row(s) for s in scores], axis=0)))
    print("columns: " + ", ".join(field.name for field in fields(Score)))


def row(score: Score) -> list[float]:
    return [getattr(score, field.name) for field in fields(Score)]


def score(pair: Pair, mask_path: Path, estimator: PoseEstimator, try_on: TryOn) -> Score:
    """Measure one pair."""
    person, truth = (np.array(Image.open(path).convert("RGB")) for path in (pair.person, pair.garment))
    mask = np.array(Image.open(mask_path).convert("L")) > 127
    pose = estimator.estimate(person)
    labels = parse_person(person, pose).full_labels(person) if pose else np.zeros(mask.shape, np.uint8)
    result = try_on(pair.person, pair.garment, pair.category, garment_photo_type="model")
    picture = np.asarray(result.images[0])
    outside = ~dilated(mask, DILATION * mask.shape[0])
    equal = (picture == person).all(-1)
    return Score(
        parsing=iou(np.isin(labels, WANTED[pair.category]), mask),
        changed=iou(result.changed & ~equal, mask),
        untouched=float(equal[outside].mean()),
        colour=colour_error(picture, truth, mask),
        colour_before=colour_error(person, truth, mask),
    )


def iou(first: NDArray[np.bool_], second: NDArray[np.bool_]) -> float:
    return float((first & second).sum() / max((first | second).sum(), 1))


def dilated(mask: NDArray[np.bool_], radius: float) -> NDArray[np.bool_]:
    size = 2 * round(radius) + 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    return np.asarray(cv2.dilate(mask.astype(np.uint8), kernel) > 0)


def colour_error(picture: NDArray[np.uint8], truth: NDArray[np.uint8], mask: NDArray[np.bool_]) -> float:
    """Median CIE76 distance inside the mask."""
    first, second = (cv2.cvtColor((p / 255).astype(np.float32), cv2.COLOR_RGB2LAB)[mask] for p in (picture, truth))
    return float(np.median(np.linalg.norm(first - second, axis=1)))


if __name__ == "__main__":
    main()
