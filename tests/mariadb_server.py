"""A throw-away MariaDB server for the tests of SQL feeds, beside the PostgreSQL of ``postgres_server.py``.

It is the one installed on the system, started in a temporary folder; it listens on a socket in there and on a
port of 127.0.0.1 with TLS, and is watched by a small process of its own (this file, run as a script): when the tests
end, however they end, that process sees its input close, stops the server and removes the folder.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

START_SECONDS = 60.0
PLACES = ("/usr/sbin", "/usr/libexec", "/usr/bin", "/opt/homebrew/bin", "/usr/local/bin")
SETTINGS = (
    "innodb_flush_log_at_trx_commit=0",
    "innodb_buffer_pool_size=32M",
    "innodb_log_file_size=8M",
    "innodb_doublewrite=0",
    "innodb_fast_shutdown=2",
    "performance_schema=0",
    "skip_log_bin",
    "max_connections=30",
    "skip_name_resolve",
    "character_set_server=utf8mb4",
)


class ServerUnavailableError(RuntimeError):
    """No MariaDB could be started; the text says what was tried."""


class Server:
    """A running server: its port, its socket, and the certificate of the authority that signed its own."""

    def __init__(self, answer: dict[str, Any], process: subprocess.Popen[str]) -> None:
        self.port = int(answer["port"])
        self.socket = str(answer["socket"])
        self.ca_file = str(answer["ca"])
        self.description = str(answer["description"])
        self._process = process

    def stop(self) -> None:
        """Stop it and remove its folder."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(30)
        self._process.stdout.close()


@contextlib.contextmanager
def running() -> Iterator[Server]:
    """A server for the time of the block; raises ServerUnavailableError with what was tried."""
    program = find("mariadbd", "mysqld")
    if program is None:
        raise ServerUnavailableError("no MariaDB found: install mariadb-server")
    process = subprocess.Popen(
        [sys.executable, "-I", str(Path(__file__).resolve()), str(program)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
        start_new_session=True,
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    answer = json.loads(line) if line else {"error": "the process that starts it ended"}
    if "error" in answer:
        process.stdout.close()
        assert process.stdin is not None
        process.stdin.close()
        process.wait(30)
        raise ServerUnavailableError(answer["error"])
    server = Server(answer, process)
    try:
        yield server
    finally:
        server.stop()


def find(*names: str) -> Path | None:
    """The first of some programs that is installed."""
    for name in names:
        on_path = shutil.which(name)
        if on_path:
            return Path(on_path)
        for place in PLACES:
            if (Path(place) / name).is_file():
                return Path(place) / name
    return None


# ---- the watching process ----


class Cluster:
    """A data folder and the server over it, owned by the watching process."""

    def __init__(self, program: Path) -> None:
        memory = Path("/dev/shm")
        place = str(memory) if memory.is_dir() and shutil.disk_usage(memory).free > 1 << 30 else None
        self.root = Path(tempfile.mkdtemp(prefix="opsconsole-mariadb-", dir=place))
        self.program = program
        self.identity = _unprivileged()
        self.server: subprocess.Popen[bytes] | None = None
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])

    def start(self) -> dict[str, Any]:
        """Make the data folder and start the server; returns where it is."""
        setup = find("mariadb-install-db", "mysql_install_db")
        if setup is None:
            raise ServerUnavailableError("mariadb-install-db is not there")
        certificates = self._certificates()
        self._own()
        data = self.root / "data"
        command = [str(setup), "--no-defaults", f"--datadir={data}", "--auth-root-authentication-method=normal"]
        command += ["--skip-test-db", f"--tmpdir={self.root}"]
        done = subprocess.run(command, capture_output=True, check=False, timeout=START_SECONDS, **self._surroundings())
        if done.returncode:
            raise ServerUnavailableError(f"{setup.name}: {done.stderr.decode(errors='replace')[-500:].strip()}")
        options = [f"--datadir={data}", f"--socket={self.root / 'socket'}", f"--port={self.port}"]
        options += ["--bind-address=127.0.0.1", f"--pid-file={self.root / 'pid'}", f"--tmpdir={self.root}"]
        options += [f"--{setting}" for setting in (*SETTINGS, *certificates)]
        with (self.root / "log").open("ab") as log:
            self.server = subprocess.Popen(
                [str(self.program), "--no-defaults", *options],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, **self._surroundings(),
            )  # fmt: skip
        self._wait()
        version = subprocess.run([str(self.program), "--version"], capture_output=True, check=False).stdout.decode()
        ca = self.root / "ca.pem"
        where = {"port": self.port, "socket": str(self.root / "socket"), "ca": str(ca) if ca.exists() else ""}
        return {**where, "description": version.strip()}

    def stop(self) -> None:
        """End the server (its data is thrown away) and remove the folder."""
        if self.server is not None and self.server.poll() is None:
            # A test may have frozen it.
            with contextlib.suppress(OSError):
                self.server.send_signal(signal.SIGCONT)
            self.server.kill()
            self.server.wait()
        shutil.rmtree(self.root, ignore_errors=True)

    def _wait(self) -> None:
        assert self.server is not None
        limit = time.monotonic() + START_SECONDS
        while time.monotonic() < limit and self.server.poll() is None:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1) as line:
                if line.recv(1):
                    return
            time.sleep(0.02)
        log = (self.root / "log").read_text("utf-8", "replace")[-800:]
        raise ServerUnavailableError(f"the server did not start: {log}")

    def _certificates(self) -> list[str]:
        """Options for TLS with a certificate for localhost, signed by an authority of its own; none without openssl."""
        openssl = shutil.which("openssl")
        if openssl is None:
            return []
        ca, key, cert = (self.root / name for name in ("ca.pem", "key.pem", "cert.pem"))
        ca_key, request = self.root / "ca-key.pem", self.root / "request.pem"
        new = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        (self.root / "names").write_text("subjectAltName=DNS:localhost\n", encoding="ascii")
        for words in (
            ["req", "-x509", *new, "-days", "2", "-subj", "/CN=Test authority", "-keyout", ca_key, "-out", ca],
            ["req", *new, "-subj", "/CN=localhost", "-keyout", key, "-out", request],
            ["x509", "-req", "-in", request, "-CA", ca, "-CAkey", ca_key, "-CAcreateserial", "-days", "2",
             "-extfile", self.root / "names", "-out", cert],
        ):  # fmt: skip
            subprocess.run([openssl, *map(str, words)], capture_output=True, check=True, timeout=30)
        return [f"ssl_ca={ca}", f"ssl_cert={cert}", f"ssl_key={key}"]

    def _own(self) -> None:
        if self.identity:
            for path in (self.root, *self.root.iterdir()):
                os.chown(path, self.identity["user"], self.identity["group"])
            # The tests read the authority's certificate.
            self.root.chmod(0o755)

    def _surroundings(self) -> dict[str, Any]:
        more: dict[str, Any] = {"env": {**os.environ, "LC_ALL": "C", "TZ": "UTC"}, "cwd": self.root}
        return {**more, **self.identity, "extra_groups": []} if self.identity else more


def _unprivileged() -> dict[str, int]:
    """MariaDB refuses to run as root: the user and group to run it under then, else nothing."""
    if os.geteuid() != 0:
        return {}
    import pwd

    entry = pwd.getpwnam("nobody")
    return {"user": entry.pw_uid, "group": entry.pw_gid}


def watch(program: Path) -> None:
    """Start a server, say where it is in one line of JSON, and stop it when the input closes or a signal comes."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(0))
    cluster: Cluster | None = None
    answer: dict[str, Any]
    try:
        try:
            cluster = Cluster(program)
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
