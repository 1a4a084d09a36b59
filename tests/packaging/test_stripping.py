"""Which stripped libraries are kept: those that the loader of Linux still maps."""

import struct
import subprocess
import sys
from pathlib import Path

import pytest


def elf(*segments: tuple[int, int, int, int]) -> bytes:
    """A 64-bit little-endian ELF head with program headers of (kind, file offset, address, alignment)."""
    head = bytearray(64)
    head[:6] = b"\x7fELF\x02\x01"
    struct.pack_into("<Q", head, 32, 64)
    struct.pack_into("<HH", head, 54, 56, len(segments))
    entries = (struct.pack("<IIQQQQQQ", kind, 0, place, at, at, 0, 0, align) for kind, place, at, align in segments)
    return bytes(head) + b"".join(entries)


@pytest.mark.parametrize(
    ("segment", "fits"),
    [
        ((1, 0x1000, 0x401000, 0x1000), True),
        ((1, 0x1040, 0x402040, 0x1000), True),
        ((1, 0x1040, 0x402000, 0x1000), False),
        ((1, 0x1040, 0x402000, 1), True),
        ((2, 0x1040, 0x402000, 0x1000), True),
    ],
    ids=["whole pages", "same place in the page", "moved off its page", "no alignment", "not loaded"],
)
def test_a_segment_must_keep_its_place_in_the_page(stripping, segment, fits):
    assert stripping.loadable(elf((1, 0, 0, 0x1000), segment)) is fits


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks at this system's own programs")
def test_libraries_that_run_are_found_loadable(stripping):
    maps = Path("/proc/self/maps").read_text("utf-8").split()
    libraries = {Path(word) for word in maps if ".so" in word and word.startswith("/")}
    assert libraries
    assert all(stripping.loadable(library.read_bytes()) for library in libraries if library.exists())


def test_a_library_that_would_not_load_any_more_is_left_alone(stripping, monkeypatch, tmp_path):
    library = tmp_path / "_internal" / "libodd.so.1"
    library.parent.mkdir()
    library.write_bytes(elf((1, 0, 0, 0x1000)) + b"symbols")
    (tmp_path / "readme.so.txt").write_text("no library", "utf-8")

    def strip(command, check):
        Path(command[command.index("-o") + 1]).write_bytes(elf((1, 0x40, 0, 0x1000)))
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(stripping.subprocess, "run", strip)
    assert stripping.strip_libraries(tmp_path) == 0
    assert library.read_bytes().endswith(b"symbols")
