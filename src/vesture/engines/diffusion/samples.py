"""The pictures of one request, drawn by the model: batches of samples, progress, previews, time estimates.

Takes a condition and the request's options, gives pictures of the model's size. What it keeps between requests is
never changed once it is there (`recall`), so requests may overlap.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import torch

from vesture.core.task import RGB, OnStep, Preview, Step, TryOnOptions
from vesture.engines.diffusion.body_parts import CATEGORY_NUMBER
from vesture.engines.diffusion.estimate import estimate_seconds, spoken, wait_for
from vesture.engines.diffusion.graphs import Recorded, record_cuda
from vesture.engines.diffusion.memory import samples_that_fit
from vesture.engines.diffusion.mmdit import Condition, MMDiT
from vesture.engines.diffusion.options import DiffusionOptions
from vesture.engines.diffusion.recall import LastFew
from vesture.engines.diffusion.sampler import (
    SamplePlan,
    SampleState,
    Velocity,
    draw_noise,
    euler_steps,
    prepare_route,
    to_pixels,
)

LONG_RUN_SECONDS = 60.0
"""Runs expected to take longer say so before they start."""
PREVIEW_QUALITY = 75


@dataclass(slots=True)
class _Progress:
    """Says after every step how far a run is."""

    total: int
    on_step: OnStep
    started: float
    done: int = 0

    def step(self, preview: Preview | None) -> None:
        self.done += 1
        left = (time.perf_counter() - self.started) / self.done * (self.total - self.done)
        message = f"step {self.done} of {self.total}, {spoken(left)} left"
        self.on_step(Step(self.done, self.total, "diffuse", message, preview=preview))


class SampleMaker:
    """Draws samples with one model."""

    def __init__(self, model: MMDiT, options: DiffusionOptions) -> None:
        self._model, self._options = model, options
        self._velocity: Velocity = Recorded(model, record_cuda) if options.cuda_graphs else model
        self._first_unguided = LastFew()
        self._device = torch.device(options.device)
        rounds_as_reference = options.numerics == "reference" and options.precision == "bf16"
        self.dtype = torch.bfloat16 if rounds_as_reference else torch.float32
        """Type of noise and state."""
        self._has_compiled = not options.compile

    def make(
        self,
        condition: Condition,
        options: TryOnOptions,
        on_step: OnStep,
        unpad: Callable[[RGB], RGB] = lambda picture: picture,
    ) -> list[RGB]:
        """One picture (H, W, 3) a sample. With `samples_at_once` 1, a sample is the same however many are asked for.

        Args:
            unpad: what previews show of the model's frame.

        Raises:
            Cancelled: `on_step` asked to stop; it is asked after every step.
        """
        settings = self._options
        plan = SamplePlan(options.timesteps, options.guidance_scale, settings.time_shift, settings.unguided_last)
        self._announce(plan, options.num_samples, on_step)
        route = prepare_route(self._model, CATEGORY_NUMBER[options.found_category], plan, self.dtype)
        at_once = samples_that_fit(self._model.config, settings, min(settings.samples_at_once, options.num_samples))
        batches = torch.arange(options.num_samples).split(at_once)
        progress = _Progress(plan.steps * len(batches), on_step, time.perf_counter())
        pictures: list[RGB] = []
        for samples in (batch.tolist() for batch in batches):
            noise = torch.cat([self._noise(options.seed, sample) for sample in samples])  # (b, 3, H, W)
            recall = self._first_unguided.under((options.seed, *samples))
            for state in euler_steps(self._velocity, condition, noise, route, recall):
                wait_for(self._device)  # else a GPU's queue runs ahead of progress and cancel
                progress.step(self._preview(samples[0], state, unpad))
            pictures.extend(to_pixels(state.x))
        self._has_compiled = True
        return pictures

    def _noise(self, seed: int, sample: int) -> torch.Tensor:
        size = self._model.config.height, self._model.config.width
        return draw_noise(seed, sample, size, self._device, self.dtype, self._options.numerics)

    def _announce(self, plan: SamplePlan, num_samples: int, on_step: OnStep) -> None:
        expected = estimate_seconds(self._model, plan.forwards * num_samples)
        compiling = "" if self._has_compiled else ", and about a minute once to compile the model"
        if expected > LONG_RUN_SECONDS or compiling:
            on_step(Step(1, 1, "estimate", f"this will take {spoken(expected)} on {self._options.device}{compiling}"))

    def _preview(self, sample: int, state: SampleState, unpad: Callable[[RGB], RGB]) -> Preview | None:
        every = self._options.preview_every
        if not every or state.index % every or state.index == state.total:
            return None
        shown = unpad(to_pixels(state.expected[:1])[0])
        small = cv2.resize(shown, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
        _, jpeg = cv2.imencode(".jpg", small[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, PREVIEW_QUALITY])
        return Preview(sample, jpeg.tobytes())
