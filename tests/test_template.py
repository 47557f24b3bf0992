"""WhatsApp takes no free text any more: the answer waits, and a template asks the person to write, once
until they do, whatever comes twice, late or dies meanwhile."""

import random

import pytest

import most
from conversation import Sessions, key
from test_whatsapp import BASE, Line

MINUTE = 60_000
TEMPLATE = "HX" + "0123456789abcdef" * 2
CLOSED, LEFT = 63016, 21610


@pytest.fixture(scope="module")
def service():
    with Sessions(second=True, env={"LEASE_MS": "60s", "TWILIO_TEMPLATE_SID": TEMPLATE}) as made:
        yield made


def parked(talk, turn="t1", sid="SM1"):
    """An answer that was refused late."""
    talk.send(turn, sid)
    talk.status(sid, "undelivered", CLOSED)


def outbox(talk):
    """What is in it, in order: turns, and templates as such."""
    with talk.stack.redis() as redis:
        return ["template" if redis.hexists(key("outgoing", talk.user), f"template {turn}") else turn
                for turn in redis.lrange(key("outbox", talk.user), 0, -1)]


def invitation(talk, holder="agent-1/1", **options):
    """The token, and the template that is offered."""
    claimed = talk.claim(holder, **options)
    assert len(claimed.outgoing) == 1, claimed.outgoing
    offered = claimed.outgoing[0]
    assert (offered.template_sid, offered.text, offered.unasked) == (TEMPLATE, "", True)
    assert (offered.channel, offered.reply_to) == ("api", talk.PLACE)
    return claimed.token, offered


def goes_out(talk, sid="SM7"):
    token, offered = invitation(talk)
    talk.delivered(offered.turn_id, "trying", token)
    talk.delivered(offered.turn_id, "done", token, parts_sent=1, sid=sid)
    talk.call("RELEASE", token=token)


# ---- when it is sent ----

@pytest.mark.parametrize("late", [False, True])
def test_a_refusal_has_the_template_sent(talk, late):
    if late:
        parked(talk)
    else:
        talk.answered("t1")
        token, _ = talk.offered()
        talk.delivered("t1", "trying", token)
        talk.delivered("t1", "parked", token, code=CLOSED)
        talk.call("RELEASE", token=token)
    assert outbox(talk) == ["template", "t1"] and talk.stored("t1") == "parked"
    assert talk.looked_at() < 10_000, "the sweeper hands it on"
    goes_out(talk)
    assert outbox(talk) == ["t1"] and talk.looked_at() is None
    assert talk.claim().status == "empty"
    talk.ask("m9")
    claimed = talk.claim()
    assert [(o.turn_id, o.text, o.template_sid) for o in claimed.outgoing] == [
        ("t1", "answer of t1", "")]


def test_it_is_sent_once_however_often_and_in_what_order_it_is_said(talk):
    talk.send("t1", "SM1", "SM2", "SM3")
    said = [(sid, status) for sid in ("SM1", "SM2", "SM3")
            for status in ("sent", "undelivered", "failed", "delivered", "read")] * 2
    random.Random(3).shuffle(said)
    for n, (sid, status) in enumerate(said):
        talk.status(sid, status, CLOSED if status in ("undelivered", "failed") else 0)
        if n == 12 and "template" in outbox(talk):
            goes_out(talk)
    assert outbox(talk).count("template") <= 1
    if "template" in outbox(talk):
        goes_out(talk)
    for sid, status in said:
        talk.status(sid, status, CLOSED)
    assert outbox(talk) == ["t1"]


def test_one_is_enough_for_all_that_waits(talk):
    for n in (1, 2, 3):
        talk.answered(f"t{n}", hold_ms=1)
    most.eventually(lambda: len(talk.claim("agent-1/1").outgoing) == 3)
    token, _ = talk.offered("agent-1/1")
    for n in (1, 2, 3):
        talk.delivered(f"t{n}", "trying", token)
        talk.delivered(f"t{n}", "done", token, parts_sent=1, sid=f"SM{n}")
    talk.call("RELEASE", token=token)
    talk.status("SM2", "undelivered", CLOSED)
    talk.status("SM1", "undelivered", CLOSED)
    assert outbox(talk) == ["template", "t1", "t2"], "and stays the first"
    goes_out(talk)
    talk.status("SM3", "undelivered", CLOSED)
    assert outbox(talk) == ["t1", "t2", "t3"]
    assert talk.claim().status == "empty"


def test_when_the_person_has_written_the_next_refusal_has_one_again(talk):
    parked(talk)
    goes_out(talk)
    talk.ask("m2")
    token, offered = talk.offered()
    assert offered == [("t1", "due")]
    talk.delivered("t1", "trying", token)
    talk.delivered("t1", "parked", token, code=CLOSED)
    assert outbox(talk) == ["template", "t1"]


@pytest.mark.parametrize("tried", [False, True])
def test_who_writes_need_not_be_asked_to(talk, tried):
    parked(talk)
    if tried:
        token, offered = invitation(talk)
        talk.delivered(offered.turn_id, "trying", token)
        talk.ask("m2")
        assert outbox(talk) == ["template", "t1"]
        talk.delivered(offered.turn_id, "again", token)
        talk.call("RELEASE", token=token)
    else:
        talk.ask("m2")
    assert outbox(talk) == ["t1"]
    claimed = talk.claim()
    assert [o.turn_id for o in claimed.outgoing] == ["t1"] and len(claimed.messages) == 1


# ---- and when not ----

def test_who_wants_no_messages_is_not_asked(talk):
    talk.send("t0", "SM0")
    talk.ask("stop", opt="out")
    talk.commit(talk.claim(), "t1")
    token, _ = talk.offered()
    talk.delivered("t1", "trying", token)
    talk.delivered("t1", "done", token, parts_sent=1, sid="SM1")
    talk.call("RELEASE", token=token)
    talk.status("SM0", "undelivered", CLOSED)
    talk.status("SM1", "undelivered", CLOSED)
    assert outbox(talk) == ["t1"], "the confirmation is theirs, and waits"


@pytest.mark.parametrize("how", ["word", "code"])
def test_who_leaves_is_not_asked_any_more(talk, how):
    parked(talk)
    assert outbox(talk) == ["template", "t1"]
    if how == "word":
        talk.ask("stop", opt="out")
    else:
        token, offered = invitation(talk)
        talk.delivered(offered.turn_id, "trying", token)
        talk.delivered(offered.turn_id, "failed", token, code=LEFT)
    assert outbox(talk) == [] and talk.read().opted_out


def test_a_template_that_is_refused_late_for_that_reason_is_the_last(talk):
    parked(talk)
    goes_out(talk, "SM7")
    talk.status("SM7", "undelivered", LEFT)
    assert outbox(talk) == [] and talk.read().opted_out


def test_a_template_that_fails_is_not_sent_again(talk):
    parked(talk)
    token, offered = invitation(talk)
    talk.delivered(offered.turn_id, "trying", token)
    assert talk.delivered(offered.turn_id, "failed", token, code=63027).count == 1
    assert outbox(talk) == ["t1"]
    for code in (CLOSED, 63027):
        talk.status("SM7", "undelivered", code)
    assert outbox(talk) == ["t1"] and talk.claim("agent-1/1").status == "empty"


@pytest.mark.parametrize("word", ["parked", "done"])
def test_a_template_is_never_parked_itself(talk, word):
    """Whatever the carrier says of it: there would be no end of it."""
    parked(talk)
    token, offered = invitation(talk)
    talk.delivered(offered.turn_id, "trying", token)
    if word == "done":
        talk.status("SM7", "undelivered", CLOSED)
    talk.delivered(offered.turn_id, word, token, parts_sent=int(word == "done"), sid="SM7",
                   code=CLOSED)
    talk.status("SM7", "failed", CLOSED)
    assert outbox(talk) == ["t1"]


# ---- somebody dies ----

@pytest.mark.parametrize("end", ["before", "after"])
def test_an_agent_that_dies_with_it_leaves_it_to_the_next(talk, end):
    parked(talk)
    token, offered = invitation(talk, "agent-1/1")
    if end == "after":
        talk.delivered(offered.turn_id, "trying", token)
    token, again = invitation(talk, "agent-2/1", dead="agent-1/1")
    assert again.turn_id == offered.turn_id
    assert (again.state, again.attempts) == (("due", 0) if end == "before" else ("unsure", 1))
    if end == "after":
        assert again.since_ms > 0, "looked for among what was sent since"
    assert outbox(talk) == ["template", "t1"]


def test_it_is_erased_with_its_person(talk):
    parked(talk)
    assert talk.call("EXPORT").stored
    talk.call("ERASE")
    assert outbox(talk) == [] and talk.claim().status == "empty"


def test_without_one_nothing_is_sent():
    with Sessions() as plain:
        talk = plain.conversation()
        with talk.client:
            parked(talk)
            assert outbox(talk) == ["t1"] and talk.looked_at() is None


# ---- whole shops ----

PHONE = "+5215512345678"
ANA = f"whatsapp:{PHONE}"


@pytest.fixture
def line():
    made = Line({"TWILIO_REPLY": "rest", "TWILIO_TEMPLATE_SID": TEMPLATE, "LEASE_MS": "2s",
                 "HEARTBEAT_MS": "100ms", "TWILIO_SETTLE_MS": "2s"})
    yield made
    made.close()


def templates(line, phone=PHONE):
    return line.sim.received(phone).count(f"[{TEMPLATE}]")


def waits_alone(line):
    """The answer is parked, and nothing else is there."""
    with line.stack.redis() as redis:
        names = redis.lrange(key("outbox", ANA), 0, -1)
        return len(names) == 1 and redis.hget(key("outgoing", ANA), f"state {names[0]}") == "parked"


def test_an_answer_refused_late_has_one_template_and_comes_when_they_write(line):
    line.sim.control(outside_window=[ANA], callbacks="wild")
    line.say(PHONE, "busco un nissan")
    most.eventually(lambda: templates(line) == 1)
    most.eventually(lambda: waits_alone(line))
    for told in line.sim.stats()["callbacks"]:  # all of it again, a little later
        line.sim.callback(told["sid"], "undelivered", BASE + "/webhook/twilio/status", CLOSED)
    line.sim.control(outside_window=[])
    line.say(PHONE, "¿sigues ahí?")
    line.quiet(PHONE)
    got = line.sim.received(PHONE)
    assert templates(line) == 1
    assert sum("Nissan" in text for text in got) >= 1


@pytest.mark.parametrize("taken", [True, False])
def test_whoever_dies_meanwhile_it_is_one(line, taken):
    """The agents while Twilio has the template and has not answered, then the session service."""
    line.sim.control(outside_window=[ANA], failures=[
        "ok", "timeout_accepted" if taken else "timeout"])
    line.say(PHONE, "busco un nissan")
    most.eventually(lambda: line.sim.stats()["counters"].get("POST Messages.json") == 2)
    for name in ("agent-1", "agent-2", "sessions"):
        line.stack.kill(name)
        line.stack.start(name, wait=False)
    most.eventually(lambda: templates(line) and waits_alone(line))
    assert templates(line) == 1
    assert (line.sim.stats()["counters"]["POST Messages.json"] == 2) == taken
