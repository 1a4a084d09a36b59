"""Which parcels are declared at customs; countries of the Union by Regulation (EU) 952/2013, article 4."""

import pytest

from opsconsole.domain.customs import CUSTOMS_UNION, crosses_customs, number_needed


def test_the_customs_union_has_the_27_members_and_monaco():
    assert len(CUSTOMS_UNION) == 28
    assert not {"GB", "NO", "CH"} & CUSTOMS_UNION


@pytest.mark.parametrize(
    ("origin", "destination", "crosses"),
    [
        ("US", "CA", True),
        ("US", "us", False),
        ("United States", "US", False),
        ("DE", "FR", False),
        ("DE", "GB", True),
        ("CH", "AT", True),
        (None, "CA", False),
        ("US", None, False),
    ],
)
def test_goods_are_declared_between_countries_that_are_not_one_customs_territory(origin, destination, crosses):
    assert crosses_customs(origin, destination) is crosses


def test_the_number_on_the_declaration_has_the_name_of_its_country():
    assert number_needed("FR") == "IOSS or VAT number"
    assert number_needed("NO") == "VOEC number"
    assert number_needed("CA") == "customs or tax number"
