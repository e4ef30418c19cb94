"""Forms of the pages; each turns what was typed into what a service takes."""

from interactions.forms.changes import (
    FollowUpForm,
    NoteCorrectionForm,
    NoteForm,
    ReasonForm,
    RecordForm,
    ServiceForm,
    VisibilityForm,
)
from interactions.forms.log import LogForm

__all__ = [
    "FollowUpForm",
    "LogForm",
    "NoteCorrectionForm",
    "NoteForm",
    "ReasonForm",
    "RecordForm",
    "ServiceForm",
    "VisibilityForm",
]
