"""Vesture: open, self-hosted virtual try-on. Two photos in, one out: the person wearing the garment.

from vesture import TryOn
TryOn()(person="person.jpg", garment="shirt.png", category="tops").images[0].save("out.png")
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vesture.core.task import Step
    from vesture.errors import Cancelled, InputError, VestureError
    from vesture.library import TryOn, TryOnResult

__version__ = "0.1.0"
__all__ = ["Cancelled", "InputError", "Step", "TryOn", "TryOnResult", "VestureError", "__version__"]

_HOMES = {
    "TryOn": "vesture.library",
    "TryOnResult": "vesture.library",
    "Step": "vesture.core.task",
    "Cancelled": "vesture.errors",
    "InputError": "vesture.errors",
    "VestureError": "vesture.errors",
}


def __getattr__(name: str) -> Any:  # PEP 562: `import vesture` stays light
    if name not in _HOMES:
        raise AttributeError(f"module 'vesture' has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(_HOMES[name]), name)
