"""`vesture keys` and `vesture jobs`: what the database knows."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable

from vesture.core.job import CancelOutcome, Job
from vesture.settings import Settings
from vesture.wiring import Memory, open_memory


def run_keys(parsed: argparse.Namespace) -> int:
    """Make, list or revoke API keys."""
    actions = {"create": _create_key, "list": _list_keys, "revoke": _revoke_key}
    return asyncio.run(_with_memory(parsed, actions[parsed.action]))


def run_jobs(parsed: argparse.Namespace) -> int:
    """List, show, cancel or prune requests."""
    actions = {"list": _list_jobs, "show": _show_job, "cancel": _cancel_job, "prune": _prune}
    return asyncio.run(_with_memory(parsed, actions[parsed.action]))


async def _with_memory(
    parsed: argparse.Namespace, action: Callable[[Memory, argparse.Namespace], Awaitable[int]]
) -> int:
    memory = await open_memory(Settings.from_environment(data=parsed.data))
    try:
        return await action(memory, parsed)
    finally:
        await memory.close()


async def _create_key(memory: Memory, parsed: argparse.Namespace) -> int:
    _, credential = await memory.keys.create(parsed.name)
    print(credential)
    print("Keep it: it is not shown again. Clients send it as `Authorization: Key ID:SECRET`.", file=sys.stderr)
    return 0


async def _list_keys(memory: Memory, parsed: argparse.Namespace) -> int:
    for key in await memory.keys.list():
        state = "in force" if key.revoked_at is None else f"revoked {_when(key.revoked_at)}"
        print(f"{key.id}  made {_when(key.created_at)}  {state}  {key.name}")
    return 0


async def _revoke_key(memory: Memory, parsed: argparse.Namespace) -> int:
    if await memory.keys.revoke(parsed.id):
        return 0
    print(f"vesture: there is no key {parsed.id} in force", file=sys.stderr)
    return 1


async def _list_jobs(memory: Memory, parsed: argparse.Namespace) -> int:
    for job in await memory.jobs.recent(parsed.limit):
        print(f"{job.request_id}  {_when(job.created_at)}  {_state(job):22s} attempt {job.attempt}/{job.max_attempts}")
    return 0


async def _show_job(memory: Memory, parsed: argparse.Namespace) -> int:
    job = await memory.jobs.get(parsed.id)
    if job is None:
        print(f"vesture: there is no request {parsed.id}", file=sys.stderr)
        return 1
    facts = {
        "request_id": job.request_id,
        "endpoint": job.endpoint,
        "state": _state(job),
        "attempt": job.attempt,
        "created": _when(job.created_at),
        "started": job.started_at and _when(job.started_at),
        "finished": job.finished_at and _when(job.finished_at),
        "result": job.result,
        "error": job.error and job.error.body,
        "metrics": dict(job.metrics),
    }
    print(json.dumps(facts, indent=2))
    for line in await memory.jobs.log_lines(parsed.id):
        print(f"{_when(line.timestamp)} {line.level:5s} {line.message}")
    return 0


async def _cancel_job(memory: Memory, parsed: argparse.Namespace) -> int:
    outcome = await memory.jobs.request_cancel(parsed.id)
    print(outcome)
    return 0 if outcome == CancelOutcome.REQUESTED else 1


async def _prune(memory: Memory, parsed: argparse.Namespace) -> int:
    jobs, files = await memory.prune()
    print(f"deleted {jobs} requests and {files} files")
    return 0


def _state(job: Job) -> str:
    if job.error is not None:
        return f"{job.status} {job.error.error_type}"
    return str(job.status)


def _when(timestamp: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(timestamp))
