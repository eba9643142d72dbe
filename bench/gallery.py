"""Contact sheets: person, garment, result, for eyes.

    python -m bench.gallery [--data FOLDER] [--out gallery] [--sets avatars,recolour] [--match TEXT]

Sets: avatars (sample studio people in all sample garments), people (sample everyday photos), selfies; and with
--data: recolour, garments, worn, hard. Each sheet holds eight pairs; every result is also kept on its own.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterable
from pathlib import Path

from PIL import Image, ImageDraw

from bench import pairs
from vesture import TryOn, VestureError
from vesture.assets import AssetStore
from vesture.commands.try_on import side_by_side
from vesture.settings import Settings

HEIGHT = 560
PER_SHEET = 6
COLUMNS = 2


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, help="folder of further photos")
    parser.add_argument("--out", type=Path, default=Path("gallery"))
    parser.add_argument("--sets", default="avatars,people,recolour,garments,worn,hard")
    parser.add_argument("--match", default="", help="only pairs whose name contains this")
    parser.add_argument("--every", type=int, default=1, help="only every n-th pair")
    parsed = parser.parse_args()
    store = AssetStore(Settings.from_environment().assets)
    try_on = TryOn(engine="warp")
    for name in parsed.sets.split(","):
        chosen = [pair for pair in pairs_of(name, store, parsed.data) if parsed.match in pair.name]
        write_set(try_on, name, chosen[:: parsed.every], parsed.out)


def pairs_of(name: str, store: AssetStore, data: Path | None) -> list[pairs.Pair]:
    """The pairs of one set; empty where the set needs a data folder that is not there."""
    if name in ("avatars", "people", "selfies"):
        kind = {"avatars": "avatar", "people": "person", "selfies": "selfie"}[name]
        return list(pairs.sample_pairs(store, (kind,)))
    if data is None or not data.is_dir():
        print(f"set {name} needs --data with the further photos; passed over")
        return []
    if name == "recolour":
        return [pair for pair, _ in pairs.recolour_rows(data)]
    build = {"garments": pairs.garment_pairs, "worn": pairs.worn_pairs, "hard": pairs.hard_person_pairs}
    return list(build[name](store, data))


def write_set(try_on: TryOn, name: str, chosen: Iterable[pairs.Pair], out: Path) -> None:
    """Run the pairs of a set and write its sheets."""
    (out / "results").mkdir(parents=True, exist_ok=True)
    strips: list[Image.Image] = []
    number = 0
    for pair in chosen:
        strips.append(strip(try_on, pair, out))
        if len(strips) == PER_SHEET:
            number += 1
            write_sheet(strips, out / f"{name}-{number:02d}.png")
            strips = []
    if strips:
        write_sheet(strips, out / f"{name}-{number + 1:02d}.png")


def strip(try_on: TryOn, pair: pairs.Pair, out: Path) -> Image.Image:
    """person | garment | result of one pair, labelled."""
    started = time.perf_counter()
    try:
        result = try_on(pair.person, pair.garment, pair.category)
        picture, note = result.images[0], f"{time.perf_counter() - started:.1f} s {'; '.join(result.warnings)}"
        picture.save(out / "results" / f"{pair.name}.png")
    except VestureError as error:  # a typed refusal is a result too
        picture, note = Image.new("RGB", (HEIGHT // 2, HEIGHT), "lightgrey"), f"{type(error).__name__}: {error}"
    sheet = side_by_side([pair.person, pair.garment], picture, HEIGHT)
    ImageDraw.Draw(sheet).text((6, 4), f"{pair.name} {note}"[:120], fill="red")
    print(f"{pair.name}: {note}", flush=True)
    return sheet


def write_sheet(strips: list[Image.Image], path: Path) -> None:
    """Strips in rows of `COLUMNS`."""
    rows = [strips[i : i + COLUMNS] for i in range(0, len(strips), COLUMNS)]
    width = max(sum(strip.width for strip in row) for row in rows)
    sheet = Image.new("RGB", (width, HEIGHT * len(rows)), "white")
    for index, row in enumerate(rows):
        left = 0
        for item in row:
            sheet.paste(item, (left, index * HEIGHT))
            left += item.width
    sheet.save(path)
    print(f"wrote {path}", flush=True)


if __name__ == "__main__":
    main()
