from collections.abc import Iterator

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends.fail import Keyring as NoKeyring

from opsconsole.services.credentials import keep_password, with_password


class Memory(KeyringBackend):
    priority = 1.0  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


@pytest.fixture
def usual_keyring() -> Iterator[None]:
    before = keyring.get_keyring()
    yield
    keyring.set_keyring(before)


@pytest.mark.usefixtures("usual_keyring")
def test_a_password_is_kept_in_the_keyring_and_not_in_the_url() -> None:
    keyring.set_keyring(Memory())
    kept = keep_password("postgresql://ops:s%40cret@db.example:5432/main?sslmode=verify-full")
    assert "s%40cret" not in kept
    assert "s@cret" not in kept
    assert with_password(kept) == "postgresql://ops:s%40cret@db.example:5432/main?sslmode=verify-full"


@pytest.mark.usefixtures("usual_keyring")
def test_without_a_keyring_nothing_is_kept_and_nothing_fails() -> None:
    keyring.set_keyring(NoKeyring())
    kept = keep_password("postgresql://ops:secret@db.example/main")
    assert kept == "postgresql://ops@db.example/main"
    assert with_password(kept) == kept


def test_a_file_needs_no_password() -> None:
    assert with_password("/data/ops.db") == "/data/ops.db"
