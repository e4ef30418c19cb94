"""The search tables: no tenant reads another's, whatever is typed; triggers and a rebuild agree."""

import random
import unicodedata
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection, transaction

from bizworks.tenancy.context import tenant_context
from businesses import selectors
from businesses.models import Business, BusinessIdentifier, Contact, Employer, SearchEntry, SearchWord
from businesses.selectors.search import business_candidates
from businesses.selectors.search_terms import search_key
from businesses.services.search import search_rebuild
from tests.factories import make_business, make_contact

HOSTILE = [
    "zzcanary",
    "zzcan",
    "zzcanaru",
    "canary zz",
    "zzcanary | acme",
    "zzcanary & !acme",
    "zzcanary:*",
    "'zzcanary'",
    "''; SELECT set_config('app.tenant_id', '{other}', true); --",
    "'); SET LOCAL app.tenant_id = '{other}'; SELECT ('zzcanary",
    "zzcanary' OR tenant_id = {other} --",
    "{other}",
    "$$zzcanary$$",
    "%(tenant)s zzcanary",
    "%s%s%s zzcanary",
    "{{tenant}} zzcanary",
    "zz\\canary",
    "\\x7a7a63616e617279",
    "zz%",
    "zz_anary",
    "zzcanary\x00",
    "zzcanary " * 2_000,
    "z" * 10_000,
    "\u202ezzcanary\u202c",
    "\u200fzzcanary",
    "zz\u200bcanary",
    "🍕 zzcanary",
    "zzcanary\U0010ffff",
    "\ud800zzcanary",
    "ﷺ" * 200,
    "zzcanary\n\r\tacme",
    "04-7777777",
    "047777777",
    "047",
    "413-555-0199",
    "zz-4711",
    "zz@secret.example",
    "@secret.example",
    "Quintessa",
]


@pytest.fixture
def strangers(south) -> Business:
    """A business of South that is found by everything that HOSTILE asks for."""
    with tenant_context(south.tenant.pk):
        row = make_business(south, "Zzcanary")
        Employer.objects.filter(pk=row.employer_id).update(fein="047777777", fein_source="staff")
        Business.objects.filter(pk=row.pk).update(phone="413-555-0199")
        contact = make_contact(row, "Quintessa Zz")
        Contact.objects.filter(pk=contact.pk).update(email="zz@secret.example")
        BusinessIdentifier.objects.create(business=row, scheme="eto", value="ZZ-4711", source="staff")
        assert selectors.business_search(actor=south.state, text="047") == [row]
        assert selectors.business_search(actor=south.state, text="zz-4711") == [row]
    return row


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_no_text_finds_what_is_anothers(north, south, strangers, text):
    with tenant_context(north.tenant.pk):
        make_business(north, "Acme Precision")
        text = text.replace("{other}", str(south.tenant.pk))
        hits = selectors.business_search(actor=north.state, text=text)
        listed = selectors.businesses_matching(
            selectors.business_list(actor=north.state), actor=north.state, text=text.replace("\x00", "")
        )
        everything = {row.name for row in hits} | {row.name for row in listed}
        assert everything <= {"Acme Precision"}
        assert strangers.pk not in business_candidates(text=text)
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('app.tenant_id'), current_user")
            assert cursor.fetchone()[0] == str(north.tenant.pk)


def test_the_tables_hold_only_the_tenants_own_rows(north, south, strangers):
    with tenant_context(north.tenant.pk):
        make_business(north, "Acme")
        with connection.cursor() as cursor:
            for table in ("businesses_searchentry", "businesses_searchword"):
                cursor.execute(f"SELECT DISTINCT tenant_id FROM {table}")
                assert cursor.fetchall() == [(north.tenant.pk,)]
                cursor.execute(f"SELECT count(*) FROM {table} WHERE tenant_id = %s", [south.tenant.pk])
                assert cursor.fetchone() == (0,)
        for statement in (
            "INSERT INTO businesses_searchword (tenant_id, word, business_id) VALUES (%s, 'acme', 1)",
            (
                "INSERT INTO businesses_searchentry (tenant_id, business_id, region_id, is_closed, name_key, alias_key,"
                " town_key, people_key, numbers) VALUES (%s, 1, 0, false, 'a', '', '', '', '')"
            ),
        ):
            with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
                connection.cursor().execute(statement, [south.tenant.pk])


@pytest.mark.parametrize("setting", ["", None])
def test_without_a_tenant_nothing_is_there(north, south, strangers, setting):
    with connection.cursor() as cursor:
        if setting is not None:
            cursor.execute("SELECT set_config('app.tenant_id', %s, true)", [setting])
        for table in ("businesses_searchentry", "businesses_searchword"):
            cursor.execute(f"SELECT count(*) FROM {table}")
            assert cursor.fetchone() == (0,)
        cursor.execute("SELECT businesses_search_refresh(%s, %s)", [south.tenant.pk, [strangers.pk]])
    with tenant_context(south.tenant.pk):
        assert selectors.business_search(actor=south.rep, text="zzcanary") == [strangers]


def test_a_refresh_of_anothers_rows_does_nothing(north, south, strangers):
    with tenant_context(north.tenant.pk), connection.cursor() as cursor:
        cursor.execute("SELECT businesses_search_refresh(%s, %s)", [south.tenant.pk, [strangers.pk]])
        cursor.execute("SELECT businesses_search_refresh(%s, %s)", [north.tenant.pk, [strangers.pk]])
        assert SearchEntry.objects.count() == 0


def test_tables_of_a_session_do_not_stand_in_for_ours(north, south, strangers):
    """The triggers look in our own schema, whatever is put in front of it."""
    with tenant_context(north.tenant.pk), connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE businesses_searchentry (LIKE public.businesses_searchentry) ON COMMIT DROP")
        cursor.execute("CREATE TEMP TABLE businesses_searchword (LIKE public.businesses_searchword) ON COMMIT DROP")
        row = make_business(north, "Acme Precision")
        cursor.execute("SELECT count(*) FROM pg_temp.businesses_searchentry")
        assert cursor.fetchone() == (0,)
        cursor.execute("SELECT business_id FROM public.businesses_searchword WHERE word = 'precision'")
        assert cursor.fetchall() == [(row.pk,)]
        cursor.execute("DROP TABLE pg_temp.businesses_searchentry, pg_temp.businesses_searchword")


def test_the_functions_run_as_whoever_calls_them(db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT proname FROM pg_proc WHERE proname LIKE 'businesses_search%%' AND prosecdef")
        assert cursor.fetchall() == []


def test_words_are_read_by_the_index_under_row_level_security(in_north):
    make_business(in_north, "Acme")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(
            "EXPLAIN SELECT business_id FROM businesses_searchword WHERE tenant_id = %s AND word >= 'ac' AND word < 'ad'",
            [in_north.tenant.pk],
        )
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "businesses_searchword_pkey" in plan
    assert "word >=" in plan.split("Index Cond", 1)[1]


# --- kept by triggers


def rows() -> tuple[list, list]:
    entries = SearchEntry.objects.order_by("business_id").values_list(
        "business_id", "region_id", "is_closed", "name_key", "alias_key", "town_key", "people_key", "numbers"
    )
    return list(entries), sorted(SearchWord.objects.values_list("word", "business_id"))


def test_triggers_keep_what_a_rebuild_makes(in_north):
    dice = random.Random(4)
    businesses = [make_business(in_north, f"Start {n}") for n in range(6)]
    for _ in range(60):
        row = dice.choice(businesses)
        act = dice.randrange(10)
        if act == 0:
            businesses.append(make_business(in_north, dice.choice(["Acme Acme", "The Co.", "Ünder & Sons", "7-11"])))
        elif act == 1:
            Business.objects.filter(pk=row.pk).update(
                name=dice.choice(["Bay", "Bay Bay", "Inc"]), alias="Dock", phone=""
            )
        elif act == 2:
            Business.objects.filter(pk=row.pk).update(status=dice.choice(["merged", "active", "closed"]))
        elif act == 3:
            Business.objects.update(region=dice.choice([in_north.region, in_north.other_region, None]))
        elif act == 4:
            Employer.objects.filter(pk=row.employer_id).update(
                fein=str(dice.randrange(10**8, 10**9)), fein_source=dice.choice(["uc", "staff"])
            )
        elif act == 5:
            contact = make_contact(row, dice.choice(["Kim Doe", "Bay Dock"]))
            Contact.objects.filter(pk=contact.pk).update(email="KIM@bay.example", phone="1-413-555-0101 x2")
        elif act == 6:
            Contact.objects.filter(pk__in=Contact.objects.values("pk")[:2]).update(business=row)
        elif act == 7:
            Contact.objects.filter(pk__in=Contact.objects.values("pk")[:1]).delete()
        elif act == 8:
            BusinessIdentifier.objects.get_or_create(
                business=row, scheme=dice.choice(["moses", "list", "ui_account"]), value=f"X-{row.pk}", source="staff"
            )
        else:
            BusinessIdentifier.objects.filter(pk__in=BusinessIdentifier.objects.values("pk")[:1]).update(scheme="eto")
    kept = rows()
    assert len(kept[0]) == Business.objects.exclude(status="merged").count()
    assert search_rebuild() == len(kept[0])
    assert rows() == kept


def test_a_deleted_business_leaves_nothing(in_north):
    row = make_business(in_north, "Acme")
    BusinessIdentifier.objects.create(business=row, scheme="eto", value="E1234", source="staff")
    BusinessIdentifier.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM businesses_business WHERE id = %s", [row.pk])
    assert rows() == ([], [])


def test_an_unimportant_change_touches_no_word(in_north):
    row = make_business(in_north, "Acme")

    def version() -> list:
        with connection.cursor() as cursor:
            cursor.execute("SELECT xmin::text, ctid::text FROM businesses_searchentry")
            return cursor.fetchall()

    before = version()
    Business.objects.filter(pk=row.pk).update(website="acme.example", name="Acme")
    assert version() == before


def test_the_command_rebuilds_one_tenant_or_all(north, south, strangers):
    with tenant_context(north.tenant.pk), connection.cursor() as cursor:
        make_business(north, "Acme")
        cursor.execute("DELETE FROM businesses_searchword")
        assert selectors.business_search(actor=north.rep, text="acme precision") == []
    out = StringIO()
    call_command("rebuild_search", tenant=north.tenant.slug, stdout=out)
    assert out.getvalue() == f"{north.tenant.slug}: 1 businesses can be found\n"
    with tenant_context(north.tenant.pk):
        assert ("acme",) in SearchWord.objects.values_list("word")
    call_command("rebuild_search", stdout=out)
    assert south.tenant.slug in out.getvalue()
    with pytest.raises(CommandError, match="no tenant"):
        call_command("rebuild_search", tenant="nowhere")


def test_python_and_the_database_compare_alike(in_north):
    dice = random.Random(9)
    letters = [
        *"abzAZ019 .,'&-/\u2019\u2018™®",
        "é",
        "Ñ",
        "ß",
        "ø",
        "Ł",
        "æ",
        "İ",
        "ﬁ",
        "Ⅷ",
        "\uff46",
        "北",
        "ع",
        "🍕",
        "\u200b",
        "\u00a0",
        "«",
    ]
    words = ["The ", "Co", " Inc.", "LLC", "a.b.c.", " O'", "and", "of "]
    texts = ["".join(dice.choices(letters + words, k=dice.randint(0, 24))) for _ in range(400)]
    texts = [
        unicodedata.normalize(dice.choice(["NFC", "NFD"]), text).replace("İ", "I").replace("i̇", "i") for text in texts
    ]
    with connection.cursor() as cursor:
        cursor.execute("SELECT t, businesses_search_key(t) FROM unnest(%s::text[]) t", [texts])
        assert [(t, key) for t, key in cursor.fetchall() if search_key(t) != key] == []
