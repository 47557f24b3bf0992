"""The Twilio simulator itself: what it refuses, what it keeps, how it calls a webhook."""
import base64
import http.server
import threading
import urllib.error
import urllib.parse
import urllib.request

import pytest

import twilio_check
import twilio_golden
from twilio_sim import TwilioSim

ME, SHOP = "whatsapp:+5215512345678", "whatsapp:+14155238886"
TWIML = b'<?xml version="1.0" encoding="UTF-8"?>\n<Response><Message><Body>%s</Body></Message>' \
        b"</Response>"


@pytest.fixture(scope="module")
def shared():
    with TwilioSim() as running:
        yield running


@pytest.fixture
def sim(shared):
    shared.control(reset=True)
    return shared


class Shop:
    """A webhook that answers as the test says, and keeps what it was sent."""

    def __init__(self):
        self.seen, self.answers = [], []
        shop = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                shop.seen.append((self.path, self.headers, body))
                status, kind, text = shop.answers.pop(0) if shop.answers else (
                    200, "text/xml", TWIML % b"hola")
                if status is None:  # no answer
                    shop.hold.wait(20)
                    return
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_):
                pass

        self.hold = threading.Event()
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/webhook/twilio/"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,))
        self.thread.start()

    def stop(self):
        self.hold.set()
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture
def shop():
    made = Shop()
    yield made
    made.stop()


def api(sim, path, fields=None, auth=None, raw=None):
    """(status, JSON) of a request to the API."""
    import json
    request = urllib.request.Request(
        sim.url + path, data=raw or (urllib.parse.urlencode(fields).encode() if fields else None))
    user = auth or f"{sim.account}:{sim.token}"
    request.add_header("Authorization", "Basic " + base64.b64encode(user.encode()).decode())
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())


def messages(sim):
    return f"/2010-04-01/Accounts/{sim.account}/Messages.json"


def test_golden_signatures_are_current():
    assert twilio_golden.FILE.read_text().splitlines() == twilio_golden.lines()
    assert twilio_golden.lines()[0].endswith("\t0/KCTR6DLpKmkAf8muzZqo1nDgQ=")


def test_a_message_is_taken_listed_and_received(sim):
    status, sent = api(sim, messages(sim), {"To": ME, "From": SHOP, "Body": "¡Hola! 🚗"})
    assert status == 201 and sent["status"] == "queued" and sent["direction"] == "outbound-api"
    assert sim.received("+5215512345678") == ["¡Hola! 🚗"]
    query = urllib.parse.urlencode({"To": ME, "From": SHOP})
    status, page = api(sim, messages(sim) + "?" + query)
    assert [m["sid"] for m in page["messages"]] == [sent["sid"]] and not page["next_page_uri"]
    assert api(sim, messages(sim) + "?To=%2B1")[1]["messages"] == []


def test_pages_newest_first(sim):
    for i in range(5):
        api(sim, messages(sim), {"To": ME, "From": SHOP, "Body": f"mensaje {i}"})
    bodies, path = [], messages(sim) + "?PageSize=2"
    while path:
        page = api(sim, path)[1]
        bodies += [m["body"] for m in page["messages"]]
        path = page["next_page_uri"]
    assert bodies == [f"mensaje {i}" for i in (4, 3, 2, 1, 0)]


@pytest.mark.parametrize("fields, code", [
    ({"From": SHOP, "Body": "x"}, 21604),
    ({"To": ME, "Body": "x"}, 21603),
    ({"To": ME, "From": SHOP}, 21602),
    ({"To": ME, "From": SHOP, "Body": "  "}, 21619),
    ({"To": "5512345678", "From": SHOP, "Body": "x"}, 21211),
    ({"To": "+5215512345678", "From": SHOP, "Body": "x"}, 21910),
    ({"To": ME, "From": "whatsapp:+1999999999", "Body": "x"}, 63007),
    ({"To": ME, "From": SHOP, "Body": "x" * 1601}, 21617),
    ({"To": ME, "From": SHOP, "Body": "😀" * 801}, 21617),
    ({"To": ME, "From": SHOP, "Body": "a\x01"}, 63021),
    ({"To": ME, "From": SHOP, "Body": "x", "StatusCallback": "/status"}, 21609),
    ({"To": ME, "From": SHOP, "ContentSid": "HX1"}, 21655),
    ({"To": ME, "From": SHOP, "Body": "x", "Text": "y"}, 20001),
])
def test_what_the_api_refuses(sim, fields, code):
    status, error = api(sim, messages(sim), fields)
    assert (status, error["code"], error["status"]) == (400, code, 400)
    assert len(sim.stats()["violations"]) == 1 and not sim.people()


def test_who_may_send(sim):
    good = {"To": ME, "From": SHOP, "Body": "x"}
    assert api(sim, messages(sim), good, auth="AC:wrong")[1]["code"] == 20003
    key, secret = next(iter(sim.stats()["settings"]["api_keys"].items()))
    assert api(sim, messages(sim), good, auth=f"{key}:{secret}")[0] == 201
    other = messages(sim).replace("0123", "3210")
    assert api(sim, other, good)[0] == 404
    assert api(sim, messages(sim), raw=b"To=%zz")[1]["code"] == 20001


def test_failures_on_demand(sim):
    good = {"To": ME, "From": SHOP, "Body": "x"}
    sim.control(failures=[{"kind": "429", "retry_after": 2}, "503", "21610", "empty_201"])
    assert api(sim, messages(sim), good)[1]["code"] == 20429
    assert api(sim, messages(sim), good)[0] == 503
    assert api(sim, messages(sim), good)[1]["code"] == 21610
    with pytest.raises(ValueError):
        api(sim, messages(sim), good)
    assert len(sim.received("+5215512345678")) == 1 and not sim.stats()["violations"]


def test_signed_form(sim, shop):
    said = sim.say("+5215512345678", "¿Tienes un Mazda? 50% & más +", url=shop.url,
                   fields={"Empty": "", "Twice": ["b", "a", "a"]})
    path, headers, body = shop.seen[0]
    fields = urllib.parse.parse_qsl(body.decode(), keep_blank_values=True)
    assert headers["X-Twilio-Signature"] == twilio_check.sign(sim.token, shop.url, fields)
    assert ("MessageSid", said["sid"]) in fields and ("Empty", "") in fields
    assert said["outcomes"][0]["messages"] == ["hola"]
    assert sim.received("+5215512345678") == ["hola"]
    assert sim.people()[ME][0]["via"] == "twiml"


def test_signed_json(sim, shop):
    sim.say("+5215512345678", "ñ", url=shop.url, json=True)
    path, headers, body = shop.seen[0]
    assert path == "/webhook/twilio/?bodySHA256=" + twilio_check.body_hash(body)
    url = shop.url + path[len("/webhook/twilio/"):]
    assert headers["X-Twilio-Signature"] == twilio_check.sign(sim.token, url)


def test_public_address_is_signed_and_the_real_one_called(sim, shop):
    sim.control(reach={"https://shop.example": shop.url[:-len("/webhook/twilio/")]})
    public = "https://shop.example/webhook/twilio/"
    sim.say("+5215512345678", "hola", url=public)
    fields = urllib.parse.parse_qsl(shop.seen[0][2].decode(), keep_blank_values=True)
    assert shop.seen[0][1]["X-Twilio-Signature"] == twilio_check.sign(sim.token, public, fields)


@pytest.mark.parametrize("kind, text, why", [
    ("text/plain", TWIML % b"hola", "12300"),
    ("text/xml", b" " + TWIML % b"hola", "12100"),
    ("text/xml", TWIML % b"a & b", "12100"),
    ("text/xml", TWIML % b"", "14103"),
    ("text/xml", TWIML % (b"x" * 1601), "21617"),
    ("text/xml", TWIML % (b"x" * 70000), "11750"),
    ("text/xml", b"<Answer/>", "12102"),
    ("text/xml", b"<Response><Say>hola</Say></Response>", "12200"),
    ("text/xml", b"<Response>hola</Response>", "12200"),
    ("text/xml", b"", "12100"),
])
def test_twiml_that_twilio_could_not_use(sim, shop, kind, text, why):
    shop.answers = [(200, kind, text)]
    outcome = sim.say("+5215512345678", "hola", url=shop.url)["outcomes"][0]
    assert outcome["error"].startswith(why) and not sim.people() and sim.stats()["violations"]


def test_nothing_to_say(sim, shop):
    shop.answers = [(200, "application/xml", b"<Response/>")]
    outcome = sim.say("+5215512345678", "hola", url=shop.url)["outcomes"][0]
    assert outcome["error"] is None and not sim.people()


def test_retries_like_twilio(sim, shop):
    gone = "http://127.0.0.1:1/webhook/twilio/"
    assert sim.say("+52155", "hola", url=gone)["outcomes"][0]["attempts"] == 2
    shop.answers = [(500, "text/plain", b"")]
    first = sim.say("+52155", "hola", url=shop.url)["outcomes"][0]
    assert (first["attempts"], first["messages"]) == (1, [])
    shop.answers = [(500, "text/plain", b""), (502, "text/plain", b"")]
    again = sim.say("+52155", "hola", url=shop.url + "#rc=3&rp=ct,5xx")["outcomes"][0]
    assert (again["attempts"], again["messages"]) == (3, ["hola"])
    tokens = {headers["I-Twilio-Idempotency-Token"] for _, headers, _ in shop.seen[1:]}
    assert len(tokens) == 1
    sim.control(webhook_ms=200)
    shop.answers = [(None, "", b"")]
    late = sim.say("+52155", "hola", url=shop.url)["outcomes"][0]
    assert late["attempts"] == 1 and late["error"] == "11200: TimeoutError"


def test_copies_at_once_and_after(sim, shop):
    said = sim.say("+5215512345678", "hola", url=shop.url, copies=2, repeats=1)
    assert len(said["outcomes"]) == 3
    assert len({dict(urllib.parse.parse_qsl(b.decode()))["MessageSid"] for _, _, b in shop.seen}) == 1
    assert len(sim.received("+5215512345678")) == 3  # Twilio does not notice: the shop has to


def wait_for(condition):
    import time
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_status_callbacks(sim, shop):
    good = {"To": ME, "From": SHOP, "Body": "x", "StatusCallback": shop.url}
    sid = api(sim, messages(sim), good)[1]["sid"]
    wait_for(lambda: len(shop.seen) == 4)
    told = [dict(urllib.parse.parse_qsl(body.decode())) for _, _, body in shop.seen]
    assert [t["MessageStatus"] for t in told] == ["queued", "sent", "delivered", "read"]
    assert {t["MessageSid"] for t in told} == {sid}
    sim.control(failures=[{"kind": "async", "code": 63016}])
    api(sim, messages(sim), good)
    wait_for(lambda: len(shop.seen) == 6)
    assert dict(urllib.parse.parse_qsl(shop.seen[5][2].decode()))["ErrorCode"] == "63016"
    assert len(sim.received("+5215512345678")) == 1


def test_typing(sim):
    sid = "SM" + "0" * 32
    path = "/v2/Indicators/Typing.json"
    assert api(sim, path, {"messageId": sid, "channel": "whatsapp"}) == (200, {"success": True})
    assert api(sim, path, {"messageId": sid})[0] == 400
    assert sim.stats()["typing"] == [sid]
