"""A garment in its photo on somebody, together with that body: where each bit of cloth lay on its wearer.

Takes a garment cut from a photo and the body in that photo, gives the garment with the body in its own pixels.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from vesture.engines.warp.body.figure import SIDES, Body, Floats, Limb, SideName
from vesture.vision.garment.types import Garment

OTHER: dict[SideName, SideName] = {"left": "right", "right": "left"}


@dataclass(frozen=True, slots=True)
class WornGarment(Garment):
    """A garment that its photo shows on somebody.

    Attributes:
        wearer: the body in the pixels of `rgb`, without labels and head.
        sleeve_wearer: the body as it lies about a sleeve that has a picture of its own beside the garment; the mirror
            image of the body for a sleeve made from the other one.
    """

    wearer: Body = field(kw_only=True)
    sleeve_wearer: Mapping[SideName, Body] = field(kw_only=True, default_factory=dict)

    def body_at(self, side: SideName) -> Body:
        """The body about the sleeve of a side."""
        return self.sleeve_wearer.get(side, self.wearer)


def on_wearer(garment: Garment, body: Body, points: Mapping[str, Floats]) -> WornGarment:
    """The garment with its wearer.

    Args:
        garment: cut out of the photo, perhaps shrunk.
        body: the wearer, in pixels of the photo.
        points: the garment's landmarks in pixels of the photo, at least two of them apart.
    """
    names = sorted(points.keys() & garment.points.keys())
    there, here = (np.array([np.asarray(of[name], float) for name in names]) for of in (points, garment.points))
    spread = float(np.linalg.norm(there - there.mean(0)))
    scale = float(np.linalg.norm(here - here.mean(0)) / max(spread, 1e-6))
    wearer = carried(body, scale, here.mean(0) - scale * there.mean(0))
    values = {name: getattr(garment, name) for name in Garment.__dataclass_fields__}
    return WornGarment(**values, wearer=wearer)


def carried(body: Body, scale: float, offset: Floats) -> Body:
    """The body in other pixels: `scale` times its own plus `offset` (2,). Labels and head stay behind."""

    def limb(old: Limb) -> Limb:
        bare_from = None if old.bare_from is None else scale * old.bare_from
        return Limb(
            scale * old.axis + offset,
            scale * old.along,
            scale * old.natural,
            scale * old.outer,
            old.visible,
            bare_from,
        )

    return replace(
        body,
        unit=scale * body.unit,
        neck=scale * body.neck + offset,
        torso=scale * body.torso,
        tip={side: scale * body.tip[side] + offset for side in SIDES},
        neck_foot={side: scale * body.neck_foot[side] + offset for side in SIDES},
        half_width={side: scale * body.half_width[side] for side in SIDES},
        bare_half_width=scale * body.bare_half_width,
        arms={side: limb(body.arms[side]) for side in SIDES},
        legs={side: limb(body.legs[side]) for side in SIDES},
        labels=np.zeros((0, 0), np.uint8),
        head=None,
    )


def mirrored(body: Body) -> Body:
    """The body mirrored about the column 0. Labels and head stay behind."""
    flip = np.array([-1.0, 1.0])

    def limb(old: Limb) -> Limb:
        return replace(old, axis=old.axis * flip)

    return replace(
        body,
        neck=body.neck * flip,
        down=body.down * flip,
        across=-body.across * flip,
        tip={side: body.tip[OTHER[side]] * flip for side in SIDES},
        neck_foot={side: body.neck_foot[OTHER[side]] * flip for side in SIDES},
        half_width={side: body.half_width[OTHER[side]] for side in SIDES},
        arms={side: limb(body.arms[OTHER[side]]) for side in SIDES},
        legs={side: limb(body.legs[OTHER[side]]) for side in SIDES},
        labels=np.zeros((0, 0), np.uint8),
        head=None,
    )
