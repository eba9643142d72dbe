"""The input of a try-on request: the JSON object that was sent becomes typed values, or every fault it has.

Takes: an endpoint id and the object. Gives: a `TryOnInput`. Knows nothing about HTTP or about fetching photos. Two
shapes of input are served: that of `fashn/tryon`, and that of the versioned endpoints, which name a `mode` where the
first has steps and guidance.

Values are read as the endpoint's published schema does it (pydantic's lax mode): ``"50"`` and ``50.0`` are the
integer 50, ``"true"`` is true, ``null`` is no value of any field. Fields that the schema does not name are ignored.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from vesture.core.task import (
    MAX_SAMPLES,
    MAX_SEED,
    MAX_TIMESTEPS,
    Category,
    CategoryChoice,
    GarmentPhotoType,
    OutputFormat,
    TryOnOptions,
)
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

    def options(self) -> TryOnOptions:
        sent = self.model_dump(include={option.name for option in fields(TryOnOptions)})
        return TryOnOptions(**sent)

    @property
    def wants_data_uris(self) -> bool:
        return False


Mode = Literal["performance", "balanced", "quality"]
MODE_STEPS: Mapping[Mode, int] = {"performance": 20, "balanced": 30, "quality": 50}
"""Steps of the diffusion engine; 30 are what the published program takes by default."""
MODE_GUIDANCE = 1.5
"""The published program's default; these endpoints have no field for it."""


class VersionedFields(BaseModel):
    """Input of `fashn/tryon/v1.5` and `fashn/tryon/v1.6`: names, types, defaults and order of the published schema."""

    model_config = ConfigDict(extra="ignore", title="TryonInput")

    model_image: str = Field(description="URL or base64 of the photo of the person")
    garment_image: str = Field(description="URL or base64 of the photo of the garment")
    category: CategoryChoice = Field(default="auto", description="Category of the garment; 'auto' finds it out")
    mode: Mode = Field(default="balanced", description="Speed against quality: 20, 30 or 50 steps")
    garment_photo_type: GarmentPhotoType = Field(
        default="auto",
        description="'model' for a garment that somebody wears, 'flat-lay' for one that lies or hangs, "
        "'auto' to find out from the photo",
    )
    moderation_level: Literal["none", "permissive", "conservative"] = Field(
        default="permissive", description="How strictly photos with nudity are refused"
    )
    seed: int = Field(default=42, ge=0, le=MAX_SEED, description="The same seed and input give the same result")
    num_samples: int = Field(default=1, ge=1, le=MAX_SAMPLES, description="How many images to make")
    segmentation_free: bool = Field(
        default=True, description="Let the model find by itself which clothes go; false masks them beforehand"
    )
    output_format: OutputFormat = Field(default="png", description="Format of the images")
    sync_mode: bool = Field(default=False, description="Images come as data URIs inside the result; no file is kept")

    def options(self) -> TryOnOptions:
        return TryOnOptions(
            category=self.category,
            garment_photo_type=self.garment_photo_type,
            nsfw_filter=self.moderation_level != "none",
            moderation="conservative" if self.moderation_level == "conservative" else "permissive",
            guidance_scale=MODE_GUIDANCE,
            timesteps=MODE_STEPS[self.mode],
            seed=self.seed,
            num_samples=self.num_samples,
            segmentation_free=self.segmentation_free,
            output_format=self.output_format,
        )

    @property
    def wants_data_uris(self) -> bool:
        return self.sync_mode


@dataclass(frozen=True, slots=True)
class TryOnInput:
    """A request in typed values. `person` and `garment` are references as sent: URL, data URI or bare base64.

    With `data_uris` the result holds its images itself, instead of addresses of files.
    """

    person: str
    garment: str
    options: TryOnOptions
    data_uris: bool = False


INPUT_MODELS: Mapping[str, type[TryOnFields] | type[VersionedFields]] = {
    "fashn/tryon": TryOnFields,
    "fashn/tryon/v1.5": VersionedFields,
    "fashn/tryon/v1.6": VersionedFields,
    "fal-ai/fashn/tryon/v1.5": VersionedFields,
    "fal-ai/fashn/tryon/v1.6": VersionedFields,
}
"""The schema of every endpoint that is served. The hosted service has the versioned ones under ``fal-ai``."""


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
    return TryOnInput(values.model_image, values.garment_image, values.options(), values.wants_data_uris)


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
