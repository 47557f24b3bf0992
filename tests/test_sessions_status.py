"""What the carrier says of replies that went out: how far each came, when the next part may go, and
what is still to be sent because the person may not be written to just now."""

import random

import pytest

import most
from conversation import Sessions, key, partition, two_services

MINUTE = 60000


@pytest.fixture(scope="module")
def service():
    with two_services() as made:
        yield made


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

def test_a_reply_refused_after_the_fact_waits_for_the_person(talk):
    talk.send("t1", "SM1")
    assert talk.read().outbox == 0
    for _ in range(3):
        talk.status("SM1", "undelivered", 63016)
        talk.status("SM1", "failed", 63016)
        assert (talk.order(), talk.stored("t1")) == (["t1"], "parked")
    assert talk.looked_at() is None
    talk.ask("m2")
    claimed = talk.claim()
    assert [(o.turn_id, o.state, o.text, o.reply_to, o.parts_sent, o.since_ms)
            for o in claimed.outgoing] == [("t1", "due", "answer of t1", talk.PLACE, 0, 0)]
    assert [m.message_id for m in claimed.messages] == ["m2"]
    talk.delivered("t1", "trying", claimed.token)
    talk.delivered("t1", "done", claimed.token, parts_sent=1, sid="SM2")
    talk.status("SM2", "undelivered", 63016)  # once: a second refusal is only counted
    assert talk.order() == []


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
    assert talk.order() == ["t1", "t2", "t3", "t4"]
    assert talk.refused("TAKE", turn_id="t4") == "claimed"


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
    assert talk.order() == ["t2", "t3", "t4", "t5"]


def test_who_left_gets_nothing_back_that_was_said_before(talk):
    talk.send("t1", "SM1")
    talk.ask("stop", opt="out")
    talk.commit(talk.claim(), "t2")
    token, _ = talk.offered()
    talk.delivered("t2", "trying", token)
    talk.delivered("t2", "done", token, parts_sent=1, sid="SM2")
    talk.status("SM1", "undelivered", 63016)
    assert talk.order() == []
    talk.status("SM2", "undelivered", 63016)  # the confirmation is theirs
    assert talk.order() == ["t2"]


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
