"""Fields that the administration's forms share."""

import re
from datetime import date
from typing import Any

from django import forms
from django.urls import reverse_lazy

from bizworks.core.forms import TypeaheadSelectMultiple
from bizworks.directory.admin_selectors import places_named, places_suggest
from bizworks.directory.models import BEGINNING

PREFIX = re.compile(r"\d{2,6}")
SECTOR_RANGE = re.compile(r"(\d\d)-(\d\d)")
PREFIXES_MAX = 200
LINES_MAX = 40
PLACES_MAX = 200


def date_input() -> forms.DateInput:
    """A date box of the browser's own."""
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class BeginningField(forms.DateField):
    """A first day; empty means: from the beginning of all records."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, widget=date_input(), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        """Show the beginning as an empty box."""
        return None if value == BEGINNING else value

    def clean(self, value: Any) -> date:
        """Read an empty box as the beginning."""
        return super().clean(value) or BEGINNING


class LinesField(forms.CharField):
    """Several lines, in order; empty ones do not count."""

    def __init__(self, *, line_max: int, **kwargs: Any) -> None:
        super().__init__(widget=forms.Textarea(attrs={"rows": 9}), max_length=LINES_MAX * line_max, **kwargs)
        self.line_max = line_max

    def prepare_value(self, value: Any) -> Any:
        """Show a list as lines."""
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[str]:  # type: ignore[override]
        """Part into lines, hold each against its length."""
        lines = [" ".join(line.split()) for line in super().clean(value).splitlines() if line.strip()]
        if len(lines) > LINES_MAX:
            raise forms.ValidationError(f"At most {LINES_MAX} lines.")
        if long := next((line for line in lines if len(line) > self.line_max), ""):
            raise forms.ValidationError(f"A line has at most {self.line_max} characters: {long[:40]}…")
        return lines


class PrefixesField(forms.CharField):
    """NAICS prefixes, parted by commas or spaces; `31-33` stands for 31, 32 and 33."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=8 * PREFIXES_MAX, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        """Show a list in one line."""
        return ", ".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[str]:  # type: ignore[override]
        """Part into prefixes of two to six digits, each once, in order."""
        found: dict[str, None] = {}
        for part in re.split(r"[\s,;]+", super().clean(value).replace("–", "-")):
            if span := SECTOR_RANGE.fullmatch(part):
                found |= dict.fromkeys(str(number) for number in range(int(span[1]), int(span[2]) + 1))
            elif PREFIX.fullmatch(part) and part.isascii():
                found[part] = None
            elif part:
                raise forms.ValidationError(
                    f"“{part[:20]}” is not a NAICS prefix: two to six digits, or a range like 31-33."
                )
        if len(found) > PREFIXES_MAX:
            raise forms.ValidationError(f"At most {PREFIXES_MAX} prefixes.")
        return sorted(found)


class PlacesField(forms.MultipleChoiceField):
    """Towns and whole counties, chosen by typing."""

    def __init__(self, **kwargs: Any) -> None:
        widget = TypeaheadSelectMultiple(
            url=reverse_lazy("directory:places_suggest"),
            find=lambda text: [(key, f"{label} {hint}".strip()) for key, label, hint in places_suggest(text)],
            resolve=places_named,
        )
        super().__init__(widget=widget, **kwargs)

    def validate(self, value: list[str]) -> None:
        """Every id must name a place."""
        if self.required and not value:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        if len(value) > PLACES_MAX:
            raise forms.ValidationError(f"At most {PLACES_MAX} at once.")
        if len(places_named(value)) < len(set(value)):
            raise forms.ValidationError("Choose towns and counties from the list.")
