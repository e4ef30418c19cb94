"""The benchmark command at a size that proves it works and says nothing about speed."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bizworks.launch.paths import ROOT
from tests.launch.conftest import launch_environment

pytestmark = pytest.mark.launch


def test_it_measures_beside_a_bound_and_prints_a_line_for_each(data: Path) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "benchmark", "--businesses", "200", "--only", "P2", "P3"],
        cwd=ROOT,
        env=launch_environment(data),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert {line["id"] for line in lines} == {"P2", "P3"}
    for line in lines:
        assert line["value_s"] > 0
        assert line["holds"] in (True, False)
        assert line["ratio"] is None or line["ratio"] == pytest.approx(line["value_s"] / line["bound_s"], rel=0.01)
    assert next(line for line in lines if line["id"] == "P3")["queries"] <= 15


def test_a_measure_that_does_not_exist_is_refused(data: Path) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "benchmark", "--only", "P99"],
        cwd=ROOT,
        env=launch_environment(data),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 2
    assert "No such measure" in done.stderr
