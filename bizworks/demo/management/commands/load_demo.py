"""Load the demonstration tenants; everything in them is fictitious and says so."""

import random
import time
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from bizworks.accounts.models import User
from bizworks.demo.businesses import DemoDirectory
from bizworks.demo.duplicates import make_duplicates
from bizworks.demo.history import DemoHistory
from bizworks.demo.lists import make_lists
from bizworks.demo.names import person_name
from bizworks.demo.people import PASSWORD, TENANTS, DemoPerson, DemoTenant
from bizworks.demo.relationships import DemoRelationships
from bizworks.demo.stages import make_stages
from bizworks.directory.models import Agency, Region, StaffMember, StaffRegion
from bizworks.directory.selectors import profile, tenant_today
from bizworks.directory.services.presets import preset_apply, preset_read
from bizworks.tenancy.context import tenant_context
from bizworks.tenancy.models import Tenant
from bizworks.tenancy.policy import Role
from reporting.services.rebuild import counts_rebuild

COLLEAGUES_PER_AGENCY = 2


class Command(BaseCommand):
    """Makes each demo tenant once, whole or not at all; a second run finds them there and does nothing."""

    help = "Load the fictitious demonstration tenants (does nothing where they exist)."

    def handle(self, *args: Any, **options: Any) -> None:
        """Make what is missing."""
        for demo in TENANTS:
            if Tenant.objects.filter(slug=demo.slug).exists():
                continue
            started = time.monotonic()
            with transaction.atomic():
                businesses, services = self._make(demo)
            self.stdout.write(
                f"{demo.name}: {businesses:,} businesses, {services:,} services in {time.monotonic() - started:.1f} s"
            )

    def _make(self, demo: DemoTenant) -> tuple[int, int]:
        tenant = Tenant.objects.create(slug=demo.slug, name=demo.name, is_demo=True)
        preset_apply(tenant=tenant, preset=preset_read(demo.preset))
        with tenant_context(tenant.pk):
            for person in demo.people:
                self._person(tenant, demo.email(person), person)
            self._colleagues(tenant, demo)
            options, today = profile(), tenant_today()
            directory = DemoDirectory(state=options.state_codes[0], seed=demo.contacts, today=today)
            businesses = directory.make(demo.businesses)
            history = DemoHistory(
                businesses=businesses,
                agencies=demo.agencies,
                seed=demo.businesses,
                today=today,
                min_minutes=options.orientation_min_minutes,
            )
            services = history.make(demo.contacts)
            DemoRelationships(businesses=businesses, seed=demo.contacts, today=today).make()
            make_duplicates(businesses, seed=demo.contacts)
            make_stages(businesses, seed=demo.contacts, today=today)
            make_lists(businesses, seed=demo.contacts)
            counts_rebuild()
        return len(businesses), services

    def _person(self, tenant: Tenant, email: str, person: DemoPerson) -> None:
        user = User.objects.create_user(email, PASSWORD, name=person.name, tenant=tenant)
        staff = StaffMember.objects.create(
            user=user,
            name=person.name,
            title=person.title,
            role=person.role,
            agency=Agency.objects.get(code=person.agency),
        )
        for code in person.regions:
            StaffRegion.objects.create(staff=staff, region=Region.objects.get(code=code))

    def _colleagues(self, tenant: Tenant, demo: DemoTenant) -> None:
        """People who logged the history but cannot sign in: they have no password."""
        rng = random.Random(demo.slug)  # noqa: S311  invented names
        for agency in Agency.objects.filter(code__in=[plan.code for plan in demo.agencies]):
            for number in range(COLLEAGUES_PER_AGENCY):
                name = person_name(rng)
                user = User(email=f"{agency.code}.{number + 1}@{demo.slug}.example", name=name, tenant=tenant)
                user.set_unusable_password()
                user.save()
                StaffMember.objects.create(user=user, name=name, role=Role.REPRESENTATIVE, agency=agency)
