"""What somebody who means harm tries over HTTP, at a whole shop. Every operation of the route table is
tried, so a new one is attacked from the day it is there. Whatever is tried, nothing may be changed and
nothing told; who may do what, cookies, guessing passwords and requests to private networks are in
test_console.py and test_alerts.py, broken HTTP is in test_gateway_http.py."""

import itertools
import json
import re
import socket
import subprocess
import urllib.parse

import pytest

import most
import stack as stacks
from test_console import PASSWORD, ROUTES, TOKEN, Person, path_of

AUTH = {"Authorization": f"Bearer {TOKEN}"}
VICTIM = "whatsapp:+5215512345678"
SECRET_WORDS = re.compile(rb"root:|BEGIN |API_TOKEN=|\[core\]|argon2id|SQLite format")
CHANGES = [(method, path, who) for method, path, who, *_ in ROUTES
           if method != "GET" and who in ("API", "VISITOR", "CONSOLE")]
BODIES = [(method, path) for method, path, who, *_ in ROUTES if method == "POST"]
FILTERS = [parameter["name"] for parameter in json.loads(
    (most.ROOT / "gateway" / "openapi.json").read_text())["paths"]["/catalog/cars"]["get"]["parameters"]]
_names = itertools.count(1)


class Target:
    def __init__(self):
        self.stack = stacks.Stack(agents=1, env={
            "API_TOKEN": TOKEN, "PROXY_ADDR": "127.0.0.1", "WIDGET_ORIGINS": "https://shop.example",
            "WIDGET_PER_MINUTE": "6000"}).start()
        self.http = self.stack.http
        made = subprocess.run([stacks.BIN / "console-user", "jefa", "owner"], cwd=self.stack.dir,
                              env=stacks.clean_env(self.stack.env), stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, check=True)
        self.owner = self.signed_in("jefa", made.stdout.split()[-1])
        self.other = self.signed_in("jefa", made.stdout.split()[-1])
        for text in ("busco un nissan de menos de 300 mil", "el segundo a 48 meses"):
            assert self.http.ask(VICTIM, text, headers=AUTH).status == 200
        most.eventually(lambda: len(self.read(f"/seller/turns?user_id={VICTIM}")["turns"]) == 2)
        self.known = self.state()

    def signed_in(self, name, password):
        person = Person(self.http)
        assert person.sign_in(name, password).status == 200
        return person

    def read(self, path):
        answer = self.http.get(urllib.parse.quote(path, safe="/?=&"), headers=AUTH)
        assert answer.status == 200, (path, answer)
        return answer.json()

    def state(self):
        """What an attacker would like to change."""
        person = self.read(f"/seller/people/{VICTIM}")
        del person["exported_at"]
        return (person, self.read("/catalog/cars"),
                [(user["name"], user["role"])
                 for user in self.owner.get("/console/api/users").json()["users"]])

    def stands(self):
        assert self.state() == self.known


@pytest.fixture(scope="module")
def target():
    made = Target()
    yield made
    made.stack.stop()


@pytest.fixture(autouse=True)
def nothing_changes(target):
    yield
    target.stands()


def refused(answer, *status):
    assert answer.status in status, answer
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert answer.json()["detail"]


def aimed(path):
    """The path of an operation, at the victim."""
    return re.sub(r"{\w+}", urllib.parse.quote(
        "jefa" if path.startswith("/console/") else VICTIM, safe=""), path)


# ---- another site in the browser of somebody who is signed in ----

FORGERIES = {
    "no token": ({}, None),
    "a made up token": ({"X-CSRF-Token": "0" * 43}, None),
    "the token of another session": ("other", None),
    "from another site": ("own", "cross-site"),
    "from a neighbour": ("own", "same-site"),
    "a form": ({"Content-Type": "application/x-www-form-urlencoded"}, None),
    "a form of plain text": ({"Content-Type": "text/plain"}, None),
}


@pytest.mark.parametrize("how", FORGERIES)
@pytest.mark.parametrize("method, path, who", CHANGES)
def test_forged_requests_change_nothing(target, method, path, who, how):
    more, site = FORGERIES[how]
    if isinstance(more, str):
        more = {"X-CSRF-Token": target.owner.csrf if more == "own" else target.other.csrf}
    headers = {**target.owner.headers, **more, **({"Sec-Fetch-Site": site} if site else {})}
    body = json.dumps({"role": "viewer", "msg": "hola", "user_id": VICTIM, "text": "x"}) \
        if method == "POST" else None
    refused(target.http.request(method, aimed(path), body, headers), 401, 403)


@pytest.mark.parametrize("method, path, who", [route for route in CHANGES if route[0] == "DELETE"])
def test_a_method_in_a_header_is_no_method(target, method, path, who):
    for name in ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"):
        answer = target.http.get(aimed(path), headers={**AUTH, name: method})
        assert answer.status in (200, 401, 404, 405)


# ---- files ----

@pytest.mark.parametrize("path", [
    "/../../etc/passwd", "/console/../../../etc/passwd", "/console/%2e%2e/%2e%2e/etc/passwd",
    "/console/..%2f..%2fetc/passwd", "/%2fetc/passwd", "//etc/passwd", "/console/app.js/../../.env",
    "/.env", "/.git/config", "/console/app.js%00.html", "/..\\..\\etc\\passwd", "/console/",
    "/console/....//....//etc/passwd", "/%c0%ae%c0%ae/etc/passwd", "/widget/../.env",
    "/seller/sessions/../../console/api/users", "/seller/sessions/..%2fconversations",
    "/seller/people/%2e%2e", "/console/api/users/..%2f..%2f..%2fetc%2fpasswd", "file:///etc/passwd",
    "http://127.0.0.1:6379/", "/index.html", "/var/catalog/cars.db", "/redis/dump.rdb"])
def test_no_path_leads_to_a_file(target, path):
    with socket.create_connection(("127.0.0.1", target.stack.port), timeout=60) as raw:
        raw.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        told = b"".join(iter(lambda: raw.recv(65536), b""))
    status = int(told.split(b" ", 2)[1])
    assert status in ((200,) if path == "/console/" else (400, 401, 404, 405)), told[:200]
    assert not SECRET_WORDS.search(told)


# ---- the catalog's database ----

SQL = ["' OR 1=1 --", "\" OR \"\"=\"", "1); DROP TABLE cars; --", "x' UNION SELECT * FROM sqlite_master --",
       "%", "NEAR(a b) OR *", "\"", "1e999", "-1", "0x10", "a\x00b", "9" * 30, "'; ATTACH '/tmp/x' AS y; --"]


@pytest.mark.parametrize("name", FILTERS)
def test_no_filter_reaches_the_database_as_sql(target, name):
    for attempt in SQL:
        answer = target.http.get(f"/catalog/cars?{name}={urllib.parse.quote(attempt)}")
        assert answer.status in (200, 400), (attempt, answer)
        assert not SECRET_WORDS.search(answer.body) and b"syntax" not in answer.body, attempt


def test_a_make_that_is_sql_is_a_make_that_nobody_sells(target):
    told = target.read("/catalog/cars?make=" + SQL[0])
    assert told["list"]["total"] < target.known[1]["list"]["total"]


# ---- Redis ----

IDS = ["*", "?", "[a-z]*", "{console}", "}{", "a}:b{", "most:{console}:users", f"{VICTIM}*",
       f" {VICTIM}", f"{VICTIM} ", f"{VICTIM}:inbox", "0 KEYS *", "\\r\\nFLUSHALL", "' .. redis.call",
       "%0d%0aFLUSHALL%0d%0a", "../" * 20, "${jndi:ldap://x}", "<script>alert(1)</script>"]


@pytest.mark.parametrize("user", IDS)
def test_a_user_id_reaches_only_its_own_data(target, user):
    quoted = urllib.parse.quote(user, safe="")
    assert target.http.ask(user, "hola", headers=AUTH).status == 200
    told = target.http.get(f"/seller/sessions/{quoted}", headers=AUTH)
    assert told.status == 200 and told.json()["user_id"] == user
    assert target.http.delete(f"/seller/people/{quoted}", headers=AUTH).status in (200, 204)
    assert target.http.get(f"/seller/sessions/{quoted}", headers=AUTH).status == 404


@pytest.mark.parametrize("user", ["a\r\nFLUSHALL\r\n", "a\x00b", "\x1b[2J", "a\tb", "", "x" * 1000])
def test_what_is_no_user_id_is_refused(target, user):
    refused(target.http.ask(user, "hola", headers=AUTH), 400)


@pytest.mark.parametrize("text", [
    "\r\nFLUSHALL\r\n", "*1\r\n$8\r\nFLUSHALL\r\n", "EVAL \"redis.call('flushall')\" 0",
    "'); redis.call('FLUSHALL') --", "]]} return redis.call('FLUSHALL')", "{{SHOP_NAME}}",
    "${API_TOKEN}", "$(cat .env)", "`id`", "%s%s%s%n", "\u202egnp.exe", "a" * 4096])
def test_a_text_is_a_text(target, text):
    user = f"texto-{next(_names)}"
    assert target.http.ask(user, text, headers=AUTH).status == 200
    kept = target.read(f"/seller/sessions/{user}")["messages"]
    said = next(message["text"] for message in kept if message["role"] == "user")
    assert said.split() == text.split() or text.startswith("\u202e"), said
    assert TOKEN not in json.dumps(kept)


# ---- pages ----

@pytest.mark.parametrize("payload", [
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "</script><svg onload=alert(1)>",
    "javascript:alert(1)", "\"><iframe src=//evil.example>", "<!--", "]]>"])
def test_what_customers_write_is_told_as_inert_json(target, payload):
    user = f"{payload}-{next(_names)}"
    quoted = urllib.parse.quote(user, safe="")
    assert target.http.ask(user, payload, headers=AUTH).status == 200
    most.eventually(lambda: target.http.get(f"/seller/turns?user_id={quoted}",
                                            headers=AUTH).json()["turns"])
    for path in (f"/seller/sessions/{quoted}", f"/seller/people/{quoted}", "/seller/conversations",
                 f"/seller/turns?user_id={quoted}"):
        answer = target.http.get(path, headers=AUTH)
        assert answer.headers["content-type"] == "application/json"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert b"<" not in answer.body, path


def test_no_header_comes_back_in_a_page(target):
    for headers in ({"Host": "evil.example"}, {"X-Forwarded-Host": "evil.example"},
                    {"Referer": "https://evil.example"}, {"User-Agent": "<evil.example>"},
                    {"Origin": "https://evil.example"}):
        for path in ("/", "/console", "/nope", "/widget", "/openapi.json"):
            answer = target.http.get(path, headers=headers)
            told = answer.body + repr(sorted(answer.headers.items())).encode()
            assert b"evil.example" not in told, (path, headers)
            assert "access-control-allow-origin" not in answer.headers


# ---- sizes ----

@pytest.mark.parametrize("method, path", BODIES)
def test_a_body_that_is_too_large_is_refused(target, method, path):
    with socket.create_connection(("127.0.0.1", target.stack.port), timeout=60) as raw:
        raw.sendall((f"{method} {path_of(path)} HTTP/1.1\r\nHost: x\r\n"
                     f"Authorization: Bearer {TOKEN}\r\nContent-Type: application/json\r\n"
                     f"Content-Length: {1 << 40}\r\n\r\n").encode() + b"{" * 65536)
        assert raw.recv(65536).split(b" ", 2)[1] == b"413"


@pytest.mark.parametrize("body", [
    b"[" * 60000, b'{"a":' * 10000, b'{"msg":"x","msg":"y","user_id":"ana"}', b"null", b"\xff\xfe",
    b'{"msg":{"$ne":null},"user_id":"ana"}', b'{"msg":"x","user_id":["ana"]}', b"x" * 65536])
def test_a_body_that_is_no_request_is_refused(target, body):
    refused(target.http.request("POST", "/seller/bot/", body,
                                {**AUTH, "Content-Type": "application/json"}), 400)
