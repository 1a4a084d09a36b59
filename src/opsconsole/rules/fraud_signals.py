"""Signals of fraud and the score they add up to: each says what it weighs, what it saw, and how many points that is.

``facts`` selects the facts of orders, ``score`` is a pure function over one row of them. The newest decision of a fraud
service or of a person stands above the score: an approval ends the matter, a decline or a review raises it.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.sql.functions import coalesce

from opsconsole.domain import money
from opsconsole.domain.fraud import FraudSignal
from opsconsole.domain.instants import HOUR
from opsconsole.domain.postcodes import country_code
from opsconsole.rules.order_exceptions_conditions import o, order_columns
from opsconsole.rules.rule import Moment, Parameter
from opsconsole.store.schema import fraud_decisions, orders

# US postcodes in which well-known parcel forwarders have their warehouses; a list to begin with, edited as a setting.
FORWARDERS = (
    *("11413", "11430", "19720", "33122", "33126", "33166", "33172", "33178", "33182", "33192", "34249"),
    *("85043", "89423", "90248", "90503", "97220", "97230"),
)
COUNTED = 100  # orders of the same customer that are counted: a till has thousands a day
Facts = Mapping[str, Any]
Values = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Seen:
    """What a signal saw in an order: ``share`` of its weight (0 … 1) and words that say why."""

    share: float
    words: str


@dataclass(frozen=True, slots=True)
class Signal:
    """A signal: ``weight`` points at most, and how it looks at the facts of an order (None: nothing seen)."""

    key: str
    label: str
    weight: float
    about: str
    look: Callable[[Facts, Values, Collection[str]], Seen | None]

    @property
    def parameter(self) -> str:
        """Key of the rule's parameter that moves its weight."""
        return f"weight_{self.key}"


@dataclass(frozen=True, slots=True)
class Score:
    """An order's score from 0 to 100, what it is made of, and the newest decision about the order ("" = none)."""

    points: float
    contributions: tuple[FraudSignal, ...]
    decision: str
    is_high_risk: bool

    @property
    def words(self) -> str:
        """The signals that were seen with their points: ``Billing US, shipping NG (25), 3 orders in 24 h (25)``."""
        return ", ".join(f"{one.words} ({one.points:g})" for one in self.contributions if one.points)

    def raises(self, threshold: float) -> bool:
        """Whether somebody must look at the order."""
        if self.decision:
            return self.decision != "approve"
        return self.is_high_risk or self.points > threshold


# --- what each signal looks at ----------------------------------------------------------------------------------------


def _countries(facts: Facts, values: Values, forwarders: Collection[str]) -> Seen | None:
    billed, shipped = country_code(facts["bill_country"]), country_code(facts["country"])
    if not billed or not shipped or billed == shipped:
        return None
    return Seen(1, f"Billing {billed}, shipping {shipped}")


def _velocity(facts: Facts, values: Values, forwarders: Collection[str]) -> Seen | None:
    counts = {
        "customer": facts["orders_of_customer"],
        "e-mail address": facts["orders_of_email"],
        "address": facts["orders_of_address"],
    }
    by, most = max(counts.items(), key=lambda entry: entry[1] or 0)
    orders_placed = (most or 0) + 1
    if orders_placed < values["velocity_orders"]:
        return None
    many = f"Over {COUNTED}" if orders_placed > COUNTED else f"{orders_placed}"
    return Seen(1, f"{many} orders of the same {by} in {values['velocity_hours']:g} h")


def _first_order(facts: Facts, values: Values, forwarders: Collection[str]) -> Seen | None:
    if not (facts["email"] or facts["customer_id"]) or facts["ordered_before"] or facts["total"] is None:
        return None
    currency = facts["currency"] or ""
    if facts["total"] < values["first_order_value"] * 10 ** money.digits(currency):
        return None
    return Seen(1, f"First order, {money.in_words(int(facts['total']), currency)}")


def rests_on_others(facts: Facts, values: Values) -> bool:
    """Whether the score can rise or fall because another order becomes another one's, or goes.

    An order that joins those of its customer or address is seen by what it shares with them now.
    """
    if _velocity(facts, values, ()) is not None:
        return True
    alone = _first_order({**facts, "ordered_before": 0}, values, ())
    return alone is not None and bool(facts["ordered_before"])


def _forwarder(facts: Facts, values: Values, forwarders: Collection[str]) -> Seen | None:
    postcode = (facts["postcode"] or "").strip().upper()
    listed = postcode in forwarders or (country_code(facts["country"]) == "US" and postcode[:5] in forwarders)
    return Seen(1, f"Freight forwarder at {postcode}") if postcode and listed else None


_LEVELS = {"high": 1.0, "medium": 0.4}


def _platform(facts: Facts, values: Values, forwarders: Collection[str]) -> Seen | None:
    level = (facts["risk_level"] or "").strip().lower()
    return Seen(_LEVELS[level], f"The platform says {level} risk") if level in _LEVELS else None


def _imported(facts: Facts, values: Values, forwarders: Collection[str]) -> Seen | None:
    known = facts["decision_score"] if facts["decision_score"] is not None else facts["risk_score"]
    if not known:
        return None
    who = facts["decision_provider"] if facts["decision_score"] is not None else None
    return Seen(min(1.0, max(0.0, known / 100)), f"{who or 'The fraud service'} scores {known:g} of 100")


SIGNALS = (
    Signal("country", "Billing and shipping country", 25, "The bill goes to another country.", _countries),
    Signal("velocity", "Many orders at once", 25, "Of one customer, e-mail address or address.", _velocity),
    Signal("first_order", "First order of high value", 20, "Nobody ordered so before.", _first_order),
    Signal("forwarder", "Freight forwarder", 30, "It goes to a postcode of parcel forwarders.", _forwarder),
    Signal("platform", "Risk level of the platform", 60, "High counts in full, medium 40%.", _platform),
    Signal("imported", "Imported score", 60, "Of a fraud service, 0 to 100.", _imported),
)

PARAMETERS = (
    Parameter("threshold", "Score above", 50, "points", 1, 100, "Risk high and a decline raise it whatever the score."),
    Parameter("velocity_orders", "Many orders are", 3, "orders", 2, 50, "Of one customer, e-mail address or address."),
    Parameter("velocity_hours", "Placed within", 24, "hours", 1, 720),
    Parameter("first_order_value", "A high first order is from", 300, "currency units", 1, 1_000_000),
    *(Parameter(one.parameter, f"Points: {one.label.lower()}", one.weight, "points", 0, 100) for one in SIGNALS),
)


def score(facts_of_order: Facts, values: Values, forwarders: Collection[str] | None = None) -> Score:
    """An order's score of its facts (the columns that ``facts`` adds), the rule's values and the forwarders' postcodes.

    Points are capped at 100.
    """
    listed = frozenset(FORWARDERS if forwarders is None else forwarders)
    made = []
    for one in SIGNALS:
        seen = one.look(facts_of_order, values, listed)
        weight = values[one.parameter]
        points = round(weight * seen.share, 1) if seen else 0.0
        made.append(FraudSignal(one.key, one.label, weight, points, seen.words if seen else ""))
    total = min(100.0, sum(one.points for one in made))
    level = (facts_of_order["risk_level"] or "").strip().lower()
    return Score(round(total, 1), tuple(made), facts_of_order["decision"] or "", level == "high")


# --- the facts --------------------------------------------------------------------------------------------------------

_other = orders.alias("other")
_same_customer = and_(_other.c.channel == o.channel, _other.c.customer_id == o.customer_id)
_same_email = _other.c.email == o.email
_same_address = and_(
    _other.c.postcode == o.postcode, _other.c.address1 == o.address1, _other.c.address1 != "", _other.c.postcode != ""
)

_ADDRESS = ("postcode", "address1")
_SHARED = (("channel", "customer_id"), ("email",), _ADDRESS)


def facts(moment: Moment) -> Select[Any]:
    """The facts of orders that ``score`` reads, beside the columns every rule gives; add the orders it is about."""
    d = fraud_decisions.c
    newest = (
        select(d.id)
        .where(d.order_fk == o.id, coalesce(d.decided_at, d.source_time) <= moment.now)
        .order_by(coalesce(d.decided_at, d.source_time).desc(), d.decision_id.desc())
        .limit(1)
        .correlate(orders)
        .scalar_subquery()
    )
    return (
        select(
            *order_columns(o.placed_at),
            o.id.label("id"),
            o.email.label("email"),
            o.customer_id.label("customer_id"),
            o.bill_country.label("bill_country"),
            o.country.label("country"),
            o.postcode.label("postcode"),
            o.total.label("total"),
            o.risk_level.label("risk_level"),
            o.risk_score.label("risk_score"),
            o.placed_at.label("placed_at"),
            o.ship_by.label("ship_by"),
            _placed_lately(moment, _same_customer).label("orders_of_customer"),
            _placed_lately(moment, _same_email).label("orders_of_email"),
            _placed_lately(moment, _same_address).label("orders_of_address"),
            case((or_(_ordered(_same_customer), _ordered(_same_email)), 1), else_=0).label("ordered_before"),
            d.decision.label("decision"),
            d.provider.label("decision_provider"),
            d.score.label("decision_score"),
            d.reason.label("decision_reason"),
            coalesce(d.decided_at, d.source_time).label("decided_at"),
        )
        .select_from(orders)
        .outerjoin(fraud_decisions, d.id == newest)
    )


def _placed_lately(moment: Moment, same: ColumnElement[bool]) -> ColumnElement[Any]:
    """Orders before this one, within the time that counts as at once; of very many no more than tell that."""
    window = int(moment.values["velocity_hours"] * HOUR)
    found = (
        select(_other.c.id)
        .where(
            same,
            _other.c.placed_at <= o.placed_at,
            _other.c.placed_at > o.placed_at - window,
            _other.c.id != o.id,
            _other.c.stub.is_(None),
        )
        .correlate(orders)
        .order_by(_other.c.placed_at.desc())  # so that PostgreSQL takes the index also where all orders are alike
        .limit(COUNTED)
        .subquery("lately")
    )
    return select(func.count()).select_from(found).scalar_subquery()


def _ordered(same: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether there is an earlier order: the first of all is earlier, which an index tells at once."""
    first = select(_other.c.placed_at).where(same, _other.c.placed_at.is_not(None), _other.c.stub.is_(None))
    return first.correlate(orders).order_by(_other.c.placed_at).limit(1).scalar_subquery() < o.placed_at


def of_the_same(changed: Any) -> Select[Any]:
    """Open orders of the customers, e-mail addresses and addresses of changed ones.

    Each is looked for once, however many of the changed orders share it: a till has one customer for all.
    """
    first, *more = (_sharing(changed, names) for names in _SHARED)
    found = first.union(*more).subquery("alike")
    return select(found.c.id)


def _sharing(changed: Any, names: Sequence[str]) -> Select[Any]:
    told = [orders.c[name] for name in names]
    filled = [each != "" if names == _ADDRESS else each.is_not(None) for each in told]
    shared = select(*told).distinct().where(o.id.in_(select(changed.c.id)), *filled).subquery("_".join(names))
    same = and_(*(_other.c[name] == shared.c[name] for name in names))
    return select(_other.c.id).join_from(shared, _other, same).where(_other.c.shipped_at.is_(None))
