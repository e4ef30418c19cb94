"""House rules of templates, the stylesheet and the scripts, each read off the files."""

import re
from pathlib import Path

import pytest
from django.template import engines
from django.template.loader import get_template, render_to_string

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
SCRIPTS = sorted((ROOT / "static").rglob("*.js"))
NAMES = [str(path.relative_to(ROOT / "templates")) for path in TEMPLATES]
FORBIDDEN = {
    "|safe": re.compile(r"\|\s*safe\b|autoescape off"),
    "inline style": re.compile(r"<style|\sstyle\s*="),
    "inline handler": re.compile(r"<[^>]*\s(on[a-z]+|hx-on[\w:-]*)\s*=", re.IGNORECASE),
    "inline script": re.compile(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)"),
    "another host": re.compile(r"(?:src|href|action|hx-get|hx-post)\s*=\s*[\"'](?:https?:)?//"),
    "dead link": re.compile(r"href\s*=\s*[\"'](?:#[\"']|javascript:)"),
}


@pytest.mark.parametrize("name", NAMES)
def test_every_template_compiles(name):
    get_template(name)


@pytest.mark.parametrize("rule", FORBIDDEN)
def test_no_template_breaks_the_content_policy(rule):
    guilty = [name for name, path in zip(NAMES, TEMPLATES, strict=True) if FORBIDDEN[rule].search(path.read_text())]
    assert guilty == []


def test_pages_stand_on_two_levels_of_base_templates():
    bases = {"base/base.html", "base/app.html", "base/public.html"}
    used = {m for path in TEMPLATES for m in re.findall(r'{% extends "([^"]+)" %}', path.read_text())}
    assert used <= bases


@pytest.mark.parametrize("sheet", sorted((ROOT / "static").rglob("*.css")), ids=lambda path: path.name)
def test_a_stylesheet_keeps_its_budget_and_names_no_other_host(sheet):
    """300 lines for what all pages share, 80 for a page that needs more, one rule a line."""
    text = sheet.read_text()
    assert len(text.splitlines()) <= (300 if sheet.name == "bizworks.css" else 80)
    assert max(map(len, text.splitlines())) <= 360
    assert not re.search(r"@import|https?://|//[a-z]", text)


def test_every_colour_of_a_rule_is_light_enough_to_read_on():
    """Text tokens reach 4.5 to 1 on each ground they are used on."""
    tokens = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", (ROOT / "static/css/bizworks.css").read_text()))

    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    pairs = [(text, ground) for text in ("ink", "muted", "blue", "navy", "bad") for ground in ("ground", "paper")]
    pairs += [("good", "good-pale"), ("warn", "warn-pale"), ("bad", "bad-pale"), ("blue-dark", "blue-pale")]
    for text, ground in pairs:
        dark, light = sorted((luminance(tokens[text]), luminance(tokens[ground])))
        assert (light + 0.05) / (dark + 0.05) >= 4.5, f"{text} on {ground}"


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_a_script_is_short_and_runs_nothing_from_text(script):
    text = script.read_text()
    assert len(text.splitlines()) < 150
    assert not re.search(
        r"\beval\(|new Function|innerHTML|outerHTML|document\.write|https?://|^import ", text, re.MULTILINE
    )


@pytest.mark.parametrize("code", ["500", "503", "400", "403", "404", "403_csrf"])
def test_an_error_page_needs_no_context_and_no_database(code):
    html = render_to_string(f"{code}.html")
    assert html.count("<h1") == 1
    assert '<main id="main"' in html
    assert 'href="/"' in html
    assert "uswds.min.css" in html


def test_an_error_page_escapes_what_it_repeats():
    html = render_to_string("403.html", {"exception": "<b>no</b>"})
    assert "&lt;b&gt;no&lt;/b&gt;" in html


def test_flash_messages_carry_their_kind_and_their_tags(rf):
    from django.contrib.messages import constants
    from django.contrib.messages.storage.base import Message

    messages = [Message(constants.SUCCESS, "Contact logged.", "clears:log"), Message(constants.ERROR, "<i>no</i>")]
    html = render_to_string("components/messages.html", {"messages": messages})
    assert 'usa-alert--success usa-alert--slim" role="status" data-tags="clears:log"' in html
    assert 'usa-alert--error usa-alert--slim" role="alert"' in html
    assert "&lt;i&gt;" in html


def test_the_engine_reads_partials_without_loading_them():
    template = engines["django"].from_string("{% partialdef part inline %}x{% endpartialdef %}")
    assert template.render() == "x"
