"""A few dozen businesses that a second list wrote differently, so that there is something to decide about."""

import random
from collections.abc import Callable

from businesses.constants import Scheme, Source, Status
from businesses.models import Business, BusinessIdentifier, Employer, ImportMapping

LIST = "Chamber of commerce"
_SHORT = {
    "Manufacturing": "Mfg", "Services": "Svcs", "Associates": "Assoc", "Company": "Co", "Center": "Ctr",
    "Construction": "Const", "International": "Intl", "Technologies": "Tech", "Group": "Grp",
}  # fmt: skip
Spoil = Callable[[random.Random, Business], None]


def make_duplicates(businesses: list[Business], *, seed: int, count: int = 36) -> int:
    """Write every so many business down a second time, with the mistakes of lists; the tenant must be in force.

    Queries: 4.
    """
    rng = random.Random(seed)  # noqa: S311  invented data, not secrets
    originals = rng.sample(
        [b for b in businesses if b.status == Status.ACTIVE and b.address], k=min(count, len(businesses) // 4)
    )
    employers = Employer.objects.bulk_create(Employer(name=row.name) for row in originals)
    rows = [_copy(rng, row, employer) for row, employer in zip(originals, employers, strict=True)]
    made = Business.objects.bulk_create(rows)
    BusinessIdentifier.objects.bulk_create(
        BusinessIdentifier(business=row, scheme=Scheme.LIST, value=f"{LIST}:{number}", source=Source.PUBLIC)
        for number, row in enumerate(made, 1)
    )
    ImportMapping.objects.create(source_name=LIST)
    return len(made)


def _copy(rng: random.Random, row: Business, employer: Employer) -> Business:
    copied = (
        *("alias", "address", "town", "municipality_id", "county_id", "state", "zip_code", "area_id", "region_id"),
        *("naics_id", "naics_source", "sector_id", "status", "phone", "name"),
    )
    copy = Business(employer=employer, **{name: getattr(row, name) for name in copied})
    for spoil in rng.sample(_MISTAKES, k=2):
        spoil(rng, copy)
    copy.search_text = " ".join(filter(None, (copy.name, copy.alias, copy.town))).lower()
    return copy


def _typo(rng: random.Random, row: Business) -> None:
    at = rng.randrange(2, max(3, min(len(row.name), 12) - 1))
    row.name = row.name[: at - 1] + row.name[at : at + 1] + row.name[at - 1 : at] + row.name[at + 1 :]


def _short_forms(rng: random.Random, row: Business) -> None:
    row.name = " ".join(_SHORT.get(word, word) for word in row.name.split())
    row.address = row.address.replace(" Street", " St.")


def _capitals(rng: random.Random, row: Business) -> None:
    row.name, row.address = row.name.upper(), row.address.upper()


def _form(rng: random.Random, row: Business) -> None:
    row.name = f"{row.name}, Inc."


def _no_phone(rng: random.Random, row: Business) -> None:
    row.phone = ""


def _no_address(rng: random.Random, row: Business) -> None:
    row.address = ""


def _dots(rng: random.Random, row: Business) -> None:
    row.phone = "".join(ch if ch.isdigit() else "." for ch in row.phone.replace("(", "").replace(") ", "-"))


_MISTAKES: tuple[Spoil, ...] = (_typo, _short_forms, _capitals, _form, _no_phone, _no_address, _dots)
