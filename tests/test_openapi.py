"""The API's document: every operation of the code is in it and no other, who may do what is said
right, and what a real shop answers is what it says."""

import http.client
import json
import re
import subprocess

import pytest

import alert_targets
import most
import stack as stacks

ROUTES = [line.split("\t") for line in subprocess.run(
    [stacks.BIN / "describe", "routes"], check=True, capture_output=True,
    text=True).stdout.splitlines()]
DOCUMENT = json.loads((most.ROOT / "gateway" / "openapi.json").read_text())
TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None)}


def operations():
    return {(method.upper(), path): {"parameters": [], **operation}
            for path, item in DOCUMENT["paths"].items()
            for method, operation in item.items() if method != "parameters"}


def resolve(schema):
    while "$ref" in schema:
        schema = DOCUMENT["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    return schema


def is_type(value, name):
    if name in ("integer", "number"):
        return not isinstance(value, bool) and isinstance(
            value, int if name == "integer" else (int, float))
    return isinstance(value, TYPES[name])


def check(value, schema, where="answer"):
    """What of JSON Schema the document uses."""
    schema = resolve(schema)
    unknown = set(schema) - {"type", "properties", "required", "additionalProperties", "items",
                             "enum", "format", "minimum", "maximum", "default"}
    assert not unknown, f"{where}: this check knows no {unknown}"
    wanted = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    assert any(is_type(value, name) for name in wanted), f"{where}: {value!r} is no {wanted}"
    if "enum" in schema:
        assert value in schema["enum"], where
    if isinstance(value, dict):
        known = schema.get("properties", {})
        lacking = set(schema.get("required", ())) - set(value)
        assert not lacking, f"{where} lacks {lacking}"
        more = schema.get("additionalProperties", True)
        assert more is not False or set(value) <= set(known), f"{where}: {set(value) - set(known)}"
        for name, inner in value.items():
            if name in known or isinstance(more, dict):
                check(inner, known.get(name, more), f"{where}.{name}")
    if isinstance(value, list):
        for item in value:
            check(item, schema["items"], f"{where}[]")


def test_every_operation_is_in_it_and_no_other():
    coded = {(method, path): doc for method, path, _, _, route, doc in ROUTES
             if route != "PAGE" or path == "/openapi.json"}
    assert {key for key, doc in coded.items() if doc != "the same"} == set(operations())


def test_who_may_is_said_right():
    for method, path, who, *_ in ROUTES:
        told = operations().get((method, path))
        if not told:
            continue
        schemes = {name for choice in told.get("security", ()) for name in choice}
        assert schemes == {
            "ANYBODY": set(), "PAGE": set(), "SIGNED": {"signature"},
            "API": {"token", "cookie"} | ({"csrf"} if method != "GET" else set()),
            "VISITOR": {"token", "cookie", "visitor"} | ({"csrf"} if method != "GET" else set()),
            "CONSOLE": {"cookie"} | ({"csrf"} if method != "GET" else set())}[who], (method, path)


def test_it_is_well_formed():
    assert DOCUMENT["openapi"] == "3.1.0"
    text = json.dumps(DOCUMENT)
    for name in re.findall(r'"#/components/schemas/(\w+)"', text):
        assert name in DOCUMENT["components"]["schemas"]
    for (method, path), operation in operations().items():
        assert operation["summary"] and "default" in operation["responses"]
        item = DOCUMENT["paths"][path].get("parameters", [])
        assert [p["name"] for p in item] == re.findall(r"{(\w+)}", path)
        assert ("requestBody" in operation) <= (method == "POST"), path


def answered(operation, answer):
    """A good answer is one that is described, body and all."""
    told = operation["responses"].get(str(answer.status), operation["responses"]["default"])
    if "content" not in told:
        assert answer.body == b""
        return
    kind = answer.headers["content-type"].split(";")[0]
    assert kind in told["content"], answer
    if kind.endswith("json"):
        check(answer.json(), told["content"][kind]["schema"])


@pytest.fixture(scope="module")
def filled(stack):
    assert stack.http.ask("openapi", "busco un nissan de menos de 300 mil").status == 200
    assert stack.http.ask("openapi", "el segundo a 48 meses con 20% de enganche").status == 200
    most.eventually(lambda: stack.http.get("/seller/turns?user_id=openapi").json()["turns"])
    return stack


@pytest.mark.parametrize("path", sorted(path for method, path in operations() if method == "GET"
                                        and path != "/seller/events"))
def test_what_is_answered_is_what_it_says(filled, path):
    car = filled.http.get("/catalog/cars").json()["cars"][0]["stock_id"]
    asked = path.replace("{user_id}", "openapi").replace("{stock_id}", str(car))
    answer = filled.http.get(asked)
    answered(operations()["GET", path], answer)
    assert answer.status == (401 if path.startswith("/console/") else 200)


def test_bad_requests_are_answered_as_it_says(filled):
    for method, path in operations():
        if method == "POST" and path.startswith(("/seller/bot", "/console/")):
            answer = filled.http.request(
                method, path.replace("{name}", "x").replace("{document}", "rules"), b"{")
            assert answer.status >= 400
            answered(operations()[method, path], answer)


def test_the_console_answers_as_it_says(filled):
    made = subprocess.run([stacks.BIN / "console-user", "openapi", "owner"], cwd=filled.dir,
                          env=stacks.clean_env(filled.env), stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, check=True)
    told = operations()
    answer = filled.http.post("/console/api/session", {"name": "openapi",
                                                       "password": made.stdout.split()[-1]})
    assert answer.status == 200, answer
    answered(told["POST", "/console/api/session"], answer)
    headers = {"Cookie": answer.headers["set-cookie"].split(";")[0],
               "X-CSRF-Token": answer.json()["csrf"]}
    for method, path, body in CONSOLE:
        asked = path.replace("{name}", "openapi-2").replace("{document}", "knowledge")
        query = "?version=1" if path == "/console/api/text/{document}" else ""
        if path == "/console/api/password":
            body = {"old": made.stdout.split()[-1], "password": "correct horse battery"}
        answer = filled.http.request(method, asked + query, body, headers)
        assert answer.status in (200, 204), (method, path, answer)
        answered(told[method, path], answer)
        if path == "/console/api/password":
            headers = {"Cookie": answer.headers["set-cookie"].split(";")[0],
                       "X-CSRF-Token": answer.json()["csrf"]}


NEW = {"name": "openapi-2", "role": "viewer", "password": "correct horse battery"}
CONSOLE = (
    ("GET", "/console/api/session", None), ("GET", "/console/api/users", None),
    ("POST", "/console/api/users", NEW), ("POST", "/console/api/users/{name}", {"role": "seller"}),
    ("DELETE", "/console/api/users/{name}", None), ("POST", "/console/api/password", None),
    ("POST", "/console/api/texts/{document}", {"text": "# Horario\nDe 9 a 18 h.", "last": 0}),
    ("GET", "/console/api/texts/{document}", None), ("GET", "/console/api/text/{document}", None),
    ("POST", "/console/api/try", {"chat": "a", "msg": "hola", "knowledge": 1}),
    ("POST", "/console/api/publish/{document}", {"version": 0, "live": 0}),
    ("DELETE", "/console/api/session", None))

CAR = {"stock_id": 990001, "make": "Kia", "model": "Rio", "year": 2020, "price": 150000, "km": 10}
TOLD = "MessageSid=SM" + "a" * 32 + "&From=whatsapp%3A%2B5215500000777&To=whatsapp%3A%2B14155238886"
PERSON = "/seller/sessions/{user_id}"
LEADS = "/seller/leads/{user_id}"
CHANGES = (  # operation, body, status: in this order one leads to the next
    ("POST", "/seller/bot/", {"user_id": "openapi", "msg": "busco un nissan"}, 200),
    ("POST", "/seller/bot/", {"user_id": "openapi", "msg": "quiero apartar el primero, soy Ana"}, 200),
    ("POST", LEADS, {"stage": "contacted", "note": "Llamar"}, 200),
    ("POST", LEADS, {"lead_id": "none", "stage": "won"}, 404),
    ("POST", PERSON + "/take", {"by": "Ana"}, 200), ("POST", PERSON + "/take", {"by": "Eva"}, 409),
    ("POST", PERSON + "/say", {"text": "Hola, soy Ana", "id": "1"}, 200),
    ("GET", PERSON + "/messages", None, 200), ("GET", PERSON, None, 200),
    ("POST", PERSON + "/give", {"note": "Quiere el Versa"}, 200), ("POST", PERSON + "/give", {}, 409),
    ("DELETE", PERSON, None, 204), ("DELETE", "/seller/people/{user_id}", None, 204),
    ("GET", "/seller/people/{user_id}", None, 404),
    ("POST", "/catalog/cars", CAR, 200), ("POST", "/catalog/cars", CAR, 409),
    ("POST", "/catalog/cars/{stock_id}", {"price": 149000}, 200),
    ("POST", "/catalog/cars/{stock_id}", {"price": "gratis"}, 400),
    ("POST", "/catalog/cars/{stock_id}/sold", {}, 200), ("GET", "/catalog/history", None, 200),
    ("POST", "/catalog/history/{number}/undo", None, 200),
    ("POST", "/catalog/import", b"stock_id,make,model,year,price,km\n1,Kia,Rio,2020,1,1\n", 200),
    ("POST", "/catalog/import", b"stock_id,make,model,year,price,km\n1,Kia,Rio,2020,x,1\n", 400),
    ("POST", "/seller/alerts/test", None, 202), ("POST", "/widget/visitors", None, 201),
    ("POST", "/webhook/twilio/", TOLD + "&Body=hola", 200),
    ("POST", "/webhook/twilio/status", TOLD + "&MessageStatus=sent", 204))


@pytest.fixture(scope="module")
def whole():
    """A shop that has all of it: a widget, and alerts."""
    target = alert_targets.http_target()
    made = stacks.Stack(agents=1, env={
        "WIDGET_ORIGINS": "https://www.shop.example", "ALERT_PRIVATE": "on",
        "ALERT_WEBHOOK_URL": f"http://127.0.0.1:{target.port}/signed",
        "ALERT_WEBHOOK_SECRET": alert_targets.SECRET})
    try:
        yield made.start()
    finally:
        made.stop()
        target.close()


def test_every_change_is_answered_as_it_says(whole):
    for method, path, body, status in CHANGES:
        asked = path.replace("{user_id}", "openapi").replace("{stock_id}", str(CAR["stock_id"]))
        if path == LEADS and "lead_id" not in body:
            (lead,) = whole.http.get("/seller/leads/openapi").json()["leads"]
            body = {"lead_id": lead["lead_id"], **body}
        if "{number}" in path:
            newest = whole.http.get("/catalog/history").json()["revisions"][0]
            asked = path.replace("{number}", str(newest["number"]))
        headers = {"Content-Type": "application/x-www-form-urlencoded"} if isinstance(body, str) else {}
        answer = whole.http.request(method, asked, body, headers)
        assert answer.status == status, (method, path, answer)
        answered(operations()[method, path], answer)


def test_the_stream_of_changes_is_what_it_says(whole):
    connection = http.client.HTTPConnection(whole.http.host, whole.http.port, timeout=90)
    try:
        connection.request("GET", "/seller/events")
        answer = connection.getresponse()
        kind = answer.getheader("content-type").split(";")[0]
        assert answer.status == 200
        assert kind in operations()["GET", "/seller/events"]["responses"]["200"]["content"]
        assert b"event: change\n" in iter(answer.readline, b"")
    finally:
        connection.close()


def test_no_operation_is_left_out():
    """Here, at least, its good answer is held against the document."""
    tried = {(method, path) for method, path, *_ in CONSOLE + CHANGES}
    tried |= {(method, path) for method, path in operations() if method == "GET"
              and not path.startswith("/console/")}
    assert set(operations()) == tried | {("POST", "/console/api/session")}
