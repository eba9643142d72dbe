"""The model computes the published program's numbers, in every way of carrying it out."""

from __future__ import annotations

import pytest
import torch

from vesture.engines.diffusion.layers import patches, unpatch
from vesture.engines.diffusion.mmdit import MMDiT, MMDiTConfig
from vesture.engines.diffusion.sampler import draw_noise, to_model_range

CPU = torch.device("cpu")
EVERY = 37  # the golden vectors keep every 37th value
RELATIVE = 1e-5


def sampled(x: torch.Tensor) -> torch.Tensor:
    return x.float().flatten()[::EVERY]


def relative(got: torch.Tensor, expected) -> float:
    expected = torch.from_numpy(expected).float()
    return float((sampled(got) - expected).norm() / expected.norm())


def noisy_input(golden, index: int, dtype: torch.dtype = torch.float32) -> torch.Tensor:
    t = float(golden["t"][index])
    noise = draw_noise(42, 0, (216, 144), CPU, torch.float32, "portable")
    return ((1 - t) * noise + t * to_model_range(golden["ca_u8"], CPU, torch.float32)).to(dtype)


def velocity(model, condition, golden, index, category, dtype=torch.float32):
    (step,) = model.modulations(model.vectors(torch.from_numpy(golden["t"][index : index + 1]).to(dtype), category))
    return model(noisy_input(golden, index, dtype), condition, step)


@pytest.mark.parametrize("index", [0, 1, 2])
@pytest.mark.parametrize("branch", ["c", "u"])
def test_velocity_is_the_published_one(load, condition_for, golden_model, index, branch):
    model = load()
    condition, category = (condition_for(model), 2) if branch == "c" else (model.null_condition(), 0)
    got = velocity(model, condition, golden_model, index, category)
    expected = golden_model[f"v_{branch}_{index}"]
    assert relative(got, expected) < RELATIVE
    assert float((sampled(got) - torch.from_numpy(expected)).abs().max()) < 5e-6


@pytest.mark.parametrize("category", [1, 3])
def test_category_changes_the_velocity_as_published(load, condition_for, golden_model, category):
    model = load()
    got = velocity(model, condition_for(model), golden_model, 2, category)
    assert relative(got, golden_model[f"v_c_2_cat{category}"]) < RELATIVE
    assert relative(got, golden_model["v_c_2"]) > 100 * RELATIVE


@pytest.mark.parametrize(
    "choice", [{"rows": 0}, {"rows": 100}, {"attention": "blocked"}, {"attention": "math"}, {"attention": "flash"}]
)
def test_tuning_changes_rounding_only(load, condition_for, golden_model, choice):
    model = load(**choice)
    assert relative(velocity(model, condition_for(model), golden_model, 1, 2), golden_model["v_c_1"]) < RELATIVE


def test_time_steps_do_not_mix(load, condition_for, golden_model):
    model = load()
    together = model.modulations(model.vectors(torch.from_numpy(golden_model["t"]), 2))
    got = model(noisy_input(golden_model, 1), condition_for(model), together[1])
    assert relative(got, golden_model["v_c_1"]) < RELATIVE


@pytest.mark.parametrize(
    ("choice", "bound"),
    [
        ({"precision": "bf16", "attention": "fused"}, 0.004),
        ({"precision": "bf16", "attention": "blocked"}, 0.004),
        ({"precision": "int8", "attention": "fused"}, 0.02),
        ({"precision": "int8", "attention": "blocked"}, 0.02),
    ],
)
@pytest.mark.parametrize("branch", ["c", "u"])
def test_low_precision_stays_nearer_to_float32_than_the_published_program(
    load, condition_for, golden_model, choice, bound, branch
):
    """The published program in bfloat16 is 2.9 % (c) and 3.4 % (u) off float32 at this time."""
    model = load(**choice)
    condition, category = (condition_for(model), 2) if branch == "c" else (model.null_condition(), 0)
    got = velocity(model, condition, golden_model, 1, category)
    error = relative(got, golden_model[f"v_{branch}_1"])
    published = torch.from_numpy(golden_model[f"v_{branch}_1_ref_bf16"]).float()
    exact = torch.from_numpy(golden_model[f"v_{branch}_1"])
    assert 1e-4 < error < bound
    assert error < float((published - exact).norm() / exact.norm())


@pytest.mark.parametrize("branch", ["c", "u"])
def test_reference_numerics_round_as_the_published_program(load, condition_for, golden_model, branch):
    """Off float32 by 3 %, as it is, but within 1 % of it: mostly the time rounded to bfloat16."""
    model = load(precision="bf16", numerics="reference")
    assert {tensor.dtype for tensor in model.state_dict().values()} == {torch.bfloat16}
    condition, category = (condition_for(model, torch.bfloat16), 2) if branch == "c" else (model.null_condition(), 0)
    got = velocity(model, condition, golden_model, 1, category, torch.bfloat16)
    assert got.dtype == torch.bfloat16
    assert relative(got, golden_model[f"v_{branch}_1_ref_bf16"]) < 0.01
    assert relative(got, golden_model[f"v_{branch}_1"]) > 0.02


def test_samples_in_one_batch_do_not_mix(load, condition_for, golden_model):
    model = load()
    condition = condition_for(model)
    (step,) = model.modulations(model.vectors(torch.tensor([0.3]), 1))
    first, second = (draw_noise(1, sample, (216, 144), CPU, torch.float32, "portable") for sample in (0, 1))
    both = model(torch.cat([first, second]), condition, step)
    torch.testing.assert_close(both[1:], model(second, condition, step), rtol=1e-5, atol=5e-6)


def test_published_sizes():
    with torch.device("meta"):
        model = MMDiT(MMDiTConfig())
    assert len(model.state_dict()) == 366
    assert sum(parameter.numel() for parameter in model.parameters()) == 971_813_808
    assert model.config.rows * model.config.columns == 3456


@pytest.mark.parametrize(
    "sizes", [{"height": 865}, {"heads": 7}, {"axes": (16, 56, 54)}, {"axes": (15, 57, 56)}, {"axes": (64, 64)}]
)
def test_sizes_that_do_not_fit_are_refused(sizes):
    with pytest.raises(ValueError, match="expected"):
        MMDiTConfig(**sizes)


def test_patches_are_ordered_channel_row_column():
    image = torch.arange(2 * 4 * 6).float().reshape(1, 2, 4, 6)
    cut = patches(image, 2)
    assert cut.shape == (1, 6, 8)
    assert cut[0, 1].tolist() == [2, 3, 8, 9, 26, 27, 32, 33]
    assert torch.equal(unpatch(cut, 2, 3, 2), image)
