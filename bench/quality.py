"""Everything that says how good the results are, in numbers: one section after the other.

    python -m bench.quality FOLDER [--only recolour,masks,...] [--json PATH]

Sections: recolour (the whole engine against true photos, beside three baselines), identity (people dressed in what
they wear), parsing (labels of persons), scene (backgrounds continued where people stood beside them), masks (garments
told from their backdrops), points (landmarks of real garments), net (the garment network on pictures kept back from
its training). A section whose parts are not there says so and is passed over.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bench import recolour
from vesture.settings import Settings

Section = Callable[[Path], "dict[str, Any] | None"]

WORST = 10
HELD_BACK = "300"  # drawn garments, never trained on, that the network is measured on


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path, help="folder of further photos")
    parser.add_argument("--only", default=",".join(SECTIONS), help=f"which of {', '.join(SECTIONS)}")
    parser.add_argument("--json", type=Path, help="also write the numbers of the recolour section here")
    parsed = parser.parse_args()
    if not parsed.folder.is_dir():
        sys.exit(f"{parsed.folder} is no folder of photos: nothing is measured")
    numbers = {}
    for name in parsed.only.split(","):
        print(f"\n== {name}", flush=True)
        numbers[name] = SECTIONS[name](parsed.folder)
    if parsed.json:
        parsed.json.write_text(json.dumps({k: v for k, v in numbers.items() if v}, indent=1))


def report_recolour(data: Path) -> dict[str, Any]:
    """Medians per group and method, then the worst pairs by changed region and by colour."""
    rows = []
    for row in recolour.measure_folder(data):
        rows.append(row)
        print(recolour.line(row), flush=True)
    recolour.print_table(rows)
    exact = [row for row in rows if row.exact] or rows
    print(f"worst {WORST} of the {len(exact)} pairs whose mask is the garment:")
    for row in sorted(exact, key=lambda row: row.scores[recolour.ENGINE].changed)[:WORST]:
        print("  " + recolour.line(row))
    return {
        "medians": {
            group: {method: asdict(recolour.medians(chosen, method)) for method in recolour.METHODS}
            for group, chosen in recolour.groups(rows).items()
        },
        "pairs": [asdict(row) for row in rows],
    }


def run_module(module: str, arguments: Callable[[Path], list[str]]) -> Section:
    """A section that is a measurement of its own: `python -m module ARGUMENTS`, given the folder of photos."""

    def report(data: Path) -> None:
        if importlib.util.find_spec(module.split(".")[0]) is None or importlib.util.find_spec(module) is None:
            print(f"{module} is not there")
            return
        subprocess.run([sys.executable, "-W", "ignore", "-m", module, *arguments(data)], check=False)

    return report


def marked_folders(data: Path) -> list[str]:
    """Where the photos with hand-marked points lie: the given folder and the sample photos."""
    return [str(data), str(Settings.from_environment().assets)]


SECTIONS: dict[str, Section] = {
    "recolour": report_recolour,
    "identity": run_module("bench.identity", lambda data: [str(data)]),
    "parsing": run_module("bench.parsing", lambda data: [str(data)]),
    "scene": run_module("bench.scene_fill", lambda data: [str(data)]),
    "masks": run_module("bench.garment_mask", lambda data: [str(data / "garments")]),
    "points": run_module("bench.garment_points", marked_folders),
    "net": run_module("training.garment.evaluate", lambda data: ["--count", HELD_BACK]),
}


if __name__ == "__main__":
    main()
