"""How well garments are told from their backdrops: intersection over union against true cut-outs.

    python bench/garment_mask.py FOLDER [--at 1024]

FOLDER holds PNG files with a true alpha. Each is laid on a white, a grey and a wooden backdrop with a soft shadow,
given to `separate` without its alpha, and compared with it.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from vesture.core.task import Picture
from vesture.errors import GarmentNotFound
from vesture.vision.garment.mask import separate

BACKDROPS = ("white", "grey", "wood")


def backdrop(kind: str, size: tuple[int, int]) -> NDArray[np.float32]:
    """(h, w, 3) float32 in [0, 255]."""
    height, width = size
    noise = np.random.default_rng(11)
    y, x = np.mgrid[:height, :width].astype(np.float32)
    fall = 1 - 0.05 * ((x / width - 0.4) ** 2 + (y / height - 0.4) ** 2)
    if kind != "wood":
        tone = 250.0 if kind == "white" else 214.0
        return np.repeat((tone * fall + noise.normal(0, 0.8, (height, width)))[..., None], 3, 2).astype(np.float32)
    board = (x // (width / 7)).astype(int)
    tint = noise.uniform(0.8, 1.1, 8)[board]
    grain = cv2.resize(noise.normal(0, 1, (height // 24 + 2, width)).astype(np.float32), (width, height))
    seam = (x % (width / 7)) < 3
    light = (tint + 0.06 * grain) * (1 - 0.5 * seam) * (1.1 - 0.35 * y / height)
    return (light[..., None] * np.float32([150, 110, 75])).astype(np.float32)


def composite(path: Path, kind: str, size: int) -> tuple[Picture, NDArray[np.bool_]]:
    image = Image.open(path).convert("RGBA")
    image.thumbnail((size, size))
    pixels = np.asarray(image).astype(np.float32)
    alpha = pixels[..., 3:] / 255
    solid = (alpha[..., 0] > 0.85).astype(np.uint8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(solid)
    truth = labels == 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA]))
    near = cv2.dilate(truth.astype(np.uint8), np.ones((5, 5), np.uint8))[..., None]
    alpha = alpha * near  # the file's own shadow stays out; a drawn one comes in
    ground = backdrop(kind, truth.shape)
    offset = max(2, size // 90)
    cast = cv2.GaussianBlur(np.roll(truth.astype(np.float32), (offset, offset // 2), (0, 1)), (0, 0), offset)
    ground *= 1 - 0.28 * cast[..., None]
    rgb = pixels[..., :3] * alpha + ground * (1 - alpha)
    return Picture(np.clip(np.round(rgb), 0, 255).astype(np.uint8)), truth


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--at", type=int, default=1024, help="long side in pixels")
    given = arguments.parse_args()
    files = [p for p in sorted(given.folder.glob("*.png")) if Image.open(p).mode in ("RGBA", "LA")]
    for kind in BACKDROPS:
        overlaps, seconds = [], []
        for path in files:
            picture, truth = composite(path, kind, given.at)
            start = time.perf_counter()
            try:
                found = separate(picture).soft(picture.rgb, (0, 0, picture.width, picture.height)) > 0.5
            except GarmentNotFound:
                found = np.zeros_like(truth)
            seconds.append(time.perf_counter() - start)
            overlaps.append((found & truth).sum() / max(1, (found | truth).sum()))
            if overlaps[-1] < 0.93:
                print(f"  {kind:6} {overlaps[-1]:.3f} {path.name}")
        print(
            f"{kind:6} n={len(files)} IoU median {np.median(overlaps):.3f} worst {min(overlaps):.3f} "
            f"seconds {np.median(seconds):.2f}"
        )


if __name__ == "__main__":
    main()
