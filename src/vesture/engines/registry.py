"""The engines there are, as rows of a table, and the rule behind `engine: auto`."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from vesture.core.task import Engine
from vesture.errors import SettingError

logger = logging.getLogger("vesture.engines")


@dataclass(frozen=True, slots=True)
class EngineEntry:
    """One engine: how to build it, and why `auto` would not take it (None: it would)."""

    build: Callable[[], Engine]
    unavailable: Callable[[], str | None]


def choose_engine(wanted: str, table: Mapping[str, EngineEntry]) -> Engine:
    """Build the engine of that name; `auto` takes the first row of the table that is available.

    Raises:
        SettingError: there is no engine of that name.
        AssetError: what the engine needs is missing; the text names it and the command that gets it.
    """
    if wanted != "auto":
        if wanted not in table:
            raise SettingError(f"There is no engine {wanted!r}; there are auto, {', '.join(table)}.")
        return table[wanted].build()
    *better, last = table
    passed_over = ""
    for name in better:
        reason = table[name].unavailable()
        if reason is None:
            logger.info("engine auto takes %s", name)
            return table[name].build()
        passed_over += f", not {name}: {reason}"
    logger.info("engine auto takes %s%s", last, passed_over)
    return table[last].build()
