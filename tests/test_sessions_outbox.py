"""What the session service promises of replies on their way: each goes out by one way only, in
order, and none is lost, whoever dies. Against the real process and a real Redis."""

import itertools
import random
import threading

import pytest

import most
from conversation import Conversation, Sessions, key, partition, sweep, two_services

HOUR = 3600000
MINUTE = 60000


@pytest.fixture(scope="module")
def service():
    with two_services() as made:
        yield made


# ---- the two ways ----

def test_the_gateway_takes_a_reply(talk):
    talk.ask("m1", hold_ms=MINUTE)
    assert talk.commit(talk.claim(), "t1").waiting == 0  # held: nobody else may have it
    assert talk.read().outbox == 1
    assert talk.claim("agent-2/1").status == "empty"
    assert 50000 < talk.looked_at() <= MINUTE
    talk.take("t1")
    assert talk.claim("agent-2/1").status == "empty"
    assert 20000 < talk.looked_at() <= 30000  # by then it has said how it went
    assert talk.delivered("t1", "done").count == 1
    assert talk.read().outbox == 0
    assert talk.looked_at() is None
    assert talk.delivered("t1", "done").count == 0  # a repetition
    assert talk.enqueue("m1").reply[0].turn_id == "t1"


def test_an_agent_delivers_a_reply(talk):
    talk.ask("m1", text="hola")
    assert talk.commit(talk.claim(), "t1").waiting == 1  # the dispatcher queues the user again
    claimed = talk.claim("agent-2/1")
    assert (claimed.status, claimed.messages) == ("granted", [])
    reply = claimed.outgoing[0]
    assert (reply.turn_id, reply.channel, reply.reply_to, reply.message_id, reply.text) == (
        "t1", "api", talk.PLACE, "m1", "answer of t1")
    assert (reply.state, reply.parts_sent, reply.attempts, reply.since_ms) == ("due", 0, 0, 0)
    assert 50000 < talk.looked_at() <= MINUTE  # the lease
    assert talk.delivered("t1", "trying", claimed.token).count == 1
    assert talk.delivered("t1", "done", claimed.token, sid="SM1", parts_sent=1).count == 1
    talk.call("RELEASE", token=claimed.token)
    assert talk.looked_at() is None
    assert talk.claim().status == "empty"


def test_a_message_without_an_address_has_no_part_in_it(talk):
    talk.enqueue("m1", hold_ms=MINUTE)
    assert talk.commit(talk.claim(), "t1").waiting == 0
    assert talk.read().outbox == 0
    assert talk.error("TAKE", turn_id="t1") == "claimed"
    assert talk.forgo("m1") == 0
    assert talk.looked_at() is None


def test_the_newest_message_says_where_the_reply_goes(talk):
    """And one without an address among them changes nothing; the longest hold counts."""
    talk.enqueue("m1", reply_to="whatsapp:+1", hold_ms=MINUTE)
    talk.enqueue("m2", reply_to="whatsapp:+2", hold_ms=10)
    talk.enqueue("m3")
    talk.enqueue("m4", reply_to="whatsapp:+4")
    claimed = talk.claim()
    assert [m.reply_to for m in claimed.messages] == ["whatsapp:+1", "whatsapp:+2", "",
                                                      "whatsapp:+4"]
    assert talk.commit(claimed, "t1", upto=3).waiting == 1
    assert talk.looked_at() < 10000  # m4
    claimed = talk.claim()
    assert claimed.outgoing == []  # held for m1
    talk.comes("t1")
    news = talk.claim(token=claimed.token)
    assert [(o.turn_id, o.reply_to, o.message_id) for o in news.outgoing] == [
        ("t1", "whatsapp:+2", "m2")]
    assert talk.commit(claimed, "t2").waiting == 2
    assert [o.message_id for o in talk.claim("agent-2/1").outgoing] == ["m2", "m4"]


def test_a_repeated_commit_makes_no_second_reply(talk):
    talk.ask()
    claimed = talk.claim()
    for _ in range(3):
        assert talk.commit(claimed, "t1").waiting == 1
    assert talk.read().outbox == 1
    talk.enqueue()
    talk.commit(talk.claim(), "t2")
    assert talk.commit(claimed, "t1").waiting == 1  # not the last turn, but its reply is here
    token, _ = talk.offered("agent-2/1")
    talk.delivered("t1", "done", token)
    assert talk.commit(claimed, "t2").waiting == 0
    assert talk.read().outbox == 0


def test_every_key_of_the_outbox_is_in_one_slot(talk):
    talk.answered("t1")
    token, _ = talk.offered("agent-2/1")
    talk.ask()
    talk.delivered("t1", "trying", token)
    talk.delivered("t1", "sent", token, parts_sent=1, sid="SM1")
    with talk.stack.redis() as redis:
        names = [n for n in redis.scan_iter(f"*{talk.user}*")
                 if n.split(":")[2] in ("targets", "outbox", "outgoing", "sid")]
        assert len(names) == 4
        assert {n[n.index("{"):n.index("}") + 1] for n in names} == {f"{{{partition(talk.user)}}}"}
        assert all(redis.ttl(n) == -1 for n in names if ":sid:" not in n)


# ---- exactly one of the two ----

def test_what_an_agent_is_about_to_send_is_not_taken(talk):
    talk.answered("t1", hold_ms=MINUTE)
    talk.comes("t1")
    token, offered = talk.offered("agent-2/1")
    assert offered == [("t1", "due")]
    assert talk.refused("TAKE", turn_id="t1") == "claimed"
    talk.lease_ends()  # it sent nothing: whoever comes first
    talk.take("t1")
    assert talk.refused("DELIVERED", turn_id="t1", state="trying", token=token) == "claimed"


def test_what_is_due_and_offered_to_nobody_may_be_taken(talk):
    talk.answered("t1")
    talk.take("t1")
    token, offered = talk.offered("agent-2/1") if talk.ask() else None
    assert offered == []
    for state in ("trying", "sent", "done", "again", "unsure", "parked", "failed"):
        assert talk.refused("DELIVERED", turn_id="t1", state=state, token=token,
                       parts_sent=1) == "claimed"


def test_a_repeated_take_is_refused(talk):
    """Two gateways, or one that lost the answer: who did not hear OK does not write, and what
    nobody wrote is found when its time is over."""
    talk.answered("t1", hold_ms=MINUTE)
    talk.take("t1")
    assert talk.refused("TAKE", turn_id="t1") == "claimed"
    talk.comes("t1")
    assert talk.refused("TAKE", turn_id="t1") == "claimed"
    assert talk.offered("agent-2/1")[1] == [("t1", "unsure")]
    assert talk.refused("TAKE", turn_id="t1") == "claimed"


@pytest.mark.parametrize("state, told", [("trying", {}), ("again", {}), ("unsure", {}),
                                         ("parked", {}), ("sent", {"parts_sent": 1})])
def test_what_an_agent_has_touched_is_not_taken(talk, state, told):
    talk.answered("t1")
    token, _ = talk.offered("agent-2/1")
    talk.delivered("t1", "trying", token)
    talk.delivered("t1", state, token, **told)
    talk.call("RELEASE", token=token)
    assert talk.refused("TAKE", turn_id="t1") == "claimed"


@pytest.mark.parametrize("seed", range(3))
def test_gateways_and_agents_race_for_a_reply(service, seed):
    """Of four gateways that TAKE and an agent that sends, through two processes at once, exactly
    one gets each reply."""
    talk = service.conversation()
    clients = [service.client(name) for name in ("sessions", "sessions-2") for _ in range(3)]
    won = {"take": 0, "trying": 0}
    chance = random.Random(seed)
    try:
        for n in range(60):
            turn = f"t{n}"
            talk.answered(turn, hold_ms=MINUTE)
            talk.comes(turn)
            agent, *gateways = chance.sample(clients, 5)
            # the claim is in the race too
            offers = lambda: agent.send("CLAIM", user_id=talk.user, holder=f"agent-{n}/2",
                                        lease_ms=MINUTE)
            sent = [] if chance.random() < 0.5 else [(g, g.send("TAKE", user_id=talk.user,
                                                                turn_id=turn)) for g in gateways]
            claim = offers()
            sent = sent or [(g, g.send("TAKE", user_id=talk.user, turn_id=turn)) for g in gateways]
            claimed = agent.wait(claim)
            tried = claimed.outgoing and agent.call("DELIVERED", user_id=talk.user, turn_id=turn,
                                                    token=claimed.token, state="trying",
                                                    check=False).type == "OK"
            takes = [g.wait(id_, check=False) for g, id_ in sent]
            assert {t.code for t in takes if t.type == "ERROR"} <= {"claimed"}
            taken = sum(t.type == "OK" for t in takes)
            assert taken + bool(tried) == 1, n
            won["trying" if tried else "take"] += 1
            talk.delivered(turn, "done", claimed.token if tried else 0)
            if claimed.status == "granted":
                talk.call("RELEASE", token=claimed.token)
    finally:
        for client in clients + [talk.client]:
            client.close()
    assert min(won.values()) > 0, won


# ---- order ----

def test_a_later_reply_waits_for_the_earlier_one(talk):
    for turn in ("t1", "t2", "t3"):
        talk.answered(turn, hold_ms=MINUTE)
    assert talk.refused("TAKE", turn_id="t2") == "claimed"
    talk.comes("t2")
    assert talk.claim("agent-2/1").status == "empty"  # t1 is held
    talk.take("t1")
    assert talk.claim("agent-2/1").status == "empty"  # t1 may still be written
    assert talk.refused("TAKE", turn_id="t2") == "claimed"
    talk.delivered("t1", "done")
    assert talk.looked_at() <= 0  # t2 is due since long
    token, offered = talk.offered("agent-2/1")
    assert offered == [("t2", "due")]  # t3 is held
    assert talk.refused("DELIVERED", turn_id="t3", state="trying", token=token) == "invalid"
    talk.comes("t3")
    assert talk.offered("agent-2/1", token=token)[1] == [("t2", "due"), ("t3", "due")]
    assert talk.refused("DELIVERED", turn_id="t3", state="trying", token=token) == "invalid"
    assert talk.refused("TAKE", turn_id="t3") == "claimed"
    for number, state in enumerate(("trying", "unsure", "trying", "again", "trying")):
        talk.delivered("t2", state, token, retry_ms=MINUTE if state == "again" else 0)
        assert [turn for turn, _ in talk.offered("agent-2/1", token=token)[1]] == (
            ["t2", "t3"] if state == "unsure" else []), number
        assert talk.refused("DELIVERED", turn_id="t3", state="trying", token=token) == "invalid"
    talk.delivered("t2", "done", token)
    assert talk.offered("agent-2/1", token=token)[1] == [("t3", "due")]
    assert talk.delivered("t3", "trying", token).count == 1


def test_at_most_eight_are_offered(talk):
    for n in range(11):
        talk.answered(f"t{n}")
        assert talk.claim("agent-9/1").outgoing  # each COMMIT finds what is due before it
        with talk.stack.redis() as redis:
            redis.hset(key("state", talk.user), "holder", "")
    token, offered = talk.offered("agent-2/1")
    assert offered == [(f"t{n}", "due") for n in range(8)]
    for turn, _ in offered:
        talk.delivered(turn, "done", token)
    assert talk.offered("agent-2/1", token=token)[1] == [(f"t{n}", "due") for n in (8, 9, 10)]


def test_the_largest_fit_into_an_answer(talk):
    """A context of nearly 1 MiB, eight replies of 64 KiB with a page of cars each, and messages."""
    entries = [{"role": "user", "text": "x" * 65000}] * 15
    context = {"version": 1, "entries": entries}
    car = dict(stock_id=1, make="m" * 64, model="m" * 64, version="v" * 256, year=1, price=1, km=1,
               photo_url="p" * 512)
    for n in range(9):
        talk.ask()
        claimed = talk.claim()
        talk.call("COMMIT", token=claimed.token, context=context,
                  reply={"turn_id": f"t{n}", "text": "y" * 65536, "cars": [car] * 20,
                         "upto_seq": claimed.messages[-1].seq})
    for _ in range(5):
        talk.ask(text="z" * 16384)
    claimed = talk.claim()
    assert len(claimed.context[0].entries) == 15
    assert [len(o.text) for o in claimed.outgoing] == [65536] * 8
    assert len(claimed.messages) == 5


def test_a_full_outbox_takes_no_more_messages_that_add_to_it(talk):
    for n in range(100):
        talk.answered(f"t{n}", hold_ms=MINUTE)
    assert talk.error("ENQUEUE", message_id="late", channel="twilio", text="x",
                      reply_to=talk.PLACE) == "busy"
    assert talk.enqueue("m1").reply[0].turn_id == "t0"  # a copy needs no room
    talk.enqueue("other")  # of a caller who waits on the line
    talk.take("t0")
    talk.delivered("t0", "done")
    assert talk.ask("late").seq == 102
    assert talk.read().outbox == 99


# ---- who dies ----

def test_a_dead_agents_try_is_unsure(talk):
    talk.answered("t1")
    token, _ = talk.offered("agent-1/1")
    talk.delivered("t1", "trying", token)
    assert talk.offered("agent-1/1", token=token)[1] == []  # it is at it
    assert talk.claim("agent-2/1").status == "busy"
    claimed = talk.claim("agent-2/1", dead="agent-1/1")
    reply = claimed.outgoing[0]
    assert (reply.turn_id, reply.state, reply.attempts) == ("t1", "unsure", 1)
    assert claimed.token / 1000 - 60000 < reply.since_ms <= claimed.token / 1000
    for state in ("trying", "sent", "done", "again", "unsure", "parked", "failed"):
        assert talk.refused("DELIVERED", turn_id="t1", state=state, token=token, parts_sent=1,
                       sid="SM9") == "stale_token"
    assert talk.delivered("t1", "trying", claimed.token).count == 2
    again = talk.claim("agent-3/1", dead="agent-2/1").outgoing[0]
    assert (again.state, again.attempts, again.since_ms) == ("unsure", 2, reply.since_ms)


@pytest.mark.parametrize("end", ["RELEASE", "RESET", "COMMIT", "time", "same agent"])
def test_a_try_that_outlives_its_lease_is_unsure(talk, end):
    talk.answered("t1")
    token, _ = talk.offered("agent-1/1")
    talk.delivered("t1", "trying", token)
    if end == "RELEASE":
        talk.call("RELEASE", token=token)
    elif end == "RESET":
        talk.call("RESET")
    elif end == "COMMIT":
        talk.ask()
        claimed = talk.claim("agent-1/1", token=token)
        assert talk.commit(claimed, "t2").waiting == 2
    elif end == "time":
        talk.lease_ends()
    if end not in ("same agent", "time"):
        assert talk.looked_at() < 10000
    other = "agent-1/1" if end == "same agent" else "agent-2/1"
    expected = [("t1", "unsure")] + ([("t2", "due")] if end == "COMMIT" else [])
    token, offered = talk.offered(other)
    assert offered == expected
    assert talk.delivered("t1", "sent", token, parts_sent=1).count == 0


def test_a_try_of_the_next_part_is_unsure_about_that_part_only(talk):
    talk.answered("t1")
    token, _ = talk.offered("agent-1/1")
    talk.delivered("t1", "trying", token)
    talk.delivered("t1", "sent", token, parts_sent=1, sid="SM1")
    offered = talk.claim("agent-2/1", dead="agent-1/1").outgoing[0]
    assert (offered.state, offered.parts_sent, offered.attempts) == ("due", 1, 0)
    with talk.stack.redis() as redis:
        redis.hset(key("state", talk.user), "until", 1)
    claimed = talk.claim("agent-3/1")
    talk.delivered("t1", "trying", claimed.token)
    offered = talk.claim("agent-4/1", dead="agent-3/1").outgoing[0]
    assert (offered.state, offered.parts_sent, offered.attempts) == ("unsure", 1, 1)
    assert offered.since_ms > 0
    assert offered.sids == "SM1"  # not to be mistaken for the one that is unsure


def test_a_gateway_that_says_nothing_leaves_it_unsure():
    """Real time, and the sweeper finds it."""
    with Sessions(env={"TWIML_SETTLE_MS": "3s"}) as service:
        talk = service.conversation()
        with talk.client:
            talk.answered("t1", hold_ms=MINUTE)
            talk.take("t1")
            assert talk.claim().status == "empty"
            most.eventually(lambda: sweep(talk.client, {talk.user}))
            reply = talk.claim().outgoing[0]
            assert (reply.state, reply.attempts) == ("unsure", 0)
            assert reply.since_ms > 1_600_000_000_000


def test_a_late_word_of_the_gateway_counts_until_an_agent_tries(talk):
    talk.answered("t1", hold_ms=MINUTE)
    talk.take("t1")
    talk.comes("t1")
    token, offered = talk.offered("agent-2/1")
    assert offered == [("t1", "unsure")]
    assert talk.delivered("t1", "done").count == 1
    assert talk.refused("DELIVERED", turn_id="t1", state="trying", token=token) == "claimed"
    assert talk.delivered("t1", "done", token).count == 0  # it found it at the carrier too
    talk.call("RELEASE", token=token)

    talk.answered("t2", hold_ms=MINUTE)
    talk.take("t2")
    talk.comes("t2")
    token, _ = talk.offered("agent-2/1")
    talk.delivered("t2", "trying", token)
    for state in ("done", "again"):
        assert talk.refused("DELIVERED", turn_id="t2", state=state) == "claimed"


def test_a_gateway_that_could_not_write_it_gives_it_back(talk):
    talk.answered("t1", hold_ms=MINUTE)
    for state in ("done", "again"):
        assert talk.refused("DELIVERED", turn_id="t1", state=state) == "claimed"  # it has it not
    talk.take("t1")
    for _ in range(2):
        talk.delivered("t1", "again")
        assert talk.looked_at() <= 0
    assert talk.refused("TAKE", turn_id="t1") == "claimed"
    assert talk.offered("agent-2/1")[1] == [("t1", "due")]
    assert talk.error("DELIVERED", turn_id="t1", state="sent", parts_sent=1) == "invalid"


def test_regression_2_only_who_took_a_reply_may_give_it_back(talk):
    """One reply to three messages, whose three webhooks TAKE it: one gets it and writes it, and another
    hears nothing in time, as its session service hangs. It gives back what it does not have; the reply
    went out a second time."""
    talk.answered("t1", hold_ms=MINUTE, count=3)
    talk.take("t1", taker="aa")
    assert talk.refused("TAKE", turn_id="t1", taker="bb") == "claimed"
    for taker in ("bb", ""):
        for state in ("again", "done"):
            assert talk.refused("DELIVERED", turn_id="t1", state=state, taker=taker) == "claimed"
    assert talk.stored("t1") == "taken"
    talk.comes("t1")
    assert talk.offered("agent-2/1")[1] == [("t1", "unsure")]
    assert talk.refused("DELIVERED", turn_id="t1", state="again", taker="bb") == "claimed"
    assert talk.delivered("t1", "done", taker="aa").count == 1


# ---- the hold ----

def test_a_hold_that_is_given_up_before_the_commit(talk):
    talk.ask("m1", hold_ms=MINUTE)
    assert talk.forgo("m1") == 1
    assert talk.forgo("m1") == 0
    assert talk.commit(talk.claim(), "t1").waiting == 1
    assert talk.offered("agent-2/1")[1] == [("t1", "due")]


def test_a_hold_that_is_given_up_after_the_commit(talk):
    talk.ask("m1", hold_ms=MINUTE)
    talk.commit(talk.claim(), "t1")
    assert talk.forgo("m1") == 1
    assert talk.forgo("m1") == 0
    assert talk.looked_at() <= 0
    with talk.stack.client("sessions") as client:
        assert sweep(client, {talk.user}) == [talk.user]
    assert talk.offered("agent-2/1")[1] == [("t1", "due")]


def test_a_reply_is_held_until_nobody_holds_it(talk):
    talk.ask("m1", hold_ms=MINUTE)
    talk.ask("m2", hold_ms=MINUTE)
    talk.ask("m3", hold_ms=MINUTE)
    assert talk.forgo("m3") == 1
    assert talk.commit(talk.claim(), "t1").waiting == 0
    assert talk.forgo("m1") == 1
    assert talk.claim("agent-2/1").status == "empty"
    assert talk.looked_at() > 10000
    assert talk.forgo("m2") == 1
    assert talk.offered("agent-2/1")[1] == [("t1", "due")]


def test_a_hold_that_is_no_more_cannot_be_given_up(talk):
    assert talk.forgo("unknown") == 0
    talk.ask("m1", hold_ms=MINUTE)
    talk.commit(talk.claim(), "t1")
    talk.take("t1")
    assert talk.forgo("m1") == 0
    assert talk.stored("t1") == "taken"
    talk.delivered("t1", "done")
    assert talk.forgo("m1") == 0
    talk.ask("m2", hold_ms=MINUTE)
    talk.withdraw("m2")
    assert talk.forgo("m2") == 0


def test_a_hold_ends_by_itself(talk):
    talk.ask("m1", hold_ms=200)
    claimed = talk.claim()
    assert talk.commit(claimed, "t1").waiting in (0, 1)
    with talk.stack.client("sessions") as client:
        most.eventually(lambda: sweep(client, {talk.user}))
    assert talk.offered("agent-2/1")[1] == [("t1", "due")]


# ---- not now ----

@pytest.mark.parametrize("state, offered", [("again", "due"), ("unsure", "unsure")])
def test_it_is_not_tried_before_its_time(talk, state, offered):
    talk.answered("t1")
    token, _ = talk.offered("agent-1/1")
    talk.delivered("t1", "trying", token)
    talk.delivered("t1", state, token, retry_ms=5 * MINUTE)
    assert talk.offered("agent-1/1", token=token)[1] == []
    assert talk.call("RENEW", token=token, lease_ms=MINUTE).count == 0
    talk.call("RELEASE", token=token)
    assert talk.claim("agent-2/1").status == "empty"
    assert 4 * MINUTE < talk.looked_at() <= 5 * MINUTE
    talk.comes("t1")
    claimed = talk.claim("agent-2/1")
    assert [(o.state, o.attempts, o.since_ms > 0) for o in claimed.outgoing] == [
        (offered, 1, state == "unsure")]  # what is known not to be sent needs no look
    assert talk.delivered("t1", "trying", claimed.token).count == 2


def test_who_renews_is_told_that_replies_are_due(talk):
    talk.ask(hold_ms=MINUTE)
    talk.ask("m2")
    claimed = talk.claim()
    talk.commit(claimed, "t1", upto=1)
    claimed = talk.claim()
    assert talk.call("RENEW", token=claimed.token, lease_ms=MINUTE).count == 0
    talk.comes("t1")
    assert talk.call("RENEW", token=claimed.token, lease_ms=MINUTE).count == 1


def test_a_late_report_is_not_taken_for_the_next_try(talk):
    talk.answered("t1")
    token, _ = talk.offered()
    first = talk.delivered("t1", "trying", token).count
    assert talk.delivered("t1", "trying", token).count == first  # a repetition
    talk.delivered("t1", "again", token, nth=first)
    second = talk.delivered("t1", "trying", token).count
    assert second == first + 1
    for state in ("again", "unsure", "parked", "failed", "done", "sent"):
        assert talk.delivered("t1", state, token, nth=first, parts_sent=1).count == 0
        assert talk.stored("t1") == "trying"
    talk.delivered("t1", "sent", token, nth=second, parts_sent=1)
    talk.delivered("t1", "trying", token)
    talk.delivered("t1", "sent", token, parts_sent=1)  # part 1 again, and part 2 is on its way
    assert talk.stored("t1") == "trying"


# ---- outside the window ----

def test_a_parked_reply_waits_for_the_person(talk):
    talk.answered("t1")
    talk.park("t1")
    assert talk.stored("t1") == "parked"
    assert talk.claim().status == "empty"
    assert talk.looked_at() is None
    with talk.stack.redis() as redis:  # for ever would be too long
        for name in ("state", "outbox", "outgoing"):
            assert redis.pttl(key(name, talk.user)) > 7 * 24 * HOUR
    assert talk.enqueue("m1").duplicate  # nobody wrote
    assert talk.stored("t1") == "parked"
    talk.ask("m2")
    with talk.stack.redis() as redis:
        assert {redis.ttl(key(n, talk.user)) for n in ("state", "outbox", "outgoing")} == {-1}
    claimed = talk.claim()
    assert [(o.turn_id, o.state, o.since_ms) for o in claimed.outgoing] == [("t1", "due", 0)]
    assert [m.message_id for m in claimed.messages] == ["m2"]


def test_a_person_who_writes_meanwhile_unparks_it_too(talk):
    talk.answered("t1")
    token, _ = talk.offered()
    talk.delivered("t1", "trying", token)
    talk.ask("m2")
    talk.delivered("t1", "parked", token, code=63016)
    assert talk.offered(token=token)[1] == [("t1", "due")]
    talk.delivered("t1", "trying", token)
    talk.delivered("t1", "parked", token, code=63016)  # and still: then it is so
    assert talk.offered(token=token)[1] == []


def test_a_full_inbox_unparks_all_the_same(talk):
    talk.answered("t1")
    talk.park("t1")
    for _ in range(5):
        talk.enqueue()
    with talk.stack.redis() as redis:
        redis.hset(key("outgoing", talk.user), "state t1", "parked")
    assert talk.error("ENQUEUE", message_id="m99", channel="twilio", text="x") == "busy"
    assert talk.stored("t1") == "due"


# ---- with the rest ----

def test_a_reset_forgets_the_conversation_only(talk):
    talk.answered("t1", hold_ms=MINUTE)
    assert talk.call("RESET").count == 1
    assert talk.read().outbox == 1
    talk.take("t1")
    talk.delivered("t1", "done")


def test_a_withdrawn_message_leaves_the_outbox_alone(talk):
    talk.answered("t1", hold_ms=MINUTE)
    talk.ask("m9")
    assert talk.looked_at() < 10000
    talk.withdraw("m9")
    with talk.stack.redis() as redis:
        assert not redis.exists(key("targets", talk.user))
    assert 50000 < talk.looked_at() <= MINUTE
    assert talk.read().outbox == 1
    with talk.stack.redis() as redis:
        assert redis.ttl(key("state", talk.user)) == -1


def test_the_sweeper_leaves_a_lease_alone_that_delivers(talk):
    talk.answered("t1")
    token, _ = talk.offered()
    for state in ("trying", "unsure", "trying", "again"):
        talk.delivered("t1", state, token)
        assert 50000 < talk.looked_at() <= MINUTE
    before = talk.clock()
    talk.call("RELEASE", token=token)
    assert before + 1000 < talk.due() <= talk.clock() + 2000  # others may hand it on until then


# ---- everything at once ----

class Carrier:
    """What people received, and what a look at the list of it tells."""

    def __init__(self):
        self.received = {}  # user: [turn, …]
        self.lock = threading.Lock()

    def send(self, user, turn):
        with self.lock:
            self.received.setdefault(user, []).append(turn)

    def has(self, user, turn):
        with self.lock:
            return turn in self.received.get(user, [])


def test_every_reply_arrives_once_and_in_order_whoever_dies():
    """Gateways that take replies or give up, agents that answer and deliver; each dies now and then
    before or after it wrote, without a word. What people received must be every answer, once. The
    dead are told to those who claim, and the clock of what they took is turned, so that a slow
    machine changes nothing."""
    count = 40
    with Sessions(second=True) as service:
        carrier, stop, wrong, lock = Carrier(), threading.Event(), [], threading.Lock()
        talks = [service.conversation() for _ in range(3)]
        dead = dict.fromkeys([t.user for t in talks], "")
        came = dict.fromkeys(["taken", "written", "trying", "sent"], 0)

        def lives(where):
            """Every fifth dies there, the second first."""
            with lock:
                came[where] += 1
                return came[where] % 5 != 2

        def gateway(user, number):
            chance = random.Random(f"{user} {number}")
            with service.client(chance.choice(["sessions", "sessions-2"])) as client:
                talk = Conversation(service, user, client)
                for n in range(count):
                    id_ = f"{number}-{n}"
                    talk.ask(id_, hold_ms=MINUTE)
                    wait = most.deadline(chance.choice([0.001, 0.02, 10]))
                    reply = []
                    try:
                        while not reply:
                            reply = talk.ask(id_, hold_ms=MINUTE).reply
                            wait()
                        turn = reply[0].turn_id
                        if talk.call("TAKE", turn_id=turn, check=False).type == "OK":
                            if lives("taken"):
                                carrier.send(user, turn)
                                if lives("written"):
                                    talk.delivered(turn, "done")
                                    continue
                            talk.comes(turn)
                            continue
                    except most.Timeout:
                        pass
                    talk.forgo(id_)

        def agent(number):
            chance = random.Random(number)
            turns = 0
            with service.client(chance.choice(["sessions", "sessions-2"])) as client:
                mine = [Conversation(service, t.user, client) for t in talks]
                while not stop.is_set():
                    talk = chance.choice(mine)
                    name = f"agent-{number}/{turns}"
                    claimed = talk.claim(name, dead=dead[talk.user])
                    turns += 1
                    if claimed.status != "granted":
                        stop.wait(0.002)
                    elif not deliver(talk, claimed):
                        dead[talk.user] = name
                    elif claimed.messages:
                        talk.commit(claimed, name)
                    else:
                        talk.call("RELEASE", token=claimed.token)

        def deliver(talk, claimed):
            """False when the agent dies of it."""
            for reply in claimed.outgoing:
                turn, token = reply.turn_id, claimed.token
                if reply.state != "unsure" or not carrier.has(talk.user, turn):
                    talk.delivered(turn, "trying", token)
                    if not lives("trying"):
                        return False
                    carrier.send(talk.user, turn)
                    if not lives("sent"):
                        return False
                talk.delivered(turn, "done", token)
            return True

        def guarded(function, *args):
            try:
                function(*args)
            except Exception as error:
                wrong.append(error)

        gateways = [threading.Thread(target=guarded, args=(gateway, t.user, n))
                    for t in talks for n in range(2)]
        agents = [threading.Thread(target=guarded, args=(agent, n)) for n in range(3)]
        for thread in gateways + agents:
            thread.start()
        for thread in gateways:
            thread.join()
        try:
            most.eventually(lambda: wrong or all(
                (s.waiting, s.outbox) == (0, 0) for s in [t.read() for t in talks]), 40)
        finally:
            stop.set()
            for thread in agents:
                thread.join()
        assert not wrong
        for talk in talks:
            made = []
            for number, n in itertools.product(range(2), range(count)):
                answer = talk.ask(f"{number}-{n}")
                made.append((answer.seq, answer.reply[0].turn_id))
            answers = [turn for turn, _ in itertools.groupby(t for _, t in sorted(made))]
            assert carrier.received[talk.user] == answers
            talk.client.close()
        assert min(came.values()) >= 2, came
