"""How long one try-on takes, from two photos to PNG bytes, and how much memory.

python -m bench.speed [RUNS]
"""

from __future__ import annotations

import resource
import statistics
import sys
import time

from vesture.assets import AssetStore, samples
from vesture.core.task import TryOnOptions, ignore_steps
from vesture.settings import Settings
from vesture.wiring import build_pipeline


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    settings = Settings.from_environment(engine="warp")
    store = AssetStore(settings.assets)
    started = time.perf_counter()
    pipeline = build_pipeline(settings)
    print(f"start-up {time.perf_counter() - started:.2f} s")
    people, garments = samples("avatar"), samples("garment")
    pipeline(
        people[0].path(store).read_bytes(), garments[0].path(store).read_bytes(), TryOnOptions("tops"), ignore_steps
    )
    seconds: list[float] = []
    stages: dict[str, list[float]] = {}
    for _ in range(runs):
        for index, garment in enumerate(garments):
            person = people[index % len(people)].path(store).read_bytes()
            assert garment.category is not None
            begun = time.perf_counter()
            result = pipeline(person, garment.path(store).read_bytes(), TryOnOptions(garment.category), ignore_steps)
            seconds.append(time.perf_counter() - begun)
            for stage, value in result.facts["seconds"].items():
                stages.setdefault(stage, []).append(value)
    print(f"photo to PNG at {result.facts['width']}x{result.facts['height']}, {len(seconds)} runs:")
    print(f"  median {statistics.median(seconds):.2f} s, max {max(seconds):.2f} s")
    for stage, values in stages.items():
        print(f"  {stage:10s} median {statistics.median(values):.2f} s")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")


if __name__ == "__main__":
    main()
