"""Put the engine together from files: checkpoint, pose networks, parser.

Takes a folder laid out as the published one, gives a `DiffusionEngine`; knows no settings. The folder:

    model.safetensors                     the checkpoint
    dwpose/yolox_l.onnx                   person detector, optional
    dwpose/dw-ll_ucoco_384.onnx           body, hands and face, optional
"""

from __future__ import annotations

from pathlib import Path

from vesture.core.task import RGB
from vesture.engines.diffusion.body_points import BodyPoints, from_blaze_pose
from vesture.engines.diffusion.devices import options_for, require_device
from vesture.engines.diffusion.dwpose import DETECTOR_FILE, POSE_FILE, DWPose
from vesture.engines.diffusion.memory import keep_freed_memory
from vesture.engines.diffusion.options import DiffusionOptions
from vesture.engines.diffusion.own_parser import own_parser
from vesture.engines.diffusion.pipeline import DiffusionEngine, FindPoints, Parse
from vesture.engines.diffusion.weights import load_model
from vesture.vision.pose.estimator import PoseEstimator

__all__ = ["blaze_points", "has_dwpose", "load_engine", "options_for"]

DWPOSE_FOLDER = "dwpose"


def has_dwpose(folder: Path) -> bool:
    return all((folder / DWPOSE_FOLDER / name).is_file() for name in (DETECTOR_FILE, POSE_FILE))


def load_engine(
    folder: Path,
    pose: PoseEstimator,
    options: DiffusionOptions,
    *,
    parse: Parse | None = None,
    allow_random: bool = False,
) -> DiffusionEngine:
    """Load the checkpoint and choose the pose finder: DWPose where its files are, else BlazePose.

    Args:
        folder: laid out as above.
        pose: BlazePose.
        parse: label map of a photo; None: Vesture's own.
        allow_random: accept a checkpoint of random numbers (tests and benchmarks).

    Raises:
        AssetError: the checkpoint is absent, damaged, random, or of another model.
        SettingError: the machine cannot do what the options ask.
    """
    require_device(options)
    model = load_model(folder, options, allow_random=allow_random)
    if options.device == "cpu":
        keep_freed_memory()
    find_points: FindPoints = DWPose(folder / DWPOSE_FOLDER) if has_dwpose(folder) else blaze_points(pose)
    return DiffusionEngine(model, find_points, parse or own_parser(pose), options)


def blaze_points(pose: PoseEstimator) -> FindPoints:
    """BlazePose as the engine's pose finder: 18 joints, no hands, no face."""

    def find(photo: RGB) -> BodyPoints:
        return from_blaze_pose(pose.estimate(photo), *photo.shape[:2])

    return find
