"""How well the scene beside somebody is continued, where the truth is known.

    python -m bench.scene_fill FOLDER [--match TEXT] [--pictures FOLDER]

Beside the person of each photo a band of the scene is hidden, as if a wide coat had hung there, and filled from what
lies farther out, by `vision/exemplar.py`. FOLDER/parsing holds street photos with true labels (see `bench.parsing`);
in the product's sample photos the pose's mask tells the person. Prints a line per photo, then the means. Lower is
better but for `ssim`:

- colour: CIEDE2000 to the truth, both smoothed by 3 % of the body's unit: wrong things in the wrong place;
- ssim: of the luma at half and at a quarter of the size, mean: structure continued;
- detail: |log2| of the strength of fine detail in the fill over the truth's: smears are high, and so is noise;
- seam: how much stronger edges are at the outer rim of the hole than in the truth, levels;
- blocks: how much stronger the strongest edges (95th percentile) inside are than in the truth, levels, if they are.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from dataclasses import astuple, dataclass, fields
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from bench.colour import ciede2000, lab
from bench.parsing import labelled_photos
from bench.similarity import ssim_map
from vesture.assets import POSE_DETECTION, POSE_LANDMARKS, AssetStore, samples
from vesture.settings import Settings
from vesture.vision.exemplar import fill_scene
from vesture.vision.masks import dilate, distance_to
from vesture.vision.pose.estimator import Pose, PoseEstimator

Bools = NDArray[np.bool_]
Floats = NDArray[np.float32]

BAND = (0.08, 0.4)  # units that the hidden band is wide: from, to
WAVE = 0.9  # units in which its width changes
LEVELS = (-0.2, 1.6)  # units below the shoulders between which the scene is hidden
CLEAR = 0.05  # units beside the person that nobody looks at: true labels are that far out
REACH = 0.9  # units round the hole within which examples are looked for, as in the engine
LONGEST = 1400  # pixels of a photo's longer side; larger ones are shrunk


@dataclass(frozen=True, slots=True)
class Filled:
    """What was measured of one photo; see the module."""

    colour: float
    ssim: float
    detail: float
    seam: float
    blocks: float
    seconds: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path, help="folder of further photos")
    parser.add_argument("--match", default="", help="only photos whose name contains this")
    parser.add_argument("--pictures", type=Path, help="also write the photos with the hole, and filled")
    arguments = parser.parse_args()
    assets = AssetStore(Settings.from_environment().assets)
    poses = PoseEstimator(assets.path(POSE_DETECTION), assets.path(POSE_LANDMARKS), threads=1)
    rows = []
    for name, photo, person, pose in _people(arguments.folder, assets, poses):
        if arguments.match not in name:
            continue
        need = hidden_band(person, pose)
        if int(need.sum()) < 500:
            continue
        filled, row = measured(photo, person, need, pose.unit)
        rows.append(row)
        print(f"{name:20s} " + _line(row), flush=True)
        if arguments.pictures:
            _write(arguments.pictures / f"{name.replace('/', '')}.png", photo, need, filled)
    if rows:
        means = Filled(*(float(np.mean(values)) for values in zip(*map(astuple, rows), strict=True)))
        print(f"{f'mean of {len(rows)}':20s} " + _line(means))


def hidden_band(person: Bools, pose: Pose) -> Bools:
    """The scene (h, w) beside a person's trunk, arms and thighs, in a band of changing width."""
    unit = pose.unit
    shoulders = float(pose.points[11:13, 1].mean())
    rows = np.arange(person.shape[0], dtype=np.float32)
    wave = 0.5 + 0.5 * np.sin(2 * np.pi * (rows - shoulders) / (WAVE * unit))
    width = (BAND[0] + (BAND[1] - BAND[0]) * wave) * unit
    beside = (rows > shoulders + LEVELS[0] * unit) & (rows < shoulders + LEVELS[1] * unit)
    return np.asarray(~person & (distance_to(person) < width[:, None]) & beside[:, None])


def measured(photo: NDArray[np.uint8], person: Bools, need: Bools, unit: float) -> tuple[NDArray[np.uint8], Filled]:
    """The photo with `need` filled from what is neither that nor the person, and how that compares to the truth."""
    true = photo.astype(np.float32)
    usable = ~(dilate(person, max(2.0, 0.015 * unit)) | need)
    hidden = np.where(need[..., None], np.float32(255), true)
    started = time.perf_counter()
    plate = fill_scene(hidden, need, usable, REACH * unit, np.random.default_rng(0))
    seconds = time.perf_counter() - started
    filled = np.clip(np.where(need[..., None], plate, true), 0, 255).round().astype(np.uint8)
    inside = need & (distance_to(person) > CLEAR * unit)
    smooth = [cv2.GaussianBlur(picture, (0, 0), max(1.0, 0.03 * unit)) for picture in (filled, photo)]
    colour = float(ciede2000(lab(smooth[0]), lab(smooth[1]))[inside].mean())
    similar = []
    for scale in (0.5, 0.25):
        small = [
            cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) for picture in (filled, photo)
        ]
        where = cv2.resize(inside.view(np.uint8), small[0].shape[1::-1], interpolation=cv2.INTER_NEAREST) > 0
        similar.append(float(ssim_map(small[0], small[1])[where].mean()) if where.any() else 1.0)
    strength = [_detail(picture, _without_rim(inside)) for picture in (filled, photo)]
    edges = [_edges(picture) for picture in (filled, photo)]
    rim = dilate(need, 1) & dilate(~need & ~person, 1) & (distance_to(person) > CLEAR * unit + 2)
    return filled, Filled(
        colour,
        float(np.mean(similar)),
        float(abs(np.log2(strength[0] / strength[1]))),
        float((edges[0] - edges[1])[rim].mean()) if rim.any() else 0.0,
        max(0.0, float(np.percentile(edges[0][inside], 95) - np.percentile(edges[1][inside], 95))),
        seconds,
    )


def _without_rim(mask: Bools) -> Bools:
    """The mask without its rim, where detail is that of the seam; the mask itself where nothing else is left."""
    inner = ~dilate(~mask, 2)
    return inner if int(inner.sum()) > 100 else mask


def _detail(picture: NDArray[np.uint8], where: Bools) -> float:
    luma = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32)
    return float(np.abs(luma - cv2.GaussianBlur(luma, (0, 0), 2.0))[where].mean()) + 0.3


def _edges(picture: NDArray[np.uint8]) -> Floats:
    luma = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32)
    return np.asarray(np.hypot(cv2.Sobel(luma, -1, 1, 0) / 8, cv2.Sobel(luma, -1, 0, 1) / 8), np.float32)


def _people(
    data: Path, assets: AssetStore, poses: PoseEstimator
) -> Iterator[tuple[str, NDArray[np.uint8], Bools, Pose]]:
    """Name, photo round the person (h, w, 3), the person in it (h, w) and the pose; people who are found, only."""
    for name, photo, labels in labelled_photos(data / "parsing"):
        pose = poses.estimate(photo)
        if pose is not None:
            yield name, photo, labels > 0, pose
    for sample in samples():
        if sample.name.split("/")[0] not in ("avatars", "people", "selfies"):
            continue
        whole = Image.open(sample.path(assets)).convert("RGB")
        whole.thumbnail((LONGEST, LONGEST))
        photo = np.array(whole)
        pose = poses.estimate(photo)
        if pose is not None:
            yield sample.name, photo, dilate(pose.mask > 0.1, 0.03 * pose.unit), pose


def _write(path: Path, photo: NDArray[np.uint8], need: Bools, filled: NDArray[np.uint8]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    marked = np.where(need[..., None], np.array([255, 0, 255], np.uint8), photo)
    Image.fromarray(np.concatenate([photo, marked, filled], 1)).save(path)


def _line(row: Filled) -> str:
    return "  ".join(f"{field.name} {value:.3f}" for field, value in zip(fields(Filled), astuple(row), strict=True))


if __name__ == "__main__":
    main()
