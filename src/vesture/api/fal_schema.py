"""The wire shapes of fal's queue: what goes out for a job, and what the request headers say about one.

Takes: jobs, log lines, headers. Gives: JSON-able bodies and typed values. Knows no database.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from vesture.api.hosts import Addresses
from vesture.core.file_urls import file_url
from vesture.core.job import Job, JobStatus, LogLine, Priority
from vesture.core.wire_output import output_body
from vesture.errors import BadRequest, StartTimeout

STATUS_NAMES: Mapping[JobStatus, str] = {
    JobStatus.QUEUED: "IN_QUEUE",
    JobStatus.RUNNING: "IN_PROGRESS",
    JobStatus.DONE: "COMPLETED",
}
MIN_START_TIMEOUT_SECONDS = 0.1
TRUE_WORDS = frozenset({"1", "true", "yes", "on"})


@dataclass(frozen=True, slots=True)
class RequestHeaders:
    """What the ``X-Fal-*`` headers of a submit ask for."""

    priority: Priority
    start_timeout_seconds: float | None
    retry: bool
    keep_payload: bool
    result_lifetime_seconds: float | None


def read_request_headers(headers: Mapping[str, str]) -> RequestHeaders:
    """Parse the headers of a submit; unknown ones are ignored, and so is a lifecycle that is not JSON.

    Raises:
        BadRequest: the timeout or the priority cannot be read.
    """
    priority = headers.get("x-fal-queue-priority", Priority.NORMAL).strip().lower()
    if priority not in list(Priority):
        raise BadRequest("X-Fal-Queue-Priority must be normal or low")
    return RequestHeaders(
        priority=Priority(priority),
        start_timeout_seconds=_start_timeout(headers.get("x-fal-request-timeout")),
        retry=headers.get("x-fal-no-retry", "").strip().lower() not in TRUE_WORDS,
        keep_payload=headers.get("x-fal-store-io", "").strip() != "0",
        result_lifetime_seconds=read_lifetime(headers.get("x-fal-object-lifecycle-preference")),
    )


def _start_timeout(text: str | None) -> float | None:
    if text is None:
        return None
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not (math.isfinite(seconds) and seconds >= MIN_START_TIMEOUT_SECONDS):
        raise BadRequest(f"X-Fal-Request-Timeout must be a number of seconds, {MIN_START_TIMEOUT_SECONDS} or more")
    return seconds


def read_lifetime(preference: str | None) -> float | None:
    """The seconds that a lifecycle preference asks for; None when it asks for nothing that can be read."""
    try:
        seconds = json.loads(preference or "{}").get("expiration_duration_seconds")
    except (ValueError, AttributeError, RecursionError):
        return None
    is_number = isinstance(seconds, int | float) and not isinstance(seconds, bool)
    return float(seconds) if is_number and 0 < seconds < math.inf else None


def read_webhook_url(text: str | None) -> str | None:
    """The address of ``fal_webhook``.

    Raises:
        BadRequest: it is not an http(s) URL.
    """
    if not text:
        return None
    try:
        parts = urlsplit(text)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        usable = False
    if not usable:
        raise BadRequest("fal_webhook must be an http or https URL")
    return text


def read_flag(text: str | None) -> bool:
    """A query flag as the clients write it: 1, true."""
    return (text or "").strip().lower() in TRUE_WORDS


def links(job: Job, addresses: Addresses) -> dict[str, str]:
    """The URLs under which clients follow a job: of its app, without further path."""
    app = "/".join(job.endpoint.split("/")[:2])
    response = f"{addresses.queue}/{app}/requests/{job.request_id}"
    return {"response_url": response, "status_url": f"{response}/status", "cancel_url": f"{response}/cancel"}


def status_body(
    job: Job, addresses: Addresses, *, position: int = 0, logs: Sequence[LogLine] | None = None
) -> dict[str, Any]:
    """The status object of a job; `position` counts while it waits, `logs` None means they were not asked for."""
    body: dict[str, Any] = {"status": STATUS_NAMES[job.status], "request_id": job.request_id, **links(job, addresses)}
    if job.status is JobStatus.QUEUED:
        return {**body, "queue_position": position}
    body["logs"] = None if logs is None else [log_body(line) for line in logs]
    if job.status is JobStatus.RUNNING and job.preview is not None:
        body["preview"] = preview_body(job.preview, addresses)
    if job.status is JobStatus.DONE:
        body["metrics"] = metrics_body(job)
        if job.error is not None and isinstance(job.error.body.get("detail"), str):  # the service failed, not the input
            body["error"] = job.error.body["detail"]
            body["error_type"] = job.error.error_type
    return body


def log_body(line: LogLine) -> dict[str, Any]:
    """One line of a log; the time is UTC without a zone, as the clients expect."""
    time = datetime.fromtimestamp(line.timestamp, UTC).replace(tzinfo=None).isoformat(timespec="microseconds")
    return {
        "message": line.message,
        "timestamp": time,
        "level": line.level,
        "source": "USER",
        "labels": {"level": line.level},
    }


def metrics_body(job: Job) -> dict[str, float]:
    """The metrics of a finished job; the inference time is that of the worker, else the time since it started."""
    metrics = dict(job.metrics)
    if "inference_time" not in metrics and job.started_at is not None and job.finished_at is not None:
        metrics["inference_time"] = job.finished_at - job.started_at
    return metrics


def result_body(job: Job, addresses: Addresses) -> dict[str, Any]:
    """The output object of a job that ended well."""
    return output_body(job.result or {"images": []}, lambda key: file_url(addresses.files, key))


def preview_body(preview: Mapping[str, Any], addresses: Addresses) -> dict[str, Any]:
    """What is shown of a running job: as an output, and of which sample after which step."""
    return output_body(preview, lambda key: file_url(addresses.files, key))


def timeout_headers(job: Job) -> dict[str, str]:
    """Tells clients that the timeout was of their own making, so that they do not try again."""
    by_sender = job.error is not None and job.error.error_type == StartTimeout.type and job.start_by is not None
    return {"x-fal-request-timeout-type": "user"} if by_sender else {}
