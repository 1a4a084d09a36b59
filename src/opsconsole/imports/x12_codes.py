"""Codes of X12 that opsconsole has words of its own for: carrier statuses, time zones, dates, article numbers."""

from collections.abc import Mapping

# AT701: what a carrier says happened: our scan code and what it means. Others count as movements under their own code.
STATUSES: Mapping[str, tuple[str, str]] = {
    "XB": ("labeled", "Told to the carrier"),
    "X3": ("labeled", "Carrier is at the sender"),
    "X8": ("labeled", "Carrier is at the sender's dock"),
    "L1": ("accepted", "Being loaded"),
    "CP": ("accepted", "Loaded at the sender"),
    "AM": ("accepted", "Loaded on a truck"),
    "AF": ("accepted", "Left the sender"),
    "P1": ("in_transit", "Left a terminal"),
    "X4": ("in_transit", "Arrived at a terminal"),
    "R1": ("in_transit", "Received from another carrier"),
    "J1": ("in_transit", "Handed to another carrier"),
    "AR": ("in_transit", "Arrived by rail"),
    "RL": ("in_transit", "Left by rail"),
    "I1": ("in_transit", "In through the gate"),
    "OA": ("in_transit", "Out through the gate"),
    "K1": ("in_transit", "Arrived at customs"),
    "X6": ("in_transit", "On the way to the receiver"),
    "AJ": ("in_transit", "Offered for delivery"),
    "AV": ("in_transit", "Can be delivered"),
    "AI": ("in_transit", "Sent to another receiver"),
    "AW": ("ready_for_pickup", "Can be picked up"),
    "X1": ("out_for_delivery", "Arrived at the receiver"),
    "X5": ("out_for_delivery", "Arrived at the receiver's dock"),
    "S1": ("out_for_delivery", "Trailer stands at the receiver"),
    "D1": ("delivered", "Unloaded at the receiver"),
    "CD": ("in_transit", "Carrier left the receiver"),
    "A7": ("failed_attempt", "Refused by the receiver"),
    "AH": ("failed_attempt", "Delivery was tried"),
    "AP": ("failed_attempt", "Delivery was not completed"),
    "SD": ("delayed", "Delayed"),
    "A9": ("damaged", "Damaged"),
    "A3": ("returned", "Returned to the sender"),
    "CA": ("voided", "Cancelled"),
}
# AT701: expected, not happened.
ESTIMATES = frozenset({"AG", "X2", "C1", "AA", "AB"})

# AT707: zones whose offset changes over the year, and fixed ones in hours.
ZONES: Mapping[str, str] = {
    "ET": "America/New_York", "CT": "America/Chicago", "MT": "America/Denver", "PT": "America/Los_Angeles",
    "AT": "America/Halifax", "NT": "America/St_Johns", "TT": "America/Anchorage", "HT": "Pacific/Honolulu",
}  # fmt: skip
OFFSETS: Mapping[str, int] = {
    "UT": 0, "GM": 0, "ES": -5, "ED": -4, "CS": -6, "CD": -5, "MS": -7, "MD": -6, "PS": -8, "PD": -7, "AS": -4,
    "AD": -3, "HS": -10,
}  # fmt: skip

# DTM01, the first that is told counts: the day of delivery, the day of leaving, and the earliest day.
DELIVERY = ("002", "067", "106", "017", "063", "074")
SHIPPING = ("010", "068", "118", "038", "018")
EARLIEST = ("064", "037", "071")
SHIPPED = ("011", "050")
EXPECTED = ("017", "067", "002", "371")

# Qualifiers of article numbers: the buyer's, the vendor's, and those of the trade.
BUYERS = ("BP", "IN", "SK", "CB", "PI")
VENDORS = ("VN", "VP", "VA", "VC", "MG", "PN")
TRADE = ("UP", "UI", "EN", "UK", "UA", "GTIN")

# SAC02: what an allowance or charge is for; others are charges of other kinds.
CHARGES: Mapping[str, str] = {
    "D240": "freight", "D260": "freight", "D270": "freight", "G821": "freight", "G822": "freight", "G830": "freight",
    "H740": "tax", "H750": "tax", "H760": "tax", "H770": "tax", "H780": "tax", "H850": "tax",
}  # fmt: skip

# Standard carrier alpha codes (SCAC) and their colloquial forms of parcel carriers that have keys of their own.
CARRIERS: Mapping[str, str] = {
    "FDEG": "fedex", "FDE": "fedex", "FDXG": "fedex", "FDXE": "fedex", "FEDX": "fedex", "FDCC": "fedex",
    "UPSN": "ups", "UPSS": "ups", "UPSG": "ups", "UPS": "ups", "UPGF": "ups", "USPS": "usps", "DHLE": "dhl",
    "DHLG": "dhl", "DHLC": "dhl", "ONTR": "ontrac",
}  # fmt: skip
