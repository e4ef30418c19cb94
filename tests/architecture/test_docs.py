"""Documents that name things name all of them, and things that exist."""

import re
from pathlib import Path

from django.apps import apps

from bizworks.tenancy.models import ReferenceModel, TenantModel

ROOT = Path(__file__).resolve().parents[2]


def test_the_data_dictionary_names_every_table():
    text = (ROOT / "docs" / "data-dictionary.md").read_text()
    tables = [m._meta.db_table for m in apps.get_models() if issubclass(m, TenantModel | ReferenceModel)]
    assert [table for table in tables if f"`{table}`" not in text] == []


def test_every_link_between_documents_leads_somewhere():
    broken = [
        f"{document.name}: {target}"
        for document in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
        for target in re.findall(r"\]\((?!https?://|#|mailto:)([^)#]+)", document.read_text())
        if not (document.parent / target).exists()
    ]
    assert broken == []


def test_the_readme_gives_the_two_commands_and_the_password():
    from bizworks.demo.people import PASSWORD, TENANTS

    text = (ROOT / "README.md").read_text()
    assert "python3 manage.py run" in text
    assert "python3 manage.py test" in text
    assert PASSWORD in text
    assert all(TENANTS[0].email(person) in text for person in TENANTS[0].people[:1])


def test_every_rule_that_is_cited_stands_in_the_list_of_rules():
    rules = (ROOT / "docs" / "business-rules.md").read_text()
    cited = {
        number
        for folder in ("bizworks", "businesses", "interactions", "referrals", "reporting", "templates", "docs")
        for path in (ROOT / folder).rglob("*")
        if path.suffix in (".py", ".html", ".md", ".yaml") and path.name != "business-rules.md"
        for number in re.findall(r"\bBR-\d+|\bR(?:1|2|[5-9]|1\d|2\d)\b(?![-\w])", path.read_text())
    }
    assert sorted(n for n in cited if not re.search(rf"\b{n}\b", rules)) == []
