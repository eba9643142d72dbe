"""Does somebody dressed in what they wear come back as their photo?

    python -m bench.identity FOLDER [--match TEXT]

For each row of FOLDER/recolour/index.tsv the person wears the garment of that same photo. Nothing should change.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import astuple, dataclass, fields
from pathlib import Path

import numpy as np
from PIL import Image

from bench.colour import ciede2000, lab
from bench.pairs import Pair, recolour_rows
from bench.recolour import VISIBLE, Reader, build_reader
from vesture import TryOn, VestureError
from vesture.core.task import RGB


@dataclass(frozen=True, slots=True)
class Kept:
    """Of one photo.

    Attributes:
        equal: share of the garment's pixels that are the photo's bit for bit.
        visible: pixels that differ visibly (CIEDE2000 above 2.3), as a share of the garment's.
        colour: median CIEDE2000 over the garment.
        worst: its 95th percentile.
    """

    equal: float
    visible: float
    colour: float
    worst: float


MEASURES = tuple(field.name for field in fields(Kept))


def measure_folder(data: Path, match: str = "") -> Iterator[tuple[Pair, Kept]]:
    """Measure the photos of a folder one after the other; those that are refused are passed over, with a line."""
    reader, try_on = build_reader(), TryOn(engine="warp")
    for pair, _ in recolour_rows(data):
        if match not in pair.name:
            continue
        try:
            kept = measure(pair, reader, try_on)
        except VestureError as error:
            print(f"{pair.name}: {error}")
            continue
        if kept is not None:
            yield pair, kept


def measure(pair: Pair, reader: Reader, try_on: TryOn) -> Kept | None:
    """Dress the person of a pair in what they wear; None where the photo shows no garment."""
    photo: RGB = np.array(Image.open(pair.person).convert("RGB"))
    pose = reader.pose(photo)
    result = np.asarray(try_on(pair.person, pair.person, pair.category, garment_photo_type="model").images[0])
    garment = np.zeros(photo.shape[:2], bool) if pose is None else reader.garment(photo, pose, pair.category)
    if not garment.any():
        return None
    difference = ciede2000(lab(result), lab(photo))
    return Kept(
        equal=float((result == photo).all(-1)[garment].mean()),
        visible=float((difference > VISIBLE).sum() / garment.sum()),
        colour=float(np.median(difference[garment])),
        worst=float(np.percentile(difference[garment], 95)),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--match", default="", help="only photos whose name contains this")
    parsed = parser.parse_args()
    rows: dict[str, list[Kept]] = {"all": []}
    print(f"{'photo':8s} {'category':8s} " + " ".join(f"{name:>9s}" for name in MEASURES))
    for pair, kept in measure_folder(parsed.folder, parsed.match):
        rows["all"].append(kept)
        rows.setdefault(pair.category, []).append(kept)
        print(f"{pair.name:8s} {pair.category:8s} " + " ".join(f"{value:9.3f}" for value in astuple(kept)), flush=True)
    for group, chosen in rows.items():
        if chosen:
            medians = np.median([astuple(kept) for kept in chosen], axis=0)
            print(f"{f'{group} ({len(chosen)})':17s} " + " ".join(f"{value:9.3f}" for value in medians))


if __name__ == "__main__":
    main()
