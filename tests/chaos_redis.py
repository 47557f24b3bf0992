"""A shop to do harm to whose Redis has a replica, and three sentinels that watch both."""

import redis

import chaos_shop
import most
import stack as stacks

DOWN_MS = 1000  # so long is a master waited for


class Shop(chaos_shop.Shop):
    """"redis" is the master at first; who is it now says master()."""

    DATA = ("redis", "redis-2")
    SENTINELS = ("sentinel-1", "sentinel-2", "sentinel-3")

    def __init__(self, lines, **options):
        self.ports = {name: stacks.free_port() for name in (*self.DATA, *self.SENTINELS)}
        super().__init__(lines, **options)
        self.order = [*self.ports, *self.order[1:]]
        addresses = ",".join(f"127.0.0.1:{self.ports[name]}" for name in self.SENTINELS)
        self.env["REDIS_URL"] = f"redis+sentinel://{addresses}/shop"
        for name in self.ports:
            (self.dir / name).mkdir(exist_ok=True)
        for n, name in enumerate(self.SENTINELS):
            self.configure(n, name)

    def connect(self, name):
        """Redis is reached over no line: where it is, the sentinels say."""
        super().connect(name)
        self.calls[name].pop("REDIS_URL", None)

    def configure(self, n, name):
        """Each knows the others from the start: to find them takes seconds."""
        others = [(k, self.ports[other]) for k, other in enumerate(self.SENTINELS) if k != n]
        (self.dir / name / "sentinel.conf").write_text("\n".join([
            f"port {self.ports[name]}", "bind 127.0.0.1", f"dir {self.dir / name}",
            f"sentinel myid {n + 1:040x}",
            f"sentinel monitor shop 127.0.0.1 {self.ports['redis']} 2",
            f"sentinel down-after-milliseconds shop {DOWN_MS}",
            "sentinel failover-timeout shop 4000",
            f"sentinel known-replica shop 127.0.0.1 {self.ports['redis-2']}",
            *(f"sentinel known-sentinel shop 127.0.0.1 {port} {k + 1:040x}" for k, port in others),
            ""]))

    def _env(self, name):
        return super()._env(name) if name not in self.ports else stacks.clean_env(
            self.world.env(name))

    def _argv(self, name):
        if name in self.SENTINELS:
            return ["redis-server", self.dir / name / "sentinel.conf", "--sentinel"]
        if name not in self.DATA:
            return super()._argv(name)
        follows = ["--replicaof", "127.0.0.1", self.ports["redis"]] if name == "redis-2" else []
        return ["redis-server", "--port", self.ports[name], "--bind", "127.0.0.1", "--dir",
                self.dir / name, "--save", "", "--appendonly", "yes", "--appendfsync", "always",
                "--repl-diskless-sync-delay", "0", "--repl-ping-replica-period", "1",
                "--shutdown-timeout", "0", *follows]

    def at(self, name):
        return redis.Redis(port=self.ports[name], decode_responses=True, socket_timeout=10)

    def role(self, name):
        """["master", …] or ["slave", …]; None if it says nothing."""
        try:
            with self.at(name) as server:
                return server.role()
        except (redis.exceptions.RedisError, OSError):
            return None

    def master(self):
        """Who is followed: a master that has come back and knows nothing of it yet is none."""
        for name, other in (self.DATA, self.DATA[::-1]):
            mine, others = self.role(name), self.role(other)
            if mine and mine[0] == "master" and (
                    not others or others[0] == "slave" and others[2] == self.ports[name]):
                return name
        return None

    def redis(self):
        return self.at(most.eventually(self.master, what="nobody is the master"))

    def ready(self, name):
        if name not in self.ports:
            return super().ready(name)
        role = self.role(name)
        if name == "redis-2" and role and role[0] == "slave":
            return role[3] == "connected"
        return bool(role)

    def healed(self):
        """Two again: the one follows the other."""
        def both():
            master = self.master()
            other = master and self.role(next(name for name in self.DATA if name != master))
            return other and other[0] == "slave" and other[3] == "connected"
        most.eventually(both, what="the replica never caught up")

    def replicated(self):
        """Keeps the master from writing for a moment, until its replica has all it has."""
        master = self.master()
        replica = next(name for name in self.DATA if name != master)
        with self.at(master) as server:
            server.execute_command("CLIENT", "PAUSE", "5000", "WRITE")
        most.eventually(lambda: self.role(master)[1] == self.role(replica)[4],
                        what="the replica never caught up")
