"""Draws of chance, by readable names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

import numpy as np

Name = TypeVar("Name")


def between(rng: np.random.Generator, low: float, high: float) -> float:
    return float(rng.uniform(low, high))


def maybe(rng: np.random.Generator, probability: float) -> bool:
    return bool(rng.random() < probability)


def choose(rng: np.random.Generator, weights: Mapping[Name, float]) -> Name:
    """One key, as often as its weight says."""
    keys = list(weights)
    shares = np.cumsum([weights[key] for key in keys])
    return keys[int(np.searchsorted(shares, rng.random() * shares[-1], side="right"))]


def near(rng: np.random.Generator, value: float, spread: float) -> float:
    """The value, off by a normal share of `spread` (cut at two of them)."""
    return value * (1 + float(np.clip(rng.normal(0, spread), -2 * spread, 2 * spread)))
