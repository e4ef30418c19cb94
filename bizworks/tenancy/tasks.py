"""Celery with tenants: the one place that publishes, and the one way to define a tenant's task."""

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from celery import shared_task
from django.db import transaction
from kombu.exceptions import OperationalError as BrokerError

from bizworks.celery import app
from bizworks.core.logs import request_id_var
from bizworks.tenancy.context import current_context, tenant_context

logger = logging.getLogger(__name__)


def enqueue(name: str, **ids: Any) -> None:
    """Ask the worker, after commit, to run a tenant task; a silent broker costs a warning, never an error.

    The payload holds ids only, plus tenant, user and request. The work must also be findable in the
    database (a queued row, a dirty mark): the sweep is the guarantee, this is the hint (ADR 0003).
    """
    context = current_context()
    payload = {"tenant_id": context.tenant_id, "user_id": context.user_id, "request_id": context.request_id, **ids}

    def publish() -> None:  # not a partial: Django names a robust callback that fails by its __qualname__
        _publish(name, payload)

    transaction.on_commit(publish, robust=True)


def _publish(name: str, payload: dict[str, Any]) -> None:
    try:
        app.send_task(name, kwargs=payload)
    except (BrokerError, OSError) as error:
        logger.warning("Broker did not take %s: %s; the sweep will find the work.", name, type(error).__name__)


_COUNT_HINTS: list[str] = []


def register_count_hint(task_name: str) -> None:
    """Let an upper app be told, after commit, that something counted may have changed."""
    if task_name not in _COUNT_HINTS:
        _COUNT_HINTS.append(task_name)


def hint_counts_changed() -> None:
    """Tell the registered tasks; called by services whose writes can move a published number."""
    for name in _COUNT_HINTS:
        enqueue(name)


def tenant_task(*, name: str, chunked: bool = False, **options: Any) -> Callable:
    """Define a task that runs inside its tenant's transaction.

    `chunked=True` is for long work: the function gets `tenant_id` and `user_id` and opens
    `tenant_context` itself for each piece, so that progress shows and cancel is heard.
    """

    def decorate(function: Callable) -> Callable:
        @shared_task(name=name, **options)
        @wraps(function)
        def run(*, tenant_id: int, user_id: int | None = None, request_id: str = "", **ids: Any) -> Any:
            token = request_id_var.set(request_id or "-")
            try:
                if chunked:
                    return function(tenant_id=tenant_id, user_id=user_id, **ids)
                with tenant_context(tenant_id, user_id=user_id, request_id=request_id):
                    return function(**ids)
            finally:
                request_id_var.reset(token)

        return run

    return decorate


def system_task(*, name: str, **options: Any) -> Callable:
    """Define a task of the platform itself (a sweep): it runs in no tenant and opens each in turn."""
    return shared_task(name=name, **options)
