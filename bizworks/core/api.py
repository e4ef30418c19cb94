"""What every API view shares: refusal by default, strict JSON, keyset pages, problem+json errors."""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DataError, OperationalError, connection
from django.http import Http404
from rest_framework import exceptions, status
from rest_framework.pagination import CursorPagination
from rest_framework.parsers import JSONParser
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response

from bizworks.core.errors import BusinessRuleError, NotAllowedError, StaleVersionError, is_gone

if TYPE_CHECKING:
    from rest_framework.views import APIView

MAX_JSON_DEPTH = 50


class DenyAll(BasePermission):
    """The default: a view without a permission class answers nobody."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        """No."""
        return False


class ActorMay(BasePermission):
    """Allows what the view's `permissions_by_method` (or `permission`) names, by the one policy."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        """Ask the actor of the request."""
        actor = getattr(request._request, "actor", None)
        if actor is None:
            return False
        by_method = getattr(view, "permissions_by_method", {})
        permission = by_method.get(request.method, getattr(view, "permission", None))
        return request.method == "OPTIONS" or (permission is not None and actor.may(permission))


def _refuse_constant(name: str) -> None:
    raise exceptions.ParseError(f"{name} is not a JSON number.")


def _check(value: Any, depth: int = 0) -> None:
    if depth > MAX_JSON_DEPTH:
        raise exceptions.ParseError(f"The JSON is nested deeper than {MAX_JSON_DEPTH} levels.")
    if isinstance(value, str):
        if "\x00" in value or any(0xD800 <= ord(ch) <= 0xDFFF for ch in value):
            raise exceptions.ParseError("The JSON has a character that cannot be stored (NUL or half a character).")
    elif isinstance(value, dict):
        for key, item in value.items():
            _check(key, depth + 1)
            _check(item, depth + 1)
    elif isinstance(value, list):
        for item in value:
            _check(item, depth + 1)


class StrictJSONParser(JSONParser):
    """Reads JSON and refuses what would break further in: NaN, NUL, lone surrogates, deep nesting."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: dict | None = None) -> Any:
        """Return the parsed body. Errors: ParseError, answered 400."""
        try:
            data = json.loads(stream.read().decode("utf-8"), parse_constant=_refuse_constant)
        except (ValueError, RecursionError) as error:
            raise exceptions.ParseError(f"The body is not JSON: {str(error)[:120]}") from None
        _check(data)
        return data


class KeysetPagination(CursorPagination):
    """Pages by position, not by number: page 1 and page 20,000 cost the same."""

    ordering = "id"
    page_size_query_param = "page_size"
    max_page_size = 200


def _problem(
    status_code: int, title: str, detail: Any = None, errors: Any = None, extra: Any = None, **headers: str
) -> Response:
    body: dict[str, Any] = {"type": "about:blank", "title": title, "status": status_code, **(extra or {})}
    if detail:
        body["detail"] = detail
    if errors:
        body["errors"] = errors
    return Response(body, status=status_code, content_type="application/problem+json", headers=headers)


def _problem_of_framework(error: exceptions.APIException) -> Response:
    headers = {}
    if error.status_code == status.HTTP_401_UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    if isinstance(error, exceptions.Throttled) and error.wait:
        headers["Retry-After"] = str(int(error.wait) + 1)
    return _problem(error.status_code, str(error.default_detail).rstrip(".") + ".", str(error.detail), **headers)


_PROBLEMS: list[tuple[tuple[type[Exception], ...], Callable[[Any], Response]]] = [
    ((BusinessRuleError,), lambda e: _problem(422, "The request breaks a rule.", errors=e.errors, extra=e.extra)),
    (
        (NotAllowedError, PermissionDenied),
        lambda e: _problem(403, "Not allowed.", str(e) or "Your role does not include this."),
    ),
    ((StaleVersionError,), lambda e: _problem(412, "The record was changed by someone else.", str(e))),
    ((Http404,), lambda e: _problem(404, "Not found.")),
    ((exceptions.ValidationError,), lambda e: _problem(400, "The request has mistakes.", errors=e.detail)),
    ((exceptions.APIException,), _problem_of_framework),
    (
        (DataError, ValidationError, ValueError, OverflowError),
        lambda e: _problem(400, "A value is out of range or of the wrong form."),
    ),
    (
        (OperationalError,),
        lambda e: _problem(503, "The database is busy; try again shortly.", **{"Retry-After": "5"}),
    ),
]


def problem_exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """Answer every foreseeable error as problem+json (RFC 9457); anything else stays a 500."""
    error = Http404() if is_gone(error) else error
    for kinds, answer in _PROBLEMS:
        if isinstance(error, kinds):
            if connection.in_atomic_block:
                connection.set_rollback(True)
            return answer(error)
    return None
