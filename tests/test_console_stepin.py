"""A person of the shop steps in, in headless Chromium: takes a conversation over, writes as the shop,
gives it back with a note that the bot knows; and what a viewer and a colleague see of it."""

import subprocess
import urllib.parse

import pytest
from selenium.webdriver.common.keys import Keys

import stack as stacks
from test_console_page import (AUTH, PASSWORD, PHONE, TOKEN, WALK, Console, chromium,  # noqa: F401
                               say, shop)
from test_whatsapp import Line

WORDS = {"es": ("La atiendes tú: el vendedor automático está callado.",
                "Contesta el vendedor automático.", "Pidió una persona"),
         "en": ("You have it: the automatic seller is silent.", "The automatic seller answers.",
                "Asked for a person")}


def path(user, what=""):
    return f"/seller/sessions/{urllib.parse.quote(user, safe='')}{what}"


def texts(page):
    return page.driver.execute_script(
        "return [...document.querySelectorAll('.log .bubble')].map(b => b.textContent)")


def add(page, name, role, shop):
    made = shop.http.post("/console/api/users", {"name": name, "role": role, "password": PASSWORD},
                          headers={"Cookie": "mostrador=" + page.driver.get_cookie("mostrador")["value"],
                                   "X-CSRF-Token": page.driver.execute_async_script(
                                       "fetch('/console/api/session').then(a => a.json())"
                                       ".then(s => arguments[0](s.csrf))")})
    assert made.status == 204, made


@pytest.mark.parametrize("language, size, scheme", WALK)
def test_take_answer_give_back_and_the_bot_knows(chromium, shop, language, size, scheme):
    mine, bots, asked = WORDS[language[:2]]
    user = f"atendido-{language[:2]}-{size[0]}"
    name = f"{language[:2]}-{'phone' if size == PHONE else 'desktop'}-{scheme}"
    say(shop, user, "quiero hablar con una persona")
    page = Console(chromium, shop, language, size, scheme).sign_in()
    page.all(".segments button")[1].click()
    page.open(user)
    assert asked in page.text("#who-has-it") and bots in page.text("#who-has-it")
    page.shot(f"{name}-wanted")
    page.sound()
    page.one("#take").click()
    page.wait(lambda: page.text("#who-has-it") == mine)
    box = page.wait(lambda: page.all("#say-text"))[0]
    assert box.size["height"] < 120, "what is said takes the room, not what is being written"
    page.wait(lambda: page.driver.switch_to.active_element.get_attribute("id") in ("say-text", "give"))
    say(shop, user, "¿hay alguien?")
    page.wait(lambda: "¿hay alguien?" in texts(page), "what the customer writes never came")
    box.send_keys("Hola, soy Ana. Te lo dejo en $187,500", Keys.CONTROL, Keys.ENTER)
    page.wait(lambda: "Hola, soy Ana. Te lo dejo en $187,500" in texts(page))
    assert page.wait(lambda: page.all(".turn.person"))[0].text.startswith("ana:")
    page.wait(lambda: page.one("#say-text").get_attribute("value") == "")
    assert "ana" in page.text(".thread .badges")
    page.shot(f"{name}-taken")
    page.sound()
    assert [m["text"] for m in shop.http.get(path(user, "/messages"), headers=AUTH).json()["messages"]] == [
        "Hola, soy Ana. Te lo dejo en $187,500"]
    page.one("#give").click()
    page.one("dialog textarea").send_keys("Quiere un Mazda")
    page.shot(f"{name}-give")
    page.sound()
    page.one("dialog .primary").click()
    page.wait(lambda: page.text("#who-has-it") == bots)
    assert not page.all("#say-text")
    answer = shop.http.ask(user, "¿qué Mazda tienen?", headers=AUTH).json()["reply"]
    assert "Mazda" in answer
    page.wait(lambda: len(page.all(".turn.assistant")) == 2)
    assert "Quiere un Mazda" in page.text(".turn.note")
    page.sound()


def test_viewers_cannot_act_and_colleagues_are_told_who_has_it(chromium, shop):
    say(shop, "disputado", "hola")
    page = Console(chromium, shop).sign_in()
    for role in ("viewer", "seller"):
        add(page, f"mira-{role}", role, shop)
    assert shop.http.post(path("disputado", "/take"), {"by": "Luis"}, headers=AUTH).status == 200
    page = Console(chromium, shop).sign_in("mira-viewer", PASSWORD)
    page.open("disputado")
    assert "La atiende Luis" in page.text("#who-has-it")
    assert not page.all(".stepin button") and not page.all(".stepin textarea")
    page = Console(chromium, shop).sign_in("mira-seller", PASSWORD)
    page.open("disputado")
    assert not page.all("#say-text")
    page.one("#take").click()
    page.one("dialog .primary").click()
    page.wait(lambda: "La atiendes tú" in page.text("#who-has-it"))
    page.one("#say-text").send_keys("borrador")
    assert shop.http.post(path("disputado", "/take"), {"by": "Luis", "force": True},
                          headers=AUTH).status == 200
    page.wait(lambda: "La atiende Luis" in page.text("#who-has-it"))  # live, without a click
    assert not page.all("#say-text")
    page.one("#take").click()
    page.one("dialog .primary").click()
    page.wait(lambda: page.all("#say-text"))
    assert page.one("#say-text").get_attribute("value") == "borrador"  # what was begun is kept
    assert shop.http.post(path("disputado", "/give"), {}, headers=AUTH).status == 200
    page.wait(lambda: "Contesta el vendedor" in page.text("#who-has-it"))


def test_what_is_written_at_once_and_lost_is_told_and_kept(chromium, shop):
    """Somebody else takes it while one writes: nothing goes out, and the text is not lost."""
    say(shop, "perdido", "hola")
    page = Console(chromium, shop).sign_in()
    page.open("perdido")
    page.one("#take").click()
    page.one("#say-text").send_keys("no debe salir")
    page.driver.execute_script("""const real = window.fetch;
        window.fetch = (path, options) => String(path).endsWith('/say')
            ? real(path.replace('/say', '/take'), {...options, headers: {...options.headers, Authorization: 'Bearer %s'},
                   body: JSON.stringify({by: 'Luis', force: true})}).then(() => real(path, options))
            : real(path, options);""" % TOKEN)
    page.one("#say-send").click()
    assert "cambió de manos" in page.text(".stepin .note.wrong")
    page.wait(lambda: "La atiende Luis" in page.text("#who-has-it"))
    assert shop.http.get(path("perdido", "/messages"), headers=AUTH).json()["messages"] == []


def test_what_is_sent_again_goes_out_once_and_what_was_changed_too(chromium, shop):
    """The answer to a message is lost twice: the same again is the same, another text is another."""
    say(shop, "cortado", "hola")
    page = Console(chromium, shop).sign_in()
    page.open("cortado")
    page.one("#take").click()
    page.one("#say-text").send_keys("uno")
    page.driver.execute_script("""const real = window.fetch; let lost = 2;
        window.fetch = (path, options) => String(path).endsWith('/say') && lost-- > 0
            ? real(path, options).then(() => { throw new TypeError('lost'); }) : real(path, options);""")

    def went_out():
        return [m["text"] for m in shop.http.get(path("cortado", "/messages"), headers=AUTH).json()["messages"]]

    for more, told in (("", ["uno"]), ("", ["uno"]), (" y dos", ["uno", "uno y dos"])):
        page.one("#say-text").send_keys(more, Keys.CONTROL, Keys.ENTER)
        page.wait(lambda: not page.one("#say-send").get_attribute("disabled"))
        assert went_out() == told
    page.wait(lambda: page.one("#say-text").get_attribute("value") == "")


@pytest.fixture(scope="module")
def line():
    made = Line()
    made.http = made.stack.http
    made.owner = subprocess.run([stacks.BIN / "console-user", "ana", "owner"], cwd=made.stack.dir,
                                env=stacks.clean_env(made.stack.env), stdin=subprocess.DEVNULL,
                                capture_output=True, text=True, check=True).stdout.split()[-1]
    yield made
    made.close()


def test_how_far_messages_have_come_on_whatsapp(chromium, line):
    phone = "+5215500000991"
    user = f"whatsapp:{phone}"
    line.say(phone, "hola")
    line.received(phone, 1)
    page = Console(chromium, line).sign_in()
    page.open(user)
    page.one("#take").click()
    page.one("#say-text").send_keys("Soy Ana", Keys.CONTROL, Keys.ENTER)
    page.wait(lambda: page.all(".turn.person .tick[data-status=read]"), "never read")
    page.wait(lambda: "✓✓" in page.one(".turn.person .tick").text)
    line.say(phone, "STOP")
    page.wait(lambda: "No quiere mensajes" in page.text(".thread .badges"))
    assert page.one("#say-send").get_attribute("disabled")
    page.sound()
