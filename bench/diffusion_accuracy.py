"""What each option of the diffusion engine costs in accuracy: whole runs against the engine's own float32 picture.

    python bench/diffusion_accuracy.py                          small frame, a quarter of the blocks, full width
    python bench/diffusion_accuracy.py --blocks 4 8 16          all blocks
    python bench/diffusion_accuracy.py --tiny --steps 4         to see that it runs

The bar is the first row: the published program in bfloat16, which rounds time and state too. An option may be a
default only if its picture is at least as near. Weights are random (no outlier channels, which low precision dislikes),
so what is measured here has to be measured again on the trained weights before int8 or fp8 become a default.
"""

from __future__ import annotations

import argparse
import gc
import tempfile
import time
from pathlib import Path
from typing import Any

import torch
from diffusion_checkpoint import make_checkpoint
from diffusion_runs import TINY, engine_run, levels, nearness, plain_run, relative

from vesture.engines.diffusion.graphs import record_nothing
from vesture.engines.diffusion.memory import keep_freed_memory
from vesture.engines.diffusion.mmdit import MMDiTConfig
from vesture.engines.diffusion.options import DiffusionOptions
from vesture.engines.diffusion.sampler import SamplePlan

CPU = torch.device("cpu")
CHOICES: dict[str, dict[str, Any]] = {
    "fp32, blocked attention": {"attention": "blocked"},
    "fp32, all rows at once": {"rows": 0},
    "fp32, samples_at_once=2": {"samples": 2},
    "fp32, replayed": {"record": record_nothing},
    "bf16": {"precision": "bf16"},
    "bf16, blocked attention": {"precision": "bf16", "attention": "blocked"},
    "bf16, numerics=reference": {"precision": "bf16", "numerics": "reference"},
    "bf16, compile": {"precision": "bf16", "compile": True},
    "int8": {"precision": "int8"},
    "int8, blocked attention": {"precision": "int8", "attention": "blocked"},
    "fp8": {"precision": "fp8"},
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--blocks", type=int, nargs=3, metavar=("MIXER", "DOUBLE", "SINGLE"), default=(1, 2, 4))
    parser.add_argument("--size", type=int, nargs=2, metavar=("HEIGHT", "WIDTH"), default=(216, 144))
    parser.add_argument("--steps", type=int, default=30)
    parser.add_argument("--guidance", type=float, default=2.0)
    parser.add_argument("--only", nargs="+", default=[], help="only options whose name contains one of these")
    parser.add_argument("--no-compile", action="store_true")
    parser.add_argument("--tiny", action="store_true")
    arguments = parser.parse_args()
    mixer, double, single = arguments.blocks
    height, width = arguments.size
    config = MMDiTConfig(height, width, mixer_depth=mixer, double_depth=double, single_depth=single)
    config = TINY if arguments.tiny else config
    plan = SamplePlan(arguments.steps, arguments.guidance)
    keep_freed_memory()
    print(
        f"{config.width} x {config.height}, blocks {config.mixer_depth}+{config.double_depth}+{config.single_depth}, "
    )
    print(f"hidden {config.hidden}, {plan.steps} steps, guidance {plan.guidance}, torch {torch.__version__}")
    print(f"{'option':28} {'dB':>6} {'mean':>6} {'max':>5} {'relative':>9} {'cpu s':>7}")
    with tempfile.TemporaryDirectory() as folder, torch.inference_mode():
        path = make_checkpoint(Path(folder), config)
        exact = engine_run(path, DiffusionOptions(), plan)()

        def report(name: str, run: Any) -> None:
            start = time.process_time()
            state = run()
            mean, most = levels(state, exact)
            row = f"{name:28} {nearness(state, exact):6.1f} {mean:6.2f} {most:5.1f} {relative(state[:1], exact):9.1e}"
            print(f"{row} {time.process_time() - start:7.1f}", flush=True)
            gc.collect()

        report("published program, bf16", plain_run(path, config, CPU, plan, torch.bfloat16))
        report("plain program, fp32", plain_run(path, config, CPU, plan, torch.float32))
        for name, choices in CHOICES.items():
            if arguments.only and not any(word in name for word in arguments.only):
                continue
            if "compile" in name and arguments.no_compile:
                continue
            extra = {key: choices[key] for key in ("samples", "record") if key in choices}
            options = DiffusionOptions(**{key: value for key, value in choices.items() if key not in extra})
            report(name, engine_run(path, options, plan, **extra))


if __name__ == "__main__":
    main()
