"""What the session service promises, against the real process and a real Redis."""

import random
import threading

import pytest

import most
from conversation import Conversation, Model, Sessions, answered_by, key, partition, sweep


@pytest.fixture(scope="module")
def service():
    with Sessions(second=True, env={"INBOX_MAX": "5", "LEASE_MS": "60s"}) as made:
        yield made


# ---- recording ----

def test_a_message_goes_its_way(talk):
    assert talk.enqueue("m1", "hola").seq == 1
    claimed = talk.claim()
    assert (claimed.status, claimed.context) == ("granted", [])
    assert [(m.seq, m.message_id, m.channel, m.text) for m in claimed.messages] == [
        (1, "m1", "api", "hola")]
    assert claimed.messages[0].received_ms > 1_600_000_000_000
    assert talk.commit(claimed, "t1").waiting == 0
    assert talk.claim().status == "empty"
    session = talk.read()
    assert session.context[0].summary == "after t1"
    assert (session.waiting, session.leased) == (0, False)
    talk.enqueue()
    assert talk.claim().context[0].turns == 1


def test_a_copy_is_told_what_became_of_the_first(talk):
    assert not talk.enqueue("m1").duplicate
    copy = talk.enqueue("m1", "other words")
    assert (copy.seq, copy.duplicate, copy.reply) == (1, True, [])
    claimed = talk.claim()
    assert [m.text for m in claimed.messages] == ["text of m1"]
    assert talk.enqueue("m1").reply == []
    talk.commit(claimed, "t1")
    copy = talk.enqueue("m1")
    assert (copy.seq, copy.duplicate, copy.reply[0].text) == (1, True, "answer of t1")
    assert talk.claim().status == "empty"  # no second turn


def test_each_copy_is_given_the_reply_that_answered_it(talk):
    for turn in ("t1", "t2", "t3"):
        talk.enqueue(f"{turn}-a")
        talk.enqueue(f"{turn}-b")
        talk.commit(talk.claim(), turn)
    for turn in ("t1", "t2", "t3"):
        for part in "ab":
            assert talk.enqueue(f"{turn}-{part}").reply[0].turn_id == turn


def test_kept_replies_are_bounded_and_never_mixed_up(talk):
    """256 are kept; whoever asks for one that was dropped is not given the next one's."""
    for n in range(258):
        talk.enqueue(f"m{n}")
        talk.commit(talk.claim(), f"t{n}")
    for n in (0, 1):
        assert talk.error("ENQUEUE", message_id=f"m{n}", channel="api", text="x") == "invalid"
    for n in (2, 3, 257):
        assert talk.enqueue(f"m{n}").reply[0].turn_id == f"t{n}"
    with talk.stack.redis() as redis:
        assert redis.zcard(key("replies", talk.user)) == 256


def test_copies_from_everywhere_at_once_are_recorded_once(service):
    """Twenty clients of two processes send the same ten messages at the same time."""
    clients = [service.client(name) for name in ("sessions", "sessions-2") for _ in range(10)]
    user = service.conversation().user
    answers = []
    try:
        for start in (0, 5):  # INBOX_MAX is 5
            sent = {c: {c.send("ENQUEUE", user_id=user, message_id=f"m{m}", channel="api",
                               text="x") for m in random.sample(range(start, start + 5), 5)}
                    for c in clients}
            answers += [a for c, ids in sent.items() for a in answered_by(c, ids).values()]
            talk = Conversation(service, user, clients[0])
            claimed = talk.claim()
            assert len(claimed.messages) == 5
            talk.commit(claimed, f"t{start}")
    finally:
        for client in clients:
            client.close()
    assert [a.type for a in answers] == ["ENQUEUED"] * 200
    assert sum(not a.duplicate for a in answers) == 10
    assert {a.seq for a in answers} == set(range(1, 11))


def test_a_full_inbox_refuses_and_recovers(talk):
    for _ in range(5):
        talk.enqueue()
    refused = talk.enqueue("late", check=False)
    assert (refused.type, refused.code) == ("ERROR", "busy")
    assert refused.retry_after_ms > 0
    assert talk.enqueue("m1").duplicate  # a copy needs no room
    talk.commit(talk.claim(), "t1")
    assert talk.enqueue("late").seq == 6  # the refused one took no place


@pytest.mark.parametrize("user", ["{x}", "a b", "a\x00b", "ñandú:1", "x" * 128, "*", "whatsapp:+1"])
def test_any_name_is_a_name(service, user):
    talk = service.conversation(user)
    other = service.conversation(user + "'" if len(user) < 128 else user[:-1])
    with talk.client, other.client:
        talk.enqueue("m:1")
        assert other.claim().status == "empty"
        talk.commit(talk.claim(), "t1")
        assert talk.enqueue("m:1").reply
        assert talk.read().context
        assert not other.read().context


def test_every_key_of_a_user_is_in_one_slot(talk):
    talk.enqueue("m1")
    talk.commit(talk.claim(), "t1")
    talk.enqueue("m2")
    with talk.stack.redis() as redis:
        names = [name for name in redis.scan_iter(f"*{talk.user}*")
                 if name.endswith(talk.user) or name.endswith((":m1", ":m2"))]
        tags = {name[name.index("{"):name.index("}") + 1] for name in names}
        assert len(names) == 7
        assert tags == {f"{{{partition(talk.user)}}}"}
        assert redis.zscore(key("ready", talk.user), talk.user) is not None


# ---- leases ----

def test_one_lease_at_a_time(service):
    """Twenty agents claim through two processes at once."""
    talk = service.conversation()
    clients = [service.client(name) for name in ("sessions", "sessions-2") for _ in range(10)]
    try:
        for round_ in range(10):
            talk.enqueue()
            sent = [(c, c.send("CLAIM", user_id=talk.user, holder=f"agent-{i}/1", lease_ms=60000))
                    for i, c in enumerate(clients)]
            claims = [c.wait(id_) for c, id_ in sent]
            assert sorted(c.status for c in claims) == ["busy"] * 19 + ["granted"]
            assert all(0 < c.retry_ms <= 60000 for c in claims if c.status == "busy")
            talk.commit(next(c for c in claims if c.status == "granted"), f"t{round_}")
    finally:
        for client in clients + [talk.client]:
            client.close()


def test_a_repeated_claim_gets_the_same_lease(talk):
    talk.enqueue()
    first = talk.claim()
    talk.enqueue()
    again = talk.claim()
    assert again.status == "granted"
    assert again.token == first.token
    assert len(again.messages) == 2
    talk.commit(first, "t1", upto=2)


def test_a_stale_commit_has_no_effect(talk):
    talk.enqueue()
    frozen = talk.claim("agent-1/1")
    talk.lease_ends()
    other = talk.claim("agent-2/1")
    assert other.token > frozen.token
    before = _stored(talk)
    assert talk.error("COMMIT", **talk.turn(frozen, "t-frozen")) == "stale_token"
    assert talk.error("COMMIT", **talk.turn(frozen, "t-frozen", context=None)) == "stale_token"
    assert talk.error("RENEW", token=frozen.token, lease_ms=60000) == "stale_token"
    assert talk.error("RELEASE", token=frozen.token) == "stale_token"
    assert talk.error("CLAIM", holder="agent-1/1", lease_ms=60000,
                      token=frozen.token) == "stale_token"
    assert _stored(talk) == before
    talk.commit(other, "t-other")
    assert talk.enqueue("m1").reply[0].turn_id == "t-other"
    before = _stored(talk)
    assert talk.error("COMMIT", **talk.turn(frozen, "t-frozen")) == "stale_token"
    assert _stored(talk) == before


def _stored(talk):
    """Everything that Redis has of a user."""
    with talk.stack.redis() as redis:
        redis.get_encoder().encoding_errors = "surrogateescape"
        return (redis.hgetall(key("state", talk.user)), redis.dump(key("inbox", talk.user)),
                redis.dump(key("context", talk.user)), redis.dump(key("replies", talk.user)),
                redis.zscore(key("ready", talk.user), talk.user))


def test_a_late_commit_counts_if_nobody_else_claimed(talk):
    talk.enqueue()
    late = talk.claim()
    talk.lease_ends()
    assert not talk.read().leased
    talk.commit(late, "t1")
    assert talk.enqueue("m1").reply[0].turn_id == "t1"


def test_a_lease_ends_by_itself_and_renew_keeps_it(talk):
    talk.enqueue()
    kept = talk.claim("agent-1/1", lease_ms=200)
    talk.call("RENEW", token=kept.token, lease_ms=60000)
    assert talk.claim("agent-2/1").status == "busy"
    talk.call("RENEW", token=kept.token, lease_ms=1)
    taken = most.eventually(lambda: [c for c in [talk.claim("agent-2/1")] if c.messages])[0]
    assert taken.token > kept.token
    assert talk.error("RENEW", token=kept.token, lease_ms=60000) == "stale_token"


def test_only_the_dead_holders_lease_is_taken(talk):
    talk.enqueue()
    dead = talk.claim("agent-1/7")
    for wrong in ("agent-1/8", "agent-1/", "agent-1", "agent-2/7", ""):
        assert talk.claim("agent-2/1", dead=wrong).status == "busy"
    taken = talk.claim("agent-2/1", dead="agent-1/7")
    assert taken.status == "granted"
    assert taken.token > dead.token
    assert [m.seq for m in taken.messages] == [1]
    assert talk.claim("agent-3/1", dead="agent-1/7").status == "busy"  # it was taken already
    assert talk.error("COMMIT", **talk.turn(dead, "t1")) == "stale_token"
    talk.commit(taken, "t2")


def test_released_work_waits_for_the_next(talk):
    talk.enqueue()
    claimed = talk.claim("agent-1/1")
    for _ in range(2):  # a repetition is no harm
        talk.call("RELEASE", token=claimed.token)
    assert talk.error("COMMIT", **talk.turn(claimed, "t1")) == "stale_token"
    assert talk.claim("agent-2/1").token > claimed.token


def test_tokens_grow_even_when_everything_is_forgotten(talk):
    talk.enqueue()
    old = talk.claim()
    with talk.stack.redis() as redis:
        redis.delete(key("state", talk.user), key("inbox", talk.user))
    assert talk.error("COMMIT", **talk.turn(old, "t1")) == "stale_token"
    talk.enqueue("new")
    assert talk.claim("agent-2/1").token > old.token
    assert talk.error("COMMIT", **talk.turn(old, "t1")) == "stale_token"


# ---- order ----

def test_order_is_kept_and_late_messages_are_the_next_turns(talk):
    for text in ("a", "b"):
        talk.enqueue(text=text)
    first = talk.claim()
    talk.enqueue(text="c")
    assert [m.text for m in first.messages] == ["a", "b"]
    assert talk.commit(first, "t1").waiting == 1
    second = talk.claim()
    assert [(m.seq, m.text) for m in second.messages] == [(3, "c")]
    assert second.context[0].turns == 1


def test_the_holder_may_ask_for_the_news(talk):
    talk.enqueue(text="a")
    claimed = talk.claim()
    talk.enqueue(text="b")
    talk.lease_ends()  # asking renews
    news = talk.claim(token=claimed.token)
    assert (news.status, news.token, news.context) == ("granted", claimed.token, [])
    assert [m.text for m in news.messages] == ["a", "b"]
    assert talk.claim("agent-2/1").status == "busy"
    assert talk.error("CLAIM", holder="agent-2/1", lease_ms=60000,
                      token=claimed.token) == "stale_token"
    assert talk.commit(claimed, "t1", upto=2).waiting == 0


def test_a_repeated_commit_is_answered_and_changes_nothing(talk):
    talk.enqueue()
    first = talk.claim()
    talk.commit(first, "t1")
    talk.enqueue()
    before = _stored(talk)
    assert talk.commit(first, "t1").waiting == 1
    assert _stored(talk) == before
    second = talk.claim()
    assert talk.commit(first, "t1").waiting == 1  # while the next one runs
    talk.commit(second, "t2")
    before = _stored(talk)
    assert talk.error("COMMIT", **talk.turn(first, "t1")) == "stale_token"
    assert _stored(talk) == before


def test_a_commit_answers_only_what_it_was_told(talk):
    talk.enqueue()
    talk.enqueue()
    claimed = talk.claim()
    talk.enqueue()
    before = _stored(talk)
    for upto in (3, 4, 2**40):
        assert talk.error("COMMIT", **talk.turn(claimed, "t1", upto)) == "invalid"
    assert _stored(talk) == before
    assert talk.commit(claimed, "t1", upto=1).waiting == 2
    claimed = talk.claim()
    assert talk.error("COMMIT", **talk.turn(claimed, "t2", 1)) == "invalid"
    talk.commit(claimed, "t2")


# ---- forgetting ----

def test_a_commit_without_context_forgets_the_conversation_only(talk):
    talk.enqueue()
    first = talk.claim()
    talk.commit(first, "t1")
    talk.enqueue()
    talk.commit(talk.claim(), "t2", context=None)
    assert talk.read().context == []
    assert talk.enqueue("m2").reply[0].turn_id == "t2"
    assert talk.enqueue().seq == 3
    third = talk.claim()
    assert third.context == []
    assert third.token > first.token


def test_a_reset_during_a_turn_is_not_undone_by_it(talk):
    talk.enqueue()
    talk.commit(talk.claim(), "t1")
    talk.enqueue()
    running = talk.claim()
    assert running.context
    assert talk.call("RESET").count == 1
    assert talk.error("COMMIT", **talk.turn(running, "t2")) == "stale_token"
    assert talk.error("RENEW", token=running.token, lease_ms=60000) == "stale_token"
    session = talk.read()
    assert (session.context, session.waiting, session.leased) == ([], 1, False)
    anew = talk.claim("agent-2/1")  # the message waits for a turn of its own
    assert (anew.status, anew.context, len(anew.messages)) == ("granted", [], 1)
    assert anew.token > running.token
    talk.commit(anew, "t3")
    assert talk.read().context[0].turns == 1
    assert talk.commit(anew, "t3").waiting == 0


def test_a_reset_of_a_stranger_is_no_harm(talk):
    assert talk.call("RESET").count == 0
    talk.enqueue()
    talk.commit(talk.claim(), "t1")
    assert talk.call("RESET").count == 1
    assert talk.call("RESET").count == 0
    assert talk.enqueue("m1").duplicate  # it is still known


def test_withdraw_takes_back_what_nobody_claimed(talk):
    talk.enqueue("m1")
    talk.enqueue("m2")
    talk.enqueue("m3")
    assert talk.withdraw("m2").count == 1
    assert talk.withdraw("m2").count == 0
    assert talk.withdraw("unknown").count == 0
    claimed = talk.claim()
    assert [m.message_id for m in claimed.messages] == ["m1", "m3"]
    assert talk.error("WITHDRAW", message_id="m3") == "claimed"
    talk.lease_ends()  # its holder may still commit
    assert talk.error("WITHDRAW", message_id="m3") == "claimed"
    assert talk.enqueue("m2").seq == 4  # a new message, not a copy
    assert talk.withdraw("m2").count == 1  # the holder was not told of it
    talk.commit(claimed, "t1")
    assert talk.error("WITHDRAW", message_id="m3") == "claimed"
    talk.enqueue("m5")
    talk.call("RELEASE", token=talk.claim().token)
    assert talk.withdraw("m5").count == 1
    talk.enqueue("m6")
    assert talk.withdraw("m6").count == 1
    assert talk.claim().status == "empty"
    with talk.stack.redis() as redis:
        assert redis.zscore(key("ready", talk.user), talk.user) is None


# ---- what is wrong with a request ----

@pytest.mark.parametrize("type_, fields", [
    ("ENQUEUE", {"message_id": "", "channel": "api", "text": "x"}),
    ("CLAIM", {"holder": "", "lease_ms": 1000}),
    ("CLAIM", {"holder": "a/1", "lease_ms": 0}),
    ("RENEW", {"token": 0, "lease_ms": 1000}),
    ("COMMIT", {"token": 1, "reply": {"turn_id": "", "text": "x", "upto_seq": 1}}),
    ("RELEASE", {"token": -1}),
])
def test_nonsense_is_invalid(talk, type_, fields):
    assert talk.error(type_, **fields) == "invalid"


@pytest.mark.parametrize("type_, fields", [
    ("ENQUEUE", {"message_id": "m", "channel": "api", "text": "x"}), ("READ", {}), ("RESET", {}),
    ("WITHDRAW", {"message_id": "m"}), ("CLAIM", {"holder": "a/1", "lease_ms": 1000}),
])
def test_nobody_is_invalid(service, type_, fields):
    nobody = service.conversation()
    nobody.user = ""
    with nobody.client:
        assert nobody.error(type_, **fields) == "invalid"


def test_a_sweep_takes_1_to_1000(service):
    with service.client("sessions") as client:
        for maximum in (0, -1, 1001, 2**40):
            answer = client.call("SWEEP", max=maximum, check=False)
            assert (answer.type, answer.code) == ("ERROR", "invalid")


def test_bad_bytes_are_refused_and_do_no_harm(service, talk):
    """Bodies cut, bent and invented, seeded; each gets one answer and the process lives on."""
    chance = random.Random(4)
    good = [most.encode("ENQUEUE", dict(user_id="bad", message_id="m", channel="api", text="x" * 99)),
            most.encode("COMMIT", dict(user_id="bad", token=3, context={"version": 1}, reply={
                "turn_id": "t", "text": "x", "upto_seq": 1})),
            most.encode("CLAIM", dict(user_id="bad", holder="a/1", lease_ms=1)),
            most.encode("SWEEP", dict(max=3))]
    boot = service.status("sessions")[0].boot
    with service.client("sessions") as client:
        for _ in range(1500):
            frames = chance.choice(good)
            id_ = most.new_id()
            body = bytearray(frames[2])
            for _ in range(chance.randint(1, 4)):
                how = chance.randrange(3)
                at = chance.randrange(len(body) + 1)
                if how == 0:
                    del body[at:]
                elif how == 1 and at < len(body):
                    body[at] = chance.randrange(256)
                else:
                    body[at:at] = chance.randbytes(chance.randint(1, 5))
            code = most.decode(frames).type
            client.send_raw([frames[0], most.header(code, id_, 5000), bytes(body)])
            client.wait(id_, check=False)
    assert service.status("sessions")[0].boot == boot
    talk.enqueue()
    talk.commit(talk.claim(), "t1")


# ---- large ----

def test_more_than_fits_into_one_answer_comes_in_turns():
    """A context of nearly 1 MiB and 100 of the longest messages: 2.6 MB of a possible 2."""
    with Sessions() as service, service.client("sessions") as client:
        talk = service.conversation(client=client)
        entries = [{"role": "user", "text": "x" * 65000}] * 15
        context = {"version": 1, "entries": entries}
        talk.enqueue("m0")
        talk.commit(talk.claim(), "t0", context=context)
        for _ in range(100):
            talk.enqueue(text="y" * 16384)
        seen, turns = [], 0
        while True:
            claimed = talk.claim()
            if claimed.status == "empty":
                break
            turns += 1
            assert len(claimed.context[0].entries) == 15
            seen += [m.seq for m in claimed.messages]
            news = talk.claim(token=claimed.token)
            assert len(news.messages) >= len(claimed.messages)
            talk.commit(claimed, f"t{turns}", upto=claimed.messages[-1].seq, context=context)
        assert seen == list(range(2, 102))
        assert turns == 2


# ---- time ----

def test_what_is_old_is_forgotten_and_what_waits_is_not():
    """Redis forgets; its clock is turned by shortening what is left to live."""
    with Sessions(env={"SESSION_TTL": "60s", "DEDUP_TTL": "60s"}) as service:
        talk, waiting = service.conversation(), service.conversation()
        with talk.client, waiting.client:
            waiting.enqueue("w1")
            talk.enqueue("m1")
            claimed = talk.claim()
            talk.commit(claimed, "t1")
            session = talk.read()
            assert session.context and session.expires_ms > claimed.messages[0].received_ms
            with service.redis() as redis:
                for name in redis.scan_iter("most:{*"):
                    if 0 < redis.pttl(name) <= 60_000:
                        redis.pexpire(name, 1)
            most.eventually(lambda: not talk.read().context)
            again = most.eventually(
                lambda: [a for a in [talk.enqueue("m1", check=False)]
                         if a.type == "ENQUEUED" and not a.duplicate])[0]
            assert again.seq == 2  # never given twice
            assert talk.claim().token > claimed.token
            assert [m.message_id for m in waiting.claim().messages] == ["w1"]
            with service.redis() as redis:
                assert redis.ttl(key("state", waiting.user)) == -1
                assert redis.ttl(key("inbox", waiting.user)) == -1
                assert redis.pttl(key("state", talk.user)) == -1  # m1 waits again
            talk.commit(talk.claim(), "t2")
            with service.redis() as redis:
                assert redis.pttl(key("state", talk.user)) > 60_000


def test_a_message_keeps_the_conversation_alive():
    with Sessions(env={"SESSION_TTL": "60s"}) as service:
        talk = service.conversation()
        with talk.client, service.redis() as redis:
            talk.enqueue()
            talk.commit(talk.claim(), "t1")
            redis.pexpire(key("context", talk.user), 5000)
            talk.enqueue()
            assert redis.pttl(key("context", talk.user)) > 50000


# ---- the sweeper ----

def test_the_sweeper_tells_each_user_once(service):
    """Forty forgotten users, two askers at once: each is told to one of them, once."""
    talks = [service.conversation() for _ in range(40)]
    users = {t.user for t in talks}
    with service.client("sessions") as one, service.client("sessions-2") as two:
        for talk in talks:
            before = talk.clock()
            talk.enqueue()
            assert talk.due() > before + 1000  # it came just now: the gateway is at work
            talk.due_now()
        both = []
        threads = [threading.Thread(target=lambda c=c: both.extend(sweep(c, users)))
                   for c in (one, two)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(both) == sorted(users)
        with service.redis() as redis:
            now = redis.time()[0] * 1000
            for talk in talks:  # and again when nothing happened for LEASE_MS
                assert redis.zscore(key("ready", talk.user), talk.user) > now + 30000
        talks[7].due_now()
        assert sweep(one, users) == [talks[7].user]
        for talk in talks:
            talk.claim()
            talk.client.close()


@pytest.mark.parametrize("most_users", [2, 5, 70])
def test_the_sweeper_tells_no_more_than_it_is_asked_for(service, most_users):
    """Eight of one partition and thirty of any: nobody is lost between two askers."""
    same = [f"same-{n}" for n in range(12000) if partition(f"same-{n}") == 7][:8]
    talks = [service.conversation(user) for user in same + [None] * 30]
    users = {t.user for t in talks}
    with service.client("sessions") as client:
        for talk in talks:
            talk.enqueue()
            talk.due_now()
        told = set()

        def all_told():
            found = client.call("SWEEP", max=most_users).users
            assert len(found) <= most_users
            told.update(u.user_id for u in found)
            return users <= told

        most.eventually(all_told)
        for talk in talks:
            talk.claim()
            talk.client.close()


def test_the_sweeper_leaves_running_turns_alone(service, talk):
    with service.client("sessions") as client:
        talk.enqueue()
        claimed = talk.claim()
        with service.redis() as redis:
            ready = key("ready", talk.user)
            due = redis.zscore(ready, talk.user)
            assert due == int(redis.hget(key("state", talk.user), "until"))
            talk.enqueue()
            assert redis.zscore(ready, talk.user) == due
            talk.call("RENEW", token=claimed.token, lease_ms=120000)
            assert redis.zscore(ready, talk.user) > due + 30000
            assert sweep(client, {talk.user}) == []
            talk.commit(claimed, "t1")  # one message is left
            assert redis.zscore(ready, talk.user) is not None
            talk.due_now()
            assert sweep(client, {talk.user}) == [talk.user]
            talk.commit(talk.claim(), "t2")
            assert redis.zscore(ready, talk.user) is None


def test_the_sweeper_finds_expired_leases_and_new_messages_in_time(service):
    """Real time: a lease that ends, and a message that nobody came for."""
    left, silent = service.conversation(), service.conversation()
    users = {left.user, silent.user}
    with left.client, silent.client, service.client("sessions") as client:
        left.enqueue()
        left.claim("agent-1/1", lease_ms=100)
        silent.enqueue()
        told = set()
        most.eventually(lambda: told.update(sweep(client, users)) or told == users)
        for talk in (left, silent):
            assert talk.claim("agent-2/1").status == "granted"


# ---- everything at once ----

@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_model_agrees_with_it(service, seed):
    chance = random.Random(seed)
    clients = [service.client("sessions"), service.client("sessions-2")]
    talks = [service.conversation(client=clients[0]) for _ in range(3)]
    models = {t.user: Model() for t in talks}
    tokens = {t.user: [1] for t in talks}
    turns = {t.user: ["none"] for t in talks}
    done = dict.fromkeys(["granted", "committed", "stale_token", "busy", "answered"], 0)
    for step in range(1300):
        talk = chance.choice(talks)
        talk.client = chance.choice(clients)
        model = models[talk.user]
        _step(chance, step, talk, model, tokens[talk.user], turns[talk.user], done)
        session = talk.read()
        assert session.waiting == len(model.inbox), step
        assert session.leased == model.live, step
        assert [c.summary for c in session.context] == (
            [] if model.context is None else [model.context]), step
    assert min(done.values()) > 20, done  # the walk went everywhere
    for client in clients:
        client.close()


def _step(chance, step, talk, model, tokens, turns, done):
    """One random operation; what comes back must be what the model says."""
    what = chance.choices(["enqueue", "withdraw", "claim", "news", "commit", "renew", "release",
                           "reset", "time"], [8, 2, 6, 2, 7, 2, 1, 1, 2])[0]
    holder = f"agent-{chance.randint(1, 3)}/1"
    token = tokens[-1] if chance.random() < 0.8 else chance.choice(tokens)
    if what == "enqueue":
        id_ = f"m{max(0, model.seq + chance.randint(-6, 2))}"
        got = talk.enqueue(id_, check=False)
        expected = model.enqueue(id_)
        if got.type == "ERROR":
            assert got.code == expected, step
        else:
            reply = got.reply[0].turn_id if got.reply else None
            assert (got.seq, got.duplicate, reply) == expected, step
            done["answered"] += bool(reply)
    elif what == "withdraw":
        id_ = f"m{max(0, model.seq + chance.randint(-3, 1))}"
        got = talk.withdraw(id_, check=False)
        assert (got.code if got.type == "ERROR" else got.count) == model.withdraw(id_), step
    elif what in ("claim", "news"):
        dead = chance.choice(["", f"agent-{chance.randint(1, 3)}/1"])
        asked = token if what == "news" else 0
        if asked and chance.random() < 0.7 and model.holder:
            holder = model.holder
        got = talk.claim(holder, dead=dead, token=asked, check=False)
        status = got.code if got.type == "ERROR" else got.status
        old = model.token
        again = model.holder == holder
        assert status == model.claim(holder, dead, asked), step
        if status == "granted":
            if again:
                assert got.token == old, step
            else:
                assert got.token > old, step
                model.granted(holder, got.token)
                tokens.append(got.token)
            assert [(m.seq, m.message_id) for m in got.messages] == model.inbox, step
            assert [c.summary for c in got.context] == (
                [model.context] if model.context and not asked else []), step
        done[status] = done.get(status, 0) + 1
    elif what == "commit":
        turn = turns[-1] if chance.random() < 0.2 else f"t{step}"
        upto = max(1, (model.inbox[0][0] if model.inbox else model.seq) + chance.randint(-1, 3))
        if chance.random() < 0.6 and model.told:
            upto = model.told
        context = f"after {step}" if chance.random() < 0.9 else None
        got = talk.call("COMMIT", check=False, token=token,
                        context={"version": 1, "summary": context} if context else [],
                        reply={"turn_id": turn, "text": "x", "upto_seq": upto})
        result = got.code if got.type == "ERROR" else got.waiting
        assert result == model.commit(token, turn, upto, context), step
        if got.type != "ERROR":
            turns.append(turn)
            done["committed"] += 1
        elif got.code in done:
            done[got.code] += 1
    elif what == "renew":
        got = talk.call("RENEW", token=token, lease_ms=60000, check=False)
        assert (got.code if got.type == "ERROR" else "OK") == model.renew(token), step
    elif what == "release":
        got = talk.call("RELEASE", token=token, check=False)
        assert (got.code if got.type == "ERROR" else "OK") == model.give_back(token), step
    elif what == "reset":
        assert talk.call("RESET").count == model.reset(), step
    elif what == "time" and model.holder:
        talk.lease_ends()
        model.live = False


def test_agents_race_and_every_message_is_answered_once_and_in_order(service):
    """Six agents, some of which freeze in mid-turn and commit late, and three customers who write
    meanwhile. The conversation must read as if one agent had served each."""
    talks = [service.conversation() for _ in range(3)]
    count = 40
    stop = threading.Event()
    wrong = []

    def write(talk):
        for n in range(count):
            while talk.enqueue(f"m{n}", check=False).type == "ERROR":
                stop.wait(0.002)  # full: what a customer's phone would do later

    def serve(number):
        chance = random.Random(number)
        name = f"agent-{number}/1"
        turns = 0
        with service.client(chance.choice(["sessions", "sessions-2"])) as client:
            mine = [Conversation(service, t.user, client) for t in talks]
            while not stop.is_set():
                talk = chance.choice(mine)
                claimed = talk.claim(name, lease_ms=40)
                if claimed.status != "granted":
                    continue
                if chance.random() < 0.1:
                    stop.wait(0.08)  # frozen: the lease is gone
                turns += 1
                said = claimed.context[0].entries if claimed.context else []
                said = [{"role": "user", "text": e.text} for e in said]
                said += [{"role": "user", "text": m.message_id} for m in claimed.messages]
                talk.call("COMMIT", check=False, token=claimed.token,
                          context={"version": 1, "entries": said},
                          reply={"turn_id": f"{name}-{turns}", "text": "x",
                                 "upto_seq": claimed.messages[-1].seq})

    def guarded(function, *args):
        try:
            function(*args)
        except Exception as error:
            wrong.append(error)

    writers = [threading.Thread(target=guarded, args=(write, t)) for t in talks]
    agents = [threading.Thread(target=guarded, args=(serve, n)) for n in range(6)]
    for thread in writers + agents:
        thread.start()
    for thread in writers:
        thread.join()
    try:
        most.eventually(lambda: wrong or all(t.read().waiting == 0 for t in talks), 30)
    finally:
        stop.set()
        for thread in agents:
            thread.join()
    assert not wrong
    for talk in talks:
        said = [e.text for e in talk.read().context[0].entries]
        assert said == [f"m{n}" for n in range(count)]
        talk.client.close()
