"""What the services take and give back: frozen, plain, the same for page, API, import and test."""

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID, uuid4

from businesses.constants import KEY_ROLES, ContactRole
from interactions.constants import Assisted, Visibility
from interactions.services.orientation import Judgement


@dataclass(frozen=True)
class ServiceData:
    """A service delivered (BR-18).

    Without dates it happened on the day of the contact; `is_ongoing` = no end yet; `status` empty =
    completed, or in progress while ongoing; `agency_id` empty = the actor's agency; `business_ids`
    empty = every business of the contact.
    """

    item_id: int
    agency_id: int | None = None
    status: str = ""
    started_on: date | None = None
    ended_on: date | None = None
    is_ongoing: bool = False
    assisted: str = Assisted.STAFF
    program: str = ""
    business_ids: tuple[int, ...] = ()


@dataclass(frozen=True)
class NewContactData:
    """A person met for the first time; becomes a contact of the business in the same act.

    `is_key_representative` None = by the role (BR-22).
    """

    business_id: int
    name: str
    role: str = ContactRole.STAFF
    is_key_representative: bool | None = None

    @property
    def is_key(self) -> bool:
        """Whether this person can speak for the business."""
        return self.role in KEY_ROLES if self.is_key_representative is None else self.is_key_representative


@dataclass(frozen=True)
class NoteData:
    """A note in one's own words; `obtained_on` empty = the day of the contact (BR-26)."""

    body: str
    visibility: str = Visibility.SHARED
    obtained_on: date | None = None


@dataclass(frozen=True)
class FollowUpData:
    """A next step; `assignee_id` empty = the actor."""

    text: str
    due_on: date | None
    assignee_id: int | None = None


@dataclass(frozen=True)
class InteractionData:
    """A contact as it happened (BR-16).

    `contact_ids` may belong to any of the businesses; `staff_ids` are colleagues besides the actor;
    `form_key` names this act of saving: the same key again returns the first result.
    `orientation_fallback` says what an orientation becomes for a business where it does not
    qualify: "partial" or "outreach"; empty = refuse to save (BR-20). `outreach_reason` says why what is
    planned goes on past the lead of a business (BR-15).
    """

    business_ids: tuple[int, ...]
    occurred_on: date | None
    mode: str
    form_key: UUID = field(default_factory=uuid4)
    subject: str = ""
    duration_minutes: int | None = None
    is_substantial: bool = False
    visibility: str = Visibility.SHARED
    contact_ids: tuple[int, ...] = ()
    new_contacts: tuple[NewContactData, ...] = ()
    services: tuple[ServiceData, ...] = ()
    slate_line_ids: tuple[int, ...] = ()
    orientation_fallback: str = ""
    note: NoteData | None = None
    follow_up: FollowUpData | None = None
    staff_ids: tuple[int, ...] = ()
    outreach_reason: str = ""


@dataclass(frozen=True)
class InteractionResult:
    """What one act of logging left behind; `is_new` is false when the same form was sent before."""

    interaction_id: int
    is_new: bool
    service_ids: tuple[int, ...]
    judgements: tuple[Judgement, ...] = ()
    days_late: int = 0


@dataclass(frozen=True)
class ServiceChange:
    """A correction of a service; `version` is the one that was read (lost updates are refused)."""

    version: int
    item_id: int
    agency_id: int
    status: str
    started_on: date | None
    ended_on: date | None
    is_ongoing: bool
    assisted: str
    program: str = ""


@dataclass(frozen=True)
class ImportRow:
    """One row of a file of services, as text; `number` is its line of data, from 1."""

    number: int
    cells: dict[str, str]


@dataclass(frozen=True)
class ImportReport:
    """What an import did: rows taken now, rows that were here already, and (row, reason) of the others."""

    taken: int
    known: int
    refused: tuple[tuple[ImportRow, str], ...] = ()
