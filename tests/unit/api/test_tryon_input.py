"""Reading the input object: defaults, lenient types, every fault at once."""

from __future__ import annotations

import json
import pickle
from typing import Any

import pytest

from vesture.core.task import TryOnOptions
from vesture.core.tryon_input import MAX_REPEATED_INPUT_CHARACTERS, TryOnFields, parse_input
from vesture.errors import InputError, InvalidInput, MissingField

REQUIRED = {"model_image": "https://example.com/person.jpg", "garment_image": "aGVsbG8=", "category": "tops"}


def parse(**changes: Any) -> TryOnOptions:
    return parse_input("fashn/tryon", {**REQUIRED, **changes}).options


def faults_of(payload: dict[str, Any]) -> dict[str, str]:
    with pytest.raises(InputError) as caught:
        parse_input("fashn/tryon", payload)
    return {fault.field: fault.type for fault in caught.value.faults}


def test_the_required_fields_alone_give_the_published_defaults() -> None:
    parsed = parse_input("fashn/tryon", REQUIRED)
    assert (parsed.person, parsed.garment) == (REQUIRED["model_image"], REQUIRED["garment_image"])
    assert parsed.options == TryOnOptions(
        category="tops",
        garment_photo_type="auto",
        nsfw_filter=True,
        guidance_scale=2.0,
        timesteps=50,
        seed=42,
        num_samples=1,
    )


def test_the_schema_and_the_options_have_the_same_defaults() -> None:
    options = TryOnOptions(category="tops")
    schema = TryOnFields(**REQUIRED)
    for name in TryOnFields.model_fields.keys() - {"model_image", "garment_image"}:
        assert getattr(schema, name) == getattr(options, name), name


@pytest.mark.parametrize("category", ["tops", "bottoms", "one-pieces"])
def test_every_category_is_accepted(category: str) -> None:
    assert parse(category=category).category == category


@pytest.mark.parametrize(
    ("name", "sent", "read"),
    [
        ("timesteps", "30", 30),
        ("timesteps", 30.0, 30),
        ("guidance_scale", "3.5", 3.5),
        ("guidance_scale", 3, 3.0),
        ("seed", 0, 0),
        ("seed", 2**63 - 1, 2**63 - 1),
        ("nsfw_filter", "false", False),
        ("cover_feet", 1, True),
        ("long_top", "yes", True),
        ("restore_clothes", True, True),
        ("garment_photo_type", "flat-lay", "flat-lay"),
    ],
)
def test_values_are_read_leniently(name: str, sent: object, read: object) -> None:
    assert getattr(parse(**{name: sent}), name) == read


def test_fields_that_the_schema_does_not_name_are_ignored() -> None:
    assert parse(sync_mode=True, something={"a": 1}) == parse()


@pytest.mark.parametrize(
    ("name", "sent", "kind"),
    [
        ("category", "hats", "literal_error"),
        ("category", "", "literal_error"),
        ("category", 3, "literal_error"),
        ("garment_photo_type", "mannequin", "literal_error"),
        ("model_image", 7, "string_type"),
        ("model_image", None, "string_type"),
        ("garment_image", ["https://example.com/a.png"], "string_type"),
        ("nsfw_filter", "perhaps", "bool_parsing"),
        ("adjust_hands", [], "bool_type"),
        ("cover_feet", None, "bool_type"),
        ("timesteps", "many", "int_parsing"),
        ("timesteps", 2.5, "int_from_float"),
        ("timesteps", {}, "int_type"),
        ("timesteps", 0, "greater_than_equal"),
        ("timesteps", 101, "less_than_equal"),
        ("seed", -1, "greater_than_equal"),
        ("seed", 2**63, "less_than_equal"),
        ("guidance_scale", "high", "float_parsing"),
        ("guidance_scale", "nan", "finite_number"),
        ("guidance_scale", [2], "float_type"),
        ("guidance_scale", 0.5, "greater_than_equal"),
        ("num_samples", 0, "greater_than_equal"),
        ("num_samples", 5, "less_than_equal"),
    ],
)
def test_a_wrong_value_is_named_with_its_type(name: str, sent: object, kind: str) -> None:
    assert faults_of({**REQUIRED, name: sent}) == {name: kind}


def test_one_missing_field_is_a_missing_field() -> None:
    with pytest.raises(MissingField) as caught:
        parse_input("fashn/tryon", {name: REQUIRED[name] for name in ("model_image", "category")})
    assert (caught.value.field, caught.value.type) == ("garment_image", "missing")


def test_all_faults_are_told_at_once() -> None:
    assert faults_of({"model_image": 1, "category": "hats", "timesteps": "x"}) == {
        "model_image": "string_type",
        "garment_image": "missing",
        "category": "literal_error",
        "timesteps": "int_parsing",
    }


@pytest.mark.parametrize("sent", ["x" * 10_000_000, [[1] * 1000] * 1000, {"a": "b" * 100_000}, "\ud800", 10**400])
def test_a_refused_value_is_repeated_shortly_and_as_json(sent: object) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_input("fashn/tryon", {**REQUIRED, "timesteps": sent, "num_samples": "1e999"})
    for fault in caught.value.faults:
        text = json.dumps(fault.input, ensure_ascii=False, allow_nan=False)
        assert len(text.encode()) <= MAX_REPEATED_INPUT_CHARACTERS + 10


def test_errors_survive_the_way_between_processes() -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_input("fashn/tryon", {"category": "hats"})
    assert pickle.loads(pickle.dumps(caught.value)).faults == caught.value.faults
