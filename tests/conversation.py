"""The session service for tests: Redis and one or two sessions processes without the rest, and one
person's conversation as gateway and agents drive it."""

import itertools

import most
import stack as stacks

_users = itertools.count(1)

FNV_OFFSET, FNV_PRIME = 2166136261, 16777619


def partition(user):
    """The partition of sessions/keys.h, a second time."""
    value = FNV_OFFSET
    for byte in user.encode():
        value = (value ^ byte) * FNV_PRIME & 0xFFFFFFFF
    return value % 1024


def key(name, user):
    return f"most:{{{partition(user)}}}:{name}" + ("" if name == "ready" else f":{user}")


class Sessions(stacks.Stack):
    """Redis, `sessions` and, with second=True, `sessions-2`, which shares the Redis."""

    def __init__(self, second=False, env=None):
        super().__init__(agents=0, gateway=False, csv=None,
                         env={"LEASE_MS": "1s", "TWILIO_PERSON_MS": "0", **(env or {})})
        self.order = ["redis", "sessions"] + (["sessions-2"] if second else [])

    def _argv(self, name):
        # with everysec Redis answers up to 2 s before it writes, while an fsync is under way: a
        # kill -9 then loses what was acknowledged
        more = ["--appendfsync", "always"] if name == "redis" else []
        return super()._argv(name) + more

    def _env(self, name):
        return {**super()._env(name), "SESSIONS_ENDPOINT": self.endpoint(name)}

    def endpoint(self, service):
        return f"ipc://{self.run}/{service}.sock"

    def conversation(self, user=None, client=None):
        return Conversation(self, user, client)


def two_services():
    """Nothing that they wait for comes by itself while a test runs."""
    return Sessions(second=True, env={"INBOX_MAX": "5", "LEASE_MS": "60s", "TWIML_SETTLE_MS": "30s"})


class Conversation:
    """What gateway and agents may ask about one person. Times are long unless a test is about
    them, so that a slow machine changes nothing."""

    LEASE = 60000

    def __init__(self, stack, user=None, client=None):
        self.stack = stack
        self.user = user or f"user-{next(_users)}"
        self.client = client or stack.client("sessions")
        self.ids = set()

    def call(self, type_, **fields):
        return self.client.call(type_, user_id=self.user, **fields)

    def error(self, type_, **fields):
        """The code of the ERROR that must come."""
        answer = self.call(type_, check=False, **fields)
        assert answer.type == "ERROR", answer
        assert answer.detail
        return answer.code

    def new_id(self):
        """m1, m2 …: the first that was not used."""
        return next(id_ for id_ in (f"m{n}" for n in itertools.count(1)) if id_ not in self.ids)

    def enqueue(self, message_id=None, text=None, **options):
        message_id = message_id or self.new_id()
        self.ids.add(message_id)
        return self.call("ENQUEUE", message_id=message_id, channel="api",
                         text=text if text is not None else f"text of {message_id}", **options)

    def claim(self, holder="agent-1/1", lease_ms=LEASE, **options):
        return self.call("CLAIM", holder=holder, lease_ms=lease_ms, **options)

    def commit(self, claimed, turn, upto=None, context=True, **options):
        return self.call("COMMIT", **self.turn(claimed, turn, upto, context), **options)

    @staticmethod
    def turn(claimed, turn, upto=None, context=True):
        """The fields of a COMMIT that answers what was claimed. context: True for a new one."""
        if context is True:
            turns = claimed.context[0].turns if claimed.context else 0
            context = {"version": 1, "turns": turns + 1, "summary": f"after {turn}"}
        upto = upto or claimed.messages[-1].seq
        return {"token": claimed.token, "context": context or [],
                "reply": {"turn_id": turn, "text": f"answer of {turn}", "upto_seq": upto}}

    def read(self, **options):
        return self.call("READ", **options)

    def withdraw(self, message_id, **options):
        return self.call("WITHDRAW", message_id=message_id, **options)

    # ---- the outbox ----

    PLACE = "whatsapp:+14155238886"

    def ask(self, message_id=None, hold_ms=0, **options):
        """A message whose reply goes through the outbox."""
        return self.enqueue(message_id, reply_to=self.PLACE, hold_ms=hold_ms, **options)

    def answered(self, turn, hold_ms=0, count=1):
        """A reply in the outbox: asked and answered."""
        for _ in range(count):
            self.ask(hold_ms=hold_ms)
        return self.commit(self.claim(), turn)

    def take(self, turn, **options):
        return self.call("TAKE", turn_id=turn, **options)

    def forgo(self, message_id):
        return self.call("FORGO", message_id=message_id).count

    def delivered(self, turn, state, token=0, **options):
        return self.call("DELIVERED", turn_id=turn, state=state, token=token, **options)

    def status(self, sid, status, code=0, **options):
        return self.call("STATUS", sid=sid, status=status, code=code, **options).count

    def offered(self, holder="agent-1/1", **options):
        """The token of a lease, and what it is told to deliver: (turn, state) each."""
        claimed = self.claim(holder, **options)
        return claimed.token, [(o.turn_id, o.state) for o in claimed.outgoing]

    def send(self, turn, *sids):
        """An answer goes out, all of it, a part each."""
        self.answered(turn)
        token, _ = self.offered()
        for n, sid in enumerate(sids):
            self.delivered(turn, "trying", token)
            self.delivered(turn, "done" if n == len(sids) - 1 else "sent", token,
                           parts_sent=n + 1, sid=sid)
        self.call("RELEASE", token=token)

    def stored(self, turn):
        """The state of an entry as it is in Redis; None when it is gone."""
        with self.stack.redis() as redis:
            return redis.hget(key("outgoing", self.user), f"state {turn}")

    def comes(self, turn):
        """Turns the clock of an entry: what it waits for has come."""
        with self.stack.redis() as redis:
            assert redis.hexists(key("outgoing", self.user), f"at {turn}")
            redis.hset(key("outgoing", self.user), f"at {turn}", 1)

    def order(self):
        """The replies that wait, as they are to go out."""
        with self.stack.redis() as redis:
            return redis.lrange(key("outbox", self.user), 0, -1)

    def park(self, turn):
        token, _ = self.offered()
        self.delivered(turn, "trying", token)
        self.delivered(turn, "parked", token, code=63016)
        self.call("RELEASE", token=token)

    def everything(self):
        """All that is stored of them."""
        with self.stack.redis() as redis:
            redis.get_encoder().encoding_errors = "surrogateescape"
            tag = f"most:{{{partition(self.user)}}}:"
            return ([redis.dump(tag + f"{name}:{self.user}")
                     for name in ("state", "inbox", "targets", "outbox", "outgoing", "context")],
                    redis.zscore(tag + "ready", self.user),
                    sorted(redis.scan_iter(tag + f"sid:{len(self.user)}:{self.user}:*")))

    def refused(self, type_, **fields):
        """The code of the ERROR, which must have changed nothing."""
        before = self.everything()
        code = self.error(type_, **fields)
        assert self.everything() == before
        return code

    def clock(self):
        """Redis's, in ms."""
        with self.stack.redis() as redis:
            seconds, us = redis.time()
            return seconds * 1000 + us // 1000

    def due(self):
        """When by that clock the sweeper looks at this user; None: never."""
        with self.stack.redis() as redis:
            return redis.zscore(key("ready", self.user), self.user)

    def looked_at(self):
        """In how many ms that is."""
        due = self.due()
        return due and due - self.clock()

    def due_now(self):
        """Turns the sweeper's clock: what waits for this user is due."""
        with self.stack.redis() as redis:
            assert redis.zadd(key("ready", self.user), {self.user: 1}, xx=True, ch=True)

    def lease_ends(self):
        """Turns the clock of the lease."""
        with self.stack.redis() as redis:
            redis.hset(key("state", self.user), "until", 1)


class Model:
    """What the service should answer, in plain Python; time stands still unless a step moves it."""

    def __init__(self):
        self.seq = self.token = self.told = 0
        self.holder, self.live = "", False
        self.inbox, self.seen, self.replies = [], {}, []
        self.context, self.turn = None, None

    def enqueue(self, id_):
        if id_ in self.seen:
            seq = self.seen[id_]
            return seq, True, next((t for a, b, t in self.replies if a <= seq <= b), None)
        if len(self.inbox) == 5:
            return "busy"
        self.seq += 1
        self.inbox.append((self.seq, id_))
        self.seen[id_] = self.seq
        return self.seq, False, None

    def withdraw(self, id_):
        if id_ not in self.seen:
            return 0
        seq = self.seen[id_]
        if (seq, id_) not in self.inbox or (self.holder and seq <= self.told):
            return "claimed"
        self.inbox.remove((seq, id_))
        del self.seen[id_]
        return 1

    def claim(self, asker, dead, token):
        """None where a new token must come: the caller tells it with `granted`."""
        if token and (token != self.token or asker != self.holder):
            return "stale_token"
        if self.live and self.holder not in ("", asker, dead):
            return "busy"
        if not self.inbox and not token:
            return "empty"
        if self.holder == asker:
            self.granted(asker, self.token)
        return "granted"

    def granted(self, asker, token):
        self.holder, self.token, self.live = asker, token, True
        self.told = self.inbox[-1][0]

    def commit(self, token, turn, upto, context):
        if turn == self.turn:
            return len(self.inbox)
        if token != self.token or not self.holder:
            return "stale_token"
        if not self.inbox or not self.inbox[0][0] <= upto <= self.told:
            return "invalid"
        self.replies.append((self.inbox[0][0], upto, turn))
        self.inbox = [m for m in self.inbox if m[0] > upto]
        self.context, self.turn, self.holder, self.live = context, turn, "", False
        return len(self.inbox)

    def give_back(self, token):
        if token != self.token:
            return "stale_token"
        self.holder, self.live = "", False
        return "OK"

    def renew(self, token):
        if token != self.token or not self.holder:
            return "stale_token"
        self.live = True
        return "OK"

    def reset(self):
        had, self.context = self.context, None
        self.holder, self.live = "", False
        return int(had is not None)


def sweep(client, users, maximum=1000):
    """Sweeps every partition at least once; the told of `users`, with repetitions."""
    told = []
    for _ in range(5):
        told += [u.user_id for u in client.call("SWEEP", max=maximum).users]
    return sorted(u for u in told if u in users)


def answered_by(client, ids, timeout=most.PATIENCE):
    """The final answers to several requests, by id, in whatever order they come."""
    left = most.deadline(timeout)
    found = {}
    while len(found) < len(ids):
        message = client.recv(left(f"{len(found)} of {len(ids)} answers came"))
        if message.id in ids:
            found[message.id] = message
    return found
