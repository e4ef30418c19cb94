"""Pages of contacts."""

from interactions.views.log import check, log
from interactions.views.records import (
    detail,
    follow_up_add,
    follow_up_done,
    follow_up_reopen,
    follow_ups,
    note_add,
    note_correct,
    note_visibility,
    service_edit,
    service_record,
    service_void,
    visibility,
    void,
)

__all__ = [
    "check",
    "detail",
    "follow_up_add",
    "follow_up_done",
    "follow_up_reopen",
    "follow_ups",
    "log",
    "note_add",
    "note_correct",
    "note_visibility",
    "service_edit",
    "service_record",
    "service_void",
    "visibility",
    "void",
]
