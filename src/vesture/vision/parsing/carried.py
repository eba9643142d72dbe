"""Things in or at a hand, whole: what a bag's or a clutch's own colours say of clothes and skin beside it.

Takes a parse's labels and a network's log-scores, gives labels. A thing that was seen takes back what the clothes have
of it; one in the middle of the clothes is found where the network sees it and the clothes do not know its colours.
"""

from __future__ import annotations

from collections.abc import Mapping

import cv2
import numpy as np
from numpy.typing import NDArray

from vesture.vision.masks import closed, dilate, distance_to, erode
from vesture.vision.parsing.colour import ColourModel, fit_colours
from vesture.vision.parsing.prior import BOTTOM, ONE_PIECE, OTHER, SKIN, TOP, Skeleton, capsule, limb_ends
from vesture.vision.parsing.things import clothed_body, near_hands

Floats = NDArray[np.float32]
Labels = NDArray[np.uint8]
Bools = NDArray[np.bool_]

CLOTHES = (TOP, BOTTOM, ONE_PIECE)
SEEN, MAYBE, AT_HAND = (
    0.5,
    0.15,
    0.6,
)  # chances at which the network sees a thing, and may see one; units from the hands within which it is believed
FAR = (
    0.4,
    0.25,
)  # units from known things, and from what is first seen, at which clothes and skin have their own colours
PLAIN = 0.08  # square units off the body that the network sees of a thing, at which colours are not asked
HELD, TORSO = 1.2, 0.4  # units from hands, and from the spine outwards, where all may be another part of the thing
UNKNOWN = 5.0  # below the usual log-likelihood of clothes, colours are not theirs
CLEARLY = 2.5  # log ratio by which a thing must explain a colour better
LEAST = 0.02  # square units of what is first seen of a thing
REACH = 0.5, 0.9  # units from what the labels have, and from what is first seen, within which the rest lies
GROWTH = 6.0  # times their size that they grow at most: more is a thing of the clothes' own colours
BESIDE, THICK = (0.3, 1.2), 0.04  # levels at which what passed for skin beside the arms is a thing; half its thickness
ARMS = {"upper arm": 1.3, "forearm": 1.4, "hand": 1.6}  # radii of limbs beyond which no skin is
RIM, CLOSING = 0.03, 0.1  # units along a thing's outline that may show something else; half the width of gaps in it


def with_carried(labels: Labels, lab: Floats, opinion: Floats, skeleton: Skeleton) -> Labels:
    """Labels (h, w) in which things at the hands have back what clothes and skin had of them.

    Args:
        lab: (h, w, 3) the photo.
        opinion: (8, h, w) log-scores by label of the network.
    """
    shape, unit = (labels.shape[0], labels.shape[1]), skeleton.unit
    across, level = skeleton.frame(shape)
    seen = (np.exp(opinion[OTHER]) > SEEN) & np.isin(labels, CLOTHES) & (level > 0)
    if seen.any():
        seen &= near_hands(skeleton, shape, AT_HAND)
    known = (labels == OTHER) | _beside_arms(labels, opinion, skeleton)
    if not (seen | known).any():
        return labels
    generator = np.random.default_rng(0)  # only picks samples; the same photo reads the same way
    pure = (distance_to(known) > FAR[0] * unit) & (distance_to(seen) > FAR[1] * unit)
    pure &= ~(near_hands(skeleton, shape, HELD) & (np.abs(across) > TORSO))
    models, strange = {}, np.zeros(shape, np.uint8)
    for label in (SKIN, *CLOTHES):
        usual = lab[pure & (labels == label)]
        model = fit_colours(usual, generator)
        if model is None:
            continue
        models[label] = model
        where = seen & (labels == label)
        if where.any():
            strange[where] = model.log_likelihood(lab[where]) < np.median(model.log_likelihood(usual)) - UNKNOWN
    strange[_large(seen & ~clothed_body(skeleton, shape), PLAIN * unit**2)] = 1
    result = labels.copy()
    for things, rim, reach in (
        (known, RIM * unit, REACH[0]),
        (cv2.medianBlur(strange, 3) > 0, 0.0, REACH[1]),
    ):
        count, names = cv2.connectedComponents(things.view(np.uint8))
        for index in range(1, count):
            thing = names == index
            if np.count_nonzero(thing) < LEAST * unit**2:
                continue
            core = erode(thing, rim) if rim else thing
            whole = _whole(thing, core, labels, lab, models, (reach * unit, CLOSING * unit), generator)
            if np.count_nonzero(whole & ~thing) < GROWTH * np.count_nonzero(thing):
                result[whole] = OTHER
    return result


def _beside_arms(labels: Labels, opinion: Floats, skeleton: Skeleton) -> Bools:
    """What passed for skin (h, w) though it lies beside arms, hands and trunk and may be a thing: leather."""
    shape, unit = (labels.shape[0], labels.shape[1]), skeleton.unit
    across, level = skeleton.frame(shape)
    (top, bottom) = BESIDE
    loose = (labels == SKIN) & (np.exp(opinion[OTHER]) > MAYBE) & (np.abs(across) > TORSO)
    loose &= (level > top) & (level < bottom)
    for name, widest in ARMS.items():
        for start, end, radius in limb_ends(skeleton)[name]:
            loose &= capsule(shape, start, end, widest * radius) <= 0.6
    kernel = np.ones((2 * max(1, round(THICK * unit)) + 1,) * 2, np.uint8)
    return _large(cv2.morphologyEx(loose.view(np.uint8), cv2.MORPH_OPEN, kernel) > 0, LEAST * unit**2)


def _large(where: Bools, least: float) -> Bools:
    """Those pieces of (h, w) that have `least` pixels."""
    _, names, stats, _ = cv2.connectedComponentsWithStats(where.view(np.uint8))
    large = stats[:, cv2.CC_STAT_AREA] >= least
    large[0] = False
    return np.asarray(large[names])


def _whole(
    thing: Bools,
    core: Bools,
    labels: Labels,
    lab: Floats,
    models: Mapping[int, ColourModel],
    reach: tuple[float, float],
    generator: np.random.Generator,
) -> Bools:
    """What hangs together (h, w) with a thing in the colours of its core (h, w); nothing where these are unknown.

    `reach` are the pixels around it that are looked at, and half the width of gaps that are closed.
    """
    own = fit_colours(lab[core], generator)
    leather = (labels[core] == SKIN).mean() > 0.5
    if own is None:
        return np.zeros_like(thing)
    near = (distance_to(thing) < reach[0]) & ~thing
    more = np.zeros(thing.shape, np.uint8)
    for label, model in models.items():
        where = near & (labels == label)
        least = 0.0 if leather and label == SKIN else CLEARLY
        more[where] = own.log_likelihood(lab[where]) - model.log_likelihood(lab[where]) > least
    both = thing | (cv2.medianBlur(more, 3) > 0)
    _, names = cv2.connectedComponents(erode(both, 1).view(np.uint8))
    inside = np.bincount(names[core], minlength=2)
    inside[0] = 0
    whole = dilate(names == int(np.argmax(inside)), 1) & both
    return closed(whole, reach[1]) & np.isin(labels, (OTHER, *models))
