"""Who may open what: the status a GET answers to rep, manager, state, admin and partner, in this order."""

ANONYMOUS = {
    "healthz",
    "account_login",
    "account_logout",
    "account_inactive",
    "directory:invitation_accept",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
}
"""Routes that answer someone who is not signed in."""

ARGUMENT_KINDS: dict[tuple[str, str], str] = {
    **{
        ("", f"{kind}_id"): kind
        for kind in (
            "business",
            "contact",
            "interaction",
            "service",
            "note",
            "follow_up",
            "batch",
            "export",
            "region",
            "area",
            "center",
            "agency",
            "item",
            "slate",
            "sector",
            "staff",
            "invitation",
            "token",
        )
    },
    ("api:business", "pk"): "business",
    ("api:business-contacts", "pk"): "business",
    ("api:contact", "pk"): "contact",
    ("api:interaction", "pk"): "interaction",
    ("api:interaction-void", "pk"): "interaction",
    ("api:service", "pk"): "service",
    ("directory:invitation_accept", "token"): "no-such-invitation",
    ("account_reset_password_from_key", "uidb36"): "1",
    ("account_reset_password_from_key", "key"): "no-such-key",
}
"""(route or namespace or "", argument) -> a kind of `objects.make_objects`, or a literal value."""

ACCESS: dict[str, str] = {}
