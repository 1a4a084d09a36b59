"""Postcodes and addresses. The postcodes are genuine ones of public buildings, or those with something taken away."""

import pytest

from opsconsole.domain.addresses import PARTS, address_fault
from opsconsole.domain.postcodes import country_code, needs_postcode, postcode_fits

ADDRESS = {"address1": "12 Main Street", "city": "Reno", "province": "NV", "postcode": "89501", "country": "US"}
SAID = frozenset(PARTS)


@pytest.mark.parametrize(
    ("country", "postcode"),
    [
        *(("US", "20500"), ("USA", "20500-0003"), ("CA", "K1A 0A9"), ("Canada", "k1a0a9"), ("GB", "SW1A 1AA")),
        *(("United Kingdom", "EC1A 1BB"), ("DE", "10557"), ("NL", "2513 AA"), ("PL", "00-902"), ("PT", "1200-869")),
        *(("BR", "70150-900"), ("JP", "100-0001"), ("IE", "D02 AF30"), ("SE", "111 30"), ("AU", "2600"), ("XX", "?")),
    ],
)
def test_a_postcode_of_its_country_fits(country, postcode):
    assert postcode_fits(country, postcode)


@pytest.mark.parametrize(
    ("country", "postcode"),
    [
        ("US", "2050"),
        ("US", "ABCDE"),
        ("CA", "K1A 0D9O"),
        ("CA", "D1A 0A9"),
        ("GB", "12345"),
        ("DE", "1055"),
        ("NL", "0513 AA"),
    ],
)
def test_a_postcode_of_another_form_does_not(country, postcode):
    assert not postcode_fits(country, postcode)


def test_countries_are_known_by_code_and_name():
    assert [country_code(name) for name in ("us", "United States", "Deutschland", "Narnia", None)] == [
        "US",
        "US",
        "DE",
        "",
        "",
    ]
    assert [needs_postcode(name) for name in ("US", "IE", "HK", None)] == [True, False, False, False]


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({}, None),
        ({"address1": " "}, "Street is missing"),
        ({"city": None}, "City is missing"),
        ({"country": ""}, "Country is missing"),
        ({"postcode": ""}, "Postcode is missing"),
        ({"postcode": "", "country": "HK", "province": ""}, None),
        ({"province": ""}, "State or province is missing"),
        ({"province": "", "country": "DE", "postcode": "10557"}, None),
        ({"postcode": "8950"}, "Postcode “8950” does not fit US"),
        ({"address1": "x" * 35}, None),
        ({"address1": "x" * 36}, "Address line 1 has 36 characters, carriers take 35"),
        ({"address2": "x" * 47, "carrier_key": "usps"}, "Address line 2 has 47 characters, USPS takes 46"),
        ({"address1": "x" * 46, "service": "USPS Priority"}, None),
        (dict.fromkeys(ADDRESS, ""), None),
    ],
)
def test_what_is_wrong_with_an_address(change, fault):
    assert address_fault({**ADDRESS, **change}, SAID, 35) == fault


def test_a_part_that_no_file_has_is_unknown():
    assert address_fault({**ADDRESS, "address1": None}, SAID - {"address1"}, 35) is None
