"""Pairs that nobody has looked at: drawn at random from the samples and a folder of photos, for an honest count by eye.

    python -m bench.unseen FOLDER [--seed N] [--count 48] > unseen.tsv
    python -m bench.gallery --data FOLDER --list unseen.tsv --out gallery-unseen

Rules are made while looking at the gallery's fixed pairs, so those flatter. A fresh seed draws others, in the shares of
`MIXTURE`: everyday people most, then the samples. Once judged, a list has been seen; draw another for the next count.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Mapping, Sequence
from dataclasses import astuple
from pathlib import Path

from bench.pairs import COLUMNS, FURTHER, GarmentPhoto, Row, gallery_rows
from vesture.assets import samples
from vesture.core.task import Category

# person, garment, share of the pairs
MIXTURE = (
    ("street", "studio", 0.30),
    ("street", "amateur", 0.16),
    ("sample", "amateur", 0.24),
    ("sample", "worn", 0.12),
    ("product", "studio", 0.06),
    ("product", "amateur", 0.06),
    ("selfie", "studio", 0.06),
)
WORDS: dict[str, Category] = {
    "dress": "one-pieces",
    "pants": "bottoms",
    "shorts": "bottoms",
    "skirt": "bottoms",
    "jeans": "bottoms",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path, help="photos: parsing/, garments/ and recolour/")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--count", type=int, default=48)
    parsed = parser.parse_args()
    print("\t".join(COLUMNS))
    for row in draw(parsed.folder, parsed.count, random.Random(parsed.seed)):
        print("\t".join(astuple(row)))


def draw(folder: Path, count: int, generator: random.Random) -> list[Row]:
    """About `count` pairs of the mixture, none of the gallery's, none twice.

    Raises:
        ValueError: the folder lacks a kind of photo.
    """
    people, garments = _people(folder), _garments(folder)
    taken = {(row.person, row.garment) for row in gallery_rows()}
    views = _product_views(folder)
    half = {person: category for _, category, person, _ in views}
    worn = {garment: category for _, category, _, garment in views}
    rows: list[Row] = []
    for person_kind, garment_kind, share in MIXTURE:
        if not people[person_kind] or not garments[garment_kind]:
            raise ValueError(f"{folder} has no {person_kind} person or no {garment_kind} garment")
        free = [
            (person, garment)
            for person in people[person_kind]
            for garment in garments[garment_kind]
            # a product view shows the half of a body that the product is for
            if (person, garment) not in taken and half.get(person) in (None, category_of(garment, worn))
        ]
        for person, garment in generator.sample(free, min(round(share * count), len(free))):
            name = f"{person_kind}-{_short(person)}-{_short(garment)}"
            rows.append(Row(name, "unseen", person, garment, category_of(garment, worn), garment_kind))
    return rows


def category_of(garment: str, worn: Mapping[str, Category]) -> Category:
    """As the gallery has it, or the list of product views (`worn`); else by the word in the file's name."""
    known = {**worn, **{row.garment: row.category for row in gallery_rows()}}
    by_word = next((category for word, category in WORDS.items() if word in garment), "tops")
    return known.get(garment, by_word)


def _people(folder: Path) -> dict[str, list[str]]:
    by_kind: dict[str, list[str]] = {"sample": [], "selfie": []}
    for sample in samples():
        if sample.kind in ("avatar", "person", "selfie"):
            by_kind["selfie" if sample.kind == "selfie" else "sample"].append(sample.name)
    by_kind["street"] = [f"{FURTHER}parsing/{path.name}" for path in sorted((folder / "parsing").glob("*.jpg"))]
    by_kind["product"] = [row[2] for row in _product_views(folder)]
    return by_kind


def _garments(folder: Path) -> dict[GarmentPhoto, list[str]]:
    loose = [path.name for path in sorted((folder / "garments").glob("*.*")) if "back" not in path.stem]
    amateur = [f"{FURTHER}garments/{name}" for name in loose if name.startswith("cc0")]
    studio = [f"{FURTHER}garments/{name}" for name in loose if not name.startswith("cc0")]
    studio += [sample.name for sample in samples() if sample.kind == "garment"]
    return {"amateur": amateur, "studio": studio, "worn": [row[3] for row in _product_views(folder)]}


def _product_views(folder: Path) -> Sequence[tuple[str, Category, str, str]]:
    """Name, category, person and garment of each product view."""
    index = folder / "recolour" / "index.tsv"
    lines = index.read_text().splitlines()[1:] if index.is_file() else []
    rows = [line.split("\t") for line in lines]
    return [(row[0], row[1], f"{FURTHER}recolour/{row[2]}", f"{FURTHER}recolour/{row[3]}") for row in rows]  # type: ignore[misc]


def _short(photo: str) -> str:
    return Path(photo).stem if photo.startswith(FURTHER) else photo.replace("/", "")


if __name__ == "__main__":
    main()
