"""`vesture try-on`: one try-on from files to a file."""

from __future__ import annotations

import argparse
import json
import logging
import sys
import time
from dataclasses import fields
from pathlib import Path

from PIL import Image, ImageOps
from tqdm import tqdm

from vesture.core.task import Step, TryOnOptions
from vesture.library import TryOn, TryOnResult

MANY_STEPS = 10
"""Steps of a stage from which they become a bar."""


def run_try_on(parsed: argparse.Namespace) -> int:
    """Dress, write the picture(s), report. Further samples are written as NAME-2.png, NAME-3.png, ..."""
    if not parsed.verbose:
        logging.getLogger("vesture").setLevel(logging.WARNING)
    given = {f.name for f in fields(TryOnOptions)} - {"category", "output_format"}
    options = {name: getattr(parsed, name) for name in sorted(given)}
    TryOnOptions(parsed.category, **options)  # a wrong option is told before anything is loaded
    for photo in (parsed.person, parsed.garment):
        if not photo.is_file():
            raise FileNotFoundError(f"{photo}: there is no such file")
    started = time.perf_counter()
    try_on = TryOn(engine=parsed.engine) if parsed.engine else TryOn()
    loaded = time.perf_counter()
    with _Progress(quiet=parsed.quiet) as progress:
        result = try_on(parsed.person, parsed.garment, parsed.category, on_step=progress, **options)
    finished = time.perf_counter()
    written = _write(result, parsed)
    facts = {
        **result.facts,
        "images": [str(path) for path in written],
        "warnings": list(result.warnings),
        "load_seconds": round(loaded - started, 3),
        "run_seconds": round(finished - loaded, 3),
    }
    if parsed.json:
        print(json.dumps(facts, indent=2))
    if parsed.profile:
        _print_profile(facts)
    if not parsed.quiet:
        print(f"wrote {', '.join(map(str, written))} in {facts['run_seconds']} s", file=sys.stderr)
    return 0


class _Progress:
    """Tells the steps of a run on stderr: a line each, and a bar where a stage has many."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._bar: tqdm | None = None

    def __enter__(self) -> _Progress:
        return self

    def __exit__(self, *error: object) -> None:
        self._close_bar()

    def __call__(self, step: Step) -> None:
        if self._quiet:
            return
        if step.total < MANY_STEPS or not sys.stderr.isatty():
            self._close_bar()
            mark = "!" if step.level in ("WARN", "ERROR") else f"{step.index}/{step.total}"
            print(f"[{mark}] {step.message or step.stage}", file=sys.stderr)
            return
        if self._bar is None:
            self._bar = tqdm(total=step.total, desc=step.stage, unit="step", file=sys.stderr, leave=False)
        self._bar.update(step.index - self._bar.n)
        if step.index == step.total:
            self._close_bar()

    def _close_bar(self) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None


def _write(result: TryOnResult, parsed: argparse.Namespace) -> list[Path]:
    written = []
    for number, image in enumerate(result.images, start=1):
        path = parsed.output
        if number > 1:
            path = path.with_name(f"{path.stem}-{number}{path.suffix}")
        path.parent.mkdir(parents=True, exist_ok=True)
        (side_by_side([parsed.person, parsed.garment], image) if parsed.compare else image).save(path)
        written.append(path)
    return written


def side_by_side(photos: list[Path], result: Image.Image, height: int | None = None) -> Image.Image:
    """Photos and result in one row of equal height on white."""
    height = height or result.height
    row = []
    for photo in photos:
        with Image.open(photo) as opened:
            turned = ImageOps.exif_transpose(opened).convert("RGBA")
        white = Image.new("RGBA", turned.size, "white")
        row.append(Image.alpha_composite(white, turned).convert("RGB"))
    row = [image.resize((max(1, round(image.width * height / image.height)), height)) for image in [*row, result]]
    sheet = Image.new("RGB", (sum(image.width for image in row), height), "white")
    left = 0
    for image in row:
        sheet.paste(image, (left, 0))
        left += image.width
    return sheet


def _print_profile(facts: dict[str, object]) -> None:
    seconds = facts.get("seconds")
    if isinstance(seconds, dict):
        for stage, value in seconds.items():
            print(f"{stage:12s} {value:8.3f} s", file=sys.stderr)
    print(f"{'all':12s} {facts['run_seconds']:8.3f} s", file=sys.stderr)
