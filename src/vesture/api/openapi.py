"""The OpenAPI document of an endpoint, in the form and at the path that fal publishes its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from vesture.api.answers import Refusal
from vesture.api.edge import edge_of
from vesture.api.gateway import addresses_of
from vesture.core.tryon_input import INPUT_MODELS

IMAGE_PROPERTIES: Mapping[str, Mapping[str, Any]] = {
    "url": {"type": "string", "title": "Url", "description": "Where the file can be downloaded from."},
    "content_type": {"type": "string", "title": "Content Type", "description": "The mime type of the file."},
    "file_name": {"type": "string", "title": "File Name", "description": "The name of the file."},
    "file_size": {"type": "integer", "title": "File Size", "description": "The size of the file in bytes."},
    "width": {"type": "integer", "title": "Width", "description": "The width of the image in pixels."},
    "height": {"type": "integer", "title": "Height", "description": "The height of the image in pixels."},
}
REQUEST_ID = {"name": "request_id", "in": "path", "required": True, "schema": {"type": "string"}}
LOGS = {"name": "logs", "in": "query", "required": False, "schema": {"type": "number"}}


async def openapi(request: Request) -> Response:
    """The document of the endpoint that ``endpoint_id`` names (default: the only one).

    Raises:
        Refusal: 404, it is not served here.
    """
    endpoint = request.query_params.get("endpoint_id", next(iter(INPUT_MODELS)))
    if endpoint not in INPUT_MODELS:
        raise Refusal(404, {"detail": f'Application "{endpoint}" not found'})
    return JSONResponse(document(endpoint, addresses_of(request).queue, edge_of(request).version))


def document(endpoint: str, queue_address: str, version: str) -> dict[str, Any]:
    """The OpenAPI 3.0 document of `endpoint`, whose queue is at `queue_address`."""
    app = "/".join(endpoint.split("/")[:2])
    request_path = f"/{app}/requests/{{request_id}}"
    status = _answers("The state of the request.", "QueueStatus")
    return {
        "openapi": "3.0.4",
        "info": {
            "title": f"Queue OpenAPI for {endpoint}",
            "version": version,
            "description": f"The OpenAPI schema for the {endpoint} queue.",
            "x-fal-metadata": {"endpointId": endpoint, "category": "image-to-image"},
        },
        "components": {
            "securitySchemes": {
                "apiKeyAuth": {
                    "type": "apiKey",
                    "in": "header",
                    "name": "Authorization",
                    "description": "Key id:secret",
                }
            },
            "schemas": _schemas(endpoint),
        },
        "paths": {
            f"{request_path}/status": {"get": {"parameters": [REQUEST_ID, LOGS], "responses": status}},
            f"{request_path}/cancel": {
                "put": {"parameters": [REQUEST_ID], "responses": {"202": {"description": "The request is cancelled."}}}
            },
            f"/{endpoint}": {
                "post": {
                    "requestBody": {"required": True, "content": _json_content("TryonInput")},
                    "responses": status,
                }
            },
            request_path: {
                "get": {"parameters": [REQUEST_ID], "responses": _answers("Result of the request.", "TryonOutput")}
            },
        },
        "servers": [{"url": queue_address}],
        "security": [{"apiKeyAuth": []}],
    }


def _schemas(endpoint: str) -> dict[str, Any]:
    schema = INPUT_MODELS[endpoint].model_json_schema()
    strings = {"type": "string"}
    return {
        "TryonInput": {
            **{name: value for name, value in schema.items() if name != "description"},
            "x-fal-order-properties": list(schema["properties"]),
        },
        "TryonOutput": {
            "type": "object",
            "title": "TryonOutput",
            "properties": {"images": {"type": "array", "items": {"$ref": "#/components/schemas/Image"}}},
            "required": ["images"],
            "x-fal-order-properties": ["images"],
        },
        "Image": {
            "type": "object",
            "title": "Image",
            "properties": {name: dict(value) for name, value in IMAGE_PROPERTIES.items()},
            "required": ["url"],
            "x-fal-order-properties": list(IMAGE_PROPERTIES),
        },
        "QueueStatus": {
            "type": "object",
            "properties": {
                "status": {"type": "string", "enum": ["IN_QUEUE", "IN_PROGRESS", "COMPLETED"]},
                "request_id": strings,
                "response_url": strings,
                "status_url": strings,
                "cancel_url": strings,
                "logs": {"type": "array", "nullable": True, "items": {"type": "object"}},
                "metrics": {"type": "object"},
                "queue_position": {"type": "integer"},
            },
            "required": ["status", "request_id"],
        },
    }


def _answers(description: str, schema: str) -> dict[str, Any]:
    return {"200": {"description": description, "content": _json_content(schema)}}


def _json_content(schema: str) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}
