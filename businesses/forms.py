"""Forms of businesses, contacts and imports; they read what was typed, the services hold the rules."""

from collections.abc import Callable
from typing import Any, TypeVar

from django import forms
from django.urls import reverse_lazy

from bizworks.core.errors import BusinessRuleError
from bizworks.core.forms import FormKeyField, TypeaheadSelect
from bizworks.tenancy.actor import Actor
from bizworks.tenancy.policy import Permission
from businesses.constants import (
    KEY_ROLES,
    MAX_IMPORT_BYTES,
    ContactRole,
    ImportField,
    MatchedPolicy,
    Source,
    Stage,
    StageVisibility,
    Status,
)
from businesses.models import Business, Contact, ImportBatch
from businesses.permissions import may_see_fein, may_see_value
from businesses.selectors import (
    area_choices,
    business_list,
    business_search,
    naics_named,
    naics_search,
    state_choices,
)
from businesses.selectors.matches import PossibleMatch, Typed
from businesses.selectors.timeline import KINDS, Bounds
from businesses.services.businesses import BusinessData
from businesses.services.contacts import ContactData
from businesses.services.import_files import column_labels
from businesses.services.merge_preview import MergePreview
from businesses.services.merges import MergeData
from businesses.services.stages import StageData
from businesses.validators import one_line

Saved = TypeVar("Saved")
_LONG = {"max_length": 400}  # the service names the true limit


def _naics_pairs(text: str) -> list[tuple[str, str]]:
    return [(code, f"{code} {title}") for code, title in naics_search(text)]


class DateInput(forms.DateInput):
    """The browser's own date field."""

    input_type = "date"

    def __init__(self) -> None:
        """Dates go in and out as the browser's field wants them."""
        super().__init__(format="%Y-%m-%d")


class ServiceForm(forms.Form):
    """A form whose rules are a service's; a `form_key` makes it save once."""

    matches: list[PossibleMatch] = []

    def save(self, act: Callable[[], Saved]) -> Saved | None:
        """Do the act if what was sent can be read; None if not, or if the service refuses: then this says why."""
        if not self.is_valid():
            return None
        try:
            return act()
        except BusinessRuleError as error:
            for name, sentences in error.errors.items():
                self.add_error(name if name in self.fields else None, sentences)
            self.matches = getattr(error, "matches", [])
        return None

    @property
    def status(self) -> int:
        """The HTTP status of the page that shows this form."""
        return 422 if self.errors else 200


class BusinessForm(ServiceForm):
    """Everything of a business that a person may type."""

    name = forms.CharField(label="Name", **_LONG)
    alias = forms.CharField(label="Trading name (DBA)", required=False, **_LONG)
    legal_name = forms.CharField(
        label="Legal name of the employer", required=False, help_text="If it is not the same.", **_LONG
    )
    fein = forms.CharField(
        label="FEIN", required=False, help_text="Nine digits. The same FEIN is the same employer.", max_length=40
    )
    address = forms.CharField(label="Street address", required=False, **_LONG)
    town = forms.CharField(label="Town", **_LONG)
    state = forms.ChoiceField(label="State")
    zip_code = forms.CharField(label="ZIP code", required=False, max_length=40)
    naics = forms.CharField(
        label="Industry (NAICS)",
        help_text="Type a code, or words like “machine shop”.",
        required=False,
        widget=TypeaheadSelect(url=reverse_lazy("businesses:naics"), resolve=naics_named, find=_naics_pairs),
    )
    employees = forms.IntegerField(label="Employees at this location", required=False, min_value=0)
    phone = forms.CharField(label="Telephone", required=False, **_LONG)
    website = forms.CharField(label="Website", required=False, **_LONG)
    source = forms.ChoiceField(
        label="Where FEIN, industry and employees come from", help_text="Kept with those you add or change."
    )
    status = forms.ChoiceField(
        label="Status", choices=[choice for choice in Status.choices if choice[0] != Status.MERGED]
    )
    closed_on = forms.DateField(label="Closed on", required=False, widget=DateInput())
    area_override = forms.TypedChoiceField(
        label="Set by hand", required=False, coerce=int, empty_value=None, help_text="Only if the town misleads."
    )
    area_override_reason = forms.CharField(label="Why it is set by hand", required=False, **_LONG)
    confirmed_reason = forms.CharField(
        label="Why it is another business",
        required=False,
        help_text="Kept with the business, for those who look for duplicates.",
        **_LONG,
    )
    employer_id = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput)
    form_key = FormKeyField()

    def __init__(
        self, *args: Any, actor: Actor, area_word: str, business: Business | None = None, **kwargs: Any
    ) -> None:
        """Offer the tenant's states and areas; show what is known, but no value the actor may not see."""
        self.business, self.actor = business, actor
        if business is not None:
            kwargs["initial"] = _known(business, actor)
        super().__init__(*args, **kwargs)
        for name in ("name", "alias", "fein", "address", "town", "state", "zip_code", "phone", "website"):
            self.fields[name].widget.attrs["data-typed"] = ""
        self.fields["state"].choices = state_choices()
        self.fields["area_override"].choices = [("", "By the town"), *area_choices()]
        self.fields["area_override"].label = area_word
        seen = [c for c in Source.choices if c[0] != Source.UC or actor.may(Permission.SEE_UC_VALUES)]
        self.fields["source"].choices = seen
        self.initial = {"source": Source.STAFF, "status": Status.ACTIVE, **self.initial}
        if business is None:
            self._require_naics()
        else:
            for name in ("confirmed_reason", "employer_id", "form_key"):
                del self.fields[name]
            self._hide(business)
            if business.naics_id and "naics" in self.fields:
                self._require_naics()

    def _require_naics(self) -> None:
        self.fields["naics"].required = True
        self.fields["naics"].error_messages["required"] = "Give the NAICS code of the industry, two digits at least."

    def _hide(self, business: Business) -> None:
        """Take out what the actor may not see; a hidden FEIN can be replaced, not read."""
        if not may_see_value(self.actor, source=business.employees_source):
            del self.fields["employees"]
        if not may_see_value(self.actor, source=business.naics_source):
            del self.fields["naics"]
        if business.employer.fein and "fein" not in self.initial:
            ending = business.employer.fein[-4:]
            self.fields["fein"].help_text = f"One that ends in {ending} is recorded. Leave this empty to keep it."

    @property
    def version(self) -> int:
        """The version of the business that what was sent was typed into; 0 if it does not say."""
        text = self.data.get("version", "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0

    def differences(self) -> list[tuple[str, str, str]]:
        """What was typed and differs from what is saved: label, saved, typed."""
        pairs = ((field, self.initial.get(field.name), self.cleaned_data.get(field.name)) for field in self)
        return [
            (field.label, str(saved or "nothing"), str(typed or "nothing"))
            for field, saved, typed in pairs
            if field.name != "source" and str(saved or "") != str(typed or "")
        ]

    def to_data(self) -> BusinessData:
        """What was typed, for the service; what is hidden from the actor stays as it is."""
        values = dict(self.cleaned_data)
        values["area_override_id"] = values.pop("area_override")
        if self.business is not None:
            values.setdefault("employees", self.business.employees)
            values.setdefault("naics", self.business.naics_id or "")
            if not values["fein"] and self.business.employer.fein and "fein" not in self.initial:
                values["fein"] = None
        return BusinessData(**values)

    def typed(self) -> Typed:
        """What was typed so far, whatever is still missing or wrong, to look for likely matches."""
        names = ("name", "alias", "address", "town", "state", "zip_code", "phone", "website")
        texts = {name: one_line(self.data.get(name, "").replace("\x00", ""))[:200] for name in names}
        digits = "".join(ch for ch in self.data.get("fein", "") if ch.isascii() and ch.isdigit())
        return Typed(**texts, fein=digits if len(digits) == 9 else "", employer_id=self.chosen_employer)

    @property
    def chosen_employer(self) -> int | None:
        """The employer a location is added to: by the tap just now, else by one before."""
        sent = (self.data.get("_location"), self.data.get("employer_id")) if self.is_bound else ()
        for text in (*sent, self.initial.get("employer_id")):
            if text == "0":
                return None
            if text and str(text).isascii() and str(text).isdigit() and len(str(text)) <= 18:
                return int(text)
        return None


def _known(business: Business, actor: Actor) -> dict[str, Any]:
    """What the form shows of a business, without what the actor may not see."""
    names = ("name", "alias", "address", "town", "state", "zip_code", "phone", "website", "status", "closed_on")
    known = {name: getattr(business, name) for name in names}
    known |= {"naics": business.naics_id or "", "employees": business.employees}
    known |= {"area_override": business.area_override_id, "area_override_reason": business.area_override_reason}
    employer = business.employer
    known["legal_name"] = employer.name if employer.name != business.name else ""
    agency_id = employer.recorded_by.agency_id if employer.recorded_by else None
    if employer.fein and may_see_fein(actor, source=employer.fein_source, recorded_by_agency_id=agency_id):
        known["fein"] = f"{employer.fein[:2]}-{employer.fein[2:]}"
    return known


class ContactForm(ServiceForm):
    """A person at a business."""

    name = forms.CharField(label="Name", **_LONG)
    role = forms.ChoiceField(label="What the person does", choices=ContactRole.choices)
    title = forms.CharField(label="Title on the business card", required=False, **_LONG)
    key = forms.ChoiceField(
        label="Key representative",
        choices=[("", "By what the person does"), ("yes", "Yes"), ("no", "No")],
        required=False,
        help_text="Can speak and decide for the business: owners, chiefs, plant, HR, finance and hiring leads are.",
    )
    phone = forms.CharField(label="Telephone at work", required=False, **_LONG)
    email = forms.CharField(label="E-mail at work", required=False, **_LONG)
    do_not_contact = forms.BooleanField(label="Asked not to be contacted", required=False)
    form_key = FormKeyField()

    def __init__(self, *args: Any, contact: Contact | None = None, **kwargs: Any) -> None:
        """Show what is known of a contact."""
        if contact is not None:
            names = ("name", "role", "title", "phone", "email", "do_not_contact")
            kwargs["initial"] = {name: getattr(contact, name) for name in names}
            by_role = contact.is_key_representative == (contact.role in KEY_ROLES)
            kwargs["initial"]["key"] = "" if by_role else "yes" if contact.is_key_representative else "no"
        else:
            kwargs.setdefault("initial", {"role": ContactRole.STAFF})
        super().__init__(*args, **kwargs)
        if contact is not None:
            del self.fields["form_key"]

    def to_data(self) -> ContactData:
        """What was typed, for the service."""
        values = dict(self.cleaned_data)
        chosen = values.pop("key")
        return ContactData(**values, is_key_representative=None if not chosen else chosen == "yes")


class StageForm(ServiceForm):
    """The stage a business is in, since when, and how it is known."""

    stage = forms.ChoiceField(choices=Stage.choices, widget=forms.RadioSelect(attrs={"data-look": "chips"}))
    began_on = forms.DateField(label="Since", widget=DateInput())
    source = forms.CharField(label="How it is known", help_text="For example “told by the owner”.", **_LONG)
    note = forms.CharField(label="Note", required=False, max_length=900, widget=forms.Textarea(attrs={"rows": 3}))
    visibility = forms.ChoiceField(
        label="Who may read it",
        choices=StageVisibility.choices,
        help_text="Restricted: only you and staff cleared for restricted records; each reading is recorded.",
    )
    form_key = FormKeyField()

    def to_data(self) -> StageData:
        """What was typed, for the service."""
        return StageData(**self.cleaned_data)


class StageVoidForm(ServiceForm):
    """Why a stage is taken back."""

    reason = forms.CharField(label="Reason", help_text="Stays in the history.", **_LONG)


class TimelineForm(forms.Form):
    """What of a timeline to show; whatever cannot be read is left out, so that a link always answers."""

    kind = forms.MultipleChoiceField(
        label="Show", choices=KINDS, required=False, widget=forms.CheckboxSelectMultiple(attrs={"data-look": "chips"})
    )
    agency = forms.TypedChoiceField(label="Agency", coerce=int, empty_value=None, required=False)
    since = forms.DateField(label="From", required=False, widget=DateInput())
    until = forms.DateField(label="To", required=False, widget=DateInput())
    text = forms.CharField(
        label="Words in it", required=False, max_length=100, widget=forms.TextInput(attrs={"type": "search"})
    )

    def __init__(self, data: Any, *, agencies: list[tuple[int, str]]) -> None:
        """Offer the tenant's agencies."""
        super().__init__(data, prefix="t")
        self.fields["agency"].choices = [("", "All"), *agencies]

    def bounds(self) -> Bounds:
        """What was asked for."""
        self.full_clean()
        told = self.cleaned_data
        return Bounds(
            kinds=frozenset(told.get("kind") or ()),
            agency_id=told.get("agency"),
            since=told.get("since"),
            until=told.get("until"),
            text=one_line(told.get("text") or ""),
        )


class LeaveForm(ServiceForm):
    """When a person left the business."""

    left_on = forms.DateField(
        label="Last day", required=False, widget=DateInput(), help_text="Empty if the person is still there."
    )


class ImportForm(ServiceForm):
    """A list to take in."""

    file = forms.FileField(
        label="The list, as a CSV file or an Excel workbook",
        allow_empty_file=True,
        help_text=f"At most {MAX_IMPORT_BYTES // 1024 // 1024} MB. Its first line holds the names of the columns.",
    )
    source_name = forms.CharField(
        label="What the list is",
        max_length=120,
        help_text="For example “State licenses”. The same name again updates the businesses of the last one.",
        widget=forms.TextInput(attrs={"list": "known-sources", "autocomplete": "off"}),
    )
    source = forms.ChoiceField(
        label="Where its values come from",
        choices=[choice for choice in Source.choices if choice[0] != Source.UC],
        initial=Source.PUBLIC,
    )


class MappingForm(ServiceForm):
    """Which column of a list is what."""

    def __init__(self, *args: Any, batch: ImportBatch, **kwargs: Any) -> None:
        """One choice of the list's columns for each of our fields."""
        kwargs["initial"] = batch.columns
        super().__init__(*args, **kwargs)
        self.batch = batch
        columns = [("", "Not in the list"), *((label, label) for label in column_labels(batch.header))]
        for name, label in ImportField.choices:
            self.fields[name] = forms.ChoiceField(label=label, choices=columns, required=False)

    @property
    def chosen(self) -> dict[str, str]:
        """Our fields with a column, as typed; as the list is mapped before anything is typed."""
        source = self.data if self.is_bound else self.initial
        known = {label for label, _ in next(iter(self.fields.values())).choices}
        pairs = ((name, source.get(name, "")) for name in self.fields)
        return {name: label for name, label in pairs if label and label in known}


class SheetForm(ServiceForm):
    """Which sheet of a workbook is the list."""

    sheet = forms.ChoiceField(label="Sheet")

    def __init__(self, *args: Any, batch: ImportBatch, **kwargs: Any) -> None:
        """Offer every sheet with its number of rows."""
        super().__init__(*args, **kwargs)
        self.fields["sheet"].choices = [
            (name, f"{name} ({rows:,} line{'' if rows == 1 else 's'})") for name, rows in batch.sheets
        ]
        self.fields["sheet"].initial = batch.sheet


class StartForm(ServiceForm):
    """What becomes of rows whose business is known from elsewhere."""

    policy = forms.ChoiceField(
        label="Businesses that are known from elsewhere",
        choices=MatchedPolicy.choices,
        initial=MatchedPolicy.FILL,
        widget=forms.RadioSelect,
        required=False,
    )


class MergeWithForm(ServiceForm):
    """Which other record is the same business."""

    other = forms.IntegerField(
        label="The other record of this business",
        min_value=1,
        max_value=2**63 - 1,
        help_text="Type its name, or its FEIN.",
    )

    def __init__(self, data: Any, *, actor: Actor, business: Business) -> None:
        """Find businesses as everywhere; the business itself is not one of them."""
        super().__init__(data)
        self.business = business

        def find(text: str) -> list[tuple[int, str]]:
            found = business_search(actor=actor, text=text)
            return [(row.pk, f"{row.name}, {row.hint}") for row in found if row.pk != business.pk]

        def resolve(ids: list[str]) -> list[tuple[int, str]]:
            numbers = [int(text) for text in ids if text.isascii() and text.isdigit() and len(text) < 19]
            return [(row.pk, f"{row.name}, {row.hint}") for row in business_list(actor=actor).filter(pk__in=numbers)]

        self.fields["other"].widget = TypeaheadSelect(url=reverse_lazy("businesses:search"), resolve=resolve, find=find)

    def clean_other(self) -> int:
        """Another one than the business itself."""
        if self.cleaned_data["other"] == self.business.pk:
            raise forms.ValidationError("This is the same record. Choose the other one.")
        return self.cleaned_data["other"]


class MergeForm(ServiceForm):
    """Which values, people and versions of two records a merge keeps; one choice for each thing they say differently."""

    united = forms.TypedMultipleChoiceField(
        label="One person, recorded twice", required=False, coerce=int, widget=forms.CheckboxSelectMultiple
    )
    note = forms.CharField(label="Note", required=False, help_text="Why they are the same, for whoever asks.", **_LONG)
    survivor_version = forms.IntegerField(widget=forms.HiddenInput, max_value=2**31 - 1)
    absorbed_version = forms.IntegerField(widget=forms.HiddenInput, max_value=2**31 - 1)

    def __init__(self, data: Any, *, preview: MergePreview) -> None:
        """Offer what the preview found, with what it proposes chosen."""
        self.preview = preview
        initial = {
            "united": [pair.absorbed.pk for pair in preview.people],
            "survivor_version": preview.survivor.version,
            "absorbed_version": preview.absorbed.version,
        }
        super().__init__(data, initial=initial)
        people = [
            (pair.absorbed.pk, f"{pair.absorbed.name} and {pair.survivor.name}: {pair.reason.lower()}")
            for pair in preview.people
        ]
        self.fields["united"].choices = people
        if not people:
            del self.fields["united"]
        for choice in preview.differing:
            self.fields[f"keep_{choice.key}"] = forms.ChoiceField(
                label=choice.label, choices=choice.options, initial=choice.proposed, widget=forms.RadioSelect
            )

    def choices(self) -> list[Any]:
        """The fields to choose between, in order."""
        return [self[f"keep_{choice.key}"] for choice in self.preview.differing]

    def to_data(self) -> MergeData:
        """What was chosen, for the service."""
        told = self.cleaned_data
        return MergeData(
            survivor_id=self.preview.survivor.pk,
            absorbed_id=self.preview.absorbed.pk,
            choices={name.removeprefix("keep_"): side for name, side in told.items() if name.startswith("keep_")},
            united=told.get("united", ()),
            note=told["note"],
            versions=(told["survivor_version"], told["absorbed_version"]),
        )
