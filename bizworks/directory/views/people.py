"""Pages about people: who is in, who is invited, the end of someone's access, and accepting an invitation."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bizworks.core.errors import BusinessRuleError
from bizworks.directory import admin_selectors as reads
from bizworks.directory.forms.people import AcceptForm, EndForm, InviteForm, StaffForm
from bizworks.directory.selectors import labels, profile, tenant_today
from bizworks.directory.services import invitations, people
from bizworks.directory.services.words import day
from bizworks.directory.views.common import attempt, needs, setting, status_of
from bizworks.tenancy.policy import Permission

ENDING = [
    "From that day on they cannot sign in, and API tokens that act as them are refused.",
    "Today, or a day before it, signs them out at once.",
    "What they recorded stays theirs. You can give access back.",
]


@needs(Permission.MANAGE_STAFF)
@require_safe
def staff_list(request: HttpRequest) -> HttpResponse:
    """List who is in and who is invited."""
    with_former = "former" in request.GET
    context = {
        "people": reads.staff_all(with_former=with_former, on=tenant_today()),
        "invitations": reads.invitations_open(),
        "with_former": with_former,
        "now": timezone.now(),
        "zone": profile().time_zone,
        "words": labels(),
    }
    return render(request, "directory/people.html", context)


@needs(Permission.MANAGE_STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def invite(request: HttpRequest) -> HttpResponse:
    """Invite someone; the answer shows the link once, for offices without mail."""
    form = InviteForm(request.POST or None, **setting())
    made = None
    if request.method == "POST":
        made = attempt(form, lambda f: invitations.invitation_create(actor=request.actor, **f.cleaned_data))
    if made:
        return _show_link(request, *made)
    return render(request, "directory/invite.html", {"form": form}, status=status_of(form))


def _show_link(request: HttpRequest, invitation: Any, link: str) -> HttpResponse:
    return render(request, "directory/invitation_sent.html", {"invitation": invitation, "link": link})


@needs(Permission.MANAGE_STAFF)
@require_POST
def invitation_renew(request: HttpRequest, invitation_id: int) -> HttpResponse:
    """Send an invitation again, with a new link."""
    row = reads.invitation_get_for(invitation_id)
    try:
        return _show_link(request, *invitations.invitation_renew(actor=request.actor, invitation_id=row.pk))
    except BusinessRuleError as error:
        messages.error(request, str(error))
        return redirect("directory:staff_list")


@needs(Permission.MANAGE_STAFF)
@require_POST
def invitation_withdraw(request: HttpRequest, invitation_id: int) -> HttpResponse:
    """Take an invitation back."""
    row = reads.invitation_get_for(invitation_id)
    invitations.invitation_withdraw(actor=request.actor, invitation_id=row.pk)
    messages.success(request, f"The invitation to {row.email} no longer opens.")
    return redirect("directory:staff_list")


@needs(Permission.MANAGE_STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def staff_edit(request: HttpRequest, staff_id: int) -> HttpResponse:
    """Change someone's role, agency and regions."""
    staff = reads.staff_get_for(staff_id)
    form = StaffForm(request.POST or None, staff=staff, **setting())
    if request.method == "POST" and attempt(
        form, lambda f: people.staff_change(actor=request.actor, staff_id=staff.pk, **f.cleaned_data)
    ):
        messages.success(request, f"{form.cleaned_data['name']}: saved. It holds from their next page on.")
        return redirect("directory:staff_list")
    context = {"form": form, "staff": staff, "today": tenant_today()}
    return render(request, "directory/staff_form.html", context, status=status_of(form))


@needs(Permission.MANAGE_STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def staff_end(request: HttpRequest, staff_id: int) -> HttpResponse:
    """Ask from when, and end someone's access."""
    staff = reads.staff_get_for(staff_id)
    form = EndForm(request.POST or None, initial={"ended_on": tenant_today()})
    if request.method == "POST" and attempt(
        form,
        lambda f: people.staff_end(actor=request.actor, staff_id=staff.pk, ended_on=f.cleaned_data["ended_on"]),
    ):
        messages.success(request, f"{staff.name} has no access from {day(form.cleaned_data['ended_on'])}.")
        return redirect("directory:staff_list")
    context = {"form": form, "staff": staff, "points": ENDING}
    return render(request, "directory/staff_end.html", context, status=status_of(form))


@needs(Permission.MANAGE_STAFF)
@require_POST
def staff_restore(request: HttpRequest, staff_id: int) -> HttpResponse:
    """Give access back."""
    staff = people.staff_restore(actor=request.actor, staff_id=reads.staff_get_for(staff_id).pk)
    messages.success(request, f"{staff.name} has access again.")
    return redirect("directory:staff_edit", staff.pk)


@login_not_required
@never_cache
@sensitive_post_parameters("password1", "password2")
@require_http_methods(["GET", "HEAD", "POST"])
def invitation_accept(request: HttpRequest) -> HttpResponse:
    """Let an invited person choose a password; a link we did not make is answered like one of no tenant."""
    if request.user.is_authenticated:
        return render(request, "account/invitation_signed_in.html", status=409)
    form = AcceptForm(request.POST or None)
    try:
        found = invitations.invitation_open(request.GET.get("key", ""))
        done = attempt(form, lambda f: _accept(found, f)) if found and request.method == "POST" else None
    except invitations.InvitationClosedError as error:
        return render(request, "account/invitation_closed.html", {"reason": str(error)}, status=410)
    if found is None:
        return render(request, "account/invitation_closed.html", status=404)
    if done:
        messages.success(request, "Welcome. Sign in with your e-mail and the password you have just chosen.")
        return redirect("account_login")
    return render(request, "account/invitation_accept.html", {"form": form, "found": found}, status=status_of(form))


def _accept(found: invitations.OpenInvitation, form: AcceptForm) -> Any:
    return invitations.invitation_accept(claim=found.claim, password=form.cleaned_data["password1"])
