"""Person parsing against photos whose labels are known.

    python -m bench.parsing FOLDER

FOLDER/parsing holds street photos `NNNN.jpg` with `NNNN-labels.png`, pixel values as in `Label`; FOLDER/recolour holds
product views with the true mask of one garment. Prints a line per photo, then IoU per label (the mean over the photos
that show it, and of all pixels together), the recolour garments by category, and the seconds a parse takes.
"""

from __future__ import annotations

import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from bench.pairs import recolour_rows
from vesture.assets import POSE_DETECTION, POSE_LANDMARKS, AssetStore
from vesture.settings import Settings
from vesture.vision.frame import cropped_pose, person_box
from vesture.vision.parsing.network import PersonNetwork
from vesture.vision.parsing.parse import Label, parse_person
from vesture.vision.pose.estimator import PoseEstimator

Labels = NDArray[np.uint8]
WANTED = {"tops": (Label.TOP, Label.ONE_PIECE), "bottoms": (Label.BOTTOM, Label.ONE_PIECE)}
CLOTHES = (Label.TOP, Label.BOTTOM, Label.ONE_PIECE)
LEAST_SHARE = 0.002  # of the photo: labels that cover less say little about a parser


@dataclass(slots=True)
class Parser:
    """Parses whole photos, as the engine does: a crop round the person, at the photo's resolution."""

    poses: PoseEstimator
    network: PersonNetwork | None = None
    seconds: list[tuple[float, float]] = field(default_factory=list)

    def __call__(self, photo: NDArray[np.uint8]) -> Labels:
        labels = np.zeros(photo.shape[:2], np.uint8)
        pose = self.poses.estimate(photo)
        if pose is None:
            return labels
        box = person_box(pose)
        part = np.ascontiguousarray(photo[box.slices])
        started = time.perf_counter()
        parse = parse_person(part, cropped_pose(pose, box), self.network)
        parsed = time.perf_counter()
        labels[box.slices] = parse.full_labels(part)
        self.seconds.append((parsed - started, time.perf_counter() - parsed))
        return labels


def main() -> None:
    data = Path(sys.argv[1])
    assets = AssetStore(Settings.from_environment().assets)
    poses = PoseEstimator(assets.path(POSE_DETECTION), assets.path(POSE_LANDMARKS), threads=1)
    parser = Parser(poses, PersonNetwork())
    report_street(data / "parsing", parser)
    report_recolour(data, parser)
    working, full = np.median(parser.seconds, axis=0)
    print(f"seconds, median: parse {working:.2f}, labels at full resolution {full:.2f}")


def labelled_photos(folder: Path) -> Iterator[tuple[str, NDArray[np.uint8], Labels]]:
    """Name, photo (H, W, 3) and labels (H, W)."""
    for path in sorted(folder.glob("*-labels.png")):
        name = path.name.removesuffix("-labels.png")
        yield name, np.array(Image.open(folder / f"{name}.jpg").convert("RGB")), np.array(Image.open(path))


def report_street(folder: Path, parser: Parser) -> None:
    """IoU per label on labelled photos; `clothes` is top, bottom and one-piece as one, `person` everything."""
    scores: dict[str, list[float]] = defaultdict(list)
    pooled: dict[str, NDArray[np.int64]] = defaultdict(lambda: np.zeros(2, np.int64))
    for name, photo, truth in labelled_photos(folder):
        found = parser(photo)
        line = []
        for what, pixels in regions(truth).items():
            wanted, got = pixels, regions(found)[what]
            counts = np.array([(wanted & got).sum(), (wanted | got).sum()])
            pooled[what] += counts
            if wanted.mean() > LEAST_SHARE:
                scores[what].append(float(counts[0] / counts[1]))
                line.append(f"{what} {scores[what][-1]:.2f}")
        print(f"{name:8s} " + "  ".join(line), flush=True)
    print(f"{'label':12s} {'photos':>6s} {'mean':>6s} {'pooled':>6s}")
    for what, values in scores.items():
        print(f"{what:12s} {len(values):6d} {np.mean(values):6.3f} {pooled[what][0] / pooled[what][1]:6.3f}")


def regions(labels: Labels) -> dict[str, NDArray[np.bool_]]:
    """The pixels of each label by name, of all clothes, and of the person."""
    result = {label.name.lower(): labels == label for label in Label if label != Label.BACKGROUND}
    return result | {"clothes": np.isin(labels, CLOTHES), "person": labels > 0}


def report_recolour(data: Path, parser: Parser) -> None:
    """IoU of the parsed garment with the pixels that differ between two colours of a product view."""
    scores: dict[str, list[float]] = defaultdict(list)
    for pair, mask_path in recolour_rows(data):
        photo, mask = (
            np.array(Image.open(pair.person).convert("RGB")),
            np.array(Image.open(mask_path).convert("L")) > 127,
        )
        found = np.isin(parser(photo), WANTED[pair.category])
        scores[pair.category].append(float((found & mask).sum() / max((found | mask).sum(), 1)))
        print(f"{pair.name:8s} {pair.category:8s} {scores[pair.category][-1]:.3f}", flush=True)
    scores["all"] = [value for values in scores.values() for value in values]
    for category, values in scores.items():
        print(f"recolour {category:8s} median {np.median(values):.3f} mean {np.mean(values):.3f} of {len(values)}")


if __name__ == "__main__":
    main()
