"""The head: what is face and what is hair, by the face's own geometry first and by colour second.

Blond hair and skin share their colours, sunglasses and beards share theirs with clothes. But inside the oval of a face
there is face, and outside it, above the neck, there is hair (or a hat, which hair stands for), unless the head is bald.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vesture.vision.parsing.colour import fit_colours
from vesture.vision.parsing.prior import BOTTOM, HAIR, ONE_PIECE, SKIN, TOP, Skeleton
from vesture.vision.pose.joints import Joint

Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]
Labels = NDArray[np.uint8]

CLOTHES = (TOP, BOTTOM, ONE_PIECE)
FACE_SEEN = 0.5  # mean visibility of the face's landmarks
HAIRLINE, CHIN = 1.05, 1.6  # distances from the eyes, in eye-to-mouth distances
WIDEST, NARROWEST = 1.15, 0.55  # half widths of the face, likewise
KNOWN = -12.5  # log-likelihood of a colour that the face has
BALD = 0.6  # share of the crown that looks like the cheeks
BALD_CHROMA, BALD_LIGHT = 4.5, 22.0  # Lab distances within which it does
USUAL_TEXTURE, TEXTURE_WEIGHT = 1.3, 1.0

LEANING_WEIGHT = 0.5  # of what somebody else thinks is hair rather than cloth
SURELY_HAIR = 3.0  # log ratio of hair to cloth in their eyes from which colours say nothing of the cloth
SKIN_LESS_LIKELY = 0.5  # beside the neck
THROAT, NECK = 0.6, 0.17  # half widths, in eye-to-mouth distances and units
LONGEST_HAIR = 0.95  # v, down the torso
COLLAR_WIDTH, SMALLEST_COLLAR = 1.8, 0.008  # eye-to-mouth distances, units squared
LEAST_COLOUR, DEEPEST_SHADE, COLLAR_HUE = 0.42, 0.45, 0.75  # chroma and light as shares of the cheeks'; cosine
CHEEK, THINNEST_LOCK = 2.0, 0.05  # square of distances from the middle of the face; units of half the width of a lock
SMALLEST_TAIL = 0.01  # units squared
BEARD = 0.7  # lightness of a chin, as a share of the cheeks', below which it wears one
LARGEST_GLINT = 0.06  # units squared
ENCLOSED, BY_THE_HEAD = 0.75, 0.9  # shares of hair, and of hair and skin, around a patch


def label_head(
    labels: Labels, lab: Floats, skeleton: Skeleton, generator: np.random.Generator, leaning: Floats | None = None
) -> Labels:
    """Labels (h, w) with face and hair told apart anew where a face is seen.

    Args:
        labels: (h, w).
        lab: (h, w, 3) the photo.
        leaning: (h, w) log ratio of hair to cloth in somebody else's eyes.
    """
    face = FaceFrame.of(skeleton)
    if face is None:
        return labels
    person = labels > 0
    across, down = face.coordinates(labels.shape)
    reach = np.where(across < 0, face.left, face.right)
    oval = (across / reach) ** 2 + (np.where(down < 0.3, (down - 0.3) / (HAIRLINE + 0.3), (down - 0.3) / 1.3)) ** 2
    cheeks = person & (np.abs(across) < 0.7 * reach) & (down > 0.25) & (down < 1.0)
    above = person & (oval > 1.25) & (down < 0.2) & (down > -2.6) & (np.abs(across) < 2.2)
    skin = fit_colours(lab[cheeks], generator, components=2)
    if skin is None:
        return labels
    result = labels.copy()
    inside = person & (oval < 0.85)
    crown = fit_colours(lab[above], generator, components=3)
    like_skin = skin.log_likelihood(lab)
    if crown is None or _bald(lab, cheeks, above & (np.abs(across) < reach)):
        bare = (person & (oval <= 1.25) & (down < CHIN)) | ((labels == HAIR) & (like_skin > KNOWN))
        beard = (labels == HAIR) & (down > 0)
        result[above | bare | beard] = SKIN
        return result
    like_hair = crown.log_likelihood(lab)
    fringe = inside & (down < -0.3) & (like_hair > like_skin + 2)
    result[inside] = SKIN
    result[fringe] = HAIR
    result[above] = HAIR
    beside = (oval < 1.7) & (down < 1.2) & np.isin(result, CLOTHES)  # nothing but a hood covers a cheek
    result[beside] = np.where(like_hair[beside] > like_skin[beside], HAIR, SKIN)
    result = _strands(result, lab, skeleton, (like_hair, like_skin), (across, down), oval, generator, leaning)
    whole = _without_holes(_joined(result, labels, above), skeleton.unit)
    whole = _with_whole_cheeks(whole, down, oval, skeleton.unit)
    return _with_collar(whole, lab, np.median(lab[cheeks], axis=0), (across, down), skeleton)


class FaceFrame:
    """Coordinates of a face: origin between the eyes, one unit to the mouth; `left`, `right` its half widths."""

    def __init__(self, origin: Floats, axis: Floats, left: float, right: float) -> None:
        self.origin, self.axis, self.left, self.right = origin, axis, left, right

    @classmethod
    def of(cls, skeleton: Skeleton) -> FaceFrame | None:
        """None when no face is seen, or when the photo's upper edge cuts it below the hairline."""
        points = skeleton.points
        if float(skeleton.visibility[:11].mean()) < FACE_SEEN or float(skeleton.visibility[[2, 5]].min()) < FACE_SEEN:
            return None
        eyes, mouth = points[[2, 5]].mean(0), points[[9, 10]].mean(0)
        axis = mouth - eyes
        length = float(np.linalg.norm(axis))
        if length < 2 or length > skeleton.unit or axis[1] <= 0 or float(eyes[1] - HAIRLINE * axis[1]) < 0:
            return None
        normal = np.array([axis[1], -axis[0]], np.float32) / length**2
        sides = [float((points[ear] - eyes) @ normal) for ear in (Joint.LEFT_EAR, Joint.RIGHT_EAR)]
        left, right = (float(np.clip(side, NARROWEST, WIDEST)) for side in (-min(sides), max(sides)))
        return cls(eyes.astype(np.float32), axis.astype(np.float32), left, right)

    def coordinates(self, shape: tuple[int, ...]) -> tuple[Floats, Floats]:
        """Maps (h, w): across the face to the viewer's right, and down it."""
        dx = np.arange(shape[1], dtype=np.float32)[None] - self.origin[0]
        dy = np.arange(shape[0], dtype=np.float32)[:, None] - self.origin[1]
        square = np.float32(self.axis @ self.axis)
        across = (dx * self.axis[1] - dy * self.axis[0]) / square
        return across, (dx * self.axis[0] + dy * self.axis[1]) / square


def _bald(lab: Floats, cheeks: Bools, above: Bools) -> bool:
    """Whether the crown has the colours of the cheeks and their smoothness."""
    light, *chroma = np.moveaxis(lab[above] - np.median(lab[cheeks], axis=0), -1, 0)
    like = (np.abs(chroma[0]) < BALD_CHROMA) & (np.abs(chroma[1]) < 1.5 * BALD_CHROMA) & (light > -BALD_LIGHT)
    fine = _texture(lab)
    core = cv2.erode(above.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    smooth = float(np.median(fine[core])) < 1.2 if core.sum() > 20 else True
    return bool(like.mean() > BALD and smooth)


def _texture(lab: Floats) -> Floats:
    """Fine detail of the lightness (h, w): strands have it, skin does not."""
    return np.asarray(np.abs(lab[..., 0] - cv2.GaussianBlur(lab[..., 0], (0, 0), 1.5)), np.float32)


def _strands(
    labels: Labels,
    lab: Floats,
    skeleton: Skeleton,
    likelihoods: tuple[Floats, Floats],
    place: tuple[Floats, Floats],
    oval: Floats,
    generator: np.random.Generator,
    leaning: Floats | None,
) -> Labels:
    """Hair beside the face and down to the chest: what is likelier hair than skin or cloth."""
    like_hair, like_skin = likelihoods
    across, down = place
    u, v = skeleton.frame((labels.shape[0], labels.shape[1]))
    below = (oval > 0.85) & (down >= 0.2) & (v < LONGEST_HAIR) & (np.abs(u) < 0.62)
    garment = ONE_PIECE if (labels == ONE_PIECE).any() else TOP
    plain = (labels == garment) & (v > 0.15) & (v < 0.9)
    if leaning is not None:
        plain &= leaning < SURELY_HAIR
    cloth = fit_colours(lab[plain], generator, components=3)
    like_cloth = cloth.log_likelihood(lab) if cloth is not None else np.full_like(like_hair, -30.0)
    neck = np.exp(-0.5 * (across / 0.75) ** 2) * (v < 0.12)
    texture = cv2.GaussianBlur(_texture(lab), (0, 0), max(1.0, 0.03 * skeleton.unit))
    like_skin = like_skin - TEXTURE_WEIGHT * np.log((texture + 0.3) / USUAL_TEXTURE) + 3.0 * neck - SKIN_LESS_LIKELY
    if leaning is not None:
        like_cloth = like_cloth - LEANING_WEIGHT * leaning
    wanted = like_hair - 1.5 * np.clip(v + 0.1, 0, 1) - np.maximum(like_skin, like_cloth + 1.0)
    wanted = cv2.GaussianBlur(np.clip(wanted, -6, 6), (0, 0), max(0.8, 0.02 * skeleton.unit))
    result = labels.copy()
    candidates = below & np.isin(labels, (HAIR, SKIN, garment))
    # a beard's shadow, never hair; beside the neck of a turned head is
    throat = (np.abs(across) < THROAT) & (np.abs(u) < NECK) & (down > CHIN - 0.3) & (v < 0.08)
    hair = candidates & (wanted > 0) & ~throat
    result[hair] = HAIR
    lost = candidates & ~hair & (labels == HAIR)
    chin = (down < 2.1) & (np.abs(across) < 1.0)  # a beard stays with the face
    result[lost] = np.where(chin[lost] | (like_skin[lost] > like_cloth[lost]), SKIN, garment)
    return result


def _with_whole_cheeks(labels: Labels, down: Floats, oval: Floats, unit: float) -> Labels:
    """Thin strips of hair along the side of a face, from the eyes down to the chin, are its shaded side; unless a lock
    hangs from them, such as a tail seen beside the neck."""
    beside = (labels == HAIR) & (down > 0) & (down < CHIN) & (oval < CHEEK)
    if not beside.any():
        return labels
    size = 2 * max(1, round(THINNEST_LOCK * unit)) + 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    hair = (labels == HAIR).astype(np.uint8)
    thick = cv2.dilate(cv2.morphologyEx(hair, cv2.MORPH_OPEN, kernel), np.ones((3, 3), np.uint8)) > 0
    thin = beside & ~thick
    _, names = cv2.connectedComponents(thin.view(np.uint8))
    _, locks, stats, _ = cv2.connectedComponentsWithStats(((labels == HAIR) & ~thin).view(np.uint8))
    tail = stats[:, cv2.CC_STAT_AREA] > SMALLEST_TAIL * unit**2
    tail &= np.bincount(locks[down > CHIN], minlength=len(stats)) > 0
    tail &= np.bincount(locks[down < 0], minlength=len(stats)) == 0
    tail[0] = False
    tied = np.unique(names[cv2.dilate(tail[locks].view(np.uint8), np.ones((3, 3), np.uint8)) > 0])
    return np.where(thin & ~np.isin(names, tied[tied > 0]), np.uint8(SKIN), labels)


def _joined(result: Labels, before: Labels, crown: Bools) -> Labels:
    """Hair hangs together with the crown; what does not takes back its former label."""
    _, names = cv2.connectedComponents((result == HAIR).astype(np.uint8))
    attached = np.unique(names[crown])
    stray = (result == HAIR) & ~np.isin(names, attached[attached > 0])
    mended = result.copy()
    mended[stray] = np.where(before[stray] == HAIR, SKIN, before[stray])
    return mended


def _without_holes(labels: Labels, unit: float) -> Labels:
    """Small patches that hair encloses are glints on it; cloth between hair and face is the shadow there."""
    result = labels.copy()
    for label in (SKIN, *CLOTHES):
        count, names, stats, _ = cv2.connectedComponentsWithStats((labels == label).astype(np.uint8))
        for index in range(1, count):
            left, top, width, height, area = stats[index]
            if area > LARGEST_GLINT * unit**2:
                continue
            box = np.s_[max(0, top - 2) : top + height + 2, max(0, left - 2) : left + width + 2]
            patch = names[box] == index
            ring = (cv2.dilate(patch.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0) & ~patch
            around = labels[box][ring]
            hair, head = float((around == HAIR).mean()), float(np.isin(around, (HAIR, SKIN)).mean())
            if hair > ENCLOSED or (label != SKIN and head > BY_THE_HEAD and hair > 1 - ENCLOSED):
                result[box][patch] = HAIR
    return result


def _with_collar(
    labels: Labels, lab: Floats, cheek: Floats, place: tuple[Floats, Floats], skeleton: Skeleton
) -> Labels:
    """Skin of the throat in a colour that no shade gives it is a collar, where it hangs together with the top."""
    across, down = place
    _, v = skeleton.frame((labels.shape[0], labels.shape[1]))
    chroma, usual = np.hypot(lab[..., 1], lab[..., 2]), float(np.hypot(cheek[1], cheek[2]))
    along = (lab[..., 1] * cheek[1] + lab[..., 2] * cheek[2]) / np.maximum(chroma * usual, 1e-3)
    light = np.clip(lab[..., 0] / max(float(cheek[0]), 1.0), DEEPEST_SHADE, 1)  # shade takes colour along
    unlike = (chroma < LEAST_COLOUR * usual * light) | ((along < COLLAR_HUE) & (chroma > 0.5 * usual))
    throat = (labels == SKIN) & (down > CHIN + 0.1) & (np.abs(across) < COLLAR_WIDTH) & (v < 0.2)
    chin = (labels == SKIN) & (down > 1.1) & (down < CHIN) & (np.abs(across) < 0.5)
    if not chin.any() or unlike[chin].mean() > 0.1 or float(np.median(lab[chin][:, 0])) < BEARD * float(cheek[0]):
        return labels
    found = cv2.morphologyEx((throat & unlike).astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    _, names, stats, _ = cv2.connectedComponentsWithStats(found)
    garment = ONE_PIECE if (labels == ONE_PIECE).any() else TOP
    beside = np.unique(names[cv2.dilate((labels == garment).astype(np.uint8), np.ones((5, 5), np.uint8)) > 0])
    collars = [i for i in beside if i > 0 and stats[i, cv2.CC_STAT_AREA] > SMALLEST_COLLAR * skeleton.unit**2]
    result = labels.copy()
    result[np.isin(names, collars)] = garment
    return result
