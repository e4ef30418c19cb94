"""What every text of a form goes through before it is stored."""

from collections import defaultdict
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email
from django.db.models import Model

from bizworks.core.errors import BusinessRuleError
from businesses.validators import one_line, problem_with_text

_URL = URLValidator(schemes=["http", "https"])
MAX_EMPLOYEES = 5_000_000


class Problems:
    """Collects sentences by input name, and raises them together."""

    def __init__(self) -> None:
        self.errors: defaultdict[str, list[str]] = defaultdict(list)

    def add(self, name: str, sentence: str) -> None:
        """Note one problem."""
        self.errors[name].append(sentence)

    def raise_if_any(self) -> None:
        """Raise BusinessRuleError with all of them."""
        if self.errors:
            raise BusinessRuleError(self.errors)

    def texts(self, model: type[Model], values: dict[str, str], **names: str) -> dict[str, str]:
        """Clean texts for the fields of a model: one line each, no SSN, no control characters, not too long.

        `names` gives the input name where it is not the field's.
        """
        clean = {}
        for name, value in values.items():
            clean[name] = one_line(value or "")
            limit = model._meta.get_field(name).max_length
            if problem := problem_with_text(value or ""):
                self.add(names.get(name, name), problem)
            elif limit and len(clean[name]) > limit:
                self.add(names.get(name, name), f"At most {limit} characters; this has {len(clean[name])}.")
        return clean

    def required(self, values: dict[str, Any], sentences: dict[str, str]) -> None:
        """Note the sentence of each input that is empty and has no other problem yet."""
        for name, sentence in sentences.items():
            if not values[name] and name not in self.errors:
                self.add(name, sentence)


def website_normalise(text: str) -> str:
    """An address with its scheme, https where none was typed. Errors: ValueError with a sentence."""
    address = text if not text or "://" in text else f"https://{text}"
    try:
        if address:
            _URL(address)
    except ValidationError:
        raise ValueError("This is not the address of a website, like www.example.org.") from None
    return address


def email_problem(text: str) -> str:
    """Why a text is no e-mail address; empty when it is one, or nothing."""
    try:
        if text:
            validate_email(text)
    except ValidationError:
        return "This is not an e-mail address, like kim@example.org."
    return ""
