"""Pieces of a picture laid into a hole, from its rim inwards.

Takes a picture, what of it is known, the hole and first guesses; gives for each hole pixel the displacement to the
pixel that it copies. Knows nothing about scenes or people.

Method: coherent synthesis (Ashikhmin, "Synthesizing Natural Textures", I3D 2001): a pixel goes on with the piece beside
it, or begins another one, whichever fits what is already there; a second look, when both sides are known, moves the
seams (the propagation of Barnes et al., "PatchMatch", SIGGRAPH 2009).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vesture.vision.masks import erode

Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]
Indices = NDArray[np.int64]

PATCH = 7
HALF = PATCH // 2
GUESSED, LAID = 0.03, 0.7  # how much a guess and a pixel laid already count beside a known one
NEARNESS = 0.06  # squared levels for each squared pixel of displacement: near pieces are in the same light
BEGINNING = 120.0  # squared levels by which a new piece has to fit better than one that goes on
STRAYS, AT_RIM = 5, 40  # pieces from round about that each pixel tries; at the rim everything begins
ANYWHERE = 2  # and from anywhere
STRAYED = (PATCH, 12 * PATCH)  # pixels
LOOKS = 2
BESIDE = ((-1, 0), (0, -1), (0, 1), (1, 0), (-1, -1), (-1, 1), (1, -1), (1, 1))


@dataclass(slots=True)
class _Canvas:
    """The picture being filled, with a margin of `HALF` pixels round it.

    Attributes:
        source: (h + 2, w + 2, 3) the picture as it is known.
        state, trust: the same with what was laid, and how much each pixel counts.
        whole: (h, w) pixels that may be copied together with all their surroundings.
        moves: (h, w, 2) displacements; 0 where nothing is laid.
    """

    source: Floats
    state: Floats
    trust: Floats
    whole: Bools
    moves: Indices


def whole_pieces(known: Bools, half: int) -> Bools:
    """Middles (h, w) of square patches that show nothing but what is known."""
    whole = erode(known, half + 1)
    whole[:half], whole[-half:], whole[:, :half], whole[:, -half:] = False, False, False, False
    return whole


def laid_pieces(image: Floats, known: Bools, hole: Bools, generator: np.random.Generator) -> Indices:
    """Displacements (h, w, 2), rows first, from each pixel of a hole to the one that it copies.

    Args:
        image: (h, w, 3) float32; in the hole a first guess of its colours.
        known: (h, w) what may be copied.
        hole: (h, w) what is to be filled, apart from `known`.

    Returns:
        Displacements to known pixels; 0 outside the hole, and everywhere if nothing can be copied.
    """
    whole = whole_pieces(known, HALF)
    moves = np.zeros((*hole.shape, 2), np.int64)
    if not whole.any():
        return moves
    source = cv2.copyMakeBorder(image, HALF, HALF, HALF, HALF, cv2.BORDER_REFLECT_101)
    trust = (known + GUESSED * (hole & ~known)).astype(np.float32)
    trust = cv2.copyMakeBorder(trust, HALF, HALF, HALF, HALF, cv2.BORDER_CONSTANT, value=0)
    canvas = _Canvas(source, source.copy(), trust, whole, moves)
    middles = np.stack(np.nonzero(whole), 1)
    rows, columns = np.nonzero(hole)
    depth = np.rint(cv2.distanceTransform((~known).view(np.uint8), cv2.DIST_L2, 3)[rows, columns])
    # where nothing is known beside a part of the hole, it begins at its pixels that are nearest to something
    part = cv2.connectedComponents(hole.view(np.uint8), connectivity=8)[1][rows, columns]
    nearest = np.full(int(part.max(initial=0)) + 1, np.inf)
    np.minimum.at(nearest, part, depth)
    for layer in np.unique(depth):
        for own, tries in ((nearest[part] == layer, AT_RIM), (nearest[part] < layer, STRAYS)):
            chosen = own & (depth == layer)
            if chosen.any():
                at = np.stack([rows[chosen], columns[chosen]], 1)
                anywhere = [middles[generator.integers(len(middles), size=len(at))] - at for _ in range(ANYWHERE)]
                _lay(canvas, at, [*_strays(len(at), tries, generator), *anywhere], BEGINNING)
    at = np.stack([rows, columns], 1)
    for _ in range(LOOKS):
        _lay(canvas, at, [], 0.0)
    return canvas.moves


def _strays(pixels: int, count: int, generator: np.random.Generator) -> list[Indices]:
    """Displacements in all directions, short ones as often as long ones for their length."""
    length = np.exp(generator.uniform(math.log(STRAYED[0]), math.log(STRAYED[1]), (count, pixels, 1)))
    angle = generator.uniform(0, 2 * np.pi, (count, pixels, 1))
    return list(np.rint(length * np.concatenate([np.sin(angle), np.cos(angle)], 2)).astype(np.int64))


def _lay(canvas: _Canvas, at: Indices, beginnings: list[Indices], dear: float) -> None:
    """Give the pixels `at` (n, 2) the best of their own move, those beside them, and those at which a piece begins."""
    height, width = canvas.whole.shape
    target = _windows(canvas.state, at)
    weight = _windows(canvas.trust[..., None], at)
    weight /= np.maximum(weight.sum(axis=1, keepdims=True), 1e-3) * 3
    source, round_it = canvas.source.reshape(-1, canvas.source.shape[2]), _round_a_pixel(canvas.source)
    best = canvas.moves[at[:, 0], at[:, 1]]
    lowest = np.full(len(at), np.inf, np.float32)
    goes_on = [best]
    for step in BESIDE:
        beside = np.clip(at + step, 0, (height - 1, width - 1))
        goes_on.append(canvas.moves[beside[:, 0], beside[:, 1]])
    for moves, extra in [*((move, 0.0) for move in goes_on), *((move, dear) for move in beginnings)]:
        row, column = at[:, 0] + moves[:, 0], at[:, 1] + moves[:, 1]
        inside = (row >= 0) & (column >= 0) & (row < height) & (column < width)
        inside &= (moves[:, 0] != 0) | (moves[:, 1] != 0)
        tried = np.flatnonzero(inside)
        tried = tried[canvas.whole[row[tried], column[tried]]]
        if not len(tried):
            continue
        corner = row[tried] * canvas.source.shape[1] + column[tried]
        difference = source.take(corner[:, None] + round_it, axis=0)
        difference -= target[tried]
        difference *= difference
        move = moves[tried]
        cost = np.einsum("npc,npo->n", difference, weight[tried])
        cost += extra + NEARNESS * (move[:, 0] ** 2 + move[:, 1] ** 2)
        less = cost < lowest[tried]
        better = tried[less]
        lowest[better] = cost[less]
        best[better] = move[less]
    found = np.isfinite(lowest)
    at, best = at[found], best[found]
    canvas.moves[at[:, 0], at[:, 1]] = best
    origin, place = at + best + HALF, at + HALF
    canvas.state[place[:, 0], place[:, 1]] = canvas.source[origin[:, 0], origin[:, 1]]
    canvas.trust[place[:, 0], place[:, 1]] = LAID


def _windows(padded: Floats, at: Indices) -> Floats:
    """(n, PATCH * PATCH, c) what lies round pixels of a picture that has a margin of `HALF`."""
    corner = at[:, 0] * padded.shape[1] + at[:, 1]
    return np.asarray(padded.reshape(-1, padded.shape[2]).take(corner[:, None] + _round_a_pixel(padded), axis=0))


def _round_a_pixel(padded: Floats) -> Indices:
    """(PATCH * PATCH,) steps from the first to each pixel of a patch, in a picture's one long row of pixels."""
    steps = np.arange(PATCH)
    return (steps[:, None] * padded.shape[1] + steps).ravel()
