"""A whole Mostrador with a model beside it, and what it costs: for the workloads of bench.py.

The stack is the one of the tests (stack.py): real processes, Redis writing and syncing its file
before it answers. CPU is read from /proc, so what else the machine does hardly shows in it.
"""
import contextlib
import json
import os
import pathlib
import subprocess
import sys
import time

import redis

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import conversation  # noqa: E402
import most  # noqa: E402
import stack as stacks  # noqa: E402

TICK = os.sysconf("SC_CLK_TCK")
PROGRAMS = most.ROOT / "build" / most.VARIANT / "tests"
CACHE = most.ROOT / "build" / "bench"
KEY = "sk-test-0123456789"
TOKEN, PUBLIC = "auth-token-primary", "https://shop.example"
ACCOUNT = "AC0123456789abcdef0123456789abcdef"
COPIED = ("state", "context", "replies")  # of a person who is copied
COPIED_AT_ONCE = 20_000
# The partition is that of sessions/keys.h: FNV-1a, whose prime is 2^24 + 403.
COPY = """
for nth = ARGV[2], ARGV[3] do
    local user, hash = string.format('%s%d', ARGV[1], nth), 2166136261
    for at = 1, #user do
        hash = bit.bxor(hash, string.byte(user, at)) % 4294967296
        hash = (hash * 403 + hash % 256 * 16777216) % 4294967296
    end
    for at, name in ipairs({'state', 'context', 'replies'}) do
        if ARGV[3 + at] ~= '' then
            redis.call('RESTORE', 'most:{' .. hash % 1024 .. '}:' .. name .. ':' .. user, 604800000,
                       ARGV[3 + at], 'REPLACE')
        end
    end
end
"""


class Failed(Exception):
    """A measurement that cannot be trusted."""


def run_json(*argv, env=None):
    done = subprocess.run([str(word) for word in argv], capture_output=True, text=True, env=env, check=False)
    lines = done.stdout.splitlines()
    if not lines:
        raise Failed(f"{argv[0]}: {done.stderr[-500:]}")
    return json.loads(lines[-1])


def cpu_of(pid):
    """Seconds of CPU that a process has used; 0 if it is gone."""
    try:
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / TICK


def memory_of(pid):
    """Bytes a process holds, what it shares with others divided among them."""
    try:
        for line in pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0


class Model:
    """model-sim."""

    def __init__(self, latency_ms=0, script=None):
        argv = [PROGRAMS / "model-sim", "--latency-ms", str(latency_ms)]
        if script:
            argv += ["--script", str(script)]
        self.child = subprocess.Popen(argv, stdout=subprocess.PIPE, text=True)
        self.port = int(self.child.stdout.readline())
        self.http = stacks.Http(self.port)

    def stats(self):
        return self.http.get("/stats").json()

    def stop(self):
        self.child.terminate()
        self.child.wait(most.PATIENCE)
        self.child.stdout.close()


class World:
    """with World(agents=2) as world: world.load(…)"""

    def __init__(self, agents=2, latency_ms=0, env=None, csv=most.ROOT / "catalog" / "sample.csv", script=None):
        self.model = Model(latency_ms, script)
        settings = {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": f"http://127.0.0.1:{self.model.port}/v1",
                    "LOG_LEVEL": "info", "LEASE_MS": "10s", **(env or {})}
        try:
            self.stack = stacks.Stack(agents=agents, env=settings, csv=csv)
        except BaseException:
            self.model.stop()
            raise

    def __enter__(self):
        try:
            self.stack.start()
        except BaseException:
            self.model.stop()
            raise
        return self

    def __exit__(self, kind, *_):
        try:
            self.stack.stop(check=kind is None)
        finally:
            self.model.stop()

    # ---- what it uses ----

    def pids(self):
        """{"agent": [pids], …}, Kore's workers with their parent."""
        groups = {process.pid: name.split("-")[0] for name, process in self.stack.processes.items()
                  if process.alive()}
        found = {}
        for entry in pathlib.Path("/proc").iterdir():
            if entry.name.isdigit():
                with contextlib.suppress(OSError, IndexError):
                    group = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[2])
                    if group in groups:
                        found.setdefault(groups[group], []).append(int(entry.name))
        return found

    def cpu(self):
        used = {name: sum(map(cpu_of, pids)) for name, pids in self.pids().items()}
        used["model"] = cpu_of(self.model.child.pid)
        return used

    def memory(self):
        return {name: sum(map(memory_of, pids)) for name, pids in self.pids().items()}

    # ---- load ----

    def load(self, kind="bot", clients=32, people=1000, seconds=5, warm=0, ramp=0, end=60, expect="Tengo",
             prefix="p", path=None):
        """Runs http-load; its result, with CPU µs per good answer by process and what went wrong."""
        argv = [PROGRAMS / "http-load", "--port", self.stack.port, "--kind", kind, "--clients", clients,
                "--people", people, "--prefix", prefix, "--run-ms", int(1000 * seconds), "--warm-ms",
                int(1000 * warm), "--ramp-ms", int(1000 * ramp), "--end-ms", int(1000 * (seconds + end))]
        if expect:
            argv += ["--expect", expect]
        if kind == "webhook":
            argv += ["--path", path or "/webhook/twilio/", "--token", TOKEN, "--public-url", PUBLIC]
        elif path:
            argv += ["--path", path]
        before, began = self.cpu(), time.monotonic()
        result = run_json(*argv)
        after, passed = self.cpu(), time.monotonic() - began
        turns = max(1, result["all"])
        cpu = {name: (after[name] - before.get(name, 0)) / turns * 1e6 for name in after}
        result["model_cpu_us"] = cpu.pop("model")
        result["cpu_us"] = {**cpu, "total": sum(cpu.values())}
        result["cpu_cores"] = sum(cpu.values()) * turns / 1e6 / passed
        return result

    def wrong(self):
        """What shows that answers were not those of real turns: counters that have to be 0."""
        stats = self.model.stats()
        found = {name: stats[name] for name in ("refused", "tool_errors", "bad_requests") if stats[name]}
        lines = self.stack.http.get("/metrics").body.decode().splitlines()
        for name in ("ground_findings", "promise_findings", "leak_findings", "model_retries"):
            value = sum(float(line.split()[-1]) for line in lines if line.startswith(f"mostrador_{name}_total"))
            if value:
                found[name] = value
        return found

    # ---- people ----

    def talk(self, person, turns):
        for nth in range(turns):
            answer = self.stack.http.ask(person, f"Busco un Nissan de menos de {300 + nth} mil")
            if answer.status != 200:
                raise Failed(f"no conversation to copy: {answer}")

    def copy(self, person, prefix, count, first=0):
        """Gives prefix0, prefix1 … the conversation of person: what Redis keeps of it, key by key. Redis does
        it by itself and writes its file once at the end. Returns the bytes of memory each of them takes."""
        with redis.Redis(unix_socket_path=str(self.stack.run / "redis.sock")) as client:
            dumps = [client.dump(conversation.key(name, person)) or b"" for name in COPIED]
            before = client.info("memory")["used_memory"]
            client.config_set("appendonly", "no")
            copy = client.register_script(COPY)
            for at in range(first, first + count, COPIED_AT_ONCE):
                copy(args=[prefix, at, min(at + COPIED_AT_ONCE, first + count) - 1, *dumps])
            client.config_set("appendonly", "yes")
            most.eventually(lambda: not client.info("persistence")["aof_rewrite_in_progress"], 300)
            return (client.info("memory")["used_memory"] - before) / max(1, count)

    def commands(self):
        """Scripts and commands that Redis was asked for so far (those inside scripts not counted)."""
        with self.stack.redis() as client:
            return sum(stats["calls"] for name, stats in client.info("commandstats").items()
                       if name.startswith("cmdstat_evalsha") or name.startswith("cmdstat_fcall"))
