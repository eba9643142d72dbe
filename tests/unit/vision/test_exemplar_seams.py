from __future__ import annotations

import numpy as np

from vesture.vision.exemplar_seams import seam_light


def blurred_scene() -> np.ndarray:
    """A ramp of light without any detail, as a blurred scene shows it."""
    rows, columns = np.indices((60, 90), np.float32)
    return np.repeat((60 + 0.7 * columns + 0.5 * rows)[..., None], 3, axis=2)


def laid_blocks() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What is known of the scene, the hole, and two blocks of pieces from opposite sides laid into it."""
    laid = np.zeros((60, 90), bool)
    laid[20:40, 35:55] = True
    moves = np.zeros((60, 90, 2), np.int64)
    moves[20:30, 35:55] = 0, -25
    moves[30:40, 35:55] = 0, 25
    return ~laid, laid, moves


def copied(image: np.ndarray, laid: np.ndarray, moves: np.ndarray) -> np.ndarray:
    result = image.copy()
    rows, columns = np.nonzero(laid)
    result[laid] = image[rows + moves[laid][:, 0], columns + moves[laid][:, 1]]
    return result


def test_blocks_of_a_blurred_scene_meet_each_other_and_the_rim_in_one_light() -> None:
    image = blurred_scene()
    known, laid, moves = laid_blocks()
    blocks = copied(image, laid, moves)
    joined = blocks + seam_light(image, known, laid, moves)
    assert np.abs(blocks - image)[laid].mean() > 15
    assert np.abs(joined - image)[laid].mean() < 4
    seam = [np.abs(np.diff(picture[28:32, 40:50], axis=0))[1].mean() for picture in (blocks, joined)]
    assert seam[0] > 30
    assert seam[1] < 5


def test_a_piece_that_fits_is_left_as_it_is() -> None:
    image = np.tile(np.float32([[90, 160]]), (40, 30))[..., None].repeat(3, axis=2)  # stripes of two columns
    known, laid, moves = np.ones((40, 60), bool), np.zeros((40, 60), bool), np.zeros((40, 60, 2), np.int64)
    laid[10:30, 20:30], moves[10:30, 20:30] = True, (0, 20)
    known &= ~laid
    assert np.abs(seam_light(image, known, laid, moves)).max() < 0.5


def test_nothing_is_added_where_nothing_is_laid() -> None:
    image = blurred_scene()
    known, laid, moves = laid_blocks()
    assert not seam_light(image, known, laid, moves)[~laid].any()
    assert not seam_light(image, known, np.zeros_like(laid), np.zeros_like(moves)).any()
