"""Any sequence of writes, merges and undos: undone to the end, it is as if nobody had ever merged (BR-13)."""

import random
from contextlib import nullcontext
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction

from bizworks.core.errors import BusinessRuleError
from businesses.models import (
    Business,
    BusinessActivity,
    BusinessIdentifier,
    BusinessMerge,
    BusinessTag,
    Contact,
    Lead,
    MergePart,
    Tag,
    TeamMember,
    Watch,
)
from businesses.selectors.merges import merge_later
from businesses.services.merges import MergeData, business_merge, business_unmerge, merges_collect
from interactions.models import (
    FollowUp,
    Interaction,
    InteractionBusiness,
    InteractionContact,
    Note,
    OrientationJudgement,
    ServiceDelivered,
)
from reporting.models import ServedCell
from reporting.services.drain import counts_drain
from reporting.services.recount import counts_recount
from tests.factories import World, make_business

WRITES = (
    "serve",
    "serve",
    "meet",
    "meet",
    "attend",
    "person",
    "edit",
    "edit_person",
    "void",
    "drop",
    "note",
    "tag",
    "lead",
    "list",
    "watch",
    "member",
)
ACTS = (*WRITES, "merge", "merge", "merge", "undo", "undo", "collect")
MAILS = ("kim@acme.example", "lee@acme.example", "")


class Story:
    """Random acts; every write is kept as it was done, so that it can be told again without the merges."""

    def __init__(self, world: World, rng: random.Random, businesses: list[int]) -> None:
        self.world, self.rng, self.businesses = world, rng, businesses
        self.told: list[tuple[str, tuple[Any, ...]]] = []
        self.number = 0

    # --- choosing what to do, in the world with merges

    def living(self) -> list[int]:
        gone = set(Business.objects.filter(status="merged").values_list("pk", flat=True))
        return [pk for pk in self.businesses if pk not in gone]

    def one(self) -> int:
        return self.rng.choice(self.living())

    def label(self) -> str:
        self.number += 1
        return f"n{self.number}"

    def any_of(self, rows: Any, column: str) -> Any:
        found = sorted(rows.values_list(column, flat=True))
        return self.rng.choice(found) if found else None

    def write(self, name: str, *facts: Any) -> None:
        self.told.append((name, facts))
        getattr(self, f"write_{name}")(*facts)

    def act(self, name: str) -> None:
        getattr(self, f"do_{name}")()

    def do_serve(self) -> None:
        held = self.any_of(Interaction.objects.all(), "subject") if self.rng.random() < 0.4 else None
        self.write("serve", self.label(), self.one(), held, self.rng.randrange(0, 900), self.rng.random() < 0.2)

    def do_meet(self) -> None:
        living = self.living()
        group = tuple(self.rng.sample(living, self.rng.randint(1, len(living))))
        outcomes = tuple(self.rng.choice(["", "qualifying", "partial"]) for _ in group)
        self.write("meet", self.label(), group, outcomes, self.rng.randrange(0, 900))

    def do_attend(self) -> None:
        held = self.any_of(Interaction.objects.all(), "subject")
        person = self.any_of(Contact.objects.filter(business__in=self.living()), "name")
        if held and person:
            contact = Contact.objects.get(name=person)
            if not InteractionContact.objects.filter(interaction__subject=held, contact=contact).exists():
                self.write("attend", held, person, contact.business_id, self.rng.random() < 0.5)

    def do_person(self) -> None:
        self.write("person", self.label(), self.one(), self.rng.choice(MAILS), self.rng.random() < 0.3)

    def do_edit(self) -> None:
        column = self.rng.choice(["phone", "website", "alias", "name"])
        self.write("edit", self.one(), column, self.label())

    def do_edit_person(self) -> None:
        if person := self.any_of(Contact.objects.filter(business__in=self.living()), "name"):
            self.write("edit_person", person, self.rng.choice(["phone", "title"]), self.label())

    def do_void(self) -> None:
        if service := self.any_of(ServiceDelivered.objects.all(), "program"):
            self.write("void", service, self.label())

    def do_drop(self) -> None:
        if service := self.any_of(ServiceDelivered.objects.filter(judgements=None), "program"):
            self.write("drop", service)

    def do_note(self) -> None:
        self.write("note", self.label(), self.one())

    def do_tag(self) -> None:
        tag, business = self.rng.choice(["Expo", "Tour"]), self.one()
        if not BusinessTag.objects.filter(tag__name=tag, business=business).exists():
            self.write("tag", tag, business)

    def do_lead(self) -> None:
        business, region = self.one(), self.rng.choice([self.world.region.pk, None])
        if not Lead.objects.filter(business=business, region=region, ended_on=None).exists():
            self.write("lead", business, region, self.rng.choice([self.world.rep, self.world.other_rep]).staff_id)

    def do_list(self) -> None:
        business = self.one()
        if self.rng.random() < 0.5:
            self.write("list", "list", self.label(), business)
        elif not BusinessIdentifier.objects.filter(business=business, scheme="moses", value="shared").exists():
            self.write("list", "moses", "shared", business)

    def do_watch(self) -> None:
        business = self.one()
        if not Watch.objects.filter(business=business).exists():
            self.write("watch", business)

    def do_member(self) -> None:
        business, staff = self.one(), self.rng.choice([self.world.rep, self.world.other_rep]).staff_id
        if not TeamMember.objects.filter(business=business, staff=staff).exists():
            self.write("member", business, staff)

    def do_merge(self) -> None:
        if len(living := self.living()) > 1:
            survivor, absorbed = self.rng.sample(living, 2)
            sides = [self.rng.choice(["survivor", "absorbed"]) for _ in range(3)]
            choices = dict(zip(("name", "phone", "address"), sides, strict=True)) if self.rng.random() < 0.5 else {}
            united = None if self.rng.random() < 0.7 else ()
            data = MergeData(survivor, absorbed, choices=choices, united=united)
            business_merge(actor=self.world.manager, data=data)

    def do_undo(self) -> None:
        standing = BusinessMerge.objects.filter(undone_at=None)
        if merge := self.any_of(standing, "pk"):
            later = merge_later(merge=BusinessMerge.objects.get(pk=merge))
            with pytest.raises(BusinessRuleError, match="later") if later else nullcontext():
                business_unmerge(actor=self.world.manager, merge_id=merge)

    def do_collect(self) -> None:
        assert merges_collect(tenant_id=self.world.tenant.pk) == 0

    # --- the writes themselves, straight to the tables

    def write_serve(self, label: str, business: int, held: str | None, offset: int, is_restricted: bool) -> None:
        day = date(2024, 1, 1) + timedelta(days=offset)
        ServiceDelivered.objects.create(
            program=label, business_id=business, item=self.world.items.lmi, agency=self.world.agency, started_on=day,
            ended_on=day, area=self.world.area, region=self.world.region, source_key=f"key-{label}",
            visibility="restricted" if is_restricted else "shared",
            interaction=Interaction.objects.get(subject=held) if held else None,
        )  # fmt: skip

    def write_meet(self, label: str, group: tuple[int, ...], outcomes: tuple[str, ...], offset: int) -> None:
        day = date(2024, 1, 1) + timedelta(days=offset)
        held = Interaction.objects.create(
            subject=label, occurred_on=day, mode="group", agency=self.world.agency,
            recorded_by_id=self.world.rep.staff_id,
        )  # fmt: skip
        InteractionBusiness.objects.bulk_create(InteractionBusiness(interaction=held, business_id=pk) for pk in group)
        FollowUp.objects.create(
            business_id=group[0], interaction=held, assignee_id=self.world.rep.staff_id, text=label, due_on=day
        )
        OrientationJudgement.objects.bulk_create(
            OrientationJudgement(
                interaction=held, business_id=pk, outcome=outcome, lines_covered=4, lines_needed=4, lines_total=7,
                has_direct_contact=True, has_key_representative=True, is_substantial=True,
            )
            for pk, outcome in zip(group, outcomes, strict=True) if outcome
        )  # fmt: skip

    def write_attend(self, held: str, person: str, business: int, is_key: bool) -> None:
        InteractionContact.objects.create(
            interaction=Interaction.objects.get(subject=held), contact=Contact.objects.get(name=person),
            business_id=business, was_key_representative=is_key,
        )  # fmt: skip

    def write_person(self, label: str, business: int, mail: str, is_key: bool) -> None:
        Contact.objects.create(name=label, business_id=business, email=mail, is_key_representative=is_key)

    def write_edit(self, business: int, column: str, value: str) -> None:
        Business.objects.filter(pk=business).update(**{column: value})

    def write_edit_person(self, person: str, column: str, value: str) -> None:
        Contact.objects.filter(name=person).update(**{column: value})

    def write_void(self, service: str, reason: str) -> None:
        ServiceDelivered.objects.filter(program=service).update(void_reason=reason, voided_at="2026-01-01T00:00Z")

    def write_drop(self, service: str) -> None:
        ServiceDelivered.objects.filter(program=service).delete()

    def write_note(self, label: str, business: int) -> None:
        Note.objects.create(
            business_id=business, author_id=self.world.rep.staff_id, agency=self.world.agency,
            obtained_on=date(2026, 1, 1) + timedelta(days=int(label[1:])),
        )  # fmt: skip

    def write_watch(self, business: int) -> None:
        Watch.objects.create(business_id=business, staff_id=self.world.rep.staff_id)

    def write_member(self, business: int, staff: int) -> None:
        TeamMember.objects.create(
            business_id=business, staff_id=staff, agency=self.world.agency, part="Helps", started_on=date(2026, 1, 1)
        )

    def write_tag(self, tag: str, business: int) -> None:
        BusinessTag.objects.create(tag=Tag.objects.get(name=tag), business_id=business)

    def write_lead(self, business: int, region: int | None, staff: int) -> None:
        common = {"business_id": business, "staff_id": staff, "agency": self.world.agency}
        Lead.objects.create(region_id=region, how="taken", started_on=date(2026, 1, 1), **common)

    def write_list(self, scheme: str, value: str, business: int) -> None:
        BusinessIdentifier.objects.create(business_id=business, scheme=scheme, value=value, source="staff")


FACTS: tuple[tuple[Any, tuple[str, ...]], ...] = (
    (Business, ("pk", "name", "alias", "phone", "website", "address", "town", "status", "merged_into", "employer",
                "area", "region", "sector", "size_band")),
    (Contact, ("name", "business", "email", "phone", "title", "is_key_representative", "do_not_contact", "left_on")),
    (ServiceDelivered, ("program", "business", "interaction__subject", "void_reason", "visibility")),
    (InteractionBusiness, ("interaction__subject", "business")),
    (InteractionContact, ("interaction__subject", "contact__name", "business", "was_key_representative")),
    (OrientationJudgement, ("interaction__subject", "business", "outcome")),
    (Note, ("obtained_on", "business")),
    (FollowUp, ("text", "business")),
    (BusinessIdentifier, ("scheme", "value", "business")),
    (BusinessTag, ("tag__name", "business")),
    (Lead, ("business", "region", "staff", "started_on", "ended_on", "end", "decided_by")),
    (TeamMember, ("business", "staff", "ended_on")),
    (Watch, ("business", "staff")),
    (BusinessActivity, ("business", "last_contact_on", "last_service_on")),
)  # fmt: skip


def state() -> dict[str, list[str]]:
    """Everything by its labels, and what is published of it."""
    assert counts_recount().differences == ()
    facts = {model.__name__: sorted(str(row) for row in model.objects.values_list(*names)) for model, names in FACTS}
    facts["BusinessActivity"] = [row for row in facts["BusinessActivity"] if row.count("None") < 2]
    cells = ServedCell.objects.values_list(
        "measure", "grain", "start", "region_id", "businesses", "employers", "records"
    )
    return facts | {"cells": sorted(map(str, cells))}


@pytest.mark.parametrize("seed", range(2))
def test_undone_to_the_end_it_is_as_if_nobody_had_merged(in_north, seed):
    rng = random.Random(seed)
    for tag in ("Expo", "Tour"):
        Tag.objects.create(name=tag)
    businesses = [make_business(in_north, town=town).pk for town in ("Springfield", "Boston") * 3]
    point = transaction.savepoint()
    story = Story(in_north, rng, businesses)
    for step in range(110):
        story.act(rng.choice(WRITES if step < 40 else ACTS))
    assert counts_recount().differences == ()
    for merge in BusinessMerge.objects.filter(undone_at=None).order_by("-pk"):
        assert business_unmerge(actor=in_north.manager, merge_id=merge.pk).stayed == 0
    parts = MergePart.objects.all()
    assert parts.exclude(set_aside=[]).exists(), "the story is too tame to prove anything"
    assert parts.exclude(row_ids=[]).count() > 5
    with_merges = state()
    transaction.savepoint_rollback(point)
    again = Story(in_north, random.Random(), businesses)
    for name, facts in story.told:
        again.write(name, *facts)
    assert with_merges == state()


def test_merged_businesses_count_once_after_any_life(in_north):
    """What is published is what a brute-force count finds, with a merge between any two writes (BR-37)."""
    businesses = [make_business(in_north).pk for _ in range(4)]
    for tag in ("Expo", "Tour"):
        Tag.objects.create(name=tag)
    rng = random.Random(11)
    story = Story(in_north, rng, businesses)
    for _ in range(60):
        story.act(rng.choice([*WRITES, "merge", "undo"]))
        counts_drain(limit=rng.choice([1, 1000]))
    assert counts_recount().differences == ()
    merged = set(Business.objects.filter(status="merged").values_list("pk", flat=True))
    assert not ServiceDelivered.objects.filter(business__in=merged).exists()
    assert not OrientationJudgement.objects.filter(business__in=merged).exists()
