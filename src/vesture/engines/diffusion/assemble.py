"""Put the engine together from files: checkpoint, pose networks, parser.

Takes a folder laid out as the published one, gives a `DiffusionEngine`; knows no settings. The folder:

    model.safetensors                     the checkpoint
    dwpose/yolox_l.onnx                   person detector, optional
    dwpose/dw-ll_ucoco_384.onnx           body, hands and face, optional
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

from vesture.core.task import RGB
from vesture.engines.diffusion.body_points import BodyPoints, from_blaze_pose
from vesture.engines.diffusion.dwpose import DETECTOR_FILE, POSE_FILE, DWPose
from vesture.engines.diffusion.memory import keep_freed_memory
from vesture.engines.diffusion.options import DiffusionOptions
from vesture.engines.diffusion.own_parser import own_parser
from vesture.engines.diffusion.pipeline import DiffusionEngine, FindPoints, Parse
from vesture.engines.diffusion.weights import load_model
from vesture.vision.pose import PoseEstimator

DWPOSE_FOLDER = "dwpose"


def options_for(device: str | None = None, **choices: Any) -> DiffusionOptions:
    """Options with the fastest precision whose pictures stay nearer to float32 than the published program's own.

    That is bfloat16 on GPUs and on CPUs with instructions for it, float32 elsewhere.

    Args:
        device: torch device; None: a CUDA device where there is one, else the CPU.
        **choices: other options, by name; ``precision`` overrules.
    """
    device = device or ("cuda" if torch.cuda.is_available() else "cpu")
    on_cpu = torch.device(device).type == "cpu"
    has_low = torch.cpu._is_avx512_bf16_supported() if on_cpu else torch.cuda.is_bf16_supported()
    return DiffusionOptions(**{"device": device, "precision": "bf16" if has_low else "fp32", **choices})


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
    """
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
