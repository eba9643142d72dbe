"""What the person network is worth: the classical parser alone, the network alone, and both together.

    python -m training.person.evaluate --data FOLDER [--onnx FILE]

Street photos are those of FOLDER/parsing, labelled, never trained on. Of FOLDER/recolour only the articles that
training did not see are measured, both colours of each. Prints mean IoU per label over the photos that show it.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from bench.parsing import LEAST_SHARE, WANTED, labelled_photos, regions
from training.person.bank import held_back, recolour_rows
from training.person.figure import Bools, Bytes
from vesture.assets import POSE_DETECTION, POSE_LANDMARKS, AssetStore
from vesture.settings import Settings
from vesture.vision.frame import cropped_pose, person_box
from vesture.vision.parsing.network import PersonNetwork
from vesture.vision.parsing.parse import WORKING_SIDE, parse_person
from vesture.vision.parsing.prior import Skeleton
from vesture.vision.pose.estimator import Pose, PoseEstimator

Reader = Callable[[Bytes, Pose], Bytes]


@dataclass(frozen=True, slots=True)
class Target:
    """A photo (H, W, 3) and what is known of it: regions (H, W) by name, and which labels a reader may give them."""

    name: str
    photo: Bytes
    truth: dict[str, Bools]
    found: Callable[[Bytes], dict[str, Bools]]


def readers(network: PersonNetwork) -> dict[str, Reader]:
    """Three ways to get labels (h, w) from a crop (h, w, 3) and the pose in it."""
    return {
        "classical": lambda part, pose: parse_person(part, pose).full_labels(part),
        "network": lambda part, pose: alone(network, part, pose),
        "both": lambda part, pose: parse_person(part, pose, network).full_labels(part),
    }


def alone(network: PersonNetwork, part: Bytes, pose: Pose) -> Bytes:
    """The network's likeliest labels."""
    scale = min(1.0, WORKING_SIDE / max(part.shape[:2]))
    size = max(1, round(part.shape[1] * scale)), max(1, round(part.shape[0] * scale))
    small, mask = (cv2.resize(image, size, interpolation=cv2.INTER_AREA) for image in (part, pose.mask))
    skeleton = Skeleton(pose.points * scale, pose.visibility, pose.unit * scale)
    scores = network.log_scores(small, skeleton, np.asarray(mask, np.float32))
    labels = np.argmax(scores, axis=0).astype(np.uint8)
    return np.asarray(cv2.resize(labels, part.shape[1::-1], interpolation=cv2.INTER_NEAREST))


def targets(data: Path) -> Iterator[tuple[str, Target]]:
    """Street photos, then the articles kept back."""
    for name, photo, truth in labelled_photos(data / "parsing"):
        yield "street", Target(name, photo, regions(truth), regions)
    unseen = held_back(data)
    for row in recolour_rows(data):
        if row["sku"] in unseen:
            mask = np.array(Image.open(data / "recolour" / row["mask"]).convert("L")) > 127
            wanted, category = WANTED[row["category"]], row["category"]
            for side in ("person", "garment"):
                photo = np.array(Image.open(data / "recolour" / row[side]).convert("RGB"))
                yield (
                    "recolour",
                    Target(
                        f"{row['sku']} {side}",
                        photo,
                        {category: mask},
                        lambda labels, wanted=wanted, category=category: {category: np.isin(labels, wanted)},
                    ),
                )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--onnx", type=Path)
    given = parser.parse_args()
    assets = AssetStore(Settings.from_environment().assets)
    poses = PoseEstimator(assets.path(POSE_DETECTION), assets.path(POSE_LANDMARKS), threads=1)
    ways = readers(PersonNetwork(path=given.onnx))
    scores: dict[tuple[str, str], dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for group, target in targets(given.data):
        pose = poses.estimate(target.photo)
        if pose is None:
            continue
        box = person_box(pose)
        part, inner = np.ascontiguousarray(target.photo[box.slices]), cropped_pose(pose, box)
        for way, reader in ways.items():
            labels = np.zeros(target.photo.shape[:2], np.uint8)
            labels[box.slices] = reader(part, inner)
            found = target.found(labels)
            for what, wanted in target.truth.items():
                if wanted.mean() > LEAST_SHARE:
                    union = (wanted | found[what]).sum()
                    scores[group, what][way].append(float((wanted & found[what]).sum() / union))
    print(f"{'':20s}" + "".join(f"{way:>11s}" for way in ways) + "   photos")
    for (group, what), values in scores.items():
        row = "".join(f"{np.mean(values[way]):11.3f}" for way in ways)
        print(f"{group + ' ' + what:20s}{row}   {len(next(iter(values.values())))}")


if __name__ == "__main__":
    main()
