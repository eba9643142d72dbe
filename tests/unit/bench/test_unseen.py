"""Pairs drawn for a count by eye: by the seed alone, none of the gallery's, no half body without its half."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pytest

from bench.pairs import COLUMNS, gallery_rows
from bench.unseen import category_of, draw, main


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("parsing/0011.jpg", "parsing/0022.jpg", "garments/cc0_dress_1.jpg", "garments/cc0_shirt_1.jpg"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "garments/cc0_skirt_1.jpg").touch()
    (tmp_path / "garments/shop_shirt-front.png").touch()
    (tmp_path / "garments/shop_shirt-back.png").touch()
    (tmp_path / "recolour").mkdir()
    lines = (
        "sku\tcategory\tperson\tgarment\tmask",
        "t1\ttops\tt1-a.jpg\tt1-b.jpg\tm",
        "b1\tbottoms\tb1-a.jpg\tb1-b.jpg\tm",
    )
    (tmp_path / "recolour/index.tsv").write_text("\n".join(lines))
    return tmp_path


def test_the_seed_alone_decides(folder: Path) -> None:
    one, same, other = (draw(folder, 40, random.Random(seed)) for seed in (3, 3, 4))
    assert one == same
    assert one != other


def test_pairs_are_new_and_differ(folder: Path) -> None:
    rows = draw(folder, 40, random.Random(0))
    seen = {(row.person, row.garment) for row in gallery_rows()}
    assert not seen & {(row.person, row.garment) for row in rows}
    assert len({row.name for row in rows}) == len(rows)
    assert not [row for row in rows if row.garment.endswith("back.png")]


def test_every_kind_of_photo_comes_up(folder: Path) -> None:
    rows = draw(folder, 60, random.Random(0))
    assert set(Counter(row.garment_photo for row in rows)) == {"studio", "amateur", "worn"}
    assert {row.name.split("-")[0] for row in rows} == {"street", "sample", "product", "selfie"}


def test_half_bodies_get_what_covers_that_half(folder: Path) -> None:
    rows = [row for row in draw(folder, 400, random.Random(0)) if row.person.startswith("data/recolour/")]
    assert {(Path(row.person).stem, row.category) for row in rows} == {("t1-a", "tops"), ("b1-a", "bottoms")}


def test_categories_come_from_the_gallery_or_the_name() -> None:
    assert category_of("pants/4", {}) == "one-pieces"  # dungarees
    assert category_of("data/garments/cc0_skirt_new.jpg", {}) == "bottoms"
    assert category_of("data/garments/new.jpg", {}) == "tops"
    assert category_of("data/recolour/new.jpg", {"data/recolour/new.jpg": "bottoms"}) == "bottoms"


def test_a_folder_without_a_kind_of_photo_is_told(folder: Path) -> None:
    for path in (folder / "parsing").iterdir():
        path.unlink()
    with pytest.raises(ValueError, match="no street person"):
        draw(folder, 10, random.Random(0))


def test_the_printed_list_can_be_read_again(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", ["unseen", str(folder), "--seed", "5", "--count", "20"])
    main()
    printed = capsys.readouterr().out
    assert printed.splitlines()[0] == "\t".join(COLUMNS)
    path = tmp_path / "list.tsv"
    path.write_text(printed)
    assert gallery_rows(path) == draw(folder, 20, random.Random(5))
