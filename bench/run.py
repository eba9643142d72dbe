"""All measurements that `make bench` prints, one after the other.

    python -m bench.run [FOLDER]

FOLDER holds the further photos; without it only what needs none is measured.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ALWAYS = (["bench.speed"], ["bench.service"], ["bench.queue_latency"])
WITH_PHOTOS = (["bench.parsing"], ["bench.recolour"], ["bench.photo_type"], ["bench.garment_mask"])


def main() -> None:
    data = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    for module in ALWAYS:
        _run(module)
    if data is None or not data.is_dir():
        print("no folder of further photos: parsing, recolour, photo type and masks are not measured")
        return
    for module in WITH_PHOTOS:
        folder = data / "garments" if module == ["bench.garment_mask"] else data
        _run([*module, str(folder)])


def _run(module: list[str]) -> None:
    print(f"\n== {' '.join(module[:1])}", flush=True)
    subprocess.run([sys.executable, "-W", "ignore", "-m", *module], check=True)


if __name__ == "__main__":
    main()
