"""Who wants no messages any more gets none, and who does again gets them."""

import pytest

from conversation import Sessions, key, two_services

MINUTE = 60000


@pytest.fixture(scope="module")
def service():
    with two_services() as made:
        yield made


# ---- who wants no messages ----

def left(talk):
    return talk.read().opted_out


def test_who_leaves_gets_the_confirmation_and_nothing_else(talk):
    for turn in ("t1", "t2", "t3"):
        talk.answered(turn, hold_ms=MINUTE)
    talk.comes("t1")
    talk.ask("stop", text="STOP", opt="out")
    assert left(talk) and talk.order() == []
    for turn in ("t1", "t2", "t3"):
        assert talk.refused("TAKE", turn_id=turn) == "claimed"
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
    assert talk.order() == [] and talk.refused("TAKE", turn_id="t1") == "claimed"
    assert talk.enqueue("m1").reply[0].turn_id == "t1"
    if not silent:
        talk.commit(talk.claim(), "t2")
        assert talk.order() == ["t2"]


def test_one_answer_to_what_came_before_and_the_word(talk):
    talk.ask("m1")
    talk.ask("stop", opt="out")
    talk.commit(talk.claim(), "t1")
    assert talk.order() == ["t1"]


@pytest.mark.parametrize("end, told", [("again", {}), ("parked", {"code": 63016}),
                                       ("sent", {"parts_sent": 1})])
def test_what_may_be_out_is_not_tried_again(talk, end, told):
    talk.answered("t1")
    token, _ = talk.offered()
    talk.delivered("t1", "trying", token)
    talk.ask("stop", opt="out")
    assert talk.stored("t1") == "trying"
    talk.delivered("t1", "unsure", token)  # it is looked for, as ever
    assert talk.refused("DELIVERED", turn_id="t1", state="trying", token=token) == "claimed"
    assert talk.delivered("t1", end, token, **told).count == 1
    assert talk.order() == []
    assert talk.error("DELIVERED", turn_id="t1", state="trying", token=token) == "claimed"


@pytest.mark.parametrize("state", ["done", "again"])
def test_a_gateway_says_how_it_went_with_what_it_had_when_they_left(talk, state):
    talk.answered("t1", hold_ms=MINUTE)
    talk.take("t1")
    talk.ask("stop", opt="out")
    assert talk.order() == ["t1"]
    assert talk.delivered("t1", state).count == 1
    assert talk.order() == []


def test_who_left_and_writes_is_answered(talk):
    talk.ask("stop", opt="out")
    talk.commit(talk.claim(), "t1")
    talk.ask("m2", text="¿y el rojo?")
    claimed = talk.claim()
    assert [o.turn_id for o in claimed.outgoing] == ["t1"]
    talk.commit(claimed, "t2")
    assert talk.order() == ["t1", "t2"] and left(talk)


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
    assert left(talk) and talk.order() == []
    claimed = talk.claim()
    talk.commit(claimed, "t2")
    assert talk.order() == []
    assert talk.ask("m9").seq == 7 and talk.commit(talk.claim(), "t3").waiting == 1
    assert talk.order() == ["t3"]


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
    assert talk.order() == ((["t1"] if end == "sent" else []) + ["t2"] if wrote else [])


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
    assert talk.order() == (["t2"] if wrote else [])
    if not wrote:
        talk.status("SM1", "undelivered", 63016)  # said before
        assert talk.order() == []


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
