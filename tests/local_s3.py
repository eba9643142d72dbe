"""An S3-compatible server on this machine, with one empty bucket."""

from __future__ import annotations

import logging
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx
from moto.server import ThreadedMotoServer

BUCKET = "tryon"


@dataclass(frozen=True)
class LocalS3:
    """`variables` is what a client's environment must hold to reach the server."""

    address: str
    variables: dict[str, str]

    def objects(self) -> list[str]:
        """The names of the objects in the bucket."""
        listing = httpx.get(f"{self.address}/{BUCKET}", params={"list-type": "2"}).text
        return [
            element.text or "" for element in ElementTree.fromstring(listing).iter() if element.tag.endswith("}Key")
        ]


@contextmanager
def local_s3() -> Iterator[LocalS3]:
    logging.getLogger("werkzeug").setLevel(logging.WARNING)  # it tells of every request
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    address = f"http://{host}:{port}"
    assert httpx.post(f"{address}/moto-api/reset").status_code == 200  # servers of one process share their memory
    assert httpx.put(f"{address}/{BUCKET}").status_code == 200
    yield LocalS3(
        address,
        {
            "AWS_ACCESS_KEY_ID": "somebody",
            "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_REGION": "us-east-1",
            "AWS_ENDPOINT_URL": address,
            "AWS_ALLOW_HTTP": "true",
        },
    )
    server.stop()
