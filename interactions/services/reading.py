"""Reading what is restricted leaves a trace (BR-4)."""

from bizworks.tenancy.actor import Actor
from bizworks.tenancy.context import current_context
from bizworks.tenancy.models import AuditEvent
from interactions.constants import Visibility
from interactions.models import Interaction, Note, ServiceDelivered


def record_reading(*, actor: Actor, records: list[Interaction | Note | ServiceDelivered]) -> int:
    """Put each restricted record among these into the audit trail as read; returns how many.

    Every page and API answer that shows the content of such a record calls this first.
    Queries: 1, none if nothing is restricted.
    """
    context = current_context()
    events = [
        AuditEvent(
            table_name=record._meta.db_table,
            row_id=record.pk,
            operation="read",
            user_id=actor.user_id,
            request_id=context.request_id,
            changes={},
        )
        for record in records
        if record.visibility == Visibility.RESTRICTED
    ]
    AuditEvent.objects.bulk_create(events)
    return len(events)
