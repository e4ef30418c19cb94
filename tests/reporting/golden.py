"""The golden data set: eight fictitious establishments and seventeen records, worked out by hand."""

from dataclasses import dataclass
from datetime import date

from bizworks.directory.models import Agency, Area, AreaRegion, AreaTerritory, Region, ServiceItem
from bizworks.reference.models import Municipality
from bizworks.tenancy.actor import Actor
from businesses.models import Business, Employer
from businesses.services.contacts import ContactData, contact_create
from interactions.constants import Assisted, Mode
from interactions.services import InteractionData, ServiceData, interaction_log, service_record
from tests.factories import World

ESTABLISHMENTS = [
    ("E1", "Acme Precision - Springfield", "041111111", "Springfield"),
    ("E2", "Acme Precision - Westfield", "041111111", "Westfield"),
    ("E3", "Bay Biotech", "042222222", "Cambridge"),
    ("E4", "Cape Seafood", "043333333", "Barnstable"),
    ("E5", "Dorchester Diner", "044444444", "Boston"),
    ("E6", "Elm Home Health", "045555555", "Worcester"),
    ("E7", "Franklin Mills", "046666666", "Greenfield"),
    ("E8", "Gateway Logistics", "047777777", "Lowell"),
]
AREAS = [
    ("Hampden", "Pioneer Valley", ["Springfield", "Westfield"]),
    ("Franklin Hampshire", "Pioneer Valley", ["Greenfield"]),
    ("Metro North", "Greater Boston", ["Cambridge"]),
    ("Boston", "Greater Boston", ["Boston"]),
    ("Central", "Central", ["Worcester"]),
    ("Cape & Islands", "Cape & Islands", ["Barnstable"]),
    ("Greater Lowell", "Northeast", ["Lowell"]),
]
AGENCIES = ["MDCS", "DUA", "WDB", "MassAbility", "CommCorp", "MOBD", "ACLS"]
ORIENTATION = "S6"
SERVICES = [
    ("S1", "E1", "MDCS", "2022-03-10", "2022-03-10", "WRA", "staff", "Job fair"),
    ("S2", "E3", "MDCS", "2023-09-05", "2023-09-05", "EIS", "staff", "Labor market information"),
    ("S3", "E4", "DUA", "2021-08-20", "2021-08-20", "RRD", "staff", "Rapid response"),
    ("S4", "E8", "WDB", "2021-05-01", "2021-05-01", "EIS", "staff", "Labor market information"),
    ("S5", "E6", "MassAbility", "2024-01-15", "2024-01-15", "ULP", "staff", "Candidate pipeline"),
    ("S6", "E1", "MDCS", "2024-07-15", "2024-07-15", "EIS", "staff", "Orientation"),
    ("S7", "E1", "CommCorp", "2024-09-01", "2025-08-31", "TRN", "staff", "Training grant"),
    ("S8", "E2", "MDCS", "2024-10-02", "2024-10-02", "WRA", "staff", "Screening"),
    ("S9", "E3", "MOBD", "2024-11-11", "2024-11-11", "SPE", "staff", "Expansion planning"),
    ("S10", "E3", "MDCS", "2024-11-12", "2024-11-12", "EIS", "staff", "Tax credit information"),
    ("S11", "E5", "MDCS", "2025-01-20", "2025-01-20", "EIS", "staff", "Labor market information"),
    ("S12", "E5", "MDCS", "2025-02-03", "2025-02-03", "WRA", "staff", "Job order"),
    ("S13", "E7", "DUA", "2025-03-03", "2025-03-03", "RRD", "staff", "Initial rapid response visit"),
    ("S14", "E7", "MDCS", "2025-03-05", "2025-03-05", "PLR", "staff", "Layoff response plan"),
    ("S15", "E6", "ACLS", "2024-05-01", "2024-08-31", "TRN", "staff", "Language classes at work"),
    ("S16", "E8", "MDCS", "2025-04-01", "2025-04-01", "", "staff", "Mass e-mail"),
    ("S17", "E4", "MDCS", "2024-12-01", "2024-12-01", "WRA", "self", "Self-service posting"),
]


@dataclass(frozen=True)
class Golden:
    """The set as it lies in the tenant: ids by the names above, and names by id."""

    businesses: dict[str, Business]
    regions: dict[str, int]
    agencies: dict[str, int]

    def names(self, ids) -> list[str]:
        by_id = {business.pk: name for name, business in self.businesses.items()}
        return sorted(by_id[pk] for pk in ids)

    def by_agency(self, found: dict) -> dict:
        return {name: found[pk] for name, pk in self.agencies.items() if pk in found}

    def by_region(self, found: dict) -> dict:
        return {name: found[pk] for name, pk in self.regions.items() if pk in found}


def make_golden(world: World) -> Golden:
    """Write the set into the tenant in force, its services through the product's own functions."""
    regions, places = _make_map()
    agencies = {
        name: Agency.objects.create(code=name.lower(), name=name, starts_on=date(2000, 1, 1)) for name in AGENCIES
    }
    businesses = _make_businesses(places)
    items: dict[tuple[str, str], ServiceItem] = {}
    for name, business, agency, start, end, category, assisted, service in SERVICES:
        if name == ORIENTATION:
            _log_orientation(world, businesses[business], agencies[agency], date.fromisoformat(start))
            continue
        item = items.get((service, category)) or ServiceItem.objects.create(
            code=f"golden-{name.lower()}",
            name=service,
            federal_category_id=category or None,
            kind=ServiceItem.Kind.SERVICE if category else ServiceItem.Kind.OUTREACH,
            is_counted=bool(category),
        )
        items[service, category] = item
        service_record(
            actor=world.state,
            business_id=businesses[business].pk,
            service=ServiceData(
                item_id=item.pk,
                agency_id=agencies[agency].pk,
                started_on=date.fromisoformat(start),
                ended_on=date.fromisoformat(end),
                assisted=Assisted(assisted),
            ),
        )
    return Golden(businesses, regions, {name: agency.pk for name, agency in agencies.items()})


def _make_map() -> tuple[dict[str, int], dict[str, Area]]:
    AreaTerritory.objects.all().delete()
    regions: dict[str, Region] = {}
    places = {}
    for number, (name, region, towns) in enumerate(AREAS):
        if region not in regions:
            regions[region] = Region.objects.create(code=f"r{number}", name=region)
        area = Area.objects.create(code=f"a{number}", name=name)
        AreaRegion.objects.create(area=area, region=regions[region])
        for town in towns:
            AreaTerritory.objects.create(area=area, municipality=Municipality.objects.get(state="MA", name=town))
            places[town] = (area, regions[region])
    return {name: region.pk for name, region in regions.items()}, places


def _make_businesses(places: dict) -> dict[str, Business]:
    employers: dict[str, Employer] = {}
    businesses = {}
    for key, name, fein, town in ESTABLISHMENTS:
        if fein not in employers:
            employers[fein] = Employer.objects.create(name=name.split(" - ")[0], fein=fein, fein_source="staff")
        area, region = places[town]
        businesses[key] = Business.objects.create(
            employer=employers[fein],
            name=name,
            town=town,
            state="MA",
            municipality=Municipality.objects.get(state="MA", name=town),
            area=area,
            region=region,
            search_text=f"{name} {town}".lower(),
        )
    return businesses


def _log_orientation(world: World, business: Business, agency: Agency, day: date) -> None:
    actor: Actor = world.state
    contact = contact_create(
        actor=actor, business_id=business.pk, data=ContactData("J. Ruiz", "hr", is_key_representative=True)
    )
    interaction_log(
        actor=actor,
        data=InteractionData(
            business_ids=(business.pk,),
            occurred_on=day,
            mode=Mode.IN_PERSON_BUSINESS,
            duration_minutes=45,
            contact_ids=(contact.pk,),
            services=(ServiceData(item_id=world.items.orientation.pk, agency_id=agency.pk),),
            slate_line_ids=tuple(world.slate.lines.values_list("pk", flat=True)[:4]),
        ),
    )
