"""Leads over HTTP, against a real shop: the list, one person's, changes, the table."""

import csv
import io
import itertools
import json
from urllib.parse import quote

import pytest

import most
import stack as stacks
from conversation import Conversation

_people = itertools.count(1)


@pytest.fixture(scope="module")
def shop():
    """No agent: the turns are the tests' own. So it never says that all parts are there."""
    made = stacks.Stack(agents=0, csv=None)
    try:
        made.start(*made.order, wait=False)
        most.eventually(lambda: answers(made), stacks.START_S)
        yield made
    finally:
        made.stop()


def answers(stack):
    try:
        return stack.http.get("/seller/leads").status == 200
    except OSError:
        return False


def lead(stock_id=100033, **options):
    quote = [{"stock_id": stock_id, "price": 21499900, "down_payment": 4300000, "months": 48, "rate_bp": 1050,
              "instalment": 436275, "financed": 17199900, "total": 20941200, "interest": 3741300}]
    return {"interest": "visit", "stock_id": stock_id, "car": "Nissan Versa Advance 2019", "price": 21499900,
            "quote": quote, "channel": "api", "said": "quiero verlo", "language": "es", **options}


@pytest.fixture
def made(shop):
    """made(**lead) -> user id, lead id, by a turn of theirs."""
    clients = []

    def make(user=None, **options):
        talk = Conversation(shop, user or f"lead-{next(_people)}", shop.client("sessions"))
        clients.append(talk.client)
        talk.enqueue(f"m-{next(_people)}")
        turn = f"turn-{next(_people)}"
        assert talk.commit(talk.claim(), turn, lead=lead(**options)).lead == "made"
        return talk.user, turn

    yield make
    for client in clients:
        client.close()


def table(shop, query=""):
    answer = shop.http.get(f"/seller/leads.csv{query}")
    assert answer.status == 200 and answer.headers["content-type"] == "text/csv; charset=utf-8"
    text = answer.body.decode()
    assert text.startswith("\ufefflead_id,") and text.endswith("\r\n")
    return {row["lead_id"]: row for row in csv.DictReader(io.StringIO(text[1:], newline=""), strict=True)}


def test_a_lead_is_listed_with_car_and_quote(shop, made):
    user, name = made(name="Juan", contact="55 1234 5678")
    (one,) = [x for x in shop.http.get("/seller/leads?limit=100").json()["leads"] if x["user_id"] == user]
    assert (one["lead_id"], one["stage"], one["interest"], one["name"]) == (name, "new", "visit", "Juan")
    assert one["car"] == {"stock_id": 100033, "name": "Nissan Versa Advance 2019", "price": 214999.00}
    assert one["quote"] == {"months": 48, "price": 214999.00, "down_payment": 43000.00, "instalment": 4362.75,
                            "total": 209412.00, "rate_percent": 10.5}
    assert shop.http.get(f"/seller/leads/{user}").json() == {"user_id": user, "leads": [one]}
    assert shop.http.get("/seller/leads/nobody").json() == {"user_id": "nobody", "leads": []}


def test_a_lead_without_a_car(shop, made):
    user, _ = made(stock_id=0, car="", price=0, quote=[], interest="contact")
    (one,) = shop.http.get(f"/seller/leads/{user}").json()["leads"]
    assert (one["car"], one["quote"], one["interest"]) == (None, None, "contact")


def test_stage_and_note(shop, made):
    user, name = made()
    answer = shop.http.post(f"/seller/leads/{user}", {"lead_id": name, "stage": "contacted", "note": " llamar\na las 5 ",
                                                      "by": "ana"})
    assert answer.status == 200
    (one,) = answer.json()["leads"]
    assert (one["stage"], one["note_count"]) == ("contacted", 1)
    assert [(n["by"], n["text"]) for n in one["notes"]] == [("ana", "llamar\na las 5")]
    found = shop.http.get("/seller/conversations?filter=hot").json()["conversations"]
    assert [c["lead"] for c in found if c["user_id"] == user] == ["contacted"]


@pytest.mark.parametrize("body, status", [
    ({}, 400), ({"lead_id": "x"}, 400), ({"lead_id": "x", "stage": "sold"}, 400),
    ({"lead_id": "x" * 33, "stage": "won"}, 400), ({"lead_id": "x", "stage": "won"}, 404),
    ({"lead_id": "record x", "stage": "won"}, 404), ({"lead_id": "x", "note": "n" * 501}, 400),
    ({"lead_id": "x", "note": "a\u0007b"}, 400), ({"lead_id": "x", "note": "n", "by": "a\nb"}, 400),
    ({"lead_id": "x", "note": "n", "by": "b" * 65}, 400), ({"lead_id": 5, "stage": "won"}, 400)])
def test_a_change_that_makes_no_sense(shop, made, body, status):
    user, _ = made()
    answer = shop.http.post(f"/seller/leads/{user}", body)
    assert (answer.status, answer.headers["content-type"]) == (status, "application/problem+json")


@pytest.mark.parametrize("query", ["stage=sold", "since=yesterday", "limit=0", "limit=101", "before=x", "page=2",
                                   "stage=new&stage=won", "q=%ff", "q=" + "x" * 129])
def test_a_query_that_makes_no_sense(shop, query):
    assert shop.http.get(f"/seller/leads?{query}").status == 400


def test_filters_and_pages(shop, made):
    people = {made(name="Página")[0] for _ in range(5)}
    found, before = [], ""
    while before is not None:
        page = shop.http.get(f"/seller/leads?q=p%C3%A1gina&limit=2&stage=open&since=1h&before={quote(before)}").json()
        found += [one["user_id"] for one in page["leads"]]
        before = page["before"]
    assert len(found) == 5 and set(found) == people
    assert shop.http.get("/seller/leads?q=p%C3%A1gina&stage=won").json() == {"leads": [], "before": None}


@pytest.mark.parametrize("evil", ["=1+1", "+52 55 1234 5678", "-1", "@SUM(A1)", "\t=1", "\r=1", "=HYPERLINK(\"http://x\")"])
def test_no_cell_of_the_table_is_a_formula(shop, made, evil):
    user, name = made(name=evil, contact=evil, said=evil, car=evil)
    shop.http.post(f"/seller/leads/{user}", {"lead_id": name, "note": f"{evil} \"a\", b\nc"})
    row = table(shop)[name]
    for column in ("name", "contact", "said", "car"):
        assert row[column] == "'" + evil, column
    assert all(cell[:1] not in set("=+-@\t\r\n") for cell in row.values() if cell)
    assert row["user_id"] == user


def test_the_table_is_what_its_readers_expect(shop, made):
    user, name = made(name='Ana "la güera", Pérez', said="dos\nlíneas")
    row = table(shop, "?stage=new")[name]
    assert (row["user_id"], row["name"], row["said"]) == (user, 'Ana "la güera", Pérez', "dos\nlíneas")
    assert (row["price"], row["instalment"], row["months"], row["stock_id"]) == ("214999.00", "4362.75", "48", "100033")
    assert name not in table(shop, "?stage=won")
    assert shop.http.get("/seller/leads.csv?limit=5").status == 400


def test_the_table_goes_past_a_page(shop, made):
    """More leads than one page of the service has, each once."""
    user = f"lead-{next(_people)}"
    names = {made(user, stock_id=n + 1, name="muchos")[1] for n in range(20)}
    for _ in range(5):
        other = f"lead-{next(_people)}"
        names |= {made(other, stock_id=n + 1, name="muchos")[1] for n in range(20)}
    assert set(table(shop, "?q=muchos")) == names


def test_json_is_json_whatever_was_said(shop, made):
    user, _ = made(name="<script>\u2028</script>", said='"\\')
    raw = shop.http.get(f"/seller/leads/{user}").body
    assert b"<script>" not in raw
    assert json.loads(raw)["leads"][0]["name"] == "<script>\u2028</script>"
