"""Who the demo company is: its channels, locations, vendors and the marks on its charts."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Channel:
    """A sales channel account.

    ``ship_days`` and ``deliver_days`` are working days: from the order to hand-over, and from there to delivery. A
    marketplace states its promises (``cut_off``: the hour of the last day, where it is not the day's end); those of a
    shop of one's own follow from the channel.
    """

    key: str
    label: str
    platform: str
    zone: str
    currency: str
    ship_days: int
    deliver_days: int
    share: float
    states_promises: bool
    cut_off: int = 0
    repeats: float = 0.25
    methods: tuple[str, ...] = ("Card",)


CHANNELS = (
    Channel("shopify", "Shopify", "shopify", "America/Los_Angeles", "USD", 2, 4, 0.34, False, 0, 0.34,
            ("Card", "Card", "Card", "Shop Pay", "PayPal")),
    Channel("amazon", "Amazon", "amazon", "America/Los_Angeles", "USD", 2, 3, 0.30, True, 17, 0.12, ("Amazon",)),
    Channel("walmart", "Walmart", "walmart", "America/Chicago", "USD", 2, 4, 0.12, True, 16, 0.10, ("Walmart",)),
    Channel("ebay", "eBay", "ebay", "America/New_York", "USD", 3, 5, 0.09, True, 0, 0.12, ("eBay", "PayPal")),
    Channel("etsy", "Etsy", "etsy", "America/New_York", "USD", 4, 5, 0.07, True, 0, 0.15, ("Etsy",)),
    Channel("shopify-ca", "Shopify CA", "shopify", "America/Toronto", "CAD", 3, 6, 0.05, False, 0, 0.28,
            ("Card", "Card", "PayPal")),
    Channel("wholesale", "Wholesale", "manual", "America/Los_Angeles", "USD", 5, 6, 0.03, False, 0, 0.88,
            ("Invoice",)),
)  # fmt: skip
CHANNEL = {channel.key: number for number, channel in enumerate(CHANNELS)}


@dataclass(frozen=True, slots=True)
class Location:
    """Where stock lies; ``vendor`` is the 3PL that runs the site. ``late`` is the share it ships past its ship-by."""

    key: str
    label: str
    kind: str
    vendor: str
    zone: str
    late: float
    dock_hours: float


LOCATIONS = (
    Location("reno", "Reno 1", "warehouse", "summit-3pl-west", "America/Los_Angeles", 0.008, 14.0),
    Location("columbus", "Columbus", "3pl", "delta-cross-dock", "America/New_York", 0.015, 18.0),
    Location("harbor", "Harbor", "3pl", "harbor-fulfillment", "America/New_York", 0.026, 26.0),
    Location("fba", "Amazon FBA", "marketplace", "", "America/New_York", 0.006, 30.0),
)
STOCKED = tuple(location.key for location in LOCATIONS)


@dataclass(frozen=True, slots=True)
class DropShipper:
    """Ships from its own stock; ``late`` past the ship-by, ``cancels`` for want of stock."""

    key: str
    label: str
    city: str
    province: str
    postcode: str
    late: float
    cancels: float
    zone: str = "America/New_York"


_DROP_SHIPPERS = (
    DropShipper("lakeside-garden", "Lakeside Garden", "Madison", "WI", "53703", 0.085, 0.040),
    DropShipper("pinecraft-toys", "Pinecraft Toys", "Portland", "ME", "04101", 0.014, 0.008),
)
DROP_SHIPPERS = {shipper.key: shipper for shipper in _DROP_SHIPPERS}

# From where an order is shipped, by number: the four locations, then the drop-shippers.
PLACES = (*STOCKED, *DROP_SHIPPERS)
PLACE = {key: number for number, key in enumerate(PLACES)}
PLACE_ZONES = (*(location.zone for location in LOCATIONS), *(shipper.zone for shipper in _DROP_SHIPPERS))
PLACE_LATE = (*(location.late for location in LOCATIONS), *(shipper.late for shipper in _DROP_SHIPPERS))
FBA = PLACE["fba"]
FIRST_DROP_SHIPPER = len(LOCATIONS)


@dataclass(frozen=True, slots=True)
class Carrier:
    """``late`` is the share it delivers after the promised day; ``style`` the kind of its tracking numbers."""

    key: str
    label: str
    kind: str
    style: str
    services: tuple[str, ...]
    late: float
    scan_hours: float
    days: float


CARRIERS = (
    Carrier("northline", "Northline Parcel", "parcel_carrier", "1z", ("Northline Ground", "Northline 2-Day"),
            0.046, 8.0, 1.9),
    Carrier("swiftpost", "Swiftpost", "parcel_carrier", "postal", ("Swiftpost Priority", "Swiftpost Economy"),
            0.088, 13.0, 2.3),
    Carrier("meridian", "Meridian Express", "parcel_carrier", "express", ("Meridian Ground", "Meridian Overnight"),
            0.024, 6.0, 1.4),
    Carrier("corvid", "Corvid Regional", "parcel_carrier", "1z", ("Corvid Next-Day",), 0.042, 9.0, 1.4),
    Carrier("bluecrest", "Bluecrest Freight", "ltl_carrier", "pro", ("Bluecrest LTL",), 0.050, 9.0, 3.4),
    Carrier("old-quay", "Old Quay Freight", "ltl_carrier", "pro", ("Old Quay LTL",), 0.090, 14.0, 4.0),
    Carrier("amazon-logistics", "Amazon Logistics", "", "tba", ("Prime",), 0.012, 5.0, 1.2),
)  # fmt: skip
CARRIER = {carrier.key: number for number, carrier in enumerate(CARRIERS)}


@dataclass(frozen=True, slots=True)
class Supplier:
    """``lead`` days quoted; ``late`` and ``short`` shares of its lines, ``rejects`` share of its units."""

    key: str
    label: str
    city: str
    country: str
    currency: str
    lead: int
    spread: float
    late: float
    short: float
    rejects: float
    starts_days_ago: int = 0


SUPPLIERS = (
    Supplier("alder-textiles", "Alder Textiles", "Porto", "PT", "USD", 28, 3.5, 0.070, 0.020, 0.008),
    Supplier("brook-ceramics", "Brook Ceramics", "Asheville", "US", "USD", 14, 1.2, 0.020, 0.006, 0.002),
    Supplier("kestrel-kitchenware", "Kestrel Kitchenware", "Toledo", "US", "USD", 21, 2.0, 0.045, 0.012, 0.005),
    Supplier("maple-linen", "Maple Linen", "Guelph", "CA", "CAD", 24, 2.6, 0.055, 0.015, 0.005),
    Supplier("ferrous-home", "Ferrous Home", "Pittsburgh", "US", "USD", 18, 2.0, 0.06, 0.010, 0.004, 27),
)
SUPPLIER = {supplier.key: number for number, supplier in enumerate(SUPPLIERS)}

THREE_PLS = (
    ("harbor-fulfillment", "Harbor Fulfillment", "Savannah", "GA", "31408"),
    ("delta-cross-dock", "Delta Cross-dock", "Columbus", "OH", "43217"),
    ("summit-3pl-west", "Summit 3PL West", "Sparks", "NV", "89441"),
)
