"""Choices of interactions and services."""

from django.db.models import TextChoices


class Mode(TextChoices):
    """How a contact happened (BR-16)."""

    IN_PERSON_BUSINESS = "in_person_business", "In person at the business"
    IN_PERSON_CENTER = "in_person_center", "In person at a center"
    PHONE = "phone", "Phone call"
    VIDEO = "video", "Conference or video call"
    GROUP = "group", "Group presentation or event"
    EMAIL = "email", "E-mail exchange"
    MAILING = "mailing", "Mail or mass mailing"
    VOICEMAIL = "voicemail", "Voicemail or no answer"
    WEB = "web", "Web form"
    OTHER = "other", "Other"


DIRECT_CONTACT_MODES = frozenset({Mode.IN_PERSON_BUSINESS, Mode.IN_PERSON_CENTER, Mode.PHONE, Mode.VIDEO, Mode.GROUP})
"""BR-17: direct contact."""

ORIENTATION_MODES = DIRECT_CONTACT_MODES
"""BR-20a and BR-22: in person, conference call (phone or video), group presentation."""


class Visibility(TextChoices):
    """Who may read the content (BR-3); counts include every class."""

    SHARED = "shared", "Everyone in the system"
    AGENCY = "agency", "My agency"
    TEAM = "team", "The people who took part, and their managers"
    RESTRICTED = "restricted", "Restricted"


class ServiceStatus(TextChoices):
    """Where a service stands (BR-18)."""

    PLANNED = "planned", "Planned"
    IN_PROGRESS = "in_progress", "In progress"
    COMPLETED = "completed", "Completed"
    CANCELLED = "cancelled", "Cancelled"


class Assisted(TextChoices):
    """Who did the work (BR-18)."""

    STAFF = "staff", "Staff-assisted"
    SELF = "self", "Self-service"


COUNTED_STATUSES = (ServiceStatus.IN_PROGRESS, ServiceStatus.COMPLETED)


class OrientationOutcome(TextChoices):
    """What an orientation turned out to be for one business (BR-20)."""

    QUALIFYING = "qualifying", "Qualifying orientation"
    PARTIAL = "partial", "Partial overview"
    OUTREACH = "outreach", "General outreach"


MAX_BUSINESSES_PER_INTERACTION = 500
MAX_NOTE_CHARACTERS = 20_000
MAX_DURATION_MINUTES = 24 * 60
MAX_SERVICES_PER_INTERACTION = 40
EARLIEST_YEAR = 2000
FOLLOW_UP_HORIZON_YEARS = 5

VISIBILITY_FROM_WIDEST = (Visibility.SHARED, Visibility.AGENCY, Visibility.TEAM, Visibility.RESTRICTED)
"""BR-5: from left to right a class narrows."""

LAYOFF_CATEGORIES = frozenset({"RRD", "PLR"})
"""BR-14: the federal categories a closed business still accepts."""

CLOSED_BUSINESS_MONTHS = 12
"""BR-14: for so long after closing."""


def narrower(first: str, second: str) -> str:
    """The narrower of two visibility classes."""
    return max(first, second, key=VISIBILITY_FROM_WIDEST.index)
