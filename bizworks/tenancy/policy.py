"""The one policy place: which role may do what.

Object rules (may this actor read this note?) are pure functions in each app's `permissions.py`;
they build on the permissions named here.
"""

from django.db.models import TextChoices


class Role(TextChoices):
    """What a person is in a tenant; one role per person."""

    REPRESENTATIVE = "representative", "Business service representative"
    MANAGER = "manager", "Regional manager"
    STATE = "state", "State staff"
    ADMIN = "admin", "Tenant administrator"
    PARTNER = "partner", "Read-only partner"


class Permission(TextChoices):
    """Everything a role can be allowed; templates read them as `actor.can.<name>`."""

    VIEW_BUSINESSES = "view_businesses", "See the directory of businesses"
    EDIT_BUSINESSES = "edit_businesses", "Add and change businesses and contacts"
    IMPORT_BUSINESSES = "import_businesses", "Import lists of businesses"
    MERGE_BUSINESSES = "merge_businesses", "Merge records of the same business, and undo it"
    LOG_INTERACTION = "log_interaction", "Log contacts and services"
    EDIT_ANY_INTERACTION = "edit_any_interaction", "Correct or void what others of the region or agency logged"
    EXPORT_LISTS = "export_lists", "Take lists of businesses out as files"
    MANAGE_LISTS = "manage_lists", "Share lists with everyone; rename, merge and retire tags"
    VIEW_DASHBOARD = "view_dashboard", "Open dashboards and the businesses behind each number"
    EXPORT_DATA = "export_data", "Export row-level data of the whole system"
    READ_RESTRICTED = "read_restricted", "Read restricted records"
    SEE_FEIN = "see_fein", "See federal employer numbers unmasked"
    SEE_UC_VALUES = "see_uc_values", "See values obtained from the unemployment agency"
    MANAGE_DIRECTORY = "manage_directory", "Change regions, areas, agencies, catalog, slates, sectors and labels"
    MANAGE_STAFF = "manage_staff", "Invite people and set their roles"
    MANAGE_TOKENS = "manage_tokens", "Issue and revoke API tokens"
    VIEW_AUDIT = "view_audit", "Read the audit trail"


_READ = {Permission.VIEW_BUSINESSES, Permission.VIEW_DASHBOARD}
_WORK = _READ | {Permission.EDIT_BUSINESSES, Permission.LOG_INTERACTION, Permission.EXPORT_LISTS}
_MANAGE = _WORK | {
    Permission.EDIT_ANY_INTERACTION,
    Permission.IMPORT_BUSINESSES,
    Permission.MERGE_BUSINESSES,
    Permission.MANAGE_LISTS,
}

ROLE_PERMISSIONS: dict[str, frozenset[str]] = {
    Role.PARTNER: frozenset(_READ),
    Role.REPRESENTATIVE: frozenset(_WORK),
    Role.MANAGER: frozenset(_MANAGE),
    Role.STATE: frozenset(
        _MANAGE
        | {
            Permission.EXPORT_DATA,
            Permission.READ_RESTRICTED,
            Permission.SEE_FEIN,
            Permission.SEE_UC_VALUES,
            Permission.VIEW_AUDIT,
        }
    ),
    Role.ADMIN: frozenset(
        _READ
        | {
            Permission.EDIT_BUSINESSES,
            Permission.IMPORT_BUSINESSES,
            Permission.MERGE_BUSINESSES,
            Permission.MANAGE_LISTS,
            Permission.MANAGE_DIRECTORY,
            Permission.MANAGE_STAFF,
            Permission.MANAGE_TOKENS,
            Permission.VIEW_AUDIT,
        }
    ),
}
