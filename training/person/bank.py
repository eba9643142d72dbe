"""The photos that training starts from: people with their labels, pieces of cloth, scenes.

    python -m training.person.bank --data FOLDER --out FILE

FOLDER holds `recolour`, `people` and `garments` (see `training/README.md`); the sample photos of the product come from
the asset store. Labels are the classical parser's, with the true masks of `recolour` and the repairs of
`corrections.json` laid over them.
"""

from __future__ import annotations

import argparse
import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from training.garment.textures import TILE, Tile
from training.person.figure import UNKNOWN, Bytes, Floats
from vesture.assets import POSE_DETECTION, POSE_LANDMARKS, AssetStore, samples
from vesture.settings import Settings
from vesture.vision.frame import cropped_pose, person_box
from vesture.vision.parsing.parse import Label, parse_person
from vesture.vision.pose.estimator import PoseEstimator

CORRECTIONS = Path(__file__).with_name("corrections.json")
SCENE_SIDE = 420
GARMENT_LABEL = {"tops": Label.TOP, "bottoms": Label.BOTTOM}
WHOLE_WEIGHT = 4.0
HELD_BACK = 3  # one garment of `recolour` in three is kept for measuring


@dataclass(frozen=True, slots=True)
class Photo:
    """A crop round a person: picture (h, w, 3) uint8, labels (h, w) uint8 of `Label` or UNKNOWN, the pose's mask
    (h, w) float32, joints (33, 2), visibility (33,), unit, in pixels of the crop."""

    name: str
    picture: Bytes
    labels: Bytes
    mask: Floats
    points: Floats
    visibility: Floats
    unit: float

    @property
    def whole(self) -> bool:
        """Whether shoulders and ankles are in the photo."""
        ends = self.points[[11, 12, 27, 28]]
        return bool(((ends > 0) & (ends < self.picture.shape[1::-1])).all())


@dataclass(frozen=True, slots=True)
class Bank:
    """All that samples are made of."""

    photos: list[Photo]
    tiles: list[Tile]
    scenes: list[Bytes]

    def draw(self, rng: np.random.Generator) -> Photo:
        """One photo; the few of whole bodies come up as often as `WHOLE_WEIGHT` others."""
        weights = np.cumsum([WHOLE_WEIGHT if photo.whole else 1.0 for photo in self.photos])
        return self.photos[int(np.searchsorted(weights, rng.random() * weights[-1], side="right"))]

    def save(self, path: Path) -> None:
        fields = ("picture", "labels", "mask", "points", "visibility", "unit")
        arrays = {f"{field}/{photo.name}": getattr(photo, field) for photo in self.photos for field in fields}
        arrays |= {f"tile/{i}": tile.astype(np.uint8) for i, tile in enumerate(self.tiles)}
        arrays |= {f"scene/{i}": scene for i, scene in enumerate(self.scenes)}
        path.parent.mkdir(parents=True, exist_ok=True)
        np.savez_compressed(path, **arrays)

    @classmethod
    def load(cls, path: Path) -> Bank:
        with np.load(path) as arrays:
            found = {name: arrays[name] for name in arrays.files}
        names = [name.partition("/")[2] for name in found if name.startswith("picture/")]
        photos = [
            Photo(
                name,
                *(found[f"{field}/{name}"] for field in ("picture", "labels", "mask", "points", "visibility")),
                float(found[f"unit/{name}"]),
            )
            for name in names
        ]
        tiles = [value.astype(np.float32) for name, value in found.items() if name.startswith("tile/")]
        return cls(photos, tiles, [value for name, value in found.items() if name.startswith("scene/")])


def held_back(data: Path) -> set[str]:
    """The articles of `recolour` that training never sees."""
    return {row["sku"] for row in recolour_rows(data)[::HELD_BACK]}


def collect(data: Path, assets: AssetStore) -> Bank:
    """Read and parse every photo."""
    poses = PoseEstimator(assets.path(POSE_DETECTION), assets.path(POSE_LANDMARKS), threads=1)
    corrections = json.loads(CORRECTIONS.read_text())
    photos = []
    named = {
        sample.name.replace("/", "_"): assets.path(sample.asset) for sample in samples() if sample.kind != "garment"
    }
    named |= {path.stem: path for path in sorted((data / "people").iterdir())}
    for name, path in named.items():
        if name in corrections and corrections[name] is None:
            continue
        photo = parsed(name, _read(path), poses)
        if photo is not None:
            photos.append(corrected(photo, corrections.get(name, [])))
    unseen = held_back(data)
    for row in recolour_rows(data):
        if row["sku"] not in unseen:
            photos.extend(recoloured(row, data / "recolour", poses))
    garments = sorted((data / "garments").iterdir())
    return Bank(photos, [_tile(path) for path in garments], list(_scenes(garments)))


def parsed(name: str, rgb: Bytes, poses: PoseEstimator) -> Photo | None:
    """A photo with the classical parser's labels, at its working resolution."""
    pose = poses.estimate(rgb)
    if pose is None:
        return None
    box = person_box(pose)
    part, pose = np.ascontiguousarray(rgb[box.slices]), cropped_pose(pose, box)
    parse = parse_person(part, pose)
    size = parse.labels.shape[::-1]
    picture = cv2.resize(part, size, interpolation=cv2.INTER_AREA)
    mask = cv2.resize(pose.mask, size, interpolation=cv2.INTER_AREA)
    return Photo(name, picture, parse.labels, mask, pose.points * parse.scale, pose.visibility, pose.unit * parse.scale)


def recoloured(row: dict[str, str], folder: Path, poses: PoseEstimator) -> Iterator[Photo]:
    """Both colours of a product view, with the labels of one and the true mask of the garment."""
    rgb, mask = _read(folder / row["person"]), np.array(Image.open(folder / row["mask"]).convert("L"))
    photo = parsed(row["sku"], rgb, poses)
    pose = poses.estimate(rgb)
    if photo is None or pose is None:
        return
    box = person_box(pose)
    size = photo.labels.shape[::-1]
    true = cv2.resize(np.ascontiguousarray(mask[box.slices]), size, interpolation=cv2.INTER_AREA) > 127
    labels = photo.labels.copy()
    if row["category"] == "bottoms":  # these views show no top at all
        labels[labels == Label.TOP] = UNKNOWN
    labels[true] = GARMENT_LABEL[row["category"]]
    other = cv2.resize(
        np.ascontiguousarray(_read(folder / row["garment"])[box.slices]), size, interpolation=cv2.INTER_AREA
    )
    for name, picture in ((photo.name, photo.picture), (f"{photo.name}-other", other)):
        yield Photo(name, picture, labels, photo.mask, photo.points, photo.visibility, photo.unit)


def corrected(photo: Photo, repairs: list[dict[str, object]]) -> Photo:
    """Labels changed by hand: those of `from` within a box or polygon, in shares of the crop, become `to`."""
    labels = photo.labels.copy()
    size = np.array(labels.shape[::-1], np.float32)
    for repair in repairs:
        if "box" in repair:
            left, top, right, bottom = repair["box"]  # type: ignore[misc]
            corners = np.array([[left, top], [right, top], [right, bottom], [left, bottom]])
        else:
            corners = np.array(repair["polygon"])
        inside = np.zeros(labels.shape, np.uint8)
        cv2.fillPoly(inside, [np.round(corners * size).astype(np.int32)], 1)
        wrong = (inside > 0) & np.isin(labels, [Label[name] for name in repair["from"]])  # type: ignore[attr-defined]
        labels[wrong] = UNKNOWN if repair["to"] is None else Label[str(repair["to"])]
    return Photo(photo.name, photo.picture, labels, photo.mask, photo.points, photo.visibility, photo.unit)


def recolour_rows(data: Path) -> list[dict[str, str]]:
    with (data / "recolour" / "index.tsv").open() as file:
        return list(csv.DictReader(file, delimiter="\t"))


def _read(path: Path) -> Bytes:
    return np.array(Image.open(path).convert("RGB"))


def _tile(path: Path) -> Tile:
    """The middle of a garment's photo, as cloth."""
    picture = _read(path)
    height, width = picture.shape[:2]
    side = int(0.4 * min(height, width))
    top, left = (height - side) // 2, (width - side) // 2
    return cv2.resize(picture[top : top + side, left : left + side], (TILE, TILE), interpolation=cv2.INTER_AREA).astype(
        np.float32
    )


def _scenes(garments: list[Path]) -> Iterator[Bytes]:
    """Rooms, floors and beds, with what lies there."""
    for path in garments:
        if path.name.startswith("cc0_"):
            picture = _read(path)
            scale = SCENE_SIDE / min(picture.shape[:2])
            yield cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=Path("build/person-network/bank.npz"))
    given = parser.parse_args()
    bank = collect(given.data, AssetStore(Settings.from_environment().assets))
    bank.save(given.out)
    print(f"{given.out}: {len(bank.photos)} photos, {len(bank.tiles)} cloths, {len(bank.scenes)} scenes")


if __name__ == "__main__":
    main()
