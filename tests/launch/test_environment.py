"""Pins, assets, the environment, the deployment files: what the two commands rest on."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from bizworks.launch import assets, bootstrap, console, processes
from bizworks.launch.paths import ROOT, Identity, Layout, setting


def pins(name: str) -> set[str]:
    return set(re.findall(r"^[\w.-]+==\S+", (ROOT / "requirements" / f"{name}.txt").read_text(), re.MULTILINE))


def test_development_pins_hold_every_runtime_pin() -> None:
    assert pins("runtime") < pins("dev")


@pytest.mark.parametrize("name", ["runtime", "dev", "build"])
def test_every_pin_has_hashes_and_no_address(name: str) -> None:
    text = (ROOT / "requirements" / f"{name}.txt").read_text()
    assert "://" not in text
    for block in re.split(r"\n(?=[\w.-]+==)", text):
        assert "--hash=sha256:" in block, block


def test_the_npm_lock_names_no_registry() -> None:
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    assert not [name for name, facts in packages.items() if "resolved" in facts]
    assert all("integrity" in facts for name, facts in packages.items() if name)
    for versions in (packages[""]["dependencies"], packages[""]["devDependencies"]):
        assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in versions.values())


def test_every_file_the_stylesheet_names_is_built() -> None:
    folder = assets.STATIC / "uswds"
    stylesheet = (folder / assets.STYLESHEET).read_text()
    named = assets.CSS_URL.findall(stylesheet)
    assert len(named) > 50
    assert [url for url in named if not (folder / "css" / url).exists()] == []
    for script in assets.SCRIPTS:
        assert (folder / script).exists()
    assert not [path for path in folder.rglob("*.*s") if "sourceMappingURL" in path.read_text()]


def test_an_environment_without_pip_is_filled_by_another_pip(tmp_path: Path, monkeypatch) -> None:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "venv"], check=True)
    monkeypatch.setattr(bootstrap, "PYTHON", tmp_path / "venv" / "bin" / "python")
    command = bootstrap._pip()
    told = subprocess.run([*command, "--version"], capture_output=True, text=True, check=True).stdout
    assert told.startswith("pip ")


def test_a_changed_requirements_file_is_noticed(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(bootstrap, "STAMP", tmp_path / "stamp.json")
    assert not bootstrap._is_current("runtime")
    bootstrap.STAMP.write_text(json.dumps({"runtime": bootstrap._digest("runtime")}))
    assert bootstrap._is_current("runtime")
    bootstrap.STAMP.write_text(json.dumps({"runtime": "another"}))
    assert not bootstrap._is_current("runtime")


def test_a_failed_step_says_what_was_last_said_and_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(console.LaunchError) as failure:
        processes.run_step(
            "environment",
            [sys.executable, "-c", "print('no route to host'); raise SystemExit(3)"],
            log=tmp_path / "step.log",
            env={},
            advice="Check the connection.",
        )
    assert "no route to host" in str(failure.value)
    assert "Check the connection." in str(failure.value)


def test_a_secret_may_come_from_a_file(tmp_path: Path, monkeypatch) -> None:
    (tmp_path / "key").write_text("s3cret\n")
    monkeypatch.setenv("SOME_KEY_FILE", str(tmp_path / "key"))
    assert setting("SOME_KEY") == "s3cret"
    monkeypatch.setenv("SOME_KEY_FILE", str(tmp_path / "missing"))
    with pytest.raises(console.LaunchError, match="SOME_KEY_FILE"):
        setting("SOME_KEY")


def test_a_long_path_gets_its_sockets_elsewhere(tmp_path: Path) -> None:
    layout = Layout(tmp_path / ("deep" * 30), None)
    assert len(str(layout.sockets)) < 60
    assert Layout(Path("/srv/bizworks/var"), None).sockets == Path("/srv/bizworks/var/run")


def test_a_folder_closed_to_others_is_out_of_reach(tmp_path: Path) -> None:
    stranger = Identity("stranger", 54_321, 54_321)
    (tmp_path / "closed").mkdir(mode=0o700)
    (tmp_path / "closed" / "file").touch()
    assert not stranger.reaches(tmp_path / "closed" / "file")
    assert stranger.reaches(Path("/usr/bin/env"))


def test_nothing_fetched_is_tracked() -> None:
    if not shutil.which("git") or not (ROOT / ".git").exists():
        pytest.skip("no git, or not its work tree")
    trusted = ["git", "-c", f"safe.directory={ROOT}"]
    tracked = subprocess.check_output([*trusted, "ls-files"], cwd=ROOT, text=True).splitlines()
    assert "manage.py" in tracked
    assert not [path for path in tracked if re.match(r"(build|node_modules|var|\.venv)/", path)]
    assert not [path for path in tracked if path.endswith((".woff", ".woff2", ".ttf", ".map", ".min.js", ".min.css"))]


COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
OURS = ("migrate", "web", "worker", "beat")


def test_only_the_migration_gets_the_owner_and_the_administrator() -> None:
    for name, service in COMPOSE["services"].items():
        text = json.dumps(service)
        assert ("OWNER" in text) == (name == "migrate"), name
        assert ("DATABASE_ADMIN_URL" in text) == (name == "migrate"), name


@pytest.mark.parametrize("name", OURS)
def test_our_containers_are_confined(name: str) -> None:
    service = COMPOSE["services"][name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    if name != "migrate":
        assert service["healthcheck"]["test"]
        assert service["depends_on"]["migrate"]["condition"] == "service_completed_successfully"


def test_no_secret_has_a_default() -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    secrets = re.findall(r"\$\{(?!EMAIL)(\w*(?:PASSWORD|SECRET)\w*)([^}]*)\}", text)
    assert len({name for name, _ in secrets}) == 5
    assert all(rest.startswith(":?") for _, rest in secrets)
    example = (ROOT / ".env.example").read_text()
    for name, _ in secrets:
        assert re.search(rf"^{name}=$", example, re.MULTILINE), name


def test_published_ports_are_on_the_loopback_alone() -> None:
    ports = [port for service in COMPOSE["services"].values() for port in service.get("ports", [])]
    assert ports == ["127.0.0.1:${WEB_PORT:-8000}:8000"]
