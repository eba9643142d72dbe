from __future__ import annotations

from pathlib import Path

import pytest

from vesture.errors import SettingError
from vesture.settings import Settings


def test_the_environment_is_read_and_arguments_win() -> None:
    settings = Settings.from_environment({"VESTURE_PORT": "9000", "VESTURE_DATA": "/srv/data", "HOME": "/"}, port=9100)
    assert settings.port == 9100
    assert settings.data == Path("/srv/data")
    assert Settings.from_environment({"VESTURE_LEASE_SECONDS": "2.5"}, port=None).lease_seconds == 2.5


@pytest.mark.parametrize(
    ("environment", "text"),
    [
        ({"VESTURE_PORT": "many"}, "VESTURE_PORT must be a whole number"),
        ({"VESTURE_ENGINE": "magic"}, "VESTURE_ENGINE"),
        ({"VESTURE_WORKERS": "-1"}, "VESTURE_WORKERS must not be negative"),
        ({"VESTURE_PROT": "1"}, "VESTURE_PROT: no such setting"),
    ],
)
def test_wrong_settings_are_named(environment: dict[str, str], text: str) -> None:
    with pytest.raises(SettingError, match=text):
        Settings.from_environment(environment)


@pytest.mark.parametrize(("text", "read"), [("1", True), ("yes", True), ("True", True), ("0", False), ("off", False)])
def test_flags_are_read(text: str, read: bool) -> None:
    assert Settings.from_environment({"VESTURE_DIFFUSION_ALLOW_RANDOM": text}).diffusion_allow_random is read


@pytest.mark.parametrize(
    ("environment", "text"),
    [
        ({"VESTURE_DIFFUSION_ALLOW_RANDOM": "perhaps"}, "VESTURE_DIFFUSION_ALLOW_RANDOM must be yes or no"),
        ({"VESTURE_DIFFUSION_PRECISION": "fp64"}, "must be auto, fp32, bf16, int8 or fp8, got 'fp64'"),
        ({"VESTURE_DIFFUSION_OUTPUT": "large"}, "VESTURE_DIFFUSION_OUTPUT must be model or photo"),
        ({"VESTURE_DIFFUSION_PREVIEW_EVERY": "-1"}, "must not be negative"),
        ({"VESTURE_DIFFUSION_PARSER_WEIGHTS": "/parser"}, "VESTURE_ACCEPT_RESEARCH_LICENCE=1"),
    ],
)
def test_wrong_settings_of_the_diffusion_engine_are_named(environment: dict[str, str], text: str) -> None:
    with pytest.raises(SettingError, match=text):
        Settings.from_environment(environment)


def test_the_research_parser_is_used_where_its_licence_was_accepted() -> None:
    accepted = {"VESTURE_DIFFUSION_PARSER_WEIGHTS": "/parser", "VESTURE_ACCEPT_RESEARCH_LICENCE": "yes"}
    assert Settings.from_environment(accepted).diffusion_parser_weights == "/parser"


def test_the_folder_of_the_diffusion_engine_is_below_the_assets_unless_it_is_named() -> None:
    assert Settings.from_environment({"VESTURE_ASSETS": "/cache"}).diffusion_folder == Path("/cache/diffusion")
    assert Settings.from_environment({"VESTURE_DIFFUSION_WEIGHTS": "/models"}).diffusion_folder == Path("/models")
