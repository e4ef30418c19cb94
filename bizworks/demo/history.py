"""Fictitious contacts and services of several years: skewed as real ones are, judged by the real rules."""

import random
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from django.utils import timezone

from bizworks.demo.people import DemoAgency
from bizworks.directory.models import Agency, ServiceItem, Slate, StaffMember
from bizworks.directory.selectors import PlacementMap
from businesses.models import Business, Contact
from interactions.constants import Mode, OrientationOutcome, ServiceStatus, Visibility
from interactions.models import (
    FollowUp,
    Interaction,
    InteractionBusiness,
    InteractionContact,
    InteractionStaff,
    Note,
    NoteVersion,
    OrientationJudgement,
    ServiceDelivered,
    SlateCoverage,
)
from interactions.services.orientation import Judgement, OrientationFacts, orientation_judge

_MODES = (
    (Mode.IN_PERSON_BUSINESS, 30),
    (Mode.PHONE, 34),
    (Mode.VIDEO, 14),
    (Mode.IN_PERSON_CENTER, 8),
    (Mode.EMAIL, 9),
    (Mode.VOICEMAIL, 5),
)
_NOTES = (
    "Hiring three people this quarter; wants candidates with basic blueprint reading.",
    "Second shift is short. Asked about on-the-job training reimbursement and how long approval takes.",
    "Walked the floor. New line arrives in spring; they expect to need operators they can train themselves.",
    "Asked for wage information for entry-level roles in the region; sent the summary during the call.",
    "Turnover is better since the mentoring began. Open to hosting a student for six weeks.",
    "Considering a second location. Interested in site help and in any training money tied to new jobs.",
    "Orders are down; the owner worries about keeping everyone through winter. Explained work sharing.",
    "Needs English classes on site for eleven people; two supervisors would help to teach.",
    "Left the resource guide with the office; call back after inventory.",
    "Job descriptions reviewed together; two were rewritten to drop a degree nobody needs.",
)
_STEPS = (
    "Send resumes",
    "Call back about training",
    "Introduce the college",
    "Share wage summary",
    "Visit with a colleague",
)
_LONG = {"TRN", "IWT"}
NAMED_FIRST = 8
"""The businesses of the documentation's stories come first, and are busy ones."""


@dataclass
class _Batch:
    """Rows waiting to be written together, by model."""

    rows: dict[type, list] = field(default_factory=dict)

    def add(self, row: object) -> None:
        self.rows.setdefault(type(row), []).append(row)

    def write(self) -> None:
        order = (
            Interaction,
            InteractionBusiness,
            InteractionStaff,
            InteractionContact,
            ServiceDelivered,
            OrientationJudgement,
            SlateCoverage,
            Note,
            NoteVersion,
            FollowUp,
        )
        for model in order:
            model.objects.bulk_create(self.rows.get(model, []), batch_size=2_000)  # type: ignore[attr-defined]


class DemoHistory:
    """Makes the contacts of one tenant; the tenant must be in force."""

    def __init__(
        self, *, businesses: list[Business], agencies: tuple[DemoAgency, ...], seed: int, today: date, min_minutes: int
    ) -> None:
        """Read what there is to deliver and who delivers it."""
        self.rng = random.Random(seed)  # noqa: S311  invented data, not secrets
        self.today, self.min_minutes = today, min_minutes
        self.businesses = [b for b in businesses if b.closed_on is None]
        self.interest = [self.rng.paretovariate(1.1) for _ in self.businesses]
        self.interest[:NAMED_FIRST] = [40.0] * NAMED_FIRST
        self.places = PlacementMap()
        self.staff: dict[int, list[StaffMember]] = {}
        self.homes: dict[int, set[int]] = {}
        for person in StaffMember.objects.filter(role__in=["representative", "manager"]).prefetch_related("regions"):
            self.staff.setdefault(person.agency_id, []).append(person)
            self.homes[person.pk] = {region.pk for region in person.regions.all()}
        by_code = {agency.code: agency for agency in Agency.objects.filter(pk__in=self.staff)}
        self.agencies = [(by_code[plan.code], plan) for plan in agencies]
        self.items: dict[str, list[ServiceItem]] = {}
        for item in ServiceItem.objects.order_by("id"):
            key = item.federal_category_id if item.kind == ServiceItem.Kind.SERVICE and item.is_counted else item.kind
            self.items.setdefault(key or "other", []).append(item)
        self.slates = list(Slate.objects.prefetch_related("lines").order_by("starts_on"))
        self.contacts: dict[int, list[Contact]] = {}
        for contact in Contact.objects.all():
            self.contacts.setdefault(contact.business_id, []).append(contact)
        self.batch = _Batch()

    def make(self, count: int) -> int:
        """Make `count` contacts between three program years ago and today; return the services delivered."""
        first = date(self.today.year - (3 if self.today.month >= 7 else 4), 7, 1)
        days = (self.today - first).days
        weights = [plan.weight for _, plan in self.agencies]
        for share in sorted(self.rng.random() ** 0.8 for _ in range(count)):
            day = first + timedelta(days=int(days * share))
            day = max(first, day - timedelta(days=max(0, day.weekday() - 4)))
            agency, plan = self.rng.choices(self.agencies, weights)[0]
            if self.slates and self.items.get("orientation") and self.rng.random() < 0.06:
                self._orientation(agency, day)
            else:
                self._contact(agency, day, [c for c in plan.categories if self.items.get(c)])
        self.batch.write()
        return len(self.batch.rows.get(ServiceDelivered, []))

    def _interaction(
        self, agency: Agency, day: date, mode: str, region_id: int | None, **fields: object
    ) -> tuple[Interaction, StaffMember]:
        near = [p for p in self.staff[agency.pk] if not self.homes[p.pk] or region_id in self.homes[p.pk]]
        person = self.rng.choice(near)
        visibility = self.rng.choices([Visibility.SHARED, Visibility.AGENCY], [93, 7])[0]
        row = Interaction(
            occurred_on=day,
            mode=mode,
            agency=agency,
            recorded_by=person,
            visibility=visibility,
            form_key=uuid.UUID(int=self.rng.getrandbits(128)),
            created_at=_that_evening(day),
            **fields,
        )
        self.batch.add(row)
        self.batch.add(InteractionStaff(interaction=row, staff=person, agency=agency))
        return row, person

    def _attend(self, row: Interaction, business: Business) -> list[Contact]:
        self.batch.add(InteractionBusiness(interaction=row, business=business))
        met = self.contacts.get(business.pk, [])[:1] if self.rng.random() < 0.9 else []
        for contact in met:
            self.batch.add(
                InteractionContact(
                    interaction=row,
                    contact=contact,
                    business=business,
                    was_key_representative=contact.is_key_representative,
                )
            )
        return met

    def _service(
        self, row: Interaction, person: StaffMember, business: Business, item: ServiceItem
    ) -> ServiceDelivered:
        day = row.occurred_on
        place = self.places.place(municipality_id=business.municipality_id, county_id=business.county_id, on=day)
        ended, status = day, ServiceStatus.COMPLETED
        if item.federal_category_id in _LONG:
            ended = day + timedelta(days=self.rng.randint(30, 330))
            if ended > self.today:
                ended, status = None, ServiceStatus.IN_PROGRESS
        service = ServiceDelivered(
            business=business,
            item=item,
            agency_id=row.agency_id,
            staff=person,
            interaction=row,
            started_on=day,
            ended_on=ended,
            status=status,
            area_id=place.area_id,
            region_id=place.region_id,
            visibility=row.visibility,
            recorded_by=person,
            created_at=row.created_at,
        )
        self.batch.add(service)
        return service

    def _contact(self, agency: Agency, day: date, categories: list[str]) -> None:
        rng = self.rng
        business = rng.choices(self.businesses, self.interest)[0]
        mode = rng.choices([m for m, _ in _MODES], [w for _, w in _MODES])[0]
        minutes = rng.choice([10, 20, 30, 45, 60])
        row, person = self._interaction(agency, day, mode, business.region_id, duration_minutes=minutes)
        self._attend(row, business)
        if mode == Mode.VOICEMAIL:
            self._service(row, person, business, self.items["outreach"][0])
            return
        for category in rng.sample(categories, k=min(len(categories), rng.choices([1, 2], [75, 25])[0])):
            self._service(row, person, business, rng.choice(self.items[category]))
        if rng.random() < 0.6:
            self._note(row, person, business)
        if (self.today - day).days < 30 and rng.random() < 0.35:
            due = self.today + timedelta(days=rng.randint(-6, 12))
            self.batch.add(
                FollowUp(
                    business=business,
                    interaction=row,
                    assignee=person,
                    created_at=row.created_at,
                    text=rng.choice(_STEPS),
                    due_on=due,
                )
            )

    def _note(self, row: Interaction, person: StaffMember, business: Business) -> None:
        note = Note(
            interaction=row,
            business=business,
            author=person,
            agency_id=row.agency_id,
            obtained_on=row.occurred_on,
            visibility=row.visibility,
            created_at=row.created_at,
        )
        self.batch.add(note)
        body = self.rng.choice(_NOTES)
        self.batch.add(NoteVersion(note=note, number=1, body=body, author=person, entered_at=row.created_at))

    def _orientation(self, agency: Agency, day: date) -> None:
        rng = self.rng
        slate = next((s for s in reversed(self.slates) if s.is_in_force(day)), None)
        if slate is None:
            return
        lines = list(slate.lines.all())
        covered = rng.sample(lines, k=rng.choices([3, 4, 5, len(lines)], [12, 30, 38, 20])[0])
        group = rng.random() < 0.3
        businesses = list(self._several(rng.randint(3, 9) if group else 1))
        row, person = self._interaction(
            agency,
            day,
            Mode.GROUP if group else Mode.IN_PERSON_BUSINESS,
            businesses[0].region_id,
            duration_minutes=rng.choice([20, 30, 45]),
            slate=slate,
        )
        for line in covered:
            self.batch.add(SlateCoverage(interaction=row, line=line))
        facts = OrientationFacts(
            mode=row.mode,
            lines_covered=len(covered),
            lines_total=len(lines),
            minimum_minutes=self.min_minutes,
            duration_minutes=row.duration_minutes,
        )
        keyed = [b.pk for b in businesses if any(contact.is_key_representative for contact in self._attend(row, b))]
        verdicts = orientation_judge(facts, business_ids=[b.pk for b in businesses], with_key_representative=keyed)
        for business, verdict in zip(businesses, verdicts, strict=True):
            self._judged(row, person, business, verdict, slate)

    def _several(self, count: int) -> Iterator[Business]:
        seen: set[int] = set()
        for business in self.rng.choices(self.businesses, self.interest, k=count):
            if business.pk not in seen:
                seen.add(business.pk)
                yield business

    def _judged(
        self, row: Interaction, person: StaffMember, business: Business, verdict: Judgement, slate: Slate
    ) -> None:
        item = self.items["orientation" if verdict.qualifies else "partial"][0]
        self.batch.add(
            OrientationJudgement(
                interaction=row,
                business=business,
                service=self._service(row, person, business, item),
                slate=slate,
                outcome=OrientationOutcome.QUALIFYING if verdict.qualifies else OrientationOutcome.PARTIAL,
                lines_covered=verdict.lines_covered,
                lines_needed=verdict.lines_needed,
                lines_total=verdict.lines_total,
                has_direct_contact=verdict.has_direct_contact,
                has_key_representative=verdict.has_key_representative,
                is_substantial=verdict.is_substantial,
                failures=list(verdict.failures),
            )
        )


def _that_evening(day: date) -> datetime:
    """When a contact of that day was entered: the same evening, or now if that is still to come."""
    return min(datetime.combine(day, time(21, 0), tzinfo=UTC), timezone.now())
