"""The console's page of rules and knowledge in headless Chromium: what is written there is tried in the
side chat, published, the next answer shows it; rolled back, gone."""

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from browser import DESKTOP, PHONE
from test_console_page import AUTH, EVIL, Console, shop  # noqa: F401 (a fixture)
from test_page import chromium  # noqa: F401 (a fixture)

HOURS = "¿a qué hora abren?"
MARKDOWN = ("# Una *agencia*\n\n## Horario\n\nAbrimos a las **{hour}** de la mañana.\nTodos los días.\n\n"
            "- uno `dos`\n- tres\n\n1. primero\n2. segundo {{shop}}\n\n" + EVIL +
            "\n\n[pica aquí](javascript:alert(1))\n\n<script>document.title = 'roto'</script>\n")


def text(hour):
    return MARKDOWN.replace("{hour}", hour)


class Texts(Console):
    def open_page(self, document="knowledge"):
        self.go(f"rules/{document}")
        self.wait(lambda: self.all("#versions tbody tr") and self.one("#text").get_attribute("value"))
        return self

    def write(self, markdown):
        self.driver.execute_script(
            "const t = document.getElementById('text'); t.value = arguments[0];"
            "t.dispatchEvent(new Event('input', {bubbles: true}))", markdown)

    def keep(self, note):
        """The number of the new version."""
        before = self.versions()
        self.one("#save [name=note]").send_keys(note)
        self.one("#save button").click()
        self.wait(lambda: self.versions()[0] != before[0])
        return self.versions()[0]

    def versions(self):
        return self.driver.execute_script(
            "return [...document.querySelectorAll('#versions tbody tr')].map(r => Number(r.dataset.version))")

    def press(self, version, what):
        self.one(f"#versions tr[data-version='{version}'] button[data-do={what}]").click()

    def publish(self, version):
        self.press(version, "publish")
        self.one("dialog button.primary").click()
        self.wait(lambda: not self.all("dialog") and
                  self.all(f"#versions tr[data-version='{version}'] .badge"))

    def view(self, name):
        self.one(f"button[data-view={name}]").click()

    def tried(self, msg):
        """What the side chat answers."""
        count = len(self.all("#tried .bubble"))
        self.one("#try input").send_keys(msg, Keys.ENTER)
        self.wait(lambda: len(self.all("#tried .bubble")) == count + 2)
        return self.all("#tried .bubble")[-1].text


def ask(shop, user):
    answer = shop.http.ask(user, HOURS, headers=AUTH)
    assert answer.status == 200
    return answer.json()["reply"]


@pytest.mark.parametrize("language, size, hour", [
    ("es-MX", DESKTOP, "cinco"), ("en-GB", PHONE, "siete"), ("es-MX", PHONE, "ocho"), ("en-GB", DESKTOP, "once")])
def test_write_try_publish_and_roll_back(chromium, shop, language, size, hour):
    name = f"{language[:2]}-{'phone' if size == PHONE else 'desktop'}"
    page = Texts(chromium, shop, language, size).sign_in().open_page()
    assert "Lunes a sábado" in page.one("#text").get_attribute("value")
    page.write(text(hour))
    version = page.keep(f"a las {hour}")
    assert f"a las {hour}" in page.text(f"#versions tr[data-version='{version}']")
    assert hour in page.tried(HOURS)
    page.shot(f"{name}-texts-side-chat")
    page.sound()
    assert hour not in ask(shop, f"page-{hour}-1")
    page.view("compare")
    page.wait(lambda: page.all(".diff li[data-how='+']") and page.all(".diff li[data-how='-']"))
    page.shot(f"{name}-texts-compare")
    page.sound()
    page.publish(version)
    assert hour in ask(shop, f"page-{hour}-2")
    page.publish(0)
    assert hour not in ask(shop, f"page-{hour}-3")
    assert version in page.versions()
    page.sound()


def test_markdown_is_shown_and_never_markup(chromium, shop):
    page = Texts(chromium, shop).sign_in().open_page()
    page.write(text("cinco"))
    page.view("preview")
    shown = page.one("#seen .markdown")
    assert [h.text for h in shown.find_elements(By.CSS_SELECTOR, "h3, h4")] == ["Una agencia", "Horario"]
    assert [e.text for e in shown.find_elements(By.CSS_SELECTOR, "ul li, ol li")] == [
        "uno dos", "tres", "primero", "segundo {{shop}}"]
    assert [e.text for e in shown.find_elements(By.CSS_SELECTOR, "strong")] == ["agencia", "cinco"]
    assert shown.find_element(By.CSS_SELECTOR, ".hole").text == "{{shop}}"
    assert EVIL[:20] in shown.text and "<script>" in shown.text and "javascript:alert(1)" in shown.text
    assert not page.all("main img, main script, main iframe, .markdown a")
    assert page.driver.title != "roto"
    page.shot("es-texts-preview")
    page.sound()
    version = page.keep(EVIL[:100])
    assert EVIL[:20] in page.text(f"#versions tr[data-version='{version}']")
    assert not page.all("main img, main script") and page.driver.title != "roto"
    page.view("compare")
    page.wait(lambda: page.all(".diff li"))
    assert not page.all("main img, main script") and page.console() == []


def test_rules_have_a_page_too_and_somebody_else_is_not_overwritten(chromium, shop):
    page = Texts(chromium, shop).sign_in().open_page("rules")
    assert "{{makes}}" in page.one("#text").get_attribute("value")
    assert page.one("#always summary").text
    page.driver.execute_script("""
        return import('/console/shell.js').then(async ({ask, get}) => {
          const told = await get('/console/api/texts/rules');
          await ask('POST', '/console/api/texts/rules', {text: '# De otra persona', last: told.last});
        })""")
    mine = page.one("#text").get_attribute("value") + "\n- mío\n"
    page.write(mine)
    page.one("#save button").click()
    page.wait(lambda: page.all(".note.wrong"), "nobody was told")
    assert page.one("#text").get_attribute("value") == mine, "what was written is lost"
    page.wait(lambda: len(page.versions()) >= 2)
    page.write("hola {{nadie}}")
    page.one("#save button").click()
    page.wait(lambda: "{{shop}}" in page.text(".note.wrong"))


def test_what_was_not_kept_is_asked_about_before_it_is_left(chromium, shop):
    page = Texts(chromium, shop).sign_in().open_page()
    page.write("# Otra cosa")
    for there in ("#/health", "#/rules/rules"):
        page.driver.execute_script("location.hash = arguments[0]", there)
        page.one("dialog[open]")
        assert page.driver.execute_script("return location.hash") == "#/rules/knowledge"
        page.all("dialog menu button")[0].click()
        page.wait(lambda: not page.all("dialog"))
        assert page.one("#text").get_attribute("value") == "# Otra cosa"
    page.driver.execute_script("location.hash = '#/health'")
    page.one("dialog .danger").click()
    page.one("#processes")
    page.open_page()
    assert page.one("#text").get_attribute("value") != "# Otra cosa"
    page.go("health")
    page.one("#processes")


def test_differences_by_lines(chromium, shop):
    page = Texts(chromium, shop).sign_in()

    def differ(before, after):
        found = page.driver.execute_script(
            "const [a, b] = arguments; return import('/console/rules.js').then((m) => m.differences(a, b))",
            before, after)
        assert "\n".join(line for how, line in found if how != "+") == before
        assert "\n".join(line for how, line in found if how != "-") == after
        return "".join(how for how, _ in found)

    assert differ("a\nb\nc", "a\nb\nc") == "==="
    assert differ("a\nb\nc", "a\nx\nc") == "=-+="
    assert differ("a\nb\nc", "b\nc\nd") == "-==+"
    assert differ("", "a") == "-+"
    assert differ("a\nb\na\nb", "b\na\nb\na").count("=") == 3
    many = "\n".join(str(n) for n in range(3000))
    assert differ(many, "\n".join(str(-n - 1) for n in range(3000))) == "-" * 3000 + "+" * 3000
