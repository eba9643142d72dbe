"""Hair over an old garment that goes: its outline where nothing tells it from the cloth, and where it ends."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from drawn_person import UNIT, drawn_body, drawn_photo

from vesture.engines.warp.body.head import Head
from vesture.engines.warp.compose.front import soft_front
from vesture.engines.warp.picture.coarse import Coarse
from vesture.engines.warp.undress.hair import with_shaded_hair
from vesture.vision.parsing.parse import Label

HEAD = Head(np.array([150.0, 88.0]), np.array([0.0, -1.0]), 20.0, 10.0)
DARK, BLACK = (40.0, 30.0, 22.0), (26.0, 24.0, 24.0)


def jagged(cloth: tuple[float, float, float]) -> tuple[np.ndarray, np.ndarray]:
    """Photo and labels of dark hair whose lower end was found in steps of ten pixels, over cloth of one colour."""
    end = np.where(np.arange(200) // 20 % 2 == 0, 60, 70)
    labels = np.where(np.arange(140)[:, None] < end, Label.HAIR, Label.TOP).astype(np.uint8)
    photo = np.where((labels == Label.HAIR)[..., None], DARK, cloth)
    return photo.astype(np.float32), labels


def coverage_of(photo: np.ndarray, labels: np.ndarray) -> np.ndarray:
    keep, old = labels == Label.HAIR, labels == Label.TOP
    return soft_front(photo, labels, keep, old, Coarse.of(photo, 200.0), 200.0)[0]


def test_dark_hair_over_dark_cloth_has_a_smooth_outline_where_it_was_found_in_steps() -> None:
    alpha = coverage_of(*jagged(BLACK))
    assert (alpha[:50, 20:180] > 0.98).all()
    assert (alpha[76:, 20:180] < 0.02).all()
    down, aside = (np.abs(np.diff(alpha[40:80, 20:180], axis=axis)) for axis in (0, 1))
    assert max(down.max(), aside.max()) < 0.4  # no cut: hair does not end from one pixel to the next


def test_an_edge_that_colours_tell_stays_where_it_is() -> None:
    alpha = coverage_of(*jagged((230.0, 225.0, 215.0)))
    assert (alpha[56:58, 42:58] > 0.8).all()
    assert (alpha[66:68, 22:38] > 0.8).all()


def test_a_light_fold_beside_hair_leaves_no_specks() -> None:
    photo, labels = jagged((150.0, 140.0, 130.0))
    photo[74:75, 30:170:8] = DARK  # a dotted pattern of the cloth
    assert coverage_of(photo, labels)[73:77, 20:180].max() < 0.35


def test_dark_cloth_beyond_a_lock_of_hair_is_no_hair() -> None:
    body = replace(drawn_body(), head=HEAD)
    labels = body.labels.copy()
    labels[50:100, 118:132] = Label.HAIR
    beyond, between = np.s_[84:98, 104:118], np.s_[84:98, 132:139]
    labels[beyond] = labels[between] = Label.TOP
    body = replace(body, labels=labels)
    photo = drawn_photo(body).astype(np.float32)
    photo[labels == Label.TOP] = (12, 14, 22)
    photo[labels == Label.HAIR] = (90, 60, 42)
    photo[between] = photo[beyond] = (14, 10, 8)
    mended = with_shaded_hair(body, Coarse.of(photo, UNIT), (Label.TOP, Label.ONE_PIECE))
    assert (mended[86:96, 132:137] == Label.HAIR).mean() > 0.7
    assert (mended[86:96, 104:114] == Label.TOP).all()


def test_dark_hair_right_under_the_jaw_is_hair_however_high_the_shoulders_are() -> None:
    low = Head(np.array([150.0, 104.0]), np.array([0.0, -1.0]), 26.0, 13.0)
    body = replace(drawn_body(), head=low)
    labels = body.labels.copy()
    labels[50:116, 112:130] = Label.HAIR
    between = np.s_[100:112, 130:139]
    labels[between] = Label.SKIN
    body = replace(body, labels=labels)
    photo = drawn_photo(body).astype(np.float32)
    photo[labels == Label.HAIR] = (90, 60, 42)
    photo[between] = (14, 10, 8)
    mended = with_shaded_hair(body, Coarse.of(photo, UNIT), (Label.TOP, Label.ONE_PIECE))
    assert (mended[102:108, 130:137] == Label.HAIR).mean() > 0.8


def test_thin_strands_over_skin_that_the_new_garment_covers_come_along() -> None:
    photo, labels = jagged((200.0, 150.0, 125.0))
    labels[:, 100:] = np.where(labels[:, 100:] == Label.TOP, Label.SKIN, labels[:, 100:])
    photo[70:73, 120:160:4] = DARK  # strands below the hair, which the parse did not find
    keep, old, skin = labels == Label.HAIR, labels == Label.TOP, labels == Label.SKIN
    coarse = Coarse.of(photo, 200.0)
    cut = soft_front(photo, labels, keep, old, coarse, 200.0)[0]
    soft, colours = soft_front(photo, labels, keep, old, coarse, 200.0, None, skin)
    assert cut[71, 124:156].max() < 0.1
    assert soft[71, 124:156].mean() > cut[71, 124:156].mean() + 0.05
    assert (colours <= 255.0 * soft[..., None] + 1e-3).all()
    assert np.abs(soft - cut)[:, :60].max() < 0.1  # over the old garment nothing changes
