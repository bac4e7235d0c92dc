"""Visits as they are planned: how many, by whom, where, how far they go, and what faults do to them."""

from __future__ import annotations

from datetime import date
from functools import cache
from itertools import pairwise

import numpy as np
import pytest

from tongguan.simulate.chance import MILLION, Mask, Whole
from tongguan.simulate.clock import at, day_of
from tongguan.simulate.faults.plan import Fault, FaultKind, FaultPlan
from tongguan.simulate.plans import NONE, Visits
from tongguan.simulate.province.calendar import busy
from tongguan.simulate.province.channels import CHANNEL_NAMES, SUBS, Profile, Style, order_weights, place_of, visit_weights
from tongguan.simulate.province.goods import PRICES, PRODUCT_CODES, PRODUCTS
from tongguan.simulate.province.places import DISTRICTS
from tongguan.simulate.visits.arriving import REACHED
from tongguan.simulate.visits.buying import CHECKOUT_STEPS, LEFT_REASONS
from tongguan.simulate.visits.habits import habits
from tongguan.simulate.visits.plan import COMES_BACK, RETURNS, plan_visits
from tongguan.simulate.visits.rates import MANNERS, SESSIONS_PER_ORDER, at_channel, rates
from tongguan.simulate.visits.taste import tastes
from tongguan.simulate.world import Setting, World

FIRST = date(2026, 10, 12)
DAY_ONE = day_of(FIRST)
WEEK = range(DAY_ONE, DAY_ONE + 7)


def world(*faults: Fault, profile: Profile = Profile.TODAY, orders: int = 2000) -> World:
    return World(Setting(1, FIRST, orders, profile, FaultPlan("test", faults)))


def fault(kind: FaultKind, strength: int, days: int = 1, **where: str) -> Fault:
    return Fault("f", kind, at(DAY_ONE), at(DAY_ONE + days), strength, where, "", "")


@cache
def week(profile: Profile = Profile.TODAY) -> tuple[World, tuple[Visits, ...]]:
    province = world(profile=profile)
    return province, tuple(plan_visits(province, day) for day in WEEK)


def usual() -> Visits:
    return week()[1][0]


def with_fault(one: Fault) -> Visits:
    return plan_visits(world(one), DAY_ONE)


def together(name: str, of: tuple[Visits, ...]) -> Whole:
    return np.concatenate([getattr(visits, name) for visits in of])


def by_session(visits: Visits, name: str) -> dict[int, int]:
    """Return a column by the number of the session."""
    return dict(zip(visits.session.tolist(), getattr(visits, name).tolist(), strict=True))


def wishes_of(visits: Visits, which: Mask | None = None) -> set[tuple[int, ...]]:
    rows = zip(*(column.tolist() for column in vars(visits.wishes).values()), strict=True)
    found = list(rows)
    return set(found) if which is None else {row for row, taken in zip(found, which.tolist(), strict=True) if taken}


def test_every_seen_sub_channel_has_a_manner_and_a_possible_conversion() -> None:
    seen = {(sub.channel, sub.code) for sub in SUBS if sub.style in (Style.PAGES, Style.MENU)}
    assert set(MANNERS) == seen
    for profile in Profile:
        share = rates(profile)
        assert max(int(share.look.max()), int(share.look_after.max()), int(share.order.max())) < MILLION
        assert min(share.unseen) >= 0


@pytest.mark.parametrize("profile", list(Profile))
def test_a_week_has_the_orders_that_it_should(profile: Profile) -> None:
    province, days = week(profile)
    expected = sum(province.orders_per_day * busy(day) // 100 for day in WEEK)
    wishes = sum(len(visits.wishes) for visits in days)
    assert abs(wishes / expected - 1) < 0.03
    seen = sum(int((visits.session < RETURNS).sum()) for visits in days)
    assert abs(seen / expected / SESSIONS_PER_ORDER - 1) < 0.02
    weights = np.array(order_weights(profile))
    ordered = np.bincount(np.concatenate([v.wishes.sub for v in days]), minlength=len(SUBS)) / wishes
    large = weights > 0.02 * weights.sum()
    assert np.abs(ordered[large] / (weights[large] / weights.sum()) - 1).max() < 0.15


@pytest.mark.parametrize("profile", list(Profile))
def test_channels_are_used_as_the_profile_says(profile: Profile) -> None:
    weights = np.array(visit_weights(profile))
    assert np.abs(habits(profile).sum(axis=0) / habits(profile).sum() - weights / weights.sum()).max() < 1e-6
    used = np.bincount(together("sub", week(profile)[1]), minlength=len(SUBS))
    for channel in ("app", "web", "wechat", "sms", "phone", "kiosk"):
        there = at_channel(channel)
        share = weights[there].sum() / weights.sum()
        if share > 0.03:
            assert abs(used[there].sum() / used.sum() / share - 1) < 0.06, channel


def test_people_have_favourites_and_the_old_call_more_than_the_young() -> None:
    province, days = week()
    customer, sub = together("customer", days), together("sub", days)
    regulars, counts = np.unique(customer, return_counts=True)
    faithful = [np.bincount(sub[customer == who]).max() / number for who, number in zip(regulars, counts, strict=True) if number >= 12]
    assert len(faithful) > 30 and float(np.mean(faithful)) > 0.65
    calls = np.isin(sub, np.flatnonzero(at_channel("phone") | at_channel("sms")))
    age = province.people.age[customer]
    assert calls[age == 2].mean() > 3 * calls[age == 0].mean()


def test_causes_come_before_effects() -> None:
    visits = usual()
    own = visits.session < RETURNS
    assert (visits.time[own] >= at(DAY_ONE)).all() and (visits.time[own] < at(DAY_ONE + 1)).all()
    assert (np.diff(visits.time[own]) >= 0).all() and len(np.unique(visits.session)) == len(visits)
    looking, asking, signs = visits.looking, visits.asking, visits.signs
    chain = (visits.time[looking.row], looking.viewed, looking.carted, looking.checkout, looking.ended, visits.ended[looking.row])
    for before, after in pairwise(chain):
        there = (before != NONE) & (after != NONE)
        assert (before[there] <= after[there]).all()
    assert (visits.time[asking.row] <= asking.asked).all() and (asking.asked <= asking.ended).all()
    assert (asking.ended <= visits.ended[asking.row]).all()
    for times in (asking.second_asked, asking.second_refused, asking.second_passed, asking.second_left, asking.failed):
        there = times != NONE
        assert (asking.asked[there] <= times[there]).all() and (times[there] <= asking.ended[there]).all()
    assert (signs.asked >= visits.time[signs.row]).all()
    into = dict(zip(signs.row.tolist(), signs.done.tolist(), strict=True))
    assert all(into.get(row, NONE) <= asked for row, asked in zip(asking.row.tolist(), asking.asked.tolist(), strict=True))
    started = looking.checkout != NONE
    pairs = zip(looking.row[started].tolist(), looking.checkout[started].tolist(), strict=True)
    assert all(into.get(row, NONE) <= checkout for row, checkout in pairs)


def test_wishes_come_from_visits() -> None:
    visits, wishes = usual(), usual().wishes
    assert (np.diff(wishes.time) >= 0).all() and (wishes.time >= at(DAY_ONE)).all()
    rows = np.flatnonzero(visits.bought != NONE)
    place = visits.bought[rows]
    assert len(np.unique(place)) == len(rows) == (wishes.session != NONE).sum()
    for name in ("customer", "sub", "session"):
        assert (getattr(wishes, name)[place] == getattr(visits, name)[rows]).all()
    looking = visits.looking
    done = (looking.ended != NONE) & (looking.left == NONE)
    theirs = visits.bought[looking.row[done]]
    assert (wishes.product[theirs] == looking.product[done]).all() and (wishes.time[theirs] == looking.ended[done]).all()
    assert (visits.bought[looking.row[~done]] == NONE).all()
    assert (wishes.price == np.array(PRICES)[wishes.product]).all()


def test_some_who_left_a_checkout_come_back_within_three_days() -> None:
    days = week()[1]
    left = sum(int((visits.looking.left != NONE).sum()) for visits in days)
    back = sum(int((visits.session >= RETURNS).sum()) for visits in days)
    assert abs(back / left - COMES_BACK / MILLION) < 0.04
    visits = days[0]
    late = visits.session >= RETURNS
    assert (visits.time[late] >= at(DAY_ONE + 1)).all() and (visits.time[late] < at(DAY_ONE + 4)).all()
    before = by_session(visits, "customer")
    assert all(before[number - RETURNS] == before[number] for number in visits.session[late].tolist())


def test_people_buy_what_their_channel_sells() -> None:
    for season in (False, True):
        table = tastes(season)
        assert (table.sum(axis=1) > 0).all() and (table >= 0).all()
    days = week()[1]
    product = np.concatenate([visits.wishes.product for visits in days])
    sub = np.concatenate([visits.wishes.sub for visits in days])
    handset = np.array([one.business_class == "goods.handset" for one in PRODUCTS])[product]
    assert handset[at_channel("shop")[sub]].mean() > 2 * handset[at_channel("app")[sub]].mean() > 0
    assert not handset[sub == place_of("kiosk", "mini")].any() and not handset[sub == place_of("phone", "ivr")].any()


def test_the_young_buy_campus_cards_when_they_come() -> None:
    campus = PRODUCT_CODES.index("card-campus")
    season = World(Setting(1, date(2026, 9, 1), 2000))
    in_season = (plan_visits(season, season.first).wishes.product == campus).mean()
    assert in_season > 2.5 * (usual().wishes.product == campus).mean() > 0


def test_the_same_seed_plans_the_same_day() -> None:
    again = plan_visits(world(), DAY_ONE)
    assert wishes_of(again) == wishes_of(usual())
    assert again.ended.tolist() == usual().ended.tolist() and again.asking.service.tolist() == usual().asking.service.tolist()


def test_a_broken_checkout_breaks_those_of_its_channel_and_no_others() -> None:
    hit = with_fault(fault(FaultKind.CHECKOUT_BROKEN, 800_000, channel="web", step="identity"))
    usually, web = usual(), at_channel("web")
    there = web[hit.sub[hit.looking.row]] & (hit.looking.left != NONE)
    errors = hit.looking.left[there] == LEFT_REASONS.index("page_error")
    assert (hit.looking.step[there][errors] == CHECKOUT_STEPS.index("identity")).mean() > 0.95
    before, after = (v.wishes.session[web[v.wishes.sub]] for v in (usually, hit))
    assert 0.12 < len(after) / len(before) < 0.28 and set(after.tolist()) <= set(before.tolist())
    assert wishes_of(hit, ~web[hit.wishes.sub]) == wishes_of(usually, ~web[usually.wishes.sub])
    checkouts = int((web[usually.sub[usually.looking.row]] & (usually.looking.checkout != NONE)).sum())
    ((name, touched),) = hit.touched
    assert name == "f" and abs(touched / checkouts - 0.8) < 0.08
    own = hit.session < RETURNS
    assert hit.time[own].tolist() == usually.time[usually.session < RETURNS].tolist()


def test_a_drift_lowers_carts_slowly() -> None:
    drift = fault(FaultKind.CONVERSION_DRIFT, 600_000, days=40, channel="app")
    province = world(drift)
    app = at_channel("app")
    early, late = plan_visits(province, DAY_ONE), plan_visits(province, DAY_ONE + 35)
    usual_late = plan_visits(world(), DAY_ONE + 35)

    def carts(visits: Visits, there: Mask) -> float:
        looking = visits.looking
        which = there[visits.sub[looking.row]] & (visits.session[looking.row] < RETURNS)
        return float((looking.carted[which] != NONE).mean())

    assert abs(carts(late, app) / carts(usual_late, app) - 0.4) < 0.05
    assert abs(carts(early, app) / carts(usual(), app) - 1) < 0.03
    assert wishes_of(late, ~app[late.wishes.sub]) == wishes_of(usual_late, ~app[usual_late.wishes.sub])
    assert sum(rows for _, rows in late.touched) > 100


def test_kiosks_that_are_off_have_no_visits() -> None:
    hit = with_fault(fault(FaultKind.KIOSKS_OFFLINE, MILLION, region="P-01-01"))
    district = world().people.district
    kiosk = at_channel("kiosk")

    def there(visits: Visits) -> Mask:
        found: Mask = kiosk[visits.sub] & (district[visits.customer] == DISTRICTS.index("P-01-01"))
        return found

    lost = set(usual().session.tolist()) - set(hit.session.tolist())
    assert not there(hit).any() and lost == set(usual().session[there(usual())].tolist()) and len(lost) > 3
    assert dict(hit.touched) == {"f": len(lost)}
    others = ~np.isin(usual().wishes.session, list(lost))
    assert wishes_of(hit) == wishes_of(usual(), others)


def test_a_wrong_price_is_charged_where_it_is_wrong() -> None:
    hit = with_fault(fault(FaultKind.PRICE_MISMATCH, 100_000, product="handset-a", channel="shop"))
    product = PRODUCT_CODES.index("handset-a")
    wrong = (hit.wishes.product == product) & at_channel("shop")[hit.wishes.sub]
    assert wrong.sum() > 3 and (hit.wishes.price[wrong] == PRICES[product] // 10).all()
    assert wishes_of(hit, ~wrong) == wishes_of(usual(), ~wrong) and dict(hit.touched) == {"f": int(wrong.sum())}


def test_a_campaign_that_does_not_work_changes_no_order() -> None:
    hit = with_fault(fault(FaultKind.CAMPAIGN, 0, campaign="c", product="video-15"))
    own = hit.session < RETURNS
    assert abs((hit.campaign[own] == 0).mean() - REACHED / MILLION) < 0.03
    assert hit.wishes.time.tolist() == usual().wishes.time.tolist() and hit.wishes.product.tolist() == usual().wishes.product.tolist()
    assert dict(hit.touched) == {"f": 0}


def test_wishes_have_numbers_of_their_own_that_faults_do_not_shift() -> None:
    wins = fault(FaultKind.CAMPAIGN, 300_000, campaign="c", product="video-15")
    loses = fault(FaultKind.CONVERSION_DRIFT, 800_000, days=2, channel="app")
    usually, more, fewer = (visits.wishes for visits in (usual(), with_fault(wins), with_fault(loses)))
    for wishes in (usually, more, fewer):
        assert len(set(wishes.key.tolist())) == len(wishes) and wishes.key.min() >= 0 and wishes.key.max() < 2**33
        seen = wishes.session != NONE
        assert (wishes.key[seen] == wishes.session[seen] * 2).all() and (wishes.key[~seen] % 2 == 1).all()
    assert set(fewer.key.tolist()) < set(usually.key.tolist()) < set(more.key.tolist())
    who = [dict(zip(wishes.key.tolist(), wishes.customer.tolist(), strict=True)) for wishes in (usually, more, fewer)]
    assert who[0].items() <= who[1].items() and who[2].items() <= who[0].items()


def test_a_campaign_that_works_sells_more_of_its_product_to_whom_it_reached() -> None:
    strength = 60_000
    one = fault(FaultKind.CAMPAIGN, strength, days=7, campaign="c", product="card-5g-59")
    product = PRODUCT_CODES.index("card-5g-59")
    sells = tastes(False)[::3, product] > 0
    won = chances = touched = 0
    for day, usually in zip(WEEK, week()[1], strict=True):
        hit = plan_visits(world(one), day)
        reached = hit.campaign == 0
        theirs = list(hit.session[reached])
        now, before = (np.isin(visits.wishes.session, theirs) for visits in (hit, usually))
        won += int((hit.wishes.product[now] == product).sum() - (usually.wishes.product[before] == product).sum())
        chances, touched = chances + int((reached & sells[hit.sub]).sum()), touched + sum(rows for _, rows in hit.touched)
        assert wishes_of(hit, ~now) == wishes_of(usually, ~before)
    assert won == touched and abs(won / chances * MILLION / strength - 1) < 0.1


def test_nothing_touches_the_day_after_a_fault() -> None:
    one = fault(FaultKind.CAMPAIGN, MILLION, campaign="c", product="video-15")
    after = plan_visits(world(one), DAY_ONE + 1)
    assert (after.campaign[after.session < RETURNS] == NONE).all() and wishes_of(after) == wishes_of(week()[1][1]) and after.touched == ()


def test_the_channel_of_every_visit_is_one_that_sees_visits() -> None:
    carrying = np.array([weight > 0 for weight in visit_weights(Profile.TODAY)])
    assert carrying[usual().sub].all() and len(CHANNEL_NAMES) == len(carrying)


def test_every_sub_channel_with_visits_has_its_manner() -> None:
    seen = {(sub.channel, sub.code) for sub in SUBS if sub.style in (Style.PAGES, Style.MENU)}
    assert set(MANNERS) == seen
