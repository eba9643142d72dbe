"""What `vesture assets pull|list|verify` do. Each gives the exit status: 0 done, 1 something is wrong.

Facts go to `out` (stdout), progress and errors to `err` (stderr).
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from tqdm import tqdm

from vesture.assets.hub_store import HUB_PULL_COMMAND, HubState, HubStore
from vesture.assets.hub_table import GROUP as HUB_GROUP
from vesture.assets.store import PULL_COMMAND, AssetState, AssetStore
from vesture.assets.table import Asset
from vesture.assets.wheel import OnBytes
from vesture.errors import AssetError

RESEARCH_FLAG = "--accept-research-licence"


def run_pull(
    folder: Path,
    groups: Sequence[str] | None = None,
    *,
    hub: HubStore | None = None,
    accept_research_licence: bool = False,
    assets: dict[str, Asset] | None = None,
    out: TextIO | None = None,
    err: TextIO | None = None,
) -> int:
    """Bring what is missing of the groups into `folder`, with a progress bar.

    Args:
        groups: None or empty: all that come from the package index. `diffusion` comes only when it is named.
        hub: the store of the group `diffusion`.
        accept_research_licence: bring the files of that group that are for research only as well.
    """
    out, err = out or sys.stdout, err or sys.stderr
    ours, wants_hub = _split(groups)
    try:
        if ours != []:
            with _progress(err) as on_bytes:
                brought = AssetStore(folder, assets).pull(ours, on_bytes)
            _report(folder, [state.asset.bytes for state in brought], out)
        if wants_hub and hub is not None:
            _pull_hub(hub, accept_research_licence, out, err)
    except AssetError as error:
        print(f"error: {error}", file=err)
        return 1
    return 0


def _pull_hub(hub: HubStore, accept_research_licence: bool, out: TextIO, err: TextIO) -> None:
    def tell(line: str) -> None:
        print(line, file=err)

    with _progress(err) as on_bytes:
        brought = hub.pull(on_bytes, tell, accept_research_licence=accept_research_licence)
    _report(hub.folder, [state.file.bytes for state in brought], out)
    research = [state for state in hub.listing() if state.file.repository.research_only]
    if research and not accept_research_licence and any(state.fault for state in research):
        repository = research[0].file.repository
        tell(f"not brought: {repository.name} ({repository.notice}); it is not needed. {RESEARCH_FLAG} brings it.")
    elif research and accept_research_licence:
        tell(
            f"The parser is used when VESTURE_DIFFUSION_PARSER_WEIGHTS={research[0].path.parent} and "
            "VESTURE_ACCEPT_RESEARCH_LICENCE=1 are set."
        )


def _split(groups: Sequence[str] | None) -> tuple[list[str] | None, bool]:
    """The groups of the package index (None: all of them), and whether the hub's is meant."""
    if not groups:
        return None, False
    return [group for group in groups if group != HUB_GROUP], HUB_GROUP in groups


@contextmanager
def _progress(err: TextIO) -> Iterator[OnBytes]:
    with tqdm(total=0, unit="B", unit_scale=True, unit_divisor=1024, file=err, leave=False, delay=0.1) as bar:

        def on_bytes(done: int, total: int, what: str) -> None:
            bar.total = total
            bar.set_description(what, refresh=False)
            bar.update(done - bar.n)

        yield on_bytes


def _report(folder: Path, sizes: Sequence[int], out: TextIO) -> None:
    if sizes:
        print(f"brought {len(sizes)} files ({_megabytes(sum(sizes))}) into {folder}", file=out)
    else:
        print(f"all assets are in {folder}", file=out)


def run_list(
    folder: Path,
    groups: Sequence[str] | None = None,
    *,
    hub: HubStore | None = None,
    as_json: bool = False,
    out: TextIO | None = None,
) -> int:
    """Print the table of assets, with the state of each file (by size; `run_verify` reads them)."""
    out = out or sys.stdout
    ours, wants_hub = _split(groups)
    states = [] if ours == [] else AssetStore(folder).listing(ours)
    on_hub = hub.listing() if hub is not None and (wants_hub or ours is None) else []
    if as_json:
        facts = [*(_facts(state) for state in states), *(_hub_facts(state) for state in on_hub)]
        print(json.dumps(facts, indent=2), file=out)
        return 0
    rows = [
        (state.asset.name, state.asset.bytes, state.asset.source.licence, state.asset.source.requirement, state.fault)
        for state in states
    ]
    for hub_state in on_hub:
        file = hub_state.file
        licence = "research only" if file.repository.research_only else file.repository.licence
        rows.append((f"{HUB_GROUP}/{file.name}", file.bytes, licence, file.repository.name, hub_state.fault))
    width = max((len(row[0]) for row in rows), default=0)
    for name, size, licence, source, fault in rows:
        print(f"{name:<{width}}  {_megabytes(size):>10}  {licence:<13}  {source:<26}  {fault or 'present'}", file=out)
    if states:
        print(f"in {folder}", file=out)
    if hub is not None and on_hub:
        print(f"{HUB_GROUP} in {hub.folder}", file=out)
    return 0


def run_verify(
    folder: Path,
    groups: Sequence[str] | None = None,
    *,
    hub: HubStore | None = None,
    out: TextIO | None = None,
    err: TextIO | None = None,
) -> int:
    """Read every file of the groups and compare its sha256 with the table.

    Without groups those of the package index are meant, and `diffusion` where its folder holds anything of it.
    """
    out, err = out or sys.stdout, err or sys.stderr
    ours, wants_hub = _split(groups)
    status = 0
    if ours != []:
        store = AssetStore(folder)
        faulty = [(state.path, state.fault) for state in store.verify(ours)]
        status |= _tell_faults(faulty, len(store.listing(ours)), folder, PULL_COMMAND, out, err)
    if hub is not None and (wants_hub or (ours is None and any(state.path.exists() for state in hub.listing()))):
        faulty = [(state.path, state.fault) for state in hub.verify()]
        present = sum(state.path.exists() for state in hub.listing())
        status |= _tell_faults(faulty, present, hub.folder, HUB_PULL_COMMAND, out, err)
    return status


def _tell_faults(
    faulty: Sequence[tuple[Path, str | None]], count: int, folder: Path, command: str, out: TextIO, err: TextIO
) -> int:
    for path, fault in faulty:
        print(f"{path} is {fault}", file=err)
    if faulty:
        print(f"{len(faulty)} files are not usable; run `{command}` to get them", file=err)
        return 1
    print(f"{count} files in {folder} are whole", file=out)
    return 0


def _hub_facts(state: HubState) -> dict[str, object]:
    file = state.file
    return {
        "name": f"{HUB_GROUP}/{file.name}",
        "group": HUB_GROUP,
        "repository": file.repository.name,
        "revision": file.repository.revision,
        "member": file.member,
        "sha256": file.sha256,
        "licence": file.repository.licence,
        "research_only": file.repository.research_only,
        "bytes": file.bytes,
        "path": str(state.path),
        "fault": state.fault,
    }


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
