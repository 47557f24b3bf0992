"""The widget: who may show it and talk through it; and in headless Chromium, on a page of another
site that forbids itself everything but the widget."""

import http.server
import threading

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

import axe
import most
import stack as stacks
from browser import DESKTOP, PHONE
from gateway_shop import Shop, reply
from test_page import chromium  # noqa: F401 (a fixture)

TOKEN = "clave-del-api"
PAGE = """<!doctype html><html lang="{lang}"><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>Lote</title>
<body><h1>Autos</h1><a id="first" href="#x">Inicio</a>
<script src="{chat}/widget.js" data-color="#7a1f5c" async></script></body></html>"""
MOST_BYTES = 30 * 1024


class Site:
    """A dealership's own site, at http://localhost: another site than the gateway's 127.0.0.1."""

    def __init__(self, chat=None):
        site = self
        self.chat = chat

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                body = PAGE.format(lang=self.path[1:3], chat=site.chat).encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Security-Policy", "default-src 'none'; "
                                 f"script-src {site.chat}; frame-src {site.chat}")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.origin = f"http://localhost:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def make_shop(**env):
    made = Shop(env={"API_TOKEN": TOKEN, **env})
    made.dispatcher.handlers["WORK"] = lambda m: ("ANSWER", {"reply": reply(
        "Tengo 12 para ti.", seq=m.seq, turn_id=f"T{m.seq}")})
    return made


@pytest.fixture(scope="module")
def site():
    made = Site()
    yield made
    made.close()


@pytest.fixture(scope="module")
def shop(site):
    made = make_shop(WIDGET_ORIGINS=f"https://www.shop.example, {site.origin}",
                     WIDGET_PER_MINUTE="6000")
    site.chat = made.http.url
    yield made
    made.close()


def visitor(shop):
    answer = shop.http.post("/widget/visitors")
    assert answer.status == 201, answer
    told = answer.json()
    assert told["key"].startswith(told["user_id"] + ".")
    return told["user_id"], {"Authorization": f"Visitor {told['key']}"}


# ---- who may ----

def test_only_the_sites_of_the_setting_may_show_it(shop, site):
    framed = shop.http.get("/widget").headers
    assert framed["content-security-policy"].endswith(
        f"frame-ancestors https://www.shop.example {site.origin}")
    assert "x-frame-options" not in framed
    assert framed["cross-origin-resource-policy"] == "cross-origin"
    page = shop.http.get("/").headers
    assert page["content-security-policy"].endswith("frame-ancestors 'none'")
    assert page["x-frame-options"] == "DENY"
    assert page["cross-origin-resource-policy"] == "same-origin"
    etag = {"If-None-Match": framed["etag"]}
    again = shop.http.get("/widget", headers=etag)
    assert again.status == 304
    assert again.headers["content-security-policy"] == framed["content-security-policy"]


def test_what_a_site_loads_is_small(shop):
    answer = shop.http.get("/widget.js")
    assert answer.status == 200 and len(answer.body) <= MOST_BYTES
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"


def test_a_visitor_has_their_own_conversation_and_no_other(shop):
    user, key = visitor(shop)
    assert shop.http.ask(user, "hola", headers=key).status == 200
    assert shop.http.get(f"/seller/sessions/{user}", headers=key).status in (200, 404)
    other, _ = visitor(shop)
    assert other != user
    known = len(shop.sessions.received)
    for answer in (shop.http.ask(other, "hola", headers=key),
                   shop.http.ask("whatsapp:+5215512345678", "hola", headers=key),
                   shop.http.get(f"/seller/sessions/{other}", headers=key),
                   shop.http.get(f"/seller/sessions/{user}%20", headers=key),
                   shop.http.delete(f"/seller/sessions/{other}", headers=key),
                   shop.http.get(f"/seller/sessions/{other}/messages", headers=key)):
        assert answer.status == 403, answer
    assert len(shop.sessions.received) == known


def test_a_visitor_reads_what_was_said_to_them_and_nothing_of_the_shop(shop):
    """Regression 4: the notes that people of the shop leave for the bot, and what was never sent,
    were in the answer; only the page's script left them out."""
    entries = [{"role": role, "text": f"<{role}>", "turn_id": turn, "at_ms": 1}
               for role, turn in (("user", "t-1"), ("assistant", "t-1"), ("assistant", "t-2"),
                                  ("note", ""), ("person", "p-1"))]
    entries += [{"role": "call", "tool": "search_cars", "text": "{}", "call_id": "c", "turn_id": "t-1"},
                {"role": "tool", "text": "<tool>", "call_id": "c", "turn_id": "t-1"}]
    talk = [{"role": role, "text": f"<talk {role}>", "message_id": id, "received_ms": 2, "seq": 1,
             "channel": "chat"} for role, id in (("user", "m"), ("note", "n"), ("person", "p-2"), ("unsent", "t-2"))]
    told = {"context": [{"version": 1, "language": "es", "turns": 2, "entries": entries}], "talk": talk,
            "by": "jefa", "by_ms": 3, "wanted_ms": 2, "wanted_why": "anger", "wanted_note": "<wanted>",
            "survey": [{"state": "closed", "answered": True, "score": 2, "comment": "<comment>"}]}
    user, key = visitor(shop)
    before = shop.sessions.handlers["READ"]
    shop.sessions.handlers["READ"] = lambda message: ("SESSION", told)
    try:
        mine = shop.http.get(f"/seller/sessions/{user}", headers=key)
        theirs = shop.http.get(f"/seller/sessions/{user}", headers={"Authorization": f"Bearer {TOKEN}"})
    finally:
        shop.sessions.handlers["READ"] = before
    assert mine.status == 200, mine
    assert [m["text"] for m in mine.json()["messages"]] == [
        "<user>", "<assistant>", "<person>", "<talk user>", "<talk person>"]
    for word in ("note", "tool", "wanted", "anger", "comment", "survey", "jefa", "unsent"):
        assert f"<{word}>".encode() not in mine.body
    assert mine.json()["tools"] == [] and not {"wanted", "survey"} & set(mine.json())
    assert len(theirs.json()["messages"]) == 8 and theirs.json()["wanted"]["note"] == "<wanted>"
    assert theirs.json()["tools"][0]["result"] == "<tool>"


def test_a_key_opens_nothing_else(shop):
    user, key = visitor(shop)
    for method, path in (("GET", "/seller/sessions"), ("GET", "/seller/conversations"),
                         ("GET", "/seller/turns"), ("GET", f"/seller/people/{user}"),
                         ("DELETE", f"/seller/people/{user}"), ("GET", "/seller/nps"),
                         ("POST", f"/seller/sessions/{user}/take"),
                         ("POST", f"/seller/sessions/{user}/say"),
                         ("POST", f"/seller/sessions/{user}/give"),
                         ("POST", "/seller/alerts/test"), ("GET", "/console/api/users")):
        assert shop.http.request(method, path, {} if method == "POST" else None,
                                 key).status == 401, path


def test_made_up_keys_are_none(shop):
    user, key = visitor(shop)
    value = key["Authorization"]
    other, _ = visitor(shop)
    for wrong in (value[:-1], value + "0", value.replace(user, other), f"Visitor {user}",
                  "Visitor ", value[:-1] + ("0" if value[-1] != "0" else "1")):
        answer = shop.http.ask(user, "hola", headers={"Authorization": wrong})
        assert answer.status == 401 and answer.json()["detail"], wrong
    assert shop.http.ask(user, "hola").status == 401


def test_another_site_gets_no_key(shop):
    answer = shop.http.post("/widget/visitors", headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status == 403


def test_every_gateway_with_the_same_token_knows_a_key(shop):
    user, key = visitor(shop)
    for token, status in ((TOKEN, 200), ("otra-clave-del-api", 401)):
        second = make_shop(WIDGET_ORIGINS="https://x.example", API_TOKEN=token)
        try:
            assert second.http.ask(user, "hola", headers=key).status == status
        finally:
            second.close()


def test_without_the_setting_there_is_no_widget(shop):
    _, key = visitor(shop)
    closed = make_shop()
    try:
        for path in ("/widget", "/widget.js"):
            answer = closed.http.get(path)
            assert answer.status == 404 and "WIDGET_ORIGINS" in answer.json()["detail"]
        assert closed.http.post("/widget/visitors").status == 404
        assert closed.http.ask("ana", "hola", headers=key).status == 401
    finally:
        closed.close()


def test_an_address_that_writes_too_fast_waits(shop):
    slow = make_shop(WIDGET_ORIGINS="https://x.example", WIDGET_PER_MINUTE="3")
    try:
        user, key = visitor(slow)
        answers = [slow.http.ask(user, "hola", headers=key).status for _ in range(3)]
        assert answers == [200, 200, 429]
        refused = slow.http.post("/widget/visitors")
        assert refused.status == 429 and 1 <= int(refused.headers["retry-after"]) <= 60
        assert slow.http.ask("ana", "hola", headers={"Authorization": f"Bearer {TOKEN}"}).status == 200
        assert slow.metric("mostrador_widget_refused_total", why="pace") == 2
    finally:
        slow.close()


@pytest.mark.parametrize("origins", ("*", "shop.example", "https://a.example/;script-src *"))
def test_what_is_no_origin_ends_the_start(origins):
    made = stacks.Stack(agents=0, env={"WIDGET_ORIGINS": origins})
    made.order = ["gateway"]
    with pytest.raises(Exception):
        made.start("gateway")
    try:
        assert "is no origin" in made.log("gateway")
    finally:
        made.stop(check=False)


# ---- on a site ----

class Visit:
    def __init__(self, driver, shop, site, lang="es", size=DESKTOP):
        self.driver, self.shop, self.site = driver, shop, site
        driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
            "width": size[0], "height": size[1], "deviceScaleFactor": 1, "mobile": size == PHONE})
        driver.execute_cdp_cmd("Storage.clearDataForOrigin", {
            "origin": shop.http.url, "storageTypes": "all"})
        driver.get_log("browser")
        driver.get("about:blank")
        driver.get(f"{site.origin}/{lang}")
        self.wait(lambda: self.part("button"))

    def wait(self, check):
        def tried():
            try:
                return check()
            except Exception as error:  # the page changes while it is looked at
                if any(word in str(error) for word in ("stale", "no such", "null", "not attached")):
                    return False
                raise
        return most.eventually(tried)

    def part(self, selector):
        return self.driver.execute_script(
            "const host = [...document.body.children].find(e => e.shadowRoot);"
            "return host && host.shadowRoot.querySelector(arguments[0])", selector)

    def expanded(self):
        return self.part("button").get_attribute("aria-expanded") == "true"

    def enter(self):
        self.driver.switch_to.frame(self.wait(lambda: self.part("iframe")))
        self.wait(lambda: self.all(".bubble"))

    def leave(self):
        self.driver.switch_to.default_content()

    def all(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def told(self, text):
        self.wait(lambda: any(text in bubble.text for bubble in self.all(".theirs .bubble")))

    def type(self, text):
        self.all("#text")[0].send_keys(text + Keys.ENTER)

    def complaints(self):
        return [entry["message"] for entry in self.driver.get_log("browser")
                if entry["level"] in ("SEVERE", "WARNING") and "favicon" not in entry["message"]]


@pytest.mark.parametrize("lang, size, opens, hello", (
    ("es", PHONE, "Chatea con nosotros", "¡Hola!"), ("en", DESKTOP, "Chat with us", "Hi!")))
def test_somebody_chats_on_the_shops_own_site(chromium, shop, site, lang, size, opens, hello):
    visit = Visit(chromium, shop, site, lang, size)
    button = visit.part("button")
    assert button.get_attribute("aria-label") == opens and not visit.expanded()
    assert visit.part("iframe") is None, "nothing is loaded before it is opened"
    button.click()
    assert visit.expanded()
    visit.enter()
    assert hello in visit.all(".theirs .bubble")[0].text
    before = len(shop.sessions.received)
    visit.type("busco un nissan")
    visit.told("Tengo 12 para ti.")
    assert axe.barriers(visit.driver) == []
    user = visit.driver.execute_script(
        "return localStorage.getItem('mostrador.visitor')").split(".")[0]
    enqueued = [m for m in shop.sessions.received[before:] if m.type == "ENQUEUE"]
    assert [m.user_id for m in enqueued] == [user]
    visit.all("#text")[0].send_keys(Keys.ESCAPE)
    visit.leave()
    visit.wait(lambda: not visit.expanded())
    assert axe.barriers(visit.driver) == []
    assert not visit.part(".panel").is_displayed()
    visit.part("button").click()  # the conversation is still there
    visit.enter()
    visit.type("¿y otro?")
    visit.wait(lambda: len(visit.all(".mine .bubble")) == 2)
    visit.leave()
    assert visit.complaints() == []


def test_it_is_reached_and_left_by_keyboard_alone(chromium, shop, site):
    visit = Visit(chromium, shop, site)
    visit.all("#first")[0].send_keys(Keys.TAB)
    active = "return document.activeElement.shadowRoot?.activeElement?.localName"
    assert visit.driver.execute_script(active) == "button"
    visit.driver.switch_to.active_element.send_keys(Keys.ENTER)
    visit.enter()
    visit.wait(lambda: visit.driver.switch_to.active_element.get_attribute("id") == "text")
    visit.driver.switch_to.active_element.send_keys(Keys.ESCAPE)
    visit.leave()
    visit.wait(lambda: not visit.expanded())
    assert visit.driver.execute_script(active) == "button"


def test_a_site_that_is_not_allowed_shows_nothing(chromium, shop, site):
    stranger = Site(shop.http.url)
    try:
        visit = Visit(chromium, shop, stranger)
        visit.part("button").click()
        visit.wait(lambda: any("frame-ancestors" in line for line in visit.complaints()))
        visit.driver.switch_to.frame(visit.part("iframe"))
        assert not visit.all("#text")
        visit.leave()
    finally:
        stranger.close()


def test_a_key_of_before_is_replaced(chromium, shop, site):
    visit = Visit(chromium, shop, site)
    visit.part("button").click()
    visit.enter()
    old = "web-" + "0" * 24 + "." + "0" * 64
    visit.driver.execute_script("localStorage.setItem('mostrador.visitor', arguments[0])", old)
    visit.leave()
    visit.driver.get(visit.driver.current_url)
    visit.wait(lambda: visit.part("button"))
    visit.part("button").click()
    visit.enter()
    visit.type("hola")
    visit.told("Tengo 12 para ti.")
    assert visit.driver.execute_script("return localStorage.getItem('mostrador.visitor')") != old
    visit.leave()
