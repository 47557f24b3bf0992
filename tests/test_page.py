"""The chat page in headless Chromium, at a real gateway; the shop behind it is scripted."""

import json
import shutil
import tempfile

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.chrome.service import Service

import axe
import most
from browser import DESKTOP, PHONE, Browser
from gateway_shop import Shop, reply

FLAGS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync",
         "--disable-dev-shm-usage")


def car(n, **more):
    return {"stock_id": 1000 + n, "make": "Nissan", "model": ("Versa", "March", "Sentra")[n % 3],
            "version": "1.6 ADVANCE AUTO", "year": 2018 + n % 5, "km": 31250 + 9871 * n,
            "price": 18999900 + 1500050 * n, "bluetooth": n % 2 == 0, "car_play": n % 3 == 0,
            **more}


def page_of(first, total=12):
    cars = [car(n) for n in range(first, min(first + 5, total))]
    lines = "\n".join(f"{i + 1}. {c['model']} {c['year']}" for i, c in enumerate(cars))
    page = first // 5 + 1
    return {"text": f"Tengo 12 *Nissan* hasta $300,000:\n{lines}\n¿Cuál te *late*?", "cars": cars,
            "list": {"total": total, "page": page, "pages": 3, "pages_left": 3 - page,
                     "page_size": 5}}


class Seller:
    """Answers like a seller would; `hold` keeps answers back until release()."""

    def __init__(self, shop):
        self.shop, self.held, self.hold, self.turn = shop, [], False, 0
        self.answers = {}  # what is said to a text
        self.texts = {}  # seq -> text
        self.history = []
        self.by, self.shown, self.wanted, self.wrote = "", "", False, []  # of the shop
        shop.sessions.handlers.update({"ENQUEUE": self.enqueue, "READ": self.read,
                                       "RESET": self.reset, "GET_SAID": self.said})
        shop.dispatcher.handlers["WORK"] = self.work

    def enqueue(self, message):
        kind, told = self.shop.on_enqueue(message)
        self.texts[told["seq"]] = message.text
        return kind, told

    def read(self, _):
        if not self.history:
            return "SESSION", {}
        return "SESSION", {"context": {"version": 1, "entries": self.history}}

    def said(self, message):
        return "SAID", {"by": self.by, "shown": self.shown, "since_ms": 1 if self.by else 0,
                        "wanted_ms": 1 if self.wanted else 0, "last": len(self.wrote),
                        "said": [one for one in self.wrote if one["seq"] > message.after]}

    def reset(self, _):
        self.history = []
        return "OK", {"count": 1}

    def work(self, message):
        if self.hold:
            self.held.append(message)
        else:
            self.end(message)

    def end(self, message):
        self.turn += 1
        said = self.texts[message.seq]
        told = self.answers.get(said, {"text": f"Dijiste: {said}"})
        self.history += [{"role": "user", "text": said}, {"role": "assistant",
                                                          "text": told["text"]}]
        message.answer("ANSWER", reply=reply(**{"seq": message.seq, **told,
                                                "turn_id": f"T{self.turn}"}))

    def held_one(self, nth=1):
        most.eventually(lambda: len(self.held) >= nth)
        return self.held[nth - 1]


@pytest.fixture(scope="module")
def chromium():
    """One browser; every page gets a fresh profile through its own window's storage."""
    folder = tempfile.mkdtemp(prefix="c", dir="/tmp")
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium")
    for flag in FLAGS:
        options.add_argument(flag)
    options.add_argument(f"--user-data-dir={folder}")
    options.add_argument("--lang=es-MX")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)
    driver.set_page_load_timeout(60)
    yield driver
    driver.quit()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def shop():
    made = Shop(env={"SHOP_NAME": "Autos <López> & \"Hijos\"", "REQUEST_MS": "20s"})
    yield made
    made.close()


class Page(Browser):
    def __init__(self, driver, shop, language="es-MX", size=PHONE, scheme="light"):
        super().__init__(driver, shop.http.url, language, size, scheme)
        self.shop, self.seller = shop, Seller(shop)
        self.url = shop.http.url + "/"
        self.console()
        self.requested()  # both forget what was before
        self.open()

    def open(self):
        self.driver.get(self.url)
        self.wait(lambda: self.all(".bubble"))

    def one(self, selector):
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def type(self, text, enter=True):
        self.one("#text").send_keys(text + (Keys.ENTER if enter else ""))

    def bubbles(self, who="theirs"):
        return [bubble.text for bubble in self.all(f".{who} .bubble")]

    def told(self, text):
        self.wait(lambda: any(text in bubble for bubble in self.bubbles()), f"never: {text}")

    def console(self):
        return [entry["message"] for entry in self.driver.get_log("browser")
                if entry["level"] in ("SEVERE", "WARNING")]

    def requested(self):
        """Every URL that anything in the browser's page asked for, also what CSP stopped."""
        events = [json.loads(entry["message"])["message"]
                  for entry in self.driver.get_log("performance")]
        urls = {event["params"]["request"]["url"] for event in events
                if event["method"] == "Network.requestWillBeSent"}
        listed = self.driver.execute_script(
            "return performance.getEntriesByType('resource').map(entry => entry.name)")
        return urls | set(listed)


@pytest.fixture
def page(chromium, shop):
    return Page(chromium, shop)


def test_greets_in_spanish_with_the_shops_name(page):
    assert page.driver.title == 'Autos <López> & "Hijos"'
    assert page.one("h1").text == 'Autos <López> & "Hijos"'
    assert page.one("html").get_attribute("lang") == "es"
    assert page.one("#state").text == "En línea"
    assert "¡Hola!" in page.bubbles()[0]
    assert not page.one("#send").is_enabled()
    assert page.console() == []


def test_in_english_for_those_who_speak_it(chromium, shop):
    page = Page(chromium, shop, language="en-GB", size=DESKTOP)
    assert page.one("html").get_attribute("lang") == "en"
    assert page.one("#text").get_attribute("placeholder") == "Write a message…"
    assert "What car" in page.bubbles()[0] or "what car" in page.bubbles()[0]


def test_search_cards_and_the_next_page(page):
    page.seller.answers = {"busco un nisan": page_of(0), "más": page_of(5)}
    page.type("busco un nisan")
    page.wait(lambda: len(page.all(".car")) == 5)
    first = page.all(".car")[0].text
    for part in ("Nissan Versa 2018", "1.6 ADVANCE AUTO · 31,250 km", "$189,999", "Bluetooth",
                 "CarPlay"):
        assert part in first
    assert "CarPlay" not in page.all(".car")[1].text
    assert "$204,999.50" in page.all(".car")[1].text
    assert "Página 1 de 3 · 12 autos" in page.one(".place-in-list").text
    assert page.bubbles()[-2:] == ["Tengo 12 Nissan hasta $300,000:", "¿Cuál te late?"]
    assert [strong.text for strong in page.all(".theirs strong")] == ["Nissan", "late"]
    page.one(".place-in-list button").click()
    page.wait(lambda: "Página 2 de 3" in page.all(".place-in-list")[-1].text)
    assert page.bubbles("mine") == ["busco un nisan", "más"]
    page.all(".car button")[1].click()
    page.told("Dijiste: Me interesa el 2")
    assert page.console() == []
    assert all(url.startswith(page.url) for url in page.requested())


def test_writing_then_text_as_it_is_made_then_the_answer(page):
    page.seller.hold = True
    page.type("hola")
    work = page.seller.held_one()
    assert page.one("#state").text == "Escribiendo…"
    assert page.all(".dots")
    work.answer("PARTIAL", user_id=work.user_id, text="Buen *os")
    page.told("Buen *os")
    assert not page.all(".dots")
    work.answer("PARTIAL", user_id=work.user_id, restart=True)
    page.wait(lambda: page.all(".dots"))
    work.answer("PARTIAL", user_id=work.user_id, text="Buenas *tardes*")
    page.told("Buenas tardes")
    page.seller.end(work)
    page.told("Dijiste: hola")
    assert page.one("#state").text == "En línea"
    assert page.bubbles().count("Dijiste: hola") == 1 and "Buenas tardes" not in page.bubbles()
    assert not page.all("[aria-hidden=true].turn")


def test_text_from_outside_is_never_markup(page):
    evil = "<img src=x onerror=document.title='roto'><b>*</b>*<i>a</i>* http://x.test/"
    page.seller.answers = {evil: {"text": evil, "cars": [car(0, model="<script>", version=evil)]}}
    page.type(evil)
    page.wait(lambda: page.all(".car"))
    assert page.bubbles("mine") == [evil]
    assert not page.all("#log img, #log b, #log i, #log script, #log a")
    assert "roto" not in page.driver.title
    assert page.console() == []


def test_two_messages_that_share_an_answer_show_it_once(page):
    page.seller.hold = True
    page.type("uno")
    page.seller.held_one()
    page.type("dos")
    page.seller.held_one(2)
    for work in page.seller.held:
        work.answer("ANSWER", reply=reply("para los dos", seq=2))
    page.told("para los dos")
    page.wait(lambda: not page.all(".dots"))
    assert page.bubbles().count("para los dos") == 1


def test_an_error_is_understood_and_tried_again_with_the_same_key(page):
    page.shop.dispatcher.handlers["WORK"] = lambda m: ("ERROR", {"code": "busy"})
    page.type("¿hay alguien?")
    page.wait(lambda: page.all(".wrong"))
    wrong = page.one(".wrong")
    assert wrong.get_attribute("role") == "alert" and "Hay mucha gente" in wrong.text
    assert page.one("#state").text == "En línea"
    page.shop.dispatcher.handlers["WORK"] = page.seller.work
    page.one(".wrong button").click()
    page.told("Dijiste: ¿hay alguien?")
    assert not page.all(".wrong")
    keys = [m.message_id for m in page.shop.sessions.received
            if m.type == "ENQUEUE" and m.text == "¿hay alguien?"]
    assert len(keys) == 2 and len(set(keys)) == 1


def test_no_connection_is_told(page):
    page.driver.execute_cdp_cmd("Network.enable", {})
    offline = {"offline": True, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
    page.driver.execute_cdp_cmd("Network.emulateNetworkConditions", offline)
    try:
        page.type("hola")
        page.told("No hay conexión")
    finally:
        page.driver.execute_cdp_cmd("Network.emulateNetworkConditions",
                                    {**offline, "offline": False})
    page.one(".wrong button").click()
    page.told("Dijiste: hola")


def test_reset_asks_first_and_forgets(page):
    page.type("hola")
    page.told("Dijiste: hola")
    page.one("#reset").click()
    page.one("#confirm [value=no]").click()
    assert page.bubbles("mine") == ["hola"]
    page.one("#reset").click()
    page.one("#confirm [value=yes]").click()
    page.wait(lambda: page.bubbles("mine") == [])
    assert "¡Hola!" in page.bubbles()[0]
    user = page.driver.execute_script("return localStorage.getItem('mostrador.user')")
    assert page.shop.sessions.wait_for("RESET", lambda m: m.user_id == user)


def test_a_reload_finds_the_conversation_again(page):
    page.type("hola")
    page.told("Dijiste: hola")
    user = page.driver.execute_script("return localStorage.getItem('mostrador.user')")
    page.open()
    assert page.bubbles("mine") == ["hola"] and page.bubbles() == ["Dijiste: hola"]
    assert page.shop.sessions.wait_for("READ", lambda m: m.user_id == user)
    page.type("¿sigues?")
    page.told("Dijiste: ¿sigues?")
    assert page.shop.sessions.wait_for("ENQUEUE", lambda m: m.text == "¿sigues?").user_id == user


def test_shift_enter_is_a_new_line_and_the_keyboard_is_enough(page):
    page.one("#text").send_keys("una", Keys.SHIFT + Keys.ENTER, Keys.NULL, "dos")
    assert page.bubbles("mine") == []
    page.one("#text").send_keys(Keys.TAB, Keys.ENTER)
    page.told("Dijiste: una\ndos")
    assert page.driver.switch_to.active_element.get_attribute("id") == "text"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, DESKTOP])
def test_there_is_no_barrier(chromium, shop, size, scheme):
    page = Page(chromium, shop, size=size, scheme=scheme)
    assert axe.barriers(page.driver) == []
    page.seller.answers = {"x": page_of(0)}
    page.type("x")
    page.wait(lambda: page.all(".car"))
    page.shop.dispatcher.handlers["WORK"] = lambda m: ("ERROR", {"code": "busy"})
    page.type("y")
    page.wait(lambda: page.all(".wrong"))
    assert axe.barriers(page.driver) == []
    page.driver.execute_script("document.querySelector('#text').labels[0].remove();"
                               "document.querySelector('#text').placeholder = ''")
    assert any("label" in line for line in axe.barriers(page.driver)), "axe sees nothing"


@pytest.mark.parametrize("size", [PHONE, DESKTOP, (320, 568)])
def test_nothing_is_wider_than_the_window(chromium, shop, size):
    page = Page(chromium, shop, size=size)
    page.seller.answers = {"x": {**page_of(0), "text": "palabra" * 60}}
    page.type("x")
    page.wait(lambda: page.all(".car"))
    for side, limit in zip(("Width", "Height"), size):
        assert page.driver.execute_script(
            f"return document.documentElement.scroll{side}") <= limit
    for selector in ("#text", "#send", "#reset", ".car"):
        box = page.one(selector).rect
        assert box["x"] >= 0 and box["x"] + box["width"] <= size[0], selector


def test_everything_has_a_name_for_screen_readers(page):
    page.seller.answers = {"x": page_of(0)}
    page.type("x")
    page.wait(lambda: page.all(".car"))
    tree = page.driver.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
    for node in tree:
        if node.get("role", {}).get("value") in ("button", "textbox", "dialog") \
                and not node.get("ignored"):
            assert node["name"]["value"].strip(), node
    log = page.one("#log")
    assert log.get_attribute("role") == "log" and log.get_attribute("aria-live") == "polite"


def test_a_shop_with_a_token_asks_for_it_once(chromium):
    shop = Shop(env={"API_TOKEN": "la clave"})
    try:
        page = Page(chromium, shop)
        page.type("hola")
        page.wait(lambda: page.one("#login").is_displayed())
        page.one("#token").send_keys("otra", Keys.ENTER)
        page.wait(lambda: page.one("#login").is_displayed() and
                  page.one("#token").get_attribute("value") == "")
        page.one("#token").send_keys("la clave", Keys.ENTER)
        page.told("Dijiste: hola")
        page.open()
        page.type("otra vez")
        page.told("Dijiste: otra vez")
        assert not page.one("#login").is_displayed()
        kept = page.driver.execute_script("return JSON.stringify(localStorage)")
        assert "la clave" not in kept
    finally:
        shop.close()


@pytest.mark.parametrize("language, held, back", [
    ("es-MX", "Ana, de la tienda, está en la conversación", "Te atiende de nuevo"),
    ("en-US", "Ana of the shop is in the conversation", "with you again")])
def test_a_person_of_the_shop_is_seen_live(chromium, shop, language, held, back):
    page = Page(chromium, shop, language)
    seller = page.seller
    page.type("quiero hablar con una persona")
    page.wait(lambda: page.bubbles()[-1].startswith("Dijiste"))
    seller.wanted = True
    page.type("¿sigues?")  # whoever writes looks at once; otherwise it is within seconds
    page.wait(lambda: page.one("#state").text in ("Avisamos a una persona de la tienda",
                                                  "A person of the shop has been told"))
    seller.by, seller.shown = "ana.l", "Ana"
    seller.wrote.append({"seq": 1, "by": "ana.l", "shown": "Ana", "role": "person", "text": "Hola, <b>soy</b> Ana",
                         "message_id": "say-1", "channel": "api",
                         "received_ms": 1790000000000})
    page.wait(lambda: page.bubbles()[-1] == "Hola, <b>soy</b> Ana", "never shown")
    assert page.one("#state").text == held
    assert [by.text for by in page.all(".by")] == ["Ana"]
    seller.history.append({"role": "person", "by": "ana.l", "shown": "Ana", "text": "Hola, <b>soy</b> Ana",
                           "turn_id": "say-1", "at_ms": 1790000000000})
    page.open()  # from the conversation and from what is fetched: once
    page.wait(lambda: page.one("#state").text == held)
    assert page.bubbles().count("Hola, <b>soy</b> Ana") == 1
    seller.shown = ""  # of whom no name is told
    page.wait(lambda: page.one("#state").text in ("Una persona del equipo está en la conversación",
                                                  "Someone from our team is in the conversation"))
    seller.by, seller.wanted = "", False
    page.wait(lambda: page.one("#state").text in ("En línea", "Online"))
    assert back in page.all(".event")[-1].text
    page.type("gracias")
    page.wait(lambda: page.bubbles()[-1] == "Dijiste: gracias")
    assert page.console() == []
