"""The unmodified Node client, pointed at a running service, in a process of its own for each scenario."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

from running_service import RunningService

NODE = Path(__file__).parent / "node"
SCENARIO_SECONDS = 120

Scenario = Callable[[str], dict[str, Any]]


def run_scenario(name: str, service: RunningService, person: Path, garment: Path) -> dict[str, Any]:
    """Run one scenario of the Node client in a process of its own; what it printed."""
    if not (NODE / "node_modules").is_dir():
        raise RuntimeError("the Node client is not installed: run `npm ci` in tests/contract/node (make test does)")
    given = {"url": service.url, "person": str(person), "garment": str(garment), "key": service.key}
    environment = {name: value for name, value in os.environ.items() if not name.startswith("FAL_")}
    if service.authority is not None:
        environment["NODE_EXTRA_CA_CERTS"] = str(service.authority)
    done = subprocess.run(
        ["node", "scenarios.js", name, json.dumps(given)],
        cwd=NODE,
        env=environment,
        capture_output=True,
        text=True,
        timeout=SCENARIO_SECONDS,
    )
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer
