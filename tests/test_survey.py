"""The survey through the whole shop: asked once, by WhatsApp when somebody rests and at a good-bye
anywhere; what they answer is stored, and shown by the API."""

import concurrent.futures
import datetime
import itertools
import random
import re
import time

import pytest

import most
import stack as stacks
from conversation import key

BASE = "https://shop.example"
HOOK = BASE + "/webhook/twilio/"
_numbers = itertools.count(10)
ASKS = "del 0 al 10"


@pytest.fixture
def new_shop(sim, new_stack):
    def make(env=None, **options):
        made = new_stack(start=False, env={
            **sim.env, "PUBLIC_BASE_URL": BASE, "NPS_AFTER": "1s", "TWILIO_PERSON_MS": "0",
            "TWILIO_NUMBER_RATE": "1000", "TWILIO_REQUEST_MS": "1s", "TWILIO_SETTLE_MS": "2s",
            **(env or {})}, **options)
        sim.control(reach={BASE: made.http.url})
        made.start()
        return made
    return make


class Person:
    def __init__(self, shop, sim):
        self.shop, self.sim = shop, sim
        self.phone = f"+52155{next(_numbers):08}"
        self.user = f"whatsapp:{self.phone}"

    def received(self):
        return self.sim.received(self.phone)

    def says(self, text):
        """What it is answered."""
        before = len(self.received())
        self.sim.say(self.phone, text, url=HOOK)
        most.eventually(lambda: len(self.received()) > before, 20, f"{text!r} is not answered")
        return self.received()[-1]

    def gets_a_quote(self):
        self.says("busco un Nissan")
        before = len(self.received())
        self.says("el segundo a 48 meses con 20% de enganche")  # may be asked before one has looked
        assert "mensualidades de" in self.received()[before]

    def questions(self):
        return [text for text in self.received() if ASKS in text]

    def is_asked(self):
        most.eventually(self.questions, 20, "nobody asks")
        assert self.received()[-1] == self.questions()[0]
        self.settles()

    def settles(self):
        """Until nothing is to be sent and nothing is to be done later."""
        def quiet():
            with self.shop.client("sessions") as client:
                found = client.call("READ", user_id=self.user)
            return not found.waiting and not found.outbox and not found.leased
        most.eventually(quiet)

    def due(self):
        with self.shop.redis() as redis:
            return (redis.zscore(key("ready", self.user), self.user),
                    redis.hget(key("state", self.user), "ask_at"))

    def is_left_alone(self):
        """Nothing more is to come, once the sweeper has looked."""
        most.eventually(lambda: self.due() == (None, None), 20, "something is still to be done")

    def session(self):
        path = "/seller/sessions/" + self.user.replace(":", "%3A").replace("+", "%2B")
        return self.shop.http.get(path).json()


def report(shop, query=""):
    answer = shop.http.get("/seller/nps" + query)
    assert answer.status == 200, answer
    return answer.json()


# ---- on WhatsApp ----


def test_a_quote_a_rest_a_score_and_a_comment(new_shop, sim):
    shop = new_shop()
    ana = Person(shop, sim)
    assert report(shop)["total"]["asked"] == 0
    ana.gets_a_quote()
    ana.is_asked()
    assert ana.session()["survey"] == {**ana.session()["survey"], "state": "asked", "score": None}
    ana.is_left_alone()
    reply = ana.says("un 9")
    assert "gracias" in reply.lower() and reply.count("?") == 1
    assert ana.session()["survey"]["state"] == "scored"
    reply = ana.says("Me contestaron rapidísimo")
    assert "equipo" in reply and "?" not in reply
    survey = ana.session()["survey"]
    assert (survey["state"], survey["score"], survey["comment"]) == (
        "closed", 9, "Me contestaron rapidísimo")
    ana.settles()
    ana.is_left_alone()
    assert len(ana.questions()) == 1
    sums = {"asked": 1, "answered": 1, "response_rate": 1.0, "promoters": 1, "passives": 0,
            "detractors": 0, "nps": 100.0, "mean": 9.0}
    told = report(shop)
    today = datetime.datetime.now(datetime.timezone.utc).date().isoformat()
    assert told["total"] == sums and told["rules"] == [{"rules": "v1", **sums}]
    assert told["until"] == today and told["days"] == [{"day": told["days"][0]["day"],
                                                        "rules": "v1", **sums}]
    (comment,) = told["comments"]
    assert re.fullmatch(r"whatsapp:\+\*+\d{4}", comment.pop("user")) and comment.pop("at")
    assert comment == {"score": 9, "comment": "Me contestaron rapidísimo", "rules": "v1",
                       "model": "offline", "channel": "twilio", "turn_id": comment["turn_id"]}
    for name, value in (("asked", 1), ("promoter", 1), ("comment", 1), ("detractor", 0)):
        most.eventually(lambda n=name, v=value:
                        shop.metric("mostrador_surveys_total", event=n) == v, 10)
    # the conversation goes on where it was
    assert "60 mensualidades" in ana.says("¿y a 60 meses?")
    ana.settles()
    assert len(ana.questions()) == 1
    ana.is_left_alone()


def test_numbers_meant_as_something_else(new_shop, sim):
    shop = new_shop()
    ana = Person(shop, sim)
    ana.gets_a_quote()
    ana.is_asked()
    assert "60 mensualidades" in ana.says("a 60 meses")
    ana.says("el 2")
    assert ana.session()["survey"]["score"] is None
    assert report(shop)["total"]["answered"] == 0
    assert ana.says("ah, mi calificación es 8").count("?") == 1
    assert ana.session()["survey"]["score"] == 8


def test_a_score_and_a_request_in_one(new_shop, sim):
    shop = new_shop()
    ana = Person(shop, sim)
    ana.gets_a_quote()
    ana.is_asked()
    reply = ana.says("un 10, y ¿a qué hora abren?")
    assert "Lunes a sábado" in reply and reply.lower().index("gracias") < reply.index("Lunes")
    survey = ana.session()["survey"]
    assert (survey["state"], survey["score"]) == ("closed", 10)
    said = [m["text"] for m in ana.session()["messages"]]
    assert said[-4] == "un 10" and said[-2] == "y ¿a qué hora abren?"


def test_nobody_is_asked_who_only_looked_around(new_shop, sim):
    shop = new_shop()
    ana = Person(shop, sim)
    ana.says("hola")
    ana.says("busco un Nissan")
    ana.says("gracias, adiós")
    ana.settles()
    assert ana.due() == (None, None) and ana.questions() == []


def test_a_message_takes_the_place_of_the_question(new_shop, sim):
    shop = new_shop({"NPS_AFTER": "1h"})
    ana = Person(shop, sim)
    ana.gets_a_quote()
    ana.settles()
    score, at = ana.due()
    assert score == int(at) > (time.time() + 3500) * 1000
    with shop.redis() as redis:  # the clock is turned, but she writes first
        redis.hset(key("state", ana.user), "ask_at", 1)
    ana.says("¿y a 60 meses?")
    ana.settles()
    assert ana.questions() == []
    assert int(ana.due()[1]) >= int(at), "she rests anew"
    with shop.redis() as redis:
        redis.hset(key("state", ana.user), "ask_at", 1)
        redis.zadd(key("ready", ana.user), {ana.user: 1})
    ana.is_asked()
    assert len(ana.questions()) == 1


def test_a_question_that_never_went_out_was_never_said(new_shop, sim):
    """Twilio is away; then she writes. Nobody speaks of a question that she has not seen."""
    shop = new_shop({"NPS_AFTER": "1h", "TWIML_WAIT_MS": "5s"})
    ana = Person(shop, sim)
    ana.gets_a_quote()
    ana.settles()
    sim.control(always={"kind": "503"})
    with shop.redis() as redis:
        redis.hset(key("state", ana.user), "ask_at", 1)
        redis.zadd(key("ready", ana.user), {ana.user: 1})
    most.eventually(lambda: ana.session().get("survey"), 20)
    most.eventually(lambda: sim.stats()["counters"].get("failure 503"), 20)
    assert any(ASKS in m["text"] for m in ana.session()["messages"])
    assert "60 mensualidades" in ana.says("¿y a 60 meses?")
    ana.settles()
    session = ana.session()
    assert not any(ASKS in m["text"] for m in session["messages"]) and "survey" not in session
    assert ana.questions() == [] and report(shop)["total"]["asked"] == 0
    most.eventually(lambda: shop.metric("mostrador_surveys_total", event="taken_back") == 1, 10)


def test_whatsapp_takes_no_more_text(new_shop, sim):
    """No template for a survey, and no question when she is back."""
    shop = new_shop({"NPS_AFTER": "1h", "TWILIO_TEMPLATE_SID": "HX" + "0" * 32})
    ana = Person(shop, sim)
    ana.gets_a_quote()
    ana.settles()
    sent = len(ana.received())
    sim.control(failures=[63016])  # a template would be taken
    with shop.redis() as redis:
        redis.hset(key("state", ana.user), "ask_at", 1)
        redis.zadd(key("ready", ana.user), {ana.user: 1})
    most.eventually(lambda: ana.session().get("survey", {}).get("state") == "closed", 20)
    ana.settles()
    assert len(ana.received()) == sent and report(shop)["total"]["asked"] == 0
    ana.says("hola")
    ana.settles()
    assert ana.questions() == [] and len(ana.received()) == sent + 1


def test_off(new_shop, sim):
    shop = new_shop({"NPS_AFTER": "0"})
    ana = Person(shop, sim)
    ana.gets_a_quote()
    assert ASKS not in ana.says("gracias, adiós")
    ana.settles()
    ana.is_left_alone()
    assert report(shop)["total"] == {"asked": 0, "answered": 0, "response_rate": None,
                                     "promoters": 0, "passives": 0, "detractors": 0, "nps": None,
                                     "mean": None}


def test_who_has_left_is_not_asked(new_shop, sim):
    """Neither when they rest nor when they take leave; nor when they return and only say hello."""
    shop = new_shop({"NPS_AFTER": "1h", "NPS_EVERY": "1d"})
    ana = Person(shop, sim)
    ana.gets_a_quote()
    ana.says("BAJA")
    ana.settles()
    assert ana.due() == (None, None)
    assert ASKS not in ana.says("¿y a 60 meses?")
    assert ASKS not in ana.says("gracias, adiós")
    ana.settles()
    assert ana.due() == (None, None) and not ana.questions()
    ana.says("ALTA")
    assert ASKS in ana.says("gracias, adiós")


# ---- the language model ----


def test_the_model_sees_nothing_of_it(new_shop, sim, new_simulator):
    """But the question, as something that was said."""
    model = new_simulator()
    shop = new_shop({**model.env, "NPS_AFTER": "1h"})
    ana = Person(shop, sim)
    ana.says("busco un Nissan de menos de 300 mil")
    ana.says("el primero a 48 meses con 20% de enganche")
    ana.settles()
    assert ana.due()[1], "a quote was reached"
    with shop.redis() as redis:
        redis.hset(key("state", ana.user), "ask_at", 1)
        redis.zadd(key("ready", ana.user), {ana.user: 1})
    before = model.stats()["requests"]
    ana.is_asked()
    assert "recom" in ana.questions()[0]
    ana.says("6")
    ana.says("nadie me llamó")
    assert model.stats()["requests"] == before
    survey = ana.session()["survey"]
    assert (survey["score"], survey["comment"]) == (6, "nadie me llamó")
    (comment,) = report(shop)["comments"]
    assert (comment["model"], comment["score"]) == ("gpt-4o-mini", 6)
    ana.says("busco un Mazda")
    assert model.stats()["requests"] > before


# ---- at a good-bye ----


@pytest.fixture(scope="module")
def shop():
    made = stacks.Stack(env={"NPS_EVERY": "1d"}).start()
    yield made
    made.stop()


def ask(shop, user, text):
    answer = shop.http.ask(user, text)
    assert answer.status == 200, answer
    return answer.json()["reply"]


@pytest.mark.parametrize("lines,question,why,thanks", [
    (("busco un Nissan", "el 1 a 48 meses", "gracias, adiós", "diez", "el trato"),
     "del 0 al 10", "gustó", "equipo"),
    (("I'm looking for a Nissan", "the first one, 48 months", "thanks, bye!", "seven", "the prices"),
     "from 0 to 10", "?", "team"),
    (("procuro um Nissan", "o primeiro em 48 vezes", "obrigado, tchau", "nota 3", "demorou muito"),
     "de 0 a 10", "errado", "equipe"),
])
def test_a_good_bye_by_the_api(shop, lines, question, why, thanks):
    user = f"bye-{next(_numbers)}"
    for line in lines[:2]:
        assert question not in ask(shop, user, line)
    reply = ask(shop, user, lines[2])
    assert question in reply and reply.count("?") == 1 and reply.index(question) > 10
    assert why in ask(shop, user, lines[3])
    assert thanks in ask(shop, user, lines[4])
    assert question not in ask(shop, user, lines[2])
    with shop.redis() as redis:
        assert redis.hget(key("state", user), "ask_at") is None, "nobody can be written to"


def test_usted(shop):
    user = f"bye-{next(_numbers)}"
    ask(shop, user, "Disculpe, ¿me puede mostrar un Nissan?")
    ask(shop, user, "el 1 a 48 meses")
    reply = ask(shop, user, "muchas gracias, hasta luego")
    assert "recomendaría " in reply and "recomendarías" not in reply


def test_the_page_and_a_repeated_request(shop):
    """The same request asked again is the same question."""
    user = f"bye-{next(_numbers)}"
    ask(shop, user, "busco un Nissan")
    ask(shop, user, "el 1 a 48 meses")
    asked = report(shop)["total"]["asked"]
    body = {"user_id": user, "msg": "gracias, adiós"}
    replies = {shop.http.post("/seller/bot/", body, headers={"Idempotency-Key": "x1"}).json()["reply"]
               for _ in range(3)}
    assert len(replies) == 1 and ASKS in replies.pop()
    assert report(shop)["total"]["asked"] == asked + 1


@pytest.mark.parametrize("query,detail", [
    ("since=2026-13-01", "since must be a day"), ("until=ayer", "until must be a day"),
    ("since=2026-02-30", "since must be a day"), ("since=2026-11-02&until=2026-11-01", "after"),
    ("since=2020-01-01&until=2026-01-01", "400 days"), ("days=3", "since and until"),
    ("since=2026-11-01&since=2026-11-02", "more than once"), ("since=%ff", "percent-encoded"),
    ("since=", "since must be a day")])
def test_bad_days(shop, query, detail):
    answer = shop.http.get("/seller/nps?" + query)
    assert answer.status == 400 and detail in answer.json()["detail"], answer
    assert answer.headers["content-type"] == "application/problem+json"


def test_only_the_days_asked_for(shop):
    assert report(shop, "?since=2001-01-01&until=2001-12-31") == {
        "since": "2001-01-01", "until": "2001-12-31",
        "total": report(shop, "?until=1970-01-01")["total"], "rules": [], "days": [],
        "comments": []}


def test_the_token(new_stack):
    shop = new_stack(agents=1, env={"API_TOKEN": "a-token-of-mine"})
    assert shop.http.get("/seller/nps").status == 401
    answer = shop.http.get("/seller/nps", headers={"Authorization": "Bearer a-token-of-mine"})
    assert answer.status == 200, answer
    assert shop.http.post("/seller/nps", {}).status == 405


# ---- at the same moment, and while everything dies ----


def test_people_who_write_just_then(new_shop, sim):
    """Around the moment of the question. Everybody is answered once a message and asked at most
    once, and who has been asked is known to have been."""
    shop = new_shop({"NPS_AFTER": "600ms"})
    people = [Person(shop, sim) for _ in range(12)]
    random.seed(3)

    def live(person):
        person.gets_a_quote()
        time.sleep(0.45 + random.random() * 0.4)  # the moment itself is what it is about
        sim.say(person.phone, "¿y a 60 meses?", url=HOOK)

    with concurrent.futures.ThreadPoolExecutor(len(people)) as pool:
        list(pool.map(live, people))
    for person in people:
        most.eventually(lambda p=person: any("60 mensualidades" in t for t in p.received()))
        most.eventually(person.questions, 20, "nobody asks")  # sooner or later
        person.settles()
        got = person.received()
        assert len(got) == 4 and len(person.questions()) == 1, got
        assert person.session()["survey"]["state"] == "asked"
    assert report(shop)["total"]["asked"] == len(people)


def test_agents_that_die_while_they_ask(new_shop, sim):
    """kill -9, over and over: everybody is asked exactly once."""
    shop = new_shop({"NPS_AFTER": "1h", "LEASE_MS": "1s", "HEARTBEAT_MS": "100ms"}, agents=2)
    sim.control(always={"kind": "slow", "ms": 150})
    people = [Person(shop, sim) for _ in range(16)]
    with concurrent.futures.ThreadPoolExecutor(len(people)) as pool:
        list(pool.map(Person.gets_a_quote, people))
    for person in people:
        person.settles()
    with shop.redis() as redis:
        for person in people:
            redis.hset(key("state", person.user), "ask_at", 1)
            redis.zadd(key("ready", person.user), {person.user: 1})
    for name in itertools.islice(itertools.cycle(["agent-1", "agent-2"]), 12):
        shop.kill(name)
        shop.start(name, wait=False)
        left = [p for p in people if not p.questions()]
        most.eventually(lambda seen=left: len(seen) < 3 or any(p.questions() for p in seen), 60)
    for name in shop.agents:
        shop.wait_ready(name)
    for person in people:
        most.eventually(person.questions, 60, "nobody asks")
        person.settles()
        assert len(person.questions()) == 1, person.received()
        assert len(person.received()) == 3
    assert report(shop)["total"]["asked"] == len(people)
