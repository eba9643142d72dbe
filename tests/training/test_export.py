"""The exported file computes what the trained network computes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from training.garment.export import OUTPUTS, write  # noqa: E402
from training.garment.feed import draw_step, to_batch  # noqa: E402
from training.garment.network import GarmentNet  # noqa: E402
from vesture.vision.garment.network import POINT_NAMES, GarmentNetwork  # noqa: E402


@pytest.mark.filterwarnings("ignore")
def test_onnxruntime_agrees_with_torch(tmp_path: Path) -> None:
    torch.manual_seed(0)
    network = GarmentNet(widths=(8, 12, 16, 24, 32)).eval()
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):  # so that folding has something to fold
            module.running_mean.normal_(0, 0.5)
            module.running_var.uniform_(0.5, 2)
    write(network, tmp_path / "small.onnx")
    import onnxruntime

    session = onnxruntime.InferenceSession(str(tmp_path / "small.onnx"), providers=["CPUExecutionProvider"])
    batch = to_batch(draw_step(6, 0, count=1))
    outputs = session.run(None, {"image": batch.image.numpy().astype(np.float32)})
    with torch.no_grad():
        reading = network(batch.image.float())
    for name, output in zip(OUTPUTS, outputs, strict=True):
        expected = getattr(reading, name).numpy()
        assert output.shape == expected.shape
        assert np.abs(output - expected).max() < 0.01 * max(1.0, np.abs(expected).max()), name
    picture = batch.image[0].permute(1, 2, 0).numpy()
    assert set(GarmentNetwork(path=tmp_path / "small.onnx").read(picture).points) == set(POINT_NAMES)
