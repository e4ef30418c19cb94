"""Tags and filters: navigation, pagers, dates, charts."""

import datetime as dt
import re

import pytest
from django.core.paginator import Paginator
from django.template import Context, RequestContext, Template, TemplateSyntaxError
from hypothesis import given
from hypothesis import strategies as st

from bizworks.core.templatetags.charts import nice_ceiling
from bizworks.core.templatetags.ui import initials, masked_fein


def render(source: str, request=None, **context) -> str:
    template = Template("{% load ui charts %}" + source)
    return template.render(RequestContext(request, context) if request else Context(context))


@pytest.mark.parametrize(
    ("fein", "shown"), [("12-3456789", "••-•••6789"), ("123456789", "••-•••6789"), ("123", ""), ("", ""), (None, "")]
)
def test_a_fein_shows_four_figures_at_most(fein, shown):
    assert masked_fein(fein) == shown


@pytest.mark.parametrize(("name", "short"), [("Maria Fernandes", "MF"), ("Ana de la Cruz", "AC"), ("x", "X"), ("", "")])
def test_initials(name, short):
    assert initials(name) == short


def test_dates_are_for_people_and_machines():
    assert render("{{ d|day }}", d=dt.date(2026, 9, 4)) == '<time datetime="2026-09-04">Sep 4, 2026</time>'
    moment = dt.datetime(2026, 9, 4, 15, 5, tzinfo=dt.UTC)
    assert render("{{ d|moment }}", d=moment) == '<time datetime="2026-09-04T15:05+00:00">Sep 4, 2026, 3:05 PM</time>'
    assert render("{{ d|day }}{{ d|moment }}", d=None) == ""


def test_a_badge_escapes_its_words_and_refuses_an_unknown_kind():
    assert "&lt;b&gt;" in render("{% badge words 'good' %}", words="<b>")
    with pytest.raises(TemplateSyntaxError, match="is not one of"):
        render("{% badge 'x' 'green' %}")


def test_a_breadcrumb_ends_at_the_page_itself():
    html = render('{% breadcrumb "Account" "account_login" "Here" "/x/" name %}', name="<Acme>")
    assert 'href="/accounts/login/"' in html
    assert 'href="/x/"' in html
    assert "&lt;Acme&gt;" in html
    assert html.count("aria-current") == 1
    with pytest.raises(TemplateSyntaxError):
        render('{% breadcrumb "A" "/a/" %}')


@pytest.mark.parametrize(("path", "current"), [("/accounts/login/", True), ("/accounts/login/x/", True), ("/", False)])
def test_the_section_of_a_page_is_current(rf, path, current):
    html = render('{% nav_item "Sign in" "account_login" %}', rf.get(path))
    assert ('aria-current="page"' in html) is current


def test_an_entry_without_a_page_is_left_out():
    assert "<li" not in render('{% nav_item "Nothing" "no:such" %}')


def test_pagers_keep_the_rest_of_the_address(rf):
    request = rf.get("/?q=a%26b&page=3")
    html = render("{% pager page %}", request, page=Paginator(range(500), 25).page(3))
    assert 'href="?q=a%26b&amp;page=4"' in html
    assert html.count('aria-current="page"') == 1
    html = render("{% keyset_pager None 'xyz' %}", request)
    assert "Previous" not in html
    assert "cursor=xyz" in html


def test_one_page_needs_no_pager(rf):
    assert "<nav" not in render("{% pager page %}", rf.get("/"), page=Paginator([1], 25).page(1))


@given(st.floats(min_value=0, max_value=1e9))
def test_an_axis_reaches_its_figures_and_has_whole_quarters(value):
    top = nice_ceiling(value)
    assert top >= value
    assert top % 4 == 0
    assert value <= 12 or top < value * 2


def test_bars_are_drawn_to_scale_and_told_in_a_table():
    rows = [{"label": "A", "value": 1200, "url": "/a/"}, {"label": "<B>", "value": 300}, {"label": "C", "value": None}]
    html = render('{% bar_chart rows title="By agency" unit="businesses" first="Agency" %}', rows=rows)
    assert re.findall(r'biz-fill" width="([\d.]+)%', html) == ["100.00", "25.00", "0.00"]
    assert html.count("1,200") == 2
    assert "&lt;B&gt;" in html
    assert '<th scope="col">Agency</th>' in html


@pytest.mark.parametrize("rows", [[], [{"label": "A", "value": 0}]])
def test_empty_charts_still_draw(rows):
    for chart in ("bar_chart rows", "trend_chart rows", 'compare_bars rows first="a" second="b"'):
        assert "<figure" in render("{% " + chart + " %}", rows=rows)


def test_a_trend_stands_on_its_base_line():
    points = [{"label": str(n), "value": n, "compare": 4, "url": f"/{n}/"} for n in range(9)]
    html = render('{% trend_chart points title="T" unit="u" compare="Before" %}', points=points)
    tops = re.findall(r'<rect class="biz-fill"[^>]* y="([\d.]+)"[^>]* height="([\d.]+)"', html)
    assert len(tops) == 9
    assert {float(y) + float(height) for y, height in tops} == {196.0}
    assert html.count("biz-mark") == 10
    assert 'role="group"' in html
    assert html.count("<tr>") == 10


def test_a_long_trend_labels_only_as_many_as_fit():
    html = render("{% trend_chart points %}", points=[{"label": f"m{n}", "value": n} for n in range(36)])
    assert len(re.findall(r'text-anchor="middle"', html)) == 12
    assert 'role="img"' in html


def test_shares_never_leave_their_track():
    rows = [{"label": "x", "first": 140, "second": 45.55}]
    html = render('{% compare_bars rows first="River" second="State" %}', rows=rows)
    assert 'width="100.00%"' in html
    assert "45.5" in html or "45.6" in html
