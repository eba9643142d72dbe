"""What `vesture assets pull|list|verify` do. Each gives the exit status: 0 done, 1 something is wrong.

Facts go to `out` (stdout), progress and errors to `err` (stderr).
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

from tqdm import tqdm

from vesture.assets.store import PULL_COMMAND, AssetState, AssetStore
from vesture.assets.table import ASSETS, Asset
from vesture.errors import AssetError


def run_pull(
    folder: Path,
    groups: Sequence[str] | None = None,
    *,
    assets: dict[str, Asset] | None = None,
    out: TextIO | None = None,
    err: TextIO | None = None,
) -> int:
    """Bring what is missing of the groups (None or empty: of all) into `folder`, with a progress bar."""
    out, err = out or sys.stdout, err or sys.stderr
    with tqdm(total=0, unit="B", unit_scale=True, unit_divisor=1024, file=err, leave=False, delay=0.1) as bar:

        def on_bytes(done: int, total: int, what: str) -> None:
            bar.total = total
            bar.set_description(what, refresh=False)
            bar.update(done - bar.n)

        try:
            brought = AssetStore(folder, assets).pull(groups or None, on_bytes)
        except AssetError as error:
            bar.close()
            print(f"error: {error}", file=err)
            return 1
    if not brought:
        print(f"all assets are in {folder}", file=out)
    else:
        size = sum(state.asset.bytes for state in brought)
        print(f"brought {len(brought)} files ({_megabytes(size)}) into {folder}", file=out)
    return 0


def run_list(
    folder: Path, groups: Sequence[str] | None = None, *, as_json: bool = False, out: TextIO | None = None
) -> int:
    """Print the table of assets, with the state of each file (by size; `run_verify` reads them)."""
    out = out or sys.stdout
    states = AssetStore(folder).listing(groups or None)
    if as_json:
        print(json.dumps([_facts(state) for state in states], indent=2), file=out)
        return 0
    width = max(len(name) for name in ASSETS)
    for state in states:
        source = state.asset.source
        size, fault = _megabytes(state.asset.bytes), state.fault or "present"
        print(
            f"{state.asset.name:<{width}}  {size:>8}  {source.licence:<10}  {source.requirement:<18}  {fault}", file=out
        )
    print(f"in {folder}", file=out)
    return 0


def run_verify(
    folder: Path, groups: Sequence[str] | None = None, *, out: TextIO | None = None, err: TextIO | None = None
) -> int:
    """Read every file of the groups and compare its sha256 with the table."""
    out, err = out or sys.stdout, err or sys.stderr
    store = AssetStore(folder)
    faulty = store.verify(groups or None)
    for state in faulty:
        print(f"{state.path} is {state.fault}", file=err)
    if faulty:
        print(f"{len(faulty)} files are not usable; run `{PULL_COMMAND}` to get them", file=err)
        return 1
    print(f"{len(store.listing(groups or None))} files in {folder} are whole", file=out)
    return 0


def _facts(state: AssetState) -> dict[str, object]:
    asset = state.asset
    return {
        "name": asset.name,
        "group": asset.group,
        "distribution": asset.source.distribution,
        "version": asset.source.version,
        "member": asset.member,
        "sha256": asset.sha256,
        "licence": asset.source.licence,
        "bytes": asset.bytes,
        "path": str(state.path),
        "fault": state.fault,
    }


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.2f} MB"
