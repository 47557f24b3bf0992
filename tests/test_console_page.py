"""The console in headless Chromium, at a whole shop with the offline seller: every page, in both
languages, on a phone and a desktop. What it looks like is kept in build/screenshots."""

import re
import subprocess

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

import alert_targets
import axe
import most
import stack as stacks
from browser import DESKTOP, PHONE, Browser
from test_openapi import ROUTES
from test_page import chromium  # noqa: F401 (a fixture)

TOKEN = "clave-del-api"
AUTH = {"Authorization": f"Bearer {TOKEN}"}
PASSWORD = "correct horse battery"
EVIL = "<img src=x onerror=document.title='roto'>\"'&{{SHOP_NAME}}"
SHOTS = most.ROOT / "build" / "screenshots"


@pytest.fixture(scope="module")
def shop():
    alerts = alert_targets.http_target()
    made = stacks.Stack(agents=1, env={
        "API_TOKEN": TOKEN, "SHOP_NAME": f"Autos {EVIL}", "CONSOLE_TRIES": "1000", "ALERT_PRIVATE": "on",
        "ALERT_WEBHOOK_URL": f"http://127.0.0.1:{alerts.port}/signed",
        "ALERT_WEBHOOK_SECRET": alert_targets.SECRET}).start()
    made.alerts = alerts
    SHOTS.mkdir(parents=True, exist_ok=True)
    made.owner = subprocess.run([stacks.BIN / "console-user", "ana", "owner"], cwd=made.dir,
                                env=stacks.clean_env(made.env), stdin=subprocess.DEVNULL,
                                capture_output=True, text=True, check=True).stdout.split()[-1]
    for user, texts in {"whatsapp:+5215512345678": ("busco un nissan de menos de 300 mil", "el segundo a 48 meses con 20% de enganche"),
                        "luis": ("hola",), EVIL: (EVIL, "busco un mazda"),
                        "maria": ("busco un mazda", "quiero apartar el primero, me llamo María López")}.items():
        for text in texts:
            say(made, user, text)
    yield made
    made.stop()
    alerts.close()


def shown_of(shop, name):
    with shop.client("sessions") as client:
        return {user.name: user.shown for user in client.call("LIST_USERS").users}[name]


def say(shop, user, text):
    assert shop.http.ask(user, text, headers=AUTH).status == 200


class Console(Browser):
    def __init__(self, driver, shop, language="es-MX", size=DESKTOP, scheme="light"):
        super().__init__(driver, shop.http.url, language, size, scheme)
        self.shop = shop
        driver.get_log("browser")
        driver.get("about:blank")
        driver.get(shop.http.url + "/console")
        self.wait(lambda: self.all("#sign-in"))

    def one(self, selector):
        return self.wait(lambda: self.all(selector), selector)[0]

    def text(self, selector):
        return self.wait(lambda: self.all(selector) and self.all(selector)[0].text, selector)

    def sign_in(self, name="ana", password=None):
        self.one("[name=name]").clear()
        self.one("[name=name]").send_keys(name)
        self.one("[name=password]").send_keys(password or self.shop.owner, Keys.ENTER)
        self.wait(lambda: self.all("#nav a"))
        return self

    def go(self, page):
        self.driver.execute_script(f"location.hash = '#/{page}'")
        return self

    def rows(self):
        return self.wait(lambda: self.all("#list a[data-user]"))

    def open(self, user):
        def opened():
            if user in self.values("#list a[aria-current=true]"):
                return True
            for row in self.rows():
                if row.get_attribute("data-user") == user:
                    row.click()
            return False
        self.wait(opened, f"{user} is not listed")
        self.wait(lambda: self.all(".log .bubble"))

    def values(self, selector):
        return self.driver.execute_script(
            "return [...document.querySelectorAll(arguments[0])].map(a => a.dataset.user)", selector)

    def users(self):
        return self.values("#list a")

    def shot(self, name):
        self.driver.save_screenshot(str(SHOTS / f"{name}.png"))

    def console(self):
        return [entry["message"] for entry in self.driver.get_log("browser")
                if entry["level"] in ("SEVERE", "WARNING") and "401" not in entry["message"]]

    def sound(self):
        """Nothing wider than the window, everything that can be used has a name, one heading, no
        complaint of the browser (the CSP's among them), and no barrier."""
        width = self.driver.execute_script("return document.documentElement.scrollWidth")
        assert width <= self.size[0], "wider than the window"
        assert self.driver.execute_script(
            "const m = document.querySelector('main'); return m.scrollWidth <= m.clientWidth")
        for node in self.driver.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]:
            role = node.get("role", {}).get("value")
            if role in ("button", "textbox", "searchbox", "combobox", "link", "dialog", "img",
                        "image", "log", "navigation", "region") and not node.get("ignored"):
                assert node["name"]["value"].strip(), node
        ids = self.driver.execute_script(
            "return [...document.querySelectorAll('[id]')].map(e => e.id)")
        assert len(ids) == len(set(ids))
        assert len(self.all("h1")) == 1
        assert self.driver.execute_script("return document.documentElement.lang") in ("es", "en")
        assert axe.barriers(self.driver) == []
        assert self.console() == []


WALK = [("es-MX", DESKTOP, "light"), ("es-MX", PHONE, "dark"), ("en-GB", DESKTOP, "dark"),
        ("en-GB", PHONE, "light")]
READY = {"leads": ".leads .lead", "catalog": "#cars tr[data-car]", "numbers": ".chart svg",
         "rules": "#versions tbody tr", "health": "#processes", "users": "#users tbody tr",
         "account": "#password"}
TITLES = {"es": ["Conversaciones", "Interesados", "Catálogo", "Números", "Reglas", "Estado", "Usuarios",
                 "Cuenta"],
          "en": ["Conversations", "Leads", "Catalog", "Numbers", "Rules", "Health", "Users", "Account"]}


@pytest.mark.parametrize("language, size, scheme", WALK)
def test_every_page_in_both_languages_and_sizes(chromium, shop, language, size, scheme):
    name = f"{language[:2]}-{'phone' if size == PHONE else 'desktop'}-{scheme}"
    page = Console(chromium, shop, language, size, scheme)
    page.shot(f"{name}-sign-in")
    page.sound()
    page.sign_in()
    assert [a.text for a in page.all("#nav a")] == TITLES[language[:2]]
    page.wait(lambda: len(page.users()) == 4)
    page.wait(lambda: "on" in page.one("#live").get_attribute("class"))
    page.shot(f"{name}-conversations")
    page.sound()
    page.open("whatsapp:+5215512345678")
    page.wait(lambda: len(page.all(".log .bubble")) == 4 and page.all(".tools"))
    page.shot(f"{name}-thread")
    page.sound()
    for path, ready in READY.items():
        page.go(path)
        page.one(ready)
        assert page.text("h1") == TITLES[language[:2]][list(READY).index(path) + 1]
        page.shot(f"{name}-{path}")
        page.sound()
    page.one("#sign-out").click()
    page.one("#sign-in")


@pytest.mark.parametrize("language, size, scheme", WALK)
def test_a_conversation_comes_up_live_and_grows(chromium, shop, language, size, scheme):
    user = f"recien llegada {language[:2]}-{size[0]}"
    page = Console(chromium, shop, language, size, scheme).sign_in()
    page.wait(lambda: "on" in page.one("#live").get_attribute("class"))
    say(shop, user, "busco un toyota")
    page.wait(lambda: page.users()[0] == user, "never listed")
    page.open(user)
    assert "busco un toyota" in page.all(".log .bubble")[0].text
    say(shop, user, "¿y uno rojo?")
    page.wait(lambda: len(page.all(".log .bubble")) == 4)
    assert "¿y uno rojo?" in page.all(".log .bubble")[2].text
    assert page.one("#list a[aria-current]").get_attribute("data-user") == user
    page.wait(lambda: page.all(".assistant .meta") and "offline" in page.all(".assistant .meta")[0].text)
    page.one(".tools summary").click()
    assert "search_cars" in page.wait(lambda: page.all(".tools strong"))[-1].text or \
        "search_cars" in page.one(".tools").text
    page.sound()


def test_a_lead_comes_up_live_and_is_worked_on(chromium, shop):
    page = Console(chromium, shop).sign_in().go("leads")
    page.wait(lambda: "on" in page.one("#live").get_attribute("class"))
    (known,) = page.wait(lambda: page.all(".lead"))
    assert known.find_element(By.CSS_SELECTOR, "h2").text == "María López"
    assert "Mazda" in known.text and "«quiero apartar el primero" in known.text
    say(shop, "nuevo", "busco un toyota")
    say(shop, "nuevo", "quiero ir a verlo, el primero")
    page.wait(lambda: len(page.all(".lead")) == 2, "never listed")
    assert page.all(".lead .badge")[0].text == "Quiere venir"
    page.one(".lead summary").click()
    page.one(".lead details[open] textarea").send_keys(EVIL)
    page.one(".lead details[open] form button").click()
    page.wait(lambda: EVIL in page.text(".lead .comments p"))
    page.wait(lambda: "1" in page.one(".lead summary").text, "the card was not drawn again")
    page.one(".lead option[value=won]").click()
    page.wait(lambda: len(page.all(".lead")) == 1, "won is not open")
    (lead,) = shop.http.get("/seller/leads/nuevo", headers=AUTH).json()["leads"]
    assert (lead["stage"], [(n["by"], n["text"]) for n in lead["notes"]]) == ("won", [("ana", EVIL)])
    page.go("leads?stage=won")
    page.wait(lambda: [r.get_attribute("data-lead") for r in page.all(".lead")] == [lead["lead_id"]])
    page.one("#search").send_keys("no hay")
    page.wait(lambda: page.all(".empty"))
    assert page.one("#csv").get_attribute("href").endswith("/seller/leads.csv?stage=won&q=no+hay")
    page.sound()
    page.go("conversations?filter=hot")
    page.wait(lambda: page.users() == ["maria"])
    shop.http.request("DELETE", "/seller/people/nuevo", None, AUTH)


def test_numbers_count_people_by_how_far_they_came(chromium, shop):
    page = Console(chromium, shop).sign_in().go("numbers?days=7")  # midnight may have passed
    page.one("#funnel td.number")
    shares = [int(cell.text) for cell in page.all("#funnel td.number")]
    assert len(shares) == 4 and shares[0] >= 4 and shares[0] == max(shares) and min(shares) >= 1
    wanted = [row.text for row in page.all("#sought th")]
    assert "Mazda" in wanted and "Nissan" in wanted
    page.all("#funnel a")[2].click()

    def quoted():  # by the log's masked id
        return [button for button in page.all("#turns tbody button") if button.text.endswith("…5678")]

    page.wait(quoted)
    assert len(page.all("#turns tbody tr")) < shares[0]
    page.sound()
    page.wait(lambda: [button.click() for button in quoted()])
    page.wait(lambda: page.values("#list a[aria-current=true]") == ["whatsapp:+5215512345678"])
    page.go("numbers?days=7")
    page.one(".chart details summary").click()
    page.wait(lambda: len(page.all(".chart details[open] tr")) == 7)


def test_what_customers_write_is_never_markup(chromium, shop):
    page = Console(chromium, shop).sign_in()
    page.open(EVIL)
    assert page.all(".log .bubble")[0].text == EVIL
    assert page.text(".thread h2") == EVIL and EVIL in page.text("#shop")
    page.go("numbers?days=7")
    page.one(".chart svg")
    page.wait(lambda: EVIL[:4] in page.text("#turns"))
    assert not page.all("main img, main script, main iframe") and page.driver.title != "roto"
    assert page.console() == []


def test_search_finds_and_filters_say_when_there_is_nothing(chromium, shop):
    page = Console(chromium, shop).sign_in()
    page.rows()
    page.one("#search").send_keys("+52 1 55 1234 5678")  # as it is shown
    page.wait(lambda: page.users() == ["whatsapp:+5215512345678"])
    assert page.text("#list .who") == "+52 1 55 1234 5678"
    page.one("#search").clear()
    page.one("#search").send_keys("1234")
    page.wait(lambda: page.users() == ["whatsapp:+5215512345678"])
    page.one("#search").send_keys("x")
    page.wait(lambda: page.all("#list .empty"))
    page.one("#search").send_keys(Keys.BACKSPACE * 5)
    page.wait(lambda: len(page.users()) >= 4)
    page.all(".segments button")[3].click()
    assert page.wait(lambda: page.all("#list .empty"))[0].text == "No hay conversaciones así."
    assert page.all(".segments button")[3].get_attribute("aria-pressed") == "true"


def test_forget_and_erase_ask_first(chromium, shop):
    say(shop, "borrable", "busco un nissan")
    page = Console(chromium, shop).sign_in()
    page.open("borrable")
    page.one(".thread .head button.danger").click()
    page.one("dialog[open]")
    page.shot("es-desktop-light-erase")
    page.sound()
    page.all("dialog menu button")[0].click()
    page.wait(lambda: not page.all("dialog"))
    assert page.all(".log .bubble")
    page.one(".thread .head button.danger").click()
    page.one("dialog menu .danger").click()
    page.wait(lambda: "Ya no hay nada" in page.text(".thread .empty"))
    page.wait(lambda: "borrable" not in page.users())
    assert shop.http.get("/seller/people/borrable", headers=AUTH).status == 404


def test_people_see_what_their_role_allows(chromium, shop):
    page = Console(chromium, shop).sign_in().go("users")
    for role in ("viewer", "seller"):
        page.one("#add [name=name]").send_keys(f"rol-{role}")
        page.one(f"#add option[value={role}]").click()
        page.one("#add [name=password]").send_keys(PASSWORD, Keys.ENTER)
        page.one(f"tr[data-name=rol-{role}]")
    page.one("tr[data-name=rol-seller] td input").send_keys("Ana López", Keys.ENTER)
    most.eventually(lambda: shown_of(shop, "rol-seller") == "Ana López")
    buttons = {}
    for role in ("viewer", "seller"):
        page = Console(chromium, shop).sign_in(f"rol-{role}", PASSWORD)
        assert "Usuarios" not in [a.text for a in page.all("#nav a")]
        page.open("luis")
        buttons[role] = [button.text for button in page.all(".thread .head button")]
        page.go("leads")
        assert page.one(".lead select").is_enabled() == bool(page.all("#csv")) == (role == "seller")
        page.go("health")
        page.one("#processes")
        assert not page.all("#test-alert")
        page.go("users")  # by hand: the page is not theirs
        page.wait(lambda: page.text("h1") == "Conversaciones")
    assert buttons == {"viewer": [], "seller": ["Olvidar"]}


def test_health_tells_what_failed_and_whether_alerts_arrive(chromium, shop):
    page = Console(chromium, shop).sign_in().go("health")
    assert "Listo" in page.text("#redis")
    with shop.client("sessions") as client:
        client.call("TAKE_ALERTS", lease_ms=0, max=1, check=False)
    page.wait(lambda: "request_invalid" in page.text("#failures") and "sessions" in page.text("#failures"))
    page.one("#test-alert").click()
    while shop.alerts.wait()["kind"] != "test":
        pass
    page.wait(lambda: "aviso de prueba" in page.text("[aria-live] .note"))
    page.sound()
    shop.kill("redis")
    try:
        page.wait(lambda: "No responde" in page.text("#redis") and "redis" in page.text("#ready"))
    finally:
        shop.start("redis")
    most.eventually(lambda: shop.http.get("/readyz").status == 200)
    page.wait(lambda: "Listo" in page.text("#redis") and page.all("#processes"))
    page.console()  # what was refused meanwhile


def test_a_wrong_password_and_an_ended_session_are_told(chromium, shop):
    page = Console(chromium, shop)
    page.one("[name=name]").send_keys("ana")
    page.one("[name=password]").send_keys("no es esta", Keys.ENTER)
    assert "no es correcto" in page.text(".note.wrong")
    assert page.one(".note.wrong").get_attribute("role") == "alert"
    page.sign_in()
    page.rows()
    with shop.redis() as client:
        client.delete("most:{console}:sessions")
    page.go("numbers")
    assert "Tu sesión terminó" in page.text(".note")
    page.one("#sign-in")
    assert page.driver.get_cookie("mostrador") is None or page.driver.get_cookie(
        "mostrador")["httpOnly"]
    assert page.driver.execute_script("return document.cookie") == ""


SAYS = {  # where the API says why something is refused that people of the shop do, and how
    "catalog/row.c": r"complain\(&?bad, [^\"]*(?:\"\w+\",\s*)?((?:\"[^\n]*\"\s*)+)",
    "catalog/csv.c": r"(?:fail\(self,|error =) (\"[^\n]+?\")[);]",
    "catalog/build.c": r"(?:refuse\(self, \S+,|reason\[128\] =|sizeof reason,) (\".+?\")[),;]",
    "catalog/change.c": r"PROTO_CODE_(?:CONFLICT|INVALID),\s*((?:\".*\"\s*)+)",
    "catalog/upload.c": r"PROTO_CODE_CONFLICT,\s*[^\"]*(\".*\")",
    "sessions/console.c": r"(?:PROTO_CODE_CONFLICT,|wrong =) (\".*\")",
    "sessions/console_rules.c": r"(?:return|\?) (\"a password.*?\")",
    "common/shop_text.c": r"return ((?:\".*\"\s*)+);",
    "gateway/kore_handoff.c": r"409,\s*((?:\".*\"\s*)+)",
    "gateway/kore_leads.c": r"409, (\".*\")", "gateway/kore_lookup.c": r"409,\s*((?:\".*\"\s*)+)"}
NOT_HERE = ("unknown column, ignored", "role must be", "somebody new needs", "stock id%s")  # no page asks so
MORE = ["There is a car with this stock id.", "There is a car with this stock id, which has been sold.",
        "Another file was imported since.", "The catalog of before is not kept any more.",
        "A body may have 1900000 bytes.", "ana kept another meanwhile: version 7.",
        "ana published another meanwhile: version 7.", "There is nothing to change.",
        "note may have 500 characters."]


def sentences():
    for path, pattern in SAYS.items():
        found = re.findall(pattern, (most.ROOT / path).read_text())
        assert found, path
        for literal in found:
            text = "".join(re.findall(r'"((?:[^"\\\n]|\\.)*)"', literal)).replace('\\"', '"')
            if text != "%s" and not any(words in text for words in NOT_HERE):
                yield path, re.sub(r"%[.*]*(?:lld|zu|d|s)", "7", text)
    yield from (("", text) for text in MORE)


def test_why_something_is_refused_is_said_in_the_language_of_the_page(chromium, shop):
    said = list(sentences())
    assert len(said) > 55
    for language in ("es-MX", "en-GB"):
        page = Console(chromium, shop, language)
        told = page.driver.execute_async_script(
            "const [all, done] = arguments;"
            "import('/console/words.js').then((m) => done(all.map((one) => m.inWords(one))))",
            [text for _, text in said])
        for (path, text), here in zip(said, told):
            assert "undefined" not in here and "*" not in here and ".." not in here
            assert (here == text) == (language == "en-GB"), (path, text, here)
            assert text[0].isupper() <= here[0].isupper() and text.endswith(".") == here.endswith("."), here
    page = Console(chromium, shop).sign_in().go("users")
    page.one("#add [name=name]").send_keys("ana")
    page.one("#add [name=password]").send_keys(PASSWORD, Keys.ENTER)
    assert page.text(".note.wrong") == "Ya hay alguien con ese usuario."


def test_the_keyboard_is_enough(chromium, shop):
    page = Console(chromium, shop)
    page.driver.switch_to.active_element.send_keys("ana", Keys.TAB)
    page.driver.switch_to.active_element.send_keys(shop.owner, Keys.ENTER)
    page.rows()
    for _ in range(30):
        active = page.driver.switch_to.active_element
        if active.get_attribute("data-user"):
            break
        active.send_keys(Keys.TAB)
    page.driver.switch_to.active_element.send_keys(Keys.ENTER)
    page.wait(lambda: page.all(".log .bubble"))


def test_no_page_is_heavy(shop):
    files = {path for method, path, who, role, route, *_ in ROUTES if route == "PAGE"
             and path.startswith("/console/") and path != "/console/"}
    size = 0
    for path in {"/console", "/icon.svg", "/events.js"} | files:
        answer = shop.http.get(path)
        assert answer.status == 200 and "script-src 'self'" in answer.headers[
            "content-security-policy"]
        size += len(answer.body)
    assert len(files) > 10 and size < 150_000
