"""What makes it fast changes what is computed by rounding only, and saves the work that it promises to save."""

from __future__ import annotations

import threading

import pytest
import torch

from vesture.engines.diffusion import samples as samples_module
from vesture.engines.diffusion.graphs import Recorded, record_nothing
from vesture.engines.diffusion.layers import Linear
from vesture.engines.diffusion.memory import plan_memory, samples_that_fit
from vesture.engines.diffusion.mmdit import Condition, MMDiT, MMDiTConfig
from vesture.engines.diffusion.options import DiffusionOptions
from vesture.engines.diffusion.quantised import Fp8Linear, Int8Linear, PackedInt8Linear, int8_rows
from vesture.engines.diffusion.recall import LastFew
from vesture.engines.diffusion.sampler import SamplePlan, draw_noise, euler_steps, prepare_route
from vesture.engines.diffusion.weights import load_model

CPU = torch.device("cpu")


def noise(seed: int = 1, sample: int = 0) -> torch.Tensor:
    return draw_noise(seed, sample, (216, 144), CPU, torch.float32, "portable")


def last_state(velocity, model: MMDiT, condition, plan: SamplePlan, **options) -> torch.Tensor:
    route = prepare_route(model, 1, plan)
    *_, state = euler_steps(velocity, condition, noise(), route, **options)
    return state.x


def relative(got: torch.Tensor, expected: torch.Tensor) -> float:
    return float((got.float() - expected.float()).norm() / expected.float().norm())


@pytest.fixture
def inputs() -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(0)
    tokens = torch.randn(1, 100, 128, generator=generator)
    return tokens, torch.randn(448, 128, generator=generator) / 11, torch.randn(448, generator=generator)


@pytest.mark.parametrize(
    ("kind", "bound"),
    [(Int8Linear, 0.012), (PackedInt8Linear, 0.012), (Fp8Linear, 0.045)],
)
def test_8_bit_products_are_near(inputs, kind, bound):
    tokens, weight, bias = inputs
    exact = torch.nn.functional.linear(tokens, weight, bias)
    layer = kind(weight, bias, torch.bfloat16)
    got = layer(tokens)
    assert got.dtype == torch.bfloat16
    assert 1e-3 < relative(got, exact) < bound
    gelu = torch.nn.functional.gelu(exact, approximate="tanh")
    assert relative(layer.product(layer.encode(tokens), gelu=True), gelu) < 1.5 * bound
    without = kind(weight, None, torch.bfloat16)
    assert relative(without(tokens), exact - bias) < bound


@pytest.mark.parametrize("outputs", [slice(0, 128), slice(128, 384), slice(0, 384), slice(384, None), slice(None)])
def test_a_range_of_outputs_is_that_range(inputs, outputs):
    tokens, weight, bias = inputs
    for layer in (
        PackedInt8Linear(weight, bias, torch.bfloat16, cuts=(0, 128, 384)),
        Int8Linear(weight, bias, torch.bfloat16),
        Fp8Linear(weight, bias, torch.bfloat16),
    ):
        encoded = layer.encode(tokens)
        assert torch.equal(layer.product(encoded, outputs), layer.product(encoded)[..., outputs])


def test_every_token_has_a_scale_of_its_own():
    tokens = torch.tensor([[1.0, -2.0, 0.5], [1000.0, 4.0, -127.0], [0.0, 0.0, 0.0]])
    numbers, scale = int8_rows(tokens)
    assert numbers.tolist() == [[64, -127, 32], [127, 1, -16], [0, 0, 0]]
    torch.testing.assert_close(numbers * scale, tokens, atol=4.0, rtol=0)
    torch.testing.assert_close((numbers * scale)[0], tokens[0], atol=0.008, rtol=0)


def test_gelu_within_the_product_is_gelu_after_it(inputs):
    tokens, weight, bias = inputs
    layer = Linear(128, 448).requires_grad_(False)
    layer.weight.data, layer.bias.data = weight.bfloat16(), bias.bfloat16()
    exact = torch.nn.functional.gelu(torch.nn.functional.linear(tokens, weight, bias), approximate="tanh")
    assert relative(layer.product(layer.encode(tokens), gelu=True), exact) < 0.005


def test_fp8_model_is_further_off_than_int8(load, condition_for, golden_model):
    """Which is why it is never the default: an e4m3 number has 3 bits after the leading one."""
    exact, *low = (
        last_state(load(**choice), load(**choice), condition_for(load(**choice)), SamplePlan(4, 2.0))
        for choice in ({}, {"precision": "int8"}, {"precision": "fp8"})
    )
    int8, fp8 = (relative(state, exact) for state in low)
    assert 1e-4 < int8 < fp8 < 0.1


def test_replayed_recordings_give_the_same_bytes(load, condition_for):
    """The same copying of inputs as on a GPU; what a CUDA graph adds is the replay itself."""
    model = load()
    recorded, condition, plan = Recorded(model, record_nothing), condition_for(model), SamplePlan(3, 2.0)
    assert torch.equal(last_state(recorded, model, condition, plan), last_state(model, model, condition, plan))


def test_recordings_are_made_once_a_shape(load, condition_for):
    model, made = load(), 0

    def record(work):
        nonlocal made
        made += 1
        return record_nothing(work)

    recorded = Recorded(model, record)
    for _ in range(2):
        last_state(recorded, model, condition_for(model), SamplePlan(3, 2.0))
    assert made == 2  # the unguided branch has one garment token

    results: dict[int, torch.Tensor] = {}
    (step,) = model.modulations(model.vectors(torch.tensor([0.5]), 1))

    def call(seed: int) -> None:
        with torch.inference_mode():
            results[seed] = recorded(noise(seed), condition_for(model), step)

    threads = [threading.Thread(target=call, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == 2
    for seed, got in results.items():
        assert torch.equal(got, model(noise(seed), condition_for(model), step))


def test_one_garment_row_stands_for_all(load):
    """The unguided branch with all its equal garment tokens written out."""
    model = load()
    (step,) = model.modulations(model.vectors(torch.tensor([0.3]), 0))
    null = model.null_condition()
    assert null.garment.shape[1] == 1
    full = Condition(null.person, null.garment.expand(-1, null.person.shape[1], -1))
    torch.testing.assert_close(model(noise(), null, step), model(noise(), full, step), rtol=1e-5, atol=5e-6)


def test_the_null_condition_is_that_of_zero_pictures(load):
    model = load()
    zero, zero_pose = torch.zeros(1, 3, 216, 144), torch.zeros(1, 1, 216, 144)
    shown = model.condition(zero, zero_pose, zero, zero_pose)
    null = model.null_condition()
    assert torch.equal(shown.person, null.person)
    assert torch.equal(shown.garment, null.garment.expand_as(shown.garment))


def test_the_first_unguided_velocity_is_computed_once_a_seed(load, condition_for):
    model, memory, calls = load(), LastFew(most=2), 0

    def counted(*arguments):
        nonlocal calls
        calls += 1
        return model(*arguments)

    plan, condition = SamplePlan(3, 2.0), condition_for(model)
    first = last_state(counted, model, condition, plan, first_unguided=memory.under((1, 0)))
    assert calls == 5
    again = last_state(counted, model, condition, plan, first_unguided=memory.under((1, 0)))
    assert calls == 5 + 4
    assert torch.equal(first, again)
    for other in ((2, 0), (3, 0), (1, 0)):  # the third pushes the first out
        last_state(counted, model, condition, plan, first_unguided=memory.under(other))
    assert calls == 9 + 3 * 5


def test_the_last_block_computes_no_garment_rows(load, condition_for):
    """They would be read by nothing; its MLP and output map see image tokens only."""
    model, rows = load(), []
    handle = model.single_blocks[-1].linear2.register_forward_hook(
        lambda layer, inputs, output: rows.append(inputs[0].shape[1])
    )
    try:
        (step,) = model.modulations(model.vectors(torch.tensor([0.3]), 1))
        model(noise(), condition_for(model), step)
    finally:
        handle.remove()
    assert sum(rows) == 18 * 12


def test_weights_that_change_with_time_only_are_read_once_a_run(load, condition_for):
    model, reads = load(), []
    handles = [block.modulation.register_forward_hook(lambda *_: reads.append(1)) for block in model.single_blocks]
    try:
        last_state(model, model, condition_for(model), SamplePlan(5, 2.0))
    finally:
        for handle in handles:
            handle.remove()
    assert len(reads) == len(model.single_blocks)


def test_samples_may_share_a_pass(load, condition_for):
    from vesture.core.task import TryOnOptions

    model = load()
    task_options = TryOnOptions("tops", timesteps=3, num_samples=3)
    passes: list[int] = []
    handle = model.register_forward_hook(lambda layer, inputs, output: passes.append(inputs[0].shape[0]))
    try:
        alone, shared = (
            samples_module.SampleMaker(model, DiffusionOptions(samples_at_once=at_once)).make(
                condition_for(model), task_options, lambda step: None
            )
            for at_once in (1, 2)
        )
    finally:
        handle.remove()
    assert passes == [1] * 15 + [2] * 5 + [1] * 5
    for first, second in zip(alone, shared, strict=True):
        difference = abs(first.astype(int) - second.astype(int))
        assert difference.max() <= 1
        assert (difference > 0).mean() < 0.001


def test_samples_share_a_pass_as_far_as_the_card_has_room(monkeypatch):
    options = DiffusionOptions(device="cuda", precision="bf16")
    one = plan_memory(MMDiTConfig(), options).activations
    monkeypatch.setattr("torch.cuda.memory_reserved", lambda device: 0)
    monkeypatch.setattr("torch.cuda.memory_allocated", lambda device: 0)
    for free, expected in ((5 * one, 4), (2.5 * one, 2), (0.1 * one, 1)):
        monkeypatch.setattr("torch.cuda.mem_get_info", lambda device, free=free: (int(free), 80 << 30))
        assert samples_that_fit(MMDiTConfig(), options, 4) == expected
    assert samples_that_fit(MMDiTConfig(), DiffusionOptions(), 3) == 3


@pytest.mark.parametrize(
    ("precision", "weights_gb"), [("fp32", 3.369), ("bf16", 1.953), ("int8", 1.245), ("fp8", 1.245)]
)
def test_the_published_model_fits_8_gb_cards(precision, weights_gb):
    plan = plan_memory(MMDiTConfig(), DiffusionOptions(device="cuda", precision=precision))
    assert plan.weights / 1e9 == pytest.approx(weights_gb, abs=0.002)
    assert plan.total < 6.5e9


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_the_plan_of_weights_is_what_is_loaded(checkpoint, precision):
    model = load_model(checkpoint, DiffusionOptions(precision=precision), allow_random=True)
    loaded = sum(
        parameter.numel() * parameter.element_size()
        for name, parameter in model.named_parameters()
        if "mod" not in name and "adaLN" not in name  # they stay in the file
    )
    assert plan_memory(model.config, DiffusionOptions(precision=precision)).weights == pytest.approx(loaded, rel=0.01)


def test_compiled_blocks_compute_the_same(checkpoint, load, condition_for, golden_model):
    """Through the compiler's own check of the graph, without its slow code generation."""
    torch._dynamo.reset()
    model = load_model(checkpoint, DiffusionOptions(), allow_random=True)
    for block in (*model.x_patch_mixer, *model.double_blocks, *model.single_blocks):
        block.compile(dynamic=False, fullgraph=True, backend="aot_eager")
    (step,) = model.modulations(model.vectors(torch.tensor([0.3]), 1))
    got = model(noise(), condition_for(model), step)
    torch.testing.assert_close(got, load()(noise(), condition_for(model), step), rtol=1e-5, atol=5e-6)
