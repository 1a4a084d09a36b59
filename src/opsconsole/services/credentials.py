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
