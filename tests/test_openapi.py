"""The API's document: every operation of the code is in it and no other, who may do what is said
right, and what a real shop answers is what it says."""

import json
import re
import subprocess

import pytest

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
    new = {"name": "openapi-2", "role": "viewer", "password": "correct horse battery"}
    for method, path, body in (
            ("GET", "/console/api/session", None), ("GET", "/console/api/users", None),
            ("POST", "/console/api/users", new), ("POST", "/console/api/users/{name}", {"role": "seller"}),
            ("DELETE", "/console/api/users/{name}", None),
            ("POST", "/console/api/texts/{document}", {"text": "# Horario\nDe 9 a 18 h.", "last": 0}),
            ("GET", "/console/api/texts/{document}", None),
            ("GET", "/console/api/text/{document}", None),
            ("POST", "/console/api/try", {"chat": "a", "msg": "hola", "knowledge": 1}),
            ("POST", "/console/api/publish/{document}", {"version": 0, "live": 0}),
            ("DELETE", "/console/api/session", None)):
        asked = path.replace("{name}", "openapi-2").replace("{document}", "knowledge")
        query = "?version=1" if path == "/console/api/text/{document}" else ""
        answer = filled.http.request(method, asked + query, body, headers)
        assert answer.status in (200, 204), (method, path, answer)
        answered(told[method, path], answer)
