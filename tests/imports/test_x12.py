"""Taking X12 EDI apart. The rows of the sample file are worked out by hand; genuine files by their own SE counts."""

import re

import pytest

from opsconsole.imports.x12 import looks_like, transactions
from opsconsole.imports.x12_rows import occurred
from opsconsole.imports.x12_stream import segment_texts


def parted(text, *, at_breaks=False):
    """The transactions of a text."""
    return list(transactions(segment_texts([text], "file.edi", at_breaks=at_breaks)))


def shape(text, *, at_breaks=False):
    """Kinds and values of every transaction, whatever the signs."""
    found = parted(text, at_breaks=at_breaks)
    return [(one.kind, [part.elements for part in one.segments], one.fault[0]) for one in found]


@pytest.fixture
def plain(sample_files):
    return (sample_files / "x12_buying.edi").read_text()


@pytest.mark.parametrize(
    "harm",
    [
        pytest.param(lambda text: "\ufeff \n" + text, id="byte order mark and blank line before ISA"),
        pytest.param(lambda text: text.replace("          ", "\xa0" * 10), id="no-break spaces in ISA"),
        pytest.param(lambda text: re.sub(r" +\*", "*", text), id="ISA without its padding"),
        pytest.param(lambda text: text.replace("OURSELVES      *", "OURSELVES      \n*", 1), id="a line break in ISA"),
        pytest.param(lambda text: text.replace("~\n", "~"), id="one line"),
        pytest.param(lambda text: text.replace("~\n", "~\r\n\t "), id="Windows and indented"),
        pytest.param(lambda text: text.rstrip().rstrip("~"), id="no terminator at the end"),
        pytest.param(lambda text: text.replace("*T*>~\n", "*T*~\n"), id="no component separator"),
        pytest.param(lambda text: text.replace("*T*>~\n", "*T*~").replace("~\n", "~"), id="nor any line breaks"),
        pytest.param(lambda text: text.replace("*T*>~\n", "*T*>\n").replace("~\n", "\n"), id="lines end segments"),
        pytest.param(lambda text: text.replace("*", "|").replace("~", "'").replace(">", ":"), id="other signs"),
        pytest.param(lambda text: text.replace("***1500~\nTDS", "***1500\nTDS"), id="a terminator lost"),
        pytest.param(lambda text: text.replace("IEA*1*000000101", "IEA*1*000000999"), id="control numbers differ"),
        pytest.param(lambda text: text.replace("SE*18*0001", "SE*0018*0001"), id="zeros before a count"),
    ],
)  # fmt: skip
def test_harm_on_the_way_does_not_change_what_an_interchange_says(plain, harm):
    def values(text, at_breaks=False):
        found = shape(text, at_breaks=at_breaks)
        return [(kind, [part for part in parts if part[0] != "SE"], fault) for kind, parts, fault in found]

    harmed = harm(plain)
    assert looks_like(harmed.encode())
    # A file with a transaction that is not whole is read once more, by its lines.
    faulty = any(fault for *_, fault in values(harmed))
    assert values(harmed, at_breaks=faulty) == values(plain)
    assert len(values(plain)) == 6


def test_a_transaction_that_lost_segments_is_told(plain):
    (first, *others) = parted(plain.replace("DTM*064*20261112~\n", ""))
    assert first.fault[1:] == ("18", "17: the number of segments that are there")
    assert all(one.fault[0] == 0 for one in others)
    (*whole, last) = parted(plain[: plain.index("SE*19*0005")])
    assert last.fault[2] == "SE: the end of transaction 0005 is missing"
    assert [one.kind for one in whole] == ["850", "855", "856", "997", "810"]


def test_the_word_isa_as_a_value_begins_no_interchange(plain):
    text = plain.replace("N1*SU*Millworks*92", "N1*SU*ISA*92")
    assert len(parted(text)) == 6


def test_bytes_that_only_begin_alike_are_no_interchange():
    assert not looks_like(b"ISA,Name,Total\n1,2,3\n")
    assert not looks_like(b"ISABEL|a|b|c|d|e|f|g|h|i|j|k|l\n")


def test_a_status_counts_in_the_zone_that_its_time_code_names():
    assert occurred("20261110", "1815", "ET") == "2026-11-10T18:15:00-05:00"
    assert occurred("20260710", "1815", "ET") == "2026-07-10T18:15:00-04:00"  # daylight saving
    assert occurred("20261110", "181530", "UT") == "2026-11-10T18:15:30+00:00"
    assert occurred("20261110", "1815", "LT") == "2026-11-10 18:15"
    assert occurred("20261340", "1815", "ET") == "2026-13-40 18:15"


@pytest.mark.real_data
def test_every_genuine_interchange_has_the_segments_that_it_states(genuine):
    files = sorted(path for path in (genuine / "edi").iterdir() if path.suffix.lower() == ".edi")
    assert len(files) >= 9
    counts = {}
    for path in files:
        found = parted(path.read_bytes().decode("utf-8-sig"))
        assert [one.fault for one in found] == [(0, "", "")] * len(found), path.name
        counts[path.name] = [(one.kind, one.count) for one in found]
    # As SE01 of the files says.
    assert counts["x12.850.issue135.edi"] == [("850", 87), ("850", 95)]
    assert counts["x12.850a.edi"] == [("850", 50)]
    assert counts["x12.810b.edi"] == [("810", 72)]
    assert counts["x12.214.edi"] == [("214", 16)]
