"""Making a tenant: the row, its map, and the invitation of its first administrator."""

from dataclasses import dataclass
from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.validators import validate_slug
from django.db import transaction

from bizworks.core.errors import BusinessRuleError
from bizworks.directory.models import Agency, TenantProfile
from bizworks.directory.services.invitations import invitation_create
from bizworks.directory.services.presets import Preset, preset_apply, preset_read
from bizworks.tenancy.actor import system_actor
from bizworks.tenancy.context import tenant_context
from bizworks.tenancy.models import Tenant
from bizworks.tenancy.policy import Role


@dataclass(frozen=True)
class NewTenant:
    """A tenant just made, and the link by which its first administrator gets in."""

    tenant: Tenant
    link: str


def preset_find(name: str) -> Preset:
    """Read a packaged preset by its name, or a file of the same format by its path. Errors: PresetError."""
    path = Path(name)
    return preset_read(path.stem, directory=path.parent) if path.suffix == ".yaml" else preset_read(name)


@transaction.atomic
def tenant_create(
    *, slug: str, name: str, preset: Preset | None, admin_email: str, admin_name: str, state: str = ""
) -> NewTenant:
    """Make a tenant, give it a map and invite its first administrator; all or nothing.

    Without a preset the map is empty but for one agency of the tenant's own name. Errors:
    BusinessRuleError (slug, name, state, email), PresetError. Queries: those of the preset and 10.
    """
    errors = {} if name.strip() else {"name": ["Give the tenant's name."]}
    try:
        validate_slug(slug)
    except ValidationError as error:
        errors["slug"] = error.messages
    if Tenant.objects.filter(slug=slug).exists():
        errors["slug"] = [f"There is a tenant “{slug}” already."]
    if preset is None and len(state) != 2:
        errors["state"] = ["Without a preset, give the state: two letters."]
    if errors:
        raise BusinessRuleError(errors)
    tenant = Tenant.objects.create(slug=slug, name=name.strip())
    with tenant_context(tenant.pk):
        if preset is not None:
            preset_apply(tenant=tenant, preset=preset)
        else:
            TenantProfile.objects.create(state_codes=[state.upper()])
        agency = Agency.objects.order_by("pk").first() or Agency.objects.create(code="own", name=tenant.name)
        _, link = invitation_create(
            actor=system_actor(tenant.pk), email=admin_email, name=admin_name, role=Role.ADMIN, agency=agency
        )
    return NewTenant(tenant, link)
