"""Batches of drawn samples, made by one process beside the trainer, in an order that depends on the seed alone."""

from __future__ import annotations

import contextlib
import itertools
import multiprocessing
import os
import queue as queue_module
from collections.abc import Iterator

import numpy as np
import torch
from numpy.typing import NDArray

from training.garment.generator import draw_sample
from training.garment.labels import Sample
from training.garment.losses import Batch

FRESH = 12  # new samples a step; the rest of a batch is drawn again from the pool
POOL = 1024


def draw_step(seed: int, step: int, count: int = FRESH) -> list[Sample]:
    """The new samples of one step."""
    return [draw_sample(np.random.default_rng([seed, step, index])) for index in range(count)]


def _work(seed: int, first_step: int, queue: multiprocessing.Queue) -> None:  # type: ignore[type-arg]
    import cv2

    cv2.setNumThreads(1)
    parent = os.getppid()
    os.setsid()  # Linux shares processor time between sessions first: drawing must not take the trainer's share
    for step in itertools.count(first_step):
        samples = draw_step(seed, step)
        while True:
            if os.getppid() != parent:  # the trainer was killed, and nobody will empty the queue
                os._exit(0)
            with contextlib.suppress(queue_module.Full):
                queue.put(samples, timeout=5)
                break


def _next(queue: multiprocessing.Queue, worker: multiprocessing.process.BaseProcess) -> list[Sample]:  # type: ignore[type-arg]
    """What the worker drew; an error where it died."""
    while True:
        with contextlib.suppress(queue_module.Empty):
            return queue.get(timeout=10)  # type: ignore[no-any-return]
        if not worker.is_alive():
            raise RuntimeError("the process that draws has died; its error is above")


def to_batch(samples: list[Sample]) -> Batch:
    def stack(arrays: list[NDArray[np.generic]]) -> torch.Tensor:
        return torch.from_numpy(np.stack(arrays))

    return Batch(
        image=stack([sample.image.transpose(2, 0, 1) for sample in samples]),
        parts=stack([sample.parts for sample in samples]),
        points=stack([sample.points for sample in samples]),
        weights=stack([sample.weights for sample in samples]),
        present=stack([sample.present for sample in samples]),
        words=torch.tensor([[sample.kind, sample.sleeve, sample.neck] for sample in samples]),
    )


def jittered(sample: Sample, rng: np.random.Generator) -> Sample:
    """Mirrored half of the time, with another exposure and colour cast."""
    if rng.random() < 0.5:
        sample = sample.mirrored()
    gain = rng.uniform(0.85, 1.15) * (1 + rng.normal(0, 0.03, 3))
    table = np.clip(np.arange(256)[:, None] * gain + rng.normal(0, 6), 0, 255).astype(np.uint8)
    image = np.stack([table[:, channel][sample.image[..., channel]] for channel in range(3)], 2)
    return Sample(
        image, sample.parts, sample.points, sample.weights, sample.present, sample.kind, sample.sleeve, sample.neck
    )


def batches(seed: int, first_step: int, size: int) -> Iterator[Batch]:
    """Batches without end. Stops its process when closed."""
    context = multiprocessing.get_context("fork")
    queue = context.Queue(maxsize=8)
    worker = context.Process(target=_work, args=(seed, first_step, queue), daemon=True)
    worker.start()
    pool: list[Sample] = []
    step = first_step
    try:
        while True:
            fresh = _next(queue, worker)
            rng = np.random.default_rng([seed, step, 1 << 20])
            older = (
                [pool[i] for i in rng.integers(len(pool), size=size - len(fresh))]
                if pool
                else fresh[: size - len(fresh)]
            )
            yield to_batch([jittered(sample, rng) for sample in [*fresh, *older]])
            pool = [*pool, *fresh][-POOL:]
            step += 1
    finally:
        worker.terminate()
