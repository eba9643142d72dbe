"""Batches of samples, made by one process beside the trainer, in an order that depends on the seed alone."""

from __future__ import annotations

import contextlib
import itertools
import multiprocessing
import os
import queue as queue_module
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from training.person.bank import Bank
from training.person.sample import Sample, draw_sample

FRESH = 8  # new samples a step; the rest of a batch is drawn again from the pool
POOL = 1536


@dataclass(frozen=True, slots=True)
class Batch:
    """`Sample`s as tensors: picture (B, 3, H, W) and mask (B, 1, H, W) uint8, body (B, 11, H/4, W/4) float16, labels
    (B, H/2, W/2) uint8."""

    picture: Tensor
    mask: Tensor
    body: Tensor
    labels: Tensor


def to_batch(samples: list[Sample]) -> Batch:
    return Batch(
        picture=torch.from_numpy(np.stack([sample.picture.transpose(2, 0, 1) for sample in samples])),
        mask=torch.from_numpy(np.stack([sample.mask[None] for sample in samples])),
        body=torch.from_numpy(np.stack([sample.body for sample in samples])),
        labels=torch.from_numpy(np.stack([sample.labels for sample in samples])),
    )


def jittered(rng: np.random.Generator, sample: Sample) -> Sample:
    """With another exposure and colour cast, at times in other colours altogether or none."""
    gain = rng.uniform(0.8, 1.2) * (1 + rng.normal(0, 0.04, 3))
    table = np.clip(np.arange(256)[:, None] * gain + rng.normal(0, 8), 0, 255).astype(np.uint8)
    order = rng.permutation(3) if rng.random() < 0.04 else np.arange(3)
    picture = np.stack([table[:, i][sample.picture[..., order[i]]] for i in range(3)], 2)
    if rng.random() < 0.04:
        picture = np.repeat(picture.mean(2, keepdims=True), 3, 2).astype(np.uint8)
    return Sample(picture, sample.mask, sample.body, sample.labels)


def _work(seed: int, first_step: int, bank: Bank, queue: multiprocessing.Queue) -> None:  # type: ignore[type-arg]
    import cv2

    cv2.setNumThreads(1)
    parent = os.getppid()
    os.setsid()  # Linux shares processor time between sessions first: drawing must not take the trainer's share
    for step in itertools.count(first_step):
        samples = [draw_sample(np.random.default_rng([seed, step, index]), bank) for index in range(FRESH)]
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


def batches(seed: int, first_step: int, size: int, bank: Bank) -> Iterator[Batch]:
    """Batches without end. Stops its process when closed."""
    context = multiprocessing.get_context("fork")
    queue = context.Queue(maxsize=8)
    worker = context.Process(target=_work, args=(seed, first_step, bank, queue), daemon=True)
    worker.start()
    pool: list[Sample] = []
    step = first_step
    try:
        while True:
            fresh = _next(queue, worker)
            rng = np.random.default_rng([seed, step, 1 << 20])
            source = pool or fresh
            older = [source[i] for i in rng.integers(len(source), size=size - len(fresh))]
            yield to_batch([jittered(rng, sample) for sample in [*fresh, *older]])
            pool = [*pool, *fresh][-POOL:]
            step += 1
    finally:
        worker.terminate()
