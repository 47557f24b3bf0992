"""What the turns of days came to: counted once, without keeping who they were, and told by the API."""

import time

import pytest
import redis as redis_py

import most
from conversation import Sessions
from gateway_shop import Shop, check_problem

DAY = 20_400  # 8 November 2025
NOON = DAY * 86_400_000 + 12 * 3_600_000
KEPT_MS = 400 * 86_400_000


@pytest.fixture(scope="module")
def service():
    with Sessions(env={"SHOP_TIME_ZONE": "UTC", "LEASE_MS": "60s"}) as made:
        yield made


@pytest.fixture
def client(service):
    with service.redis() as redis:
        redis.flushdb()
    with service.client("sessions") as made:
        yield made


def log(client, turn, user="ana", at=NOON, tools=(), **more):
    client.call("LOG_TURN", user_id=user, record={
        "turn_id": turn, "user": "a", "received_ms": at - 250, "claimed_ms": at,
        "outcome": "answered", "tools": [{"name": name, "ok": True} for name in tools], **more})


def numbers(client, days=1, until=DAY):
    return client.call("GET_NUMBERS", days=days, until_day=until)


def named(told, what):
    return [(n.name, n.count) for n in told.names if n.what == what]


def test_a_turn_is_counted_once_however_often_it_is_told(client):
    for _ in range(3):
        log(client, "t1", total_us=2_000_000, model_calls=2, tokens_in=100, tokens_cached=60,
            tokens_out=7, repairs=1, cost=42, currency="MXN", sought="Mazda 3")
    told = numbers(client)
    total = told.total[0]
    assert (total.turns, total.failed, total.people) == (1, 0, 1)
    assert (total.model_calls, total.tokens_in, total.tokens_cached, total.tokens_out,
            total.repairs) == (2, 100, 60, 7, 1)
    assert [(c.currency, c.micros) for c in total.costs] == [("MXN", 42)]
    assert 1750 <= total.p50_ms <= 2250 and total.p95_ms == total.p50_ms
    assert named(told, "sought") == [("Mazda 3", 1)]
    assert [hour.turns for hour in told.hours] == [0] * 12 + [1] + [0] * 11


def test_turns_that_come_together_are_counted_each_on_its_day(client):
    """… in one command for all of them, one told twice, one whose names hold what separates."""
    log(client, "t0")
    ids = [client.send("LOG_TURN", user_id=f"u{n % 5}", record={
        "turn_id": turn, "user": "a", "received_ms": at, "claimed_ms": at, "outcome": outcome,
        "tokens_in": 10, "cost": 3, "currency": "USD", **more})
        for n, (turn, at, outcome, more) in enumerate([
            ("t0", NOON, "answered", {}), ("t1", NOON, "answered", {"sought": "a b\n1 = 2,"}),
            ("t2", NOON, "failed", {}), ("t1", NOON, "answered", {}),
            ("t3", NOON - 86_400_000, "answered", {"missed": "a b\n1 = 2,"}),
            ("t4", NOON, "answered", {"why": "budget"}),
            ("t5", NOON - 7_200_000, "answered", {})])]
    for id_ in ids:
        client.wait(id_)
    told = numbers(client, days=2)
    assert [(d.turns, d.failed, d.people, d.tokens_in) for d in told.days] == [
        (1, 0, 1, 10), (4, 1, 4, 40)]
    assert told.hours[10].turns == 1 and told.hours[12].turns == 4
    assert [(c.currency, c.micros) for c in told.total[0].costs] == [("USD", 15)]
    assert named(told, "sought") == named(told, "missed") == [("a b\n1 = 2,", 1)]
    assert named(told, "failure") == [("budget", 1), ("failed", 1)]


def test_days_are_kept_apart_and_added_up(client):
    log(client, "t1", "ana", NOON - 86_400_000, cost=1, currency="USD")
    log(client, "t2", "ana", cost=2, currency="USD")
    log(client, "t3", "luis", NOON + 3_600_000, outcome="failed")
    log(client, "t4", "eva", NOON + 86_400_000)
    told = numbers(client, days=3)
    assert [(d.at - DAY, d.turns, d.failed, d.people) for d in told.days] == [
        (-2, 0, 0, 0), (-1, 1, 0, 1), (0, 1, 1, 2)]
    total = told.total[0]
    assert (total.turns, total.failed, total.people) == (2, 1, 2)  # ana wrote on both days
    assert [(c.currency, c.micros) for c in total.costs] == [("USD", 3)]
    assert (told.since_ms, told.until_ms) == ((DAY - 2) * 86_400_000, (DAY + 1) * 86_400_000)
    assert named(told, "failure") == [("failed", 1)]


def test_the_funnel_counts_people_not_turns(client):
    for n, (user, tools) in enumerate([
            ("ana", []), ("ana", ["search_cars"]), ("ana", ["search_cars", "quote_financing"]),
            ("ana", ["save_lead"]), ("luis", ["search_cars"]), ("eva", [])]):
        log(client, f"t{n}", user, tools=tools)
    log(client, "other day", "luis", NOON - 86_400_000, ["quote_financing"])
    assert [(s.step, s.people) for s in numbers(client).steps] == [
        ("talk", 3), ("list", 2), ("quote", 1), ("lead", 1)]
    assert [s.people for s in numbers(client, days=2).steps] == [3, 2, 2, 1]


def test_many_people_are_counted_within_one_of_a_hundred(client):
    for n in range(2000):
        client.send("LOG_TURN", user_id=f"+52155{n:08}", record={
            "turn_id": f"t{n}", "user": "a", "received_ms": NOON, "claimed_ms": NOON,
            "outcome": "answered"})
        if n % 100 == 99:
            log(client, f"x{n}", "+5215500000000")
    people = numbers(client).total[0].people
    assert abs(people - 2000) <= 60  # three times the standard error
    assert numbers(client).total[0].turns == 2020


def test_who_was_counted_is_not_kept(service, client):
    log(client, "t1", "whatsapp:+5215512345678", tools=["search_cars", "save_lead"],
        sought="Mazda", missed="Tesla")
    with redis_py.Redis(unix_socket_path=str(service.run / "redis.sock")) as redis:
        keys = [key for key in redis.keys("most:{turns}:*")
                if b"tally" in key or b"met_" in key]
        assert sorted(key.split(b":")[-2] for key in keys) == [b"met_lead", b"met_list",
                                                               b"met_talk", b"tally"]
        for key in keys:
            assert b"5512345678" not in redis.dump(key)
            assert KEPT_MS - 600_000 < redis.pttl(key) <= KEPT_MS


def test_erasing_a_person_leaves_the_sums(client):
    log(client, "t1")
    client.call("ERASE", user_id="ana")
    assert numbers(client).total[0].turns == 1


def test_a_day_with_too_many_names_counts_the_others_without(service, client):
    log(client, "t1", sought="Mazda")
    with service.redis() as redis:
        redis.hset(f"most:{{turns}}:tally:{DAY}", mapping={f"mx{n}": 1 for n in range(4000)})
    log(client, "t2", sought="Mazda")
    log(client, "t3", sought="Nissan")
    assert named(numbers(client), "sought") == [("Mazda", 2), ("", 1)]


def test_a_damaged_field_is_passed_over_and_told(service, client):
    log(client, "t1")
    with service.redis() as redis:
        redis.hset(f"most:{{turns}}:tally:{DAY}", "12 t", "many")
        redis.hset(f"most:{{turns}}:tally:{DAY}", "25 t", "1")
    assert numbers(client).total[0].turns == 0
    service.wait_log("sessions", "stored_tally_damaged")


def test_a_day_of_another_type_is_unavailable_and_the_service_goes_on(service, client):
    with service.redis() as redis:
        redis.set(f"most:{{turns}}:tally:{DAY}", "x")
    answer = client.call("GET_NUMBERS", days=1, until_day=DAY, check=False)
    assert (answer.type, answer.code) == ("ERROR", "unavailable")
    assert numbers(client, until=DAY + 1).total[0].turns == 0


@pytest.mark.parametrize("asked", [{"days": 0}, {"days": 401}, {"days": -1},
                                   {"days": 1, "until_day": -1},
                                   {"days": 1, "until_day": 300_000}])
def test_days_that_are_none_are_refused(client, asked):
    answer = client.call("GET_NUMBERS", **asked, check=False)
    assert (answer.type, answer.code) == ("ERROR", "invalid")
    assert answer.retry_after_ms == 0  # it would be refused again


def test_no_more_than_some_reports_at_once(service, client):
    service.freeze("redis")
    ids = [client.send("GET_NUMBERS", left_ms=4000, days=400, until_day=DAY) for _ in range(6)]
    refused = [client.wait(id_, check=False) for id_ in ids]
    assert sorted(answer.code for answer in refused) == ["busy", "busy"] + ["unavailable"] * 4
    assert all(answer.retry_after_ms > 0 and answer.detail for answer in refused)
    service.thaw("redis")
    assert most.eventually(lambda: client.call(
        "GET_NUMBERS", days=400, until_day=DAY, check=False).type == "NUMBERS")


def test_the_day_is_the_shops(client):
    with Sessions(env={"SHOP_TIME_ZONE": "America/Mexico_City"}) as made:
        with made.client("sessions") as there:
            log(there, "t1", at=DAY * 86_400_000 + 3_600_000)  # 19:00 of the day before
            told = numbers(there, days=2)
            assert [d.turns for d in told.days] == [1, 0]
            assert told.hours[19].turns == 1
            assert told.since_ms == (DAY - 1) * 86_400_000 + 6 * 3_600_000
            log(there, "t2", at=time.time_ns() // 1_000_000)
            assert there.call("GET_NUMBERS", days=2).total[0].turns == 1  # midnight may pass


def test_without_a_log_nothing_is_counted():
    with Sessions(env={"TURN_LOG_MAX": "0", "SHOP_TIME_ZONE": "UTC"}) as made:
        with made.client("sessions") as there:
            log(there, "t1")
            assert numbers(there).total[0].turns == 0


# ---- HTTP ----


@pytest.fixture(scope="module")
def shop():
    made = Shop()
    made.sessions.handlers["GET_NUMBERS"] = lambda m: ("NUMBERS", {
        "total": [{"turns": 3, "people": 2, "costs": [{"currency": "USD", "micros": 1234}]}],
        "days": [{"at": DAY, "turns": 3}], "hours": [{"at": 23, "failed": 1}],
        "steps": [{"step": "talk", "people": 2}], "since_ms": DAY * 86_400_000,
        "until_ms": (DAY + 1) * 86_400_000,
        "names": [{"what": "missed", "name": 'Tesla "3"', "count": 2},
                  {"what": "failure", "name": "budget", "count": 1}]})
    yield made
    made.close()


def test_numbers_are_told(shop):
    told = shop.http.get("/seller/numbers").json()
    assert (told["since"], told["until"]) == ("2025-11-08T00:00:00.000Z",
                                              "2025-11-09T00:00:00.000Z")
    assert told["total"]["costs"] == [{"currency": "USD", "micros": 1234}]
    assert told["days"][0]["day"] == "2025-11-08" and told["days"][0]["turns"] == 3
    assert told["hours"][0]["hour"] == 23 and "people" not in told["hours"][0]
    assert told["funnel"] == [{"step": "talk", "people": 2}]
    assert (told["sought"], told["missed"]) == ([], [{"name": 'Tesla "3"', "turns": 2}])
    assert told["failures"] == [{"name": "budget", "turns": 1}]


def test_days_are_asked_for(shop):
    shop.http.get("/seller/numbers?days=30&until=2025-11-08")
    assert shop.sessions.wait_for("GET_NUMBERS", lambda m: m.days == 30).until_day == DAY
    shop.http.get("/seller/numbers?until=2025-11-09")
    assert shop.sessions.wait_for("GET_NUMBERS", lambda m: m.until_day == DAY + 1).days == 7


@pytest.mark.parametrize("query, says", [
    ("days=0", "from 1 to 400"), ("days=401", "from 1 to 400"), ("days=x", "from 1 to 400"),
    ("days=", "from 1 to 400"), ("until=ayer", "must be a day"), ("until=1970-01-01", "must be a day"),
    ("until=2025-02-30", "must be a day"), ("until=9999-12-31", "must be a day"),
    ("days=1&days=2", "more than once"), ("since=1d", "There are days and until"),
    ("days=%ff", "percent-encoded")])
def test_what_is_no_day_is_refused(shop, query, says):
    answer = shop.http.get(f"/seller/numbers?{query}")
    assert answer.status == 400 and says in check_problem(answer)["detail"]
