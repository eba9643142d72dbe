"""One guided step on this CPU: a plain float32 program against the engine in each precision, as ratios of one run.

    python bench/diffusion_cpu.py                       a quarter of the model, at full width (two minutes)
    python bench/diffusion_cpu.py --blocks 4 8 16       the published size (six minutes on two cores, 8 GB)

Weights are random, so the errors (relative L2 of the velocity against the plain program) say nothing about outliers in
trained weights.
"""

from __future__ import annotations

import argparse
import gc
import tempfile
import time
from pathlib import Path

import torch
from diffusion_baseline import PlainModel
from diffusion_checkpoint import make_checkpoint
from safetensors.torch import load_file
from torch import Tensor

from vesture.engines.diffusion.memory import keep_freed_memory
from vesture.engines.diffusion.mmdit import MMDiTConfig
from vesture.engines.diffusion.options import DiffusionOptions
from vesture.engines.diffusion.weights import load_model

TIME, CATEGORY = 0.3, 1
CLOCKS = {"wall": time.perf_counter, "cpu": time.process_time}


def random_inputs(config: MMDiTConfig) -> tuple[Tensor, list[Tensor]]:
    """A noisy picture, and person, person pose, garment, garment pose."""
    generator = torch.Generator().manual_seed(1)
    size = (config.height, config.width)
    noisy, *known = (torch.randn((1, channels, *size), generator=generator) for channels in (3, 3, 1, 3, 1))
    return noisy, [image.clamp(-1, 1) for image in known]


def time_plain(path: Path, config: MMDiTConfig, clock: str) -> tuple[float, Tensor, Tensor]:
    """Seconds and velocities of the plain program."""
    model = PlainModel(config, {name: tensor.float() for name, tensor in load_file(path).items()})
    noisy, known = random_inputs(config)
    start = CLOCKS[clock]()
    conditional, unguided = model.velocity(noisy, TIME, CATEGORY, *known)
    return CLOCKS[clock]() - start, conditional, unguided


def time_engine(path: Path, options: DiffusionOptions, repeats: int, clock: str) -> tuple[float, Tensor, Tensor]:
    """Seconds (best of `repeats`) and velocities of the engine; what is done once a run is not counted."""
    model = load_model(path, options, allow_random=True)
    noisy, known = random_inputs(model.config)
    condition, null = model.condition(*known), model.null_condition()
    guided, free = model.modulations(torch.cat([model.vectors(torch.tensor([TIME]), row) for row in (CATEGORY, 0)]))
    best = float("inf")
    for _ in range(repeats):
        start = CLOCKS[clock]()
        conditional, unguided = model(noisy, condition, guided), model(noisy, null, free)
        best = min(best, CLOCKS[clock]() - start)
    return best, conditional, unguided


def relative(got: Tensor, expected: Tensor) -> float:
    return float((got.float() - expected).norm() / expected.norm())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--blocks", type=int, nargs=3, metavar=("MIXER", "DOUBLE", "SINGLE"), default=(1, 2, 4))
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--repeats", type=int, default=1)
    parser.add_argument("--clock", choices=CLOCKS, default="wall", help="cpu: where other work shares the cores")
    parser.add_argument("--compile", action="store_true", help="compile the blocks (one uncounted run first)")
    parser.add_argument("--precision", nargs="+", default=["fp32", "bf16", "int8"])
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    mixer, double, single = arguments.blocks
    config = MMDiTConfig(mixer_depth=mixer, double_depth=double, single_depth=single)
    repeats = arguments.repeats + arguments.compile
    with tempfile.TemporaryDirectory() as folder, torch.inference_mode():
        path = make_checkpoint(Path(folder), config)
        keep_freed_memory()  # for both: the plain program gains as well
        plain, conditional, unguided = time_plain(path, config, arguments.clock)
        gc.collect()
        print(f"blocks {mixer}+{double}+{single}, {torch.get_num_threads()} threads, torch {torch.__version__}")
        print(f"{'variant':16} {'seconds':>8} {'ratio':>6} {'error c':>9} {'error u':>9}")
        print(f"{'plain fp32':16} {plain:8.2f} {1:6.2f}")
        for precision in arguments.precision:
            options = DiffusionOptions(precision=precision, compile=arguments.compile)
            seconds, got_conditional, got_unguided = time_engine(path, options, repeats, arguments.clock)
            errors = relative(got_conditional, conditional), relative(got_unguided, unguided)
            print(f"{precision:16} {seconds:8.2f} {plain / seconds:6.2f} {errors[0]:9.2e} {errors[1]:9.2e}", flush=True)
            gc.collect()


if __name__ == "__main__":
    main()
