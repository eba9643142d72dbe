"""Trains the garment network from scratch on drawn garments.

    python -m training.garment.train [--steps N] [--out FOLDER] [--start CHECKPOINT]

Writes FOLDER/checkpoint.pt every few minutes (a later call goes on from there) and FOLDER/log.csv; at the end
FOLDER/garment.onnx, and its measures on held-back drawings.
"""

from __future__ import annotations

import argparse
import csv
import time
from dataclasses import dataclass
from pathlib import Path

import torch

from training.garment.feed import batches
from training.garment.losses import Batch, charges, total
from training.garment.network import GarmentNet
from training.trainer import AveragedTrainer


@dataclass(frozen=True, slots=True)
class Plan:
    """How to train: the rate rises for `warmup` steps, stays, and falls to nothing over the last `cooldown`."""

    steps: int = 8800
    batch: int = 16
    rate: float = 1.5e-3
    warmup: int = 200
    cooldown: int = 3000
    seed: int = 7
    threads: int = 1

    def rate_at(self, step: int) -> float:
        fall = min(1.0, max(self.steps - step, 0) / max(self.cooldown, 1))
        return self.rate * min(1.0, (step + 1) / self.warmup) * fall


class Trainer(AveragedTrainer[GarmentNet]):
    """The garment network in training."""

    def __init__(self, plan: Plan) -> None:
        torch.manual_seed(plan.seed)
        super().__init__(GarmentNet(), plan, weight_decay=0.01)

    def learn(self, batch: Batch) -> dict[str, float]:
        """One step; gives each head's loss."""
        self.begin()
        image = batch.image.float().contiguous(memory_format=torch.channels_last)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            reading = self.network(image)
        losses = charges(reading, batch)
        self.improve(total(losses))
        return {name: float(value.detach()) for name, value in losses.items()}


def run(plan: Plan, out: Path, start: Path | None, minutes_between_checkpoints: float = 3.0) -> Trainer:
    """Train to the plan's end."""
    torch.set_num_threads(plan.threads)
    trainer = Trainer(plan)
    checkpoint = out / "checkpoint.pt"
    source = checkpoint if checkpoint.exists() else start
    if source is not None:
        trainer.load(torch.load(source, weights_only=True))
        print(f"going on from {source} at step {trainer.step}", flush=True)
    out.mkdir(parents=True, exist_ok=True)
    mean: dict[str, float] = {}
    begun = saved = time.monotonic()
    first = trainer.step
    feed = batches(plan.seed, first, plan.batch)
    with (out / "log.csv").open("a", newline="") as file:
        log = csv.writer(file)
        while trainer.step < plan.steps:
            for name, value in trainer.learn(next(feed)).items():
                mean[name] = value if name not in mean else mean[name] * 0.98 + value * 0.02
            if trainer.step % 50 == 0:
                pace = (trainer.step - first) * plan.batch / (time.monotonic() - begun)
                row = [trainer.step, *(f"{value:.4f}" for value in mean.values()), f"{pace:.1f}"]
                log.writerow(row)
                file.flush()
                print(
                    "step",
                    row[0],
                    *(f"{n} {v}" for n, v in zip([*mean, "per second"], row[1:], strict=True)),
                    flush=True,
                )
            if time.monotonic() - saved > minutes_between_checkpoints * 60:
                trainer.save(checkpoint)
                saved = time.monotonic()
    feed.close()
    trainer.save(checkpoint)
    return trainer


def main() -> None:
    usual = Plan()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=usual.steps)
    parser.add_argument("--cooldown", type=int, default=usual.cooldown)
    parser.add_argument("--rate", type=float, default=usual.rate)
    parser.add_argument("--seed", type=int, default=usual.seed)
    parser.add_argument("--out", type=Path, default=Path("build/garment-network"))
    parser.add_argument("--start", type=Path, help="checkpoint to go on from when the folder has none of its own")
    given = parser.parse_args()
    plan = Plan(steps=given.steps, cooldown=given.cooldown, rate=given.rate, seed=given.seed)
    trainer = run(plan, given.out, given.start)
    from training.garment.evaluate import held_back, measure, table
    from training.garment.export import write
    from vesture.vision.garment.network import GarmentNetwork

    write(trainer.average, given.out / "garment.onnx")
    print(table(measure(GarmentNetwork(path=given.out / "garment.onnx"), held_back(300))))


if __name__ == "__main__":
    main()
