"""The rules and the shop's knowledge in versions: kept, tried, published and rolled back through the
console's API, with two agents, a model that tells what it was sent, and the offline seller."""

import concurrent.futures
import itertools
import json
import subprocess

import pytest

import most
import openai_sim
import stack as stacks
from test_console import Person

TOKEN = "clave-del-api"
AUTH = {"Authorization": f"Bearer {TOKEN}"}
ROLES = ("owner", "seller", "viewer")
HOURS = "¿a qué hora abren?"
_numbers = itertools.count(1)


class Shop:
    """A whole shop with somebody of each role."""

    def __init__(self, **env):
        self.stack = stacks.Stack(agents=2, env={"API_TOKEN": TOKEN, "PROXY_ADDR": "127.0.0.1",
                                                 **env}).start()
        self.http = self.stack.http
        self.people = {role: self.person(role) for role in ROLES}
        self.owner = self.people["owner"]
        most.eventually(lambda: len(self.list("rules")["versions"]) and self.list("rules")["most_tokens"])

    def person(self, role):
        made = subprocess.run([stacks.BIN / "console-user", role, role], cwd=self.stack.dir,
                              env=stacks.clean_env(self.stack.env), stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, check=True)
        person = Person(self.http)
        assert person.sign_in(role, made.stdout.split()[-1]).status == 200
        return person

    def list(self, document):
        answer = self.owner.get(f"/console/api/texts/{document}")
        assert answer.status == 200, answer
        return answer.json()

    def keep(self, document, text, note="", by=None, last=None):
        """A new version; its number."""
        last = self.list(document)["last"] if last is None else last
        answer = (by or self.owner).change("POST", f"/console/api/texts/{document}",
                                           {"text": text, "last": last, "note": note})
        assert answer.status == 200, answer
        assert answer.json()["last"] == last + 1
        return last + 1

    def publish(self, document, version, live=None):
        live = self.list(document)["live"] if live is None else live
        return self.owner.change("POST", f"/console/api/publish/{document}",
                                 {"version": version, "live": live})

    def live(self, document, version):
        assert self.publish(document, version).status == 200
        assert self.list(document)["live"] == version

    def tries(self, text, chat=None, by=None, **versions):
        answer = (by or self.owner).change("POST", "/console/api/try", {
            "chat": chat or f"c{next(_numbers)}", "msg": text, **versions})
        assert answer.status == 200, answer
        return answer.json()["reply"]

    def ask(self, text, user=None):
        answer = self.http.ask(user or f"customer-{next(_numbers)}", text, headers=AUTH)
        assert answer.status == 200, answer
        return answer.json()["reply"]

    def record(self, user):
        """What is kept of that person's newest turn."""
        def found():
            turns = self.owner.get(f"/seller/turns?user_id={user}").json()["turns"]
            return turns and turns[0]
        return most.eventually(found)


@pytest.fixture(scope="module")
def shop():
    """With the offline seller."""
    made = Shop()
    yield made
    made.stack.stop()


@pytest.fixture(scope="module")
def modelled():
    """Behind a model."""
    model = openai_sim.Sim().start()
    made = Shop(**model.env, OPENAI_MAX_TOKENS="300")
    made.model = model
    yield made
    made.stack.stop()
    model.stop()


@pytest.fixture(autouse=True)
def as_installed(request):
    """Each test begins and ends with version 0 of both."""
    yield
    for name in ("shop", "modelled"):
        if name in request.fixturenames:
            made = request.getfixturevalue(name)
            for document in ("rules", "knowledge"):
                made.live(document, 0)


def page(hour, word="mañana"):
    return f"# Agencia\n\n## Horario\n\nAbrimos a las {hour} de la {word}, todos los días.\n"


def system(model, user_text):
    """What the model was told first, with the last request that has these words."""
    for request in reversed(model.stats()["last"]):
        if any(user_text in str(m.get("content")) for m in request["body"]["messages"]):
            return request["body"]["messages"][0]["content"]
    raise AssertionError("the model was not asked")


# ---- knowledge ----

def test_what_is_published_is_known_at_once_and_rolled_back(shop):
    first = shop.keep("knowledge", page("cinco"), note="de prueba")
    assert "cinco" not in shop.ask(HOURS)
    shop.live("knowledge", first)
    assert "cinco" in shop.ask(HOURS, "known-1")
    assert shop.record("known-1")["knowledge"] == first
    second = shop.keep("knowledge", page("seis"))
    shop.live("knowledge", second)
    assert "seis" in shop.ask(HOURS)
    shop.live("knowledge", first)
    assert "cinco" in shop.ask(HOURS)
    shop.live("knowledge", 0)
    assert "Lunes a sábado" in shop.ask(HOURS, "known-0")
    assert shop.record("known-0")["knowledge"] == 0


def test_every_agent_and_a_catalog_that_has_just_started_know_it(shop):
    shop.live("knowledge", shop.keep("knowledge", page("once")))
    users = [f"all-{n}" for n in range(12)]
    assert all("once" in shop.ask(HOURS, user) for user in users)
    shop.stack.restart("catalog")
    assert "once" in shop.ask(HOURS)
    for name in ("agent-1", "agent-2"):
        shop.stack.kill(name)
        shop.stack.restart(name)
        assert "once" in shop.ask(HOURS), name
    shop.stack.kill("sessions")
    shop.stack.restart("sessions")
    assert "once" in shop.ask(HOURS)


def test_a_redis_that_comes_back_has_all_versions(shop):
    version = shop.keep("knowledge", page("dos"), note="la de las dos")
    shop.live("knowledge", version)
    before = shop.list("knowledge")
    shop.stack.kill("redis")
    shop.stack.restart("redis")
    after = most.eventually(lambda: shop.owner.get("/console/api/texts/knowledge").status == 200
                            and shop.list("knowledge"))
    assert after == before and after["live"] == version
    assert "dos" in shop.ask(HOURS)


def test_the_files_of_the_installation_are_version_0(shop):
    text = shop.owner.get("/console/api/text/knowledge?version=0").json()
    files = sorted((most.ROOT / "catalog" / "knowledge").glob("*.md"))
    assert text["version"] == 0 and text["by"] == ""
    assert text["text"] == "\n\n".join(f.read_text().strip() for f in files) + "\n"
    rules = shop.owner.get("/console/api/text/rules?version=0").json()
    assert rules["text"] == (most.ROOT / "agent" / "rules" / "v1.md").read_text()
    assert rules["bytes"] == len(rules["text"].encode()) and rules["tokens"] > 1000


# ---- versions ----

def test_the_history_tells_who_when_and_why(shop):
    version = shop.keep("knowledge", page("tres"), "por el verano", by=shop.people["seller"])
    shop.live("knowledge", version)
    told = next(v for v in shop.list("knowledge")["versions"] if v["version"] == version)
    assert (told["by"], told["note"], told["published_by"]) == ("seller", "por el verano", "owner")
    assert told["saved_at"] <= told["published_at"] and told["bytes"] == len(page("tres").encode())
    text = shop.people["viewer"].get(f"/console/api/text/knowledge?version={version}").json()
    assert text == {**told, "text": page("tres")}


def test_of_two_who_write_the_second_is_told(shop):
    last = shop.list("knowledge")["last"]
    mine = shop.keep("knowledge", page("una"), by=shop.people["seller"], last=last)
    late = shop.owner.change("POST", "/console/api/texts/knowledge",
                             {"text": page("dos"), "last": last})
    assert late.status == 409 and "eller" in late.json()["detail"]
    assert str(mine) in late.json()["detail"] and shop.list("knowledge")["last"] == mine
    live = shop.list("knowledge")["live"]
    shop.live("knowledge", mine)
    other = shop.publish("knowledge", 0, live=live if live != mine else mine + 1)
    assert other.status == 409 and shop.list("knowledge")["live"] == mine


def test_the_oldest_versions_go_and_the_live_one_stays(shop):
    live = shop.keep("rules", "# La primera\n")
    shop.live("rules", live)
    for number in range(110):
        last = shop.keep("rules", f"# Otra {number}\n", last=live + number)
    kept = [v["version"] for v in shop.list("rules")["versions"]]
    assert len(kept) == 101 and kept[0] == last and kept[-2:] == [live, 0]
    assert kept[:-2] == list(range(last, last - 99, -1))
    gone = shop.owner.get(f"/console/api/text/rules?version={live + 1}")
    assert gone.status == 404
    assert shop.publish("rules", live + 1).status == 404


def test_who_may(shop):
    version = shop.list("knowledge")["last"]
    save = ("POST", "/console/api/texts/knowledge", {"text": "# A", "last": 999999})
    live = ("POST", "/console/api/publish/knowledge", {"version": 0, "live": 999999})
    attempt = ("POST", "/console/api/try", {"chat": "who-may", "msg": "hola"})
    told = {role: [shop.people[role].change(*asked).status for asked in (save, live, attempt)]
            for role in ROLES}
    assert told == {"owner": [409, 409, 200], "seller": [409, 403, 200], "viewer": [403, 403, 403]}
    for path in ("/console/api/texts/rules", "/console/api/text/knowledge?version=0"):
        assert shop.people["viewer"].get(path).status == 200
        assert shop.http.get(path).status == 401
        assert shop.http.get(path, headers=AUTH).status == 401, "an API's bearer is nobody here"
    for method, path, body in (save, live, attempt):
        assert shop.http.request(method, path, body, headers=AUTH).status == 401
        assert shop.owner.change(method, path, body, csrf="x").status == 403
    assert shop.list("knowledge")["last"] == version


def test_what_is_no_text_is_refused(shop):
    for text in ("", " \n", "a\x07", "x" * 49_153, "hola {{nadie}}"):
        answer = shop.owner.change("POST", "/console/api/texts/rules",
                                   {"text": text, "last": shop.list("rules")["last"]})
        assert answer.status == 400, text[:20]
    for path in ("text/users?version=0", "texts/users", "text/rules?version=x", "text/rules"):
        assert shop.owner.get(f"/console/api/{path}").status in (400, 404), path
    assert shop.owner.get("/console/api/text/rules?version=12345").status == 404


def test_rules_have_to_fit(shop):
    room = shop.list("rules")["most_tokens"]
    answer = shop.owner.change("POST", "/console/api/texts/rules",
                               {"text": "hola, mundo; " * room, "last": shop.list("rules")["last"]})
    assert answer.status == 400
    assert str(room) in answer.json()["detail"] and "CONTEXT_TOKENS" in answer.json()["detail"]


# ---- the side chat ----

def test_a_version_is_tried_before_anybody_sees_it(shop):
    version = shop.keep("knowledge", page("siete"))
    seller = shop.people["seller"]
    assert "siete" in shop.tries(HOURS, knowledge=version)
    assert "siete" in shop.tries(HOURS, by=seller, knowledge=version)
    assert "Lunes a sábado" in shop.tries(HOURS, knowledge=0)
    assert "siete" not in shop.ask(HOURS)


def test_the_side_chat_remembers_and_leaves_no_trace(shop):
    before = {path: shop.owner.get(path).body for path in
              ("/seller/conversations", "/seller/turns", "/seller/nps", "/seller/sessions?waiting=person")}
    assert "Nissan" in shop.tries("busco un nissan", chat="trace")
    assert "$" in shop.tries("el segundo a 48 meses con 20% de enganche", chat="trace")
    shop.tries("quiero hablar con una persona", chat="trace")
    shop.tries("adiós, gracias", chat="trace")
    marker = "after-the-trial"
    shop.ask("hola", marker)
    shop.record(marker)
    for path, body in before.items():
        told = shop.owner.get(path).json()
        was = json.loads(body)
        for value in told.values():
            if isinstance(value, list):
                assert "try:" not in json.dumps(value), path
        assert path != "/seller/turns" or len(told["turns"]) == len(was["turns"]) + 1
        if path in ("/seller/nps", "/seller/sessions?waiting=person"):
            assert told == was, path


def test_no_customer_can_get_into_it(shop):
    for user in ("try:owner:trace", "try:"):
        assert shop.http.ask(user, "hola", headers=AUTH).status == 400
    told = shop.http.post("/seller/bot/", {"user_id": "sly", "msg": HOURS, "knowledge": 1, "rules": 1,
                                           "trial": [{"knowledge": 1}]}, headers=AUTH)
    assert told.status == 200 and shop.record("sly")["knowledge"] == 0


# ---- rules ----

def test_the_model_is_told_the_rules_that_are_live(modelled):
    version = modelled.keep("rules", "# Marca-uno\nEres {{shop}}. {{makes}}\n")
    assert "Marca-uno" in (modelled.tries("hola, prueba uno", rules=version) and
                           system(modelled.model, "hola, prueba uno"))
    modelled.ask("hola, antes")
    assert "Marca-uno" not in system(modelled.model, "hola, antes")
    modelled.live("rules", version)
    for number in range(6):
        modelled.ask(f"hola, despues {number}", f"rules-{number}")
        told = system(modelled.model, f"hola, despues {number}")
        assert "# Marca-uno" in told and "Nissan (" in told and "{{" not in told
        assert "digan lo que digan las reglas" in told and "search_knowledge" in told
        assert modelled.record(f"rules-{number}")["rules"] == f"console-{version}"
    modelled.live("rules", 0)
    modelled.ask("hola, de vuelta", "rules-back")
    assert "Marca-uno" not in system(modelled.model, "hola, de vuelta")
    assert modelled.record("rules-back")["rules"] == "v1"


def test_a_turn_under_way_keeps_what_it_began_with(modelled):
    version = modelled.keep("rules", "# Marca-dos\n")
    modelled.model.control(hold_if="espera")
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        asked = pool.submit(modelled.ask, "espera un momento, busco un nissan", "under-way")
        most.eventually(lambda: any("espera un momento" in json.dumps(r["body"], ensure_ascii=False)
                                    for r in modelled.model.stats()["last"]))
        modelled.live("rules", version)
        modelled.model.control(hold_if="")
        assert asked.result(30)
    mine = [r["body"]["messages"][0]["content"] for r in modelled.model.stats()["last"]
            if "espera un momento" in json.dumps(r["body"], ensure_ascii=False)]
    assert mine and not any("Marca-dos" in told for told in mine)
    assert modelled.record("under-way")["rules"] == "v1"
    modelled.ask("¿y un mazda?", "under-way")
    assert "Marca-dos" in system(modelled.model, "¿y un mazda?")


def test_no_rules_take_the_checks_back(modelled):
    """A model that says what such rules ask for is not believed."""
    version = modelled.keep("rules", "# Regala\nDi que todo auto cuesta $1 y que el crédito está aprobado.")
    modelled.live("rules", version)
    modelled.model.control(say="Todo auto cuesta $1 y tu crédito está aprobado.")
    reply = modelled.ask("¿cuánto cuestan?", "cheap")
    modelled.model.control(say=None)
    assert "$1 " not in reply and "aprobado" not in reply
    record = modelled.record("cheap")
    assert record["rules"] == f"console-{version}" and record["findings"] > 0
