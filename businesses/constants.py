"""Choices and limits of the directory of businesses."""

from django.db.models import TextChoices


class Source(TextChoices):
    """Where a value came from (BR-6); UC-sourced values are masked and stay out of exports."""

    SELF = "self", "Told by the business"
    PUBLIC = "public", "Public list"
    STAFF = "staff", "Entered by staff"
    PURCHASED = "purchased", "Purchased list"
    UC = "uc", "Unemployment agency (confidential)"


class Status(TextChoices):
    """Where a business stands in the directory."""

    PROSPECT = "prospect", "Prospect"
    ACTIVE = "active", "Active"
    INACTIVE = "inactive", "Inactive"
    CLOSED = "closed", "Closed"
    MERGED = "merged", "Merged into another"


class SizeBand(TextChoices):
    """Employees at the location, in the bands of federal statistics."""

    UNKNOWN = "", "Not known"
    B1 = "1-4", "1 to 4"
    B5 = "5-9", "5 to 9"
    B10 = "10-19", "10 to 19"
    B20 = "20-49", "20 to 49"
    B50 = "50-99", "50 to 99"
    B100 = "100-249", "100 to 249"
    B250 = "250-499", "250 to 499"
    B500 = "500+", "500 or more"


SIZE_ORDER = ("500+", "250-499", "100-249", "50-99", "20-49", "10-19", "5-9", "1-4", "")
"""The bands from the largest; the place of a band is stored with each business, for the order of lists."""


class TagLook(TextChoices):
    """The sign before a tag's name; each has a color too, but never the color alone."""

    CIRCLE = "circle", "Circle"
    SQUARE = "square", "Square"
    TRIANGLE = "triangle", "Triangle"
    DIAMOND = "diamond", "Diamond"
    STAR = "star", "Star"
    FLAG = "flag", "Flag"

    @property
    def sign(self) -> str:
        """The sign itself."""
        signs = {"circle": "●", "square": "■", "triangle": "▲", "diamond": "◆", "star": "★", "flag": "⚑"}
        return signs[self.value]


class Sharing(TextChoices):
    """Who sees a saved view besides its owner."""

    PRIVATE = "private", "Only me"
    AGENCY = "agency", "My agency"
    EVERYONE = "everyone", "Everyone"


class BulkAction(TextChoices):
    """What can be done to many businesses at once."""

    TAG_ADD = "tag_add", "Add a tag"
    TAG_REMOVE = "tag_remove", "Remove a tag"
    LEAD = "lead", "Assign the lead"


class Scheme(TextChoices):
    """Kinds of identifiers a business carries besides the employer's FEIN."""

    UI_ACCOUNT = "ui_account", "UI account number"
    REPORTING_UNIT = "reporting_unit", "UI reporting unit"
    MOSES = "moses", "MOSES"
    ETO = "eto", "ETO"
    LAUNCHPAD = "launchpad", "Launchpad"
    IWDS = "iwds", "IWDS"
    LIST = "list", "Row of an imported list"


class ContactRole(TextChoices):
    """What a contact does; the first six are key representatives unless unticked (BR-22)."""

    OWNER = "owner", "Owner"
    CHIEF = "chief", "CEO or president"
    PLANT = "plant", "General or plant manager"
    HR = "hr", "HR lead"
    FINANCE = "finance", "CFO"
    HIRING = "hiring", "Hiring manager"
    STAFF = "staff", "Other staff"


KEY_ROLES = (
    ContactRole.OWNER,
    ContactRole.CHIEF,
    ContactRole.PLANT,
    ContactRole.HR,
    ContactRole.FINANCE,
    ContactRole.HIRING,
)


def size_band(employees: int | None) -> str:
    """The band of a number of employees; "" when not known or not positive."""
    if not employees or employees < 1:
        return SizeBand.UNKNOWN
    limits = [(5, "1-4"), (10, "5-9"), (20, "10-19"), (50, "20-49"), (100, "50-99"), (250, "100-249"), (500, "250-499")]
    return next((band for limit, band in limits if employees < limit), "500+")


class Stage(TextChoices):
    """Where a business stands in its life; the order is that of the picture."""

    STARTUP = "startup", "Start-up"
    GROWTH = "growth", "Growth"
    STABLE = "stable", "Stable"
    AT_RISK = "at_risk", "At risk"
    CLOSING = "closing", "Closing"
    RELOCATING = "relocating", "Relocating"


ALARMING_STAGES = (Stage.AT_RISK, Stage.CLOSING, Stage.RELOCATING)

STAGE_POINTS: dict[str, tuple[int, int]] = {
    Stage.STARTUP: (12, 40),
    Stage.GROWTH: (36, 22),
    Stage.STABLE: (66, 10),
    Stage.AT_RISK: (94, 22),
    Stage.CLOSING: (120, 41),
    Stage.RELOCATING: (66, 10),
}
"""Where each stage stands on the curve that is drawn of a business's life, 132 by 48 units."""


class StageVisibility(TextChoices):
    """Who may read a stage (BR-3); the same words as for contacts."""

    SHARED = "shared", "Everyone in the system"
    AGENCY = "agency", "My agency"
    RESTRICTED = "restricted", "Restricted"


class MatchRule(TextChoices):
    """Why two businesses look like one (BR-12)."""

    FEIN = "fein", "same FEIN and same address"
    NAME = "name", "similar name in the same town"
    PHONE = "phone", "same telephone in the same town"
    WEB = "web", "same website in the same town"


class ImportField(TextChoices):
    """What a column of a list can be."""

    NAME = "name", "Name of the business"
    TOWN = "town", "Town"
    STATE = "state", "State"
    ZIP = "zip_code", "ZIP code"
    ADDRESS = "address", "Street address"
    ALIAS = "alias", "Trading name (DBA)"
    NAICS = "naics", "NAICS code"
    EMPLOYEES = "employees", "Number of employees"
    FEIN = "fein", "FEIN"
    PHONE = "phone", "Telephone"
    WEBSITE = "website", "Website"
    ROW_ID = "row_id", "The list's own number of the row"


IMPORT_SYNONYMS: dict[str, tuple[str, ...]] = {
    ImportField.NAME: (
        "businessname", "name", "legalname", "companyname", "company", "business", "employer", "employername",
        "facilityname", "establishment", "organization",
    ),
    ImportField.TOWN: ("cityraw", "city", "town", "municipality", "cityname", "citytown", "cityortown"),
    ImportField.STATE: ("state", "st", "statecode"),
    ImportField.ZIP: ("zip", "zipcode", "zip5", "postalcode", "postcode"),
    ImportField.ADDRESS: ("address", "address1", "street", "streetaddress", "physicaladdress", "addressline1"),
    ImportField.ALIAS: ("dba", "dbaname", "doingbusinessasname", "doingbusinessas", "tradename", "tradingname", "alias"),
    ImportField.NAICS: ("naics", "naicscode", "naics6", "primarynaics", "naicscodes"),
    ImportField.EMPLOYEES: (
        "employees", "jobsretained", "jobsreported", "jobs", "employeecount", "numberofemployees", "headcount",
    ),
    ImportField.FEIN: ("fein", "ein", "taxid", "federalid"),
    ImportField.PHONE: ("phone", "telephone", "phonenumber", "dayphn", "businessphone"),
    ImportField.WEBSITE: ("website", "url", "web", "homepage"),
    ImportField.ROW_ID: ("rowid", "id", "recordid", "sourcekey", "licenseid", "licenseno", "cmsid", "ubi"),
}  # fmt: skip
"""Headers that lists use, in lower case without marks; the first that is found is taken."""


class ImportPhase(TextChoices):
    """What the worker does, or did last, with a list."""

    READ = "read", "Reading the workbook"
    CHECK = "check", "Checking every row"
    TAKE = "take", "Taking the rows"
    UNDO_CHECK = "undo_check", "Looking what can be undone"
    UNDO = "undo", "Undoing"


class MatchedPolicy(TextChoices):
    """What becomes of a row whose business is known from elsewhere (BR-12)."""

    FILL = "fill", "Use the known business, and fill in what is empty there"
    LINK = "link", "Use the known business as it is"
    ADD = "add", "Add it again as a new business"


class RowEffect(TextChoices):
    """What a row of a list did, or would do; every row is exactly one of these."""

    NEW = "new", "New"
    MATCHED = "matched", "Known from elsewhere"
    CHANGED = "changed", "Changed"
    UNCHANGED = "unchanged", "Unchanged"
    REJECTED = "rejected", "Not taken"


MAX_IMPORT_BYTES = 50 * 1024 * 1024
MAX_WORKBOOK_UNPACKED = 600 * 1024 * 1024
"""Bytes a workbook may declare to unpack to; more is refused unread."""
MAX_WORKBOOK_PARTS = 2_000
WORKBOOK_MEMORY = 1_536 * 1024 * 1024
"""Bytes of address space of the process that reads a workbook; what needs more is refused."""
WORKBOOK_SECONDS = 120
"""Processor time of that process."""
MAX_IMPORT_COLUMNS = 300
MAX_IMPORT_LINE = 500_000
"""Characters of one line of a list; a longer one is refused as one broken row."""
IMPORT_CHUNK = 2_000
"""Rows taken in one transaction: what a kill can cost, and how often progress shows."""
IMPORT_STALE_SECONDS = 30
"""After this silence of a worker its import is given to another."""
IMPORT_MAX_ATTEMPTS = 5
"""Starts without a chunk done, after which an import fails."""
IMPORT_FILE_DAYS = 7
"""How long the file of an unfinished import is kept."""


class LeadStart(TextChoices):
    """How somebody became the lead of a business (BR-15)."""

    TAKEN = "taken", "Took it; nobody held it"
    HANDED = "handed", "Accepted it"
    ASSIGNED = "assigned", "Assigned by a manager"


class LeadEnd(TextChoices):
    """How somebody's lead ended."""

    HANDED = "handed", "Handed over"
    ASSIGNED = "assigned", "Assigned to somebody else"
    ENDED = "ended", "Ended by a manager"
    MERGED = "merged", "Ended by a merge"


class ProposalKind(TextChoices):
    """Who proposes a change of lead: the lead offers it, or somebody asks for it."""

    OFFER = "offer", "Hand-over"
    REQUEST = "request", "Request"


class ProposalState(TextChoices):
    """Where a proposed change of lead stands."""

    OPEN = "open", "Waiting"
    ACCEPTED = "accepted", "Accepted"
    DECLINED = "declined", "Declined"
    WITHDRAWN = "withdrawn", "Withdrawn"
    EXPIRED = "expired", "Expired"
    OVERTAKEN = "overtaken", "Overtaken by another change"


class OutreachKind(TextChoices):
    """What somebody other than the lead did or plans."""

    STEP = "step", "Planned next step"
    SERVICE = "service", "Planned service"
    CONTACT = "contact", "Contact"
    MESSAGE = "message", "Message to the lead"


PROPOSAL_DAYS = 14
"""How long a proposed change of lead waits."""
MESSAGE_DAYS = 14
"""How long a message to the lead stands for the reason of what is planned (BR-15)."""
MAX_LEADS_ASSIGNED = 5_000
"""Businesses that one bulk assignment takes."""

BULK_CAP = 10_000
"""Businesses one change may touch."""
BULK_AT_ONCE = 500
"""Businesses changed while the person waits; more go to the worker."""
BULK_CHUNK = 500
EXPORT_ROWS = 10_000
"""Rows of a list's file without the permission to export the whole system."""
MAX_TAGS = 500
MAX_VIEWS = 100
"""Saved views of one person."""


class PairState(TextChoices):
    """What was decided about two businesses that may be one."""

    WAITING = "waiting", "Waiting"
    UNDECIDED = "undecided", "Undecided"
    DISTINCT = "distinct", "Not the same"
    LOCATION = "location", "Locations of one employer"


class PairStrength(TextChoices):
    """How sure it is that two businesses are one."""

    LIKELY = "likely", "Likely"
    POSSIBLE = "possible", "Possible"
    FLAGGED = "flagged", "Flagged by a person"


PAIR_LIKELY = 0.6
"""From this probability on a pair is likely; what is below is possible."""
MATCH_PAGE = 20_000
"""Businesses read in one transaction when all are compared."""
MATCH_STALE_SECONDS = 900
"""After this silence of a worker its search for duplicates is given to another."""
MATCH_MAX_ATTEMPTS = 3
SEARCHES_A_MINUTE = 240
"""Searches as you type of one person: four a second, all the time, are nobody's typing."""
FEINS_AN_HOUR = 120
"""Different FEINs that a person who does not see them may look for: more than anybody types in, too few to guess one."""


COMPANY_WORDS = frozenset({
    "inc", "incorporated", "llc", "corp", "corporation", "co", "company", "ltd", "limited", "lp", "llp",
    "pllc", "pc", "plc", "the", "and", "of",
})  # fmt: skip
"""Words of a name that do not tell one company from another: legal forms and articles."""
