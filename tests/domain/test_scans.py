"""What carriers' words stand for; words as the carriers' tracking pages and the UPU's event lists have them."""

import pytest

from opsconsole.domain.scans import SCANS, scan_code, scan_label, scans_in


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("in_transit", "in_transit"),
        ("In-Transit", "in_transit"),
        ("Out for Delivery", "out_for_delivery"),
        ("On FedEx vehicle for delivery", "out_for_delivery"),
        ("Delivered, Front Door/Porch", "delivered"),
        ("Delivery attempt - Notice Left (No Authorized Recipient Available)", "failed_attempt"),
        ("Customer not available or business closed", "failed_attempt"),
        ("Delivery exception", "exception"),
        ("Shipment exception", "exception"),
        ("A severe weather delay has occurred", "delayed"),
        ("Held by customs", "customs_hold"),
        ("Clearance delay - Import", "customs_hold"),
        ("International shipment release - Import: cleared customs", "customs_released"),
        ("Duties or taxes are due on this package", "duty_due"),
        ("Return to Sender Processed", "returning"),
        ("Returning package to shipper", "returning"),
        ("Returned to shipper", "returned"),
        ("The street number is incorrect: insufficient address", "address_problem"),
        ("Package damaged, contents salvaged", "damaged"),
        ("Shipper created a label, UPS has not received the package yet", "labeled"),
        ("Shipment information sent to FedEx", "labeled"),
        ("USPS in possession of item", "accepted"),
        ("Origin Scan", "accepted"),
        ("Departed USPS Regional Facility", "in_transit"),
        ("Available for pickup", "ready_for_pickup"),
        ("Qwertz", None),
    ],
)
def test_a_carriers_words_stand_for_a_code(words, code):
    assert scan_code(words) == code


@pytest.mark.parametrize("code", SCANS)
def test_a_code_stands_for_itself(code):
    assert scan_code(code) == code


def test_every_code_is_of_one_kind():
    kinds = {"before", "movement", "exception", "failed", "customs", "returned", "delivered"}
    assert all(len(status.groups & kinds) == 1 for status in SCANS.values())
    assert set(scans_in("problem")) == set(scans_in("exception", "failed", "customs", "returned"))


def test_a_scan_is_said_in_the_carriers_own_words():
    assert scan_label("exception", "Dog on the porch") == "Dog on the porch"
    assert scan_label("failed_attempt") == "Delivery failed"
    assert scan_label("X9") == "X9"
