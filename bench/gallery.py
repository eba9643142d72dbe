"""Contact sheets for eyes: the pairs of `gallery_pairs.tsv`, each as garment, person, result.

    python -m bench.gallery [--data FOLDER] [--out gallery] [--sets avatars,crossed] [--match TEXT] [--every N]
                            [--list FILE]

Another list of the same form, such as `bench.unseen` draws, can stand in for the gallery's. Without --data (the
folder of further photos) only the pairs of the product's own samples are made. A sheet holds six pairs; person and
result are shown where the picture changed, with some of what is round it. OUT/results has every result whole,
OUT/pairs.tsv a line per pair: name, set, category, kind of garment photo, seconds, sheet, warnings.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageOps

from bench.pairs import GALLERY_LIST, Pair, gallery_pairs, gallery_rows
from vesture import TryOn, VestureError
from vesture.assets import AssetStore
from vesture.settings import Settings

CELL = (520, 700)  # width, greatest height of a pair on a sheet, pixels
THUMBNAIL = 150  # width of the garment and of the person beside the result
COLUMNS, ROWS = 3, 2
MARGIN = 0.15  # of the changed region's size is shown round it


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a pair: its cell on the sheet, and what is worth noting."""

    cell: Image.Image
    seconds: float
    note: str


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, help="folder of further photos")
    parser.add_argument("--out", type=Path, default=Path("gallery"))
    parser.add_argument("--list", type=Path, default=GALLERY_LIST, help="pairs, in the form of gallery_pairs.tsv")
    parser.add_argument("--sets", help="which sets of the list, separated by commas; default: all")
    parser.add_argument("--match", default="", help="only pairs whose name contains this")
    parser.add_argument("--every", type=int, default=1, help="only every n-th pair")
    parsed = parser.parse_args()
    sets = parsed.sets.split(",") if parsed.sets else sorted({row.set for row in gallery_rows(parsed.list)})
    chosen = chosen_pairs(parsed.data, sets, parsed.match, parsed.list)[:: parsed.every]
    write_gallery(TryOn(engine="warp"), chosen, parsed.out)


def chosen_pairs(data: Path | None, sets: list[str], match: str, path: Path = GALLERY_LIST) -> list[Pair]:
    """The pairs of these sets whose name contains `match`; tells what is passed over for want of the folder."""
    if data is not None and not data.is_dir():
        print(f"there is no folder {data}")
        data = None
    if data is None:
        absent = Counter(row.set for row in gallery_rows(path) if row.needs_folder and row.set in sets)
        listed = ", ".join(f"{name} {count}" for name, count in absent.items())
        print(f"without the folder of further photos (--data) {absent.total()} pairs are passed over: {listed or '-'}")
    store = AssetStore(Settings.from_environment().assets)
    return [pair for pair in gallery_pairs(store, data, path) if pair.set in sets and match in pair.name]


def write_gallery(try_on: TryOn, chosen: list[Pair], out: Path) -> None:
    """Run the pairs and write sheets, results and the table."""
    (out / "results").mkdir(parents=True, exist_ok=True)
    cells: list[Image.Image] = []
    with (out / "pairs.tsv").open("w") as table:
        table.write("name\tset\tcategory\tgarment_photo\tseconds\tsheet\tnote\n")
        for index, pair in enumerate(chosen):
            outcome = dress(try_on, pair, out)
            cells.append(outcome.cell)
            number = index // (COLUMNS * ROWS) + 1
            line = (pair.name, pair.set, pair.category, pair.garment_photo, f"{outcome.seconds:.2f}", number)
            table.write("\t".join(map(str, (*line, outcome.note))) + "\n")
            print(f"{pair.name}: {outcome.seconds:.1f} s {outcome.note}", flush=True)
            if len(cells) == COLUMNS * ROWS or pair is chosen[-1]:
                write_sheet(cells, out / f"sheet-{number:02d}.png")
                cells = []


def dress(try_on: TryOn, pair: Pair, out: Path) -> Outcome:
    """Run one pair, keep its result, lay out its cell."""
    garment, person = picture_of(pair.garment), picture_of(pair.person)
    started = time.perf_counter()
    try:
        result = try_on(pair.person, pair.garment, pair.category)
    except VestureError as error:  # a typed refusal is a result too
        seconds = time.perf_counter() - started
        note = f"{type(error).__name__}: {error}"
        return Outcome(cell_of(pair.name, note, garment, person, Image.new("RGB", (9, 16), "lightgrey")), seconds, note)
    seconds = time.perf_counter() - started
    picture, note = result.images[0], "; ".join(result.warnings)
    picture.save(out / "results" / f"{pair.name}.png", compress_level=1)
    box = shown_box(result.changed)
    before = person.resize(picture.size).crop(box)
    return Outcome(cell_of(pair.name, note, garment, before, picture.crop(box)), seconds, note)


def picture_of(path: Path) -> Image.Image:
    """A photo upright, on white where it is transparent."""
    with Image.open(path) as opened:
        turned = ImageOps.exif_transpose(opened).convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", turned.size, "white"), turned).convert("RGB")


def shown_box(changed: NDArray[np.bool_]) -> tuple[int, int, int, int]:
    """(left, top, right, bottom) of the changed region and what is near it; everything where nothing changed."""
    height, width = changed.shape
    rows, columns = np.flatnonzero(changed.any(1)), np.flatnonzero(changed.any(0))
    if not rows.size:
        return 0, 0, width, height
    reach = MARGIN * max(np.ptp(rows), np.ptp(columns))
    return (
        int(max(columns[0] - reach, 0)),
        int(max(rows[0] - reach, 0)),
        int(min(columns[-1] + reach, width)),
        int(min(rows[-1] + reach, height)),
    )


def cell_of(name: str, note: str, garment: Image.Image, person: Image.Image, result: Image.Image) -> Image.Image:
    """Garment above person on the left, the result large on the right, the name above; no taller than needed."""
    line, gap = 14, 4
    room = (CELL[0] - THUMBNAIL - 2 * gap, CELL[1] - line)
    large = ImageOps.contain(result, room, Image.Resampling.LANCZOS)
    thumbnail = (THUMBNAIL, (room[1] - gap) // 2)
    upper, lower = (ImageOps.contain(photo, thumbnail, Image.Resampling.LANCZOS) for photo in (garment, person))
    cell = Image.new("RGB", (CELL[0], line + max(large.height, upper.height + gap + lower.height)), "white")
    cell.paste(upper, (0, line))
    cell.paste(lower, (0, line + upper.height + gap))
    cell.paste(large, (THUMBNAIL + gap, line))
    ImageDraw.Draw(cell).text((2, 1), f"{name} {note}"[:84], fill="red")
    return cell


def write_sheet(cells: list[Image.Image], path: Path) -> None:
    """Cells in rows of `COLUMNS`."""
    rows = [cells[start : start + COLUMNS] for start in range(0, len(cells), COLUMNS)]
    heights = [max(cell.height for cell in row) + 6 for row in rows]
    sheet = Image.new("RGB", (CELL[0] * COLUMNS, sum(heights)), "white")
    for index, row in enumerate(rows):
        for column, cell in enumerate(row):
            sheet.paste(cell, (column * CELL[0], sum(heights[:index])))
    sheet.save(path)
    print(f"wrote {path}", flush=True)


if __name__ == "__main__":
    main()
