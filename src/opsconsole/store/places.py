"""Where a live SQLite file may lie: not on a network share, not in a folder that a cloud service copies."""

import re
import sys
from pathlib import Path
from typing import Any

from opsconsole.domain.errors import UserError

_NETWORK_FILE_SYSTEMS = {"nfs", "nfs4", "cifs", "smb", "smb2", "smb3", "smbfs", "afs", "afpfs", "ncpfs", "9p"}
_NETWORK_FILE_SYSTEMS |= {"webdav", "davfs", "fuse.davfs", "fuse.sshfs", "fuse.rclone"}
# Folder names the services give to what they keep in step: "OneDrive - Contoso", "Dropbox (Work)", "Google Drive".
_SYNCED = re.compile(
    r"^(onedrive( -.*)?|dropbox( \(.*\))?|google ?drive|my drive|icloud ?drive|iclouddrive|com~apple~clouddocs|"
    r"mobile documents|cloudstorage|nextcloud|owncloud|pcloud ?drive|box sync|syncthing)$",
    re.IGNORECASE,
)
_SYNC_MARKERS = (".dropbox", ".dropbox.cache", ".stfolder", ".owncloudsync.log")
_ALTERNATIVE = (
    "Keep it in a folder of this computer and make backups onto the shared folder, "
    "or use a shared PostgreSQL database when several people work on it."
)


def may_live(path: Path) -> bool:
    """Whether a live database file may lie at a path."""
    try:
        check_place(path)
    except UserError:
        return False
    return True


def check_place(path: Path, mounts: Path = Path("/proc/mounts")) -> None:
    """Raise UserError when a live database file in this place would sooner or later be damaged."""
    whole = path.expanduser().absolute()
    resolved = whole.resolve()
    for folder in dict.fromkeys([*whole.parents, *resolved.parents]):
        if _SYNCED.match(folder.name) or any((folder / marker).exists() for marker in _SYNC_MARKERS):
            raise UserError(
                f"“{path.name}” lies in “{folder}”, which a cloud service keeps in step: it copies a database while it "
                "is being written, and the copies do not fit together.",
                _ALTERNATIVE,
            )
    if _on_network(resolved, mounts):
        raise UserError(
            f"“{path.name}” lies on a network share, where SQLite's locks do not hold: two computers can damage it.",
            _ALTERNATIVE,
        )


def _on_network(path: Path, mounts: Path) -> bool:
    if sys.platform == "win32":
        return _windows_network(path)
    return file_system_of(path, mounts) in _NETWORK_FILE_SYSTEMS


def file_system_of(path: Path, mounts: Path = Path("/proc/mounts")) -> str:
    """Type of the file system a path lies on, from the kernel's list of mounts; empty where there is none."""
    try:
        lines = mounts.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    best, kind = "", ""
    for line in lines:
        parts = line.split()
        if len(parts) < 3:
            continue
        # The kernel writes blanks in paths as octal escapes.
        point = re.sub(r"\\(\d{3})", lambda m: chr(int(m.group(1), 8)), parts[1])
        if path.is_relative_to(point) and len(point) >= len(best):
            best, kind = point, parts[2]
    return kind


def _windows_network(path: Path) -> bool:
    if str(path).startswith(("\\\\", "//")):
        return True
    import ctypes

    remote = 4
    kernel: Any = ctypes.__dict__["windll"].kernel32
    return bool(kernel.GetDriveTypeW(path.anchor) == remote)
