"""Who acts: user, role and tenant in one frozen object, made once per request or task."""

from dataclasses import dataclass, field

from bizworks.core.errors import NotAllowedError
from bizworks.tenancy.policy import ROLE_PERMISSIONS, Permission, Role


class _Can:
    """Lets a template ask `actor.can.log_interaction`."""

    def __init__(self, permissions: frozenset[str]) -> None:
        self._permissions = permissions

    def __getattr__(self, name: str) -> bool:
        if name not in Permission.values:
            raise AttributeError(f"No permission is named {name!r}; see bizworks.tenancy.policy.Permission.")
        return name in self._permissions


@dataclass(frozen=True)
class Actor:
    """A person (or the system itself) acting in one tenant.

    `staff_id` is the directory's StaffMember; `region_ids` are the regions of a representative or
    manager (empty = all). `scopes` narrows an API token; None = a person at the pages.
    """

    tenant_id: int
    user_id: int | None = None
    staff_id: int | None = None
    name: str = ""
    email: str = ""
    role: str = ""
    agency_id: int | None = None
    agency_name: str = ""
    region_ids: frozenset[int] = frozenset()
    permissions: frozenset[str] = field(default_factory=frozenset)
    token_id: int | None = None
    time_zone: str = "UTC"

    @property
    def role_label(self) -> str:
        """The role's name for people."""
        return str(Role(self.role).label) if self.role in Role.values else "System"

    @property
    def can(self) -> _Can:
        """Permission questions for templates."""
        return _Can(self.permissions)

    def may(self, permission: str) -> bool:
        """Tell whether the permission is held."""
        return permission in self.permissions

    def require(self, permission: str) -> None:
        """Raise NotAllowedError, naming the permission in words, unless it is held."""
        if permission not in self.permissions:
            raise NotAllowedError(f"Your role does not include: {Permission(permission).label.lower()}.")


def permissions_for(role: str) -> frozenset[str]:
    """List what a role may do; an unknown role may do nothing."""
    return ROLE_PERMISSIONS.get(role, frozenset())


def system_actor(tenant_id: int) -> Actor:
    """Make the actor for commands and tasks that no person started; holds every permission."""
    return Actor(tenant_id=tenant_id, name="bizworks", permissions=frozenset(Permission.values))
