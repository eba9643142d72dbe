"""Which person wears which garment: the fixed pairs behind galleries and measurements.

`gallery_pairs.tsv` beside this file lists the pairs that are judged by eye, one a line: a unique name, the set, the
person's photo, the garment's photo, the category asked for, and the kind of garment photo (`studio`: flat or
ghost-mannequin on a plain backdrop; `amateur`: floor, bed, hanger; `worn`: on a person). A photo is a sample of the
product (`avatars/1`) or, where it begins with `data/`, a file under a folder of further photos.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from vesture.assets import AssetStore, samples
from vesture.core.task import Category

GarmentPhoto = Literal["studio", "amateur", "worn"]

GALLERY_LIST = Path(__file__).with_name("gallery_pairs.tsv")
COLUMNS = ("name", "set", "person", "garment", "category", "garment_photo")
FURTHER = "data/"


@dataclass(frozen=True, slots=True)
class Pair:
    """One try-on: photos of a person and of a garment, and the category asked for; `name` is unique."""

    name: str
    person: Path
    garment: Path
    category: Category
    set: str = ""
    garment_photo: GarmentPhoto = "worn"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the gallery's list, as written there."""

    name: str
    set: str
    person: str
    garment: str
    category: Category
    garment_photo: GarmentPhoto

    @property
    def needs_folder(self) -> bool:
        """Whether a photo of this pair lies outside the product's samples."""
        return FURTHER in (self.person[: len(FURTHER)], self.garment[: len(FURTHER)])


def gallery_rows(path: Path = GALLERY_LIST) -> list[Row]:
    """The gallery's list, in its order.

    Raises:
        ValueError: a line has other columns, a value that is not known, or a name that was there before.
    """
    header, *lines = path.read_text().splitlines()
    if tuple(header.split("\t")) != COLUMNS:
        raise ValueError(f"{path}: expected the columns {', '.join(COLUMNS)}, got {header!r}")
    rows: dict[str, Row] = {}
    for number, line in enumerate(lines, start=2):
        values = line.split("\t")
        if len(values) != len(COLUMNS) or not all(values):
            raise ValueError(f"{path}:{number}: expected {len(COLUMNS)} values, got {line!r}")
        row = Row(*values)  # type: ignore[arg-type]
        if row.category not in get_args(Category) or row.garment_photo not in get_args(GarmentPhoto):
            raise ValueError(f"{path}:{number}: no such category or kind of garment photo: {line!r}")
        if row.name in rows:
            raise ValueError(f"{path}:{number}: the name {row.name} was there before")
        rows[row.name] = row
    return list(rows.values())


def gallery_pairs(store: AssetStore, data: Path | None, path: Path = GALLERY_LIST) -> Iterator[Pair]:
    """A list's pairs with their files; without a folder only those of the product's own samples."""
    sample_of_name = {sample.name: sample for sample in samples()}

    def located(photo: str) -> Path:
        if photo.startswith(FURTHER):
            assert data is not None
            return data / photo.removeprefix(FURTHER)
        return sample_of_name[photo].path(store)

    for row in gallery_rows(path):
        if data is None and row.needs_folder:
            continue
        yield Pair(row.name, located(row.person), located(row.garment), row.category, row.set, row.garment_photo)


def recolour_rows(data: Path) -> Iterator[tuple[Pair, Path]]:
    """Product views in two colours: the pair (wear variant B) and its true garment mask."""
    folder = data / "recolour"
    for line in (folder / "index.tsv").read_text().splitlines()[1:]:
        sku, category, person, garment, mask = line.split("\t")
        yield Pair(sku, folder / person, folder / garment, category, "recolour"), folder / mask  # type: ignore[arg-type]
