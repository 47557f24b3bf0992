"""Real processes for tests: a whole Mostrador in a temporary folder, each part on its own.

    stack = Stack(agents=2, env={"LEASE_MS": "2s"})
    stack.start()
    stack.http.post("/seller/bot/", {"user_id": "ana", "msg": "hola"})
    stack.kill("agent-1"); stack.start("agent-1")
    stack.stop()

Every process starts with a clean environment in the stack's folder, so neither a developer's .env
nor their keys reach a test. Waiting is for events (PONG, /readyz, a line in a log), never for time.
V picks the build: release, asan, ubsan or tsan.
"""

import http.client
import json
import os
import pathlib
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile

import redis
import zmq

import most

ROOT, BIN, VARIANT = most.ROOT, most.BIN, most.VARIANT
SLOW = 1 if VARIANT == "release" else 6  # sanitizers take their time
STOP_S = START_S = most.PATIENCE * (1 if SLOW == 1 else 2)
SERVICES = {"sessions": "SESSIONS_ENDPOINT", "catalog": "CATALOG_ENDPOINT",
            "dispatcher": "DISPATCHER_ENDPOINT"}
REPORT = re.compile(r"AddressSanitizer|LeakSanitizer|ThreadSanitizer|runtime error:|"
                    r"MemorySanitizer|Assertion .* failed|stack smashing")


class Response:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def __repr__(self):
        return f"<{self.status} {self.body[:300]!r}>"

    def json(self):
        return json.loads(self.body)


class Http:
    """One connection per request; usable from many threads."""

    def __init__(self, port, host="127.0.0.1"):
        self.host, self.port = host, port
        self.url = f"http://{host}:{port}"

    def request(self, method, path, body=None, headers=None, timeout=90):
        headers = dict(headers or {})
        if body is not None and not isinstance(body, (bytes, str)):
            body = json.dumps(body, ensure_ascii=False).encode()
            headers.setdefault("Content-Type", "application/json")
        connection = http.client.HTTPConnection(self.host, self.port, timeout=timeout)
        try:
            try:
                connection.request(method, path, body, headers)
            except BrokenPipeError:
                pass  # refused before all of it was sent: the answer is there
            answer = connection.getresponse()
            return Response(answer.status, answer.headers, answer.read())
        finally:
            connection.close()

    def get(self, path, **options):
        return self.request("GET", path, **options)

    def post(self, path, body=None, **options):
        return self.request("POST", path, body, **options)

    def delete(self, path, **options):
        return self.request("DELETE", path, **options)

    def ask(self, user_id, msg, **options):
        """POST /seller/bot/."""
        return self.post("/seller/bot/", {"user_id": user_id, "msg": msg}, **options)


_claims = []  # of ports; they end with this process


def free_port():
    """A port nobody listens on. It is not one of those that connections are given by the kernel, and
    whoever else asks here, in any process, gets another."""
    while True:
        port = random.randrange(20000, 32768)
        claim = socket.socket(socket.AF_UNIX)
        try:
            claim.bind(f"\0mostrador-tests-port-{port}")
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", port))
        except OSError:
            claim.close()
            continue
        _claims.append(claim)
        return port


def clean_env(extra):
    env = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LANG": "C.UTF-8",
           "HOME": os.environ.get("HOME", "/"), "V": VARIANT,
           "ASAN_OPTIONS": "detect_leaks=1:exitcode=99", "UBSAN_OPTIONS": "print_stacktrace=1",
           "TSAN_OPTIONS": "exitcode=99"}
    suppressions = ROOT / "tests" / "tsan.supp"
    if suppressions.exists():
        env["TSAN_OPTIONS"] += f":suppressions={suppressions}"
    env.update(extra)
    return env


class Process:
    """One child, its log file, and how it ends. Signals go to its whole process group, which it
    has to itself (Kore's parent has workers)."""

    def __init__(self, name, argv, env, cwd, log):
        self.name, self.argv, self.env, self.cwd, self.log = name, argv, env, cwd, log
        self.child = None
        self.frozen = False
        self.ended = False
        self.boots = set()  # boots of earlier starts

    def start(self):
        with open(self.log, "ab") as out:
            # TERM if the test itself is killed: nothing is left behind
            self.child = subprocess.Popen(["setpriv", "--pdeathsig", "TERM", *map(str, self.argv)],
                                          env=self.env, cwd=self.cwd, stdin=subprocess.DEVNULL,
                                          stdout=out, stderr=out, start_new_session=True)
        self.frozen = self.ended = False

    @property
    def pid(self):
        return self.child.pid

    def alive(self):
        return self.child is not None and self.child.poll() is None

    def signal_group(self, number):
        try:
            os.killpg(self.child.pid, number)
        except ProcessLookupError:
            pass

    def kill(self):
        """kill -9, of everything it started too."""
        self.signal_group(signal.SIGKILL)
        self.child.wait(STOP_S)
        self.frozen, self.ended = False, True

    def freeze(self):
        self.signal_group(signal.SIGSTOP)
        self.frozen = True

    def thaw(self):
        self.signal_group(signal.SIGCONT)
        self.frozen = False

    def stop(self):
        """SIGTERM; returns what was wrong with the way it ended, or None."""
        if self.child is None or self.ended:
            return None
        if self.frozen:
            self.thaw()
        self.child.send_signal(signal.SIGTERM)
        try:
            code = self.child.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self.kill()
            return f"{self.name} did not end within {STOP_S} s of SIGTERM"
        try:
            os.killpg(self.child.pid, 0)
            self.signal_group(signal.SIGKILL)
            return f"{self.name} left processes behind"
        except ProcessLookupError:
            pass
        self.ended = True
        return None if code == 0 else f"{self.name} ended with {code}"

    def text(self):
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def tail(self, lines=40):
        return "\n".join(self.text().splitlines()[-lines:])


class Stack:
    """Redis, sessions, catalog, dispatcher, agents and gateway below one short folder in /tmp
    (the path of an ipc socket has at most 107 bytes)."""

    def __init__(self, agents=2, env=None, gateway=True, csv=ROOT / "catalog" / "sample.csv"):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="m", dir="/tmp"))
        self.run = self.dir / "run"
        self.logs = self.dir / "log"
        for folder in (self.run, self.logs, self.dir / "redis"):
            folder.mkdir()
        self.port = free_port()
        self.http = Http(self.port)
        self.csv = csv
        self.env = {"VAR": str(self.dir), "PORT": str(self.port), "HEARTBEAT_MS": "500ms",
                    "LEASE_MS": "3s", "LOG_LEVEL": "debug", "DRAIN_MS": "1s",
                    "KNOWLEDGE_DIR": str(ROOT / "catalog" / "knowledge"),
                    "RULES_DIR": str(ROOT / "agent" / "rules")}
        self.env.update(env or {})
        self.agents = [f"agent-{n + 1}" for n in range(agents)]
        self.order = ["redis", "sessions", "catalog", "dispatcher", *self.agents]
        if gateway:
            self.order.append("gateway")
        self.processes = {}
        self.stopped = False

    def __enter__(self):
        return self.start()

    def __exit__(self, kind, *_):
        self.stop(check=kind is None)

    # ---- what to run ----

    def endpoint(self, service):
        """Where a test reaches sessions, catalog, dispatcher or agents (the dispatcher's side for
        them)."""
        setting = SERVICES.get(service, "DISPATCHER_AGENTS_ENDPOINT")
        return self.env.get(setting, f"ipc://{self.run}/{service}.sock").split(",")[0]

    def _argv(self, name):
        if name == "redis":
            return ["redis-server", "--port", "0", "--unixsocket", self.run / "redis.sock",
                    "--dir", self.dir / "redis", "--appendonly", "yes", "--appendfsync", "always", "--save", "",
                    "--daemonize", "no"]
        if name == "gateway" and VARIANT == "tsan":
            # what gateway/run does; libtsan cannot be loaded into its shell
            (self.dir / "kore.conf").write_text(f"load {BIN}/gateway.so\n")
            return ["kore", "-fnrq", "-c", self.dir / "kore.conf"]
        if name == "gateway":
            return [ROOT / "gateway" / "run"]
        return [BIN / name.split("-")[0], name]

    def _env(self, name):
        env = clean_env(self.env)
        if name == "gateway" and VARIANT in ("asan", "tsan", "ubsan"):
            # the program is Debian's kore: the module's sanitizer must be there before it, and
            # what kore itself leaks at its end is not ours
            library = {"asan": "libasan.so", "tsan": "libtsan.so", "ubsan": "libubsan.so"}[VARIANT]
            found = subprocess.run(["gcc", f"-print-file-name={library}"], check=True,
                                   capture_output=True, text=True)
            env["LD_PRELOAD"] = found.stdout.strip()
            env["ASAN_OPTIONS"] = "detect_leaks=0:exitcode=99"
        return env

    # ---- start and stop ----

    def start(self, *names, wait=True):
        """Starts the named processes, or all in order, and waits until they can work."""
        everything = not names
        try:
            for name in names or self.order:
                if name == "catalog" and everything and self.csv:
                    self.import_csv(self.csv)
                process = self.processes.get(name)
                if process is None or process.child is None:
                    process = Process(name, self._argv(name), self._env(name), self.dir,
                                      self.logs / f"{name}.log")
                    self.processes[name] = process
                elif process.alive():
                    raise RuntimeError(f"{name} runs already")
                elif name in self.agents:
                    # a killed agent is told for a while: only a new boot will be this one
                    process.boots |= {p.boot for p in self.status("dispatcher") if p.name == name}
                process.start()
            if wait:
                for name in names or self.order:
                    self.wait_ready(name)
        except BaseException:
            if everything:
                print(self.tails(), file=sys.stderr)
                self.stop(check=False)
            raise
        return self

    def stop(self, check=True):
        """Ends everything, removes the folder, and fails if an end was not a clean one."""
        if self.stopped:
            return
        self.stopped = True
        wrong = []
        for name in reversed(self.order):  # gateway first, Redis last
            process = self.processes.get(name)
            if process is None or process.child is None:
                continue
            try:
                wrong.append(self._end(process))
            except Exception as error:  # the others are to be ended all the same
                wrong.append(f"{name}: {error!r}")
        wrong = [line for line in wrong if line]
        tails = self.tails(15) if wrong else ""
        shutil.rmtree(self.dir, ignore_errors=True)
        if check and wrong:
            raise AssertionError("\n".join(wrong) + "\n" + tails)

    @staticmethod
    def _end(process):
        """Ends one; returns what was wrong with it, or None."""
        if not process.ended and not process.alive():
            wrong = f"{process.name} had ended by itself with {process.child.returncode}"
        else:
            wrong = process.stop()
        text = process.text()
        report = REPORT.search(text)
        if report:
            wrong = (f"{process.name} reported:\n"
                     f"{text[max(0, report.start() - 500):report.start() + 3000]}")
        return wrong

    def kill(self, name):
        """kill -9."""
        self.processes[name].kill()

    def terminate(self, name):
        """SIGTERM, and it must end well."""
        wrong = self.processes[name].stop()
        assert not wrong, f"{wrong}\n{self.processes[name].tail()}"

    def freeze(self, name):
        self.processes[name].freeze()

    def thaw(self, name):
        self.processes[name].thaw()

    def restart(self, name, wait=True, env=None):
        """kill -9 and start, with some settings of its own."""
        self.kill(name)
        self.processes[name].env.update(env or {})
        self.start(name, wait=wait)

    def import_csv(self, path, check=True):
        """Runs catalog-import; the running catalog reloads."""
        done = subprocess.run([str(BIN / "catalog-import"), str(path)], env=clean_env(self.env),
                              cwd=self.dir, capture_output=True, text=True, timeout=60 * SLOW)
        if check and done.returncode:
            raise RuntimeError(f"catalog-import {path}: {done.stdout}{done.stderr}")
        return done

    # ---- readiness ----

    def wait_ready(self, name, timeout=START_S):
        """Until the process can do its work; an early death is told with its log."""
        process = self.processes[name]

        def ready():
            if not process.alive():
                raise RuntimeError(f"{name} ended with {process.child.returncode}:\n"
                                   f"{process.tail()}")
            return self.ready(name)

        try:
            most.eventually(ready, timeout, f"{name} does not become ready")
        except most.Timeout as late:
            raise RuntimeError(f"{late}:\n{self.tails(25)}") from None

    def ready(self, name):
        if name == "redis":
            try:
                with self.redis() as client:
                    return client.ping()
            except (redis.exceptions.RedisError, OSError):
                return False
        if name == "gateway":
            try:
                return self.http.get("/readyz", timeout=5).status == 200
            except OSError:
                return False
        if name in self.agents:
            return any(p.ready and p.boot not in self.processes[name].boots
                       for p in self.status("dispatcher", timeout=1) if p.name == name)
        status = self.status(name, timeout=1)
        # the dispatcher is not ready before its agents are
        return bool(status) and (status[0].ready or name == "dispatcher")

    def status(self, service, timeout=None):
        """The processes a service's PONG tells of, itself first; [] if it says nothing, for which a
        process that runs has all the time it wants."""
        process = self.processes.get(service)
        if timeout is None:
            timeout = most.PATIENCE if process and process.alive() and not process.frozen else 1
        with most.Client(self.endpoint(service)) as client:
            try:
                return client.call("PING", name="test", timeout=timeout).processes
            except (most.Timeout, most.WireError, zmq.ZMQError):
                return []

    # ---- looking inside ----

    def client(self, service):
        """A wire client; close it (or use it with `with`)."""
        return most.Client(self.endpoint(service))

    def redis(self):
        return redis.Redis(unix_socket_path=str(self.run / "redis.sock"), decode_responses=True)

    def log(self, name):
        return self.processes[name].text()

    def wait_log(self, name, pattern, timeout=most.PATIENCE, since=0):
        """Until a line of the process's log matches; returns the match."""
        return most.eventually(lambda: re.search(pattern, self.log(name)[since:]), timeout,
                               f"{name} never logged {pattern!r}")

    def count(self, service, name):
        """A metric of sessions, catalog or dispatcher as it is now: asked for, not told a heartbeat
        ago as /metrics has it."""
        return sum(sample.value for sample in self.status(service)[0].samples
                   if sample.name == name)

    def metric(self, name, **labels):
        """The sum of a metric over all processes and labels (that match), from /metrics: what other
        processes than the gateway count is there a heartbeat later."""
        total = 0
        for line in self.http.get("/metrics").body.decode().splitlines():
            match = re.match(rf"{re.escape(name)}(?:{{(.*)}})? (\S+)$", line)
            if match and all(f'{k}="{v}"' in (match[1] or "") for k, v in labels.items()):
                total += float(match[2])
        return total

    def tails(self, lines=40):
        parts = []
        for name, process in self.processes.items():
            text = process.tail(lines)
            parts.append(f"---- {name} ----\n{text}" if text else f"---- {name}: no log ----")
        return "\n".join(parts)
