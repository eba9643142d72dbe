"""The files of the diffusion engine on the Hugging Face hub: repository, revision, size, sha256 and licence.

Revisions are commits, so what a name means cannot change; sizes and digests are those of the hub's own records. The
name of a file is its place below the folder of the engine's weights.
"""

from __future__ import annotations

from dataclasses import dataclass

GROUP = "diffusion"


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository of models, at one commit.

    Attributes:
        name: owner and name on the hub.
        revision: the commit.
        licence: SPDX identifier, or a name, of what its files are under.
        licence_url: where the licence can be read.
        notice: a line for people about whose work it is.
        research_only: whether its licence allows research and evaluation only.
    """

    name: str
    revision: str
    licence: str
    licence_url: str
    notice: str
    research_only: bool = False

    @property
    def home(self) -> str:
        return f"https://huggingface.co/{self.name}"


@dataclass(frozen=True, slots=True)
class HubFile:
    """One file: `member` of its repository, put at `name`."""

    name: str
    repository: Repository
    member: str
    bytes: int
    sha256: str


APACHE = "https://www.apache.org/licenses/LICENSE-2.0"

CHECKPOINT = Repository(
    name="fashn-ai/fashn-vton-1.5",
    revision="7720683168567eb5a2a4c67f15116c6e29c83ded",
    licence="Apache-2.0",
    licence_url=APACHE,
    notice="FASHN VTON v1.5, the try-on model of FASHN AI",
)
DWPOSE = Repository(
    name="fashn-ai/DWPose",
    revision="548b5df25b84d9f4aac0611dfa1c2a7a12f15571",
    licence="Apache-2.0",
    licence_url=APACHE,
    notice="DWPose of IDEA Research and YOLOX of Megvii, as FASHN AI redistributes them",
)
PARSER = Repository(
    name="fashn-ai/fashn-human-parser",
    revision="1f80c34dbab321c5730dda5c3fea279fd3e97498",
    licence="NVIDIA Source Code License for SegFormer",
    licence_url="https://github.com/NVlabs/SegFormer/blob/master/LICENSE",
    notice="FASHN Human Parser, a SegFormer; its licence allows research and evaluation only (clause 3.3)",
    research_only=True,
)

HUB_FILES = (
    HubFile(
        "model.safetensors",
        CHECKPOINT,
        "model.safetensors",
        1_943_668_048,
        "d6cd38286885bc29fa487ea9383f80ffeb95862e7747c630d42c5d3c05bdd35a",
    ),
    HubFile(
        "dwpose/yolox_l.onnx",
        DWPOSE,
        "yolox_l.onnx",
        216_746_733,
        "7860ae79de6c89a3c1eb72ae9a2756c0ccfbe04b7791bb5880afabd97855a411",
    ),
    HubFile(
        "dwpose/dw-ll_ucoco_384.onnx",
        DWPOSE,
        "dw-ll_ucoco_384.onnx",
        134_399_116,
        "724f4ff2439ed61afb86fb8a1951ec39c6220682803b4a8bd4f598cd913b1843",
    ),
    HubFile(
        "parser/config.json",
        PARSER,
        "config.json",
        1_654,
        "87bd5b66419dbfa7c02cfbeb94e292454863b1606c5df29526b19a6c1de70d9f",
    ),
    HubFile(
        "parser/model.safetensors",
        PARSER,
        "model.safetensors",
        256_146_352,
        "e43c8c8a9b04f28798f0a4630cf18caa2cdb27a0d454fae43a5716e6f7078244",
    ),
)
