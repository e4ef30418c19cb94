"""Rows to merge, and every row of the tenant to compare."""

from datetime import date
from typing import Any

from django.apps import apps
from django.db import connection

from bizworks.tenancy.models import TenantModel
from interactions.models import Interaction, InteractionBusiness, ServiceDelivered

# The log of merges itself, the trail, queues and what is derived at another time.
_LEFT_OUT = {
    "tenancy_auditevent",
    "businesses_businessmerge",
    "businesses_mergepart",
    "reporting_countmark",
    "reporting_countstate",
    "reporting_servedfact",
    "reporting_servedcell",
}
_STAMPS = ("updated_at", "version", "tenant_id")


def everything() -> dict[str, list[Any]]:
    """Every row of every table of the tenant in force, but stamps; a row that says "never" is as good as none."""
    found = {}
    for model in apps.get_models(include_auto_created=True):
        table = model._meta.db_table
        if not issubclass(model, TenantModel) or table in _LEFT_OUT:
            continue
        stamps = " - ".join(["to_jsonb(t)", *(f"'{stamp}'" for stamp in _STAMPS)])
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT ({stamps})::text FROM {table} t ORDER BY 1")
            rows = [row[0] for row in cursor.fetchall()]
        if table == "businesses_businessactivity":
            rows = [row for row in rows if row.count("null") < 2]
        found[table] = rows
    return found


def meet(world, *businesses, on: date = date(2026, 2, 3), visibility: str = "shared") -> Interaction:
    """Log a meeting with businesses, straight to the tables."""
    held = Interaction.objects.create(
        occurred_on=on, mode="phone", agency=world.agency, recorded_by_id=world.rep.staff_id, visibility=visibility
    )
    InteractionBusiness.objects.bulk_create(InteractionBusiness(interaction=held, business=b) for b in businesses)
    return held


def serve(world, business, **fields) -> ServiceDelivered:
    """Record a same-day service, straight to the table."""
    day = fields.pop("started_on", date(2026, 2, 3))
    values = {
        "item": world.items.lmi,
        "agency": world.agency,
        "started_on": day,
        "ended_on": day,
        "area": world.area,
        "region": world.region,
    }
    return ServiceDelivered.objects.create(business=business, **values | fields)
