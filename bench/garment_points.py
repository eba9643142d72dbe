"""How far the landmarks of garments are off, on photos whose points were marked by hand.

    python -m bench.garment_points FOLDER [FOLDER ...] [--each]

`garment_marks.json` holds the marks: points as shares of the photo's width and height, the kind of garment and of its
sleeves, by the photo's file name (or the end of its path). Photos that no FOLDER holds are left out. Three ways of
reading are compared: the outline alone, the network alone, and both as the engines use them. Errors are shares of the
diagonal of the garment's marked points; a point that a way of reading does not give counts as missed.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vesture.core.task import Category, Picture
from vesture.errors import GarmentNotFound
from vesture.images.codec import decode
from vesture.vision.garment.landmarks import read_flat
from vesture.vision.garment.network import GarmentNetwork

MARKS = Path(__file__).with_name("garment_marks.json")
NEAR = 0.05  # of the diagonal: a point found
CATEGORY: dict[str | None, Category] = {
    "top": "tops",
    "dress": "one-pieces",
    "jumpsuit": "one-pieces",
    "trousers": "bottoms",
    "skirt": "bottoms",
}

Points = Mapping[str, NDArray[np.float32]]
Answer = tuple[str, str, Points]  # kind, sleeves (none, short or long), points in picture pixels


def _by_outline(picture: Picture, category: Category) -> Answer:
    return _answer(picture, category, None)


def _by_both(picture: Picture, category: Category) -> Answer:
    return _answer(picture, category, _network())


def _answer(picture: Picture, category: Category, network: GarmentNetwork | None) -> Answer:
    reading = read_flat(picture, category, network)
    garment, frame = reading.garment, reading.frame
    legs = garment.kind == "trousers"
    points = {
        f"leg_{name}" if legs and name.startswith("cuff") else name: frame.to_picture(point)
        for name, point in garment.points.items()
    }
    return garment.kind, "long" if garment.has_sleeves else "none", points


def _by_network(picture: Picture, category: Category) -> Answer:
    del category
    reading = _network().read(picture.rgb, picture.alpha)
    sleeves = max(reading.sleeve, key=lambda name: reading.sleeve[name])
    points = {name: at for name, at in reading.points.items() if reading.point_confidence[name] > 0.3}
    return max(reading.kind, key=lambda name: reading.kind[name]), sleeves, points


_LOADED: list[GarmentNetwork] = []


def _network() -> GarmentNetwork:
    if not _LOADED:
        _LOADED.append(GarmentNetwork())
    return _LOADED[0]


def find_photos(folders: Iterable[Path], names: Iterable[str]) -> dict[str, Path]:
    """Photos by the name in the marks."""
    files = [path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file()]
    found = {}
    for name in names:
        path = next((path for path in files if path.as_posix().endswith("/" + name)), None)
        if path is not None:
            found[name] = path
    return found


def errors(marks: Points, found: Points) -> dict[str, float]:
    """By point name: distance as a share of the diagonal of the marks; infinity for a point not given."""
    everything = np.array(list(marks.values()))
    diagonal = float(np.linalg.norm(np.ptp(everything, axis=0)))
    return {
        name: float(np.linalg.norm(found[name] - at)) / diagonal if name in found else np.inf
        for name, at in marks.items()
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--each", action="store_true", help="the worst point of every photo")
    given = parser.parse_args()
    marks = json.loads(MARKS.read_text())
    photos = find_photos(given.folders, marks)
    ways: dict[str, Callable[[Picture, Category], Answer]] = {
        "outline": _by_outline,
        "network": _by_network,
        "both": _by_both,
    }
    print(f"{len(photos)} photos, {sum(len(marks[name]['points']) for name in photos)} points")
    for way, read in ways.items():
        _report(way, read, marks, photos, each=given.each)


def _report(
    way: str,
    read: Callable[[Picture, Category], Answer],
    marks: Mapping[str, dict],
    photos: Mapping[str, Path],
    *,
    each: bool,
) -> None:
    by_name: dict[str, list[float]] = {}
    kinds, sleeves = [], []
    for name, path in photos.items():
        data = path.read_bytes()
        picture = decode(data, name, min_side=16, max_pixels=100_000_000, max_bytes=len(data))
        mark = marks[name]
        size = np.array([picture.width, picture.height])
        truth = {key: np.array(at) * size for key, at in mark["points"].items()}
        category = mark.get("category") or CATEGORY[mark["kind"]]
        try:
            kind, worn, points = read(picture, category)
        except GarmentNotFound:
            kind, worn, points = "", "", {}
        missed = errors(truth, points)
        for key, value in missed.items():
            by_name.setdefault(key.removesuffix("_left").removesuffix("_right"), []).append(value)
        if mark["kind"]:
            kinds.append(kind == mark["kind"])
        if mark["sleeves"]:
            sleeves.append((worn in ("short", "long")) == (mark["sleeves"] in ("short", "long")))
        if each:
            worst = max(missed, key=lambda key: missed[key])
            print(f"  {way} {name}: {kind} {worn}, worst {worst} {missed[worst]:.3f}")
    everything = np.concatenate([np.array(values) for values in by_name.values()])
    print(f"{way}: kind {np.mean(kinds):.3f}, has sleeves {np.mean(sleeves):.3f}")
    for key, values in [*sorted(by_name.items()), ("all", everything)]:
        found = np.array(values)
        print(f"  {key:16} n={len(found):3} median {np.median(found):.4f} within {NEAR}: {np.mean(found < NEAR):.3f}")


if __name__ == "__main__":
    main()
