"""What eyes said of the gallery: counts of good, acceptable and bad results, and why.

    python -m bench.verdicts [FILE]

FILE (default `gallery_verdicts.tsv` beside this one) has a line per pair of the gallery: its name, the verdict, and
the causes of what is wrong, the gravest first, separated by commas ("-" for none). Good: passes at normal size.
Acceptable: the right garment, plausible, with a flaw that is seen. Bad: broken, or not the garment that was asked for.
Refused: the engine gave a typed error instead of a picture.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from bench.pairs import Row, gallery_rows

VERDICT_LIST = Path(__file__).with_name("gallery_verdicts.tsv")
VERDICTS = ("good", "acceptable", "bad", "refused")


@dataclass(frozen=True, slots=True)
class Verdict:
    """A judged pair."""

    row: Row
    verdict: str
    causes: tuple[str, ...]


def read_verdicts(path: Path = VERDICT_LIST) -> list[Verdict]:
    """The judged pairs, in the file's order.

    Raises:
        ValueError: a line names no pair of the gallery, no known verdict, or a pair that was judged before.
    """
    rows = {row.name: row for row in gallery_rows()}
    found: dict[str, Verdict] = {}
    for number, line in enumerate(path.read_text().splitlines()[1:], start=2):
        name, verdict, causes = line.split("\t")
        if name not in rows or verdict not in VERDICTS or name in found:
            raise ValueError(f"{path}:{number}: not a pair of the gallery, not a verdict, or judged before: {line!r}")
        found[name] = Verdict(rows[name], verdict, () if causes == "-" else tuple(causes.split(",")))
    return list(found.values())


def table(verdicts: Iterable[Verdict], field: str) -> list[str]:
    """Markdown rows: the values of a column of the gallery's list, with counts and shares of each verdict."""
    verdicts = list(verdicts)
    values = sorted({str(getattr(verdict.row, field)) for verdict in verdicts})
    head = (field.replace("_", " "), "pairs", *VERDICTS)
    lines = ["| " + " | ".join(head) + " |", "|---" * len(head) + "|"]
    for value in [*values, "all"]:
        chosen = [v for v in verdicts if value == "all" or getattr(v.row, field) == value]
        counts = Counter(verdict.verdict for verdict in chosen)
        cells = [f"{counts[name]} ({counts[name] / len(chosen):.0%})" for name in VERDICTS]
        lines.append(f"| {value} | {len(chosen)} | " + " | ".join(cells) + " |")
    return lines


def causes(verdicts: Iterable[Verdict]) -> list[str]:
    """Markdown rows: causes with how often each is the gravest of a bad or acceptable result, and named at all."""
    verdicts = list(verdicts)
    named = Counter(cause for verdict in verdicts for cause in verdict.causes)
    first = {
        name: Counter(verdict.causes[0] for verdict in verdicts if verdict.verdict == name and verdict.causes)
        for name in ("bad", "acceptable")
    }
    order = sorted(named, key=lambda cause: (first["bad"][cause], first["acceptable"][cause]), reverse=True)
    lines = ["| cause | gravest in bad | gravest in acceptable | named at all |", "|---" * 4 + "|"]
    return lines + [f"| {c} | {first['bad'][c]} | {first['acceptable'][c]} | {named[c]} |" for c in order]


def main() -> None:
    verdicts = read_verdicts(Path(sys.argv[1]) if len(sys.argv) > 1 else VERDICT_LIST)
    for field in ("category", "garment_photo", "set"):
        print("\n".join(table(verdicts, field)) + "\n")
    print("\n".join(causes(verdicts)))


if __name__ == "__main__":
    main()
