"""The product as people meet it: a web server, a worker and a browser on this test run's database."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import connections
from playwright.sync_api import Browser, Page, sync_playwright

from bizworks.accounts.models import User
from bizworks.tenancy.actor import Actor

ROOT = Path(__file__).resolve().parents[2]
HEIGHTS = {390: 844, 320: 640}
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]


@dataclass(frozen=True)
class Site:
    """Where the product answers, and the environment its processes run in."""

    url: str
    environment: dict[str, str]


def _same_server(url: str, database: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{database}"))


def _environment() -> dict[str, str]:
    """The run's own database; under xdist a Redis number for each worker, so that none takes another's tasks."""
    env = os.environ | {"BIZWORKS_TEST": "1", "PYTHONPATH": str(ROOT)}
    for variable, alias in (("DATABASE_URL", "default"), ("DATABASE_OWNER_URL", "owner")):
        env[variable] = _same_server(env[variable], str(connections[alias].settings_dict["NAME"]))
    if worker := os.environ.get("PYTEST_XDIST_WORKER", ""):
        env["REDIS_URL"] = urlunsplit(urlsplit(env["REDIS_URL"])._replace(path=f"/{int(worker[2:]) % 14 + 1}"))
    return env


def _wait_for(condition: Callable[[], bool], process: subprocess.Popen, log: Path, what: str) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        if process.poll() is not None or time.monotonic() > deadline:
            pytest.fail(f"{what} did not start:\n{log.read_text()[-3000:]}")
        time.sleep(0.1)


def _stop(process: subprocess.Popen) -> None:
    process.terminate()
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return answer.status == 200
    except OSError:
        return False


@pytest.fixture(scope="session")
def live_site(django_db_setup, tmp_path_factory) -> Iterator[Site]:
    """The web server in a process of its own. Data must be committed to be seen: ask for `committed`."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    folder = tmp_path_factory.mktemp("site")
    env = _environment() | {"DATA_DIR": str(folder), "BASE_URL": f"http://{address}"}
    log = folder / "web.log"
    command = [sys.executable, "-m", "gunicorn", "-c", "python:bizworks.launch.gunicorn_conf"]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=env | {"WEB_BIND": address, "WEB_WORKERS": "1"},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait_for(lambda: _answers(f"http://{address}/healthz"), process, log, "The web server")
        yield Site(f"http://{address}", env)
    finally:
        _stop(process)


@pytest.fixture(scope="session")
def worker(live_site, tmp_path_factory) -> Iterator[None]:
    """A Celery worker with its own beat, on the same database as the site."""
    folder = tmp_path_factory.mktemp("worker")
    log, ready = folder / "worker.log", folder / "ready"
    command = [sys.executable, "-m", "bizworks.launch.celery_process", "worker", "-c", "1", "-l", "info"]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*command, "-B", "-s", str(folder / "schedule")],
            cwd=ROOT,
            env=live_site.environment | {"READY_FILE": str(ready)},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait_for(ready.exists, process, log, "The worker")
        yield
    finally:
        _stop(process)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The run's Chromium: `manage.py test` names it; otherwise the machine's own."""
    program = os.environ.get("BIZWORKS_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if not program:
        pytest.fail("No Chromium: run the tests with `python3 manage.py test`, which brings one.")
    arguments = os.environ.get("BIZWORKS_CHROMIUM_ARGS", "--no-sandbox").split()
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright's loop runs in the tests' own thread
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=arguments)
        yield chromium
        chromium.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


def session_cookie(actor: Actor) -> str:
    """Sign a person in as the sign-in page does; the value of the session cookie."""
    user = User.objects.get(pk=actor.user_id)
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return session.session_key


@pytest.fixture
def page_for(live_site, browser, committed) -> Iterator[Callable[..., Page]]:
    """Open a browser as someone: `page_for(actor, width=390)`, then `page.goto("/businesses/")`.

    Options: `javascript=False`; `actor=None` = nobody signed in. After the test it fails for any
    script error, refused content (CSP) or answer of 500 and above that the pages met.
    """
    contexts, troubles = [], []

    def open_page(actor: Actor | None, width: int = 1280, *, javascript: bool = True) -> Page:
        context = browser.new_context(
            base_url=live_site.url,
            viewport={"width": width, "height": HEIGHTS.get(width, 900)},
            java_script_enabled=javascript,
            has_touch=width < 640,
            locale="en-US",
            timezone_id="America/New_York",
        )
        contexts.append(context)
        context.set_default_timeout(10_000)
        if actor is not None:
            name = settings.SESSION_COOKIE_NAME
            context.add_cookies([{"name": name, "value": session_cookie(actor), "url": live_site.url}])
        page = context.new_page()
        page.on("pageerror", lambda error: troubles.append(f"script error: {error}"))
        page.on(
            "console", lambda m: troubles.append(m.text) if m.type == "error" and "status of 4" not in m.text else None
        )
        page.on("response", lambda r: troubles.append(f"{r.status} {r.url}") if r.status >= 500 else None)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert troubles == []


@pytest.fixture
def assert_accessible() -> Callable[[Page], None]:
    """Assert that axe finds nothing against WCAG 2.1 A and AA in the page as it stands."""

    def check(page: Page) -> None:
        results = Axe().run(page, options={"runOnly": WCAG, "resultTypes": ["violations"]})
        found = [(v["id"], [node["target"] for node in v["nodes"]]) for v in results.response["violations"]]
        assert found == [], f"{page.url}: {found}"

    return check


@pytest.fixture
def world(committed):
    """A committed tenant with a person in every role."""
    from tests.factories import make_world

    return make_world("north")
