"""What turns took: what an agent records, what the session service keeps, what the API tells."""

import re
import signal
import subprocess

import msgpack
import pytest
import redis as redis_py

import most
import stack as stacks
from conversation import Sessions
from gateway_shop import Shop, check_problem

LOG, RECORDS = "most:{turns}:log", "most:{turns}:records"


def recorded(world, nth=1):
    """The record of a turn, as the agent told it."""
    return world.sessions.wait_for("LOG_TURN", nth=nth).record[0]


# ---- the agent ----


def test_a_turn_tells_what_it_took(modelled):
    world, simulator = modelled(latency_ms=30)
    user = "whatsapp:+5215512345678"
    world.sessions.hooks["CLAIM"] = lambda m: granted_at(world, m, 1_700_000_000_500)
    world.sessions.say(user, "busco un nissan de menos de 300 mil",
                       received_ms=1_700_000_000_000, channel="twilio")
    done = world.dispatcher.done(world.dispatcher.turn(user))
    record = recorded(world)
    reply = done.reply[0]
    assert (record.turn_id, record.outcome, record.why) == (reply.turn_id, "answered", "")
    assert record.user == "whatsapp:+*********5678" and record.channel == "twilio"
    assert (record.received_ms, record.claimed_ms) == (1_700_000_000_000, 1_700_000_000_500)
    assert record.waiting_us == 500_000 and record.claim_us > 0 and record.commit_us > 0
    assert record.total_us == (record.waiting_us + record.owed_us + record.think_us
                               + record.tools_us + record.commit_us)
    assert [call.outcome for call in record.calls] == ["calls", "text"]
    assert all(call.model == record.model == "gpt-4o-mini" for call in record.calls)
    assert all(30_000 <= call.first_us <= call.total_us for call in record.calls)
    assert sum(call.total_us for call in record.calls) <= record.think_us
    assert [(tool.name, tool.ok) for tool in record.tools] == [("search_cars", True)]
    assert 0 < record.tools[0].us <= record.tools_us
    assert (record.model_calls, record.tool_calls) == (2, 1)
    told = simulator.stats()
    assert record.tokens_in == told["tokens_in"] > 0
    assert record.tokens_out == told["tokens_out"] > 0
    assert record.cars == len(reply.cars) == 5 and record.rules == "v1" and record.joins == 0
    line = re.search(r"event=turn_done .*", world.log())[0]
    assert f"turn={reply.turn_id}" in line and "waiting_ms=500" in line
    assert re.search(r'calls="gpt-4o-mini:calls:\d+/\d+ms:\d+\+\d+ gpt-4o-mini:text:', line)
    assert user not in world.log()


def test_a_turn_tells_what_its_tokens_cost(modelled):
    world, simulator = modelled(env={"MODEL_PRICES": "gpt-4o-mini=3/1.5/1000,other=1/1/1",
                                     "MODEL_CURRENCY": "MXN"})
    assert world.ask("ana", "busco un nissan").status == "answered"
    record, told = recorded(world), simulator.stats()
    # a million tokens of a unit each are a millionth a token; each call is rounded once
    most_off = len(record.calls)
    assert record.currency == "MXN" and record.tokens_out == told["tokens_out"] > 0
    exact = (3 * (record.tokens_in - record.tokens_cached) + 1.5 * record.tokens_cached
             + 1000 * record.tokens_out)
    assert abs(record.cost - exact) <= most_off and record.cost > 1000 * record.tokens_out
    assert f"cost_micros={record.cost}" in world.log()


def test_without_prices_nothing_is_said_of_money(modelled):
    world, _ = modelled()
    assert world.ask("ana", "busco un nissan").status == "answered"
    assert (recorded(world).cost, recorded(world).currency) == (0, "")


def test_a_call_that_was_cut_costs_what_was_sent(modelled):
    world, simulator = modelled(latency_ms=[5000, 0],
                                env={"MODEL_PRICES": "gpt-4o-mini=1000000/0/0"})
    world.sessions.say("ana", "hola")
    turn = world.dispatcher.turn("ana")
    most.eventually(lambda: simulator.stats()["active"] == 1)
    world.sessions.say("ana", "busco un nissan")
    world.dispatcher.nudge("ana")
    assert world.dispatcher.done(turn).status == "answered"
    record = recorded(world)
    assert record.calls[0].outcome == "cut" and record.calls[0].tokens_in == 0
    assert record.cost > 1_000_000 * (record.tokens_in - record.tokens_cached) > 0


@pytest.mark.parametrize("env, why", [
    ({"MODEL_PRICES": "gpt-4o-mini=1/2"}, "is not model=in/cached/out"),
    ({"MODEL_PRICES": "gpt-4o=1/2/3"}, "has no price for gpt-4o-mini of OPENAI_MODEL"),
    ({"MODEL_CURRENCY": "pesos"}, "MODEL_CURRENCY: three capital letters")])
def test_prices_that_are_none_stop_the_start(tmp_path, env, why):
    done = subprocess.run(
        [most.BIN / "agent", "agent-1"], cwd=tmp_path, capture_output=True, text=True, timeout=60,
        env=stacks.clean_env({"VAR": str(tmp_path), "OPENAI_BASE_URL": "http://127.0.0.1:9/v1",
                              "RULES_DIR": str(stacks.ROOT / "agent" / "rules"), **env}))
    assert done.returncode != 0 and why in done.stdout + done.stderr


def granted_at(world, message, now_ms):
    type_, fields = world.sessions.claim(message)
    return type_, {**fields, "now_ms": now_ms}


def test_a_turn_without_messages_has_no_record(new_world):
    world = new_world()
    assert world.dispatcher.done(world.dispatcher.turn("ana")).status == "empty"
    assert world.ask("ana", "hola").status == "answered"
    assert recorded(world).why == "no_key"
    assert world.sessions.count("LOG_TURN") == 1


def test_a_failing_model_and_who_stepped_in_are_both_recorded(modelled):
    world, _ = modelled(always="500", env={"OPENAI_RETRIES": "0"})
    assert world.ask("ana", "busco un nissan").status == "answered"
    record = recorded(world)
    assert (record.outcome, record.why, record.model) == ("answered", "failed", "offline")
    assert [(c.model, c.outcome, c.error) for c in record.calls][:1] == [
        ("gpt-4o-mini", "failed", "http_500")]
    assert {c.model for c in record.calls[1:]} == {"offline"}
    assert record.model_calls == 1 and record.tokens_in == 0


def test_a_call_that_the_customer_interrupts_is_recorded_as_cut(modelled):
    world, simulator = modelled(latency_ms=[5000, 5000])
    world.sessions.say("ana", "hola")
    turn = world.dispatcher.turn("ana")
    most.eventually(lambda: simulator.stats()["active"] == 1)
    simulator.control(latency_ms=0)
    world.sessions.say("ana", "busco un nissan")
    world.dispatcher.nudge("ana")
    assert world.dispatcher.done(turn).status == "answered"
    record = recorded(world)
    assert record.joins == 1
    assert [call.outcome for call in record.calls] == ["cut", "calls", "text"]
    assert record.model_calls == 3


def test_a_turn_that_was_lost_is_recorded_with_what_it_spent(modelled):
    world, _ = modelled()
    world.sessions.hooks["COMMIT"] = lambda m: ("ERROR", {"code": "stale_token"})
    assert world.ask("ana", "busco un nissan").status == "lost"
    record = recorded(world)
    assert record.outcome == "lost" and record.tokens_in > 0 and record.model_calls == 2


def test_nobody_waits_for_the_record(new_world):
    """A session service that takes COMMITs and no records costs the answer nothing."""
    world = new_world()
    world.sessions.hooks["LOG_TURN"] = lambda m: ("ERROR", {"code": "busy"})
    assert world.ask("ana", "hola").status == "answered"
    lost = "mostrador_turn_records_total"
    most.eventually(lambda: world.metric(lost, 'event="lost"') == 1)
    world.sessions.hooks["LOG_TURN"] = lambda m: world.sessions.drop
    assert world.ask("ana", "adiós").status == "answered"


# ---- the session service ----


@pytest.fixture(scope="module")
def service():
    with Sessions(env={"TURN_LOG_MAX": "5", "LEASE_MS": "60s"}) as made:
        yield made


@pytest.fixture
def client(service):
    with service.redis() as redis:
        redis.delete(LOG, RECORDS)
    with service.client("sessions") as made:
        yield made


def record_of(turn, at=1_700_000_000_000, **more):
    return {"turn_id": turn, "user": "a", "received_ms": at - 250, "claimed_ms": at,
            "waiting_us": 250_000, "outcome": "answered", **more}


def log(client, turn, at=1_700_000_000_000, **more):
    client.call("LOG_TURN", user_id="ana", record=record_of(turn, at, **more))


def kept(service):
    with service.redis() as redis:
        ids, fields = redis.zrange(LOG, 0, -1), redis.hkeys(RECORDS)
    assert sorted(f for f in fields if not f.startswith("out ")) == sorted(ids)
    assert all(f[4:] in ids for f in fields if f.startswith("out "))
    return ids


def test_the_newest_are_kept(service, client):
    for n in range(8):
        log(client, f"t{n}", 1000 + n)
    assert kept(service) == ["t3", "t4", "t5", "t6", "t7"]
    log(client, "t7", 1007)  # a repetition
    assert kept(service) == ["t3", "t4", "t5", "t6", "t7"]
    log(client, "late", 900)  # older than all that is kept
    assert kept(service) == ["t3", "t4", "t5", "t6", "t7"]


def test_records_that_come_together_are_kept_one_by_one(big_service, big):
    """They go to Redis together: each is answered, what makes no sense among them alone is refused."""
    calls = [big.send("LOG_TURN", user_id=f"u{n % 7}", record=record_of(f"t{n:02}", 1000 + n)) for n in range(40)]
    wrong = big.send("LOG_TURN", user_id="u1", record=record_of("wrong", 5) | {"claimed_ms": 0})
    again = big.send("LOG_TURN", user_id="u0", record=record_of("t00", 1000))
    assert {big.wait(call).type for call in [*calls, again]} == {"OK"}
    refused = big.wait(wrong, check=False)
    assert (refused.type, refused.code) == ("ERROR", "invalid")
    assert kept(big_service) == [f"t{n:02}" for n in range(40)]
    with big_service.redis() as redis:
        assert redis.zscore("most:{turns}:people", "u4") == 1039  # the newest of theirs


def test_a_smaller_log_forgets_the_rest(service, client):
    with service.redis() as redis:
        for n in range(2500):
            redis.zadd(LOG, {f"old{n}": n + 1})
            redis.hset(RECORDS, f"old{n}", "1 1 x")
    for n in range(3):
        log(client, f"t{n}")
    assert len(kept(service)) == 5


def test_the_record_is_told_when_its_answer_went_out(service, client):
    talk = service.conversation()
    talk.answered("t1")
    log(client, "t1", at=most_recent(service))
    token, _ = talk.offered()
    talk.delivered("t1", "trying", token)
    talk.delivered("t1", "sent", token, parts_sent=1, sid="SM1")
    first, last = most.eventually(lambda: out(service, "t1"))
    assert first > 0 and last == 0
    talk.delivered("t1", "trying", token)
    talk.delivered("t1", "done", token, parts_sent=2, sid="SM2")
    done = most.eventually(lambda: out(service, "t1")[1] and out(service, "t1"))
    assert done[0] == first and done[1] >= first
    talk.delivered("t1", "done", token, parts_sent=2, sid="SM2")  # a repetition
    talk.client.call("PING", name="test")
    assert out(service, "t1") == done
    talk.client.close()


def most_recent(service):
    with service.redis() as redis:
        seconds, us = redis.time()
        return seconds * 1000 + us // 1000


def out(service, turn):
    with service.redis() as redis:
        text = redis.hget(RECORDS, f"out {turn}")
    return text and tuple(map(int, text.split()))


def test_an_answer_whose_record_is_gone_goes_out_all_the_same(service, client):
    talk = service.conversation()
    talk.answered("t1")
    token, _ = talk.offered()
    talk.delivered("t1", "trying", token)
    assert talk.delivered("t1", "done", token, parts_sent=1, sid="SM1").count == 1
    talk.client.close()
    assert kept(service) == []


def test_a_stored_record_names_nobody(new_stack):
    """The person's id is in none of what the log keeps, nor what they said but the name of a car."""
    stack = new_stack(agents=1)
    user = "whatsapp:+5215512345678"
    assert stack.http.ask(user, "busco un nissan para mi suegra").status == 200
    with stack.redis() as redis:
        most.eventually(lambda: redis.zcard(LOG) == 1)
    with redis_py.Redis(unix_socket_path=str(stack.run / "redis.sock")) as redis:
        for field, value in redis.hgetall(RECORDS.encode()).items():
            assert b"5512345" not in field + value and b"suegra" not in value.lower()
            fields = msgpack.unpackb(value.split(b" ", 2)[2], strict_map_key=False)
            record = most.table().unpack("turn_record", fields)
            assert record.user == "whatsapp:+*********5678" and record.outcome == "answered"
            assert record.sought == "Nissan"
            assert record.received_ms <= record.claimed_ms


def test_kill_9_between_commit_and_record_costs_the_record_only(modelled):
    """The record comes after the COMMIT: whoever dies between them has answered."""
    world, _ = modelled()
    world.sessions.hooks["COMMIT"] = lambda m: (world.process.kill(), world.sessions.commit(m))[1]
    world.sessions.say("ana", "hola")
    world.dispatcher.turn("ana")
    world.sessions.wait_for("COMMIT")
    most.eventually(lambda: not world.process.alive())
    most.eventually(lambda: len(world.sessions.replies("ana")) == 1)
    assert world.sessions.count("LOG_TURN") == 0
    assert world.process.child.returncode == -signal.SIGKILL


# ---- what the session service tells ----


def listed(client, **asked):
    answer = client.call("LIST_TURNS", **{"limit": 100, **asked})
    return [turn.turn_id for turn in answer.turns], answer.before


@pytest.fixture(scope="module")
def big_service():
    with Sessions(env={"TURN_LOG_MAX": "50000"}) as made:
        yield made


@pytest.fixture
def big(big_service):
    with big_service.redis() as redis:
        redis.delete(LOG, RECORDS)
    with big_service.client("sessions") as made:
        yield made


def test_turns_are_listed_the_newest_first(big):
    for n in range(5):
        log(big, f"t{n}", 1000 + n, outcome="lost" if n == 2 else "answered",
            why="budget" if n == 3 else "")
    assert listed(big) == (["t4", "t3", "t2", "t1", "t0"], "")
    assert listed(big, since_ms=1001, until_ms=1003) == (["t3", "t2", "t1"], "")
    assert listed(big, outcome="lost") == (["t2"], "")
    assert listed(big, outcome="budget") == (["t3"], "")
    assert listed(big, outcome="nothing") == ([], "")
    assert listed(big, before="t2") == (["t1", "t0"], "")
    assert listed(big, before="t2", since_ms=1001) == (["t1"], "")
    assert listed(big, before="unknown") == ([], "")


def test_pages_of_turns_have_no_gaps(big):
    """Those of one millisecond too, and while more come."""
    for n in range(450):
        log(big, f"t{n:03}", 5000 + n // 100)
    seen, before = [], ""
    while True:
        turns, before = listed(big, before=before, limit=60)
        assert len(turns) <= 60
        seen += turns
        log(big, f"u{len(seen):03}", 9000)
        if not before:
            break
    assert seen == [f"t{n:03}" for n in reversed(range(450))]


def test_a_filter_finds_what_is_far_down(big):
    log(big, "old", 1000, outcome="lost")
    for n in range(600):
        log(big, f"t{n}", 2000 + n)
    assert listed(big, outcome="lost", limit=1)[0] == ["old"]


@pytest.mark.parametrize("wanted, found", [
    ({"did": "talk"}, "abcd"), ({"did": "list"}, "ab"), ({"did": "quote"}, "b"),
    ({"did": "lead"}, ""), ({"did": "model"}, "bc"), ({"did": "repair"}, "c"),
    ({"sought": "Mazda 3"}, "ab"), ({"sought": "Mazda"}, ""), ({"missed": "Tesla"}, "c"),
    ({"longer_ms": 1500}, "b"), ({"longer_ms": 1499}, "ab"), ({"outcome": "unanswered"}, "cd"),
    ({"outcome": "lost"}, "d"), ({"outcome": "budget"}, "a"), ({"outcome": "unanswered", "did": "model"}, "c")])
def test_turns_are_filtered_by_what_they_did(big, wanted, found):
    tools = [{"name": name, "ok": ok} for name, ok in (
        ("search_cars", True), ("quote_financing", True), ("save_lead", False))]
    log(big, "a", 1000, sought="Mazda 3", tools=tools[:1], total_us=1_500_000, why="budget")
    log(big, "b", 1001, sought="Mazda 3", tools=tools, model_calls=2, total_us=2_000_000)
    log(big, "c", 1002, missed="Tesla", outcome="failed", model_calls=1, repairs=1,
        total_us=9_000_000)
    log(big, "d", 1003, outcome="lost")
    assert "".join(listed(big, **wanted)[0])[::-1] == found


def test_turns_of_an_hour_are_those_by_the_shops_clock(big):
    """From midnight in Mexico City, of every day, as the sums by hour have them."""
    midnight = 1795327200000  # 2026-11-22T06:00:00Z
    log(big, "late", midnight - 1)
    log(big, "first", midnight)
    log(big, "last", midnight + 3_599_999)
    log(big, "one", midnight + 3_600_000)
    log(big, "next day", midnight + 86_400_000)
    assert listed(big, hour=1)[0] == ["next day", "last", "first"]
    assert listed(big, hour=2)[0] == ["one"]
    assert listed(big, hour=24)[0] == ["late"]
    assert listed(big, hour=1, until_ms=midnight + 1)[0] == ["first"]
    assert listed(big, hour=13)[0] == []
    assert len(listed(big)[0]) == 5


def test_percentiles_of_turns(big):
    for n in range(1, 101):
        log(big, f"t{n}", 1000 + n, model="m", rules="v1", total_us=n, think_us=0,
            calls=[{"model": "m", "outcome": "text", "first_us": n, "total_us": n,
                    "tokens_in": 2, "tokens_out": 1}], model_calls=1, tokens_in=2, tokens_out=1)
    answer = big.call("GET_LATENCY")
    assert (answer.oldest_ms, answer.partial) == (1001, False)
    everything, group = answer.groups
    assert (group.model, group.rules, group.turns) == ("m", "v1", 100)
    assert (group.tokens_in, group.tokens_out, group.model_calls) == (200, 100, 100)
    for told in (everything, group):
        steps = {step.step: step for step in told.steps}
        for name in ("total", "first_token", "model_call"):
            step = steps[name]
            assert step.count == 100 and step.max_us == 100
            assert 50 <= step.p50_us <= 51 and 90 <= step.p90_us <= 91
            assert 99 <= step.p99_us <= 100
    late = big.call("GET_LATENCY", since_ms=1091, until_ms=1095)
    assert late.groups[0].turns == 5


def test_only_so_many_turns_are_looked_at(big, big_service):
    log(big, "t0", 1_000_000)
    record = bytes_of(big_service, "t0")
    with redis_py.Redis(unix_socket_path=str(big_service.run / "redis.sock")) as redis:
        pipe = redis.pipeline(transaction=False)
        for n in range(1, 20_000):
            pipe.zadd(LOG, {f"t{n}": 1_000_000 + n})
            pipe.hset(RECORDS, f"t{n}", record)
        pipe.execute()
        assert not big.call("GET_LATENCY").partial
        redis.zadd(LOG, {"more": 2_000_000})
        redis.hset(RECORDS, "more", record)
    answer = big.call("GET_LATENCY")
    assert answer.partial and answer.groups[0].turns == 20_000
    turns, before = listed(big, outcome="nothing")
    assert turns == [] and before == "t1"
    assert listed(big, outcome="nothing", before=before) == ([], "")


def bytes_of(service, turn):
    with redis_py.Redis(unix_socket_path=str(service.run / "redis.sock")) as redis:
        return redis.hget(RECORDS, turn)


def test_a_damaged_record_is_passed_over(big, big_service):
    for n in range(3):
        log(big, f"t{n}", 1000 + n)
    with big_service.redis() as redis:
        redis.hset(RECORDS, "t1", "750 1001 \x01garbage")
        redis.hdel(RECORDS, "t0")
    assert listed(big) == (["t2"], "")
    assert big.call("GET_LATENCY").groups[0].turns == 1
    assert "turn_records_damaged" in big_service.log("sessions")


@pytest.mark.parametrize("type_,fields", [
    ("LIST_TURNS", {"limit": 1, "did": "sing"}), ("LIST_TURNS", {"limit": 1, "longer_ms": -1}),
    ("LIST_TURNS", {"limit": 1, "hour": 25}), ("LIST_TURNS", {"limit": 1, "hour": -1}),
    ("LIST_TURNS", {"limit": 0}), ("LIST_TURNS", {"limit": 101}),
    ("LIST_TURNS", {"limit": 1, "since_ms": -1}), ("GET_LATENCY", {"until_ms": 2**60})])
def test_what_makes_no_sense_is_refused(big, type_, fields):
    answer = big.call(type_, check=False, **fields)
    assert (answer.type, answer.code) == ("ERROR", "invalid") and answer.detail


def test_reports_are_bounded_and_recover(big, big_service):
    """More at once than may are refused, while Redis sleeps; none is left over afterwards."""
    log(big, "t0", 1000)
    big_service.freeze("redis")
    ids = [big.send("GET_LATENCY", left_ms=4000) for _ in range(6)]
    refused = [big.wait(id_, check=False).code for id_ in ids]
    assert sorted(refused) == ["busy", "busy"] + ["unavailable"] * 4
    big_service.thaw("redis")
    assert most.eventually(lambda: big.call("GET_LATENCY", check=False).type == "LATENCY")


# ---- the API ----


@pytest.fixture(scope="module")
def shop():
    made = Shop(env={"API_TOKEN": "secret"})
    made.sessions.handlers["LIST_TURNS"] = lambda m: ("TURNS", {"turns": [record_of("t1")]})
    made.sessions.handlers["GET_LATENCY"] = lambda m: ("LATENCY", {})
    yield made
    made.close()


TOKEN = {"Authorization": "Bearer secret"}


@pytest.mark.parametrize("path", ["/seller/turns", "/seller/latency"])
def test_the_api_asks_for_its_token(shop, path):
    assert check_problem(shop.http.get(path))["status"] == 401
    assert shop.http.get(path, headers=TOKEN).status == 200
    assert check_problem(shop.http.post(path, {}, headers=TOKEN))["status"] == 405


def test_the_api_asks_for_what_it_was_asked_for(shop):
    shop.http.get("/seller/turns?since=2026-11-22&until=2026-11-22T10:40:00Z&outcome=budget"
                  "&before=01AB&limit=3", headers=TOKEN)
    asked = shop.sessions.wait_for("LIST_TURNS", lambda m: m.before == "01AB")
    assert (asked.since_ms, asked.until_ms) == (1795305600000, 1795344000000)
    assert (asked.outcome, asked.limit) == ("budget", 3)


@pytest.mark.parametrize("path", [
    "/seller/turns?limit=1000", "/seller/turns?since=soon", "/seller/latency?limit=1",
    "/seller/turns?since=1m&until=1h", "/seller/turns?outcome=a'b"])
def test_the_api_says_what_is_wrong(shop, path):
    assert check_problem(shop.http.get(path, headers=TOKEN))["status"] == 400


def test_the_api_says_when_nobody_is_there_to_tell(shop):
    shop.sessions.handlers["GET_LATENCY"] = lambda m: ("ERROR", {"code": "unavailable",
                                                                 "retry_after_ms": 500})
    answer = shop.http.get("/seller/latency", headers=TOKEN)
    assert check_problem(answer)["status"] == 503 and answer.headers["Retry-After"]


def test_turns_of_a_whole_shop(new_stack, new_simulator):
    """From customers' messages to the API, with a model and with a failing one."""
    simulator = new_simulator(latency_ms=20)
    stack = new_stack(agents=2, env={**simulator.env, "OPENAI_RETRIES": "0"})
    for n in range(6):
        assert stack.http.ask(f"+52155{n:08}", "busco un nissan").status == 200
    simulator.control(always="500")
    reply = stack.http.ask("+5215500000000", "busco un mazda").json()
    turns = most.eventually(lambda: of_all(stack, 7))
    newest = turns[0]
    assert newest["turn_id"] == reply["turn_id"]
    assert (newest["outcome"], newest["why"], newest["model"]) == ("answered", "failed", "offline")
    assert newest["calls"][0]["error"] == "http_500" and newest["user"] == "+*********0000"
    for turn in turns[1:]:
        assert turn["model"] == "gpt-4o-mini" and turn["channel"] == "api"
        assert turn["checks_ms"] > 0 and turn["findings"] == 0
        assert turn["tokens_in"] > 0 and turn["calls"][0]["first_token_ms"] >= 20
        assert turn["received_at"] <= turn["claimed_at"] and turn["total_ms"] >= turn["thinking_ms"]
    only = stack.http.get("/seller/turns?outcome=failed").json()["turns"]
    assert [turn["turn_id"] for turn in only] == [newest["turn_id"]]
    told = stack.http.get("/seller/latency?since=1h").json()
    assert told["all"]["turns"] == 7 and not told["partial"]
    groups = {group["model"]: group for group in told["groups"]}
    assert groups["gpt-4o-mini"]["turns"] == 6 and groups["offline"]["turns"] == 1
    assert groups["gpt-4o-mini"]["tokens_in"] == sum(turn["tokens_in"] for turn in turns)
    total = groups["gpt-4o-mini"]["steps"]["total"]
    assert total["count"] == 6
    assert total["max_ms"] == pytest.approx(max(turn["total_ms"] for turn in turns[1:]))
    for name in ("answer", "waiting", "model_first_token", "tool", "commit"):
        count = f"mostrador_{name}_seconds_count"
        most.eventually(lambda count=count: stack.metric(count) > 0, what=f"{count} stays 0")
    assert stack.http.get("/seller/latency?until=1h").json()["all"]["turns"] == 0


def of_all(stack, count):
    turns = stack.http.get("/seller/turns").json()["turns"]
    return len(turns) == count and turns
