"""The middle of every try-on over an engine that notes what it was asked."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from vesture.core.task import EngineOutput, Picture, Step, TryOnOptions, TryOnTask, ignore_steps
from vesture.errors import ContentPolicyViolation, InputError
from vesture.images.safety import NsfwFilter
from vesture.pipeline import PhotoLimits, Pipeline

LIMITS = PhotoLimits(max_bytes=10**7, max_pixels=10**7, min_side=8, max_result_side=500)


class NotingEngine:
    name = "noting"

    def __init__(self) -> None:
        self.tasks: list[TryOnTask] = []

    def run(self, task: TryOnTask, on_step=ignore_steps) -> EngineOutput:
        self.tasks.append(task)
        frame = np.zeros((30, 20, 3), np.uint8)  # a frame of its own
        return EngineOutput((frame,), np.ones((30, 20), bool), facts={"engine": self.name})


class ScoredFilter(NsfwFilter):
    """The real filter with a score that is given."""

    def __init__(self, score: float) -> None:
        super().__init__(0.7, conservative=0.4)
        self._score = score

    def score(self, picture: Picture) -> float:
        return self._score


def photo() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (64, 96), "grey").save(buffer, "PNG")
    return buffer.getvalue()


def test_an_engine_is_never_told_to_find_the_category_out() -> None:
    engine, steps = NotingEngine(), []
    asked: list[tuple[tuple[int, ...], str]] = []

    def find(garment: Picture, photo_type: str) -> str:
        asked.append((garment.rgb.shape, photo_type))
        return "bottoms"

    pipeline = Pipeline(engine, NsfwFilter(0.7), LIMITS, find)  # type: ignore[arg-type]
    pipeline(photo(), photo(), TryOnOptions("auto", "flat-lay", nsfw_filter=False), steps.append)
    assert engine.tasks[0].options.category == "bottoms"
    assert asked == [((96, 64, 3), "flat-lay")]
    assert [step.message for step in steps if step.stage == "category"] == [
        "the garment is taken for one of the category bottoms"
    ]
    pipeline(photo(), photo(), TryOnOptions("tops", nsfw_filter=False))
    assert len(asked) == 1


def test_without_a_finder_the_category_must_be_named() -> None:
    with pytest.raises(InputError) as refused:
        Pipeline(NotingEngine(), NsfwFilter(0.7), LIMITS)(photo(), photo(), TryOnOptions("auto", nsfw_filter=False))
    assert refused.value.field == "category"


@pytest.mark.parametrize(("output_format", "kind"), [("png", "image/png"), ("jpeg", "image/jpeg")])
def test_results_come_in_the_format_that_was_asked_for(output_format: str, kind: str) -> None:
    options = TryOnOptions("tops", nsfw_filter=False, output_format=output_format)  # type: ignore[arg-type]
    steps: list[Step] = []
    result = Pipeline(NotingEngine(), NsfwFilter(0.7), LIMITS)(photo(), photo(), options, steps.append)
    (image,) = result.images
    with Image.open(io.BytesIO(image.data)) as opened:
        assert (opened.get_format_mimetype(), opened.size) == (kind, (20, 30))
    assert (image.content_type, image.width, image.height) == (kind, 20, 30)
    assert (result.facts["width"], result.facts["height"]) == (20, 30)  # the engine's frame, not the person's
    assert steps[-1].message == "made 1 picture(s) of 20x30"


@pytest.mark.parametrize(
    ("score", "moderation", "passes"),
    [(0.3, "conservative", True), (0.5, "conservative", False), (0.5, "permissive", True), (0.8, "permissive", False)],
)
def test_conservative_requests_are_screened_more_strictly(score: float, moderation: str, passes: bool) -> None:
    pipeline = Pipeline(NotingEngine(), ScoredFilter(score), LIMITS)
    options = TryOnOptions("tops", moderation=moderation)  # type: ignore[arg-type]
    if passes:
        assert pipeline(photo(), photo(), options).images
        return
    with pytest.raises(ContentPolicyViolation):
        pipeline(photo(), photo(), options)
