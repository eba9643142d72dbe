"""Pictures that nobody should send, and somebody will: a result or a typed refusal, never a crash."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from vesture.core.task import Picture, TryOnOptions, TryOnTask
from vesture.engines.warp.engine import WarpEngine
from vesture.errors import InputError


def noise(height: int, width: int) -> np.ndarray:
    return np.random.default_rng(3).integers(0, 256, (height, width, 3)).astype(np.uint8)


def plain(height: int, width: int, colour: int = 128) -> np.ndarray:
    return np.full((height, width, 3), colour, np.uint8)


def cartoon() -> np.ndarray:
    """A drawn figure of flat colours."""
    canvas = plain(640, 420, 240)
    cv2.circle(canvas, (210, 90), 46, (235, 190, 160), -1)
    cv2.rectangle(canvas, (150, 140), (270, 350), (200, 40, 40), -1)
    for start, end in (((155, 155), (80, 330)), ((265, 155), (340, 330))):
        cv2.line(canvas, start, end, (200, 40, 40), 32)
    for left in (152, 215):
        cv2.rectangle(canvas, (left, 350), (left + 52, 590), (40, 40, 90), -1)
    return canvas


def mannequin() -> np.ndarray:
    """A grey figure without a face, softly shaded, before white."""
    canvas = plain(900, 500, 250)
    for centre, axes in (
        ((250, 110), (48, 62)),
        ((250, 330), (95, 190)),
        ((200, 670), (48, 200)),
        ((300, 670), (48, 200)),
    ):
        cv2.ellipse(canvas, centre, axes, 0, 0, 360, (170, 168, 166), -1, cv2.LINE_AA)
    for sign in (-1, 1):
        cv2.ellipse(canvas, (250 + sign * 125, 360), (26, 170), sign * -8, 0, 360, (160, 158, 156), -1, cv2.LINE_AA)
    return cv2.GaussianBlur(canvas, (0, 0), 3)


DRAWN: dict[str, Callable[[], np.ndarray]] = {
    "one pixel": lambda: plain(1, 1),
    "tiny": lambda: noise(9, 7),
    "plain": lambda: plain(300, 200),
    "black": lambda: plain(300, 200, 0),
    "noise": lambda: noise(320, 240),
    "very wide": lambda: noise(24, 1500),
    "very tall": lambda: plain(1500, 20, 250),
    "cartoon": cartoon,
    "mannequin": mannequin,
}


def attempt(engine: WarpEngine, person: np.ndarray, garment: np.ndarray, category: str, kind: str = "auto") -> str:
    """The name of the refusal, or "dressed" after a look at the result."""
    options = TryOnOptions(category, garment_photo_type=kind, long_top=True, cover_feet=True, adjust_hands=True)
    try:
        output = engine.run(TryOnTask(Picture(person), Picture(garment), options))
    except InputError as error:
        refused = error
    else:
        refused = None
    if refused is not None:
        assert refused.field in ("model_image", "garment_image")
        assert refused.message.endswith(".")
        return type(refused).__name__
    assert output.images[0].shape == person.shape
    np.testing.assert_array_equal(output.images[0][~output.changed], person[~output.changed])
    return "dressed"


@pytest.mark.parametrize("name", DRAWN)
def test_a_strange_person_is_dressed_or_refused(name: str, engine, sample) -> None:
    result = attempt(engine, DRAWN[name](), sample("shirts/3").rgb, "tops", "flat-lay")
    assert result == "PersonNotFound" or name in ("cartoon", "mannequin")


@pytest.mark.parametrize("name", DRAWN)
def test_a_strange_garment_is_worn_or_refused(name: str, engine, sample) -> None:
    attempt(engine, sample("avatars/1").rgb, DRAWN[name](), "one-pieces", "flat-lay")


@pytest.mark.parametrize("name", ["noise", "cartoon", "mannequin", "very wide"])
def test_a_strange_wearer_is_read_or_refused(name: str, engine, sample) -> None:
    attempt(engine, sample("avatars/1").rgb, DRAWN[name](), "bottoms", "model")


@pytest.mark.parametrize("category", ["tops", "bottoms", "one-pieces"])
def test_people_lying_upside_down_and_cut_to_pieces(category: str, engine, sample) -> None:
    photo, shirt = sample("avatars/4").rgb[::2, ::2], sample("shirts/3").rgb
    for person in (photo[::-1], np.rot90(photo), photo[:, : photo.shape[1] // 2], photo[: photo.shape[0] // 4]):
        attempt(engine, np.ascontiguousarray(person), shirt, category, "flat-lay")
