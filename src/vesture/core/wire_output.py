"""How a stored result becomes the output object of the wire.

A result is stored as ``{"images": [{"key", "content_type", "file_name", "file_size", "width", "height"}]}``: keys of
the file store, since the address under which clients reach the server may change. Answers and webhooks carry a
``url`` in the place of each ``key``. An image that was asked for as a data URI has that as its ``url`` from the
beginning.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any


def output_body(result: Mapping[str, Any], file_url: Callable[[str], str]) -> dict[str, Any]:
    """The output object: each image's ``key`` replaced by the absolute ``url`` that `file_url` gives for it."""
    images = [
        {
            "url": image["url"] if "key" not in image else file_url(image["key"]),
            **{name: value for name, value in image.items() if name not in ("key", "url")},
        }
        for image in result["images"]
    ]
    return {**result, "images": images}
