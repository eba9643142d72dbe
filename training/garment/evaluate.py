"""How well the network reads garments.

    python -m training.garment.evaluate [--onnx FILE] [--count 500] [--cutouts FOLDER]
                                        [--marks bench/garment_marks.json --photos FOLDER... --half odd]

Held-back drawings come from a seed that training never uses. `--marks` names a file of hand-marked photos (points as
fractions of the picture), `--cutouts` a folder of PNG files with a true alpha, laid on drawn backdrops.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from training.garment import backdrops
from training.garment.generator import draw_sample
from training.garment.labels import KINDS, NET_SIDE, PART_COUNT, POINT_NAMES, SLEEVES, Sample
from vesture.vision.garment.network import INNER_BACK, NECKS, WEIGHTS, GarmentNetwork, GarmentReading

HELD_BACK_SEED = 990_001
CLOSE = 0.05  # of the garment's diagonal: a point nearer than this counts as found
Numbers = dict[str, float]


def held_back(count: int) -> Iterable[Sample]:
    """Samples that training never sees."""
    return (draw_sample(np.random.default_rng([HELD_BACK_SEED, index])) for index in range(count))


def measure(network: GarmentNetwork, samples: Iterable[Sample]) -> Numbers:
    """Means over drawn samples; point errors are shares of the garment's diagonal, of points in sight."""
    overlap, union = np.zeros(PART_COUNT + 1), np.zeros(PART_COUNT + 1)
    errors: dict[str, list[float]] = defaultdict(list)
    words: dict[str, list[bool]] = defaultdict(list)
    presence = []
    for sample in samples:
        reading = network.read(sample.image)
        _count_parts(reading, sample, overlap, union)
        for name, value in point_errors(reading, sample).items():
            errors[name].append(value)
        confident = np.array([reading.point_confidence[name] for name in POINT_NAMES]) > 0.35
        presence.append(float((confident == (sample.present > 0)).mean()))
        for word, index in (("kind", sample.kind), ("sleeve", sample.sleeve), ("neck", sample.neck)):
            names = {"kind": KINDS, "sleeve": SLEEVES, "neck": NECKS}[word]
            said: Mapping[str, float] = getattr(reading, word)
            words[word].append(max(said, key=said.__getitem__) == names[index])
    share = overlap / np.maximum(union, 1)
    every = np.concatenate([np.array(values) for values in errors.values()])
    numbers = {
        "mask IoU": float(share[-1]),
        "part IoU (1-5)": float(share[1:6].mean()),
        "inner back IoU": float(share[INNER_BACK]),
    }
    numbers |= {"point error, mean": float(every.mean()), "point error, median": float(np.median(every))}
    numbers |= {f"points within {CLOSE}": float((every < CLOSE).mean()), "presence": float(np.mean(presence))}
    numbers |= {f"{word} right": float(np.mean(right)) for word, right in words.items()}
    return numbers | {f"error {name}": float(np.mean(values)) for name, values in sorted(errors.items())}


def _count_parts(
    reading: GarmentReading, sample: Sample, overlap: NDArray[np.float64], union: NDArray[np.float64]
) -> None:
    """Add one picture's pixels, per part and (last) for the whole garment."""
    shares = np.stack([cv2.resize(share, (NET_SIDE, NET_SIDE)) for share in sample.parts])
    truth, said = shares.argmax(0), reading.parts.argmax(0)
    for part in range(PART_COUNT):
        overlap[part] += ((truth == part) & (said == part)).sum()
        union[part] += ((truth == part) | (said == part)).sum()
    overlap[-1] += ((truth > 0) & (reading.mask > 0.5)).sum()
    union[-1] += ((truth > 0) | (reading.mask > 0.5)).sum()


def point_errors(reading: GarmentReading, sample: Sample) -> Numbers:
    """Distance by name over the garment's diagonal, of points in sight."""
    rows, columns = np.nonzero(sample.parts[0] < 128)
    diagonal = 2 * float(np.hypot(np.ptp(rows), np.ptp(columns))) if len(rows) else float(NET_SIDE)
    return {
        name: float(np.hypot(*(reading.points[name] - sample.points[index]))) / diagonal
        for index, name in enumerate(POINT_NAMES)
        if sample.weights[index] == 1
    }


def measure_cutouts(network: GarmentNetwork, folder: Path, per_photo: int = 4) -> Numbers:
    """Mask IoU of true cut-outs on drawn backdrops: amateur's and studio."""
    results: dict[str, list[float]] = defaultdict(list)
    for index, path in enumerate(sorted(folder.glob("*.png"))):
        image = Image.open(path)
        if image.mode != "RGBA":
            continue
        image.thumbnail((480, 480))
        pixels = np.asarray(image).astype(np.float32)
        alpha = np.where(pixels[..., 3:] > 216, 1, 0) * pixels[..., 3:] / 255
        height, width = alpha.shape[:2]
        for turn in range(per_photo):
            rng = np.random.default_rng([HELD_BACK_SEED, index, turn])
            place = backdrops.home if turn % 2 else backdrops.studio
            small = place(
                rng,
                NET_SIDE * height // max(height, width),
                NET_SIDE * width // max(height, width),
                np.float32([90, 90, 90]),
            )
            ground = cv2.resize(np.ascontiguousarray(small, np.float32), (width, height))
            picture = np.clip(pixels[..., :3] * alpha + ground * (1 - alpha), 0, 255).astype(np.uint8)
            reading = network.read(picture)
            said = cv2.resize(reading.mask, (width, height)) > 0.5
            truth = alpha[..., 0] > 0.5
            results["home" if turn % 2 else "studio"].append(float((said & truth).sum() / (said | truth).sum()))
    return {
        f"cut-outs, {name}, mask IoU {word}": float(f(values))
        for name, values in results.items()
        for word, f in (("mean", np.mean), ("worst", np.min))
    }


def measure_marks(network: GarmentNetwork, marks: Path, photos: list[Path], half: str) -> Numbers:
    """Point errors on hand-marked photos, as shares of the marked points' diagonal.

    `half`: "even" photos of the file (the first, the third...) were looked at while the drawings were widened, "odd"
    ones never were; "all" takes both.
    """
    errors: dict[str, list[float]] = defaultdict(list)
    right: dict[str, list[bool]] = defaultdict(list)
    for index, (name, mark) in enumerate(json.loads(marks.read_text()).items()):
        if half != "all" and (index % 2 == 0) != (half == "even"):
            continue
        path = next(
            (path for folder in photos for path in folder.rglob(Path(name).name) if str(path).endswith(name)), None
        )
        if path is None:
            continue
        image = Image.open(path)
        rgb = np.asarray(image.convert("RGB"))
        reading = network.read(rgb, np.asarray(image.getchannel("A")) if image.mode == "RGBA" else None)
        size = np.float32([rgb.shape[1], rgb.shape[0]])
        places = {point: np.float32(place) * size for point, place in mark["points"].items()}
        diagonal = float(np.hypot(*np.ptp(np.stack(list(places.values())), axis=0)))
        for point, place in places.items():
            errors[point].append(float(np.hypot(*(reading.points[point] - place))) / diagonal)
        for word, said in (("kind", reading.kind), ("sleeves", reading.sleeve)):
            if mark.get(word):
                right[word].append(max(said, key=said.__getitem__) == mark[word])  # type: ignore[attr-defined]
    every = np.concatenate([np.array(values) for values in errors.values()])
    numbers = {"marks, mean": float(every.mean()), "marks, median": float(np.median(every))}
    numbers[f"marks within {CLOSE}"] = float((every < CLOSE).mean())
    numbers |= {f"marks, {word} right": float(np.mean(values)) for word, values in right.items()}
    return numbers | {f"marks, {point}": float(np.mean(values)) for point, values in sorted(errors.items())}


def table(numbers: Mapping[str, float]) -> str:
    return "\n".join(f"| {name} | {value:.4f} |" for name, value in numbers.items())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--onnx", type=Path, default=WEIGHTS)
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--marks", type=Path)
    parser.add_argument("--photos", type=Path, nargs="*", default=[])
    parser.add_argument("--half", choices=("even", "odd", "all"), default="all")
    parser.add_argument("--cutouts", type=Path)
    given = parser.parse_args()
    network = GarmentNetwork(path=given.onnx)
    if given.count:
        print(table(measure(network, held_back(given.count))))
    if given.cutouts:
        print(table(measure_cutouts(network, given.cutouts)))
    if given.marks and given.photos:
        print(table(measure_marks(network, given.marks, given.photos, given.half)))


if __name__ == "__main__":
    main()
