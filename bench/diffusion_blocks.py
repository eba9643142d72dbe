"""The blocks of the published size one by one, and what a whole guided step of them takes: for busy machines.

    python bench/diffusion_blocks.py [--threads 1] [--turns 3]

One block of each kind with all its tokens, a plain float32 program against the engine; the variants take turns and the
shortest turn counts, by the processor's clock (seconds of all threads), since a block's few seconds find a quiet moment
where a step's minutes do not. A guided step is both branches: 2 x (4 mixer, 8 double, 15 single, 1 last single).
What is outside the blocks (embeddings, final layer, half a percent) is not in it.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import torch
from diffusion_baseline import PlainModel
from diffusion_checkpoint import make_checkpoint
from diffusion_runs import relative
from safetensors.torch import load_file
from torch import Tensor

from vesture.engines.diffusion.memory import keep_freed_memory
from vesture.engines.diffusion.mmdit import MMDiTConfig
from vesture.engines.diffusion.options import DiffusionOptions
from vesture.engines.diffusion.weights import load_model

COUNTS = {"mixer": 4, "double": 8, "single": 15, "last single": 1}
CPU = torch.device("cpu")

Blocks = dict[str, Callable[[], Tensor]]


def inputs(config: MMDiTConfig) -> tuple[Tensor, Tensor]:
    """Tokens of garment and image (1, 2 n, d), and the time and category vector (1, d)."""
    generator = torch.Generator().manual_seed(1)
    tokens = torch.randn(1, 2 * config.rows * config.columns, config.hidden, generator=generator)
    return tokens, torch.randn(1, config.hidden, generator=generator)


def plain_blocks(path: Path, config: MMDiTConfig) -> Blocks:
    model = PlainModel(config, {name: tensor.float() for name, tensor in load_file(path).items()})
    (tokens, vector), n = inputs(config), config.rows * config.columns
    garment, image = tokens[:, :n], tokens[:, n:]
    one = model.rotation(CPU)
    both = torch.cat([one, one])
    return {
        "mixer": lambda: model.single("x_patch_mixer.0", image, vector, one),
        "double": lambda: model.double("double_blocks.0", image, garment, vector, both)[0],
        "single": lambda: model.single("single_blocks.0", tokens, vector, both),
        "last single": lambda: model.single("single_blocks.0", tokens, vector, both)[:, n:],
    }


def engine_blocks(path: Path, config: MMDiTConfig, options: DiffusionOptions) -> Blocks:
    model = load_model(path, options, allow_random=True)
    (tokens, vector), n, tuning = inputs(config), config.rows * config.columns, model.tuning
    garment, image = tokens[:, :n], tokens[:, n:]
    (step,), (one, both) = model.modulations(vector), model.rotations(CPU)
    mixer, double, single = model.x_patch_mixer[0], model.double_blocks[0], model.single_blocks[0]
    rows = step.double_garment[0], step.double_image[0]
    return {
        "mixer": lambda: mixer(image, step.mixer[0], one, tuning),
        "double": lambda: double(garment, image, *rows, one, tuning)[1],
        "single": lambda: single(tokens, step.single[0], both, tuning),
        "last single": lambda: single(tokens, step.single[0], both, tuning, first=n),
    }


def variants(path: Path, config: MMDiTConfig) -> Iterator[tuple[str, Blocks]]:
    yield "plain fp32", plain_blocks(path, config)
    yield "engine fp32", engine_blocks(path, config, DiffusionOptions())
    for precision in ("bf16", "int8"):
        for attention in ("fused", "blocked"):
            options = DiffusionOptions(precision=precision, attention=attention)  # type: ignore[arg-type]
            yield f"{precision}, {attention}", engine_blocks(path, config, options)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--turns", type=int, default=2)
    parser.add_argument("--only", nargs="+", default=[""], help="only variants whose name contains one of these")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    keep_freed_memory()
    config = MMDiTConfig(mixer_depth=1, double_depth=1, single_depth=1)
    best: dict[str, dict[str, float]] = {}
    errors: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder, torch.inference_mode():
        path = make_checkpoint(Path(folder), config)
        every = {
            name: blocks
            for name, blocks in variants(path, config)
            if name == "plain fp32" or any(word in name for word in arguments.only)
        }
        exact: Tensor | None = None
        for _ in range(arguments.turns):
            for name, blocks in every.items():
                seconds = best.setdefault(name, {})
                for kind, block in blocks.items():
                    start = time.process_time()
                    result = block()
                    seconds[kind] = min(seconds.get(kind, float("inf")), time.process_time() - start)
                    if kind == "single":
                        exact = result if exact is None else exact
                        errors[name] = relative(result, exact)
    print(f"{arguments.threads} threads, torch {torch.__version__}, seconds of the processor")
    print(
        f"{'variant':15}"
        + "".join(f"{kind:>12}" for kind in COUNTS)
        + f"{'step':>9} {'ratio':>6} {'error of a block':>17}"
    )
    totals = {name: 2 * sum(COUNTS[kind] * seconds[kind] for kind in COUNTS) for name, seconds in best.items()}
    for name, seconds in best.items():
        row = f"{name:15}" + "".join(f"{seconds[kind]:12.2f}" for kind in COUNTS)
        print(f"{row}{totals[name]:9.1f} {totals['plain fp32'] / totals[name]:6.2f} {errors[name]:17.1e}")


if __name__ == "__main__":
    main()
