"""Fictitious relationships: who leads which business, teams, who watches, a hand-over that waits."""

import random
from datetime import date, timedelta

from django.utils import timezone

from bizworks.directory.models import Notice, StaffMember
from businesses.constants import LeadStart, OutreachKind
from businesses.models import Acquaintance, Business, Contact, Lead, LeadProposal, Outreach, TeamMember, Watch
from interactions.constants import Mode
from interactions.models import FollowUp, Interaction, InteractionBusiness, InteractionContact, InteractionStaff

LED = 0.55
"""The share of businesses that have a lead."""
NAMED = 8
"""The businesses of the documentation's stories come first."""
PARTS = ("Training grants", "Rapid response", "Hiring events", "Apprenticeships", "Adult education", "Tax credits")


class DemoRelationships:
    """Makes the relationships of one tenant; the tenant must be in force, its history made."""

    def __init__(self, *, businesses: list[Business], seed: int, today: date) -> None:
        """Read who can lead."""
        self.rng = random.Random(seed)  # noqa: S311  invented data, not secrets
        self.today = today
        self.businesses = [b for b in businesses if b.closed_on is None]
        self.people = list(
            StaffMember.objects.filter(role__in=["representative", "manager"])
            .select_related("user")
            .prefetch_related("regions")
            .order_by("pk")
        )
        self.homes = {p.pk: {region.pk for region in p.regions.all()} for p in self.people}
        self.reps = [p for p in self.people if p.role == "representative" and p.user.has_usable_password()]

    def make(self) -> None:
        """Make everything, in bulk. Queries: under 20."""
        leads = [self._lead(b) for at, b in enumerate(self.businesses) if at < NAMED or self.rng.random() < LED]
        self._story(leads)
        Lead.objects.bulk_create(leads)
        members = [m for lead in leads[:120] if self.rng.random() < 0.4 for m in self._team(lead)]
        TeamMember.objects.bulk_create(members)
        self._watches()
        self._handover(leads)

    def _near(self, business: Business) -> list[StaffMember]:
        return [p for p in self.people if not self.homes[p.pk] or business.region_id in self.homes[p.pk]]

    def _lead(self, business: Business) -> Lead:
        near = self._near(business)
        own = [p for p in near if business.region_id in self.homes[p.pk] and p.role == "representative"]
        staff = self.rng.choice(own if own and self.rng.random() < 0.4 else near)
        others = [p for p in near if p.pk != staff.pk and p.agency_id == staff.agency_id]
        return Lead(
            business=business,
            region_id=business.region_id,
            staff=staff,
            agency_id=staff.agency_id,
            backup=self.rng.choice(others) if others and self.rng.random() < 0.4 else None,
            started_on=self.today - timedelta(days=self.rng.randint(20, 900)),
            how=LeadStart.TAKEN,
            decided_by=staff,
            created_at=timezone.now() - timedelta(days=30),
        )

    def _story(self, leads: list[Lead]) -> None:
        """Bay Biotech is led from its own region, and was met three days ago; others of the stories likewise."""
        for lead in leads[:NAMED]:
            own = [p for p in self.reps if lead.region_id in self.homes[p.pk]]
            if own:
                lead.staff, lead.decided_by, lead.agency_id, lead.backup = own[0], own[0], own[0].agency_id, None
            if lead.business.name == "Bay Biotech":
                self._met(lead, 3, "Find CNC operators")

    def _met(self, lead: Lead, days_ago: int, step: str) -> None:
        day = self.today - timedelta(days=days_ago)
        row = Interaction.objects.create(
            occurred_on=day,
            mode=Mode.PHONE,
            duration_minutes=20,
            agency_id=lead.agency_id,
            recorded_by=lead.staff,
            created_at=timezone.now() - timedelta(days=days_ago),
        )
        InteractionBusiness.objects.create(interaction=row, business=lead.business)
        InteractionStaff.objects.create(interaction=row, staff=lead.staff, agency_id=lead.agency_id)
        contact = Contact.objects.filter(business=lead.business).order_by("pk").first()
        if contact is not None:
            keyed = contact.is_key_representative
            InteractionContact.objects.create(
                interaction=row, contact=contact, business=lead.business, was_key_representative=keyed
            )
            Acquaintance.objects.create(staff=lead.staff, contact=contact, how="Served on the sector partnership")
        due = self.today + timedelta(days=4)
        FollowUp.objects.create(business=lead.business, interaction=row, assignee=lead.staff, text=step, due_on=due)

    def _team(self, lead: Lead) -> list[TeamMember]:
        others = [p for p in self.people if p.agency_id != lead.agency_id]
        return [
            TeamMember(
                business=lead.business,
                staff=person,
                agency_id=person.agency_id,
                part=self.rng.choice(PARTS),
                started_on=max(lead.started_on, self.today - timedelta(days=300)),
                added_by=lead.staff,
            )
            for person in self.rng.sample(others, k=min(len(others), self.rng.choice([1, 1, 2])))
        ]

    def _watches(self) -> None:
        """Everybody who can sign in watches a few of the busy businesses."""
        people = [p for p in StaffMember.objects.select_related("user") if p.user.has_usable_password()]
        busy = self.businesses[: NAMED * 3]
        Watch.objects.bulk_create(
            Watch(business=business, staff=person)
            for person in people
            for business in self.rng.sample(busy, k=min(4, len(busy)))
        )

    def _handover(self, leads: list[Lead]) -> None:
        """The first representative is offered a lead by a colleague; another reached out past them, and said why."""
        receiver = self.reps[0]
        fits = [x for x in leads if x.staff_id != receiver.pk and x.business in self.businesses[NAMED:]]
        offered = next((x for x in fits if x.region_id in self.homes[receiver.pk]), fits[0])
        LeadProposal.objects.create(
            business=offered.business,
            region_id=offered.region_id,
            kind="offer",
            proposed=receiver,
            proposed_by=offered.staff,
            message="You see them more often than I do.",
            expires_on=self.today + timedelta(days=11),
        )
        told = [
            Notice(
                recipient=receiver,
                sender=offered.staff,
                text=f"{offered.staff.name} offers you the lead of {offered.business.name}.",
                body="You see them more often than I do.",
                url=offered.business.get_absolute_url(),
            )
        ]
        mine = next((x for x in leads if x.staff_id == receiver.pk), None)
        other = next((p for p in self.reps[::-1] if p.agency_id != receiver.agency_id), None)
        if mine and other:
            reason = "They called our line about a training grant; I answer that and leave the rest to you."
            Outreach.objects.create(
                business=mine.business,
                lead=mine,
                staff=other,
                agency_id=other.agency_id,
                kind=OutreachKind.STEP,
                reason=reason,
                on=self.today + timedelta(days=2),
            )
            told.append(
                Notice(
                    recipient=receiver,
                    sender=other,
                    text=f"{other.name} plans a next step at {mine.business.name}.",
                    body=reason,
                    url=mine.business.get_absolute_url(),
                )
            )
        Notice.objects.bulk_create(told)
