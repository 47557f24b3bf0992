"""The session service with sentinels: the master dies, hangs, or is another one than was said."""

import socketserver
import threading

import pytest

import most
import stack as stacks
from redis_servers import SentinelSessions, Servers, Writers


ENQUEUE = dict(channel="api", text="x")


@pytest.fixture
def service():
    with SentinelSessions() as made:
        yield made


def status(service):
    told = service.status("sessions")[0]
    return told.ready, told.missing


def switches(service):
    return service.count("sessions", "mostrador_redis_switches_total")


# ---- real sentinels ----

def test_a_killed_master_is_followed_by_its_replica(service):
    """kill -9 in mid-traffic: nothing acknowledged and replicated is lost, nobody is refused, and
    the old master, which comes back and takes itself for one, is not written to."""
    with Writers(service) as writers:
        writers.go_on(1)
        service.replicated("redis-1", "redis-2")
        service.kill("redis-1")
        writers.go_on(1)
        assert service.role("redis-2") == "master"
        assert status(service) == (True, "") and switches(service) == 1
        service.start("redis-1")
        assert service.role("redis-1") == "master"
        writers.go_on(3)
        calls = service.ask("redis-1", "INFO", "COMMANDSTATS")
        assert "cmdstat_evalsha" not in calls
    assert "request_refused" not in service.log("sessions")


def test_a_frozen_master_is_left_and_the_sentinel_listened_to(service):
    """A master hangs while commands are under way: they are done by the next one. The old one wakes
    up, does them too, and is made a replica; what it did is nowhere."""
    with Writers(service, people=4) as writers:
        writers.go_on(1)
        service.replicated("redis-1", "redis-2")
        service.freeze("redis-1")
        service.wait_log("sessions", "sentinel_switched")
        writers.go_on(2)
        service.thaw("redis-1")
        writers.go_on(2)
    assert switches(service) == 1


def test_any_sentinel_will_do(service):
    """The one that is asked dies, then the master: the others know."""
    talk = service.conversation()
    with talk.client:
        talk.enqueue()
        service.kill("sentinel-1")
        service.replicated("redis-1", "redis-2")
        service.kill("redis-1")
        assert talk.enqueue().seq == 2
        assert service.role("redis-2") == "master"


# ---- sentinels that say what they like ----

class FakeSentinel(socketserver.ThreadingTCPServer):
    """Says where the master is, to those who log in."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, login=None):
        self.port = stacks.free_port()
        self.master = None  # port; None: it knows none
        self.login = login
        self.listeners = []
        self.asked = 0
        super().__init__(("127.0.0.1", self.port), Caller)
        self.thread = threading.Thread(target=self.serve_forever)
        self.thread.start()

    def switched(self, port):
        """A failover."""
        old, self.master = self.master, port
        said = f"shop 127.0.0.1 {old} 127.0.0.1 {port}"
        for out in self.listeners:
            out.write(bulks("message", "+switch-master", said))

    def end(self):
        self.shutdown()
        self.server_close()
        self.thread.join()


def bulks(*words):
    return f"*{len(words)}\r\n".encode() + b"".join(
        f"${len(w)}\r\n{w}\r\n".encode() for w in words)


class Caller(socketserver.StreamRequestHandler):
    def handle(self):
        known = self.server.login is None
        while line := self.rfile.readline():
            words = []
            for _ in range(int(line[1:])):
                self.rfile.readline()
                words.append(self.rfile.readline().strip().decode())
            if words[0] == "AUTH":
                known = words[1:] == self.server.login
                self.wfile.write(b"+OK\r\n" if known else b"-WRONGPASS no\r\n")
            elif not known:
                self.wfile.write(b"-NOAUTH Authentication required.\r\n")
            elif words[0] == "SUBSCRIBE":
                self.wfile.write(b"*3\r\n" + bulks(*words)[4:].lower() + b":1\r\n")
                self.server.listeners.append(self.wfile)
            else:
                assert words == ["SENTINEL", "GET-MASTER-ADDR-BY-NAME", "shop"]
                self.server.asked += 1
                at = self.server.master
                self.wfile.write(bulks("127.0.0.1", str(at)) if at else b"*-1\r\n")


@pytest.fixture
def told():
    """Two servers of Redis, and two sentinels of our own."""
    service = Servers(["redis-1", "redis-2"])
    service.fakes = [FakeSentinel(), FakeSentinel(["watch", "p:w@"])]
    service.env["REDIS_URL"] = service.url("redis+sentinel", [fake.port for fake in service.fakes],
                                           "/shop?sentinel=watch:p%3Aw%40")
    service.start("redis-1", "redis-2")
    yield service
    service.stop()
    for fake in service.fakes:
        fake.end()


def test_a_switch_is_followed_at_once(told):
    one, two = told.fakes
    one.login = two.login
    one.master = told.ports["redis-1"]
    told.start("sessions")
    talk = told.conversation()
    with talk.client:
        assert talk.enqueue("m1").seq == 1
        most.eventually(lambda: one.listeners)
        one.master = None  # asked, it would know of none
        one.switched(told.ports["redis-2"])
        told.wait_log("sessions", "sentinel_switched")
        assert talk.enqueue("m1").seq == 1  # a Redis without that message
        assert told.ask("redis-2", "INFO", "KEYSPACE")["db0"]["keys"] > 0
        assert two.asked == 0


def test_who_is_named_must_say_that_it_is_the_master(told):
    """A sentinel goes on naming a replica: the service does not even try to write, and asks the
    next one."""
    one, two = told.fakes
    one.login = two.login
    told.ask("redis-2", "REPLICAOF", "127.0.0.1", told.ports["redis-1"])
    one.master = two.master = told.ports["redis-2"]
    told.start("sessions", wait=False)
    told.wait_log("sessions", "redis_down.*a replica, not the master")
    most.eventually(lambda: two.asked)
    assert status(told) == (False, "redis")
    two.master = told.ports["redis-1"]
    talk = told.conversation()
    with talk.client:
        assert talk.enqueue().seq == 1
    assert "cmdstat_evalsha" not in told.ask("redis-2", "INFO", "COMMANDSTATS")


def test_a_master_without_a_replica_is_waited_for_a_while(told):
    """min-replicas-to-write: as just after a failover, a replica is about to come; then none is."""
    one, two = told.fakes
    one.login = two.login
    one.master = told.ports["redis-1"]
    told.ask("redis-1", "CONFIG", "SET", "min-replicas-to-write", "1")
    told.start("sessions")
    talk = told.conversation()
    with talk.client:
        id_ = talk.client.send("ENQUEUE", user_id=talk.user, message_id="m1", left_ms=60000,
                               **ENQUEUE)
        told.wait_log("sessions", "redis_lone")
        told.ask("redis-2", "REPLICAOF", "127.0.0.1", told.ports["redis-1"])
        assert talk.client.wait(id_).seq == 1
        assert talk.enqueue("m2").seq == 2
        told.kill("redis-2")
        most.eventually(lambda: told.ask("redis-1", "INFO", "REPLICATION")["connected_slaves"] == 0)
        refused = talk.enqueue("m3", check=False)
        assert (refused.type, refused.code) == ("ERROR", "unavailable")
        assert talk.read().waiting == 2


def test_sentinels_that_cannot_tell_are_named_in_the_log_once(told):
    """One does not know the login, one knows no such master."""
    one, two = told.fakes
    one.login = ["somebody", "else"]
    told.start("sessions", wait=False)
    told.wait_log("sessions", f"sentinel_down.*{one.port}.*WRONGPASS")
    told.wait_log("sessions", f"sentinel_down.*{two.port}.*does not know a master")
    assert "p:w@" not in told.log("sessions")
    two.master = told.ports["redis-1"]
    most.eventually(lambda: status(told) == (True, ""))
