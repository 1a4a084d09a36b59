import errno
from pathlib import Path
from typing import BinaryIO

import pytest

from opsconsole.domain.errors import Cancelled, UserError
from opsconsole.exports import target
from opsconsole.exports.target import check_target, write_atomically


def write_new(file: BinaryIO) -> None:
    file.write(b"new")


def test_the_file_is_there_whole_and_nothing_else_is(tmp_path: Path) -> None:
    write_atomically(tmp_path / "review.xlsx", write_new)
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("review.xlsx", b"new")]


@pytest.mark.parametrize("fault", [Cancelled(), RuntimeError("ours"), OSError(errno.ENOSPC, "full")])
def test_a_stopped_write_leaves_the_old_file_as_it_was(tmp_path: Path, fault: Exception) -> None:
    path = tmp_path / "review.xlsx"
    path.write_bytes(b"old")

    def write_half(file: BinaryIO) -> None:
        file.write(b"ne")
        raise fault

    with pytest.raises((Cancelled, RuntimeError, UserError)):
        write_atomically(path, write_half)
    assert [(found.name, found.read_bytes()) for found in tmp_path.iterdir()] == [("review.xlsx", b"old")]


def test_a_full_disk_is_said_in_words(tmp_path: Path) -> None:
    def write_none(file: BinaryIO) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(UserError, match="disk is full"):
        write_atomically(tmp_path / "review.xlsx", write_none)


# Excel: "Owner file", ~$ before the name, for names of more than eight characters over its first two as well.
@pytest.mark.parametrize("lock", ["~$review.xlsx", "~$view.xlsx", ".~lock.review.xlsx#"])
def test_a_file_open_elsewhere_is_refused_with_another_name(tmp_path: Path, lock: str) -> None:
    path = tmp_path / "review.xlsx"
    path.write_bytes(b"old")
    (tmp_path / lock).touch()
    with pytest.raises(UserError, match="open in another program") as refused:
        write_atomically(path, write_new)
    assert "review (2).xlsx" in refused.value.hint
    assert path.read_bytes() == b"old"


def test_the_name_offered_is_free(tmp_path: Path) -> None:
    for name in ("review.xlsx", "review (2).xlsx", ".~lock.review.xlsx#"):
        (tmp_path / name).touch()
    with pytest.raises(UserError) as refused:
        check_target(tmp_path / "review.xlsx")
    assert "review (3).xlsx" in refused.value.hint


def test_a_file_that_windows_does_not_let_go_is_said_to_be_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(source: object, place: object) -> None:
        raise PermissionError(errno.EACCES, "Access is denied")

    path = tmp_path / "review.xlsx"
    path.write_bytes(b"old")
    monkeypatch.setattr(target.os, "replace", refuse)
    with pytest.raises(UserError, match="open in another program"):
        write_atomically(path, write_new)
    assert [found.name for found in tmp_path.iterdir()] == ["review.xlsx"]


def test_a_read_only_file_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "review.xlsx"
    path.write_bytes(b"old")
    path.chmod(0o444)
    with pytest.raises(UserError, match="read-only"):
        write_atomically(path, write_new)
    assert path.read_bytes() == b"old"


def test_a_folder_that_takes_no_files_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: Path, mode: str) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(UserError, match="Nothing can be written into"):
        write_atomically(tmp_path / "review.xlsx", write_new)


@pytest.mark.parametrize(
    ("name", "words"), [("review.csv", "not a workbook"), ("none/review.xlsx", "does not exist"), ("is.xlsx", "folder")]
)
def test_a_place_that_cannot_be_is_refused_before_any_work(tmp_path: Path, name: str, words: str) -> None:
    (tmp_path / "is.xlsx").mkdir()
    with pytest.raises(UserError, match=words):
        check_target(tmp_path / name)
