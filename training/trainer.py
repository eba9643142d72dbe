"""What training any of the networks shares: the averaged copy, the rate, a step's end, checkpoints."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

import torch
from torch import Tensor, nn

EMA = 0.998
LARGEST_GRADIENT = 5.0

Network = TypeVar("Network", bound=nn.Module)


class Schedule(Protocol):
    """How fast to learn at each step."""

    @property
    def rate(self) -> float: ...

    def rate_at(self, step: int) -> float: ...


class AveragedTrainer(Generic[Network]):
    """Network, averaged network, optimiser and step count, as one thing that can be saved."""

    def __init__(self, network: Network, schedule: Schedule, weight_decay: float) -> None:
        self.schedule = schedule
        self.network: Network = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.average: Network = copy.deepcopy(self.network).eval()
        self.optimiser = torch.optim.AdamW(self.network.parameters(), schedule.rate, weight_decay=weight_decay)
        self.step = 0

    def begin(self) -> None:
        """Ready the network for the next step's forward pass."""
        for group in self.optimiser.param_groups:
            group["lr"] = self.schedule.rate_at(self.step)
        self.network.train()

    def improve(self, loss: Tensor) -> None:
        """The end of a step: go down the gradient of `loss`; the averaged network follows."""
        self.optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(self.network.parameters(), LARGEST_GRADIENT)
        self.optimiser.step()
        self.step += 1
        self._follow()

    @torch.no_grad()
    def _follow(self) -> None:
        share = min(EMA, (1 + self.step) / (10 + self.step))
        for mean, now in zip(self.average.state_dict().values(), self.network.state_dict().values(), strict=True):
            if mean.is_floating_point():
                mean.lerp_(now, 1 - share)
            else:
                mean.copy_(now)

    def state(self) -> dict[str, Any]:
        return {
            "network": self.network.state_dict(),
            "average": self.average.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "step": self.step,
        }

    def load(self, state: dict[str, Any]) -> None:
        self.network.load_state_dict(state["network"])
        self.average.load_state_dict(state["average"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.step = int(state["step"])

    def save(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        half = path.with_suffix(".part")
        torch.save(self.state(), half)
        half.replace(path)
