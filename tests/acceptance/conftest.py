"""A house for each test."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from fresh_database import fresh_database
from house import House

from vesture.store.database import Database
from vesture.store.jobs import SqlJobStore


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    url = await fresh_database(tmp_path)
    store = SqlJobStore(await Database.open(url))
    house = House(tmp_path, store, url)
    yield house
    house.stop()
    await store.close()


@pytest.fixture(autouse=True)
def _tell_the_workers_logs(house: House, request: pytest.FixtureRequest) -> Iterator[None]:
    """After a failure pytest shows what the workers logged."""
    yield
    print(house.logs(), file=sys.stderr)
