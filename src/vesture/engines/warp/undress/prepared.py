"""A photo ready to be dressed: its window, what of it goes, what is seen of skin and hands, the bare limbs.

Everything about a photo and a kind of garment that no fit changes is done here, once for all samples.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from vesture.core.task import RGB
from vesture.engines.warp.body.figure import Body, SideName
from vesture.engines.warp.body.window import moved_body
from vesture.engines.warp.picture.coarse import Coarse
from vesture.engines.warp.picture.patch import bounds
from vesture.engines.warp.undress.bleed import bled
from vesture.engines.warp.undress.complexion import Complexion, read_complexion, skin_by_colour
from vesture.engines.warp.undress.hair import with_shaded_hair
from vesture.engines.warp.undress.hands import Hands, begun_hands, read_hands
from vesture.engines.warp.undress.left_hanging import hangs_over_trousers
from vesture.engines.warp.undress.limbs import bare_limbs
from vesture.engines.warp.undress.lower_cloth import cloth_tone
from vesture.engines.warp.undress.removal import old_garment
from vesture.engines.warp.undress.skin import BareLimb
from vesture.vision.frame import Box
from vesture.vision.masks import dilate, feather
from vesture.vision.parsing.parse import Label

Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]

MARGIN = 0.2  # units around everything that may change: shadows reach that far
WINDOW_STEP = 32  # pixels


@dataclass(frozen=True, slots=True)
class Wardrobe:
    """Which labels a garment replaces, and which of the person's clothes stay in front of it."""

    replaced: tuple[Label, ...]
    in_front: tuple[Label, ...]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A photo ready to be dressed: all arrays and the body are those of the window `box` of the person's photo.

    Attributes:
        photo: (h, w, 3) float32.
        person: (h, w) everything that is not the scene.
        hands: as they are seen.
        old: (h, w) the garment that goes, with its rims.
        fading: (h, w) its coverage with a soft edge, a little wider.
        bled: (h, w) the scene that its colour has run into.
        skin, around: (h, w) low-resolution pixels of skin that is seen, and of the scene.
        lower: (3,) the colour of what is worn below a top that goes, None where too little of it is seen.
        arms, legs: the bare limbs.
    """

    box: Box
    photo: Floats
    body: Body
    clothes: Wardrobe
    person: Bools
    hands: Hands
    old: Bools
    fading: Floats
    bled: Bools
    coarse: Coarse
    complexion: Complexion
    skin: Bools
    around: Bools
    lower: Floats | None
    arms: Mapping[SideName, BareLimb]
    legs: Mapping[SideName, BareLimb]

    @property
    def shape(self) -> tuple[int, int]:
        return self.photo.shape[0], self.photo.shape[1]


def dressed_window(body: Body, clothes: Wardrobe, covered: Box) -> Box:
    """The window of the photo that dressing can change: the old garment, what the new one covers, and a margin.

    Its edges lie on a grid, so that samples of slightly different fit share one window, and what was prepared for it.
    """
    height, width = body.labels.shape
    margin = round(MARGIN * body.unit)
    edges = [(covered.top, covered.left, covered.bottom, covered.right)]
    shown = clothes.replaced
    if Label.TOP in shown and hangs_over_trousers(body):
        shown = (*shown, Label.BOTTOM)  # which is continued from all that is seen of it
    extent = bounds(np.isin(body.labels, shown))
    if extent is not None:
        edges.append(extent)
    top, left, bottom, right = (
        pick(values) for pick, values in zip((min, min, max, max), zip(*edges, strict=True), strict=True)
    )
    return Box(
        max(0, (left - margin) // WINDOW_STEP * WINDOW_STEP),
        max(0, (top - margin) // WINDOW_STEP * WINDOW_STEP),
        min(width, -(-(right + margin) // WINDOW_STEP) * WINDOW_STEP),
        min(height, -(-(bottom + margin) // WINDOW_STEP) * WINDOW_STEP),
    )


def prepare(photo: RGB, body: Body, clothes: Wardrobe, box: Box) -> Prepared:
    """Everything about a photo that no fit changes.

    Args:
        photo: (H, W, 3) uint8, the person.
        box: the window that dressing can change.
    """
    whole = body
    body = moved_body(body, box)
    window = photo[box.slices].astype(np.float32)
    coarse = Coarse.of(window, body.unit)
    if Label.TOP in clothes.replaced:
        body = replace(body, labels=with_shaded_hair(body, coarse, clothes.replaced))
    complexion = read_complexion(photo, whole)
    hands = read_hands(body, clothes.replaced)
    old = old_garment(window, body, clothes.replaced, coarse, complexion.face, hands)
    skin = skin_by_colour(window, body.labels, complexion)
    arms, legs = bare_limbs(body, hands, old, skin, coarse, clothes.replaced)
    return Prepared(
        box,
        window,
        body,
        clothes,
        body.labels != Label.BACKGROUND,
        hands,
        old,
        np.maximum(
            feather(dilate(old, 1), 0.8), (1 - begun_hands(hands, old, body.unit)) * (body.labels == Label.SKIN)
        ),
        bled(window, old, body.labels == Label.BACKGROUND, coarse, body.unit),
        coarse,
        complexion,
        coarse.pure((body.labels == Label.SKIN) & ~old),
        coarse.pure((body.labels == Label.BACKGROUND) & ~old),
        None if Label.BOTTOM in clothes.replaced else cloth_tone(photo, whole),
        arms,
        legs,
    )
