"""The console's Numbers, of a shop with a model that has a price, in headless Chromium: sums of the
chosen days, and how every number leads to its conversations."""

import subprocess
import time

import pytest

import most
import openai_sim
import stack as stacks
from test_console_page import AUTH, TOKEN, WALK, Console, chromium, say  # noqa: F401

ANA, EVA = "whatsapp:+5215512345678", "whatsapp:+5215599995678"  # one and the same in a log
DAY_MS = 86_400_000


def log(client, turn, user, days_ago, **more):
    at = time.time_ns() // 1_000_000 - days_ago * DAY_MS
    client.call("LOG_TURN", user_id=user, record={
        "turn_id": turn, "user": "whatsapp:+*********5678", "received_ms": at - 1500,
        "claimed_ms": at, "outcome": "answered", "total_us": 1_700_000, "currency": "USD", **more})


def noon():
    """A zone where it is about noon: no midnight passes while the tests run."""
    ahead = 12 - time.gmtime().tm_hour
    return f"Etc/GMT{-ahead:+d}"  # these names have their signs the other way round


@pytest.fixture(scope="module")
def shop():
    model = openai_sim.Sim().start()
    made = stacks.Stack(agents=1, env={
        **model.env, "API_TOKEN": TOKEN, "CONSOLE_TRIES": "1000", "SHOP_TIME_ZONE": noon(),
        "MODEL_PRICES": "gpt-4o-mini=0.15/0.075/0.60"}).start()
    made.owner = subprocess.run([stacks.BIN / "console-user", "ana", "owner"], cwd=made.dir,
                                env=stacks.clean_env(made.env), stdin=subprocess.DEVNULL,
                                capture_output=True, text=True, check=True).stdout.split()[-1]
    for user, text in ((EVA, "busco un mazda"), (ANA, "busco un nissan de menos de 300 mil")):
        say(made, user, text)
    with made.client("sessions") as client:
        for n in range(30):
            log(client, f"old{n}", f"old {n % 7}", 3 + n % 4, model_calls=1, tokens_in=2000,
                tokens_cached=1000, tokens_out=80, cost=2_500_000, sought=f"Marca {n % 3}")
        log(client, "lost", "old 1", 3, outcome="lost", model_calls=1)
        log(client, "ancient", "old 1", 20, missed="Tesla", total_us=60_000_000)
    most.eventually(lambda: len(turns(made)) == 34)
    yield made
    made.stop()
    model.stop()


def turns(shop, query=""):
    return shop.http.get(f"/seller/turns?limit=100{query}", headers=AUTH).json()["turns"]


def figure(page, label):
    return next(one for one in page.all(".figure") if one.text.split("\n")[0] == label)


def value(page, label):
    return figure(page, label).text.split("\n")[1]


def listed(page):
    return page.driver.execute_script(
        "return [...document.querySelectorAll('#turns tbody tr')].map(r => r.textContent)")


@pytest.mark.parametrize("language, size, scheme", WALK)
def test_a_week_in_both_languages_and_sizes(chromium, shop, language, size, scheme):
    page = Console(chromium, shop, language, size, scheme).sign_in().go("numbers?days=7")
    page.wait(lambda: len(page.all("#turns tbody tr")) == 25)
    assert len(page.all(".chart")) == 4 and len(page.all(".chart details")) == 4
    for links in (page.all(".figure"), page.all("main th[scope=row] a")):
        assert links and all("#/" in link.get_attribute("href") for link in links)
    name = f"{language[:2]}-{size[0]}-{scheme}-numbers"
    page.shot(f"{name}-week")
    page.sound()
    page.driver.execute_script("document.querySelectorAll('.chart')[2].scrollIntoView()")
    page.shot(f"{name}-cost")
    page.all("#sought a")[0].click()
    page.wait(lambda: "Marca 0" in page.text("#turns h2"))
    page.wait(lambda: len(listed(page)) == 10)
    assert page.driver.execute_script("return document.activeElement.tagName") == "H2"
    page.shot(f"{name}-filtered")
    page.sound()


def test_sums_are_of_the_days_that_were_chosen(chromium, shop):
    page = Console(chromium, shop).sign_in().go("numbers")
    page.wait(lambda: listed(page))
    today = [turn for turn in turns(shop) if turn["user"] and "tokens_in" in turn][:2]
    assert value(page, "Respuestas") == "2" and value(page, "Personas") == "2"
    assert len(page.all(".chart:first-child tr")) == 24
    assert sum(turn["cost_micros"] for turn in today) > 0
    assert value(page, "Costo del modelo").startswith("USD")
    page.go("numbers?days=7")
    page.wait(lambda: page.all(".figure") and value(page, "Respuestas") == "32")
    assert value(page, "Personas") == "9" and value(page, "Fallidas") == "1"
    assert value(page, "Costo del modelo") == "USD 75.00"
    assert "USD 2.27 por respuesta" in figure(page, "Costo del modelo").text
    page.go("numbers?days=30")
    page.wait(lambda: page.all(".figure") and value(page, "Respuestas") == "33")
    assert "Tesla" in page.text("#missed")
    assert len(page.all(".chart:first-child tr")) == 30


def test_numbers_lead_to_their_turns(chromium, shop):
    page = Console(chromium, shop).sign_in().go("numbers?days=7")
    page.wait(lambda: len(listed(page)) == 25)
    page.one("#turns .more button").click()
    page.wait(lambda: len(listed(page)) == 33 and not page.all("#turns .more button"))
    for label, title, found in (
            ("Fallidas", "Respuestas: sin contestar", 1),
            ("La mitad en menos de", "Respuestas: tardó más de 1.7 s", 25),
            ("Correcciones al modelo", "Respuestas: corregidas", 0),
            ("Costo del modelo", "Respuestas: con modelo", 25)):
        figure(page, label).click()
        page.wait(lambda: page.text("#turns h2") == title and len(listed(page)) == found
                  and page.one("#turns .more").text != "…", label)
    page.all("#failures a")[0].click()
    page.wait(lambda: len(listed(page)) == 1 and "perdida" in listed(page)[0])
    page.one("#turns .row a").click()
    page.wait(lambda: len(listed(page)) == 25)
    page.one(".chart details summary").click()
    rows = page.all(".chart:first-child tr")
    counts = [int(row.find_element("css selector", "td").text) for row in rows]
    assert counts == [7, 7, 8, 9, 0, 0, 2]
    rows[0].find_element("css selector", "a").click()
    page.wait(lambda: len(listed(page)) == 7)
    page.all(".chart:first-child rect")[3].click()
    page.wait(lambda: len(listed(page)) == 9)
    figure(page, "Tokens hoy").click()
    page.wait(lambda: page.text("#turns h2") == "Respuestas: con modelo" and len(listed(page)) == 2)


def test_an_hour_of_several_days_leads_to_its_turns(chromium, shop):
    page = Console(chromium, shop).sign_in().go("numbers?days=7")
    page.wait(lambda: len(listed(page)) == 25)
    page.all(".chart details summary")[3].click()
    rows = page.all(".chart:nth-child(4) tr")
    counts = [int(row.find_element("css selector", "td").text) for row in rows]
    assert len(counts) == 24 and sum(counts) == 33
    busy = counts.index(max(counts))
    rows[(busy + 6) % 24].find_element("css selector", "a").click()
    page.wait(lambda: page.text("#turns h2") == f"Respuestas: {(busy + 6) % 24} h"
              and "…" not in page.text("#turns .more") and not listed(page))
    rows[busy].find_element("css selector", "a").click()
    page.wait(lambda: page.text("#turns h2") == f"Respuestas: {busy} h" and len(listed(page)) == 25)
    page.one("#turns .more button").click()
    page.wait(lambda: len(listed(page)) == counts[busy])


def test_who_looks_alike_in_a_log_is_told_apart_by_the_turn(chromium, shop):
    page = Console(chromium, shop).sign_in()
    for user, make in ((ANA, "Nissan"), (EVA, "Mazda")):
        page.go(f"numbers?turns=1&sought={make}")
        page.wait(lambda: f": {make}" in page.text("#turns h2") and len(listed(page)) == 1)
        page.one("#turns tbody button").click()
        page.wait(lambda: page.values("#list a[aria-current=true]") == [user])
        page.wait(lambda: "USD" in page.all(".assistant .meta")[-1].text)
