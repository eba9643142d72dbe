"""Counting verdicts, and refusing lists that do not fit the gallery."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.pairs import gallery_rows
from bench.verdicts import causes, read_verdicts, table

HEAD = "name\tverdict\tcauses\n"
LIST = HEAD + (
    "avatar1-jacket1\tgood\t-\n"
    "avatar1-pants1\tbad\tremnant,leg edge\n"
    "avatar1-pants4\tacceptable\tleg edge\n"
    "worn-fashn_model\tbad\tleg edge\n"
)


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "verdicts.tsv"
    path.write_text(text)
    return path


def test_counts_by_column(tmp_path: Path) -> None:
    verdicts = read_verdicts(written(tmp_path, LIST))
    assert table(verdicts, "category") == [
        "| category | pairs | good | acceptable | bad | refused |",
        "|---|---|---|---|---|---|",
        "| bottoms | 1 | 0 (0%) | 0 (0%) | 1 (100%) | 0 (0%) |",
        "| one-pieces | 1 | 0 (0%) | 1 (100%) | 0 (0%) | 0 (0%) |",
        "| tops | 2 | 1 (50%) | 0 (0%) | 1 (50%) | 0 (0%) |",
        "| all | 4 | 1 (25%) | 1 (25%) | 2 (50%) | 0 (0%) |",
    ]
    assert "| worn | 1 | 0 (0%) | 0 (0%) | 1 (100%) | 0 (0%) |" in table(verdicts, "garment_photo")


def test_causes_by_gravity(tmp_path: Path) -> None:
    lines = causes(read_verdicts(written(tmp_path, LIST)))
    assert lines[2:] == ["| leg edge | 1 | 1 | 3 |", "| remnant | 1 | 0 | 1 |"]


@pytest.mark.parametrize(
    "line", ["nobody\tgood\t-", "avatar1-jacket1\tfine\t-", "avatar1-jacket1\tgood\t-\navatar1-jacket1\tbad\tx"]
)
def test_a_list_that_does_not_fit_is_refused(tmp_path: Path, line: str) -> None:
    with pytest.raises(ValueError, match="not a pair of the gallery"):
        read_verdicts(written(tmp_path, HEAD + line))


def test_every_pair_of_the_gallery_is_judged_and_every_flaw_has_a_cause() -> None:
    verdicts = read_verdicts()
    assert [verdict.row for verdict in verdicts] == gallery_rows()
    assert all(bool(verdict.causes) == (verdict.verdict != "good") for verdict in verdicts)
