"""The session service on a real Redis Cluster: routing, moving slots, and masters that die."""

import pytest

import most
from conversation import answered_by, key, sweep
from redis_servers import SLOTS, ClusterSessions, Servers, Writers, crc16, slot_of

ENQUEUE = dict(channel="api", text="x")
RECORD = {"turn_id": "t1", "user": "a", "received_ms": 1, "claimed_ms": 2, "waiting_us": 1,
          "outcome": "answered"}


@pytest.fixture(scope="module")
def service():
    """redis-4 is a replica of redis-1, redis-5 a master that serves nothing yet."""
    with ClusterSessions(replicas=1, spare=1) as made:
        yield made


@pytest.fixture
def failing():
    """redis-1 has a replica, redis-4."""
    with ClusterSessions(replicas=1, timeout_ms=1000) as made:
        yield made


def person_of(service, master):
    """A conversation whose slot that master has."""
    while True:
        talk = service.conversation()
        if service.owner(slot_of(talk.user)) == master:
            return talk
        talk.client.close()


def status(service):
    told = service.status("sessions")[0]
    return told.ready, told.missing


# ---- who serves what ----

def test_every_key_is_asked_of_its_master(service):
    """Conversations in all partitions of the cluster, the log of turns, budgets, and what walks
    through everybody."""
    talks = [service.conversation() for _ in range(60)]
    for talk in talks:
        talk.enqueue()
    by_master = {name: 0 for name in service.masters}
    for talk in talks:
        name = service.owner(slot_of(talk.user))
        by_master[name] += 1
        assert service.ask(name, "EXISTS", key("inbox", talk.user)) == 1
    assert all(by_master.values()), by_master
    with service.client("sessions") as client:
        for talk in talks:
            with service.at(service.owner(slot_of(talk.user))) as server:
                server.zadd(key("ready", talk.user), {talk.user: 1}, xx=True)
        users = [talk.user for talk in talks]
        assert sweep(client, users) == sorted(users)
        for talk in talks:
            talk.commit(talk.claim(), f"t-{talk.user}", tokens=7, calls=1)
            assert talk.read().context[0].turns == 1
            talk.client.close()
        # the day's sum is another master's than the person's, and is told as it was seen last
        most.eventually(lambda: client.call("GET_BUDGET", user_id=users[0]).day_tokens
                        == 7 * len(users))
        assert client.call("GET_BUDGET", user_id=users[0]).person_tokens == 7
    # once the map was known nobody was asked in vain
    assert service.redirects("moved", "ask", "tryagain", "clusterdown") == 0
    assert service.count("sessions", "mostrador_redis_connections") == 3


def test_no_script_touches_two_slots(service):
    """Whatever may be asked, nodes say nothing of keys in several slots or at another node."""
    talk = service.conversation()
    with talk.client:
        talk.answered("t1")
        token, _ = talk.offered()
        whose, reply = {"user_id": talk.user}, {"user_id": talk.user, "turn_id": "t1"}
        known = {"name": "ana", "password": "a long pass phrase"}
        asked = [
            ("FORGO", {**whose, "message_id": "m1"}), ("TAKE", reply),
            ("RENEW", {**whose, "token": token, "lease_ms": 1000}),
            ("DELIVERED", {**reply, "token": token, "state": "trying"}),
            ("STATUS", {**whose, "sid": "SM1", "status": "failed", "code": 63016}),
            ("WITHDRAW", {**whose, "message_id": "m1"}), ("RELEASE", {**whose, "token": token}),
            ("RESET", whose), ("EXPORT", whose), ("GET_BUDGET", whose),
            ("LOG_TURN", {**whose, "record": RECORD}), ("LIST_TURNS", {"limit": 5}),
            ("GET_LATENCY", {}), ("GET_NUMBERS", {"days": 3}), ("SURVEYS", {"since_day": 1, "until_day": 2}), ("SWEEP", {"max": 5}),
            ("LIST_PEOPLE", {"limit": 5}), ("GET_CHANGES", {}),
            ("PACE", {"address": "a", "wanted": 1}), ("PUT_USER", {**known, "role": "owner"}),
            ("SIGN_IN", known), ("LIST_USERS", {}), ("DROP_USER", {"name": "ana"}),
            ("RAISE_ALERT", {"key": "k", "alert": {"id": "1", "kind": "test", "at_ms": 1}}),
            ("TAKE_ALERTS", {"lease_ms": 1000, "max": 5}),
            ("SETTLE_ALERT", {"alert_id": "1", "tries": 1}),
            ("TAKE_OVER", {**whose, "by": "Ana"}), ("GET_SAID", whose),
            ("SAY", {**whose, "say_id": "c1", "turn_id": "say-1", "text": "hola"}),
            ("GIVE_BACK", {**whose, "note": "ya"}), ("LIST_DESK", {"limit": 5}), ("ERASE", whose)]
        for type_, fields in asked:
            answer = talk.client.call(type_, check=False, **fields)
            if answer.type == "ERROR":  # refused by what is stored, not for how it was asked
                assert answer.code in ("claimed", "stale_token", "conflict", "not_found"), (
                    type_, answer)
    assert "event=redis_error" not in service.log("sessions")


def test_a_key_is_in_the_slot_that_redis_says(service):
    """The tests' own reckoning, which says where conversations are, is Redis'."""
    for tag in ("foo", "turns", "budget", "0", "1023", "a:b"):
        assert service.ask("redis-1", "CLUSTER", "KEYSLOT", f"most:{{{tag}}}:x") == crc16(tag) % SLOTS


# ---- slots that move ----

def test_a_slot_in_the_middle_of_its_move_is_waited_for(service):
    """Half of a person's keys are at the old master, half at the new one: neither can serve them.
    Everybody else is served meanwhile."""
    talk, other = person_of(service, "redis-1"), person_of(service, "redis-1")
    slot = slot_of(talk.user)
    with talk.client, other.client:
        talk.enqueue()
        service.begin_move(slot, "redis-1", "redis-2")
        keys = service.ask("redis-1", "CLUSTER", "GETKEYSINSLOT", slot, 100)
        service.move_keys(slot, "redis-1", "redis-2", keys[::2])
        before = service.redirects("tryagain")
        ids = [talk.client.send("ENQUEUE", user_id=talk.user, message_id=f"n{n}", left_ms=20000,
                                **ENQUEUE) for n in range(5)]
        most.eventually(lambda: service.redirects("tryagain") >= before + 25)  # five times each
        assert other.enqueue().seq == 1
        assert talk.client.quiet(0.05)
        service.move_keys(slot, "redis-1", "redis-2")
        service.end_move(slot, "redis-2")
        # this one could be served at once, but those before it wait for a moment still
        ids.append(talk.client.send("ENQUEUE", user_id=talk.user, message_id="n5", left_ms=20000,
                                    **ENQUEUE))
        answers = answered_by(talk.client, set(ids))
        assert [answers[i].seq for i in ids] == [2, 3, 4, 5, 6, 7]  # in the order they came
        assert talk.read().waiting == 7
        assert service.owner(slot, "redis-1") == "redis-2"


def test_a_key_that_has_gone_ahead_is_asked_for_where_it_is(service):
    """The log of turns is two keys; both have moved, the slot has not: ASK."""
    slot = crc16("turns") % SLOTS
    source = service.owner(slot)
    target = next(name for name in service.masters if name != source)
    talk = service.conversation()
    with talk.client:
        talk.call("LOG_TURN", record=RECORD)
        service.begin_move(slot, source, target)
        service.move_keys(slot, source, target)
        before = service.redirects("ask")
        told = talk.client.call("LIST_TURNS", limit=5).turns
        assert [turn.turn_id for turn in told] == ["t1"]
        assert service.redirects("ask") > before
        service.end_move(slot, target)
        assert len(talk.client.call("LIST_TURNS", limit=5).turns) == 1


def test_resharding_in_mid_traffic_loses_and_doubles_nothing(service):
    """The slots of everybody who writes go round the masters, several times."""
    before = service.redirects("moved", "ask", "tryagain")
    with Writers(service, people=10) as writers:
        for _ in range(3):
            writers.go_on(1)
            for slot in {slot_of(talk.user) for talk in writers.talks}:
                at = service.masters.index(service.owner(slot))
                service.move_slot(slot, service.masters[(at + 1) % 3])
        writers.go_on(1)
    assert service.redirects("moved", "ask", "tryagain") > before
    assert service.count("sessions", "mostrador_redis_switches_total") > 0


def test_a_new_master_takes_slots_and_gives_them_back(service):
    """Nobody has named it before it is named in a MOVED or an ASK."""
    assert "cmdstat_evalsha" not in service.ask("redis-5", "INFO", "COMMANDSTATS")
    with Writers(service, people=6) as writers:
        writers.go_on(1)
        slots = {slot: service.owner(slot) for slot in {slot_of(t.user) for t in writers.talks}}
        for slot in slots:
            service.move_slot(slot, "redis-5")
        writers.go_on(2)
        assert service.ask("redis-5", "INFO", "COMMANDSTATS")["cmdstat_evalsha"]["calls"] > 0
        for slot, before in slots.items():
            service.move_slot(slot, before)
        writers.go_on(1)


def test_a_replica_that_is_promoted_by_hand_is_followed_and_back(service):
    before = len(service.log("sessions"))
    with Writers(service, people=6) as writers:
        writers.go_on(1)
        for one, other in (("redis-4", "redis-1"), ("redis-1", "redis-4")):
            most.eventually(lambda: service.replica_of(one, other))
            service.promote(one)
            writers.go_on(2)
    assert "request_refused" not in service.log("sessions")[before:]


def test_scripts_that_one_master_has_lost_are_loaded_there(service):
    talk = person_of(service, "redis-2")
    with talk.client:
        talk.enqueue()
        service.ask("redis-2", "SCRIPT", "FLUSH")
        assert talk.read().waiting == 1
        assert service.ask("redis-2", "SCRIPT", "LOAD", "return 1")
        service.wait_log("sessions", "redis_scripts_lost")


# ---- masters that die ----

def test_a_replica_takes_the_place_of_a_killed_master(failing):
    """kill -9 of a master in mid-traffic: what it had acknowledged (and told its replica) is there,
    what was under way is done once, and nobody is told that anything failed."""
    talk = person_of(failing, "redis-1")
    with talk.client, Writers(failing, people=10) as writers:
        talk.enqueue("m1")
        writers.go_on(1)
        failing.replicated("redis-1", "redis-4")
        under_way = talk.client.send("ENQUEUE", user_id=talk.user, message_id="m2", left_ms=60000,
                                     **ENQUEUE)
        most.eventually(lambda: failing.blocked("redis-1"))
        failing.kill("redis-1")
        assert talk.client.wait(under_way).seq == 2
        writers.go_on(1)
        assert failing.owner(slot_of(talk.user), "redis-2") == "redis-4"
        most.eventually(lambda: status(failing) == (True, ""))
        # the one of old returns as a replica, and nobody writes to it
        failing.start("redis-1")
        most.eventually(lambda: failing.follows("redis-1", "redis-4"))
        writers.go_on(1)
        assert [m.seq for m in talk.claim().messages] == [1, 2]
    assert failing.count("sessions", "mostrador_redis_switches_total") == 1
    assert failing.count("sessions", "mostrador_redis_resent_total") > 0


def test_a_frozen_master_is_left_and_does_nothing_late(failing):
    """A master hangs with a RESET in its buffer; the replica takes over and does it; then the old one
    wakes up, does it too, and becomes a replica: what it did is gone with its data."""
    talk = person_of(failing, "redis-1")
    with talk.client:
        talk.enqueue()
        talk.commit(talk.claim(), "t1")
        failing.replicated("redis-1", "redis-4")
        failing.freeze("redis-1")
        reset = talk.client.send("RESET", user_id=talk.user, left_ms=60000)
        talk.client.wait(reset)
        talk.enqueue()
        talk.commit(talk.claim(), "t2")
        failing.thaw("redis-1")
        most.eventually(lambda: failing.follows("redis-1", "redis-4"))
        assert talk.read().context[0].summary == "after t2"


def test_without_a_master_for_some_slots_the_others_are_served(failing):
    """redis-2 has no replica. Whoever it served waits, and is told so at the deadline; the service
    says that it is not ready; with redis-2 all goes on."""
    # a cluster that lacks slots serves the others only if it is told to
    for name in failing.servers:
        failing.ask(name, "CONFIG", "SET", "cluster-require-full-coverage", "no")
    served, unserved = person_of(failing, "redis-3"), person_of(failing, "redis-2")
    with served.client, unserved.client:
        unserved.enqueue()
        failing.kill("redis-2")
        most.eventually(lambda: status(failing) == (False, "redis"))
        patient = unserved.client.send("ENQUEUE", user_id=unserved.user, message_id="m2",
                                       left_ms=60000, **ENQUEUE)
        hasty = unserved.client.send("READ", user_id=unserved.user, left_ms=500)
        assert served.enqueue().seq == 1
        refused = unserved.client.wait(hasty, check=False)
        assert (refused.type, refused.code) == ("ERROR", "unavailable")
        failing.start("redis-2")
        assert unserved.client.wait(patient).seq == 2
        most.eventually(lambda: status(failing) == (True, ""))


# ---- what is no cluster ----

def test_a_redis_that_is_no_cluster_is_said_once():
    service = Servers(["redis-1"])
    service.env["REDIS_URL"] = f"redis+cluster://127.0.0.1:{service.ports['redis-1']}"
    try:
        service.start("redis-1")
        service.start("sessions", wait=False)
        service.wait_log("sessions", "redis_slots_unread.*cluster support disabled")
        assert status(service) == (False, "redis")
        asked = "mostrador_redis_seconds_count"
        most.eventually(lambda: service.count("sessions", asked) >= 5)
        assert service.log("sessions").count("redis_slots_unread") == 1
    finally:
        service.stop()
