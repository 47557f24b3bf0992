"""What the session service promises of replies on their way: each goes out by one way only, in
order, and none is lost, whoever dies. Against the real process and a real Redis."""

import itertools
import random
import threading

import pytest

import most
from conversation import Conversation, Sessions, key, partition, sweep

HOUR = 3600000
MINUTE = 60000


@pytest.fixture(scope="module")
def service():
    with Sessions(second=True, env={"INBOX_MAX": "5", "LEASE_MS": "60s",
                                    "TWIML_SETTLE_MS": "30s"}) as made:
        yield made


def refused(talk, type_, **fields):
    """The code of the ERROR, which must have changed nothing."""
    before = everything(talk)
    code = talk.error(type_, **fields)
    assert everything(talk) == before
    return code


def everything(talk):
    with talk.stack.redis() as redis:
        redis.get_encoder().encoding_errors = "surrogateescape"
        tag = f"most:{{{partition(talk.user)}}}:"
        return ([redis.dump(tag + f"{name}:{talk.user}")
                 for name in ("state", "inbox", "targets", "outbox", "outgoing", "context")],
                redis.zscore(tag + "ready", talk.user),
                sorted(redis.scan_iter(tag + f"sid:{len(talk.user)}:{talk.user}:*")))


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
    assert refused(talk, "TAKE", turn_id="t1") == "claimed"
    talk.lease_ends()  # it sent nothing: whoever comes first
    talk.take("t1")
    assert refused(talk, "DELIVERED", turn_id="t1", state="trying", token=token) == "claimed"


def test_what_is_due_and_offered_to_nobody_may_be_taken(talk):
    talk.answered("t1")
    talk.take("t1")
    token, offered = talk.offered("agent-2/1") if talk.ask() else None
    assert offered == []
    for state in ("trying", "sent", "done", "again", "unsure", "parked", "failed"):
        assert refused(talk, "DELIVERED", turn_id="t1", state=state, token=token,
                       parts_sent=1) == "claimed"


def test_a_repeated_take_is_refused(talk):
    """Two gateways, or one that lost the answer: who did not hear OK does not write, and what
    nobody wrote is found when its time is over."""
    talk.answered("t1", hold_ms=MINUTE)
    talk.take("t1")
    assert refused(talk, "TAKE", turn_id="t1") == "claimed"
    talk.comes("t1")
    assert refused(talk, "TAKE", turn_id="t1") == "claimed"
    assert talk.offered("agent-2/1")[1] == [("t1", "unsure")]
    assert refused(talk, "TAKE", turn_id="t1") == "claimed"


@pytest.mark.parametrize("state, told", [("trying", {}), ("again", {}), ("unsure", {}),
                                         ("parked", {}), ("sent", {"parts_sent": 1})])
def test_what_an_agent_has_touched_is_not_taken(talk, state, told):
    talk.answered("t1")
    token, _ = talk.offered("agent-2/1")
    talk.delivered("t1", "trying", token)
    talk.delivered("t1", state, token, **told)
    talk.call("RELEASE", token=token)
    assert refused(talk, "TAKE", turn_id="t1") == "claimed"


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
    assert refused(talk, "TAKE", turn_id="t2") == "claimed"
    talk.comes("t2")
    assert talk.claim("agent-2/1").status == "empty"  # t1 is held
    talk.take("t1")
    assert talk.claim("agent-2/1").status == "empty"  # t1 may still be written
    assert refused(talk, "TAKE", turn_id="t2") == "claimed"
    talk.delivered("t1", "done")
    assert talk.looked_at() <= 0  # t2 is due since long
    token, offered = talk.offered("agent-2/1")
    assert offered == [("t2", "due")]  # t3 is held
    assert refused(talk, "DELIVERED", turn_id="t3", state="trying", token=token) == "invalid"
    talk.comes("t3")
    assert talk.offered("agent-2/1", token=token)[1] == [("t2", "due"), ("t3", "due")]
    assert refused(talk, "DELIVERED", turn_id="t3", state="trying", token=token) == "invalid"
    assert refused(talk, "TAKE", turn_id="t3") == "claimed"
    for number, state in enumerate(("trying", "unsure", "trying", "again", "trying")):
        talk.delivered("t2", state, token, retry_ms=MINUTE if state == "again" else 0)
        assert [turn for turn, _ in talk.offered("agent-2/1", token=token)[1]] == (
            ["t2", "t3"] if state == "unsure" else []), number
        assert refused(talk, "DELIVERED", turn_id="t3", state="trying", token=token) == "invalid"
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
        assert refused(talk, "DELIVERED", turn_id="t1", state=state, token=token, parts_sent=1,
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
    assert refused(talk, "DELIVERED", turn_id="t1", state="trying", token=token) == "claimed"
    assert talk.delivered("t1", "done", token).count == 0  # it found it at the carrier too
    talk.call("RELEASE", token=token)

    talk.answered("t2", hold_ms=MINUTE)
    talk.take("t2")
    talk.comes("t2")
    token, _ = talk.offered("agent-2/1")
    talk.delivered("t2", "trying", token)
    for state in ("done", "again"):
        assert refused(talk, "DELIVERED", turn_id="t2", state=state) == "claimed"


def test_a_gateway_that_could_not_write_it_gives_it_back(talk):
    talk.answered("t1", hold_ms=MINUTE)
    for state in ("done", "again"):
        assert refused(talk, "DELIVERED", turn_id="t1", state=state) == "claimed"  # it has it not
    talk.take("t1")
    for _ in range(2):
        talk.delivered("t1", "again")
        assert talk.looked_at() <= 0
    assert refused(talk, "TAKE", turn_id="t1") == "claimed"
    assert talk.offered("agent-2/1")[1] == [("t1", "due")]
    assert talk.error("DELIVERED", turn_id="t1", state="sent", parts_sent=1) == "invalid"


def test_regression_2_only_who_took_a_reply_may_give_it_back(talk):
    """One reply to three messages, whose three webhooks TAKE it: one gets it and writes it, and another
    hears nothing in time, as its session service hangs. It gives back what it does not have; the reply
    went out a second time."""
    talk.answered("t1", hold_ms=MINUTE, count=3)
    talk.take("t1", taker="aa")
    assert refused(talk, "TAKE", turn_id="t1", taker="bb") == "claimed"
    for taker in ("bb", ""):
        for state in ("again", "done"):
            assert refused(talk, "DELIVERED", turn_id="t1", state=state, taker=taker) == "claimed"
    assert talk.stored("t1") == "taken"
    talk.comes("t1")
    assert talk.offered("agent-2/1")[1] == [("t1", "unsure")]
    assert refused(talk, "DELIVERED", turn_id="t1", state="again", taker="bb") == "claimed"
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

def park(talk, turn):
    token, _ = talk.offered()
    talk.delivered(turn, "trying", token)
    talk.delivered(turn, "parked", token, code=63016)
    talk.call("RELEASE", token=token)


def test_a_parked_reply_waits_for_the_person(talk):
    talk.answered("t1")
    park(talk, "t1")
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
    park(talk, "t1")
    for _ in range(5):
        talk.enqueue()
    with talk.stack.redis() as redis:
        redis.hset(key("outgoing", talk.user), "state t1", "parked")
    assert talk.error("ENQUEUE", message_id="m99", channel="twilio", text="x") == "busy"
    assert talk.stored("t1") == "due"


# ---- who wants no messages ----

def left(talk):
    return talk.read().opted_out


def test_who_leaves_gets_the_confirmation_and_nothing_else(talk):
    for turn in ("t1", "t2", "t3"):
        talk.answered(turn, hold_ms=MINUTE)
    talk.comes("t1")
    talk.ask("stop", text="STOP", opt="out")
    assert left(talk) and order(talk) == []
    for turn in ("t1", "t2", "t3"):
        assert refused(talk, "TAKE", turn_id=turn) == "claimed"
    claimed = talk.claim()
    assert claimed.outgoing == [] and [m.opt for m in claimed.messages] == ["out"]
    assert talk.commit(claimed, "t4").waiting == 1
    assert talk.offered("agent-2/1")[1] == [("t4", "due")]


@pytest.mark.parametrize("silent", [False, True])
def test_an_answer_that_is_made_while_they_leave_does_not_go_out(talk, silent):
    """It is kept all the same, for a copy of the message. The carrier may have confirmed already."""
    talk.ask("m1")
    claimed = talk.claim()
    talk.ask("stop", opt="out", silent=silent)
    assert talk.commit(claimed, "t1", upto=1).waiting == (0 if silent else 1)
    assert order(talk) == [] and refused(talk, "TAKE", turn_id="t1") == "claimed"
    assert talk.enqueue("m1").reply[0].turn_id == "t1"
    if not silent:
        talk.commit(talk.claim(), "t2")
        assert order(talk) == ["t2"]


def test_one_answer_to_what_came_before_and_the_word(talk):
    talk.ask("m1")
    talk.ask("stop", opt="out")
    talk.commit(talk.claim(), "t1")
    assert order(talk) == ["t1"]


@pytest.mark.parametrize("end, told", [("again", {}), ("parked", {"code": 63016}),
                                       ("sent", {"parts_sent": 1})])
def test_what_may_be_out_is_not_tried_again(talk, end, told):
    talk.answered("t1")
    token, _ = talk.offered()
    talk.delivered("t1", "trying", token)
    talk.ask("stop", opt="out")
    assert talk.stored("t1") == "trying"
    talk.delivered("t1", "unsure", token)  # it is looked for, as ever
    assert refused(talk, "DELIVERED", turn_id="t1", state="trying", token=token) == "claimed"
    assert talk.delivered("t1", end, token, **told).count == 1
    assert order(talk) == []
    assert talk.error("DELIVERED", turn_id="t1", state="trying", token=token) == "claimed"


@pytest.mark.parametrize("state", ["done", "again"])
def test_a_gateway_says_how_it_went_with_what_it_had_when_they_left(talk, state):
    talk.answered("t1", hold_ms=MINUTE)
    talk.take("t1")
    talk.ask("stop", opt="out")
    assert order(talk) == ["t1"]
    assert talk.delivered("t1", state).count == 1
    assert order(talk) == []


def test_who_left_and_writes_is_answered(talk):
    talk.ask("stop", opt="out")
    talk.commit(talk.claim(), "t1")
    talk.ask("m2", text="¿y el rojo?")
    claimed = talk.claim()
    assert [o.turn_id for o in claimed.outgoing] == ["t1"]
    talk.commit(claimed, "t2")
    assert order(talk) == ["t1", "t2"] and left(talk)


def test_who_returns_is_written_to_again(talk):
    for n in range(2):
        talk.ask(f"stop{n}", opt="out")
        assert left(talk)
        talk.ask(f"start{n}", opt="in")
        assert not left(talk)
        talk.ask(f"start again{n}", opt="in")
        assert not left(talk)
        talk.commit(talk.claim(), f"t{n}")
    talk.ask("stop0", opt="out")  # a copy of the first
    assert not left(talk)
    talk.ask("stop2", opt="out")
    talk.ask("start0", opt="in")
    assert left(talk)


def test_it_is_kept_for_ever_and_a_reset_does_not_bring_them_back(talk):
    name = key("state", talk.user)
    talk.ask("stop", opt="out")
    talk.commit(talk.claim(), "t1")
    token, _ = talk.offered()
    talk.delivered("t1", "trying", token)
    talk.delivered("t1", "done", token, sid="SM1", parts_sent=1)
    talk.call("RELEASE", token=token)
    assert talk.call("RESET").count == 1
    with talk.stack.redis() as redis:
        assert redis.ttl(name) == -1 and talk.looked_at() is None
        assert left(talk) and talk.read().context == []
        talk.ask("start", opt="in")
        talk.commit(talk.claim(), "t2")
        token, _ = talk.offered()
        talk.delivered("t2", "trying", token)
        talk.delivered("t2", "failed", token, code=30003)
        talk.call("RELEASE", token=token)
        assert redis.ttl(name) > 0 and not left(talk)


def test_what_the_carrier_has_answered_makes_no_turn(talk):
    for opt, gone in (("out", True), ("", True), ("in", False)):
        id_ = f"word {opt}"
        first = talk.ask(id_, opt=opt, silent=True)
        again = talk.ask(id_, opt=opt, silent=True)
        assert (again.seq, again.duplicate, again.reply) == (first.seq, True, [])
        assert left(talk) == gone
        assert talk.claim().status == "empty" and talk.looked_at() is None
    talk.ask("m1")
    assert talk.claim().messages[0].seq == 4


def test_a_wish_is_heard_even_if_there_is_no_room_for_it(talk):
    talk.answered("t1", hold_ms=MINUTE)
    for _ in range(5):
        talk.ask()
    assert talk.error("ENQUEUE", message_id="stop", channel="twilio", text="STOP", opt="out",
                      reply_to=talk.PLACE) == "busy"
    assert left(talk) and order(talk) == []
    claimed = talk.claim()
    talk.commit(claimed, "t2")
    assert order(talk) == []
    assert talk.ask("m9").seq == 7 and talk.commit(talk.claim(), "t3").waiting == 1
    assert order(talk) == ["t3"]


def test_who_waits_on_the_line_has_nothing_to_leave(talk):
    talk.enqueue("stop", opt="out")
    assert [m.opt for m in talk.claim().messages] == ["out"] and not left(talk)


def test_leaving_and_returning_are_counted():
    with Sessions() as service:
        talk = service.conversation()
        with talk.client:
            talk.answered("t1")
            talk.answered("t2")
            for n in range(2):
                talk.ask(f"stop{n}", opt="out")
            for n in range(3):
                talk.ask(f"start{n}", opt="in")
            samples = {s.name + s.labels: s.value for s in service.status("sessions")[0].samples}
            assert samples['mostrador_opt_changes_totalchange="left"'] == 1
            assert samples['mostrador_opt_changes_totalchange="returned"'] == 1
            assert samples['mostrador_outbox_totalevent="dropped"'] == 2
            assert "opt_change" in service.log("sessions")


def test_a_refusal_by_the_carrier_drops_what_was_to_come(talk):
    for turn in ("t1", "t2", "t3"):
        talk.answered(turn, hold_ms=MINUTE)
    talk.comes("t1")
    talk.ask("late")
    claimed = talk.claim()
    talk.delivered("t1", "trying", claimed.token)
    assert talk.delivered("t1", "failed", claimed.token, code=21610).count == 3
    session = talk.read()
    assert (session.outbox, session.opted_out) == (0, True)
    assert talk.commit(claimed, "t4").waiting == 0
    assert talk.read().outbox == 0
    assert talk.error("TAKE", turn_id="t4") == "claimed"
    talk.ask("again")  # who writes is answered, as far as the carrier lets us
    assert talk.commit(talk.claim(), "t5").waiting == 1
    assert left(talk)
    talk.ask("start", opt="in")
    assert not left(talk)


@pytest.mark.parametrize("wrote", [False, True])
@pytest.mark.parametrize("end", ["sent", "done"])
def test_the_carrier_may_refuse_before_its_message_is_known(talk, end, wrote):
    talk.status("SM1", "undelivered", 21610)
    for turn in ("t1", "t2"):
        talk.answered(turn)
    token, _ = talk.offered()
    talk.delivered("t1", "trying", token)
    if wrote:
        talk.ask("m9")
    talk.delivered("t1", end, token, parts_sent=1, sid="SM1")
    assert left(talk) == (not wrote)
    assert order(talk) == ((["t1"] if end == "sent" else []) + ["t2"] if wrote else [])


def test_any_message_may_be_refused_after_the_fact(talk):
    """Not only those that are kept to be sent again."""
    talk.send("t1", "SM1")
    with talk.stack.redis() as redis:
        redis.delete(key("sent", talk.user))
    talk.status("SM1", "undelivered", 21610)
    assert left(talk)


@pytest.mark.parametrize("wrote", [False, True])
def test_the_carrier_may_refuse_after_the_fact(talk, wrote):
    talk.send("t1", "SM1")
    if wrote:
        talk.answered("t2", hold_ms=MINUTE)
    talk.status("SM1", "undelivered", 21610)
    assert left(talk) == (not wrote)
    assert order(talk) == (["t2"] if wrote else [])
    if not wrote:
        talk.status("SM1", "undelivered", 63016)  # said before
        assert order(talk) == []


def test_any_other_failure_drops_one(talk):
    talk.answered("t1", hold_ms=MINUTE)
    talk.answered("t2", hold_ms=MINUTE)
    talk.comes("t1")
    token, _ = talk.offered()
    talk.delivered("t1", "trying", token)
    assert talk.delivered("t1", "failed", token, code=21211).count == 1
    assert talk.delivered("t1", "failed", token, code=21211).count == 0
    session = talk.read()
    assert (session.outbox, session.opted_out) == (1, False)


def test_an_opt_in_is_not_undone_by_an_older_opt_out(talk):
    talk.answered("t1")
    token, _ = talk.offered()
    talk.delivered("t1", "trying", token)
    talk.ask("START", opt="in")
    assert talk.delivered("t1", "failed", token, code=21610).count == 1
    assert not talk.read().opted_out


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


# ---- what the carrier says ----

def metrics(service, name):
    return {s.labels: s.value for process in ("sessions", "sessions-2")
            for p in service.status(process) for s in p.samples if s.name == name}


ORDER = ["accepted", "queued", "sending", "sent", "delivered", "read"]


@pytest.mark.parametrize("seed", range(5))
def test_the_furthest_status_stays_whatever_comes_when(talk, seed):
    chance = random.Random(seed)
    words = ORDER + (["failed", "undelivered"] if seed % 2 else [])
    told = [chance.choice(words) for _ in range(12)]
    ranks = {word: min(n, len(ORDER)) for n, word in enumerate(words)}
    stored, rank = None, -1
    for word in told:
        news = ranks[word] > rank
        assert talk.status("SM1", word) == news
        if news:
            stored, rank = word, ranks[word]
        with talk.stack.redis() as redis:
            name = f"most:{{{partition(talk.user)}}}:sid:{len(talk.user)}:{talk.user}:SM1"
            assert redis.hget(name, "status") == stored
            assert 0 < redis.ttl(name) <= 24 * 3600


def test_what_went_to_a_person_last_is_told(talk):
    """Each once, however often it was told, and no more than fit into a field."""
    for turn in ("t1", "t2", "t3"):
        talk.answered(turn, hold_ms=MINUTE)
        talk.comes(turn)
    claimed = talk.claim()
    assert [o.sids for o in claimed.outgoing] == ["", "", ""]
    token = claimed.token
    for _ in range(2):
        talk.delivered("t1", "trying", token)
        talk.delivered("t1", "sent", token, parts_sent=1, sid="SM1")
    talk.delivered("t1", "done", token, sid="SM2")
    assert [o.sids for o in talk.claim(token=token).outgoing] == ["SM2 SM1"] * 2
    sids = [f"{n:064}" for n in range(20)]
    for n, sid in enumerate(sids):
        talk.delivered("t2", "trying", token)
        talk.delivered("t2", "sent", token, parts_sent=n + 1, sid=sid)
    assert [o.sids for o in talk.claim(token=token).outgoing] == [" ".join(sids[:-16:-1])] * 2


def test_a_status_may_come_before_its_message_is_known(talk):
    name = f"most:{{{partition(talk.user)}}}:sid:{len(talk.user)}:{talk.user}:SM1"
    assert talk.status("SM1", "delivered") == 1
    talk.answered("t1")
    token, _ = talk.offered()
    talk.delivered("t1", "trying", token)
    talk.delivered("t1", "done", token, sid="SM1")
    assert talk.status("SM1", "sent") == 0
    assert talk.status("SM1", "failed", 30003) == 1
    with talk.stack.redis() as redis:
        assert redis.hgetall(name) == {"turn": "t1", "seq": "1", "status": "failed", "rank": "7",
                                       "code": "30003", "part": "0"}


# ---- a part and its status ----

def part_out(talk, n, sid, wait=MINUTE):
    """The turn that sends the n-th part of t1; the next one waits."""
    token, _ = talk.offered()
    talk.delivered("t1", "trying", token)
    talk.delivered("t1", "sent", token, parts_sent=n, sid=sid, retry_ms=wait)
    talk.call("RELEASE", token=token)


def test_the_next_part_waits_for_the_status_of_the_one_before(talk):
    talk.answered("t1")
    part_out(talk, 1, "SM1")
    assert talk.claim().status == "empty"
    assert 50000 < talk.looked_at() <= MINUTE
    for status in ("queued", "sending"):
        talk.status("SM1", status)
    talk.status("SM2", "delivered")  # another's
    assert talk.claim().status == "empty"
    talk.status("SM1", "sent")
    assert talk.looked_at() <= 0
    part_out(talk, 2, "SM3")
    talk.status("SM1", "delivered")  # of the part before
    assert talk.claim().status == "empty"
    talk.status("SM3", "failed", 30003)
    claimed = talk.claim()
    assert [(o.state, o.parts_sent, o.attempts) for o in claimed.outgoing] == [("due", 2, 0)]


def test_a_status_that_was_earlier_leaves_nothing_to_wait_for(talk):
    talk.status("SM1", "delivered")
    talk.status("SM2", "sending")
    talk.answered("t1")
    part_out(talk, 1, "SM1")
    assert talk.looked_at() <= 2000
    part_out(talk, 2, "SM2")
    assert talk.looked_at() > 50000


def test_without_a_status_the_next_part_goes_when_its_time_comes(talk):
    talk.answered("t1")
    part_out(talk, 1, "SM1", wait=1)
    most.eventually(lambda: talk.claim().status == "granted")
    assert [(o.turn_id, o.parts_sent) for o in talk.claim().outgoing] == [("t1", 1)]


def test_a_status_does_not_shorten_the_wait_after_a_refusal(talk):
    talk.answered("t1")
    part_out(talk, 1, "SM1", wait=0)
    token, _ = talk.offered()
    talk.delivered("t1", "trying", token)
    talk.delivered("t1", "again", token, parts_sent=1, retry_ms=MINUTE)
    talk.call("RELEASE", token=token)
    talk.status("SM1", "sent")
    assert talk.claim().status == "empty"


# ---- the window turns out to be closed ----

def order(talk):
    with talk.stack.redis() as redis:
        return redis.lrange(key("outbox", talk.user), 0, -1)


def test_a_reply_refused_after_the_fact_waits_for_the_person(talk):
    talk.send("t1", "SM1")
    assert talk.read().outbox == 0
    for _ in range(3):
        talk.status("SM1", "undelivered", 63016)
        talk.status("SM1", "failed", 63016)
        assert (order(talk), talk.stored("t1")) == (["t1"], "parked")
    assert talk.looked_at() is None
    talk.ask("m2")
    claimed = talk.claim()
    assert [(o.turn_id, o.state, o.text, o.reply_to, o.parts_sent, o.since_ms)
            for o in claimed.outgoing] == [("t1", "due", "answer of t1", talk.PLACE, 0, 0)]
    assert [m.message_id for m in claimed.messages] == ["m2"]
    talk.delivered("t1", "trying", claimed.token)
    talk.delivered("t1", "done", claimed.token, parts_sent=1, sid="SM2")
    talk.status("SM2", "undelivered", 63016)  # once: a second refusal is only counted
    assert order(talk) == []


def test_only_that_refusal_puts_it_back(talk):
    talk.send("t1", "SM1")
    talk.status("SM1", "undelivered", 63024)
    talk.status("SM9", "undelivered", 63016)
    assert talk.read().outbox == 0


def test_replies_come_back_in_their_order_before_what_is_new(talk):
    for n in (1, 2, 3):
        talk.send(f"t{n}", f"SM{n}")
    talk.answered("t4", hold_ms=MINUTE)
    for n in (2, 3, 1):
        talk.status(f"SM{n}", "undelivered", 63016)
    assert order(talk) == ["t1", "t2", "t3", "t4"]
    assert refused(talk, "TAKE", turn_id="t4") == "claimed"


def test_who_has_written_since_gets_it_at_once(talk):
    talk.send("t1", "SM1")
    talk.ask("m2")
    talk.status("SM1", "undelivered", 63016)
    claimed = talk.claim()
    assert [o.turn_id for o in claimed.outgoing] == ["t1"] and len(claimed.messages) == 1


def test_it_comes_back_from_the_first_part_that_was_refused(talk):
    talk.send("t1", "SM1", "SM2", "SM3")
    talk.status("SM1", "delivered")
    talk.status("SM3", "undelivered", 63016)
    talk.status("SM2", "undelivered", 63016)
    talk.ask("m2")
    assert [o.parts_sent for o in talk.claim().outgoing] == [1]


def test_a_part_is_refused_while_the_next_one_waits(talk):
    talk.answered("t1")
    part_out(talk, 1, "SM1")
    talk.status("SM1", "undelivered", 63016)
    assert talk.stored("t1") == "parked" and talk.looked_at() is None
    talk.ask("m2")
    assert [o.parts_sent for o in talk.claim().outgoing] == [0]


@pytest.mark.parametrize("end", ["sent", "done", "again", "parked"])
def test_a_part_is_refused_while_the_next_one_is_tried(talk, end):
    talk.answered("t1")
    part_out(talk, 1, "SM1", wait=0)
    token, _ = talk.offered()
    talk.delivered("t1", "trying", token)
    talk.status("SM1", "undelivered", 63016)
    assert talk.stored("t1") == "trying"
    talk.delivered("t1", end, token, parts_sent=2)
    assert talk.stored("t1") == "parked"
    talk.call("RELEASE", token=token)
    talk.ask("m2")
    assert [o.parts_sent for o in talk.claim().outgoing] == [0]


@pytest.mark.parametrize("end", ["sent", "done"])
def test_a_refusal_may_come_before_its_message_is_known(talk, end):
    talk.status("SM1", "undelivered", 63016)
    talk.answered("t1")
    token, _ = talk.offered()
    talk.delivered("t1", "trying", token)
    for _ in range(2):
        talk.delivered("t1", end, token, parts_sent=1, sid="SM1", nth=1)
        assert talk.stored("t1") == "parked"
    talk.call("RELEASE", token=token)
    talk.ask("m2")
    assert [o.parts_sent for o in talk.claim().outgoing] == [0]


def test_a_repeated_report_does_not_undo_it(talk):
    talk.answered("t1")
    token, _ = talk.offered()
    talk.delivered("t1", "trying", token)
    talk.delivered("t1", "done", token, parts_sent=1, sid="SM1")
    talk.status("SM1", "undelivered", 63016)
    assert talk.delivered("t1", "done", token, parts_sent=1, sid="SM1").count == 0
    assert talk.stored("t1") == "parked"


def test_the_last_four_replies_are_kept_and_not_for_ever(talk):
    for n in range(6):
        talk.send(f"t{n}", f"SM{n}")
    with talk.stack.redis() as redis:
        assert redis.hlen(key("sent", talk.user)) == 4 * 6 + 1
        assert 0 < redis.ttl(key("sent", talk.user)) <= 24 * 3600
    for n in range(6):
        talk.status(f"SM{n}", "undelivered", 63016)
    assert order(talk) == ["t2", "t3", "t4", "t5"]


def test_who_left_gets_nothing_back_that_was_said_before(talk):
    talk.send("t1", "SM1")
    talk.ask("stop", opt="out")
    talk.commit(talk.claim(), "t2")
    token, _ = talk.offered()
    talk.delivered("t2", "trying", token)
    talk.delivered("t2", "done", token, parts_sent=1, sid="SM2")
    talk.status("SM1", "undelivered", 63016)
    assert order(talk) == []
    talk.status("SM2", "undelivered", 63016)  # the confirmation is theirs
    assert order(talk) == ["t2"]


def test_what_comes_back_is_counted():
    with Sessions() as service:
        talk = service.conversation()
        with talk.client:
            talk.send("t1", "SM1")
            for _ in range(3):
                talk.status("SM1", "undelivered", 63016)
            counted = {s.labels: s.value for s in service.status("sessions")[0].samples
                       if s.name == "mostrador_outbox_total"}
            assert counted['event="put_back"'] == 1


def test_statuses_and_failures_are_counted_once():
    with Sessions() as service:
        talk = service.conversation()
        with talk.client:
            for _ in range(3):
                talk.status("SM1", "sent")
                talk.status("SM1", "undelivered", 63016)
                talk.status("SM2", "made-up \n word")
            talk.answered("t1")
            token, _ = talk.offered()
            talk.delivered("t1", "trying", token)
            talk.delivered("t1", "failed", token, code=21211)

            def counted(name):
                return {s.labels: s.value for s in service.status("sessions")[0].samples
                        if s.name == name}
            statuses = counted("mostrador_carrier_status_total")
            assert statuses == {'status="sent"': 1, 'status="undelivered"': 1, 'status="other"': 1,
                                'status="of_unknown"': 9}
            assert counted("mostrador_carrier_errors_total") == {'code="63016"': 1}
            assert counted("mostrador_outbox_failed_total") == {'code="21211"': 1}
            assert counted("mostrador_outbox_total") == {
                'event="queued"': 1, 'event="trying"': 1, 'event="failed"': 1}


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
