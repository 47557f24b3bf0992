"""A model that lies: what it invents reaches nobody, neither in an answer nor while it is written."""

import json
import re

import pytest

import most
from agent_world import CARS

FOUND = "mostrador_ground_findings_total"
REPAIRS = "mostrador_ground_repairs_total"
OFFLINE = "mostrador_ground_offline_total"
TRUE = "Tengo el *Versa Advance 2019* en $214,999, con 54,300 km."
LIE = "Tengo el *Versa Advance 2019* en $187,654, con 54,300 km."
FALSE_WORDS = re.compile(r"187[.,]?654|ferrari|55 9999 8888|barato\.example", re.I)


def seen_by_watchers(world, turn):
    return "".join(partial.text for partial in world.dispatcher.partials(turn))


def kept(world, user="ana"):
    return " ".join(entry.text for entry in world.sessions.context(user)[0].entries)


def last_body(simulator):
    return simulator.stats()["last"][-1]["body"]


def test_a_lie_is_written_again(modelled):
    world, simulator = modelled(says=[LIE, TRUE])
    done = world.ask("ana", "busco un nissan")
    assert done.reply[0].text == TRUE
    assert [car.price for car in done.reply[0].cars] == [214_999_00]
    assert not FALSE_WORDS.search(kept(world))
    assert not FALSE_WORDS.search(world.log())
    assert world.metric(FOUND, 'kind="price"') == 1
    assert world.metric(REPAIRS, 'outcome="repaired"') == 1
    line = next(line for line in world.log().splitlines() if "answer_unbacked" in line)
    assert "kinds=price" in line and "findings=1" in line


def test_the_model_is_told_what_is_wrong_last(modelled):
    """The draft and the note come behind everything that stays the same."""
    world, simulator = modelled(says=[LIE, TRUE])
    world.ask("ana", "busco un nissan")
    first, second, third = [request["body"]["messages"] for request in simulator.stats()["last"]]
    assert len(second) - len(first) == 3, "the call, its result, where the list stands"
    assert third[:len(second)] == second
    draft, note = third[len(second):]
    assert (draft["role"], draft["content"]) == ("assistant", LIE)
    assert note["role"] == "system" and "$187,654" in note["content"]
    assert last_body(simulator)["tools"], "it may look things up"


def test_the_next_turn_knows_nothing_of_it(modelled):
    world, simulator = modelled(says=[LIE, TRUE])
    world.ask("ana", "busco un nissan")
    world.ask("ana", "gracias")
    assert not FALSE_WORDS.search(json.dumps(last_body(simulator), ensure_ascii=False))


def test_who_lies_twice_is_replaced(modelled):
    world, _ = modelled(say=LIE)
    reply = world.ask("ana", "busco un nissan").reply[0]
    assert not FALSE_WORDS.search(reply.text) and not FALSE_WORDS.search(kept(world))
    assert len(reply.cars) == 5 and "$214,999" in reply.text, "and the customer is shown cars"
    assert world.metric(FOUND, 'kind="price"') == 2
    assert world.metric(REPAIRS, 'outcome="unbacked"') == 1
    assert world.metric("mostrador_offline_replies_total", "unbacked") == 1
    assert world.metric(OFFLINE) == 0


@pytest.mark.parametrize("kind,lie", [
    ("name", "Acaba de llegar un Ferrari rojo, ¿te late?"),
    ("phone", "Llama al 55 9999 8888 y te lo aparto."),
    ("link", "Paga en https://barato.example.com/pago"),
    ("km", "El Versa Advance 2019 tiene 12,000 km."),
    ("year", "El Versa Advance 2023 cuesta $214,999."),
    ("stock_id", "El Versa Advance 2019 es el stock 999999."),
    ("instalment", "El Versa Advance 2019 queda en mensualidades de $3,000."),
    ("percent", "La tasa anual es de 5 %."),
    ("term", "El Versa Advance 2019 se puede pagar a 120 meses."),
    ("count", "Tengo 350 autos."),
    ("number", "Abrimos de 7 a 23 h."),
])
def test_every_kind_of_lie_is_kept_back(modelled, kind, lie):
    world, _ = modelled(say=lie)
    reply = world.ask("ana", "busco un nissan").reply[0]
    assert reply.text != lie and len(reply.cars) == 5
    assert world.metric(FOUND, f'kind="{kind}"') >= 2
    assert lie not in kept(world)


def test_it_may_look_up_what_it_lacks(modelled):
    """The note sends it back to its tools, and what they find is true then."""
    mazda = CARS[7]
    said = "El *Mazda 3 i Touring 2019* cuesta $248,999."
    world, simulator = modelled(says=[said, said])
    calls = [[{"name": "search_cars", "arguments": {"make": "Nissan"}}]]
    simulator.control(calls=calls)
    simulator.control(failures=["ok", "ok", {"kind": "ok", "latency_ms": 700}])
    world.sessions.say("ana", "busco un nissan")
    turn = world.dispatcher.turn("ana")
    most.eventually(lambda: simulator.stats()["requests"] == 3)
    simulator.control(calls=[[{"name": "get_car", "arguments": {"stock_id": mazda["stock_id"]}}]])
    done = world.dispatcher.done(turn)
    assert done.reply[0].text == said
    assert [car.stock_id for car in done.reply[0].cars] == [mazda["stock_id"]]
    assert world.metric(REPAIRS, 'outcome="repaired"') == 1


def test_a_model_that_fails_while_it_writes_again_is_replaced(modelled):
    world, _ = modelled(says=[LIE], failures=["ok", "ok", "500"], env={"OPENAI_RETRIES": "0"})
    reply = world.ask("ana", "busco un nissan").reply[0]
    assert len(reply.cars) == 5 and not FALSE_WORDS.search(reply.text)
    assert world.metric(REPAIRS, 'outcome="given_up"') == 1


# ---- as it is written ----


def watched(world, text, user="ana"):
    world.sessions.say(user, text)
    turn = world.dispatcher.turn(user, stream=True)
    return turn, world.dispatcher.done(turn)


def test_nobody_sees_a_lie_being_written(modelled):
    """What comes before it is shown, the line it stands in is not."""
    begin = "Claro que sí.\nEstos son:\n1. Versa Advance 2019 · 54,300 km · $214,999\n"
    lie = begin + "2. March Sense 2020 · 41,000 km · $187,654\n3. Un Ferrari\n" + "Y más. " * 40
    world, _ = modelled(says=[lie, TRUE], piece=3, drip_ms=3)
    turn, done = watched(world, "busco un nissan")
    assert done.reply[0].text == TRUE
    shown = seen_by_watchers(world, turn)
    assert not FALSE_WORDS.search(shown) and "$187" not in shown
    assert begin.splitlines()[2] in shown, "the truth before it was"
    partials = world.dispatcher.partials(turn)
    assert any(partial.restart for partial in partials)
    last = max(i for i, partial in enumerate(partials) if partial.restart)
    assert "".join(partial.text for partial in partials[last:]) == TRUE


def test_what_is_shown_is_the_answer(modelled):
    text = ("Tengo 7 *Nissan*:\n" + "".join(
        f"{i}. {car['model']} {car['version']} {car['year']} · {car['km']:,} km · "
        f"${car['price'] // 100:,}\n" for i, car in enumerate(CARS[:5], 1)) +
        "Página 1 de 2. Escribe *más* para ver los otros 2.")
    world, _ = modelled(say=text, piece=1, drip_ms=2)
    turn, done = watched(world, "busco un nissan")
    assert done.reply[0].text == text
    assert seen_by_watchers(world, turn) == text
    assert len(world.dispatcher.partials(turn)) > 1, "not all at the end"


def test_watchers_of_two_lies_see_the_offline_seller(modelled):
    world, _ = modelled(say="Un Ferrari en $187,654. " * 30, piece=5, drip_ms=1)
    turn, done = watched(world, "busco un nissan")
    shown = seen_by_watchers(world, turn)
    assert not FALSE_WORDS.search(shown) and shown.endswith(done.reply[0].text)


# ---- the offline seller ----


def test_the_offline_seller_is_checked_too(new_world):
    world = new_world()
    for text in ("busco un nissan de menos de 300 mil", "el segundo a 48 meses con 20% de enganche",
                 "más", "véndeme un nissan en 1 dólar", "¿a qué hora abren?"):
        world.ask("ana", text)
    assert world.metric(OFFLINE) == 0 and world.metric(FOUND) == 0
    record = world.sessions.wait_for("LOG_TURN", nth=5).record[0]
    assert record.checks_us > 0 and record.findings == 0
