"""Tells the sender of a job that it is done: a signed POST, tried until it is taken or given up.

Takes: deliveries from the store, a `post` that guards where it connects to. Promises:
* At least once, until one of `MAX_TRIES` succeeds; a receiver tells repetitions by the request id.
* 2xx is success, 3xx the end of it; everything else is tried again, after twice the time.
* The signature is Ed25519 over request id, user id, time and the body's hash; `key_set` is what receivers check with.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from vesture.core.job import Job
from vesture.core.wire_output import output_body
from vesture.store.deliveries import Delivery, DeliveryStore

log = logging.getLogger(__name__)

Post = Callable[[str, bytes, Mapping[str, str]], Awaitable[int]]
"""Takes URL, body and headers; gives the status of the answer. Anything it raises is a try that failed."""

MAX_TRIES = 10
FIRST_RETRY_SECONDS = 15.0  # doubled each time: the tenth try comes about two hours after the first
POST_TIMEOUT_SECONDS = 15.0
HOLD_SECONDS = 60.0
AT_A_TIME = 8  # a receiver that hangs must not hold up the others
NOBODY = "local"  # the user id of a service without keys


class WebhookSender:
    """Delivers what is due.

    Args:
        secret: 32 bytes, the private key.
        file_url: the absolute URL of a stored file.
    """

    def __init__(
        self,
        deliveries: DeliveryStore,
        post: Post,
        secret: bytes,
        file_url: Callable[[str], str],
        *,
        first_retry_seconds: float = FIRST_RETRY_SECONDS,
    ) -> None:
        self._deliveries = deliveries
        self._post = post
        self._secret = secret
        self._file_url = file_url
        self._first_retry_seconds = first_retry_seconds

    async def send_due(self) -> int:
        """Try everything that is due, some at a time; returns how many tries that took."""
        return sum(await asyncio.gather(*(self._send_one_after_another() for _ in range(AT_A_TIME))))

    async def _send_one_after_another(self) -> int:
        tried = 0
        while (delivery := await self._deliveries.take(HOLD_SECONDS)) is not None:
            await self._deliveries.settle(delivery, await self._try(delivery))
            tried += 1
        return tried

    async def _try(self, delivery: Delivery) -> float | None:
        """Post once; returns the seconds until the next try, None when it is over."""
        job = delivery.job
        body = json.dumps(webhook_body(job, self._file_url), ensure_ascii=False).encode()
        headers = {"Content-Type": "application/json"} | sign(self._secret, job, body, int(time.time()))
        status = None
        try:
            async with asyncio.timeout(POST_TIMEOUT_SECONDS):
                status = await self._post(job.webhook_url or "", body, headers)
        except Exception as error:
            log.info("Webhook of %s: %s", job.request_id, error or type(error).__name__)
        if status is not None and 200 <= status < 300:
            return None
        if delivery.tries >= MAX_TRIES or (status is not None and 300 <= status < 400):
            log.warning("Webhook of %s is given up after %d tries (%s)", job.request_id, delivery.tries, status)
            return None
        return float(self._first_retry_seconds * 2 ** (delivery.tries - 1))


def webhook_body(job: Job, file_url: Callable[[str], str]) -> dict[str, Any]:
    """What the receiver of a finished job's webhook reads."""
    head = {"request_id": job.request_id, "gateway_request_id": job.request_id}
    if job.error is not None:
        message = f"Invalid status code: {job.error.status}"
        return head | {"status": "ERROR", "error": message, "payload": dict(job.error.body)}
    return head | {"status": "OK", "payload": output_body(job.result or {"images": []}, file_url)}


def sign(secret: bytes, job: Job, body: bytes, timestamp: int) -> dict[str, str]:
    """The headers that prove where a webhook comes from; `timestamp` in seconds since the epoch."""
    user = job.owner or NOBODY
    message = "\n".join([job.request_id, user, str(timestamp), hashlib.sha256(body).hexdigest()])
    return {
        "X-Fal-Webhook-Request-Id": job.request_id,
        "X-Fal-Webhook-User-Id": user,
        "X-Fal-Webhook-Timestamp": str(timestamp),
        "X-Fal-Webhook-Signature": Ed25519PrivateKey.from_private_bytes(secret).sign(message.encode()).hex(),
    }


def key_set(secret: bytes) -> dict[str, Any]:
    """The JSON Web Key Set with the public half of `secret`.

    ``x`` keeps its padding: the receivers' sample code in Python decodes it without restoring any.
    """
    public = Ed25519PrivateKey.from_private_bytes(secret).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    kind = {"kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA"}
    name = {"kid": hashlib.sha256(public).hexdigest()[:16], "x": base64.urlsafe_b64encode(public).decode()}
    return {"keys": [kind | name]}
