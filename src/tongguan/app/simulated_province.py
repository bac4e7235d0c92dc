"""The page docs/reference/simulator.md: what is in the made-up province, how noisy it usually is, and what can be planted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from tongguan.app.demo.state import DAYS, ORDERS_PER_DAY, SEED
from tongguan.app.markdown import table
from tongguan.simulate.clock import DAY, HOUR
from tongguan.simulate.faults.plan import FaultKind
from tongguan.simulate.faults.plans import EFFECTS, demo_plan
from tongguan.simulate.faults.reading import NEEDS
from tongguan.simulate.money import breaks, habits
from tongguan.simulate.orders import acceptance, activation, delivery, identity, making, returns, rosters
from tongguan.simulate.province.channels import SUBS, Profile, Style, order_weights, visit_weights
from tongguan.simulate.province.goods import PRODUCTS
from tongguan.simulate.province.money import PAYMENT_CHANNELS
from tongguan.simulate.province.places import CITIES, DISTRICTS
from tongguan.simulate.service import rates as service
from tongguan.simulate.systems import SYSTEMS
from tongguan.simulate.things import kiosks, watching
from tongguan.simulate.visits import asking, services
from tongguan.simulate.visits.rates import SESSIONS_PER_ORDER
from tongguan.simulate.world import CUSTOMERS_PER_ORDER

_PAGE: Final = """# Simulator

{mark}

What `tongguan simulate` and `tongguan demo` are made of; the [guide](../guides/simulator.md) says how to use them. Everything here is
made up, names too.

## Size

All volumes follow from the usual orders of a usual day: {customers} customers and {visits} visits for each of them. The demo has
{orders:,} orders a day, seed {seed}, and {days} days of history. Events come in under the names of {sources} sources:
{systems}.

## Places

{districts} districts in {count} cities, each with its share of the customers:

{cities}
## Channels

Shares of the visits and self-service requests (of channels where they are seen) and of the orders, in percent, for both profiles:

{channels}
## Products

{products}
## Payment channels

{money}
## Usual noise

What goes wrong on a day on which nothing was planted. The levels are constants of the code and are not tuned:

{noise}
## Faults

What a plan can plant. Words in brackets may be left out; `strength` is in millionths.

{faults}
## The demo's plan

Times count from the day on which the demo is first started: day 0. Two drawn faults a week follow from then on.

{plan}"""


def simulator_reference(mark: str) -> str:
    """Return the page in Markdown."""
    return _PAGE.format(
        mark=mark,
        customers=CUSTOMERS_PER_ORDER,
        visits=SESSIONS_PER_ORDER,
        orders=ORDERS_PER_DAY,
        seed=SEED,
        days=DAYS,
        sources=len(SYSTEMS),
        systems=", ".join(f"`{name}`" for name in SYSTEMS),
        districts=len(DISTRICTS),
        count=len(CITIES),
        cities=_cities(),
        channels=_channels(),
        products=_products(),
        money=_money(),
        noise=table(("what", "how often", "of"), ((what, _percent(share), of) for what, share, of in _noise())),
        faults=_faults(),
        plan=_plan(),
    )


def _percent(millionths: int) -> str:
    return f"{millionths / 10_000:.4f}".rstrip("0").rstrip(".") + " %"


def _shares(weights: Sequence[int]) -> list[str]:
    whole = sum(weights)
    return [f"{100 * weight / whole:.1f}" if weight else "" for weight in weights]


def _cities() -> str:
    shares = _shares([city.weight for city in CITIES])
    rows = [
        (f"`P-{number:02}`", city.zh, city.en, str(city.districts), share)
        for number, (city, share) in enumerate(zip(CITIES, shares, strict=True), 1)
    ]
    return table(("code", "name", "English", "districts", "customers, %"), rows)


def _channels() -> str:
    columns = [_shares(weights(profile)) for profile in Profile for weights in (visit_weights, order_weights)]
    ways = {Style.PAGES: "pages", Style.MENU: "menus, codes", Style.TALK: "people", Style.PUSH: "outbound", Style.SHOP: "orders only"}
    rows = [
        (f"`{sub.channel}`", f"`{sub.code}`" if sub.code else "", sub.zh, ways[sub.style], *shares)
        for sub, *shares in zip(SUBS, *columns, strict=True)
    ]
    names = [f"{what}, {profile.value}" for profile in Profile for what in ("visits", "orders")]
    return table(("channel", "sub-channel", "name", "way", *names), rows)


def _products() -> str:
    shares = _shares([product.weight for product in PRODUCTS])
    rows = [
        (f"`{one.code}`", one.zh, f"`{one.business_class}`", f"{one.price / 100:,.2f}", one.delivery, share)
        for one, share in zip(PRODUCTS, shares, strict=True)
    ]
    return table(("product", "name", "business class", "yuan", "delivery", "orders, %"), rows)


def _money() -> str:
    rows = [
        (
            f"`{one.code}`",
            one.zh,
            _percent(one.failing),
            _percent(one.fee * 10),
            f"{one.statement // 60:02}:{one.statement % 60:02}",
            f"{one.refund_days}",
        )
        for one in PAYMENT_CHANNELS
    ]
    return table(("payment channel", "name", "attempts that fail", "fee", "statement on the next day", "days to refund"), rows)


def _noise() -> Iterable[tuple[str, int, str]]:
    yield "sign-in refused", asking.REFUSED, "sign-ins"
    yield "service left halfway", services.LEAVING, "services asked for"
    yield "order incomplete", making.INCOMPLETE, "orders"
    yield "order suspicious by a rule", making.SUSPICIOUS, "orders"
    yield "customer never tries to pay", habits.NEVER_TRIED, "bills"
    yield "proof of identity refused", identity.REFUSED, "proofs outside shops"
    yield "automatic acceptance fails and goes to a clerk", acceptance.INTERFACE_FAILS, "automatic acceptances"
    yield "orders accepted by hand", rosters.MANUAL * 1000, "orders, about"
    yield "no stock", delivery.NO_STOCK, "allocations"
    yield "first delivery fails", delivery.NOT_DELIVERED, "packages"
    yield "package lost", delivery.LOST, "packages"
    yield "technician finds nobody", activation.NOT_AT_HOME, "visits"
    yield "activation fails at first", activation.FAILED, "activations"
    yield "customer wants to cancel after paying", returns.CANCELLED, "paid orders"
    yield "order gets stuck for good", returns.STUCK, "orders"
    yield "statement or posting wrong, each class of break", breaks.NOISE, "lines"
    yield "complaint without a cause that can be seen", service.BASE_COMPLAINTS, "orders"
    yield f"complaint about an order late by {service.LATE_COMPLAINING[1][0] // HOUR} hours", service.LATE_COMPLAINING[1][1], "such orders"
    yield "bad answer in a survey", 1_000_000 - service.GOOD, "answers"
    yield "bad answer after a late order or a complaint", 1_000_000 - service.GOOD_LATE, "answers"
    yield "contact not solved", 1_000_000 - service.SOLVED, "answered contacts"
    yield "kiosk goes down", kiosks.DOWN, "devices a day"
    yield "probe fails", watching.PROBE_FAILS, "probes"


def _faults() -> str:
    rows = []
    for kind in FaultKind:
        needs = NEEDS[kind]
        words = [f"`{name}`" for name in needs.where] + [f"[`{name}`]" for name in needs.may]
        effects = "; ".join(f"`{effect.measure}` {effect.change}: {effect.about}" for effect in EFFECTS[kind])
        rows.append((f"`{kind.value}`", ", ".join(words), f"{needs.strength[0]:,} to {needs.strength[1]:,}", effects))
    return table(("what", "where", "strength", "expected effect"), rows)


def _plan() -> str:
    base = 1000
    rows = []
    for fault in demo_plan(base, SEED).faults:
        if fault.id.startswith("week"):
            continue
        where = ", ".join(f"{name} `{value}`" for name, value in fault.where.items())
        rows.append(
            (
                f"`{fault.id}`",
                f"`{fault.kind.value}`",
                where,
                _moment(fault.start, base),
                _moment(fault.end, base),
                _percent(fault.strength),
            )
        )
    return table(("id", "what", "where", "from", "to", "strength"), rows)


def _moment(moment: int, base: int) -> str:
    day, rest = divmod(moment, DAY)
    return f"day {day - base}, {rest // HOUR:02}:{rest % HOUR // 60_000:02}"
