"""Writes of contacts, services, notes and next steps; other apps import from here."""

from interactions.services.corrections import (
    interaction_reclassify,
    interaction_void,
    service_update,
    service_void,
)
from interactions.services.data import (
    FollowUpData,
    ImportReport,
    ImportRow,
    InteractionData,
    InteractionResult,
    NewContactData,
    NoteData,
    ServiceChange,
    ServiceData,
)
from interactions.services.delivered import service_record
from interactions.services.follow_ups import follow_up_add, follow_up_done, follow_up_reopen
from interactions.services.importing import services_import
from interactions.services.log import interaction_judge, interaction_log
from interactions.services.notes import note_add, note_correct, note_reclassify
from interactions.services.orientation import Judgement, OrientationFacts, majority_of, orientation_judge
from interactions.services.reading import record_reading

__all__ = [
    "FollowUpData",
    "ImportReport",
    "ImportRow",
    "InteractionData",
    "InteractionResult",
    "Judgement",
    "NewContactData",
    "NoteData",
    "OrientationFacts",
    "ServiceChange",
    "ServiceData",
    "follow_up_add",
    "follow_up_done",
    "follow_up_reopen",
    "interaction_judge",
    "interaction_log",
    "interaction_reclassify",
    "interaction_void",
    "majority_of",
    "note_add",
    "note_correct",
    "note_reclassify",
    "orientation_judge",
    "record_reading",
    "service_record",
    "service_update",
    "service_void",
    "services_import",
]
