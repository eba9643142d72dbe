"""Fixtures for the tests that look at the running service from outside."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from diffusion_service import make_random_weights
from dressed_pictures import GARMENT, PERSON
from local_certificates import make_certificates
from running_service import RunningService, make_key, start_service

from vesture.assets import AssetStore, samples
from vesture.settings import Settings


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    """A service without keys, shared by all tests."""
    running = start_service(tmp_path_factory.mktemp("service"))
    yield running
    assert running.stop() == 0


@pytest.fixture(scope="session")
def guarded_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    """A service that speaks https and asks for keys, shared by all tests."""
    folder = tmp_path_factory.mktemp("guarded")
    key = make_key(folder)
    running = start_service(folder, tls=make_certificates(folder))
    running.key = key
    yield running
    assert running.stop() == 0


@pytest.fixture(scope="session")
def random_weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a small diffusion checkpoint of random numbers."""
    return make_random_weights(tmp_path_factory.mktemp("weights"))


def _sample_file(name: str) -> Path:
    sample = next(sample for sample in samples() if sample.name == name)
    return sample.path(AssetStore(Settings.from_environment().assets))


@pytest.fixture(scope="session")
def person_file() -> Path:
    """The sample photo of a person."""
    return _sample_file(PERSON)


@pytest.fixture(scope="session")
def garment_file() -> Path:
    """The sample photo of a garment that is nothing like what the person wears."""
    return _sample_file(GARMENT)
