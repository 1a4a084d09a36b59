"""Tracking numbers. The genuine and the wrong ones are those of the open data set tracking_number_data (jkeen)."""

import pytest

from opsconsole.domain.tracking import carrier_family, tracking_fault

GOOD = {
    "ups": ["1Z5R89390357567127", "1Z879E930346834440", "1Z410E7W0392751591", "1Z8V92A70367203024", "K2479825491"],
    "UPS Mail Innovations": ["92748931507708513018050063"],
    "fedex": [
        *("986578788855", "477179081230", "0414 4176 0228 964", "9611020987654312345672"),
        *("1001921334250001000300779017972697", "9622001900000000000000776632517510", "00 0123 4500 0000 0027"),
    ],
    "usps": [
        *("9400 1112 0108 0805 4830 16", "420787459400111206206406260787", "9101 1234 5678 9000 0000 13"),
        *(
            "0307 1790 0005 2348 3741",
            "7196 9010 7560 0307 7385",
            "RB123456785US",
            "4201002334249200190132607600833457",
        ),
    ],
    "stamps_com": ["9361 2898 7870 0317 6337 95"],
    "dhl_express": ["3318810025", "73891051146", "JVGL0999999990", "GM2951173225174494"],
    "Amazon Logistics": ["TBA000000000000", "TBM502887274000"],
    "OnTrac": ["C11031500001879", "D10011354453707"],
    "canada post": ["0073938000549297"],
    "Royal Mail": ["RB123456785GB"],
    "Northline Ground": ["NL-55102", "123456789012"],
    None: ["1Z5R89390357567127", "12345"],
}
BAD = {
    "ups": ["1Z1111111111111111", "2Z5R89390357567127", "K1506235622", "1Z5R8939035756712", "123456789012"],
    "fedex": ["996578788855", "5682 8361 0012 732", "9600000000000000000001", "9622001560001234567100794808390595"],
    "usps": ["9434611206206407667131", "7196 9010 7560 0307 7386", "9200000000000000000000", "61299998820821171811"],
    "dhl": ["3318810010", "XJD0099999998"],
    "amazon": ["TBB000000000000", "TBA50288727400A"],
    "ontrac": ["C10000000000000", "D10011342332144"],
    "royal mail": ["RB123456786GB"],
    "Northline Ground": ["", "n/a", "0000000", "TBD", "12", None, "1Z1111111111111111", "9434611206206407667131"],
}


@pytest.mark.parametrize(("carrier", "number"), [(carrier, number) for carrier in GOOD for number in GOOD[carrier]])
def test_a_genuine_number_has_no_fault(carrier, number):
    assert tracking_fault(carrier, number) is None


@pytest.mark.parametrize(("carrier", "number"), [(carrier, number) for carrier in BAD for number in BAD[carrier]])
def test_a_wrong_number_has_one(carrier, number):
    assert tracking_fault(carrier, number)


def test_a_changed_digit_fails_the_check_digit():
    assert tracking_fault("ups", "1Z5R89390357567128") == "fails the UPS check digit"


def test_words_inside_other_words_are_no_carrier():
    assert carrier_family("Groups and Startups Courier") == ""
    assert carrier_family("ups_ground") == "ups"
