"""The real compose file on a real Docker engine, for tests.

    with Engine() as engine, Project(engine, env={…}) as project:
        project.up(agent=2, gateway=2)
        project.ask("ana", "busco un nissan")

The engine is the one that answers on this machine, or one started for the test (as root) and ended
with it. Where debian:bookworm-slim cannot be pulled it is made by debootstrap.
"""

import http.client
import json
import os
import pathlib
import resource
import shutil
import socket
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
BASE = "debian:bookworm-slim"
MIRROR = "http://deb.debian.org/debian"


def run(*argv, env=None, check=True, timeout=600, **options):
    done = subprocess.run([str(part) for part in argv], env={**os.environ, **(env or {})},
                          capture_output=True, text=True, timeout=timeout, **options)
    if check and done.returncode:
        raise RuntimeError(f"{' '.join(map(str, argv))}: exit {done.returncode}\n"
                           f"{done.stdout[-4000:]}{done.stderr[-4000:]}")
    return done.stdout


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


class Engine:
    def __init__(self):
        self.folder = self.child = None
        self.env = {}

    def __enter__(self):
        try:
            if not self._answers():
                self._start()
            self._base()
        except BaseException:
            self.__exit__()
            raise
        return self

    def _answers(self):
        return subprocess.run(["/usr/bin/docker", "info"], env={**os.environ, **self.env},
                              capture_output=True).returncode == 0

    def _start(self):
        """A dockerd of our own, with everything it has in one folder."""
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="mostrador-docker-"))
        self.env = {"DOCKER_HOST": f"unix://{self.folder}/docker.sock"}
        with open(self.folder / "log", "w") as log:
            self.child = subprocess.Popen(
                ["dockerd", "--data-root", self.folder / "data", "--exec-root",
                 self.folder / "exec", "--pidfile", self.folder / "pid", "-H",
                 self.env["DOCKER_HOST"]], stdout=log, stderr=log, start_new_session=True)

        def up():
            if self.child.poll() is not None:
                raise SystemExit(f"dockerd ended:\n{(self.folder / 'log').read_text()[-3000:]}")
            return self._answers()
        eventually(up, 60, "dockerd does not answer")

    def _base(self):
        if self.docker("images", "-q", BASE).strip():
            return
        try:
            self.docker("pull", "-q", BASE, timeout=60)
        except (RuntimeError, subprocess.TimeoutExpired):
            print(f"{BASE} cannot be pulled; debootstrap makes it", flush=True)
            with tempfile.TemporaryDirectory(prefix="mostrador-base-") as folder:
                run("debootstrap", "--variant=minbase", "bookworm", folder, MIRROR)
                run("sh", "-c", f"tar -C {folder} -c . | /usr/bin/docker import - {BASE}", env=self.env)

    def docker(self, *argv, **options):
        return run("/usr/bin/docker", *argv, env=self.env, **options)

    def __exit__(self, *_):
        if self.child is None:
            return
        self.child.terminate()
        try:
            self.child.wait(30)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()
        shutil.rmtree(self.folder, ignore_errors=True)
        self.child = None


class Project:
    """docker-compose, with a project name, ports and settings of its own."""

    def __init__(self, engine, name="mostradorcheck", env=None):
        self.engine, self.name = engine, name
        self.ports = free_ports(3)
        limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        self.env = {**engine.env, "COMPOSE_PROJECT_NAME": name,
                    "HTTP_PUBLISH": f"127.0.0.1:{self.ports[0]}",
                    "ACME_PUBLISH": f"127.0.0.1:{self.ports[1]}",
                    "TLS_PUBLISH": f"127.0.0.1:{self.ports[2]}",
                    "NOFILE": str(min(limit, 65536)), **(env or {})}
        self.scale = {}

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if kind:
            print(self.compose("logs", "--tail", "40", "--no-color", check=False)[-20000:])
        self.compose("--profile", "demo", "--profile", "monitoring", "down", "-v", "-t", "20",
                     "--remove-orphans", check=False)

    def compose(self, *argv, **options):
        with tempfile.NamedTemporaryFile() as nothing:  # not the developer's .env
            return run("/usr/bin/docker-compose", "--env-file", nothing.name, *argv, env=self.env,
                       cwd=ROOT, **options)

    def build(self, *services):
        self.compose("--profile", "demo", "--profile", "monitoring", "build", *services,
                     timeout=1200)

    def up(self, *more, profiles=(), **scale):
        self.scale.update(scale)
        argv = [part for profile in profiles for part in ("--profile", profile)]
        argv += ["up", "-d", "-t", "20", *more]
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

    def address(self, service, network="inside"):
        networks = self.containers(service)[0]["NetworkSettings"]["Networks"]
        return networks[f"{self.name}_{network}"]["IPAddress"]

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

    # ---- through the front ----

    def request(self, method, path, body=None, timeout=60):
        connection = http.client.HTTPConnection("127.0.0.1", self.ports[0], timeout=timeout)
        try:
            connection.request(method, path, body and json.dumps(body).encode(),
                               {"Content-Type": "application/json"} if body else {})
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def ask(self, user, text, **options):
        status, body = self.request("POST", "/seller/bot/", {"user_id": user, "msg": text},
                                    **options)
        return status, json.loads(body)

    def ready(self):
        return self.request("GET", "/readyz", timeout=5)[0] == 200

    def metric(self, name):
        """{labels: value} of one scrape."""
        found = {}
        for line in self.request("GET", "/metrics")[1].decode().splitlines():
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
