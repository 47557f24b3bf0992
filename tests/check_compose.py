#!/usr/bin/env python3
"""make check-compose: the real images, the real compose file, scaled, killed and upgraded.

Prints a line for each thing that was seen to hold, and ends with 1 at the first that does not.
"""

import collections
import concurrent.futures
import http.client
import itertools
import json
import pathlib
import secrets
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import compose  # noqa: E402
import openai_sim  # noqa: E402
from compose import eventually  # noqa: E402
from twilio_sim import TwilioSim  # noqa: E402

SHOP = "https://shop.example"
SCALE = {"agent": 4, "gateway": 2, "catalog": 2, "sessions": 2}
MAKES = ("Nissan", "Mazda", "Kia", "Honda", "Audi", "Toyota")
started = time.monotonic()


def told(text):
    print(f"{time.monotonic() - started:6.1f} s  {text}", flush=True)


class Twilio(TwilioSim):
    """The simulator in its container."""

    def __init__(self, address):
        super().__init__()
        self.address = address

    @property
    def url(self):
        return f"http://{self.address}:9000"


# ---- what runs in the containers ----

def check_confinement(project):
    """No root, nothing to write to, nothing published but the front."""
    published = set()
    for container in project.containers():
        name, host = container["Name"], container["HostConfig"]
        assert host["ReadonlyRootfs"], f"{name} can write to its root"
        assert host["CapDrop"] == ["ALL"] and not host["CapAdd"], f"{name} has capabilities"
        assert "no-new-privileges:true" in host["SecurityOpt"], f"{name} may gain privileges"
        assert host["Memory"] and host["NanoCpus"], f"{name} has no limits"
        for line in project.engine.docker("exec", container["Id"], "sh", "-c",
                                          "cat /proc/[0-9]*/status").splitlines():
            key, _, value = line.partition(":\t")
            if key == "Uid":
                assert "0" not in value.split(), f"{name} runs a process as root"
            if key in ("CapEff", "CapPrm"):
                assert int(value, 16) == 0, f"{name} has a process with capabilities {value}"
        writable = project.engine.docker(
            "exec", container["Id"], "sh", "-c", "touch /app/x /usr/x /etc/x 2>&1; true")
        assert writable.count("Read-only file system") == 3, f"{name}: {writable}"
        for bindings in (container["NetworkSettings"]["Ports"] or {}).values():
            for binding in bindings or []:
                published.add((name.split("_")[-2], binding["HostIp"]))
    assert published == {("proxy", "127.0.0.1")}, published
    told(f"{len(project.containers())} containers: no root, no capability, no writable root; only "
         "the proxy is published, on loopback")


def check_bill(project):
    for container in project.containers():
        bill = project.engine.docker("exec", container["Id"], "cat", "/app/bill-of-materials")
        assert "libc6 2." in bill, container["Name"]
    told("every image says what is in it")


def check_network(project):
    """A stranger on the network: no password, no keys."""
    address = project.address("redis")
    for argv in (["ping"], ["get", "x"], ["--user", "health", "get", "x"]):
        answer = project.engine.docker("exec", project.names("redis")[0], "redis-cli", "-h",
                                       address, "--no-auth-warning", *argv, check=False)
        assert "PONG" not in answer and ("NOAUTH" in answer or "NOPERM" in answer), answer
    told("Redis answers nobody without its password, and nobody with more than they need")


# ---- customers ----

def talk(project, user):
    """A conversation as in the README; returns its answers."""
    status, listed = project.ask(user, "busco un Nisan de menos de 300 mil")
    assert status == 200, listed
    assert listed["cars"] and {car["make"] for car in listed["cars"]} == {"Nissan"}
    assert all(car["price"] <= 300000 for car in listed["cars"])
    status, more = project.ask(user, "más")
    assert status == 200 and more["list"]["page"] == 2, more
    status, quoted = project.ask(user, "el segundo a 48 meses con 20% de enganche")
    assert status == 200 and "48 mensualidades" in quoted["reply"], quoted
    return listed, more, quoted


class Crowd:
    """People who write all the time, each to the end of the answer before the next message; what
    does not come with 200 is noted."""

    def __init__(self, project, people=12):
        self.project, self.stop = project, threading.Event()
        self.answers, self.failures = collections.Counter(), []
        self.threads = [threading.Thread(target=self.person, args=(n,)) for n in range(people)]

    def person(self, number):
        user = f"crowd-{number}"
        for make in itertools.cycle(MAKES):
            if self.stop.is_set():
                return
            try:
                status, answer = self.project.ask(user, f"busco un {make}", timeout=60)
                right = status == 200 and {car["make"] for car in answer["cars"]} == {make}
                if right:
                    self.answers[user] += 1
                else:
                    self.failures.append((user, make, status, str(answer)[:200]))
            except (OSError, http.client.HTTPException, ValueError) as error:
                self.failures.append((user, make, repr(error), ""))

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stop.set()
        for thread in self.threads:
            thread.join()

    def wait_for(self, answers):
        """Until everybody had so many more."""
        goals = {f"crowd-{n}": self.answers[f"crowd-{n}"] + answers
                 for n in range(len(self.threads))}
        eventually(lambda: self.failures or all(self.answers[user] >= goal
                                                for user, goal in goals.items()), 120,
                   "the crowd is not answered")


# ---- WhatsApp ----

class WhatsApp:
    """Messages through the Twilio simulator; every one must be covered by one answer, in order."""

    def __init__(self, project):
        self.project = project
        self.sim = Twilio(project.address("twilio-sim"))
        self.sim.control(reach={SHOP: "http://proxy:8000"}, rates={"timeout_accepted": 0.02})
        self.said = collections.defaultdict(list)
        self.pool = concurrent.futures.ThreadPoolExecutor(16)
        self.pending = []

    def say(self, who, text, sid):
        """As Twilio with overrides, and beyond: again until somebody says 200."""
        def taken():
            said = self.sim.say(who, text, url=SHOP + "/webhook/twilio/", sid=sid)
            return any(outcome["status"] == 200 for outcome in said["outcomes"])
        eventually(taken, 90, "the webhook is never taken")

    def burst(self, people=8):
        for n in range(people):
            who = f"+52155000{n:05}"
            text = f"busco un {MAKES[len(self.said[who]) % len(MAKES)]} #{len(self.said[who])}"
            self.said[who].append(text)
            self.pending.append(self.pool.submit(self.say, who, text, "SM" + secrets.token_hex(16)))

    def conversation(self, who):
        status, body = self.project.request("GET", f"/seller/sessions/whatsapp:{who}")
        if status != 200:
            raise RuntimeError(f"{who}: {status}")
        return json.loads(body)

    def settle(self):
        """Until nothing waits and nothing is on its way."""
        for each in self.pending:
            each.result()
        self.pending = []
        for who in self.said:
            def quiet(who=who):
                state = self.conversation(who)
                return not (state["waiting"] or state["writing"] or state["undelivered"])
            eventually(quiet, 120, f"{who} is not answered")

    def check(self):
        self.settle()
        received = self.sim.people()
        for who, texts in self.said.items():
            told = self.conversation(who)["messages"]
            asked = [m["text"] for m in told if m["role"] == "user"]
            answers = [m["text"] for m in told if m["role"] == "assistant"]
            assert sorted(asked) == sorted(texts), f"{who} said {texts}, was heard {asked}"
            got = [m["body"] for m in received.get(f"whatsapp:{who}", [])]
            assert got == answers, f"{who} got {got}, was to get {answers}"
        stats = self.sim.stats()
        assert stats["violations"] == [], stats["violations"]


# ---- the run ----

def check_start(project):
    began = time.monotonic()
    project.up(profiles=["demo"])
    eventually(project.ready, 90, "not ready")
    told(f"up from nothing with sample catalog, keys and passwords: ready after "
         f"{time.monotonic() - began:.1f} s")
    project.wait_healthy()
    talk(project, "ana")
    told("a conversation through the front: list, next page, quote")


def check_scale(project):
    with Crowd(project) as crowd:
        project.up(profiles=["demo"], **SCALE)
        began = time.monotonic()
        eventually(lambda: set(project.metric("mostrador_dispatch_agents").values()) == {4.0}, 30)
        crowd.wait_for(5)
    assert not crowd.failures, crowd.failures[:5]
    project.wait_healthy()
    told(f"scaled to {SCALE} under load, no request failed; the new agents were at work after "
         f"{time.monotonic() - began:.1f} s")
    served = set()

    def everybody():
        for labels, value in project.metric("mostrador_served_total").items():
            if value and 'role="sessions"' in labels or 'role="catalog"' in labels:
                served.add(labels.split('process="')[1].split('"')[0])
        for n in range(20):
            project.ask(f"spread-{n}", "busco un kia")
        return len(served) >= 4
    eventually(everybody, 30, f"only {served} serve")
    told("every replica of sessions and catalog serves")


def check_kills(project, whatsapp):
    victims = [name for service in ("agent", "sessions", "catalog", "gateway", "dispatcher-1",
                                    "dispatcher-2", "redis")
               for name in project.names(service)[:1]]
    failed = 0
    for victim in victims:
        whatsapp.burst()
        project.engine.docker("kill", victim)
        whatsapp.burst()
        project.engine.docker("start", victim)
        with Crowd(project, people=4) as crowd:
            crowd.wait_for(2)
        failed += len(crowd.failures)
    project.wait_healthy()
    whatsapp.check()
    total = sum(map(len, whatsapp.said.values()))
    told(f"killed {', '.join(victims)} one by one: {total} WhatsApp messages, each covered by one "
         f"answer, none twice; {failed} API calls failed meanwhile")


def check_upgrade(project, whatsapp):
    """Stopped and replaced one by one, as an upgrade does."""
    with Crowd(project) as crowd:
        crowd.wait_for(2)
        for service in ("agent", "sessions", "catalog", "dispatcher-1", "dispatcher-2", "gateway"):
            for name in project.names(service):
                whatsapp.burst(4)
                project.engine.docker("stop", "-t", "15", name)
                project.engine.docker("rm", name)
                project.compose("up", "-d", "--no-recreate", "--no-deps", *itertools.chain(
                    *(("--scale", f"{s}={c}") for s, c in project.scale.items() if s == service)),
                    service)
                eventually(project.healthy, 60, f"no new {service}")
        crowd.wait_for(2)
    assert not crowd.failures, crowd.failures[:5]
    whatsapp.check()
    told(f"agents, sessions, catalogs, dispatchers and gateways replaced one by one under load: "
         f"{sum(crowd.answers.values())} API calls, none failed; WhatsApp answered once")


def main():
    settings = {"TWILIO_ACCOUNT_SID": TwilioSim.account, "TWILIO_AUTH_TOKEN": TwilioSim.token,
                "TWILIO_API_BASE": "http://twilio-sim:9000",
                "TWILIO_MESSAGING_BASE": "http://twilio-sim:9000", "PUBLIC_BASE_URL": SHOP,
                "OPENAI_BASE_URL": "http://openai-sim:9000/v1",
                "OPENAI_API_KEY": openai_sim.Sim.key}
    with compose.Engine() as engine:
        told("a Docker engine answers")
        with compose.Project(engine, env=settings) as project:
            project.build()
            told("images built")
            check_start(project)
            check_confinement(project)
            check_bill(project)
            check_network(project)
            whatsapp = WhatsApp(project)
            check_scale(project)
            check_kills(project, whatsapp)
            check_upgrade(project, whatsapp)
        told("taken down")
    return 0


if __name__ == "__main__":
    sys.exit(main())
