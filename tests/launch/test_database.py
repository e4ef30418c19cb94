"""Both roles, however the server is given; against a throwaway cluster with real administrators."""

from collections.abc import Iterator

import psycopg
import pytest

from bizworks.launch import database, session
from bizworks.launch.console import LaunchError
from bizworks.launch.database import APP, OWNER, Login
from bizworks.launch.embedded import Postgres
from bizworks.launch.paths import Layout

pytestmark = pytest.mark.launch


@pytest.fixture(scope="module")
def cluster(layout: Layout) -> Iterator[Postgres]:
    postgres = Postgres(layout, throwaway=True)
    with session.supervised() as supervisor:
        supervisor.start(postgres.service())
        yield postgres


def run(url: str, statement: str) -> list:
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


def test_roles_are_unprivileged_and_preparing_twice_changes_nothing(cluster: Postgres) -> None:
    admin = cluster.admin_url
    cluster.prepare()
    run(admin, "alter role bizworks_app superuser bypassrls createdb")  # somebody's mistakes
    run(admin, "alter role bizworks_owner createrole nocreatedb")
    run(admin, "grant bizworks_owner to bizworks_app")
    for _ in range(2):
        databases = cluster.prepare()
    roles = "select rolname, rolcreatedb from pg_roles where rolname like 'bizworks%' and not (rolsuper or rolbypassrls or rolcreaterole)"
    assert set(run(admin, roles)) == {(OWNER, True), (APP, False)}
    owner, app = databases.owner_url, databases.app_url
    run(owner, "create table business (id serial primary key, name text)")
    run(app, "insert into business (name) values ('Tern Rope Works')")
    assert run(app, "select name from business") == [("Tern Rope Works",)]
    for refused in ("drop table business", "truncate business", f"set role {OWNER}", "create table other (id int)"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            run(app, refused)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        run(owner, f"set role {APP}")


def test_preparing_again_leaves_narrower_grants_alone(cluster: Postgres) -> None:
    databases = cluster.prepare()
    run(databases.owner_url, "create table audit (id int)")
    run(databases.owner_url, f"revoke update, delete on audit from {APP}")
    cluster.prepare()
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        run(databases.app_url, "delete from audit")


def test_a_superuser_url_is_used_once_to_make_both_roles(cluster: Postgres, layout: Layout) -> None:
    url = database.with_login(cluster.admin_url, database.login_of(cluster.admin_url), "crm")
    run(cluster.admin_url, "create database crm")
    for _ in range(2):
        databases = database.of_server(url, "", layout.secrets, roles_only=False)
    run(databases.owner_url, "create table mine (id int)")
    assert database.login_of(databases.app_url).name == APP
    assert run(databases.owner_url, "select current_user, current_database()") == [(OWNER, "crm")]
    assert (layout.secrets / "database.json").stat().st_mode & 0o077 == 0


def test_a_login_that_may_only_make_roles_is_enough(cluster: Postgres, layout: Layout) -> None:
    run(cluster.admin_url, "create role ops login createrole createdb password 'p'")
    for role in ("ops_owner", "ops_app"):
        run(cluster.admin_url, f"drop role if exists {role}")
    urls = [database.with_login(cluster.admin_url, Login(name, "p"), "ops") for name in ("ops", "ops_owner", "ops_app")]
    for _ in range(2):
        database.prepare_from_environment(*urls)
    assert run(urls[1], "select pg_get_userbyid(datdba) from pg_database where datname = 'ops'") == [("ops_owner",)]


def test_for_tests_the_named_database_is_left_alone(cluster: Postgres, layout: Layout) -> None:
    run(cluster.admin_url, "create database theirs")
    url = database.with_login(cluster.admin_url, database.login_of(cluster.admin_url), "theirs")
    databases = database.of_server(url, "", layout.secrets, roles_only=True)
    assert run(databases.app_url, "select pg_get_userbyid(datdba) from pg_database where datname = 'theirs'") == [
        ("bizworks_admin",)
    ]
    run(databases.owner_url, "create database of_the_suite")
    assert database.login_of(databases.app_url).name == f"{APP}_test"  # an installation's passwords stay as they are


def test_two_unprivileged_logins_are_used_as_they_are(cluster: Postgres, layout: Layout) -> None:
    given = cluster.prepare()
    assert database.of_server(given.app_url, given.owner_url, layout.secrets, roles_only=False) == given


@pytest.mark.parametrize(
    ("login", "owner_too", "says"),
    [
        (OWNER, False, "owns the database"),
        (OWNER, True, "only DATABASE_URL is wrong"),
        (APP, False, "DATABASE_OWNER_URL is not set"),
    ],
)
def test_other_logins_are_refused_with_the_way_out(cluster: Postgres, layout: Layout, login, owner_too, says) -> None:
    given = cluster.prepare()
    url = given.owner_url if login == OWNER else given.app_url
    with pytest.raises(LaunchError, match=says) as refusal:
        database.of_server(url, given.owner_url if owner_too else "", layout.secrets, roles_only=False)
    assert "deploy.md" in str(refusal.value)


def test_a_role_that_bypasses_row_level_security_is_refused(cluster: Postgres, layout: Layout) -> None:
    given = cluster.prepare()
    run(cluster.admin_url, "create role backup login bypassrls password 'p'")
    url = database.with_login(given.app_url, Login("backup", "p"))
    with pytest.raises(LaunchError, match="bypasses row-level security"):
        database.of_server(url, given.owner_url, layout.secrets, roles_only=False)


def test_a_deployment_names_all_three_urls(cluster: Postgres) -> None:
    owner, app = (database.with_login(cluster.admin_url, Login(name, "p/w:@"), "state") for name in ("crm_o", "crm_a"))
    with pytest.raises(LaunchError, match="needs DATABASE_ADMIN_URL"):
        database.prepare_from_environment("", owner, app)
    for _ in range(2):
        database.prepare_from_environment(cluster.admin_url, owner, app)
    assert run(app, "select current_user") == [("crm_a",)]


def test_an_unreachable_server_is_named_without_its_password(layout: Layout) -> None:
    with pytest.raises(LaunchError, match=r"127\.0\.0\.1") as refusal:
        database.of_server("postgresql://crm:geheim@127.0.0.1:1/crm", "", layout.secrets, roles_only=False)
    assert "geheim" not in str(refusal.value)
