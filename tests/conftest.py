"""The database every test runs in, and the cast: two tenants, North and South, and nobody."""

import os
from collections.abc import Iterator

import psycopg
import pytest
from django.core.management import call_command
from django.db import connections
from django.test import Client

from bizworks.tenancy.context import tenant_context
from tests.factories import World, make_world


def _owner_connection(parameters: dict) -> psycopg.Connection:
    keys = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD", "dbname": "NAME"}
    return psycopg.connect(autocommit=True, **{k: parameters[v] for k, v in keys.items() if parameters[v]})


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker) -> Iterator[None]:
    """Make a database of its own, owned by the owner role; tests run as the role that owns nothing."""
    name = f"test_bizworks_{os.getpid()}"
    original = dict(connections["owner"].settings_dict)
    with django_db_blocker.unblock():
        with _owner_connection(original) as connection:
            connection.execute(f"CREATE DATABASE \"{name}\" TEMPLATE template0 ENCODING 'UTF8'")
        for alias in ("owner", "default"):
            connections[alias].close()
            connections[alias].settings_dict["NAME"] = name
        call_command("migrate", database="owner", verbosity=0)
        call_command("load_reference", verbosity=0)
        connections["owner"].close()
    yield
    with django_db_blocker.unblock():
        for alias in ("owner", "default"):
            connections[alias].close()
        with _owner_connection(original) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@pytest.fixture
def committed(django_db_setup, django_db_blocker) -> Iterator[None]:
    """Let a test commit (threads, workers, browsers). It makes tenants of its own, so nothing needs cleaning."""
    with django_db_blocker.unblock():
        yield
        connections["default"].close()


@pytest.fixture
def north(db) -> World:
    """A tenant with a person in every role."""
    return make_world("north")


@pytest.fixture
def south(db) -> World:
    """Another tenant, whose rows nobody of North may ever see."""
    return make_world("south")


@pytest.fixture
def in_north(north: World) -> Iterator[World]:
    """North, with its tenant in force for the whole test."""
    with tenant_context(north.tenant.pk, user_id=north.rep.user_id):
        yield north


@pytest.fixture
def client_for():
    """Make a signed-in client: `client_for(world.rep)`."""

    def make(actor) -> Client:
        from bizworks.accounts.models import User

        client = Client()
        client.force_login(User.objects.get(pk=actor.user_id))
        return client

    return make
