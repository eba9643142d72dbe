"""What wiring makes of the settings of the diffusion engine, on the small random checkpoint of the tests."""

from __future__ import annotations

import logging
import shutil
from pathlib import Path

import pytest

from vesture.engines.diffusion.pipeline import DiffusionEngine
from vesture.errors import AssetError, SettingError
from vesture.settings import Settings
from vesture.wiring import build_engine, check_engine

CHECKPOINT = Path(__file__).parent / "engines" / "diffusion" / "golden" / "small.safetensors"


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    shutil.copy(CHECKPOINT, tmp_path / "model.safetensors")
    return tmp_path


def settings_for(weights: Path, **changes: object) -> Settings:
    values = {"engine": "diffusion", "diffusion_weights": str(weights), "diffusion_allow_random": True, **changes}
    return Settings.from_environment({}, **values)


def test_the_settings_reach_the_engine(weights: Path) -> None:
    engine = build_engine(
        settings_for(
            weights,
            device="cpu",
            diffusion_precision="int8",
            diffusion_output="photo",
            diffusion_preview_every=3,
            diffusion_compile="off",
        )
    )
    assert isinstance(engine, DiffusionEngine)
    options = engine.options
    assert (options.device, options.precision, options.output) == ("cpu", "int8", "photo")
    assert (options.preview_every, options.compile, options.numerics) == (3, False, "portable")


def test_random_numbers_are_served_only_when_that_is_asked_for(weights: Path) -> None:
    refused = settings_for(weights, diffusion_allow_random=False)
    for use in (check_engine, build_engine):
        with pytest.raises(AssetError, match=r"holds random numbers.*VESTURE_DIFFUSION_ALLOW_RANDOM=1"):
            use(refused)
    check_engine(settings_for(weights))


def test_the_research_parser_is_looked_for_where_its_licence_was_accepted(weights: Path) -> None:
    settings = settings_for(weights, diffusion_parser_weights=str(weights / "parser"), accept_research_licence=True)
    with pytest.raises(AssetError, match=r"parser lacks config\.json, model\.safetensors"):
        build_engine(settings)


def test_choices_that_do_not_go_together_are_named(weights: Path) -> None:
    with pytest.raises(SettingError, match="numerics"):
        build_engine(settings_for(weights, diffusion_numerics="reference", diffusion_precision="int8"))


def test_auto_takes_warp_without_weights_and_says_so_in_one_line(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, logger="vesture.engines"):
        engine = build_engine(settings_for(tmp_path, engine="auto"))
    assert engine.name == "warp"
    (line,) = caplog.messages
    assert line.startswith("engine auto takes warp, not diffusion: there is no model.safetensors in")
    assert "`vesture assets pull diffusion`" in line


def test_auto_never_takes_random_numbers(
    weights: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("torch.cuda.is_available", lambda: True)
    with caplog.at_level(logging.INFO, logger="vesture.engines"):
        assert build_engine(settings_for(weights, engine="auto")).name == "warp"
    assert "holds random numbers" in caplog.text
