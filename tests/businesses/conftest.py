"""Files of imports go to a folder of the test's own; shorthands for adding businesses."""

import io

import pytest

from businesses.services.businesses import BusinessData, business_create
from businesses.services.imports import import_upload


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    """The private files of this test."""
    settings.MEDIA_ROOT = tmp_path / "files"
    return settings.MEDIA_ROOT


def data(**changes) -> BusinessData:
    """A valid business with the fewest fields."""
    return BusinessData(
        **({"name": "Acme Precision", "town": "Springfield", "state": "MA", "naics": "332710"} | changes)
    )


def add(actor, **changes):
    """Add a business through its service."""
    return business_create(actor=actor, data=data(**changes))


def upload(actor, text: str | bytes, *, source_name: str = "Licences", file_name: str = "licences.csv", **kwargs):
    """Upload a list through its service."""
    raw = text if isinstance(text, bytes) else text.encode()
    return import_upload(actor=actor, source_name=source_name, file=io.BytesIO(raw), file_name=file_name, **kwargs)
