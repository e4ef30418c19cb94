"""Small pieces of pages: navigation, icons, badges, dates, pagers."""

import datetime as dt
from typing import Any

from django import template
from django.core.paginator import Page
from django.template import Context
from django.template.defaultfilters import date as format_date
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()

BADGES = {"good", "warn", "bad", "info", "quiet"}


@register.simple_tag
def icon(name: str) -> SafeString:
    """Draw a USWDS icon; decorative, so words must stand beside it."""
    return format_html(
        '<svg class="usa-icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        static("uswds/img/sprite.svg"),
        name,
    )


@register.simple_tag
def badge(text: Any, kind: str = "quiet") -> SafeString:
    """Show a state in a word: good, warn, bad, info or quiet."""
    if kind not in BADGES:
        raise template.TemplateSyntaxError(f"badge: {kind!r} is not one of {', '.join(sorted(BADGES))}.")
    return format_html('<span class="biz-badge biz-badge--{}">{}</span>', kind, text)


@register.inclusion_tag("components/nav_item.html", takes_context=True)
def nav_item(context: Context, label: str, url_name: str) -> dict[str, Any]:
    """Link to a main section; current on its page and on every page below its address."""
    url = _address(url_name)
    path = getattr(context.get("request"), "path", "")
    current = bool(url) and (path == url or (url != "/" and path.startswith(url)))
    return {"label": label, "url": url, "current": current}


@register.inclusion_tag("components/breadcrumb.html")
def breadcrumb(*parts: Any) -> dict[str, Any]:
    """Show the way back: label, address (a path or a URL name), ..., and the current page last."""
    if len(parts) % 2 == 0:
        raise template.TemplateSyntaxError("breadcrumb: give label and address in turn, then the current page.")
    pairs = list(zip(parts[:-1:2], (_address(part) for part in parts[1::2]), strict=True))
    return {"links": pairs, "current": parts[-1]}


def _address(name_or_path: Any) -> str:
    """Turn a URL name into a path; leave a path as it is; empty when no page has the name."""
    text = str(name_or_path)
    if text.startswith(("/", "?", "#")):
        return text
    try:
        return reverse(text)
    except NoReverseMatch:
        return ""


@register.inclusion_tag("components/pager.html", takes_context=True)
def pager(context: Context, page: Page, param: str = "page") -> dict[str, Any]:
    """Number the pages of a Django paginator; the rest of the query string is kept."""
    numbers = page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    return {
        "page": page,
        "items": [
            {"number": str(n), "url": None if n == page.paginator.ELLIPSIS else _query(context, param, n)}
            for n in numbers
        ],
        "current": str(page.number),
        "previous": _query(context, param, page.previous_page_number()) if page.has_previous() else "",
        "next": _query(context, param, page.next_page_number()) if page.has_next() else "",
    }


@register.inclusion_tag("components/keyset_pager.html", takes_context=True)
def keyset_pager(context: Context, previous: Any = None, next: Any = None, param: str = "cursor") -> dict[str, Any]:  # noqa: A002
    """Link to the pages before and after, for lists too long to number."""
    return {
        "previous": _query(context, param, previous) if previous else "",
        "next": _query(context, param, next) if next else "",
    }


def _query(context: Context, param: str, value: Any) -> str:
    """Replace one parameter of the query string."""
    query = context["request"].GET.copy()
    query[param] = value
    return f"?{query.urlencode()}"


@register.filter
def day(value: dt.date | dt.datetime | None) -> SafeString | str:
    """Show a date for people, with the machine's form beside it."""
    if not value:
        return ""
    local = timezone.localtime(value) if isinstance(value, dt.datetime) and timezone.is_aware(value) else value
    return format_html('<time datetime="{}">{}</time>', local.strftime("%Y-%m-%d"), format_date(local, "M j, Y"))


@register.filter
def moment(value: dt.datetime | None) -> SafeString | str:
    """Show date and hour for people, with the machine's form beside it."""
    if not value:
        return ""
    local = timezone.localtime(value) if timezone.is_aware(value) else value
    shown = format_date(local, "M j, Y, g:i A")
    return format_html('<time datetime="{}">{}</time>', local.isoformat(timespec="minutes"), shown)


@register.filter
def masked_fein(value: str | None) -> str:
    """Hide all but the last four figures of a federal employer number."""
    figures = "".join(char for char in value or "" if char.isdigit())
    return f"••-•••{figures[-4:]}" if len(figures) >= 4 else ""


@register.filter
def initials(name: str) -> str:
    """Shorten a person's name to at most two letters."""
    words = [word for word in (name or "").split() if word[:1].isalpha()]
    return "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words)).upper()
