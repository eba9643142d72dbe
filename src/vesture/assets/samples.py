"""The sample photos: what each one shows and how it is tried on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from vesture.assets.store import AssetStore
from vesture.core.task import Category


@dataclass(frozen=True, slots=True)
class Sample:
    """One sample photo.

    Attributes:
        name: short name, unique: "avatars/1", "jackets/1".
        kind: "avatar" (studio photo of a whole person), "person" (everyday photo), "selfie", or "garment".
        title: what it shows, for people.
        asset: name in the table of assets.
        category: of a garment: what to ask for; None for people.
        back: asset that shows the garment's back; None for people.
    """

    name: str
    kind: Literal["avatar", "person", "selfie", "garment"]
    title: str
    asset: str
    category: Category | None = None
    back: str | None = None

    def path(self, store: AssetStore) -> Path:
        """The verified file; `AssetError` when it is not there."""
        return store.path(self.asset)


_PEOPLE = ("Man in a hoodie", "Woman in a dark denim jacket", "Man in a jumper", "Woman in a blazer")
_PLACES = ("indoors", "in a park", "at home", "in an office")
_GARMENTS: dict[str, tuple[tuple[str, Category], ...]] = {
    "jackets": (
        ("Denim jacket", "tops"),
        ("Studded black jacket", "tops"),
        ("Grey half-zip sweatshirt", "tops"),
        ("Brown leather jacket", "tops"),
    ),
    "pants": (
        ("Blue jeans", "bottoms"),
        ("Black leggings", "bottoms"),
        ("Black jeans with a chain", "bottoms"),
        ("Denim dungarees", "one-pieces"),
    ),
    "shirts": (
        ("Light blue shirt", "tops"),
        ("Blue bandana-print shirt", "tops"),
        ("White T-shirt", "tops"),
        ("Torn black T-shirt", "tops"),
    ),
}


def samples(kind: str | None = None) -> list[Sample]:
    """The sample photos of one kind (None: all), people first."""
    everything = [
        *(
            Sample(f"avatars/{number}", "avatar", title, f"samples/avatars/{number}.png")
            for number, title in enumerate(_PEOPLE, 1)
        ),
        *(
            Sample(f"people/{number}", "person", f"{title}, {place}", f"samples/people/{number}_posture.jpg")
            for number, (title, place) in enumerate(zip(_PEOPLE, _PLACES, strict=True), 1)
        ),
        *(
            Sample(f"selfies/{number}", "selfie", f"{title}, selfie", f"samples/people/{number}_selfie.jpg")
            for number, title in enumerate(_PEOPLE, 1)
        ),
        *(_garment(folder, number, *row) for folder, rows in _GARMENTS.items() for number, row in enumerate(rows, 1)),
    ]
    return [sample for sample in everything if kind in (None, sample.kind)]


def _garment(folder: str, number: int, title: str, category: Category) -> Sample:
    stem = f"samples/clothes/{folder}/{number}"
    return Sample(f"{folder}/{number}", "garment", title, f"{stem}_front.jpg", category, f"{stem}_back.jpg")
