"""The whole shop with a model behind it (the simulator): what customers get when the model answers,
streams, stumbles, fails and lies. How the client itself takes each failure is in
tests/unit/test_model_openai.c."""

import http.client
import itertools
import json
import re
from decimal import ROUND_HALF_EVEN, Decimal

import pytest

import most
import stack as stacks
from openai_sim import Sim

_users = itertools.count(1)


@pytest.fixture(scope="module")
def world():
    """A shop that asks a simulator; (stack, simulator) for all tests here."""
    with Sim() as sim:
        shop = stacks.Stack(agents=1, env={**sim.env, "OPENAI_RETRIES": "2", "TURN_MS": "20s",
                                           "OPENAI_FIRST_MS": "10s", "BREAKER_FAILURES": "0"})
        with shop:
            yield shop, sim


@pytest.fixture
def shop(world):
    world[1].control(reset=True)
    yield world[0]
    assert world[1].stats()["violations"] == []


@pytest.fixture
def sim(world):
    return world[1]


@pytest.fixture
def user():
    return f"whatsapp:+521551234{next(_users):04}"


def ask(shop, user, msg):
    answer = shop.http.ask(user, msg)
    assert answer.status == 200, answer
    return answer.json()


def peso(price):
    """As the seller writes it."""
    price = Decimal(str(price))
    return f"${price:,.0f}" if price == price.to_integral_value() else f"${price:,.2f}"


def offline_replies(shop):
    return shop.metric("mostrador_offline_replies_total")


# ---- what is answered is what the catalog has ----


def test_search_page_and_quote(shop, sim, user):
    found = ask(shop, user, "busco un Nisan de menos de 300 mil")
    wanted = shop.http.get("/catalog/cars?make=nissan&price_max=300000").json()
    assert found["cars"] and [c["stock_id"] for c in found["cars"]] == \
        [c["stock_id"] for c in wanted["cars"]]
    assert found["list"]["total"] == wanted["list"]["total"] and found["list"]["page"] == 1
    for car in found["cars"]:
        assert car["make"] == "Nissan" and car["price"] <= 300000
        assert peso(car["price"]) in found["reply"]

    more = ask(shop, user, "más")
    assert more["list"]["page"] == 2
    assert more["list"]["pages_left"] == found["list"]["pages_left"] - 1
    seen = {c["stock_id"] for c in found["cars"]}
    assert more["cars"] and not seen & {c["stock_id"] for c in more["cars"]}

    quote = ask(shop, user, "el segundo a 48 meses con 20% de enganche")
    price = Decimal(str(more["cars"][1]["price"]))
    down = (price * Decimal("0.2")).quantize(Decimal("0.01"), ROUND_HALF_EVEN)
    rate = Decimal("0.10") / 12
    instalment = ((price - down) * rate / (1 - (1 + rate) ** -48)).quantize(
        Decimal("0.01"), ROUND_HALF_EVEN)
    assert f"${instalment:,.2f}" in quote["reply"] and peso(down) in quote["reply"]
    assert sim.stats()["requests"] == 6, "two calls a turn"


def test_the_model_is_told_once_what_stays_the_same(shop, sim):
    """The rules and tools are the same bytes for everybody, or nothing is cached."""
    for _ in range(3):
        ask(shop, f"ana-{next(_users)}", "busco un mazda")
    stats = sim.stats()
    assert stats["prefixes"] == 1
    body = stats["last"][0]["body"]
    assert body["stream"] and body["stream_options"] == {"include_usage": True}
    assert len(body["messages"][0]["content"]) > 500
    assert "safety_identifier" not in body, "only OpenAI's own server is told"


def test_neither_key_nor_customer_gets_out(shop, sim, user):
    ask(shop, user, "hola, busco un mazda")
    digits = user[-10:]
    for seen in sim.stats()["last"]:
        assert digits not in json.dumps(seen["body"])
    log = shop.log("agent-1")
    assert "model_answer" in log and "request_id=req_" in log
    assert sim.key not in log and digits not in log


# ---- streaming ----


def events_of(shop, user, msg):
    """(event, data) of POST /seller/bot/ as server-sent events, each as it comes."""
    connection = http.client.HTTPConnection("127.0.0.1", shop.port, timeout=60)
    connection.request("POST", "/seller/bot/", json.dumps({"user_id": user, "msg": msg}),
                       {"Content-Type": "application/json", "Accept": "text/event-stream"})
    answer = connection.getresponse()
    assert answer.status == 200
    lines = {}
    for line in answer:
        name, _, value = line.decode().rstrip("\n").partition(": ")
        if value:
            lines[name] = value
        elif "event" in lines:
            yield lines["event"], json.loads(lines.get("data", "{}"))
            lines = {}
    connection.close()


def test_text_is_seen_as_it_is_made(shop, sim, user):
    sim.control(hold="middle", piece=8)
    events = []
    for event in events_of(shop, user, "hola"):
        events.append(event)
        if event[0] == "delta":
            sim.control(hold=None)  # the rest is made when the front has been seen
    assert events[-1][0] == "done"
    seen = ""
    for name, data in events[:-1]:
        if name == "restart":
            seen = ""
        elif name == "delta":
            seen += data["text"]
    assert sum(name == "delta" for name, _ in events) > 1
    assert seen == events[-1][1]["reply"]


@pytest.mark.parametrize("settings", [
    {"newline": "cr", "chunk_bytes": 1}, {"newline": "crlf", "chunk_bytes": -1, "keepalive": True},
    {"plain": True}])
def test_any_way_a_server_may_write_it(shop, sim, user, settings):
    before = offline_replies(shop)
    sim.control(**settings)
    found = ask(shop, user, "busco un mazda")
    assert found["cars"] and all(c["make"] == "Mazda" for c in found["cars"])
    assert offline_replies(shop) == before
    assert sim.stats()["requests"] == 2


# ---- a model that stumbles, and one that fails ----


@pytest.mark.parametrize("failure", [
    {"kind": "429", "retry_after_ms": 20}, {"kind": "500", "retry_after_ms": 20}, "reset", "empty"])
def test_one_failure_is_not_noticed(shop, sim, user, failure):
    before = offline_replies(shop)
    sim.control(failures=[failure])
    found = ask(shop, user, "busco un toyota")
    assert found["cars"]
    assert sim.stats()["requests"] == 3
    assert offline_replies(shop) == before


@pytest.mark.parametrize("failure", [
    {"kind": "500", "retry_after_ms": 10}, "quota", "html_200", "garbage", "truncated", "long",
    "too_many_calls", "content_filter", "refusal", "no_answer", "401"])
def test_a_failing_model_is_replaced_by_the_offline_seller(shop, sim, user, failure):
    before = offline_replies(shop)
    sim.control(always=failure)
    found = ask(shop, user, "busco un Nisan de menos de 300 mil")
    wanted = shop.http.get("/catalog/cars?make=nissan&price_max=300000").json()
    assert {c["stock_id"] for c in found["cars"]} <= {
        c["stock_id"] for c in shop.http.get(
            "/catalog/cars?make=nissan&price_max=300000&page_size=20").json()["cars"]}
    assert found["list"]["total"] == wanted["list"]["total"]
    assert not re.search(r"error|http|timeout|openai", found["reply"], re.I), "no technical word"
    most.eventually(lambda: offline_replies(shop) == before + 1)
    sim.control(reset=True)
    assert ask(shop, user, "más")["list"]["page"] == 2, "the model takes over again"
    assert sim.stats()["requests"] == 2


def test_it_fails_after_its_tools_have_run(shop, sim, user):
    sim.control(failures=["ok", {"kind": "400"}])
    found = ask(shop, user, "busco un Nisan de menos de 300 mil")
    assert found["cars"] and found["list"]["page"] == 1


@pytest.mark.parametrize("kind", ["bad_arguments", "unknown_tool"])
def test_wrong_tool_calls_are_told_to_the_model(shop, sim, user, kind):
    """The model hears what was wrong and goes on; its history stays valid."""
    sim.control(failures=[kind])
    answer = ask(shop, user, "busco un mazda")
    assert answer["reply"]
    results = [m for m in sim.stats()["last"][-1]["body"]["messages"] if m["role"] == "tool"]
    assert "error" in json.loads(results[0]["content"])
    assert ask(shop, user, "busco un toyota")["cars"], "the conversation goes on"


def test_endless_tool_calls_end(shop, sim, user):
    sim.control(always="endless_calls")
    answer = ask(shop, user, "busco un mazda")
    assert answer["cars"] and answer["reply"]
    assert sim.stats()["requests"] <= 7, "MODEL_CALLS, and one answer without tools"


def test_several_calls_in_one_answer(shop, sim, user):
    sim.control(calls=[[{"name": "list_makes", "arguments": {"make": None}},
                        {"name": "list_makes", "arguments": {"make": "mazda"}}]])
    assert ask(shop, user, "¿qué marcas y qué mazdas?")["reply"]
    messages = sim.stats()["last"][-1]["body"]["messages"]
    assert sum(m["role"] == "tool" for m in messages) == 2
