"""Runs the stories of the unmodified PyPI package `fal-client` against a service.

The client reads where it connects to when it is imported, so each story runs in a Python of its own.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from running_service import RunningService

STORIES = Path(__file__).parent / "python_stories.py"
STORY_SECONDS = 150

Story = Callable[[str], dict[str, Any]]


def run_story(name: str, service: RunningService, person: Path, garment: Path) -> dict[str, Any]:
    """Run one story against a service that speaks https; what it printed."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("FAL_")},
        "FAL_RUN_HOST": f"{service.address}/run",
        "FAL_QUEUE_RUN_HOST": f"{service.address}/queue",
        "FAL_KEY": service.key or "any:thing",
        "SSL_CERT_FILE": str(service.authority),
        "STORY_URL": service.url,
        "STORY_PERSON": str(person),
        "STORY_GARMENT": str(garment),
    }
    command = [sys.executable, str(STORIES), name]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=STORY_SECONDS)
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer
