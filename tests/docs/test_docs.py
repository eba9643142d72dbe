"""The reference names everything that there is, with the values that the code has; no link leads nowhere."""

from __future__ import annotations

import argparse
import inspect
import json
import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from doc_pages import PAGES, REFERENCE, ROOT, table_rows
from pydantic import BaseModel
from starlette.routing import Route

from vesture import errors
from vesture.api.app import ROUTES
from vesture.assets.table import GROUPS
from vesture.cli import build_parser
from vesture.core.task import TryOnOptions
from vesture.core.tryon_input import INPUT_MODELS, TryOnFields, VersionedFields
from vesture.core.wire_errors import error_body
from vesture.errors import FieldFault, InputError, SettingError, VestureError
from vesture.library import TryOnResult
from vesture.settings import Settings, variable
from vesture.wiring import build_engine

CLASSES = [value for value in vars(errors).values() if inspect.isclass(value) and issubclass(value, VestureError)]


@pytest.mark.parametrize("setting", fields(Settings), ids=lambda setting: setting.name)
def test_every_setting_is_documented(setting: object) -> None:
    rows = table_rows(REFERENCE / "settings.md")
    _, default, unit, meaning = rows[variable(setting.name)]  # type: ignore[attr-defined]
    metadata, value = setting.metadata, setting.default  # type: ignore[attr-defined]
    assert meaning == metadata["help"]
    if "|" not in metadata["unit"]:
        assert unit == metadata["unit"]
    if not isinstance(value, Path):  # folders of the user differ from machine to machine
        assert default == (f"`{value}`" if value != "" else "empty")


def test_no_documented_setting_is_gone() -> None:
    known = {variable(setting.name) for setting in fields(Settings)}
    for page in PAGES:
        named = set(re.findall(r"VESTURE_[A-Z_]+[A-Z]", page.read_text(encoding="utf-8")))
        named.discard("VESTURE_TEST_DATABASE_URL")  # of the tests, not of Vesture
        assert named <= known, f"{page.relative_to(ROOT)} names settings that there are not"


def _commands(parser: argparse.ArgumentParser, name: str = "vesture") -> Iterator[tuple[str, argparse.ArgumentParser]]:
    yield name, parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for child, its_parser in action.choices.items():
                yield from _commands(its_parser, f"{name} {child}")


@pytest.mark.parametrize(("name", "parser"), list(_commands(build_parser())), ids=lambda value: str(value)[:40])
def test_every_command_and_flag_is_documented(name: str, parser: argparse.ArgumentParser) -> None:
    text = (REFERENCE / "cli.md").read_text(encoding="utf-8")
    sections = {part.split("\n", 1)[0]: part for part in re.split(r"^## ", text, flags=re.MULTILINE)}
    section = sections[" ".join(name.split()[:2])] if " " in name else text
    assert name in section
    flags = {
        flag
        for action in parser._actions
        if action.help != argparse.SUPPRESS
        for flag in action.option_strings
        if flag not in ("-h", "--help")
    }
    assert {flag for flag in flags if f"`{flag}`" not in section} == set()


def test_no_documented_flag_is_gone() -> None:
    flags = {
        flag for _, parser in _commands(build_parser()) for action in parser._actions for flag in action.option_strings
    }
    text = (REFERENCE / "cli.md").read_text(encoding="utf-8")
    assert set(re.findall(r"`(--?[a-z-]+)`", text)) <= flags


@pytest.mark.parametrize("group", GROUPS)
def test_every_group_of_assets_is_documented(group: str) -> None:
    assert f"`{group}`" in (REFERENCE / "cli.md").read_text(encoding="utf-8")


def _documented_path(route: Route) -> str:
    return re.sub(r":\w+}", "}", route.path)


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{min(route.methods - {'HEAD'})} {route.path}")
def test_every_route_is_documented(route: Route) -> None:
    rows = table_rows(REFERENCE / "api.md")
    assert {f"{method} {_documented_path(route)}" for method in (route.methods or set()) - {"HEAD"}} <= set(rows)


def test_no_documented_route_is_gone() -> None:
    served = {f"{method} {_documented_path(route)}" for route in ROUTES for method in route.methods or ()}
    documented = {name for name in table_rows(REFERENCE / "api.md") if re.fullmatch(r"(GET|POST|PUT|DELETE) \S+", name)}
    assert documented - served == set()


FIELDS = [(TryOnFields, name) for name in TryOnFields.model_fields]
FIELDS += [(VersionedFields, name) for name in VersionedFields.model_fields if name not in TryOnFields.model_fields]


@pytest.mark.parametrize(("model", "name"), FIELDS, ids=lambda value: value if isinstance(value, str) else "")
def test_every_field_of_the_input_is_documented(model: type[BaseModel], name: str) -> None:
    kind, default, accepts = table_rows(REFERENCE / "api.md")[name][1:]
    schema = model.model_json_schema()["properties"][name]
    assert kind == {"number": "float"}.get(schema["type"], schema["type"])
    assert default == (f"`{json.dumps(schema['default'])}`" if "default" in schema else "required")
    for choice in schema.get("enum", ()):
        assert f"`{choice}`" in accepts
    for bound in ("minimum", "maximum"):
        assert bound not in schema or f"{schema[bound]:g}" in accepts or str(schema[bound]) in accepts


@pytest.mark.parametrize("endpoint", INPUT_MODELS)
def test_every_endpoint_is_documented(endpoint: str) -> None:
    assert f"`{endpoint.removeprefix('fal-ai/')}`" in (REFERENCE / "api.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("error", CLASSES, ids=lambda error: error.__name__)
def test_every_error_is_documented(error: type[VestureError]) -> None:
    _, status, kind, _ = table_rows(REFERENCE / "errors.md")[error.__name__]
    assert status == str(error.status)
    if error is not errors.InvalidInput:  # has the types of its faults
        assert kind == f"`{error.type}`"


def test_no_documented_error_is_gone() -> None:
    named = {name for name in table_rows(REFERENCE / "errors.md") if re.fullmatch(r"[A-Z][a-zA-Z]+", name)}
    assert named == {error.__name__ for error in CLASSES}


def _example_bodies() -> list[tuple[str, dict[str, Any]]]:
    text = (REFERENCE / "errors.md").read_text(encoding="utf-8")
    found = re.findall(r"^### (\w+)\n\n\d+:\n\n```json\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return [(name, json.loads(body)) for name, body in found]


@pytest.mark.parametrize(("name", "body"), _example_bodies(), ids=lambda value: value if isinstance(value, str) else "")
def test_every_example_of_an_error_is_what_is_answered(name: str, body: dict[str, Any]) -> None:
    error = getattr(errors, name)
    if not issubclass(error, InputError):
        assert dict(error_body(error(body["detail"])).body) == body
        return
    faults = [
        FieldFault(
            entry["loc"][1], entry["type"], entry["msg"], entry.get("ctx", {}), entry.get("input"), "input" in entry
        )
        for entry in body["detail"]
    ]
    first = faults[0]
    made = error(faults) if error is errors.InvalidInput else error(first.field, first.message, first.context)
    assert dict(error_body(made).body) == body


def test_every_error_that_is_answered_has_an_example() -> None:
    bases = {"VestureError", "InputError", "PlatformError", "SettingError"}
    assert {name for name, _ in _example_bodies()} == {error.__name__ for error in CLASSES} - bases


def test_the_engines_are_documented() -> None:
    listed = re.search(r"^Engines: (.+)\.$", (REFERENCE / "settings.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert listed is not None
    with pytest.raises(SettingError) as refused:
        build_engine(SimpleNamespace(engine="none", diffusion_folder="none"))  # type: ignore[arg-type]
    assert f"there are auto, {listed[1].replace('`', '')}." in str(refused.value)


@pytest.mark.parametrize(
    "name", [option.name for option in fields(TryOnOptions)] + [f.name for f in fields(TryOnResult)]
)
def test_the_library_is_documented(name: str) -> None:
    assert f"`{name}`" in (REFERENCE / "library.md").read_text(encoding="utf-8")


def _anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_relative_link_resolves(page: Path) -> None:
    text = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        linked = (page.parent / path).resolve() if path else page
        if not linked.exists() or (anchor and anchor not in _anchors(linked)):
            broken.append(target)
    assert broken == []
