"""The console and the API of a shop whose cars are kept in a real PostgreSQL: they are changed there, and
what is asked for here is refused and says so."""

import pytest

import conftest
import most
import stack as stacks
from test_catalog_postgres import Shop, postgres, until  # noqa: F401 (a fixture)
from test_console import PASSWORD, TOKEN
from test_console_page import Console
from test_page import DESKTOP, PHONE, chromium  # noqa: F401 (a fixture)

AUTH = {"Authorization": f"Bearer {TOKEN}"}
ROW = "500001,10000,200000,Nissan,Versa,2020,Sense,,,,,,,,,,,"
CSV = "stock_id,make,model,year,price,km\n500001,Nissan,Versa,2020,190000,10000\n"


@pytest.fixture(scope="module")
def shop(postgres):  # noqa: F811
    kept = Shop(postgres)
    made = stacks.Stack(agents=0, csv=None, env={
        "CATALOG_SOURCE": kept.url, "CATALOG_SOURCE_MS": "300ms", "API_TOKEN": TOKEN, "CONSOLE_TRIES": "1000"})
    made.order = ["redis", "sessions", "catalog", "gateway"]
    made.kept = kept
    conftest.watch(made)
    assert kept.load(kept.write(ROW)).returncode == 0
    for part in made.order:
        made.start(part, wait=False)
    until(made, lambda client: client.call("MAKES").cars == 1)
    most.eventually(lambda: cars(made) == [500001])
    with made.client("sessions") as client:
        client.call("PUT_USER", name="jefa", role="owner", password=PASSWORD, fresh=True)
    yield made
    conftest.end(made)
    kept.close()


def cars(shop):
    try:
        told = shop.http.get("/catalog/cars", headers=AUTH)
    except OSError:
        return None
    return [car["stock_id"] for car in told.json()["cars"]] if told.status == 200 else None


@pytest.mark.parametrize("path, body, kind", [
    ("/catalog/cars", {"stock_id": 500002, "make": "Kia", "model": "Rio", "year": 2020, "price": 1}, None),
    ("/catalog/cars/500001", {"price": 190000}, None), ("/catalog/cars/500001/sold", None, None),
    ("/catalog/history/1/undo", None, None), ("/catalog/import", CSV.encode(), "text/csv")])
def test_a_change_is_refused_and_says_where_it_is_made(shop, path, body, kind):
    price = shop.http.get("/catalog/cars/500001", headers=AUTH).json()["car"]["price"]
    headers = {**AUTH, **({"Content-Type": kind} if kind else {})}
    answer = shop.http.request("POST", path, body, headers=headers)
    assert (answer.status, answer.headers["content-type"]) == (409, "application/problem+json"), answer
    assert "PostgreSQL" in answer.json()["detail"] and "CATALOG_SOURCE" in answer.json()["detail"]
    assert cars(shop) == [500001]
    assert shop.http.get("/catalog/cars/500001", headers=AUTH).json()["car"]["price"] == price
    told = shop.http.get("/catalog/history", headers=AUTH).json()
    assert told == {"revisions": [], "more": False, "editable": False}


@pytest.mark.parametrize("language, size", [("es-MX", PHONE), ("en-GB", DESKTOP)])
def test_the_page_says_so_and_has_no_dead_buttons(shop, chromium, language, size):  # noqa: F811
    page = Console(chromium, shop, language, size).sign_in("jefa", PASSWORD).go("catalog")
    page.wait(lambda: page.all('#cars tr[data-car="500001"]'))
    assert "PostgreSQL" in page.text("#elsewhere")
    assert not page.all("#cars tr[data-car] button")
    assert not page.one("#add-car").is_displayed() and not page.one("#upload-card").is_displayed()
    page.sound()
    shop.kept.sql("UPDATE mostrador.cars SET price = 189900 WHERE stock_id = 500001")
    most.eventually(lambda: shop.http.get("/catalog/cars/500001", headers=AUTH).json()["car"]["price"] == 189900)
