"""House rules that no linter knows, each read off the code itself."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import apps

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ["bizworks", "businesses", "interactions", "referrals", "reporting"]


def sources() -> list[Path]:
    return [p for package in PACKAGES for p in sorted((ROOT / package).rglob("*.py")) if "migrations" not in p.parts]


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_imports_point_one_way():
    result = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports"))],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert result.returncode == 0, result.stdout[-3000:]


def test_only_the_tenancy_context_tells_the_database_its_tenant():
    pattern = re.compile(r"set_config|SET LOCAL app\.|SET app\.", re.IGNORECASE)
    assert [relative(p) for p in sources() if pattern.search(p.read_text())] == ["bizworks/tenancy/context.py"]


def test_only_tenancy_publishes_tasks():
    pattern = re.compile(r"\.(delay|delay_on_commit|apply_async|send_task)\(")
    assert [relative(p) for p in sources() if pattern.search(p.read_text())] == ["bizworks/tenancy/tasks.py"]


@pytest.mark.parametrize("room", ["views", "api", "forms", "filters"])
def test_doors_hold_no_queries_of_their_own(room):
    """Forms and filters take querysets from selectors; views call one selector or service."""
    guilty = [
        f"{relative(p)}:{number}"
        for p in sources()
        if p.stem == room or room in p.parts
        for number, line in enumerate(p.read_text().splitlines(), 1)
        if ".objects" in line
    ]
    assert guilty == []


def test_no_file_is_longer_than_500_lines():
    files = [
        *sources(),
        *(ROOT / "tests").rglob("*.py"),
        *(ROOT / "templates").rglob("*.html"),
        *(ROOT / "static").rglob("*.js"),
    ]
    assert [f"{relative(p)}: {n}" for p in files if (n := len(p.read_text().splitlines())) > 500] == []


def test_nothing_is_left_unfinished():
    pattern = re.compile(r"\b(TODO|FIXME|XXX|NotImplementedError)\b")
    assert [relative(p) for p in sources() if pattern.search(p.read_text())] == []


def test_every_public_function_and_class_says_what_it_is_for():
    """Docstrings on models, services, selectors, commands and tasks."""
    missing = []
    for path in sources():
        if not {"models", "services", "selectors", "tasks", "permissions", "querysets"} & {path.stem, *path.parts}:
            continue
        missing += [
            f"{relative(path)}: {node.name}"
            for node in ast.parse(path.read_text()).body
            if isinstance(node, ast.FunctionDef | ast.ClassDef)
            and not node.name.startswith("_")
            and not ast.get_docstring(node)
        ]
    assert missing == []


def test_every_model_has_an_order_or_says_why_not_and_a_name_for_people():
    ours = [m for m in apps.get_models() if m.__module__.split(".")[0] in PACKAGES]
    assert [
        m._meta.label
        for m in ours
        if "__str__" not in m.__dict__ and not any("__str__" in b.__dict__ for b in m.__mro__[1:4])
    ] == []
