"""The input of the versioned endpoints, and how they are reached and followed."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from api_stage import BASE, INPUT, Stage

from vesture.core.task import TryOnOptions
from vesture.core.tryon_input import INPUT_MODELS, parse_input
from vesture.errors import InputError, InvalidInput

VERSIONED = [endpoint for endpoint in INPUT_MODELS if endpoint != "fashn/tryon"]
PHOTOS = {"model_image": "https://example.com/person.jpg", "garment_image": "aGVsbG8="}


def parse(**changes: Any) -> TryOnOptions:
    return parse_input("fashn/tryon/v1.6", {**PHOTOS, **changes}).options


def test_both_versions_are_served_also_where_the_hosted_service_has_them() -> None:
    assert [f"{owner}fashn/tryon/v1.{minor}" for owner in ("", "fal-ai/") for minor in (5, 6)] == VERSIONED


@pytest.mark.parametrize("endpoint", VERSIONED)
def test_the_photos_alone_give_the_published_defaults(endpoint: str) -> None:
    parsed = parse_input(endpoint, PHOTOS)
    assert (parsed.person, parsed.garment, parsed.data_uris) == (*PHOTOS.values(), False)
    assert parsed.options == TryOnOptions(
        category="auto", timesteps=30, guidance_scale=1.5, segmentation_free=True, output_format="png"
    )


@pytest.mark.parametrize(("mode", "steps"), [("performance", 20), ("balanced", 30), ("quality", 50)])
def test_the_mode_decides_the_steps(mode: str, steps: int) -> None:
    assert parse(mode=mode).timesteps == steps


@pytest.mark.parametrize(
    ("level", "nsfw_filter", "moderation"),
    [("none", False, "permissive"), ("permissive", True, "permissive"), ("conservative", True, "conservative")],
)
def test_the_moderation_level_decides_the_filter(level: str, nsfw_filter: bool, moderation: str) -> None:
    options = parse(moderation_level=level)
    assert (options.nsfw_filter, options.moderation) == (nsfw_filter, moderation)


def test_the_other_fields_reach_the_options() -> None:
    options = parse(category="bottoms", seed=7, num_samples=3, segmentation_free=False, output_format="jpeg")
    assert (options.category, options.seed, options.num_samples) == ("bottoms", 7, 3)
    assert (options.segmentation_free, options.output_format) == (False, "jpeg")
    assert parse(garment_photo_type="flat-lay").garment_photo_type == "flat-lay"
    assert parse_input("fashn/tryon/v1.5", {**PHOTOS, "sync_mode": True}).data_uris
    assert parse(timesteps=3).timesteps == 30  # no field of these endpoints


@pytest.mark.parametrize(
    ("name", "sent", "kind"),
    [
        ("category", "hats", "literal_error"),
        ("mode", "fast", "literal_error"),
        ("moderation_level", True, "literal_error"),
        ("output_format", "webp", "literal_error"),
        ("segmentation_free", "perhaps", "bool_parsing"),
        ("sync_mode", [], "bool_type"),
        ("num_samples", 5, "less_than_equal"),
        ("seed", -1, "greater_than_equal"),
    ],
)
def test_a_wrong_value_is_named_with_its_type(name: str, sent: object, kind: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse(**{name: sent})
    assert [(fault.field, fault.type) for fault in caught.value.faults] == [(name, kind)]


def test_the_first_endpoint_still_wants_its_category() -> None:
    with pytest.raises(InputError) as caught:
        parse_input("fashn/tryon", {**PHOTOS, "category": "auto"})
    assert caught.value.field == "category"


@pytest.mark.parametrize("endpoint", VERSIONED)
async def test_a_request_is_followed_under_the_app_and_under_the_whole_endpoint(
    stage: Stage, client: httpx.AsyncClient, endpoint: str
) -> None:
    submitted = (await client.post(f"/queue/{endpoint}", json=INPUT)).json()
    app = "/".join(endpoint.split("/")[:2])
    assert submitted["response_url"] == f"{BASE}/queue/{app}/requests/{submitted['request_id']}"
    claim = await stage.claim()
    assert claim.job.endpoint == endpoint
    await stage.dress(claim)
    for named in (app, endpoint):
        path = f"/queue/{named}/requests/{submitted['request_id']}"
        assert (await client.get(path)).status_code == 200
        assert (await client.get(f"{path}/status")).json()["status"] == "COMPLETED"
    other = "fal-ai/fashn" if app == "fashn/tryon" else "fashn/tryon"
    assert (await client.get(f"/queue/{other}/requests/{submitted['request_id']}")).status_code == 404


async def test_fals_own_host_reaches_its_own_endpoint(stage: Stage) -> None:
    async with stage.client("https://queue.fal.run") as client:
        answer = await client.post("/fal-ai/fashn/tryon/v1.6", json=INPUT)
    assert answer.status_code == 200
    assert answer.json()["status_url"].startswith("https://queue.fal.run/fal-ai/fashn/requests/")


@pytest.mark.parametrize("endpoint", INPUT_MODELS)
async def test_each_endpoint_has_its_own_openapi_document(client: httpx.AsyncClient, endpoint: str) -> None:
    answer = await client.get("/api/openapi/queue/openapi.json", params={"endpoint_id": endpoint})
    document = answer.json()
    assert document["info"]["x-fal-metadata"]["endpointId"] == endpoint
    assert f"/{endpoint}" in document["paths"]
    fields = document["components"]["schemas"]["TryonInput"]
    assert list(fields["properties"]) == list(INPUT_MODELS[endpoint].model_fields) == fields["x-fal-order-properties"]
    assert ("mode" in fields["properties"]) == (endpoint != "fashn/tryon")
