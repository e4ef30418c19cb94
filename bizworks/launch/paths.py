"""Where things lie, and as whom the services run."""

import hashlib
import os
import pwd
import stat
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from bizworks.launch.console import LaunchError

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build"
LONGEST_SOCKET_FOLDER = 80  # bytes; the kernel allows 107 for the whole socket path


def setting(name: str) -> str:
    """Read a setting from `NAME` or from the file that `NAME_FILE` names, as the product's settings do."""
    if file := os.environ.get(f"{name}_FILE"):
        try:
            return Path(file).read_text().strip()
        except OSError as error:
            raise LaunchError(f"{name}_FILE names {file}, which cannot be read: {error.strerror}.") from None
    return os.environ.get(name, "")


@dataclass(frozen=True)
class Identity:
    """The ordinary user that services run as when root starts them; PostgreSQL refuses to run as root."""

    name: str
    uid: int
    gid: int

    @classmethod
    def for_services(cls) -> "Identity | None":
        """Return nobody (or `BIZWORKS_USER`) for root, and None for everybody else.

        Not `postgres`: on a machine that has a PostgreSQL of its own, that user is its administrator.
        """
        if os.geteuid() != 0:
            return None
        name = os.environ.get("BIZWORKS_USER", "nobody")
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            raise LaunchError(f"There is no user {name!r} to run the services as; set BIZWORKS_USER.") from None
        return cls(name, entry.pw_uid, entry.pw_gid)

    def reaches(self, path: Path) -> bool:
        """Tell whether this user may pass through every folder down to `path` and read it."""
        path = path.resolve()
        return all(self._may(folder, 0o1) for folder in path.parents) and self._may(path, 0o4)

    def _may(self, path: Path, bit: int) -> bool:
        try:
            found = path.stat()
        except OSError:
            return False
        shift = 6 if found.st_uid == self.uid else 3 if found.st_gid == self.gid else 0
        return bool(found.st_mode & (bit << shift))


def private_folder(path: Path, identity: Identity | None, mode: int = 0o700) -> Path:
    """Make a folder that belongs to the services alone; refuse one that somebody else put there."""
    path.mkdir(parents=True, exist_ok=True)
    uid = identity.uid if identity else os.geteuid()
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in (uid, os.geteuid()):
        owner = found.st_uid
        raise LaunchError(
            f"{path} belongs to another user (number {owner}). Remove it, or set DATA_DIR to a folder of your own."
        )
    try:
        if identity and found.st_uid != uid:
            os.chown(path, uid, identity.gid)
        path.chmod(mode)
    except OSError as error:
        raise LaunchError(f"{path} cannot be prepared: {error.strerror}.") from None
    return path


@dataclass(frozen=True)
class Layout:
    """The folders of one installation (or of one throwaway test run).

    data      var/ of the clone; /var/tmp/bizworks-... where the services could not reach that
    identity  who runs PostgreSQL and Valkey when root starts them, else None
    """

    data: Path
    identity: Identity | None

    @classmethod
    def of_installation(cls) -> "Layout":
        """Find the installation's folder: `DATA_DIR`, else var/, else a place the services can reach."""
        identity = Identity.for_services()
        if chosen := os.environ.get("DATA_DIR"):
            data = Path(chosen).absolute()
            if identity and not all(identity._may(folder, 0o1) for folder in data.resolve().parents if folder.exists()):
                raise LaunchError(f"DATA_DIR {data} lies where the user {identity.name} may not go; choose another.")
            return cls(data, identity)
        if identity and not identity.reaches(ROOT):
            return cls(Path("/var/tmp") / f"bizworks-{_digest(str(ROOT))}", identity)  # noqa: S108 - its owner is checked
        return cls(ROOT / "var", identity)

    def prepare(self) -> None:
        """Make the folders, each with the owner and rights it needs."""
        try:
            private_folder(self.data, None, 0o711 if self.identity else 0o700)
            private_folder(self.log, None)
            private_folder(self.secrets, None, 0o711 if self.identity else 0o700)
            private_folder(self.sockets, self.identity)
            for folder in self.written_by_code:
                self.give(private_folder(folder, self.identity))
        except PermissionError as error:
            raise LaunchError(
                f"{error.filename} may not be written by you. Was bizworks first started by another user (root)? "
                "Start it as that user, or set DATA_DIR to a folder of your own."
            ) from None

    def give(self, path: Path) -> None:
        """Hand a file, or a folder with all in it, to the services' user."""
        if self.identity is None:
            return
        inside = (Path(folder) / name for folder, names, files in os.walk(path) for name in (*names, *files))
        for each in (path, *inside):
            os.chown(each, self.identity.uid, self.identity.gid, follow_symlinks=False)

    @property
    def written_by_code(self) -> tuple[Path, ...]:
        """Uploads and exports; the collected static files."""
        return self.data / "files", self.data / "static"

    @property
    def log(self) -> Path:
        """One file for each service."""
        return self.data / "log"

    @property
    def secrets(self) -> Path:
        """The secret key and the database passwords, made once."""
        return self.data / "secrets"

    @cached_property
    def sockets(self) -> Path:
        """The private folder of the sockets; elsewhere when the path would be too long for the kernel."""
        folder = self.data / "run"
        if len(os.fsencode(folder)) <= LONGEST_SOCKET_FOLDER:
            return folder
        return Path("/tmp") / f"bizworks-{os.geteuid()}-{_digest(str(self.data))}"  # noqa: S108 - its owner is checked


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]
