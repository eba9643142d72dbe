"""How far a parse can be trusted, theme by theme, for warnings; nothing is decided by it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vesture.vision.parsing.bare import drawn_limbs
from vesture.vision.parsing.prior import BOTTOM, HAIR, ONE_PIECE, SKIN, TOP, Covering, Skeleton

Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]
Labels = NDArray[np.uint8]

ALIKE, UNLIKE = 0.95, 0.7  # overlap of silhouette and pose mask that is as usual, and that is hopeless
SURE = 0.85  # mean probability of well-told hair
NEAR = 0.12  # v above and below the border
HALF_THE_TORSO = 0.55  # share that must be seen for full confidence


@dataclass(frozen=True, slots=True)
class Confidence:
    """Each in [0, 1].

    Attributes:
        silhouette: the colours' silhouette and the pose network's agree.
        border: upper and lower garment are told apart; 1 where only one of them is worn or seen.
        hair: the hair is told from skin and cloth; 1 where none is seen.
        torso: the torso is in the picture and not hidden by arms, hair or things.
    """

    silhouette: float = 1.0
    border: float = 1.0
    hair: float = 1.0
    torso: float = 1.0


def judge(
    labels: Labels, scores: Floats, person: Bools, mask: Floats, skeleton: Skeleton, covering: Covering
) -> Confidence:
    """Confidence of a parse: labels (h, w), scores (8, h, w), the silhouette, and the pose's own mask (h, w)."""
    return Confidence(
        silhouette=_silhouette(person, mask),
        border=_border(labels, skeleton, covering),
        hair=_hair(labels, scores),
        torso=_torso(labels, skeleton),
    )


def _silhouette(person: Bools, mask: Floats) -> float:
    pose = mask > 0.5
    overlap = float((person & pose).sum()) / max(float((person | pose).sum()), 1.0)
    return float(np.clip((overlap - UNLIKE) / (ALIKE - UNLIKE), 0, 1))


def _border(labels: Labels, skeleton: Skeleton, covering: Covering) -> float:
    _, v = skeleton.frame((labels.shape[0], labels.shape[1]))
    if min((labels == TOP).sum(), (labels == BOTTOM).sum()) < 0.05 * skeleton.unit**2:
        return 1.0
    in_sight = float(v.min()) < covering.waist - NEAR and float(v.max()) > covering.waist + NEAR
    return float(covering.certain) if in_sight else 1.0


def _hair(labels: Labels, scores: Floats) -> float:
    hair = labels == HAIR
    if hair.sum() < 24:
        return 1.0
    return float(np.clip(scores[HAIR][hair].mean() / SURE, 0, 1))


def _torso(labels: Labels, skeleton: Skeleton) -> float:
    """Share of the torso's places that show cloth or skin of the torso itself."""
    shape = (labels.shape[0], labels.shape[1])
    origin, right, down = skeleton.axes()
    across, along = np.linspace(-0.36, 0.36, 13), np.linspace(0.08, 0.95, 24)
    places = origin + across[None, :, None] * right + along[:, None, None] * down
    places = np.rint(places).astype(np.int64)
    inside = (places >= 0).all(-1) & (places < shape[::-1]).all(-1)
    columns, rows = np.clip(places[..., 0], 0, shape[1] - 1), np.clip(places[..., 1], 0, shape[0] - 1)
    arms = drawn_limbs(skeleton, shape, ("forearm", "hand"), 1.0)
    shown = np.isin(labels, (TOP, BOTTOM, ONE_PIECE, SKIN)) & ~arms
    return float(np.clip((inside & shown[rows, columns]).mean() / HALF_THE_TORSO, 0, 1))
