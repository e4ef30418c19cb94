"""Forms about people: inviting, changing, ending, accepting."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.contrib.auth.password_validation import password_validators_help_texts

from bizworks.directory.admin_selectors import in_force_or, staff_regions
from bizworks.directory.forms.fields import date_input
from bizworks.directory.models import StaffMember
from bizworks.tenancy.policy import Role

ROLE_MEANINGS = {
    Role.REPRESENTATIVE: "Logs contacts and services, adds businesses.",
    Role.MANAGER: "As a representative; also corrects what others logged, and imports lists.",
    Role.STATE: "As a manager; also exports, reads restricted records and federal employer numbers.",
    Role.ADMIN: "Keeps this map, the people and the API tokens; does not log contacts.",
    Role.PARTNER: "Reads the directory of businesses and the dashboards.",
}


def _role_field() -> forms.ChoiceField:
    choices = [(role.value, f"{role.label}: {ROLE_MEANINGS[role]}") for role in Role]
    return forms.ChoiceField(choices=choices, widget=forms.RadioSelect)


class _PlaceForm(forms.Form):
    """Role, agency and regions: what inviting and changing have in common."""

    role = _role_field()
    agency = forms.ModelChoiceField(queryset=None)
    regions = forms.ModelMultipleChoiceField(
        queryset=None, required=False, widget=forms.CheckboxSelectMultiple(attrs={"data-look": "chips"})
    )

    def offer(self, today: date, labels: Mapping[str, str], agency_id: int | None = None) -> None:
        """Offer what is in force and what is already chosen, in the tenant's words."""
        self.fields["agency"].queryset = in_force_or("agency", today, agency_id)
        regions = in_force_or("region", today)
        self.fields["regions"].queryset = regions
        self.fields["regions"].label = labels["regions"]
        self.fields["regions"].help_text = "None chosen = the whole system."


class InviteForm(_PlaceForm):
    """Who is invited as what."""

    name = forms.CharField(max_length=120, label="Name")
    email = forms.EmailField(max_length=254, label="E-mail", help_text="They sign in with it.")
    field_order = ("name", "email", "role", "agency", "regions")

    def __init__(self, *args: Any, today: date, labels: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer(today, labels)


class StaffForm(_PlaceForm):
    """Someone's place in the tenant."""

    name = forms.CharField(max_length=120)
    title = forms.CharField(max_length=80, required=False)
    phone = forms.CharField(max_length=30, required=False, widget=forms.TextInput(attrs={"type": "tel"}))
    center = forms.ModelChoiceField(queryset=None, required=False, empty_label="None")
    field_order = ("name", "title", "phone", "role", "agency", "center", "regions")

    def __init__(self, *args: Any, staff: StaffMember, today: date, labels: Mapping[str, str], **kwargs: Any) -> None:
        chosen = staff_regions(staff)
        first = {name: getattr(staff, name) for name in ("name", "title", "phone", "role")}
        first |= {"agency": staff.agency_id, "center": staff.center_id, "regions": [row.pk for row in chosen]}
        super().__init__(*args, initial=first, **kwargs)
        self.offer(today, labels, staff.agency_id)
        self.fields["regions"].queryset = (self.fields["regions"].queryset | chosen).distinct()
        self.fields["center"].queryset = in_force_or("center", today, staff.center_id)
        self.fields["center"].label = labels["center"]


class EndForm(forms.Form):
    """The first day without access."""

    ended_on = forms.DateField(
        widget=date_input(), label="No access from", help_text="Today signs the person out at once."
    )


class AcceptForm(forms.Form):
    """The password an invited person chooses."""

    password1 = forms.CharField(
        label="Password",
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=" ".join(password_validators_help_texts()),
    )
    password2 = forms.CharField(
        label="Password again",
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        """Both must be the same."""
        data = super().clean() or self.cleaned_data
        if data.get("password1") and data.get("password2") and data["password1"] != data["password2"]:
            self.add_error("password2", "The two passwords are not the same.")
        return data
