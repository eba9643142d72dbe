"""What each pixel of a person is: hair, skin, top, bottom, one-piece, shoes, without a network.

Takes a photo and a pose, gives a `Parse` at a working resolution that can be brought to the photo's own. A prior from
the pose and colour models of this very photo are combined, twice, and smoothed along the photo's edges.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from vesture.vision.guided_filter import guided_choice, guided_filter
from vesture.vision.parsing.attached import with_attached
from vesture.vision.parsing.bare import drawn_limbs, like_skin, read_covering, skin_samples, sure_sleeves
from vesture.vision.parsing.carried import with_carried
from vesture.vision.parsing.colour import ANY_COLOUR, LOWEST, ColourModel, fit_colours, skin_hue, skin_model, skin_tone
from vesture.vision.parsing.confidence import Confidence, judge
from vesture.vision.parsing.flaps import with_flaps
from vesture.vision.parsing.head import label_head
from vesture.vision.parsing.hem import settle_hem
from vesture.vision.parsing.loose_hair import with_loose_hair
from vesture.vision.parsing.opinion import alike_in_a_dress, leans_to_hair, leans_to_skin, silent_on_skin
from vesture.vision.parsing.prior import CLASSES, Covering, Skeleton, capsule, limb_ends, spatial_prior
from vesture.vision.parsing.repair import ALIKE, no_skin_off_the_neck, repair
from vesture.vision.parsing.rips import with_rips
from vesture.vision.parsing.straps import with_straps
from vesture.vision.parsing.things import around, bulges, only_real_things, with_held_scraps
from vesture.vision.parsing.trims import with_trims
from vesture.vision.parsing.trouser_ends import with_trouser_ends
from vesture.vision.pose.estimator import Pose

Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]

WORKING_SIDE = 480
ROUNDS = 2
SURE_THING = 0.9
CUT_SCALE = 0.6  # of the working resolution, for the silhouette
SMOOTHING = 3e-4  # variance of the guide below which a window counts as flat
OPINION_WEIGHT = 1.0  # of a network's log-scores beside those of place and colour
OPINION_FLOOR = -6.0  # of those log-scores: a network that is sure and wrong can still be outvoted


class Label(IntEnum):
    """What a pixel shows."""

    BACKGROUND = 0
    HAIR = 1
    SKIN = 2
    TOP = 3
    BOTTOM = 4
    ONE_PIECE = 5
    SHOES = 6
    OTHER = 7


@dataclass(frozen=True, slots=True)
class Parse:
    """A person taken apart, at working resolution.

    Attributes:
        labels: (h, w) uint8 of `Label`.
        scores: (8, h, w) float32, probability of each label, summing to 1.
        grey: (h, w) float32 in [0, 1], the photo the scores were found on.
        scale: working pixels per photo pixel.
        unit: the body's measure in PHOTO pixels (see `Pose.unit`).
        confidence: how far it can be trusted, theme by theme.
    """

    labels: NDArray[np.uint8]
    scores: Floats
    grey: Floats
    scale: float
    unit: float
    confidence: Confidence = Confidence()

    def full_labels(self, rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Labels (H, W) at the resolution of the photo `rgb` (H, W, 3), their borders moved onto its edges."""
        guide = _grey(rgb)
        if guide.shape == self.grey.shape:
            return self.labels
        hard = np.stack([self.labels == label for label in range(CLASSES)]).astype(np.float32)
        present = np.flatnonzero(hard.any((1, 2)))
        radius = max(2, round(0.02 * self.unit * self.scale))
        maps = 0.7 * hard[present] + 0.3 * self.scores[present]
        return present.astype(np.uint8)[guided_choice(guide, self.grey, maps, radius, SMOOTHING)]


class PersonNetwork(Protocol):
    """A learned second opinion on what each pixel shows."""

    def log_scores(self, rgb: NDArray[np.uint8], skeleton: Skeleton, mask: Floats) -> Floats:
        """Log-probability (8, h, w) of each `Label` at working size.

        Args:
            rgb: (h, w, 3) uint8 photo at working size.
            skeleton: the joints in its pixels.
            mask: (h, w) in [0, 1], the pose network's person mask.
        """
        ...


def parse_person(rgb: NDArray[np.uint8], pose: Pose, network: PersonNetwork | None = None) -> Parse:
    """Take a person apart.

    Args:
        rgb: (H, W, 3) uint8, best a crop round the person.
        pose: the person's pose in pixels of `rgb`.
        network: asked for its opinion, which is added to what place and colour say; None asks nobody.
    """
    scale = min(1.0, WORKING_SIDE / max(rgb.shape[:2]))
    size = (max(1, round(rgb.shape[1] * scale)), max(1, round(rgb.shape[0] * scale)))
    small = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA)
    mask = cv2.resize(pose.mask, size, interpolation=cv2.INTER_AREA)
    skeleton = Skeleton(pose.points * scale, pose.visibility, pose.unit * scale)
    opinion = None if network is None else np.maximum(network.log_scores(small, skeleton, mask), OPINION_FLOOR)
    believed = None if opinion is None else silent_on_skin(opinion)
    lab, grey = cv2.cvtColor((small / 255).astype(np.float32), cv2.COLOR_RGB2LAB), _grey(small)
    person = with_attached(foreground(small, mask, skeleton), lab, mask, skeleton.unit)
    generator = np.random.default_rng(0)  # only picks sample pixels; the same photo parses the same way
    skin = skin_model(lab[skin_samples(small, person, skeleton)])
    bareness = None if opinion is None else leans_to_skin(opinion)
    covering = read_covering(small, lab, person, skeleton, skin, generator, bareness)
    bulge = bulges(person, skeleton)
    carried = around(bulge, skeleton)
    prior = spatial_prior(skeleton, person.shape, covering, carried)
    seeds = _seeds(small, skeleton, prior, person, covering)
    bare = like_skin(skin, lab, person)
    seeds[Label.HAIR] &= ~bare
    if skin is not None:
        bare |= skin_hue(skin, lab) & skin_tone(small)
    seeds[Label.TOP] |= person & sure_sleeves(prior[Label.TOP], skeleton, covering) & ~bare
    leaning = None if opinion is None else leans_to_hair(opinion)
    if leaning is not None:
        seeds[Label.TOP] &= leaning <= 0
    scores, things = prior, fit_colours(lab[bulge], generator, components=2)
    seeds = {label: where & (carried == 0) for label, where in seeds.items()}
    for _ in range(ROUNDS):
        models = {label: fit_colours(lab[where], generator) for label, where in seeds.items()}
        scores = _scores(lab, grey, prior, models, things, person, skeleton.unit, believed)
        things = fit_colours(lab[bulge | (scores[Label.OTHER] > SURE_THING)], generator, components=2)
        seeds = {label: where & (carried == 0) for label, where in _confident(scores, prior, small, seeds).items()}
    labels = np.where(person, np.argmax(scores, axis=0), Label.BACKGROUND).astype(np.uint8)
    labels, scores = _trimmed(labels, scores, lab, skeleton)
    labels = only_real_things(labels, scores, skeleton)
    alike = ALIKE if opinion is None else alike_in_a_dress(opinion, person, skeleton)
    labels = settle_hem(repair(labels, lab, skeleton, covering, alike), scores, lab, skeleton)
    labels = with_flaps(labels, lab, skeleton, covering.waist, np.random.default_rng(1))
    labels = with_trouser_ends(labels, lab, skeleton)
    labels = labels if opinion is None else with_carried(labels, lab, opinion, skeleton)
    labels = with_straps(labels, lab, skeleton)
    labels = with_rips(with_held_scraps(labels, skeleton), skeleton)
    labels = label_head(labels, lab, skeleton, generator, leaning)
    labels = with_loose_hair(labels, lab, skin_tone(small), skeleton, skin, generator)
    labels = no_skin_off_the_neck(labels, skeleton)
    confidence = judge(labels, scores, person, mask, skeleton, covering)
    scores[0] = ~person
    scores[1:] *= person
    return Parse(
        labels, (scores / np.maximum(scores.sum(0), 1e-6)).astype(np.float32), grey, scale, pose.unit, confidence
    )


def _trimmed(
    labels: NDArray[np.uint8], scores: Floats, lab: Floats, skeleton: Skeleton
) -> tuple[NDArray[np.uint8], Floats]:
    """Labels (h, w) in which trims are the top's, and scores (8, h, w) that say so too."""
    result, told = with_trims(labels, lab, skeleton), scores.copy()
    trims = (result == Label.TOP) & (labels == Label.BOTTOM)
    told[Label.TOP][trims], told[Label.BOTTOM][trims] = scores[Label.BOTTOM][trims], scores[Label.TOP][trims]
    return result, told


def _grey(rgb: NDArray[np.uint8]) -> Floats:
    return (cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY) / 255).astype(np.float32)


def foreground(rgb: NDArray[np.uint8], mask: Floats, skeleton: Skeleton) -> Bools:
    """The person's silhouette (h, w): GrabCut (Rother et al., SIGGRAPH 2004) started from the pose's own mask."""
    unit = skeleton.unit
    bones = np.zeros(mask.shape, np.uint8)
    for capsules in limb_ends(skeleton).values():
        for start, end, radius in capsules:
            ends = [tuple(int(v) for v in np.clip(p, -2000, 4000)) for p in (start, end)]
            cv2.line(bones, *ends, 1, max(1, round(0.5 * radius)))
    trimap = np.full(mask.shape, cv2.GC_BGD, np.uint8)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * max(1, round(0.12 * unit)) + 1,) * 2)
    trimap[cv2.dilate((mask > 0.25).astype(np.uint8), kernel) > 0] = cv2.GC_PR_BGD
    trimap[mask > 0.5] = cv2.GC_PR_FGD
    sure = cv2.erode((mask > 0.8).astype(np.uint8), cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3, 3)))
    inner = cv2.erode((mask > 0.8).astype(np.uint8), np.ones((2 * max(1, round(0.05 * unit)) + 1,) * 2, np.uint8))
    trimap[(inner > 0) | ((bones > 0) & (sure > 0))] = cv2.GC_FGD
    trimap[mask < 0.02] = np.where(trimap[mask < 0.02] == cv2.GC_FGD, cv2.GC_PR_FGD, cv2.GC_BGD)
    if (mask > 0.5).any():  # the pose's mask has holes where the photo's edge cuts the legs
        thighs = drawn_limbs(skeleton, (mask.shape[0], mask.shape[1]), ("thigh",), 0.8)
        trimap[thighs & (trimap != cv2.GC_FGD)] = cv2.GC_PR_FGD
    if not ((trimap == cv2.GC_FGD) | (trimap == cv2.GC_PR_FGD)).any() or not (trimap == cv2.GC_BGD).any():
        return np.asarray(mask > 0.5)
    found = _cut(rgb, trimap) | (mask > 0.97)
    count, names, stats, _ = cv2.connectedComponentsWithStats(found.astype(np.uint8))
    keep = [i for i in range(1, count) if stats[i, cv2.CC_STAT_AREA] > 0.02 * unit**2]
    return np.isin(names, keep)


def _cut(rgb: NDArray[np.uint8], trimap: NDArray[np.uint8]) -> Bools:
    """GrabCut at a lower resolution, then once more in a band along the border that was found."""
    size = (max(8, round(rgb.shape[1] * CUT_SCALE)), max(8, round(rgb.shape[0] * CUT_SCALE)))
    coarse = cv2.resize(trimap, size, interpolation=cv2.INTER_NEAREST)
    small = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA)
    # in flat pictures (drawings) all cuts cost the same and the search for the least takes minutes
    small = np.clip(small + np.random.default_rng(1).integers(-1, 2, small.shape), 0, 255).astype(np.uint8)
    models = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.setRNGSeed(1)
    cv2.grabCut(small, coarse, None, *models, 2, cv2.GC_INIT_WITH_MASK)
    found = (coarse & 1).astype(np.uint8)  # GC_FGD and GC_PR_FGD are odd
    soft = cv2.resize(found.astype(np.float32), rgb.shape[1::-1], interpolation=cv2.INTER_LINEAR)
    smooth = guided_filter(_grey(rgb), soft[None], 2, SMOOTHING)[0] > 0.5
    return np.where(trimap == cv2.GC_FGD, True, np.where(trimap == cv2.GC_BGD, False, smooth))


def _seeds(
    rgb: NDArray[np.uint8], skeleton: Skeleton, prior: Floats, person: Bools, covering: Covering
) -> dict[int, Bools]:
    """Pixels that surely show each label, from where they lie."""
    shape = (person.shape[0], person.shape[1])
    u, v = skeleton.frame(shape)
    tone = skin_tone(rgb)
    centre, radius = skeleton.face()
    face = capsule(shape, centre, centre, 0.55 * radius) > 0.6
    limbs = drawn_limbs(skeleton, shape, ("upper arm", "forearm", "thigh", "shin"), 0.6)
    skin = skin_samples(rgb, person, skeleton) | (person & tone & limbs & (prior[Label.SKIN] > 0.85))
    arms = drawn_limbs(skeleton, shape, ("forearm", "hand"), 1.1)
    cloth = person & ~arms & (prior[Label.SKIN] < 0.5)
    waist = covering.waist
    shoes = drawn_limbs(skeleton, shape, ("foot",), 1.0)
    seeds = {
        Label.SKIN: skin if skin.sum() > 30 else person & tone & (prior[Label.SKIN] > 0.45),
        Label.HAIR: person & (prior[Label.HAIR] > 0.5) & ~face,
        Label.TOP: (cloth & (np.abs(u) < 0.36) & (v > 0.18) & (v < min(waist - 0.1, 0.9))),
        Label.BOTTOM: cloth & (prior[Label.BOTTOM] > 0.6) & (v > waist + 0.08),
        Label.SHOES: person & shoes & (prior[Label.SHOES] > 0.5),
    }
    return {int(label): where for label, where in seeds.items()}


def _scores(
    lab: Floats,
    grey: Floats,
    prior: Floats,
    models: dict[int, ColourModel | None],
    things: ColourModel | None,
    person: Bools,
    unit: float,
    opinion: Floats | None = None,
) -> Floats:
    """Posterior (8, h, w): place times colour, smoothed along edges. Things may have any colour.

    `opinion` (8, h, w) are the log-scores of somebody else.
    """
    logs = np.full(prior.shape, LOWEST - 12.0, np.float32)
    colours = lab[person]
    for label, model in models.items():
        if model is not None:
            logs[label][person] = model.log_likelihood(colours) + np.log(prior[label][person])
    likely = np.full(len(colours), ANY_COLOUR, np.float32)
    if things is not None:
        likely = np.maximum(likely, things.log_likelihood(colours))
    logs[Label.OTHER][person] = likely + np.log(prior[Label.OTHER][person])
    if opinion is not None:
        logs += OPINION_WEIGHT * opinion
        for label in (Label.TOP, Label.BOTTOM):  # a dress is found later, from its upper and lower part
            logs[label] += OPINION_WEIGHT * (np.maximum(opinion[label], opinion[Label.ONE_PIECE]) - opinion[label])
    logs -= logs.max(0)
    posterior = np.exp(np.maximum(logs, -12.0)) * person
    posterior /= np.maximum(posterior.sum(0), 1e-6)
    used = [*sorted(models), int(Label.OTHER)]
    smooth = np.zeros_like(prior)
    smooth[used] = np.clip(guided_filter(grey, posterior[used], max(2, round(0.045 * unit)), SMOOTHING), 0, 1)
    return smooth


def _confident(scores: Floats, prior: Floats, rgb: NDArray[np.uint8], before: dict[int, Bools]) -> dict[int, Bools]:
    """Pixels whose label is all but certain; skin must look like skin, or pale trims become skin."""
    tone = skin_tone(rgb)
    result = {}
    for label, old in before.items():
        sure = (scores[label] > 0.8) & (prior[label] > 0.03)
        if label == Label.SKIN:
            sure &= tone
        result[label] = sure if sure.sum() > 24 else old
    return result
