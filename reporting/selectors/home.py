"""What the home page shows each role: what is due, the number of the quarter, what is still to set up."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Exists, OuterRef
from django.utils import timezone

from bizworks.directory.models import (
    Agency,
    Area,
    AreaTerritory,
    Invitation,
    Region,
    ServiceItem,
    Slate,
    StaffMember,
)
from bizworks.directory.selectors import labels, staff_active
from bizworks.tenancy.actor import Actor
from bizworks.tenancy.policy import Permission, Role
from businesses.models import Business, ImportBatch, LeadProposal
from businesses.selectors import import_list
from businesses.selectors.lead_lists import proposals_waiting
from businesses.selectors.matching import pairs_waiting
from businesses.selectors.news import News, news_for
from interactions.models import FollowUp, Interaction
from interactions.selectors import follow_ups_due, recent_businesses, recent_interactions
from reporting.constants import ALL, Grain
from reporting.models import ExportJob
from reporting.selectors.counts import Calendar, Freshness, Scope, calendar, freshness, trend
from reporting.selectors.cuts import Cut, inside
from reporting.selectors.dashboard import Part


@dataclass(frozen=True)
class Headline:
    """The businesses served this quarter in a place, beside the same quarter a year before."""

    place: str
    now: Part
    before: Part
    dates: str
    region_id: int

    @property
    def change(self) -> int:
        """How many more (or, negative, fewer) than a year before."""
        return self.now.value - self.before.value


@dataclass(frozen=True)
class SetUp:
    """One step of setting a tenant up: what there is, and the name of the page where it is done."""

    title: str
    is_done: bool
    text: str
    url_name: str


@dataclass(frozen=True)
class Home:
    """The home page of one person; what a role has no use for stays empty."""

    today: date
    headlines: tuple[Headline, ...] = ()
    freshness: Freshness | None = None
    follow_ups: list[FollowUp] = field(default_factory=list)
    businesses: list[Business] = field(default_factory=list)
    duplicates: int = 0
    interactions: list[Interaction] = field(default_factory=list)
    activity: list[Interaction] = field(default_factory=list)
    exports: list[ExportJob] = field(default_factory=list)
    imports: list[ImportBatch] = field(default_factory=list)
    steps: tuple[SetUp, ...] = ()
    news: News = field(default_factory=News)
    proposals: list[LeadProposal] = field(default_factory=list)

    @property
    def overdue(self) -> list[FollowUp]:
        """Next steps whose day has passed."""
        return [row for row in self.follow_ups if row.due_on < self.today]

    @property
    def due(self) -> list[FollowUp]:
        """Next steps of today and later."""
        return [row for row in self.follow_ups if row.due_on >= self.today]

    @property
    def steps_done(self) -> int:
        """How many steps of setting up are done."""
        return sum(step.is_done for step in self.steps)


def home_read(actor: Actor, *, system: str) -> Home:
    """Read the home page of an actor; `system` is the tenant's name. Queries: at most 26, by role."""
    tenant_calendar = calendar()
    works = actor.may(Permission.LOG_INTERACTION)
    return Home(
        today=tenant_calendar.today,
        headlines=tuple(_headlines(actor, system, tenant_calendar)),
        freshness=freshness() if actor.role in (Role.STATE, Role.MANAGER) else None,
        follow_ups=follow_ups_due(actor, limit=8) if works else [],
        businesses=recent_businesses(actor) if works else [],
        duplicates=pairs_waiting(actor=actor),
        interactions=recent_interactions(actor) if works else [],
        activity=_activity(actor) if actor.role == Role.MANAGER else [],
        exports=_exports() if actor.role == Role.STATE else [],
        imports=list(import_list(actor=actor)[:5]) if actor.role == Role.STATE else [],
        steps=tuple(_steps(tenant_calendar.today)) if actor.may(Permission.MANAGE_DIRECTORY) else (),
        news=news_for(actor=actor),
        proposals=proposals_waiting(actor=actor, limit=5),
    )


def _headlines(actor: Actor, system: str, tenant_calendar: Calendar) -> Iterable[Headline]:
    """The number of each of the actor's regions, or of the whole system for everybody else."""
    places = [(ALL, system)]
    if actor.role in (Role.MANAGER, Role.REPRESENTATIVE) and actor.region_ids:
        places = list(Region.objects.filter(pk__in=actor.region_ids).values_list("id", "name"))
    period = tenant_calendar.current(Grain.QUARTER)
    last = tenant_calendar.shifted(period, -4)
    for region_id, name in places:
        scope = Scope(region_id=region_id)
        parts = [
            Part(of.label, figures.businesses, Cut(of, scope).url if figures.businesses else "")
            for of, figures in zip((last, period), trend((last, period), scope), strict=True)
        ]
        yield Headline(name, parts[1], parts[0], period.dates, region_id)


def _activity(actor: Actor, *, limit: int = 8) -> list[Interaction]:
    """The last contacts in the actor's regions (all, if none) that the actor may read (BR-3)."""
    rows = Interaction.objects.standing().readable_by(actor)
    if actor.region_ids:
        inside = Interaction.businesses.through.objects.filter(
            interaction=OuterRef("pk"), business__region__in=actor.region_ids
        )
        rows = rows.filter(Exists(inside))
    rows = rows.select_related("agency", "recorded_by").prefetch_related("businesses")
    return list(rows.order_by("-occurred_on", "-pk")[:limit])


def _exports(limit: int = 5) -> list[ExportJob]:
    return list(ExportJob.objects.select_related("requested_by").order_by("-pk")[:limit])


def _steps(today: date) -> Iterable[SetUp]:
    words = labels()
    regions, areas = (model.objects.in_force(today).count() for model in (Region, Area))
    places = AreaTerritory.objects.in_force(today).count()
    yield SetUp(
        "Map",
        bool(regions and areas and places),
        f"{regions} {inside(words['regions'])} and {areas} {inside(words['areas'])}, made of {places} towns or counties",
        "directory:coverage",
    )
    agencies = Agency.objects.in_force(today).count()
    yield SetUp("Agencies", bool(agencies), f"{agencies} in force", "directory:agency_list")
    items = list(ServiceItem.objects.in_force(today).values_list("kind", flat=True))
    yield SetUp("Catalog", bool(items), f"{len(items)} services that can be logged", "directory:item_list")
    if ServiceItem.Kind.ORIENTATION in items:
        lines = Slate.objects.in_force(today).filter(lines__isnull=False).count()
        yield SetUp("Slate", bool(lines), f"{lines} lines for orientations", "directory:slate_list")
    people = StaffMember.objects.filter(staff_active()).count()
    open_ones = Invitation.objects.filter(accepted_at=None, withdrawn_at=None, expires_at__gt=timezone.now()).count()
    yield SetUp("People", people > 1, f"{people} with access, {open_ones} invited", "directory:staff_list")
    known = Business.objects.listed().count()
    text = f"{known:,} in the directory" if known else "None yet; import a list, or add them one by one"
    yield SetUp("Businesses", bool(known), text, "businesses:imports")
