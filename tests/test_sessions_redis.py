"""The session service when Redis, or the service itself, is away, slow, full or frozen: nothing is
lost, nothing is done twice, and whoever waits is told in time."""

import itertools
import subprocess
import threading
import time

import pytest
import redis

import most
import stack as stacks
from conversation import Sessions, answered_by, key

ENQUEUE = dict(channel="api", text="x")


@pytest.fixture
def service():
    with Sessions() as made:
        yield made


def ready(service, name="sessions"):
    told = service.status(name)
    return told[0].ready if told else None


def wait_ready(service, expected):
    most.eventually(lambda: ready(service) == expected, what=f"ready is never {expected}")


# ---- recorded before acknowledged ----

def test_what_was_acknowledged_survives_a_kill_of_redis(service):
    """Redis is killed the moment ENQUEUED is there, several times."""
    talk = service.conversation()
    with talk.client:
        for n in range(5):
            assert talk.enqueue(f"m{n}").seq == n + 1
            service.kill("redis")
            service.start("redis")
        claimed = talk.claim()
        assert [m.message_id for m in claimed.messages] == [f"m{n}" for n in range(5)]
        talk.commit(claimed, "t1")
        service.kill("redis")
        service.start("redis")
        assert talk.enqueue("m0").reply[0].turn_id == "t1"
        assert talk.read().context[0].summary == "after t1"


def test_nothing_is_acknowledged_before_redis_has_it(service):
    talk = service.conversation()
    with talk.client:
        service.freeze("redis")
        id_ = talk.client.send("ENQUEUE", user_id=talk.user, message_id="m1", left_ms=60000,
                               **ENQUEUE)
        assert talk.client.quiet(0.3)
        service.thaw("redis")
        assert talk.client.wait(id_).seq == 1
        assert talk.read().waiting == 1


# ---- Redis away ----

def test_without_redis_it_starts_waits_and_says_what_is_missing():
    service = Sessions()
    try:
        service.start("sessions", wait=False)
        most.eventually(lambda: service.status("sessions"))
        status = service.status("sessions")[0]
        assert (status.ready, status.missing) == (False, "redis")
        talk = service.conversation()
        with talk.client:
            patient = talk.client.send("ENQUEUE", user_id=talk.user, message_id="m1",
                                       left_ms=60000, **ENQUEUE)
            started = time.monotonic()
            hasty = talk.client.send("READ", user_id=talk.user, left_ms=700)
            refused = talk.client.wait(hasty, check=False)
            # at its deadline: well before it, it could still have been answered
            assert time.monotonic() - started > 0.5
            assert (refused.type, refused.code) == ("ERROR", "unavailable")
            assert refused.retry_after_ms > 0
            service.start("redis")
            assert talk.client.wait(patient).seq == 1
            wait_ready(service, True)
    finally:
        service.stop()


def test_it_is_not_ready_before_it_knows_which_rules_are_live(service):
    """Regression 8: it said that it was, and refused every claim. In a cluster another master has
    the rules, which may be slower."""
    with service.redis() as store:
        store.set("most:{texts}:rules", "not what the service writes")
        service.kill("sessions")
        service.start("sessions", wait=False)
        service.wait_log("sessions", "texts_unknown.*WRONGTYPE")
        status = service.status("sessions")[0]
        assert (status.ready, status.missing) == (False, "rules")
        talk = service.conversation()
        with talk.client:
            talk.enqueue()
            assert talk.error("CLAIM", holder="agent-1/1", lease_ms=talk.LEASE) == "unavailable"
            store.delete("most:{texts}:rules")
            wait_ready(service, True)
            assert talk.claim().status == "granted"


def test_it_goes_on_by_itself_when_redis_comes_back(service):
    """Redis is killed in mid-traffic: every request is answered, every message recorded once."""
    talks = [service.conversation() for _ in range(8)]
    done, wrong = [], []
    half = threading.Barrier(len(talks) + 1)

    def write(talk):
        try:
            for n in range(1, 81):
                if n == 40:
                    half.wait(30)
                assert talk.enqueue(f"m{n}").seq == n
                if n % 20 == 0:
                    talk.commit(talk.claim(), f"t{n}")
            done.append(talk.user)
        except Exception as error:
            half.abort()
            wrong.append(error)

    threads = [threading.Thread(target=write, args=(t,)) for t in talks]
    for thread in threads:
        thread.start()
    half.wait(30)
    for _ in range(3):
        service.kill("redis")
        service.start("redis")
    for thread in threads:
        thread.join()
    assert not wrong
    assert len(done) == len(talks)
    for talk in talks:
        assert talk.read().context[0].turns == 4
        assert talk.read().waiting == 0
        talk.client.close()


def test_a_frozen_redis_is_noticed_and_nothing_is_done_twice(service):
    talks = [service.conversation() for _ in range(20)]
    with service.client("sessions") as client:
        service.freeze("redis")
        sent = {client.send("ENQUEUE", user_id=t.user, message_id=f"m{n}", left_ms=60000, **ENQUEUE)
                for t in talks for n in range(5)}
        hasty = client.send("READ", user_id="x", left_ms=500)
        assert client.wait(hasty, check=False).code == "unavailable"
        assert "no answer in time" not in service.log("sessions")  # its own deadline came first
        wait_ready(service, False)
        service.wait_log("sessions", "redis_resend")
        service.thaw("redis")
        answers = answered_by(client, sent).values()
        assert {a.type for a in answers} == {"ENQUEUED"}
        wait_ready(service, True)
    for talk in talks:
        # in the order they came, too
        assert [(m.seq, m.message_id) for m in talk.claim().messages] == [
            (n + 1, f"m{n}") for n in range(5)]
        talk.client.close()


def test_what_a_given_up_connection_holds_does_not_run_late(service):
    """A frozen Redis has a RESET in its buffer when we give the connection up. Once it runs again
    it must not do that RESET after what came later; the new connection kills the old one first."""
    talk = service.conversation()
    with talk.client:
        talk.enqueue()
        talk.commit(talk.claim(), "t1")
        with service.redis() as store:
            before = {c["id"] for c in store.client_list()}
        service.freeze("redis")
        reset = talk.client.send("RESET", user_id=talk.user, left_ms=60000)
        service.wait_log("sessions", "redis_resend")
        service.thaw("redis")
        talk.client.wait(reset)
        with service.redis() as store:
            calls = store.info("commandstats")
            assert calls["cmdstat_client|kill"]["calls"] >= 1
            assert not before & {c["id"] for c in store.client_list()}
        talk.enqueue()
        talk.commit(talk.claim(), "t2")
        assert talk.read().context[0].summary == "after t2"


def test_lost_scripts_are_loaded_again(service):
    talk = service.conversation()
    with talk.client, service.redis() as store:
        talk.enqueue()
        store.script_flush()
        sent = {talk.client.send("READ", user_id=talk.user, left_ms=5000) for _ in range(50)}
        assert {a.waiting for a in answered_by(talk.client, sent).values()} == {1}
        store.flushall()
        store.script_flush()
        assert talk.enqueue("m1").seq == 1


def test_a_full_redis_refuses_clearly_and_half_does_nothing(service):
    talk = service.conversation()
    with talk.client, service.redis() as store:
        talk.enqueue()
        claimed = talk.claim()
        store.config_set("maxmemory", 1)
        store.config_set("maxmemory-policy", "noeviction")
        before = store.hgetall(key("state", talk.user))
        refused = talk.enqueue("m2", check=False)
        assert (refused.type, refused.code) == ("ERROR", "unavailable")
        assert refused.retry_after_ms > 0
        assert talk.error("COMMIT", **talk.turn(claimed, "t1")) == "unavailable"
        assert talk.read().waiting == 1  # reading goes on
        service.kill("sessions")
        service.start("sessions")  # it is ready: what it has to know it can read
        assert talk.client.call("LIST_TEXTS", document="rules").last == 0
        assert store.hgetall(key("state", talk.user)) == before
        store.config_set("maxmemory", 0)
        assert talk.enqueue("m2").seq == 2
        talk.commit(claimed, "t1")


def test_a_replica_is_not_a_redis_to_write_to(service):
    talk = service.conversation()
    with talk.client, service.redis() as store:
        talk.enqueue()
        store.execute_command("REPLICAOF", "127.0.0.1", "1")
        id_ = talk.client.send("ENQUEUE", user_id=talk.user, message_id="m2", left_ms=60000,
                               **ENQUEUE)
        hasty = talk.client.send("ENQUEUE", user_id=talk.user, message_id="m3", left_ms=400,
                                 **ENQUEUE)
        assert talk.client.wait(hasty, check=False).code == "unavailable"
        store.execute_command("REPLICAOF", "NO", "ONE")
        assert talk.client.wait(id_).seq == 2


def test_what_waits_for_redis_is_bounded():
    service = Sessions(env={"LOG_LEVEL": "error"})
    try:
        service.start("sessions", wait=False)
        most.eventually(lambda: service.status("sessions"))
        # of two askers: what a socket holds for one is bounded too
        with service.client("sessions") as one, service.client("sessions") as two:
            frames = most.encode("READ", {"user_id": "x"})
            ids = {one: set(), two: set()}
            for client in itertools.islice(itertools.cycle((one, two)), 20050):
                id_ = most.new_id()  # REDIS_COMMANDS is 20,000
                ids[client].add(id_)
                client.send_raw([frames[0], most.header("READ", id_, 60000), frames[2]])
            most.eventually(lambda: sum(
                sample.value for sample in service.status("sessions")[0].samples
                if sample.name == "mostrador_redis_refused_total") >= 50)
            service.start("redis")
            found = list(answered_by(one, ids[one]).values())
            found += answered_by(two, ids[two]).values()
        refused = [m for m in found if m.type == "ERROR"]
        assert 50 <= len(refused) <= 60  # the service looks for what is published itself, too
        assert {m.code for m in refused} == {"busy"}
        assert all(m.retry_after_ms > 0 for m in refused)
        assert {m.type for m in found} == {"ERROR", "SESSION"}
    finally:
        service.stop()


# ---- over TCP, with a password ----

def answers(client):
    try:
        return client.ping()
    except redis.exceptions.ConnectionError:
        return False


@pytest.fixture
def tcp_redis(tmp_path):
    port = stacks.free_port()
    child = subprocess.Popen(
        ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--requirepass", "s3cret:@",
         "--save", "", "--dir", str(tmp_path)], stdout=subprocess.DEVNULL)
    with redis.Redis(port=port, password="s3cret:@") as client:
        most.eventually(lambda: answers(client))
    yield port
    child.kill()
    child.wait()


def test_tcp_name_password_and_database(tcp_redis):
    with Sessions(env={"REDIS_URL": f"redis://:s3cret%3A%40@localhost:{tcp_redis}/2"}) as service:
        talk = service.conversation()
        with talk.client:
            talk.enqueue()
            talk.commit(talk.claim(), "t1")
            assert talk.read().context
        assert "s3cret" not in service.log("sessions")


@pytest.mark.parametrize("url, why", [
    ("redis://:wrong@127.0.0.1:{port}", "WRONGPASS"),
    ("redis://127.0.0.1:{port}", "NOAUTH"),
    ("redis://127.0.0.1:1", "refused"),
    ("redis://nowhere.invalid:{port}", "not known"),
])
def test_what_keeps_it_from_redis_is_logged_once(tcp_redis, url, why):
    service = Sessions(env={"REDIS_URL": url.format(port=tcp_redis)})
    try:
        service.start("sessions", wait=False)
        service.wait_log("sessions", f"redis_down.*{why}")
        wait_ready(service, False)
        most.eventually(lambda: service.log("sessions").count(" to=waiting") >= 3)
        assert service.log("sessions").count("redis_down") == 1
    finally:
        service.stop()


@pytest.mark.parametrize("url", ["", "localhost", "redis://:pass@", "unix://", "redis://h:99999"])
def test_a_bad_url_stops_the_start_with_one_line(url):
    with_url = Sessions(env={"REDIS_URL": url})
    done = subprocess.run([str(stacks.BIN / "sessions")], env=with_url._env("sessions"),
                          cwd=with_url.dir, capture_output=True, text=True, timeout=20)
    with_url.stop()
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1 and "REDIS_URL" in done.stderr
    assert "pass" not in done.stderr


# ---- the service away ----

def test_the_service_may_be_killed_at_any_time(service):
    """It remembers nothing: what was asked when it died is asked again and done once."""
    talk = service.conversation()
    with talk.client:
        for turn in range(6):
            sent = {}
            for n in range(30):
                fields = dict(user_id=talk.user, message_id=f"t{turn}-m{n}", **ENQUEUE)
                sent[talk.client.send("ENQUEUE", left_ms=60000, **fields)] = fields
            if turn % 2:
                service.kill("sessions")
                service.start("sessions")
                # what was not answered is sent again, as rpc_client does; copies do no harm
                for id_, fields in sent.items():
                    talk.client.send("ENQUEUE", id=id_, left_ms=60000, attempt=1, **fields)
            answers = answered_by(talk.client, set(sent)).values()
            assert {a.type for a in answers} == {"ENQUEUED"}
            claimed = talk.claim()
            assert [m.seq for m in claimed.messages] == list(range(turn * 30 + 1, turn * 30 + 31))
            talk.commit(claimed, f"t{turn}")
            talk.client.early.clear()
        assert talk.read().context[0].turns == 6


def test_it_ends_in_order_with_requests_under_way(service):
    with service.client("sessions") as client:
        service.freeze("redis")
        ids = {client.send("READ", user_id=f"u{n}", left_ms=60000) for n in range(20)}
        for type_, fields in (("SWEEP", {"max": 10}), ("LIST_DESK", {"limit": 5}),
                              ("LIST_LEADS", {"limit": 5}), ("GET_NUMBERS", {"days": 3}),
                              ("SURVEYS", {"since_day": 1, "until_day": 2})):
            ids.add(client.send(type_, left_ms=60000, **fields))
        most.eventually(lambda: service.status("sessions"))  # all of them have been read
        service.terminate("sessions")
        answers = answered_by(client, ids).values()
        assert {a.code for a in answers} == {"unavailable"}
        service.thaw("redis")


def test_a_frozen_service_does_not_blame_redis(service):
    talk = service.conversation()
    with talk.client:
        talk.enqueue()
        known = len(service.log("sessions"))
        service.freeze("sessions")
        time.sleep(2.5)  # longer than its patience with a silent Redis
        service.thaw("sessions")
        assert talk.read().waiting == 1
        assert "redis_down" not in service.log("sessions")[known:]
