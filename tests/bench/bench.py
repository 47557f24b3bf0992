#!/usr/bin/env python3
"""make bench: how fast Mostrador is, and what the machine could do at best. See README.md beside it.

    bench.py [--only W1,W5] [--seconds 5] [--repeats 3] [--out build/bench] [--small]
    bench.py --compare A.json B.json
    bench.py --readme A.json          the README's lines about it

Everything that makes a turn safe is on: Redis syncs its file before it answers, messages are
deduplicated, answers are checked against what the tools found, limits hold. An answer that is not a
real one is an error, and with errors the exit status is 1.
"""
import argparse
import datetime
import json
import os
import pathlib
import platform
import subprocess
import sys
import time

import goals
import report
import world as worlds
from world import PROGRAMS, World, run_json

ABOUT = {
    "floor": "the same steps with nothing around them, one at a time",
    "W1": "overhead: the model answers at once, 2 calls of it and a page of the catalog a turn, 32 connections, "
          "1,000 people with conversations of 20 turns, 2 agents",
    "W2": "waiting: 1 s per call of the model, so 2 s a turn; everybody asks again as soon as they are answered; "
          "AGENT_CREDIT=10000, an agent that cannot keep up lets fewer in",
    "W3": "webhooks: signed forms, 64 connections, 1,000 people",
    "W4": "catalog: pages over ZeroMQ from one service, no two queries alike; filter: makes, years and distances as "
          "people say them, any price; new: distances nobody said before; same: one page that is asked again",
    "W5": "sessions: ENQUEUE, CLAIM, COMMIT and LOG_TURN, 32 people at once",
    "W6": "growth: W1 again with more agents, longer conversations, more cars, more open sessions",
}
TURNS = 20


class Bench:
    def __init__(self, options):
        self.options = options
        self.wrong = {}
        self.workloads = {}

    def note(self, text):
        print(text, file=sys.stderr, flush=True)

    def keep(self, workload, title, results):
        """Adds a case: the median of its repeats."""
        case = report.median(results)
        self.workloads.setdefault(workload, {})[title] = case
        for result in results:
            if result.get("errors"):
                self.wrong[f"{workload} {title}"] = f"{result['errors']}: {result.get('first_error', '')}"
        if "rate" in case:
            self.note("  " + report.turn_line(title, case))
        return case

    def check(self, workload, world):
        found = world.wrong()
        if found:
            self.wrong[f"{workload}: counted"] = found

    def repeat(self, run):
        return [run() for _ in range(self.options.repeats)]

    # ---- the workloads ----

    def prime(self, world, people, turns=TURNS):
        """Conversations of so many turns, and everything warm."""
        world.talk("first", turns)
        world.copy("first", "p", people)
        world.load(people=people, clients=min(32, people), seconds=0.2 if self.options.small else 2)

    def floor(self):
        with World(agents=1) as world:
            path = world.stack.run / "redis.sock"
            seconds = max(1, int(self.options.seconds / 3))
            self.prime(world, 32, 1)
            trips = self.trips(world, seconds)
            kore = world.load("get", path="/healthz", expect=None, seconds=seconds)
            one = world.load("get", path="/healthz", expect=None, seconds=seconds, clients=1)
            results = self.repeat(lambda: run_json(PROGRAMS / "bench_floor", seconds, path, world.model.port))
            for result in results:
                result["redis_trips_a_turn"] = trips
                result["http_us"] = one["p50_us"]
                result["http_cpu_us"] = kore["cpu_us"]["gateway"]
                # one request, two posts, the trips to Redis; each of those and work and page over ZeroMQ
                result["turn_us"] = (one["p50_us"] + 2 * result["post_us"] + trips * result["redis_us"]
                                     + (trips + 3) * result["zmq_us"])
            self.keep("floor", "bare steps", results)
            self.keep("floor", "Kore, a bare answer, 32 connections", [kore])
            self.keep("floor", "idle memory", [self.megabytes(world)])

    @staticmethod
    def trips(world, seconds):
        """Scripts that Redis runs for a turn, without those of the sweeper, which run all the time."""
        counts = [world.commands()]
        time.sleep(seconds)
        counts.append(world.commands())
        turns = world.load(people=32, seconds=seconds, end=0)["all"]
        counts.append(world.commands())
        return max(0, counts[2] - 2 * counts[1] + counts[0]) / max(1, turns)

    def megabytes(self, world):
        memory = world.memory()
        redis = memory.pop("redis", 0)
        return {"ours_mb": sum(memory.values()) / 1e6, "redis_mb": redis / 1e6,
                **{f"{name}_mb": size / 1e6 for name, size in memory.items()}}

    def w1(self):
        with World(agents=2) as world:
            self.prime(world, 1000)
            results = self.repeat(lambda: world.load(seconds=self.options.seconds))
            for result in results:
                result["p99_over_p50"] = result["p99_us"] / max(1, result["p50_us"])
            self.keep("W1", "2 agents", results)
            alone = world.load(seconds=max(1, self.options.seconds / 2), clients=1)
            self.keep("W1", "one at a time", [alone])
            self.keep("W1", "memory", [self.megabytes(world)])
            self.check("W1", world)

    def w2(self):
        counts = [40] if self.options.small else [1000, 2000, 4000, 10000]
        latency = 100 if self.options.small else 1000
        for agents in [1] if self.options.small else [1, 2]:
            env = {"AGENT_CREDIT": "10000", "GATEWAY_CONNECTIONS": "16384", "DISPATCHER_QUEUE": "20000"}
            with World(agents=agents, latency_ms=latency, env=env) as world:
                for count in counts:
                    self.wait_together(world, agents, count, latency / 1000)
                self.check("W2", world)

    def wait_together(self, world, agents, count, latency):
        results = []
        turn = 2 * latency
        for _ in range(self.options.repeats if count < 10000 else 1):
            result = world.load(clients=count, people=count, ramp=turn, warm=turn, seconds=4 * turn)
            ideal = count / turn
            result["of_ideal_percent"] = result["rate"] / ideal * 100
            result["p99_over_ideal"] = result["p99_us"] / 1e6 / turn
            result.update({key: value for key, value in self.megabytes(world).items() if key == "ours_mb"})
            results.append(result)
        self.keep("W2", f"{count:,} waiting, {agents} agent{'s' if agents > 1 else ''}", results)

    def w3(self):
        env = {"TWILIO_AUTH_TOKEN": worlds.TOKEN, "PUBLIC_BASE_URL": worlds.PUBLIC}
        with World(agents=2, env={**env, "TWILIO_REPLY": "twiml"}) as world:
            world.load("webhook", prefix="5215", expect="</Message>", seconds=1)
            self.keep("W3", "TwiML", self.repeat(lambda: world.load(
                "webhook", clients=64, prefix="5215", expect="Tengo", seconds=self.options.seconds)))
            self.check("W3", world)
        with World(agents=1, latency_ms=1000, env={**env, "TWILIO_REPLY": "rest"}) as world:
            base = f"http://127.0.0.1:{world.model.port}"
            rest = {"TWILIO_ACCOUNT_SID": worlds.ACCOUNT, "TWILIO_API_BASE": base, "TWILIO_MESSAGING_BASE": base,
                    "TWILIO_NUMBER_RATE": "1000"}
            for name in ("agent-1", "gateway"):
                world.stack.restart(name, env=rest)
            self.keep("W3", "accepted, answered through the API", self.repeat(lambda: world.load(
                "webhook", clients=64, people=5000, prefix="5216", expect="<Response", seconds=min(
                    3, self.options.seconds))))

    def w4(self):
        for cars in [1000] if self.options.small else [1000, 100_000, 1_000_000]:
            with World(agents=1, csv=None, env={"CATALOG_DIR": str(self.catalog(cars))}) as world:
                env = {**os.environ, "CATALOG_ENDPOINT": world.stack.endpoint("catalog"), "LOG_LEVEL": "error"}
                for kind in ("filter", "new", "typo", "text", "same"):
                    for clients in (1, 32):
                        results = self.repeat(lambda k=kind, c=clients, w=world, e=env: self.pages(w, k, c, e))
                        self.keep("W4", f"{cars:,} cars, {kind}, {clients}", results)

    def pages(self, world, kind, clients, env):
        seconds = max(1, int(self.options.seconds / 5))
        before = world.cpu()["catalog"]
        result = run_json(PROGRAMS / "bench_pages", kind, clients, seconds, env=env)
        used = (world.cpu()["catalog"] - before) / max(1, result["answers"]) * 1e6
        return {**result, "cpu_us": {"catalog": used, "total": used}, "a_core_pages": 1e6 / max(used, 0.1)}

    def catalog(self, cars):
        """A catalog of so many cars, made once."""
        folder = worlds.CACHE / f"catalog-{cars}"
        if not (folder / "made").exists():
            self.note(f"  making a catalog of {cars:,} cars")
            folder.mkdir(parents=True, exist_ok=True)
            csv = folder / "cars.csv"
            program = worlds.most.BIN / "catalog-import"
            with open(csv, "wb") as out:
                subprocess.run([program, "--generate", str(cars)], stdout=out, check=True)
            env = {**os.environ, "CATALOG_DIR": str(folder), "CATALOG_ENDPOINT": "ipc:///tmp/nobody-is-there"}
            subprocess.run([program, csv], env=env, check=True, stdout=subprocess.DEVNULL)
            csv.unlink()
            (folder / "made").touch()
        return folder

    def w5(self):
        seconds = max(1, int(self.options.seconds))
        for name, size in (("2 kB", 2000), ("64 kB", 64000)):
            results = self.repeat(lambda s=size: run_json(PROGRAMS / "bench_sessions", seconds, 32, "always", s))
            for result in results:
                result["cpu_us"]["total"] = sum(result["cpu_us"].values())
            self.keep("W5", f"conversations of {name}", results)

    def w6(self):
        seconds = max(1, self.options.seconds / 2)
        small = self.options.small
        for agents in [1] if small else [1, 2, 4]:
            with World(agents=agents) as world:
                self.prime(world, 1000)
                self.keep("W6", f"{agents} agents", self.repeat(lambda w=world: w.load(seconds=seconds)))
        with World(agents=2) as world:
            for turns in [1, 2] if small else [1, 5, 20, 60]:
                world.stack.http.delete("/seller/sessions/first")
                world.talk("first", turns)
                world.copy("first", "p", 1000)
                self.keep("W6", f"conversations of {turns} turns", self.repeat(
                    lambda w=world: w.load(seconds=seconds)))
        for cars in [1000] if small else [1000, 1_000_000]:
            with World(agents=2, csv=None, env={"CATALOG_DIR": str(self.catalog(cars))}) as world:
                self.prime(world, 1000)
                self.keep("W6", f"{cars:,} cars", self.repeat(lambda w=world: w.load(seconds=seconds)))
        with World(agents=2) as world:
            self.prime(world, 1000)
            world.talk("short", 1)
            there = 0
            for sessions in [0, 1000] if small else [0, 100_000, self.options.sessions]:
                size = world.copy("short", "other", sessions - there, first=there)
                there = sessions
                results = self.repeat(lambda w=world: w.load(seconds=seconds))
                for result in results if sessions else []:
                    result["bytes_a_session"] = size
                self.keep("W6", f"{sessions:,} other sessions", results)

    def run(self):
        for name in ABOUT:
            if name in self.options.only:
                self.note(f"{name}: {ABOUT[name]}")
                getattr(self, name.lower())()


def machine():
    model = "unknown processor"
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
            break
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{os.cpu_count()} cores {model}, {memory:.0f} GiB, Linux {platform.release().split('-')[0]}"


def commit():
    done = subprocess.run(["git", "describe", "--always", "--dirty"], capture_output=True, text=True,
                          cwd=worlds.most.ROOT, check=False)
    return done.stdout.strip() or "unknown"


def parse():
    parser = argparse.ArgumentParser(description="how fast Mostrador is")
    parser.add_argument("--only", default="")
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--sessions", type=int, default=1_000_000)
    parser.add_argument("--out", type=pathlib.Path, default=worlds.CACHE)
    parser.add_argument("--small", action="store_true", help="tiny numbers, to see that it works")
    parser.add_argument("--compare", nargs=2, type=pathlib.Path)
    parser.add_argument("--readme", type=pathlib.Path)
    options = parser.parse_args()
    options.only = [name for name in options.only.replace(" ", ",").split(",") if name] or list(ABOUT)
    unknown = set(options.only) - set(ABOUT)
    if unknown:
        parser.error(f"there is no {', '.join(sorted(unknown))}; there are {', '.join(ABOUT)}")
    return options


def main():
    options = parse()
    if options.compare:
        print(report.compare(*(json.loads(path.read_text()) for path in options.compare)))
        return 0
    if options.readme:
        print(goals.readme(json.loads(options.readme.read_text())))
        return 0
    bench = Bench(options)
    load = os.getloadavg()[0]
    now = datetime.datetime.now(datetime.timezone.utc)
    bench.run()
    run = {"machine": machine(), "when": now.strftime("%Y-%m-%d %H:%M UTC"), "commit": commit(),
           "load": load,
           "seconds": options.seconds, "repeats": options.repeats, "about": ABOUT,
           "workloads": bench.workloads, "wrong": bench.wrong}
    options.out.mkdir(parents=True, exist_ok=True)
    stem = options.out / f"bench-{now.strftime('%Y%m%d-%H%M%S')}"
    stem.with_suffix(".json").write_text(json.dumps(run, indent=1))
    stem.with_suffix(".html").write_text(report.page(run))
    print(report.text(run))
    print(goals.text(run))
    print(f"{stem}.json, {stem}.html")
    return 1 if bench.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
