"""What the session service promises of the survey: a question is put once, to nobody who writes, and
what is answered is counted exactly. Against the real process and a real Redis; the clocks of what is
due are turned, nobody waits for them."""

import collections
import itertools
import random
import time

import pytest

from conversation import Conversation, Sessions, key, partition

DAY = 86400000
MINUTE = 60000
_days = itertools.count(1)


@pytest.fixture(scope="module")
def service():
    with Sessions(second=True, env={"LEASE_MS": "60s", "NPS_AFTER": "30m",
                                    "NPS_EVERY": "30d"}) as made:
        yield made


@pytest.fixture
def new_service():
    made = []

    def make(**env):
        made.append(Sessions(env={"LEASE_MS": "60s", **env}).start())
        return made[-1]

    yield make
    for one in made:
        one.stop()


@pytest.fixture
def talk(service):
    made = Talk(service)
    yield made
    made.client.close()


class Talk(Conversation):
    """A person whose survey is driven as an agent does it. Rules of their own keep what is counted
    of one test apart from another's."""

    rules = None

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.rules = f"r{next(_days)}"

    def survey(self, state, **fields):
        return {"state": state, "rules": self.rules, "model": "offline", "channel": "twilio",
                **fields}

    def turn(self, claimed, name, upto=None, context=True, survey=None):
        upto = claimed.messages[-1].seq if upto is None else upto
        made = {"token": claimed.token, "context": {"version": 1, "turns": 1} if context else [],
                "reply": {"turn_id": name, "text": f"answer of {name}", "upto_seq": upto}}
        return {**made, "survey": survey} if survey else made

    def commit(self, claimed, name, upto=None, survey=None, **options):
        return self.call("COMMIT", **self.turn(claimed, name, upto, survey=survey), **options)

    def quoted(self, name="t1"):
        """A message whose turn reached a quote, its answer delivered; the person may rest."""
        self.ask()
        self.commit(self.claim(), name, survey=self.survey("due"))
        self.deliver(name)

    def deliver(self, name, state="done", **options):
        claimed = self.claim("agent-9/9")
        assert claimed.outgoing[0].turn_id == name
        self.delivered(name, "trying", claimed.token)
        self.delivered(name, state, claimed.token, **options)
        self.call("RELEASE", token=claimed.token)

    def rested(self):
        """Turns the clock: the question is due."""
        with self.stack.redis() as redis:
            assert redis.hexists(key("state", self.user), "ask_at")
            redis.hset(key("state", self.user), "ask_at", 1)

    def put(self, name="q1"):
        """The question, as an agent puts it."""
        claimed = self.claim()
        assert claimed.ask and not claimed.messages
        return self.commit(claimed, name, upto=0, survey=self.survey("asked", turn_id=name))

    def answer(self, name, state, **fields):
        self.ask()
        return self.commit(self.claim(), name, survey=self.survey(state, **fields))

    def long_ago(self, ms):
        """Turns the clock of the survey: it was put so long ago."""
        with self.stack.redis() as redis:
            name = key("survey", self.user)
            redis.hset(name, "asked", int(redis.hget(name, "asked")) - ms)

    def counted(self):
        """asked, answered, promoters, passives, detractors, sum under these rules."""
        rows = self.call_report().days
        mine = [row for row in rows if row.rules == self.rules]
        return tuple(sum(getattr(row, field) for row in mine)
                     for field in ("asked", "answered", "promoters", "passives", "detractors",
                                   "sum"))

    def call_report(self, since=None, until=None, comments=100):
        today = int(time.time() * 1000) // DAY
        return self.client.call("SURVEYS", since_day=today - 390 if since is None else since,
                                until_day=today + 1 if until is None else until,
                                comments=comments)

    def opinions(self):
        return [o for o in self.call_report().comments if o.user_id == self.user]


# ---- when it is due ----


def test_somebody_who_rests_is_asked_once(talk):
    talk.quoted()
    assert talk.claim().status == "empty", "not yet"
    assert 29 * MINUTE < talk.looked_at() <= 30 * MINUTE
    talk.rested()
    claimed = talk.claim()
    assert (claimed.status, claimed.ask, claimed.messages, claimed.outgoing) == ("granted", True, [], [])
    survey = claimed.survey[0]
    assert (survey.state, survey.rules, survey.model, survey.channel) == (
        "due", talk.rules, "offline", "twilio")
    assert claimed.context[0].turns == 1, "the conversation is there"
    fields = talk.turn(claimed, "q1", 0, survey=talk.survey("asked", turn_id="q1"))
    for _ in range(3):  # a repeated COMMIT changes nothing
        done = talk.call("COMMIT", **fields)
        assert done.waiting == 1 and not done.overtaken
    assert talk.counted() == (1, 0, 0, 0, 0, 0)
    assert talk.read().outbox == 1
    assert talk.read().survey[0].state == "asked"
    claimed = talk.claim("agent-2/1")
    out = claimed.outgoing[0]
    assert not claimed.ask
    assert (out.turn_id, out.reply_to, out.unasked) == ("q1", talk.PLACE, True)
    talk.delivered("q1", "trying", claimed.token)
    talk.delivered("q1", "done", claimed.token, sid="SM1", parts_sent=1)
    talk.call("RELEASE", token=claimed.token)
    assert talk.claim().status == "empty"
    assert talk.looked_at() is None
    talk.quoted("t2")  # goes on
    assert talk.looked_at() is None, "not again so soon"


def test_the_sweeper_tells_who_is_due(talk):
    talk.quoted()
    talk.rested()
    talk.due_now()
    found = []
    for _ in range(5):
        found += [u.user_id for u in talk.client.call("SWEEP", max=1000).users]
    assert talk.user in found


def test_not_where_nobody_can_be_written_to(talk):
    """Without an address to write from; and not before the answer has arrived."""
    talk.enqueue()
    talk.commit(talk.claim(), "t1", survey=talk.survey("due"))
    assert talk.looked_at() is None
    talk.ask()
    talk.commit(talk.claim(), "t2", survey=talk.survey("due"))
    talk.rested()
    claimed = talk.claim()
    assert [o.turn_id for o in claimed.outgoing] == ["t2"] and not claimed.ask
    talk.delivered("t2", "trying", claimed.token)
    talk.delivered("t2", "parked", claimed.token, code=63016)
    talk.call("RELEASE", token=claimed.token)
    assert talk.claim().status == "empty"
    assert talk.looked_at() is None, "behind a parked answer it waits for the person"


@pytest.mark.parametrize("what", ["late", "opted_out", "reset"])
def test_not_when_it_is_too_late(talk, what):
    talk.quoted()
    talk.rested()
    with talk.stack.redis() as redis:
        if what == "late":
            redis.hset(key("state", talk.user), "ask_until", 2)
        elif what == "opted_out":
            redis.hset(key("state", talk.user), "opted_out", 1)
        else:
            talk.call("RESET")
        assert talk.claim().status == "empty"
        assert not redis.hexists(key("state", talk.user), "ask_at")
    assert talk.looked_at() is None
    assert talk.counted() == (0,) * 6


def test_who_has_left(talk):
    """The agent is told; and whatever it says, they will not be asked."""
    talk.ask("stop", opt="out")
    claimed = talk.claim()
    assert claimed.opted_out
    talk.commit(claimed, "t1", survey=talk.survey("due"))
    with talk.stack.redis() as redis:
        assert not redis.hexists(key("state", talk.user), "ask_at")


def test_off(new_service):
    """And a question that was due before it was switched off is not put."""
    talk = Talk(new_service(NPS_AFTER="0"))
    talk.quoted()
    assert talk.looked_at() is None
    with talk.stack.redis() as redis:
        redis.hset(key("state", talk.user), mapping={"ask_at": 1, "ask_until": 10 ** 15,
                                                     "ask_to": "x", "ask": "x"})
        assert talk.claim().status == "empty"
        assert not redis.hexists(key("state", talk.user), "ask_at")
    assert talk.looked_at() is None


def test_no_later_than_whatsapp_allows(new_service):
    """22 h of rest fit into a day, but not behind a message that waited for hours."""
    talk = Talk(new_service(NPS_AFTER="22h"))
    talk.ask()
    with talk.stack.redis() as redis:
        redis.connection_pool.connection_kwargs["decode_responses"] = False
        name = key("inbox", talk.user)
        seq, ms, rest = redis.lpop(name).split(b" ", 2)
        redis.rpush(name, b"%s %d %s" % (seq, int(ms) - 2 * 3600000, rest))
    talk.commit(talk.claim(), "t1", survey=talk.survey("due"))
    talk.deliver("t1")
    assert talk.looked_at() is None
    talk.quoted("t2")
    assert talk.looked_at() > 21 * 3600000


# ---- a message goes first ----


def test_a_message_before_the_claim(talk):
    talk.quoted()
    talk.rested()
    talk.ask()
    claimed = talk.claim()
    assert claimed.messages and not claimed.ask and not claimed.survey
    talk.commit(claimed, "t2")
    talk.deliver("t2")
    assert talk.claim().status == "empty" and talk.looked_at() is None


def test_a_message_while_the_question_is_being_put(talk):
    talk.quoted()
    talk.rested()
    claimed = talk.claim()
    talk.ask()
    for _ in range(2):
        done = talk.commit(claimed, "q1", upto=0, survey=talk.survey("asked"))
        assert done.waiting == 1
    assert talk.read().outbox == 0 and not talk.read().survey
    assert talk.counted() == (0,) * 6
    assert [m.text for m in talk.claim("agent-2/1").messages], "and it has a turn"


def test_a_message_before_the_question_is_sent(talk):
    talk.quoted()
    talk.rested()
    talk.put()
    assert talk.counted()[0] == 1
    talk.ask()
    assert talk.read().outbox == 0 and not talk.read().survey
    assert talk.counted() == (0,) * 6
    claimed = talk.claim()
    assert claimed.messages and not claimed.outgoing and not claimed.survey


def test_a_message_after_an_agent_was_offered_it(talk):
    """It was about to send it: it learns that there is nothing to send."""
    talk.quoted()
    talk.rested()
    talk.put()
    claimed = talk.claim("agent-2/1")
    assert claimed.outgoing
    talk.ask()
    assert talk.error("DELIVERED", turn_id="q1", state="trying", token=claimed.token) == "claimed"


def test_what_may_be_out_is_not_taken_back(talk):
    talk.quoted()
    talk.rested()
    talk.put()
    claimed = talk.claim("agent-2/1")
    talk.delivered("q1", "trying", claimed.token)
    talk.ask()
    assert talk.read().outbox == 1 and talk.read().survey[0].state == "asked"
    talk.delivered("q1", "unsure", claimed.token, retry_ms=0)
    talk.ask()
    assert talk.read().outbox == 1
    assert talk.counted()[0] == 1
    talk.delivered("q1", "again", claimed.token, retry_ms=0)  # it is not
    talk.ask()
    assert talk.read().outbox == 0 and talk.counted()[0] == 0


def test_a_question_that_was_not_sent_for_an_hour_is_none(talk):
    """The carrier was away: nobody is asked in the middle of the night."""
    talk.quoted()
    talk.rested()
    talk.put()
    talk.deliver("q1", "again", retry_ms=0)
    claimed = talk.claim()
    assert claimed.outgoing
    talk.call("RELEASE", token=claimed.token)
    with talk.stack.redis() as redis:
        name = key("survey", talk.user)
        redis.hset(name, "asked", int(redis.hget(name, "asked")) - 3600001)
    assert talk.claim().status == "empty"
    assert talk.read().outbox == 0 and talk.looked_at() is None and not talk.read().survey


def test_an_agent_that_dies_while_it_asks(talk):
    talk.quoted()
    talk.rested()
    dead = talk.claim("agent-1/1")
    assert talk.claim("agent-2/1").status == "busy"
    alive = talk.claim("agent-2/1", dead="agent-1/1")
    assert alive.ask and alive.token > dead.token
    talk.commit(alive, "q2", upto=0, survey=talk.survey("asked"))
    late = talk.call("COMMIT", check=False,
                     **talk.turn(dead, "q1", 0, survey=talk.survey("asked")))
    assert late.code == "stale_token"
    assert talk.counted()[0] == 1 and talk.read().outbox == 1


# ---- a question that cannot be delivered ----


@pytest.mark.parametrize("state,code", [("failed", 21610), ("failed", 30003), ("parked", 63016)])
def test_a_question_that_fails_is_not_kept(talk, state, code):
    talk.quoted()
    talk.rested()
    talk.put()
    talk.deliver("q1", state, code=code)
    assert talk.read().outbox == 0, "nothing comes back when the person writes"
    assert talk.counted() == (0,) * 6
    assert talk.read().survey[0].state == "closed"
    talk.answer("t2", "scored", answered=True, score=9)
    assert talk.counted() == (0,) * 6, "nobody was asked"
    talk.deliver("t2")
    talk.quoted("t3")
    assert talk.looked_at() is None, "nor is again"


def test_a_question_outside_the_window_is_not_put_back(talk):
    talk.quoted()
    talk.rested()
    talk.put()
    talk.deliver("q1", sid="SM7", parts_sent=1)
    talk.status("SM7", "undelivered", 63016)
    assert talk.read().outbox == 0


def test_nor_when_the_carrier_speaks_while_it_is_tried(talk):
    talk.quoted()
    talk.rested()
    talk.put()
    claimed = talk.claim()
    talk.delivered("q1", "trying", claimed.token)
    talk.status("SM8", "undelivered", 63016)
    talk.delivered("q1", "done", claimed.token, sid="SM8", parts_sent=1)
    assert talk.read().outbox == 0


def test_who_turns_out_to_want_no_messages_was_not_asked(talk):
    """The carrier says so of an earlier message, while the question waits."""
    talk.ask()
    talk.commit(talk.claim(), "t1", survey=talk.survey("due"))
    talk.deliver("t1", sid="SM5", parts_sent=1)
    talk.rested()
    talk.put()
    assert talk.counted()[0] == 1 and talk.read().outbox == 1
    talk.status("SM5", "undelivered", 21610)
    assert talk.read().outbox == 0 and talk.read().opted_out
    assert talk.counted() == (0,) * 6


# ---- answers ----


def asked(talk):
    talk.quoted()
    talk.rested()
    talk.put()
    talk.deliver("q1")


@pytest.mark.parametrize("score,row", [
    (0, (1, 1, 0, 0, 1, 0)), (6, (1, 1, 0, 0, 1, 6)), (7, (1, 1, 0, 1, 0, 7)),
    (8, (1, 1, 0, 1, 0, 8)), (9, (1, 1, 1, 0, 0, 9)), (10, (1, 1, 1, 0, 0, 10))])
def test_a_score(talk, score, row):
    asked(talk)
    talk.ask()
    claimed = talk.claim()
    assert claimed.survey[0].state == "asked" and claimed.survey[0].turn_id == "q1"
    fields = talk.turn(claimed, "t2", survey=talk.survey("scored", answered=True, score=score))
    for _ in range(3):
        talk.call("COMMIT", **fields)
    assert talk.counted() == row
    assert talk.opinions() == []
    talk.answer("t3", "closed", answered=True, score=score, comment="la atención")
    assert talk.counted() == row
    (opinion,) = talk.opinions()
    assert (opinion.survey[0].score, opinion.survey[0].comment) == (score, "la atención")


def test_a_slip_is_counted_once(talk):
    asked(talk)
    talk.answer("t2", "scored", answered=True, score=1)
    assert talk.counted() == (1, 1, 0, 0, 1, 1)
    talk.answer("t3", "scored", answered=True, score=10)
    assert talk.counted() == (1, 1, 1, 0, 0, 10)
    talk.answer("t4", "scored", answered=True, score=9)
    assert talk.counted() == (1, 1, 1, 0, 0, 9)


def test_words_without_a_score(talk):
    asked(talk)
    talk.answer("t2", "asked", again=True, comment="muy mal")
    assert talk.counted() == (1, 0, 0, 0, 0, 0)
    assert [o.survey[0].answered for o in talk.opinions()] == [False]
    talk.answer("t3", "closed", again=True, comment="muy mal", answered=True, score=2)
    assert talk.counted() == (1, 1, 0, 0, 1, 2)
    (opinion,) = talk.opinions()  # one person, one opinion
    assert (opinion.survey[0].answered, opinion.survey[0].score) == (True, 2)


def test_nobody_answers_who_was_not_asked(talk):
    for n, state in enumerate(("scored", "closed")):
        talk.answer(f"t{n}", state, answered=True, score=10, comment="excelente")
    assert talk.counted() == (0,) * 6
    assert talk.opinions() == [] and not talk.read().survey


def test_what_is_over_is_over(talk):
    asked(talk)
    talk.answer("t2", "closed", answered=True, score=10)
    talk.answer("t3", "scored", answered=True, score=0)
    assert talk.counted() == (1, 1, 1, 0, 0, 10)
    assert talk.read().survey[0].state == "closed"


def test_a_farewell(talk):
    """The question is in the answer to a message, also where nobody can be written to."""
    talk.enqueue()
    talk.commit(talk.claim(), "t1", survey=talk.survey("asked", turn_id="t1"))
    assert talk.counted() == (1, 0, 0, 0, 0, 0)
    assert talk.read().outbox == 0
    talk.enqueue()
    talk.commit(talk.claim(), "t2", survey=talk.survey("scored", answered=True, score=8))
    assert talk.counted() == (1, 1, 0, 1, 0, 8)


def test_once_in_that_time(talk):
    asked(talk)
    talk.answer("t2", "closed", answered=True, score=10)
    talk.deliver("t2")
    talk.long_ago(30 * DAY - MINUTE)
    talk.quoted("t3")
    assert talk.looked_at() is None
    talk.answer("t4", "asked", turn_id="t4")
    assert talk.counted() == (1, 1, 1, 0, 0, 10), "nor at a good-bye"
    talk.deliver("t4")
    talk.long_ago(MINUTE)
    talk.quoted("t5")
    assert talk.looked_at() > 0
    talk.rested()
    talk.put("q2")
    assert talk.counted() == (2, 1, 1, 0, 0, 10)
    assert not talk.read().survey[0].answered


def test_a_score_belongs_to_the_day_of_its_question(talk):
    asked(talk)
    talk.long_ago(2 * DAY)
    talk.answer("t2", "closed", answered=True, score=9)
    rows = {row.day: row for row in talk.call_report().days if row.rules == talk.rules}
    today = int(time.time() * 1000) // DAY
    days = sorted(rows)
    # the clock was turned after the question was counted, so the two are apart here
    assert [rows[day].answered for day in days] == [1, 0]
    assert [rows[day].asked for day in days] == [0, 1]
    assert days[0] - days[1] == -2 and days[1] in (today, today - 1)


# ---- the report ----


def test_the_report_is_of_the_days_asked_for(talk):
    asked(talk)
    today = int(time.time() * 1000) // DAY
    for since, until, some in ((today - 1, today + 1, True), (today - 9, today - 2, False),
                               (today + 1, today + 9, False)):
        rows = [r for r in talk.call_report(since, until).days if r.rules == talk.rules]
        assert bool(rows) == some
    rows = talk.call_report().days
    assert [(r.day, r.rules) for r in rows] == sorted((r.day, r.rules) for r in rows)


@pytest.mark.parametrize("fields", [{"since_day": 5, "until_day": 4}, {"since_day": -1, "until_day": 4},
                                    {"since_day": 1, "until_day": 10 ** 12},
                                    {"since_day": 1, "until_day": 2, "comments": 101},
                                    {"since_day": 1, "until_day": 2, "comments": -1}])
def test_nonsense_is_refused(service, fields):
    with service.client("sessions") as client:
        answer = client.call("SURVEYS", check=False, **fields)
        assert answer.type == "ERROR" and answer.code == "invalid"


@pytest.mark.parametrize("survey", [{"state": "none"}, {"state": "scored", "answered": True, "score": 11},
                                    {"state": "scored", "answered": True, "score": -1}])
def test_a_survey_that_makes_no_sense(talk, survey):
    talk.ask()
    claimed = talk.claim()
    fields = talk.turn(claimed, "t1", survey=survey)
    assert talk.error("COMMIT", **fields) == "invalid"
    fields = talk.turn(claimed, "t1", 0, survey=talk.survey("scored"))
    assert talk.error("COMMIT", **fields) == "invalid", "only a question answers nobody"


def test_opinions_are_bounded_and_the_newest_come_first(service):
    """Of one partition; and nobody's words are lost behind another's name."""
    users, wanted = [], partition("somebody")
    for n in itertools.count():
        if partition(f"p{n}") == wanted:
            users.append(f"p{n}")
        if len(users) == 53:
            break
    with service.client("sessions") as client:
        for n, user in enumerate(users):
            talk = Talk(service, user, client)
            talk.enqueue()
            talk.commit(talk.claim(), f"q{n}", survey=talk.survey("asked"))
            talk.answer(f"t{n}", "closed", answered=True, score=n % 11, comment=f"número {n}")
        with service.redis() as redis:
            kept = redis.zcard(f"most:{{{wanted}}}:opinions")
            assert kept == 50
        found = [o for o in talk.call_report().comments if o.user_id in users]
        assert [o.user_id for o in found] == users[:2:-1]
        assert [o.survey[0].comment for o in found] == [f"número {n}" for n in range(52, 2, -1)]
        assert len(talk.call_report(comments=7).comments) == 7


def test_old_days_make_room(talk):
    with talk.stack.redis() as redis:
        name = f"most:{{{partition(talk.user)}}}:surveys"
        today = int(time.time() * 1000) // DAY
        redis.hset(name, mapping={f"{today - 400} old": "1 0 0 0 0 0",
                                  f"{today - 399} kept": "1 0 0 0 0 0"})
        asked(talk)
        left = redis.hkeys(name)
        assert f"{today - 400} old" not in left and f"{today - 399} kept" in left
        assert redis.ttl(name) > 399 * 86400
        redis.hdel(name, f"{today - 399} kept")


def test_damage_is_left_out(talk):
    asked(talk)
    with talk.stack.redis() as redis:
        tag = f"most:{{{partition(talk.user)}}}:"
        redis.hset(tag + "surveys", f"{int(time.time() * 1000) // DAY} broken", "1 2")
        redis.zadd(tag + "opinions", {"no opinion": time.time() * 1000})
        assert talk.counted() == (1, 0, 0, 0, 0, 0)
        talk.stack.wait_log("sessions", "stored_survey_damaged")
        redis.hset(key("survey", talk.user), "record", "\xff")
        talk.ask()
        claimed = talk.claim()
        assert claimed.status == "granted" and not claimed.survey
        redis.hdel(tag + "surveys", f"{int(time.time() * 1000) // DAY} broken")
        redis.zrem(tag + "opinions", "no opinion")


def test_what_is_kept_of_a_person_has_their_name(talk):
    """So that it can be erased: every key, and every member of what a partition has once."""
    asked(talk)
    talk.answer("t2", "closed", answered=True, score=9, comment="la atención")
    with talk.stack.redis() as redis:
        redis.connection_pool.connection_kwargs["encoding_errors"] = "surrogateescape"
        tag = f"most:{{{partition(talk.user)}}}:"
        members = redis.zrange(tag + "opinions", 0, -1)
        mine = [m for m in members if m.startswith(f"{len(talk.user)}:{talk.user}")]
        assert len(mine) == 1 and "la atenci" in mine[0]
        assert not any(talk.user in f for f in redis.hkeys(tag + "surveys"))
        assert 29 * 86400 < redis.ttl(key("survey", talk.user)) <= 30 * 86400


# ---- at random ----


@pytest.mark.parametrize("seed", range(8))
def test_at_random(service, seed):
    """Several agents and a person who writes whenever it suits: nobody is asked twice, nobody's score
    is counted without a question, and what is counted is what happened. Every COMMIT may come
    twice."""
    rng = random.Random(seed)
    talk = Talk(service)
    turns = (f"t{n}" for n in itertools.count())
    model = collections.Counter()
    waiting, leases, score, put, last_put = 0, {}, None, False, None

    def is_due():
        with talk.stack.redis() as redis:
            return redis.hexists(key("state", talk.user), "ask_at")

    for _ in range(250):
        step = rng.choice(["write", "claim", "claim", "commit", "commit", "rest", "deliver", "die",
                           "later"])
        if step == "write" and waiting < 5:
            before = talk.read()
            taken = talk.counted()[0]
            talk.ask()
            waiting += 1
            now = talk.counted()[0]
            assert now in (taken, taken - 1)
            if now < taken:  # it had not been sent
                assert before.survey[0].state == "asked"
                model["asked"] -= 1
                put, last_put, score = False, None, None
        elif step == "rest" and is_due():
            talk.rested()
        elif step == "later" and put and rng.random() < 0.3:
            days = rng.choice([1, 10, 31])
            talk.long_ago(days * DAY)
            last_put += days
        elif step == "die" and leases:
            leases.popitem()  # its lease is taken below
        elif step == "deliver":
            claimed = talk.claim("agent-9/9", dead="agent-1/1")
            if claimed.status != "granted":
                continue
            leases.clear()
            for out in claimed.outgoing:
                talk.delivered(out.turn_id, "trying", claimed.token)
                talk.delivered(out.turn_id, "done", claimed.token)
            talk.call("RELEASE", token=claimed.token)
        elif step == "claim":
            claimed = talk.claim("agent-1/1", dead="agent-9/9")
            if claimed.status == "granted":
                leases["agent-1/1"] = claimed
        elif step == "commit" and leases:
            _, claimed = leases.popitem()
            name = next(turns)
            known = claimed.survey[0] if claimed.survey else None
            if not claimed.messages and not claimed.ask:
                talk.call("RELEASE", token=claimed.token)
                continue
            if claimed.ask:
                survey, upto = talk.survey("asked", turn_id=name), 0
            else:
                upto = claimed.messages[-1].seq
                asked_before = known is not None and known.state != "due"
                survey = rng.choice([
                    None, talk.survey("due"),
                    talk.survey("scored", answered=True, score=rng.randint(0, 10)),
                    talk.survey("closed", answered=bool(asked_before and known.answered),
                                score=known.score if asked_before else 0),
                    talk.survey("asked", turn_id=name)])
            fields = talk.turn(claimed, name, upto, survey=survey)
            done = [talk.call("COMMIT", check=False, **fields) for _ in range(rng.randint(1, 2))]
            if done[0].type == "ERROR":
                continue
            if upto:
                waiting -= len(claimed.messages)
            if done[0].overtaken or not survey or survey["state"] == "due":
                continue
            open_ = put and known is not None and known.state != "closed"
            if survey["state"] == "asked" and (not put or last_put >= 30):
                assert last_put is None or last_put >= 30, "asked twice"
                put, last_put, score = True, 0, None
                model["asked"] += 1
            elif survey.get("answered") and open_:
                if score is not None:
                    model[("class", score)] -= 1
                score = survey["score"]
                model[("class", score)] += 1
        counted = talk.counted()
        scores = {s: n for (name, s), n in ((k, v) for k, v in model.items() if k != "asked")}
        assert counted == (model["asked"], sum(scores.values()),
                           sum(n for s, n in scores.items() if s >= 9),
                           sum(n for s, n in scores.items() if 7 <= s < 9),
                           sum(n for s, n in scores.items() if s < 7),
                           sum(s * n for s, n in scores.items())), step
    talk.client.close()
