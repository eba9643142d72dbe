"""Where a top or a dress ends: its own length, what is usual, what it must hide, and what the options allow."""

from __future__ import annotations

import numpy as np

from vesture.engines.warp.body.figure import SIDES, Body
from vesture.engines.warp.cloth.placement import Ease, Wishes, distance, point
from vesture.vision.garment.types import Garment
from vesture.vision.parsing.parse import Label

CROPPED_LENGTH = 0.5  # from armpit to hem, in chest widths
# Level v at which tops usually end: the median of 24 studio photos of people in tops is 1.06, the shortest 0.92.
USUAL_HEM = 1.05
TOWARDS_USUAL = 0.8  # how far a shorter reading gives way to what is usual: product photos tell lengths badly
LONG_TOP = 1.12  # from here on a top is long, and drawn up unless it is to keep its length
LOWEST_TOP = (1.9, 2.5)  # without and with `long_top`
TUCK_DEPTH = 0.05  # how far a tucked top goes on behind the waistband
TUCKED_OVERHANG = 0.2  # levels below the waistband where only trousers may show
TUCKABLE_WAIST = 0.98  # a waistband below that is a hem of the present top, there is nothing to tuck into
USUAL_DRESS, TOWARDS_KNEE = 1.7, 0.5  # level v of the knee, where dresses usually end; how far shorter ones give way
SHORTEST_DRESS = 1.45
OVER_SHOES = 0.2  # units below the ankle that a dress may reach with `cover_feet`


def hem_level(body: Body, garment: Garment, along: float, wishes: Wishes, ease: Ease) -> float:
    """v of the hem.

    Args:
        along: photo pixels per garment pixel along the body.
    """
    hem_y = np.mean([point(garment, "hem_left")[1], point(garment, "hem_right")[1]])
    collar_y = np.mean([point(garment, f"{name}_{s}")[1] for name in ("collar", "shoulder") for s in SIDES])
    start = float(np.mean([body.coordinates(body.tip[s])[0, 1] for s in SIDES])) - 0.05
    level = start + float(hem_y - collar_y) * along / body.torso
    if garment.kind == "top":
        return _top_level(body, garment, level, wishes, ease)
    ankle = float(np.mean([body.coordinates(body.legs[s].axis[-1])[0, 1] for s in SIDES]))
    lowest = ankle + (OVER_SHOES * body.unit / body.torso if wishes.cover_feet else 0.0)
    level += TOWARDS_KNEE * max(USUAL_DRESS - level, 0.0)
    return float(np.clip(start + (level - start) * ease.length, SHORTEST_DRESS, max(lowest, SHORTEST_DRESS)))


def _top_level(body: Body, garment: Garment, level: float, wishes: Wishes, ease: Ease) -> float:
    if level < USUAL_HEM and not is_cropped(garment):
        level += TOWARDS_USUAL * (USUAL_HEM - level)
    if level > LONG_TOP and not wishes.long_top:
        level = LONG_TOP + 0.6 * (level - LONG_TOP)
    if is_tucked(body, garment, ease):
        return body.waist + TUCK_DEPTH
    level += (ease.length - 1) * level
    present = left_below(body) if body.top_hem is None else body.top_hem
    if present is not None and -0.12 < present - level < 0.3:
        # the present hem must not peep out, nor a strip of what it hid
        level = max(level, min(present + 0.005, 1.35))
    return float(np.clip(level, 0.55, LOWEST_TOP[wishes.long_top]))


def left_below(body: Body) -> float | None:
    """v just below the photo's lower edge where the present top goes on beyond it: what it covers is seen by nobody."""
    height, width = body.labels.shape
    if body.down[1] < 0.7:
        return None
    edge = (height - 1 - body.neck[1]) / (body.down[1] * body.torso)
    column = int(np.clip(body.point(0.0, edge)[0, 0], 0, width - 1))
    leaves = body.labels[height - max(2, height // 100), column] in (Label.TOP, Label.ONE_PIECE)
    return float(edge) + 0.04 if leaves else None


def is_cropped(garment: Garment) -> bool:
    """Tops that end above the waist are short below the armpits for their width."""
    chest = distance(point(garment, "armpit_left"), point(garment, "armpit_right"))
    below = np.mean([point(garment, f"hem_{s}")[1] - point(garment, f"armpit_{s}")[1] for s in SIDES])
    return bool(below < CROPPED_LENGTH * chest)


def is_tucked(body: Body, garment: Garment, ease: Ease) -> bool:
    """Whether the top goes into a waistband: only where the photo shows one all across."""
    if not ease.tucked or garment.kind != "top" or body.waist > TUCKABLE_WAIST:
        return False
    across = np.linspace(-0.42, 0.42, 15) * body.unit
    below = np.rint(body.point(across, np.full(15, body.waist + TUCKED_OVERHANG))).astype(int)
    height, width = body.labels.shape
    row, column = np.clip(below[:, 1], 0, height - 1), np.clip(below[:, 0], 0, width - 1)
    return bool((body.labels[row, column] == Label.BOTTOM).mean() > 0.8)
