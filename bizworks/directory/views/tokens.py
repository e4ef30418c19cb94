"""Pages about API tokens."""

from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bizworks.accounts.selectors import token_get_for, tokens_all
from bizworks.accounts.services import token_issue, token_revoke
from bizworks.directory.forms.settings import TokenForm
from bizworks.directory.selectors import profile, tenant_today
from bizworks.directory.views.common import attempt, needs, status_of
from bizworks.tenancy.policy import Permission


@needs(Permission.MANAGE_TOKENS)
@require_safe
def token_list(request: HttpRequest) -> HttpResponse:
    """List the tokens, revoked and expired ones too."""
    context = {"tokens": tokens_all(), "now": timezone.now(), "zone": profile().time_zone}
    return render(request, "directory/tokens.html", context)


@needs(Permission.MANAGE_TOKENS)
@require_http_methods(["GET", "HEAD", "POST"])
def token_add(request: HttpRequest) -> HttpResponse:
    """Issue a token; the answer shows it once."""
    zone, staff_id = ZoneInfo(profile().time_zone), request.actor.staff_id
    form = TokenForm(request.POST or None, today=tenant_today(), zone=zone, staff_id=staff_id)
    made = attempt(form, lambda f: _issue(request, f)) if request.method == "POST" else None
    if made:
        token, plain = made
        return render(request, "directory/token_issued.html", {"token": token, "plain": plain, "zone": zone})
    return render(request, "directory/token_form.html", {"form": form}, status=status_of(form))


def _issue(request: HttpRequest, form: TokenForm) -> tuple:
    data = form.cleaned_data
    return token_issue(
        actor=request.actor,
        name=data["name"],
        scopes=data["scopes"],
        expires_at=form.expires_at,
        user_id=data["acts_as"].user_id,
    )


@needs(Permission.MANAGE_TOKENS)
@require_POST
def token_revoke_view(request: HttpRequest, token_id: int) -> HttpResponse:
    """Revoke a token."""
    token = token_get_for(token_id)
    token_revoke(actor=request.actor, token_id=token.pk)
    messages.success(request, f"{token.name}: revoked. Its next request is refused.")
    return redirect("directory:token_list")
