"""Addresses of stored files, there and back."""

from __future__ import annotations

import pytest

from vesture.core.file_urls import KEY_PATTERN, file_url, new_key, own_blob_key

KEY = "0123456789abcdef01_shirt.png"


@pytest.mark.parametrize(
    "name", ["shirt.png", "../../etc/passwd", "a b/ü.png", "", "...", "x" * 500, "a\r\nb", "🧥.jpg"]
)
def test_a_key_is_harmless_and_comes_back_from_its_url(name: str) -> None:
    key = new_key(name)
    assert KEY_PATTERN.fullmatch(key)
    assert own_blob_key(file_url("https://tryon.example/", key), ["https://tryon.example"]) == key


def test_keys_never_repeat() -> None:
    assert len({new_key("a.png") for _ in range(100)}) == 100


@pytest.mark.parametrize(
    ("url", "bases", "own"),
    [
        (f"http://127.0.0.1:8000/files/{KEY}", ["http://127.0.0.1:8000"], True),
        (f"http://127.0.0.1:8001/files/{KEY}", ["http://127.0.0.1:8000"], False),
        (f"https://tryon.example:443/files/{KEY}", ["https://TRYON.example"], True),
        (f"https://elsewhere.example/files/{KEY}", ["https://tryon.example"], False),
        (f"https://elsewhere.example/files/{KEY}", [], True),
        (f"https://v3.fal.media/files/{KEY}", ["https://tryon.example"], True),
        (f"https://fal.media.evil.example/files/{KEY}", ["https://tryon.example"], False),
        (f"https://tryon.example/files/{KEY}/more", ["https://tryon.example"], False),
        ("https://tryon.example/files/short", ["https://tryon.example"], False),
        ("https://tryon.example/files/../../../../etc/passwd", ["https://tryon.example"], False),
        ("https://tryon.example/files/..%2f..%2f..%2f..%2fetc%2fpasswd", [], False),
        (f"ftp://tryon.example/files/{KEY}", [], False),
        (f"/files/{KEY}", [], False),
        ("https://[broken/files/x", [], False),
        ("https://tryon.example:x/files/x", [], False),
        ("data:image/png;base64,AAAA", [], False),
        ("", [], False),
    ],
)
def test_only_our_own_addresses_become_keys(url: str, bases: list[str], own: bool) -> None:
    assert own_blob_key(url, bases) == (KEY if own else None)
