"""The input of a try-on request: the JSON object that was sent becomes typed values, or every fault it has.

Takes: an endpoint id and the object. Gives: a `TryOnInput`. Knows nothing about HTTP or about fetching photos.

Values are read as the endpoint's published schema does it (pydantic's lax mode): ``"50"`` and ``50.0`` are the
integer 50, ``"true"`` is true, ``null`` is no value of any field. Fields that the schema does not name are ignored.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from vesture.core.task import MAX_SAMPLES, MAX_SEED, MAX_TIMESTEPS, Category, GarmentPhotoType, TryOnOptions
from vesture.errors import FieldFault, InvalidInput, MissingField

MAX_REPEATED_INPUT_CHARACTERS = 200  # of a refused value in the answer: photos arrive as megabytes of base64


class TryOnFields(BaseModel):
    """Input of `fashn/tryon`: names, types, defaults and order of the published schema."""

    model_config = ConfigDict(extra="ignore", title="TryonInput")

    model_image: str = Field(description="URL or base64 of the photo of the person")
    garment_image: str = Field(description="URL or base64 of the photo of the garment")
    category: Category = Field(description="Category of the garment")
    garment_photo_type: GarmentPhotoType = Field(
        default="auto",
        description="'model' for a garment that somebody wears, 'flat-lay' for one that lies or hangs, "
        "'auto' to find out from the photo",
    )
    nsfw_filter: bool = Field(default=True, description="Refuse photos with nudity")
    cover_feet: bool = Field(default=False, description="A long garment may cover the feet or change the shoes")
    adjust_hands: bool = Field(default=False, description="The look of the hands may change")
    restore_background: bool = Field(default=False, description="Take extra steps to keep the background")
    restore_clothes: bool = Field(default=False, description="Take extra steps to keep the other clothes")
    long_top: bool = Field(default=False, description="The top is long: a tunic, a coat, a longline shirt")
    guidance_scale: Annotated[float, Field(ge=1.0, le=20.0, allow_inf_nan=False)] = Field(
        default=2.0, description="How closely the result follows the garment; too much oversaturates"
    )
    timesteps: int = Field(default=50, ge=1, le=MAX_TIMESTEPS, description="Steps of the diffusion engine")
    seed: int = Field(default=42, ge=0, le=MAX_SEED, description="The same seed and input give the same result")
    num_samples: int = Field(default=1, ge=1, le=MAX_SAMPLES, description="How many images to make")


@dataclass(frozen=True, slots=True)
class TryOnInput:
    """A request in typed values. `person` and `garment` are references as sent: URL, data URI or bare base64."""

    person: str
    garment: str
    options: TryOnOptions


INPUT_MODELS: Mapping[str, type[TryOnFields]] = {"fashn/tryon": TryOnFields}
"""The schema of every endpoint that is served."""


def parse_input(endpoint: str, payload: Mapping[str, Any]) -> TryOnInput:
    """Read the input object of a request to `endpoint` (a key of `INPUT_MODELS`).

    Raises:
        MissingField: one required field is absent, and nothing else is wrong.
        InvalidInput: anything else is wrong; holds a fault for every such field.
    """
    try:
        values = INPUT_MODELS[endpoint].model_validate(dict(payload))
    except ValidationError as error:
        faults = [_fault(entry) for entry in error.errors(include_url=False)]
        if len(faults) == 1 and faults[0].type == MissingField.type:
            raise MissingField(faults[0].field, faults[0].message) from None
        raise InvalidInput(faults) from None
    sent = values.model_dump(include={option.name for option in fields(TryOnOptions)})
    options = TryOnOptions(**sent)
    return TryOnInput(values.model_image, values.garment_image, options)


def _fault(entry: Mapping[str, Any]) -> FieldFault:
    name = str(entry["loc"][0])
    missing = entry["type"] == MissingField.type  # pydantic's "input" is then the whole object: photos and all
    return FieldFault(
        field=name,
        type=entry["type"],
        message=f"{name} is required" if missing else entry["msg"],
        context=dict(entry.get("ctx", {})),
        input=None if missing else _shortened(entry["input"]),
        has_input=not missing,
    )


def _shortened(value: object) -> object:
    """`value` as it may be repeated in an answer: short, and JSON that every parser reads."""
    if isinstance(value, str):
        text = value.encode("utf-8", "replace").decode()  # lone surrogates cannot be sent
        return text if len(text) <= MAX_REPEATED_INPUT_CHARACTERS else text[:MAX_REPEATED_INPUT_CHARACTERS] + "…"
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return value if abs(value) < 2**63 else "a number beyond 64 bits"
    return "an object" if isinstance(value, Mapping) else "a list"
