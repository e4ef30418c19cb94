"""What the tests of reporting's pages share: reading numbers and links off a page as a person would."""

import re
from html.parser import HTMLParser
from urllib.parse import parse_qs, urlsplit

from django.test import Client
from django.urls import reverse

from reporting.services.drain import counts_drain

NUMBER = re.compile(r"\d[\d,]*")


class _Links(HTMLParser):
    """Collects (address, words) of every link, with the words a screen reader would say."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[tuple[str, str]] = []
        self._open: list[str] | None = None

    def handle_starttag(self, tag, attrs):
        if tag == "a":
            found = dict(attrs)
            self._open = [found.get("aria-label") or ""]
            self._href = found.get("href") or ""

    def handle_data(self, data):
        if self._open is not None and not self._open[0]:
            self._open.append(data)

    def handle_endtag(self, tag):
        if tag == "a" and self._open is not None:
            self.links.append((self._href, " ".join("".join(self._open).split())))
            self._open = None


def links(html: str) -> list[tuple[str, str]]:
    parser = _Links()
    parser.feed(html)
    return parser.links


def served_links(html: str) -> list[tuple[str, str]]:
    """Links that open a number: (address, words)."""
    return [link for link in links(html) if link[0].startswith(reverse("reporting:served"))]


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).replace("&nbsp;", " ").split())


def last_number(text: str) -> int | None:
    found = NUMBER.findall(text.split(" businesses; ", maxsplit=1)[0])
    return int(found[-1].replace(",", "")) if found else None


def drain() -> None:
    while counts_drain().marks:
        pass


def listed(client: Client, address: str) -> list[str]:
    """The names on every page of a list behind a number."""
    names, pages = [], 0
    while address:
        html = client.get(address).content.decode()
        names += re.findall(r'data-label="Business"><a href="[^"]+">([^<]+)</a>', html)
        following = re.search(r'href="(\?[^"]*)" rel="next"', html)
        address = f"{reverse('reporting:served')}{following[1].replace('&amp;', '&')}" if following else ""
        pages += 1
        assert pages < 200
    return names


def heading_total(html: str) -> int:
    return int(re.search(r'id="total">([\d,]+)<', html)[1].replace(",", ""))


def query(address: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
