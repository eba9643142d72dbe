"""One guided step on this CPU: a plain float32 program against the engine in each precision, as ratios of one run.

    python bench/diffusion_cpu.py                       a quarter of the model, at full width (two minutes)
    python bench/diffusion_cpu.py --blocks 4 8 16       the published size (about four minutes on two cores, 12 GB)

A guided step is both branches. The variants take turns, so that a machine that others use as well slows all of them
alike; the shortest of each is taken, by the wall's clock and by the processor's (seconds of all threads). Weights are
random, so the errors (relative L2 of the velocity against the plain program, conditional and unguided branch) say
nothing about outliers in trained weights.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import torch
from diffusion_baseline import PlainModel
from diffusion_checkpoint import make_checkpoint
from diffusion_runs import CATEGORY, conditions, noise_for, one_step_inputs, relative
from safetensors.torch import load_file
from torch import Tensor

from vesture.engines.diffusion.devices import tuning_for
from vesture.engines.diffusion.estimate import estimate_seconds
from vesture.engines.diffusion.memory import keep_freed_memory
from vesture.engines.diffusion.mmdit import MMDiTConfig
from vesture.engines.diffusion.options import DiffusionOptions
from vesture.engines.diffusion.weights import load_model

TIME = 0.3
CPU = torch.device("cpu")
Step = Callable[[], tuple[Tensor, Tensor]]


def plain_step(path: Path, config: MMDiTConfig) -> Step:
    model = PlainModel(config, {name: tensor.float() for name, tensor in load_file(path).items()})
    noise, known = noise_for(config, CPU), conditions(config, CPU)
    return lambda: model.velocity(noise, TIME, CATEGORY, *known)


def engine_step(path: Path, options: DiffusionOptions) -> tuple[Step, float]:
    """The step, what is done once a run not counted; and the engine's own estimate of its seconds."""
    model = load_model(path, options, allow_random=True)
    guided, free = one_step_inputs(model, TIME)
    return lambda: (model(*guided), model(*free)), estimate_seconds(model, 2)


def timed(step: Step) -> tuple[float, float, tuple[Tensor, Tensor]]:
    """Seconds of the wall's clock and of the processor, and the velocities."""
    wall, processor = time.perf_counter(), time.process_time()
    velocities = step()
    return time.perf_counter() - wall, time.process_time() - processor, velocities


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--blocks", type=int, nargs=3, metavar=("MIXER", "DOUBLE", "SINGLE"), default=(1, 2, 4))
    parser.add_argument("--checkpoint", type=Path, help="folder of a random checkpoint of these blocks, made before")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--rounds", type=int, default=2, help="turns of each variant")
    parser.add_argument("--plain-rounds", type=int, default=1, help="turns of the plain program")
    parser.add_argument("--compile", action="store_true", help="compile the blocks (one uncounted run first)")
    parser.add_argument("--precision", nargs="+", default=["fp32", "bf16", "int8"])
    parser.add_argument("--attention", default=None)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    mixer, double, single = arguments.blocks
    config = MMDiTConfig(mixer_depth=mixer, double_depth=double, single_depth=single)
    keep_freed_memory()  # for all: the plain program gains as well
    print(f"blocks {mixer}+{double}+{single}, {torch.get_num_threads()} threads, torch {torch.__version__}")
    with tempfile.TemporaryDirectory() as folder, torch.inference_mode():
        made = arguments.checkpoint or make_checkpoint(Path(folder), config).parent
        path = made / "model.safetensors"
        steps, estimates, attention = {"plain fp32": plain_step(path, config)}, {}, {}
        for precision in arguments.precision:
            options = DiffusionOptions(precision=precision, compile=arguments.compile, attention=arguments.attention)
            name = f"{precision} compiled" if arguments.compile else precision
            steps[name], estimates[name] = engine_step(path, options)
            attention[name] = tuning_for(options).attention
            if arguments.compile:
                steps[name]()
        best: dict[str, list[float]] = {}
        velocities = {}
        for turn in range(max(arguments.rounds, arguments.plain_rounds)):
            for name, step in steps.items():
                if turn < (arguments.plain_rounds if name == "plain fp32" else arguments.rounds):
                    wall, processor, velocities[name] = timed(step)
                    seconds = best.setdefault(name, [wall, processor])
                    best[name] = [min(seconds[0], wall), min(seconds[1], processor)]
                    print(f"  turn {turn + 1} {name}: wall {wall:.1f} s, processor {processor:.1f} s", flush=True)
    print(
        f"{'variant':15} {'attention':10} {'wall s':>7} {'ratio':>6} {'cpu s':>7} {'ratio':>6} {'error c':>9} "
        f"{'error u':>9} {'estimate s':>10}"
    )
    plain = best["plain fp32"]
    for name, (wall, processor) in best.items():
        errors = [relative(got, exact) for got, exact in zip(velocities[name], velocities["plain fp32"], strict=True)]
        print(
            f"{name:15} {attention.get(name, ''):10} {wall:7.1f} {plain[0] / wall:6.2f} {processor:7.1f} "
            f"{plain[1] / processor:6.2f} {errors[0]:9.1e} {errors[1]:9.1e} {estimates.get(name, 0):10.1f}"
        )


if __name__ == "__main__":
    main()
