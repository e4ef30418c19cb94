"""Reads of contacts, services, notes and next steps; other apps import from here."""

from interactions.selectors.briefing import last_contact_panel, late_steps, open_work_panel
from interactions.selectors.catalogue import (
    SlateVersion,
    agencies,
    catalogue,
    colleagues,
    local_day,
    slate_in_force,
    usual_item_ids,
)
from interactions.selectors.follow_ups import (
    FollowUpList,
    businesses_with_open_step,
    follow_up_list,
    follow_ups_due,
    readable_follow_ups,
)
from interactions.selectors.interactions import (
    InteractionPage,
    businesses_for_log,
    contacts_for_log,
    follow_up_get_for,
    interaction_get_for,
    interaction_page,
    open_services,
    recent_businesses,
    recent_interactions,
    served_businesses,
    service_get_for,
)
from interactions.selectors.notes import note_get_for, readable_notes
from interactions.selectors.timeline import timeline_source

__all__ = [
    "FollowUpList",
    "InteractionPage",
    "SlateVersion",
    "agencies",
    "businesses_for_log",
    "businesses_with_open_step",
    "catalogue",
    "colleagues",
    "contacts_for_log",
    "follow_up_get_for",
    "follow_up_list",
    "follow_ups_due",
    "interaction_get_for",
    "interaction_page",
    "last_contact_panel",
    "late_steps",
    "local_day",
    "note_get_for",
    "open_services",
    "open_work_panel",
    "readable_follow_ups",
    "readable_notes",
    "recent_businesses",
    "recent_interactions",
    "served_businesses",
    "service_get_for",
    "slate_in_force",
    "timeline_source",
    "usual_item_ids",
]
