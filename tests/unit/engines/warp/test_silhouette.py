"""Flat tops are as wide on trunk and arms as what was worn there, within reason; their cut shows a little."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from drawn_person import UNIT, drawn_body

from vesture.core.task import Picture
from vesture.engines.warp.body.figure import Body, Floats
from vesture.engines.warp.cloth.placement import curve
from vesture.engines.warp.fit.fitting import fit_garment
from vesture.engines.warp.fit.tops import worn_half_width
from vesture.vision.garment.landmarks import understand
from vesture.vision.garment.types import Garment, Part
from vesture.vision.parsing.parse import Label


def shirt(sleeve: int = 90) -> Garment:
    """A T-shirt with sleeves of a width in pixels, before white."""
    canvas = np.full((800, 800, 3), 252, np.uint8)
    corner = (160 + round(0.8 * sleeve), 330 + round(0.55 * sleeve))
    half = [(400, 150), (340, 130), (280, 150), (160, 330), corner, (280, 310), (280, 600), (400, 605)]
    outline = [*half, *[(800 - x, y) for x, y in half[-2:0:-1]]]
    cv2.fillPoly(canvas, [np.array(outline, np.int32)], (60, 90, 150), lineType=cv2.LINE_AA)
    return understand(Picture(canvas), "tops")


def broad(body: Body, factor: float) -> Body:
    """The body in clothes that stand off so much further, down to the hips."""
    levels = np.array([1.0, 1.0, 1.0, factor, factor, factor, 1.0, 1.0, 1.0])
    return replace(body, half_width={side: width * levels for side, width in body.half_width.items()})


def test_tops_are_as_wide_as_what_was_worn_but_coats_are_no_bodies() -> None:
    body = drawn_body()
    labels = body.labels.copy()
    labels[:235, :118] = labels[:235, 182:] = Label.BACKGROUND  # the arms are elsewhere
    body = replace(body, labels=labels)
    slim, usual, coat = (
        float(worn_half_width(broad(body, factor), "right", np.array([0.7]), True)[0]) for factor in (1.0, 1.15, 1.6)
    )
    assert usual == pytest.approx(1.15 * slim, rel=0.03)
    assert coat < 1.4 * slim


def test_a_side_that_an_arm_hides_is_no_board_but_opens_no_gap_beside_a_sleeve() -> None:
    body = drawn_body()
    labels = body.labels.copy()
    labels[130:235, 90:210] = Label.TOP
    body = replace(broad(body, 1.35), labels=labels)
    short, long = (float(worn_half_width(body, "right", np.array([0.7]), sleeve)[0]) for sleeve in (False, True))
    assert long == pytest.approx(float(body.width("right", 0.7)))
    assert short < 0.93 * long


def test_the_hem_covers_the_trousers_that_come_out_under_it() -> None:
    body = drawn_body()
    labels = np.where(body.labels == Label.BOTTOM, 0, body.labels).astype(np.uint8)
    cv2.rectangle(labels, (114, 238), (186, 400), int(Label.BOTTOM), -1)
    body = replace(body, labels=labels)
    body = replace(body, half_width={side: 0.8 * width for side, width in body.half_width.items()})
    target = fit_garment(body, shirt()).handles[int(Part.TORSO)].target
    lowest = target[target[:, 1] > target[:, 1].max() - 8]
    assert lowest[:, 0].min() < 117
    assert lowest[:, 0].max() > 183


def sleeve_width(body: Body, garment: Garment) -> float:
    """Width of the left sleeve near its end, in units."""
    handles = fit_garment(body, garment).handles[int(Part.LEFT_SLEEVE)]

    def end(name: str) -> Floats:
        source = curve(garment, f"sleeve_{name}_left", 32)[-2]
        return np.asarray(handles.target[np.linalg.norm(handles.source - source, axis=1).argmin()])

    return float(np.linalg.norm(end("outer") - end("inner"))) / UNIT


def worn_sleeves(body: Body, factor: float) -> Body:
    arms = {side: replace(arm, outer=factor * arm.natural) for side, arm in body.arms.items()}
    return replace(body, arms=arms)


def test_sleeves_follow_what_was_worn_within_reason() -> None:
    body = drawn_body()
    close, usual, puffed = (sleeve_width(worn_sleeves(body, factor), shirt()) for factor in (1.15, 1.35, 2.0))
    assert usual > 1.08 * close
    assert puffed < 1.1 * usual


def test_a_sleeve_cut_wider_is_wider() -> None:
    body = worn_sleeves(drawn_body(), 1.2)
    assert sleeve_width(body, shirt(sleeve=130)) > 1.05 * sleeve_width(body, shirt(sleeve=80))
