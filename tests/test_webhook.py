"""Twilio's webhooks against a real gateway: who may post, what is recorded before it is answered,
and that a reply goes out by TwiML or otherwise, never both."""

import json
import random
import signal
import time
import urllib.parse

import pytest

import most
import stack as stacks
import twilio_check
import twilio_golden
from gateway_shop import Raw, Shop, check_problem, reply
from twilio_sim import TwilioSim

PATH, STATUS = "/webhook/twilio/", "/webhook/twilio/status"
BASE, TOKEN = "https://shop.example", "auth-token-primary"
SECONDARY = "auth-token-secondary"
ME, HERE = "whatsapp:+5215512345678", "whatsapp:+14155238886"
ENV = {"TWILIO_AUTH_TOKEN": TOKEN, "TWILIO_AUTH_TOKEN_SECONDARY": SECONDARY,
       "PUBLIC_BASE_URL": BASE + "#rc=2&rp=ct,rt", "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
       "TWIML_WAIT_MS": "9s"}
TWILIO_WAITS_S = 15 * stacks.SLOW
FORM = "application/x-www-form-urlencoded; charset=utf-8"


class Line(Shop):
    """A shop whose sessions keep an outbox: a reply is taken once, by who asks first."""

    def __init__(self, env=None, **options):
        self.takers, self.numbers = {}, iter(range(1, 10**6))
        super().__init__(env={**ENV, **(env or {})}, **options)
        self.dispatcher.handlers["WORK"] = lambda m: (
            "ANSWER", {"reply": reply(f"para {m.user_id}", m.seq, turn_id=f"T{m.seq}")})
        self.sessions.handlers.update({
            "TAKE": self.on_take, "FORGO": lambda m: ("OK", {"count": 1}),
            "DELIVERED": lambda m: ("OK", {"count": 1}), "STATUS": lambda m: ("OK", {"count": 1})})

    def on_take(self, message):
        """The same request asked again is not another one."""
        if self.takers.setdefault(message.turn_id, message.id) == message.id:
            return "OK", {"count": 1}
        return "ERROR", {"code": "claimed"}

    def sid(self):
        return f"SM{next(self.numbers):032x}"

    def fields(self, body="hola", user=ME, sid=None, **more):
        return [("MessageSid", sid or self.sid()), ("From", user), ("To", HERE), ("Body", body),
                ("NumMedia", "0"), *more.items()]

    def send(self, fields, path=PATH, token=TOKEN, url=None, headers=None, signature=None,
             body=None):
        body = urllib.parse.urlencode(fields).encode() if body is None else body
        if signature is None:
            signature = twilio_check.sign(token, url or BASE + path, fields)
        headers = {"Content-Type": FORM, "X-Twilio-Signature": signature, **(headers or {})}
        return self.http.post(path, body, headers={n: v for n, v in headers.items() if v})

    def say(self, *args, **options):
        return self.send(self.fields(*args, **options))

    def told(self, type_, user, nth=1):
        return self.sessions.wait_for(type_, lambda m: m.user_id == user, nth=nth)

    def untold(self, type_, user):
        return self.sessions.count(type_, lambda m: m.user_id == user) == 0


def texts(answer):
    """The messages of an answer that Twilio would take."""
    assert answer.status == 200, answer
    return twilio_check.check_twiml(answer.headers["content-type"], answer.body)


@pytest.fixture
def new_line():
    made = []

    def make(**options):
        made.append(Line(**options))
        return made[-1]

    yield make
    for line in made:
        line.close()


@pytest.fixture(scope="module")
def shared():
    made = Line()
    yield made
    made.close()


@pytest.fixture(scope="module")
def shared_hasty():
    made = Line(env={"TWIML_WAIT_MS": "2s"})
    yield made
    made.close()


def borrowed(shared):
    kept = [(fake, dict(fake.handlers)) for fake in shared.fakes]
    yield shared
    for fake, handlers in kept:
        fake.handlers, fake.silent = handlers, False
    most.eventually(lambda: shared.http.get("/readyz").status == 200)
    assert shared.serves()


@pytest.fixture
def line(shared):
    yield from borrowed(shared)


@pytest.fixture
def hasty_line(shared_hasty):
    """One that does not wait for long."""
    yield from borrowed(shared_hasty)


# ---- who may ----

def test_a_message_is_recorded_and_answered(line):
    fields = line.fields("¿Cuánto cuesta <b>eso</b> & más?", ProfileName="Ana", WaId="5215512345678")
    answer = line.send(fields, headers={"I-Twilio-Idempotency-Token": "copia-1"})
    assert texts(answer) == [f"para {ME}"]
    asked = line.sessions.wait_for("ENQUEUE", lambda m: m.message_id == fields[0][1])
    assert (asked.user_id, asked.channel, asked.reply_to) == (ME, "twilio", HERE)
    assert asked.text == "¿Cuánto cuesta <b>eso</b> & más?"
    assert 9000 < asked.hold_ms < 15000
    taken = line.sessions.wait_for("TAKE", lambda m: m.trace == asked.trace)
    done = line.sessions.wait_for("DELIVERED", lambda m: m.turn_id == taken.turn_id)
    assert (done.user_id, done.state, done.parts_sent, done.token) == (ME, "done", 1, 0)
    assert done.taker == taken.taker != ""
    assert line.sessions.count("FORGO", lambda m: m.trace == asked.trace) == 0
    log = line.stack.log("gateway")
    assert "copia-1" in log and "5215512345678" not in log and TOKEN not in log


@pytest.mark.parametrize("name", twilio_golden.FORMS)
def test_awkward_forms_are_known_by_their_signature(line, name):
    """Each verifies, with either token; with one bit flipped it does not, and leaves no trace."""
    fields = twilio_golden.FORMS[name]
    own = [pair for pair in fields if pair[0] not in ("From", "MessageSid")]
    user, sid = f"whatsapp:+52{random.Random(name).randrange(10**9, 10**10)}", line.sid()
    pairs = own + [("From", user), ("MessageSid", sid)]
    for token in (TOKEN, SECONDARY):
        assert line.send(pairs, token=token).status == 200, name
    body = urllib.parse.urlencode(pairs).encode()
    signature = twilio_check.sign(TOKEN, BASE + PATH, pairs)
    before, chance = line.sessions.count("ENQUEUE"), random.Random(name)
    meaning = sorted(set(pairs))
    for _ in range(6):
        at = chance.randrange(len(body))
        flipped = bytearray(body)
        flipped[at] ^= 1 << chance.randrange(7)
        read = urllib.parse.parse_qsl(flipped.decode("latin-1"), keep_blank_values=True,
                                      encoding="utf-8", errors="surrogateescape")
        if sorted(set(read)) == meaning or b"" in flipped.split(b"&"):
            continue  # %2f and %2F are the same
        assert line.send(pairs, signature=signature, body=bytes(flipped)).status == 403, flipped
    wrong = bytearray(signature.encode())
    wrong[chance.randrange(27)] ^= 1
    assert line.send(pairs, signature=wrong.decode("latin-1")).status == 403
    assert line.sessions.count("ENQUEUE") == before


@pytest.mark.parametrize("url, status", [
    (BASE + PATH, 200), (BASE + ":443" + PATH, 200), (BASE + PATH.rstrip("/"), 200),
    (BASE + PATH + "#rc=2&rp=ct,rt", 200), (BASE + ":443" + PATH + "#rc=2&rp=ct,rt", 200),
    (BASE + ":80" + PATH, 403), ("http://shop.example" + PATH, 403), (BASE + STATUS, 403),
    ("https://evil.example" + PATH, 403), (BASE + PATH + "?a=b", 403)])
def test_the_url_that_is_signed(line, url, status):
    assert line.send(line.fields(), url=url).status == status
    slashless = PATH.rstrip("/")
    assert line.send(line.fields(), url=url, path=slashless).status == status


def test_a_query_is_signed_too(line):
    path = PATH + "?shop=1&x=%C3%B1"
    assert line.send(line.fields(), path=path).status == 200
    assert line.send(line.fields(), path=path, url=BASE + PATH).status == 403


def test_a_client_does_not_say_where_we_are(line):
    fields = line.fields()
    lies = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "http"}
    assert line.send(fields, url="http://evil.example" + PATH, headers=lies).status == 403
    assert line.send(fields, headers=lies).status == 200


def test_without_a_signature_nothing_happens(line):
    before = line.sessions.count("ENQUEUE")
    refused = line.metric("mostrador_twilio_refused_total", reason="unsigned")
    body = urllib.parse.urlencode(line.fields())
    for path in (PATH, STATUS):
        answer = line.http.post(path, body, headers={"Content-Type": FORM})
        assert answer.status == 403
        check_problem(answer)
    for signature in ("x", "A" * 28, "A" * 4000, "=" * 28, "ñ" * 14):
        assert line.send(line.fields(), signature=signature.encode().decode("latin-1")).status \
            in (400, 403)
    assert line.send(line.fields(), token="another").status == 403
    assert line.send(line.fields(), token="").status == 403
    assert line.sessions.count("ENQUEUE") == before
    assert line.metric("mostrador_twilio_refused_total", reason="unsigned") >= refused + 2
    assert line.http.get(PATH).status == 405


def send_json(line, value, path=PATH, token=TOKEN, alter=None):
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    target = f"{path}?bodySHA256={twilio_check.body_hash(body)}"
    return line.http.post(target, alter(body) if alter else body, headers={
        "Content-Type": "application/json",
        "X-Twilio-Signature": twilio_check.sign(token, BASE + target)})


def test_json(line):
    user = "whatsapp:+5215500000001"
    fields = {"MessageSid": line.sid(), "From": user, "To": HERE, "Body": "¿Hola? 🚗", "NumMedia": 0}
    assert texts(send_json(line, fields)) == [f"para {user}"]
    assert line.told("ENQUEUE", user).text == "¿Hola? 🚗"
    before = line.sessions.count("ENQUEUE")
    assert send_json(line, fields, alter=lambda b: b.replace(b"Hola", b"Holb")).status == 403
    assert send_json(line, fields, token="another").status == 403
    unhashed = line.http.post(PATH, fields, headers={
        "X-Twilio-Signature": twilio_check.sign(TOKEN, BASE + PATH)})
    assert unhashed.status == 403
    for bad in (b"{", b"[]", b"", b'{"From":"a"}', b'{"From":1,"MessageSid":"SM1","From":{}}x'):
        assert send_json(line, bad).status == 400, bad
    assert line.sessions.count("ENQUEUE") == before


def test_what_a_message_needs(line):
    before = line.sessions.count("ENQUEUE")
    for name, value in (("From", ""), ("MessageSid", ""), ("From", "a b"), ("From", "+52\r\nX: y"),
                        ("MessageSid", "a b"), ("From", "+" * 129), ("To", "a\nb")):
        fields = [(n, value if n == name else v) for n, v in line.fields()]
        answer = line.send(fields)
        assert answer.status == 400, (name, value)
        assert "evil" not in check_problem(answer)["detail"]
    assert line.send([]).status == 400
    for kind in ("text/plain", "multipart/form-data; boundary=x", ""):
        assert line.send(line.fields(), headers={"Content-Type": kind}).status == 400, kind
    assert line.send([(f"p{n}", "") for n in range(513)]).status == 413
    assert line.sessions.count("ENQUEUE") == before


@pytest.mark.parametrize("more, text", [
    ({}, "[mensaje vacío]"), ({"NumMedia": "1", "MediaContentType0": "image/jpeg"}, "[imagen]"),
    ({"Latitude": "19.4", "Longitude": "-99.1", "Label": "Café"}, "[ubicación: Café]"),
    ({"ButtonText": "Sí", "ButtonPayload": "yes"}, "Sí")])
def test_nothing_a_customer_sends_is_an_error(line, more, text):
    sid = line.sid()
    fields = dict([*line.fields("", sid=sid), *more.items()])
    assert len(texts(line.send(list(fields.items())))) == 1
    assert line.sessions.wait_for("ENQUEUE", lambda m: m.message_id == sid).text == text


@pytest.mark.parametrize("body, user, opt", [
    ("STOP", "whatsapp:+5215500000031", "out"), ("¡Alta!", "whatsapp:+5215500000032", "in"),
    ("cancel", "whatsapp:+5215500000033", ""), ("Cancel", "+5215500000034", "out"),
    ("sí", "+5215500000035", "")])
def test_words_of_leaving_and_returning_are_recorded_and_answered(line, body, user, opt):
    assert len(texts(line.say(body, user))) == 1
    asked = line.told("ENQUEUE", user)
    assert (asked.text, asked.opt, asked.silent, asked.reply_to) == (body, opt, False, HERE)
    assert f"opt={opt}" in line.stack.log("gateway")


@pytest.mark.parametrize("type_, opt", [("STOP", "out"), ("START", "in"), ("HELP", "")])
def test_what_twilio_has_answered_itself_is_only_recorded(line, type_, opt):
    user = f"whatsapp:+5215500000{sum(map(ord, type_))}"
    fields = line.fields("palabra", user=user, OptOutType=type_)
    for _ in range(2):
        assert texts(line.send(fields)) == []
    asked = line.told("ENQUEUE", user, nth=2)
    assert (asked.opt, asked.silent, asked.reply_to, asked.hold_ms) == (opt, True, HERE, 0)
    assert line.dispatcher.count("WORK", lambda m: m.user_id == user) == 0
    for kind in ("TAKE", "FORGO", "DELIVERED"):
        assert line.untold(kind, user)


# ---- nothing from outside breaks out ----

NASTY = "a\r\nSet-Cookie: x=y\r\n\r\n<Message>&]]></Body><!--\x00\x1b[31m\u2028\x85 level=error event=lie"


def test_bytes_from_outside_stay_what_they_are(line):
    user, sid = "+5215500000003", line.sid()
    line.dispatcher.handlers["WORK"] = lambda m: (
        "ANSWER", {"reply": reply("</Body></Message><Redirect>" + NASTY, m.seq, turn_id="TN")})
    answer = line.send(line.fields(NASTY, user, sid, ProfileName=NASTY, **{"X\r\n<y>": NASTY}),
                       headers={"I-Twilio-Idempotency-Token": "x level=error \"event=lie\""})
    (text,) = texts(answer)
    assert text.startswith("</Body></Message><Redirect>a") and "Set-Cookie: x=y" in text
    assert "set-cookie" not in answer.headers and "\0" not in text and "\x1b" not in text
    stored = line.told("ENQUEUE", user).text
    assert not set(stored) & set("\r\0\x1b\u2028\x85")
    lines = line.stack.log("gateway").splitlines()
    assert not [told for told in lines if told.startswith(("Set-Cookie", "<"))]
    assert not [told for told in lines if " event=lie" in told.replace('\\"event=lie', "")
                and "copy=" not in told]


def test_marks_of_the_data_do_not_format(line):
    """On WhatsApp; an SMS shows them all the same."""
    line.dispatcher.handlers["WORK"] = lambda m: ("ANSWER", {"reply": reply(
        "Tengo *Versa GL_i *full* 2019* y *March*.", m.seq, turn_id=f"TM{m.seq}", literal="15 18 23")})
    assert texts(line.say(user="whatsapp:+5215500000051")) == [
        "Tengo *Versa GL_i \u2217full\u2217 2019* y *March*."]
    assert texts(line.say(user="+5215500000051")) == ["Tengo *Versa GL_i *full* 2019* y *March*."]


# ---- once ----

def test_copies_at_once_get_one_reply(line):
    user, held = "+5215500000004", []
    fields = line.fields(user=user)
    line.dispatcher.handlers["WORK"] = held.append
    copies = [line.later(line.send, fields) for _ in range(4)]
    most.eventually(lambda: len({m.id for m in held}) == 4)
    for work in held:
        work.answer("ANSWER", reply=reply("una vez", work.seq, turn_id="TC"))
    answers = [texts(copy.result()) for copy in copies]
    assert sorted(answers) == [[], [], [], ["una vez"]]
    assert len({m.seq for m in held}) == 1
    line.told("DELIVERED", user)
    assert line.untold("FORGO", user)
    assert line.sessions.count("DELIVERED", lambda m: m.user_id == user) == 1


def test_a_copy_of_what_is_answered(line):
    """Its reply is stored: who TAKEs it may still say it, and nobody works again."""
    user = "+5215500000005"
    line.sessions.handlers["ENQUEUE"] = lambda m: (
        "ENQUEUED", {"seq": 3, "duplicate": True, "reply": reply("guardada", 3, turn_id="TD")})
    fields = line.fields(user=user)
    assert texts(line.send(fields)) == ["guardada"]
    assert texts(line.send(fields)) == []
    assert line.dispatcher.count("WORK", lambda m: m.user_id == user) == 0


def test_a_reply_that_somebody_else_delivers(line):
    user = "+5215500000006"
    line.sessions.handlers["TAKE"] = lambda m: ("ERROR", {"code": "claimed"})
    assert texts(line.say(user=user)) == []
    assert line.untold("FORGO", user) and line.untold("DELIVERED", user)


def test_a_take_that_failed_is_left_to_others(line):
    user = "+5215500000007"
    line.sessions.handlers["TAKE"] = lambda m: ("ERROR", {"code": "internal"})
    assert texts(line.say(user=user)) == []
    assert line.told("FORGO", user) and line.untold("DELIVERED", user)


def test_a_take_whose_outcome_is_unknown_is_given_back(hasty_line):
    line, user = hasty_line, "+5215500000008"
    line.sessions.handlers["TAKE"] = lambda m: None
    assert texts(line.say(user=user)) == []
    assert line.told("DELIVERED", user).state == "again"


def test_the_turn_ended_between_enqueue_and_work(line):
    user, seen = "+5215500000009", []
    line.dispatcher.handlers["WORK"] = lambda m: ("ERROR", {"code": "not_waiting"})

    def enqueue(message):
        seen.append(message.message_id)
        told = {"seq": 7, "duplicate": len(seen) > 1}
        return "ENQUEUED", {**told, "reply": reply("era", 7, turn_id="TE")} if len(seen) == 3 \
            else told

    line.sessions.handlers["ENQUEUE"] = enqueue
    assert texts(line.say(user=user)) == ["era"]
    assert len(seen) == 3 and len(set(seen)) == 1


# ---- in time ----

def test_a_slow_turn_goes_out_otherwise(hasty_line):
    line, user, held, sid = hasty_line, "+5215500000010", [], hasty_line.sid()
    line.dispatcher.handlers["WORK"] = held.append
    assert texts(line.say(user=user, sid=sid)) == []
    assert line.told("FORGO", user).message_id == sid
    held[0].answer("ANSWER", reply=reply("tarde"))  # nobody is there, nobody takes it
    assert texts(line.say(user="+5215500000011")) == []
    assert line.untold("TAKE", user)


def test_a_model_of_20_s_with_the_default_wait(new_line):
    line = new_line()
    user, held = "+5215500000012", []
    line.dispatcher.handlers["WORK"] = held.append
    start = time.monotonic()
    assert texts(line.say(user=user)) == []
    assert 8.5 < time.monotonic() - start < TWILIO_WAITS_S
    assert line.told("FORGO", user)
    assert line.told("ENQUEUE", user).hold_ms > 9000


def test_a_busy_dispatcher_is_no_loss(line):
    """Twilio would not ask again: what is recorded is acknowledged, the sweeper finds it."""
    user = "+5215500000013"
    line.dispatcher.handlers["WORK"] = lambda m: ("ERROR", {"code": "busy"})
    assert texts(line.say(user=user)) == []
    assert line.told("FORGO", user) and line.untold("WITHDRAW", user)


def test_the_dispatcher_is_away(new_line):
    line, user = new_line(env={"TWIML_WAIT_MS": "2s"}), "+5215500000014"
    line.dispatcher.silent = True
    most.eventually(lambda: line.http.get("/readyz").json()["missing"])
    assert texts(line.say(user=user)) == []
    assert line.told("FORGO", user)


def test_nothing_is_acknowledged_that_is_not_recorded(new_line):
    line = new_line()
    for code, status in (("busy", 503), ("unavailable", 503), ("internal", 502), ("invalid", 400)):
        line.sessions.handlers["ENQUEUE"] = lambda m, code=code: (
            "ERROR", {"code": code, "retry_after_ms": 2500})
        answer = line.say()
        assert answer.status == status, code
        check_problem(answer)
    assert line.dispatcher.count("WORK") == 0
    line.sessions.silent = True
    start = time.monotonic()
    answer = line.say()
    assert answer.status == 503 and answer.headers["retry-after"]
    assert time.monotonic() - start < TWILIO_WAITS_S
    assert line.http.post(STATUS, b"").status == 403
    assert line.dispatcher.count("WORK") == 0


# ---- long replies, and other ways ----

LONG = "\n".join(f"{n}. Nissan Versa {n}, «rojo» & más" for n in range(200))


def test_a_long_reply_is_sent_part_by_part(line):
    user = "+5215500000015"
    line.dispatcher.handlers["WORK"] = lambda m: (
        "ANSWER", {"reply": reply(LONG, m.seq, turn_id="TL")})
    assert texts(line.say(user=user)) == []
    assert line.told("FORGO", user) and line.untold("TAKE", user)


@pytest.mark.parametrize("env", [{"TWILIO_REPLY": "twiml"}, {"TWILIO_ACCOUNT_SID": ""}])
def test_a_long_reply_where_there_is_no_other_way(new_line, env):
    line, user = new_line(env=env), "+5215500000016"
    line.dispatcher.handlers["WORK"] = lambda m: (
        "ANSWER", {"reply": reply(LONG, m.seq, turn_id="TL")})
    parts = texts(line.say(user=user))
    assert len(parts) > 3 and "\n".join(parts) == LONG
    assert line.told("DELIVERED", user).parts_sent == len(parts)
    if "TWILIO_ACCOUNT_SID" in env:
        assert "webhook_twiml_only" in line.stack.log("gateway")


@pytest.mark.parametrize("env", [{"TWILIO_REPLY": "rest"}, {"TWIML_WAIT_MS": "0"}])
def test_replies_by_rest_alone(new_line, env):
    """Acknowledged as soon as it is recorded; the turn begins, and nobody waits for it."""
    line, user = new_line(env=env), "+5215500000017"
    line.dispatcher.handlers["WORK"] = lambda m: None
    fields = line.fields(user=user)
    assert texts(line.send(fields)) == []
    asked = line.told("ENQUEUE", user)
    assert asked.hold_ms == 0 and asked.reply_to == HERE
    work = line.dispatcher.wait_for("WORK", lambda m: m.user_id == user)
    line.dispatcher.wait_for("CANCEL", lambda m: m.id == work.id)
    line.sessions.handlers["ENQUEUE"] = lambda m: (
        "ENQUEUED", {"seq": 1, "duplicate": True, "reply": reply("ya")})
    assert texts(line.send(fields)) == []
    for type_ in ("TAKE", "FORGO", "DELIVERED"):
        assert line.untold(type_, user)
    assert line.dispatcher.count("WORK") == 1


# ---- clients that go ----

def raw(line, fields):
    body = urllib.parse.urlencode(fields)
    return Raw(line.port).send(
        f"POST {PATH} HTTP/1.1\r\nHost: x\r\nContent-Type: {FORM}\r\nContent-Length: {len(body)}\r\n"
        f"X-Twilio-Signature: {twilio_check.sign(TOKEN, BASE + PATH, fields)}\r\n\r\n{body}")


def test_a_client_that_goes_while_it_waits(line):
    user, held = "+5215500000018", []
    line.dispatcher.handlers["WORK"] = held.append
    client = raw(line, line.fields(user=user))
    most.eventually(lambda: held)
    client.reset()
    assert line.told("FORGO", user)
    line.dispatcher.wait_for("CANCEL", lambda m: m.id == held[0].id)
    assert line.untold("TAKE", user)


@pytest.mark.parametrize("outcome, given_back", [
    (("OK", {}), True), (("ERROR", {"code": "claimed"}), False)])
def test_a_client_that_goes_while_its_reply_is_taken(line, outcome, given_back):
    user, held = f"+521550000{1900 + given_back}", []
    line.sessions.handlers["TAKE"] = held.append
    client = raw(line, line.fields(user=user))
    most.eventually(lambda: held)
    gone = line.metric("mostrador_twilio_webhooks_total", outcome="gone")
    client.reset()
    most.eventually(
        lambda: line.metric("mostrador_twilio_webhooks_total", outcome="gone") == gone + 1)
    held[0].answer(outcome[0], **outcome[1])
    if given_back:
        assert line.told("DELIVERED", user).state == "again"
    else:
        line.sessions.handlers["TAKE"] = line.on_take
        line.say(user="+5215500000020")
        line.told("DELIVERED", "+5215500000020")
        assert line.untold("DELIVERED", user)


def test_a_client_that_goes_with_its_reply_in_the_air(new_line):
    """The gateway sees at once that the reply is taken and that nobody is there for it."""
    line, held, user = new_line(), [], "+5215500000023"
    line.sessions.handlers["TAKE"] = held.append
    client = raw(line, line.fields(user=user))
    most.eventually(lambda: held)
    line.stack.freeze("gateway")
    held[0].answer("OK")
    client.reset()
    line.stack.thaw("gateway")
    assert line.told("DELIVERED", user).state == "again"
    assert line.serves()


def test_an_answer_that_was_read_counts_though_its_reader_hangs_up_at_once(line):
    for n in range(20):
        user = f"+52155000028{n:02}"
        with raw(line, line.fields(user=user)) as client:
            assert texts(client.answer())
        assert line.told("DELIVERED", user).state == "done"


def test_many_wait_and_others_are_served(hasty_line):
    line, held = hasty_line, []
    line.dispatcher.handlers["WORK"] = held.append
    clients = [raw(line, line.fields(user=f"+52155001{n:05}")) for n in range(150)]
    assert line.http.get("/healthz").status == 200
    for client in clients:
        assert client.status() == 200
        client.socket.close()
    for n in range(150):
        line.told("FORGO", f"+52155001{n:05}")


# ---- more than it can do ----

def test_a_crowded_gateway_records_and_does_not_wait(new_line):
    """With room for 12 requests at once. From the 6th on a webhook is answered as soon as its message
    is recorded, and the reply goes out otherwise; the 13th, while none can be recorded, hears 503 and
    when to come again, and nothing of it is kept. Never silence."""
    line, held = new_line(env={"GATEWAY_CONNECTIONS": "16"}), []
    line.dispatcher.handlers["WORK"] = held.append
    patient = [raw(line, line.fields(user=f"+52155003{n:05}")) for n in range(5)]
    most.eventually(lambda: len(held) == 5)
    for n in range(5, 8):
        user = f"+52155003{n:05}"
        assert texts(line.say(user=user)) == []
        assert line.told("ENQUEUE", user).hold_ms == 0
        line.dispatcher.wait_for("WORK", lambda m, user=user: m.user_id == user)
        assert line.untold("TAKE", user)
    stuck, record = [], line.sessions.handlers["ENQUEUE"]
    line.sessions.handlers["ENQUEUE"] = stuck.append
    clients = [raw(line, line.fields(user=f"+52155003{n:05}")) for n in range(8, 15)]
    most.eventually(lambda: len(stuck) == 7)
    late = line.fields(user="+5215500300099")
    refused = line.send(late)
    assert refused.status == 503 and int(refused.headers["retry-after"]) >= 1
    check_problem(refused)
    assert line.untold("ENQUEUE", "+5215500300099")
    for message in stuck:
        message.answer("ENQUEUED", seq=1)
    for client in clients:
        assert texts(client.answer()) == []
    line.sessions.handlers["ENQUEUE"] = record
    assert texts(line.send(late)) == []
    assert line.told("ENQUEUE", "+5215500300099").text == "hola"
    line.dispatcher.handlers["WORK"] = lambda m: None
    for work in held[:5]:
        work.answer("ANSWER", reply=reply("al fin", work.seq, turn_id=f"T{work.seq}"))
    for client in patient:
        assert texts(client.answer()) == ["al fin"]
    assert line.serves()


@pytest.mark.parametrize("fragment, attempts, status", [
    ("#rc=2&rp=ct,rt,5xx", 2, 200), ("#rc=2&rp=ct,rt", 1, 503)])
def test_a_refusal_is_repeated_by_twilio_if_it_is_told_to(new_line, fragment, attempts, status):
    """README says what to write behind the URL: without 5xx a refusal is the end of a message."""
    line = new_line(env={"TWILIO_AUTH_TOKEN": TwilioSim.token, "PUBLIC_BASE_URL": BASE + fragment})
    refusals, record = iter([("ERROR", {"code": "busy", "retry_after_ms": 1000})]), line.on_enqueue
    line.sessions.handlers["ENQUEUE"] = lambda m: next(refusals, None) or record(m)
    with TwilioSim(reach={BASE: line.http.url}, fragment=fragment) as sim:
        said = sim.say("+5215512345678", "hola", url=BASE + PATH)["outcomes"][0]
        assert (said["attempts"], said["status"]) == (attempts, status)
        assert len(sim.received("+5215512345678")) == (status == 200)


def test_the_gateway_ends_while_they_wait(new_line):
    line, held = new_line(), []
    user = "+5215500000021"
    line.dispatcher.handlers["WORK"] = held.append
    waiting = line.later(line.say, user=user)
    most.eventually(lambda: held)
    gateway = line.stack.processes["gateway"]
    gateway.child.send_signal(signal.SIGTERM)
    assert texts(waiting.result()) == []
    assert line.told("FORGO", user)
    assert gateway.child.wait(stacks.STOP_S) == 0
    gateway.ended = True


# ---- status callbacks ----

def status_fields(line, status="delivered", user=ME, sid=None, **more):
    return [("MessageSid", sid or line.sid()), ("MessageStatus", status), ("To", user),
            ("From", HERE), *more.items()]


@pytest.mark.parametrize("path", [STATUS, STATUS + "/"])
def test_a_status_is_recorded(line, path):
    fields = status_fields(line, "undelivered", "+5215500000022", ErrorCode="63016")
    before = line.metric("mostrador_twilio_failures_total", code="63016")
    answer = line.send(fields, path=path)
    assert (answer.status, answer.body) == (204, b"")
    told = line.sessions.wait_for("STATUS", lambda m: m.sid == fields[0][1])
    assert (told.user_id, told.status, told.code) == ("+5215500000022", "undelivered", 63016)
    assert line.metric("mostrador_twilio_failures_total", code="63016") == before + 1
    assert "code=63016" in line.stack.log("gateway")
    assert line.send(status_fields(line, "read"), path=path).status == 204
    assert line.metric("mostrador_twilio_callbacks_total", status="read") >= 1


def test_an_answer_says_where_its_statuses_go(line):
    """Nobody tells us its id: the address says of which turn it is, and is signed with it."""
    user = "+5215500000061"
    line.dispatcher.handlers["WORK"] = lambda m: (
        "ANSWER", {"reply": reply("hola", m.seq, turn_id="T é&61")})
    answer = line.say(user=user)
    assert texts(answer) == ["hola"]
    url, = twilio_check.twiml_callbacks(answer.body)
    path = STATUS + "?turn=T%20%C3%A9%2661"
    assert url == BASE + path + "#rc=2&rp=ct,rt"
    before = line.metric("mostrador_twilio_failures_total", code="30008")
    fields = status_fields(line, "undelivered", user, ErrorCode="30008")
    assert line.send(fields, path=path, url=url).status == 204
    told = line.told("STATUS", user)
    assert (told.turn_id, told.status, told.code) == ("T é&61", "undelivered", 30008)
    assert line.metric("mostrador_twilio_failures_total", code="30008") == before + 1
    assert line.send(fields, path=path, url=BASE + STATUS).status == 403
    for query in ("?turn=" + "x" * 33, "?turn=%FF", "?other=1", "?turn="):
        assert line.send(fields, path=STATUS + query).status == 204
    assert {m.turn_id for m in line.sessions.received
            if m.type == "STATUS" and m.user_id == user} == {"T é&61", ""}


def test_a_status_that_is_none(line):
    before = line.sessions.count("STATUS")
    for fields in (status_fields(line, "lost"), status_fields(line, ""), status_fields(line, user=""),
                   status_fields(line, user="a\r\nb"), status_fields(line, user="x" * 129),
                   status_fields(line, sid="a b"), []):
        assert line.send(fields, path=STATUS).status == 400, fields
    assert line.send(status_fields(line), path=STATUS, token="another").status == 403
    assert line.send(status_fields(line), path=STATUS, url=BASE + PATH).status == 403
    assert line.sessions.count("STATUS") == before


def test_a_status_that_is_not_recorded(line):
    for code, status in (("unavailable", 503), ("busy", 503), ("internal", 502)):
        line.sessions.handlers["STATUS"] = lambda m, code=code: ("ERROR", {"code": code})
        assert line.send(status_fields(line), path=STATUS).status == status


# ---- settings ----

def test_without_a_token_only_loopback_is_served(new_line):
    line = new_line(env={"TWILIO_AUTH_TOKEN": "", "TWILIO_AUTH_TOKEN_SECONDARY": ""})
    assert "webhook_open" in line.stack.log("gateway")
    body = urllib.parse.urlencode(line.fields())
    assert texts(line.http.post(PATH, body, headers={"Content-Type": FORM})) == [f"para {ME}"]
    assert texts(line.http.post(PATH, dict(line.fields()))) == [f"para {ME}"]
    assert line.http.post(PATH, "%", headers={"Content-Type": FORM}).status == 400
    for site in ("cross-site", "same-site"):  # a page that somebody at this machine looks at
        assert line.http.post(PATH, body, headers={
            "Content-Type": FORM, "Sec-Fetch-Site": site}).status == 403


@pytest.mark.parametrize("env, why", [
    ({"TWILIO_AUTH_TOKEN": "", "TWILIO_AUTH_TOKEN_SECONDARY": "", "HTTP_ADDR": "0.0.0.0",
      "API_TOKEN": "s3creto"}, "TWILIO_AUTH_TOKEN"),
    ({"PUBLIC_BASE_URL": ""}, "PUBLIC_BASE_URL")])
def test_a_closed_webhook_says_why(new_line, env, why):
    line = new_line(env=env)
    assert f"webhook_closed why=\"{why}" in line.stack.log("gateway")
    for path in (PATH, STATUS):
        assert line.send(line.fields(), path=path).status == 403
        assert line.send(line.fields(), path=path, signature="").status == 403
    assert line.sessions.count("ENQUEUE") == 0
    assert line.metric("mostrador_twilio_refused_total", reason="closed") == 4


# ---- with the simulator, which is as strict as Twilio ----

def test_twilio_understands_us(new_line):
    line = new_line(env={"TWILIO_AUTH_TOKEN": TwilioSim.token})
    with TwilioSim(reach={BASE: line.http.url}, fragment="#rc=2&rp=ct,rt") as sim:
        url = BASE + PATH
        said = sim.say("+5215512345678", "¿Hola? & <b>", url=url, copies=3, repeats=2)
        assert [outcome["error"] for outcome in said["outcomes"]] == [None] * 5
        assert sim.received("+5215512345678") == [f"para {ME}"]
        assert sim.say("+5215512345678", "ñ", url=url, json=True)["outcomes"][0]["messages"]
        assert sim.say("+5215512345678", "x", url=url, tamper=True)["outcomes"][0]["status"] == 403
        sid = next(iter(sim.people().values()))[0]["sid"]
        assert sim.callback(sid, "failed", BASE + STATUS, 63016)["answer"] == 204
        assert line.sessions.wait_for(
            "STATUS", lambda m: m.sid == sid and m.status == "failed").code == 63016
        assert sim.stats()["violations"] == []
