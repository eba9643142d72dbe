"""The whole engine on a tiny random checkpoint: options have their effect, runs repeat, stop and do not mix."""

from __future__ import annotations

import threading
from collections.abc import Callable

import cv2
import numpy as np
import pytest

from vesture.core.task import EngineOutput, Picture, Step, TryOnOptions, TryOnTask
from vesture.engines.diffusion.body_parts import BodyPart, Labels
from vesture.engines.diffusion.body_points import BodyPoints
from vesture.engines.diffusion.options import DiffusionOptions
from vesture.engines.diffusion.pipeline import DiffusionEngine
from vesture.errors import Cancelled, GarmentNotFound, InputError, PersonNotFound

HEIGHT, WIDTH = 210, 120  # of the person photo: padded sideways in the model's 216 x 144
STEPS = 2


def textured(height: int, width: int, seed: int) -> np.ndarray:
    """A photo-like texture, gray on average."""
    coarse = np.random.default_rng(seed).integers(0, 256, (8, 6, 3), dtype=np.uint8)
    return cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)


PERSON, GARMENT = textured(HEIGHT, WIDTH, 1), textured(160, 160, 2)


def labels_of(photo: np.ndarray) -> Labels:
    """A parser that sees the same figure in every photo, at the photo's size."""
    figure = np.zeros((200, 100), np.uint8)
    figure[10:35, 40:60] = BodyPart.FACE
    figure[35:100, 30:70] = BodyPart.TOP
    figure[80:100, 20:28] = BodyPart.HANDS
    figure[100:150, 32:68] = BodyPart.PANTS
    figure[150:180, 32:68] = BodyPart.LEGS
    figure[180:195, 30:70] = BodyPart.FEET
    return cv2.resize(figure, (photo.shape[1], photo.shape[0]), interpolation=cv2.INTER_NEAREST)


def points_of(photo: np.ndarray) -> BodyPoints:
    """A pose finder that sees an upright body in every photo but square ones."""
    points = BodyPoints.none()
    points.body[:] = [
        (0.5, 0.1), (0.5, 0.18), (0.4, 0.2), (0.35, 0.35), (0.3, 0.45), (0.6, 0.2), (0.65, 0.35), (0.7, 0.45),
        (0.43, 0.5), (0.43, 0.7), (0.43, 0.9), (0.57, 0.5), (0.57, 0.7), (0.57, 0.9),
        (0.47, 0.08), (0.53, 0.08), (0.45, 0.09), (0.55, 0.09),
    ]  # fmt: skip
    return BodyPoints(points.body, points.hands, points.face, boxed=photo.shape[0] != photo.shape[1])


@pytest.fixture
def engine(load) -> Callable[..., DiffusionEngine]:
    def build(parse=labels_of, find_points=points_of, **options) -> DiffusionEngine:
        choice = DiffusionOptions(**options)
        model = load(precision=choice.precision, numerics=choice.numerics)
        return DiffusionEngine(model, find_points, parse, choice)

    return build


def dress(
    engine: DiffusionEngine, person=PERSON, garment=GARMENT, on_step=lambda step: None, **options
) -> EngineOutput:
    values = {"category": "tops", "garment_photo_type": "flat-lay", "timesteps": STEPS, **options}
    return engine.run(TryOnTask(Picture(person), Picture(garment), TryOnOptions(**values)), on_step)


def differ(first: EngineOutput, second: EngineOutput) -> bool:
    return not np.array_equal(first.images[0], second.images[0])


def test_results_have_the_size_of_the_person_photo(engine):
    large = textured(700, 400, 3)
    output = dress(engine(output="photo"), person=large)
    assert output.images[0].shape == (700, 400, 3)
    assert output.images[0].dtype == np.uint8
    assert output.changed.shape == (700, 400)
    assert np.array_equal(output.images[0][~output.changed], large[~output.changed])
    assert output.facts["engine"] == "diffusion"
    assert output.facts["segmentation_free"] is True
    assert {"pose", "condition", "sample", "compose"} <= output.facts["seconds"].keys()


def test_the_model_frame_is_the_default(engine):
    output = dress(engine(), person=textured(700, 400, 3))
    assert output.images[0].shape == (216, 123, 3)
    assert output.changed.all()


def test_same_seed_same_bytes(engine):
    runs = [dress(engine(), seed=7) for _ in range(2)]
    assert not differ(*runs)
    assert differ(runs[0], dress(engine(), seed=8))


def test_a_sample_does_not_depend_on_how_many_are_asked_for(engine):
    one, three = dress(engine()), dress(engine(), num_samples=3)
    assert len(three.images) == 3
    assert np.array_equal(one.images[0], three.images[0])
    assert not np.array_equal(three.images[0], three.images[1])


@pytest.mark.parametrize(
    "change",
    [
        {"guidance_scale": 5.0},
        {"guidance_scale": 1.0},
        {"timesteps": 3},
        {"category": "bottoms"},
        {"cover_feet": True},
        {"adjust_hands": True},
        {"long_top": True},
        {"garment_photo_type": "model"},
    ],
    ids=lambda change: "-".join(f"{key}={value}" for key, value in change.items()),
)
def test_options_change_the_picture(engine, change):
    usual = engine(output="model")
    assert differ(dress(usual), dress(usual, **change))


@pytest.mark.parametrize("option", ["cover_feet", "adjust_hands", "long_top"])
def test_options_of_the_mask_differ_from_the_plain_mask(engine, option):
    """They do more than turn the mask on."""
    masked = engine(output="model", segmentation_free=False)
    plain, changed = dress(masked), dress(masked, **{option: True})
    assert differ(plain, changed)
    assert changed.facts["segmentation_free"] is False
    assert dress(engine(), **{option: True}).facts["segmentation_free"] is False


def test_a_request_may_say_whether_the_person_is_masked(engine):
    free, masked = engine(), engine(segmentation_free=False)
    assert differ(dress(free), dress(masked))
    assert not differ(dress(free), dress(masked, segmentation_free=True))
    assert not differ(dress(masked), dress(free, segmentation_free=False))
    assert dress(free, segmentation_free=True, cover_feet=True).facts["segmentation_free"] is False
    with pytest.raises(InputError, match="segmentation_free needs a person parser") as caught:
        dress(engine(parse=None), segmentation_free=False)
    assert caught.value.field == "segmentation_free"


def test_long_runs_are_announced_before_they_start(engine, monkeypatch):
    asked: list[int] = []

    def estimate(model, forwards: int) -> float:
        asked.append(forwards)
        return 1080.0

    monkeypatch.setattr("vesture.engines.diffusion.samples.estimate_seconds", estimate)
    steps: list[Step] = []
    dress(engine(), on_step=steps.append, num_samples=2, timesteps=3)
    assert asked == [2 * 5]
    announced = [step.stage for step in steps].index("estimate")
    assert steps[announced].message == "this will take about 18 min on cpu"
    assert steps[announced + 1].stage == "diffuse"
    monkeypatch.setattr("vesture.engines.diffusion.samples.estimate_seconds", lambda model, forwards: 2.0)
    steps.clear()
    dress(engine(), on_step=steps.append)
    assert "estimate" not in [step.stage for step in steps]


def test_the_first_run_says_that_it_compiles(engine):
    """The engine is told that its model is compiled; the model of this test is not, so that it takes no minute."""
    built, steps = engine(compile=True), []
    for _ in range(2):
        dress(built, on_step=steps.append)
    messages = [step.message for step in steps if step.stage == "estimate"]
    assert len(messages) == 1
    assert messages[0].endswith("and about a minute once to compile the model")


def test_long_top_does_nothing_for_bottoms(engine):
    usual = engine(output="model")
    assert not differ(dress(usual, category="bottoms"), dress(usual, category="bottoms", long_top=True))


@pytest.mark.parametrize("output", ["photo", "model"])
def test_restore_background_brings_the_bytes_back(engine, output):
    person = textured(216, 144, 5)  # exactly the model's frame
    plain = dress(engine(output=output), person=person)
    restored = dress(engine(output=output), person=person, restore_background=True)
    background = (labels_of(person) == BodyPart.BACKGROUND).astype(np.uint8)
    far = cv2.erode(background, np.ones((13, 13), np.uint8)) > 0
    assert far.mean() > 0.3
    assert np.array_equal(restored.images[0][far], person[far])
    assert not restored.changed[far].any()
    assert (plain.images[0][far] != person[far]).any()
    body = cv2.erode(1 - background, np.ones((9, 9), np.uint8)) > 0
    assert np.array_equal(restored.images[0][body], plain.images[0][body])


def test_restore_clothes_brings_trousers_and_shoes_back(engine):
    person = textured(216, 144, 5)
    labels = labels_of(person)
    plain = dress(engine(), person=person)
    restored = dress(engine(), person=person, restore_clothes=True)
    without_feet = dress(engine(segmentation_free=False), person=person, restore_clothes=True, cover_feet=True)
    trousers, feet, top = (
        cv2.erode((labels == part).astype(np.uint8), np.ones((15, 15), np.uint8)) > 0
        for part in (BodyPart.PANTS, BodyPart.FEET, BodyPart.TOP)
    )
    assert np.array_equal(restored.images[0][trousers], person[trousers])
    assert np.array_equal(restored.images[0][feet], person[feet])
    assert np.array_equal(restored.images[0][top], plain.images[0][top])
    assert (plain.images[0][trousers] != person[trousers]).any()
    assert (without_feet.images[0][feet] != person[feet]).any()


@pytest.mark.parametrize(
    ("shape", "parse", "expected"),
    [
        ((160, 120), labels_of, "model"),
        ((160, 160), labels_of, "flat-lay"),  # no person is detected
        ((160, 120), lambda photo: np.full(photo.shape[:2], BodyPart.TOP, np.uint8), "flat-lay"),  # no skin
    ],
)
def test_the_kind_of_garment_photo_is_told(engine, shape, parse, expected):
    output = dress(engine(parse), garment=textured(*shape, 4), garment_photo_type="auto")
    assert output.facts["photo_type"] == expected


def test_progress_counts_all_steps(engine):
    steps: list[Step] = []
    dress(engine(), on_step=steps.append, num_samples=2, timesteps=3)
    diffused = [(step.index, step.total) for step in steps if step.stage == "diffuse"]
    assert diffused == [(index, 6) for index in range(1, 7)]
    assert steps[-1].stage == "compose"


def test_cancel_stops_within_one_step(engine):
    built = engine()
    forwards = 0

    def count(*_: object) -> None:
        nonlocal forwards
        forwards += 1

    def cancel(step: Step) -> None:
        if step.stage == "diffuse" and step.index == 2:
            raise Cancelled

    handle = built._model.register_forward_hook(count)
    try:
        with pytest.raises(Cancelled):
            dress(built, on_step=cancel, timesteps=50)
    finally:
        handle.remove()
    assert forwards == 4  # two steps, two branches


def test_previews_are_small_pictures(engine):
    steps: list[Step] = []
    dress(engine(preview_every=2), on_step=steps.append, timesteps=5, num_samples=2)
    with_preview = [step for step in steps if step.preview]
    assert [step.index for step in with_preview] == [2, 4, 7, 9]
    assert [step.preview.sample for step in with_preview] == [0, 0, 1, 1]
    decoded = cv2.imdecode(np.frombuffer(with_preview[0].preview.jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert decoded.shape == (108, 62, 3)  # half the frame, without padding
    dress(engine(), on_step=lambda step: pytest.fail("a preview nobody asked for") if step.preview else None)


def test_runs_at_the_same_time_do_not_mix(engine):
    """Photos of different proportions: each result is cut from its own frame."""
    shared = engine()
    people = [textured(210, 120, 6), textured(150, 140, 7)]
    alone = [dress(shared, person=person).images[0] for person in people]
    together: dict[int, np.ndarray] = {}
    barrier = threading.Barrier(2)

    def run(index: int) -> None:
        def wait(step: Step) -> None:
            if step.stage in ("prepare", "diffuse"):
                barrier.wait(timeout=30)

        together[index] = dress(shared, person=people[index], on_step=wait).images[0]

    threads = [threading.Thread(target=run, args=(index,)) for index in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(np.array_equal(together[index], alone[index]) for index in range(2))


@pytest.mark.parametrize(
    "options", [{"precision": "bf16"}, {"precision": "int8"}, {"precision": "bf16", "numerics": "reference"}]
)
def test_low_precision_gives_nearly_the_same_picture(engine, options):
    exact = dress(engine(output="model")).images[0].astype(int)
    low = dress(engine(output="model", **options)).images[0].astype(int)
    assert 0 < np.abs(exact - low).mean() < 3


def test_nobody_in_the_person_photo(engine):
    with pytest.raises(PersonNotFound, match="No person was found") as caught:
        dress(engine(find_points=lambda photo: BodyPoints.none()))
    assert caught.value.field == "model_image"


def test_no_garment_of_the_category_on_the_model(engine):
    bare = lambda photo: np.full(photo.shape[:2], BodyPart.LEGS, np.uint8)  # noqa: E731
    with pytest.raises(GarmentNotFound, match="category bottoms") as caught:
        dress(engine(bare), garment_photo_type="model", category="bottoms")
    assert caught.value.field == "garment_image"


@pytest.mark.parametrize("option", ["cover_feet", "adjust_hands", "long_top", "restore_background", "restore_clothes"])
def test_options_that_need_a_parser_are_refused_without_one(engine, option):
    with pytest.raises(InputError, match=f"{option} needs a person parser") as caught:
        dress(engine(parse=None), **{option: True})
    assert caught.value.field == option


def test_an_engine_that_always_masks_needs_a_parser(engine):
    with pytest.raises(ValueError, match="needs a parser"):
        engine(parse=None, segmentation_free=False)


def test_nothing_to_mask_is_said(engine):
    nothing = engine(lambda photo: np.zeros(photo.shape[:2], np.uint8), segmentation_free=False)
    assert dress(nothing).warnings == ("No clothes of category tops were found on the person.",)
    assert dress(engine(segmentation_free=False)).warnings == ()


def test_a_garment_photo_is_parsed_once(engine):
    parsed: list[tuple[int, ...]] = []

    def parse(photo: np.ndarray) -> Labels:
        parsed.append(photo.shape)
        return labels_of(photo)

    dress(engine(parse), garment=textured(160, 120, 4), garment_photo_type="auto")
    assert parsed == [(160, 120, 3)]


def test_flat_lay_garments_need_no_parser(engine):
    assert not differ(dress(engine(parse=None)), dress(engine()))
    with pytest.raises(InputError, match="garment_photo_type needs a person parser"):
        dress(engine(parse=None), garment=textured(160, 120, 4), garment_photo_type="auto")
