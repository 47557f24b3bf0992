"""The whole chain on WhatsApp: Twilio's simulator on one side, all processes and Redis behind."""

import urllib.parse

import pytest

import most
import stack as stacks
from conftest import end, watch
from conversation import key
from twilio_sim import TwilioSim

BASE = "https://shop.example"
HOOK = BASE + "/webhook/twilio/"


class TwoGateways(stacks.Stack):
    """The second one has a port of its own."""

    def __init__(self, **options):
        super().__init__(**options)
        self.order.append("gateway-2")
        self.second = stacks.Http(stacks.free_port())

    def _argv(self, name):
        return super()._argv("gateway" if name == "gateway-2" else name)

    def _env(self, name):
        if name != "gateway-2":
            return super()._env(name)
        return {**super()._env("gateway"), "PORT": str(self.second.port)}

    def ready(self, name):
        if name != "gateway-2":
            return super().ready(name)
        try:
            return self.second.get("/readyz", timeout=5).status == 200
        except OSError:
            return False


class Line:
    """A shop and people who write to it."""

    def __init__(self, env=None, shop=stacks.Stack, **options):
        self.sim = TwilioSim().start()
        self.stack = shop(agents=2, **options, env={**self.sim.env, "PUBLIC_BASE_URL": BASE,
                                                    "TWILIO_PERSON_MS": "0", **(env or {})})
        self.sim.control(reach={BASE: self.stack.http.url})
        self.stack.start()
        watch(self.stack)

    def close(self):
        violations = self.sim.stats()["violations"]
        end(self.stack)
        self.sim.stop()
        assert violations == []

    def say(self, phone, body, **options):
        return self.sim.say(phone, body, url=HOOK, **options)

    def received(self, phone, count):
        """What the person has received, when it is so much and nothing more is on its way."""
        most.eventually(lambda: len(self.sim.received(phone)) >= count)
        self.quiet(phone)
        got = self.sim.received(phone)
        assert len(got) == count, got
        return got

    def quiet(self, phone):
        with self.stack.client("sessions") as client:
            def quiet():
                found = client.call("READ", user_id=f"whatsapp:{phone}")
                return not found.waiting and not found.outbox and not found.leased
            most.eventually(quiet)

    def seq(self, phone):
        """The messages that are recorded."""
        with self.stack.redis() as redis:
            return int(redis.hget(key("state", f"whatsapp:{phone}"), "seq") or 0)

    def path(self, phone, channel="whatsapp"):
        user = f"whatsapp:{phone}" if channel == "whatsapp" else phone
        return "/seller/sessions/" + urllib.parse.quote(user)

    def session(self, phone, channel="whatsapp"):
        return self.stack.http.get(self.path(phone, channel))

    def left(self, phone, channel="whatsapp"):
        return self.session(phone, channel).json().get("opted_out")


@pytest.fixture(scope="module", params=["auto", "rest"])
def line(request):
    made = Line({"TWILIO_REPLY": request.param})
    yield made
    made.close()


def confirms(text):
    return "ALTA" in text or "START" in text


# ---- who wants no messages ----

def test_leaving_and_returning(line):
    phone = "+5215500000101"
    line.say(phone, "hola")
    assert not line.left(phone)
    line.received(phone, 1)
    line.say(phone, "¡Baja!")
    assert confirms(line.received(phone, 2)[1]) and line.left(phone)
    line.say(phone, "¿qué Nissan tienen?")  # who writes is answered
    assert "Nissan" in line.received(phone, 3)[2] and line.left(phone)
    line.say(phone, "Alta")
    assert "auto" in line.received(phone, 4)[3] and not line.left(phone)


def test_copies_of_a_word_are_one(line):
    """Two at once, one later, and one after the return: that is an old one."""
    phone, sid = "+5215500000102", "SM" + "c" * 32
    line.say(phone, "STOP", sid=sid, copies=2, repeats=1)
    assert confirms(line.received(phone, 1)[0]) and line.left(phone)
    line.say(phone, "START")
    line.received(phone, 2)
    line.say(phone, "STOP", sid=sid)
    line.received(phone, 2)
    assert not line.left(phone)


@pytest.mark.parametrize("words, leaves, least", [
    (["STOP", "START"], False, 2), (["START", "STOP"], True, 1),
    (["STOP", "hola", "ALTA", "baja"], True, 1)])
def test_one_word_after_the_other(line, words, leaves, least):
    """None waits for the answer to the one before. The last is confirmed, and only once; leaving
    may overtake what was to be said before."""
    phone = f"+52155000002{len(words)}{leaves:d}"
    for number, word in enumerate(words):
        line.say(phone, word, wait=False)
        most.eventually(lambda: line.seq(phone) == number + 1)
    line.quiet(phone)
    got = line.sim.received(phone)
    assert least <= len(got) <= len(words) and len(set(got)) == len(got)
    assert confirms(got[-1]) == leaves == line.left(phone)


def test_forgetting_the_conversation_is_no_return(line):
    phone = "+5215500000103"
    line.say(phone, "dar de baja")
    line.received(phone, 1)
    assert line.stack.http.delete(line.path(phone)).status == 204
    assert (line.session(phone).json()["messages"], line.left(phone)) == ([], True)
    line.say(phone, "alta")
    line.received(phone, 2)
    assert line.stack.http.delete(line.path(phone)).status == 204
    assert line.session(phone).status == 404


def test_what_twilio_confirms_is_not_confirmed_again(line):
    phone = "+5215500000104"
    line.say(phone, "hola")
    line.received(phone, 1)
    for type_, leaves in (("STOP", True), ("HELP", True), ("START", False)):
        line.say(phone, "palabra", fields={"OptOutType": type_}, repeats=1)
        line.received(phone, 1)
        assert line.left(phone) == leaves


@pytest.mark.parametrize("line", ["rest"], indirect=True)
def test_the_carrier_refuses(line):
    """SMS, where Twilio keeps a list of its own."""
    phone = "+5215500000105"
    line.sim.control(opted_out=[phone])
    for count, body in enumerate(("hola", "¿y?")):  # the second is tried again, and refused again
        line.say(phone, body, channel="sms")
        most.eventually(
            lambda: line.sim.stats()["counters"].get("status 400") == count + 1)
        most.eventually(lambda: line.left(phone, "sms"))
    line.sim.control(opted_out=[])
    line.say(phone, "START", channel="sms")
    most.eventually(lambda: line.sim.received(phone, "sms"))
    assert not line.left(phone, "sms") and len(line.sim.received(phone, "sms")) == 1


# ---- copies ----

def test_copies_at_once_at_two_gateways_are_one(new_simulator):
    """Four wait at each for the one turn; at most one of them gives its answer."""
    model = new_simulator(hold="start")
    made = Line({**model.env, "OPENAI_HTTP": "1.1"}, shop=TwoGateways)
    try:
        phone, sid, other = "+5215500000108", "SM" + "e" * 32, BASE + ":443"
        made.sim.control(reach={other: made.stack.second.url, BASE: made.stack.http.url})
        urls = [HOOK, HOOK.replace(BASE, other)]
        made.say(phone, "hola", sid=sid, urls=urls, copies=8, wait=False)
        for name in ("gateway", "gateway-2"):
            most.eventually(lambda name=name: made.stack.log(name).count("event=message ") == 4)
        most.eventually(lambda: model.stats()["active"] == 1)
        model.control(hold=None)
        most.eventually(lambda: sid in made.sim.said())
        outcomes = made.sim.said()[sid]["outcomes"]
        assert [one["status"] for one in outcomes] == [200] * 8
        assert sum(len(one["messages"]) for one in outcomes) <= 1
        made.received(phone, 1)
        made.say(phone, "hola", sid=sid, urls=urls[::-1], copies=2)
        made.received(phone, 1)
        assert made.seq(phone) == 1 and model.stats()["requests"] == 1
    finally:
        made.close()


# ---- a model that takes its time ----

def test_an_answer_that_takes_longer_than_the_webhook_comes_once(new_simulator):
    """The webhook is answered with nothing while the model thinks; so is a copy of it."""
    model = new_simulator(hold="start")
    made = Line({**model.env, "OPENAI_HTTP": "1.1", "TWIML_WAIT_MS": "1s"})
    try:
        phone, sid = "+5215500000107", "SM" + "d" * 32
        said = made.say(phone, "hola", sid=sid)["outcomes"]
        assert [(one["status"], one["messages"]) for one in said] == [(200, [])]
        most.eventually(lambda: model.stats()["active"] == 1)
        assert made.sim.received(phone) == []
        model.control(hold=None)
        made.received(phone, 1)
        made.say(phone, "hola", sid=sid, copies=2)
        made.received(phone, 1)
        assert [m["via"] for m in made.sim.people()[f"whatsapp:{phone}"]] == ["rest"]
    finally:
        made.close()


# ---- how far an answer comes ----

def test_how_far_an_answer_comes_is_known_whichever_way_it_went(line):
    """By the carrier's word, in any order and twice: the furthest stays, and a failure's code."""
    phone = "+5215500000106"
    line.sim.control(callbacks="wild")
    line.say(phone, "hola")
    line.received(phone, 1)

    def stands():
        return [(m.get("status"), m.get("code")) for m in line.session(phone).json()["messages"]
                if m["role"] == "assistant"]

    most.eventually(lambda: stands() == [("read", 0)])
    line.sim.control(callbacks="none")
    line.say(phone, "¿qué Nissan tienen?")
    line.received(phone, 2)
    assert stands()[1] == ("sent", 0)
    sid = line.sim.people()[f"whatsapp:{phone}"][1]["sid"]
    for status, code in (("failed", 30008), ("sent", None), ("failed", 30008)):
        assert line.sim.callback(sid, status, code=code)["answer"] == 204
    assert stands() == [("read", 0), ("failed", 30008)]
    line.sim.control(callbacks="plain")


# ---- what the catalog says is not formatting ----

@pytest.mark.parametrize("way", ["auto", "rest"])
def test_marks_in_the_catalog_do_not_format(new_simulator, tmp_path, way):
    """Neither in the webhook's answer nor through the API; the chat and the API say it as it is."""
    csv = tmp_path / "cars.csv"
    csv.write_text("stock_id,make,model,year,price,km,version,ciudad\n"
                   "700,Nissan,Versa,2019,200000,10000,*full* ~x~,*Centro* _Puebla_\n")
    text = "El *Versa* *full* 2019 está en *Centro* _Puebla_."
    model = new_simulator(say=text)
    made = Line({**model.env, "OPENAI_HTTP": "1.1", "TWILIO_REPLY": way}, csv=csv)
    try:
        asked = made.stack.http.ask("ana", "busco un nissan").json()["reply"]
        assert asked == text
        made.say("+5215500000301", "busco un nissan")
        assert made.received("+5215500000301", 1) == [
            "El *Versa* \u2217full\u2217 2019 está en \u2217Centro\u2217 \u02cdPuebla\u02cd."]
    finally:
        made.close()
