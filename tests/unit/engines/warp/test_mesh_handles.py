"""Handles that lie beside the cloth, as landmarks on a hand that hides it do."""

from __future__ import annotations

import numpy as np

from vesture.engines.warp.cloth.mesh import Handles, build_mesh, deform


def cloth() -> np.ndarray:
    parts = np.zeros((120, 160), np.uint8)
    parts[10:110, 40:120] = 1
    return parts


def handles(source: np.ndarray, target: np.ndarray) -> Handles:
    return Handles(source, target, np.full(len(source), 10.0))


CORNERS = np.array([[40, 10], [120, 10], [120, 110], [40, 110]], float)


def test_a_handle_far_from_the_cloth_moves_nothing() -> None:
    mesh = build_mesh(cloth(), {})
    source = np.concatenate([CORNERS, [[5.0, 60.0]]])
    target = source.copy()
    target[-1] = (5, 400)
    moved = deform(mesh, {1: handles(source, target)}, (1.0, 1.0))
    assert np.abs(moved - mesh.vertices).max() < 1.0


def test_handles_just_beside_the_cloth_carry_it_as_those_on_it_do() -> None:
    mesh = build_mesh(cloth(), {})
    beside = CORNERS + 0.8 * mesh.cell * np.sign(CORNERS - CORNERS.mean(0))
    moved = deform(mesh, {1: handles(beside, beside + np.array([30, -20]))}, (1.0, 1.0))
    assert np.abs(moved - mesh.vertices - np.array([30, -20])).max() < 3.0


def test_cloth_whose_every_handle_lies_afar_follows_the_nearest() -> None:
    mesh = build_mesh(cloth(), {})
    afar = np.array([[-200.0, 60.0]])
    moved = deform(mesh, {1: handles(afar, afar + np.array([12, 7]))}, (1.0, 1.0))
    assert np.isfinite(moved).all()
