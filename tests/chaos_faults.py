"""What may befall a shop (tests/chaos_shop.py): each fault is a function that does harm, lets people
write meanwhile, and undoes it. It says what it did, in a few words, and does not judge.

    @fault("kill")
    def kill(hit, name) …

A fault with `of` is one for each of them: "kill agent", "kill redis".
"""

import asyncio
import os
import random
import resource
import socket
import threading
import time

import zmq

import firewall
import flood
import most

SERVICES = ("agent-1", "sessions", "catalog", "dispatcher", "gateway", "redis")
LINES = ("gateway>dispatcher", "gateway>sessions", "gateway>catalog", "agent>dispatcher",
         "agent>sessions", "agent>catalog", "dispatcher>sessions", "sessions>redis")
FAULTS = {}  # name: function of a Hit
WORLDS = {}  # name: what it needs, if that is not an ordinary shop


def fault(name, of=(None,), world=None):
    def remember(function):
        for each in of:
            full = f"{name} {each}" if each else name
            if world:
                WORLDS[full] = world
            FAULTS[full] = (lambda hit, each=each: function(hit, each)) if each else function
        return function
    return remember


class Hit:
    """One fault at work: the shop, the people, chance, and how long it is to last."""

    def __init__(self, world, load, seconds):
        self.world, self.shop, self.load, self.seconds = world, world.shop, load, seconds
        self.random = random.Random(f"{world.seed} {world.loads}")

    def wait(self, seconds=None):
        """The harm lasts; that somebody is answered meanwhile is not asked for."""
        time.sleep(self.seconds if seconds is None else seconds)

    def answered(self, messages=10):
        self.load.more(messages)

    def process(self, name):
        return self.shop.processes[name]

    def between(self, pair):
        """Lines from one process to one replica, or to all of them."""
        who, whom = pair.split(">")
        names = [line for line in self.world.lines.names
                 if line.partition("-")[0].partition(">")[0] == who
                 and line.partition(">")[2].partition("-")[0] == whom]
        one = self.random.choice(sorted({name.partition(">")[0] for name in names}))
        names = [name for name in names if name.startswith(one + ">")]
        return [self.random.choice(names)] if self.random.random() < 0.5 else names

    def pids(self, name):
        """Of a process and what it started: the gateway's workers."""
        pids, parent = [], self.process(name).pid
        for entry in os.listdir("/proc"):
            try:
                if entry.isdigit() and os.getpgid(int(entry)) == parent:
                    pids.append(int(entry))
            except ProcessLookupError:
                pass
        return pids


# ---- processes ----

@fault("kill", SERVICES)
def kill(hit, name):
    hit.shop.kill(name)
    hit.answered(2 if name not in ("gateway", "redis") else 0)
    hit.shop.start(name, wait=False)
    hit.answered()
    return "kill -9, and started again"


@fault("freeze", SERVICES)
def freeze(hit, name):
    hit.shop.freeze(name)
    hit.wait()
    hit.shop.thaw(name)
    hit.answered()
    return f"SIGSTOP, SIGCONT after {hit.seconds:g} s"


@fault("dispatcher lost")
def dispatcher_lost(hit):
    lost = hit.random.choice(("dispatcher", "dispatcher-2"))
    hit.shop.kill(lost)
    hit.wait()
    hit.answered()
    hit.shop.start(lost, wait=False)
    hit.answered()
    return f"{lost} killed and away, the other one alone"


@fault("agents lost")
def agents_lost(hit):
    for name in hit.shop.agents:
        hit.shop.kill(name)
    hit.wait()
    hit.shop.start(*hit.shop.agents, wait=False)
    hit.answered()
    return "all agents killed and away"


@fault("everything killed")
def everything(hit):
    names = hit.shop.order
    for name in names:
        hit.shop.kill(name)
    hit.shop.start(*names, wait=False)
    hit.answered()
    return "kill -9 of all at once"


@fault("memory", [name for name in SERVICES if name != "redis"])
def memory(hit, name):
    """RLIMIT_AS where its memory ends, and more work than it has room for. It refuses, or ends and
    is started again; of what it had in hand nothing may be lost."""
    pids = hit.pids(name)
    for pid in pids:
        with open(f"/proc/{pid}/statm", encoding="ascii") as statm:
            pages = int(statm.read().split()[0])
        resource.prlimit(pid, resource.RLIMIT_AS, (pages * resource.getpagesize(),
                                                   resource.RLIM_INFINITY))
    press(hit, name)
    hit.wait()
    died = not all(map(runs, pids))
    for pid in hit.pids(name):
        resource.prlimit(pid, resource.RLIMIT_AS, (resource.RLIM_INFINITY,) * 2)
    hit.shop.revive(name)
    hit.answered()
    return "memory limit reached: " + ("it ended, and was started again" if died else "it bore it")


def runs(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
            return stat.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def press(hit, name):
    """Work in such numbers that it takes memory."""
    if name == "gateway":
        body = b"{" + b" " * 60000
        for _ in range(300):
            raw(hit.shop.port, b"POST /seller/bot/ HTTP/1.1\r\nHost: x\r\nContent-Length: 60001\r\n"
                               b"Content-Type: application/json\r\n\r\n" + body)
        return
    service = "dispatcher" if name.startswith("agent") else name
    wanted = {"sessions": ("READ", {"user_id": "nobody-{}"}), "catalog": ("PAGE", {"query": {}}),
              "dispatcher": ("WORK", {"user_id": "nobody-{}", "seq": 1})}[service]
    with most.Client(hit.shop.endpoint(service)) as client:
        client.socket.sndtimeo = 500
        try:
            for n in range(5000):
                client.send(wanted[0], **{key: value.format(n) if key == "user_id" else value
                                          for key, value in wanted[1].items()})
            client.quiet(0.2)
        except zmq.Again:
            pass  # it has ended


# ---- Redis and its disk ----

@fault("redis restart")
def redis_restart(hit):
    hit.shop.terminate("redis")
    hit.shop.start("redis", wait=False)
    hit.answered()
    return "SIGTERM, and started again from its append-only file"


@fault("failover", world="sentinels")
def failover(hit):
    """The master dies when its replica has all it has: nothing may be lost."""
    hit.shop.replicated()
    return f"{fail_over(hit)}: sentinels made another the master"


@fault("failover lossy", world="sentinels")
def failover_lossy(hit):
    """It dies in the middle of writing. Redis tells its replicas after it has answered: what it had
    not told them is lost, and counted; all else must hold."""
    hit.load.losable = True
    return f"{fail_over(hit)} in the middle of writing"


def fail_over(hit):
    master = hit.shop.master()
    hit.shop.kill(master)
    most.eventually(lambda: hit.shop.master() not in (None, master), what="no failover")
    hit.answered()
    hit.wait()
    hit.shop.start(master, wait=False)
    hit.answered()
    return f"{master} killed"


@fault("frozen master", world="sentinels")
def frozen_master(hit):
    """It hangs, another takes over, and it wakes up and takes itself for the master. What it does
    then is nowhere, so nothing of ours may be given to it."""
    master = hit.shop.master()
    hit.shop.replicated()
    hit.shop.freeze(master)
    other = next(name for name in hit.shop.DATA if name != master)
    most.eventually(lambda: (hit.shop.role(other) or ("",))[0] == "master", what="no failover")
    hit.answered()
    hit.wait()
    hit.shop.thaw(master)
    hit.answered()
    return f"{master} hangs (SIGSTOP), {other} is the master, {master} wakes up"


@fault("slow disk")
def slow_disk(hit):
    """What appendfsync=always feels of a disk that hangs: every answer waits. Done by stopping Redis
    again and again, because a slow device takes privileges."""
    end = time.monotonic() + hit.seconds
    while time.monotonic() < end:
        hit.shop.freeze("redis")
        time.sleep(hit.random.uniform(0.1, 0.3))
        hit.shop.thaw("redis")
        time.sleep(hit.random.uniform(0.01, 0.05))
    hit.answered()
    return "Redis hangs 100-300 ms at a time (SIGSTOP, not a real disk)"


@fault("slow sync", ("always", "everysec"))
def slow_sync(hit, fsync):
    """A disk that takes a second for every sync (tests/chaos_preload.c). With `always` nothing is
    acknowledged sooner; with `everysec` Redis holds its writes back when the last sync has not ended."""
    with hit.shop.redis() as redis:
        redis.config_set("appendfsync", fsync)
    hit.shop.mislead("redis", clock=hit.world.ahead, sync=1000)
    hit.wait()
    hit.answered(2)
    hit.shop.mislead("redis", clock=hit.world.ahead)
    hit.answered()
    with hit.shop.redis() as redis:
        redis.config_set("appendfsync", "always")
    return "every sync of the append-only file takes a second"


@fault("full disk", ("always", "everysec"))
def full_disk(hit, fsync):
    """RLIMIT_FSIZE where the append-only file ends: write() says EFBIG where a full disk says ENOSPC,
    which is one path in Redis. With `always` it ends, with `everysec` it refuses."""
    with hit.shop.redis() as redis:
        redis.config_set("appendfsync", fsync)
        redis.config_set("auto-aof-rewrite-percentage", 0)
    pid = hit.process("redis").pid
    size = max(path.stat().st_size for path in (hit.shop.dir / "redis").rglob("*.aof"))
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (size + 2000, resource.RLIM_INFINITY))
    hit.wait()
    died = not hit.process("redis").alive()
    if not died:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
    hit.shop.revive("redis")
    most.eventually(lambda: hit.shop.ready("redis"))
    hit.answered()
    with hit.shop.redis() as redis:
        redis.config_set("appendfsync", "always")
    return "no byte more: " + ("Redis ended, started again when there was room" if died
                               else "Redis refused writes until there was room")


# ---- what lies between ----

@fault("cut", LINES)
def cut(hit, pair):
    """Nothing passes and nobody is told: between one process and one replica, or all of them."""
    names = hit.between(pair)
    hit.world.lines.set(names, cut=True)
    hit.wait()
    hit.world.lines.set(names, cut=False)
    hit.answered()
    return f"{', '.join(names)} for {hit.seconds:g} s; what was sent arrives late"


@fault("partition", LINES[:-1], world="network")
def partition(hit, pair):
    """The kernel drops every packet between them: no end of a connection is told, and what was on its
    way is sent again by TCP, if it still is there."""
    names = hit.between(pair)
    firewall.drop([hit.shop.fronts_of[name] for name in names])
    hit.wait()
    firewall.pass_all()
    hit.answered()
    return f"{', '.join(names)}: all packets dropped for {hit.seconds:g} s"


@fault("shuffled wire")
def shuffled_wire(hit):
    names = [name for name in hit.world.lines.names if not name.endswith("redis")]
    before = hit.world.lines.set(names, copy=0.2, swap=0.2, seed=hit.random.randrange(1 << 30))
    hit.wait()
    hit.answered()
    after = hit.world.lines.set(names, copy=0, swap=0)
    return (f"{after['copied'] - before.get('copied', 0)} messages between processes twice, "
            f"{after['swapped'] - before.get('swapped', 0)} out of order")


@fault("shuffled webhooks")
def shuffled_webhooks(hit):
    hit.world.sim.control(callbacks="wild", callback_ms=20)
    hit.load.again = 0.5
    before = hit.load.duplicates
    hit.wait()
    hit.answered(20)
    hit.load.again = 0.05
    return f"{hit.load.duplicates - before} messages twice or late, receipts twice and out of order"


@fault("storm")
def storm(hit):
    """Bytes that are no messages, on every socket there is, and at the front."""
    context, sent = zmq.Context.instance(), 0
    sockets = []
    for service in ("sessions", "sessions-2", "catalog", "catalog-2", "dispatcher", "dispatcher-2",
                    "agents"):
        sockets.append(context.socket(zmq.DEALER))
        sockets[-1].linger = 0
        sockets[-1].connect(hit.shop.endpoint(service))
    end = time.monotonic() + hit.seconds
    while time.monotonic() < end:
        for each in sockets:
            for _ in range(20):
                each.send_multipart(malformed(hit.random))
                sent += 1
            while each.poll(0):
                each.recv_multipart()
        raw(hit.shop.port, hit.random.randbytes(hit.random.randrange(1, 2000)))
        time.sleep(0.01)
    for each in sockets:
        each.close(0)
    hit.answered()
    return f"{sent} malformed messages on 7 sockets, noise over HTTP"


def malformed(chance):
    """Nearly a message, or none at all."""
    kinds = list(most.table().messages)
    frames = most.encode("PING", {"name": "storm"})
    how = chance.randrange(7)
    if how == 0:
        return [chance.randbytes(chance.randrange(200)) for _ in range(chance.randrange(1, 6))]
    if how == 1:
        frames[0] = b"MOST/9"
    elif how == 2:
        frames[1] = chance.randbytes(chance.choice((0, 31, 32, 33)))
    else:
        body = bytearray(chance.randbytes(chance.randrange(64)))
        if how == 3:
            body = bytearray(b"\xdd\x05\xf5\xe1\x00")  # an array of 100 million
        elif how == 4:
            body = bytearray(b"\x91" * 500)            # very deep
        frames[1] = most.header(chance.choice(kinds), most.new_id())
        frames[2] = bytes(body)
    return frames[:chance.choice((2, 3, 3, 3, 3))]


def raw(port, data):
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        try:
            connection.sendall(data)
        except OSError:
            pass


@fault("army")
def army(hit):
    """Clients who write a request byte by byte, never end it, or read nothing of their answers."""
    size = 2000 if hit.seconds >= 5 else 200
    stop = threading.Event()
    thread = threading.Thread(target=lambda: asyncio.run(besiege(hit.shop.port, size, stop)))
    thread.start()
    try:
        hit.wait(max(hit.seconds, 1))
        hit.answered()
    finally:
        stop.set()
        thread.join()
    hit.answered()
    return f"{size} connections that write slowly, read slowly or not at all"


@fault("flood")
def flooded(hit):
    """20,000 messages while no agent is there; what Twilio was thanked for is answered afterwards."""
    people, each, callers = (200, 90, 2000) if hit.seconds >= 5 else (20, 90, 200)
    first = 90000000 + 1000 * hit.world.loads
    thrown = flood.mixed(people, each, callers, first)
    for name in hit.shop.agents:
        hit.shop.kill(name)
    for name in ("dispatcher", "dispatcher-2"):
        hit.shop.wait_log(name, "event=agent_gone")
    statuses = flood.throw(hit.shop.port, thrown)
    hit.shop.start(*hit.shop.agents, wait=False)
    hit.answered()
    most.eventually(lambda: all(flood.person(first + number) in received for number in range(people))
                    if (received := hit.world.sim.people()) else False, 120, "the flood is not answered")
    taken = statuses.pop(200)
    if set(statuses) - {503}:
        raise AssertionError(f"answered {statuses}")
    return f"{len(thrown)} messages with no agent: {taken} taken and answered, the rest told 503"


async def besiege(port, size, stop):
    slow = (b"POST /seller/bot/ HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            b"Content-Length: 1000\r\n\r\n{")

    async def soldier(number):
        while not stop.is_set():
            try:
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                if number % 2:
                    for byte in slow:
                        writer.write(bytes([byte]))
                        await asyncio.sleep(0.2)
                        if stop.is_set():
                            break
                else:
                    writer.transport.pause_reading()
                    for _ in range(10):
                        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                        await asyncio.sleep(0.5)
                        if stop.is_set():
                            break
                writer.transport.abort()
            except OSError:
                await asyncio.sleep(0.2)
    await asyncio.gather(*(soldier(n) for n in range(size)))


# ---- time ----

@fault("clock")
def clock(hit):
    """The time of day jumps, of one after the other, forth and back; that of Redis only forth, because
    what it had planned within the last round of the sweeper waits when it is set back (the rest does
    not: tests/test_sessions_clock.py)."""
    jumps = []
    for name in hit.random.sample(hit.shop.order[1:], 4):
        jump = hit.random.choice((3600, -3600, 90, -90, 26 * 3600))
        hit.shop.mislead(name, clock=jump)
        jumps.append(f"{name} {jump:+d} s")
        hit.wait(hit.seconds / 5)
    jump = hit.random.choice((60, 600))
    hit.world.ahead += jump
    hit.shop.mislead("redis", clock=hit.world.ahead)
    hit.answered()
    for name in hit.shop.order[1:]:
        hit.shop.mislead(name)
    hit.answered()
    return f"the time of day jumps and returns: {', '.join(jumps)}, redis {jump:+d} s"


# ---- names ----

@fault("names", ("unknown", "late"))
def names_lost(hit, how):
    """No name server answers, whether it says so or hangs. Who is known stays known; a process that
    starts meanwhile finds the others when names can be looked up again."""
    for name in hit.shop.order[1:]:  # Redis looks up nothing
        hit.shop.mislead(name, names=1 if how == "unknown" else 2)
    hit.wait()
    hit.answered()
    restarted = hit.random.choice(("agent-1", "sessions", "dispatcher"))
    hit.shop.kill(restarted)
    hit.shop.start(restarted, wait=False)
    hit.wait()
    hit.answered()
    for name in hit.shop.order[1:]:
        hit.shop.mislead(name)
    hit.answered()
    return f"no name can be looked up; {restarted} starts meanwhile"
