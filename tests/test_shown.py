"""How customers are told of people of the shop: by the name that is set for it, or as somebody, never by
the one they sign in with. Neither is the model, who might repeat it."""

import json
import urllib.parse

import pytest

import conftest
import stack as stacks
from openai_sim import Sim
from test_console import PASSWORD, TOKEN, Person

AUTH = {"Authorization": f"Bearer {TOKEN}"}
LOGIN = "vendedora-7781"


@pytest.fixture(scope="module")
def sim():
    with Sim() as made:
        yield made


@pytest.fixture(scope="module")
def shop(sim):
    made = stacks.Stack(agents=1, env={**sim.env, "OPENAI_HTTP": "1.1", "API_TOKEN": TOKEN})
    conftest.watch(made)
    made.start()
    with made.client("sessions") as client:
        for name, role in ((LOGIN, "seller"), ("jefa", "owner")):
            client.call("PUT_USER", name=name, role=role, password=PASSWORD, fresh=True)
    yield made
    conftest.end(made)


def person(shop, name):
    made = Person(shop.http)
    assert made.sign_in(name, PASSWORD).status == 200
    return made


def show(shop, name):
    changed = person(shop, "jefa").change("POST", f"/console/api/users/{LOGIN}", {"shown": name})
    assert changed.status == 204, changed


def path(user, what=""):
    return f"/seller/sessions/{urllib.parse.quote(user, safe='')}{what}"


def read_by_customer(shop, user):
    """Everything that who writes as this user is told of it."""
    held = shop.http.ask(user, "¿sigues ahí?", headers=AUTH)
    return [held.json(), shop.http.get(path(user, "/messages"), headers=AUTH).json(),
            shop.http.get(path(user), headers=AUTH).json()]


def words_of_persons(session):
    return [m.get("by", "") for m in session["messages"] if m["role"] == "person"]


@pytest.mark.parametrize("name", ["", "Ana López 🙂"])
def test_the_customer_is_told_the_name_that_was_set(shop, sim, name):
    show(shop, f"  {name} ")
    user = f"cliente-{len(name)}"
    shop.http.ask(user, "hola", headers=AUTH)
    seller = person(shop, LOGIN)
    assert seller.change("POST", path(user, "/take"), {}).json()["person"]["by"] == LOGIN
    said = seller.change("POST", path(user, "/say"), {"id": "1", "text": "Hola, dime"})
    assert said.json()["person"]["by"] == LOGIN
    held, messages, session = told = read_by_customer(shop, user)
    assert [one["person"]["by"] for one in told] == [name] * 3
    assert [m["by"] for m in messages["messages"]] == words_of_persons(session) == [name]
    assert LOGIN not in json.dumps(told)
    inside = seller.change("GET", path(user)).json()
    assert inside["person"]["by"] == LOGIN and words_of_persons(inside) == [LOGIN]
    assert seller.change("POST", path(user, "/give"), {"note": "le gusta el rojo"}).status == 200
    shop.http.ask(user, "gracias", headers=AUTH)
    session = shop.http.get(path(user), headers=AUTH).json()
    assert words_of_persons(session) == [name] and LOGIN not in json.dumps(session)
    asked = json.dumps(sim.stats()["last"][-1]["body"]["messages"], ensure_ascii=False)
    assert "Hola, dime" in asked and LOGIN not in asked and name in asked


def test_a_name_is_set_alone_and_ends_no_session(shop):
    seller, boss = person(shop, LOGIN), person(shop, "jefa")
    show(shop, "Ana")
    assert seller.get("/console/api/session").status == 200
    listed = {user["name"]: user for user in boss.get("/console/api/users").json()["users"]}
    assert (listed[LOGIN]["shown"], listed["jefa"]["shown"]) == ("Ana", "")
    changed = boss.change("POST", f"/console/api/users/{LOGIN}", {"role": "seller"})
    assert changed.status == 204 and seller.get("/console/api/session").status == 401
    listed = {user["name"]: user for user in boss.get("/console/api/users").json()["users"]}
    assert listed[LOGIN]["shown"] == "Ana", "as it was"
    assert seller.change("POST", f"/console/api/users/{LOGIN}", {"shown": "x"}).status in (401, 403)


@pytest.mark.parametrize("wrong", ["x" * 65, "a\nb", "\u0007", "ñ" * 33])
def test_what_cannot_be_shown(shop, wrong):
    boss = person(shop, "jefa")
    assert boss.change("POST", f"/console/api/users/{LOGIN}", {"shown": wrong}).status == 400
