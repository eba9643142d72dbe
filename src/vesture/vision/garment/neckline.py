"""Where the front neckline of a garment runs: the edge between the front and the inner back of the collar.

Takes: the Lab picture of a garment and its collar corners. Gives: a curve and how sure it is.
Knows nothing about the rest of the garment.

Works in a rectified patch: x runs from the left collar corner (-1) to the right one (1), y down in collar widths.
Curves depth * (1 - |x|^power) are compared by the colour change across them; prints and creases, which follow such
a curve only in part, are refused by scoring the weakest stretches.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from vesture.vision.garment.backdrop import Bool, Float

SCALE = 96  # patch pixels per collar width
MARGIN = 0.15  # collar widths beside the corners
ABOVE = 0.35  # collar widths above them
BELOW = 1.75  # and below
# (power, share of a straight V) of the compared curves: from V over round to square, and collars open to a point.
SHAPES = ((1.05, 0.0), (1.3, 0.0), (1.6, 0.0), (2.0, 0.0), (2.6, 0.0), (3.4, 0.0), (3.0, 0.45), (6.0, 0.45))
INSETS = (0.0, 0.1, 0.22, 0.36)  # how far inside the corners the opening begins
STRETCHES = 12
DEFAULT_DEPTH = 0.28
SAMPLES = 60
EXPECTED_WITHIN = 0.11  # standard deviation, collar widths
LEAST_SCORE = 0.8  # of a curve near the expected depth
LOPSIDED = 0.075  # collar widths that a round neck's halves differ by at most
LOW_STAND = 0.12  # collars that stand higher (in half chests) are shirts', jackets' and hoods'


@dataclass(frozen=True, slots=True)
class Neckline:
    """The front neckline.

    Attributes:
        curve: (n, 2) float32 (x, y), from the left collar corner down and up to the right one.
        depth: of its lowest point, in collar widths.
        confidence: 0..1.
    """

    curve: Float
    depth: float
    confidence: float


@dataclass(frozen=True, slots=True)
class Frame:
    """The patch's place in the picture."""

    middle: Float
    across: Float  # one collar width, towards the right corner
    down: Float  # one collar width, downwards

    def place(self, x: Float, y: Float) -> Float:
        """(n, 2) picture points of patch positions: x in -1..1 between the corners, y in collar widths."""
        return np.asarray(self.middle + x[..., None] / 2 * self.across + y[..., None] * self.down, np.float32)


def find_neckline(
    lab: Float, region: Bool, left: Float, right: Float, stand: float, expected: float | None = None
) -> Neckline:
    """Find the front neckline between the collar corners.

    Args:
        lab: (h, w, 3) float32.
        region: (h, w) the garment.
        left, right: collar corners (x, y).
        stand: how far the collar stands above the shoulders, in half chests (SideOutline.stand).
        expected: depth in collar widths near which the neckline was seen otherwise.
    """
    frame = framed(left, right)
    if float(np.linalg.norm(frame.across)) < 6:
        return default_neckline(frame, 0.05, 0.1)
    patch, inside = rectified(lab, region, frame)
    seen = _see_through(inside)
    shallowest = 0.06 if expected is None else expected - EXPECTED_WITHIN  # no rim of the back's
    depths = np.arange(max(0.06, shallowest, seen + 0.03), BELOW - 0.2, 0.02, dtype=np.float32)
    if not len(depths):  # the silhouette itself is open further down than any neckline is looked for
        return default_neckline(frame, float(min(seen, BELOW)), 0.3)
    grid = np.array([[(depth, *shape, inset) for shape in SHAPES for inset in INSETS] for depth in depths], np.float32)
    scores = _score(patch, inside, grid.reshape(-1, 4)).reshape(len(depths), -1)
    scores *= _prior(depths, stand)[:, None] * (1 - (0.5 if stand > LOW_STAND else 1.2) * grid[..., 3])
    if expected is not None:
        scores *= np.exp(-0.5 * ((depths - expected) / EXPECTED_WITHIN) ** 2)[:, None]
    best = scores.argmax(1)
    profile = cv2.GaussianBlur(scores.max(1).reshape(-1, 1), (1, 3), 0.7).ravel()
    pick, confidence = _choose(depths, profile, stand)
    if expected is not None:
        pick = int(profile.argmax()) if profile.max() > LEAST_SCORE else None
    if pick is None:
        usual = DEFAULT_DEPTH if stand < LOW_STAND else 0.08
        depth = max(usual if expected is None else expected, seen)
        return default_neckline(frame, depth, confidence)
    x = np.linspace(-1, 1, SAMPLES + 1, dtype=np.float32)
    plain = neckline_shape(x, grid[pick, best[pick]])
    y = _snap(patch, x, plain)
    if stand < LOW_STAND and float(np.abs(y - y[::-1]).max()) > LOPSIDED:  # the rim on one side, its seam on the other
        y = plain
    if stand > LOW_STAND:
        y = np.maximum(y, lining_below(patch, inside, x, y))
    return Neckline(frame.place(x, y), float(y.max()), confidence)


def snapped_neckline(lab: Float, region: Bool, curve: Float) -> Float:
    """A neckline (n, 2) known roughly, moved to the strongest edges near it; its ends stay."""
    left, right = curve[0], curve[-1]
    frame = framed(left, right)
    if float(np.linalg.norm(frame.across)) < 6:
        return curve
    patch, _ = rectified(lab, region, frame)
    offset = curve - frame.middle
    length = float(frame.across @ frame.across)
    own_x, own_y = 2 * offset @ frame.across / length, offset @ frame.down / length
    if (np.diff(own_x) <= 0).any() or own_y.max() > BELOW - 0.1:
        return curve
    x = np.linspace(-1, 1, SAMPLES + 1, dtype=np.float32)
    y = _snap(patch, x, np.interp(x, own_x, own_y).astype(np.float32))
    return frame.place(x, y)


def framed(left: Float, right: Float) -> Frame:
    """The patch's frame between two collar corners."""
    across = (right - left).astype(np.float32)
    return Frame((left + right) / np.float32(2), across, np.array([-across[1], across[0]], np.float32))


def default_neckline(frame: Frame, depth: float, confidence: float) -> Neckline:
    x = np.linspace(-1, 1, SAMPLES + 1, dtype=np.float32)
    return Neckline(frame.place(x, np.asarray(depth * (1 - np.abs(x) ** 2.2), np.float32)), depth, confidence)


def opening(shape: tuple[int, int], curve: Float) -> Bool:
    """(h, w) True above the neckline: from the curve up to the top of the picture between the collar corners."""
    outward = np.array([[curve[-1, 0], -9], [curve[0, 0], -9]], np.float32)
    lip = np.concatenate([curve, outward])
    mask = np.zeros(shape, np.uint8)
    cv2.fillPoly(mask, [np.round(lip * 8).astype(np.int32)], 1, shift=3)
    return mask > 0


def rectified(lab: Float, region: Bool, frame: Frame, below: float = BELOW) -> tuple[Float, Bool]:
    """The picture between the corners and below them, and where it is garment."""
    columns = np.arange(-(0.5 + MARGIN), 0.5 + MARGIN, 1 / SCALE, dtype=np.float32) * 2
    rows = np.arange(-ABOVE, below, 1 / SCALE, dtype=np.float32)
    spots = frame.place(*np.meshgrid(columns, rows))
    patch = cv2.remap(lab, spots[..., 0], spots[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    inside = cv2.remap(region.astype(np.uint8), spots[..., 0], spots[..., 1], cv2.INTER_NEAREST)
    return cv2.GaussianBlur(patch, (0, 0), 1.2), inside > 0


def _see_through(inside: Bool) -> float:
    """Depth in collar widths to which there is no garment at all between the corners."""
    middle = inside[:, inside.shape[1] // 2 - 4 : inside.shape[1] // 2 + 5].mean(1) > 0.5
    first = int(np.argmax(middle)) if middle.any() else 0
    return max(0.0, first / SCALE - ABOVE)


def neckline_shape(x: Float, shape: Float) -> Float:
    """(m,) depths at x (m,) of the curve of `shape` (4,): depth, power, share of a V, inset."""
    depth, power, straight, inset = shape
    reach = np.minimum(np.abs(x) / (1 - inset), 1.0)
    return np.asarray(depth * (1 - straight * reach - (1 - straight) * reach**power), np.float32)


def _score(patch: Float, inside: Bool, shapes: Float) -> Float:
    """(n,) how well curves (n, 4) follow the rim of the front.

    Two signs count, each by its weaker stretches: the colour changes across the curve, and it changes for good (the
    front and the inner back differ; the two sides of a seam or ribbing do not).
    """
    x = np.linspace(-0.93, 0.93, STRETCHES * 4, dtype=np.float32)
    depth, power, straight, inset = (shapes[:, k, None] for k in range(4))
    x = x[None] * (1 - inset)
    share = np.abs(x) / (1 - inset)
    y = depth * (1 - straight * share - (1 - straight) * share**power)
    slope = straight + (1 - straight) * power * share ** (power - 1)
    slope = -2 * depth * slope * np.sign(x) / (1 - inset)  # both axes in collar widths
    normal = 1 / np.sqrt(1 + slope**2)
    normal_x, normal_y = -slope * normal, normal
    column, row = (x / 2 + 0.5 + MARGIN) * SCALE, (y + ABOVE) * SCALE

    def at(maps: NDArray[Any], offset: float) -> NDArray[Any]:
        i = np.clip(row + offset * normal_y, 0, maps.shape[0] - 1).astype(np.intp)
        j = np.clip(column + offset * normal_x, 0, maps.shape[1] - 1).astype(np.intp)
        return maps[i, j]

    change_x, change_y = (cv2.Sobel(patch, cv2.CV_32F, k, 1 - k, ksize=3) / 8 for k in (1, 0))
    tensor = np.stack([(change_x**2).sum(2), (change_x * change_y).sum(2), (change_y**2).sum(2)], 2)
    tensor = cv2.GaussianBlur(tensor, (0, 0), 2.2)
    here = at(tensor, 0.0)
    energy = here[..., 0] * normal_x**2 + 2 * here[..., 1] * normal_x * normal_y + here[..., 2] * normal_y**2
    edge = _weak_stretches(np.sqrt(np.maximum(energy, 0)) * at(inside, 3.0))
    body = cv2.GaussianBlur(patch, (0, 0), 3.0)
    step = at(body, 7.0) - at(body, -7.0)
    mean = step.mean(1, keepdims=True)
    along = (step * mean).sum(2) / np.maximum(np.linalg.norm(mean, axis=2), 1e-3)
    lasting = _weak_stretches(along * at(inside, 3.0))
    usual_edge = float(np.median(np.sqrt(tensor[..., 0] + tensor[..., 2])[inside])) if inside.any() else 1.0
    usual_step = float(np.median(np.abs(body[14:] - body[:-14]).max(2)[inside[7:-7]])) if inside[7:-7].any() else 1.0
    result = edge / (0.2 + usual_edge) + 0.8 * np.maximum(lasting, 0) / (0.8 + usual_step)
    return np.asarray(result, np.float32)


def _weak_stretches(values: Float) -> Float:
    """(n,) the lower quartile of the stretches' medians of (n, samples)."""
    stretches = np.median(values.reshape(len(values), STRETCHES, -1), axis=2)
    return np.asarray(np.partition(stretches, 2, axis=1)[:, 2], np.float32)


def _prior(depths: Float, stand: float) -> Float:
    """How plausible a depth is: round necks are rarely deeper than 0.8, collars that stand open down to 1.4."""
    deepest = 0.75 if stand < LOW_STAND else 1.35
    return np.asarray(1 / (1 + np.exp((depths - deepest) / 0.12)), np.float32)


def _choose(depths: Float, profile: Float, stand: float) -> tuple[int | None, float]:
    """The deepest of the comparable peaks; of a close pair, a ribbing's two edges, the upper."""
    peaks = [k for k in range(1, len(profile) - 1) if profile[k - 1] <= profile[k] > profile[k + 1]]
    if not peaks:
        return None, 0.1
    best = max(profile[k] for k in peaks)
    confidence = float(np.clip((best - 0.9) / 1.6, 0, 1))
    if best < 1.0:
        return None, confidence
    strong = [k for k in peaks if profile[k] > 0.82 * best]
    # The seam of the back's ribbing is often plainer than the front's edge, and shallower than any front.
    plainest = depths[max(peaks, key=lambda k: float(profile[k]))]
    deepest = 0.57 if stand < LOW_STAND else 0.75
    enough = float(np.interp(plainest, [0.24, 0.42], [0.36, 0.82])) * best
    strong = sorted({*strong, *(k for k in peaks if profile[k] > enough and plainest < depths[k] < deepest)})
    last = strong[-1]
    pair = [k for k in strong if 0.05 < depths[last] - depths[k] < 0.15 and depths[k] > 0.3]
    return (pair[0] if pair else last), confidence


def lining_below(patch: Float, inside: Bool, x: Float, y: Float) -> Float:
    """How deep the opening reaches at `x` when the found curve is only the seam of the back yoke.

    Below that seam the inside of the back shows on, in a colour of its own, down to the edges of an open collar. The
    patch of that colour is taken when it is closed: as high as it is plain, between the corners, ending above the
    chest. Returns zeros otherwise.
    """
    none = np.zeros_like(y)
    body = cv2.GaussianBlur(patch, (0, 0), 2.5)
    lowest = float(y.max())
    top, middle = round((lowest + 0.07 + ABOVE) * SCALE), patch.shape[1] // 2
    seed = body[top : top + round(0.12 * SCALE), middle - 8 : middle + 9].reshape(-1, 3)
    if top + 0.3 * SCALE > len(body) or not len(seed):
        return none
    colour = np.median(seed, axis=0)
    spread = 2.5 * float(np.median(np.linalg.norm(seed - colour, axis=1)))
    alike = (np.linalg.norm(body - colour, axis=2) < np.clip(spread + 2.5, 4.5, 9)) & inside
    alike[: top - round(0.03 * SCALE)] = False
    alike = cv2.morphologyEx(alike.astype(np.uint8), cv2.MORPH_OPEN, np.ones((5, 5), np.uint8))
    _, labels = cv2.connectedComponents(alike, connectivity=4)
    index = int(np.bincount(labels[top : top + 12, middle - 8 : middle + 9].ravel()).argmax())
    lining = labels == index
    rows, columns = np.nonzero(lining)
    edge = round(MARGIN * SCALE)
    tall = (rows.max() - top) / SCALE if index else 0.0
    if not tall > 0.2 or rows.max() > len(body) - 0.12 * SCALE:
        return none
    if columns.min() < edge or columns.max() > patch.shape[1] - edge or lining.sum() < 0.25 * tall * SCALE**2 * 0.4:
        return none
    lining |= (alike > 0) & (cv2.dilate(lining.astype(np.uint8), np.ones((11, 11), np.uint8)) > 0)
    filled = cv2.morphologyEx(lining.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((15, 15), np.uint8))
    at = np.clip(np.round((x / 2 + 0.5 + MARGIN) * SCALE), 0, patch.shape[1] - 1).astype(np.intp)
    bottom = np.where(filled.any(0), len(filled) - np.argmax(filled[::-1], axis=0), 0)[at] / SCALE - ABOVE
    bottom = np.where(filled.any(0)[at], bottom + 0.025, 0).astype(np.float32)
    return np.asarray(cv2.GaussianBlur(bottom.reshape(1, -1), (5, 1), 1.0).ravel(), np.float32)


def _snap(patch: Float, x: Float, y: Float) -> Float:
    """Move the curve to the strongest edge within 0.05 collar widths, smoothly."""
    reach = max(2, round(0.05 * SCALE))
    change = np.linalg.norm(cv2.Sobel(patch, cv2.CV_32F, 0, 1, ksize=3) / 8, axis=2)
    column = np.clip(np.round((x / 2 + 0.5 + MARGIN) * SCALE), 0, patch.shape[1] - 1).astype(np.intp)
    offsets = np.arange(-reach, reach + 1)
    rows = np.clip(np.round((y + ABOVE) * SCALE).astype(np.intp)[:, None] + offsets, 0, patch.shape[0] - 1)
    gain = change[rows, column[:, None]] - 0.02 * np.abs(offsets)
    total, back = gain[0].copy(), np.zeros((len(x), len(offsets)), np.intp)
    jumps = 0.35 * np.abs(offsets[:, None] - offsets[None, :]).astype(np.float32)
    for k in range(1, len(x)):
        reached = total[None, :] - jumps
        back[k] = reached.argmax(1)
        total = reached.max(1) + gain[k]
    path = np.zeros(len(x), np.intp)
    path[-1] = int(total.argmax())
    for k in range(len(x) - 1, 0, -1):
        path[k - 1] = back[k, path[k]]
    shift = cv2.GaussianBlur((offsets[path] / SCALE).astype(np.float32).reshape(1, -1), (11, 1), 2.2).ravel()
    fade = np.clip((1 - np.abs(x)) / 0.12, 0, 1)
    return np.asarray(np.maximum(y + shift * fade, 0.0), np.float32)
