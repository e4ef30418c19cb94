"""Forms for moving places to areas and areas to regions."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms

from bizworks.directory.admin_selectors import in_force_or
from bizworks.directory.forms.fields import PlacesField, date_input


class TerritoryMoveForm(forms.Form):
    """Towns and counties, the area they shall belong to, and from when."""

    area = forms.ModelChoiceField(queryset=None)
    places = PlacesField(label="Towns or whole counties", help_text="Type the first letters. Several are possible.")
    effective_on = forms.DateField(
        widget=date_input(),
        label="From",
        help_text="First day in the new area. A day in the past places the services since then again.",
    )

    def __init__(self, *args: Any, today: date, labels: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["area"].queryset = in_force_or("area", today)
        self.fields["area"].label = labels["area"]


class AreaMoveForm(forms.Form):
    """The region an area shall lie in, and from when."""

    region = forms.ModelChoiceField(queryset=None)
    effective_on = forms.DateField(
        widget=date_input(),
        label="From",
        help_text="First day in the new place. Services before it keep theirs.",
    )

    def __init__(self, *args: Any, today: date, labels: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["region"].queryset = in_force_or("region", today)
        self.fields["region"].label = labels["region"]
