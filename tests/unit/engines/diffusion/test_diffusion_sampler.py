"""Schedule, noise and Euler steps: the published program's numbers, and the same bytes for the same seed."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from vesture.engines.diffusion.sampler import (
    SamplePlan,
    draw_noise,
    euler_steps,
    prepare_route,
    schedule,
    to_model_range,
    to_pixels,
)

CPU = torch.device("cpu")
SIZE = (216, 144)


def walk(model, condition, category, start, plan):
    return euler_steps(model, condition, start, prepare_route(model, category, plan))


def noise(seed: int = 42, sample: int = 0) -> torch.Tensor:
    return draw_noise(seed, sample, SIZE, CPU, torch.float32, "portable")


@pytest.mark.parametrize(("steps", "shift"), [(8, 1.5), (20, 1.5), (30, 1.5), (50, 1.5), (30, 0)])
def test_schedules_are_equal(golden_model, steps, shift):
    assert np.array_equal(schedule(steps, shift).double().numpy(), golden_model[f"schedule_{steps}_mu{shift}"])


def test_noise_is_the_published_one(golden_model):
    assert np.array_equal(noise().flatten()[::37].numpy(), golden_model["noise"])
    large = draw_noise(42, 0, (864, 576), CPU, torch.float32, "portable").flatten().numpy()
    assert np.array_equal(large[:16], golden_model["noise_864x576_seed42_first16"])
    assert np.array_equal(large[-16:], golden_model["noise_864x576_seed42_last16"])


def test_noise_of_a_sample_is_a_slice_of_one_draw():
    whole = torch.randn((3, 3, *SIZE), generator=torch.Generator().manual_seed(7))
    for sample in range(3):
        assert torch.equal(noise(7, sample)[0], whole[sample])


def test_noise_leaves_the_global_generator_alone():
    torch.manual_seed(0)
    expected = torch.randn(4)
    torch.manual_seed(0)
    noise(1)
    assert torch.equal(torch.randn(4), expected)


def test_noise_of_an_odd_size_is_refused():
    with pytest.raises(ValueError, match="multiple of 16"):
        draw_noise(1, 0, (9, 9), CPU, torch.float32, "portable")


def test_eight_steps_are_the_published_ones(load, condition_for, golden_model):
    model = load()
    names = {1: "run8_x_after_step1", 4: "run8_x_after_step4", 8: "run8_x_final"}
    for state in walk(model, condition_for(model), 2, noise(), SamplePlan(8, 2.0)):
        if state.index in names:
            expected = torch.from_numpy(golden_model[names[state.index]])
            got = state.x.flatten()[::37]
            assert float((got - expected).norm() / expected.norm()) < 1e-5
            assert float((got - expected).abs().max()) < 1e-5
    difference = np.abs(to_pixels(state.x)[0].astype(int) - golden_model["run8_image"])
    assert difference.max() <= 1
    assert (difference > 0).mean() < 0.001
    torch.testing.assert_close(state.expected, state.x, rtol=0, atol=1e-6)


def test_second_sample_is_the_published_one(load, condition_for, golden_model):
    model = load()
    *_, state = walk(model, condition_for(model), 2, noise(sample=1), SamplePlan(8, 2.0))
    difference = np.abs(to_pixels(state.x)[0, ::6].astype(int) - golden_model["run8_second_image_rows"])
    assert difference.max() <= 1
    assert (difference > 0).mean() < 0.001


def test_same_seed_same_bytes(load, condition_for):
    model = load()
    runs = [list(walk(model, condition_for(model), 1, noise(3), SamplePlan(2, 2.0)))[-1].x for _ in range(2)]
    other = list(walk(model, condition_for(model), 1, noise(4), SamplePlan(2, 2.0)))[-1].x
    assert torch.equal(*runs)
    assert not torch.equal(runs[0], other)


def test_branches_that_are_not_needed_are_not_computed(load, condition_for):
    """Guidance 1 needs no unguided branch, and no run needs it on the last step."""
    model = load()
    condition = condition_for(model)
    calls = 0

    def count(*_: object) -> None:
        nonlocal calls
        calls += 1

    handle = model.register_forward_hook(count)
    try:
        for guidance, expected in ((2.0, 5), (1.0, 3)):
            calls = 0
            plan = SamplePlan(3, guidance)
            list(walk(model, condition, 1, noise(), plan))
            assert calls == expected == plan.forwards
    finally:
        handle.remove()


def test_steps_are_taken_one_at_a_time(load, condition_for):
    """A caller that stops asking stops the work: nothing is computed ahead."""
    model = load()
    steps = walk(model, condition_for(model), 1, noise(), SamplePlan(50, 1.0))
    assert next(steps).index == 1
    steps.close()
    with pytest.raises(StopIteration):
        next(steps)


@pytest.mark.parametrize(("choice", "least"), [({"precision": "bf16"}, 60.0), ({"precision": "int8"}, 51.0)])
def test_thirty_steps_in_low_precision_stay_near_float32(load, condition_for, choice, least):
    """In dB of the picture; the published program in bfloat16 reaches 48.2 on a like model."""
    finals = []
    for options in ({}, choice):
        model = load(**options)
        *_, state = walk(model, condition_for(model), 2, noise(), SamplePlan(30, 2.0))
        finals.append(state.x.clamp(-1, 1) * 127.5)
    error = (finals[0] - finals[1]).square().mean()
    assert error > 0
    assert 20 * np.log10(255) - 10 * float(error.log10()) > least


def test_no_steps_are_refused():
    with pytest.raises(ValueError, match="at least 1"):
        SamplePlan(0, 2.0)


def test_pixels_are_truncated_not_rounded():
    x = torch.tensor([-2.0, -1.0, 0.0, 0.999, 1.0, 3.0]).reshape(1, 1, 1, 6).expand(1, 3, 1, 6)
    assert to_pixels(x)[0, 0, :, 0].tolist() == [0, 0, 127, 254, 255, 255]


def test_model_range_is_the_inverse_of_pixels():
    image = np.arange(256, dtype=np.uint8).reshape(16, 16, 1).repeat(3, axis=2)
    back = to_pixels(to_model_range(image, CPU, torch.float64))[0]
    assert np.abs(back.astype(int) - image).max() <= 1  # truncation may lose one level
