"""Adding and changing a business."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import connection, transaction

from bizworks.core.errors import BusinessRuleError, StaleVersionError
from bizworks.directory.models import Area
from bizworks.directory.selectors import tenant_today
from bizworks.reference.selectors import PlaceIndex, naics_normalise
from bizworks.tenancy.actor import Actor
from bizworks.tenancy.policy import Permission
from bizworks.tenancy.tasks import hint_counts_changed
from businesses.constants import Source, Status
from businesses.models import Business, ConfirmedMatch, Employer
from businesses.selectors.matches import PossibleMatch, Typed, strong_matches
from businesses.services.checks import MAX_EMPLOYEES, Problems, website_normalise
from businesses.services.derivation import Derivation
from businesses.services.employers import employer_change, employer_for
from businesses.services.sent_forms import save_once
from businesses.validators import fein_normalise


@dataclass(frozen=True)
class BusinessData:
    """What is known of a business, as it was typed.

    `legal_name` empty = the business's own name. `fein` None = leave as it is; empty = none.
    `employer_id` = another location of that employer. `source` says where NAICS, employees and FEIN
    come from, if they are new or changed (BR-6). `confirmed_reason` = why it is none of the businesses that
    look like it (BR-12). `form_key` names this act of adding: the same key again returns the first result.
    """

    name: str
    town: str
    state: str
    alias: str = ""
    legal_name: str = ""
    address: str = ""
    zip_code: str = ""
    naics: str = ""
    status: str = Status.ACTIVE
    closed_on: date | None = None
    employees: int | None = None
    fein: str | None = None
    phone: str = ""
    website: str = ""
    source: str = Source.STAFF
    area_override_id: int | None = None
    area_override_reason: str = ""
    employer_id: int | None = None
    confirmed_reason: str = ""
    form_key: UUID | None = None


class PossibleDuplicateError(BusinessRuleError):
    """Businesses are known that look like the same; `matches` names them. Saving needs `confirmed_reason`."""

    def __init__(self, matches: list[PossibleMatch]) -> None:
        """Keep the matches for the page to show, and their ids for a program."""
        self.matches = matches
        names = ", ".join(f"{match.business.name} ({match.business.place})" for match in matches[:3])
        super().__init__(
            {"confirmed_reason": [f"This looks like a duplicate of {names}. To save it, say why it is not."]}
        )
        self.extra = {
            "matches": [
                {"id": m.business.pk, "name": m.business.name, "rule": m.rule, "reason": m.reason} for m in matches
            ]
        }


ADDING_LOCK = 7_219_453
"""First key of the advisory lock "one adds a business to this tenant"; the second is the tenant."""
_TEXTS = ("name", "alias", "address", "town", "state", "zip_code", "phone", "website", "area_override_reason")
MAX_MATCHES = 5
_REQUIRED = {
    "name": "Give the name of the business.",
    "town": "Give the town the business lies in.",
    "state": "Choose the state.",
}


def business_create(*, actor: Actor, data: BusinessData) -> Business:
    """Add a business; its area, region and sector are derived (BR-10, BR-11).

    Past strong matches it is saved only with a reason, which is kept with who gave it and the matches (BR-12).
    Errors: NotAllowedError; BusinessRuleError by input name; PossibleDuplicateError without a reason.
    Locks: additions of the tenant wait for each other, so that the same business sent twice at once
    finds itself. Queries: about 30, the places of one state among them.
    """
    actor.require(Permission.EDIT_BUSINESSES)
    _check_source(actor, data)
    return save_once(actor=actor, form_key=data.form_key, model=Business, save=lambda: _add(actor, data))


def _add(actor: Actor, data: BusinessData) -> Business:
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s, %s)", [ADDING_LOCK, actor.tenant_id])
    business = Business(recorded_by_id=actor.staff_id)
    fein = _fill(business, data, needs_naics=True)
    name, reason = _legal_name(data, business), _confirmed_reason(data)
    matches = strong_matches(_typed(business, fein, data.employer_id), limit=MAX_MATCHES)
    if matches and not reason:
        raise PossibleDuplicateError(matches)
    business.employer = (
        employer_for(actor=actor, name=name, fein=fein or "", source=data.source)
        if data.employer_id is None
        else _known_employer(data.employer_id)
    )
    business.save(force_insert=True)
    ConfirmedMatch.objects.bulk_create(
        ConfirmedMatch(
            business=business, other=match.business, rule=match.rule, reason=reason, decided_by_id=actor.staff_id
        )
        for match in matches
    )
    return business


def _typed(business: Business, fein: str | None, employer_id: int | None) -> Typed:
    names = ("name", "alias", "address", "town", "phone", "website", "municipality_id")
    return Typed(fein=fein or "", employer_id=employer_id, **{name: getattr(business, name) for name in names})


def _confirmed_reason(data: BusinessData) -> str:
    problems = Problems()
    clean = problems.texts(ConfirmedMatch, {"reason": data.confirmed_reason}, reason="confirmed_reason")
    problems.raise_if_any()
    return clean["reason"]


def _check_source(actor: Actor, data: BusinessData) -> None:
    """Only who may see values of the unemployment agency may say that something came from it (BR-6)."""
    if data.source == Source.UC and not actor.may(Permission.SEE_UC_VALUES):
        raise BusinessRuleError({"source": ["Your role does not record values of the unemployment agency."]})


def _known_employer(employer_id: int) -> Employer:
    """The employer a location is added to. Errors: BusinessRuleError, also for a stranger's. Queries: 1."""
    found = Employer.objects.filter(pk=employer_id).first()
    if found is None:
        raise BusinessRuleError({"employer_id": ["There is no such employer."]})
    return found


def business_update(*, actor: Actor, business_id: int, version: int, data: BusinessData) -> Business:
    """Change a business as it was at `version`; the whole of it is given, empty means empty.

    Errors: NotAllowedError; DoesNotExist; StaleVersionError if someone changed it since;
    BusinessRuleError by input name. Locks the row. Queries: about 25.
    """
    actor.require(Permission.EDIT_BUSINESSES)
    _check_source(actor, data)
    with transaction.atomic():
        business = Business.objects.select_for_update().get(pk=business_id)
        if business.version != version:
            raise StaleVersionError("Someone else changed this business since you opened it.")
        if business.status == Status.MERGED:
            raise BusinessRuleError("This business was merged into another and cannot be changed.")
        fein = _fill(business, data, needs_naics=business.naics_id is not None)
        name = _legal_name(data, business)
        employer_change(actor=actor, business=business, name=name, fein=fein, source=data.source)
        business.version += 1
        business.save(force_update=True)
        hint_counts_changed()
    return business


def _legal_name(data: BusinessData, business: Business) -> str:
    problems = Problems()
    clean = problems.texts(Employer, {"name": data.legal_name}, name="legal_name")
    problems.raise_if_any()
    return clean["name"] or business.name


def _fill(business: Business, data: BusinessData, *, needs_naics: bool) -> str | None:
    """Check everything, write it into the business (unsaved), derive the rest; returns the FEIN's digits."""
    problems = Problems()
    clean = problems.texts(Business, {name: getattr(data, name) for name in _TEXTS})
    problems.required(clean, _REQUIRED)
    naics = _naics(problems, data.naics, needed=needs_naics)
    fein = _fein(problems, data.fein)
    _check_rest(problems, data, clean)
    before = (business.naics_id, business.employees)
    for name, value in clean.items():
        setattr(business, name, value)
    business.naics_id, business.employees = naics, data.employees
    business.status, business.closed_on = data.status, data.closed_on if data.status == Status.CLOSED else None
    business.area_override_id = data.area_override_id
    if before[0] != naics:
        business.naics_source = data.source if naics else ""
    if before[1] != data.employees:
        business.employees_source = data.source if data.employees is not None else ""
    if not {"town", "state", "zip_code"} & problems.errors.keys():
        _locate(problems, business)
    problems.raise_if_any()
    Derivation(tenant_today()).apply(business)
    return fein


def _naics(problems: Problems, text: str, *, needed: bool) -> str | None:
    code, remark = naics_normalise(text[:100])
    if remark:
        problems.add("naics", remark)
    elif code is None and needed:
        problems.add("naics", "Give the NAICS code of the industry, two digits at least.")
    return code


def _fein(problems: Problems, text: str | None) -> str | None:
    try:
        return fein_normalise(text) if text and text.strip() else text and ""
    except ValueError as error:
        problems.add("fein", str(error))
        return None


def _check_rest(problems: Problems, data: BusinessData, clean: dict[str, str]) -> None:
    """Status, employees, website, source and the area set by hand."""
    if data.status not in Status.values or data.status == Status.MERGED:
        problems.add("status", "Choose one of the statuses.")
    elif data.status == Status.CLOSED and data.closed_on is None:
        problems.add("closed_on", "Say when it closed.")
    if data.employees is not None and not 0 <= data.employees <= MAX_EMPLOYEES:
        problems.add("employees", f"Give a number from 0 to {MAX_EMPLOYEES:,}.")
    if data.source not in Source.values:
        problems.add("source", "Choose where this comes from.")
    try:
        clean["website"] = website_normalise(clean["website"])
    except ValueError as error:
        problems.add("website", str(error))
    if data.area_override_id is None:
        clean["area_override_reason"] = ""
    elif not Area.objects.in_force(tenant_today()).filter(pk=data.area_override_id).exists():
        problems.add("area_override", "Choose one of the areas in force today.")
    elif not clean["area_override_reason"]:
        problems.add("area_override_reason", "Say why the area is set by hand.")


def _locate(problems: Problems, business: Business) -> None:
    """Find town and county of the address; an unknown place needs an area set by hand."""
    index = PlaceIndex.load([business.state])
    place = index.resolve(state=business.state, town=business.town, zip_code=business.zip_code)
    business.municipality_id, business.county_id = place.municipality_id, place.county_fips
    if business.zip_code and place.zip_code is None:
        problems.add("zip_code", "A ZIP code has five digits.")
    business.zip_code = place.zip_code or ""
    if not place.how and business.area_override_id is None:
        problems.add("town", f"{place.problem} Correct it, or set the area by hand and say why.")
