"""Try-on through a running service, with the PyPI package fal-client.

    pip install fal-client
    python python_client.py person.jpg shirt.png tops

The client speaks https only: see docs/how-to/clients.md for a certificate, and set

    FAL_RUN_HOST=localhost:8443/run FAL_QUEUE_RUN_HOST=localhost:8443/queue
    SSL_CERT_FILE=server.pem FAL_KEY=ID:SECRET

FAL_KEY may be anything when the service has no keys.
"""

from __future__ import annotations

import sys

import fal_client


class Progress:
    """Prints each line of the log once: every update brings all lines so far."""

    def __init__(self) -> None:
        self.told = 0

    def __call__(self, update: fal_client.Status) -> None:
        if isinstance(update, fal_client.InProgress):
            lines = update.logs or []
            for line in lines[self.told :]:
                print(line["message"])
            self.told = len(lines)


def main() -> None:
    person, garment, category = sys.argv[1:]
    result = fal_client.subscribe(
        "fashn/tryon",
        {
            "model_image": fal_client.encode_file(person),  # a data URI; a URL that the server can reach works too
            "garment_image": fal_client.encode_file(garment),
            "category": category,
        },
        with_logs=True,
        on_queue_update=Progress(),
    )
    for image in result["images"]:
        print(image["url"])


if __name__ == "__main__":
    main()
