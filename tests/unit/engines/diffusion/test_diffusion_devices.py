"""Choices follow the machine, and what it cannot do is refused in words."""

from __future__ import annotations

import pytest
import torch

from vesture.engines.diffusion.blocks import Tuning
from vesture.engines.diffusion.devices import options_for, require_device, tuning_for
from vesture.engines.diffusion.options import DiffusionOptions
from vesture.errors import SettingError


@pytest.fixture
def card(monkeypatch):
    """Pretend that a CUDA device of some capability is there; nothing is computed on it."""

    def pretend(capability: tuple[int, int] = (9, 0), bf16: bool = True) -> None:
        monkeypatch.setattr("torch.cuda.is_available", lambda: True)
        monkeypatch.setattr("torch.cuda.device_count", lambda: 1)
        monkeypatch.setattr("torch.cuda.get_device_capability", lambda device: capability)
        monkeypatch.setattr("torch.cuda.get_device_name", lambda device: "Some Card")
        monkeypatch.setattr("torch.cuda.is_bf16_supported", lambda: bf16)

    return pretend


@pytest.fixture
def no_card(monkeypatch):
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)


@pytest.mark.parametrize(("supported", "precision"), [(True, "bf16"), (False, "fp32")])
def test_precision_follows_the_processor(monkeypatch, supported, precision):
    monkeypatch.setattr("torch.cpu._is_avx512_bf16_supported", lambda: supported)
    assert options_for("cpu").precision == precision
    assert options_for("cpu", precision="int8", output="photo") == DiffusionOptions(precision="int8", output="photo")


def test_a_gpu_is_taken_where_there_is_one(card, monkeypatch):
    card()
    monkeypatch.setattr("vesture.engines.diffusion.devices.find_spec", lambda name: None)
    assert options_for() == DiffusionOptions(device="cuda", precision="bf16")
    monkeypatch.setattr("vesture.engines.diffusion.devices.find_spec", lambda name: object())
    assert options_for() == DiffusionOptions(device="cuda", precision="bf16", compile=True)
    assert options_for(compile=False, precision=None) == DiffusionOptions(device="cuda", precision="bf16")
    card(bf16=False)
    assert options_for("cuda:0").precision == "fp32"


def test_the_cpu_is_taken_where_there_is_no_gpu(no_card):
    assert options_for().device == "cpu"
    assert options_for().compile is False


@pytest.mark.parametrize(
    ("options", "amx", "expected"),
    [
        ({"precision": "bf16"}, True, Tuning("fused", 864)),
        ({"precision": "bf16"}, False, Tuning("blocked", 864)),
        ({"precision": "int8"}, False, Tuning("blocked", 864)),
        ({"precision": "fp32"}, False, Tuning("fused", 864)),
        ({"precision": "bf16", "attention": "math", "rows": 0}, True, Tuning("math", 0)),
        ({"precision": "bf16", "device": "cuda"}, False, Tuning("fused", 0)),
        ({"compile": True}, True, Tuning("fused", 864, one_null_row=False)),
    ],
)
def test_tuning_is_by_device_and_precision(monkeypatch, options, amx, expected):
    monkeypatch.setattr("torch.cpu._is_amx_tile_supported", lambda: amx)
    assert tuning_for(DiffusionOptions(**options)) == expected


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"precision": "fp8"}, "precision fp8 needs a CUDA device of compute capability 8.9"),
        ({"device": "cuda"}, "torch sees no CUDA device here: use cpu"),
        ({"device": "toaster"}, "device 'toaster' is not one that torch knows"),
        ({"cuda_graphs": True}, "cuda_graphs needs a CUDA device"),
        ({"attention": "cudnn"}, "attention cudnn does not exist for torch.float32 on cpu: use fused"),
    ],
)
def test_what_the_machine_cannot_do_is_refused(no_card, options, words):
    with pytest.raises(SettingError, match=words):
        require_device(DiffusionOptions(**options))


def test_compiling_needs_a_compiler(monkeypatch):
    monkeypatch.setattr("shutil.which", lambda name: None)
    with pytest.raises(SettingError, match=r"needs a C\+\+ compiler"):
        require_device(DiffusionOptions(compile=True))


def test_old_cards_have_no_fp8(card):
    card((8, 6))
    with pytest.raises(SettingError, match=r"8\.9 or later, which Some Card is not: use bf16 or int8"):
        require_device(DiffusionOptions(device="cuda", precision="fp8"))
    card((8, 9))
    require_device(DiffusionOptions(device="cuda", precision="fp8"))
    with pytest.raises(SettingError, match="there are 1 CUDA devices"):
        require_device(DiffusionOptions(device="cuda:1"))
    card(bf16=False)
    with pytest.raises(SettingError, match="bf16 is not supported by Some Card"):
        require_device(DiffusionOptions(device="cuda", precision="bf16"))


@pytest.mark.parametrize("kind", ["fused", "blocked", "flash", "math"])
def test_the_kernels_that_cpus_have_are_accepted(kind):
    require_device(DiffusionOptions(attention=kind))
    assert torch.get_default_dtype() == torch.float32
