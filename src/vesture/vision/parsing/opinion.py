"""What of the person network's scores is believed, and what they say of a whole outfit: whether it can be a dress.

Takes log-scores per label and the skeleton they belong to. Colours cannot tell trousers in the colour of the top from
a dress; the network has seen where waists and legs are.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vesture.vision.parsing.bare import drawn_limbs
from vesture.vision.parsing.prior import BOTTOM, HAIR, ONE_PIECE, SKIN, TOP, Skeleton
from vesture.vision.parsing.repair import ALIKE

Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]

LEVELS = np.linspace(0.2, 2.4, 89)  # of v, down the torso and on to the knees
STEP = float(LEVELS[1] - LEVELS[0])
REACH = 7  # levels on either side of the waist that must agree
FEWEST_LEVELS, FEWEST_PIXELS = 3, 4
LEAST = 0.02  # probability
LEAST_SHARE = 2.5e-3  # of one garment in all cloth
HARDLY_SKIN = 0.2  # chance of skin, not cloth, below which it is the less likely
HAIR_SAYS = 4.0  # largest log ratio of hair to cloth
SKIN_SAYS = 4.0  # largest log ratio of skin to cloth
CLEAR = 0.3  # mean log ratio of top to bottom above the waist, and of bottom to top below it
NO_DRESS, LIKE_A_DRESS = 0.3, 0.4  # mean shares of one-piece: none below the first, one above the second
ALIKE_BY_DRESS = (LIKE_A_DRESS, 0.6, 0.8, 0.9), (ALIKE, 0.6, 0.6, 0.0)  # shares of one-piece, and of colours in common


def silent_on_skin(opinion: Floats) -> Floats:
    """Log-scores (8, h, w) that leave it open what is skin and what is cloth, and say all the rest.

    Whole limbs decide that better than places do: sleeves in the colour of skin look bare to the network. The other way
    round it errs seldom: what it is sure is cloth, though it has the colour of skin, is less likely skin.
    """
    chances = np.exp(opinion)
    cloth = chances[[TOP, BOTTOM, ONE_PIECE]].sum(0)
    result = opinion.copy()
    either = np.log(0.5 * (chances[SKIN] + cloth))
    result[SKIN] = either + np.minimum(np.log(chances[SKIN] / (chances[SKIN] + cloth) / HARDLY_SKIN), 0)
    for label in (TOP, BOTTOM, ONE_PIECE):
        result[label] = either + np.log(chances[label] / cloth + LEAST_SHARE)
    return result


def alike_in_a_dress(opinion: Floats, person: Bools, skeleton: Skeleton) -> float:
    """Share of colours that the halves of a dress have in common at the least, on a person (h, w) of whom a network
    gives log-scores (8, h, w): less where it sees a dress, infinity where it sees none."""
    chances = np.exp(opinion)
    cloth = chances[[TOP, BOTTOM, ONE_PIECE]].sum(0)
    worn = person & (cloth > 0.5)
    dress = float((chances[ONE_PIECE][worn] / cloth[worn]).mean()) if worn.any() else 0.0
    none = dress <= NO_DRESS or (dress < LIKE_A_DRESS and _gives_way(chances, person, skeleton))
    return np.inf if none else float(np.interp(dress, *ALIKE_BY_DRESS))


def _gives_way(chances: Floats, person: Bools, skeleton: Skeleton) -> bool:
    """Whether chances (8, h, w) show a top above some level of the person and a bottom below it."""
    shape = (person.shape[0], person.shape[1])
    u, v = skeleton.frame(shape)
    core = person & (np.abs(u) < 0.3) & (v > LEVELS[0]) & (v < LEVELS[-1])
    core &= ~drawn_limbs(skeleton, shape, ("forearm", "hand"), 1.1)
    top, bottom = (chances[label][core] + 0.5 * chances[ONE_PIECE][core] + LEAST for label in (TOP, BOTTOM))
    place = np.rint((v[core] - LEVELS[0]) / STEP).astype(np.int64)
    count = np.bincount(place, minlength=len(LEVELS))
    ratio = np.bincount(place, np.log(top / bottom), len(LEVELS)) / np.maximum(count, 1)
    ratio[count < FEWEST_PIXELS] = 0
    waist = int(np.argmax(np.cumsum(ratio)))
    above, below = ratio[max(waist - REACH, 0) : waist + 1], ratio[waist + 1 : waist + 1 + REACH]
    if min(len(above), len(below)) < FEWEST_LEVELS:
        return False
    return bool(min(above.mean(), -below.mean()) > CLEAR)


def leans_to_hair(opinion: Floats) -> Floats:
    """How much likelier (h, w) hair is than cloth by log-scores (8, h, w): a log ratio in [-HAIR_SAYS, HAIR_SAYS]."""
    cloth = np.max(opinion[[TOP, BOTTOM, ONE_PIECE]], axis=0)
    return np.asarray(np.clip(opinion[HAIR] - cloth, -HAIR_SAYS, HAIR_SAYS), np.float32)


def leans_to_skin(opinion: Floats) -> Floats:
    """How much likelier (h, w) skin is than cloth by log-scores (8, h, w): a log ratio in [-SKIN_SAYS, SKIN_SAYS]."""
    cloth = np.exp(opinion[[TOP, BOTTOM, ONE_PIECE]]).sum(0)
    return np.asarray(np.clip(opinion[SKIN] - np.log(cloth), -SKIN_SAYS, SKIN_SAYS), np.float32)
