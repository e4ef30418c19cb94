"""The log form: one screen, every part of it built from what is chosen so far, with or without JavaScript."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any
from uuid import uuid4

from django import forms
from django.urls import reverse_lazy
from django.utils.datastructures import MultiValueDict

from bizworks.core.errors import BusinessRuleError
from bizworks.core.forms import TypeaheadSelectMultiple
from bizworks.directory.models import ServiceItem
from bizworks.directory.selectors import tenant_today
from bizworks.tenancy.actor import Actor
from businesses.constants import KEY_ROLES, ContactRole
from businesses.models import Business, Contact
from businesses.selectors import business_search
from interactions.constants import MAX_NOTE_CHARACTERS, Assisted, Mode, ServiceStatus, Visibility
from interactions.forms.days import FUTURE, DayField, IdListField, ids_of, tell_today
from interactions.selectors import (
    SlateVersion,
    agencies,
    businesses_for_log,
    catalogue,
    colleagues,
    contacts_for_log,
    slate_in_force,
    usual_item_ids,
)
from interactions.services import FollowUpData, InteractionData, NewContactData, NoteData, ServiceData

LIVE = {"data-live": ""}
SHORT_MODES = {
    Mode.IN_PERSON_BUSINESS: "In person at business",
    Mode.IN_PERSON_CENTER: "In person at center",
    Mode.PHONE: "Phone",
    Mode.VIDEO: "Conference or video",
    Mode.GROUP: "Group or event",
    Mode.EMAIL: "E-mail",
    Mode.MAILING: "Mail or mailing",
    Mode.VOICEMAIL: "Voicemail, no answer",
    Mode.WEB: "Web form",
    Mode.OTHER: "Other",
}
"""The modes of BR-16 in words that fit a thumb."""

FALLBACKS = [("partial", "Partial overview"), ("outreach", "General outreach")]
SHORT_CATALOGUE = 12
JUDGED_LATER = {ServiceItem.Kind.PARTIAL}
"""Kinds nobody ticks: an orientation that does not qualify becomes one."""


class NewPersonForm(forms.Form):
    """Someone met for the first time at a business."""

    name = forms.CharField(max_length=120, required=False, widget=forms.TextInput(attrs={"autocomplete": "off"} | LIVE))
    role = forms.ChoiceField(
        choices=ContactRole.choices, initial=ContactRole.STAFF, required=False, widget=forms.Select(attrs=LIVE)
    )
    is_key = forms.BooleanField(
        required=False, label="Can speak and decide for the business", widget=forms.CheckboxInput(attrs=LIVE)
    )

    def data_for(self, business_id: int) -> NewContactData | None:
        """The person, if a name was typed; the six key roles make a key representative by themselves (BR-22)."""
        found = getattr(self, "cleaned_data", {})
        if not found.get("name"):
            return None
        role = found.get("role") or ContactRole.STAFF
        return NewContactData(business_id, found["name"], role, found.get("is_key") or role in KEY_ROLES)


class ServiceDetailForm(forms.Form):
    """What differs from "done on the day of the contact, by us"."""

    status = forms.ChoiceField(
        choices=[
            (ServiceStatus.COMPLETED, "Done"),
            (ServiceStatus.IN_PROGRESS, "Still going on"),
            (ServiceStatus.PLANNED, "Planned"),
        ],
        initial=ServiceStatus.COMPLETED,
        required=False,
    )
    started_on = DayField(label="Started", required=False, help_text="Empty: the day of the contact.")
    ended_on = DayField(label="Ended", required=False, help_text="Empty: the same day, or not yet.")
    agency = forms.TypedChoiceField(label="Delivered by", coerce=int, empty_value=None, required=False)
    assisted = forms.ChoiceField(
        label="Who did the work", choices=Assisted.choices, initial=Assisted.STAFF, required=False
    )
    program = forms.CharField(label="Funding program", max_length=60, required=False)

    def words(self, own_agency: str) -> str:
        """The details in one line, as they stand."""
        found = getattr(self, "cleaned_data", {})
        status = dict(self.fields["status"].choices).get(found.get("status"), "Done").lower()
        day = found.get("started_on")
        agency = dict(self.fields["agency"].choices).get(found.get("agency"), own_agency)
        return f"{status}, {f'from {day:%b} {day.day}' if day else 'that day'}, by {agency}"

    def data_for(self, item_id: int) -> ServiceData:
        """The service as far as it is readable."""
        found = getattr(self, "cleaned_data", {})
        status = found.get("status") or ServiceStatus.COMPLETED
        return ServiceData(
            item_id,
            agency_id=found.get("agency"),
            status=status,
            started_on=found.get("started_on"),
            ended_on=found.get("ended_on"),
            is_ongoing=status == ServiceStatus.IN_PROGRESS and not found.get("ended_on"),
            assisted=found.get("assisted") or Assisted.STAFF,
            program=found.get("program") or "",
        )


@dataclass(frozen=True)
class People:
    """The contacts of one chosen business, with the boxes ticked so far, and room for someone new."""

    business: Business
    contacts: list[tuple[Contact, bool]]
    new: NewPersonForm


@dataclass(frozen=True)
class ItemGroup:
    """Catalogue items under a heading, with the boxes ticked so far."""

    heading: str
    items: list[tuple[ServiceItem, bool]]


@dataclass(frozen=True)
class Detail:
    """A ticked service, what may differ from the usual, and how that reads in one line."""

    item: ServiceItem
    form: ServiceDetailForm
    words: str


class LogForm(forms.Form):
    """A contact being logged. `data=None` begins a new one, about `business_ids` if given."""

    form_key = forms.UUIDField(widget=forms.HiddenInput)
    businesses = IdListField(label="Business", help_text="Several for a group presentation or event.")
    occurred_on = DayField(
        label="Day",
        help_text="Today, yesterday, Tue, or 11/21",
        error_messages={"required": "Give the day of the contact."},
    )
    mode = forms.ChoiceField(
        label="How",
        choices=SHORT_MODES.items(),
        widget=forms.RadioSelect(attrs={"data-look": "chips"} | LIVE),
        error_messages={"required": "Choose how the contact happened."},
    )
    duration_minutes = forms.IntegerField(
        label="Minutes",
        required=False,
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "min": "1", "step": "5"} | LIVE),
    )
    contacts = IdListField(label="Who was met")
    services = IdListField(label="Services delivered")
    slate_lines = IdListField(label="Lines of the slate covered")
    is_substantial = forms.BooleanField(
        label="It was a substantial overview, even if short",
        required=False,
        widget=forms.CheckboxInput(attrs=LIVE),
    )
    orientation_fallback = forms.ChoiceField(label="Save instead as", choices=FALLBACKS, required=False)
    note = forms.CharField(
        label="Note",
        required=False,
        max_length=MAX_NOTE_CHARACTERS,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="What did you learn? No personal data of job seekers.",
    )
    note_visibility = forms.ChoiceField(
        label="Who may read the note", choices=Visibility.choices, initial=Visibility.SHARED, required=False
    )
    follow_up = forms.CharField(label="Next step", required=False, max_length=200)
    follow_up_due_on = DayField(label="Due", direction=FUTURE, required=False, help_text="Tomorrow, Tue, in 2 weeks")
    follow_up_assignee = forms.TypedChoiceField(label="For whom", coerce=int, empty_value=None, required=False)
    outreach_reason = forms.CharField(
        label="Why you go on",
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="The lead reads it.",
    )
    staff = IdListField(
        label="Colleagues who took part", widget=forms.CheckboxSelectMultiple(attrs={"data-look": "chips"})
    )
    visibility = forms.ChoiceField(
        label="Who may see this contact", choices=Visibility.choices, initial=Visibility.SHARED, required=False
    )

    def __init__(self, data: MultiValueDict | None = None, *, actor: Actor, business_ids: tuple[int, ...] = ()) -> None:
        """Fill in what depends on the actor and the day. Queries: 2, and those of the parts that are shown."""
        self.actor, self.today = actor, tenant_today()
        initial = {"form_key": uuid4(), "occurred_on": "Today", "businesses": list(business_ids)}
        super().__init__(data, initial=initial)
        tell_today(self, self.today)
        self.fields["occurred_on"].widget.attrs |= LIVE
        self.fields["businesses"].widget = TypeaheadSelectMultiple(
            url=reverse_lazy("businesses:search"),
            add=reverse_lazy("businesses:create") if actor.can.edit_businesses else "",
            find=lambda text: [(b.pk, f"{b.name}, {b.place}") for b in business_search(actor=actor, text=text)],
            resolve=lambda ids: [(b.pk, f"{b.name}, {b.place}") for b in self.chosen_businesses],
        )
        people = colleagues()
        self.fields["follow_up_assignee"].choices = [
            ("", "Me"),
            *((p.pk, p.name) for p in people if p.pk != actor.staff_id),
        ]
        mine = [p for p in people if p.agency_id == actor.agency_id and p.pk != actor.staff_id]
        self.fields["staff"].choices = [(p.pk, p.name) for p in mine]

    def _ids(self, name: str) -> list[int]:
        """The ids in an input as it stands, readable or not yet."""
        value = self.data.getlist(self.add_prefix(name)) if self.is_bound else self.initial.get(name, [])
        return ids_of(value)

    @cached_property
    def on(self) -> date:
        """The day of the contact, today while none is readable."""
        if not self.is_bound:
            return self.today
        self.errors  # noqa: B018  reading it cleans the fields
        return self.cleaned_data.get("occurred_on") or self.today

    @property
    def day_read(self) -> date | None:
        """The day as it was understood; None while it is not readable."""
        return None if self.is_bound and not self.cleaned_data.get("occurred_on") else self.on

    @cached_property
    def chosen_businesses(self) -> list[Business]:
        """The businesses chosen so far."""
        return businesses_for_log(self.actor, self._ids("businesses"))

    @cached_property
    def people(self) -> list[People]:
        """For each business, whom one can have met."""
        known, ticked = contacts_for_log([b.pk for b in self.chosen_businesses]), set(self._ids("contacts"))
        return [
            People(
                business,
                [(c, c.pk in ticked) for c in known.get(business.pk, [])],
                NewPersonForm(self.data if self.is_bound else None, prefix=f"new{business.pk}"),
            )
            for business in self.chosen_businesses
        ]

    @cached_property
    def items(self) -> dict[int, ServiceItem]:
        """What can be delivered that day; orientations only while a slate is in force (BR-24)."""
        hidden = JUDGED_LATER if self.slate else JUDGED_LATER | {ServiceItem.Kind.ORIENTATION}
        return {item.pk: item for item in catalogue(self.on) if item.kind not in hidden}

    @cached_property
    def slate(self) -> SlateVersion | None:
        """The slate of the day (BR-24)."""
        return slate_in_force(self.on)

    @property
    def begun(self) -> str:
        """The businesses the form was opened about, as in "12-15"; empty for a blank one."""
        text = self.data.get("begun", "") if self.is_bound else "-".join(map(str, self.initial["businesses"]))
        return text if text.replace("-", "").isdigit() and len(text) < 100 else ""

    @property
    def draft_key(self) -> str:
        """Names what is typed in this browser: a form begun about a business has a draft of its own."""
        return f"log-{self.begun}" if self.begun else "log"

    @property
    def slate_lines_ticked(self) -> set[int]:
        """Lines ticked so far."""
        return set(self._ids("slate_lines"))

    @cached_property
    def item_groups(self) -> list[ItemGroup]:
        """The person's usual items first, then the rest of the catalogue by category."""
        ticked = set(self._ids("services"))
        usual = [self.items[pk] for pk in usual_item_ids(self.actor) if pk in self.items]
        orientations = [i for i in self.items.values() if i.kind == ServiceItem.Kind.ORIENTATION and i not in usual]
        first = usual + orientations
        groups: dict[str, list] = {}
        for item in self.items.values():
            if item not in first:
                groups.setdefault(item.state_category or "Other services", []).append(item)
        named = [("", first), *groups.items()] if first else list(groups.items())
        return [ItemGroup(name, [(item, item.pk in ticked) for item in items]) for name, items in named]

    @property
    def catalogue_is_short(self) -> bool:
        """Whether the whole catalogue may stand open without burying what follows."""
        return len(self.items) <= SHORT_CATALOGUE

    @cached_property
    def details(self) -> list[Detail]:
        """For each ticked service but an orientation, what may differ from the usual."""
        ticked = [self.items[pk] for pk in dict.fromkeys(self._ids("services")) if pk in self.items]
        wanted = [item for item in ticked if item.kind != ServiceItem.Kind.ORIENTATION]
        choices = [("", self.actor.agency_name)] if wanted else []
        choices += [(a.pk, a.name) for a in agencies(self.on) if a.pk != self.actor.agency_id] if wanted else []
        found = []
        for item in wanted:
            prefix = f"service{item.pk}"
            sent = self.is_bound and any(name.startswith(f"{prefix}-") for name in self.data)
            form = ServiceDetailForm(self.data if sent else None, prefix=prefix)
            form.fields["agency"].choices = choices
            for field in form.fields.values():
                field.widget.attrs |= LIVE
            tell_today(form, self.today)
            form.full_clean()
            found.append(Detail(item, form, form.words(self.actor.agency_name)))
        return found

    @property
    def has_orientation(self) -> bool:
        """Whether an orientation is ticked."""
        ticked = set(self._ids("services"))
        return any(pk in ticked and item.kind == ServiceItem.Kind.ORIENTATION for pk, item in self.items.items())

    def clean(self) -> dict[str, Any]:
        """Clean the forms within the form too."""
        if not self._ids("businesses"):
            self.add_error("businesses", "Choose at least one business.")
        for group in self.people:
            if not group.new.is_valid():
                self.add_error("contacts", f"{group.business.name}: check the new person's name and role.")
        for detail in self.details:
            if detail.form.errors:
                self.add_error("services", f"{detail.item.name}: check its details.")
        return self.cleaned_data

    def as_typed(self) -> "LogForm":
        """Show what was typed without judging it: someone looked something up and is not done yet."""
        self.full_clean()
        for part in (self, *(group.new for group in self.people), *(detail.form for detail in self.details)):
            if part._errors:
                part._errors.clear()
        return self

    def told(self) -> InteractionData:
        """The contact as far as it is readable; call after validation."""
        found = self.cleaned_data
        details = {detail.item.pk: detail.form.data_for(detail.item.pk) for detail in self.details}
        new = [group.new.data_for(group.business.pk) for group in self.people]
        return InteractionData(
            business_ids=tuple(dict.fromkeys(found.get("businesses", ()))),
            occurred_on=found.get("occurred_on"),
            mode=found.get("mode", ""),
            form_key=found.get("form_key") or uuid4(),
            duration_minutes=found.get("duration_minutes"),
            is_substantial=bool(found.get("is_substantial")),
            visibility=found.get("visibility") or Visibility.SHARED,
            contact_ids=tuple(dict.fromkeys(found.get("contacts", ()))),
            new_contacts=tuple(person for person in new if person),
            services=tuple(details.get(pk) or ServiceData(pk) for pk in dict.fromkeys(found.get("services", ()))),
            slate_line_ids=tuple(dict.fromkeys(found.get("slate_lines", ()))) if self.has_orientation else (),
            orientation_fallback=found.get("orientation_fallback", ""),
            note=self._note(),
            follow_up=self._follow_up(),
            staff_ids=tuple(dict.fromkeys(found.get("staff", ()))),
            outreach_reason=found.get("outreach_reason", ""),
        )

    def _note(self) -> NoteData | None:
        found = self.cleaned_data
        body = found.get("note", "")
        return NoteData(body, found.get("note_visibility") or Visibility.SHARED) if body.strip() else None

    def _follow_up(self) -> FollowUpData | None:
        found = self.cleaned_data
        text, due_on = found.get("follow_up", ""), found.get("follow_up_due_on")
        return FollowUpData(text, due_on, found.get("follow_up_assignee")) if text or due_on else None

    def take(self, error: BusinessRuleError) -> None:
        """Put a service's sentences beside the inputs they are about."""
        for name, sentences in error.errors.items():
            field = {"new_contacts": "contacts", "note_obtained_on": "note"}.get(name, name)
            for sentence in sentences:
                self.add_error(field if field in self.fields else None, sentence)
