"""A person of the shop takes a conversation over, writes, and gives it back: through all processes,
by the HTTP interface, with WhatsApp (Twilio's simulator) or the API on the other side."""

import concurrent.futures
import itertools
import urllib.parse

import pytest

import most
import openai_sim
import stack as stacks
from conftest import end, watch
from test_whatsapp import Line

_people = itertools.count(1)


class Desk:
    """One customer as the people of the shop see them."""

    def __init__(self, stack, user):
        self.http, self.user = stack.http, user
        self.path = "/seller/sessions/" + urllib.parse.quote(user, safe="")

    def post(self, what, **body):
        return self.http.post(f"{self.path}/{what}", body)

    def take(self, by="Ana", **more):
        return self.post("take", by=by, **more)

    def say(self, text, id_, **more):
        return self.post("say", text=text, id=id_, **more)

    def give(self, **body):
        return self.post("give", **body)

    def session(self):
        return self.http.get(self.path).json()

    def messages(self, after=0):
        return self.http.get(f"{self.path}/messages?after={after}").json()

    def said(self):
        return [(m["role"], m["text"]) for m in self.session()["messages"]]

    def ask(self, text):
        answer = self.http.ask(self.user, text)
        assert answer.status == 200, answer
        return answer.json()


@pytest.fixture
def desk(stack):
    return Desk(stack, f"held-{next(_people)}")


@pytest.fixture(scope="module")
def line():
    made = Line()
    yield made
    made.close()


@pytest.fixture
def phone():
    return f"+52155000002{next(_people):02}"


@pytest.fixture(scope="module")
def slow():
    """A line behind a model that answers only when it is let go."""
    model = openai_sim.Sim().start()
    made = Line({**model.env, "TWIML_WAIT_MS": "14s"})
    yield made, model
    made.close()
    violations = model.stats()["violations"]
    model.stop()
    assert violations == []


# ---- the API ----

def test_a_thousand_messages_cause_no_answer_and_the_next_one_does(desk):
    assert desk.ask("hola")["reply"]
    taken = desk.take()
    assert (taken.status, taken.json()["person"]["by"]) == (200, "Ana")
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(desk.ask, (f"¿sigues ahí {n}?" for n in range(1000))))
    assert {(a["reply"], a["turn_id"], a["person"]["by"]) for a in answers} == {("", "", "Ana")}
    session = desk.session()
    assert session["turns"] == 1
    assert [m["role"] for m in session["messages"]].count("assistant") == 1
    assert desk.give(note="Quiere un Nissan rojo", by="Ana").status == 200
    answer = desk.ask("¿qué Nissan tienen?")
    assert "Nissan" in answer["reply"] and "person" not in answer
    said = desk.said()
    assert ("note", "Quiere un Nissan rojo") in said
    assert said[-2:] == [("user", "¿qué Nissan tienen?"), ("assistant", answer["reply"])]


def test_the_chat_page_fetches_what_a_person_writes(desk):
    desk.ask("hola")
    assert desk.messages() == {"user_id": desk.user, "person": None, "waiting": False, "last": 0,
                               "messages": []}
    desk.take()
    desk.ask("¿hay alguien?")
    first = desk.say("Soy Ana, dime", "c1").json()
    assert (first["duplicate"], first["sent_by_carrier"]) == (False, False)
    assert desk.say("Soy Ana, dime", "c1").json()["duplicate"] is True
    found = desk.messages()
    assert [(m["by"], m["text"]) for m in found["messages"]] == [("Ana", "Soy Ana, dime")]
    assert found["person"]["by"] == "Ana"
    assert desk.messages(found["last"])["messages"] == []
    desk.give()
    desk.ask("gracias")
    assert [m["text"] for m in desk.messages()["messages"]] == ["Soy Ana, dime"]
    assert ("person", "Soy Ana, dime") in desk.said()


def test_who_has_it_is_told_to_the_second(desk):
    desk.ask("hola")
    assert desk.say("hola", "c1").status == 409
    desk.take("Ana")
    second = desk.take("Luis")
    assert (second.status, second.json()["person"]["by"]) == (409, "Ana")
    assert desk.say("hola", "c2", by="Luis").status == 409
    assert desk.give(by="Luis").status == 409
    assert desk.take("Luis", force=True).json()["before"] == "Ana"
    assert desk.session()["person"]["by"] == "Luis"
    assert desk.give().status == 200
    assert desk.give().status == 409


def test_who_asks_for_a_person_waits_for_one(desk):
    def waiting(query="waiting=person"):
        return [s["user_id"] for s in desk.http.get(f"/seller/sessions?{query}&limit=100").json()["sessions"]]

    desk.ask("quiero hablar con una persona")
    assert desk.user in waiting() and desk.session()["wanted"]["why"] == "asked"
    assert desk.messages()["waiting"] is True
    desk.take()
    assert desk.user not in waiting() and desk.user in waiting("with=person")
    desk.give()
    assert desk.user not in waiting() + waiting("with=person")
    assert "wanted" not in desk.session()


@pytest.mark.parametrize("what, body, words", [
    ("take", {}, "by is missing"), ("take", {"by": " "}, "by is empty"), ("take", {"by": 1}, "string"),
    ("take", {"by": "x" * 65}, "64 bytes"), ("take", {"by": "a\nb"}, "control"),
    ("take", {"by": "Ana", "force": "yes"}, "true or false"), ("take", [], "object"),
    ("say", {"id": "c1"}, "text is missing"), ("say", {"text": "hola"}, "id is missing"),
    ("say", {"text": " ", "id": "c1"}, "text is empty"), ("say", {"text": "x", "id": ""}, "id is empty"),
    ("say", {"text": "x" * 4001, "id": "c1"}, "4000 characters"),
    ("give", {"note": "x" * 1001}, "1000 characters"), ("give", {"note": 1}, "string")])
def test_what_is_no_request_is_told(stack, what, body, words):
    answer = stack.http.post(f"/seller/sessions/x/{what}", body)
    assert (answer.status, answer.json()["status"]) == (400, 400)
    assert words in answer.json()["detail"]


def test_nobody_is_there_to_take(desk):
    assert desk.take().status == 404
    assert desk.http.get(desk.path).status == 404


@pytest.mark.parametrize("query", ["?waiting=bot", "?waiting=person&with=person", "?limit=0",
                                   "?waiting=person&limit=101", "?waiting=person&limit=1&limit=2"])
def test_lists_that_are_none(stack, query):
    assert stack.http.get("/seller/sessions" + query).status == 400


# ---- WhatsApp ----

def whatsapp(line, phone):
    return Desk(line.stack, f"whatsapp:{phone}")


def test_a_person_writes_on_whatsapp_and_gives_it_back(line, phone):
    desk = whatsapp(line, phone)
    line.say(phone, "hola")
    line.received(phone, 1)
    desk.take()
    for n in range(5):
        line.say(phone, f"¿hola? {n}", copies=2)
    for n, text in enumerate(["Soy Ana.", "x" * 3000, "¿Te llamo?"]):
        answer = desk.say(text, f"c{n}").json()
        assert (answer["sent_by_carrier"], answer["window_closed"]) == (True, False)
        assert desk.say(text, f"c{n}").json()["duplicate"] is True
    got = line.received(phone, 5)[1:]  # the long one in two
    assert (got[0], got[1] + got[2], got[3]) == ("Soy Ana.", "x" * 3000, "¿Te llamo?")
    most.eventually(lambda: [m.get("status") for m in desk.session()["messages"]
                             if m["role"] == "person"] == ["read"] * 3)
    desk.give(note="quedó en venir el sábado")
    line.say(phone, "¿qué Mazda tienen?")
    assert "Mazda" in line.received(phone, 6)[5]
    roles = [m["role"] for m in desk.session()["messages"]]
    assert roles == ["user", "assistant"] + ["user"] * 5 + ["person"] * 3 + ["note", "user", "assistant"]


def test_who_left_is_not_written_to(line, phone):
    desk = whatsapp(line, phone)
    line.say(phone, "hola")
    line.received(phone, 1)
    desk.take()
    line.say(phone, "STOP")
    refused = desk.say("hola", "c1")
    assert refused.status == 409 and "STOP" in refused.json()["detail"]
    line.received(phone, 1)  # not even a confirmation: the bot is silent
    assert line.left(phone)


def test_nothing_gets_lost_when_agents_and_sessions_die(line, phone):
    desk = whatsapp(line, phone)
    line.say(phone, "hola")
    line.received(phone, 1)
    desk.take()
    for n in range(6):
        assert desk.say(f"dice {n}", f"c{n}").status == 200
        if n % 2:
            part = "agent-1" if n % 4 == 1 else "sessions"
            line.stack.kill(part)
            line.stack.restart(part)
        assert desk.say(f"dice {n}", f"c{n}").json()["duplicate"] is True
    assert line.received(phone, 7)[1:] == [f"dice {n}" for n in range(6)]
    assert desk.session()["person"]["by"] == "Ana"


# ---- in the middle of a turn ----

def test_taken_over_while_the_model_thinks(slow):
    line, model = slow
    desk = Desk(line.stack, f"held-{next(_people)}")
    model.control(hold="start")
    with concurrent.futures.ThreadPoolExecutor() as pool:
        asked = pool.submit(desk.ask, "¿qué Nissan tienen?")
        most.eventually(lambda: model.stats()["active"] == 1)
        assert desk.take().json()["moved"] == 1
        answer = asked.result()
    assert (answer["reply"], answer["person"]["by"]) == ("", "Ana")
    model.control(hold=None)
    most.eventually(lambda: model.stats()["active"] == 0)
    assert desk.said() == [("user", "¿qué Nissan tienen?")]
    desk.say("Te ayudo yo: el Versa queda en $285,123", "c1")
    desk.give(note="le urge")
    desk.ask("ok, gracias")
    bodies = [r["body"]["messages"] for r in model.stats()["last"]]
    asked = [m for m in bodies[-1] if m["role"] != "tool"]
    assert any(m["role"] == "system" and "Ana" in m["content"] and "$285,123" in m["content"]
               for m in asked)
    assert any(m["role"] == "system" and "Nota interna" in m["content"] and "le urge" in m["content"]
               for m in asked)


def test_what_a_person_promised_the_bot_may_repeat_and_nothing_else(slow):
    line, model = slow
    desk = Desk(line.stack, f"held-{next(_people)}")
    lies = ["Te queda en $285,123."] * 4  # it is told, and lies again
    model.control(says=lies)
    try:
        assert "285,123" not in desk.ask("¿en cuánto queda?")["reply"]
        desk.take()
        desk.say("Te lo dejo en $285,123", "c1")
        desk.give()
        model.control(says=["Como te dijo Ana, queda en $285,123."])
        assert "$285,123" in desk.ask("¿en cuánto quedó?")["reply"]
        model.control(says=["Ana lo bajó a $284,999."] * 4)
        assert "284,999" not in desk.ask("¿no menos?")["reply"]
    finally:
        model.control(says=[])


def test_taken_over_while_the_webhook_waits(slow, phone):
    line, model = slow
    desk = whatsapp(line, phone)
    model.control(hold="start")
    with concurrent.futures.ThreadPoolExecutor() as pool:
        said = pool.submit(line.say, phone, "¿qué Nissan tienen?")
        most.eventually(lambda: model.stats()["active"] == 1)
        assert desk.take().json()["moved"] == 1
        said.result()  # the webhook ends, with nothing
    model.control(hold=None)
    line.quiet(phone)
    assert line.sim.received(phone) == []
    line.say(phone, "¿hola?")
    desk.say("Hola, soy Ana", "c1")
    assert line.received(phone, 1) == ["Hola, soy Ana"]
