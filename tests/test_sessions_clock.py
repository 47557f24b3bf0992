"""The clock of Redis is set back, or a failover leads to a master whose clock is behind: what was
planned by the old one does not wait for as much longer."""

import pytest

import most
import preload
from conversation import Sessions, key

LEASE_MS = 1500
HOUR_S = 3600


class Misled(Sessions):
    """A session service whose Redis can be told another time."""

    def __init__(self):
        super().__init__(second=True, env={"LEASE_MS": f"{LEASE_MS}ms", "TWIML_SETTLE_MS": "2s"})
        self.world = preload.Preload(self.dir)

    def _env(self, name):
        return {**super()._env(name), **(self.world.env(name) if name == "redis" else {})}

    def sweep(self, service="sessions"):
        """All partitions once; who is told."""
        with self.client(service) as client:
            return {user.user_id for _ in range(4) for user in client.call("SWEEP", max=1000).users}


@pytest.fixture
def service():
    with Misled() as made:
        yield made


def set_back(service, users, seconds=HOUR_S):
    """After the sweeper has looked once, as it does all the time."""
    service.sweep()
    with service.redis() as redis:
        assert all(redis.get(key("clock", user).rpartition(":")[0]) for user in users)
    service.world.tell("redis", clock=-seconds)


def test_a_lease_ends_after_one_more_at_the_latest(service):
    """Whose agent died as the clock was set back: without an hour of waiting the sweeper tells of it,
    and another agent gets it."""
    talk = service.conversation()
    with talk.client:
        talk.enqueue()
        dead = talk.claim("agent-1/1", lease_ms=LEASE_MS)
        set_back(service, [talk.user])
        with service.redis() as redis:
            most.eventually(lambda: talk.user in service.sweep())
            assert float(redis.hget(key("state", talk.user), "until")) <= unix_ms(redis) + LEASE_MS
        assert talk.claim("agent-2/1").status == "granted"
        assert talk.error("COMMIT", **talk.turn(dead, "t1")) == "stale_token"
        assert service.count("sessions", "mostrador_redis_clock_set_back_total") == 1
        service.wait_log("sessions", "event=redis_clock_set_back .*ms=3[56][0-9]{5}")


def unix_ms(redis):
    seconds, us = redis.time()
    return seconds * 1000 + us / 1000


def test_an_agent_that_lives_keeps_its_lease(service):
    talk = service.conversation()
    with talk.client:
        talk.enqueue()
        claimed = talk.claim("agent-1/1", lease_ms=600000)
        set_back(service, [talk.user])
        service.sweep()
        assert talk.call("RENEW", token=claimed.token, lease_ms=600000).type == "OK"
        assert talk.claim("agent-2/1").status == "busy"
        assert talk.commit(claimed, "t1").waiting == 0


def test_what_was_to_be_sent_is_not_sent_an_hour_later(service):
    """One that is to be tried again, and one that a gateway took and said nothing of."""
    later, taken = service.conversation(), service.conversation()
    with later.client, taken.client:
        later.answered("t1")
        token, _ = later.offered(lease_ms=LEASE_MS)
        later.delivered("t1", "trying", token)
        later.delivered("t1", "again", token, retry_ms=2000, nth=1)
        later.call("RELEASE", token=token)
        taken.answered("t2", hold_ms=30000)
        taken.take("t2")
        set_back(service, [later.user, taken.user])
        found = set()
        most.eventually(lambda: found.update(service.sweep()) or {later.user, taken.user} <= found)
        assert later.offered(lease_ms=LEASE_MS)[1] == [("t1", "due")]
        with service.redis() as redis:
            since = float(redis.hget(key("outgoing", taken.user), "since t2"))
            assert since <= unix_ms(redis), "it would be looked for among what was sent after that"
        assert taken.offered(lease_ms=LEASE_MS)[1] == [("t2", "unsure")]


def test_it_is_moved_once_whoever_looks(service):
    """By two session services, in whatever order: a retry that is days away stays so."""
    talk = service.conversation()
    with talk.client:
        talk.answered("t1")
        token, _ = talk.offered(lease_ms=LEASE_MS)
        talk.delivered("t1", "trying", token)
        talk.delivered("t1", "again", token, retry_ms=10 * HOUR_S * 1000, nth=1)
        talk.call("RELEASE", token=token)
        with service.redis() as redis:
            planned = float(redis.hget(key("outgoing", talk.user), "at t1"))
            set_back(service, [talk.user])
            for name in ("sessions-2", "sessions", "sessions-2"):
                assert talk.user not in service.sweep(name)
            moved = planned - float(redis.hget(key("outgoing", talk.user), "at t1"))
            assert HOUR_S * 1000 - 120000 < moved <= HOUR_S * 1000
            due = redis.zscore(key("ready", talk.user), talk.user)
            assert due == float(redis.hget(key("outgoing", talk.user), "at t1"))
