"""The orientation rule, by itself and when it is saved (BR-17, BR-20..BR-24)."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bizworks.core.errors import BusinessRuleError
from bizworks.directory.models import Slate, SlateLine
from businesses.models import Contact
from interactions.constants import DIRECT_CONTACT_MODES, Mode, OrientationOutcome
from interactions.models import Interaction, OrientationJudgement, ServiceDelivered, SlateCoverage
from interactions.services import NewContactData, OrientationFacts, interaction_judge, majority_of, orientation_judge
from tests.factories import make_business, make_contact
from tests.interactions.helpers import contact_with, day, log, orientation_fields

facts_of = st.builds(
    OrientationFacts,
    mode=st.sampled_from(Mode.values),
    lines_covered=st.integers(0, 12),
    lines_total=st.integers(0, 12),
    minimum_minutes=st.integers(1, 60),
    duration_minutes=st.none() | st.integers(1, 600),
    is_attested=st.booleans(),
)


def judge(facts: OrientationFacts, *, key: bool = True):
    (judgement,) = orientation_judge(facts, business_ids=[1], with_key_representative=[1] if key else [])
    return judgement


def facts(**change) -> OrientationFacts:
    base = {"mode": Mode.GROUP, "lines_covered": 4, "lines_total": 7, "minimum_minutes": 15, "duration_minutes": 15}
    return OrientationFacts(**base | change)


def test_br20_all_tests_passed_qualifies():
    assert judge(facts()).qualifies


@pytest.mark.parametrize(
    ("change", "key", "failure"),
    [
        ({"mode": Mode.MAILING}, True, "not direct contact"),
        ({}, False, "no key representative attended"),
        ({"lines_covered": 3}, True, "3 of 7: need 4"),
        ({"duration_minutes": 14}, True, "shorter than 15 minutes and not attested as substantial"),
        ({"duration_minutes": None}, True, "no length given and not attested as substantial"),
        ({"lines_total": 0}, True, "no slate was in force on that date"),
    ],
)
def test_br20_each_test_fails_by_itself_and_in_words(change, key, failure):
    assert judge(facts(**change), key=key).failures == (failure,)


def test_br20d_attestation_stands_for_length():
    assert judge(facts(duration_minutes=None, is_attested=True)).qualifies


@pytest.mark.parametrize("mode", Mode.values)
def test_br17_br22_only_direct_contact_modes_qualify(mode):
    assert judge(facts(mode=mode)).qualifies is (mode in DIRECT_CONTACT_MODES)


@pytest.mark.parametrize(("lines", "needed"), [(0, 0), (1, 1), (2, 2), (6, 4), (7, 4), (8, 5)])
def test_br20c_a_majority_is_more_than_half(lines, needed):
    assert majority_of(lines) == needed


@given(facts_of, st.booleans())
def test_it_qualifies_exactly_when_no_failure_is_named(given_facts, key):
    judgement = judge(given_facts, key=key)
    expected = (
        given_facts.mode in DIRECT_CONTACT_MODES
        and key
        and 0 < given_facts.lines_total < 2 * given_facts.lines_covered
        and (given_facts.is_attested or (given_facts.duration_minutes or 0) >= given_facts.minimum_minutes)
    )
    assert judgement.qualifies is expected


@given(facts_of, st.booleans(), st.integers(0, 5), st.integers(0, 60))
def test_more_lines_more_minutes_or_a_key_person_never_make_it_worse(given_facts, key, lines, minutes):
    more = OrientationFacts(
        mode=given_facts.mode,
        lines_covered=given_facts.lines_covered + lines,
        lines_total=given_facts.lines_total,
        minimum_minutes=given_facts.minimum_minutes,
        duration_minutes=(given_facts.duration_minutes or 0) + minutes,
        is_attested=True,
    )
    assert judge(more, key=True).qualifies >= judge(given_facts, key=key).qualifies
    assert len(judge(more, key=True).failures) <= len(judge(given_facts, key=key).failures)


@given(facts_of, st.sets(st.integers(1, 9)), st.sets(st.integers(1, 9)))
def test_br20e_each_business_is_judged_by_itself(given_facts, businesses, keyed):
    together = orientation_judge(given_facts, business_ids=businesses, with_key_representative=keyed)
    for judgement in together:
        alone = orientation_judge(given_facts, business_ids=[judgement.business_id], with_key_representative=keyed)
        assert alone == [judgement]


@pytest.fixture
def three(in_north):
    return [make_business(in_north, name) for name in ("Acme", "Bay Biotech", "Cape Seafood")]


def group(world, three, **change) -> dict:
    """Story 3: a group presentation to three; two key representatives and an intern."""
    fields = orientation_fields(world, three) | {"mode": Mode.GROUP} | change
    Contact.objects.filter(business=three[2]).update(is_key_representative=False)
    return fields


def outcomes() -> dict[str, str]:
    return dict(OrientationJudgement.objects.order_by("pk").values_list("business__name", "outcome"))


def test_story_3_is_refused_while_nobody_says_what_the_third_becomes(in_north, three):
    with pytest.raises(BusinessRuleError) as error:
        log(in_north.rep, *three, **group(in_north, three))
    (sentence,) = error.value.errors["orientation_fallback"]
    assert sentence.startswith("Cape Seafood: no key representative attended.")
    assert not Interaction.objects.exists()


def test_story_3_two_orientations_and_one_partial_overview(in_north, three):
    log(in_north.rep, *three, **group(in_north, three, orientation_fallback="partial"))
    assert outcomes() == {"Acme": "qualifying", "Bay Biotech": "qualifying", "Cape Seafood": "partial"}
    counted = ServiceDelivered.objects.counted(today=day(0), counts_self_service=False)
    assert set(counted.values_list("business__name", flat=True)) == {"Acme", "Bay Biotech"}
    partial = OrientationJudgement.objects.get(outcome=OrientationOutcome.PARTIAL)
    assert partial.service.item == in_north.items.partial
    assert partial.failures == ["no key representative attended"]


def test_a_failed_orientation_can_be_kept_as_outreach(in_north, three):
    log(in_north.rep, *three, **group(in_north, three, orientation_fallback="outreach"))
    assert outcomes()["Cape Seafood"] == "outreach"
    assert ServiceDelivered.objects.get(business=three[2]).item == in_north.items.outreach


@pytest.mark.parametrize(
    ("change", "failure"),
    [({"slate_line_ids": 3}, "3 of 7: need 4"), ({"mode": Mode.MAILING}, "not direct contact")],
)
def test_story_3_one_line_less_or_a_mass_mailing_fails_for_all(in_north, three, change, failure):
    if "slate_line_ids" in change:
        change = {"slate_line_ids": tuple(line.pk for line in in_north.slate.lines.all()[:3])}
    with pytest.raises(BusinessRuleError) as error:
        log(in_north.rep, *three, **group(in_north, three, **change))
    sentences = error.value.errors["orientation_fallback"]
    assert len(sentences) == 3
    assert all(failure in sentence for sentence in sentences)


def test_br24_judgement_keeps_the_slate_of_the_day_and_the_facts(in_north, three):
    Slate.objects.filter(pk=in_north.slate.pk).update(retired_on=date(2025, 1, 28))
    new = Slate.objects.create(code="slate-2", name="New slate", starts_on=date(2025, 1, 28))
    for position in (1, 2, 3):
        SlateLine.objects.create(slate=new, position=position, name=f"New line {position}")
    fields = orientation_fields(in_north, three[:1])
    with pytest.raises(BusinessRuleError, match="tick them again"):
        log(in_north.rep, three[0], **fields)
    log(in_north.rep, three[0], occurred_on=date(2025, 1, 27), **fields)
    fields["slate_line_ids"] = tuple(line.pk for line in new.lines.all()[:2])
    log(in_north.rep, three[0], occurred_on=date(2025, 1, 28), **fields)
    rows = OrientationJudgement.objects.order_by("pk")
    assert [(r.slate, r.lines_covered, r.lines_needed, r.lines_total) for r in rows] == [
        (in_north.slate, 4, 4, 7),
        (new, 2, 2, 3),
    ]
    assert SlateCoverage.objects.count() == 6


def test_br20b_a_new_person_counts_as_key_representative_by_role(in_north, three):
    fields = orientation_fields(in_north, three[:1], key=False)
    owner = NewContactData(three[0].pk, "Ana Sol", role="owner")
    log(in_north.rep, three[0], **fields, new_contacts=(owner,))
    assert outcomes() == {"Acme": "qualifying"}


def test_br20b_what_a_contact_becomes_later_changes_nothing(in_north, three):
    fields = orientation_fields(in_north, three[:1])
    log(in_north.rep, three[0], **fields)
    Contact.objects.update(is_key_representative=False)
    assert outcomes() == {"Acme": "qualifying"}
    assert Interaction.objects.get().contact_rows.get().was_key_representative


def test_br21_other_services_are_recorded_beside_the_orientation(in_north, three):
    fields = orientation_fields(in_north, three[:1])
    fields["items"] += (in_north.items.job_order,)
    log(in_north.rep, three[0], **fields)
    assert set(ServiceDelivered.objects.values_list("item__code", flat=True)) == {"orientation", "job-order"}


def test_br23_a_second_orientation_is_kept(in_north, three):
    for _ in range(2):
        log(in_north.rep, three[0], **orientation_fields(in_north, three[:1]))
    assert OrientationJudgement.objects.filter(business=three[0]).count() == 2


def test_a_tenant_without_a_slate_has_no_orientation(in_north, three):
    Slate.objects.update(retired_on=date(2018, 1, 1))
    fields = orientation_fields(in_north, three[:1]) | {"slate_line_ids": ()}
    with pytest.raises(BusinessRuleError, match="no slate was in force"):
        log(in_north.rep, three[0], **fields)


def test_a_fallback_the_catalogue_lacks_is_judged_without_a_service(in_north, three):
    in_north.items.partial.delete()
    fields = orientation_fields(in_north, three[:1], key=False) | {"orientation_fallback": "partial"}
    log(in_north.rep, three[0], **fields)
    assert OrientationJudgement.objects.get().service is None
    assert not ServiceDelivered.objects.exists()


def test_judging_while_typing_saves_nothing_and_takes_what_is_there(in_north, three):
    make_contact(three[0])
    assert interaction_judge(actor=in_north.rep, data=contact_with()) == []
    half = contact_with(three[0], items=(in_north.items.orientation,), mode="", occurred_on=None)
    (judgement,) = interaction_judge(actor=in_north.rep, data=half)
    assert judgement.failures == (
        "not direct contact",
        "0 of 7: need 4",
        "no length given and not attested as substantial",
        "no key representative attended",
    )
    assert not Interaction.objects.exists()
