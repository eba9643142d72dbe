"""Training: the loss is the one described, and a few steps lower it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from training.garment.feed import draw_step, jittered, to_batch  # noqa: E402
from training.garment.losses import charges, heat_charge, total  # noqa: E402
from training.garment.network import GarmentNet, Reading  # noqa: E402
from training.garment.train import Plan, Trainer  # noqa: E402
from vesture.vision.garment.network import NET_SIDE, POINT_NAMES, peaks  # noqa: E402


def test_a_few_steps_lower_every_head_s_loss() -> None:
    plan = Plan(steps=1000, warmup=1, rate=3e-3, cooldown=1)
    trainer = Trainer(plan)
    batch = to_batch(draw_step(3, 0, count=4))
    first = trainer.learn(batch)
    for _ in range(11):
        last = trainer.learn(batch)
    assert last["parts"] < 0.75 * first["parts"]
    assert last["heat"] < first["heat"] - 0.3
    assert sum(last.values()) < sum(first.values())
    assert trainer.step == 12


def test_a_saved_trainer_goes_on_where_it_was(tmp_path: Path) -> None:
    plan = Plan(steps=100, warmup=1)
    batch = to_batch(draw_step(3, 1, count=2))
    trainer = Trainer(plan)
    trainer.learn(batch)
    trainer.save(tmp_path / "checkpoint.pt")
    other = Trainer(plan)
    other.load(torch.load(tmp_path / "checkpoint.pt", weights_only=True))
    assert other.step == 1
    assert trainer.learn(batch) == pytest.approx(other.learn(batch), rel=1e-3)


def test_the_rate_rises_stays_and_falls() -> None:
    plan = Plan(steps=1000, warmup=100, cooldown=200, rate=1.0)
    assert plan.rate_at(0) == pytest.approx(0.01)
    assert plan.rate_at(500) == 1.0
    assert plan.rate_at(900) == pytest.approx(0.5)
    assert plan.rate_at(1000) == 0


def test_the_heat_loss_is_least_where_the_point_is() -> None:
    cells = NET_SIDE // 4
    points = torch.tensor([[[80.0, 120.0]]])
    weights = torch.ones(1, 1)
    right, wrong = torch.zeros(1, 1, cells, cells), torch.zeros(1, 1, cells, cells)
    right[0, 0, 30, 20] = 9.0
    wrong[0, 0, 20, 30] = 9.0
    assert heat_charge(right, points, weights) < heat_charge(wrong, points, weights)
    assert heat_charge(wrong, points, torch.zeros(1, 1)) == 0


def test_peaks_find_the_place_that_the_heat_loss_wants() -> None:
    cells, wanted = NET_SIDE // 4, torch.tensor([[[63.0, 141.5]]])
    heat = torch.zeros(1, 1, cells, cells, requires_grad=True)
    optimiser = torch.optim.Adam([heat], 0.5)
    for _ in range(80):
        optimiser.zero_grad()
        heat_charge(heat, wanted, torch.ones(1, 1)).backward()
        optimiser.step()
    places, shares = peaks(heat[0].detach().numpy())
    assert np.abs(places[0] - [63.0, 141.5]).max() < 0.6
    assert shares[0] > 0.9


def test_absent_points_and_perfect_readings_cost_little() -> None:
    batch = to_batch(draw_step(3, 2, count=2))
    share = batch.parts.float() / 255
    words = [torch.nn.functional.one_hot(batch.words[:, i], n).float() * 20 for i, n in ((0, 5), (1, 4), (2, 9))]
    perfect = Reading(share * 40, torch.zeros(2, len(POINT_NAMES), 48, 48), (batch.present - 0.5) * 40, *words)
    random = GarmentNet()(batch.image.float())
    costs, usual = charges(perfect, batch), charges(random, batch)
    assert all(costs[name] < 0.2 * usual[name] for name in ("parts", "present", "kind", "sleeve", "neck"))
    assert torch.isfinite(total(usual))


def test_jitter_keeps_labels_and_changes_light() -> None:
    sample = draw_step(3, 3, count=1)[0]
    changed = [jittered(sample, np.random.default_rng(seed)) for seed in range(6)]
    assert any(np.array_equal(other.points, sample.points) for other in changed)
    assert any(not np.array_equal(other.parts, sample.parts) for other in changed)
    assert all(not np.array_equal(other.image, sample.image) for other in changed)
