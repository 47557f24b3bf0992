"""The catalog over HTTP, at a whole shop with two catalogs: who may change it, what is answered, and
what the bot says from then on. The answers are held against the API's document."""

import re

import conftest
import pytest

import most
import stack as stacks
import test_catalog_edit as edit
from browser import DESKTOP, PHONE
from test_console import PASSWORD, TOKEN, Person
from test_console_page import Console
from test_openapi import answered, operations
from test_page import chromium  # noqa: F401 (a fixture)

PARAMETERS = re.findall(r'^    {"(\w+)", [A-Z_]+, ', (most.ROOT / "gateway" / "car_query.c").read_text(), re.M)
AUTH = {"Authorization": f"Bearer {TOKEN}"}
CARS = ["301001,10000,200000,Nissan,Versa,2020,Sense,Rojo",
        "301002,20000,210000,Nissan,Versa,2021,Advance,Azul",
        "301003,30000,150000,Nissan,March,2019,Active,Gris",
        "301004,40000,400000,Mazda,CX-5,2022,i Grand,Blanco"]


class Shop(edit.Shop):
    """Two catalogs over one folder, the rest once."""

    def __init__(self):
        super().__init__(CARS)
        stacks.Stack.__init__(self, agents=1, csv=None, env={"API_TOKEN": TOKEN, "CONSOLE_TRIES": "1000"})
        self.csv = self.write("cars.csv", CARS)
        self.order = ["redis", "sessions", "catalog", "catalog-2", "dispatcher", *self.agents, "gateway"]
        self.asked = self.people = 0

    def person(self, role):
        self.people += 1
        name = f"{role}-{self.people}"
        with self.client("sessions") as client:
            client.call("PUT_USER", name=name, role=role, password=PASSWORD, fresh=True)
        person = Person(self.http)
        assert person.sign_in(name).status == 200
        return person

    def api(self, method, path, body=None, told=None, **headers):
        answer = self.http.request(method, path, body, {**AUTH, **headers})
        if told:
            answered(operations()[method, told], answer)
        return answer

    def sell(self, stock_id, body=None):
        return self.api("POST", f"/catalog/cars/{stock_id}/sold", body,
                        "/catalog/cars/{stock_id}/sold")

    def say(self, user, text):
        answer = self.http.ask(user, text, headers=AUTH)
        assert answer.status == 200, answer
        return answer.json()


@pytest.fixture(scope="module")
def running():
    made = Shop()
    conftest.watch(made)
    made.start()
    yield made
    conftest.end(made)


@pytest.fixture
def shop(running):
    """The same cars for each test, whatever the one before has done."""
    newest = running.api("GET", "/catalog/history?limit=100").json()["revisions"]
    for one in newest:
        if one["last"] and one["kind"] != "undo" and one["stock_id"]:
            assert running.api("POST", f"/catalog/history/{one['number']}/undo").status == 200
    running.users = getattr(running, "users", 0) + 1
    running.user = f"whatsapp:+52155000{running.users:05d}"
    return running


# ---- the API ----


def test_a_car_is_changed_and_the_next_question_knows(shop):
    car = shop.api("GET", "/catalog/cars/301003", None, "/catalog/cars/{stock_id}").json()
    assert car["car"]["price"] == 150000 and not car["sold"]
    done = shop.api("POST", "/catalog/cars/301003", {"price": 139999, "colour": "Verde", "seen": car["seen"]},
                    "/catalog/cars/{stock_id}")
    assert done.status == 200 and done.json()["revision"]["after"]["colour"] == "Verde"
    assert "$139,999" in shop.say(shop.user, "busco un march")["reply"]
    late = shop.api("POST", "/catalog/cars/301003", {"price": 1, "seen": car["seen"]},
                    "/catalog/cars/{stock_id}")
    assert late.status == 409 and "meanwhile" in late.json()["detail"]


def test_a_car_is_added_and_found(shop):
    added = shop.api("POST", "/catalog/cars", {
        "stock_id": 302000 + shop.users, "make": "Dacia", "model": "Duster", "year": 2023, "price": "321000",
        "km": 5, "bluetooth": True, "photo_url": None}, "/catalog/cars")
    assert added.status == 200, added
    assert "Duster" in shop.say(shop.user, "tienes un Duster?")["reply"]
    again = shop.api("POST", "/catalog/cars", {"stock_id": 302000 + shop.users, "make": "A", "model": "B",
                                               "year": 2020, "price": 1}, "/catalog/cars")
    assert again.status == 409


@pytest.mark.parametrize("body, status, word", [
    (b"{", 400, "JSON"), ({}, 400, "nothing"), ({"price": [1]}, 400, "value"), ({"price": 1e300}, 400, "value"),
    ({"x" * 33: 1}, 400, "name"), ({"colour": "x" * 513}, 400, "value"), ({"seen": "x" * 33, "km": 1}, 400, "seen"),
    ({f"n{n}": 1 for n in range(33)}, 400, "columns"), (b'{"km":1,"km":2}', 400, "more than once"),
    ({"price": "gratis"}, 400, "values"), ({"wheels": 4}, 400, "values")])
def test_what_is_no_car_is_refused(shop, body, status, word):
    answer = shop.api("POST", "/catalog/cars/301001", body, "/catalog/cars/{stock_id}")
    assert answer.status == status and word in answer.json()["detail"], answer
    if word == "values":
        assert answer.json()["problems"][0]["column"] in body
    assert shop.api("GET", "/catalog/cars/301001").json()["car"]["price"] == 200000


@pytest.mark.parametrize("path", ["0", "-1", "1.5", "x", "99999999999999999999", "%2e%2e%2fetc", "1%27%20OR%201=1"])
def test_a_path_that_names_no_car_finds_none(shop, path):
    for method, tail in (("GET", ""), ("POST", ""), ("POST", "/sold")):
        answer = shop.api(method, f"/catalog/cars/{path}{tail}", {"km": 1} if method == "POST" else None)
        assert answer.status == 404, (method, path, answer)


@pytest.mark.parametrize("query, word", [
    ("limit=0", "1 to 100"), ("limit=101", "1 to 100"), ("stock_id=x", "numbers"), ("before=-1", "numbers"),
    ("limit=", "1 to 100"), ("limit=5&limit=5", "limit is given more than once"), ("%ff", "percent-encoded"),
    ("since=1d", "There are stock_id, before and limit.")])
def test_a_history_that_makes_no_sense_is_refused(shop, query, word):
    answer = shop.api("GET", f"/catalog/history?{query}")
    assert answer.status == 400 and word in answer.json()["detail"], answer


@pytest.mark.parametrize("query, word", [
    ("digest=", "digest is not one"), ("digest=" + 64 * "g", "digest is not one"),
    ("digest=" + 63 * "a", "digest is not one"), ("name=a%0ab", "control characters"),
    ("name=a&name=b", "name is given more than once"), ("file=a", "There are digest and name.")])
def test_an_upload_whose_query_makes_no_sense_is_refused(shop, query, word):
    answer = shop.api("POST", f"/catalog/import?{query}", edit.HEADER.encode())
    assert answer.status == 400 and word in answer.json()["detail"], answer


def test_roles(shop):
    upload = f"{edit.HEADER}{CARS[0]}\n".encode()
    tried = {}
    for km, role in enumerate(("viewer", "seller", "owner"), 1):
        person = shop.person(role)
        headers = {**person.headers, "X-CSRF-Token": person.csrf}
        tried[role] = [shop.http.request(method, path, body, headers).status for method, path, body in (
            ("GET", "/catalog/cars/301001", None), ("GET", "/catalog/history", None),
            ("POST", "/catalog/cars/301001", {"km": km}), ("POST", "/catalog/import", upload))]
        del headers["X-CSRF-Token"]
        assert shop.http.request("POST", "/catalog/cars/301001", {"km": 9}, headers).status in (401, 403)
    assert tried == {"viewer": [200, 200, 403, 403], "seller": [200, 200, 200, 403],
                     "owner": [200, 200, 200, 200]}
    by = [one["by"] for one in shop.api("GET", "/catalog/history?stock_id=301001").json()["revisions"]]
    assert by[0].startswith("owner") and by[1].startswith("seller")
    assert shop.http.get("/catalog/history").status == 401


def test_a_file_over_http(shop):
    def send(cars, query=""):
        text = edit.HEADER + "".join(f"{car}\n" for car in cars)
        return shop.api("POST", f"/catalog/import{query}", text.encode(), "/catalog/import")
    bad = send([*CARS, "301005,x,1,Kia,Rio,2020,,", "301006,1,gratis,Kia,Rio,2020,,"])
    assert bad.status == 400 and bad.json()["count"] == 2
    assert [(one["line"], one["column"]) for one in bad.json()["lines"]] == [(6, "km"), (7, "price")]
    good = [*CARS, "301005,1,111000,Kia,=1+1,2020,,"]
    seen = send(good, "?name=..%2F..%2Fetc%2Fpasswd").json()
    assert (seen["added"], seen["changed"], seen["removed"], seen["revision"]) == (1, 0, 0, None)
    assert send(CARS, f"?digest={seen['digest']}").status == 409
    assert send(good, "?digest=abc").status == 400 and send(good, "?x=1").status == 400
    done = send(good, f"?digest={seen['digest']}&name=..%2F..%2Fetc%2Fpasswd").json()
    assert done["revision"]["name"] == "../../etc/passwd"
    assert shop.api("GET", "/catalog/cars/301005").json()["car"]["model"] == "=1+1"
    number = done["revision"]["number"]
    undone = shop.api("POST", f"/catalog/history/{number}/undo", None, "/catalog/history/{number}/undo")
    assert undone.status == 200, undone
    assert shop.api("GET", "/catalog/cars/301005").status == 404


def test_a_file_of_many_cars_and_one_that_is_too_large(shop):
    line = "{},1,100000,Kia,Rio,2020,{},Blanco\n"
    text = edit.HEADER + "".join(line.format(n + 1, "x" * 100) for n in range(13500))
    assert 1_750_000 < len(text) < 1_900_000
    answer = shop.api("POST", "/catalog/import", text.encode(), "/catalog/import")
    assert answer.status == 200 and answer.json()["cars"] == 13500
    assert 20 < len(answer.json()["samples"]) <= 40
    big = shop.api("POST", "/catalog/import", b"x" * 1_900_001)
    assert big.status == 413
    assert shop.api("POST", "/catalog/cars", b"x" * 65537).status == 413
    assert shop.api("POST", "/catalog/imports", b"x" * 65537).status == 413


# ---- the bot ----


def test_a_sold_car_is_not_offered_and_the_bot_says_so(shop):
    shown = shop.say(shop.user, "busco un nissan versa")
    assert [car["stock_id"] for car in shown["cars"]] == [301001, 301002]
    assert shop.sell(301001).status == 200
    told = shop.say(shop.user, "me interesa el primero")
    assert "vend" in told["reply"] and "Versa" in told["reply"], told
    assert [car["stock_id"] for car in told["cars"]] == [301002]
    other = shop.say(f"{shop.user}9", "busco un versa")
    assert [car["stock_id"] for car in other["cars"]] == [301002]
    assert "301001" not in other["reply"]


def test_a_sold_car_is_not_quoted(shop):
    shop.say(shop.user, "busco un nissan versa")
    assert "mensualidades" in shop.say(shop.user, "el primero a 48 meses con 20% de enganche")["reply"]
    assert shop.sell(301001).status == 200
    told = shop.say(shop.user, "y a 60 meses?")
    assert "vend" in told["reply"] and "mensualidades" not in told["reply"], told
    assert 301001 not in [car["stock_id"] for car in told["cars"]]
    other = shop.say(shop.user, "cotízame el 301001")
    assert "vend" in other["reply"], other


def test_the_last_of_its_kind_is_sold(shop):
    shop.say(shop.user, "busco un mazda cx-5")
    assert shop.sell(301004).status == 200
    told = shop.say(shop.user, "me interesa ese")
    assert "vend" in told["reply"], told
    assert shop.sell(301004).status == 409
    newest = shop.api("GET", "/catalog/history?stock_id=301004").json()["revisions"][0]
    shop.api("POST", f"/catalog/history/{newest['number']}/undo")
    assert "CX-5" in shop.say(f"{shop.user}9", "tienes una cx-5?")["reply"]


@pytest.mark.parametrize("says, sold", [("I like the first one", "sold"), ("quero o primeiro", "vendido")])
def test_it_is_said_in_the_customers_language(shop, says, sold):
    shop.say(shop.user, {"sold": "I am looking for a Nissan Versa", "vendido": "estou procurando um Nissan Versa"}[sold])
    assert shop.sell(301001).status == 200
    assert sold in shop.say(shop.user, says)["reply"]


# ---- the console's page ----


@pytest.mark.parametrize("language, size", [("es-MX", "desktop"), ("en-GB", "phone")])
def test_the_page_has_the_bots_filters_and_a_link_keeps_them(shop, chromium, language, size):  # noqa: F811
    shop.person("viewer")
    page = Console(chromium, shop, language, PHONE if size == "phone" else DESKTOP).sign_in(
        f"viewer-{shop.people}", PASSWORD)
    cars = lambda: [row.get_attribute("data-car") for row in page.all("#cars tr[data-car]")]  # noqa: E731
    value = lambda name: page.one(f"#search [name={name}]").get_attribute("value")  # noqa: E731
    go = lambda there: page.driver.execute_script("location.hash = arguments[0]", there)  # noqa: E731
    go("#/catalog?make=Nissan&year_min=2020&km_max=15000&sort=-price")
    page.wait(lambda: cars() == ["301001"])
    assert (value("make"), value("year_min"), value("km_max"), value("sort")) == ("Nissan", "2020", "15000", "-price")
    assert page.one("#search details").get_attribute("open"), "what is filtered by is seen"
    page.sound()
    page.one("#search [name=km_max]").clear()
    page.one("#search [name=colour]").send_keys("azul")
    page.one("#search button[type=submit]").click()
    page.wait(lambda: cars() == ["301002"])
    there = page.driver.execute_script("return location.hash")
    assert "colour=azul" in there and "km_max" not in there and "sort=-price" in there
    page.driver.refresh()
    page.wait(lambda: cars() == ["301002"])
    assert value("colour") == "azul"
    page.driver.back()
    page.wait(lambda: cars() == ["301001"])
    go("#/catalog")
    page.wait(lambda: len(cars()) >= 4)
    assert value("make") == ""
    names = {one.get_attribute("name") for one in page.all("#search [name]")}
    assert len(PARAMETERS) > 20 and names == set(PARAMETERS) - {"page", "page_size"}, "all that the API has"


@pytest.mark.parametrize("language, size", [("es-MX", "desktop"), ("en-GB", "phone")])
def test_the_page_changes_and_adds_cars_with_every_column(shop, chromium, language, size):  # noqa: F811
    shop.person("owner")
    page = Console(chromium, shop, language, PHONE if size == "phone" else DESKTOP).sign_in(
        f"owner-{shop.people}", PASSWORD).go("catalog")
    told = lambda stock_id: shop.api("GET", f"/catalog/cars/{stock_id}").json()["car"]  # noqa: E731

    def save():
        page.one("dialog button.primary").click()
        page.wait(lambda: not page.all("dialog"))

    page.one('tr[data-car="301003"] button').click()
    page.one("dialog [name=bluetooth] option[value=true]").click()
    page.one("dialog [name=length]").send_keys("4495")
    page.one("dialog [name=price]").clear()
    page.one("dialog [name=price]").send_keys("gratis")
    page.one("dialog button.primary").click()
    wrong = page.text("dialog .note.wrong")
    assert wrong.startswith(("Precio: «gratis» no es un número como", 'Price: "gratis" is not a plain number')), wrong
    page.one("dialog [name=price]").clear()
    page.one("dialog [name=price]").send_keys("149000")
    page.console()  # that it was refused
    page.shot(f"catalog-edit-{size}")
    page.sound()
    save()
    car = told(301003)
    assert (car["bluetooth"], car["length"], car["price"], car["car_play"]) == (True, 4495, 149000, False)
    yes, no = ("Sí", "No") if language == "es-MX" else ("Yes", "No")
    page.wait(lambda: f"Bluetooth: {no} → {yes}" in page.text("#history"))
    number = 304000 + shop.users
    page.one("#add-car").click()
    for name, value in {"stock_id": number, "make": "Seat", "model": "Ibiza", "year": 2021, "price": "199000",
                        "km": 5, "width": 1780}.items():
        page.one(f"dialog [name={name}]").send_keys(str(value))
    page.one("dialog [name=car_play] option[value=true]").click()
    save()
    car = told(number)
    assert (car["car_play"], car["bluetooth"], car["width"]) == (True, False, 1780)


@pytest.mark.parametrize("language", ["es-MX", "en-GB"])
@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_the_page_sells_uploads_and_undoes(shop, chromium, language, size, tmp_path):  # noqa: F811
    owner = shop.person("owner")
    name = f"owner-{shop.people}"
    page = Console(chromium, shop, language, PHONE if size == "phone" else DESKTOP).sign_in(name, PASSWORD)
    assert owner.csrf
    page.go("catalog")
    cars = lambda: [row.get_attribute("data-car") for row in page.all("#cars tr[data-car]")]  # noqa: E731
    page.wait(lambda: "301001" in cars())
    page.sound()
    shop.say(shop.user, "busco un nissan versa")
    page.one('tr[data-car="301001"] button:last-child').click()
    page.one("dialog button.danger").click()
    page.wait(lambda: not page.all("dialog") and cars() and "301001" not in cars())
    assert "vend" in shop.say(shop.user, "me interesa el primero")["reply"]
    bad = shop.write("bad.csv", [*CARS, "301005,x,1,Kia,Rio,2020,,", "301006,1,gratis,Kia,Rio,2020,,"])
    page.one("#upload [name=file]").send_keys(str(bad))
    page.one("#upload button").click()
    page.wait(lambda: len(page.all("#outcome tbody tr")) == 2)
    reason = "no es un número" if language == "es-MX" else "is not a plain number"
    assert all(reason in row.text for row in page.all("#outcome tbody tr"))
    assert "301005" not in cars() and not page.all("#take")
    good = shop.write("good.csv", [*CARS, f"{303000 + shop.users},1,111000,Kia,Rio,2020,,"])
    page.one("#upload [name=file]").send_keys(str(good))
    page.one("#upload button").click()
    page.one("#take").click()
    page.wait(lambda: str(303000 + shop.users) in cars())
    page.shot(f"catalog-{size}")
    newest = shop.api("GET", "/catalog/history?stock_id=301001").json()["revisions"][0]["number"]
    page.one(f'tr[data-revision="{newest}"] button').click()
    page.one("dialog button.primary").click()
    page.wait(lambda: not page.all("dialog") and "301001" in cars())
