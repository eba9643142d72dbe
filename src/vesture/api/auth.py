"""Who is asking: ``Authorization: Key id:secret``, ``Bearer`` tokens of this service, and the query token of sockets.

A server without keys asks nobody (it then listens on the loopback only, which is not decided here).
"""

from __future__ import annotations

from collections.abc import Iterable

from starlette.requests import Request

from vesture.api.answers import Refusal
from vesture.api.edge import edge_of

TOKEN_PURPOSE = "app-token"  # noqa: S105 (a label, not a secret)
CDN_PURPOSE = "cdn-token"


async def keys_required(request: Request) -> bool:
    """Whether this server asks for keys at all."""
    keys = edge_of(request).keys
    return keys is not None and await keys.required()


async def authorize_app(request: Request, endpoint: str) -> str | None:
    """The owner of the key or token that `request` carries for `endpoint`; None when the server has no keys.

    Raises:
        Refusal: 401, there is none or it does not fit.
    """
    if not await keys_required(request):
        return None
    app = "/".join(endpoint.split("/")[:2])
    owner = await _owner_of_key(request)
    if owner is None:
        owner = _owner_of_token(request, endpoint, app)
    if owner is None:
        text = f'Cannot access application "{app}". Authentication is required to access this application.'
        raise Refusal(401, {"detail": text}, {"www-authenticate": "Key"})
    return owner


async def authorize_rest(request: Request) -> str | None:
    """The owner of the key that `request` carries; None when the server has no keys.

    Raises:
        Refusal: 401, there is none or it does not fit.
    """
    if not await keys_required(request):
        return None
    if "authorization" not in request.headers:
        raise Refusal(401, {"detail": "Authorization header is required"}, {"www-authenticate": "Key"})
    owner = await _owner_of_key(request)
    if owner is None:
        raise Refusal(401, {"detail": "Invalid credentials"}, {"www-authenticate": "Key"})
    return owner


async def authorize_upload(request: Request) -> None:
    """Let a request to the CDN pass that carries a CDN token or a key.

    Raises:
        Refusal: 401, it carries neither.
    """
    scheme, credential = _credential(request)
    if scheme == "bearer" and edge_of(request).signer.open(CDN_PURPOSE, credential) is not None:
        return
    await authorize_rest(request)


def make_token(request: Request, owner: str | None, apps: Iterable[str], lifetime_seconds: float) -> str:
    """A token that lets its bearer use `apps` (``alias`` or ``owner/alias``) in the name of `owner`."""
    return edge_of(request).signer.seal(TOKEN_PURPOSE, {"owner": owner, "apps": list(apps)}, lifetime_seconds)


def _credential(request: Request) -> tuple[str, str]:
    scheme, _, credential = request.headers.get("authorization", "").partition(" ")
    return scheme.lower(), credential.strip()


async def _owner_of_key(request: Request) -> str | None:
    scheme, credential = _credential(request)
    key_id, separator, secret = credential.partition(":")
    keys = edge_of(request).keys
    if keys is None or scheme not in ("key", "bearer") or not (key_id and separator and secret):
        return None
    return await keys.verify(key_id, secret)


def _owner_of_token(request: Request, endpoint: str, app: str) -> str | None:
    scheme, credential = _credential(request)
    token = credential if scheme == "bearer" else request.query_params.get("fal_jwt_token", "")
    claims = edge_of(request).signer.open(TOKEN_PURPOSE, token)
    if claims is None or not {endpoint, app, app.split("/")[-1]} & set(claims["apps"]):
        return None
    owner: str | None = claims["owner"]
    return owner
