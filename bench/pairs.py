"""Which person wears which garment: the fixed pairs behind galleries and measurements."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from vesture.assets import AssetStore, samples
from vesture.core.task import Category

CATEGORY_OF_WORD: dict[str, Category] = {
    "dress": "one-pieces",
    "longsleeve": "tops",
    "shirt": "tops",
    "t-shirt": "tops",
    "t-shirts": "tops",
    "tee": "tops",
    "hoodie": "tops",
    "pants": "bottoms",
    "shorts": "bottoms",
    "skirt": "bottoms",
    "jeans": "bottoms",
}


@dataclass(frozen=True, slots=True)
class Pair:
    """One try-on: `name` is unique within its set."""

    name: str
    person: Path
    garment: Path
    category: Category


def sample_pairs(store: AssetStore, kinds: tuple[str, ...] = ("avatar",)) -> Iterator[Pair]:
    """Every sample person of these kinds in every sample garment."""
    for person in (sample for kind in kinds for sample in samples(kind)):
        for garment in samples("garment"):
            assert garment.category is not None
            name = f"{person.name}-{garment.name}".replace("/", "")
            yield Pair(name, person.path(store), garment.path(store), garment.category)


def recolour_rows(data: Path) -> Iterator[tuple[Pair, Path]]:
    """Product views in two colours: the pair (wear variant B) and its true garment mask."""
    folder = data / "recolour"
    for line in (folder / "index.tsv").read_text().splitlines()[1:]:
        sku, category, person, garment, mask = line.split("\t")
        yield Pair(sku, folder / person, folder / garment, category), folder / mask  # type: ignore[arg-type]


def garment_pairs(store: AssetStore, data: Path) -> Iterator[Pair]:
    """Every loose garment of the folder on one of the sample people, in turn."""
    people = samples("avatar")
    for index, garment in enumerate(_photos(data / "garments")):
        if garment.stem.endswith("-back"):
            continue
        person = people[index % len(people)]
        yield Pair(garment.stem, person.path(store), garment, category_of(garment))


def worn_pairs(store: AssetStore, data: Path) -> Iterator[Pair]:
    """Garments worn by people of the folder, on the sample people."""
    people = samples("avatar")
    for index, garment in enumerate(_photos(data / "people")):
        if garment.stem != "fashn_model":
            category = "tops" if garment.stem.startswith("fashn") else category_of(garment)
            yield Pair(f"worn-{garment.stem}", people[index % len(people)].path(store), garment, category)


def hard_person_pairs(store: AssetStore, data: Path) -> Iterator[Pair]:
    """Everyday people of the folder in sample garments that fit what is seen of them."""
    tops = [s for s in samples("garment") if s.category == "tops"]
    bottoms = [s for s in samples("garment") if s.category == "bottoms"]
    for index, person in enumerate(_photos(data / "people")):
        choice = bottoms if "jeans" in person.stem else tops
        garment = choice[index % len(choice)]
        assert garment.category is not None
        yield Pair(f"person-{person.stem}", person, garment.path(store), garment.category)


def category_of(photo: Path) -> Category:
    """The category that a file's own name tells."""
    words = photo.stem.replace("_", "-").lower()
    for word in sorted(CATEGORY_OF_WORD, key=len, reverse=True):
        if word in words:
            return CATEGORY_OF_WORD[word]
    return "tops"


def _photos(folder: Path) -> list[Path]:
    return sorted(p for p in folder.glob("*") if p.suffix.lower() in (".jpg", ".jpeg", ".png", ".webp"))
