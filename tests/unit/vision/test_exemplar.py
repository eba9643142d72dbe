from __future__ import annotations

import cv2
import numpy as np

from vesture.vision.exemplar import fill_scene


def bricks(shape: tuple[int, int]) -> np.ndarray:
    """A wall with courses of 12 pixels and joints of 2."""
    rows, columns = np.indices(shape)
    joint = (rows % 12 < 2) | ((columns + 10 * (rows // 12 % 2)) % 24 < 2)
    return np.where(joint[..., None], np.float32([210, 205, 200]), np.float32([150, 70, 50])).astype(np.float32)


def hole(shape: tuple[int, int]) -> np.ndarray:
    need = np.zeros(shape, bool)
    need[50:110, 60:90] = True
    return need


def test_a_brick_wall_goes_on_as_bricks() -> None:
    wall, need = bricks((160, 180)), hole((160, 180))
    spoiled = np.where(need[..., None], np.float32(0), wall)
    filled = fill_scene(spoiled, need, ~need, 60.0, np.random.default_rng(1))
    inside = filled[need]
    # as much contrast as the wall has, and courses at the right rows
    assert inside.std() > 0.8 * wall[need].std()
    profile, wanted = (np.where(need[..., None], p, 0)[50:110, 60:90, 1].mean(1) for p in (filled, wall))
    assert np.corrcoef(profile, wanted)[0, 1] > 0.8


def test_a_smooth_backdrop_stays_smooth() -> None:
    ramp = np.tile(np.linspace(150, 220, 180, dtype=np.float32)[None, :, None], (160, 1, 3))
    need = hole((160, 180))
    filled = fill_scene(np.where(need[..., None], np.float32(0), ramp), need, ~need, 60.0, np.random.default_rng(1))
    assert np.abs(filled - ramp)[need].max() < 12


def test_pale_flagstones_do_not_become_a_smear() -> None:
    stones = (200 + (bricks((160, 180)) - 150) / 24).astype(np.float32)
    need = hole((160, 180))
    filled = fill_scene(np.where(need[..., None], np.float32(0), stones), need, ~need, 60.0, np.random.default_rng(1))
    profile, wanted = (np.where(need[..., None], p, 0)[50:110, 60:90, 1].mean(1) for p in (filled, stones))
    assert np.corrcoef(profile, wanted)[0, 1] > 0.6


def test_a_narrow_strip_of_cloth_is_enough_to_go_on_with_its_weave() -> None:
    weave = np.random.default_rng(2).normal(120, 20, (260, 240, 3)).astype(np.float32)
    need = np.ones((260, 240), bool)
    need[230:] = False
    usable = ~need
    filled = fill_scene(np.where(need[..., None], np.float32(0), weave), need, usable, 60.0, np.random.default_rng(1))
    assert filled[100:200, 40:200].std() > 0.5 * weave.std()


def test_only_usable_pixels_are_copied() -> None:
    wall, need = bricks((160, 180)), hole((160, 180))
    person = np.zeros_like(need)
    person[:, 90:130] = True  # somebody in blue beside the hole
    photo = np.where(person[..., None], np.float32([0, 0, 255]), wall)
    filled = fill_scene(photo, need, ~need & ~person, 60.0, np.random.default_rng(1))
    assert (filled[need][:, 2] < 230).all()


def test_the_same_generator_gives_the_same_picture() -> None:
    generator = np.random.default_rng(4)
    noise = generator.uniform(0, 255, (160, 180, 3)).astype(np.float32)
    need = hole((160, 180))
    first, second = (fill_scene(noise, need, ~need, 60.0, np.random.default_rng(7))[need] for _ in range(2))
    np.testing.assert_array_equal(first, second)


def test_without_anything_to_copy_something_is_still_given() -> None:
    photo, need = bricks((60, 60)), np.ones((60, 60), bool)
    need[0, 0] = False
    filled = fill_scene(photo, need, ~need, 20.0, np.random.default_rng(1))
    assert np.isfinite(filled).all()


def repetition(patch: np.ndarray) -> float:
    """The highest autocorrelation of a square patch at shifts of 8 to 32 pixels; 1 for a tiled one."""
    grey = patch.mean(-1) - patch.mean()
    size = (2 * grey.shape[0], 2 * grey.shape[1])

    def sums(values: np.ndarray) -> np.ndarray:
        return np.fft.irfft2(np.abs(np.fft.rfft2(values, s=size)) ** 2)

    shares = sums(grey) / sums(np.ones_like(grey)).clip(1)
    shifts = [(y, x) for y in range(33) for x in range(-32, 33) if max(y, abs(x)) >= 8]
    return float(max(shares[y, x] for y, x in shifts) / shares[0, 0])


def test_a_wide_hole_is_not_tiled_with_one_spot() -> None:
    random = np.random.default_rng(3)
    rough = cv2.GaussianBlur(random.normal(0, 60, (300, 300, 3)).astype(np.float32), (0, 0), 1.2)
    photo = (120 + rough / rough.std() * 25).astype(np.float32)
    need = np.zeros((300, 300), bool)
    need[90:210, 90:210] = True
    filled = fill_scene(np.where(need[..., None], np.float32(0), photo), need, ~need, 90.0, np.random.default_rng(0))
    assert repetition(filled[90:210, 90:210]) < repetition(photo[90:210, 90:210]) + 0.1


def test_a_line_goes_on_across_a_hole() -> None:
    random = np.random.default_rng(5)
    photo = np.full((160, 200, 3), 190, np.float32)
    photo[90:] = [110, 80, 60]  # a wall above a floor
    photo += cv2.GaussianBlur(random.normal(0, 40, photo.shape).astype(np.float32), (0, 0), 1.0)
    need = np.zeros((160, 200), bool)
    need[30:140, 80:110] = True
    filled = fill_scene(np.where(need[..., None], np.float32(0), photo), need, ~need, 60.0, np.random.default_rng(2))
    level = np.where(need, filled.mean(-1), np.nan)
    assert np.nanmean(level[30:84]) > 175
    assert np.nanmean(level[96:140]) < 100


def test_pieces_are_in_the_light_beside_the_hole() -> None:
    random = np.random.default_rng(6)
    rough = cv2.GaussianBlur(random.normal(0, 60, (160, 200, 3)).astype(np.float32), (0, 0), 1.0)
    photo = rough + np.linspace(60, 200, 200, dtype=np.float32)[None, :, None]
    need = np.zeros((160, 200), bool)
    need[40:120, 90:115] = True
    filled = fill_scene(np.where(need[..., None], np.float32(0), photo), need, ~need, 60.0, np.random.default_rng(2))
    columns = [float(filled[40:120, x].mean()) for x in (92, 112)]
    assert abs(columns[0] - photo[:, 92].mean()) < 12
    assert abs(columns[1] - photo[:, 112].mean()) < 12
