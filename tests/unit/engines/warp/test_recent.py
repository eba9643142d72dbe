"""What the engine remembers of the last few photos."""

from __future__ import annotations

import numpy as np

from vesture.core.task import Picture, TryOnOptions, TryOnTask
from vesture.engines.warp.engine import WarpEngine
from vesture.engines.warp.recent import Recent, fingerprint


def test_the_longest_unused_value_goes_first() -> None:
    recent: Recent[int] = Recent(2)
    recent.put("a", 1)
    recent.put("b", 2)
    assert recent.get("a") == 1
    recent.put("c", 3)
    assert recent.get("b") is None
    assert (recent.get("a"), recent.get("c")) == (1, 3)


def test_fingerprints_tell_pixels_shapes_and_transparency_apart() -> None:
    grey = np.full((6, 4, 3), 90, np.uint8)
    other = grey.copy()
    other[5, 3, 2] = 91
    pictures = [
        Picture(grey),
        Picture(other),
        Picture(grey.reshape(4, 6, 3)),
        Picture(grey, np.full((6, 4), 255, np.uint8)),
        Picture(grey, np.zeros((6, 4), np.uint8)),
    ]
    assert len({fingerprint(picture) for picture in pictures}) == len(pictures)
    assert fingerprint(Picture(grey.copy())) == fingerprint(pictures[0])


def test_a_remembered_photo_is_read_once_and_gives_the_same_bytes(estimator, sample) -> None:
    asked: list[tuple[int, ...]] = []

    class Counting:
        """The real estimator, which notes what it is asked."""

        def estimate(self, rgb):
            asked.append(rgb.shape)
            return estimator.estimate(rgb)

    engine = WarpEngine(Counting())
    task = TryOnTask(sample("avatars/1"), sample("shirts/4"), TryOnOptions("tops", garment_photo_type="flat-lay"))
    first, again = engine.run(task), engine.run(task)
    assert len(asked) == 1
    np.testing.assert_array_equal(first.images[0], again.images[0])
    np.testing.assert_array_equal(first.images[0], WarpEngine(estimator).run(task).images[0])


def test_a_picture_changed_after_the_run_does_not_spoil_what_is_remembered(estimator, sample) -> None:
    engine = WarpEngine(estimator)
    task = TryOnTask(sample("avatars/1"), sample("shirts/4"), TryOnOptions("tops", garment_photo_type="flat-lay"))
    first = engine.run(task)
    scribbled = Picture(task.person.rgb.copy())
    engine.run(TryOnTask(scribbled, task.garment, task.options))
    scribbled.rgb[:] = 0
    np.testing.assert_array_equal(engine.run(task).images[0], first.images[0])
