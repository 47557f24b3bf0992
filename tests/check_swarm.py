#!/usr/bin/env python3
"""make check-swarm: the stack file on a real swarm of one node, scaled, upgraded and rolled back.

Names lead to tasks without the swarm's own balancing (dnsrr) and ports are those of the host, so
this needs no IPVS. Prints a line for each thing that was seen to hold, and ends with 1 at the first
that does not.
"""

import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import compose  # noqa: E402
from check_compose import told  # noqa: E402
from compose import eventually  # noqa: E402
from compose_people import Crowd, talk  # noqa: E402
from docker_engine import Engine  # noqa: E402

LABELS = ("catalog", "redis", "front")
TOKEN = "of-this-swarm-alone"
SETTINGS = {"CONTEXT_ENTRIES": 1000, "CONTEXT_TOKENS": 100000,  # who looks back sees everything
            "API_TOKEN": TOKEN, "TWILIO_API_SECRET": "not-to-be-$een"}


class Stack(compose.Project):
    """deploy/stack in a copy of the tree, on a swarm of this engine alone."""

    def __enter__(self):
        super().__enter__()
        self.headers = {"Authorization": f"Bearer {TOKEN}"}
        self.env |= {"SWARM_HTTP_PORT": str(self.ports[0]), "SWARM_ACME_PORT": str(self.ports[1]),
                     "SWARM_TLS_PORT": str(self.ports[2])}
        self.engine.docker("swarm", "init", "--advertise-addr", "127.0.0.1")
        for label in LABELS:
            self.engine.docker("node", "update", "--label-add", f"mostrador.{label}=true",
                               self.engine.docker("node", "ls", "-q").strip())
        self.keys = tempfile.TemporaryDirectory(prefix="mostrador-keys-")
        run = ("run", "--rm", "-u", "0", "-v", f"{self.keys.name}:/to", "--entrypoint", "/app/keys")
        self.engine.docker(*run, "mostrador-setup:latest", "/to")
        return self

    def __exit__(self, kind, *_):
        if kind:
            print(self.engine.docker("stack", "ps", "--no-trunc", self.name, check=False))
        self.engine.docker("stack", "rm", self.name, check=False)
        self.engine.docker("swarm", "leave", "--force", check=False)
        eventually(lambda: not self.engine.docker("ps", "-q", "--filter", f"name={self.name}_"), 60,
                   "tasks do not end")
        for volume in self.engine.docker("volume", "ls", "-q", "--filter",
                                         f"name={self.name}_").split():
            self.engine.docker("volume", "rm", volume, check=False)
        self.keys.cleanup()
        self.outside.cleanup()

    def deploy(self):
        text = self.run("deploy/stack", "--keys", self.keys.name)
        with tempfile.NamedTemporaryFile("w", suffix=".yml") as file:
            file.write(text)
            file.flush()
            self.engine.docker("stack", "deploy", "--resolve-image", "never", "-c", file.name,
                               self.name)

    def update(self, service, image, wait=True):
        """What `docker service update` says; None when it rolled back."""
        done = subprocess.run(["/usr/bin/docker", "service", "update", "--no-resolve-image", "-q",
                               *([] if wait else ["-d"]), "--image", image,
                               f"{self.name}_{service}"],
                              env=self.env, capture_output=True, text=True, timeout=300)
        return done.stdout if done.returncode == 0 else None

    def running(self, service):
        """Images of the tasks that run."""
        lines = self.engine.docker("service", "ps", "-f", "desired-state=running", "--format",
                                   "{{.Image}} {{.CurrentState}}", f"{self.name}_{service}")
        return [line.split()[0] for line in lines.splitlines() if line.split()[1] == "Running"]


def check_deploy(stack):
    stack.settings(**SETTINGS)
    stack.deploy()
    eventually(stack.ready, 180, "not ready")
    eventually(lambda: all(len(stack.running(name)) == count for name, count in (
        ("gateway", 2), ("agent", 4), ("sessions", 2), ("catalog", 2), ("redis", 1))), 180,
               "not all tasks run")
    talk(stack, "ana")
    told("deployed: two gateways, four agents, two of sessions and catalog; a conversation through "
         "the front")


def check_secrets(stack):
    """Keys and passwords are the swarm's secrets: nothing in the environment, no volume of keys."""
    names = stack.engine.docker("secret", "ls", "--format", "{{.Name}}").split()
    assert any(name.startswith("redis-password-") for name in names), names
    seen = stack.engine.docker("service", "inspect", *(f"{stack.name}_{name}" for name in
                                                       ("redis", "sessions", "agent", "gateway")))
    password = (pathlib.Path(stack.keys.name) / "redis/password").read_text()
    assert password not in seen and SETTINGS["TWILIO_API_SECRET"] not in seen
    assert "TWILIO_API_SECRET_FILE" in seen and "keys-" not in seen
    agent = stack.engine.docker("ps", "-q", "--filter", f"name={stack.name}_agent").split()[0]
    assert stack.engine.docker("exec", agent, "cat", "/run/secrets/TWILIO_API_SECRET") \
        == SETTINGS["TWILIO_API_SECRET"]
    status, _ = stack.request("GET", "/seller/turns", headers={"Authorization": "Bearer of-nobody"})
    assert status == 401, status
    told(f"{len(names)} secrets, none of them to be read in a service's description")


def check_scale(stack):
    with Crowd(stack, "scale", people=4) as crowd:
        crowd.wait_for()
        stack.engine.docker("service", "scale", f"{stack.name}_agent=6", f"{stack.name}_sessions=3")
        crowd.wait_for(3)
    count = crowd.check()
    assert len(stack.running("agent")) == 6 and len(stack.running("sessions")) == 3
    told(f"scaled to six agents and three of sessions under load: {count} API calls, none failed")


def check_update(stack):
    for service in ("agent", "gateway"):
        stack.engine.docker("tag", f"mostrador-{service}:latest", f"mostrador-{service}:next")
        with Crowd(stack, f"update-{service}", people=4) as crowd:
            crowd.wait_for()
            assert stack.update(service, f"mostrador-{service}:next") is not None
            crowd.wait_for(2)
        count = crowd.check()
        assert set(stack.running(service)) == {f"mostrador-{service}:next"}
        told(f"{service} upgraded one task at a time under load: {count} API calls, none failed")


def check_rollback(stack):
    """An image that does not become healthy."""
    stack.engine.docker("tag", "mostrador-setup:latest", "mostrador-gateway:broken")
    with Crowd(stack, "rollback", people=4) as crowd:
        crowd.wait_for()
        stack.update("gateway", "mostrador-gateway:broken")
        eventually(lambda: set(stack.running("gateway")) == {"mostrador-gateway:next"}, 120,
                   "not rolled back")
        crowd.wait_for(2)
    told(f"a broken gateway was rolled back under load: {crowd.check()} API calls, none failed")


def main():
    with Engine() as engine:
        with compose.Project(engine) as project:
            project.build("demo", "monitoring")
        told("images built")
        with Stack(engine, "mostradorswarm") as stack:
            check_deploy(stack)
            check_secrets(stack)
            check_scale(stack)
            check_update(stack)
            check_rollback(stack)
        told("taken down")
    return 0


if __name__ == "__main__":
    sys.exit(main())
