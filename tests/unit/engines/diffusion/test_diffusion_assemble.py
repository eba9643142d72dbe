"""The engine put together from files: tiny ONNX networks stand in for DWPose, the random checkpoint for the model."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from vesture.core.task import Picture, TryOnOptions, TryOnTask
from vesture.engines.diffusion.assemble import has_dwpose, load_engine
from vesture.engines.diffusion.availability import require, why_not_automatic
from vesture.engines.diffusion.dwpose import DETECTOR_FILE, POSE_FILE, DWPose
from vesture.engines.diffusion.memory import keep_freed_memory
from vesture.engines.diffusion.options import DiffusionOptions
from vesture.errors import AssetError, PersonNotFound, SettingError

PHOTO = np.full((300, 220, 3), 90, np.uint8)


class Nobody:
    """A pose estimator that finds nobody."""

    def estimate(self, photo: np.ndarray) -> None:
        return None


def save_network(path: Path, input_shape: list[int], outputs: dict[str, np.ndarray]) -> None:
    """An ONNX file that checks its input's shape and gives the same numbers for every picture."""
    picture = helper.make_tensor_value_info("picture", TensorProto.FLOAT, input_shape)
    nodes = [helper.make_node("ReduceSum", ["picture"], ["sum"], keepdims=0)]
    nodes.append(helper.make_node("Sub", ["sum", "sum"], ["nothing"]))
    nodes += [helper.make_node("Add", [f"{name}_numbers", "nothing"], [name]) for name in outputs]
    numbers = [numpy_helper.from_array(array, f"{name}_numbers") for name, array in outputs.items()]
    results = [helper.make_tensor_value_info(name, TensorProto.FLOAT, array.shape) for name, array in outputs.items()]
    graph = helper.make_graph(nodes, "constant", [picture], results, numbers)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.save(model, path)


@pytest.fixture
def dwpose_folder(tmp_path: Path, golden_pose) -> Path:
    """Both networks give the golden outputs of the first person."""
    folder = tmp_path / "dwpose"
    folder.mkdir()
    boxes = np.zeros((1, 8400, 85), np.float32)
    boxes[0, golden_pose["yolox_rows_index"]] = golden_pose["yolox_rows"]
    save_network(folder / DETECTOR_FILE, [1, 3, 640, 640], {"boxes": boxes})
    along_x, along_y = np.zeros((1, 133, 576), np.float32), np.zeros((1, 133, 768), np.float32)
    joints = np.arange(133)
    along_x[0, joints, golden_pose["simcc_x_pos"][0]] = golden_pose["simcc_x_val"][0]
    along_y[0, joints, golden_pose["simcc_y_pos"][0]] = golden_pose["simcc_y_val"][0]
    save_network(folder / POSE_FILE, [1, 3, 384, 288], {"along_x": along_x, "along_y": along_y})
    return folder


def test_dwpose_runs_both_networks(dwpose_folder, golden_pose):
    pose = DWPose(dwpose_folder, threads=1)
    boxes = pose.find_people(PHOTO)
    np.testing.assert_allclose(boxes, golden_pose["det_boxes_xyxy"], atol=1e-4)
    points, confidences = pose.find_points(PHOTO, golden_pose["pose_boxes"][0])
    rows = np.delete(np.arange(133), 20)  # joint 20 of the golden person was changed by hand
    assert np.array_equal(points[rows], golden_pose["pose_keypoints133"][0, rows])
    assert np.array_equal(confidences[rows], golden_pose["pose_scores133"][0, rows])
    found = pose(PHOTO)
    assert found.boxed
    assert found.shows_a_person
    assert ((found.body == -1) | ((found.body > 0) & (found.body < 1))).all()


def test_dwpose_takes_the_whole_photo_where_nobody_is_detected(dwpose_folder, golden_pose):
    save_network(dwpose_folder / DETECTOR_FILE, [1, 3, 640, 640], {"boxes": np.zeros((1, 8400, 85), np.float32)})
    found = DWPose(dwpose_folder, threads=1)(PHOTO)
    assert not found.boxed
    assert not found.shows_a_person
    assert (found.body >= 0).all(axis=1).sum() > 5


def test_engine_from_a_folder_takes_dwpose_where_it_is(dwpose_folder, checkpoint):
    folder = dwpose_folder.parent
    shutil.copy(checkpoint, folder / "model.safetensors")
    task = TryOnTask(Picture(PHOTO), Picture(PHOTO), TryOnOptions("tops", "flat-lay", timesteps=1))
    assert has_dwpose(folder)
    engine = load_engine(folder, Nobody(), DiffusionOptions(), allow_random=True)
    assert engine.run(task).images[0].shape == (196, 144, 3)
    (dwpose_folder / POSE_FILE).unlink()
    assert not has_dwpose(folder)
    with pytest.raises(PersonNotFound):  # BlazePose's stand-in sees nobody
        load_engine(folder, Nobody(), DiffusionOptions(), allow_random=True).run(task)


def test_a_random_checkpoint_is_not_served(tmp_path, checkpoint):
    shutil.copy(checkpoint, tmp_path / "model.safetensors")
    with pytest.raises(AssetError, match="random numbers"):
        load_engine(tmp_path, Nobody(), DiffusionOptions())


def test_what_the_machine_cannot_do_is_refused_before_loading(tmp_path):
    """No file is looked at: there is none."""
    with pytest.raises(SettingError, match="precision fp8 needs a CUDA device"):
        load_engine(tmp_path, Nobody(), DiffusionOptions(precision="fp8"))


def test_auto_takes_it_only_with_a_checkpoint_and_a_gpu(tmp_path, checkpoint, monkeypatch):
    assert "no model.safetensors in" in why_not_automatic(tmp_path)
    with pytest.raises(AssetError, match="vesture assets pull diffusion"):
        require(tmp_path)
    unmarked = checkpoint.read_bytes().replace(b"vesture_random_weights", b"vesture_marker_removed")
    (tmp_path / "model.safetensors").write_bytes(unmarked)
    require(tmp_path)
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    assert "no CUDA device" in why_not_automatic(tmp_path)
    monkeypatch.setattr("torch.cuda.is_available", lambda: True)
    assert why_not_automatic(tmp_path) is None


def test_asking_needs_no_torch(tmp_path):
    """In an interpreter where torch cannot be imported."""
    program = """
import importlib.abc, sys
from pathlib import Path
class Blocked(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] == "torch":
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Blocked())
import importlib.util
importlib.util.find_spec = lambda name: None if name == "torch" else object()
from vesture.engines.diffusion.availability import why_not_automatic
print(why_not_automatic(Path(".")))
"""
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=tmp_path, check=True)
    assert answer.stdout == "torch not installed: run `pip install vesture[diffusion]`\n"


def test_keeping_freed_memory_says_whether_it_did(monkeypatch):
    assert isinstance(keep_freed_memory(), bool)
    monkeypatch.setattr("ctypes.CDLL", lambda name: object())
    assert keep_freed_memory() is False
