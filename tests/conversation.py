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
        super().__init__(agents=0, gateway=False, csv=None, env={"LEASE_MS": "1s", **(env or {})})
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

    def due_now(self):
        """Turns the sweeper's clock: what waits for this user is due."""
        with self.stack.redis() as redis:
            assert redis.zadd(key("ready", self.user), {self.user: 1}, xx=True, ch=True)

    def lease_ends(self):
        """Turns the clock of the lease."""
        with self.stack.redis() as redis:
            redis.hset(key("state", self.user), "until", 1)


def sweep(client, users, maximum=1000):
    """Sweeps every partition at least once; the told of `users`, with repetitions."""
    told = []
    for _ in range(5):
        told += [u.user_id for u in client.call("SWEEP", max=maximum).users]
    return sorted(u for u in told if u in users)


def answered_by(client, ids, timeout=20):
    """The final answers to several requests, by id, in whatever order they come."""
    left = most.deadline(timeout)
    found = {}
    while len(found) < len(ids):
        message = client.recv(left(f"{len(found)} of {len(ids)} answers came"))
        if message.id in ids:
            found[message.id] = message
    return found
