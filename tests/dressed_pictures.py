"""Is a result a real picture of that person in that garment? Checks that need eyes for colours only.

The sample pair is a man in a dark jumper and a light blue shirt: the shirt's colour on his chest cannot come from
anything but the try-on.
"""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from PIL import Image

PERSON = "avatars/3"
GARMENT = "shirts/1"
CATEGORY = "tops"
# Boxes of the person photo (768 x 1376): left, top, right, bottom.
CHEST = (310, 420, 450, 720)
HEAD = (250, 0, 520, 300)
LEGS = (150, 950, 620, 1376)
BACKGROUND = (0, 0, 120, 1376)


def read_rgb(source: bytes | Path) -> np.ndarray:
    """(H, W, 3) float, [0, 255]."""
    image = Image.open(io.BytesIO(source) if isinstance(source, bytes) else source)
    image.load()
    return np.asarray(image.convert("RGB"), dtype=np.float64)


def crop(picture: np.ndarray, box: tuple[int, int, int, int]) -> np.ndarray:
    left, top, right, bottom = box
    return picture[top:bottom, left:right]


def middle_colour(picture: np.ndarray) -> np.ndarray:
    """The median of each channel."""
    return np.median(picture.reshape(-1, 3), axis=0)


def check_dressed(result: bytes, person_file: Path, garment_file: Path) -> None:
    """Fail unless `result` shows the person of the sample pair in its garment, and nothing else changed."""
    person, garment, dressed = read_rgb(person_file), read_rgb(garment_file), read_rgb(result)
    assert dressed.shape == person.shape
    changed = np.abs(dressed - person).max(axis=2) > 8
    assert 0.08 < changed.mean() < 0.5
    rows, columns = np.nonzero(changed)
    height, width = changed.shape
    assert 0.25 * height < rows.mean() < 0.6 * height
    assert 0.35 * width < columns.mean() < 0.65 * width
    for box in (HEAD, LEGS, BACKGROUND):
        assert crop(changed, box).mean() < 0.02, box
    middle = garment.shape[0] // 2, garment.shape[1] // 2
    shirt = middle_colour(garment[middle[0] - 200 : middle[0] + 200, middle[1] - 200 : middle[1] + 200])
    chest_before, chest_after = (middle_colour(crop(picture, CHEST)) for picture in (person, dressed))
    assert np.linalg.norm(chest_after - shirt) < 45
    assert np.linalg.norm(chest_after - shirt) < 0.4 * np.linalg.norm(chest_before - shirt)
    assert crop(changed, CHEST).mean() > 0.95
