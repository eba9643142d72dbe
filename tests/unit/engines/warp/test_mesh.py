"""The part-wise mesh warp on drawn parts with known motions."""

from __future__ import annotations

import numpy as np
import pytest

from vesture.engines.warp.cloth.mesh import Handles, backward_map, build_mesh, deform

TORSO, SLEEVE = 1, 2


def two_parts() -> np.ndarray:
    parts = np.zeros((120, 160), np.uint8)
    parts[10:110, 10:90] = TORSO
    parts[10:60, 90:150] = SLEEVE
    return parts


def corners(left: float, top: float, right: float, bottom: float) -> np.ndarray:
    return np.array([[left, top], [right, top], [right, bottom], [left, bottom]], float)


def handles(source: np.ndarray, target: np.ndarray) -> Handles:
    return Handles(source, target, np.full(len(source), 10.0))


@pytest.mark.parametrize("degrees", [0, 20, 75])
def test_a_similarity_is_reproduced(degrees: float) -> None:
    mesh = build_mesh(two_parts(), {})
    angle = np.radians(degrees)
    turn = 2.0 * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    groups = {}
    for part, box in ((TORSO, (10, 10, 90, 110)), (SLEEVE, (90, 10, 150, 60))):
        source = corners(*box)
        groups[part] = handles(source, source @ turn.T + 5)
    moved = deform(mesh, groups, (2.0, 2.0))
    expected = mesh.vertices @ turn.T + 5
    assert np.abs(moved - expected).max() < 1.0


def test_a_sleeve_turns_while_the_shoulder_stays_whole() -> None:
    parts = two_parts()
    shoulder = np.array([[90.0, 10.0], [90.0, 60.0]])
    mesh = build_mesh(parts, {(TORSO, SLEEVE): shoulder})
    torso = corners(10, 10, 85, 110)
    angle = np.radians(50)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    pivot = np.array([90.0, 10.0])
    end = np.array([[150.0, 10.0], [150.0, 60.0]])
    target = (end - pivot) @ turn.T + pivot
    moved = deform(mesh, {TORSO: handles(torso, torso), SLEEVE: handles(end, target)}, (1.0, 1.0))
    of_torso = set(np.unique(mesh.triangles[mesh.part == TORSO]))
    of_sleeve = set(np.unique(mesh.triangles[mesh.part == SLEEVE]))
    assert of_torso & of_sleeve, "the parts are sewn together"
    sleeve_end = [v for v in of_sleeve if mesh.vertices[v, 0] > 145]
    assert np.abs(moved[sleeve_end] - ((mesh.vertices[sleeve_end] - pivot) @ turn.T + pivot)).max() < 6
    far_torso = [v for v in of_torso if mesh.vertices[v, 0] < 60]
    assert np.abs(moved[far_torso] - mesh.vertices[far_torso]).max() < 6


def test_parts_without_a_joint_share_no_vertex() -> None:
    mesh = build_mesh(two_parts(), {})
    torso, sleeve = (np.unique(mesh.triangles[mesh.part == part]) for part in (TORSO, SLEEVE))
    assert not np.intersect1d(torso, sleeve).size


def test_the_backward_map_undoes_the_motion() -> None:
    mesh = build_mesh(two_parts(), {})
    position = mesh.vertices * 1.5 + np.array([7.0, -3.0])
    map_x, map_y = backward_map(mesh, position, TORSO, (200, 260))
    row, column = 80, 60
    assert map_x[row, column] == pytest.approx((column - 7) / 1.5, abs=1e-3)
    assert map_y[row, column] == pytest.approx((row + 3) / 1.5, abs=1e-3)
    assert map_x[199, 259] == -1e4
    inside = map_x > -1e3
    assert inside[20:150, 30:130].all(), "no cracks between triangles"
