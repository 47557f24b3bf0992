"""The bot offers a person after two answers of no help or anger, once; who wants one outside of
SHOP_HOURS hears when somebody will be there, and leaves a message: with the offline seller and with
a model, through all processes."""

import datetime
import itertools

import pytest

import most
import openai_sim
import stack as stacks

_people = itertools.count(1)
OFFER = ("«asesor»", '"advisor"', "«atendente»")


def offered(text):
    return any(words in text for words in OFFER)


class Talk:
    def __init__(self, stack):
        self.http, self.user = stack.http, f"ofrece-{next(_people)}"

    def ask(self, text):
        answer = self.http.ask(self.user, text)
        assert answer.status == 200, answer
        return answer.json()["reply"]

    def session(self):
        return self.http.get(f"/seller/sessions/{self.user}").json()


@pytest.fixture
def talk(stack):
    return Talk(stack)


@pytest.mark.parametrize("lost, words", [
    (["asdfgh qwerty zxcv", "poiuy lkjhg mnbvc"], "«asesor»"),
    (["flurbish grobnak please", "and zorkle wibnat the"], '"advisor"')])
def test_two_answers_of_no_help_are_followed_by_an_offer_once(talk, lost, words):
    talk.ask("hello" if "advisor" in words else "hola")
    first, second = [talk.ask(text) for text in lost]
    assert not offered(first) and words in second
    assert not any(offered(talk.ask(text)) for text in lost)
    assert "wanted" not in talk.session()
    talk.ask("advisor" if "advisor" in words else "asesor")
    assert talk.session()["wanted"]["why"] == "failed"


def test_what_helps_in_between_starts_the_count_anew(talk):
    talk.ask("hola")
    said = [talk.ask(text) for text in ("asdfgh qwerty zxcv", "busco un nissan", "poiuy lkjhg mnbvc")]
    assert not any(map(offered, said)), said


@pytest.mark.parametrize("text", ["ya estoy harto de ustedes, no me entienden", "this is unacceptable",
                                  "que péssimo atendimento"])
def test_anger_is_followed_by_an_offer_once(talk, text):
    answer = talk.ask(text)
    assert offered(answer), answer
    assert not offered(talk.ask(text))
    talk.ask("asesor")
    assert talk.session()["wanted"]["why"] == "anger"


def test_yes_to_an_offer_is_a_promise_that_is_kept(talk):
    assert "asesor" in talk.ask("son unos idiotas")
    talk.ask("sí")
    assert talk.session()["wanted"]["why"] == "anger"


@pytest.fixture(scope="module")
def closed():
    """A shop that opens for a minute a week, and not today or tomorrow in any zone: in three days."""
    day = (datetime.datetime.now(datetime.timezone.utc).weekday() + 3) % 7
    made = stacks.Stack(agents=1, env={
        "SHOP_TIME_ZONE": "UTC",
        "SHOP_HOURS": f"{['Mo', 'Tu', 'We', 'Th', 'Fr', 'Sa', 'Su'][day]} 09:05-09:06"}).start()
    yield made
    made.stop()


@pytest.mark.parametrize("asks, when, leaves", [
    ("quiero hablar con una persona", " a las 9:05", "es por la factura de mi Versa"),
    ("i want to talk to a person", " at 9:05", "it is about my invoice")])
def test_outside_the_hours_it_is_said_when_and_a_message_is_taken(closed, asks, when, leaves):
    talk = Talk(closed)
    answer = talk.ask(asks)
    assert when in answer and len(answer.split("\n\n")) == 2, answer
    assert talk.session()["wanted"]["note"] == ""
    talk.ask(leaves)
    session = talk.session()
    assert session["wanted"]["note"] == leaves
    talk.ask("busco un nissan")
    assert talk.session()["wanted"]["note"] == leaves
    waiting = closed.http.get("/seller/sessions?waiting=person&limit=100").json()["sessions"]
    assert leaves in [one["note"] for one in waiting]


def test_who_has_no_hours_says_nothing_of_them(talk):
    assert "9:05" not in talk.ask("quiero hablar con una persona")


@pytest.mark.parametrize("text, why", [("Lu-Vi 09:00-19:00", "a time like 09:00 is missing"),
                                       ("Mo 22:00-02:00", "later on the same day"), ("off", "never open")])
def test_what_are_no_hours_is_refused_at_the_start(text, why):
    made = stacks.Stack(agents=1, env={"SHOP_HOURS": text})
    try:
        made.start("agent-1", wait=False)
        made.wait_log("agent-1", f"SHOP_HOURS: .*{why}")
        assert made.processes["agent-1"].child.wait(most.PATIENCE) == 1
        made.processes["agent-1"].ended = True
    finally:
        made.stop()


def test_a_model_is_no_different():
    """It answers as it likes; the offer, the promise and the hour are ours."""
    model = openai_sim.Sim().start()
    made = stacks.Stack(agents=1, env={**model.env, "SHOP_TIME_ZONE": "UTC",
                                       "SHOP_HOURS": "Mo-Su 00:00-00:01"}).start()
    try:
        talk = Talk(made)
        assert "«asesor»" in talk.ask("qué pésimo servicio, ya estoy harto")
        assert not offered(talk.ask("de verdad, estoy muy molesto"))
        talk.ask("asesor")
        assert talk.session()["wanted"]["why"] == "anger"
        most.eventually(lambda: made.metric("mostrador_person_offered_total", why="anger") == 1)
    finally:
        made.stop()
        model.stop()
