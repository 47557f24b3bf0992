"""The session service in front of a Redis Cluster, or of a Redis that sentinels watch: real servers
on unused ports of the loopback; where masters are to die, with patience so short that a failover
takes a second or two.

    with ClusterSessions(masters=3, replicas=1) as service:
        service.move_slot(slot_of(partition("ana")), "redis-2")
        service.kill("redis-1")
"""

import subprocess
import threading
import time
import urllib.parse

import redis

import most
import stack as stacks
from conversation import Sessions, partition

SLOTS = 16384
PASSWORD = "s3cret@"
ACL = most.ROOT / "deploy" / "images" / "redis_commands"


def crc16(text):
    """The CRC of Redis Cluster (XMODEM), a second time."""
    crc = 0
    for byte in text.encode():
        crc ^= byte << 8
        for _ in range(8):
            crc = (crc << 1 ^ 0x1021 if crc & 0x8000 else crc << 1) & 0xFFFF
    return crc


def slot_of(user):
    return crc16(str(partition(user))) % SLOTS


class Servers(Sessions):
    """Sessions with several servers of Redis. The service is the user that it is in containers; the
    tests are the default one, who may do anything."""

    def __init__(self, servers, second=False, env=None):
        super().__init__(second=second, env=env)
        self.servers = servers
        self.rules = subprocess.run([ACL], capture_output=True, text=True, check=True).stdout.split()
        self.ports = {name: stacks.free_port() for name in servers}
        self.order = servers + self.order[1:]
        for name in servers:
            (self.dir / name).mkdir()

    def _argv(self, name):
        if name not in self.ports:
            return super()._argv(name)
        return ["redis-server", "--port", self.ports[name], "--bind", "127.0.0.1", "--dir",
                self.dir / name, "--save", "", "--appendonly", "yes", "--appendfsync", "always",
                "--repl-diskless-sync-delay", "0", "--repl-ping-replica-period", "1",
                "--shutdown-timeout", "0",
                "--user", "mostrador", "on", f">{PASSWORD}", "~most:*", "resetchannels",
                "nocommands", *self.rules]

    def _end(self, process):
        """Servers of Redis are killed: told to end, they may leave a child behind that saves."""
        if process.name in self.ports and process.alive():
            process.kill()
            return None
        return super()._end(process)

    def url(self, scheme, ports, rest=""):
        hosts = ",".join(f"127.0.0.1:{port}" for port in ports)
        return f"{scheme}://mostrador:{urllib.parse.quote(PASSWORD)}@{hosts}{rest}"

    def ready(self, name):
        if name not in self.ports:
            return super().ready(name)
        try:
            with self.at(name) as server:
                return server.ping()
        except (redis.exceptions.RedisError, OSError):
            return False

    def at(self, name):
        """A connection to one server."""
        return redis.Redis(port=self.ports[name], decode_responses=True)

    def ask(self, name, *words):
        with self.at(name) as server:
            return server.execute_command(*words)

    def role(self, name):
        """master or slave."""
        return self.ask(name, "ROLE")[0]

    def follows(self, replica, master=None):
        """True while a replica is in touch with its master, or with that one."""
        role, *more = self.ask(replica, "ROLE")
        return role == "slave" and more[2] == "connected" and (
            master is None or more[1] == self.ports[master])

    def replicated(self, master, replica):
        """Keeps the master from writing for a moment, until its replica has all it has: what
        happens to it then costs nothing that was acknowledged."""
        self.ask(master, "CLIENT", "PAUSE", "2000", "WRITE")
        most.eventually(lambda: self.ask(master, "ROLE")[1] == self.ask(replica, "ROLE")[4],
                        what=f"{replica} never caught up")

    def blocked(self, name):
        """How many clients wait there, as for the end of a pause."""
        with self.at(name) as server:
            return server.info("clients")["blocked_clients"]

    def redirects(self, *kinds, service="sessions"):
        return sum(sample.value for sample in self.status(service)[0].samples
                   if sample.name == "mostrador_redis_redirects_total"
                   and sample.labels in [f'kind="{kind}"' for kind in kinds])


class ClusterSessions(Servers):
    """redis-1 … are masters that share the slots evenly. The servers behind them are replicas of
    redis-1, redis-2 …, and those behind these masters without a slot. A server that is silent for
    timeout_ms is taken for dead by the others: a busy machine may keep one from running for a second."""

    def __init__(self, masters=3, replicas=0, spare=0, timeout_ms=2000, env=None):
        super().__init__([f"redis-{n + 1}" for n in range(masters + replicas + spare)], env=env)
        self.masters = self.servers[:masters]
        self.replicas = dict(zip(self.servers[masters:masters + replicas], self.masters))
        self.timeout_ms = timeout_ms
        self.buses = {name: stacks.free_port() for name in self.servers}
        self.env["REDIS_URL"] = self.url("redis+cluster",
                                         [self.ports[name] for name in self.masters[:2]])

    def _argv(self, name):
        argv = super()._argv(name)
        if name in self.ports:
            argv += ["--cluster-enabled", "yes", "--cluster-port", self.buses[name],
                     "--cluster-node-timeout", self.timeout_ms, "--cluster-replica-validity-factor", "0",
                     # a master that has given its last slot away stays one
                     "--cluster-allow-replica-migration", "no"]
        return argv

    def start(self, *names, wait=True):
        if names:
            return super().start(*names, wait=wait)
        try:
            super().start(*self.servers)
            self._join()
            super().start(*[name for name in self.order if name not in self.ports], wait=wait)
        except BaseException:
            print(self.tails())
            self.stop(check=False)
            raise
        return self

    def _join(self):
        self.ids = {name: self.ask(name, "CLUSTER", "MYID") for name in self.servers}
        for n, name in enumerate(self.servers):
            self.ask(name, "CLUSTER", "SET-CONFIG-EPOCH", n + 1)
            if n:
                self.ask(self.servers[0], "CLUSTER", "MEET", "127.0.0.1", self.ports[name],
                         self.buses[name])
        share = SLOTS / len(self.masters)
        for n, name in enumerate(self.masters):
            self.ask(name, "CLUSTER", "ADDSLOTSRANGE", round(n * share),
                     round((n + 1) * share) - 1)
        for replica, master in self.replicas.items():
            most.eventually(lambda: self._knows(replica, master))
            self.ask(replica, "CLUSTER", "REPLICATE", self.ids[master])
        for name in self.servers:
            most.eventually(lambda: self._settled(name), what=f"{name} never joined")

    def _knows(self, name, other):
        return self.ids[other] in self.ask(name, "CLUSTER", "NODES")

    def replica_of(self, replica, master):
        """True once both know that the one is the other's replica, and is in touch."""
        told = self.ask(master, "CLUSTER", "NODES").splitlines()
        return self.follows(replica, master) and any(
            self.ids[replica] in line and f"slave {self.ids[master]}" in line for line in told)

    def promote(self, replica):
        """CLUSTER FAILOVER. Redis gives it up after 5 s without enough votes, which come no sooner
        than two timeouts after the last ones; then it is asked again."""
        asked = 0

        def promoted():
            nonlocal asked
            if self.role(replica) == "master":
                return True
            if time.monotonic() - asked > 6:
                self.ask(replica, "CLUSTER", "FAILOVER")
                asked = time.monotonic()
            return False

        most.eventually(promoted)

    def _settled(self, name):
        info = self.ask(name, "CLUSTER", "INFO")
        if name in self.replicas and not self.follows(name, self.replicas[name]):
            return False
        return "cluster_state:ok" in info and f"cluster_known_nodes:{len(self.servers)}\r" in info

    # ---- where slots are ----

    def owner(self, slot, told_by=None):
        """The master of a slot, by name."""
        for first, last, master, *_ in self.ask(told_by or self.servers[0], "CLUSTER", "SLOTS"):
            if first <= slot <= last:
                return next(n for n, port in self.ports.items() if port == master[1])
        return None

    def begin_move(self, slot, source, target):
        self.ask(target, "CLUSTER", "SETSLOT", slot, "IMPORTING", self.ids[source])
        self.ask(source, "CLUSTER", "SETSLOT", slot, "MIGRATING", self.ids[target])

    def move_keys(self, slot, source, target, keys=None):
        keys = keys or self.ask(source, "CLUSTER", "GETKEYSINSLOT", slot, 1000)
        if keys:
            self.ask(source, "MIGRATE", "127.0.0.1", self.ports[target], "", 0, 5000, "KEYS",
                     *keys)
        return keys

    def end_move(self, slot, target):
        for name in (target, *[m for m in self.ids if m != target and m not in self.replicas]):
            self.ask(name, "CLUSTER", "SETSLOT", slot, "NODE", self.ids[target])

    def move_slot(self, slot, target):
        """A slot changes its master, keys and all, as `redis-cli --cluster reshard` does it."""
        source = self.owner(slot)
        if source == target:
            return
        self.begin_move(slot, source, target)
        while self.move_keys(slot, source, target):
            pass
        self.end_move(slot, target)


class SentinelSessions(Servers):
    """redis-1 is the master of redis-2 …; three sentinels watch."""

    def __init__(self, replicas=1, sentinels=3, env=None):
        super().__init__([f"redis-{n + 1}" for n in range(1 + replicas)] +
                         [f"sentinel-{n + 1}" for n in range(sentinels)], env=env)
        self.sentinels = [name for name in self.servers if name.startswith("sentinel")]
        self.data = [name for name in self.servers if name.startswith("redis")]
        self.env["REDIS_URL"] = self.url("redis+sentinel",
                                         [self.ports[name] for name in self.sentinels], "/shop")
        for n, name in enumerate(self.sentinels):
            self._configure(n, name)

    def _configure(self, n, name):
        """Each knows all others from the start: to find each other takes them seconds."""
        def me(k):
            return f"{k + 1:040x}"
        lines = [f"port {self.ports[name]}", "bind 127.0.0.1", f"dir {self.dir / name}",
                 f"sentinel myid {me(n)}",
                 f"sentinel monitor shop 127.0.0.1 {self.ports[self.data[0]]} 2",
                 "sentinel down-after-milliseconds shop 400",
                 "sentinel failover-timeout shop 3000"]
        lines += [f"sentinel known-replica shop 127.0.0.1 {self.ports[other]}"
                  for other in self.data[1:]]
        lines += [f"sentinel known-sentinel shop 127.0.0.1 {self.ports[other]} {me(k)}"
                  for k, other in enumerate(self.sentinels) if other != name]
        (self.dir / name / "sentinel.conf").write_text("\n".join(lines) + "\n")

    def _argv(self, name):
        if name in self.sentinels:
            return ["redis-server", self.dir / name / "sentinel.conf", "--sentinel"]
        argv = super()._argv(name)
        if name in self.data[1:]:
            argv += ["--replicaof", "127.0.0.1", self.ports[self.data[0]]]
        return argv

    def ready(self, name):
        if not super().ready(name):
            return False
        return name not in self.data[1:] or self.follows(name)


class Writers:
    """People who write and are answered, each in a thread, while something happens to Redis; what
    was acknowledged is compared afterwards. A request may be slow but never fail."""

    def __init__(self, service, people=8):
        self.service = service
        self.talks = [service.conversation() for _ in range(people)]
        self.rounds = {talk.user: 0 for talk in self.talks}
        self.wrong = []
        self.ending = threading.Event()
        self.threads = [threading.Thread(target=self._write, args=(t,)) for t in self.talks]

    def _write(self, talk):
        try:
            while not self.ending.is_set():
                n = self.rounds[talk.user] + 1
                one = talk.enqueue(f"m{n}-a")
                two = talk.enqueue(f"m{n}-b")
                assert (one.seq, two.seq) == (2 * n - 1, 2 * n), (one, two)
                assert not one.duplicate or one.reply == []
                claimed = talk.claim()
                assert claimed.status == "granted", claimed
                assert [m.message_id for m in claimed.messages] == [f"m{n}-a", f"m{n}-b"]
                assert talk.commit(claimed, f"t{n}").waiting == 0
                self.rounds[talk.user] = n
        except Exception as error:
            self.wrong.append(error)

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def go_on(self, rounds=3):
        """Until everybody has been answered so often from now on."""
        goal = {user: n + rounds for user, n in self.rounds.items()}
        most.eventually(lambda: self.wrong or all(self.rounds[u] >= n for u, n in goal.items()),
                        what=f"{self.rounds} instead of {goal}")
        assert not self.wrong, self.wrong

    def __exit__(self, kind, *_):
        self.ending.set()
        for thread in self.threads:
            thread.join()
        if kind is None:
            self.check()
        for talk in self.talks:
            talk.client.close()

    def check(self):
        """All that was acknowledged is there, once."""
        assert not self.wrong, self.wrong
        for talk in self.talks:
            n = self.rounds[talk.user]
            session = talk.read()
            assert (session.context[0].turns, session.waiting) == (n, 0)
            assert session.context[0].summary == f"after t{n}"
            copy = talk.enqueue(f"m{n}-b")
            assert (copy.seq, copy.duplicate, copy.reply[0].turn_id) == (2 * n, True, f"t{n}")
