"""From one body to another: the place on a person that answers to a place on a wearer.

Takes two bodies, gives a map of points. Each point is told by coordinates of the body: on the torso by level and
distance from the spine, on a limb by the share of its length and the distance from its axis. Distances are scaled by
the sizes of the bodies, so two bodies that measure alike, wherever they stand, leave cloth as it is; how far it stands
off the body is kept.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from vesture.engines.warp.body.figure import SIDES, V_LEVELS, Body, Floats, Limb

Levels = Callable[[Floats], Floats]
Widths = Callable[[Floats, Floats], Floats]

STEPS = 160  # points of a limb's axis that are tried for the nearest
BEYOND = 0.35  # of a limb's length past its end, where cuffs and hems may be
TILT = 0.35  # steepest slope of the line of the shoulders or hips against the spine's normal
TRUNK, HIPS = (0.5, 1.0), (1.0, 1.15)  # levels between which the closest place tells how broad a body is
UNSURE = 0.05  # difference of girths, as a logarithm, that says nothing: clothes hide it
GIRTHS = (0.85, 1.25)  # least and greatest ratio of girths
WIDTHS = (0.8, 1.25)  # and of shoulders, for the size of the bodies
VISIBLE = 0.5  # of ankles, from which on the length of legs is known
LENGTHS = (0.75, 1.33)  # least and greatest ratio of legs, for the size of the bodies


@dataclass(frozen=True, slots=True)
class Transfer:
    """The map from `source` to `target`, in the pixels of each.

    `from_hips`: of what hangs from the hips; the bodies are compared below the waist then, since photos of such clothes
    often leave head and shoulders out.
    """

    source: Body
    target: Body
    from_hips: bool = False

    @property
    def size(self) -> float:
        """Pixels there for pixels here."""
        units = self.target.unit / self.source.unit
        return self._legs(units) if self.from_hips else units

    def torso(self, points: Floats, levels: Levels | None = None, widths: Widths | None = None) -> Floats:
        """Places (n, 2) of points that go with the torso, above the shoulders and below the hips too.

        Args:
            levels: where cloth at levels of the target (n,) is to go instead, along the spine.
            widths: factors on signed distances (n,) from the spine, in pixels of the target, at its levels (n,).
        """
        across, level = _levelled(self.source, points)
        there = self.level(level)
        across = across * np.interp(level, [0, 0.3], [self._shoulders(), self.breadth])
        if levels is not None:
            there = levels(there)
        if widths is not None:
            across = across * widths(across, there)
        return _unlevelled(self.target, across, there)

    def level(self, level: Floats) -> Floats:
        """Levels (n,) on the target that levels of the source's spine go to."""
        above = self.size * self.source.torso / self.target.torso
        below = self._legs(self.size) * self.source.torso / self.target.torso
        trunk = 1 + (level - 1) * above if self.from_hips else np.where(level < 0, level * above, level)
        return np.asarray(np.where(level > 1, 1 + (level - 1) * below, trunk))

    def limb(self, points: Floats, source: Limb, target: Limb, along: Levels | None = None) -> Floats:
        """Places (n, 2) of points that go with a limb.

        Args:
            along: where cloth at shares of the target's length (n,) is to go instead.
        """
        share, offset = limb_coordinates(source, points)
        aside = self.aside(source, share, offset)
        if along is not None:
            share = along(share)
        place = share * target.length
        return np.asarray(target.at(place) + target.outward(place, 1.0) * aside[:, None])

    def _shoulders(self) -> float:
        if self.from_hips:
            return self.breadth
        spans = [abs(float((b.arms["right"].axis[0] - b.arms["left"].axis[0]) @ b.across)) for b in self._bodies]
        ratio = spans[1] / max(spans[0], 1e-6)
        return self.size * float(np.clip(ratio / self.size, *WIDTHS))

    @property
    def breadth(self) -> float:
        """Pixels there for pixels here across the trunk."""
        here, there = (_breadth(body, HIPS if self.from_hips else TRUNK) for body in self._bodies)
        ratio = float(np.log(there / here))
        ratio = float(np.sign(ratio)) * max(abs(ratio) - UNSURE, 0.0)
        return self.size * float(np.clip(np.exp(ratio), *GIRTHS))

    def aside(self, limb: Limb, share: Floats, offset: Floats) -> Floats:
        """Pixels (n,) there for offsets (n,) from the axis of a limb of the source. What hangs off a leg is narrower
        twice over on slimmer hips, so that loose legs fall straight from them; tight ones are as wide as legs are."""
        loose = min(1.0, self.breadth / self.size) ** 2 if self.from_hips else 1.0
        within = limb.radius(share * limb.length)
        close = np.clip(offset, -within, within)
        return np.asarray(self.size * (close + loose * (offset - close)))

    def _legs(self, size: float) -> float:
        """Pixels there for pixels here along the legs; `size` where they are not seen."""
        if any(body.legs[side].visible < VISIBLE for body in self._bodies for side in SIDES):
            return size
        here, there = (float(np.mean([body.legs[side].length for side in SIDES])) for body in self._bodies)
        units = self.target.unit / self.source.unit
        return units * float(np.clip(there / here / units, *LENGTHS))

    @property
    def _bodies(self) -> tuple[Body, Body]:
        return self.source, self.target


def limb_coordinates(limb: Limb, points: Floats) -> tuple[Floats, Floats]:
    """For points (n, 2): share (n,) of the limb's length, beyond its ends too, and offset (n,) in pixels from its axis,
    along the normal of sign 1."""
    shares = np.linspace(-BEYOND, 1 + BEYOND, STEPS)
    axis = limb.at(shares * limb.length)
    nearest = np.argmin(((points[:, None] - axis[None]) ** 2).sum(2), axis=1)
    place = shares[nearest] * limb.length
    tangent, normal = limb.direction(place), limb.outward(place, 1.0)
    offset = points - axis[nearest]
    share = shares[nearest] + (offset * tangent).sum(1) / limb.length
    return np.clip(share, -BEYOND, 1 + BEYOND), np.asarray((offset * normal).sum(1))


def _levelled(body: Body, points: Floats) -> tuple[Floats, Floats]:
    """Distance (n,) from the spine and level (n,), counted along the lines of shoulders and hips where those tilt."""
    across, level = body.coordinates(points).T
    slopes = _slopes(body)
    straight = level
    for _ in range(3):  # the slope at a point depends on its level
        straight = level - across * np.interp(straight, [0, 1], slopes) / body.torso
    return across, straight


def _unlevelled(body: Body, across: Floats, level: Floats) -> Floats:
    return body.point(across, level + across * np.interp(level, [0, 1], _slopes(body)) / body.torso)


def _slopes(body: Body) -> tuple[float, float]:
    """Fall to the viewer's right of the lines through the shoulders and through the hips, in the body's frame."""
    result = []
    for limbs in (body.arms, body.legs):
        line = limbs["right"].axis[0] - limbs["left"].axis[0]
        run = max(float(line @ body.across), 0.5 * body.unit)
        result.append(float(np.clip(line @ body.down / run, -TILT, TILT)))
    return result[0], result[1]


def _breadth(body: Body, levels: tuple[float, float]) -> float:
    """How broad the body is for its size between two levels, where its clothes lie closest."""
    inside = (levels[0] <= V_LEVELS) & (levels[1] >= V_LEVELS)
    width = sum(body.half_width[side] for side in SIDES) / (2 * body.bare_half_width)
    return float(np.min(np.asarray(width)[inside]))
