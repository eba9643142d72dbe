"""`vesture serve` and `vesture worker`: the service's processes."""

from __future__ import annotations

import argparse
import asyncio
import ipaddress
import logging
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace

import uvicorn

from vesture.settings import Settings
from vesture.wiring import build_app, build_worker, check_engine, open_memory
from vesture.worker.loop import worker_name
from vesture.worker.watch import until_parent_ends, watched_workers, worker_command

log = logging.getLogger("vesture.serve")


def run_serve(parsed: argparse.Namespace) -> int:
    """API, page and workers until a signal."""
    settings = Settings.from_environment(
        host=parsed.host, port=parsed.port, workers=parsed.workers, data=parsed.data, engine=parsed.engine
    )
    if settings.workers:
        check_engine(settings)
    asyncio.run(_serve(settings, parsed))
    return 0


def run_worker(parsed: argparse.Namespace) -> int:
    """One worker until a signal."""
    settings = Settings.from_environment(data=parsed.data, engine=parsed.engine, public_url=parsed.public_url)
    check_engine(settings)
    asyncio.run(_work(settings, parsed.parent))
    return 0


async def _serve(settings: Settings, parsed: argparse.Namespace) -> None:
    memory = await open_memory(settings)
    try:
        if not await memory.keys.required():
            log.warning(
                "There is no API key, so nobody could be told apart: only this machine is served. "
                "Make a key with `vesture keys create` to serve others."
            )
            if not _is_loopback(settings.host):
                settings = replace(settings, host="127.0.0.1")
        config = uvicorn.Config(
            await build_app(settings, memory),
            host=settings.host,
            port=settings.port,
            ssl_certfile=parsed.tls_cert,
            ssl_keyfile=parsed.tls_key,
            log_level="warning",
            timeout_graceful_shutdown=5,
            access_log=False,
            server_header=False,
        )
        scheme = "https" if parsed.tls_cert else "http"
        base = settings.public_url or f"{scheme}://{settings.host}:{settings.port}"
        command = worker_command("--data", str(settings.data), "--engine", settings.engine, "--public-url", base)

        async def give_back(pid: int) -> None:
            await memory.jobs.abandon(worker_name(pid))
            await memory.workers.gone(worker_name(pid))

        async with watched_workers(command, settings.workers, on_end=give_back):
            print(f"Vesture serves {scheme}://{settings.host}:{settings.port}", file=sys.stderr, flush=True)
            await _Server(config).serve()
    finally:
        await memory.close()


class _Server(uvicorn.Server):
    """uvicorn dies of the signal again once it has shut down, before the workers and the stores are closed."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.handle_exit, number, None)
        try:
            yield
        finally:
            for number in (signal.SIGTERM, signal.SIGINT):
                loop.remove_signal_handler(number)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    with suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return False


async def _work(settings: Settings, parent: int | None) -> None:
    memory = await open_memory(settings)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    orphaned = asyncio.create_task(_stop_with_parent(parent, stop)) if parent else None
    try:
        worker = await build_worker(settings, memory)
        try:
            await worker.run(stop)
        finally:
            await memory.workers.gone(worker_name(os.getpid()))
    finally:
        if orphaned:
            orphaned.cancel()
        await memory.close()


async def _stop_with_parent(parent: int, stop: asyncio.Event) -> None:
    await until_parent_ends(parent)
    stop.set()
