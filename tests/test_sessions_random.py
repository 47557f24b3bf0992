"""The session service against a model of it in plain Python: random operations on the inboxes,
leases and outboxes of two people, through two processes at once."""

import itertools
import random

import pytest

from conversation import Model, Sessions, key

MINUTE = 60000
OUTSIDE, OPTED_OUT = 63016, 21610
RANKS = {"queued": 2, "sending": 3, "sent": 4, "delivered": 5, "undelivered": 7, "failed": 7}
KEPT = 4
EVERYWHERE = [
    "granted", "busy", "empty", "stale_token", "TAKE OK", "TAKE claimed", "FORGO 1", "trying OK",
    "sent OK", "done OK", "again OK", "unsure OK", "parked OK", "failed OK", "offered unsure",
    "offered due", "claimed", "invalid", "left", "returned", "silent", "dropped by leaving",
    "dropped by a COMMIT", "dropped after a try", "STATUS news", "STATUS no news", "put back",
    "put back when tried", "put back in time", "not put back", "next part", "refused by STATUS"]


@pytest.fixture(scope="module")
def service():
    with Sessions(second=True, env={"INBOX_MAX": "5", "LEASE_MS": "60s",
                                    "TWIML_SETTLE_MS": "30s"}) as made:
        yield made


class Entry:
    def __init__(self, turn, holds, state="held"):
        self.turn, self.holds, self.state = turn, holds, state
        self.open = not any(holds.values())
        self.tries = self.parts = self.attempts = self.token = self.seq = 0
        self.since = self.last = False
        self.back = self.order = None


class Outbox(Model):
    """The model with an outbox: a hold or a pause is for ever, unless a step ends it."""

    def __init__(self):
        super().__init__()
        self.targets, self.outbox, self.left = {}, [], None
        self.sids, self.kept, self.kept_count = {}, {}, 0
        self.done = {}  # what happened, how often

    def note(self, word):
        self.done[word] = self.done.get(word, 0) + 1

    # ---- looking ----

    def opens(self, entry):
        return entry.state != "parked" and (entry.state == "trying" or entry.open)

    def deliverable(self, own=0):
        return list(itertools.takewhile(
            lambda e: self.opens(e) and not (own and e.state == "trying" and e.token == own),
            self.outbox))[:8]

    def find(self, turn):
        return next((e for e in self.outbox if e.turn == turn), None)

    # ---- messages ----

    def leave(self, first):
        self.left = first
        dropped = [e for e in self.outbox if e.state in ("held", "due", "parked")]
        self.outbox = [e for e in self.outbox if e not in dropped]
        for entry in self.outbox:
            entry.last = True
        return len(dropped)

    def ask(self, id_, held, opt="", silent=False):
        if id_ in self.seen:
            seq = self.seen[id_]
            return (-seq, True, None) if seq < 0 else self.enqueue(id_)
        if opt == "out":
            self.note("left")
            if self.leave(self.seq + 1):
                self.note("dropped by leaving")
        elif opt == "in":
            self.note("returned" if self.left else "in")
            self.left = None
        for entry in self.outbox:
            if entry.state == "parked":
                entry.state, entry.open = "due", True
        if silent:
            self.note("silent")
            self.seq += 1
            self.seen[id_] = -self.seq
            return self.seq, False, None
        got = self.enqueue(id_)
        if got != "busy":
            self.targets[self.seq] = held
        return got

    def withdraw(self, id_):
        seq = self.seen.get(id_)
        got = super().withdraw(id_)
        if got == 1:
            self.targets.pop(seq, None)
        return got

    def claim(self, asker, dead, token):
        offered = self.deliverable(token)
        if token and (token != self.token or asker != self.holder):
            return "stale_token", None
        if self.live and self.holder not in ("", asker, dead):
            return "busy", None
        if not self.inbox and not offered and not token:
            return "empty", None
        if self.holder != asker:
            self.told = 0
        return "granted", offered

    def granted(self, asker, token, offered=()):
        self.holder, self.token, self.live = asker, token, True
        self.told = max([self.told] + [seq for seq, _ in self.inbox])
        for entry in offered:
            entry.token = token
            if entry.state in ("taken", "trying"):
                entry.state, entry.open = "unsure", True

    def commit(self, token, turn, upto, context):
        if turn == self.turn or self.find(turn):
            return len(self.inbox) + len(self.deliverable())
        answered = [seq for seq, _ in self.inbox if seq <= upto]
        got = super().commit(token, turn, upto, context)
        if isinstance(got, str):
            return got
        holds = {seq: self.targets.pop(seq) for seq in answered if seq in self.targets}
        if holds and self.left and max(holds) < self.left:
            self.note("dropped by a COMMIT")
        elif holds:
            self.outbox.append(Entry(turn, holds))
        return got + len(self.deliverable())

    # ---- replies ----

    def take(self, turn):
        entry = self.find(turn)
        if not entry or entry.state != "held" or entry is not self.outbox[0] or (
                entry.token and entry.token == self.token and self.live):
            return "claimed"
        entry.state, entry.open, entry.since, entry.seq = "taken", False, True, self.seq
        return "OK"

    def forgo(self, id_):
        seq = self.seen.get(id_)
        if seq in self.targets:
            held, self.targets[seq] = self.targets[seq], False
            return int(held)
        entry = next((e for e in self.outbox if e.holds.get(seq) and e.state == "held"), None)
        if not entry:
            return 0
        entry.holds[seq] = False
        entry.open = not any(entry.holds.values())
        return 1

    def delivered(self, turn, token, what, parts, later, code, sid):
        if token and (token != self.token or not self.holder):
            return "stale_token"
        entry = self.find(turn)
        if entry and not token:
            if what == "again" and entry.state == "due" and not entry.tries:
                return 0
            if entry.state != "taken" and (entry.state != "unsure" or entry.tries):
                return "claimed"
        elif token and (entry and entry.state == "taken" or not entry and what == "trying"):
            return "claimed"
        said = dict(self.sids.get(sid, {"turn": None, "rank": 0, "code": 0}))
        if sid:
            self.sids[sid] = {"rank": -1, "code": 0, **self.sids.get(sid, {}),
                              "turn": turn, "part": parts, **({"seq": entry.seq} if entry else {})}
        if not entry:
            return 0
        if what == "trying":
            return self.trying(entry, token)
        out = what in ("sent", "done")
        if out and said["turn"] and entry.back == -1:
            return 0
        return self.ended(entry, token, what, parts, later, code, sid, said)

    def trying(self, entry, token):
        if entry.state == "trying" and entry.token == token:
            return entry.tries
        if entry is not self.outbox[0]:
            return "invalid"
        if entry.last or (entry.state == "held" and not entry.open):
            return "claimed"
        entry.state, entry.token, entry.since, entry.seq = "trying", token, True, self.seq
        entry.tries += 1
        entry.attempts += 1
        return entry.tries

    def ended(self, entry, token, what, parts, later, code, sid, said):
        out = what in ("sent", "done")
        moved = said["rank"] > RANKS["sending"]
        tried = entry.state in ("trying", "unsure")
        wrote = tried and self.seq > entry.seq
        back = entry.back if entry.back != -1 else None
        if out and moved and said["code"] == OUTSIDE:
            back = parts - 1 if back is None else min(back, parts - 1)
        if entry.last and (back is not None and out or what in ("sent", "again", "parked")):
            self.note("dropped after a try")
            self.outbox.remove(entry)
            return 1
        if back is not None and (out or what in ("again", "parked")):
            self.note("put back when tried")
            entry.state, entry.open = "due" if self.seq > entry.seq else "parked", True
            entry.since, entry.parts, entry.attempts, entry.back = False, back, 0, -1
            return 0
        left_early = out and moved and said["code"] == OPTED_OUT and self.seq <= entry.seq
        if what in ("done", "failed"):
            if what == "done" and token and sid and entry.back != -1:
                self.kept_count += 1
                self.kept[self.kept_count % KEPT] = (entry, self.kept_count)
            self.outbox.remove(entry)
            refused = what == "failed" and code == OPTED_OUT and not wrote
            if left_early:
                self.note("refused before it was known")
                self.leave(self.seq + 1)
            return 1 + (self.leave(self.seq + 1) if refused else 0)
        if what == "sent" and parts > entry.parts:
            entry.state, entry.open, entry.parts = "due", moved or not later, parts
            entry.attempts, entry.since = 0, False
            if left_early:
                self.note("refused before it was known")
                self.leave(self.seq + 1)
        elif what == "again" and entry.state != "parked":
            entry.state, entry.open, entry.since = "due", not later, False
        elif what == "unsure" and tried:
            entry.state, entry.open = "unsure", not later
        elif what == "parked" and tried:
            entry.state, entry.open, entry.since = "due" if wrote else "parked", True, False
        return 0

    # ---- what the carrier says ----

    def status(self, sid, status, code):
        stored = self.sids.setdefault(sid, {"turn": None, "part": 0, "rank": -1, "code": 0})
        rank = RANKS[status]
        if rank <= stored["rank"]:
            return 0
        stored.update(rank=rank, code=code)
        turn, part = stored["turn"], stored["part"]
        entry = self.find(turn)
        if not turn or part < 1 or rank <= RANKS["sending"]:
            return 1
        if code == OUTSIDE:
            self.put_back(turn, entry, part)
        elif code == OPTED_OUT:
            self.refuse(sid)
        elif entry and entry is self.outbox[0] and entry.state == "due" and not entry.attempts \
                and entry.parts == part and not entry.open:
            entry.open = True
            self.note("next part")
        return 1

    def slot(self, turn):
        return next((s for s, (e, _) in self.kept.items() if e.turn == turn), None)

    def waits(self, entry, part):
        entry.state, entry.open = "due" if self.seq > entry.seq else "parked", True
        entry.since, entry.parts, entry.attempts, entry.back = False, part - 1, 0, -1

    def put_back(self, turn, entry, part):
        if entry and entry.back == -1:
            if entry.state == "parked" and entry.parts >= part:
                entry.parts = part - 1
        elif entry and entry.state in ("due", "parked"):
            self.note("put back in time")
            self.waits(entry, part)
        elif entry:
            entry.back = part - 1 if entry.back is None else min(entry.back, part - 1)
        else:
            self.restore(turn, part)

    def restore(self, turn, part):
        slot = self.slot(turn)
        if slot is None or self.left and self.kept[slot][0].seq < self.left:
            self.note("not put back")
            return
        entry, order = self.kept.pop(slot)
        self.note("put back")
        again = Entry(turn, {})
        again.order, again.seq, again.tries = order, entry.seq, entry.tries + 1
        self.waits(again, part)
        behind = [n for n, e in enumerate(self.outbox) if e.order is None or e.order > order]
        self.outbox.insert(behind[0] if behind else len(self.outbox), again)

    def refuse(self, sid):
        seq = self.sids[sid].get("seq")
        if seq is not None and self.seq <= seq:
            self.note("refused by STATUS")
            self.leave(self.seq + 1)

    def comes(self, chance):
        """Time passes for one entry that waits for it."""
        entry = chance.choice(self.outbox) if self.outbox else None
        if not entry or entry.open or entry.state not in ("held", "due", "taken", "unsure"):
            return None
        entry.open = True
        entry.holds = dict.fromkeys(entry.holds, False)
        return entry.turn


class Run:
    """One person's operations; what comes back must be what the model says."""

    WEIGHTS = {"ask": 8, "claim": 6, "news": 3, "commit": 6, "take": 4, "forgo": 3, "delivered": 12,
               "status": 4, "sending": 4, "time": 1, "comes": 3, "release": 1, "reset": 1,
               "withdraw": 1}

    def __init__(self, talk, chance, done):
        self.talk, self.chance = talk, chance
        self.model = Outbox()
        self.model.done = done
        self.tokens, self.turns, self.sids = [1], ["none"], ["SM0"]
        self.step = 0

    def note(self, word):
        self.model.note(word)

    def go(self, step):
        self.step = step
        what = self.chance.choices(list(self.WEIGHTS), self.WEIGHTS.values())[0]
        getattr(self, what)()

    def token(self):
        return self.tokens[-1] if self.chance.random() < 0.9 else self.chance.choice(self.tokens)

    def some_turn(self):
        outbox = self.model.outbox
        return outbox[0].turn if outbox and self.chance.random() < 0.7 \
            else self.chance.choice(self.turns[-6:])

    def some_id(self):
        return f"m{max(0, self.model.seq + self.chance.randint(-4, 3))}"

    def same(self, got, expected):
        result = got.code if got.type == "ERROR" else (
            got.waiting if got.type == "COMMITTED" else got.count)
        if got.type == "ERROR":
            self.note(got.code)
        assert result == expected, self.step

    # ---- the operations ----

    def ask(self):
        held = self.chance.random() < 0.6
        opt = self.chance.choices(["", "out", "in"], [12, 1, 1])[0]
        silent = self.chance.random() < 0.06
        id_ = self.some_id()
        got = self.talk.ask(id_, hold_ms=MINUTE if held else 0, opt=opt, silent=silent, check=False)
        expected = self.model.ask(id_, held, opt, silent)
        if expected == "busy" or expected[2] is None and got.type == "ERROR":
            assert got.code == (expected if expected == "busy" else "invalid"), self.step
        else:
            reply = got.reply[0].turn_id if got.reply else None
            assert (got.seq, got.duplicate, reply) == expected, self.step

    def claim(self, news=False):
        model, chance = self.model, self.chance
        holder = f"agent-{chance.randint(1, 2)}/1"
        if news and chance.random() < 0.8 and model.holder:
            holder = model.holder
        dead = chance.choice(["", f"agent-{chance.randint(1, 2)}/1"])
        asked = self.token() if news else 0
        got = self.talk.claim(holder, dead=dead, token=asked, check=False)
        status, offered = model.claim(holder, dead, asked)
        assert (got.code if got.type == "ERROR" else got.status) == status, self.step
        self.note(status)
        if status == "granted":
            assert [(m.seq, m.message_id) for m in got.messages] == model.inbox, self.step
            told = [(e.turn, "due" if e.state in ("held", "due") else "unsure", e.parts, e.attempts,
                     e.since) for e in offered]
            assert [(o.turn_id, o.state, o.parts_sent, o.attempts, o.since_ms > 0)
                    for o in got.outgoing] == told, self.step
            for entry in told:
                self.note(f"offered {entry[1]}")
            model.granted(holder, got.token, offered)
            self.tokens.append(got.token)

    def news(self):
        self.claim(news=True)

    def commit(self):
        new = self.turns[-1] if self.chance.random() < 0.1 else f"t{self.step}"
        inbox = self.model.inbox
        first = inbox and self.chance.random() < 0.4  # what has come since waits
        upto, token = (inbox[0][0] if first else self.model.told or 1), self.token()
        got = self.talk.call("COMMIT", check=False, token=token,
                             reply={"turn_id": new, "text": "x", "upto_seq": upto})
        self.same(got, self.model.commit(token, new, upto, None))
        if got.type == "COMMITTED":
            self.turns.append(new)

    def take(self):
        turn = self.some_turn()
        got = self.talk.call("TAKE", turn_id=turn, check=False)
        result = got.code if got.type == "ERROR" else "OK"
        assert result == self.model.take(turn), self.step
        self.note(f"TAKE {result}")

    def forgo(self):
        id_ = self.some_id()
        got = self.talk.forgo(id_)
        assert got == self.model.forgo(id_), self.step
        self.note(f"FORGO {got}")

    def delivered(self, state=None):
        chance, turn, token = self.chance, self.some_turn(), self.token()
        if not state and chance.random() < 0.12:
            token, state = 0, chance.choice(["done", "again"])
        state = state or chance.choice(["trying"] * 6 + ["done", "sent", "again", "unsure", "parked",
                                                         "failed"])
        later = chance.random() < (0.6 if state == "sent" else 0.3)
        parts, code = chance.randint(1, 3), chance.choice([0, 0, OUTSIDE, OPTED_OUT])
        sid = ""
        if state in ("sent", "done") and chance.random() < 0.9:
            sid = f"SM{self.step}" if chance.random() < 0.9 else chance.choice(self.sids[-5:])
            self.sids.append(sid)
        got = self.talk.call("DELIVERED", turn_id=turn, token=token, state=state, parts_sent=parts,
                             code=code, retry_ms=MINUTE if later else 0, sid=sid, check=False)
        self.same(got, self.model.delivered(turn, token, state, parts, later, code, sid))
        if got.type == "OK":
            self.note(f"{state} OK")

    def sending(self):
        """What happens in a row when nothing goes wrong but at the carrier."""
        self.claim()
        self.delivered("trying")
        if self.chance.random() < 0.3:
            self.ask()
        elif self.chance.random() < 0.4:
            self.status(self.sids[-1])  # of the part before
        self.delivered(self.chance.choice(["sent", "sent", "done", "again"]))
        if self.chance.random() < 0.2:
            self.ask()
        self.status(self.sids[-1])

    def status(self, sid=None):
        chance = self.chance
        sid = sid or (chance.choice(self.sids[-6:]) if chance.random() < 0.9
                      else f"SM{self.step + 1}")
        status = chance.choice(["queued", "sent", "delivered", "undelivered", "failed", "failed"])
        code = chance.choice([OUTSIDE, OUTSIDE, OUTSIDE, OPTED_OUT, OPTED_OUT, 30003, 30003]) \
            if RANKS[status] == RANKS["failed"] else 0
        got = self.talk.status(sid, status, code)
        assert got == self.model.status(sid, status, code), self.step
        self.note("STATUS news" if got else "STATUS no news")

    def time(self):
        if self.model.holder:
            self.talk.lease_ends()
            self.model.live = False
            self.sweepers_clock()

    def comes(self):
        turn = self.model.comes(self.chance)
        if turn:
            self.talk.comes(turn)
            with self.talk.stack.redis() as redis:
                name = key("outgoing", self.talk.user)
                held = redis.hget(name, f"holds {turn}")
                redis.hset(name, f"holds {turn}",
                           " ".join(f"{h.split('=')[0]}=1" for h in held.split()))
            if not self.model.live:
                self.sweepers_clock()

    def release(self):
        token = self.token()
        self.same(self.talk.call("RELEASE", token=token, check=False),
                  0 if self.model.give_back(token) == "OK" else "stale_token")

    def reset(self):
        self.talk.call("RESET")
        self.model.reset()

    def withdraw(self):
        id_ = self.some_id()
        self.same(self.talk.call("WITHDRAW", message_id=id_, check=False), self.model.withdraw(id_))

    # ---- afterwards ----

    def sweepers_clock(self):
        """It goes with the clocks that a step turns."""
        with self.talk.stack.redis() as redis:
            redis.zadd(key("ready", self.talk.user), {self.talk.user: 1}, xx=True)

    def check(self):
        model, talk, step = self.model, self.talk, self.step
        session = talk.read()
        assert (session.waiting, session.leased) == (len(model.inbox), model.live), step
        assert (session.outbox, session.opted_out) == (len(model.outbox), model.left is not None), \
            step
        with talk.stack.redis() as redis:
            assert redis.lrange(key("outbox", talk.user), 0, -1) == [
                e.turn for e in model.outbox], step
            lives = redis.ttl(key("state", talk.user))
        assert [talk.stored(e.turn) for e in model.outbox] == [e.state for e in model.outbox], step
        due = talk.looked_at()
        head = model.outbox[0] if model.outbox else None
        if not model.inbox and not (head and head.state != "parked"):
            assert due is None, step
            if model.left:
                assert lives == -1, step
        elif not model.live and head and model.opens(head):
            assert due <= 2000, step
        else:
            assert due is not None, step


@pytest.mark.parametrize("seed", range(1, 5))
def test_a_model_agrees_with_it(service, seed):
    chance, done = random.Random(seed), {}
    clients = [service.client("sessions"), service.client("sessions-2")]
    runs = [Run(service.conversation(client=clients[0]), chance, done) for _ in range(2)]
    for step in range(3000):
        run = chance.choice(runs)
        run.talk.client = chance.choice(clients)
        run.go(step)
        run.check()
    for client in clients:
        client.close()
    assert [what for what in EVERYWHERE if not done.get(what)] == [], done
