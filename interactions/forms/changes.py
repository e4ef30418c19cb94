"""Small forms: voiding, recording and correcting a service, notes, who may read."""

from typing import Any

from django import forms
from django.urls import reverse_lazy

from bizworks.core.errors import BusinessRuleError
from bizworks.core.forms import FormKeyField, TypeaheadSelect
from bizworks.directory.models import ServiceItem
from bizworks.directory.selectors import tenant_today
from bizworks.tenancy.actor import Actor
from businesses.selectors import business_search
from interactions.constants import MAX_NOTE_CHARACTERS, Assisted, ServiceStatus, Visibility
from interactions.forms.days import FUTURE, DayField, ids_of, tell_today
from interactions.models import ServiceDelivered
from interactions.selectors import agencies, businesses_for_log, catalogue, colleagues
from interactions.services import FollowUpData, NoteData, ServiceChange, ServiceData

JUDGED = {ServiceItem.Kind.ORIENTATION, ServiceItem.Kind.PARTIAL}
"""Kinds that need the contact they were given in (BR-20)."""

RECORDABLE = [(s.value, s.label) for s in ServiceStatus if s != ServiceStatus.CANCELLED]


class ServiceErrorsMixin:
    """Puts a service's sentences on the form."""

    def take(self, error: BusinessRuleError) -> None:
        """Put each sentence beside its input, or on top."""
        for name, sentences in error.errors.items():
            for sentence in sentences:
                self.add_error(name if name in self.fields else None, sentence)


class OutreachMixin:
    """Asks why one goes on where somebody else leads the business (BR-15); elsewhere it asks nothing."""

    def ask_why(self, *, is_led: bool) -> None:
        """Add the input if there is a lead to pass."""
        if is_led:
            self.fields["outreach_reason"] = forms.CharField(  # type: ignore[attr-defined]
                label="Why you go on",
                required=False,
                max_length=500,
                widget=forms.Textarea(attrs={"rows": 2}),
                help_text="The lead reads it.",
            )

    @property
    def outreach_reason(self) -> str:
        """Why, as typed."""
        return self.cleaned_data.get("outreach_reason", "")  # type: ignore[attr-defined]


class ReasonForm(ServiceErrorsMixin, forms.Form):
    """Why something is voided."""

    reason = forms.CharField(
        label="Reason", max_length=300, help_text="Stays with the record, for everybody who can read it."
    )


class ServiceForm(ServiceErrorsMixin, forms.Form):
    """A correction of a service."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    item = forms.TypedChoiceField(label="Service", coerce=int)
    agency = forms.TypedChoiceField(label="Delivered by", coerce=int)
    status = forms.ChoiceField(choices=ServiceStatus.choices)
    started_on = DayField(label="Started", help_text="11/21/2026, or a word like yesterday")
    ended_on = DayField(label="Ended", required=False, help_text="Empty: not yet, or the same day.")
    assisted = forms.ChoiceField(label="Who did the work", choices=Assisted.choices)
    program = forms.CharField(label="Funding program", max_length=60, required=False)

    def __init__(self, data: Any = None, *, service: ServiceDelivered) -> None:
        """Begin with the service as it is. Queries: 3."""
        shown = {
            "version": service.version,
            "item": service.item_id,
            "agency": service.agency_id,
            "status": service.status,
            "started_on": f"{service.started_on:%m/%d/%Y}",
            "ended_on": f"{service.ended_on:%m/%d/%Y}" if service.ended_on else "",
            "assisted": service.assisted,
            "program": service.program,
        }
        super().__init__(data, initial=shown)
        tell_today(self, tenant_today())
        items = [i for i in catalogue(service.started_on) if i.kind not in JUDGED or i.pk == service.item_id]
        self.fields["item"].choices = [(item.pk, item.name) for item in items]
        self.fields["agency"].choices = [(agency.pk, agency.name) for agency in agencies(service.started_on)]

    def told(self) -> ServiceChange:
        """The correction."""
        found = self.cleaned_data
        going_on = found["status"] == ServiceStatus.IN_PROGRESS and not found["ended_on"]
        return ServiceChange(
            version=found["version"],
            item_id=found["item"],
            agency_id=found["agency"],
            status=found["status"],
            started_on=found["started_on"],
            ended_on=found["ended_on"],
            is_ongoing=going_on,
            assisted=found["assisted"],
            program=found["program"],
        )


class RecordForm(OutreachMixin, ServiceErrorsMixin, forms.Form):
    """A service delivered without a meeting."""

    business = forms.IntegerField(error_messages={"required": "Choose the business."})
    item = forms.TypedChoiceField(label="Service", coerce=int)
    status = forms.ChoiceField(choices=RECORDABLE, initial=ServiceStatus.COMPLETED)
    started_on = DayField(label="Started", help_text="Today, yesterday, Tue, or 11/21")
    ended_on = DayField(label="Ended", required=False, help_text="Empty: the same day, or not yet.")
    agency = forms.TypedChoiceField(label="Delivered by", coerce=int)
    assisted = forms.ChoiceField(label="Who did the work", choices=Assisted.choices, initial=Assisted.STAFF)
    program = forms.CharField(label="Funding program", max_length=60, required=False)
    visibility = forms.ChoiceField(label="Who may see it", choices=Visibility.choices, initial=Visibility.SHARED)

    def __init__(self, data: Any = None, *, actor: Actor, business_id: str = "") -> None:
        """Begin with a business, if one comes from its page. Queries: 3, and 2 for the business."""
        initial = {"business": business_id, "started_on": "Today", "agency": actor.agency_id}
        super().__init__(data, initial=initial)
        today = tenant_today()
        tell_today(self, today)
        self.fields["business"].widget = TypeaheadSelect(
            url=reverse_lazy("businesses:search"),
            add=reverse_lazy("businesses:create") if actor.can.edit_businesses else "",
            find=lambda text: [(b.pk, f"{b.name}, {b.place}") for b in business_search(actor=actor, text=text)],
            resolve=lambda ids: [(b.pk, f"{b.name}, {b.place}") for b in businesses_for_log(actor, ids_of(ids))],
        )
        items = [item for item in catalogue(today) if item.kind not in JUDGED]
        self.fields["item"].choices = [("", "Choose a service"), *((item.pk, item.name) for item in items)]
        self.fields["agency"].choices = [(agency.pk, agency.name) for agency in agencies(today)]
        chosen = data.getlist("business") if data is not None else [business_id]
        self.businesses = businesses_for_log(actor, ids_of(chosen))

    def told(self) -> ServiceData:
        """The service."""
        found = self.cleaned_data
        return ServiceData(
            found["item"],
            agency_id=found["agency"],
            status=found["status"],
            started_on=found["started_on"],
            ended_on=found["ended_on"],
            is_ongoing=found["status"] == ServiceStatus.IN_PROGRESS and not found["ended_on"],
            assisted=found["assisted"],
            program=found["program"],
        )


class NoteForm(ServiceErrorsMixin, forms.Form):
    """A note on a contact."""

    note = forms.CharField(max_length=MAX_NOTE_CHARACTERS, widget=forms.Textarea(attrs={"rows": 5}))
    note_visibility = forms.ChoiceField(label="Who may read it", choices=Visibility.choices)
    form_key = FormKeyField()
    note_obtained_on = DayField(label="When you learned it", help_text="Today, yesterday, Tue, or 11/21")

    def __init__(self, data: Any = None) -> None:
        """Begin with today."""
        super().__init__(data, initial={"note_visibility": Visibility.SHARED, "note_obtained_on": "Today"})
        tell_today(self, tenant_today())

    def told(self) -> NoteData:
        """The note."""
        found = self.cleaned_data
        return NoteData(found["note"], found["note_visibility"], found["note_obtained_on"])


class NoteCorrectionForm(ServiceErrorsMixin, forms.Form):
    """Another wording of a note."""

    number = forms.IntegerField(widget=forms.HiddenInput)
    note = forms.CharField(max_length=MAX_NOTE_CHARACTERS, widget=forms.Textarea(attrs={"rows": 8}))


class VisibilityForm(ServiceErrorsMixin, forms.Form):
    """Who may read a record."""

    visibility = forms.ChoiceField(label="Who may see it", choices=Visibility.choices)


class FollowUpForm(OutreachMixin, ServiceErrorsMixin, forms.Form):
    """A next step."""

    follow_up = forms.CharField(label="Next step", max_length=200)
    follow_up_due_on = DayField(label="Due", direction=FUTURE, help_text="Tomorrow, Tue, in 2 weeks, or 11/21")
    form_key = FormKeyField()
    follow_up_assignee = forms.TypedChoiceField(label="For whom", coerce=int, empty_value=None, required=False)

    def __init__(self, data: Any = None) -> None:
        """Offer the colleagues. Queries: 2."""
        super().__init__(data)
        tell_today(self, tenant_today())
        self.fields["follow_up_assignee"].choices = [("", "Me"), *((p.pk, p.name) for p in colleagues())]

    def told(self) -> FollowUpData:
        """The next step."""
        found = self.cleaned_data
        return FollowUpData(found["follow_up"], found["follow_up_due_on"], found["follow_up_assignee"])
