"""Errors that people are meant to read."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import IntegrityError


class BusinessRuleError(Exception):
    """A rule of the field was broken; carries what was wrong, by input name.

    `extra` are members the API adds to its problem, for programs that can act on them.
    `errors` maps an input name (or "" for the whole act) to sentences. Pages put them on the
    form and answer 422; the API answers 422 problem+json; an import writes them beside the row.
    """

    def __init__(self, errors: Mapping[str, Sequence[str]] | str) -> None:
        """Take a mapping of input name to sentences, or one sentence for the whole act."""
        self.extra: dict[str, Any] = {}
        self.errors: dict[str, list[str]] = (
            {"": [errors]} if isinstance(errors, str) else {key: list(value) for key, value in errors.items()}
        )
        super().__init__("; ".join(message for messages in self.errors.values() for message in messages))


class NotAllowedError(Exception):
    """The actor's role does not permit this act; the message says who may."""


class StaleVersionError(Exception):
    """Someone else changed the record since it was read."""


FOREIGN_KEY_VIOLATION = "23503"


def is_gone(error: BaseException) -> bool:
    """Whether the database refused a row because what it belongs to was removed at that moment."""
    return isinstance(error, IntegrityError) and getattr(error.__cause__, "sqlstate", "") == FOREIGN_KEY_VIOLATION
