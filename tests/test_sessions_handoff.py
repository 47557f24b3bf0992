"""What the session service promises when a person of the shop takes a conversation over: the bot is
silent from then on, whatever it was at, nothing that is said gets lost, and all of it is known to the
bot when it is given back. Against the real process and a real Redis."""

import itertools

import pytest

from conversation import Sessions, key, sweep

MINUTE = 60000
DAY = 24 * 60 * MINUTE

_says = itertools.count(1)


@pytest.fixture(scope="module")
def service():
    with Sessions(second=True, env={"INBOX_MAX": "5", "LEASE_MS": "60s", "HANDOFF_TTL": "1h"}) as made:
        yield made


def take(talk, by="Ana", **options):
    return talk.call("TAKE_OVER", by=by, **options)


def say(talk, text, id_=None, **options):
    number = next(_says)
    return talk.call("SAY", text=text, say_id=id_ or f"id-{number}", turn_id=f"say-{number:022}",
                     **options)


def give(talk, note="", **options):
    return talk.call("GIVE_BACK", note=note, **options)


def said(talk, after=0):
    return talk.call("GET_SAID", after=after)


def words(waiting):
    return [(w.role, w.by, w.text) for w in waiting]


def state(talk, field):
    with talk.stack.redis() as redis:
        return redis.hget(key("state", talk.user), field)


def person_is_silent(talk):
    """Turns the clock: HANDOFF_TTL is over."""
    with talk.stack.redis() as redis:
        redis.hset(key("state", talk.user), "by_until", 1)


# ---- the bot is silent ----

def test_a_thousand_messages_make_no_turn_and_the_next_one_knows_them(talk):
    talk.enqueue("first")
    talk.commit(talk.claim(), "t1")
    assert (take(talk).status, talk.read().by) == ("ok", "Ana")
    for n in range(1000):
        held = talk.enqueue(f"held-{n}")
        assert (held.silent, held.by, held.duplicate) == (True, "Ana", False)
        if n % 100 == 0:
            assert talk.claim().status == "empty"
    assert talk.claim().status == "empty"
    assert sweep(talk.client, {talk.user}) == []
    assert talk.read().waiting == 0
    assert len(talk.read().talk) == 200  # the newest
    assert give(talk, "quiere el rojo").status == "ok"
    assert talk.claim().status == "empty"  # nobody answers them any more
    next_ = talk.enqueue("next")
    assert (next_.silent, next_.by) == (False, "")
    claimed = talk.claim()
    assert [m.message_id for m in claimed.messages] == ["next"]
    assert len(claimed.talk) == 200
    assert words(claimed.talk[-2:]) == [("", "", "text of held-999"), ("note", "Ana", "quiere el rojo")]
    assert claimed.context[0].summary == "after t1"
    talk.commit(claimed, "t2", talk=claimed.talk[-1].seq)
    assert talk.read().talk == []
    talk.enqueue()
    assert talk.claim().talk == []  # it is in the context


def test_a_turn_that_runs_is_void(talk):
    talk.ask("m1")
    claimed = talk.claim()
    done = take(talk)
    assert (done.status, done.by, done.before, done.moved, done.dropped) == ("ok", "Ana", "", 1, 0)
    assert talk.error("COMMIT", **talk.turn(claimed, "t1")) == "stale_token"
    assert talk.error("RENEW", token=claimed.token, lease_ms=MINUTE) == "stale_token"
    assert talk.error("CLAIM", holder="agent-1/1", lease_ms=MINUTE, token=claimed.token) == "stale_token"
    assert (talk.claim().status, talk.read().outbox) == ("empty", 0)
    assert words(talk.read().talk) == [("", "", "text of m1")]


def test_a_turn_of_the_takeover_itself_cannot_end_well(talk):
    """Were a lease still granted somehow, its COMMIT is refused by the state alone."""
    talk.ask("m1")
    claimed = talk.claim()
    take(talk)
    with talk.stack.redis() as redis:
        redis.hset(key("state", talk.user), mapping={"holder": "agent-1/1", "token": claimed.token})
        redis.rpush(key("inbox", talk.user), b"1 1 x")
    assert talk.error("COMMIT", **talk.turn(claimed, "t1")) == "stale_token"
    assert talk.claim("agent-2/1", dead="agent-1/1").status == "empty"


@pytest.mark.parametrize("hold_ms", [0, MINUTE])
def test_what_nobody_has_begun_to_send_is_dropped_and_known_to_be(talk, hold_ms):
    talk.answered("t1", hold_ms=hold_ms)
    assert take(talk).dropped == 1
    assert talk.stored("t1") is None
    assert talk.error("TAKE", turn_id="t1") == "claimed"
    assert (talk.claim().status, talk.read().outbox) == ("empty", 0)
    assert [(w.role, w.message_id) for w in talk.read().talk] == [("unsent", "t1")]


def test_what_is_being_sent_is_settled_and_not_sent_again(talk):
    talk.answered("t1")
    claimed = talk.claim()
    talk.delivered("t1", "trying", claimed.token)
    assert take(talk).dropped == 0
    assert talk.read().talk == []  # it may be out: it counts as said
    assert talk.delivered("t1", "again", claimed.token).count == 1  # the lease lives: it only delivers
    assert talk.stored("t1") is None


def test_what_the_gateway_gives_to_its_webhook_stays_said(talk):
    talk.answered("t1", hold_ms=MINUTE)
    talk.take("t1")
    assert take(talk).dropped == 0
    assert talk.delivered("t1", "done").count == 1


def test_the_rest_of_a_long_answer_does_not_come(talk):
    talk.answered("t1")
    claimed = talk.claim()
    talk.delivered("t1", "trying", claimed.token)
    talk.delivered("t1", "sent", claimed.token, parts_sent=1, sid="SM1")
    assert take(talk).dropped == 1
    assert talk.read().talk == []  # some of it was read


def test_what_came_after_the_24_hours_is_not_put_back(talk):
    """The bot's; what the shop wrote waits until the customer writes."""
    talk.answered("t1")
    claimed = talk.claim()
    talk.delivered("t1", "trying", claimed.token)
    talk.delivered("t1", "done", claimed.token, parts_sent=1, sid="SM1")
    talk.call("RELEASE", token=claimed.token)
    take(talk)
    talk.status("SM1", "undelivered", 63016)
    assert (talk.read().outbox, talk.claim().status) == (0, "empty")


def test_copies_are_held_too(talk):
    talk.enqueue("m1")
    take(talk)
    talk.enqueue("m2")
    for id_ in ("m1", "m2"):
        copy = talk.enqueue(id_)
        assert (copy.duplicate, copy.silent, copy.by) == (True, True, "Ana")
    give(talk)
    for id_ in ("m1", "m2"):
        copy = talk.enqueue(id_)
        assert (copy.duplicate, copy.silent, copy.by) == (True, True, "")
    assert talk.claim().status == "empty"


def test_an_answer_that_was_given_before_stays_the_answer_of_a_copy(talk):
    talk.enqueue("m1")
    talk.commit(talk.claim(), "t1")
    take(talk)
    assert talk.enqueue("m1").reply[0].turn_id == "t1"


def test_the_question_of_the_survey_is_not_put(talk):
    talk.ask("m1")
    claimed = talk.claim()
    talk.commit(claimed, "t1", survey={"state": "due"})
    assert state(talk, "ask_at")
    take(talk)
    assert state(talk, "ask_at") is None


# ---- what a person writes ----

def test_what_the_shop_writes_is_delivered_in_order_and_once(talk):
    talk.ask("m1")
    take(talk)
    first = say(talk, "Hola, soy Ana", "c1", by="Ana")
    again = say(talk, "Hola, soy Ana", "c1", by="Ana")
    second = say(talk, "¿A qué hora vienes?", "c2")
    assert [(s.status, s.outbox) for s in (first, again, second)] == [
        ("ok", True), ("again", False), ("ok", True)]
    assert again.number == first.number < second.number
    assert abs(first.wrote_ms - talk.clock()) < MINUTE
    claimed = talk.claim()
    assert claimed.messages == []
    assert [(o.text, o.reply_to, o.message_id) for o in claimed.outgoing] == [
        ("Hola, soy Ana", talk.PLACE, "m1"), ("¿A qué hora vienes?", talk.PLACE, "m1")]
    turns = [o.turn_id for o in claimed.outgoing]
    for n, turn in enumerate(turns):
        talk.delivered(turn, "trying", claimed.token)
        talk.delivered(turn, "done", claimed.token, sid=f"SM{n}", parts_sent=1)
    assert {t.turn_id: t.status for t in talk.read().ticks} == dict.fromkeys(turns, "sent")
    talk.status("SM0", "delivered")
    talk.status("SM0", "sent")  # late
    talk.status("SM1", "failed", 63016)
    assert {t.turn_id: (t.status, t.code) for t in talk.read().ticks} == {
        turns[0]: ("delivered", 0), turns[1]: ("parked", 63016)}


def test_a_status_may_come_before_we_know_the_message(talk):
    talk.ask("m1")
    take(talk)
    say(talk, "hola")
    claimed = talk.claim()
    turn = claimed.outgoing[0].turn_id
    talk.delivered(turn, "trying", claimed.token)
    talk.status("SM9", "read")
    talk.delivered(turn, "done", claimed.token, sid="SM9", parts_sent=1)
    assert [(t.turn_id, t.status) for t in talk.read().ticks] == [(turn, "read")]


def test_how_far_the_bots_replies_come_is_known_once_the_carrier_has_them(talk):
    for n, early in enumerate((None, "read")):
        turn = f"t{n}"
        talk.answered(turn)
        claimed = talk.claim()
        assert turn not in [t.turn_id for t in talk.read().ticks]
        talk.delivered(turn, "trying", claimed.token)
        if early:
            talk.status(f"SM{n}", early)
        talk.delivered(turn, "done", claimed.token, sid=f"SM{n}", parts_sent=1)
        assert [t.status for t in talk.read().ticks if t.turn_id == turn] == [early or "sent"]
        talk.status(f"SM{n}", "undelivered" if n == 0 else "delivered", 30008 if n == 0 else 0)
    assert {t.turn_id: (t.status, t.code) for t in talk.read().ticks} == {
        "t0": ("undelivered", 30008), "t1": ("read", 0)}
    talk.call("RESET")
    talk.status("SM1", "failed", 30008)
    assert talk.read().ticks == []  # a late receipt brings nothing back


@pytest.mark.parametrize("early", [False, True])
def test_how_far_an_answer_in_a_webhook_comes_is_known(talk, early):
    """The carrier alone knows its id, and says of which turn it is."""
    talk.answered("t1", hold_ms=MINUTE)
    talk.take("t1")
    if early:
        assert talk.status("SM1", "sent", turn_id="t1") == 1
        talk.status("SM1", "delivered", turn_id="t1")
    talk.delivered("t1", "done", parts_sent=1)
    assert [(t.turn_id, t.status) for t in talk.read().ticks] == [
        ("t1", "delivered" if early else "sent")]
    talk.status("SM1", "failed", 30008, turn_id="t1")
    talk.status("SM1", "sent", turn_id="t1")  # late
    talk.status("SM2", "read", turn_id="t9")  # nobody knows it
    assert {t.turn_id: (t.status, t.code) for t in talk.read().ticks} == {"t1": ("failed", 30008)}
    assert talk.read().outbox == 0
    talk.call("RESET")
    talk.status("SM1", "read", turn_id="t1")
    assert talk.read().ticks == []  # a late receipt brings nothing back


def test_it_goes_behind_what_is_being_sent(talk):
    talk.answered("t1", hold_ms=MINUTE)
    talk.take("t1")
    take(talk)
    say(talk, "hola")
    assert talk.claim().status == "empty"  # the gateway has not said yet how it went
    talk.delivered("t1", "done")
    assert [o.text for o in talk.claim().outgoing] == ["hola"]


def test_who_has_it_writes_and_nobody_else(talk):
    talk.ask("m1")
    assert say(talk, "hola").status == "free"
    take(talk)
    taken = say(talk, "hola", by="Luis")
    assert (taken.status, taken.by) == ("taken", "Ana")
    assert talk.read().outbox == 0
    talk.enqueue("stop", reply_to=talk.PLACE, opt="out")
    assert say(talk, "hola").status == "opted_out"
    give(talk)
    assert say(talk, "hola").status == "free"
    assert talk.read().outbox == 0


def test_nobody_knows_from_where_to_write(service):
    with service.client("sessions") as client:
        talk = service.conversation("whatsapp:+5215500000000", client)
        talk.enqueue("m1")
        take(talk)
        assert say(talk, "hola").status == "unreachable"


def test_whoever_cannot_be_written_to_fetches_it(talk):
    talk.enqueue("m1")
    take(talk)
    talk.enqueue("m2")
    assert say(talk, "hola").outbox is False
    found = said(talk)
    assert (found.by, words(found.said)) == ("Ana", [("person", "Ana", "hola")])
    say(talk, "¿sigues ahí?", by="Ana")
    assert words(said(talk, found.last).said) == [("person", "Ana", "¿sigues ahí?")]
    give(talk, "una nota")
    talk.enqueue("m3")
    claimed = talk.claim()
    talk.commit(claimed, "t1", talk=claimed.talk[-1].seq)
    late = said(talk, found.last)  # also when the bot has it again
    assert (late.by, words(late.said)) == ("", [("person", "Ana", "¿sigues ahí?")])


def test_an_inbox_of_a_person_is_never_full(talk):
    take_after = talk.enqueue("m1")
    assert take_after.seq
    take(talk)
    for n in range(20):
        assert talk.enqueue(f"more-{n}").silent


# ---- who has it ----

def test_the_second_taker_is_told_who_has_it(talk):
    talk.enqueue("m1")
    assert take(talk, "Ana").status == "ok"
    since = talk.read().by_ms
    second = take(talk, "Luis")
    assert (second.status, second.by, second.since_ms) == ("taken", "Ana", since)
    assert (take(talk, "Ana").since_ms, talk.read().by) == (since, "Ana")
    forced = take(talk, "Luis", force=True)
    assert (forced.status, forced.by, forced.before) == ("ok", "Luis", "Ana")
    wrong = give(talk, by="Ana")
    assert (wrong.status, wrong.by) == ("taken", "Luis")
    assert (give(talk, by="Luis").status, talk.read().by) == ("ok", "")
    assert give(talk).status == "free"


def test_two_takers_at_once(service, talk):
    talk.enqueue("m1")
    with service.client("sessions-2") as other:
        ids = [(client, client.send("TAKE_OVER", user_id=talk.user, by=by))
               for client, by in ((talk.client, "Ana"), (other, "Luis"))]
        ends = sorted(client.wait(id_).status for client, id_ in ids)
    assert ends == ["ok", "taken"]


def test_a_conversation_that_is_none_cannot_be_taken(talk):
    assert take(talk).status == "unknown"
    assert talk.read().by == ""


def test_what_the_shop_wrote_before_is_not_dropped_when_it_is_taken_again(talk):
    talk.ask("m1")
    take(talk)
    say(talk, "hola")
    give(talk)
    assert take(talk, "Luis").dropped == 0
    assert [o.text for o in talk.claim().outgoing] == ["hola"]


def test_a_reset_forgets_what_was_said_and_leaves_it_to_the_person(talk):
    talk.enqueue("m1")
    take(talk)
    talk.enqueue("m2")
    say(talk, "hola")
    talk.call("RESET")
    read = talk.read()
    assert (read.by, read.talk, read.ticks) == ("Ana", [], [])
    assert talk.enqueue("m3").silent


def test_erasing_ends_it(talk):
    talk.ask("m1")
    take(talk)
    say(talk, "hola")
    talk.call("ERASE")
    with talk.stack.redis() as redis:
        assert [name for name in redis.scan_iter("*") if talk.user in name.split(":")] == []
    assert talk.user not in [p.user_id for p in talk.client.call("LIST_DESK", taken=True, limit=100).people]
    assert say(talk, "hola").status == "free"


# ---- its end by itself ----

def test_it_goes_back_when_the_person_is_silent_for_too_long(talk):
    talk.ask("m1")
    take(talk)
    assert MINUTE < talk.looked_at() <= 60 * MINUTE
    talk.enqueue("m2", reply_to=talk.PLACE)
    person_is_silent(talk)
    talk.due_now()
    assert talk.user in sweep(talk.client, {talk.user})
    assert talk.claim().status == "empty"
    assert (talk.read().by, say(talk, "hola").status) == ("", "free")
    assert talk.looked_at() is None
    assert talk.enqueue("m3").silent is False
    assert [m.message_id for m in talk.claim().messages] == ["m3"]


def test_the_next_message_gives_it_back_too(talk):
    talk.enqueue("m1")
    take(talk)
    person_is_silent(talk)
    assert talk.enqueue("m2").silent is False
    claimed = talk.claim()
    assert ([m.message_id for m in claimed.messages], words(claimed.talk)) == (
        ["m2"], [("", "", "text of m1")])


def test_every_word_of_the_person_begins_the_time_anew(talk):
    talk.enqueue("m1")
    take(talk)
    with talk.stack.redis() as redis:
        redis.hincrby(key("state", talk.user), "by_until", -30 * MINUTE)
    before = int(state(talk, "by_until"))
    say(talk, "hola")
    assert int(state(talk, "by_until")) >= before + 30 * MINUTE


def test_nothing_of_it_expires(talk):
    talk.enqueue("m1")
    take(talk)
    say(talk, "hola")
    with talk.stack.redis() as redis:
        assert redis.ttl(key("state", talk.user)) == -1
        give(talk)
        assert redis.ttl(key("state", talk.user)) > 0


def test_messages_that_come_while_it_is_given_back_are_held_or_answered(service, talk):
    """Each is in the talk or waits; none is in both, none in neither."""
    talk.enqueue("m0")
    take(talk)
    with service.client("sessions-2") as other:
        ids = []
        for n in range(60):
            ids.append(other.send("ENQUEUE", user_id=talk.user, message_id=f"r{n}", channel="api",
                                  text=f"r{n}"))
            if n == 20:
                give_id = talk.client.send("GIVE_BACK", user_id=talk.user, note="ya")
            if n == 40:
                talk.client.wait(give_id)
                again = talk.client.send("TAKE_OVER", user_id=talk.user, by="Luis")
        answers = [other.wait(id_, check=False) for id_ in ids]
        talk.client.wait(again)
    recorded = {f"r{n}" for n, a in enumerate(answers) if a.type == "ENQUEUED"}
    assert len(recorded) >= 5
    assert sorted(m.text for m in talk.read().talk if m.text.startswith("r")) == sorted(recorded)


def test_it_outlives_the_service_and_redis(service, talk):
    talk.enqueue("m1")
    take(talk)
    talk.enqueue("m2")
    for part in ("sessions", "redis"):
        service.kill(part)
        service.restart(part)
    talk.client = service.client("sessions")
    assert (talk.read().by, len(talk.read().talk)) == ("Ana", 2)
    assert talk.enqueue("m3").silent


# ---- who waits for a person ----

def test_who_waits_is_listed_the_longest_first(service):
    with service.client("sessions") as client:
        talks = [service.conversation(client=client) for _ in range(5)]
        for n, one in enumerate(talks):
            one.enqueue("m1")
            one.commit(one.claim(), f"t{n}", wanted="asked", wanted_note=f"nota {n}")

        def listed(**options):
            mine = {one.user for one in talks}
            people = client.call("LIST_DESK", limit=100, **options).people
            return [p for p in people if p.user_id in mine]

        users = [one.user for one in talks]
        assert [p.user_id for p in listed()] == users
        assert [(p.why, p.note, p.by) for p in listed()][1] == ("asked", "nota 1", "")
        assert [p.user_id for p in client.call("LIST_DESK", limit=2).people] == users[:2]
        read = talks[1].read()
        assert (read.wanted_ms, read.wanted_why, read.wanted_note) == (listed()[1].since_ms, "asked",
                                                                       "nota 1")
        take(talks[1])
        assert [p.user_id for p in listed()] == users[:1] + users[2:]
        assert [(p.user_id, p.by) for p in listed(taken=True)] == [(users[1], "Ana")]
        person_is_silent(talks[1])
        talks[1].claim()
        assert [p.user_id for p in listed()] == users  # nobody has been of help
        take(talks[1])
        give(talks[1])
        assert [p.user_id for p in listed() + listed(taken=True)] == users[:1] + users[2:]
        with service.redis() as redis:
            redis.delete(key("state", users[0]))
        assert [p.user_id for p in listed()] == users[2:]


def test_somebody_waits_once(talk):
    talk.enqueue("m1")
    talk.commit(talk.claim(), "t1", wanted="failed")
    since = talk.read().wanted_ms
    talk.enqueue("m2")
    talk.commit(talk.claim(), "t2", wanted="anger", wanted_note="que me llamen a las 5")
    read = talk.read()
    assert (read.wanted_ms, read.wanted_why, read.wanted_note) == (since, "failed",
                                                                   "que me llamen a las 5")


# ---- when a conversation that a person has is looked at, and how long it is kept ----

def ttl_and_look(talk):
    """ms that the state is kept (-1: for ever), and when the sweeper looks (None: never)."""
    with talk.stack.redis() as redis:
        return redis.pttl(key("state", talk.user)), redis.zscore(key("ready", talk.user), talk.user)


def test_the_sweeper_looks_when_a_person_has_been_silent_for_too_long(talk):
    talk.enqueue("first")
    talk.commit(talk.claim(), "t1")
    assert ttl_and_look(talk)[1] is None
    take(talk)
    ttl, look = ttl_and_look(talk)
    assert (ttl, look) == (-1, float(state(talk, "by_until")))
    give(talk)
    ttl, look = ttl_and_look(talk)
    assert ttl > 0 and look is None


def test_a_person_who_may_be_silent_for_ever_keeps_the_conversation():
    """HANDOFF_TTL=0: nobody ever looks, and nothing of it expires."""
    with Sessions(env={"HANDOFF_TTL": "0"}) as service:
        talk = service.conversation()
        with talk.client:
            talk.enqueue("first")
            talk.commit(talk.claim(), "t1")
            assert ttl_and_look(talk)[0] > 0
            take(talk)
            assert state(talk, "by_until") is None
            assert ttl_and_look(talk) == (-1, None)
            talk.enqueue("second")
            assert ttl_and_look(talk) == (-1, None)
            give(talk)
            assert ttl_and_look(talk)[0] > 0
