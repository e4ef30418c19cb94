"""The two database roles and the database they use: one place for every way of starting (ADR 0001, ADR 0004).

The owner owns database, schema and tables and runs migrations. The application's role owns nothing, so that
row-level security holds for it. Neither is a superuser.
"""

import json
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit, urlunsplit

import psycopg
from psycopg import sql

from bizworks.launch.console import LaunchError

OWNER, APP = "bizworks_owner", "bizworks_app"
OLDEST_SERVER = 15
LOCK = 7_219_450_231  # advisory lock: two starts at once would collide in the role catalog
FACTS = """
    select rolsuper, rolbypassrls, rolcreaterole, current_setting('server_version_num')::int / 10000,
           exists (select from pg_database where datname = current_database() and pg_has_role(datdba, 'MEMBER'))
    from pg_roles where rolname = current_user
"""


@dataclass(frozen=True)
class Login:
    """A role and its password; no password where the server asks for none."""

    name: str
    password: str = ""


@dataclass(frozen=True)
class Databases:
    """What the processes get: `app_url` all of them, `owner_url` migrations and the test suite alone."""

    app_url: str
    owner_url: str

    def app_environment(self) -> dict[str, str]:
        """Return the variables of web, worker and beat."""
        return {"DATABASE_URL": self.app_url}

    def owner_environment(self) -> dict[str, str]:
        """Return the variables of migrations, reference data and tests."""
        return {"DATABASE_URL": self.app_url, "DATABASE_OWNER_URL": self.owner_url}


def with_login(url: str, login: Login, database: str | None = None) -> str:
    """Return `url` with another login and, if given, another database."""
    parts = urlsplit(url)
    user = quote(login.name, safe="") + (":" + quote(login.password, safe="") if login.password else "")
    host = parts.netloc.rpartition("@")[2]
    path = parts.path if database is None else "/" + quote(database, safe="")
    return urlunsplit(parts._replace(netloc=f"{user}@{host}", path=path))


def login_of(url: str) -> Login:
    """Return the login a URL names."""
    parts = urlsplit(url)
    return Login(unquote(parts.username or ""), unquote(parts.password or ""))


def database_of(url: str) -> str:
    """Return the database a URL names; libpq's rule where it names none: the user's."""
    return unquote(urlsplit(url).path.lstrip("/")) or login_of(url).name


def connect(url: str) -> psycopg.Connection:
    """Connect, each statement its own transaction; raises LaunchError naming the server, never the password."""
    try:
        return psycopg.connect(url, autocommit=True, connect_timeout=5, application_name="bizworks launcher")
    except (psycopg.OperationalError, psycopg.ProgrammingError) as error:
        parts = urlsplit(url)
        where = f"{parts.hostname or 'the local socket'}, database {database_of(url)}, user {login_of(url).name}"
        raise LaunchError(f"The database server does not let us in ({where}): {str(error).strip()}") from None


def answers(url: str) -> bool:
    """Tell whether this URL lets us in."""
    try:
        psycopg.connect(url, connect_timeout=5).close()
    except psycopg.OperationalError:
        return False
    return True


def prepare(admin_url: str, owner: Login, app: Login, *, database: str | None) -> None:
    """Make both roles, unprivileged, and `database` (None: the roles only) owned by the owner. Idempotent.

    `admin_url` names a superuser, or a role with CREATEROLE that already administers both roles.
    A login without password keeps the one its role has. Nothing already granted on existing tables is changed.
    """
    with connect(_existing(admin_url)) as admin:
        admin.execute("select pg_advisory_lock(%s)", [LOCK])
        try:
            _prepare_role(admin, owner, createdb=True)
            _prepare_role(admin, app, createdb=False)
            if _is_member(admin, app.name, owner.name):
                admin.execute(sql.SQL("revoke {} from {}").format(sql.Identifier(owner.name), sql.Identifier(app.name)))
            if database is not None:
                _prepare_ownership(admin, admin_url, database, owner)
        except psycopg.errors.InsufficientPrivilege as error:
            raise LaunchError(
                f"{login_of(admin_url).name} may not prepare the roles: {error.diag.message_primary}. Use a superuser once "
                "(DATABASE_ADMIN_URL), or make the roles yourself: see docs/how-to/deploy.md."
            ) from None
    if database is not None:
        _prepare_privileges(with_login(admin_url, owner, database), owner.name, app.name)


def _prepare_role(admin: psycopg.Connection, login: Login, *, createdb: bool) -> None:
    name = sql.Identifier(login.name)
    wanted = sql.SQL(
        "LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOREPLICATION " + ("CREATEDB" if createdb else "NOCREATEDB")
    )
    found = admin.execute(
        "select rolcanlogin and not (rolsuper or rolbypassrls or rolcreaterole or rolreplication)"
        " and rolcreatedb = %s from pg_roles where rolname = %s",
        [createdb, login.name],
    ).fetchone()
    if found is None:
        admin.execute(sql.SQL("create role {} {}").format(name, wanted))
    elif not found[0]:
        admin.execute(sql.SQL("alter role {} {}").format(name, wanted))
    if login.password:
        verifier = admin.pgconn.encrypt_password(login.password.encode(), login.name.encode(), b"scram-sha-256")
        admin.execute(sql.SQL("alter role {} password {}").format(name, sql.Literal(verifier.decode())))


def _is_member(admin: psycopg.Connection, member: str, role: str) -> bool:
    query = "select from pg_auth_members where member = to_regrole(%s) and roleid = to_regrole(%s)"
    return admin.execute(query, [f'"{member}"', f'"{role}"']).fetchone() is not None


def _prepare_ownership(admin: psycopg.Connection, admin_url: str, database: str, owner: Login) -> None:
    found = admin.execute("select pg_get_userbyid(datdba) from pg_database where datname = %s", [database]).fetchone()
    names = {"db": sql.Identifier(database), "owner": sql.Identifier(owner.name)}
    if found is None:
        with connect(with_login(admin_url, owner, "postgres")) as maintenance:  # CREATEROLE alone may not give it away
            maintenance.execute(sql.SQL("create database {db} template template0 encoding 'UTF8'").format(**names))
    elif found[0] != owner.name:
        admin.execute(sql.SQL("alter database {db} owner to {owner}").format(**names))
        with connect(with_login(admin_url, login_of(admin_url), database)) as inside:
            inside.execute(sql.SQL("alter schema public owner to {owner}").format(**names))


def _prepare_privileges(owner_url: str, owner: str, app: str) -> None:
    """As the owner: what it makes from now on, the application may use. Earlier grants stay as migrations set them."""
    from_now_on = sql.SQL("alter default privileges for role {} in schema public").format(sql.Identifier(owner))
    names = {"app": sql.Identifier(app), "from_now_on": from_now_on}
    with connect(owner_url) as connection:
        for statement in (
            "grant usage on schema public to {app}",
            "revoke create on schema public from public",
            "{from_now_on} grant select, insert, update, delete on tables to {app}",
            "{from_now_on} grant usage, select on sequences to {app}",
            "{from_now_on} grant execute on functions to {app}",
        ):
            connection.execute(sql.SQL(statement).format(**names))


def _existing(url: str) -> str:
    """Return `url`, or the same login in the maintenance database while the named database does not exist yet."""
    try:
        psycopg.connect(url, connect_timeout=5).close()
    except psycopg.OperationalError as error:
        if "does not exist" in str(error) and "database" in str(error):
            return with_login(url, login_of(url), "postgres")
    return url


def of_server(url: str, owner_url: str, secrets_folder: Path, *, roles_only: bool) -> Databases:
    """Settle which logins to use on a server that `DATABASE_URL` names.

    url, owner_url   two unprivileged logins: used as they are
    url alone        a superuser or CREATEROLE login: both roles are made with it, and it is not used any further
    roles_only       for the test suite: leave the named database alone, and use roles apart from an installation's
    Raises LaunchError with the way out for any other combination.
    """
    with connect(_existing(url)) as connection:
        superuser, bypasses, creates_roles, version, owns = connection.execute(FACTS).fetchone()
    if version < OLDEST_SERVER:
        raise LaunchError(f"The server is PostgreSQL {version}; bizworks needs {OLDEST_SERVER} or newer.")
    name = login_of(url).name
    if not (superuser or creates_roles):
        if owner_url and not (owns or bypasses):
            return Databases(url, owner_url)
        raise LaunchError(_explain(name, owns, bypasses, bool(owner_url)))
    if owner_url:
        raise LaunchError(
            f"DATABASE_OWNER_URL is set, but DATABASE_URL names {name}, which administers the server. "
            "Let DATABASE_URL name the application's role, or leave DATABASE_OWNER_URL out to have both roles made."
        )
    database = None if roles_only else database_of(url)
    passwords = stored_passwords(secrets_folder)
    suffix = "_test" if roles_only else ""
    logins = [_login(url, role + suffix, passwords) for role in (OWNER, APP)]
    prepare(url, *logins, database=database)
    owner, app = (with_login(url, login, database) for login in logins)
    return Databases(app_url=app, owner_url=owner)


def _login(url: str, role: str, passwords: Callable[[str], str]) -> Login:
    """Use no password where the server asks for none (trust): then the role's own stays untouched."""
    password = passwords(role)
    maintenance = with_login(url, Login(role), "postgres")
    return Login(role) if answers(maintenance) else Login(role, password)


def _explain(name: str, owns: bool, bypasses: bool, has_owner_url: bool) -> str:
    if bypasses:
        problem = f"DATABASE_URL names {name}, which bypasses row-level security; tenants would not be kept apart."
    elif owns:
        problem = f"DATABASE_URL names {name}, which owns the database; row-level security needs a role that does not."
    else:
        problem = f"DATABASE_URL names {name}, which may not migrate, and DATABASE_OWNER_URL is not set."
    return f"{problem}\n" + (
        "Give either a superuser as DATABASE_URL (once; two unprivileged roles are made and used from then on),\n"
        "or DATABASE_URL for a role that owns nothing and DATABASE_OWNER_URL for the one that owns the database.\n"
        "docs/how-to/deploy.md has the statements."
        + (" DATABASE_OWNER_URL is set; only DATABASE_URL is wrong." if has_owner_url else "")
    )


def stored_passwords(folder: Path) -> Callable[[str], str]:
    """Return a function that gives a role's password, made at random once and kept readable to us alone."""
    path = folder / "database.json"

    def password(role: str) -> str:
        known = json.loads(path.read_text()) if path.exists() else {}
        if role not in known:
            known[role] = secrets.token_urlsafe(24)
            fresh = path.with_suffix(".new")
            with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
                json.dump(known, file)
            fresh.replace(path)
        return known[role]

    return password


def prepare_from_environment(admin_url: str, owner_url: str, app_url: str) -> None:
    """Prepare roles and database as three URLs name them (`manage.py prepare_database`, the deployment's first step)."""
    missing = [
        name
        for name, value in (
            ("DATABASE_ADMIN_URL", admin_url),
            ("DATABASE_OWNER_URL", owner_url),
            ("DATABASE_URL", app_url),
        )
        if not value
    ]
    if missing:
        raise LaunchError(
            f"prepare_database needs {', '.join(missing)}: DATABASE_ADMIN_URL logs in as a superuser, "
            "DATABASE_OWNER_URL and DATABASE_URL name the two roles to make, with their passwords."
        )
    if login_of(owner_url).name == login_of(app_url).name:
        raise LaunchError("DATABASE_OWNER_URL and DATABASE_URL name the same role; they must differ.")
    prepare(admin_url, login_of(owner_url), login_of(app_url), database=database_of(app_url))
