"""What the service adds to a try-on: from submit to result over HTTP, minus the engine's own time.

python -m bench.service [RUNS]
"""

from __future__ import annotations

import base64
import json
import socket
import statistics
import subprocess
import sys
import tempfile
import time

import httpx

from vesture.assets import AssetStore, samples
from vesture.settings import Settings


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 8
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as data:
        service = subprocess.Popen(
            [sys.executable, "-m", "vesture", "serve", "--port", str(port), "--data", data, "--engine", "warp"],
            stderr=subprocess.DEVNULL,
        )
        try:
            measure(f"http://127.0.0.1:{port}", runs)
        finally:
            service.terminate()
            service.wait()


def measure(base: str, runs: int) -> None:
    """Print the medians of `runs` requests on an idle queue."""
    store = AssetStore(Settings.from_environment().assets)
    people, garments = samples("avatar"), [s for s in samples("garment") if s.category == "tops"]
    with httpx.Client(base_url=base, timeout=120) as client:
        _wait_until_healthy(client)
        whole, own = [], []
        for index in range(runs + 1):
            payload = {
                "model_image": _data_uri(people[index % len(people)].path(store).read_bytes()),
                "garment_image": _data_uri(garments[index % len(garments)].path(store).read_bytes()),
                "category": "tops",
            }
            started = time.perf_counter()
            inference = _request(client, payload)
            if index:  # the first one warms up
                whole.append(time.perf_counter() - started)
                own.append(whole[-1] - inference)
    print(f"submit to result: median {statistics.median(whole):.2f} s over {runs} requests of about 2 MB")
    print(f"of which not the engine: median {1000 * statistics.median(own):.0f} ms, max {1000 * max(own):.0f} ms")


def _request(client: httpx.Client, payload: dict[str, str]) -> float:
    """Submit, follow the status stream to its end, fetch the result; returns the engine's seconds."""
    request_id = client.post("/queue/fashn/tryon", json=payload).json()["request_id"]
    place = f"/queue/fashn/tryon/requests/{request_id}"
    last = {}
    with client.stream("GET", f"{place}/status/stream") as stream:
        for line in stream.iter_lines():
            if line.startswith("data:"):
                last = json.loads(line[5:])
    client.get(place).raise_for_status()
    return float(last["metrics"]["inference_time"])


def _data_uri(photo: bytes) -> str:
    kind = "png" if photo.startswith(b"\x89PNG") else "jpeg"
    return f"data:image/{kind};base64,{base64.b64encode(photo).decode()}"


def _wait_until_healthy(client: httpx.Client) -> None:
    for _ in range(300):
        try:
            if client.get("/health").status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise SystemExit("the service did not start")


if __name__ == "__main__":
    main()
