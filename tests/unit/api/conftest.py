"""Fixtures of the edge's tests."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from api_stage import INPUT, Stage, Submit

from vesture.store.database import Database


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    database = await Database.open(f"sqlite:///{tmp_path}/vesture.sqlite3")
    yield Stage(database, tmp_path / "files")
    await database.close()


@pytest.fixture
async def client(stage: Stage) -> AsyncIterator[httpx.AsyncClient]:
    async with stage.client() as client:
        yield client


@pytest.fixture
def submit(client: httpx.AsyncClient) -> Submit:
    """Submits the usual input and gives the answer's body."""

    async def send(path: str = "/queue/fashn/tryon", **options: Any) -> dict[str, Any]:
        answer = await client.post(path, **{"json": INPUT, **options})
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body

    return send
