"""Who may import whom: the laws that each folder states in its `__init__` docstring."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "vesture"

ALLOWED = {
    "errors": {"errors"},
    "core": {"core", "errors"},
    "vision": {"vision", "core", "errors"},
    "engines": {"engines", "vision", "core", "errors"},
    "images": {"images", "core", "errors"},
    "store": {"store", "core", "errors"},
    "api": {"api", "core", "errors", "store"},
    "worker": {"worker", "core", "errors", "store", "images"},
    "assets": {"assets", "core", "errors"},
    "settings": {"settings", "errors"},
    "pipeline": {"pipeline", "core", "images", "errors"},
    "library": {"library", "core", "errors", "pipeline", "wiring"},
}
# Packages inside the two large folders: which of their siblings each may import. Modules beside them are free.
SIBLINGS = {
    "engines/warp": {
        "picture": set(),
        "body": {"picture"},
        "cloth": {"body", "picture"},
        "worn": {"body", "picture"},
        "fit": {"body", "cloth", "worn"},
        "undress": {"body", "picture", "cloth"},
        "compose": {"body", "picture", "cloth", "undress"},
    },
    "vision": {"pose": set(), "parsing": {"pose"}, "garment": set()},
}
FREE = {"wiring", "cli", "commands", "__init__", "__main__"}  # the only places that may reach everything
MODULES = sorted(SOURCE.rglob("*.py"))


def home(path: Path) -> str:
    """The folder or top-level module that a file belongs to."""
    relative = path.relative_to(SOURCE)
    return relative.parts[0] if len(relative.parts) > 1 else relative.stem


def imported(path: Path) -> set[str]:
    """Folders of ours that a module imports, anywhere in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{path}: relative import"
            names.add(node.module)
            names |= {f"{node.module}.{alias.name}" for alias in node.names} if node.module == "vesture" else set()
        elif isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
    return {name.split(".")[1] for name in names if name.startswith("vesture.")}


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(SOURCE)))
def test_a_module_imports_only_what_its_folder_may(path: Path) -> None:
    where = home(path)
    if where in FREE:
        return
    assert where in ALLOWED, f"{where} has no law: add it to the table and to the design"
    assert imported(path) - ALLOWED[where] - {"__version__"} == set()


def imported_modules(path: Path) -> set[str]:
    """The modules of ours that a module imports, by their full names."""
    nodes = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.ImportFrom)]
    return {node.module for node in nodes if node.module and node.module.startswith("vesture.")}


@pytest.mark.parametrize(
    ("folder", "package"), [(folder, package) for folder, packages in SIBLINGS.items() for package in packages]
)
def test_packages_import_only_the_siblings_they_may(folder: str, package: str) -> None:
    beginning = f"vesture.{folder.replace('/', '.')}."
    for path in sorted((SOURCE / folder / package).rglob("*.py")):
        own = [name for name in imported_modules(path) if name.startswith(beginning)]
        names = {name.removeprefix(beginning).split(".")[0] for name in own}
        strangers = (names & SIBLINGS[folder].keys()) - SIBLINGS[folder][package] - {package}
        assert strangers == set(), f"{path} imports {strangers}"


@pytest.mark.parametrize("folder", SIBLINGS)
def test_every_package_has_its_law(folder: str) -> None:
    packages = {path.parent.name for path in (SOURCE / folder).glob("*/__init__.py")}
    assert packages == set(SIBLINGS[folder])


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(SOURCE)))
def test_the_environment_is_read_in_one_place(path: Path) -> None:
    if home(path) != "settings":
        tree = ast.parse(path.read_text())
        reads = [n for n in ast.walk(tree) if isinstance(n, ast.Attribute) and n.attr in ("environ", "getenv")]
        assert reads == [], "only settings.py reads os.environ"


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(SOURCE)))
def test_settings_are_known_to_the_wiring_alone(path: Path) -> None:
    if home(path) not in {*FREE, "settings"}:
        assert "settings" not in imported(path)


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(SOURCE)))
def test_modules_and_functions_stay_readable(path: Path) -> None:
    text = path.read_text()
    assert text.count("\n") <= 320, "split this module"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert (node.end_lineno or 0) - node.lineno <= 62, f"split {node.name}"


def test_no_drawer_for_odds_and_ends() -> None:
    assert [p for p in MODULES if p.stem in ("utils", "util", "helpers", "common", "misc")] == []


@pytest.mark.parametrize("statement", ["import vesture.api.app", "import vesture.cli", "import vesture"])
def test_the_light_parts_stay_light(statement: str) -> None:
    heavy = ("torch", "cv2", "onnxruntime", "scipy", "ai_edge_litert")
    code = f"import sys; {statement}; print([m for m in {heavy!r} if m in sys.modules])"
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert printed.strip() == "[]"
