"""Finds every route of the product and an object for each of its arguments, so that no route can be forgotten."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.urls.resolvers import RegexPattern

NONEXISTENT = 987_654_321
CANARY = "zzcanary"
_CHANGING = re.compile(rb'(name="csrfmiddlewaretoken" value="|"x-csrftoken"\s*:\s*")[A-Za-z0-9]{64}', re.IGNORECASE)
_REQUEST_ID = re.compile(rb"[0-9a-f]{32}")


@dataclass(frozen=True)
class Route:
    """One named address: `businesses:detail` with `{"pk": IntConverter}`."""

    name: str
    converters: dict
    pattern: str

    def url(self, arguments: dict) -> str:
        """Its path for these arguments."""
        return reverse(self.name, kwargs={key: arguments[key] for key in self.converters})


def routes(patterns=None, namespace: str = "", prefix: str = "", converters: dict | None = None) -> Iterator[Route]:
    """Every named route of the URLconf; an unnamed one is an error of its author."""
    for entry in get_resolver().url_patterns if patterns is None else patterns:
        named = entry.pattern.regex.groupindex if isinstance(entry.pattern, RegexPattern) else {}
        known = (converters or {}) | dict(entry.pattern.converters) | dict(named)
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from routes(entry.url_patterns, inner, path, known)
        elif isinstance(entry, URLPattern):
            assert entry.name, f"The route {path} has no name."
            yield Route(namespace + entry.name, known, path)


def comparable(response: HttpResponse, url: str) -> tuple:
    """What a stranger can tell answers apart by: status, headers, body; less what is random in every answer."""
    body = b"" if response.streaming else response.content
    body = _REQUEST_ID.sub(b"REQUEST", _CHANGING.sub(rb"\1TOKEN", body)).replace(url.encode(), b"URL")
    location = response.get("Location", "").replace(url, "URL")
    headers = tuple(
        sorted(
            (k, v)
            for k, v in response.headers.items()
            if k not in ("X-Request-ID", "Location", "Content-Length", "Date")
        )
    )
    return response.status_code, headers, location, body


def probe(client: Client, method: str, url: str) -> HttpResponse:
    """Send one request with an empty body; an exception counts as the 500 it would be."""
    client.raise_request_exception = False
    kwargs = {"data": {}} if method == "POST" and not url.startswith("/api/") else {}
    if url.startswith("/api/") and method in ("POST", "PUT", "PATCH"):
        kwargs = {"data": "{}", "content_type": "application/json"}
    return getattr(client, method.lower())(url, **kwargs)
