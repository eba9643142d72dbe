"""All measurements that `make bench` prints, one after the other.

    python -m bench.run [FOLDER]

FOLDER holds the further photos; without it only what needs none is measured.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ALWAYS = (["bench.speed"], ["bench.service"], ["bench.queue_latency"])
WITH_PHOTOS = (["bench.quality"], ["bench.photo_type"])


def main() -> None:
    data = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    for module in ALWAYS:
        _run(module)
    if data is None or not data.is_dir():
        print("no folder of further photos: quality and photo type are not measured")
        return
    for module in WITH_PHOTOS:
        _run([*module, str(data)])


def _run(module: list[str]) -> None:
    print(f"\n== {' '.join(module[:1])}", flush=True)
    subprocess.run([sys.executable, "-W", "ignore", "-m", *module], check=True)


if __name__ == "__main__":
    main()
