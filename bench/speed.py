"""How long one try-on takes, from two photos to PNG bytes, and how much memory, at two sizes of the person photo.

    python -m bench.speed [RUNS]

Every run sees a photo of its own (one pixel differs), so that nothing is remembered from the run before; what
remembering saves is measured at the end. Beside the seconds on the clock stand those of the processor: where other
programs run on the machine, the clock says little.
"""

from __future__ import annotations

import io
import resource
import statistics
import sys
import time
from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from vesture.assets import AssetStore, samples
from vesture.core.task import TryOnOptions, ignore_steps
from vesture.pipeline import Pipeline
from vesture.settings import Settings
from vesture.wiring import build_pipeline

ENLARGED = (1, 2)  # 768 x 1376, the sample photos as they are, and 1536 x 2752


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 2
    settings = Settings.from_environment(engine="warp")
    store = AssetStore(settings.assets)
    started = time.perf_counter()
    pipeline = build_pipeline(settings)
    print(f"start-up {time.perf_counter() - started:.2f} s")
    people = [person.path(store) for person in samples("avatar")]
    garments = [(garment.path(store).read_bytes(), garment.category) for garment in samples("garment")]
    pipeline(photo_bytes(people[0], 1, 0), garments[0][0], TryOnOptions("tops"), ignore_steps)
    for enlarged in ENLARGED:
        tasks = [
            (photo_bytes(people[index % len(people)], enlarged, 100 * run + index), garment, category)
            for run in range(runs)
            for index, (garment, category) in enumerate(garments)
        ]
        measure(pipeline, tasks)
    again = [(tasks[-1][0], garment, category) for _, garment, category in tasks]
    print("the last person in each garment again, both photos remembered:")
    measure(pipeline, again)


def photo_bytes(path: Path, enlarged: int, number: int) -> bytes:
    """A photo as PNG, enlarged by a whole number, with one pixel that says which one it is."""
    rgb = np.asarray(Image.open(path).convert("RGB"))
    if enlarged > 1:
        rgb = cv2.resize(rgb, None, fx=enlarged, fy=enlarged, interpolation=cv2.INTER_CUBIC)
    rgb = np.array(rgb)
    rgb[0, 0] = (number % 256, number // 256, enlarged)
    buffer = io.BytesIO()
    Image.fromarray(rgb).save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


def measure(pipeline: Pipeline, tasks: Iterable[tuple[bytes, bytes, str | None]]) -> None:
    """Run tasks of (person, garment, category) and print medians, stage by stage."""
    seconds: list[float] = []
    processor: list[float] = []
    stages: dict[str, list[float]] = {}
    for person, garment, category in tasks:
        assert category is not None
        begun, used = time.perf_counter(), time.process_time()
        result = pipeline(person, garment, TryOnOptions(category), ignore_steps)  # type: ignore[arg-type]
        seconds.append(time.perf_counter() - begun)
        processor.append(time.process_time() - used)
        for stage, value in result.facts["seconds"].items():
            stages.setdefault(stage, []).append(value)
    print(f"photo to PNG at {result.facts['width']}x{result.facts['height']}, {len(seconds)} runs:")
    print(f"  median {statistics.median(seconds):.2f} s, max {max(seconds):.2f} s")
    print(f"  processor median {statistics.median(processor):.2f} s")
    for stage, values in stages.items():
        print(f"  {stage:10s} median {statistics.median(values):.2f} s")
    print(f"  peak memory so far {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB", flush=True)


if __name__ == "__main__":
    main()
