"""What the engine does not compute, counted: operations of a run at full size, with and without each exact saving.

    python bench/diffusion_savings.py [--steps 30]

Counted by torch on tensors without memory, so it takes seconds on any machine. The first row is the plain program:
both branches at every step, everything computed at every call. Time spent outside products (rotary tables, copies,
modulations that are read from memory) has no operations and is not in it.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

import torch
from diffusion_baseline import PlainModel
from torch import Tensor
from torch.utils.flop_counter import FlopCounterMode

from vesture.engines.diffusion.blocks import Tuning
from vesture.engines.diffusion.mmdit import Condition, MMDiT, MMDiTConfig
from vesture.engines.diffusion.sampler import SamplePlan

META = torch.device("meta")


def counted(work: Callable[[], Any]) -> float:
    """TFLOP of the products in this work."""
    with FlopCounterMode(display=False) as counter:
        work()
    return counter.get_total_flops() / 1e12


def pictures(config: MMDiTConfig) -> list[Tensor]:
    return [torch.empty(1, k, config.height, config.width, device=META) for k in (3, 1, 3, 1)]


def plain_step(config: MMDiTConfig, model: MMDiT) -> float:
    plain = PlainModel(config, dict(model.state_dict()))
    noisy = torch.empty(1, 3, config.height, config.width, device=META)
    return counted(lambda: plain.velocity(noisy, 0.3, 1, *pictures(config)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=30)
    arguments = parser.parse_args()
    config, plan = MMDiTConfig(), SamplePlan(arguments.steps, 2.0)
    with META, torch.inference_mode():
        model = MMDiT(config, Tuning())
        noisy = torch.empty(1, 3, config.height, config.width)
        step = model.unpack(model.modulations(model.vectors(torch.empty(1), 1))[0].packed)
        once = counted(lambda: model.condition(*pictures(config)))
        modulations = counted(lambda: model.modulations(torch.empty(1, config.hidden)))
        shown, null = model.condition(*pictures(config)), model.null_condition()
        written_out = Condition(null.person, null.garment.expand(-1, null.person.shape[1], -1))
        conditional = counted(lambda: model(noisy, shown, step))
        unguided = counted(lambda: model(noisy, null, step))
        unguided_full = counted(lambda: model(noisy, written_out, step))
        plain = plain_step(config, model)
    steps = plan.steps
    whole_forward = plain / 2
    per_call = once + modulations  # what the plain program repeats for every branch of every step
    last_block = whole_forward - per_call - unguided_full
    guided = steps - plan.unguided_last
    rows = {
        "plain program, both branches at all steps": steps * plain,
        "no unguided branch on the last step": -plan.unguided_last * whole_forward,
        "last block: no garment rows but keys and values": -(steps + guided) * last_block,
        "conditions embedded once a run": -(steps + guided - 1) * once,
        "first double block, unguided: one garment row": -guided * (unguided_full - unguided),
        "first unguided velocity of a seed remembered": -unguided,
    }
    total = steps * plain
    print(f"{'of a run of ' + str(steps) + ' steps':62} {'TFLOP':>9} {'share':>7}")
    for name, amount in rows.items():
        print(f"{name:62} {amount:9.3f} {amount / total:7.2%}")
    engine = steps * conditional + guided * unguided + once + (steps + guided) * modulations
    print(f"{'engine, a new seed':62} {engine:9.3f} {engine / total:7.2%}")
    print(f"{'engine, a seed seen before':62} {engine - unguided:9.3f} {(engine - unguided) / total:7.2%}")
    print(f"{'engine, guidance 1':62} {steps * conditional + once:9.3f} {steps * conditional / total:7.2%}")


if __name__ == "__main__":
    main()
