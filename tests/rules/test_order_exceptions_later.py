"""More examples of the rules about transit, aftersales and records; what is expected follows from the definitions."""

import examples_aftersales
import examples_records
import examples_transit
import pytest

MORE = [
    pytest.param(*more, id=f"{more[0]}-{number}")
    for phase in (examples_transit, examples_aftersales, examples_records)
    for number, more in enumerate(getattr(phase, "MORE", ()))
]


@pytest.mark.parametrize(("code", "files", "subjects"), MORE)
def test_a_rule_finds_exactly_what_its_definition_says(code, files, subjects, found):
    assert {s for c, s in found(files) if c == code} == subjects
