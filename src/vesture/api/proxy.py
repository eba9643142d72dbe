"""The built-in proxy: ``/api/fal/proxy``, for JavaScript clients, which have no setting for a base URL.

The target of the header ``x-fal-target-url`` becomes a route of this process: nothing is ever fetched, so the
proxy reaches no address but our own, and streams pass through unbuffered. The caller's credentials pass as they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import unquote, urlsplit

from vesture.api.answers import Refusal
from vesture.api.hosts import SERVICES_OF_HOSTS

PROXY_PATH = "/api/fal/proxy"
TARGET_HEADER = "x-fal-target-url"
TARGET_DOMAINS = ("fal.ai", "fal.run", "falrun.com")


def resolve_target(method: str, headers: Mapping[str, str]) -> tuple[str, str, bytes]:
    """The host, the decoded path and the raw query that a request to the proxy means.

    Raises:
        Refusal: 400 without a target, 412 for a target that is not fal's, 415 for a body that is not JSON.
    """
    target = headers.get(TARGET_HEADER, "")
    if not target:
        raise Refusal(400, {"detail": f"Missing the {TARGET_HEADER} header"})
    try:
        parts = urlsplit(target)
        host = (parts.hostname or "").lower()
        port = parts.port
    except ValueError:
        raise Refusal(412, {"detail": f"Invalid {TARGET_HEADER} header"}) from None
    known = any(host == domain or host.endswith("." + domain) for domain in TARGET_DOMAINS)
    if parts.scheme not in ("http", "https") or not known or port not in (None, 80, 443):
        raise Refusal(412, {"detail": f"Invalid {TARGET_HEADER} header: not an address of fal"})
    if host not in SERVICES_OF_HOSTS and host != "fal.ai":
        raise Refusal(404, {"detail": f"{host} is not served here"})
    if method in ("POST", "PUT") and _has_body(headers) and "json" not in headers.get("content-type", "").lower():
        raise Refusal(415, {"detail": "Unsupported Media Type: the proxy takes JSON bodies only"})
    return host, unquote(parts.path) or "/", parts.query.encode()


def _has_body(headers: Mapping[str, str]) -> bool:
    return headers.get("content-length", "0") != "0" or "transfer-encoding" in headers
