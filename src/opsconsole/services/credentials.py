"""Passwords of shared databases, in the system's keyring and nowhere else.

A bare Linux has no keyring: then nothing is kept, and the password is asked for at each start.
"""

import contextlib

from sqlalchemy.engine import URL, make_url

_SERVICE = "opsconsole"


def _account(url: URL) -> str:
    return f"{url.username or ''}@{url.host or ''}:{url.port or 5432}/{url.database or ''}"


def keep_password(url: str) -> str:
    """Put a URL's password into the keyring; returns the URL without it. Without a keyring the password is dropped."""
    import keyring
    from keyring.errors import KeyringError

    parsed = make_url(url)
    if parsed.password:
        with contextlib.suppress(KeyringError, RuntimeError):
            keyring.set_password(_SERVICE, _account(parsed), str(parsed.password))
    return URL.create(
        parsed.drivername,
        username=parsed.username,
        host=parsed.host,
        port=parsed.port,
        database=parsed.database,
        query=parsed.query,
    ).render_as_string(hide_password=False)


def with_password(url: str) -> str:
    """A URL with the password the keyring has for it; as it is for files, and where none is kept."""
    if "://" not in url or url.startswith("sqlite"):
        return url
    import keyring
    from keyring.errors import KeyringError

    parsed = make_url(url)
    if parsed.password and parsed.password != "***":
        return url
    try:
        known = keyring.get_password(_SERVICE, _account(parsed))
    except (KeyringError, RuntimeError):
        known = None
    return url if known is None else parsed.set(password=known).render_as_string(hide_password=False)


class Passwords:
    """Passwords of connections to other databases: those typed since the start, and those in the keyring.

    An account is ``user@host:port/database``, so a connection that is renamed keeps its password.
    """

    def __init__(self) -> None:
        self._typed: dict[str, str] = {}

    def has_typed(self, account: str) -> bool:
        """Whether it was typed since the start; the keyring is not asked."""
        return account in self._typed

    def get(self, account: str) -> str | None:
        """The password typed since the start, else the one in the keyring; None where there is none."""
        if account in self._typed:
            return self._typed[account]
        import keyring
        from keyring.errors import KeyringError

        try:
            return keyring.get_password(_SERVICE, account)
        except (KeyringError, RuntimeError):
            return None

    def set(self, account: str, password: str) -> bool:
        """Remember a password; False where no keyring keeps it, so that it is asked for again after the next start."""
        import keyring
        from keyring.errors import KeyringError

        self._typed[account] = password
        try:
            keyring.set_password(_SERVICE, account, password)
        except (KeyringError, RuntimeError):
            return False
        return True

    def forget(self, account: str) -> None:
        """Take a password out of memory and keyring."""
        import keyring
        from keyring.errors import KeyringError

        self._typed.pop(account, None)
        with contextlib.suppress(KeyringError, RuntimeError):
            keyring.delete_password(_SERVICE, account)
