"""Debugging symbols taken out of the program's libraries (Linux): about a tenth of its size.

Some wheels change files after linking, and `strip` then moves a segment off its page: the loader refuses such
a library. So each result is looked at before it takes the place of the original.
"""

import struct
import subprocess
import tempfile
from pathlib import Path

LOADABLE = 1


def strip_libraries(program: Path) -> int:
    """Strip every shared library under a folder where that leaves it loadable; returns the bytes saved."""
    saved = 0
    with tempfile.TemporaryDirectory() as folder:
        smaller = Path(folder) / "stripped.so"
        for library in program.rglob("*.so*"):
            if library.is_symlink() or not library.is_file() or not is_elf(library):
                continue
            done = subprocess.run(["strip", "--strip-unneeded", "-o", str(smaller), str(library)], check=False)
            if done.returncode == 0 and loadable(smaller.read_bytes()):
                saved += library.stat().st_size - smaller.stat().st_size
                library.write_bytes(smaller.read_bytes())
    return saved


def is_elf(file: Path) -> bool:
    """Whether a file is a program or library of Linux."""
    with file.open("rb") as opened:
        return opened.read(4) == b"\x7fELF"


def loadable(content: bytes) -> bool:
    """Whether every loadable segment of a 64-bit ELF file lies where its alignment allows it to be mapped.

    The rule is the ELF specification's: address and file offset are equal modulo the alignment.
    """
    order = "<" if content[5] == 1 else ">"
    offset = struct.unpack_from(order + "Q", content, 32)[0]
    size, count = struct.unpack_from(order + "HH", content, 54)
    for number in range(count):
        kind, _, place, address, _, _, _, alignment = struct.unpack_from(
            order + "IIQQQQQQ", content, offset + number * size
        )
        if kind == LOADABLE and alignment > 1 and (place - address) % alignment:
            return False
    return True
