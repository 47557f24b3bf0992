"""What may be spent at language models: counted once per turn whatever happens, and what then."""

import concurrent.futures
import random
import re

import pytest

import most
from conversation import Conversation, Sessions, key
from gateway_shop import Shop, check_problem

DAY = "most:{budget}:day"


def spent(stack, user):
    """Tokens and calls of a person as they are in Redis."""
    with stack.redis() as redis:
        return tuple(int(n or 0) for n in redis.hmget(key("spent", user), "tokens", "calls"))


def spent_by_all(stack):
    with stack.redis() as redis:
        return tuple(int(n or 0) for n in redis.hmget(DAY, "tokens", "calls"))


def yesterday(stack, *names):
    """What was counted today was yesterday's."""
    with stack.redis() as redis:
        for name in names:
            assert redis.hincrby(name, "day", -1) > 20_000


def record(turn, outcome, tokens, calls):
    return {"turn_id": turn, "received_ms": 1000, "claimed_ms": 1001, "outcome": outcome,
            "tokens_spent": tokens, "model_calls": calls}


# ---- the session service ----


@pytest.fixture
def new_service():
    """Two processes and one Redis, with such budgets."""
    mine = []

    def make(**env):
        mine.append(Sessions(second=True, env={"LEASE_MS": "60s", **env}).start())
        return mine[-1]

    yield make
    for service in mine:
        service.stop()


def turn(talk, name, tokens=0, calls=0):
    """One message answered; what CLAIMED said of the budget."""
    talk.enqueue()
    claimed = talk.claim()
    talk.commit_spending(claimed, name, tokens, calls)
    return claimed.budget


class Talk(Conversation):
    def commit_spending(self, claimed, name, tokens, calls, client=None, check=True):
        fields = {**self.turn(claimed, name), "tokens": tokens, "calls": calls}
        return (client or self.client).call("COMMIT", user_id=self.user, check=check, **fields)


def talks(service, count=1):
    return [Talk(service) for _ in range(count)]


def test_a_person_has_so_many_tokens_a_day(new_service):
    service = new_service(BUDGET_PERSON_TOKENS="1000")
    ana, bob = talks(service, 2)
    assert turn(ana, "t1", 600, 2) == ""
    assert turn(ana, "t2", 399, 1) == ""
    assert turn(ana, "t3", 500, 1) == ""  # one turn may overshoot
    assert turn(ana, "t4") == "person"
    assert turn(bob, "u1") == ""
    assert spent(service, ana.user) == (1499, 4)
    yesterday(service, key("spent", ana.user))
    assert turn(ana, "t5", 10, 1) == ""
    assert spent(service, ana.user) == (10, 1)


def test_a_person_has_so_many_calls_a_day(new_service):
    service = new_service(BUDGET_PERSON_CALLS="3")
    ana, = talks(service)
    assert [turn(ana, f"t{n}", 1, 2) for n in range(3)] == ["", "", "person"]


def test_all_together_have_so_much_a_day(new_service):
    service = new_service(BUDGET_DAY_TOKENS="1000", BUDGET_PERSON_TOKENS="700")
    ana, bob, eva = talks(service, 3)
    assert turn(ana, "t1", 700, 1) == ""
    assert turn(ana, "t2", 0, 0) == "person"
    assert turn(bob, "u1", 299, 1) == ""
    assert turn(eva, "v1", 1, 1) == ""
    assert turn(eva, "v2") == "day" and turn(bob, "u2") == "day"
    assert turn(ana, "t3") == "person"
    assert spent_by_all(service) == (1000, 3)
    yesterday(service, DAY)
    assert turn(eva, "v3", 5, 1) == ""
    assert spent_by_all(service) == (5, 1)


def test_without_budgets_it_is_counted_all_the_same(new_service):
    service = new_service()
    ana, = talks(service)
    assert turn(ana, "t1", 10**9, 10**6) == "" and turn(ana, "t2", 7, 1) == ""
    assert spent(service, ana.user) == spent_by_all(service) == (10**9 + 7, 10**6 + 1)


def test_a_repeated_commit_spends_once(new_service):
    """At once and one after the other, through both processes."""
    service = new_service()
    ana, = talks(service)
    clients = [service.client(name) for name in ("sessions", "sessions-2") for _ in range(3)]
    ana.enqueue()
    claimed = ana.claim()
    fields = {**ana.turn(claimed, "t1"), "tokens": 500, "calls": 2}
    ids = [(c, c.send("COMMIT", user_id=ana.user, **fields)) for c in clients for _ in range(4)]
    assert {c.wait(id_).type for c, id_ in ids} == {"COMMITTED"}
    ana.commit_spending(claimed, "t1", 500, 2)
    assert spent(service, ana.user) == spent_by_all(service) == (500, 2)
    for client in clients:
        client.close()


def test_turns_that_end_together_are_counted_one_by_one(new_service):
    service = new_service(BUDGET_DAY_TOKENS="5000")
    people = talks(service, 40)
    client = service.client("sessions")
    told = []
    for n, talk in enumerate(people):
        talk.enqueue()
        told.append({**talk.turn(talk.claim(), f"t{n}"), "tokens": 100 + n, "calls": 2})
    ids = [client.send("COMMIT", user_id=talk.user, **fields) for talk, fields in zip(people, told)]
    assert {client.wait(id_).type for id_ in ids} == {"COMMITTED"}
    most.eventually(lambda: spent_by_all(service) == (40 * 100 + 780, 80))
    assert turn(people[0], "last", 220, 1) == ""
    assert turn(people[1], "none") == "day"
    client.close()


def test_a_commit_that_is_refused_was_not_for_nothing(new_service):
    """Its tokens are gone: the day knows at once, the person when the turn tells what it took."""
    service = new_service()
    ana, = talks(service)
    ana.enqueue()
    claimed = ana.claim()
    ana.claim("agent-2/2", dead="agent-1/1")
    refused = ana.commit_spending(claimed, "t1", 500, 2, check=False)
    assert (refused.type, refused.code) == ("ERROR", "stale_token")
    assert (spent(service, ana.user), spent_by_all(service)) == ((0, 0), (500, 2))
    for _ in range(3):
        ana.call("LOG_TURN", record=record("t1", "lost", 500, 2))
    assert spent(service, ana.user) == spent_by_all(service) == (500, 2)


def test_a_turn_without_a_commit_spends_once(new_service):
    service = new_service()
    ana, = talks(service)
    ana.enqueue()
    ana.claim()
    with service.client("sessions-2") as other:
        for client in (ana.client, other, other):
            client.call("LOG_TURN", user_id=ana.user, record=record("t1", "failed", 300, 1))
    assert spent(service, ana.user) == spent_by_all(service) == (300, 1)


def test_a_turn_does_not_bring_back_whom_it_was_about(new_service):
    """Erased in the middle of it: the day knows what was spent, and nobody who did."""
    service = new_service()
    ana, = talks(service)
    ana.enqueue()
    ana.claim()
    ana.call("ERASE")
    ana.call("LOG_TURN", record=record("t1", "lost", 300, 1))
    assert spent_by_all(service) == (300, 1)
    with service.redis() as redis:
        assert not redis.keys(f"*{ana.user}*")


def test_the_record_of_a_committed_turn_spends_nothing(new_service):
    service = new_service()
    ana, = talks(service)
    turn(ana, "t1", 500, 2)
    ana.call("LOG_TURN", record=record("t1", "answered", 500, 2))
    ana.call("LOG_TURN", record=record("t1", "failed", 500, 2))  # nobody knew that it was committed
    assert spent(service, ana.user) == spent_by_all(service) == (500, 2)


def test_exact_sums_of_many_people_under_repetition(new_service):
    """Twenty people, two processes, every COMMIT and record up to three times, some turns lost."""
    service = new_service()

    def live(n):
        rng = random.Random(n)
        ana = Talk(service, client=service.client(rng.choice(["sessions", "sessions-2"])))
        other = service.client(rng.choice(["sessions", "sessions-2"]))
        total = [0, 0]
        turn(ana, f"{ana.user}-first")
        for i in range(10):
            tokens, calls = rng.randrange(5000), rng.randrange(1, 4)
            total = [total[0] + tokens, total[1] + calls]
            name = f"{ana.user}-{i}"
            if rng.random() < 0.3:
                for _ in range(rng.randint(1, 3)):
                    other.call("LOG_TURN", user_id=ana.user,
                               record=record(name, "lost", tokens, calls))
            else:
                ana.enqueue()
                claimed = ana.claim()
                for _ in range(rng.randint(1, 3)):
                    ana.commit_spending(claimed, name, tokens, calls,
                                        rng.choice([ana.client, other]))
        assert spent(service, ana.user) == tuple(total)
        ana.client.close()
        other.close()
        return total

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        totals = list(pool.map(live, range(20)))
    assert spent_by_all(service) == tuple(map(sum, zip(*totals)))


def test_a_commit_over_the_death_of_redis_spends_once(new_service):
    service = new_service()
    ana, = talks(service)
    ana.enqueue()
    claimed = ana.claim()
    service.freeze("redis")
    fields = {**ana.turn(claimed, "t1"), "tokens": 500, "calls": 2}
    ids = [ana.client.send("COMMIT", user_id=ana.user, left_ms=20_000, **fields) for _ in range(3)]
    service.kill("redis")
    service.start("redis")
    assert {ana.client.wait(id_, timeout=20).type for id_ in ids} == {"COMMITTED"}
    assert spent(service, ana.user) == spent_by_all(service) == (500, 2)


def test_one_is_told_that_the_day_is_over_budget_and_that_it_is_not(new_service):
    service = new_service(BUDGET_DAY_CALLS="3")
    people = talks(service, 2)
    people[1].client = service.client("sessions-2")

    def events(name):
        return sum(len(re.findall(rf"event={name} ", service.log(p)))
                   for p in ("sessions", "sessions-2"))

    for day in (1, 2):
        for n, ana in enumerate(people):
            assert turn(ana, f"{ana.user}-{day}", 1, 2) == ("" if n < 2 else "day")
        for ana in people:
            assert turn(ana, f"{ana.user}-{day}-more") == "day"
        assert (events("budget_reached"), events("budget_cleared")) == (day, day - 1)
        yesterday(service, DAY)
    for ana in people:
        assert turn(ana, f"{ana.user}-free") == ""
    assert (events("budget_reached"), events("budget_cleared")) == (2, 2)


def test_a_budget_that_was_raised_frees_the_day(new_service):
    service = new_service(BUDGET_DAY_CALLS="1")
    ana, = talks(service)
    turn(ana, "t1", 1, 1)
    assert turn(ana, "t2") == "day"
    for name in ("sessions", "sessions-2"):
        service.terminate(name)
        service.processes.pop(name)
        service.env["BUDGET_DAY_CALLS"] = "2"
        service.start(name)
    ana = Talk(service, ana.user)
    ana.ids = {"m1", "m2"}
    assert turn(ana, "t3") == ""


def test_what_is_spent_is_told(new_service):
    service = new_service(BUDGET_DAY_TOKENS="1000", BUDGET_PERSON_CALLS="2",
                          SHOP_TIME_ZONE="UTC")
    ana, = talks(service)
    turn(ana, "t1", 400, 2)
    told = ana.client.call("GET_BUDGET")
    assert (told.day_tokens, told.day_calls, told.most_day_tokens, told.most_day_calls) == (
        400, 2, 1000, 0)
    assert (told.person_tokens, told.person_calls, told.most_person_tokens,
            told.most_person_calls, told.used_up) == (0, 0, 0, 2, "")
    told = ana.call("GET_BUDGET")
    assert (told.person_tokens, told.person_calls, told.used_up) == (400, 2, "person")
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", told.day) and told.ends_ms % 86_400_000 == 0
    with service.redis() as redis:
        now_ms = redis.time()[0] * 1000
    assert 0 < told.ends_ms - now_ms <= 86_400_000


def test_an_unknown_zone_stops_the_start():
    service = Sessions(env={"SHOP_TIME_ZONE": "America/Tlaxcala"})
    try:
        service.start("redis")
        service.start("sessions", wait=False)
        service.wait_log("sessions", "SHOP_TIME_ZONE: there is no zone America/Tlaxcala")
        assert service.processes["sessions"].child.wait(10) == 1
        service.processes["sessions"].ended = True
    finally:
        service.stop()


# ---- the whole shop ----

CALL = [1000, 100]  # what every call costs, as the simulator reports it
SEARCH = 2200       # two calls


@pytest.fixture
def shop(new_stack, new_simulator):
    def make(agents=1, simulator=None, **env):
        simulator = new_simulator(usage=CALL, **(simulator or {}))
        return new_stack(agents=agents, env={**simulator.env, "OPENAI_HTTP": "1.1", **env}), simulator

    return make


def test_over_budget_the_offline_seller_answers_and_the_next_day_the_model(shop):
    stack, simulator = shop(BUDGET_PERSON_TOKENS="3000")
    for _ in range(2):
        assert stack.http.ask("ana", "busco un nissan").status == 200
    asked = simulator.stats()["requests"]
    assert asked == 4 and spent(stack, "ana") == (2 * SEARCH, 4)
    reply = stack.http.ask("ana", "busco un mazda").json()
    assert simulator.stats()["requests"] == asked  # the model was not asked
    assert len(reply["cars"]) >= 4 and "Mazda" in reply["reply"]  # and the answer is of use
    assert stack.http.ask("bob", "busco un mazda").status == 200
    assert simulator.stats()["requests"] == asked + 2  # others are not over theirs
    newest = most.eventually(lambda: turns(stack, "budget", 1))[0]
    assert newest["turn_id"] == reply["turn_id"] and newest["model"] == "offline"
    most.eventually(lambda: stack.metric("mostrador_offline_replies_total", reason="budget") == 1)
    assert stack.metric("mostrador_budget_turns_total", whose="person") == 1
    yesterday(stack, key("spent", "ana"))
    stack.http.ask("ana", "busco un nissan")
    assert simulator.stats()["requests"] == asked + 4
    assert spent(stack, "ana") == (SEARCH, 2)


def turns(stack, outcome, count):
    found = stack.http.get(f"/seller/turns?outcome={outcome}").json()["turns"]
    return len(found) == count and found


def test_the_day_of_all_over_two_agents(shop):
    """At most the turns that run at once go beyond it."""
    stack, simulator = shop(agents=2, simulator={"latency_ms": 30}, BUDGET_DAY_CALLS="20")
    at_once, people = 4, 40
    with concurrent.futures.ThreadPoolExecutor(at_once) as pool:
        answers = list(pool.map(lambda n: stack.http.ask(f"u{n}", "busco un nissan"),
                                range(people)))
    assert {a.status for a in answers} == {200}
    assert all(len(a.json()["cars"]) >= 4 for a in answers)
    calls = simulator.stats()["requests"]
    assert 20 <= calls < 20 + 2 * at_once
    assert spent_by_all(stack) == (calls * 1100, calls)
    told = stack.http.get("/seller/budget").json()
    assert told["used_up"] == "day"
    assert told["all"] == {"most_tokens": None, "most_calls": 20, "tokens": calls * 1100,
                           "calls": calls}
    most.eventually(lambda: stack.metric("mostrador_budget_day_reached") == 1)
    most.eventually(lambda: stack.metric("mostrador_budget_day_calls") == calls)
    assert stack.log("sessions").count("event=budget_reached") == 1
    yesterday(stack, DAY)
    stack.http.ask("u0", "busco un mazda")
    assert simulator.stats()["requests"] == calls + 2
    assert spent_by_all(stack) == (SEARCH, 2)
    assert stack.log("sessions").count("event=budget_cleared") == 1
    most.eventually(lambda: stack.metric("mostrador_budget_day_reached") == 0)


@pytest.mark.parametrize("victim", ["agent-1", "sessions", "redis"])
def test_exact_counts_over_a_kill_9_in_mid_turn(shop, victim):
    """What a killed agent spent before its COMMIT is lost, nothing else; nothing counts twice."""
    stack, simulator = shop(agents=2, REQUEST_MS="60s", TURN_MS="40s")
    stack.http.ask("ana", "busco un nissan")
    simulator.control(latency_ms=1500)
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        answer = pool.submit(stack.http.ask, "ana", "busco un mazda")
        most.eventually(lambda: simulator.stats()["active"] == 1)
        simulator.control(latency_ms=0)
        running = [a for a in stack.agents if "turn_step" in stack.log(a)]
        stack.restart(victim if victim != "agent-1" else last_agent(stack, running))
        assert answer.result().status == 200
    told = most.eventually(lambda: turns(stack, "answered", 2))
    committed = sum(turn["tokens_in"] + turn["tokens_out"] for turn in told)
    assert spent(stack, "ana") == spent_by_all(stack) == (committed, committed // 1100)
    assert committed == 2 * SEARCH


def last_agent(stack, agents):
    """The one that was the last to ask the model."""
    def thinking(name):
        steps = re.findall(r"time=(\S+) .*event=turn_step .*next=(\w+)", stack.log(name))
        return steps[-1] if steps else ("", "")

    found = max(agents, key=lambda name: thinking(name)[0])
    assert thinking(found)[1] == "thinking"
    return found


def test_a_turn_that_fails_tells_what_it_spent(shop):
    """The lease is lost after the model was paid: the person's day knows all the same."""
    stack, simulator = shop(LEASE_MS="2s")
    simulator.control(latency_ms=[0, 0])
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        simulator.control(failures=[{"kind": "ok"}, {"kind": "hang"}])
        answer = pool.submit(stack.http.ask, "ana", "busco un nissan")
        most.eventually(lambda: simulator.stats()["requests"] == 2)
        assert stack.http.delete("/seller/sessions/ana").status == 204  # takes the lease away
        assert answer.result().status == 200
    lost = most.eventually(lambda: turns(stack, "lost", 1))[0]
    assert lost["tokens_in"] == 1000 and lost["model_calls"] == 2
    done = most.eventually(lambda: turns(stack, "answered", 1))[0]
    assert done["model_calls"] == 2
    tokens, calls = spent(stack, "ana")
    assert calls == 4 and spent_by_all(stack) == (tokens, calls)
    assert tokens > SEARCH + 1100  # the call that was cut is estimated


# ---- the API ----


def test_the_budget_asks_for_the_token_and_says_what_is_wrong():
    token = {"Authorization": "Bearer secret"}
    made = Shop(env={"API_TOKEN": "secret"})
    try:
        made.sessions.handlers["GET_BUDGET"] = lambda m: (
            "BUDGET", {"day": "2026-11-22", "ends_ms": 1795413600000, "day_tokens": 7,
                       "person_calls": 3, "used_up": "person" if m.user_id else ""})
        assert check_problem(made.http.get("/seller/budget"))["status"] == 401
        told = made.http.get("/seller/budget", headers=token).json()
        assert told["all"]["tokens"] == 7 and told["used_up"] is None
        assert "user_id" not in told["person"]
        told = made.http.get("/seller/budget?user_id=whatsapp%3A%2B5215512345678",
                             headers=token).json()
        assert (told["used_up"], told["person"]["calls"]) == ("person", 3)
        assert told["person"]["user_id"] == "whatsapp:+5215512345678"
        assert told["ends_at"] == "2026-11-23T06:00:00.000Z"
        for wrong in ("?user=ana", "?user_id=", "?user_id=a&user_id=b"):
            assert check_problem(made.http.get("/seller/budget" + wrong,
                                               headers=token))["status"] == 400
    finally:
        made.close()
