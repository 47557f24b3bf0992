"""What a seller remembers: within bounds however long a conversation gets, and nothing of what was
to be forgotten."""

import json

import msgpack
import pytest

import most
from agent_world import CARS

CONTEXT_TOKENS = 8000  # the default


WHEN = ("de lunes a viernes", "los sábados", "temprano", "sin cita", "con cita", "en verano",
        "en invierno", "por la mañana", "por la tarde", "casi siempre")
WHERE = ("en el centro", "en el patio", "en la sala", "junto al taller", "en la esquina",
         "en la plaza", "frente al parque", "en la bodega", "en recepción", "en el mostrador")


def long_passages(_):
    """As much as the catalog ever answers."""
    return "PASSAGES", {"passages": [
        {"source": "horario.md", "title": "Horario", "text": " ".join(
            f"Abrimos {when} {where}." for when in WHEN for where in WHERE)}
        for _ in range(3)]}


SAID = ["busco un nissan de menos de 300 mil", "más", "el segundo", "y de mazda?", "ok",
        "¿a qué hora abren?", "el primero a 48 meses con 20% de enganche", "¿qué marcas tienes?",
        "cuéntame de ti " * 20, "busco nissan", "gracias", "el tercero a 60 meses"]


BEFORE = ["hola", "a ver", "este", "pues", "mira", "oye", "bueno", "fíjate", "qué crees"]
QUOTED = "48 mensualidades de $4,037.70"


def stored(world, user):
    """The context as it was committed last."""
    return most.table().pack("context", dict(world.sessions.context(user)[0]))


# ---- within the tokens ----


def test_a_thousand_messages_fit_and_the_first_quote_is_known(modelled):
    """The rules that ship, the default of CONTEXT_TOKENS, and a server that refuses more. Rules are
    first and pairs are whole, or the server says so."""
    world, simulator = modelled(env={"RULES_DIR": str(most.ROOT / "agent" / "rules")},
                                context=CONTEXT_TOKENS)
    world.catalog.hooks["KNOWLEDGE"] = long_passages
    world.ask("ana", "busco un nissan")
    assert QUOTED in world.ask("ana", "el segundo a 48 meses con 20% de enganche").reply[0].text
    messages = 4
    for turn in range(120):
        said = SAID[turn % len(SAID)]
        before = [] if said in ("más", "ok") else BEFORE[turn % 3:]
        for text in before:
            world.sessions.say("ana", text)
        assert world.ask("ana", said).status == "answered"
        messages += len(before) + 2
    assert messages >= 1000
    stats = simulator.stats()
    assert stats["violations"] == []
    assert CONTEXT_TOKENS * 0.6 < stats["most_tokens"] <= CONTEXT_TOKENS, "the room is made use of"
    assert stats["prefixes"] == 1, "rules, makes and tools are the same bytes every time"
    body = stats["last"][-1]["body"]
    assert body["messages"][0]["role"] == "system"
    assert "Busc" in body["messages"][1]["content"], "the summary follows"
    assert len(msgpack.packb(stored(world, "ana"))) < 60_000
    reply = world.ask("ana", "¿y el primero que me cotizaste, a 48 meses?").reply[0]
    assert "March Sense 2020" in reply.text and QUOTED in reply.text
    assert [car.stock_id for car in reply.cars] == [CARS[1]["stock_id"]]
    assert world.metric("mostrador_context_dropped_total", "turns") > 50
    assert world.metric("mostrador_offline_replies_total") == 0
    assert world.metric("mostrador_context_narrow_total") == 0
    assert world.metric("mostrador_model_tokens_total", "cached") > 0


def test_the_estimate_is_corrected_by_what_the_model_reports(modelled):
    """A tokenizer that makes far more tokens of the same text than the estimate."""
    world, simulator = modelled(context=7000, tokenizer=1.6, env={"CONTEXT_TOKENS": "7000"})
    for turn in range(40):
        assert world.ask("ana", SAID[turn % 5]).status == "answered"
    stats = simulator.stats()
    assert stats["violations"] == [] and stats["most_tokens"] > 4500
    assert world.metric("mostrador_offline_replies_total") == 0


def test_a_result_too_large_for_the_room_is_said_to_be(modelled):
    world, simulator = modelled(context=5000, env={"CONTEXT_TOKENS": "5000"})
    world.catalog.hooks["KNOWLEDGE"] = long_passages
    assert world.ask("ana", "¿a qué hora abren?").status == "answered"
    tool = [m for m in simulator.stats()["last"][-1]["body"]["messages"] if m["role"] == "tool"]
    assert "too long" in tool[-1]["content"]
    assert simulator.stats()["violations"] == []


def test_a_message_too_large_for_the_room_is_cut(modelled):
    world, simulator = modelled(context=5000, env={"CONTEXT_TOKENS": "5000"})
    assert world.ask("ana", "🚗 " * 3000).status == "answered"
    assert simulator.stats()["violations"] == []
    most.eventually(lambda: world.metric("mostrador_context_lost_total") == 1)


def test_rules_too_long_for_the_tokens_stop_the_start(new_world):
    world = new_world(env={"CONTEXT_TOKENS": "4000"}, start=False)
    (world.dir / "rules" / "v1.md").write_text("Eres un vendedor. " * 400)
    world.process.start()
    assert world.process.child.wait(10) == 1
    world.process.ended = True
    lines = world.log().splitlines()
    assert len(lines) == 1 and "CONTEXT_TOKENS" in lines[0] and "v1" in lines[0]


# ---- the cursor, as a model is told of it ----


def state(simulator):
    """The JSON object of the last message but the conversation's: where it stands."""
    last = simulator.stats()["last"][-1]["body"]["messages"][-1]
    assert last["role"] == "system"
    return json.loads(last["content"][last["content"].index("{"):])


def test_a_model_is_told_of_the_list_many_messages_later(modelled):
    world, simulator = modelled()
    world.ask("ana", "busco un nissan de menos de 300 mil")
    for turn in range(30):
        world.ask("ana", ("gracias", "hola", "¿a qué hora abren?", "buenas tardes", "sí")[turn % 5])
    known = state(simulator)
    assert {k: known["last_list"][k] for k in ("page", "pages", "pages_left", "total")} == {
        "page": 1, "pages": 2, "pages_left": 1, "total": 7}
    assert known["last_list"]["filters"] == {"make": "nissan", "price_max": 300000.0}
    assert [car["stock_id"] for car in known["cars_shown_in_order"]] == [
        car["stock_id"] for car in CARS[:5]]
    reply = world.ask("ana", "el segundo").reply[0]
    assert [car.stock_id for car in reply.cars] == [CARS[1]["stock_id"]]
    reply = world.ask("ana", "más").reply[0]
    assert reply.list[0].page == 2 and len(reply.cars) == 2
    assert state(simulator)["last_list"]["pages_left"] == 0


# ---- forgetting ----

OLD = ("Nissan", "March", "198999", "198,999", str(CARS[1]["stock_id"]), "Ximena")


def nothing_old(simulator, since):
    """The requests from then on say nothing of what was said before."""
    requests = simulator.stats()["last"][since:]
    assert requests, "no model was asked"
    for request in requests:
        told = json.dumps(request["body"]["messages"][1:], ensure_ascii=False)
        assert not [word for word in OLD if word in told], told


@pytest.mark.parametrize("words", ["borrar conversación", "olvida todo", "/reset", "start over",
                                   "recomeçar"])
def test_after_words_of_forgetting_a_model_is_told_nothing_old(modelled, words):
    world, simulator = modelled()
    world.ask("ana", "me llamo Ximena y busco un nissan")
    world.ask("ana", "el segundo a 48 meses")
    asked = len(simulator.stats()["last"])
    assert not world.ask("ana", words).reply[0].cars
    world.ask("ana", "más")
    world.ask("ana", "¿y el primero que me cotizaste?")
    nothing_old(simulator, asked)
    context = json.dumps(stored(world, "ana"), ensure_ascii=False, default=str)
    assert not [word for word in OLD if word in context]


@pytest.mark.parametrize("how", ["sessions", "people", "expiry"])
def test_after_a_reset_from_outside_a_model_is_told_nothing_old(new_stack, new_simulator, how):
    simulator = new_simulator()
    stack = new_stack(agents=1, env={**simulator.env, "OPENAI_HTTP": "1.1",
                                     **({"SESSION_TTL": "2s"} if how == "expiry" else {})})
    stack.http.ask("ana", "me llamo Ximena y busco un nissan de menos de 300 mil")
    stack.http.ask("ana", "el segundo a 48 meses con 20% de enganche")
    if how != "expiry":
        assert stack.http.delete(f"/seller/{how}/ana").status == 204
    most.eventually(lambda: stack.http.get("/seller/sessions/ana").status == 404)
    asked = len(simulator.stats()["last"])
    stack.http.ask("ana", "más")
    requests = simulator.stats()["last"][asked:]
    assert requests
    for request in requests:
        told = json.dumps(request["body"]["messages"][1:], ensure_ascii=False)
        assert "Ximena" not in told and "nissan" not in told.lower() and "48" not in told, told
