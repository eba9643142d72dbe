"""Try-on without a service.

python library.py person.jpg shirt.png tops out.png
"""

from __future__ import annotations

import sys

from vesture import InputError, Step, TryOn


def tell(step: Step) -> None:
    print(f"{step.index}/{step.total} {step.message}")


def main() -> int:
    person, garment, category, output = sys.argv[1:]
    try:
        result = TryOn()(person, garment, category, on_step=tell)
    except InputError as error:
        print(f"{error.field}: {error.message}", file=sys.stderr)
        return 1
    result.images[0].save(output)
    print(f"{result.changed.mean():.0%} of the pixels changed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
