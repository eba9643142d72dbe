"""Fixtures of the contract tests: the unmodified clients of fal, pointed at the running service."""

from __future__ import annotations

from pathlib import Path

import pytest
from node_client import Scenario, run_scenario
from running_service import RunningService


@pytest.fixture
def scenario(service: RunningService, person_file: Path, garment_file: Path) -> Scenario:
    """Runs a scenario of the Node client against the service without keys."""
    return lambda name: run_scenario(name, service, person_file, garment_file)


@pytest.fixture
def guarded_scenario(guarded_service: RunningService, person_file: Path, garment_file: Path) -> Scenario:
    """Runs a scenario of the Node client against the service with keys and https."""
    return lambda name: run_scenario(name, guarded_service, person_file, garment_file)
