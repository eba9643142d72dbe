"""The folder of the diffusion engine's files: what is there, and how what is missing comes from the hub.

Promises:
* A file appears under its name whole and with the sha256 of the table, or not at all, whatever is killed when.
* What a broken or killed pull had received is used by the next.
* Any number of processes may pull at once; each file is brought once.
* Files that the hub's cache on this machine holds are linked, not downloaded; with `HF_HUB_OFFLINE` nothing else is.
* Files under a licence for research only come when that was accepted, never otherwise.
"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from vesture.assets.hub import Hub
from vesture.assets.hub_table import HUB_FILES, HubFile, Repository
from vesture.assets.lock import exclusive
from vesture.assets.transfer import download
from vesture.assets.whole import content_fault, size_fault
from vesture.errors import AssetError

HUB_PULL_COMMAND = "vesture assets pull diffusion"
PARTS = ".parts"
SPARE_BYTES = 64 << 20
"""What a pull leaves free on the disk."""

OnBytes = Callable[[int, int, str], None]
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class HubState:
    """A row of the table and the state of its file; `fault` is None when it is whole."""

    file: HubFile
    path: Path
    fault: str | None


class HubStore:
    """The files below `folder`, which need not exist yet.

    Args:
        folder: where the engine looks for its weights.
        files: the table.
        replace: whether a file that is not the published one may be replaced; False for a folder that its owner chose.
    """

    def __init__(self, folder: Path, files: Sequence[HubFile] = HUB_FILES, *, replace: bool = True) -> None:
        self.folder = Path(folder)
        self._files = tuple(files)
        self._replace = replace

    def listing(self) -> list[HubState]:
        """Every file; looks at sizes only."""
        return [
            HubState(file, self.folder / file.name, size_fault(self.folder / file.name, file.bytes))
            for file in self._files
        ]

    def verify(self, *, research: bool = False) -> list[HubState]:
        """What is missing, truncated or damaged; reads every file anew. Files for research only need not be there,
        unless `research`."""
        states = []
        for file in self._files:
            path = self.folder / file.name
            if file.repository.research_only and not research and not path.exists():
                continue
            fault = content_fault(path, file.bytes, file.sha256)
            if fault:
                states.append(HubState(file, path, fault))
        return states

    def pull(self, on_bytes: OnBytes, tell: Tell, *, accept_research_licence: bool = False) -> list[HubState]:
        """Bring what is missing or damaged.

        Args:
            on_bytes: called with (bytes done, bytes in all, what is being done).
            tell: called with lines for people: what is brought from where, under which licence.
            accept_research_licence: bring the files whose licence allows research and evaluation only as well.

        Returns:
            The files that were brought.

        Raises:
            AssetError: says what is wrong and what to do.
        """
        if not self._wanted(accept_research_licence):
            return []
        hub = Hub.open()
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with exclusive(self.folder / ".lock"):
                wanted = self._wanted(accept_research_licence)
                self._refuse_to_replace(wanted)
                show_licences([state.file for state in wanted], tell)
                return self._bring([state.file for state in wanted], hub, on_bytes, tell)
        except OSError as error:
            if error.errno == errno.ENOSPC:
                raise AssetError(f"The disk of {self.folder} is full; free space and run the command again.") from error
            raise AssetError(f"{self.folder} cannot be written: {error.strerror or error}.") from error

    def _wanted(self, accept_research_licence: bool) -> list[HubState]:
        return [
            state
            for state in self.verify(research=accept_research_licence)
            if accept_research_licence or not state.file.repository.research_only
        ]

    def _refuse_to_replace(self, wanted: Sequence[HubState]) -> None:
        strange = [state for state in wanted if state.fault != "missing"]
        if strange and not self._replace:
            raise AssetError(
                f"{strange[0].path} is not the published file: {strange[0].fault}. It is left as it is; move it away, "
                "or let VESTURE_DIFFUSION_WEIGHTS name another folder."
            )

    def _bring(self, files: Sequence[HubFile], hub: Hub, on_bytes: OnBytes, tell: Tell) -> list[HubState]:
        total, before = sum(file.bytes for file in files), 0
        cached = {file.name: self._usable_cache(file, hub, tell) for file in files}
        absent = [file for file in files if cached[file.name] is None]
        if absent and hub.offline:
            raise AssetError(
                f"HF_HUB_OFFLINE is set, and {absent[0].member} of {absent[0].repository.name} is not in the hub's "
                f"cache {hub.cache}. Unset it, or bring the file into the cache."
            )
        self._check_room(absent)
        for file in files:
            place = cached[file.name]
            if place is not None:
                tell(f"{file.name}: taken from the hub's cache")
                _link(place, self.folder / file.name)
            else:
                self._download(file, hub, _after(before, total, file.name, on_bytes))
            before += file.bytes
            on_bytes(before, total, file.name)
        shutil.rmtree(self.folder / PARTS, ignore_errors=True)
        return [HubState(file, self.folder / file.name, None) for file in files]

    def _usable_cache(self, file: HubFile, hub: Hub, tell: Tell) -> Path | None:
        place = hub.cached(file)
        fault = content_fault(place, file.bytes, file.sha256) if place else "missing"
        if place and fault:
            tell(f"{place} in the hub's cache is {fault}; it is not used")
        return None if fault else place

    def _check_room(self, absent: Sequence[HubFile]) -> None:
        parts = [self._part(file) for file in absent]
        needed = sum(file.bytes for file in absent) - sum(part.stat().st_size for part in parts if part.exists())
        free = shutil.disk_usage(self.folder).free
        if absent and needed + SPARE_BYTES > free:
            raise AssetError(
                f"Not enough room: {gigabytes(needed)} are to come, {gigabytes(free)} are free on the disk of "
                f"{self.folder}. Free space, or choose another folder with VESTURE_DIFFUSION_WEIGHTS."
            )

    def _download(self, file: HubFile, hub: Hub, on_done: Callable[[int], None]) -> None:
        part = self._part(file)
        part.parent.mkdir(parents=True, exist_ok=True)
        download(hub.url(file), hub.headers, part, file.bytes, on_done)
        if content_fault(part, file.bytes, file.sha256):
            part.unlink()
            raise AssetError(
                f"{hub.url(file)} is not the file that Vesture expects: its sha256 differs. Nothing of it was kept; "
                "try again, and look at HF_ENDPOINT and the proxy when it happens again."
            )
        with part.open("rb+") as written:
            os.fsync(written.fileno())
        target = self.folder / file.name
        target.parent.mkdir(parents=True, exist_ok=True)
        os.replace(part, target)

    def _part(self, file: HubFile) -> Path:
        return self.folder / PARTS / f"{file.sha256}.part"


def show_licences(files: Sequence[HubFile], tell: Tell) -> None:
    """Say what comes from where, and under which licence."""
    for repository in dict.fromkeys(file.repository for file in files):
        members = [file for file in files if file.repository == repository]
        names = ", ".join(file.member for file in members)
        tell(f"{repository.name}: {names} ({gigabytes(sum(file.bytes for file in members))})")
        tell(f"  {repository.notice}")
        tell(f"  licence: {_licence(repository)}")


def _licence(repository: Repository) -> str:
    return f"{repository.licence}, {repository.licence_url}"


def _after(before: int, total: int, name: str, on_bytes: OnBytes) -> Callable[[int], None]:
    """Takes the bytes done of one file, reports those of all: `before` of the `total` came first."""
    return lambda done: on_bytes(before + done, total, name)


def gigabytes(size: int) -> str:
    return f"{size / 1e9:.2f} GB" if size >= 1e8 else f"{size / 1e6:.2f} MB"


def _link(place: Path, target: Path) -> None:
    """Let `target` be the file at `place`: linked where the file system can, else copied."""
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = target.with_name(f".{target.name}.new")
    fresh.unlink(missing_ok=True)
    for make in (os.link, os.symlink, shutil.copyfile):
        try:
            make(place, fresh)
            break
        except OSError:
            if make is shutil.copyfile:
                raise
    os.replace(fresh, target)
