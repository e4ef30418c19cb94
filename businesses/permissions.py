"""Rules about one object: what of a business this actor may read."""

from typing import TYPE_CHECKING

from bizworks.tenancy.actor import Actor
from bizworks.tenancy.policy import Permission
from businesses.constants import Scheme, Sharing, Source

if TYPE_CHECKING:
    from businesses.models import SavedView

UC_SCHEMES = (Scheme.UI_ACCOUNT, Scheme.REPORTING_UNIT)


def may_see_fein(actor: Actor, *, source: str, recorded_by_agency_id: int | None) -> bool:
    """Whether a FEIN is shown in full: to state staff, and to the agency that recorded it.

    One that came from the unemployment agency needs the permission for its values as well (BR-6).
    """
    if source == Source.UC and not actor.may(Permission.SEE_UC_VALUES):
        return False
    recorded_it = recorded_by_agency_id is not None and recorded_by_agency_id == actor.agency_id
    return actor.may(Permission.SEE_FEIN) or recorded_it


def may_see_value(actor: Actor, *, source: str) -> bool:
    """Whether a value with this source is shown; UC-sourced ones are restricted (BR-4)."""
    return source != Source.UC or actor.may(Permission.SEE_UC_VALUES)


def may_see_identifier(actor: Actor, *, scheme: str, source: str) -> bool:
    """Whether a number of another system is shown: those of the unemployment agency to state staff only (BR-6)."""
    return may_see_value(actor, source=source) and (scheme not in UC_SCHEMES or actor.may(Permission.SEE_UC_VALUES))


def may_void_stage(actor: Actor, *, agency_id: int, recorded_by_id: int) -> bool:
    """Whether the actor may void a stage: who recorded it, colleagues of that agency, and managers (BR-5, BR-37)."""
    if actor.staff_id is None or not actor.may(Permission.EDIT_BUSINESSES):
        return False
    own = recorded_by_id == actor.staff_id or agency_id == actor.agency_id
    return own or actor.may(Permission.EDIT_ANY_INTERACTION)


def may_lead(actor: Actor) -> bool:
    """Whether the actor is somebody who can hold the relationship with a business: who logs contacts, in person."""
    return actor.staff_id is not None and actor.may(Permission.LOG_INTERACTION)


def may_manage_leads(actor: Actor, *, region_id: int | None) -> bool:
    """Whether the actor decides about leads in a region: its managers, and managers of the whole system (BR-15)."""
    if not (may_lead(actor) and actor.may(Permission.EDIT_ANY_INTERACTION)):
        return False
    return not actor.region_ids or region_id in actor.region_ids


def works_in(actor: Actor, *, region_id: int | None) -> bool:
    """Whether a region, or the whole system, is the actor's own ground."""
    return not actor.region_ids or region_id in actor.region_ids


def may_change_view(actor: Actor, view: "SavedView") -> bool:
    """Whether a saved view may be renamed, shared otherwise or deleted: by its owner; a shared one by who manages lists."""
    return view.owner_id == actor.staff_id or (view.sharing != Sharing.PRIVATE and actor.may(Permission.MANAGE_LISTS))


AUDIT_COLUMNS: dict[str, tuple[str, dict[str, str]]] = {
    "businesses_employer": ("name", {"fein": Permission.SEE_FEIN}),
    "businesses_business": (
        """employer name alias address town municipality county state zip_code area region sector status closed_on
        size_band phone website merged_into area_override area_override_reason recorded_by""",
        {"naics": Permission.SEE_UC_VALUES, "employees": Permission.SEE_UC_VALUES},
    ),
    "businesses_businessidentifier": ("business scheme source", {"value": Permission.SEE_UC_VALUES}),
    "businesses_contact": (
        "business name role title is_key_representative phone email do_not_contact left_on",
        {},
    ),
    "businesses_businessstage": (
        "business agency recorded_by",
        dict.fromkeys(
            ("stage", "began_on", "source", "note", "visibility", "voided_at", "voided_by", "void_reason"),
            Permission.READ_RESTRICTED,
        ),
    ),
    "businesses_confirmedmatch": ("business other rule reason decided_by", {}),
    "businesses_businessmerge": ("survivor absorbed note merged_by merged_at undone_by undone_at", {}),
    "businesses_lead": ("business region staff agency backup started_on ended_on how end decided_by", {}),
    "businesses_leadproposal": ("business region kind proposed proposed_by state expires_on decided_by", {}),
    "businesses_teammember": ("business staff agency part started_on ended_on added_by ended_by", {}),
    "businesses_outreach": ("business lead staff agency kind on", {}),
    "businesses_duplicatepair": ("left right state flagged_by decided_by note moved", {}),
    "businesses_matchrun": ("state requested_by pairs_found pairs_new changed_since", {}),
    "businesses_importbatch": (
        "source_name file_name state rows_new rows_matched rows_changed rows_rejected requested_by undone_at undone_by",
        {},
    ),
    "businesses_tag": ("name look is_retired created_by", {}),
    "businesses_businesstag": ("business tag added_by", {}),
    "businesses_bulkchange": ("action tag lead selected changed state requested_by undoes", {}),
    "businesses_savedview": ("name owner sharing parameters", {}),
    "businesses_listexport": ("file_name format parameters sort columns total state requested_by downloads", {}),
}
"""What the audit trail shows of our tables: names to every reader (BR-2), and what needs a permission (BR-4, BR-6).

A value that may have come from the unemployment agency needs its permission whatever its source was then.
"""
