"""The person network's training: samples keep their word, the loss falls, the exported file computes the same."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from training.person.bank import Bank, Photo, corrected  # noqa: E402
from training.person.dress import boots, legs, sleeves  # noqa: E402
from training.person.export import write  # noqa: E402
from training.person.feed import jittered, to_batch  # noqa: E402
from training.person.figure import LABEL_OF, SHAPE, UNKNOWN, Figure, Region, limbs_of  # noqa: E402
from training.person.network import PersonNet  # noqa: E402
from training.person.sample import MIRRORED, draw_sample, placed  # noqa: E402
from training.person.train import Plan, Trainer, charge  # noqa: E402
from vesture.vision.parsing.network import MAP_COUNT, PersonNetwork  # noqa: E402
from vesture.vision.parsing.parse import Label  # noqa: E402

NO_PHOTOS = Bank([], [], [])


@pytest.fixture(scope="module")
def photo(figure: Figure) -> Photo:
    rng = np.random.default_rng(1)
    picture = np.clip(figure.picture + rng.normal(0, 5, figure.picture.shape), 0, 255).astype(np.uint8)
    skeleton = figure.skeleton
    return Photo(
        "drawn", picture, figure.regions, figure.mask, skeleton.points, skeleton.visibility, float(skeleton.unit)
    )


def test_the_same_seed_draws_the_same_sample(photo: Photo) -> None:
    bank = Bank([photo], [], [])
    one, other = (draw_sample(np.random.default_rng([5, 1]), bank) for _ in range(2))
    different = draw_sample(np.random.default_rng([5, 2]), bank)
    assert np.array_equal(one.picture, other.picture)
    assert np.array_equal(one.labels, other.labels)
    assert not np.array_equal(one.picture, different.picture)


def test_samples_have_the_networks_shapes_and_labels() -> None:
    seen = set()
    for seed in range(12):
        sample = draw_sample(np.random.default_rng([6, seed]), NO_PHOTOS)
        assert sample.picture.shape == (*SHAPE, 3)
        assert sample.mask.shape == SHAPE
        assert sample.body.shape == (MAP_COUNT, SHAPE[0] // 4, SHAPE[1] // 4)
        assert sample.labels.shape == (SHAPE[0] // 2, SHAPE[1] // 2)
        seen |= set(np.unique(sample.labels).tolist())
    assert seen - {UNKNOWN} == set(range(8))


def test_sleeves_and_legs_end_where_they_are_told_to(figure: Figure) -> None:
    limbs = limbs_of(figure.skeleton)
    arms = (limbs.arms.max(0) > 0.75) & np.isin(figure.regions, (Region.TOP, Region.SKIN)) & ~limbs.core
    arms &= limbs.arm_place[limbs.arms.argmax(0), *np.indices(SHAPE)] < 0.95
    short = sleeves(figure.regions, limbs, 0.3)
    place = limbs.arm_place[limbs.arms.argmax(0), *np.indices(SHAPE)]
    assert (short[arms & (place > 0.45)] == Region.SKIN).mean() > 0.9
    bare = legs(figure.regions, limbs, 0.4, Region.SKIN)
    shins = (limbs.legs.max(0) > 0.8) & (figure.regions == Region.BOTTOM) & (limbs.v > 1.2)
    lower = limbs.leg_place[limbs.legs.argmax(0), *np.indices(SHAPE)]
    assert (bare[shins & (lower > 0.55)] == Region.SKIN).mean() > 0.9
    booted = boots(bare, limbs, 0.7)
    assert (booted[shins & (lower > 0.8) & (lower < 0.95)] == Region.SHOES).mean() > 0.9


def test_a_photo_keeps_its_joints_on_its_body(photo: Photo) -> None:
    """Turned, mirrored and stretched, the nose stays on the skin and the hips on the body."""
    on_it, mirrored = 0, 0
    for seed in range(12):
        moved = placed(np.random.default_rng(seed), photo)
        points = moved.skeleton.points
        for joint in (0, 23, 24):
            column, row = np.round(points[joint]).astype(int)
            if 0 <= column < SHAPE[1] and 0 <= row < SHAPE[0]:
                on_it += 1
                found = moved.regions[row, column]
                assert found == Region.SKIN if joint == 0 else found != Region.SCENE
        before, after = photo.points[11, 0] - photo.points[12, 0], points[11, 0] - points[12, 0]
        mirrored += int(np.sign(before) == np.sign(after))
    assert on_it > 8
    assert mirrored == 12, "the wearer's left stays where it is seen in a photo from the front"


def test_mirrored_joints_swap_sides() -> None:
    assert sorted(MIRRORED) == list(range(33))
    assert [MIRRORED[joint] for joint in (0, 2, 7, 11, 28, 31)] == [0, 5, 8, 12, 27, 32]


def test_corrections_change_the_named_labels_in_their_place_only(photo: Photo) -> None:
    repairs = [
        {"from": ["TOP"], "to": "ONE_PIECE", "box": [0, 0, 1, 0.5]},
        {"from": ["SHOES"], "to": None, "box": [0, 0, 1, 1]},
    ]
    result = corrected(photo, repairs).labels
    half = SHAPE[0] // 2 + 1
    assert not (result[: half - 2] == Label.TOP).any()
    assert np.array_equal(result[half:] == Label.TOP, photo.labels[half:] == Label.TOP)
    assert np.array_equal(result == UNKNOWN, photo.labels == Label.SHOES)


def test_every_region_has_a_label() -> None:
    assert (LABEL_OF[list(Region)] < 8).all()
    assert LABEL_OF[UNKNOWN] == UNKNOWN


def test_a_bank_survives_its_file(photo: Photo, tmp_path: Path) -> None:
    bank = Bank([photo], [np.full((224, 224, 3), 9, np.float32)], [np.zeros((30, 40, 3), np.uint8)])
    bank.save(tmp_path / "bank.npz")
    again = Bank.load(tmp_path / "bank.npz")
    assert again.photos[0].name == "drawn"
    assert np.array_equal(again.photos[0].labels, photo.labels)
    assert again.photos[0].unit == pytest.approx(photo.unit)
    assert again.tiles[0].shape == (224, 224, 3)
    assert again.scenes[0].shape == (30, 40, 3)


def test_a_few_steps_lower_the_loss() -> None:
    trainer = Trainer(Plan(steps=1000, warmup=1, rate=3e-3))
    batch = to_batch([draw_sample(np.random.default_rng([8, index]), NO_PHOTOS) for index in range(4)])
    losses = [trainer.learn(batch) for _ in range(12)]
    assert losses[-1] < 0.7 * losses[0]


def test_unknown_labels_cost_nothing() -> None:
    logits = torch.randn(1, 8, 4, 4, generator=torch.Generator().manual_seed(0))
    labels = torch.full((1, 4, 4), 3, dtype=torch.uint8)
    labels[0, 2:] = UNKNOWN
    changed = logits.clone()
    changed[:, :, 2:] += torch.randn(1, 8, 2, 4, generator=torch.Generator().manual_seed(1))
    assert charge(logits, labels) == pytest.approx(float(charge(changed, labels)), rel=1e-5)


def test_jitter_changes_the_light_and_nothing_else() -> None:
    sample = draw_sample(np.random.default_rng([9, 0]), NO_PHOTOS)
    other = jittered(np.random.default_rng(0), sample)
    assert not np.array_equal(other.picture, sample.picture)
    assert other.labels is sample.labels


@pytest.mark.filterwarnings("ignore")
def test_onnxruntime_agrees_with_torch(tmp_path: Path, figure: Figure) -> None:
    torch.manual_seed(0)
    network = PersonNet(widths=(8, 12, 16, 24, 32)).eval()
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):  # so that folding has something to fold
            module.running_mean.normal_(0, 0.5)
            module.running_var.uniform_(0.5, 2)
    write(network, tmp_path / "small.onnx")
    import onnxruntime

    session = onnxruntime.InferenceSession(str(tmp_path / "small.onnx"), providers=["CPUExecutionProvider"])
    batch = to_batch([draw_sample(np.random.default_rng([10, 0]), NO_PHOTOS)])
    image, mask, body = batch.picture.float(), batch.mask.float() / 255, batch.body.float()
    (found,) = session.run(None, {"image": image.numpy(), "mask": mask.numpy(), "body": body.numpy()})
    with torch.no_grad():
        expected = network(image, mask, body).numpy()
    assert found.shape == expected.shape
    assert np.abs(found - expected).max() < 0.02 * max(1.0, np.abs(expected).max())
    scores = PersonNetwork(path=tmp_path / "small.onnx").log_scores(
        figure.picture.astype(np.uint8)[:, :150], figure.skeleton, figure.mask[:, :150]
    )
    assert scores.shape == (8, SHAPE[0], 150)
