"""What a seller remembers: within bounds however long a conversation gets, and nothing of what was
to be forgotten."""

import most

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


# ---- within the tokens ----


def test_every_request_of_a_long_conversation_fits(modelled):
    """The rules that ship, the default of CONTEXT_TOKENS, and a server that refuses more."""
    world, simulator = modelled(env={"RULES_DIR": str(most.ROOT / "agent" / "rules")},
                                context=CONTEXT_TOKENS)
    world.catalog.hooks["KNOWLEDGE"] = long_passages
    for turn in range(120):
        said = SAID[turn % len(SAID)]
        assert world.ask("ana", said).status == "answered"
    stats = simulator.stats()
    assert stats["violations"] == []
    assert CONTEXT_TOKENS * 0.6 < stats["most_tokens"] <= CONTEXT_TOKENS, "the room is made use of"
    assert stats["prefixes"] == 1, "rules, makes and tools are the same bytes every time"
    body = stats["last"][-1]["body"]
    assert body["messages"][0]["role"] == "system"
    assert "Busc" in body["messages"][1]["content"], "the summary follows"
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
    world, simulator = modelled(context=4500, env={"CONTEXT_TOKENS": "4500"})
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
