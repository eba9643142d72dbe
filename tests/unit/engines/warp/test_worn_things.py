"""Straps over what is worn, and scraps of it that were taken for other clothes."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from drawn_person import JUMPER, SHAPE, drawn_body, drawn_photo

from vesture.engines.warp.worn.garment import worn_garment
from vesture.engines.warp.worn.things import with_scraps, without_straps
from vesture.vision.parsing.parse import Label

BODY = drawn_body()
TOP = BODY.labels == Label.TOP
LEATHER = (30, 28, 26)


def band(*line: tuple[int, int], width: int = 6) -> np.ndarray:
    canvas = np.zeros(SHAPE, np.uint8)
    cv2.line(canvas, *line, 1, width)
    return (canvas > 0) & TOP


def crossed(strap: np.ndarray) -> np.ndarray:
    photo = drawn_photo(BODY)
    photo[strap] = LEATHER
    return photo


def test_a_strap_from_shoulder_to_hip_goes() -> None:
    strap = band((170, 108), (128, 250))
    kept = without_straps(crossed(strap), TOP, BODY)
    assert not kept[strap].any()
    assert kept.sum() > 0.97 * (TOP & ~cv2.dilate(strap.astype(np.uint8), np.ones((7, 7), np.uint8)).astype(bool)).sum()


@pytest.mark.parametrize(
    "design",
    [
        band((150, 108), (150, 250)),  # a zip
        band((121, 180), (179, 180)),  # a stripe across
        band((135, 160), (165, 200)),  # a slanted print that ends within
        band((165, 108), (128, 250), width=24),  # a panel
        band((152, 108), (128, 250)),  # an edge of something open at the neck
    ],
)
def test_zips_stripes_prints_and_panels_stay(design: np.ndarray) -> None:
    assert np.array_equal(without_straps(crossed(design), TOP, BODY), TOP)


def test_the_cloth_goes_on_behind_a_strap() -> None:
    strap = band((170, 108), (128, 250))
    garment = worn_garment(crossed(strap), BODY, "tops")
    offset = (garment.wearer.neck - BODY.neck).astype(int)
    rows, columns = np.nonzero(strap)
    inner = (rows > 140) & (rows < 225)
    colours = garment.rgb[rows[inner] + offset[1], columns[inner] + offset[0]].astype(int)
    assert (np.abs(colours - JUMPER).max(-1) < 30).mean() > 0.97
    assert garment.alpha[rows[inner] + offset[1], columns[inner] + offset[0]].min() > 0.9


def test_a_scrap_of_the_cloths_colour_comes_back_and_other_clothes_do_not() -> None:
    labels, photo = BODY.labels.copy(), drawn_photo(BODY)
    labels[200:216, 150:166] = Label.BOTTOM  # the jumper's own colour
    labels[160:176, 130:146], photo[160:176, 130:146] = Label.OTHER, LEATHER  # a badge
    mask = labels == Label.TOP
    found = with_scraps(photo, mask, replace(BODY, labels=labels))
    assert found[202:214, 152:164].all()
    assert not found[162:174, 132:144].any()
    assert not found[260:400].any()
