#!/usr/bin/env python3
"""make check-compose: the real images, the real compose file, scaled, killed, cut off and replaced.

    check_compose.py [--short] [--if-possible]

Prints a line for each thing that was seen to hold, and ends with 1 at the first that does not.
--short, for continuous integration: less of each kind of trouble, nobody is cut off, no Prometheus.
--if-possible: where no engine can run it says why and ends with 0; without it that is an error.
"""

import argparse
import http.client
import json
import pathlib
import ssl
import sys
import time

import zmq
import zmq.utils.monitor

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import compose  # noqa: E402
import docker_engine  # noqa: E402
import openai_sim  # noqa: E402
from compose import eventually  # noqa: E402
from compose_people import SHOP, Crowd, WhatsApp, talk  # noqa: E402
from twilio_sim import TwilioSim  # noqa: E402

SCALE = {"agent": 4, "gateway": 2, "catalog": 2, "sessions": 2}
NOTICED_S = 5  # until everybody knows of a replica that came or went
SETTINGS = {"SITE_ADDRESS": "localhost",
            "TWILIO_ACCOUNT_SID": TwilioSim.account, "TWILIO_AUTH_TOKEN": TwilioSim.token,
            "TWILIO_API_BASE": "http://twilio-sim:9000",
            "TWILIO_MESSAGING_BASE": "http://twilio-sim:9000", "PUBLIC_BASE_URL": SHOP,
            "TWILIO_PERSON_BURST": 100, "OPENAI_BASE_URL": "http://openai-sim:9000/v1",
            "OPENAI_API_KEY": openai_sim.Sim.key, "AGENTS": 4,
            "CONTEXT_ENTRIES": 1000, "CONTEXT_TOKENS": 100000}  # who looks back sees everything
# there may be many of the first four, and all but the last are replaced unnoticed
KINDS = ("agent", "sessions", "catalog", "gateway", "dispatcher-1", "dispatcher-2", "redis")
started = time.monotonic()


def told(text):
    print(f"{time.monotonic() - started:6.1f} s  {text}", flush=True)


# ---- what runs in the containers ----

def check_confinement(project):
    """No root, nothing to write to, nothing published but the front."""
    published = set()
    for container in project.containers():
        name, host = container["Name"], container["HostConfig"]
        assert host["ReadonlyRootfs"], f"{name} can write to its root"
        assert host["CapDrop"] == ["ALL"] and not host["CapAdd"], f"{name} has capabilities"
        assert "no-new-privileges:true" in host["SecurityOpt"], f"{name} may gain privileges"
        assert host["Memory"] and host["NanoCpus"] and host["Init"], f"{name} has no limits"
        assert [(u["Name"], u["Hard"]) for u in host["Ulimits"]] in (
            [("nofile", 16384)], [("nofile", 256)]), name
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


def check_images(project):
    for container in project.containers():
        name, labels = container["Name"], container["Config"]["Labels"]
        service = container["Config"]["Image"].split("mostrador-")[1].split(":")[0]
        assert labels["org.opencontainers.image.title"] == f"mostrador-{service}", name
        assert labels["org.opencontainers.image.version"] == "latest", name
        bill = project.engine.docker("exec", container["Id"], "cat", "/app/bill-of-materials")
        assert "libc6 2." in bill and "gcc 4:" not in bill, name
    told("every image says what it is and what is in it, and has no compiler")


def check_network(project):
    """A stranger on the network: no password, no keys."""
    address = project.address("redis")
    for argv in (["ping"], ["get", "x"], ["--user", "health", "get", "x"]):
        answer = project.engine.docker("exec", project.names("redis")[0], "redis-cli", "-h",
                                       address, "--no-auth-warning", *argv, check=False)
        assert "PONG" not in answer and ("NOAUTH" in answer or "NOPERM" in answer), answer
    told("Redis answers nobody without its password, and nobody with more than they need")
    context = zmq.Context()
    server = (b"x" * 40, zmq.curve_keypair()[0])
    for service, port in (("sessions", 5570), ("catalog", 5580), ("dispatcher-1", 5560),
                          ("dispatcher-1", 5561)):
        for keys in (None, zmq.curve_keypair()):
            check_stranger(context, f"tcp://{project.address(service)}:{port}", keys, server[1])
    context.term()
    told("sessions, catalog and dispatchers shake hands with nobody whose key they don't know")


def check_stranger(context, endpoint, keys, server_key):
    """Who has no keys, or keys of their own, does not get as far as saying anything."""
    with context.socket(zmq.DEALER) as stranger, stranger.get_monitor_socket() as monitor:
        stranger.linger = 0
        if keys:
            stranger.curve_publickey, stranger.curve_secretkey = keys
            stranger.curve_serverkey = server_key
        stranger.connect(endpoint)
        seen = set()
        while zmq.EVENT_DISCONNECTED not in seen:
            assert monitor.poll(10000), f"{endpoint} keeps a stranger: {seen}"
            seen.add(zmq.utils.monitor.recv_monitor_message(monitor)["event"])
        assert zmq.EVENT_HANDSHAKE_SUCCEEDED not in seen, f"{endpoint} lets a stranger in"
        stranger.disable_monitor()


# What Chromium sends over HTTPS to a page with a cookie, and a CDN in front of us adds.
BROWSER = {name: "x" for name in (
    "Accept-Language", "Cache-Control", "Cdn-Loop", "Cf-Connecting-Ip", "Cf-Ipcountry", "Cf-Ray",
    "Cf-Visitor", "Dnt", "Origin", "Pragma", "Priority", "Referer", "Save-Data", "Sec-Ch-Ua",
    "Sec-Ch-Ua-Mobile", "Sec-Ch-Ua-Platform", "Sec-Fetch-Dest", "Sec-Fetch-Mode", "Sec-Fetch-User",
    "Sec-Gpc", "Traceparent", "Tracestate", "Upgrade-Insecure-Requests", "User-Agent",
    "X-Request-Id", "X-Requested-With")} | {
    "Accept": "text/html", "Accept-Encoding": "gzip, br", "Cookie": "a=1; b=2",
    "Sec-Fetch-Site": "same-origin"}


def check_headers(project):
    status, answer = project.request("GET", "/", headers=BROWSER)
    assert status == 200, answer
    status, answer = project.request("GET", "/", headers=BROWSER, at=f"{project.address('gateway')}:8000")
    assert status == 431, answer
    told(f"a browser's {len(BROWSER) + 1} header lines reach a gateway, which takes 22, as what it reads")


# ---- the steps ----

def check_start(project):
    began = time.monotonic()
    project.up()
    eventually(project.ready, 90, "not ready")
    told(f"up from a clone without .env: ready after {time.monotonic() - began:.1f} s, with a "
         "sample catalog, keys and a password of its own")
    talk(project, "ana")
    told("the offline seller through the front: list, next page, quote")


def check_settings(project, profiles):
    project.settings(**SETTINGS)
    project.up(profiles=profiles)
    eventually(project.ready, 90, "not ready")
    talk(project, "bea")
    status, body = project.request("GET", "/seller/turns?limit=1")
    assert status == 200 and json.loads(body)["turns"][0]["model"] != "offline", body
    assert json.loads(project.request("GET", "/seller/sessions/ana")[1])["messages"]
    told(".env is read: the model's and Twilio's simulators are used; Ana's conversation is still "
         "there")


def check_tls(project):
    """Under a name of its own, with a certificate that Caddy gets by itself (here from itself)."""
    secure = ssl.create_default_context()
    secure.check_hostname, secure.verify_mode = False, ssl.CERT_NONE

    def over_tls():
        connection = http.client.HTTPSConnection("localhost", project.ports[2], context=secure, timeout=10)
        connection.request("GET", "/readyz")
        return connection.getresponse()
    answer = eventually(over_tls, 60, "no TLS")
    assert answer.status == 200 and answer.headers["Strict-Transport-Security"]
    connection = http.client.HTTPConnection("127.0.0.1", project.ports[1], timeout=10)
    connection.request("GET", "/readyz", headers={"Host": "localhost"})
    answer = connection.getresponse()
    assert (answer.status, answer.headers["Location"]) == (308, "https://localhost/readyz")
    told("with SITE_ADDRESS the shop is there over TLS, and plain HTTP leads to it")


def processes(project, gateway):
    """{role: names} of what one gateway knows to be alive."""
    found = {}
    _, text = project.request("GET", "/metrics", at=f"{gateway}:8000")
    for line in text.decode().splitlines():
        if 'process="' in line:
            role = line.split('role="')[1].split('"')[0]
            found.setdefault(role, set()).add(line.split('process="')[1].split('"')[0])
    return found


def noticed(project, wanted):
    """Seconds until every gateway knows of so many of each, and of no more."""
    began = time.monotonic()

    def known():
        for gateway in project.addresses("gateway"):
            found = processes(project, gateway)
            if any(len(found.get(role, ())) != wanted[role]
                   for role in ("agent", "sessions", "catalog")):
                raise RuntimeError(f"{gateway} knows of {found}, not {wanted}")
        return True
    eventually(known, NOTICED_S, "not noticed")
    return time.monotonic() - began


def check_scale(project):
    with Crowd(project, "scale") as crowd:
        crowd.wait_for()
        project.up(**SCALE)
        for service in SCALE:
            for name in project.names(service):
                eventually(lambda name=name: project.serves(name), 30, f"{name} does not serve")
        took = noticed(project, SCALE)
        crowd.wait_for(3)
    count = crowd.check()
    told(f"scaled to {SCALE} under load: {count} API calls, none failed; every gateway knew all "
         f"replicas {took:.1f} s after they served, and each of them works")


def check_gone(project, services):
    """Away without a word, and back."""
    for service in services:
        name = project.names(service)[-1]
        with Crowd(project, f"gone-{service}", people=4, patience=60) as crowd:
            crowd.wait_for()
            project.engine.docker("kill", name)
            took = noticed(project, {**SCALE, service: SCALE[service] - 1})
            crowd.wait_for(2)
            project.engine.docker("start", name)
            eventually(lambda name=name: project.serves(name), 30, f"{name} does not serve")
            back = noticed(project, SCALE)
        crowd.check()
        told(f"{name} killed: every gateway knew after {took:.1f} s, and that it is back after "
             f"{back:.1f} s")


def check_dispatchers(project, whatsapp, services):
    for name in [name for service in services for name in project.names(service)]:
        with Crowd(project, name, people=4, patience=60) as crowd:
            crowd.wait_for()
            project.engine.docker("kill", name)
            whatsapp.burst()
            crowd.wait_for(5)
            project.engine.docker("start", name)
            eventually(lambda name=name: project.serves(name), 30, f"{name} does not serve")
        count = crowd.check()
        told(f"{name} gone: {count} API calls and {whatsapp.check()} WhatsApp messages answered, "
             f"the longest took {crowd.longest:.1f} s")


def check_crashes(project, whatsapp, services):
    with Crowd(project, "crash", people=6, patience=90) as crowd:
        for service in services:
            name = project.names(service)[0]
            before, crowd.longest = sum(crowd.repeated.values()), 0
            whatsapp.burst()
            project.crash(name)
            whatsapp.burst()
            crowd.wait_for(2)
            eventually(lambda name=name: project.serves(name), 30, f"{name} does not come back")
            told(f"  {name} crashed and came back: {sum(crowd.repeated.values()) - before} calls "
                 f"said again, the longest took {crowd.longest:.1f} s")
    told(f"one of each kind crashed: {crowd.check()} API calls and {whatsapp.check()} WhatsApp "
         f"messages, all answered once and in order; said again after {dict(crowd.repeated)}")


def check_partitions(project, whatsapp, services):
    with Crowd(project, "cut", people=6, patience=90) as crowd:
        for service in services:
            name = project.names(service)[0]
            before, crowd.longest = sum(crowd.repeated.values()), 0
            whatsapp.burst()
            project.cut_off(name)
            whatsapp.burst()
            if service == "redis":
                time.sleep(3)
            else:
                crowd.wait_for(2)
            project.connect(name, service)
            crowd.wait_for(2)
            eventually(lambda name=name: project.serves(name), 30, f"{name} does not come back")
            told(f"  {name} cut off from the network and back: "
                 f"{sum(crowd.repeated.values()) - before} calls said again, the longest took "
                 f"{crowd.longest:.1f} s")
        noticed(project, SCALE)
    told(f"one of each kind cut off: {crowd.check()} API calls and {whatsapp.check()} WhatsApp "
         "messages, all answered once and in order")


def check_roll(project, whatsapp, services):
    """deploy/roll, as after an upgrade, while people write who do not try twice."""
    old = {c["Id"] for service in services for c in project.containers(service)}
    with Crowd(project, "roll") as crowd:
        crowd.wait_for()
        roll = compose.Background(project.run, "deploy/roll", *services, timeout=1800)
        while not roll.done():
            whatsapp.burst()
            crowd.wait_for(8)
        roll.result()
        crowd.wait_for()
    new = {c["Id"] for service in services for c in project.containers(service)}
    assert len(new) == len(old) and not new & old, "not all containers were replaced"
    told(f"deploy/roll: {len(new)} containers replaced one by one under load: {crowd.check()} API "
         f"calls, none failed, {whatsapp.check()} WhatsApp messages, all answered once")


def check_drain(project):
    """SIGTERM: what is under way is finished; docker stop waits longer than that takes."""
    drains = [(container["Name"], container["Config"]["StopTimeout"], line.split("=", 1)[1] or "10s")
              for container in project.containers() for line in container["Config"]["Env"]
              if line.startswith("DRAIN_MS=")]
    assert len(drains) == sum(SCALE.values()) + 2, drains
    assert all(grace > float(drain.removesuffix("s")) + 3 for _, grace, drain in drains), drains
    sim = openai_sim.Sim(host=project.address("openai-sim"), port=9000)
    sim.control(latency_ms=4000)
    try:
        calls = [compose.Background(project.ask, f"drain-{n}", "busco un kia") for n in range(8)]
        eventually(lambda: sim.stats()["active"] >= 8, 20, "the model is not asked")
        names = project.names("agent")
        project.engine.docker("stop", *names[:2], project.names("gateway")[0])
        assert all(call.result()[0] == 200 for call in calls)
        logs = "".join(project.engine.docker("logs", "--tail", "20", name, both=True)
                       for name in names[:2])
        assert logs.count("event=gone") == 2 and "turns_stopped" not in logs, logs
    finally:
        sim.control(latency_ms=0)
    project.up()
    eventually(project.healthy, 60, "not healthy")
    told("two agents and a gateway stopped in mid-turn: 8 calls of a model that takes 4 s were all "
         "answered 200, and they ended by themselves")


def check_monitoring(project):
    monitor, address = project.names("monitor")[0], project.address("monitor")
    checked = project.engine.docker("exec", monitor, "promtool", "check", "config",
                                    "/app/prometheus/prometheus.yml")
    assert "SUCCESS" in checked and "rules found" in checked, checked

    def api(path):
        _, body = project.request("GET", f"/api/v1/{path}", at=f"{address}:9090")
        return json.loads(body)["data"]

    def scraped():
        up = [t for t in api("targets")["activeTargets"] if t["health"] == "up"]
        return len(up) == len(project.names("gateway"))
    eventually(scraped, 45, "Prometheus does not scrape every gateway")
    rules = api("rules")["groups"][0]["rules"]
    assert rules and all(rule["health"] == "ok" for rule in rules), rules
    def agents():  # some were started just now: what was scraped before that is old
        return api("query?query=max(mostrador_dispatch_agents)")["result"][0]["value"][1]
    eventually(lambda: agents() == "4", 45, "Prometheus is not told of four agents")
    told(f"Prometheus scrapes both gateways, found by name; {len(rules)} alert rules are evaluated")


TROUBLE = {"profiles": ("demo", "monitoring"), "gone": ("sessions", "catalog", "agent"),
           "dispatchers": ("dispatcher-1", "dispatcher-2"), "crashes": (*KINDS, "proxy"), "partitions": KINDS,
           "roll": ("sessions", "catalog", "dispatcher-1", "dispatcher-2", "agent", "gateway")}
LESS = {"profiles": ("demo",), "gone": ("agent",), "dispatchers": ("dispatcher-1",),
        "crashes": ("sessions", "redis"), "partitions": (), "roll": ("agent", "gateway")}


def check(project, trouble):
    project.build(*trouble["profiles"])
    told("images built")
    check_start(project)
    check_headers(project)
    check_settings(project, trouble["profiles"])
    check_tls(project)
    check_confinement(project)
    check_images(project)
    check_network(project)
    whatsapp = WhatsApp(project)
    check_scale(project)
    check_gone(project, trouble["gone"])
    check_dispatchers(project, whatsapp, trouble["dispatchers"])
    check_crashes(project, whatsapp, trouble["crashes"])
    if trouble["partitions"]:
        check_partitions(project, whatsapp, trouble["partitions"])
    check_roll(project, whatsapp, trouble["roll"])
    check_drain(project)
    if "monitoring" in trouble["profiles"]:
        check_monitoring(project)


def main():
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--short", action="store_true")
    options.add_argument("--if-possible", action="store_true")
    options = options.parse_args()
    missing = docker_engine.missing()
    if missing:
        print(f"CONTAINERS WERE NOT TRIED: {missing}", file=sys.stderr)
        return 0 if options.if_possible else 1
    with docker_engine.Engine() as engine:
        told("a Docker engine answers")
        with compose.Project(engine) as project:
            check(project, LESS if options.short else TROUBLE)
        told("taken down")
    return 0


if __name__ == "__main__":
    sys.exit(main())
