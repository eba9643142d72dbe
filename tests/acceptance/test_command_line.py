"""The command line and the library, as a user runs them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from vesture import InputError, TryOn
from vesture.assets import AssetStore, samples
from vesture.settings import Settings


@pytest.fixture(scope="module")
def photos() -> dict[str, Path]:
    store = AssetStore(Settings.from_environment().assets)
    return {sample.name: sample.path(store) for sample in samples()}


def vesture(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "vesture", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def test_try_on_writes_the_dressed_person(photos: dict[str, Path], tmp_path: Path) -> None:
    out = tmp_path / "folder" / "out.png"
    done = vesture("try-on", photos["avatars/1"], photos["pants/1"], "--category", "bottoms", "-o", out, "--json")
    assert done.returncode == 0, done.stderr
    facts = json.loads(done.stdout)
    assert facts["engine"] == "warp"
    assert facts["images"] == [str(out)]
    assert "understood the garment" in done.stderr
    with Image.open(out) as image, Image.open(photos["avatars/1"]) as person:
        assert image.size == person.size
        different = (np.asarray(image.convert("RGB")) != np.asarray(person.convert("RGB"))).any(-1)
    assert 0.02 < different.mean() < 0.6


def test_compare_shows_all_three_and_samples_are_numbered(photos: dict[str, Path], tmp_path: Path) -> None:
    out = tmp_path / "sheet.png"
    arguments = ("--category", "tops", "-o", out, "--compare", "--num-samples", 2, "--quiet", "--profile")
    done = vesture("try-on", photos["avatars/2"], photos["shirts/3"], *arguments)
    assert done.returncode == 0, done.stderr
    with Image.open(out) as sheet, Image.open(tmp_path / "sheet-2.png") as second:
        assert sheet.height == second.height == 1376
        assert sheet.width > 2 * 768 + 700
    assert "garment" in done.stderr  # the profile's stages


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        (("--category", "hats"), 2, "invalid choice"),
        (("--category", "tops", "--num-samples", "9"), 1, "num_samples"),
        (("--category", "tops", "--guidance-scale", "nan"), 1, "guidance_scale"),
        (("--category", "tops", "--garment-photo-type", "drawn"), 1, "garment_photo_type"),
    ],
)
def test_wrong_options_are_named(arguments, code, text, photos: dict[str, Path]) -> None:
    done = vesture("try-on", photos["avatars/1"], photos["shirts/1"], *arguments)
    assert done.returncode == code
    assert text in done.stderr
    assert "Traceback" not in done.stderr


def test_a_missing_file_and_a_text_file_are_named(photos: dict[str, Path], tmp_path: Path) -> None:
    absent = vesture("try-on", tmp_path / "nobody.png", photos["shirts/1"], "--category", "tops")
    assert absent.returncode == 1
    assert "nobody.png" in absent.stderr
    text = tmp_path / "text.png"
    text.write_text("not a picture")
    refused = vesture("try-on", text, photos["shirts/1"], "--category", "tops")
    assert refused.returncode == 1
    assert "model_image" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_keys_are_made_listed_and_revoked(tmp_path: Path) -> None:
    made = vesture("keys", "create", "--name", "shop", "--data", tmp_path)
    key_id, secret = made.stdout.strip().split(":")
    listed = vesture("keys", "list", "--data", tmp_path).stdout
    assert key_id in listed
    assert "shop" in listed
    assert secret not in listed
    assert vesture("keys", "revoke", key_id, "--data", tmp_path).returncode == 0
    assert vesture("keys", "revoke", key_id, "--data", tmp_path).returncode == 1


def test_the_diffusion_engine_says_what_it_lacks(photos: dict[str, Path], tmp_path: Path) -> None:
    done = vesture(
        "try-on", photos["avatars/1"], photos["shirts/1"], "--category", "tops", "--engine", "diffusion", "-o", tmp_path
    )
    assert done.returncode == 1
    assert "model.safetensors" in done.stderr
    assert "`vesture assets pull diffusion`" in done.stderr


def test_the_library_takes_paths_bytes_images_and_arrays(photos: dict[str, Path]) -> None:
    try_on = TryOn(engine="warp", max_side=700)
    person, garment = photos["avatars/3"], photos["shirts/4"]
    with Image.open(person) as opened:
        image = opened.convert("RGB")
    by_path = try_on(person, garment, "tops")
    assert max(by_path.images[0].size) == 700
    others = [
        try_on(person.read_bytes(), garment.read_bytes(), "tops"),
        try_on(image, str(garment), "tops"),
        try_on(np.asarray(image), garment, "tops"),
    ]
    for other in others:
        np.testing.assert_array_equal(np.asarray(other.images[0]), np.asarray(by_path.images[0]))


def test_the_library_refuses_what_it_cannot_use(photos: dict[str, Path]) -> None:
    try_on = TryOn(engine="warp")
    with pytest.raises(InputError, match="float64"):
        try_on(np.zeros((100, 100, 3)), photos["shirts/1"], "tops")
    with pytest.raises(TypeError, match="colour"):
        try_on(photos["avatars/1"], photos["shirts/1"], "tops", colour="red")
    with pytest.raises(InputError) as refused:
        try_on(photos["avatars/1"], photos["shirts/1"], "hats")  # type: ignore[arg-type]
    assert refused.value.field == "category"
