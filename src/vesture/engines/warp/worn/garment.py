"""A garment on somebody else: the same landmarks, read off that person's body instead of the cloth's contour.

Takes the garment photo and the `Body` of its wearer, gives a `WornGarment` whose pixels are the photo's.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vesture.core.task import RGB, Category
from vesture.engines.warp.body.figure import Body
from vesture.engines.warp.worn.beyond import leaving_sleeves, with_whole_sleeves
from vesture.engines.warp.worn.bottoms import has_leg_gap, worn_bottoms
from vesture.engines.warp.worn.cloth import only_cloth
from vesture.engines.warp.worn.foreign import without_foreign
from vesture.engines.warp.worn.hanging import hanging_straight
from vesture.engines.warp.worn.hem import above_hem
from vesture.engines.warp.worn.shaded import without_shaded_skin
from vesture.engines.warp.worn.things import with_scraps, without_straps
from vesture.engines.warp.worn.tops import worn_upper
from vesture.engines.warp.worn.tucked import is_cut_off, is_tucked_in, let_down
from vesture.engines.warp.worn.wearer import WornGarment
from vesture.errors import GarmentNotFound
from vesture.vision.parsing.parse import Label

Bools = NDArray[np.bool_]

WANTED: dict[Category, tuple[Label, ...]] = {
    "tops": (Label.TOP, Label.ONE_PIECE),
    "bottoms": (Label.BOTTOM, Label.ONE_PIECE),
    "one-pieces": (Label.ONE_PIECE, Label.TOP, Label.BOTTOM),
}
MINIMUM_SHARE = 0.12  # of unit squared, below which there is no garment to speak of


def worn_garment(photo: RGB, body: Body, category: Category) -> WornGarment:
    """Read a worn garment off its wearer.

    Raises:
        GarmentNotFound: the wearer shows no garment of that category.
    """
    mask = np.isin(body.labels, WANTED[category])
    if category == "tops":
        mask &= ~_lower_dress(body)
    if int(mask.sum()) < MINIMUM_SHARE * body.unit**2:
        raise GarmentNotFound(
            "garment_image", f"The person in the garment photo shows no garment of category {category}."
        )
    if category == "tops":
        mask = above_hem(photo, mask, body)
    mask = only_cloth(photo, with_scraps(photo, mask, body), body)
    if category != "bottoms":
        mask = without_straps(photo, without_shaded_skin(photo, mask, body), body)
    mask = _largest(without_foreign(photo, mask, body, category))
    if category != "tops" and not has_leg_gap(body, mask):
        photo, mask, body = hanging_straight(photo, mask, body)
    if category == "bottoms":
        return worn_bottoms(photo, body, mask)
    garment = worn_upper(photo, body, mask, category)
    garment = with_whole_sleeves(garment, leaving_sleeves(body, mask))
    if category == "tops" and (is_tucked_in(body, mask) or is_cut_off(body, mask)):
        garment = let_down(garment)
    return garment


def _lower_dress(body: Body) -> Bools:
    rows, columns = np.indices(body.labels.shape)
    level = ((columns - body.neck[0]) * body.down[0] + (rows - body.neck[1]) * body.down[1]) / body.torso
    return np.asarray((body.labels == Label.ONE_PIECE) & (level > 1.1))


def _largest(mask: Bools) -> Bools:
    """Components of at least a tenth of the largest; specks go."""
    count, names, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    if count <= 1:
        return mask
    area = stats[1:, cv2.CC_STAT_AREA]
    return np.isin(names, 1 + np.flatnonzero(area > 0.1 * area.max()))
