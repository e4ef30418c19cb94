"""Request ids: one per request, in every log line, audit row and task."""

import logging
import uuid
from contextvars import ContextVar

request_id_var: ContextVar[str] = ContextVar("request_id", default="-")


def request_id_new() -> str:
    """Make a fresh request id: 32 hexadecimal digits."""
    return uuid.uuid4().hex


class RequestIdFilter(logging.Filter):
    """Adds `request_id` to every record."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Attach the id; never drops a record."""
        record.request_id = request_id_var.get()
        return True
