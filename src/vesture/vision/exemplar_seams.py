"""The light in which pieces laid into a hole meet each other and what lies around.

Takes the picture and the displacements of its pieces; gives what is to be added so that no seam is seen. Knows nothing
about scenes or people.

Method: gradient-domain cloning (Pérez, Gangnet and Blake, "Poisson Image Editing", SIGGRAPH 2003) of many pieces at
once: inside a piece what is added changes little, where two meet, or one meets what is known, it makes up for what they
differ by in the pixels of both.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.linalg import splu

Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]
Indices = NDArray[np.int64]

MOST = 40.0  # levels that are made up for: more is no light, but something else that ends there
HELD = 0.01  # how much a pixel is held to its own colour, beside its bonds with each of the four next to it
SMOOTH = 0.7  # pixels over which colours are compared: grain is no seam
NEXT = ((0, 1), (1, 0))


def seam_light(image: Floats, known: Bools, laid: Bools, moves: Indices) -> Floats:
    """What is to be added (h, w, 3) to the copied pixels of a hole; 0 elsewhere.

    Args:
        image: (h, w, 3) the picture, with a guess where it is not seen.
        known: (h, w) what of it is seen.
        laid: (h, w) pixels that copy others, apart from `known`.
        moves: (h, w, 2) displacements to these, rows first.
    """
    result = np.zeros_like(image)
    count = int(laid.sum())
    smooth = cv2.GaussianBlur(image, (0, 0), SMOOTH)
    number = np.full(laid.shape, -1, np.int64)
    number[laid] = np.arange(count)
    rows, columns, values = [], [], []
    diagonal = np.full(count, HELD, np.float64)
    right = np.zeros((count, 3), np.float64)
    for step in NEXT:
        first, second = _pairs(laid | known, step)
        for one, other in ((first, second), (second, first)):
            chosen = laid[one[:, 0], one[:, 1]] & known[other[:, 0], other[:, 1]]
            at, lacking = _lacking(smooth, known, moves, one[chosen], other[chosen])
            index = number[at[:, 0], at[:, 1]]
            np.add.at(diagonal, index, 1.0)
            np.add.at(right, index, np.clip(lacking, -MOST, MOST))
        both = laid[first[:, 0], first[:, 1]] & laid[second[:, 0], second[:, 1]]
        one, other = first[both], second[both]
        jump = np.clip(_jump(smooth, known, moves, one, other), -MOST, MOST)
        i, j = number[one[:, 0], one[:, 1]], number[other[:, 0], other[:, 1]]
        np.add.at(diagonal, i, 1.0)
        np.add.at(diagonal, j, 1.0)
        np.add.at(right, i, -jump)
        np.add.at(right, j, jump)
        rows += [i, j]
        columns += [j, i]
        values += [np.full(2 * len(i), -1.0)]
    rows.append(np.arange(count))
    columns.append(np.arange(count))
    values.append(diagonal)
    matrix = coo_matrix((np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))), (count, count))
    result[laid] = splu(matrix.tocsc()).solve(right)
    return result


def _lacking(smooth: Floats, known: Bools, moves: Indices, at: Indices, beside: Indices) -> tuple[Indices, Floats]:
    """What (n, 3) the pieces at laid pixels lack where they go on in known ones beside, and which do so."""
    origin = beside + moves[at[:, 0], at[:, 1]]
    inside = _inside(origin, known.shape)
    inside[inside] = known[origin[inside, 0], origin[inside, 1]]
    at, beside, origin = at[inside], beside[inside], origin[inside]
    return at, smooth[beside[:, 0], beside[:, 1]] - smooth[origin[:, 0], origin[:, 1]]


def _jump(smooth: Floats, known: Bools, moves: Indices, one: Indices, other: Indices) -> Floats:
    """What (n, 3) is to be added to `other` more than to `one`: how much brighter one's piece is in both pixels."""
    first, second = moves[one[:, 0], one[:, 1]], moves[other[:, 0], other[:, 1]]
    total = np.zeros((len(one), 3), np.float32)
    counted = np.zeros(len(one), np.float32)
    differ = (first != second).any(1)
    for at in (one, other):
        here, there = at + first, at + second
        good = differ & _inside(here, known.shape) & _inside(there, known.shape)
        good[good] = known[here[good, 0], here[good, 1]] & known[there[good, 0], there[good, 1]]
        total[good] += smooth[here[good, 0], here[good, 1]] - smooth[there[good, 0], there[good, 1]]
        counted[good] += 1
    return np.asarray(total / np.maximum(counted, 1)[:, None], np.float32)


def _pairs(where: Bools, step: tuple[int, int]) -> tuple[Indices, Indices]:
    """Pixels (n, 2) of a mask, and those a step on, that are both in it."""
    height, width = where.shape
    both = where[: height - step[0], : width - step[1]] & where[step[0] :, step[1] :]
    first = np.stack(np.nonzero(both), 1)
    return first, first + np.array(step)


def _inside(at: Indices, shape: tuple[int, ...]) -> Bools:
    return np.asarray((at >= 0).all(1) & (at[:, 0] < shape[0]) & (at[:, 1] < shape[1]))
