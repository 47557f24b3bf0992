"""The endpoints of the gateway, with services behind it that are slow, busy, away or wrong."""

import json
import os
import pathlib
import re
import signal
import socket
import subprocess

import msgpack
import pytest

import most
import stack as stacks
from gateway_shop import CAR, LIST, Raw, Shop, check_problem, reply

SHOWN = {"stock_id": 301650, "make": "Nissan", "model": "Versa", "version": "Advance",
         "year": 2022, "km": 12491, "price": 637999.00, "bluetooth": True, "car_play": False}
PAGE = {"total": 12, "page": 1, "pages": 3, "pages_left": 2}


@pytest.fixture
def new_shop():
    made = []

    def make(**options):
        made.append(Shop(**options))
        return made[-1]

    yield make
    for shop in made:
        shop.close()


@pytest.fixture(scope="module")
def shared():
    made = Shop(env={"REQUEST_MS": "20s"})
    yield made
    made.close()


@pytest.fixture
def shop(shared):
    """The shared one; what a test changes is put back."""
    kept = [(fake, dict(fake.handlers), dict(fake.process), list(fake.more))
            for fake in shared.fakes]
    yield shared
    for fake, handlers, process, more in kept:
        fake.handlers, fake.process, fake.more = handlers, process, more
        fake.silent = False
    most.eventually(lambda: shared.http.get("/readyz").status == 200)
    assert shared.serves()


# ---- POST /seller/bot/ ----

def test_an_answer_as_it_is_specified(shop):
    shop.dispatcher.handlers["WORK"] = lambda m: (
        "ANSWER", {"reply": reply("*Versa* «ñandú» 🚗\n\"<b>\"", m.seq, cars=[CAR], list=LIST)})
    answer = shop.ask("whatsapp:+5215512345678", "busco un nisan")
    assert answer.status == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == {"user_id": "whatsapp:+5215512345678", "turn_id": "01TURN",
                             "reply": "*Versa* «ñandú» 🚗\n\"<b>\"", "cars": [SHOWN],
                             "list": PAGE}
    assert b'"price":637999.00,' in answer.body  # the exact decimal, no double
    work = shop.dispatcher.wait_for("WORK", lambda m: m.user_id == "whatsapp:+5215512345678")
    told = shop.sessions.wait_for("ENQUEUE", lambda m: m.text == "busco un nisan")
    assert work.trace == told.trace and work.seq == shop.recorded[told.user_id, told.message_id]
    assert told.channel == "api" and len(told.message_id) == 26 and not work.stream


def test_with_and_without_the_last_slash(shop):
    body = {"msg": "hola", "user_id": "ana"}
    assert shop.http.post("/seller/bot", body).json() == shop.http.post("/seller/bot/", body).json()
    assert "list" not in shop.ask().json() and shop.ask().json()["cars"] == []


WRONG = {
    "nothing": b"",
    "not JSON": b"hola",
    "half": b'{"msg":"a","user_id":"b"',
    "more behind": b'{"msg":"a","user_id":"b"} x',
    "two": b'{"msg":"a","user_id":"b"}{}',
    "array": b'["a","b"]',
    "string": b'"a"',
    "null": b"null",
    "no msg": b'{"user_id":"b"}',
    "no user": b'{"msg":"a"}',
    "msg is a number": b'{"msg":1,"user_id":"b"}',
    "msg is null": b'{"msg":null,"user_id":"b"}',
    "msg is a list": b'{"msg":["a"],"user_id":"b"}',
    "user is a number": b'{"msg":"a","user_id":52155}',
    "user is an object": b'{"msg":"a","user_id":{}}',
    "empty msg": b'{"msg":"","user_id":"b"}',
    "blank msg": b'{"msg":" \\n\\t ","user_id":"b"}',
    "empty user": b'{"msg":"a","user_id":""}',
    "blank user": b'{"msg":"a","user_id":"  "}',
    "long user": json.dumps({"msg": "a", "user_id": "b" * 129}).encode(),
    "control in user": b'{"msg":"a","user_id":"b\\u0007"}',
    "4097 characters": json.dumps({"msg": "ñ" * 4097, "user_id": "b"}).encode(),
    "bad UTF-8": b'{"msg":"\xff","user_id":"b"}',
    "cut UTF-8": b'{"msg":"a\xc3","user_id":"b"}',
    "overlong": b'{"msg":"\xc0\xaf","user_id":"b"}',
    "half a pair": b'{"msg":"\\ud83d","user_id":"b"}',
    "NUL": b'{"msg":"a\0","user_id":"b"}',
    "escaped NUL": b'{"msg":"a\\u0000b","user_id":"b"}',
    "msg twice": b'{"msg":"a","msg":"c","user_id":"b"}',
    "deep": b"[" * 30000,
    "form": b"msg=a&user_id=b",
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_with_a_body_is_told(shop, name):
    before = len(shop.recorded)
    answer = shop.http.post("/seller/bot/", WRONG[name])
    assert answer.status == 400
    check_problem(answer)
    assert len(shop.recorded) == before


def test_4096_characters_are_taken_whole(shop):
    text = "\\u0000 🚗" + "ñ" * 4088  # an escaped backslash is no NUL
    assert len(text) == 4096
    assert shop.http.post("/seller/bot/", {"msg": text, "user_id": "largo", "other": 1}).status \
        == 200
    assert shop.sessions.wait_for("ENQUEUE", lambda m: m.user_id == "largo").text == text


def test_the_same_key_is_the_same_message(shop):
    keys = {"Idempotency-Key": "k-1"}
    assert shop.ask("eva", headers=keys).status == 200
    shop.sessions.handlers["ENQUEUE"] = lambda m: (
        "ENQUEUED", {"seq": 1, "duplicate": True, "reply": reply("ya te dije")})
    works = shop.dispatcher.count("WORK")
    assert shop.ask("eva", headers=keys).json()["reply"] == "ya te dije"
    assert shop.dispatcher.count("WORK") == works
    assert shop.sessions.count("ENQUEUE", lambda m: m.message_id == "k-1") == 2
    for bad in ("x" * 129, "a b"):
        assert shop.ask("eva", headers={"Idempotency-Key": bad}).status == 400


def test_not_waiting_any_more_means_asking_sessions_again(shop):
    """The turn ended between ENQUEUE and WORK: the answer is there already."""
    shop.dispatcher.handlers["WORK"] = lambda m: ("ERROR", {"code": "not_waiting"})
    seen = []

    def enqueue(message):
        seen.append(message.message_id)
        told = {"seq": 7, "duplicate": len(seen) > 1}
        return "ENQUEUED", {**told, "reply": reply("guardada")} if len(seen) == 4 else told

    shop.sessions.handlers["ENQUEUE"] = enqueue
    assert shop.ask("leo").json()["reply"] == "guardada"
    assert len(seen) == 4 and len(set(seen)) == 1


def test_a_refused_message_is_taken_back(shop):
    shop.dispatcher.handlers["WORK"] = lambda m: (
        "ERROR", {"code": "busy", "retry_after_ms": 2500})
    answer = shop.ask("rosa")
    assert answer.status == 503 and answer.headers["retry-after"] == "3"
    check_problem(answer)
    taken = shop.sessions.wait_for("WITHDRAW", lambda m: m.user_id == "rosa")
    assert taken.message_id == shop.sessions.wait_for(
        "ENQUEUE", lambda m: m.user_id == "rosa").message_id


def test_a_message_that_somebody_claimed_meanwhile_is_waited_for(shop):
    tries = []

    def work(message):
        tries.append(message)
        if len(tries) == 1:
            return "ERROR", {"code": "busy", "retry_after_ms": 100}
        return "ANSWER", {"reply": reply("a fin de cuentas")}

    shop.dispatcher.handlers["WORK"] = work
    shop.sessions.handlers["WITHDRAW"] = lambda m: ("ERROR", {"code": "claimed"})
    assert shop.ask("luz").json()["reply"] == "a fin de cuentas"


def test_an_earlier_copy_is_not_taken_back(shop):
    """What was promised to be kept stays, though there is no room for this copy."""
    shop.sessions.handlers["ENQUEUE"] = lambda m: ("ENQUEUED", {"seq": 3, "duplicate": True})
    shop.dispatcher.handlers["WORK"] = lambda m: ("ERROR", {"code": "busy"})
    assert shop.ask("sol").status == 503
    assert shop.sessions.count("WITHDRAW", lambda m: m.user_id == "sol") == 0


def test_no_room_is_told_before_anything_is_recorded(shop):
    shop.dispatcher.process.update(ready=False, missing="room")
    before = len(shop.recorded)
    most.eventually(lambda: "room" in shop.http.get("/readyz").json()["missing"])
    answer = shop.ask("tere")
    assert answer.status == 503 and answer.headers["retry-after"] == "1"
    assert len(shop.recorded) == before


@pytest.mark.parametrize("code,status", [
    ("busy", 503), ("unavailable", 503), ("invalid", 400), ("internal", 502),
    ("bad_message", 502), ("nonsense", 502), ("timeout", 503)])
def test_sessions_says_no(shop, code, status):
    shop.sessions.handlers["ENQUEUE"] = lambda m: ("ERROR", {"code": code, "detail": "x"})
    answer = shop.ask()
    assert answer.status == status
    check_problem(answer)
    assert ("retry-after" in answer.headers) == (status == 503)


@pytest.mark.parametrize("code,status", [("internal", 502), ("invalid", 400), ("timeout", 504)])
def test_the_dispatcher_says_no(shop, code, status):
    shop.dispatcher.handlers["WORK"] = lambda m: ("ERROR", {"code": code})
    answer = shop.ask()
    assert answer.status == status
    check_problem(answer)


def test_answers_of_the_wrong_kind(shop):
    shop.dispatcher.handlers["WORK"] = lambda m: ("OK", {})
    assert shop.ask().status == 502
    shop.dispatcher.handlers["WORK"] = lambda m: ("ANSWER", {"reply": []})
    assert shop.ask().status == 502
    shop.sessions.handlers["ENQUEUE"] = lambda m: ("FACETS", {"version": 1})
    assert shop.ask().status == 502


def test_garbage_from_behind_is_dropped(shop):
    def enqueue(message):
        shop.sessions.put([message.peer, b"MOST/9", b"", b""])
        shop.sessions.put([message.peer, b"x"])
        shop.sessions.put([message.peer, b"MOST/1", bytes(32), b"\xdd\x05\xf5\xe1\x00"])
        message.answer("ENQUEUED", seq=1)
        message.answer("ENQUEUED", seq=1)  # twice

    shop.sessions.handlers["ENQUEUE"] = enqueue
    assert shop.ask().status == 200
    assert shop.metric("mostrador_wire_bad_total", role="gateway") >= 1
    assert shop.metric("mostrador_rpc_late_total", role="gateway") >= 1


def test_the_deadline_is_504_and_the_turn_goes_on(new_shop):
    shop = new_shop(env={"REQUEST_MS": "3s"})
    shop.dispatcher.handlers["WORK"] = lambda m: None
    answer = shop.ask()
    assert answer.status == 504
    assert "Idempotency-Key" in check_problem(answer)["detail"]
    assert shop.sessions.count("WITHDRAW") == 0
    # not waiting, for ever
    shop.dispatcher.handlers["WORK"] = lambda m: ("ERROR", {"code": "not_waiting"})
    assert shop.ask("otra").status == 504
    assert shop.sessions.count("ENQUEUE", lambda m: m.user_id == "otra") < 30


def test_sessions_away_is_waited_for(new_shop):
    shop = new_shop(env={"REQUEST_MS": "5s"})
    shop.sessions.close()
    assert shop.ask("sin").status == 503
    answer = shop.later(shop.ask, "con")
    most.eventually(lambda: shop.metric("mostrador_http_waiting") == 1)
    shop.sessions = shop.fake("sessions", {"ENQUEUE": shop.on_enqueue})
    assert answer.result().status == 200
    shop.dispatcher.close()
    most.eventually(lambda: shop.http.get("/readyz").json()["missing"] == ["dispatcher"])
    before = len(shop.recorded)
    answer = shop.ask("nadie")
    assert answer.status == 503 and answer.headers["retry-after"]
    assert len(shop.recorded) == before


def test_a_restarted_dispatcher_is_asked_again(shop):
    held = []
    shop.dispatcher.handlers["WORK"] = held.append
    answer = shop.later(shop.ask, "ida")
    shop.dispatcher.wait_for("WORK", lambda m: m in held)
    shop.dispatcher.handlers["WORK"] = lambda m: ("ANSWER", {"reply": reply("otra vez")})
    shop.dispatcher.process["boot"] += 1
    assert answer.result().json()["reply"] == "otra vez"


def test_who_goes_away_is_cancelled(shop):
    held = []
    shop.dispatcher.handlers["WORK"] = held.append
    gone = shop.metric("mostrador_http_gone_total")
    body = b'{"msg":"hola","user_id":"adios"}'
    client = Raw(shop.port).send(b"POST /seller/bot/ HTTP/1.1\r\nHost: x\r\nContent-Length: "
                                 b"%d\r\n\r\n%s" % (len(body), body))
    work = shop.dispatcher.wait_for("WORK", lambda m: m in held)
    client.reset()
    cancel = shop.dispatcher.wait_for("CANCEL", lambda m: m.id == work.id)
    assert cancel.user_id == "adios"
    work.answer("ANSWER", reply=reply())  # too late
    most.eventually(lambda: shop.metric("mostrador_http_gone_total") == gone + 1)


def users_of(held):
    """Whose WORK came: on a slow machine an unanswered one is sent again."""
    return {work.user_id for work in held}


def test_many_wait_at_once_and_get_their_own(shop):
    held = []
    shop.dispatcher.handlers["WORK"] = held.append
    asked = [shop.later(shop.ask, f"u{n}") for n in range(60)]
    most.eventually(lambda: len(users_of(held)) == 60)
    assert shop.metric("mostrador_http_waiting") == 60
    for work in reversed(held):
        work.answer("ANSWER", reply=reply(f"para {work.user_id}"))
    for n, answer in enumerate(asked):
        assert answer.result().json()["reply"] == f"para u{n}"
    assert shop.metric("mostrador_http_waiting") == 0


def test_too_many_waiting_are_refused_and_others_served(new_shop):
    shop = new_shop(env={"GATEWAY_CONNECTIONS": "16"})
    held = []
    shop.dispatcher.handlers["WORK"] = held.append
    asked = [shop.later(shop.ask, f"u{n}") for n in range(12)]
    most.eventually(lambda: len(users_of(held)) == 12)
    answer = shop.ask("trece")
    assert answer.status == 503 and answer.headers["retry-after"] == "1"
    check_problem(answer)
    assert len(shop.recorded) == 12
    assert shop.http.get("/healthz").status == 200
    for work in held:
        work.answer("ANSWER", reply=reply())
    assert all(answer.result().status == 200 for answer in asked)


# ---- the same as a stream ----

class Events:
    def __init__(self, shop, user="eva", headers=""):
        self.raw = Raw(shop.port)
        body = json.dumps({"msg": "hola", "user_id": user}).encode()
        self.raw.send(f"POST /seller/bot/ HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n"
                      f"{headers}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        self.head = self.raw.until(b"\r\n\r\n").decode()

    def next(self):
        name, data = self.raw.until(b"\n\n").decode().split("\n")
        assert name.startswith("event: ") and data.startswith("data: ")
        return name[7:], json.loads(data[6:])


def test_a_stream_tells_what_happens(shop):
    held = []
    shop.dispatcher.handlers["WORK"] = held.append
    events = Events(shop)
    assert events.head.startswith("HTTP/1.1 200 ")
    assert "content-type: text/event-stream; charset=utf-8" in events.head
    assert events.next() == ("writing", {})
    work = shop.dispatcher.wait_for("WORK", lambda m: m in held)
    assert work.stream
    work.answer("PARTIAL", user_id="eva", text="Ten")
    assert events.next() == ("delta", {"text": "Ten"})
    work.answer("PARTIAL", user_id="eva", text="go\n\n\"dos\"</script>")
    assert events.next() == ("delta", {"text": "go\n\n\"dos\"</script>"})
    work.answer("PARTIAL", user_id="eva", restart=True, text="Otra")
    assert events.next() == ("restart", {})
    assert events.next() == ("delta", {"text": "Otra"})
    work.answer("ANSWER", reply=reply("Otra cosa", cars=[CAR], list=LIST))
    assert events.next() == ("done", {"user_id": "eva", "turn_id": "01TURN", "reply": "Otra cosa",
                                      "cars": [SHOWN], "list": PAGE})
    assert events.raw.closed()
    assert shop.sessions.wait_for("ENQUEUE", lambda m: m.user_id == "eva" and m.channel == "chat")


def test_a_stream_ends_with_its_problem(shop):
    shop.dispatcher.handlers["WORK"] = lambda m: ("ERROR", {"code": "busy"})
    events = Events(shop)
    assert events.next()[0] == "writing"
    name, told = events.next()
    assert name == "problem" and told["status"] == 503 and told["detail"]
    assert events.raw.closed()


def test_what_is_wrong_with_a_request_is_no_stream(shop):
    answer = shop.http.post("/seller/bot/", {"msg": ""}, headers={"Accept": "text/event-stream"})
    assert answer.status == 400
    check_problem(answer)


def test_a_slow_reader_of_a_stream_is_cut(shop):
    held = []
    shop.dispatcher.handlers["WORK"] = held.append
    events = Events(shop, "lenta")
    work = shop.dispatcher.wait_for("WORK", lambda m: m in held)
    for _ in range(1000):  # 16 MB that nobody reads
        work.answer("PARTIAL", user_id="lenta", text="x" * 16000)
    shop.dispatcher.wait_for("CANCEL", lambda m: m.id == work.id)
    assert "slow_reader" in shop.stack.log("gateway")
    events.raw.socket.close()


# ---- conversations ----

def test_a_conversation_is_shown(shop):
    shop.sessions.handlers["READ"] = lambda m: ("SESSION", {
        "waiting": 1, "leased": True, "outbox": 2, "expires_ms": 1767323045678, "context": {
            "version": 1, "language": "es", "turns": 2, "list": LIST, "shown": [CAR], "entries": [
                {"role": "user", "text": "busco un nissan", "at_ms": 1767225600000},
                {"role": "call", "tool": "search_cars", "text": "{}"},
                {"role": "tool", "tool": "search_cars", "text": "{}"},
                {"role": "assistant", "text": "Tengo 12", "at_ms": 1767225601500}]}})
    answer = shop.http.get("/seller/sessions/whatsapp%3A%2B521%20%C3%B1")
    assert answer.status == 200
    assert answer.json() == {
        "user_id": "whatsapp:+521 ñ", "messages": [
            {"role": "user", "text": "busco un nissan", "at": "2026-01-01T00:00:00.000Z",
             "turn_id": ""},
            {"role": "assistant", "text": "Tengo 12", "at": "2026-01-01T00:00:01.500Z",
             "turn_id": ""}],
        "tools": [{"turn_id": "", "name": "search_cars", "arguments": "{}", "result": "{}"}],
        "cars": [SHOWN], "list": PAGE, "waiting": 1, "undelivered": 2, "writing": True, "opted_out": False,
        "person": None, "language": "es", "turns": 2, "expires_at": "2026-01-02T03:04:05.678Z"}
    assert shop.sessions.wait_for("READ", lambda m: m.user_id == "whatsapp:+521 ñ")


def test_who_left_is_known_even_without_a_conversation(shop):
    shop.sessions.handlers["READ"] = lambda m: ("SESSION", {"opted_out": True})
    answer = shop.http.get("/seller/sessions/ana").json()
    assert (answer["opted_out"], answer["messages"]) == (True, [])


def test_unknown_and_impossible_users(shop):
    assert check_problem(shop.http.get("/seller/sessions/nadie"))["status"] == 404
    for path in ("%", "%4", "%zz", "%00", "%ff", "%20", "a" * 129, "a?b=c"):
        assert shop.http.get("/seller/sessions/" + path).status == 400, path
    for path in ("", "a/b", "../x"):
        assert shop.http.get("/seller/sessions/" + path).status == 404, path


def test_a_conversation_is_forgotten(shop):
    answer = shop.http.delete("/seller/sessions/ana")
    assert (answer.status, answer.body) == (204, b"")
    assert shop.sessions.wait_for("RESET", lambda m: m.user_id == "ana")
    shop.sessions.handlers["RESET"] = lambda m: ("ERROR", {"code": "unavailable"})
    answer = shop.http.delete("/seller/sessions/ana")
    assert answer.status == 503 and answer.headers["retry-after"]


# ---- people ----

def stored(key, value, **more):
    return {"key": key, "value": value if isinstance(value, bytes) else value.encode(), **more}


def test_everything_about_a_person_is_told_piece_by_piece(shop):
    waiting = msgpack.packb(most.table().pack("waiting", {
        "seq": 3, "message_id": "m", "channel": "api", "text": "¿<b>?", "received_ms": 5}))
    pieces = {"": ([stored("seen", "1", name="m1"), stored("seen", "2", name="m2")], "2 5"),
              "2 5": ([stored("state", "7", name="seq"),
                       stored("inbox", waiting, record="waiting", name="3", number=1767225600000),
                       stored("inbox", b"\xff\x00", record="waiting")], "3 0"),
              "3 0": ([stored("inbox", waiting, record="no such record")], "")}
    shop.sessions.handlers["EXPORT"] = lambda m: ("EXPORTED", {
        "stored": pieces[m.next][0], "next": pieces[m.next][1]})
    answer = shop.http.get("/seller/people/a%20%C3%B1")
    assert (answer.status, answer.headers["content-type"]) == (200, "application/json")
    told = answer.json()
    assert told.pop("exported_at").endswith("Z")
    inbox = told["stored"].pop("inbox")
    assert told == {"user_id": "a ñ", "stored": {
        "seen": [{"name": "m1", "value": "1"}, {"name": "m2", "value": "2"}],
        "state": [{"name": "seq", "value": "7"}]}}
    assert inbox[0] == {"name": "3", "number": 1767225600000, "value": {
        "seq": 3, "message_id": "m", "channel": "api", "text": "¿<b>?", "received_ms": 5}}
    assert inbox[1]["value"] == "\ufffd\x00" and "¿<b>?" in inbox[2]["value"]
    assert b"<b>" not in answer.body  # it may end up in a page
    assert shop.sessions.count("EXPORT", lambda m: m.user_id == "a ñ") == 3


def test_a_person_nobody_knows_and_one_who_is_erased(shop):
    shop.sessions.handlers["EXPORT"] = lambda m: ("EXPORTED", {})
    shop.sessions.handlers["ERASE"] = lambda m: ("OK", {"count": 3})
    assert check_problem(shop.http.get("/seller/people/nadie"))["status"] == 404
    answer = shop.http.delete("/seller/people/ana")
    assert (answer.status, answer.body) == (204, b"")
    assert shop.sessions.wait_for("ERASE", lambda m: m.user_id == "ana")
    for type_, call in (("EXPORT", shop.http.get), ("ERASE", shop.http.delete)):
        shop.sessions.handlers[type_] = lambda m: ("ERROR", {"code": "unavailable"})
        answer = call("/seller/people/ana")
        assert answer.status == 503 and answer.headers["retry-after"]
        check_problem(answer)
    for path in ("%", "%00", "a" * 129, "a?b=c"):
        assert shop.http.get("/seller/people/" + path).status == 400, path
    assert shop.http.get("/seller/people/").status == 404


# ---- the catalog ----

def test_a_page_of_cars(shop):
    shop.catalog.handlers["PAGE"] = lambda m: ("PAGED", {
        "cars": [CAR], "list": LIST, "query": m.query,
        "corrections": [{"field": "make", "from": "nisan", "to": "Nissan"}],
        "near": [{"name": "Nissan", "count": 12}]})
    answer = shop.http.get("/catalog/cars?make=nisan&model=&q=rojo+%C3%B1&year_min=2018&year_max="
                           "2022&price_min=1000&price_max=300000.50&km_max=80000&bluetooth=true"
                           "&car_play=0&sort=-price&page=2&page_size=20")
    assert answer.json() == {
        "cars": [{**SHOWN, "length": 4495, "city": "Toluca"}], "list": PAGE,
        "corrections": [{"field": "make", "from": "nisan", "to": "Nissan"}],
        "near": [{"name": "Nissan", "count": 12}]}
    asked = {k: v for k, v in shop.catalog.wait_for("PAGE").query[0].items() if v}
    assert asked == {"make": "nisan", "q": "rojo ñ", "year_min": 2018, "year_max": 2022,
                     "price_min": 100000, "price_max": 30000050, "km_max": 80000, "bluetooth": 1,
                     "car_play": 2, "sort": "-price", "page": 2, "page_size": 20}


@pytest.mark.parametrize("query,named", [
    ("maker=x", "make, model"), ("year_min=abc", "year_min"), ("year_max=1", "year_max"),
    ("price_min=-1", "price_min"), ("price_max=1e3", "price_max"), ("price_max=1.234", "price_max"),
    ("km_max=1.5", "km_max"), ("bluetooth=maybe", "bluetooth"), ("sort=colour", "sort"),
    ("page=0", "page"), ("page_size=21", "page_size"), ("page=99999999999999999999", "page"),
    ("year_min=2020&year_max=2019", "year_min"), ("page=1&page=2", "page"), ("make=%", "percent"),
    ("make=%ff", "percent"), ("make=%00", "percent"), ("q=" + "x" * 257, "q "),
    ("make=" + "x" * 65, "make")])
def test_filters_that_make_no_sense(shop, query, named):
    answer = shop.http.get("/catalog/cars?" + query)
    assert answer.status == 400
    assert named in check_problem(answer)["detail"]


def test_makes_and_models(shop):
    assert shop.http.get("/catalog/makes").json() == {
        "total": 300, "makes": [{"name": "Nissan", "count": 12, "price_min": 199900.00}]}
    assert shop.http.get("/catalog/makes?make=nisan").json() == {
        "make": "Nissan", "models": [{"name": "Versa", "count": 7}]}
    assert shop.http.get("/catalog/makes?model=x").status == 400
    shop.catalog.handlers["MODELS"] = lambda m: ("FACETS", {"version": 1})
    assert shop.http.get("/catalog/makes?make=zzz").status == 404


def test_the_catalog_is_away(new_shop):
    shop = new_shop(env={"REQUEST_MS": "500ms"})
    shop.catalog.silent = True
    assert shop.http.get("/catalog/cars").status in (503, 504)
    most.eventually(lambda: shop.http.get("/readyz").json()["missing"] == ["catalog"])
    assert shop.http.get("/catalog/makes").status == 503


# ---- health ----

def test_ready_says_what_is_missing(shop):
    assert shop.http.get("/readyz").json() == {"ready": True, "missing": []}
    shop.sessions.process.update(ready=False, missing="redis")
    shop.dispatcher.process.update(ready=False, missing="agents")
    most.eventually(lambda: shop.http.get("/readyz").json()["missing"] == ["agents", "redis"])
    answer = shop.http.get("/readyz")
    assert answer.status == 503 and answer.json()["ready"] is False
    assert shop.http.get("/healthz").json() == {"status": "ok"}


def test_metrics_of_everybody(shop):
    shop.dispatcher.more = [{"name": "agent-1", "role": "agent", "boot": 1, "samples": [
        {"name": "mostrador_turns_total", "labels": 'outcome="answered"', "value": 7}]}]
    most.eventually(lambda: shop.metric("mostrador_turns_total", process="agent-1") == 7)
    shop.http.get("/nothing")
    assert shop.metric("mostrador_http_requests_total", process="gateway-1", status="404") >= 1
    assert shop.http.get("/metrics").headers["content-type"].startswith("text/plain; version=")


# ---- paths, methods, headers ----

def test_wrong_paths_and_methods(shop):
    for path in ("/nope", "/seller", "/seller/", "/SELLER/BOT/", "/seller/bot/x", "/chat.css/",
                 "/%2e%2e/etc/passwd", "//", "/catalog"):
        answer = shop.http.get(path)
        assert answer.status == 404, path
        check_problem(answer)
    for method, path, allow in (("GET", "/seller/bot/", "POST"), ("PUT", "/seller/bot", "POST"),
                                ("POST", "/seller/sessions/a", "GET, HEAD, DELETE"),
                                ("PUT", "/seller/people/a", "GET, HEAD, DELETE"),
                                ("POST", "/", "GET, HEAD"), ("DELETE", "/healthz", "GET, HEAD"),
                                ("OPTIONS", "/catalog/cars", "GET, HEAD, POST"),
                                ("PATCH", "/catalog/makes", "GET, HEAD")):
        body = b"x" if method in ("PUT", "POST", "PATCH") else None
        answer = shop.http.request(method, path, body)
        assert answer.status == 405, (method, path)
        assert answer.headers["allow"] == allow
        check_problem(answer)


def test_every_answer_is_guarded_by_headers(shop):
    answers = [shop.http.get("/"), shop.http.get("/healthz"), shop.http.get("/nope"),
               shop.ask(), shop.http.get("/", headers={"X": "ñ".encode()})]
    assert [answer.status for answer in answers] == [200, 200, 404, 200, 400]
    for answer in answers:
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["server"] == "mostrador"
        assert answer.headers["cache-control"] in ("no-store", "no-cache")


def test_pages_of_other_sites_are_refused(shop):
    for site, status in (("cross-site", 403), ("same-site", 403), ("same-origin", 200),
                         ("none", 200)):
        assert shop.ask(headers={"Sec-Fetch-Site": site}).status == status
    assert shop.http.delete("/seller/sessions/a",
                            headers={"Sec-Fetch-Site": "cross-site"}).status == 403


def test_the_page_and_its_files(shop):
    for path, kind in (("/", "text/html"), ("/chat.css", "text/css"),
                       ("/chat.js", "text/javascript"),
                       ("/events.js", "text/javascript"), ("/icon.svg", "image/svg+xml")):
        answer = shop.http.get(path)
        assert answer.status == 200 and answer.headers["content-type"].startswith(kind)
        etag = answer.headers["etag"]
        again = shop.http.get(path, headers={"If-None-Match": etag})
        assert (again.status, again.body, again.headers["etag"]) == (304, b"", etag)


# ---- starting, ending, dying ----

def test_a_token_is_asked_for(new_shop):
    shop = new_shop(env={"API_TOKEN": "s3creto", "HTTP_ADDR": "0.0.0.0"})
    assert shop.http.get("/").status == 200 and shop.http.get("/healthz").status == 200
    for headers in ({}, {"Authorization": "Bearer"}, {"Authorization": "Bearer s3cret"},
                    {"Authorization": "Bearer s3cretoo"}, {"Authorization": "Basic s3creto"},
                    {"Authorization": "s3creto"}):
        for answer in (shop.ask(headers=headers),
                       shop.http.get("/seller/sessions/a", headers=headers),
                       shop.http.delete("/seller/sessions/a", headers=headers),
                       shop.http.get("/seller/people/a", headers=headers),
                       shop.http.delete("/seller/people/a", headers=headers)):
            assert answer.status == 401
            assert answer.headers["www-authenticate"] == "Bearer"
            check_problem(answer)
    assert shop.ask(headers={"Authorization": "bearer s3creto"}).status == 200
    assert shop.recorded and len(shop.recorded) == 1
    assert "s3creto" not in shop.stack.log("gateway")


def run_gateway(env, limit=None):
    """A gateway that is expected not to start: its exit code and what it says."""
    folder = stacks.Stack(agents=0)
    argv = [str(stacks.ROOT / "gateway" / "run")]
    if limit:
        argv = ["prlimit", f"--nofile={limit}", *argv]
        if os.geteuid() == 0:  # who could raise it again
            argv = ["setpriv", "--bounding-set=-sys_resource", *argv]
    child = subprocess.Popen(argv, cwd=folder.dir, text=True,
                             env={**folder._env("gateway"), **env}, stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT)
    try:
        said, _ = child.communicate(timeout=stacks.START_S if stacks.VARIANT == "release" else 8)
        code = child.returncode
    except subprocess.TimeoutExpired as late:
        # with the address sanitizer under it, a library of Kore's hangs in its own exit handler
        assert stacks.VARIANT != "release", late.output
        child.kill()
        said, code = child.communicate()[0], 1
    finally:
        child.kill()
        folder.stop(check=False)
    return code, said.strip()


def test_a_wrong_start_is_one_clear_line():
    code, said = run_gateway({"HTTP_ADDR": "0.0.0.0"})
    assert code == 1 and "API_TOKEN" in said and len(said.splitlines()) == 1
    code, said = run_gateway({"GATEWAY_CONNECTIONS": "65536"}, limit=512)
    assert code == 1 and "open files" in said and len(said.splitlines()) == 1
    code, said = run_gateway({"PORT": "http"})
    assert code == 1 and "PORT" in said and len(said.splitlines()) == 1
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        code, said = run_gateway({"PORT": str(taken.getsockname()[1])})
    assert code == 1 and "in use" in said and len(said.splitlines()) == 1


def test_sigterm_lets_those_finish_who_wait(new_shop):
    shop = new_shop()
    held = []
    shop.dispatcher.handlers["WORK"] = held.append
    quick, never = shop.later(shop.ask, "pronta"), shop.later(shop.ask, "nunca")
    stream = Events(shop, "flujo")
    assert stream.next()[0] == "writing"
    most.eventually(lambda: len(users_of(held)) == 3)
    gateway = shop.stack.processes["gateway"]
    gateway.child.send_signal(signal.SIGTERM)
    shop.stack.wait_log("gateway", "event=stopping")
    next(work for work in held if work.user_id == "pronta").answer("ANSWER", reply=reply())
    assert quick.result().status == 200
    answer = never.result()
    assert answer.status == 503 and answer.headers["connection"] == "close"
    assert "recorded" in check_problem(answer)["detail"]
    name, told = stream.next()
    assert name == "problem" and told["status"] == 503
    assert gateway.child.wait(stacks.STOP_S) == 0
    gateway.ended = True


def workers_of(pid):
    return [int(child) for child in
            pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def has_to_hear(pid):
    """The signals that wait for a process, as a set of numbers."""
    waiting = int(re.search(r"ShdPnd:\s*(\w+)", pathlib.Path(f"/proc/{pid}/status").read_text())[1], 16)
    return {number for number in signal.Signals if waiting >> number - 1 & 1}


def test_workers_do_not_outlive_their_parent(new_shop):
    shop = new_shop(env={"GATEWAY_WORKERS": "2"})
    gateway = shop.stack.processes["gateway"]
    workers = workers_of(gateway.pid)
    assert len(workers) == 2
    os.kill(gateway.pid, signal.SIGKILL)
    gateway.child.wait()
    gateway.ended = True
    most.eventually(lambda: not any(os.path.exists(f"/proc/{pid}") for pid in workers))


def test_a_dead_worker_is_replaced(new_shop):
    shop = new_shop()
    (worker,) = workers_of(shop.stack.processes["gateway"].pid)
    os.kill(worker, signal.SIGKILL)
    shop.stack.wait_log("gateway", "worker_restarted")
    most.eventually(lambda: shop.stack.ready("gateway"))
    assert shop.ask().status == 200


def test_a_dead_worker_is_replaced_without_sigchld(new_shop):
    """Regression 5: a worker died while Kore dealt with the death of the one before, and was the
    last. Here the signal never comes: it is blocked in the process that starts Kore."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
    try:
        shop = new_shop()
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
    parent = shop.stack.processes["gateway"].pid
    blocked = int(re.search(r"SigBlk:\s*(\w+)", pathlib.Path(f"/proc/{parent}/status").read_text())[1], 16)
    assert blocked & 1 << signal.SIGCHLD - 1
    (worker,) = workers_of(parent)
    os.kill(worker, signal.SIGKILL)
    shop.stack.wait_log("gateway", "worker_restarted")
    most.eventually(lambda: shop.stack.ready("gateway"))


def test_a_worker_that_dies_hides_no_end(new_shop):
    """Regression 9: told to end just before a worker died, Kore's parent saw the death alone, began
    another worker and went on. Stopped for a moment, it finds both signals at once."""
    shop = new_shop()
    gateway = shop.stack.processes["gateway"]
    (worker,) = workers_of(gateway.pid)
    os.kill(gateway.pid, signal.SIGSTOP)
    most.eventually(lambda: "(stopped)" in pathlib.Path(f"/proc/{gateway.pid}/status").read_text())
    os.kill(gateway.pid, signal.SIGTERM)
    os.kill(worker, signal.SIGKILL)
    most.eventually(lambda: has_to_hear(gateway.pid) >= {signal.SIGTERM, signal.SIGCHLD})
    os.kill(gateway.pid, signal.SIGCONT)
    assert gateway.child.wait(most.PATIENCE) == 0
    gateway.ended = True


def test_two_workers_share_the_work(new_shop):
    shop = new_shop(env={"GATEWAY_WORKERS": "2"})
    held = []
    for worker in ("gateway-1", "gateway-2"):  # one that knows of no dispatcher yet has no room
        shop.stack.wait_log("gateway", f"{worker} .*peer_up service=dispatcher")
    shop.dispatcher.handlers["WORK"] = held.append
    asked = [shop.later(shop.ask, f"u{n}") for n in range(40)]
    most.eventually(lambda: len(users_of(held)) == 40)
    for work in held:
        work.answer("ANSWER", reply=reply(f"para {work.user_id}"))
    for n, answer in enumerate(asked):
        assert answer.result().json()["reply"] == f"para u{n}"


def test_services_may_have_names(new_shop):
    """tcp with a host name: the resolver lives within the seccomp list too."""
    ports = {name: stacks.free_port() for name in ("SESSIONS", "DISPATCHER", "CATALOG")}
    shop = new_shop(start=False, env={f"{name}_ENDPOINT": f"tcp://127.0.0.1:{port}"
                                      for name, port in ports.items()})
    for name, port in ports.items():
        shop.stack.env[f"{name}_ENDPOINT"] = f"tcp://localhost:{port}"
    shop.stack.start("gateway")
    assert shop.ask().status == 200
    assert "worker_restarted" not in shop.stack.log("gateway")
