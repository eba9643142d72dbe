"""The addresses of stored files: a key and a name become a URL, and back.

Takes: bases like ``https://tryon.example`` and keys of the blob store. Gives: ``{base}/files/{key}``. Knows nothing
about requests or about what is stored.

A key is unguessable, so whoever can name it may read the file.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from urllib.parse import urlsplit

KEY_PATTERN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{15,199}")
CDN_DOMAIN = "fal.media"  # clients that reach this server under fal's own names see files there
MAX_NAME_CHARACTERS = 60


def new_key(file_name: str = "") -> str:
    """A key that nobody can guess: 192 random bits, then `file_name` in harmless characters."""
    name = re.sub(r"[^A-Za-z0-9.-]+", "_", file_name.replace("\\", "/").rsplit("/", 1)[-1]).strip("._")
    return f"{secrets.token_hex(24)}_{name[-MAX_NAME_CHARACTERS:] or 'file'}"


def file_url(base: str, key: str) -> str:
    """The absolute URL of a stored file."""
    return f"{base.rstrip('/')}/files/{key}"


def own_blob_key(url: str, public_bases: Iterable[str] = ()) -> str | None:
    """The key that `url` names when it is the address of a file that this service stores, else None.

    Args:
        url: any text that a client sent as a reference to an image.
        public_bases: addresses of this service (``https://tryon.example``); files on fal's CDN names are taken for
            our own as well. Without any base every host counts: keys cannot be guessed, so ask the blob store
            whether it knows the key, and treat the URL as a foreign one when it does not.
    """
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").lower()
        port = parts.port
    except ValueError:
        return None
    segments = parts.path.split("/")
    if parts.scheme not in ("http", "https") or not host or len(segments) != 3 or segments[:2] != ["", "files"]:
        return None
    key = segments[2]
    if not KEY_PATTERN.fullmatch(key):
        return None
    origins = {_origin(base) for base in public_bases}
    if not origins or host == CDN_DOMAIN or host.endswith("." + CDN_DOMAIN):
        return key
    return key if (host, port or _default_port(parts.scheme)) in origins else None


def _origin(base: str) -> tuple[str, int]:
    parts = urlsplit(base)
    return (parts.hostname or "").lower(), parts.port or _default_port(parts.scheme)


def _default_port(scheme: str) -> int:
    return 443 if scheme == "https" else 80
