"""Make a platform operator."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from bizworks.accounts.services import operator_create
from bizworks.core.errors import BusinessRuleError


class Command(BaseCommand):
    """`manage.py create_operator EMAIL [--name NAME]`: prints a link where the operator chooses a password.

    Operators look after the platform; they see no content of any tenant.
    """

    help = "Make a platform operator (no tenant, no tenant's content); prints a link to choose a password."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the address and the name."""
        parser.add_argument("email")
        parser.add_argument("--name", default="", help="As shown on the pages; default: the address.")

    def handle(self, *args: Any, email: str, name: str, **options: Any) -> None:
        """Make the account."""
        try:
            user, link = operator_create(email=email, name=name or email)
        except BusinessRuleError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Operator {user.email} can sign in after choosing a password here:\n{link}")
