"""Loading the checkpoint: seconds against those of reading the file, and memory, in each precision on this device.

    python bench/diffusion_load.py                        published size, random weights (4 GB of disk and memory)
    python bench/diffusion_load.py --tiny                 to see that it runs
    python bench/diffusion_load.py --checkpoint FOLDER    another checkpoint

Each precision is loaded in a process of its own, from a file that the system has forgotten (as far as it obeys); every
weight is then read once, since on a CPU those in the file's own type stay there until they are needed. Memory is the
process's own (anonymous) and what it has mapped of the file, which the system can drop and read again.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import torch
from diffusion_checkpoint import make_checkpoint
from diffusion_runs import TINY, one_step_inputs

from vesture.engines.diffusion.estimate import wait_for
from vesture.engines.diffusion.mmdit import MMDiTConfig
from vesture.engines.diffusion.options import DiffusionOptions
from vesture.engines.diffusion.weights import load_model

PARTS = ("RssAnon", "RssFile", "VmHWM")


def forget(path: Path) -> None:
    """Ask the system to drop the file from its cache."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def read_whole(path: Path) -> float:
    start = time.perf_counter()
    with path.open("rb", buffering=0) as file:
        buffer = bytearray(1 << 24)
        while file.readinto(buffer):
            pass
    return time.perf_counter() - start


def memory_now() -> dict[str, float]:
    """GB of this process, by kind."""
    lines = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines() if ":" in line)
    return {part: int(lines[part].split()[0]) * 1024 / 1e9 for part in PARTS}


def load_here(path: Path, device: str, precision: str, *, forward: bool) -> dict[str, float]:
    """Load, read every weight, and say seconds and memory beyond what the process had before.

    With `forward`, memory is that after one forward pass, and peaks are of loading and pass.
    """
    torch.zeros(1, device=device)
    before = memory_now()
    start = time.perf_counter()
    model = load_model(path, DiffusionOptions(device=device, precision=precision), allow_random=True)  # type: ignore[arg-type]
    loaded = time.perf_counter() - start
    for tensor in model.state_dict().values():
        tensor.view(torch.uint8).max()
    wait_for(torch.device(device))
    seconds = {"load": loaded, "load and read": time.perf_counter() - start}
    if forward:
        guided, _ = one_step_inputs(model, 0.3)
        model(*guided)
        wait_for(torch.device(device))
    after = memory_now()
    on_device = {"device peak": torch.cuda.max_memory_allocated() / 1e9} if device != "cpu" else {}
    return seconds | {part: after[part] - before[part] for part in PARTS} | on_device


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--precision", nargs="+", default=["fp32", "bf16", "int8"])
    parser.add_argument("--checkpoint", type=Path)
    parser.add_argument("--forward", action="store_true", help="memory of one forward pass too")
    parser.add_argument("--tiny", action="store_true")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.here:
        with torch.inference_mode():
            found = load_here(arguments.checkpoint, arguments.device, arguments.precision[0], forward=arguments.forward)
        print(json.dumps(found))
        return
    with tempfile.TemporaryDirectory() as folder:
        path = arguments.checkpoint or make_checkpoint(Path(folder), TINY if arguments.tiny else MMDiTConfig())
        path = path / "model.safetensors" if path.is_dir() else path
        forget(path)
        cold, cached = read_whole(path), read_whole(path)
        size = path.stat().st_size / 1e9
        print(f"{size:.2f} GB; reading the file: {cold:.2f} s after forgetting it, {cached:.2f} s from the cache")
        for precision in arguments.precision:
            forget(path)
            command = [sys.executable, __file__, "--here", "--checkpoint", str(path), "--device", arguments.device]
            command += ["--precision", precision, *(["--forward"] if arguments.forward else [])]
            answer = subprocess.run(command, capture_output=True, text=True, check=True)
            found = json.loads(answer.stdout.splitlines()[-1])
            print(f"{precision}: " + ", ".join(f"{name} {value:.2f}" for name, value in found.items()), flush=True)


if __name__ == "__main__":
    main()
