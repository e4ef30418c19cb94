"""How django-allauth behaves here: nobody signs up, people are invited."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class InvitationOnlyAdapter(DefaultAccountAdapter):
    """Closes public sign-up; an invitation makes the account (`directory.services.invitation_accept`)."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        return False
