"""The compose file says every setting that a service's code reads, and each to its own: a new one is
not forgotten, and secrets go only to who needs them. What it does is in tests/check_compose.py."""

import fnmatch
import re
import runpy
import socketserver
import subprocess
import threading

import pytest
import redis
import yaml

import most
import stack as stacks

FILES = {"gateway": "gateway/[!d]*.c", "dispatcher-1": "gateway/dispatcher*.c", "agent": "agent/*.c",
         "catalog": "catalog/*.c", "sessions": "sessions/*.c"}
# one for all containers of a kind, or of no use in one
FIXED = {"PORT", "OPENAI_CA_FILE"}
SERVICES = yaml.safe_load((most.ROOT / "docker-compose.yml").read_text())["services"]


def read_by(pattern):
    return {name for path in most.ROOT.glob(pattern)
            for name in re.findall(r"\bconfig\.([A-Z][A-Z_0-9]+)", path.read_text())}


def given_to(service):
    return {name.removesuffix("_FILE") for name in SERVICES[service].get("environment", {})}


@pytest.mark.parametrize("service, pattern", FILES.items())
def test_every_setting_that_is_read_can_be_set(service, pattern):
    assert read_by(pattern) - given_to(service) - FIXED == set()


def test_what_the_compose_file_asks_for_can_stand_in_env():
    table = (most.ROOT / "common/settings.h").read_text()
    settings = set(re.findall(r"^ +S\((\w+),", table, re.M))
    of_containers = dict(re.findall(r'^ +C\((\w+), "(.*?)"', table, re.M))
    asked = set()
    for path in ("docker-compose.yml", "deploy/swarm.yml"):
        for name, default in re.findall(r"\$\{(\w+):-(.*?)}", (most.ROOT / path).read_text()):
            asked.add(name)
            if of_containers.get(name):
                assert of_containers[name] == default, name
    assert asked - settings - set(of_containers) == set()
    assert set(of_containers) - asked == set()


def test_secrets_go_where_they_are_read():
    secrets = set(re.findall(r"^ +S\((\w+), SECRET", (most.ROOT / "common/settings.h").read_text(),
                             re.M))
    assert "OPENAI_API_KEY" in secrets
    for service in SERVICES:
        allowed = read_by(FILES[service.replace("dispatcher-2", "dispatcher-1")]) \
            if service.replace("dispatcher-2", "dispatcher-1") in FILES else set()
        assert given_to(service) & secrets <= allowed, service


def test_every_service_is_confined():
    for name, service in SERVICES.items():
        assert service["read_only"] and service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert ("ports" in service) == (name == "proxy"), name
        assert "mem_limit" in service and "cpus" in service, name
        assert name == "setup" or "healthcheck" in service, name


UNITS = {"mb": 1 << 20, "m": 1 << 20, "gb": 1 << 30, "g": 1 << 30}


def size(text):
    """Bytes of "768m"."""
    return int(re.match(r"\d+", text)[0]) * UNITS[text.lstrip("0123456789")]


def test_strangers_cannot_fill_a_service():
    """Who connects and shows no key can make it hold a message of the largest size."""
    largest = re.search(r"PROTO_MAX_BODY \((\d+) << 20\)", (most.ROOT / "proto/proto.h").read_text())
    own = size("200m")
    for name in ("sessions", "catalog", "dispatcher-1", "dispatcher-2"):
        service = SERVICES[name]
        held = service["ulimits"]["nofile"] * ((int(largest[1]) << 20) + 4096)
        assert held + own <= size(service["mem_limit"]), name


def test_a_small_host_can_run_every_service():
    """An engine refuses a container that may use more CPUs than the host has."""
    assert max(service["cpus"] for service in SERVICES.values()) <= 1


# ---- a swarm ----

def in_env(text, **settings):
    """With what stands in .env filled in."""
    return re.sub(r"\$\{(\w+):-(.*?)}", lambda found: settings.get(found[1]) or found[2], text)


@pytest.mark.parametrize("path, settings, refused", [
    ("docker-compose.yml", {}, False),
    ("docker-compose.yml", {"HTTP_PUBLISH": "192.0.2.7:8000"}, True),
    ("docker-compose.yml", {"SITE_ADDRESS": "shop.example"}, True),
    ("deploy/swarm.yml", {}, True),
    ("deploy/swarm.yml", {"HTTP_PUBLISH": "127.0.0.1:9000", "SITE_ADDRESS": "localhost"}, True)])
def test_a_front_that_others_reach_wants_a_token(path, settings, refused):
    """In a swarm it is always one: its ports are those of a host, at all of its addresses."""
    gateway = yaml.safe_load((most.ROOT / path).read_text())["services"]["gateway"]["environment"]
    env = {"HTTP_ADDR": "0.0.0.0", "PROXY_ADDR": in_env(gateway["PROXY_ADDR"], **settings)}
    done = subprocess.run([most.BIN / "describe", "value", "PORT"], env=stacks.clean_env(env),
                          capture_output=True, text=True, check=False, cwd="/")
    assert ("set API_TOKEN" in done.stderr) == (done.returncode == 1) == refused


def test_a_secret_of_a_swarm_is_what_env_says(tmp_path):
    """docker-compose config doubles every $."""
    secrets = runpy.run_path(str(most.ROOT / "deploy/stack"))["Secrets"](tmp_path)
    service = {"environment": {"SMTP_PASSWORD": "pa$$word", "SHOP_NAME": "Autos $$"}}
    secrets.from_environment(service)
    assert (tmp_path / "settings/SMTP_PASSWORD").read_text() == "pa$word"
    assert service["environment"] == {"SHOP_NAME": "Autos $$",
                                      "SMTP_PASSWORD_FILE": "/run/secrets/SMTP_PASSWORD"}


# ---- what stands before it and behind it ----

def test_alerts_look_at_numbers_that_there_are():
    asked = set(re.findall(r"\bmostrador_\w+", (most.ROOT / "deploy/prometheus/alerts.yml").read_text()))
    there = set(re.findall(r'"(mostrador_\w+)"', (most.ROOT / "common/metrics.h").read_text()))
    assert len(asked) >= 5 and asked <= there


def test_the_proxy_leaves_what_a_gateway_reads():
    dropped = re.findall(r"header_up -(\S+)", (most.ROOT / "deploy/images/proxy/Caddyfile").read_text())
    read = {name for path in most.ROOT.glob("gateway/*.c")
            for names in re.findall(r'http_request_header\(req, "([a-z-]+)"|\bheader\(req, "([a-z-]+)"\)',
                                   path.read_text()) for name in names if name}
    assert {"cookie", "x-forwarded-for", "sec-fetch-site", "idempotency-key", "if-none-match"} <= read
    assert len(dropped) > 20
    for name in read | {"content-length", "transfer-encoding"}:
        assert not any(fnmatch.fnmatchcase(name, each.lower()) for each in dropped), name


def test_the_proxy_takes_what_a_gateway_takes():
    said = (most.ROOT / "deploy/images/proxy/Caddyfile").read_text()
    taken = (most.ROOT / "gateway/head.h").read_text()
    awaited = (most.ROOT / "gateway/kore_guard.c").read_text()
    assert int(re.search(r"max_size (\d+)MB", said)[1]) * 1000000 \
        > int(re.search(r"HEAD_MAX_FILE (\d+)", taken)[1])
    assert int(re.search(r"read_body (\d+)s", said)[1]) * 1000 \
        >= int(re.search(r"FILE_MS (\d+)", awaited)[1])


class RedisAsInItsImage:
    """The image's own start script, with its folders elsewhere."""

    PLACES = {"/run/mostrador": "run", "/keys": "keys", "/app": "app", "/data": "data"}
    COMMANDS = "+ping +evalsha +script|load +set +get"

    def __init__(self, folder, **env):
        self.port, self.env = stacks.free_port(), env
        text = (most.ROOT / "deploy/images/redis/start").read_text()
        for place, name in self.PLACES.items():
            (folder / name).mkdir()
            text = text.replace(place, str(folder / name))
        (folder / "keys/password").write_text("secret")
        (folder / "app/commands").write_text(self.COMMANDS.replace(" ", "\n"))
        self.script = folder / "start"
        self.script.write_text(text.replace("--port 6379 --bind '* -::*'",
                                            f"--port {self.port} --bind 127.0.0.1"))

    def __enter__(self):
        self.child = subprocess.Popen(["sh", self.script], stdout=subprocess.DEVNULL,
                                      env=stacks.clean_env(self.env))
        most.eventually(self.answers)
        return self

    def answers(self):
        try:
            return self.as_user("health", "").ping()
        except redis.ConnectionError:
            return False

    def __exit__(self, *_):
        self.child.kill()
        self.child.wait()

    def as_user(self, name, password):
        return redis.Redis(port=self.port, username=name, password=password, decode_responses=True)


def test_redis_lets_one_user_in_and_keeps_what_it_took(tmp_path):
    image = RedisAsInItsImage(tmp_path)
    with image:
        ours = image.as_user("mostrador", "secret")
        for name, password in (("default", ""), ("mostrador", "wrong")):
            with pytest.raises(redis.RedisError):
                image.as_user(name, password).get("most:a")
        with pytest.raises(redis.RedisError):
            redis.Redis(port=image.port).get("most:a")
        with pytest.raises(redis.ResponseError):
            ours.execute_command("FLUSHALL")
        # two writes of a script are a transaction in the file, which whoever reads it must run
        ours.evalsha(ours.script_load("redis.call('SET', KEYS[1], 1) redis.call('SET', KEYS[2], 2)"),
                     2, "most:a", "most:b")
    with image:
        assert [image.as_user("mostrador", "secret").get(f"most:{key}") for key in "ab"] == ["1", "2"]


def test_redis_refuses_what_does_not_fit_before_its_container_is_full(tmp_path):
    said = SERVICES["redis"]
    assert 2 * size(said["environment"]["REDIS_MAXMEMORY"]) <= size(said["mem_limit"])
    with RedisAsInItsImage(tmp_path, REDIS_MAXMEMORY="3mb") as image:
        ours = image.as_user("mostrador", "secret")
        ours.set("most:kept", "1")
        with pytest.raises(redis.ResponseError, match="maxmemory"):
            for n in range(100):
                ours.set(f"most:{n}", "x" * 65536)
        assert ours.get("most:kept") == "1"


class SaysOneThing(socketserver.StreamRequestHandler):
    """To every command but AUTH."""

    def handle(self):
        while line := self.rfile.readline():
            words = [(self.rfile.readline(), self.rfile.readline().strip())[1]
                     for _ in range(int(line[1:]))]
            self.wfile.write(b"+OK\r\n" if words[0].upper() == b"AUTH" else self.server.says)


@pytest.mark.parametrize("says, alive", [
    ("+PONG", True), ("-LOADING Redis is loading the dataset in memory", True),
    ("-MISCONF Errors writing to the AOF file: No space left on device", True),
    ("-NOPERM this user has no permissions", False), ("", False)])
def test_a_redis_that_a_restart_would_not_mend_is_left_alone(says, alive):
    """A swarm ends what is not healthy: while it reads its file, again and again; while its disk is
    full, with what it has taken and could not write."""
    text = (most.ROOT / "deploy/images/redis/health").read_text()
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), SaysOneThing) as server:
        server.daemon_threads, server.says = True, f"{says}\r\n".encode()
        if says:
            threading.Thread(target=server.serve_forever, daemon=True).start()
        else:
            server.socket.close()  # nobody there
        asked = text.replace("redis-cli", f"redis-cli -p {server.server_address[1]}")
        done = subprocess.run(["sh", "-c", asked], capture_output=True, check=False, timeout=60)
        if says:
            server.shutdown()
    assert (done.returncode == 0) == alive


def test_the_sample_catalog_comes_also_when_a_catalog_began_before_it(tmp_path):
    """Regression 7: in a swarm nobody waits for setup; a catalog service that was faster had made its
    folders, and setup took these for a catalog. Nobody made one then."""
    folder = tmp_path / "catalog"
    folder.mkdir()
    script = (most.ROOT / "deploy/images/setup/start").read_text()
    for path, here in (("/app/catalog-import", stacks.BIN / "catalog-import"), ("/keys", tmp_path / "no-keys"),
                       ("/app/sample.csv", most.ROOT / "catalog/sample.csv")):
        script = script.replace(path, str(here))
    script = re.sub(r"(?<=[ =])/catalog(?=[ )])", str(folder), script)
    env = stacks.clean_env({"CATALOG_DIR": str(folder), "KNOWLEDGE_DIR": str(most.ROOT / "catalog/knowledge"),
                            "CATALOG_ENDPOINT": f"ipc://{tmp_path}/catalog.sock"})
    catalog = subprocess.Popen([stacks.BIN / "catalog"], env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                               text=True)
    try:
        assert any("event=ready" in line for line in catalog.stdout)
        assert list(folder.iterdir())
        subprocess.run(["sh", "-c", script], check=True, env=env, timeout=60)
        made = (folder / "catalog.db").stat()
        assert any("event=catalog " in line and "cars=600" in line for line in catalog.stdout)
        subprocess.run(["sh", "-c", script], check=True, env=env, timeout=60)
        assert (folder / "catalog.db").stat().st_mtime_ns == made.st_mtime_ns
    finally:
        catalog.terminate()
        catalog.wait(10)
        catalog.stdout.close()
