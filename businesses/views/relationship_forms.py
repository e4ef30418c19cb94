"""Forms about relationships; they read what was typed, the services hold the rules."""

from typing import Any

from django import forms

from businesses.forms import ServiceForm
from businesses.models import Contact

_LONG = 2_000  # the services name the true limits


class _PersonForm(ServiceForm):
    """Chooses a colleague."""

    staff = forms.TypedChoiceField(coerce=int, empty_value=None, error_messages={"required": "Choose a person."})

    def __init__(
        self, data: Any = None, *, people: list[tuple[int, str]], empty: str = "Choose a person", **kwargs: Any
    ) -> None:
        """Offer these people."""
        super().__init__(data, **kwargs)
        self.fields["staff"].choices = [("", empty), *people]


class OfferForm(_PersonForm):
    """To whom the lead is offered."""

    message = forms.CharField(
        max_length=_LONG,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="What the person should know before accepting.",
    )
    field_order = ("staff", "message")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Name the person."""
        super().__init__(*args, **kwargs)
        self.fields["staff"].label = "Who should be the lead"


class RequestForm(ServiceForm):
    """Why one asks for the lead."""

    message = forms.CharField(
        max_length=_LONG,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Why you: what you know of the business, what you plan with it.",
    )


class AssignForm(_PersonForm):
    """Whom a manager makes the lead."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Nobody is a choice too, and never the one made already."""
        super().__init__(*args, **kwargs)
        self.fields["staff"].choices = [*self.fields["staff"].choices, (0, "Nobody: end the lead")]
        self.fields["staff"].label = "Lead"


class BackupForm(_PersonForm):
    """Who stands in for the lead."""

    backup = forms.TypedChoiceField(
        coerce=int, empty_value=None, required=False, label="Back-up", help_text="Is not warned, and may step in."
    )

    def __init__(self, *args: Any, people: list[tuple[int, str]], **kwargs: Any) -> None:
        """Nobody is a choice too."""
        super().__init__(*args, people=people, **kwargs)
        del self.fields["staff"]
        self.fields["backup"].choices = [("", "Nobody"), *people]


class DeclineForm(ServiceForm):
    """Why a proposal is declined."""

    reason = forms.CharField(
        label="Why not", max_length=_LONG, widget=forms.Textarea(attrs={"rows": 3}), help_text="The proposer reads it."
    )


class MessageForm(ServiceForm):
    """A word to the lead."""

    text = forms.CharField(label="Message", max_length=_LONG, widget=forms.Textarea(attrs={"rows": 4}))


class TeamForm(_PersonForm):
    """Who joins the team, and as what."""

    part = forms.CharField(
        label="What they do for this business",
        max_length=_LONG,
        help_text="For example: training grants; rapid response.",
    )
    field_order = ("staff", "part")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Name the person."""
        super().__init__(*args, **kwargs)
        self.fields["staff"].label = "Colleague, of any agency"


class AcquaintanceForm(ServiceForm):
    """How one knows a contact."""

    how = forms.CharField(
        label="How you know each other",
        max_length=_LONG,
        required=False,
        help_text="For example: served on a board together. Empty: you do not say.",
    )

    def __init__(self, data: Any = None, *, contact: Contact, how: str = "") -> None:
        """Begin with what was said before."""
        super().__init__(data, initial={"how": how})
        self.contact = contact
