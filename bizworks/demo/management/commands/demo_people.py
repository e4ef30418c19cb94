"""Print who can sign in to the demonstration, one per line: e-mail, role, tenant."""

from typing import Any

from django.core.management.base import BaseCommand

from bizworks.demo.people import PASSWORD, TENANTS
from bizworks.tenancy.models import Tenant
from bizworks.tenancy.policy import Role


class Command(BaseCommand):
    """Reads; prints nothing when no demo tenant is loaded."""

    help = "Print the demonstration's people and their password."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print a tab-separated line per person, then the password."""
        present = set(Tenant.objects.filter(is_demo=True).values_list("slug", flat=True))
        people = [(t, p) for t in TENANTS if t.slug in present for p in t.people]
        for tenant, person in people:
            self.stdout.write(f"{tenant.email(person)}\t{Role(person.role).label}\t{tenant.name}")
        if people:
            self.stdout.write(f"password\t{PASSWORD}")
