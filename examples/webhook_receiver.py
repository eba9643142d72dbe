"""Receives the webhooks of a Vesture service and checks who sent them.

    pip install cryptography
    python webhook_receiver.py http://127.0.0.1:8000 9000

Submit with ?fal_webhook=http://127.0.0.1:9000/ ; the service must be started with VESTURE_FETCH_ALLOW_HOSTS=127.0.0.1,
since it posts to public addresses only.
"""

from __future__ import annotations

import base64
import hashlib
import json
import sys
import time
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.request import urlopen

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

TOLERANCE_SECONDS = 300


def is_genuine(headers: Mapping[str, str], body: bytes, key_set: Mapping[str, Any]) -> bool:
    """Whether `body` was signed, lately, with a key of the service's key set."""
    request_id, user, timestamp, signature = (
        headers.get(f"X-Fal-Webhook-{name}") or "" for name in ("Request-Id", "User-Id", "Timestamp", "Signature")
    )
    if not timestamp.isdecimal() or abs(time.time() - int(timestamp)) > TOLERANCE_SECONDS:
        return False
    message = "\n".join([request_id, user, timestamp, hashlib.sha256(body).hexdigest()]).encode()
    for key in key_set["keys"]:
        try:
            public = Ed25519PublicKey.from_public_bytes(base64.urlsafe_b64decode(key["x"]))
            public.verify(bytes.fromhex(signature), message)
        except (InvalidSignature, ValueError):
            continue
        return True
    return False


class Receiver(BaseHTTPRequestHandler):
    key_set: Mapping[str, Any]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        genuine = is_genuine(self.headers, body, self.key_set)
        self.send_response(200 if genuine else 401)
        self.end_headers()
        if genuine:
            print(json.dumps(json.loads(body), indent=2), flush=True)


def main() -> None:
    service, port = sys.argv[1:]
    with urlopen(f"{service}/rest/.well-known/jwks.json") as answer:  # noqa: S310
        Receiver.key_set = json.load(answer)
    HTTPServer(("127.0.0.1", int(port)), Receiver).serve_forever()


if __name__ == "__main__":
    main()
