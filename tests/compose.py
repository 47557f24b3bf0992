"""The real compose file on a real Docker engine, for tests.

    with Engine() as engine, Project(engine) as project:
        project.up(agent=2, gateway=2)
        project.ask("ana", "busco un nissan")
"""

import http.client
import json
import os
import pathlib
import shutil
import socket
import subprocess
import tempfile
import threading
import time

from docker_engine import DOCKER, run

ROOT = pathlib.Path(__file__).resolve().parent.parent


def eventually(check, timeout=60, what="never true"):
    end, last = time.monotonic() + timeout, None
    while time.monotonic() < end:
        try:
            last = check()
        except (OSError, RuntimeError, http.client.HTTPException, ValueError) as error:
            last = None
            what_now = f"{what}: {error}"
        else:
            what_now = what
        if last:
            return last
        time.sleep(0.2)
    raise RuntimeError(what_now)


class Background(threading.Thread):
    """A call in a thread of its own."""

    def __init__(self, function, *args, **options):
        super().__init__(daemon=True)
        self.work, self.outcome, self.error = lambda: function(*args, **options), None, None
        self.start()

    def run(self):
        try:
            self.outcome = self.work()
        except BaseException as error:
            self.error = error

    def done(self):
        return not self.is_alive()

    def result(self):
        self.join()
        if self.error:
            raise self.error
        return self.outcome


class Project:
    """docker-compose in a copy of the tree, as a clone has it, with a name and ports of its own."""

    def __init__(self, engine, name="mostradorcheck"):
        self.engine, self.name = engine, name
        self.ports = free_ports(3)
        self.env = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), **engine.env,
                    "COMPOSE_PROJECT_NAME": name, "HTTP_PUBLISH": f"127.0.0.1:{self.ports[0]}",
                    "ACME_PUBLISH": f"127.0.0.1:{self.ports[1]}",
                    "TLS_PUBLISH": f"127.0.0.1:{self.ports[2]}"}
        self.scale, self.profiles, self.headers = {}, [], {}
        self.outside = tempfile.TemporaryDirectory(prefix="mostrador-compose-")
        self.folder = pathlib.Path(self.outside.name) / "mostrador"

    def __enter__(self):
        shutil.copytree(ROOT, self.folder, ignore=shutil.ignore_patterns(
            ".git", "build", "var", ".env", "__pycache__"))
        return self

    def __exit__(self, kind, *_):
        if kind:
            print(self.compose("logs", "--tail", "40", "--no-color", check=False)[-20000:])
        self.compose("--profile", "demo", "--profile", "monitoring", "down", "-v", "-t", "5",
                     "--remove-orphans", check=False)
        self.outside.cleanup()

    def run(self, *argv, **options):
        return run(*argv, env=self.env, whole_env=True, cwd=self.folder, **options)

    def compose(self, *argv, **options):
        return self.run("/usr/bin/docker-compose", *argv, **options)

    def settings(self, **settings):
        """What .env says."""
        (self.folder / ".env").write_text("".join(f"{name}={value}\n"
                                                  for name, value in settings.items()))

    def build(self, *profiles):
        """One, which compiles what all are made from, then the others at once."""
        build = (*(part for profile in profiles for part in ("--profile", profile)), "build", "-q")
        self.compose(*build, "setup", timeout=1200)
        self.compose(*build, "--parallel", timeout=1200)

    def up(self, *more, profiles=None, **scale):
        self.scale.update(scale)
        self.profiles = self.profiles if profiles is None else profiles
        argv = [part for profile in self.profiles for part in ("--profile", profile)]
        argv += ["up", "-d", *more]
        for service, count in self.scale.items():
            argv += ["--scale", f"{service}={count}"]
        self.compose(*argv)

    # ---- containers ----

    def containers(self, service=None, running=True):
        """[{"Name", "State", "HostConfig" …}] as docker inspect has it."""
        filters = ["--filter", f"label=com.docker.compose.project={self.name}"]
        if service:
            filters += ["--filter", f"label=com.docker.compose.service={service}"]
        ids = self.engine.docker("ps", "-q", *([] if running else ["-a"]), *filters).split()
        return json.loads(self.engine.docker("inspect", *ids)) if ids else []

    def names(self, service):
        return sorted(c["Name"].lstrip("/") for c in self.containers(service))

    def addresses(self, service, network="inside"):
        return [container["NetworkSettings"]["Networks"][f"{self.name}_{network}"]["IPAddress"]
                for container in self.containers(service)]

    def address(self, service):
        return self.addresses(service)[0]

    def healthy(self):
        states = {c["Name"]: c["State"].get("Health", {}).get("Status")
                  for c in self.containers()}
        return states and all(state == "healthy" for state in states.values())

    def wait_healthy(self, timeout=120):
        def check():
            if self.healthy():
                return True
            states = {c["Name"]: (c["State"]["Status"], c["State"].get("Health", {}).get("Status"))
                      for c in self.containers(running=False)}
            raise RuntimeError(f"not healthy: {states}")
        eventually(check, timeout)

    # ---- one container ----

    def serves(self, name):
        """What its health check says now."""
        done = subprocess.run([DOCKER, "exec", name, "/app/health"], env=self.env,
                              capture_output=True, timeout=60)
        return done.returncode == 0

    def crash(self, name):
        """All its processes at once, as by kill -9; the engine starts it again."""
        self.engine.docker("exec", name, "sh", "-c", "kill -9 -1", check=False)

    def cut_off(self, name, network="inside"):
        self.engine.docker("network", "disconnect", f"{self.name}_{network}", name)

    def connect(self, name, service, network="inside"):
        self.engine.docker("network", "connect", "--alias", service, f"{self.name}_{network}", name)

    # ---- through the front ----

    def request(self, method, path, body=None, timeout=60, headers=(), at=None):
        """at: "host:port" of somebody else than the front."""
        connection = http.client.HTTPConnection(at or f"127.0.0.1:{self.ports[0]}", timeout=timeout)
        try:
            connection.request(method, path, body and json.dumps(body).encode(),
                               {**({"Content-Type": "application/json"} if body else {}),
                                **self.headers, **dict(headers)})
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def ask(self, user, text, key=None, **options):
        status, body = self.request("POST", "/seller/bot/", {"user_id": user, "msg": text},
                                    headers={"Idempotency-Key": key} if key else (), **options)
        return status, json.loads(body)

    def ready(self):
        return self.request("GET", "/readyz", timeout=5)[0] == 200

    def metric(self, name, **options):
        """{labels: value} of one scrape."""
        found = {}
        for line in self.request("GET", "/metrics", **options)[1].decode().splitlines():
            if line.startswith(name + "{") or line.startswith(name + " "):
                labels, _, value = line[len(name):].rpartition(" ")
                found[labels] = float(value)
        return found


def free_ports(count):
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]
    finally:
        for probe in probes:
            probe.close()
