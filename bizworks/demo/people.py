"""Who can sign in to the demonstration; every person is invented."""

from dataclasses import dataclass

from bizworks.tenancy.policy import Role

PASSWORD = "parking-lot-handshake"  # noqa: S105  the demonstration's, printed for everyone to use


@dataclass(frozen=True)
class DemoPerson:
    """A person of a demo tenant; `regions` are region codes, none = the whole system."""

    login: str
    name: str
    title: str
    role: str
    agency: str
    regions: tuple[str, ...] = ()


@dataclass(frozen=True)
class DemoAgency:
    """An agency that delivers in the demonstration: how often, and what (federal categories)."""

    code: str
    weight: int
    categories: tuple[str, ...]


@dataclass(frozen=True)
class DemoTenant:
    """A demo tenant: its preset, its people, how much history it gets."""

    slug: str
    name: str
    preset: str
    businesses: int
    contacts: int
    people: tuple[DemoPerson, ...]
    agencies: tuple[DemoAgency, ...]

    def email(self, person: DemoPerson) -> str:
        """The address the person signs in with."""
        return f"{person.login}@{self.slug}.example"


MASSACHUSETTS = DemoTenant(
    slug="massachusetts",
    name="Massachusetts (demo)",
    preset="massachusetts",
    businesses=2_000,
    contacts=9_000,
    people=(
        DemoPerson(
            "rep-hampden",
            "Rosa Hampden",
            "Business service representative",
            Role.REPRESENTATIVE,
            "MDCS",
            ("pioneer-valley",),
        ),
        DemoPerson(
            "rep-metro",
            "Wei Metro",
            "Business service representative",
            Role.REPRESENTATIVE,
            "MDCS",
            ("greater-boston",),
        ),
        DemoPerson("rep-mobd", "Ben Mobley", "Regional director", Role.REPRESENTATIVE, "MOBD"),
        DemoPerson("manager-pv", "Grace Valley", "Regional manager", Role.MANAGER, "MDCS", ("pioneer-valley",)),
        DemoPerson("state-staff", "Sam Statler", "Reporting lead", Role.STATE, "MDCS"),
        DemoPerson("tenant-admin", "Tess Adminson", "System administrator", Role.ADMIN, "MDCS"),
        DemoPerson("partner", "Pat Collins", "Program liaison", Role.PARTNER, "community-colleges"),
    ),
    agencies=(
        DemoAgency("MDCS", 40, ("EIS", "WRA", "ULP")),
        DemoAgency("WDB", 9, ("SPE", "EIS")),
        DemoAgency("MOBD", 8, ("SPE", "EIS")),
        DemoAgency("DUA", 7, ("RRD", "EIS")),
        DemoAgency("RR", 6, ("RRD", "PLR")),
        DemoAgency("CommCorp", 7, ("TRN", "IWT")),
        DemoAgency("community-colleges", 7, ("TRN", "SPE")),
        DemoAgency("MassAbility", 6, ("ULP", "EIS")),
        DemoAgency("ACLS", 4, ("TRN",)),
        DemoAgency("DAS", 3, ("TRN",)),
        DemoAgency("SCSEP", 3, ("ULP",)),
        DemoAgency("DTA", 3, ("ULP",)),
    ),
)
ILLINOIS = DemoTenant(
    slug="illinois",
    name="Illinois (demo)",
    preset="illinois",
    businesses=450,
    contacts=1_500,
    people=(
        DemoPerson("il-rep", "Ines Peoria", "Business services representative", Role.REPRESENTATIVE, "DCEO"),
        DemoPerson("il-manager", "Owen Prairie", "Regional manager", Role.MANAGER, "IDES"),
        DemoPerson("il-state", "Mina Springer", "Reporting lead", Role.STATE, "DCEO"),
        DemoPerson("il-admin", "Zoe Lakeland", "System administrator", Role.ADMIN, "DCEO"),
        DemoPerson("il-partner", "Luis Okaw", "Program liaison", Role.PARTNER, "ICCB"),
    ),
    agencies=(
        DemoAgency("DCEO", 40, ("TRN", "IWT", "SPE", "RRD")),
        DemoAgency("IDES", 35, ("WRA", "EIS", "PLR")),
        DemoAgency("ICCB", 15, ("TRN", "SPE")),
        DemoAgency("IDHS", 10, ("ULP", "EIS")),
    ),
)
SOUTHWEST_WASHINGTON = DemoTenant(
    slug="southwest-washington",
    name="Southwest Washington (demo)",
    preset="southwest_washington",
    businesses=250,
    contacts=900,
    people=(
        DemoPerson("worksource-rep", "Umar Clark", "Business specialist", Role.REPRESENTATIVE, "WorkSource"),
        DemoPerson("wsw-rep", "Elena Cowlitz", "Business team", Role.REPRESENTATIVE, "WSW"),
        DemoPerson("oso", "Hugo Wahkiakum", "One-stop operator", Role.MANAGER, "WSW"),
        DemoPerson("wsw-state", "Kaya Fourth", "Reporting lead", Role.STATE, "WSW"),
        DemoPerson("wsw-admin", "Vera Columbia", "System administrator", Role.ADMIN, "WSW"),
        DemoPerson("wsw-partner", "Femi Lewis", "Program liaison", Role.PARTNER, "Next"),
    ),
    agencies=(
        DemoAgency("WorkSource", 50, ("WRA", "EIS", "ULP")),
        DemoAgency("WSW", 30, ("SPE", "TRN", "IWT")),
        DemoAgency("Next", 20, ("ULP",)),
    ),
)
TENANTS = (MASSACHUSETTS, ILLINOIS, SOUTHWEST_WASHINGTON)
