"""Dressing an understood person in an understood garment, once per sample.

Takes the photo, the body and the garment; gives pictures of the photo's size. What does not depend on the fit is done
once for all samples, and only the window of the photo that can change is worked on.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from vesture.core.task import RGB, TryOnOptions
from vesture.engines.warp.body.figure import Body
from vesture.engines.warp.body.window import moved_body
from vesture.engines.warp.cloth.cover import covering
from vesture.engines.warp.cloth.cuffs import closing_cuffs
from vesture.engines.warp.cloth.layers import drape, render_layers
from vesture.engines.warp.cloth.placement import Wishes
from vesture.engines.warp.compose.compose import compose, wardrobe
from vesture.engines.warp.fit.crotch import pointed_crotch
from vesture.engines.warp.fit.fitting import fit_garment
from vesture.engines.warp.fit.front_hem import without_back_tail
from vesture.engines.warp.fit.strap_layout import laid_straps
from vesture.engines.warp.fit.variants import ease_of
from vesture.engines.warp.one_piece import parted_at_the_waist
from vesture.engines.warp.open_jacket import under_an_open_jacket
from vesture.engines.warp.undress.prepared import dressed_window, prepare
from vesture.vision.frame import Box, pasted
from vesture.vision.garment.types import Garment
from vesture.vision.parsing.parse import Label


def dress(
    whole: RGB, box: Box, body: Body, garment: Garment, options: TryOnOptions
) -> tuple[tuple[RGB, ...], NDArray[np.bool_]]:
    """Dress a person.

    Args:
        whole: (H, W, 3) uint8, the photo.
        box: the part of the photo in whose pixels the body is given.

    Returns:
        One picture (H, W, 3) per sample, and (H, W) bool, true where any of them may differ from the photo.
    """
    photo = np.ascontiguousarray(whole[box.slices])
    shape = photo.shape[0], photo.shape[1]
    wishes = Wishes(options.long_top, options.cover_feet, options.adjust_hands)
    garment = without_back_tail(laid_straps(pointed_crotch(garment)))
    clothes = wardrobe(options.found_category, garment)
    if Label.TOP not in clothes.replaced:
        parted = parted_at_the_waist(body)
        if garment.kind == "jumpsuit" and parted is body:
            parted = under_an_open_jacket(photo, body)
        body = parted
    scene = None
    images, changed = [], np.zeros(whole.shape[:2], bool)
    # the person is prepared while the cloth is drawn: neither needs the other, and each keeps about one core busy
    with ThreadPoolExecutor(1, "cloth") as beside:
        for sample in range(options.num_samples):
            generator = np.random.default_rng([options.seed, sample])
            fit = fit_garment(body, garment, wishes, ease_of(sample, options.seed))
            draped = closing_cuffs(covering(drape(garment, fit), fit, body), fit, body)
            window = dressed_window(body, clothes, draped.box(shape))
            rendering = beside.submit(render_layers, draped, moved_body(body, window), window)
            if scene is None or scene.box != window:
                scene = prepare(photo, body, clothes, window)
            image, touched = compose(scene, fit, rendering.result(), garment.photo_type, generator)
            place = _within(window, box)
            images.append(pasted(whole, image, place))
            changed[place.slices] |= touched
    return tuple(images), changed


def _within(inner: Box, outer: Box) -> Box:
    """A box given in the pixels of another, in the pixels of the whole photo."""
    return Box(outer.left + inner.left, outer.top + inner.top, outer.left + inner.right, outer.top + inner.bottom)
