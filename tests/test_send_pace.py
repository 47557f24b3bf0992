"""How fast is sent, by all agents together: to one person and from one number. The rule itself is
tried with times of our own; then the session service, and whole shops with two agents."""

import random
import threading
import time

import pytest

import most
from conversation import Sessions, key
from test_whatsapp import Line

SECOND = 1_000_000
SHOP = "whatsapp:+14155238886"


# ---- the rule: sessions/gcra.lua with explicit times ----

@pytest.fixture(scope="module")
def service():
    with Sessions(second=True, env={"LEASE_MS": "60s", "TWILIO_PERSON_MS": "60s",
                                    "TWILIO_PERSON_BURST": "3", "TWILIO_NUMBER_RATE": "20"}) as made:
        yield made


@pytest.fixture
def places(service):
    """places(now, wanted): the times of those that are given, or when to ask again."""
    text = (most.ROOT / "sessions/gcra.lua").read_text() + """
        local count, first = places(KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]),
                                    tonumber(ARGV[4]), tonumber(ARGV[5]))
        return {count, first}"""
    with service.redis() as redis:
        script = redis.register_script(text)
        names = iter(f"gcra-{n}" for n in range(1000))

        def ask(name, now, every, burst, wanted, ahead):
            count, first = script(keys=[name], args=[now, every, burst, wanted, ahead])
            assert 0 <= count <= wanted
            if not count:
                return [], now + first
            return [max(now, now + first + i * every) for i in range(count)], 0
        ask.new = lambda: next(names)
        yield ask
        redis.delete(*[f"gcra-{n}" for n in range(50)])


NOW = 1_763_850_000 * SECOND  # large, as clocks are: nothing is rounded


def test_places_are_a_distance_apart_whoever_asks(places):
    """Of any two places, whatever was asked when and by whom, one is later by the distance; and none
    is left out while somebody asks for it."""
    chance, name, now, given = random.Random(1), places.new(), NOW, []
    while len(given) < 400:
        now += chance.choice([0, 0, 1, 137, 9_999, 60_000])
        more, again = places(name, now, 12_500, 1, chance.randint(1, 20), SECOND)
        assert all(now <= at <= now + SECOND for at in more)
        if not more:
            assert now < again
            now = again
            more = places(name, now, 12_500, 1, 1, SECOND)[0]
            assert len(more) == 1, "then there is one"
        given += more
    assert given == sorted(given)
    gaps = [b - a for a, b in zip(given, given[1:])]
    assert min(gaps) == 12_500
    in_line = NOW
    for at in given:
        assert at >= in_line
        in_line = at + 12_500


def test_so_many_at_once_and_then_one_by_one(places):
    chance, name, now, given = random.Random(2), places.new(), NOW, []
    for _ in range(600):
        now += chance.choice([0, 1_000_000, 3_000_000, 100_000_000])
        more, again = places(name, now, 6 * SECOND, 10, 1, 0)
        if more:
            given += more
        else:
            assert now < again <= now + 6 * SECOND
            assert places(name, again - 1, 6 * SECOND, 10, 1, 0)[0] == []
            now, given = again, given + places(name, again, 6 * SECOND, 10, 1, 0)[0]
    assert len(given) == 600
    for first in range(len(given) - 10):
        for n in (10, 11, 25):
            if first + n < len(given):
                assert given[first + n] - given[first] >= (n + 1 - 10) * 6 * SECOND


def test_an_asker_that_dies_costs_its_places_and_no_more(places):
    """Nobody used them; a second later all is as if they had not been."""
    name = places.new()
    for _ in range(100):  # a hundred that die
        places(name, NOW, 12_500, 1, 20, SECOND)
    assert places(name, NOW, 12_500, 1, 1, SECOND)[0] == []
    later = NOW + SECOND + 12_500
    assert places(name, later, 12_500, 1, 1, SECOND)[0] == [later]


def test_a_clock_that_is_put_back_stops_nobody(places):
    name = places.new()
    places(name, NOW + 3_600 * SECOND, 6 * SECOND, 3, 1, 0)
    more, again = places(name, NOW, 6 * SECOND, 3, 1, 0)
    assert not more and again <= NOW + 6 * SECOND
    name = places.new()
    places(name, NOW + 3_600 * SECOND, 12_500, 1, 80, SECOND)
    more, again = places(name, NOW, 12_500, 1, 1, SECOND)
    assert more or again <= NOW + 12_500


def test_zero_is_no_limit(places):
    name = places.new()
    assert all(places(name, NOW, 0, 1, 1, 0)[0] == [NOW] for _ in range(100))


# ---- the session service ----

def test_a_person_is_not_written_to_too_fast(service, talk):
    """Whatever process is asked; a repeated trying counts once, and one that is too early is none."""
    for turn in ("t1", "t2", "t3", "t4"):
        talk.answered(turn)
    other = service.client("sessions-2")
    token, _ = talk.offered("agent-2/1")
    for n, turn in enumerate(("t1", "t2", "t3")):
        for client in (talk.client, other):
            assert client.call("DELIVERED", user_id=talk.user, turn_id=turn, state="trying",
                               token=token).count == 1
        talk.delivered(turn, "done", token, sid=f"SM{n}", parts_sent=1)
    for client in (other, talk.client):
        early = client.call("DELIVERED", check=False, user_id=talk.user, turn_id="t4",
                            state="trying", token=token)
        assert early.code == "early" and 50_000 < early.retry_after_ms <= 60_000
    assert talk.stored("t4") == "held", "as before"
    talk.delivered("t4", "again", token, retry_ms=1)
    with service.redis() as redis:  # time passes
        redis.decrby(key("pace", talk.user), early.retry_after_ms * 1000)
    assert talk.delivered("t4", "trying", token).count == 1
    talk.delivered("t4", "done", token)
    with service.redis() as redis:
        assert 0 < redis.pttl(key("pace", talk.user)) <= 180_000
    assert talk.call("ERASE").count > 0
    with service.redis() as redis:
        assert not redis.exists(key("pace", talk.user))
    other.close()


def test_people_and_numbers_have_nothing_to_do_with_each_other(service):
    for _ in range(5):
        with_ = service.conversation()
        with with_.client:
            with_.answered("t1")
            token, _ = with_.offered("agent-2/1")
            assert with_.delivered("t1", "trying", token).count == 1
            asked = with_.client.call("PACE", address=with_.user, wanted=1)
            assert (asked.places, asked.first_us) == (1, 0)


def test_askers_of_all_processes_share_a_number(service):
    """Eight at once, through two processes: the key tells when the last place of theirs is, and it is
    as far ahead as so many places are."""
    clients = [service.client(name) for name in ("sessions", "sessions-2") for _ in range(4)]
    with service.redis() as redis:
        seconds, us = redis.time()
        got, threads = [], []
        for client in clients:
            def ask(client=client):
                for _ in range(20):
                    got.append(client.call("PACE", address="+1", wanted=3).places)
            threads.append(threading.Thread(target=ask))
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        end = int(redis.get("most:{from +1}:rate"))
        now, more = redis.time()
        assert sum(got) * 50_000 <= end - (seconds * SECOND + us)
        assert end <= now * SECOND + more + SECOND + 50_000
        assert sum(got) >= 20 and 0 in got
        assert 0 < redis.pttl("most:{from +1}:rate") <= 1100
    for client in clients:
        client.close()
    assert sum(service.count(name, "mostrador_send_places_total")
               for name in ("sessions", "sessions-2")) >= sum(got) + got.count(0)


@pytest.mark.parametrize("fields", [{"address": "", "wanted": 1}, {"address": "+1", "wanted": 0},
                                    {"address": "+1", "wanted": -1}])
def test_nonsense_is_refused(talk, fields):
    assert talk.client.call("PACE", check=False, **fields).code == "invalid"


# ---- whole shops ----

PHONES = [f"+5215500{n:06}" for n in range(40)]
EVERY = 0.05  # at TWILIO_NUMBER_RATE 20


@pytest.fixture
def line():
    made = Line({"TWILIO_REPLY": "rest", "TWILIO_NUMBER_RATE": "20", "LEASE_MS": "2s",
                 "HEARTBEAT_MS": "100ms", "TWILIO_SETTLE_MS": "2s"})
    yield made
    made.close()


def arrivals(line):
    return sorted(m["at"] for got in line.sim.people().values() for m in got)


def all_answered(line):
    most.eventually(lambda: len(arrivals(line)) >= len(PHONES))
    for phone in PHONES:
        line.quiet(phone)
    assert [len(line.sim.received(phone)) for phone in PHONES] == [1] * len(PHONES)


def kept(line, began):
    """No message came before its place: the nth place is n distances after the first, at least, and
    the first is not before anybody wrote."""
    times = arrivals(line)
    early = [(n, at - began) for n, at in enumerate(times) if at - began < n * EVERY - 0.005]
    assert not early, early


def test_two_agents_share_the_rate_of_a_number(line):
    began = time.monotonic()
    for phone in PHONES:
        line.say(phone, "hola", wait=False)
    all_answered(line)
    kept(line, began)
    for agent in ("agent-1", "agent-2"):
        assert "what=done" in line.stack.log(agent), "both send"
    asked = line.stack.metric("mostrador_served_total", type="PACE")
    assert 8 <= asked < 200


def test_an_agent_that_dies_takes_few_places_along(line):
    began = time.monotonic()
    for phone in PHONES:
        line.say(phone, "hola", wait=False)
    most.eventually(lambda: len(arrivals(line)) >= 8)
    line.stack.kill("agent-1")
    line.stack.start("agent-1", wait=False)
    all_answered(line)
    kept(line, began)
