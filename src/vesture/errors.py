"""The tree of errors that reach a user.

Takes: what went wrong, where. Gives: an HTTP status, the error type of the wire contract, and a text that is
safe to show. Knows nothing about HTTP frameworks.

Two families, as on the wire (docs/reference/errors.md):

* `InputError`: something is wrong with one field of the input. Answered as
  ``{"detail": [{"loc": ["body", field], "msg", "type", "ctx"?, "input"?}]}`` with status 422.
* `PlatformError`: the service could not carry the request out. Answered as
  ``{"detail": text, "error_type": type}``.

Anything else that escapes is a bug: it is logged whole and answered as a bare 500.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar


class VestureError(Exception):
    """Base of every error that Vesture raises on purpose. `str(error)` may be shown to anyone."""

    status: ClassVar[int] = 500
    type: ClassVar[str] = "internal_error"


@dataclasses.dataclass(frozen=True, slots=True)
class FieldFault:
    """What is wrong with one field: one entry of a 422 body, without its link to the documentation.

    `has_input` tells whether `input` (the JSON value that was sent) is to be repeated in the answer.
    """

    field: str
    type: str
    message: str
    context: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    input: Any = None
    has_input: bool = False


class InputError(VestureError):
    """One field of the input cannot be used.

    Args:
        field: name of the field in the request, e.g. ``"model_image"``.
        message: what is wrong and what to do, for the person who sent it.
        context: the machine-readable numbers of the message (``{"min_width": 64}``).
    """

    status = 422
    type = "value_error"

    def __init__(self, field: str, message: str, context: Mapping[str, Any] | None = None) -> None:
        super().__init__(message)
        self.field = field
        self.message = message
        self.context = dict(context or {})

    def __reduce__(self) -> tuple[Any, ...]:  # picklable: errors travel from the engine's process
        return (type(self), (self.field, self.message, self.context))

    @property
    def faults(self) -> tuple[FieldFault, ...]:
        """The entries of the 422 body, in the order of the fields; one, unless a subclass holds several."""
        return (FieldFault(self.field, self.type, self.message, self.context),)


class InvalidInput(InputError):
    """Fields of the input have a wrong type or value; holds every fault that was found, at least one."""

    def __init__(self, faults: Sequence[FieldFault]) -> None:
        first = faults[0]
        text = first.message if len(faults) == 1 else "; ".join(f"{fault.field}: {fault.message}" for fault in faults)
        super().__init__(first.field, text, first.context)
        self._faults = tuple(faults)

    def __reduce__(self) -> tuple[Any, ...]:
        return (type(self), (self._faults,))

    @property
    def faults(self) -> tuple[FieldFault, ...]:
        return self._faults


class MissingField(InputError):
    """A required field is absent."""

    type = "missing"


class FileDownloadError(InputError):
    """The URL could not be fetched."""

    type = "file_download_error"


class FileTooLarge(InputError):
    """The file has more bytes than allowed (context: ``max_size``)."""

    type = "file_too_large"


class ImageLoadError(InputError):
    """The bytes are not an image that can be decoded."""

    type = "image_load_error"


class UnsupportedImageFormat(InputError):
    """The image format is not supported (context: ``supported_formats``)."""

    type = "unsupported_image_format"


class ImageTooSmall(InputError):
    """The image has too few pixels (context: ``min_height``, ``min_width``)."""

    type = "image_too_small"


class ImageTooLarge(InputError):
    """The image has too many pixels (context: ``max_height``, ``max_width``)."""

    type = "image_too_large"


class ContentPolicyViolation(InputError):
    """The NSFW filter refused the image."""

    type = "content_policy_violation"


class PersonNotFound(InputError):
    """No person whose body can be dressed was found in the photo."""


class GarmentNotFound(InputError):
    """The garment could not be told apart from the rest of its photo, or is of another category."""


class PlatformError(VestureError):
    """The service could not carry the request out; the input is not to blame."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or (type(self).__doc__ or "").strip())

    @property
    def message(self) -> str:
        return str(self)


class InternalError(PlatformError):
    """Internal Server Error"""


class BadRequest(PlatformError):
    """The request is malformed."""

    status = 400
    type = "bad_request"


class StartTimeout(PlatformError):
    """The request did not start within the time that its sender allowed."""

    status = 504
    type = "request_timeout"


class WorkerLost(PlatformError):
    """The worker stopped while it ran this request, as often as attempts are allowed."""

    status = 503
    type = "runner_disconnected"


class Cancelled(PlatformError):
    """The request was cancelled."""

    status = 499
    type = "client_cancelled"


class AssetError(PlatformError):
    """A model file is missing or damaged; the text names the file and the command that mends it."""

    status = 503
    type = "runner_scheduling_failure"


class SettingError(VestureError):
    """A setting has a value that cannot be used; the text names the variable and what it accepts."""
