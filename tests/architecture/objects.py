"""One object of every kind in a tenant, each text of it carrying the tenant's canary."""

import uuid
from datetime import UTC, date, datetime, timedelta

from bizworks.accounts.models import ApiToken
from bizworks.directory.models import Center, Invitation, Notice, StaffMember
from bizworks.tenancy.context import tenant_context
from businesses.models import (
    Acquaintance,
    BulkChange,
    BusinessStage,
    BusinessTag,
    ConfirmedMatch,
    DuplicatePair,
    ImportBatch,
    ImportRowProblem,
    Lead,
    LeadProposal,
    ListExport,
    MatchRun,
    PinnedView,
    SavedView,
    Tag,
    TeamMember,
    Watch,
)
from businesses.services.merges import MergeData, business_merge
from interactions.models import (
    FollowUp,
    Interaction,
    InteractionBusiness,
    InteractionStaff,
    Note,
    NoteVersion,
    ServiceDelivered,
)
from reporting.models import ExportJob
from tests.factories import World, make_business, make_contact


def make_objects(world: World, canary: str) -> dict[str, int]:
    """Make one row of each kind and return their ids by kind."""
    later = datetime.now(UTC) + timedelta(days=5)
    with tenant_context(world.tenant.pk, user_id=world.rep.user_id):
        rep = StaffMember.objects.get(pk=world.rep.staff_id)
        business = make_business(world, f"{canary} business")
        contact = make_contact(business, f"{canary} contact")
        other = make_business(world, f"{canary} branch")
        gone = make_business(world, f"{canary} double")
        pair = DuplicatePair.objects.create(left=business, right=other, note=f"{canary} flag", flagged_by=rep)
        run = MatchRun.objects.create(state="done", problem=f"{canary} problem", requested_by=rep)
        merge = business_merge(actor=world.state, data=MergeData(other.pk, gone.pk, note=f"{canary} merge"))
        stage = BusinessStage.objects.create(
            business=business,
            stage="at_risk",
            began_on=date(2026, 1, 5),
            source=f"{canary} source",
            note=f"{canary} stage",
            agency=world.agency,
            recorded_by=rep,
        )
        ConfirmedMatch.objects.create(business=business, other=business, rule="name", reason=f"{canary} reason")
        interaction = Interaction.objects.create(
            occurred_on=date(2026, 1, 5),
            mode="phone",
            subject=f"{canary} subject",
            agency=world.agency,
            recorded_by=rep,
        )
        InteractionBusiness.objects.create(interaction=interaction, business=business)
        InteractionStaff.objects.create(interaction=interaction, staff=rep, agency=world.agency)
        service = ServiceDelivered.objects.create(
            business=business,
            item=world.items.lmi,
            agency=world.agency,
            staff=rep,
            interaction=interaction,
            started_on=date(2026, 1, 5),
            ended_on=date(2026, 1, 5),
            area=world.area,
            region=world.region,
            recorded_by=rep,
        )
        note = Note.objects.create(
            interaction=interaction, business=business, author=rep, agency=world.agency, obtained_on=date(2026, 1, 5)
        )
        NoteVersion.objects.create(note=note, number=1, body=f"{canary} note", author=rep)
        follow_up = FollowUp.objects.create(
            business=business, interaction=interaction, assignee=rep, text=f"{canary} step", due_on=date(2026, 1, 9)
        )
        batch = ImportBatch.objects.create(
            source_name=f"{canary} list",
            file_name=f"{canary}.csv",
            file_path="none.csv",
            sha256="0" * 64,
            requested_by=rep,
            header=["name"],
        )
        ImportRowProblem.objects.create(
            batch=batch, row_number=1, is_rejected=True, reason=f"{canary} reason", cells=["x"]
        )
        export = ExportJob.objects.create(format="csv", requested_by=rep, file_name=f"{canary}.zip")
        lead = {"business": business, "region": world.region, "started_on": date(2026, 1, 5)}
        Lead.objects.create(**lead, staff=rep, agency=world.agency, how="taken")
        proposal = LeadProposal.objects.create(
            business=business,
            region=world.region,
            kind="request",
            proposed_id=world.other_rep.staff_id,
            proposed_by_id=world.other_rep.staff_id,
            message=f"{canary} wish",
            expires_on=later.date(),
        )
        member = TeamMember.objects.create(
            business=business,
            staff_id=world.other_rep.staff_id,
            agency=world.other_agency,
            part=f"{canary} part",
            started_on=date(2026, 1, 5),
        )
        Acquaintance.objects.create(staff=rep, contact=contact, how=f"{canary} school")
        Watch.objects.create(business=business, staff=rep)
        notice = Notice.objects.create(recipient=rep, text=f"{canary} told", url=business.get_absolute_url())
        tag = Tag.objects.create(name=f"{canary} tag")
        change = BulkChange.objects.create(action="tag_add", tag=tag, state="done", requested_by=rep)
        BusinessTag.objects.create(business=business, tag=tag, change=change)
        view = SavedView.objects.create(
            name=f"{canary} view", owner=rep, agency=world.agency, sharing="everyone", sort="name"
        )
        PinnedView.objects.create(staff_id=world.other_rep.staff_id, view=view)
        list_export = ListExport.objects.create(
            format="csv",
            requested_by=rep,
            sort="name",
            file_name=f"{canary}.zip",
            parameters={"filters": {}, "words": []},
        )
        center = Center.objects.create(code="c1", name=f"{canary} center", area=world.area)
        invitation = Invitation.objects.create(
            email=f"{canary}@example.org", name=canary, role="representative", agency=world.agency, expires_at=later
        )
        token = ApiToken.objects.create(
            user_id=world.admin.user_id,
            name=f"{canary} token",
            digest=uuid.uuid4().hex * 2,
            last_four="abcd",
            scopes=["read"],
            expires_at=later,
        )
        world.sector.name = f"{canary} sector"
        world.sector.save()
        return {
            "business": business.pk,
            "employer": business.employer_id,
            "contact": contact.pk,
            "stage": stage.pk,
            "other": other.pk,
            "merge": merge.pk,
            "pair": pair.pk,
            "run": run.pk,
            "interaction": interaction.pk,
            "service": service.pk,
            "note": note.pk,
            "follow_up": follow_up.pk,
            "batch": batch.pk,
            "export": export.pk,
            "list_export": list_export.pk,
            "view": view.pk,
            "tag": tag.pk,
            "change": change.pk,
            "center": center.pk,
            "invitation": invitation.pk,
            "token": token.pk,
            "proposal": proposal.pk,
            "member": member.pk,
            "notice": notice.pk,
            "region": world.region.pk,
            "area": world.area.pk,
            "agency": world.agency.pk,
            "item": world.items.lmi.pk,
            "slate": world.slate.pk,
            "sector": world.sector.pk,
            "staff": world.rep.staff_id,
        }
