"""The people around a business: the team, who knows whom, watching and its news, the inbox."""

from datetime import timedelta

import pytest
from django.db import connection
from django.http import Http404
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bizworks.core.errors import BusinessRuleError, NotAllowedError
from bizworks.directory.models import Notice
from bizworks.directory.notice_selectors import notice_get_for, notice_page, notices_unread
from bizworks.directory.services.notices import NoticeData, notice_open, notices_read_all, notices_send
from bizworks.tenancy.actor import system_actor
from bizworks.tenancy.context import tenant_context
from businesses.models import Business, NewsSeen, TeamMember, Watch
from businesses.selectors.news import news_for
from businesses.selectors.relationships import known_at, relationship_for
from businesses.services.account_team import acquaintance_set, news_seen, team_add, team_remove, watch_set
from businesses.services.leads import lead_take
from interactions.constants import Visibility
from tests.factories import make_business, make_contact
from tests.interactions.helpers import day, log


@pytest.fixture
def acme(in_north):
    return make_business(in_north, "Acme Precision")


# --- the team


def add(world, business, **fields):
    given = {"actor": world.rep, "business_id": business.pk, "staff_id": world.other_rep.staff_id, "part": "Grants"}
    return team_add(**(given | fields))


def test_where_somebody_leads_nobody_else_puts_themselves_on_the_team(in_north, acme):
    lead_take(actor=in_north.rep, business_id=acme.pk)
    with pytest.raises(NotAllowedError, match="Only the lead"):
        add(in_north, acme, actor=in_north.other_rep)
    with pytest.raises(NotAllowedError):
        add(in_north, acme, actor=in_north.partner)
    member = add(in_north, acme)
    assert (member.agency_id, member.part) == (in_north.other_agency.pk, "Grants")
    assert Notice.objects.get().text.endswith("put you on the team of Acme Precision: Grants.")
    with pytest.raises(BusinessRuleError, match="already"):
        add(in_north, acme)


def test_a_team_member_needs_a_part_and_a_place_here(in_north, acme):
    for fields, name in (({"part": " "}, "part"), ({"staff_id": None}, "staff"), ({"part": "x" * 81}, "part")):
        with pytest.raises(BusinessRuleError) as error:
            add(in_north, acme, **fields)
        assert name in error.value.errors


def test_who_leaves_the_team_stays_in_its_history(in_north, acme):
    lead_take(actor=in_north.rep, business_id=acme.pk)
    member = add(in_north, acme)
    with pytest.raises(NotAllowedError):
        team_remove(actor=in_north.partner, member_id=member.pk)
    team_remove(actor=in_north.other_rep, member_id=member.pk)
    team_remove(actor=in_north.rep, member_id=member.pk)
    member.refresh_from_db()
    assert (member.ended_on, member.ended_by_id) == (day(0), in_north.other_rep.staff_id)
    add(in_north, acme)
    assert TeamMember.objects.filter(business=acme).count() == 2


# --- who knows whom


def test_who_met_whom_is_counted_from_what_was_logged(in_north, acme):
    ruiz = make_contact(acme, "J. Ruiz")
    for back in (0, 3, 9):
        log(in_north.rep, acme, contact_ids=(ruiz.pk,), occurred_on=day(-back))
    log(in_north.other_rep, acme, contact_ids=(ruiz.pk,), occurred_on=day(-1), staff_ids=(in_north.rep.staff_id,))
    rows = known_at(actor=in_north.partner, business_id=acme.pk)
    assert [(row.staff_name, row.contact_name, row.times, row.last_on) for row in rows] == [
        (in_north.rep.name, "J. Ruiz", 4, day(0)),
        (in_north.other_rep.name, "J. Ruiz", 1, day(-1)),
    ]


def test_br3_meetings_one_may_not_know_are_not_counted(in_north, acme):
    ruiz = make_contact(acme, "J. Ruiz")
    log(in_north.rep, acme, contact_ids=(ruiz.pk,), visibility=Visibility.AGENCY)
    log(in_north.state, acme, contact_ids=(ruiz.pk,), visibility=Visibility.RESTRICTED)

    def seen(actor):
        return {row.staff_name for row in known_at(actor=actor, business_id=acme.pk)}

    assert seen(in_north.other_rep) == set()
    assert seen(in_north.manager) == seen(in_north.state) == {in_north.rep.name}


def test_a_voided_contact_is_no_meeting(in_north, acme):
    from interactions.services import interaction_void

    result = log(in_north.rep, acme, contact_ids=(make_contact(acme).pk,))
    interaction_void(actor=in_north.rep, interaction_id=result.interaction_id, reason="A mistake")
    assert known_at(actor=in_north.rep, business_id=acme.pk) == []


def test_one_says_how_one_knows_somebody_and_takes_it_back(in_north, acme):
    ruiz = make_contact(acme, "J. Ruiz")
    keys = {"actor": in_north.other_rep, "contact_id": ruiz.pk}
    with pytest.raises(NotAllowedError):
        acquaintance_set(actor=in_north.partner, contact_id=ruiz.pk, how="School")
    with pytest.raises(BusinessRuleError):
        acquaintance_set(**keys, how="SSN 123-45-6789")
    acquaintance_set(**keys, how="School board")
    acquaintance_set(**keys, how="School board, 2019")
    (row,) = known_at(actor=in_north.rep, business_id=acme.pk)
    assert (row.staff_name, row.how, row.times) == (in_north.other_rep.name, "School board, 2019", 0)
    acquaintance_set(**keys, how="")
    assert known_at(actor=in_north.rep, business_id=acme.pk) == []


# --- watching


def test_watching_is_ones_own_and_again_changes_nothing(in_north, acme):
    for _ in range(2):
        watch_set(actor=in_north.partner, business_id=acme.pk, is_on=True)
    assert Watch.objects.count() == 1
    assert relationship_for(actor=in_north.partner, business=acme).is_watching
    assert not relationship_for(actor=in_north.rep, business=acme).is_watching
    watch_set(actor=in_north.partner, business_id=acme.pk, is_on=False)
    assert not Watch.objects.exists()
    with pytest.raises(NotAllowedError):
        watch_set(actor=system_actor(in_north.tenant.pk), business_id=acme.pk, is_on=True)
    with pytest.raises(Business.DoesNotExist):
        watch_set(actor=in_north.rep, business_id=999_999, is_on=True)


def words(actor) -> list[str]:
    return [f"{item.entry.kind}: {item.entry.text}" for item in news_for(actor=actor).items]


def test_what_others_do_there_is_news_until_it_was_seen(in_north, acme):
    watch_set(actor=in_north.other_rep, business_id=acme.pk, is_on=True)
    log(in_north.rep, acme)
    log(in_north.other_rep, acme)
    log(in_north.rep, make_business(in_north))
    lead_take(actor=in_north.rep, business_id=acme.pk)
    Business.objects.filter(pk=acme.pk).update(status="inactive")
    assert sorted(words(in_north.other_rep)) == [
        "contact: In person at the business",
        f"lead: {in_north.rep.name} is the lead",
        "status: Now inactive, before active",
    ]
    news_seen(actor=in_north.other_rep)
    news_seen(actor=in_north.other_rep)
    assert NewsSeen.objects.count() == 1
    assert words(in_north.other_rep) == []
    assert news_for(actor=in_north.other_rep).follows == 1
    assert news_for(actor=in_north.admin).follows == 0


def test_a_change_of_status_by_oneself_is_no_news(north):
    with tenant_context(north.tenant.pk, user_id=north.rep.user_id):
        acme = make_business(north)
        for actor in (north.rep, north.other_rep):
            watch_set(actor=actor, business_id=acme.pk, is_on=True)
        Business.objects.filter(pk=acme.pk).update(status="inactive")
        assert (len(words(north.other_rep)), words(north.rep)) == (1, [])


def test_br3_news_say_no_more_than_one_may_read(in_north, acme):
    for actor in (in_north.other_rep, in_north.manager):
        watch_set(actor=actor, business_id=acme.pk, is_on=True)
    log(in_north.rep, acme, visibility=Visibility.AGENCY)
    log(in_north.state, acme, visibility=Visibility.RESTRICTED)
    assert words(in_north.other_rep) == ["contact: A contact, kept within the agency"]
    assert len(words(in_north.manager)) == 1
    assert "kept" not in words(in_north.manager)[0]
    assert "/interactions/" not in str([item.entry.url for item in news_for(actor=in_north.other_rep).items])


def test_news_cost_the_same_for_one_business_and_many(in_north):
    counts = []
    for number in (1, 30):
        for _ in range(number):
            business = make_business(in_north)
            watch_set(actor=in_north.other_rep, business_id=business.pk, is_on=True)
            log(in_north.rep, business)
        with CaptureQueriesContext(connection) as queries:
            found = news_for(actor=in_north.other_rep)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 9
    assert (len(found.items), found.has_more) == (12, True)


# --- the inbox


def tell(actor, number=1, **fields):
    notices_send([NoticeData(actor.staff_id, f"Line {n}", **fields) for n in range(number)])


def test_nobody_is_told_of_their_own_acts(in_north):
    tell(in_north.rep, sender_id=in_north.rep.staff_id)
    assert notices_unread(in_north.rep) == 0


def test_an_inbox_is_its_owners_and_paged_by_position(in_north):
    tell(in_north.rep, 60)
    assert notices_unread(in_north.rep) == 60
    assert notices_unread(in_north.other_rep) == notices_unread(system_actor(in_north.tenant.pk)) == 0
    seen, cursor = [], ""
    for _ in range(3):
        page = notice_page(actor=in_north.rep, cursor=cursor)
        seen, cursor = seen + [row.pk for row in page.rows], page.older
    assert (len(set(seen)), cursor) == (60, "")
    assert len(notice_page(actor=in_north.rep, cursor="junk").rows) == 25
    with pytest.raises(Http404):
        notice_get_for(actor=in_north.other_rep, notice_id=seen[0])
    with pytest.raises(Notice.DoesNotExist):
        notice_open(actor=in_north.other_rep, notice_id=seen[0])


def test_a_line_is_read_once_and_all_at_once(in_north):
    tell(in_north.rep, 3)
    first = Notice.objects.order_by("pk").first()
    read = notice_open(actor=in_north.rep, notice_id=first.pk).read_at
    assert notice_open(actor=in_north.rep, notice_id=first.pk).read_at == read
    assert notices_read_all(actor=in_north.rep) == 2
    assert notices_unread(in_north.rep) == 0
    with pytest.raises(NotAllowedError):
        notices_read_all(actor=system_actor(in_north.tenant.pk))


def test_what_people_write_to_each_other_is_not_in_the_trail(in_north):
    from bizworks.directory.permissions import audit_value_visible

    assert not audit_value_visible(in_north.admin, "directory_notice", "body")
    assert audit_value_visible(in_north.admin, "directory_staffmember", "name")


def test_old_news_are_not_told(in_north, acme):
    watch_set(actor=in_north.other_rep, business_id=acme.pk, is_on=True)
    log(in_north.rep, acme)
    NewsSeen.objects.create(staff_id=in_north.other_rep.staff_id, seen_at=timezone.now() - timedelta(days=90))
    assert len(words(in_north.other_rep)) == 1
