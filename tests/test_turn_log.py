"""What turns took: what an agent records, what the session service keeps, what the API tells."""

import re
import signal

import msgpack
import pytest

import most
from agent_world import World
from conversation import Sessions

LOG, RECORDS = "most:{turns}:log", "most:{turns}:records"


@pytest.fixture
def new_world():
    """new_world(env={…}) starts an agent among fakes; it must end well."""
    mine = []

    def make(**options):
        mine.append(World(**options))
        return mine[-1]

    yield make
    wrong = [world.close() for world in mine]
    assert not any(wrong), wrong


@pytest.fixture
def modelled(new_world, new_simulator):
    def make(env=None, **settings):
        simulator = new_simulator(**settings)
        return new_world(env={**simulator.env, "OPENAI_HTTP": "1.1", **(env or {})}), simulator

    return make


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
    """The person's id is in none of what the log keeps."""
    stack = new_stack(agents=1)
    user = "whatsapp:+5215512345678"
    assert stack.http.ask(user, "busco un nissan").status == 200
    with stack.redis() as redis:
        most.eventually(lambda: redis.zcard(LOG) == 1)
    with stack_bytes(stack) as redis:
        for field, value in redis.hgetall(RECORDS.encode()).items():
            assert b"5512345" not in field + value and b"nissan" not in value.lower()
            fields = msgpack.unpackb(value.split(b" ", 2)[2], strict_map_key=False)
            record = most.table().unpack("turn_record", fields)
            assert record.user == "whatsapp:+*********5678" and record.outcome == "answered"
            assert record.received_ms <= record.claimed_ms


def stack_bytes(stack):
    import redis
    return redis.Redis(unix_socket_path=str(stack.run / "redis.sock"))


def test_kill_9_between_commit_and_record_costs_the_record_only(modelled):
    """The record comes after the COMMIT: whoever dies between them has answered."""
    world, _ = modelled()
    world.sessions.hooks["COMMIT"] = lambda m: (world.process.kill(), world.sessions.commit(m))[1]
    world.sessions.say("ana", "hola")
    world.dispatcher.turn("ana")
    world.sessions.wait_for("COMMIT")
    most.eventually(lambda: not world.process.alive())
    assert len(world.sessions.replies("ana")) == 1
    assert world.sessions.count("LOG_TURN") == 0
    assert world.process.child.returncode == -signal.SIGKILL
