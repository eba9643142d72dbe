from __future__ import annotations

import json

import pytest

from vesture.core.wire_errors import error_body
from vesture.core.wire_output import output_body
from vesture.errors import (
    Cancelled,
    FieldFault,
    ImageTooSmall,
    InternalError,
    InvalidInput,
    SettingError,
    StartTimeout,
    WorkerLost,
)


def test_an_input_error_names_its_field() -> None:
    error = error_body(ImageTooSmall("model_image", "too small", {"min_width": 64, "min_height": 64}))
    assert (error.status, error.error_type) == (422, "image_too_small")
    assert json.loads(json.dumps(error.body)) == {
        "detail": [
            {
                "loc": ["body", "model_image"],
                "msg": "too small",
                "type": "image_too_small",
                "url": "https://docs.fal.ai/errors#image_too_small",
                "ctx": {"min_width": 64, "min_height": 64},
            }
        ]
    }


def test_several_input_errors_share_one_body() -> None:
    faults = [
        FieldFault("model_image", "missing", "a"),
        FieldFault("timesteps", "less_than_equal", "b", {"le": 100}, None, True),
    ]
    error = error_body(InvalidInput(faults))
    assert (error.status, error.error_type) == (422, "missing")
    assert error.body["detail"] == [
        {
            "loc": ["body", "model_image"],
            "msg": "a",
            "type": "missing",
            "url": "https://docs.fal.ai/errors#missing",
        },
        {
            "loc": ["body", "timesteps"],
            "msg": "b",
            "type": "less_than_equal",
            "url": "https://docs.fal.ai/errors#less_than_equal",
            "ctx": {"le": 100},
            "input": None,
        },
    ]


@pytest.mark.parametrize(
    ("error", "status", "error_type"),
    [
        (Cancelled(), 499, "client_cancelled"),
        (StartTimeout(), 504, "request_timeout"),
        (WorkerLost(), 503, "runner_disconnected"),
        (InternalError(), 500, "internal_error"),
    ],
)
def test_a_platform_error_has_its_status_and_type(error: Exception, status: int, error_type: str) -> None:
    body = error_body(error)
    assert (body.status, body.error_type) == (status, error_type)
    assert body.body == {"detail": str(error), "error_type": error_type}


@pytest.mark.parametrize("error", [RuntimeError("/secret/path"), KeyError("x"), SettingError("VESTURE_X is /secret")])
def test_the_text_of_an_unknown_error_is_not_shown(error: Exception) -> None:
    body = error_body(error)
    assert body.status == 500
    assert body.body == {"detail": "Internal Server Error", "error_type": "internal_error"}


def test_keys_become_urls() -> None:
    stored = {"images": [{"key": "abc.png", "content_type": "image/png", "width": 3}], "seed": 1}
    assert output_body(stored, lambda key: f"http://box/files/{key}") == {
        "images": [{"url": "http://box/files/abc.png", "content_type": "image/png", "width": 3}],
        "seed": 1,
    }
