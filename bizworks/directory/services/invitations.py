"""How people get in: by an invitation that is accepted once, within seven days."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from smtplib import SMTPException

from django.conf import settings
from django.core import signing
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage, get_connection
from django.core.validators import validate_email
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from bizworks.accounts.selectors import email_in_use
from bizworks.accounts.services import account_create
from bizworks.core.errors import BusinessRuleError
from bizworks.directory.models import Agency, Invitation, Region, StaffMember, StaffRegion
from bizworks.tenancy.actor import Actor
from bizworks.tenancy.context import tenant_context
from bizworks.tenancy.models import Tenant
from bizworks.tenancy.policy import Permission, Role

logger = logging.getLogger(__name__)
VALID_DAYS = 7
MAIL_TIMEOUT_SECONDS = 10
NOT_THIS_ADDRESS = (
    "This address cannot be invited. If the person is in the list of people here, change their role there;"
    " otherwise use another address."
)
_SALT = "directory.invitation"


@dataclass(frozen=True)
class InvitationClaim:
    """What a link says of itself, its signature being right; only the row decides whether it still holds."""

    tenant_id: int
    invitation_id: int
    expires: int
    """Unix time; a link sent before the last renewal names an earlier one."""


def invitation_link(invitation: Invitation) -> str:
    """Make the address that accepts an invitation; it changes when the invitation is renewed.

    The key stands in the query, which our log never shows. Queries: 0.
    """
    claim = [invitation.tenant_id, invitation.pk, int(invitation.expires_at.timestamp())]
    token = signing.dumps(claim, salt=_SALT, compress=False)
    return f"{settings.BASE_URL.rstrip('/')}{reverse('directory:invitation_accept')}?key={token}"


def invitation_claim(token: str) -> InvitationClaim | None:
    """Read a link; None if we did not sign it. Queries: 0."""
    try:
        return InvitationClaim(*signing.loads(token, salt=_SALT))
    except (signing.BadSignature, TypeError, ValueError):
        return None


@transaction.atomic
def invitation_create(
    *, actor: Actor, email: str, name: str, role: str, agency: Agency | None, regions: Sequence[Region] = ()
) -> tuple[Invitation, str]:
    """Invite someone; returns the invitation and its link, and mails the link after commit.

    An address that signs in anywhere is refused in the same words whether here or in another tenant
    (BR-1). Errors: NotAllowedError, BusinessRuleError (email, name, role, agency). Queries: 4.
    """
    actor.require(Permission.MANAGE_STAFF)
    email = email.strip().lower()
    errors = _problems(email=email, name=name, role=role, agency=agency)
    if not errors and email_in_use(email):
        errors["email"] = [NOT_THIS_ADDRESS]
    if not errors and Invitation.objects.filter(email=email, **_OPEN, expires_at__gt=timezone.now()).exists():
        errors["email"] = ["An invitation to this address is open already. Send it again from the list."]
    if errors:
        raise BusinessRuleError(errors)
    invitation = Invitation.objects.create(
        email=email,
        name=name.strip(),
        role=role,
        agency=agency,
        region_ids=sorted(region.pk for region in regions),
        invited_by_id=actor.user_id,
        expires_at=timezone.now() + timedelta(days=VALID_DAYS),
    )
    return invitation, _send(actor, invitation)


_OPEN = {"accepted_at": None, "withdrawn_at": None}


def _problems(*, email: str, name: str, role: str, agency: Agency | None) -> dict[str, list[str]]:
    errors: dict[str, list[str]] = {}
    try:
        validate_email(email)
    except ValidationError as error:
        errors["email"] = error.messages
    if not name.strip():
        errors["name"] = ["Give the person's name."]
    if role not in Role.values:
        errors["role"] = ["Choose a role."]
    if agency is None:
        errors["agency"] = ["Choose an agency."]
    return errors


def _send(actor: Actor, invitation: Invitation) -> str:
    link = invitation_link(invitation)
    tenant = Tenant.objects.get(pk=invitation.tenant_id)
    context = {"invitation": invitation, "link": link, "tenant": tenant, "inviter": actor.name, "days": VALID_DAYS}
    subject = f"Your invitation to {tenant.name} on bizworks".replace("\n", " ").replace("\r", " ")
    body = render_to_string("directory/email/invitation.txt", context)
    transaction.on_commit(partial(_deliver, subject, body, invitation.email), robust=True)
    return link


def _deliver(subject: str, body: str, address: str) -> None:
    """Mail after commit; a silent mail server costs at most ten seconds and a line in the log."""
    connection = get_connection(timeout=MAIL_TIMEOUT_SECONDS)
    try:
        EmailMessage(subject, body, to=[address], connection=connection).send()
    except (OSError, SMTPException) as error:
        logger.warning("The mail server did not take an invitation: %s.", type(error).__name__)


@transaction.atomic
def invitation_renew(*, actor: Actor, invitation_id: int) -> tuple[Invitation, str]:
    """Send an invitation again with a new link and seven new days; earlier links stop working.

    Locks: the row. Errors: NotAllowedError, DoesNotExist, BusinessRuleError (accepted or withdrawn).
    Queries: 3.
    """
    actor.require(Permission.MANAGE_STAFF)
    invitation = Invitation.objects.select_for_update().get(pk=invitation_id)
    if invitation.accepted_at or invitation.withdrawn_at:
        raise BusinessRuleError("This invitation is closed. Invite the person anew if that is needed.")
    invitation.expires_at = max(
        timezone.now() + timedelta(days=VALID_DAYS), invitation.expires_at + timedelta(seconds=1)
    )
    invitation.save(update_fields=["expires_at"])
    return invitation, _send(actor, invitation)


@transaction.atomic
def invitation_withdraw(*, actor: Actor, invitation_id: int) -> None:
    """Take an open invitation back; its links stop working at once. Errors: NotAllowedError. Queries: 1."""
    actor.require(Permission.MANAGE_STAFF)
    Invitation.objects.filter(pk=invitation_id, **_OPEN).update(withdrawn_at=timezone.now())


class InvitationClosedError(Exception):
    """A link that we made but that no longer opens; the message says why and what to do."""


def invitation_for_claim(claim: InvitationClaim) -> Invitation | None:
    """Find the invitation of a link; None as for a forged one. Call in its tenant's context. Queries: 1.

    Errors: InvitationClosedError if it was used, withdrawn, renewed or is too old.
    """
    invitation = Invitation.objects.select_related("agency").filter(pk=claim.invitation_id).first()
    if invitation is None:
        return None
    if invitation.accepted_at is not None:
        raise InvitationClosedError("This invitation was accepted already. Sign in with your e-mail and password.")
    if invitation.withdrawn_at is not None:
        raise InvitationClosedError("This invitation was withdrawn. Ask the person who invited you if that is wrong.")
    if invitation.expires_at <= timezone.now():
        raise InvitationClosedError("This invitation is too old. Ask the person who invited you to send it again.")
    if int(invitation.expires_at.timestamp()) != claim.expires:
        raise InvitationClosedError("A newer link was sent to you. Use the latest e-mail.")
    return invitation


@dataclass(frozen=True)
class OpenInvitation:
    """What an invited person is told before choosing a password."""

    claim: InvitationClaim
    name: str
    email: str
    tenant_name: str
    role: str
    agency: str


def invitation_open(token: str) -> OpenInvitation | None:
    """Open a link; None for one we did not make, of no tenant, or of a suspended one: all alike.

    Opens the tenant's context. Errors: InvitationClosedError. Queries: 3.
    """
    claim = invitation_claim(token)
    tenant = claim and Tenant.objects.filter(pk=claim.tenant_id, suspended_on=None).first()
    if not claim or not tenant:
        return None
    with tenant_context(tenant.pk):
        row = invitation_for_claim(claim)
        if row is None:
            return None
        return OpenInvitation(claim, row.name, row.email, tenant.name, row.get_role_display(), row.agency.name)


def invitation_accept(*, claim: InvitationClaim, password: str) -> StaffMember:
    """Make the invited person's account and place; the invitation is used up.

    Opens the tenant's context; the audit trail names the new person. Locks: the invitation. Errors:
    BusinessRuleError (password1; the whole act if the address is in use by now),
    InvitationClosedError, DoesNotExist. Queries: 9 and one per region.
    """
    with tenant_context(claim.tenant_id):
        Invitation.objects.select_for_update().get(pk=claim.invitation_id)
        invitation = invitation_for_claim(claim)
        if invitation is None:
            raise Invitation.DoesNotExist
        try:
            user = account_create(
                tenant_id=claim.tenant_id, email=invitation.email, name=invitation.name, password=password
            )
        except BusinessRuleError as error:
            if "email" in error.errors:
                raise BusinessRuleError(
                    "No account can be made for this address. Ask the person who invited you to use another."
                ) from error
            raise
        with tenant_context(claim.tenant_id, user_id=user.pk):
            staff = StaffMember.objects.create(
                user=user, name=invitation.name, role=invitation.role, agency=invitation.agency
            )
            for region in Region.objects.filter(pk__in=invitation.region_ids):
                StaffRegion.objects.create(staff=staff, region=region)
            invitation.accepted_at = timezone.now()
            invitation.save(update_fields=["accepted_at"])
        return staff
