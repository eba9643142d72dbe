"""What is left of the old garment on a result, and what was taken from somebody that should have stayed.

    python -m bench.residue FOLDER [--every N] [--match TEXT]

FOLDER/parsing holds street photos with true labels (see `bench.parsing`), FOLDER/garments a dress. Everybody wears a
T-shirt, a long-sleeved pullover, trousers and a dress, flat cut-outs painted in a strong colour that the photo does not
have. So the new garment can be told by its colour, the old one and the rest by the true labels. Prints a line per
result, the medians and means per category, and the worst.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import astuple, dataclass, fields
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from bench.colour import ciede2000, lab
from bench.parsing import Labels, labelled_photos
from bench.similarity import dilated
from vesture import TryOn, VestureError
from vesture.assets import AssetStore, samples
from vesture.core.task import RGB, Category, Picture
from vesture.settings import Settings
from vesture.vision.garment.landmarks import understand
from vesture.vision.parsing.parse import Label

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]

GARMENTS: tuple[tuple[str, str, Category], ...] = (  # short name, photo, category
    ("t-shirt", "shirts/3", "tops"),
    ("pullover", "jackets/3", "tops"),
    ("trousers", "pants/1", "bottoms"),
    ("dress", "dreamo_dress.png", "one-pieces"),
)
GOES: dict[Category, tuple[Label, ...]] = {
    "tops": (Label.TOP,),
    "bottoms": (Label.BOTTOM,),
    "one-pieces": (Label.TOP, Label.BOTTOM, Label.ONE_PIECE),
}
STAYS = (Label.SHOES, Label.OTHER, Label.TOP, Label.BOTTOM, Label.ONE_PIECE)
PAINTS = ((75.0, -35.0), (-60.0, 45.0))  # a and b of Lab: magenta, green
HUE, CHROMA = 22.0, 30.0  # degrees from a paint's hue, and least chroma, of colours that are the paint
KEPT = 5.0  # CIEDE2000 below which a pixel is still the photo's, a little shadow allowed
RIM = 0.004  # of the person's height: true labels are that far out at their borders
NEAR = 0.05  # of the person's height: the new garment's neighbourhood
ISLAND = 0.0004  # of the person's pixels: smallest scrap that an eye sees
WORST = 12


@dataclass(frozen=True, slots=True)
class Residue:
    """Of one result; shares of true pixels, in [0, 1]. NaN where the photo shows none.

    Attributes:
        near: share of the old garment that is still seen beside the new one.
        far: and away from it.
        head: share of hair, and of the skin above the chest, that was changed.
        rest: share of shoes, things and clothes that stay, which was changed where the new garment does not cover it.
        islands: scraps of the old garment that hang together with no other of its label that is kept.
    """

    near: float
    far: float
    head: float
    rest: float
    islands: float

    @property
    def harm(self) -> float:
        """All shares in one number, to sort by."""
        return float(np.nansum([self.near, self.far, self.head, self.rest]))


MEASURES = tuple(field.name for field in fields(Residue))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--every", type=int, default=1, help="only every n-th photo")
    parser.add_argument("--match", default="", help="only photos whose name contains this")
    parsed = parser.parse_args()
    rows: list[tuple[str, str, Residue]] = []
    print(f"{'photo':8s} {'garment':9s} " + " ".join(f"{name:>8s}" for name in MEASURES))
    for name, garment, residue in measure_folder(parsed.folder, parsed.every, parsed.match):
        rows.append((name, garment, residue))
        print(_line(name, garment, residue), flush=True)
    for what in (*(name for name, _, _ in GARMENTS), ""):
        chosen = np.array([astuple(residue) for _, garment, residue in rows if what in garment])
        for word, summed in (("median", np.nanmedian), ("mean", np.nanmean)):
            if len(chosen):
                values = " ".join(f"{value:8.3f}" for value in summed(chosen, axis=0))
                print(f"{word:8s} {what or 'all':9s} {values}")
    print("worst:")
    for row in sorted(rows, key=lambda row: -row[2].harm)[:WORST]:
        print(_line(*row))


def _line(name: str, garment: str, residue: Residue) -> str:
    return f"{name:8s} {garment:9s} " + " ".join(f"{value:8.3f}" for value in astuple(residue))


def measure_folder(data: Path, every: int = 1, match: str = "") -> Iterator[tuple[str, str, Residue]]:
    """Photo, garment and measure of each try-on; those that are refused are passed over, with a line."""
    try_on = TryOn(engine="warp")
    cut_outs = list(_cut_outs(data))
    chosen = [row for row in labelled_photos(data / "parsing") if match in row[0]]
    for name, photo, truth in chosen[::every]:
        paint = strangest_paint(photo[truth > 0])
        for garment, cut_out, category in cut_outs:
            if not np.isin(truth, GOES[category]).any():
                continue
            try:
                result = try_on(photo, painted(cut_out, paint), category, garment_photo_type="flat-lay")
            except VestureError as error:
                print(f"{name:8s} {garment:9s} {error}")
                continue
            yield name, garment, measure(photo, np.asarray(result.images[0]), truth, category, paint)


def _cut_outs(data: Path) -> Iterator[tuple[str, NDArray[np.uint8], Category]]:
    """Name, cut-out (h, w, 4) and category of each garment."""
    store = AssetStore(Settings.from_environment().assets)
    places = {sample.name: sample.path(store) for sample in samples()}
    for name, photo, category in GARMENTS:
        path = places.get(photo, data / "garments" / photo)
        garment = understand(Picture(np.array(Image.open(path).convert("RGB"))), category)
        alpha = np.rint(255 * garment.alpha).astype(np.uint8)
        yield name, np.dstack([garment.rgb, alpha]), category


def strangest_paint(pixels: NDArray[np.uint8]) -> tuple[float, float]:
    """That of `PAINTS` which the fewest of these pixels (n, 3) look like."""
    return min(PAINTS, key=lambda paint: float(like_paint(lab(pixels[None]), paint).mean()))


def painted(cut_out: NDArray[np.uint8], paint: tuple[float, float]) -> NDArray[np.uint8]:
    """The cut-out (h, w, 4) in one paint, its own lights and shades made faint."""
    light = cv2.cvtColor(cut_out[..., :3], cv2.COLOR_RGB2GRAY).astype(np.float32)
    middle = float(np.median(light[cut_out[..., 3] > 127]))
    tones = np.empty((*light.shape, 3), np.float32)
    tones[..., 0] = np.clip(52 + 0.12 * (light - middle), 40, 64)
    tones[..., 1:] = paint
    rgb = np.clip(255 * cv2.cvtColor(tones, cv2.COLOR_LAB2RGB), 0, 255)
    return np.dstack([np.rint(rgb).astype(np.uint8), cut_out[..., 3]])


def like_paint(colours: Floats, paint: tuple[float, float]) -> Bools:
    """Which Lab colours (..., 3) are the paint, in light or shade."""
    chroma = np.hypot(colours[..., 1], colours[..., 2])
    along = (colours[..., 1] * paint[0] + colours[..., 2] * paint[1]) / np.hypot(*paint)
    return np.asarray((chroma > CHROMA) & (along > np.cos(np.radians(HUE)) * chroma))


def measure(photo: RGB, result: RGB, truth: Labels, category: Category, paint: tuple[float, float]) -> Residue:
    """Measure one result (H, W, 3) against the photo and its true labels (H, W)."""
    rows = np.flatnonzero((truth > 0).any(1))
    tall = float(rows[-1] - rows[0] + 1)
    before, after = lab(photo), lab(result)
    same = ciede2000(before, after) < KEPT
    new = like_paint(after, paint) & ~same
    old = _inner(np.isin(truth, GOES[category]), RIM * tall)
    around = dilated(new, NEAR * tall)
    left = old & same
    chest = rows[0] + 0.17 * tall  # of a standing person: above it there is a head
    above = np.arange(truth.shape[0])[:, None] < chest
    head = _inner((truth == Label.HAIR) | ((truth == Label.SKIN) & above), RIM * tall)
    stays = [label for label in STAYS if label not in GOES[category]]
    if category == "tops":  # what is under a top that goes may be part of it
        stays.remove(Label.ONE_PIECE)
    rest = _inner(np.isin(truth, stays), RIM * tall) & ~dilated(new, RIM * tall)
    return Residue(
        near=_share(left & around, old),
        far=_share(left & ~around, old),
        head=_share(head & ~same, head),
        rest=_share(rest & ~same, rest),
        islands=float(count_islands(left, ISLAND * float((truth > 0).sum()), 0.2 * float(old.sum()))),
    )


def count_islands(left: Bools, smallest: float, largest: float) -> int:
    """How many pieces of (h, w) are seen as scraps: of at least `smallest` pixels, and less than `largest`."""
    _, _, stats, _ = cv2.connectedComponentsWithStats(left.astype(np.uint8))
    areas = stats[1:, cv2.CC_STAT_AREA]
    return int(((areas >= smallest) & (areas < largest)).sum())


def _inner(where: Bools, radius: float) -> Bools:
    return ~dilated(~where, radius)


def _share(part: Bools, whole: Bools) -> float:
    return float(part.sum() / whole.sum()) if whole.any() else float("nan")


if __name__ == "__main__":
    main()
