"""Reads of exports: the record of who took which rows out of the system, and the files still to fetch."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404

from bizworks.directory.models import Agency, Region
from bizworks.reference.models import FederalCategory
from bizworks.tenancy.actor import Actor
from bizworks.tenancy.policy import Permission
from reporting.models import ExportJob
from reporting.selectors.periods import in_words

SHOWN = 50


def export_list(*, actor: Actor) -> QuerySet[ExportJob]:
    """The exports of the actor's agency, newest first. Errors: NotAllowedError. Queries: 1 when read."""
    actor.require(Permission.EXPORT_DATA)
    rows = ExportJob.objects.filter(requested_by__agency=actor.agency_id)
    return rows.select_related("requested_by").order_by("-pk")


def export_get_for(*, actor: Actor, export_id: int) -> ExportJob:
    """One export of the actor's agency. Errors: NotAllowedError, Http404. Queries: 1."""
    return get_object_or_404(export_list(actor=actor), pk=export_id)


@dataclass(frozen=True)
class ExportOptions:
    """What an export can be cut by: regions and agencies by id, federal categories by code, retired ones too."""

    regions: dict[int, str]
    agencies: dict[int, str]
    categories: dict[str, str]

    def words(self, parameters: dict[str, Any]) -> list[str]:
        """The filters of an export for people."""
        start, end = (date.fromisoformat(parameters[name]) for name in ("start", "end"))
        region, agency = parameters.get("region_id"), parameters.get("agency_id")
        category = parameters.get("category")
        return [
            f"{in_words(start)} to {in_words(end)}",
            self.regions.get(region, "unknown place") if region else "whole system",
            self.agencies.get(agency, "unknown agency") if agency else "all agencies",
            self.categories.get(category, category) if category else "all services",
        ]


def export_options() -> ExportOptions:
    """Read what an export can be cut by. Queries: 3."""
    return ExportOptions(
        regions=dict(Region.objects.values_list("id", "name")),
        agencies=dict(Agency.objects.values_list("id", "name")),
        categories=dict(FederalCategory.objects.values_list("code", "name")),
    )


@dataclass(frozen=True)
class ExportRow:
    """An export with its filters in words."""

    job: ExportJob
    filters: list[str]
    is_there: bool
    """Whether the file can still be fetched."""


def export_row(job: ExportJob, options: ExportOptions) -> ExportRow:
    """Tell an export's filters in words. Queries: none."""
    filters = options.words(job.parameters) if "start" in job.parameters else []
    return ExportRow(job, filters, job.state == ExportJob.State.DONE and bool(job.file_path))


def export_rows(*, actor: Actor, options: ExportOptions) -> list[ExportRow]:
    """The newest exports of the actor's agency. Errors: NotAllowedError. Queries: 1."""
    return [export_row(job, options) for job in export_list(actor=actor)[:SHOWN]]
