"""Which of several guesses at a pose is a body: where the detector is unsure, half bodies above all.

Takes landmarks and masks of one photo, gives a plausibility in [0, 1]. The landmark network answers even where its
region was placed wrongly, and says so badly: it then squeezes a whole body into the part that is seen.
"""

from __future__ import annotations

import numpy as np

from vesture.vision.pose.decode import Floats

BONES = ((11, 13), (13, 15), (12, 14), (14, 16), (23, 25), (25, 27), (24, 26), (26, 28), (11, 23), (12, 24), (11, 12))
NEAR = 0.42  # units: flesh and cloth lie within that distance of a bone
LONGEST_LEG = 1.9  # torsos; 1.3 to 1.8 on people who stand
USUAL_TORSO = 0.58  # legs
HALF_GUESSED = 0.93  # a body that is seen beats one that is half made up
HEAD_GUESSED = 0.95  # likewise a head
SAMPLES = np.linspace(0, 1, 9, dtype=np.float32)[:, None]


def plausibility(points: Floats, mask: Floats) -> float:
    """How well landmarks (33, 2) explain the person mask (height, width), times how human their proportions are."""
    headless = cut_off_at_the_waist(points, mask.shape)
    guessed = HALF_GUESSED if headless else HEAD_GUESSED if float(points[:11, 1].mean()) < 0 else 1.0
    return explained(points, mask) * proportions(points, headless) * guessed


def cut_off_at_the_waist(points: Floats, shape: tuple[int, ...]) -> bool:
    """Whether both shoulders lie outside a photo of this shape: all above them is guessed."""
    shoulders = points[[11, 12]]
    return bool(((shoulders < 0) | (shoulders >= (shape[1], shape[0]))).any(1).all())


def with_head_above(points: Floats) -> Floats:
    """The landmarks with the head, seen by nobody, where heads are: the network may have put it anywhere."""
    neck, hips = points[[11, 12]].mean(0), points[[23, 24]].mean(0)
    moved = points.copy()
    moved[:11] += neck + 0.45 * (neck - hips) - points[:11].mean(0)
    return moved


def explained(points: Floats, mask: Floats) -> float:
    """Share of the mask near a bone, times the share of the visible bones on the mask."""
    height, width = mask.shape
    step = max(1, max(height, width) // 96)
    ys, xs = np.nonzero(mask[::step, ::step] > 0.5)
    if len(xs) < 20:
        return 0.0
    person = np.stack([xs, ys], 1).astype(np.float32) * step
    unit = body_unit(points)
    nearest = np.full(len(person), np.inf, np.float32)
    on_mask: list[float] = []
    if cut_off_at_the_waist(points, mask.shape):
        points = with_head_above(points)
    head = 2 * points[:11].mean(0) - points[[11, 12]].mean(0)
    for start, end in [(points[a], points[b]) for a, b in BONES] + [(points[[11, 12]].mean(0), head)]:
        along = end - start
        t = np.clip((person - start) @ along / max(float(along @ along), 1e-6), 0, 1)
        away = person - start - t[:, None] * along
        nearest = np.minimum(nearest, np.hypot(away[:, 0], away[:, 1]))
        places = start + SAMPLES * along
        seen = places[((places >= 0) & (places < (width, height))).all(1)].astype(int)
        on_mask += list(mask[seen[:, 1], seen[:, 0]])
    covered = float((nearest < NEAR * unit).mean())
    return covered * float(np.mean(on_mask)) if on_mask else 0.0


def squeezed(points: Floats, shape: tuple[int, ...]) -> bool:
    """Whether a torso too short sits on well-formed legs, seen in a photo of this shape: the network found room for
    it where there is none."""
    knees = points[[25, 26]]
    if ((knees < 0) | (knees >= (shape[1], shape[0]))).any():
        return False
    torso = float(np.linalg.norm(points[[11, 12]].mean(0) - points[[23, 24]].mean(0)))
    thighs, shins = (np.linalg.norm(points[[i, i + 1]] - points[[i + 2, i + 3]], axis=1) + 1e-3 for i in (23, 25))
    formed = np.abs(np.log(thighs / shins)) < np.log(1.8)
    return bool(formed.all() and (thighs + shins).mean() > LONGEST_LEG * torso)


def with_upper_body_above(points: Floats) -> Floats:
    """The landmarks with shoulders and head as far above the hips as the legs make likely; arms stay."""
    hips = points[[23, 24]].mean(0)
    legs = hips - points[[27, 28]].mean(0)
    up = legs / max(float(np.linalg.norm(legs)), 1e-3)
    moved = points.copy()
    moved[[11, 12]] = hips + USUAL_TORSO * legs + 1.4 * (points[[23, 24]] - hips)
    moved[:11] += moved[[11, 12]].mean(0) + 0.45 * USUAL_TORSO * float(np.linalg.norm(legs)) * up - points[:11].mean(0)
    return moved


def proportions(points: Floats, headless: bool = False) -> float:
    """1 for a possible body seen from any side, less for limbs of impossible lengths or a head below the shoulders.

    Foreshortening shortens bones: only what is too long beside the others, or too unlike its fellow, counts. Of a
    body without a visible upper part (`headless`), only the legs count.
    """
    neck, hips = points[[11, 12]].mean(0), points[[23, 24]].mean(0)
    torso = max(float(np.linalg.norm(neck - hips)), 1e-3)
    leg = max(float(np.linalg.norm(points[i] - points[i + 4])) for i in (23, 24))
    arm = max(float(np.linalg.norm(points[i] - points[i + 4])) for i in (11, 12))
    up = (neck - hips) / torso
    head = float((points[:11].mean(0) - neck) @ up)
    faults = [_excess(leg / torso, 0.75, 2.3)]
    if not headless:
        faults += [_excess(arm / torso, 0.3, 1.5), _excess(head / torso, 0.12, 0.85)]
    for start in (23, 24) if headless else (11, 12, 23, 24):
        upper, lower = (np.linalg.norm(points[start + i] - points[start + i + 2]) + 1e-3 for i in (0, 2))
        faults.append(0.6 * _excess(float(upper / lower), 0.45, 2.2))
    return float(np.exp(-np.sum(faults)))


def body_unit(points: Floats) -> float:
    """The body's measure in pixels, as `Pose.unit`."""
    shoulders = float(np.linalg.norm(points[11] - points[12]))
    torso = float(np.linalg.norm(points[[11, 12]].mean(0) - points[[23, 24]].mean(0)))
    return max(shoulders, 0.62 * torso, 1.0)


def _excess(ratio: float, low: float, high: float) -> float:
    """How far, in natural logarithms, a ratio lies outside what bodies have."""
    return max(float(np.log(low / max(ratio, 1e-3))), float(np.log(max(ratio, 1e-3) / high)), 0.0)
