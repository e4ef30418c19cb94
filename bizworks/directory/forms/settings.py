"""Forms of the tenant's profile, of API tokens and of the audit trail's filter."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django import forms
from django.contrib.postgres.forms import SimpleArrayField
from django.utils.dates import MONTHS

from bizworks.accounts.models import ApiToken
from bizworks.accounts.services import TOKEN_MAX_DAYS
from bizworks.directory.admin_selectors import token_users
from bizworks.directory.audit_selectors import AuditFilter, people_choices, table_choices
from bizworks.directory.forms.fields import date_input
from bizworks.directory.models import StaffMember, TenantProfile
from bizworks.directory.services.profile import CALENDAR, OPTIONS, WORDS

TOKEN_DEFAULT_DAYS = 90
AMERICAN_ZONES = ("America/", "US/", "Pacific/")


class ProfileForm(forms.ModelForm):
    """Words, calendar and counting options, each with what changes when it changes."""

    class Meta:
        model = TenantProfile
        fields = (*WORDS, *CALENDAR, *OPTIONS)
        labels = {
            "region_label": "One region",
            "region_label_plural": "Several regions",
            "area_label": "One workforce area",
            "area_label_plural": "Several workforce areas",
            "center_label": "One center",
            "center_label_plural": "Several centers",
            "representative_label": "One representative",
            "representative_label_plural": "Several representatives",
            "program_year_start_month": "The program year begins in",
            "year_naming": "How years are named",
            "counts_self_service": "Self-service counts as a service",
            "lookback_quarters": "Look-back, in quarters",
            "orientation_min_minutes": "Shortest substantial overview, in minutes",
            "late_entry_days": "Days until an entry is late",
            "state_codes": "States",
        }
        help_texts = {
            "time_zone": "Decides which day it is. Changing it moves no date that is recorded.",
            "state_codes": "Two letters each, parted by commas. Their towns are offered and held against the map.",
            "program_year_start_month": "Changing it groups every count, past years too, into other years.",
            "year_naming": "Changes only the names beside the dates.",
            "counts_self_service": (
                "Off: only what staff did makes a business served. Changing it recounts everything, past years too."
            ),
            "lookback_quarters": (
                "A business served within this many quarters before a period counts as returning. Changing it"
                " moves new, returning and reactivated of every period; the number served stays."
            ),
            "orientation_min_minutes": (
                "An overview this long is substantial without staff attesting it. Holds for contacts saved from now on."
            ),
            "late_entry_days": "An entry made more days after the contact is marked late. Holds for contacts saved from now on.",
        }

    time_zone = forms.ChoiceField(choices=())
    program_year_start_month = forms.TypedChoiceField(coerce=int, choices=list(MONTHS.items()))
    state_codes = SimpleArrayField(forms.RegexField(r"^[A-Za-z]{2}$", strip=True), min_length=1, max_length=8)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.label, field.help_text = (self.Meta.labels.get(name, field.label), self.Meta.help_texts.get(name, ""))
        zones = sorted(zone for zone in available_timezones() if zone.startswith(AMERICAN_ZONES))
        if self.instance.time_zone not in zones:
            zones.append(self.instance.time_zone)
        self.fields["time_zone"].choices = [(zone, zone.replace("_", " ")) for zone in zones]

    def clean_state_codes(self) -> list[str]:
        """Upper case, each once."""
        return list(dict.fromkeys(code.upper() for code in self.cleaned_data["state_codes"]))

    @property
    def word_fields(self) -> Iterable[forms.BoundField]:
        """The tenant's words."""
        return [self[name] for name in WORDS]

    @property
    def calendar_fields(self) -> Iterable[forms.BoundField]:
        """Calendar and place."""
        return [self[name] for name in CALENDAR]

    @property
    def option_fields(self) -> Iterable[forms.BoundField]:
        """What counts."""
        return [self[name] for name in OPTIONS]


class TokenForm(forms.Form):
    """What a new API token is for, what it may do, and until when."""

    name = forms.CharField(max_length=80, label="What will use it", help_text="For example: MOSES nightly bridge.")
    acts_as = forms.ModelChoiceField(
        queryset=None,
        help_text=(
            "Everything it does is recorded under this person, and this person's role limits it. For a program,"
            " invite one of its own."
        ),
    )
    scopes = forms.MultipleChoiceField(
        choices=ApiToken.Scope.choices, widget=forms.CheckboxSelectMultiple, label="It may, at most"
    )
    valid_until = forms.DateField(
        widget=date_input(), help_text=f"Its last day; at most {TOKEN_MAX_DAYS} days from now."
    )

    def __init__(self, *args: Any, today: date, zone: ZoneInfo, staff_id: int | None, **kwargs: Any) -> None:
        first = {"valid_until": today + timedelta(days=TOKEN_DEFAULT_DAYS), "acts_as": staff_id, "scopes": ["read"]}
        super().__init__(*args, initial=first, **kwargs)
        self.zone = zone
        field = self.fields["acts_as"]
        field.queryset = token_users(today)
        field.label_from_instance = _named

    @property
    def expires_at(self) -> datetime:
        """The moment the last day ends where the tenant is."""
        following = self.cleaned_data["valid_until"] + timedelta(days=1)
        return datetime.combine(following, time.min, tzinfo=self.zone)

    def clean_valid_until(self) -> date:
        """Refuse the last day of the calendar, which has no day after it."""
        day = self.cleaned_data["valid_until"]
        if day.year > 9_000:
            raise forms.ValidationError(f"Choose a day within the next {TOKEN_MAX_DAYS} days.")
        return day


def _named(staff: StaffMember) -> str:
    return f"{staff.name} ({staff.get_role_display()}, {staff.email})"


class AuditFilterForm(forms.Form):
    """What to look for in the audit trail."""

    person = forms.TypedChoiceField(required=False, coerce=int, empty_value=None)
    table = forms.ChoiceField(required=False, label="Kind of record")
    since = forms.DateField(required=False, widget=date_input(), label="From")
    until = forms.DateField(required=False, widget=date_input(), label="Until")
    row = forms.IntegerField(required=False, min_value=1, max_value=2**62, widget=forms.HiddenInput)
    before = forms.IntegerField(required=False, min_value=1, max_value=2**62, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].choices = [("", "Everyone"), *people_choices()]
        self.fields["table"].choices = [("", "Everything"), *table_choices()]

    def clean(self) -> dict[str, Any]:
        """Refuse days at the calendar's ends, which have no midnight in every time zone."""
        data = super().clean() or self.cleaned_data
        for name in ("since", "until"):
            if data.get(name) and not 1900 <= data[name].year <= 9_000:
                self.add_error(name, "Choose a day of this age.")
        return data

    @property
    def wanted(self) -> AuditFilter:
        """The filter in the selectors' terms."""
        data = self.cleaned_data
        return AuditFilter(
            user_id=data["person"],
            table=data["table"],
            row_id=data["row"],
            since=data["since"],
            until=data["until"],
            before=data["before"],
        )

    @property
    def active(self) -> int:
        """How many filters are in force."""
        data = getattr(self, "cleaned_data", {})
        return sum(1 for name in ("person", "table", "since", "until", "row") if data.get(name))
