"""Cloth hides the shoulders and arms that it lies on, and nothing else is moved for it."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from drawn_person import SHAPE, UNIT, drawn_body

from vesture.core.task import Picture
from vesture.engines.warp.body.figure import SIDES, SIGN, Body, Floats
from vesture.engines.warp.body.shoulder import shoulder_line, worn_outline
from vesture.engines.warp.body.silhouettes import torso_edge
from vesture.engines.warp.cloth.cover import covering
from vesture.engines.warp.cloth.layers import Draped, drape, render_layers
from vesture.engines.warp.cloth.placement import Fit
from vesture.engines.warp.fit.fitting import fit_garment
from vesture.engines.warp.picture.patch import coverage
from vesture.vision.frame import Box
from vesture.vision.garment.landmarks import understand
from vesture.vision.garment.types import Garment, Part
from vesture.vision.parsing.parse import Label


@pytest.fixture(scope="module")
def shirt() -> Garment:
    """A T-shirt, lying flat, before white."""
    canvas = np.full((700, 700, 3), 252, np.uint8)
    half = [(350, 150), (290, 130), (230, 150), (110, 300), (180, 345), (230, 290), (230, 600), (350, 605)]
    outline = [*half, *[(700 - x, y) for x, y in half[-2:0:-1]]]
    cv2.fillPoly(canvas, [np.array(outline, np.int32)], (60, 90, 150), lineType=cv2.LINE_AA)
    garment = understand(Picture(canvas), "tops")
    assert garment.has_sleeves
    return garment


def in_a_bra(stout: float) -> Body:
    """Bare shoulders and arms whose skin reaches `stout` pixels from the middle of each arm."""
    body = drawn_body()
    labels = body.labels.copy()
    labels[labels == Label.TOP] = Label.BACKGROUND
    cv2.rectangle(labels, (112, 108), (188, 245), int(Label.SKIN), -1)
    for arm in body.arms.values():
        shoulder, wrist = (tuple(int(v) for v in point) for point in (arm.axis[0], arm.axis[-1]))
        cv2.line(labels, shoulder, wrist, int(Label.SKIN), round(2 * stout))
    cv2.rectangle(labels, (122, 135), (178, 160), int(Label.TOP), -1)
    return replace(body, labels=labels)


def bare_beside(draped: Draped, fit: Fit, body: Body) -> int:
    """Pixels of skin beside the cloth of shoulders and sleeves, above the cuffs."""
    layers = render_layers(draped, body, Box(0, 0, SHAPE[1], SHAPE[0]))
    cover = coverage([layer.patch for layer in layers], SHAPE)
    rows, columns = np.indices(SHAPE)
    cuff = body.arms["left"].axis[0, 1] + min(fit.sleeve_reach.values()) - 8
    outside = (np.abs(columns - 150) > 30) & (rows < cuff)
    return int(((body.labels == Label.SKIN) & outside & (cover < 0.5)).sum())


@pytest.mark.parametrize("stout", [11.0, 15.0])
def test_bare_shoulders_and_arms_do_not_stand_beside_a_sleeve(shirt: Garment, stout: float) -> None:
    body = in_a_bra(stout)
    fit = fit_garment(body, shirt)
    draped = drape(shirt, fit)
    covered = covering(draped, fit, body)
    assert bare_beside(covered, fit, body) < 0.1 * bare_beside(draped, fit, body) + 8


def test_a_sleeve_is_as_wide_as_the_arm_and_not_wider(shirt: Garment) -> None:
    body = in_a_bra(15.0)
    fit = fit_garment(body, shirt)
    cover = coverage(
        [
            layer.patch
            for layer in render_layers(covering(drape(shirt, fit), fit, body), body, Box(0, 0, SHAPE[1], SHAPE[0]))
        ],
        SHAPE,
    )
    middle = round(body.arms["left"].axis[0, 1] + 0.6 * fit.sleeve_reach["left"])
    edge = np.flatnonzero(cover[middle] > 0.5)[[0, -1]]
    arm = np.flatnonzero(body.labels[middle] == Label.SKIN)[[0, -1]]
    assert np.all(np.abs(edge - arm) < 0.12 * UNIT)


def shoulder_edges(draped: Draped, body: Body) -> tuple[Floats, Floats]:
    """How far from lines in the shoulders the cloth reaches, and how far the clothes in the photo do, both sides."""
    out = np.arange(0, 0.5 * UNIT, 0.5)
    cover = coverage([layer.patch for layer in render_layers(draped, body, Box(0, 0, SHAPE[1], SHAPE[0]))], SHAPE)
    new, worn = [], []
    for side in SIDES:
        line = shoulder_line(body, side, body.arms[side], body.neck_foot[side] + 0.2 * UNIT * body.down, 0.6 * UNIT)
        rays = line.rays(np.linspace(0.8 * line.joint, line.joint, 6), out, SIGN[side])
        column, row = np.moveaxis(np.rint(rays).astype(int), -1, 0)
        new.append(np.logical_and.accumulate(cover[row, column] > 0.5, axis=1).sum(1) / 2)
        worn.append(np.logical_and.accumulate(body.labels[row, column] == Label.TOP, axis=1).sum(1) / 2)
    return np.concatenate(new), np.concatenate(worn)


def test_shoulders_lie_where_those_that_were_worn_lay(shirt: Garment) -> None:
    body = drawn_body()
    fit = fit_garment(body, shirt)
    draped = drape(shirt, fit)
    raised = replace(draped, position=draped.position - 0.08 * UNIT * body.down)
    off, settled = (
        float(np.abs(np.subtract(*shoulder_edges(cloth, body))).mean())
        for cloth in (raised, covering(raised, fit, body))
    )
    assert settled < 0.7 * off
    assert settled < 0.035 * UNIT


def test_padding_is_no_shoulder() -> None:
    body = drawn_body()
    out = np.arange(0, 0.5, 0.01) * UNIT
    line = shoulder_line(body, "left", body.arms["left"], body.neck_foot["left"] + 0.2 * UNIT * body.down, 0.6 * UNIT)
    along = np.linspace(0.8 * line.joint, line.joint + 0.1 * UNIT, 8)
    seen = worn_outline(body, along, line.rays(along, out, -1.0), out)
    padded = replace(body, labels=cv2.dilate(body.labels, np.ones((7, 7), np.uint8)))
    broad = worn_outline(padded, along, line.rays(along, out, -1.0), out)
    assert np.nanmax(broad) <= 0.15 * UNIT + 1e-6
    assert np.nanmax(broad) >= np.nanmax(seen)


def test_the_collar_stays(shirt: Garment) -> None:
    body = in_a_bra(15.0)
    fit = fit_garment(body, shirt)
    draped = drape(shirt, fit)
    moved = np.linalg.norm(covering(draped, fit, body).position - draped.position, axis=1)
    corners = np.array([shirt.points[f"collar_{side}"] for side in SIDES], float)
    near = np.linalg.norm(draped.mesh.vertices[:, None] - corners, axis=2).min(1) < draped.mesh.cell
    assert near.any()
    assert moved[near].max() < 0.03 * UNIT < moved.max()


def test_shoulders_do_not_rise_beside_the_collar(shirt: Garment) -> None:
    def highest(body: Body) -> int:
        fit = fit_garment(body, shirt)
        layers = render_layers(covering(drape(shirt, fit), fit, body), body, Box(0, 0, SHAPE[1], SHAPE[0]))
        cover = coverage([layer.patch for layer in layers], SHAPE) > 0.5
        return int(np.flatnonzero(cover[:, 170:190].any(1))[0])

    body = in_a_bra(11.0)
    labels = body.labels.copy()
    labels[97:130, 165:185] = Label.SKIN  # something beside the neck that is no shoulder
    humped = replace(body, labels=labels)
    assert highest(body) - highest(humped) < 0.06 * UNIT


def test_skin_that_ends_in_hair_moves_no_shoulder(shirt: Garment) -> None:
    body = in_a_bra(15.0)
    fit = fit_garment(body, shirt)
    draped = drape(shirt, fit)
    labels = np.where(body.labels == Label.BACKGROUND, Label.HAIR, body.labels).astype(np.uint8)
    sleeves = np.unique(draped.mesh.triangles[draped.mesh.part != int(Part.TORSO)])
    bare, hairy = (covering(draped, fit, replace(body, labels=seen)).position for seen in (body.labels, labels))
    assert (
        np.abs((hairy - draped.position)[sleeves]).max() < 0.03 * UNIT < np.abs(bare - draped.position)[sleeves].max()
    )


@pytest.fixture(scope="module")
def vest() -> Garment:
    """A sleeveless top, lying flat, before white."""
    canvas = np.full((700, 700, 3), 252, np.uint8)
    half = [(350, 270), (300, 240), (285, 130), (245, 130), (240, 240), (205, 300), (205, 600), (350, 605)]
    outline = [*half, *[(700 - x, y) for x, y in half[-2:0:-1]]]
    cv2.fillPoly(canvas, [np.array(outline, np.int32)], (60, 90, 150), lineType=cv2.LINE_AA)
    garment = understand(Picture(canvas), "tops")
    assert not garment.has_sleeves
    return garment


@pytest.mark.parametrize("lift", [0.0, 0.2])
def test_straps_above_the_shoulder_are_let_down_to_it(vest: Garment, lift: float) -> None:
    body = in_a_bra(11.0)
    fit = fit_garment(body, vest)
    draped = drape(vest, fit)
    draped = replace(draped, position=draped.position - (0, lift * UNIT))
    moved = covering(draped, fit, body).position - draped.position
    strap = draped.mesh.vertices[:, 1] < 160
    assert np.abs(moved[draped.mesh.vertices[:, 1] > 350, 1]).max() < 0.01 * UNIT
    if lift:
        assert moved[strap, 1].max() > 0.08 * UNIT
    else:
        assert np.abs(moved[strap]).max() < 0.05 * UNIT


def test_a_waist_that_was_bare_does_not_stand_beside_the_cloth(shirt: Garment) -> None:
    body = in_a_bra(11.0)
    fit = fit_garment(body, shirt)
    draped = drape(shirt, fit)
    middle = body.neck[0]
    slim = middle + 0.7 * (draped.position[:, 0] - middle)
    narrow = replace(draped, position=np.stack([slim, draped.position[:, 1]], 1))
    box = Box(0, 0, SHAPE[1], SHAPE[0])

    def bare(cloth: Draped) -> int:
        cover = coverage([layer.patch for layer in render_layers(cloth, body, box)], SHAPE)
        rows, columns = np.indices(SHAPE)
        side = (np.abs(columns - middle) < 34) & (rows > body.point(0.0, 0.4)[0, 1]) & (rows < 225)
        return int(((body.labels == Label.SKIN) & side & (cover < 0.5)).sum())

    assert bare(narrow) > 400
    assert bare(covering(narrow, fit, body)) < 0.15 * bare(narrow)


def test_a_short_top_is_as_wide_as_the_waist_that_it_bares(vest: Garment) -> None:
    body = drawn_body()
    fit = fit_garment(body, vest)
    draped = drape(vest, fit)
    top = body.neck[1]
    short = draped.position.copy()
    short[:, 1] = np.where(short[:, 1] > top, top + 0.5 * (short[:, 1] - top), short[:, 1])
    short[:, 0] = body.neck[0] + 0.75 * (short[:, 0] - body.neck[0])
    cover = coverage(
        [
            layer.patch
            for layer in render_layers(
                covering(replace(draped, position=short), fit, body), body, Box(0, 0, SHAPE[1], SHAPE[0])
            )
        ],
        SHAPE,
    )
    seen = np.flatnonzero((cover > 0.5).any(1))
    row = int(seen[-1] - 0.08 * UNIT)
    level = (row - body.neck[1]) / body.torso
    left = body.neck[0] - torso_edge(body, "left", np.array([level]))[0]
    assert abs(float(np.flatnonzero(cover[row] > 0.5)[0]) - left) < 0.08 * UNIT
