"""Prints on the chest or anywhere else: words, pictures, badges, graphics."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from training.garment.bank import hills, piece
from training.garment.chance import between, choose, maybe
from training.garment.colours import Colour, any_colour, other_colour

LETTERS = np.array(list("ABCDEFGHIJKLMNOPRSTUVWXYabcdefghiklmnoprstuvy0123456789"))
Print = NDArray[np.float32]  # (h, w, 4) RGB and share 0..1


def make_print(rng: np.random.Generator, cloth: Colour) -> Print:
    """A small picture with its own transparency."""
    style = choose(rng, {"words": 4, "picture": 2.5, "graphic": 3, "badge": 2})
    return {"words": _words, "picture": _picture, "graphic": _graphic, "badge": _badge}[style](rng, cloth)


def _canvas(height: int, width: int, colour: Colour) -> Print:
    plate = np.zeros((height, width, 4), np.float32)
    plate[..., :3] = colour
    return plate


def _words(rng: np.random.Generator, cloth: Colour) -> Print:
    rows = int(rng.integers(1, 5))
    plate = _canvas(22 * rows, 96, other_colour(rng, cloth))
    ink = np.zeros(plate.shape[:2], np.uint8)
    font = int(
        rng.choice(
            [
                cv2.FONT_HERSHEY_SIMPLEX,
                cv2.FONT_HERSHEY_DUPLEX,
                cv2.FONT_HERSHEY_TRIPLEX,
                cv2.FONT_HERSHEY_SCRIPT_COMPLEX,
            ]
        )
    )
    thick = int(rng.integers(1, 4))
    for row in range(rows):
        text = "".join(rng.choice(LETTERS, int(rng.integers(3, 8))))
        cv2.putText(
            ink,
            text,
            (int(rng.integers(0, 12)), 22 * row + 17),
            font,
            between(rng, 0.45, 0.75),
            255,
            thick,
            cv2.LINE_AA,
        )
    plate[..., 3] = ink.astype(np.float32) / 255
    return plate


def _picture(rng: np.random.Generator, cloth: Colour) -> Print:
    height, width = int(rng.integers(48, 96)), int(rng.integers(48, 96))
    plate = _canvas(height, width, any_colour(rng))
    for _ in range(int(rng.integers(1, 4))):
        share = np.clip(piece(rng, hills()[:20], height, width) * 3 - between(rng, -1, 1), 0, 1)[..., None]
        plate[..., :3] = plate[..., :3] * (1 - share) + any_colour(rng) * share
    _shapes(rng, plate, int(rng.integers(0, 6)))
    plate[..., 3] = 1
    if maybe(rng, 0.4):
        plate[..., 3] = np.clip(piece(rng, hills()[:9], height, width) * 6 + 5, 0, 1)
    return plate


def _shapes(rng: np.random.Generator, plate: Print, count: int) -> None:
    height, width = plate.shape[:2]
    for _ in range(count):
        colour = [*any_colour(rng).tolist(), 1.0]
        centre = (int(rng.integers(width)), int(rng.integers(height)))
        if maybe(rng, 0.5):
            cv2.ellipse(
                plate,
                centre,
                (int(rng.integers(3, 22)), int(rng.integers(3, 22))),
                between(rng, 0, 180),
                0,
                360,
                colour,
                -1,
            )
        else:
            corners = (np.array(centre) + rng.normal(0, 14, (int(rng.integers(3, 6)), 2))).astype(np.int32)
            cv2.fillPoly(plate, [corners], colour)


def _graphic(rng: np.random.Generator, cloth: Colour) -> Print:
    plate = _canvas(80, 80, other_colour(rng, cloth))
    _shapes(rng, plate, int(rng.integers(1, 7)))
    if maybe(rng, 0.5):
        words = _words(rng, cloth)
        rows = min(len(words), 30)
        plate[-rows:, :80] = np.where(words[:rows, :80, 3:] > 0.3, words[:rows, :80], plate[-rows:, :80])
    return plate


def _badge(rng: np.random.Generator, cloth: Colour) -> Print:
    plate = _canvas(40, 40, other_colour(rng, cloth))
    cv2.ellipse(
        plate,
        (20, 20),
        (int(rng.integers(8, 19)), int(rng.integers(8, 19))),
        0,
        0,
        360,
        [*other_colour(rng, cloth).tolist(), 1.0],
        -1,
    )
    _shapes(rng, plate[8:32, 8:32], int(rng.integers(0, 3)))
    return plate
