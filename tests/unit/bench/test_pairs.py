"""The gallery's list is whole: known samples, fixed size, every category and kind of photo, no name twice."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from bench.pairs import FURTHER, gallery_pairs, gallery_rows
from vesture.assets import AssetStore, samples

ROWS = gallery_rows()


def test_the_list_covers_what_people_bring() -> None:
    assert len(ROWS) >= 170
    categories, photos = (Counter(getattr(row, field) for row in ROWS) for field in ("category", "garment_photo"))
    assert set(categories) == {"tops", "bottoms", "one-pieces"}
    assert min(categories.values()) >= 20
    assert set(photos) == {"studio", "amateur", "worn"}
    assert min(photos.values()) >= 30


def test_photos_are_samples_or_lie_in_the_folder() -> None:
    kinds = {sample.name: sample.kind for sample in samples()}
    for row in ROWS:
        for photo, wanted in ((row.person, {"avatar", "person", "selfie"}), (row.garment, {"garment"})):
            if photo.startswith(FURTHER):
                assert ".." not in Path(photo).parts
            else:
                assert kinds[photo] in wanted, row


def test_no_pair_is_listed_twice() -> None:
    assert len({(row.person, row.garment, row.category) for row in ROWS}) == len(ROWS)


def test_without_a_folder_only_the_samples_remain(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(AssetStore, "path", lambda self, name: tmp_path / name)
    store = AssetStore(tmp_path)
    alone, everything = list(gallery_pairs(store, None)), list(gallery_pairs(store, tmp_path / "photos"))
    assert [pair.name for pair in everything] == [row.name for row in ROWS]
    assert [pair.name for pair in alone] == [row.name for row in ROWS if not row.needs_folder]
    assert 80 <= len(alone) < len(everything)


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("a\tavatars\tavatars/1\tshirts/1\thats\tstudio", "no such category"),
        ("a\tavatars\tavatars/1\tshirts/1\ttops\tdrawing", "kind of garment photo"),
        ("a\tavatars\tavatars/1\tshirts/1\ttops", "expected 6 values"),
        ("a\tavatars\tavatars/1\t\ttops\tstudio", "expected 6 values"),
        (2 * "a\tavatars\tavatars/1\tshirts/1\ttops\tstudio\n", "was there before"),
    ],
)
def test_a_broken_list_is_refused(tmp_path: Path, line: str, complaint: str) -> None:
    path = tmp_path / "list.tsv"
    path.write_text("name\tset\tperson\tgarment\tcategory\tgarment_photo\n" + line)
    with pytest.raises(ValueError, match=complaint):
        gallery_rows(path)
