"""Trains the person network, from scratch or from the averaged weights of an earlier run.

    python -m training.person.train --bank FILE [--steps N] [--rate RATE] [--start CHECKPOINT] [--out FOLDER]

Writes OUT/checkpoint.pt every few minutes (a later call goes on from there) and OUT/log.csv; at the end
OUT/person.onnx.
"""

from __future__ import annotations

import argparse
import csv
import math
import time
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from training.person.bank import Bank
from training.person.export import write
from training.person.feed import Batch, batches
from training.person.figure import UNKNOWN
from training.person.network import PersonNet
from training.trainer import AveragedTrainer

LABEL_WEIGHTS = (0.8, 1.2, 1.0, 1.0, 1.0, 1.5, 1.4, 3.0)  # by `Label`; rare ones count for more


@dataclass(frozen=True, slots=True)
class Plan:
    """How to train: the rate rises for `warmup` steps and falls along a cosine."""

    steps: int = 3000
    batch: int = 16
    rate: float = 2e-3
    warmup: int = 150
    seed: int = 11
    threads: int = 1

    def rate_at(self, step: int) -> float:
        share = min(1.0, step / self.steps)
        return self.rate * min(1.0, (step + 1) / self.warmup) * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * share)))


def charge(logits: Tensor, labels: Tensor) -> Tensor:
    """Cross entropy plus half of one minus the soft overlap of each label that is shown; (B, 8, h, w) and (B, h, w)."""
    known = (labels != UNKNOWN).float()
    wanted = labels.long().masked_fill(labels == UNKNOWN, 0)
    logs = logits.log_softmax(1)
    right = logs.gather(1, wanted[:, None])[:, 0]
    weights = torch.tensor(LABEL_WEIGHTS)[wanted] * known
    plain = -(weights * right).sum() / weights.sum().clamp_min(1)
    nothing = logits.new_zeros(logits.shape[:2])
    common = nothing.scatter_add(1, wanted.flatten(1), (right.exp() * known).flatten(1))
    count = nothing.scatter_add(1, wanted.flatten(1), known.flatten(1))
    found = (logs.exp() * known[:, None]).sum((2, 3))
    overlap = (2 * common + 1) / (found + count + 1)
    shown = count > 0
    return plain + 0.5 * ((1 - overlap) * shown).sum() / shown.sum().clamp_min(1)


class Trainer(AveragedTrainer[PersonNet]):
    """The person network in training."""

    def __init__(self, plan: Plan) -> None:
        torch.manual_seed(plan.seed)
        super().__init__(PersonNet(), plan, weight_decay=0.02)

    def learn(self, batch: Batch) -> float:
        """One step; gives the loss."""
        self.begin()
        image = batch.picture.float().contiguous(memory_format=torch.channels_last)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            logits = self.network(image, batch.mask.float() / 255, batch.body.float())
        loss = charge(logits.float(), batch.labels)
        self.improve(loss)
        return float(loss.detach())


def run(
    plan: Plan, bank: Bank, out: Path, start: Path | None = None, minutes_between_checkpoints: float = 3.0
) -> Trainer:
    """Train to the plan's end; a new run begins with the averaged weights of the checkpoint `start`, if given."""
    torch.set_num_threads(plan.threads)
    out.mkdir(parents=True, exist_ok=True)
    trainer = Trainer(plan)
    checkpoint = out / "checkpoint.pt"
    if checkpoint.exists():
        trainer.load(torch.load(checkpoint, weights_only=True))
        print(f"going on from step {trainer.step}", flush=True)
    elif start is not None:
        weights = torch.load(start, weights_only=True)["average"]
        trainer.network.load_state_dict(weights)
        trainer.average.load_state_dict(weights)
    first, mean = trainer.step, 0.0
    begun = saved = time.monotonic()
    feed = batches(plan.seed, first, plan.batch, bank)
    with (out / "log.csv").open("a", newline="") as file:
        log = csv.writer(file)
        while trainer.step < plan.steps:
            loss = trainer.learn(next(feed))
            mean = loss if not mean else 0.98 * mean + 0.02 * loss
            if trainer.step % 50 == 0:
                pace = (trainer.step - first) * plan.batch / (time.monotonic() - begun)
                log.writerow([trainer.step, f"{mean:.4f}", f"{pace:.1f}"])
                file.flush()
                print(f"step {trainer.step} loss {mean:.4f} per second {pace:.1f}", flush=True)
            if time.monotonic() - saved > minutes_between_checkpoints * 60:
                trainer.save(checkpoint)
                saved = time.monotonic()
    feed.close()
    trainer.save(checkpoint)
    return trainer


def main() -> None:
    usual = Plan()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bank", type=Path, default=Path("build/person-network/bank.npz"))
    parser.add_argument("--steps", type=int, default=usual.steps)
    parser.add_argument("--seed", type=int, default=usual.seed)
    parser.add_argument("--threads", type=int, default=usual.threads)
    parser.add_argument("--rate", type=float, default=usual.rate)
    parser.add_argument("--start", type=Path)
    parser.add_argument("--out", type=Path, default=Path("build/person-network"))
    given = parser.parse_args()
    plan = Plan(steps=given.steps, rate=given.rate, seed=given.seed, threads=given.threads)
    trainer = run(plan, Bank.load(given.bank), given.out, given.start)
    write(trainer.average, given.out / "person.onnx")


if __name__ == "__main__":
    main()
