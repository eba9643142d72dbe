"""Where skin, hair and clothes are likely, from the pose alone.

Takes a pose in working pixels, gives a probability map per label. Each body part is a soft capsule or ellipse; each
part says what it is probably covered with.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vesture.vision.pose.joints import Joint

Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]

CLASSES = 8
HAIR, SKIN, TOP, BOTTOM, ONE_PIECE, SHOES, OTHER = range(1, CLASSES)  # as in `Label`


@dataclass(frozen=True, slots=True)
class Skeleton:
    """The joints in working pixels, and the body's frame: `u` across in units, `v` along the spine (0 shoulders, 1
    hips)."""

    points: Floats  # (33, 2)
    visibility: Floats
    unit: float

    def axes(self) -> tuple[Floats, Floats, Floats]:
        """Origin, and the steps (x, y) in pixels by which u and v grow by one."""
        neck = self.points[[Joint.LEFT_SHOULDER, Joint.RIGHT_SHOULDER]].mean(0)
        hips = self.points[[Joint.LEFT_HIP, Joint.RIGHT_HIP]].mean(0)
        spine = hips - neck
        length = max(float(np.linalg.norm(spine)), 0.8 * self.unit)
        down = spine / max(float(np.linalg.norm(spine)), 1e-6)
        right = np.array([down[1], -down[0]], np.float32)
        return neck.astype(np.float32), right * np.float32(self.unit), (down * length).astype(np.float32)

    def frame(self, shape: tuple[int, int]) -> tuple[Floats, Floats]:
        """Maps (h, w) of u and v."""
        neck, right, down = self.axes()
        across, along = right / (right @ right), down / (down @ down)
        dx = np.arange(shape[1], dtype=np.float32)[None] - neck[0]
        dy = np.arange(shape[0], dtype=np.float32)[:, None] - neck[1]
        u, v = dx * across[0] + dy * across[1], dx * along[0] + dy * along[1]
        return u.astype(np.float32), v.astype(np.float32)

    def face(self) -> tuple[Floats, float]:
        """Centre and radius of the face."""
        eyes = self.points[[Joint.LEFT_EYE, Joint.RIGHT_EYE]].mean(0)
        mouth = self.points[[Joint.MOUTH_LEFT, Joint.MOUTH_RIGHT]].mean(0)
        ears = float(np.linalg.norm(self.points[Joint.LEFT_EAR] - self.points[Joint.RIGHT_EAR]))
        radius = max(1.35 * float(np.linalg.norm(eyes - mouth)), 0.52 * ears, 0.16 * self.unit)
        return 0.5 * (eyes + mouth), min(radius, 0.5 * self.unit)


@dataclass(frozen=True, slots=True)
class Covering:
    """How the body is covered, as far as it is known before the prior is made.

    Attributes:
        arms, legs: for the wearer's left and right, (n,) share of skin at equal steps from the first joint to the last.
        torso: v levels and the share of skin at each.
        waist: v where the upper garment gives way to the lower one.
        certain: in [0, 1], how clear that is.
    """

    arms: tuple[Floats, Floats]
    legs: tuple[Floats, Floats]
    torso: tuple[Floats, Floats]
    waist: float
    certain: float


def capsule(shape: tuple[int, int], start: Floats, end: Floats, radius: float) -> Floats:
    """Soft membership (h, w) of a capsule: 1 on its axis, 0.6 at its radius."""
    return capsule_and_place(shape, start, end, radius)[0]


def capsule_and_place(shape: tuple[int, int], start: Floats, end: Floats, radius: float) -> tuple[Floats, Floats]:
    """Soft membership (h, w) of a capsule, and where along its axis each pixel lies, in [0, 1]."""
    xs = np.arange(shape[1], dtype=np.float32)[None] - np.float32(start[0])
    ys = np.arange(shape[0], dtype=np.float32)[:, None] - np.float32(start[1])
    across, down = (np.float32(value) for value in end - start)
    length = np.float32(max(float(across) ** 2 + float(down) ** 2, 1e-6))
    t = np.asarray(np.clip((xs * across + ys * down) / length, 0, 1), np.float32)
    distance = (xs - t * across) ** 2 + (ys - t * down) ** 2
    return np.exp(distance * np.float32(-0.5 / max(radius, 1) ** 2)), t


def limb_ends(skeleton: Skeleton) -> dict[str, list[tuple[Floats, Floats, float]]]:
    """Capsules by part: (start, end, radius in pixels), both sides."""
    p, s = skeleton.points, skeleton.unit
    parts: dict[str, list[tuple[Floats, Floats, float]]] = {}
    for left in (0, 1):
        shoulder, elbow, wrist = p[11 + left], p[13 + left], p[15 + left]
        hip, knee, ankle = p[23 + left], p[25 + left], p[27 + left]
        heel, toe = p[29 + left], p[31 + left]
        knuckles = (p[17 + left] + p[19 + left]) / 2
        hand_end = wrist + 1.4 * (knuckles - wrist)
        for name, start, end, radius in (
            ("upper arm", shoulder, elbow, 0.17),
            ("forearm", elbow, wrist, 0.13),
            ("hand", wrist + 0.2 * (knuckles - wrist), hand_end, 0.13),
            ("thigh", hip, knee, 0.24),
            ("shin", knee, ankle, 0.15),
            ("foot", 0.5 * (ankle + heel), toe, 0.13),
        ):
            parts.setdefault(name, []).append((start, end, radius * s))
    return parts


# What covers each part: (hair, skin, top, bottom, shoes)
COVER = {
    "upper arm": (0.01, 0.29, 0.7, 0.0, 0.0),
    "forearm": (0.005, 0.5, 0.49, 0.005, 0.0),
    "hand": (0.0, 0.93, 0.05, 0.02, 0.0),
    "thigh": (0.0, 0.14, 0.03, 0.83, 0.0),
    "shin": (0.0, 0.3, 0.0, 0.65, 0.05),
    "foot": (0.0, 0.2, 0.0, 0.05, 0.75),
}


THING_ANYWHERE = 0.012  # weight of bags and the like off the body; what lies on the body weighs 1 and more
THING_SEEN = 2.0  # where the silhouette bulges beside a hand
HALVES = ("upper arm", "forearm", "thigh", "shin")  # of limbs along which the end of the cloth is looked for


def spatial_prior(skeleton: Skeleton, shape: tuple[int, int], covering: Covering, things: Floats) -> Floats:
    """Probability (CLASSES, h, w) of each label given a person pixel, from its place on the body.

    `things` (h, w) is 1 where a thing is surely carried, less around it.
    """
    total = np.full((CLASSES, *shape), 1e-4, np.float32)
    total[OTHER] = THING_ANYWHERE
    total[OTHER] += THING_SEEN * things
    for name, capsules in limb_ends(skeleton).items():
        _add_limb(total, name, capsules, covering)
    u, v = skeleton.frame(shape)
    _add_torso(total, u, v, covering)
    if covering.certain > 0:  # what hangs over the thighs, or is worn high on the waist
        moved = covering.certain * 0.9
        above, below = (v < covering.waist - 0.02) * moved, (v > covering.waist + 0.02) * moved
        to_top, to_bottom = total[BOTTOM] * above, total[TOP] * below * (np.abs(u) < 0.4)
        total[TOP] += to_top - to_bottom
        total[BOTTOM] += to_bottom - to_top
    _add_head(total, skeleton, shape)
    return total / total.sum(0, keepdims=True)


def _add_limb(total: Floats, name: str, capsules: list[tuple[Floats, Floats, float]], covering: Covering) -> None:
    """Both capsules of a part; the likelier of the two counts where they overlap."""
    shape = (total.shape[1], total.shape[2])
    (first, place), (second, other_place) = (capsule_and_place(shape, *ends) for ends in capsules)
    weight = np.maximum(first, second) * (3.0 if name == "hand" else 1.0)
    hair, skin, top, bottom, shoes = (np.float32(share) for share in COVER[name])
    bare: Floats | np.float32 = skin
    if name in HALVES:
        limbs, upper = (covering.arms, "upper" in name) if "arm" in name else (covering.legs, name == "thigh")
        places = (place, other_place)
        shares = [_at(limb, where, upper) for limb, where in zip(limbs, places, strict=True)]
        bare = np.where(first >= second, *shares)
    clothed = (1 - bare) / (1 - skin)
    total[SKIN] += weight * bare
    for label, share in ((HAIR, hair), (TOP, top), (BOTTOM, bottom), (SHOES, shoes)):
        if share > 0:
            total[label] += weight * clothed * share


def _at(limb: Floats, place: Floats, upper: bool) -> Floats:
    """Share of skin at places in [0, 1] of the limb's upper or lower bone."""
    steps = len(limb)
    index = np.clip((place * 0.5 + (0.0 if upper else 0.5)) * steps, 0, steps - 1).astype(np.int32)
    return limb[index]


def _add_torso(total: Floats, u: Floats, v: Floats, covering: Covering) -> None:
    inside = np.exp(-0.5 * np.maximum(np.abs(u) - 0.42, 0) ** 2 / 0.08**2)
    inside *= np.exp(-0.5 * np.maximum(-0.05 - v, 0) ** 2 / 0.05**2)
    inside *= np.exp(-0.5 * np.maximum(v - 1.25, 0) ** 2 / 0.08**2)
    weight = 1.6 * inside
    waist = covering.waist
    levels = [-0.1, 0.1, waist - 0.27, waist - 0.12, waist, waist + 0.13, waist + 0.28]
    top = np.interp(v, levels, [0.75, 0.93, 0.93, 0.82, 0.55, 0.22, 0.1]).astype(np.float32)
    bottom = np.interp(v, levels, [0.0, 0.005, 0.02, 0.14, 0.42, 0.75, 0.87]).astype(np.float32)
    bare = np.interp(v, *covering.torso).astype(np.float32)
    total[TOP] += weight * top * (1 - bare)
    total[BOTTOM] += weight * bottom * (1 - bare)
    total[SKIN] += weight * (bare + 0.2 * np.clip(0.1 - v, 0, 0.3))
    total[HAIR] += weight * np.interp(v, [-0.1, 0.35, 0.6], [0.05, 0.03, 0.001]).astype(np.float32)


def _add_head(total: Floats, skeleton: Skeleton, shape: tuple[int, int]) -> None:
    centre, radius = skeleton.face()
    neck = skeleton.points[[Joint.LEFT_SHOULDER, Joint.RIGHT_SHOULDER]].mean(0)
    chin = centre + (neck - centre) * min(1.0, radius / max(float(np.linalg.norm(neck - centre)), 1e-6))
    face = capsule(shape, centre - 0.15 * (chin - centre), chin, 0.62 * radius)
    throat = capsule(shape, chin, neck, 0.15 * skeleton.unit)
    crown = capsule(shape, centre, centre - 0.5 * (chin - centre), 1.25 * radius)
    u, v = skeleton.frame(shape)
    falls = np.exp(-0.5 * (np.maximum(np.abs(u) - 0.3, 0) / 0.1) ** 2) * np.exp(-0.5 * (np.maximum(v, 0) / 0.15) ** 2)
    falls = np.where(v > -0.9, falls, 0)
    for weight, shares in (
        (4.0 * face, (0.08, 0.92, 0.0)),
        (1.6 * throat, (0.06, 0.7, 0.24)),
        (2.0 * crown * (1 - face), (0.85, 0.15, 0.0)),
        (0.35 * falls, (0.45, 0.2, 0.35)),
    ):
        for label, share in zip((HAIR, SKIN, TOP), shares, strict=True):
            total[label] += weight * share
