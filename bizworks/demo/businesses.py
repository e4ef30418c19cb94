"""Fictitious employers, businesses and contacts, spread over a tenant's towns."""

import random
from datetime import date

from django.db.models import Count

from bizworks.demo.names import INDUSTRIES, STREETS, Industry, business_name, coined, person_name
from bizworks.directory.models import AreaTerritory
from bizworks.directory.selectors import PlacementMap, SectorMap
from bizworks.reference.models import Municipality, NaicsCode, ZipCode
from businesses.constants import ContactRole, Source, Status, size_band
from businesses.models import Business, Contact, Employer

_TITLES: dict[str, str] = {
    ContactRole.OWNER: "Owner",
    ContactRole.CHIEF: "President",
    ContactRole.PLANT: "Plant manager",
    ContactRole.HR: "HR manager",
    ContactRole.FINANCE: "Chief financial officer",
    ContactRole.HIRING: "Hiring manager",
    ContactRole.STAFF: "Office assistant",
}
NAMED = (
    (
        "Acme Precision - Springfield",
        "Acme Precision, Inc.",
        "001111111",
        "Springfield",
        "332710",
        140,
        "J. Ruiz",
        ContactRole.HR,
    ),
    (
        "Acme Precision - Westfield",
        "Acme Precision, Inc.",
        "001111111",
        "Westfield",
        "332710",
        60,
        "Dale Whitlock",
        ContactRole.PLANT,
    ),
    ("Bay Biotech", "Bay Biotech LLC", "002222222", "Malden", "325414", 85, "Noor Santoro", ContactRole.CHIEF),
    ("Cape Seafood", "Cape Seafood Co.", "003333333", "Chatham", "311710", 30, "Hugo Tavares", ContactRole.OWNER),
    (
        "Dorchester Diner",
        "Dorchester Diner LLC",
        "004444444",
        "Boston",
        "722511",
        12,
        "Grace Okafor",
        ContactRole.OWNER,
    ),
    (
        "Elm Home Health",
        "Elm Home Health, Inc.",
        "005555555",
        "Worcester",
        "621610",
        210,
        "Priya Kowal",
        ContactRole.HIRING,
    ),
    (
        "Franklin Mills",
        "Franklin Mills Corp.",
        "006666666",
        "Greenfield",
        "313210",
        95,
        "Owen Jessup",
        ContactRole.FINANCE,
    ),
    (
        "Gateway Logistics",
        "Gateway Logistics LLC",
        "007777777",
        "Lowell",
        "493110",
        180,
        "Mina Vasko",
        ContactRole.PLANT,
    ),
)
"""The businesses the documentation's stories speak of; FEINs that begin with 00 are never issued."""


class DemoDirectory:
    """Makes the businesses of one tenant; the tenant must be in force."""

    def __init__(self, *, state: str, seed: int, today: date) -> None:
        """Read the tenant's map and the places of its state."""
        self.rng = random.Random(seed)  # noqa: S311  invented data, not secrets
        self.state = state
        self.today = today
        self.places = PlacementMap()
        self.sectors = SectorMap(today)
        self.naics = set(NaicsCode.objects.values_list("code", flat=True))
        self.zips: dict[int, list[str]] = {}
        for code, town in (
            ZipCode.objects.filter(state=state).exclude(municipality=None).values_list("code", "municipality")
        ):
            self.zips.setdefault(town, []).append(code)
        towns = set(AreaTerritory.objects.exclude(municipality=None).values_list("municipality_id", flat=True))
        counties = set(AreaTerritory.objects.exclude(county=None).values_list("county_id", flat=True))
        self.towns = [
            town
            for town in Municipality.objects.filter(state=state).annotate(n=Count("id")).order_by("id")
            if (town.pk in towns or town.county_id in counties) and town.pk in self.zips
        ]
        self.weights = [len(self.zips[town.pk]) ** 1.5 for town in self.towns]

    def _business(
        self, employer: Employer, name: str, town: Municipality, industry: Industry, employees: int
    ) -> Business:
        rng = self.rng
        place = self.places.place(municipality_id=town.pk, county_id=town.county_id, on=self.today)
        naics = industry.naics if industry.naics in self.naics else None
        closed = rng.random() < 0.02
        return Business(
            employer=employer,
            name=name,
            alias=coined(rng) if rng.random() < 0.12 else "",
            address=f"{rng.randint(1, 980)} {rng.choice(STREETS)} Street",
            town=town.name,
            municipality=town,
            county_id=town.county_id,
            state=self.state,
            zip_code=rng.choice(self.zips[town.pk]),
            area_id=place.area_id,
            region_id=place.region_id,
            naics_id=naics,
            naics_source=Source.PUBLIC if naics else "",
            sector_id=self.sectors.sector_of(naics),
            status=Status.CLOSED if closed else rng.choices([Status.ACTIVE, Status.PROSPECT], [85, 15])[0],
            closed_on=self.today.replace(month=1, day=15) if closed else None,
            employees=employees,
            employees_source=Source.SELF,
            size_band=size_band(employees),
            phone=f"(555) 01{rng.randint(0, 9)}-{rng.randint(1000, 9999)}",
            search_text="",
        )

    def make(self, count: int) -> list[Business]:
        """Make about `count` businesses with their employers and contacts, in bulk. Queries: under 20."""
        rng = self.rng
        employers: list[Employer] = []
        drafts: list[tuple[Employer, str, Municipality, Industry, int]] = []
        people: list[tuple[int, str, str]] = []
        if self.state == "MA":
            self._named(employers, drafts, people)
        while len(drafts) < count:
            industry = rng.choices(INDUSTRIES, [i.weight for i in INDUSTRIES])[0]
            name = business_name(rng, industry)
            fein = f"00{rng.randint(0, 9_999_999):07d}" if rng.random() < 0.8 else ""
            employer = Employer(name=name, fein=fein, fein_source=Source.SELF if fein else "")
            employers.append(employer)
            for branch in range(rng.choices([1, 2, 3, 5], [90, 6, 3, 1])[0]):
                town = rng.choices(self.towns, self.weights)[0]
                employees = max(1, int(industry.employees * rng.lognormvariate(-0.3, 0.8)))
                drafts.append((employer, name if not branch else f"{name} - {town.name}", town, industry, employees))
        _drop_repeated_feins(employers)
        Employer.objects.bulk_create(employers)
        rows = [self._business(*draft) for draft in drafts]
        for row in rows:
            row.search_text = " ".join(filter(None, (row.name, row.alias, row.town))).lower()
        businesses = Business.objects.bulk_create(rows)
        Contact.objects.bulk_create(self._contacts(businesses, people))
        return businesses

    def _named(self, employers: list[Employer], drafts: list, people: list) -> None:
        towns = {town.name: town for town in self.towns}
        by_fein: dict[str, Employer] = {}
        for name, legal, fein, town, naics, employees, person, role in NAMED:
            if fein not in by_fein:
                by_fein[fein] = Employer(name=legal, fein=fein, fein_source=Source.SELF)
                employers.append(by_fein[fein])
            people.append((len(drafts), person, role))
            drafts.append((by_fein[fein], name, towns[town], Industry(naics, 1, "", employees), employees))

    def _contacts(self, businesses: list[Business], people: list[tuple[int, str, str]]) -> list[Contact]:
        rng = self.rng
        named = {index: (person, role) for index, person, role in people}
        contacts = []
        for index, business in enumerate(businesses):
            for number in range(rng.choices([1, 2, 3], [55, 33, 12])[0]):
                person, role = (
                    named[index] if index in named and not number else (person_name(rng), rng.choice(list(_TITLES)))
                )
                contacts.append(
                    Contact(
                        business=business,
                        name=person,
                        role=role,
                        title=_TITLES[role],
                        is_key_representative=role != ContactRole.STAFF,
                        email=f"{person.split()[-1].lower()}@business-{index}.example",
                        phone=business.phone,
                    )
                )
        return contacts


def _drop_repeated_feins(employers: list[Employer]) -> None:
    seen: set[str] = set()
    for employer in employers:
        if employer.fein in seen:
            employer.fein = employer.fein_source = ""
        elif employer.fein:
            seen.add(employer.fein)
