"""The files of the diffusion engine, pulled by the real library from a server that speaks the hub's addresses."""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hub_stage import CONTENT, REVISION, Hub, environment, pull, start_hub, start_pull, table

from vesture.assets import HubStore, run_list, run_pull
from vesture.assets.hub_table import HUB_FILES
from vesture.errors import AssetError

FREE = ["model.safetensors", "dwpose/net.onnx"]


@pytest.fixture
def hub() -> Iterator[Hub]:
    hub, server = start_hub()
    yield hub
    hub.silence.set()
    server.shutdown()
    server.server_close()


@pytest.fixture
def variables(hub: Hub, tmp_path: Path) -> dict[str, str]:
    return environment(hub.url, tmp_path / "home")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "weights"


def present(folder: Path) -> list[str]:
    return [name for name in CONTENT if (folder / name).exists() and (folder / name).read_bytes() == CONTENT[name]]


def test_the_table_is_complete() -> None:
    assert [file.name for file in HUB_FILES if not file.repository.research_only] == [
        "model.safetensors",
        "dwpose/yolox_l.onnx",
        "dwpose/dw-ll_ucoco_384.onnx",
    ]
    for file in HUB_FILES:
        assert re.fullmatch(r"[0-9a-f]{64}", file.sha256)
        assert re.fullmatch(r"[0-9a-f]{40}", file.repository.revision)
        assert file.repository.licence_url.startswith("https://")
        assert (file.repository.licence == "Apache-2.0") is not file.repository.research_only
    # 971,813,808 numbers and an unused buffer of 432 in bfloat16, behind a header of 39,568 bytes
    assert HUB_FILES[0].bytes == 2 * (971_813_808 + 432) + 39_568


def test_a_pull_shows_the_licences_and_brings_every_file(hub: Hub, folder: Path, variables: dict[str, str]) -> None:
    status, said = pull(folder, variables)
    assert status == 0, said
    assert present(folder) == FREE
    assert "brought 2 files" in said
    assert "licence: Apache-2.0, https://example.org/apache" in said
    assert "not brought: somebody/parser" in said
    assert sorted(path.name for path in folder.iterdir()) == [".lock", "dwpose", "model.safetensors"]
    assert pull(folder, variables, "verify") == (0, f"2 files in {folder} are whole\n")


def test_a_second_pull_asks_nothing(hub: Hub, folder: Path, variables: dict[str, str]) -> None:
    pull(folder, variables)
    asked = len(hub.asked)
    status, said = pull(folder, variables)
    assert (status, len(hub.asked)) == (0, asked)
    assert "all assets are in" in said


def test_files_for_research_come_only_when_their_licence_is_accepted(
    hub: Hub, folder: Path, variables: dict[str, str]
) -> None:
    status, said = pull(folder, variables, "accept")
    assert status == 0, said
    assert present(folder) == list(CONTENT)
    assert "For research only" in said
    assert f"VESTURE_DIFFUSION_PARSER_WEIGHTS={folder / 'parser'}" in said


def test_the_token_of_the_user_is_sent(hub: Hub, folder: Path, variables: dict[str, str]) -> None:
    pull(folder, {**variables, "HF_TOKEN": "hf_secret"})
    assert set(hub.tokens) == {"Bearer hf_secret"}


def test_a_broken_connection_is_taken_up(hub: Hub, folder: Path, variables: dict[str, str]) -> None:
    hub.cut_after = 300_000
    status, said = pull(folder, variables)
    assert status == 0, said
    assert present(folder) == FREE
    assert hub.asked[:2] == [("model.safetensors", ""), ("model.safetensors", "bytes=300000-")]


def test_a_killed_pull_is_taken_up_by_the_next(hub: Hub, folder: Path, variables: dict[str, str]) -> None:
    hub.stall_after = 400_000
    process = start_pull(folder, variables)
    part = folder / ".parts" / f"{table()[0].sha256}.part"
    deadline = time.monotonic() + 30
    while not (part.exists() and part.stat().st_size >= 262_144):
        assert time.monotonic() < deadline, "the pull did not begin"
        time.sleep(0.02)
    process.kill()
    process.communicate()
    kept = part.stat().st_size
    hub.stall_after = None
    hub.silence.set()
    assert present(folder) == []
    status, said = pull(folder, variables)
    assert status == 0, said
    assert hub.asked[1] == ("model.safetensors", f"bytes={kept}-")
    assert present(folder) == FREE
    assert not (folder / ".parts").exists()


def test_a_file_with_another_content_is_refused(hub: Hub, folder: Path, variables: dict[str, str]) -> None:
    data = bytearray(CONTENT["model.safetensors"])
    data[1000] ^= 1
    hub.files["somebody/model/model.safetensors"] = bytes(data)
    status, said = pull(folder, variables)
    assert status == 1
    assert re.search(r"error: http://\S+/model.safetensors is not the file that Vesture expects: its sha256", said)
    assert present(folder) == []
    assert list((folder / ".parts").iterdir()) == []


@pytest.mark.parametrize("data", [b"short", CONTENT["model.safetensors"] + b"more"])
def test_a_file_of_another_size_is_refused(hub: Hub, folder: Path, variables: dict[str, str], data: bytes) -> None:
    hub.files["somebody/model/model.safetensors"] = data
    status, said = pull(folder, variables)
    assert status == 1
    assert f"has {len(data):,} bytes, expected 1,024,000: it is another file" in said


@pytest.mark.parametrize(
    ("answer", "text"), [(404, "HTTP 404"), (401, "log in with `hf auth login`"), (403, "accept its terms")]
)
def test_a_refusal_is_told(hub: Hub, folder: Path, variables: dict[str, str], answer: int, text: str) -> None:
    hub.refuse = answer
    status, said = pull(folder, variables)
    assert status == 1
    assert text in said
    assert "licence: Apache-2.0" in said  # was shown before anything was asked for


def test_without_a_network_it_is_told(hub: Hub, folder: Path, tmp_path: Path) -> None:
    status, said = pull(folder, environment("http://127.0.0.1:9", tmp_path / "home"))
    assert status == 1
    assert "127.0.0.1 cannot be reached" in said
    assert "check the network" in said


FILL_THE_CACHE = """
from huggingface_hub import hf_hub_download
for name in {names!r}:
    print(hf_hub_download("somebody/model", name, revision={revision!r}))
"""


def fill_the_cache(variables: dict[str, str], *names: str) -> list[Path]:
    """Download into the cache as any other program does."""
    program = FILL_THE_CACHE.format(names=names, revision=REVISION)
    done = subprocess.run([sys.executable, "-c", program], env=variables, capture_output=True, text=True, check=True)
    return [Path(line).resolve() for line in done.stdout.split()]


def test_offline_the_cache_of_the_hub_is_used(hub: Hub, folder: Path, variables: dict[str, str]) -> None:
    cached = fill_the_cache(variables, "model.safetensors", "net.onnx")
    asked = len(hub.asked)
    status, said = pull(folder, {**variables, "HF_HUB_OFFLINE": "1"})
    assert status == 0, said
    assert len(hub.asked) == asked
    assert present(folder) == FREE
    assert (folder / "model.safetensors").samefile(cached[0])  # 2 GB are not there twice
    assert "taken from the hub's cache" in said


def test_offline_without_a_cache_it_is_told(hub: Hub, folder: Path, variables: dict[str, str]) -> None:
    fill_the_cache(variables, "model.safetensors")
    asked = len(hub.asked)
    status, said = pull(folder, {**variables, "HF_HUB_OFFLINE": "1"})
    assert status == 1
    assert "HF_HUB_OFFLINE is set, and net.onnx of somebody/model is not in the hub's cache" in said
    assert variables["HF_HOME"] in said
    assert len(hub.asked) == asked


def test_a_damaged_file_of_the_cache_is_not_used(hub: Hub, folder: Path, variables: dict[str, str]) -> None:
    (cached,) = fill_the_cache(variables, "model.safetensors")
    cached.chmod(0o644)
    cached.write_bytes(b"x" + cached.read_bytes()[1:])
    status, said = pull(folder, variables)
    assert status == 0, said
    assert "damaged (its sha256 differs); it is not used" in said
    assert present(folder) == FREE


def test_a_damaged_file_is_named_and_brought_anew(hub: Hub, folder: Path, variables: dict[str, str]) -> None:
    pull(folder, variables)
    (folder / "model.safetensors").write_bytes(b"damaged")
    status, said = pull(folder, variables, "verify")
    assert status == 1
    assert f"{folder / 'model.safetensors'} is truncated (7 of 1024000 bytes)" in said
    assert "run `vesture assets pull diffusion`" in said
    assert pull(folder, variables)[0] == 0
    assert present(folder) == FREE


def test_a_file_of_the_owner_is_left_alone(hub: Hub, folder: Path, variables: dict[str, str]) -> None:
    folder.mkdir()
    (folder / "model.safetensors").write_bytes(b"a checkpoint of somebody's own")
    status, said = pull(folder, variables, "keep")
    assert status == 1
    assert "It is left as it is" in said
    assert (folder / "model.safetensors").read_bytes() == b"a checkpoint of somebody's own"


def test_pulls_at_once_bring_each_file_once(hub: Hub, folder: Path, variables: dict[str, str]) -> None:
    pulls = [start_pull(folder, variables) for _ in range(3)]
    assert [process.communicate(timeout=60) and process.returncode for process in pulls] == [0, 0, 0]
    assert [name for name, _ in hub.asked] == ["model.safetensors", "net.onnx"]
    assert present(folder) == FREE


def test_a_full_disk_is_told_before_anything_is_asked(
    hub: Hub, folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(10**9, 10**9, 1000))
    with pytest.raises(AssetError, match=r"Not enough room: 1\.04 MB are to come, 0\.00 MB are free"):
        HubStore(folder, table()).pull(lambda *report: None, lambda line: None)
    assert hub.asked == []


def test_without_the_extra_the_command_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    with pytest.raises(AssetError, match=r"pip install 'vesture\[diffusion\]'"):
        HubStore(folder, table()).pull(lambda *report: None, lambda line: None)


def test_the_list_shows_what_is_there(hub: Hub, folder: Path, variables: dict[str, str], tmp_path: Path) -> None:
    pull(folder, variables)
    store, out = HubStore(folder, table()), io.StringIO()
    assert run_list(tmp_path / "assets", ["diffusion"], hub=store, out=out) == 0
    assert re.search(r"diffusion/model\.safetensors +1\.02 MB +Apache-2\.0 +somebody/model +present", out.getvalue())
    assert re.search(r"diffusion/parser/net\.bin +0\.00 MB +research only +somebody/parser +missing", out.getvalue())
    facts = io.StringIO()
    run_list(tmp_path / "assets", hub=store, as_json=True, out=facts)
    rows = {row["name"]: row for row in json.loads(facts.getvalue())}
    assert rows["diffusion/dwpose/net.onnx"]["revision"] == REVISION
    assert rows["diffusion/parser/net.bin"]["research_only"]
    assert "pose/pose_detection.tflite" in rows


def test_a_pull_of_everything_leaves_the_hub_alone(hub: Hub, folder: Path, tmp_path: Path) -> None:
    """2 GB come only when they are asked for by name."""
    store, out, err = HubStore(folder, table()), io.StringIO(), io.StringIO()
    assert run_pull(tmp_path / "assets", None, hub=store, assets={}, out=out, err=err) == 0
    assert hub.asked == []
    assert not folder.exists()
