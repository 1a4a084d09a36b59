"""Where a workbook goes: written beside its place, flushed, then moved there whole or not at all."""

import errno
import os
import stat
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from opsconsole.domain.errors import UserError


def write_atomically(path: Path, write: Callable[[BinaryIO], None]) -> Path:
    """Call ``write`` with a new file beside ``path`` and move it to ``path``; the old file stays whole until then.

    Raises UserError when the folder is missing, the target is open in another program, read-only or the disk is full;
    the message names another file that is free.
    """
    check_target(path)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)  # noqa: PTH105 - the one call that is atomic on all three systems
    except OSError as fault:
        raise _translated(fault, path) from fault
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
    _flush_folder(path.parent)
    return path


def check_target(path: Path) -> None:
    """Raise UserError when the workbook cannot go to ``path``; cheap, so that it is asked before any work."""
    if path.suffix.lower() != ".xlsx":
        raise UserError(f"“{path.name}” is not a workbook's name.", f"Write it as {path.with_suffix('.xlsx').name}.")
    if path.is_dir():
        raise UserError(f"{path} is a folder.", "Name a file in it.")
    if not path.parent.is_dir():
        raise UserError(f"The folder {path.parent} does not exist.", "Make it first or name another one.")
    lock = _open_elsewhere(path)
    if lock is not None:
        raise UserError(
            f"{path.name} is open in another program.",
            f"Close it there, or save as {free_name(path).name} instead. (If nothing has it open, remove {lock.name}.)",
        )
    if path.exists() and not path.stat().st_mode & stat.S_IWUSR:
        raise UserError(f"{path.name} is read-only.", f"Save as {free_name(path).name} instead.")


def free_name(path: Path) -> Path:
    """A file beside ``path`` that does not exist yet: ``review (2).xlsx``."""
    count = 2
    while (candidate := path.with_name(f"{path.stem} ({count}){path.suffix}")).exists():
        count += 1
    return candidate


def _open_elsewhere(path: Path) -> Path | None:
    # Excel leaves "~$name.xlsx" (long names lose their first two characters), LibreOffice ".~lock.name.xlsx#".
    names = (f"~${path.name}", f"~${path.name[2:]}", f".~lock.{path.name}#")
    for name in names:
        lock = path.with_name(name)
        if lock.exists():
            return lock
    return None


def _translated(fault: OSError, path: Path) -> UserError:
    if fault.errno == errno.ENOSPC:
        return UserError(f"The disk is full: {path.name} was not written.", "Free some space or choose another folder.")
    if isinstance(fault, PermissionError) and path.exists():
        # Windows refuses to replace a file that another program holds open.
        return UserError(
            f"{path.name} is open in another program or read-only.",
            f"Close it there, or save as {free_name(path).name} instead.",
        )
    if isinstance(fault, PermissionError) or fault.errno == errno.EROFS:
        return UserError(f"Nothing can be written into {path.parent}.", f"Save {path.name} in another folder.")
    return UserError(f"{path.name} was not written: {fault.strerror or fault}.", "Choose another folder.")


def _flush_folder(folder: Path) -> None:
    if os.name != "posix":
        return
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
