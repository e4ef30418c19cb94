"""Pages of relationships and the inbox: what is refused, what is kept as typed, what each costs."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bizworks.directory.models import Notice, StaffMember
from bizworks.directory.selectors import tenant_today
from businesses.models import Lead, LeadProposal, TeamMember, Watch
from businesses.services.lead_proposals import lead_propose
from businesses.services.leads import lead_take, leads_assign
from interactions.models import FollowUp, Interaction
from tests.factories import make_business
from tests.interactions.helpers import day, log


@pytest.fixture
def acme(in_north):
    business = make_business(in_north, "Acme Precision")
    lead_take(actor=in_north.rep, business_id=business.pk)
    return business


def at(name, *args) -> str:
    return reverse(f"businesses:{name}", args=args)


def test_a_refused_offer_keeps_what_was_typed(in_north, acme, client_for):
    client = client_for(in_north.rep)
    answer = client.post(at("lead_propose", acme.pk), {"staff": "", "message": "You know them."})
    assert (answer.status_code, b"You know them." in answer.content) == (422, True)
    for staff in ("x", "999999", "9" * 40, str(in_north.rep.staff_id), str(in_north.partner.staff_id)):
        assert client.post(at("lead_propose", acme.pk), {"staff": staff, "message": ""}).status_code == 422
    assert client.post(at("lead_propose", acme.pk), {"staff": "1\x00", "message": "a\x00b"}).status_code == 422
    assert not LeadProposal.objects.exists()


def test_a_lead_ends_only_when_nobody_is_chosen(in_north, acme, client_for):
    client = client_for(in_north.manager)
    page = client.get(at("lead_assign", acme.pk)).content
    assert page.index(b"Choose a person") < page.index(b"Nobody: end the lead")
    assert client.post(at("lead_assign", acme.pk), {"staff": ""}).status_code == 422
    assert Lead.objects.filter(ended_on=None).exists()
    assert client.post(at("lead_assign", acme.pk), {"staff": "0"}).status_code == 302
    assert not Lead.objects.filter(ended_on=None).exists()


def test_a_request_is_sent_and_taken_back_on_pages(in_north, acme, client_for):
    client = client_for(in_north.other_rep)
    assert client.post(at("lead_propose", acme.pk) + "?ask", {"message": "I meet them weekly."}).status_code == 302
    proposal = LeadProposal.objects.get()
    assert proposal.kind == "request"
    assert b"Take it back" in client.get(acme.get_absolute_url()).content
    answer = client.post(at("proposal_accept", proposal.pk))
    assert answer.status_code == 403
    answer = client.post(at("proposal_withdraw", proposal.pk), follow=True)
    assert b"Taken back." in answer.content
    answer = client.post(at("proposal_withdraw", proposal.pk), follow=True)
    assert b"no longer waiting" in answer.content


def test_a_button_pressed_too_late_says_so(in_north, acme, client_for):
    answer = client_for(in_north.other_rep).post(at("lead_take", acme.pk), follow=True)
    assert b"is the lead. Ask for a hand-over." in answer.content


def test_nobody_is_led_off_the_site(in_north, acme, client_for):
    client = client_for(in_north.rep)
    for target in ("https://evil.example/", "//evil.example", "javascript:alert(1)", "\\\\evil"):
        answer = client.post(at("watch", acme.pk), {"next": target})
        assert answer["Location"] == acme.get_absolute_url()
    assert client.post(at("watch", acme.pk), {"is_on": "0", "next": "/notices/"})["Location"] == "/notices/"
    assert not Watch.objects.exists()


def test_a_read_only_partner_sees_who_leads_and_changes_nothing(in_north, acme, client_for):
    client = client_for(in_north.partner)
    page = client.get(acme.get_absolute_url()).content.decode()
    assert in_north.rep.name in page
    for words in ("Be the lead", "Ask for the lead", "Hand over", "Message the lead"):
        assert words not in page
    assert client.post(at("lead_take", acme.pk)).status_code == 403
    assert client.post(at("lead_message", acme.pk), {"text": "Hello"}).status_code == 403
    assert client.post(at("watch", acme.pk)).status_code == 302


def test_managers_assign_what_is_ticked(in_north, acme, client_for):
    StaffMember.objects.filter(pk=in_north.rep.staff_id).update(ended_on=tenant_today())
    client, url = client_for(in_north.manager), at("leads_assign")
    assert b"Tick at least one" in client.post(url, {"business": ["x", "9" * 40]}, follow=True).content
    assert b"Choose a colleague" in client.post(url, {"business": [acme.pk], "staff": "²"}, follow=True).content
    client.post(url, {"business": [acme.pk], "staff": in_north.other_rep.staff_id})
    assert Lead.objects.get(ended_on=None).staff_id == in_north.other_rep.staff_id
    assert client_for(in_north.other_rep).post(url, {"business": [acme.pk], "staff": 1}).status_code == 403


def test_team_and_backup_are_set_on_pages(in_north, acme, client_for):
    client = client_for(in_north.rep)
    assert client.post(at("team_add", acme.pk), {"staff": in_north.other_rep.staff_id, "part": ""}).status_code == 422
    client.post(at("team_add", acme.pk), {"staff": in_north.other_rep.staff_id, "part": "Grants"})
    client.post(at("lead_backup", acme.pk), {"backup": in_north.manager.staff_id})
    page = client.get(at("relationship", acme.pk)).content.decode()
    assert "Grants" in page
    assert f"Back-up: {in_north.manager.name}" in page
    client.post(at("team_remove", TeamMember.objects.get().pk))
    assert TeamMember.objects.get().ended_on is not None


def test_the_log_screen_warns_and_a_refused_plan_comes_back_as_typed(in_north, acme, client_for):
    client = client_for(in_north.other_rep)
    log_url = reverse("interactions:log")
    assert b"is the lead</strong>" in client.get(f"{log_url}?business={acme.pk}").content
    assert b"is the lead</strong>" not in client_for(in_north.rep).get(f"{log_url}?business={acme.pk}").content
    typed = {
        "form_key": "6f0f1f8e-7d52-4b8c-9a39-0a6a5a0f5d11",
        "businesses": [acme.pk],
        "occurred_on": "Today",
        "mode": "phone",
        "follow_up": "Call about a grant",
        "follow_up_due_on": "tomorrow",
    }
    answer = client.post(log_url, typed)
    assert answer.status_code == 422
    assert b"Say why you go on" in answer.content
    assert b"Call about a grant" in answer.content
    assert b"is the lead</strong>" in client.post(reverse("interactions:check"), typed).content
    assert client.post(log_url, typed | {"outreach_reason": "They called."}).status_code == 302
    assert Interaction.objects.count() == 1


def test_a_next_step_after_a_contact_asks_why(in_north, acme, client_for):
    result = log(in_north.other_rep, acme)
    client, url = client_for(in_north.other_rep), reverse("interactions:follow_up_add", args=[result.interaction_id])
    assert b"is the lead</strong>" in client.get(url).content
    typed = {"follow_up": "Call back", "follow_up_due_on": "tomorrow", "follow_up_assignee": ""}
    assert client.post(url, typed).status_code == 422
    assert client.post(url, typed | {"outreach_reason": "Promised."}).status_code == 302
    assert FollowUp.objects.count() == 1


def test_a_planned_service_alone_asks_why(in_north, acme, client_for):
    client, url = client_for(in_north.other_rep), reverse("interactions:service_record")
    assert b"Why you go on" in client.get(f"{url}?business={acme.pk}").content
    typed = {
        "business": acme.pk,
        "item": in_north.items.training.pk,
        "status": "planned",
        "started_on": f"{day(0):%m/%d/%Y}",
        "agency": in_north.other_agency.pk,
        "assisted": "staff",
        "visibility": "shared",
    }
    assert client.post(url, typed).status_code == 422
    assert client.post(url, typed | {"outreach_reason": "Asked for."}).status_code == 302


def test_the_inbox_opens_marks_and_stays_ones_own(in_north, acme, client_for):
    lead_propose(actor=in_north.rep, business_id=acme.pk, staff_id=in_north.other_rep.staff_id)
    notice = Notice.objects.get()
    client, stranger = client_for(in_north.other_rep), client_for(in_north.manager)
    assert b"offers you the lead" in client.get("/notices/").content
    assert b"offers you the lead" not in stranger.get("/notices/").content
    assert stranger.post(f"/notices/{notice.pk}/open/").status_code == 404
    assert b'class="biz-bell__count">1' in client.get("/notices/").content
    assert client.post(f"/notices/{notice.pk}/open/")["Location"] == acme.get_absolute_url()
    assert b"biz-bell__count" not in client.get("/notices/").content
    assert client.post("/notices/read/", follow=True).status_code == 200
    assert client.get("/notices/?cursor=²").status_code == 200


def cost(client, url) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    return len(queries)


def test_lists_cost_the_same_with_10_rows_and_with_1000(in_north, client_for):
    client, counts = client_for(in_north.rep), []
    for number in (10, 1_000):
        ids = [make_business(in_north).pk for _ in range(number)]
        leads_assign(actor=in_north.manager, business_ids=ids, staff_id=in_north.rep.staff_id)
        Notice.objects.bulk_create(Notice(recipient_id=in_north.rep.staff_id, text=f"Line {n}") for n in range(number))
        pages = (at("leads"), at("leads") + "?show=waiting", "/notices/")
        counts.append([cost(client, url) for url in pages])
    assert counts[0] == counts[1]
    assert max(counts[1]) <= 16


def test_the_relationship_page_costs_the_same_for_a_short_history_and_a_long_one(in_north, acme, client_for):
    client, counts = client_for(in_north.manager), []
    for number in (2, 40):
        for n in range(number):
            staff = (in_north.rep, in_north.other_rep)[n % 2].staff_id
            leads_assign(actor=in_north.manager, business_ids=[acme.pk], staff_id=staff)
        counts.append(cost(client, at("relationship", acme.pk)))
    assert counts[0] == counts[1] <= 26
