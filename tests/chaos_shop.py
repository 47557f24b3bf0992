"""A shop to do harm to, and the people who write to it meanwhile; for tests/chaos.py.

Two of every service but Redis, a model and a Twilio that are simulated, a line that
can be cut between any two processes, whose end has a name to be looked up, and a clock on the wall of
each that can be set wrong. People
write on WhatsApp and through the API as long as they are told to, and each message is repeated until
it is acknowledged; what comes of them is judged afterwards, by what the session service says and by
what they have received.
"""

import asyncio
import collections
import random
import threading
import time

import aiohttp

import balancer
import chaos_net
import most
import openai_sim
import preload
import replicas
import soak
import stack as stacks
from conversation import key
from twilio_sim import TwilioSim

# Twilio's patience: longer than the gateway's (TWIML_WAIT_MS and 0.8 s), as it is with the real one,
# and shorter than what settles unknown outcomes.
WEBHOOK_MS = 2500
SETTINGS = {**soak.SETTINGS, "LEASE_MS": "1500ms", "NPS_AFTER": "0", "DRAIN_MS": "30s",
            "TWILIO_SETTLE_MS": "3s", "TWIML_SETTLE_MS": "3s"}


class Shop(replicas.Replicas):
    """Every process reaches every other over a line of its own: lines.names are "who>whom"."""

    def __init__(self, lines, **options):
        super().__init__(**options)
        self.order.append("gateway-2")
        self.fronts = {"gateway": self.port, "gateway-2": stacks.free_port()}
        self.balancer = balancer.Balancer(list(self.fronts.values()))
        self.lines = lines
        self.calls = {}  # who: the endpoints it is given
        self.fronts_of = {}  # line: the port in front of it
        self.world = preload.Preload(self.dir)
        for name in self.order:
            self.connect(name)

    def mislead(self, name, clock=0, names=0, sync=0):
        """From now on the time of day of one process is so many seconds ahead, names are looked up as
        tests/chaos_preload.c says, and its disk takes so many ms to sync."""
        self.world.tell(name, clock=clock, names=names, sync=sync)

    def connect(self, name):
        """The lines from a process to all that it calls."""
        service, own = name.partition("-")[0], super()._env(name)
        self.calls[name] = {}
        wanted = {"gateway": ("DISPATCHER", "SESSIONS", "CATALOG"),
                  "agent": ("DISPATCHER_AGENTS", "SESSIONS", "CATALOG"),
                  "dispatcher": ("SESSIONS",), "sessions": ("REDIS",)}.get(service, ())
        for what in wanted:
            if what == "REDIS":
                front = self.run / "net" / f"{name}.redis"
                self.lines.add(f"{name}>redis", front, self.run / "redis.sock")
                self.calls[name]["REDIS_URL"] = f"unix://{front}"
                continue
            fronts = []
            for replica, back in enumerate(own[f"{what}_ENDPOINT"].split(","), start=1):
                port = stacks.free_port()
                fronts.append(f"tcp://localhost:{port}")  # a name, which is looked up again
                whom = what.lower().partition("_")[0] + ("" if replica == 1 else f"-{replica}")
                self.lines.add(f"{name}>{whom}", f"tcp://127.0.0.1:{port}", back)
                self.fronts_of[f"{name}>{whom}"] = port
            self.calls[name][f"{what}_ENDPOINT"] = ",".join(fronts)

    def healed(self):
        """Waits for what takes its time to be as before once all processes are."""

    def stop(self, check=True):
        self.balancer.close()
        super().stop(check)

    def ready(self, name):
        if name not in self.fronts:
            return super().ready(name)
        try:
            return stacks.Http(self.fronts[name]).get("/readyz", timeout=5).status == 200
        except OSError:
            return False

    def _argv(self, name):
        argv = super()._argv("gateway" if name in self.fronts else name)
        # a file that may not grow is an error for Redis to handle, not its end
        return ["env", "--ignore-signal=XFSZ", *argv] if name == "redis" else argv

    def _env(self, name):
        return {**super()._env("gateway" if name in self.fronts else name), **self.calls[name],
                "PORT": str(self.fronts.get(name, self.port)), **self.world.env(name)}

    def revive(self, *names):
        """Starts what is dead, as a supervisor would."""
        for name in names or self.order:
            process = self.processes[name]
            if process.frozen:
                self.thaw(name)
            if not process.alive():
                process.ended = True
                self.start(name, wait=False)


class Load(soak.Soak):
    """People and callers of the API who write until stop(); new ones each time."""

    people, callers = 8, 5

    def __init__(self, world, number, seed):
        super().__init__(soak.options(["--settle", "90"]))
        self.world, self.stack, self.sim = world, world.shop, world.sim
        self.random = random.Random(f"{seed} {number}")
        self.writers = [f"whatsapp:+52155{number:04}{n:04}" for n in range(self.people)]
        self.askers = [f"api-{number}-{n}" for n in range(self.callers)]
        self.plans = self.writers + self.askers
        self.told = collections.defaultdict(list)  # of who asked: what each was answered
        self.refusals = collections.Counter()
        self.refused = collections.Counter()  # the same by who asked
        self.longest = 0.0
        self.again = 0.05        # how often a message comes twice, and an old one after newer ones
        self.ending = threading.Event()
        self.thread = threading.Thread(target=lambda: asyncio.run(self.everybody()), daemon=True)
        self.failure = None
        self.losable = False     # Redis may have forgotten what it had just acknowledged
        self.lost = set()        # of whom it has
        self.tag = 0

    # ---- writing ----

    def text(self):
        self.tag += 1
        return f"{self.random.choice(soak.WORDS)} #m{self.tag}"

    def sid(self):
        return f"SM{self.random.getrandbits(128):032x}"

    async def write(self, session, who):
        while not self.ending.is_set():
            count = self.random.choice((1, 1, 1, 2, 3))
            began = time.monotonic()
            await asyncio.gather(*(self.say(session, who, self.sid(), self.text(),
                                            self.random.random() < self.again)
                                   for _ in range(count)))
            self.longest = max(self.longest, time.monotonic() - began)
            if self.random.random() < self.again:  # one that Twilio brings again, much later
                old, self.sent[who] = self.random.choice(self.sent[who]), list(self.sent[who])
                await self.say(session, who, old, "otra vez", False)
                self.sent[who].pop()
            await asyncio.sleep(self.random.random() * 0.4)

    async def ask(self, session, who):
        while not self.ending.is_set():
            name, text, began = f"k-{self.sid()}", self.text(), time.monotonic()
            while True:
                status, reply = await self.try_to_ask(session, who, name, text)
                if status == 200:
                    break
                self.refusals[status] += 1
                self.refused[who] += 1
                await asyncio.sleep(0.2)
            self.longest = max(self.longest, time.monotonic() - began)
            self.sent[who].append(name)
            self.told[who].append(reply)
            await asyncio.sleep(self.random.random() * 0.4)

    async def try_to_ask(self, session, who, name, text):
        try:
            async with session.post(
                    self.stack.balancer.url + "/seller/bot/", json={"user_id": who, "msg": text},
                    headers={"Idempotency-Key": name}) as answer:
                told = await answer.json(content_type=None)
                if answer.status in (503, 504):
                    if answer.status == 503 and not answer.headers.get("Retry-After"):
                        self.problem("503 without Retry-After")
                elif answer.status != 200:
                    self.problem(f"{who} was answered {answer.status} {told}")
                return answer.status, told.get("reply")
        except (aiohttp.ClientError, asyncio.TimeoutError, OSError) as error:
            return type(error).__name__, None

    async def everybody(self):
        try:
            async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0,
                                                                            force_close=True),
                                             trust_env=False,
                                             timeout=aiohttp.ClientTimeout(20)) as session:
                await asyncio.gather(*(self.write(session, who) for who in self.writers),
                                     *(self.ask(session, who) for who in self.askers))
        except Exception as error:  # told by stop()
            self.failure = error
            raise

    def __enter__(self):
        self.thread.start()
        self.more(1)
        return self

    def __exit__(self, *_):
        self.ending.set()
        self.thread.join(120)

    def count(self):
        return sum(map(len, list(self.sent.values())))

    def more(self, messages):
        """Until so many more have been acknowledged."""
        goal = self.count() + messages
        most.eventually(lambda: self.failure or self.count() >= goal, 90, "nothing is acknowledged")
        if self.failure:
            raise self.failure

    # ---- judging ----

    def judge(self):
        """What does not hold, as lines; [] if all is well. Where something may be lost, people of
        whom something is are counted, and others judged all the same."""
        if self.thread.is_alive() or self.failure:
            return [f"people never came to an end: {self.failure!r}"]
        self.settle(self.plans)
        received = self.sim.people()
        with self.stack.client("sessions") as client, self.stack.redis() as redis:
            if self.losable:
                self.lost = {who for who in self.plans if self.has_lost(client, redis, who)}
            for who in sorted(set(self.plans) - self.lost):
                replies = [soak.bare([reply.text]) for reply in self.replies(client, who)]
                if who in self.told:
                    got = [soak.bare([text]) for text in dict.fromkeys(self.told[who])]
                    replies = list(dict.fromkeys(replies))
                else:
                    got = [soak.bare(m["body"] for m in received.get(who, []))]
                    replies = ["".join(replies)]
                if got != replies and self.sent[who]:
                    if self.losable:  # made again, and sent again
                        self.lost.add(who)
                        continue
                    self.problem(f"{who} received {got} instead of {replies}")
                recorded = int(redis.hget(key("state", who), "seq") or 0)
                withdrawn = self.refused[who]  # each may have had a number and given it back
                if not len(self.sent[who]) <= recorded <= len(self.sent[who]) + withdrawn:
                    self.problem(f"{who} sent {len(self.sent[who])} messages, {recorded} are known")
                if redis.zscore(key("ready", who), who) is not None:
                    self.problem(f"{who} is still to be looked after")
        if 2 * len(self.lost) > len(self.plans):
            self.problem(f"of {len(self.lost)} people something is lost: that is no last moment")
        return self.problems


    def has_lost(self, client, redis, who):
        """Of what this person was told, something is not there: a message, or that it was answered."""
        recorded = int(redis.hget(key("state", who), "seq") or 0)
        if recorded < len(self.sent[who]):
            return True
        known = [client.call("ENQUEUE", user_id=who, message_id=sid, channel="twilio", text="x")
                 for sid in self.sent[who]]
        return not all(one.duplicate and one.reply for one in known)


class World:
    """The shop with its simulators, and what is measured of its processes."""

    def __init__(self, seed, agents=2, latency_ms=(30, 300), shop=Shop, env=None):
        self.seed, self.loads, self.kind = seed, 0, shop
        self.random = random.Random(seed)
        self.model = openai_sim.Sim(seed=seed, latency_ms=list(latency_ms), echo=True)
        self.sim = TwilioSim(seed=seed, webhook_ms=WEBHOOK_MS)
        self.lines = chaos_net.Lines()
        self.agents, self.env = agents, env or {}
        self.ahead = 0  # seconds, of Redis' clock

    def __enter__(self):
        for each in (self.model, self.sim, self.lines):
            each.start()
        try:
            self.shop = self.kind(self.lines, agents=self.agents,
                                  env={**SETTINGS, **self.model.env, **self.sim.env, **self.env})
            self.sim.control(reach={soak.BASE: self.shop.balancer.url})
            self.shop.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        if hasattr(self, "shop"):
            self.shop.stop(check=False)
        for each in (self.model, self.sim, self.lines):
            each.__exit__()

    def load(self):
        self.loads += 1
        return Load(self, self.loads, self.seed)

    def heal(self):
        """Everything that a fault may have left."""
        self.lines.set(None, cut=False, copy=0, swap=0)
        self.sim.control(callbacks="plain")
        for name in self.shop.order:
            self.shop.mislead(name, clock=self.ahead if name == "redis" else 0)
        self.shop.revive()
        for name in self.shop.order:
            self.shop.wait_ready(name)
        self.shop.healed()

    def reports(self):
        """What sanitizers, assertions and the simulators have to say."""
        found = [f"{name} reported {stacks.REPORT.search(self.shop.log(name))[0]}"
                 for name in self.shop.order if stacks.REPORT.search(self.shop.log(name))]
        return found + self.sim.stats()["violations"] + self.model.stats()["violations"]
