"""Product views in two colours: is the garment found, is it all changed and nothing else, is it the right picture?

    python -m bench.recolour FOLDER [--match TEXT]

For each row of FOLDER/recolour/index.tsv the person in colour A wears the garment of the photo in colour B; the photo
in colour B is the truth, `mask` marks the pixels that truly differ. The engine and the baselines are measured alike.
Garment and person are in the same pose, which is kind to the baselines: they need no bending here.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from dataclasses import astuple, dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from bench.baselines import BASELINES, Case
from bench.colour import ciede2000, lab
from bench.pairs import Pair, recolour_rows
from bench.similarity import dilated, iou, ssim_map
from vesture import TryOn, VestureError
from vesture.assets import POSE_DETECTION, POSE_LANDMARKS, AssetStore
from vesture.core.task import RGB
from vesture.settings import Settings
from vesture.vision.frame import cropped_pose, person_box
from vesture.vision.parsing.parse import Label, parse_person
from vesture.vision.pose.estimator import Pose, PoseEstimator

Bools = NDArray[np.bool_]

ENGINE = "warp engine"
WANTED = {"tops": (Label.TOP, Label.ONE_PIECE), "bottoms": (Label.BOTTOM, Label.ONE_PIECE)}
DILATION = 0.02  # of the photo's height: shadows and seams may reach that far outside the mask
VISIBLE = 2.3  # CIEDE2000 from which a change of a pixel can be seen beside the unchanged one
TOLERATED = 0.08  # of the garment (or the mask) may lie outside the other in a pair whose mask is the garment
METHODS = (ENGINE, *BASELINES)


@dataclass(frozen=True, slots=True)
class Score:
    """Of one result.

    Attributes:
        changed: IoU of all pixels that are not the input's, bit for bit, with the mask.
        visible: likewise of the pixels that differ visibly (CIEDE2000 above 2.3).
        untouched: share of the pixels outside the dilated mask that are the input's, bit for bit.
        colour: median CIEDE2000 to the truth inside the mask.
        ssim: mean SSIM to the truth over the pixels inside the mask.
    """

    changed: float
    visible: float
    untouched: float
    colour: float
    ssim: float


MEASURES = tuple(field.name for field in fields(Score))


@dataclass(frozen=True, slots=True)
class Measured:
    """One pair: what it is, IoU of the parsed garment with the mask, and the score of each method.

    `exact`: the mask is the garment. It is not where the garment keeps a second colour in both photos, nor where the
    photos differ in other clothes too. The rule: in at least one of the photos less than 8 % of what the parser takes
    for the garment lies outside the (slightly grown) mask, and in at least one less than 8 % of the mask lies outside
    the (slightly grown) garment.
    """

    name: str
    category: str
    parsing: float
    exact: bool
    scores: Mapping[str, Score]


@dataclass(frozen=True, slots=True)
class Reader:
    """Finds people and their clothes as the engine does: on a crop round the person."""

    poses: PoseEstimator

    def pose(self, photo: RGB) -> Pose | None:
        return self.poses.estimate(photo)

    def garment(self, photo: RGB, pose: Pose, category: str) -> Bools:
        """(H, W), the pixels of the garment of that category."""
        box = person_box(pose)
        part = np.ascontiguousarray(photo[box.slices])
        found = np.zeros(photo.shape[:2], bool)
        labels = parse_person(part, cropped_pose(pose, box)).full_labels(part)
        found[box.slices] = np.isin(labels, WANTED[category])
        return found


def build_reader() -> Reader:
    assets = AssetStore(Settings.from_environment().assets)
    return Reader(PoseEstimator(assets.path(POSE_DETECTION), assets.path(POSE_LANDMARKS)))


def measure_folder(data: Path, match: str = "") -> Iterator[Measured]:
    """Measure the pairs of a folder one after the other."""
    reader, try_on = build_reader(), TryOn(engine="warp")
    for pair, mask_path in recolour_rows(data):
        if match in pair.name:
            yield measure(pair, mask_path, reader, try_on)


def measure(pair: Pair, mask_path: Path, reader: Reader, try_on: TryOn) -> Measured:
    """Measure one pair; a method that refuses it is scored as having changed nothing."""
    person, truth = (np.array(Image.open(path).convert("RGB")) for path in (pair.person, pair.garment))
    mask = np.array(Image.open(mask_path).convert("L")) > 127
    poses = reader.pose(person), reader.pose(truth)
    results = dict.fromkeys(METHODS, person)
    try:
        results[ENGINE] = np.asarray(try_on(pair.person, pair.garment, pair.category).images[0])
    except VestureError as error:
        print(f"{pair.name}: {error}")
    parsing, exact = 0.0, False
    if poses[0] is not None and poses[1] is not None:
        found = tuple(
            reader.garment(photo, pose, pair.category) for photo, pose in zip((person, truth), poses, strict=True)
        )
        parsing = iou(found[0], mask)
        exact = mask_is_garment(mask, found)
        case = Case(person, poses[0], truth, poses[1], found[1].astype(np.float32), pair.category)
        results |= {name: method(case) for name, method in BASELINES.items()}
    scores = {name: score(result, person, truth, mask) for name, result in results.items()}
    return Measured(pair.name, pair.category, parsing, exact, scores)


def mask_is_garment(mask: Bools, found: tuple[Bools, Bools]) -> bool:
    """Whether the mask is the garment and nothing else, by what was found in the two photos (see `Measured`)."""
    radius = 0.01 * mask.shape[0]
    grown = dilated(mask, radius)
    kept = min(float((garment & ~grown).sum() / max(garment.sum(), 1)) for garment in found)
    others = min(float((mask & ~dilated(garment, radius)).sum() / max(mask.sum(), 1)) for garment in found)
    return kept < TOLERATED and others < TOLERATED


def score(result: RGB, person: RGB, truth: RGB, mask: Bools) -> Score:
    """Hold a result against the truth."""
    differs = (result != person).any(-1)
    before, after = lab(person), lab(result)
    return Score(
        changed=iou(differs, mask),
        visible=iou(differs & (ciede2000(before, after) > VISIBLE), mask),
        untouched=float(1 - differs[~dilated(mask, DILATION * mask.shape[0])].mean()),
        colour=float(np.median(ciede2000(after[mask], lab(truth)[mask]))),
        ssim=float(ssim_map(result, truth)[mask].mean()),
    )


def medians(rows: list[Measured], method: str) -> Score:
    """The median of each measure over pairs."""
    return Score(*np.median([astuple(row.scores[method]) for row in rows], axis=0).tolist())


def groups(rows: list[Measured]) -> dict[str, list[Measured]]:
    """All pairs, those of each category, and those whose mask is the garment."""
    result = {"all": rows}
    for category in sorted({row.category for row in rows}):
        result[category] = [row for row in rows if row.category == category]
    result["exact masks"] = [row for row in rows if row.exact]
    return {name: chosen for name, chosen in result.items() if chosen}


def print_table(rows: list[Measured]) -> None:
    """Medians per group and method."""
    print(f"{'':22s} {'method':13s} " + " ".join(f"{name:>9s}" for name in MEASURES))
    for group, chosen in groups(rows).items():
        for method in METHODS:
            values = " ".join(f"{value:9.3f}" for value in astuple(medians(chosen, method)))
            print(f"{f'{group} ({len(chosen)})':22s} {method:13s} {values}")
        print(f"{'':22s} parsing IoU   {np.median([row.parsing for row in chosen]):9.3f}")


def line(row: Measured) -> str:
    """One pair in one line: the engine's score."""
    values = " ".join(f"{value:9.3f}" for value in astuple(row.scores[ENGINE]))
    return f"{row.name:8s} {row.category:8s} {'exact' if row.exact else '':5s} {row.parsing:.3f} {values}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--match", default="", help="only pairs whose name contains this")
    parsed = parser.parse_args()
    rows = []
    print(f"{'pair':8s} {'category':8s} {'':5s} parse " + " ".join(f"{name:>9s}" for name in MEASURES))
    for row in measure_folder(parsed.folder, parsed.match):
        rows.append(row)
        print(line(row), flush=True)
    print_table(rows)


if __name__ == "__main__":
    main()
