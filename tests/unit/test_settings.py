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
