"""The agent by itself: a real process between fakes that can be late, silent, wrong or restarted."""

import re
import signal
import tempfile

import pytest

import most
import stack as stacks
from agent_world import CARS, Dispatcher

FALLBACK = "mostrador_offline_replies_total"


@pytest.fixture
def world(new_world):
    """An agent with the offline seller."""
    return new_world()


def roles(context):
    return [entry.role for entry in context[0].entries]


# ---- a turn ----


def test_a_turn_is_claimed_answered_and_committed(world):
    done = world.ask("ana", "busco un nisan")
    assert done.status == "answered"
    claim = world.sessions.wait_for("CLAIM")
    beat = world.dispatcher.last_beat()
    assert claim.holder == f"agent-1/{beat.boot}"
    commit = world.sessions.wait_for("COMMIT")
    assert commit.reply[0] == done.reply[0]
    reply = done.reply[0]
    assert (reply.from_seq, reply.upto_seq) == (1, 1)
    assert re.fullmatch(r"[0-9A-Z]{26}", reply.turn_id)
    assert [car.stock_id for car in reply.cars] == [car["stock_id"] for car in CARS[:5]]
    assert reply.list[0] == {"total": 7, "page": 1, "pages": 2, "pages_left": 1, "page_size": 5}
    context = commit.context[0]
    assert [car.stock_id for car in context.shown] == [car.stock_id for car in reply.cars]
    assert context.query[0].make == "Nissan" and context.list[0].pages_left == 1
    assert context.rules == "v1" and context.turns == 1
    assert roles([context])[0] == "user" and roles([context])[-1] == "assistant"
    calls = [e for e in context.entries if e.role == "call"]
    results = [e for e in context.entries if e.role == "tool"]
    assert [e.call_id for e in calls] == [e.call_id for e in results]
    most.eventually(lambda: re.search(r"turn_done.*outcome=answered", world.log()))
    assert "busco" not in world.log(), "customers' words do not belong in a log"


def test_the_next_turn_goes_on_from_the_context(world):
    world.ask("ana", "busco un nissan")
    reply = world.ask("ana", "más").reply[0]
    assert reply.list[0].page == 2 and reply.upto_seq == 2
    assert [car.stock_id for car in reply.cars] == [CARS[5]["stock_id"], CARS[6]["stock_id"]]
    assert world.sessions.context("ana")[0].turns == 2


def test_all_waiting_messages_are_one_turn(world):
    for text in ("hola", "busco un mazda", "¿qué tienes?"):
        world.sessions.say("ana", text)
    done = world.dispatcher.done(world.dispatcher.turn("ana"))
    assert (done.reply[0].from_seq, done.reply[0].upto_seq) == (1, 3)
    assert roles(world.sessions.context("ana"))[:3] == ["user"] * 3


def test_nothing_waits(world):
    done = world.dispatcher.done(world.dispatcher.turn("ana"))
    assert done.status == "empty" and not done.reply


def test_the_lease_is_elsewhere_unless_its_holder_is_dead(world):
    world.sessions.say("ana", "hola")
    world.sessions.users["ana"]["holder"] = "agent-9/77"
    done = world.dispatcher.done(world.dispatcher.turn("ana"))
    assert done.status == "busy" and done.retry_ms == 1234
    done = world.dispatcher.done(world.dispatcher.turn("ana", dead="agent-9/77"))
    assert done.status == "answered"


def test_sessions_says_it_cannot(world):
    world.sessions.hooks["CLAIM"] = lambda m: ("ERROR", {"code": "unavailable",
                                                         "retry_after_ms": 321})
    done = world.ask("ana", "hola")
    assert done.status == "failed" and done.retry_ms == 321


# ---- the lease ----


def test_a_stolen_lease_ends_the_turn_without_a_word(modelled):
    world, simulator = modelled(latency_ms=60_000, env={"LEASE_MS": "600ms"})
    world.sessions.say("ana", "hola")
    turn = world.dispatcher.turn("ana")
    world.sessions.wait_for("RENEW")
    world.sessions.steal("ana")
    assert world.dispatcher.done(turn).status == "lost"
    assert world.sessions.count("COMMIT") == 0 and world.sessions.count("RELEASE") == 0
    most.eventually(lambda: simulator.stats()["active"] == 0, what="the model call goes on")


def test_the_lease_is_renewed_while_the_model_thinks(modelled):
    world, simulator = modelled(hold="start", env={"LEASE_MS": "600ms"})
    world.sessions.say("ana", "hola")
    turn = world.dispatcher.turn("ana")
    world.sessions.wait_for("RENEW", nth=4)
    simulator.control(hold=None)
    assert world.dispatcher.done(turn).status == "answered"


def test_a_frozen_agent_comes_back_to_a_lost_turn(modelled):
    world, simulator = modelled(hold="start")
    world.sessions.say("ana", "hola")
    turn = world.dispatcher.turn("ana")
    most.eventually(lambda: simulator.stats()["active"] == 1)
    world.process.freeze()
    world.sessions.steal("ana")
    simulator.control(hold=None)
    most.eventually(lambda: simulator.stats()["active"] == 0)
    world.process.thaw()
    assert world.dispatcher.done(turn).status == "lost"
    assert world.sessions.replies("ana") == []


def test_a_stale_commit_is_no_answer(world):
    world.sessions.hooks["COMMIT"] = lambda m: ("ERROR", {"code": "stale_token"})
    done = world.ask("ana", "hola")
    assert done.status == "lost" and not done.reply


def test_a_commit_of_unknown_outcome_is_repeated_not_remade(world):
    """It was committed, but nobody could say so: the second COMMIT must be the same turn."""
    answers = iter([("ERROR", {"code": "unavailable"}), ("ERROR", {"code": "timeout"})])

    def commit(message):
        real = world.sessions.commit(message)
        return next(answers, real)

    world.sessions.hooks["COMMIT"] = commit
    done = world.ask("ana", "hola")
    assert done.status == "answered"
    assert world.sessions.count("COMMIT") == 3
    assert len(world.sessions.replies("ana")) == 1
    commits = [m for m in world.sessions.received if m.type == "COMMIT"]
    assert len({m.reply[0].turn_id for m in commits}) == 1
    assert len({str(m.fields) for m in commits}) == 1


def test_a_commit_that_never_works_is_given_up(new_world):
    world = new_world(env={"LEASE_MS": "1s"})
    world.sessions.hooks["COMMIT"] = lambda m: ("ERROR", {"code": "unavailable"})
    done = world.ask("ana", "hola")
    assert done.status == "failed" and done.retry_ms > 0
    world.sessions.wait_for("RELEASE")
    world.sessions.hooks.clear()
    assert world.dispatcher.done(world.dispatcher.turn("ana")).status == "answered"


# ---- messages that come during a turn ----


def test_a_message_during_a_turn_joins_it(modelled):
    world, simulator = modelled(hold="start")
    world.sessions.say("ana", "hola")
    turn = world.dispatcher.turn("ana")
    most.eventually(lambda: simulator.stats()["active"] == 1)
    world.sessions.say("ana", "busco un mazda")
    world.dispatcher.nudge("ana")
    most.eventually(lambda: simulator.stats()["requests"] == 2)
    simulator.control(hold=None)
    reply = world.dispatcher.done(turn).reply[0]
    assert (reply.from_seq, reply.upto_seq) == (1, 2)
    assert [car.make for car in reply.cars] == ["Mazda"]
    assert len(world.sessions.replies("ana")) == 1
    entries = world.sessions.context("ana")[0].entries
    assert [e.text for e in entries if e.role == "user"] == ["hola", "busco un mazda"]
    assert roles(world.sessions.context("ana")) == ["user", "user", "call", "tool", "assistant"]
    most.eventually(lambda: world.metric("mostrador_turns_joined_total") == 1)


def test_a_turn_is_joined_only_so_often(modelled):
    world, simulator = modelled(hold="start")
    world.sessions.say("ana", "hola")
    turn = world.dispatcher.turn("ana")
    for n in range(7):
        most.eventually(lambda: simulator.stats()["requests"] > min(n, 5))
        world.sessions.say("ana", f"y {n}")
        world.dispatcher.nudge("ana")
        world.sessions.wait_for("CLAIM", lambda m: m.token, nth=n + 1)
    simulator.control(hold=None)
    done = world.dispatcher.done(turn)
    assert done.status == "answered"
    assert done.reply[0].upto_seq == 6 and done.waiting == 2


def test_a_nudge_without_news_changes_nothing(modelled):
    world, simulator = modelled(hold="start")
    world.sessions.say("ana", "hola")
    turn = world.dispatcher.turn("ana")
    most.eventually(lambda: simulator.stats()["active"] == 1)
    world.dispatcher.nudge("nobody")
    world.heard()
    simulator.control(hold=None)
    assert world.dispatcher.done(turn).status == "answered"
    assert simulator.stats()["requests"] == 1


# ---- the dispatcher ----


def test_a_dispatcher_that_restarts_is_told_under_its_own_request(modelled):
    world, simulator = modelled(hold="start")
    world.sessions.say("ana", "hola")
    world.dispatcher.turn("ana")
    most.eventually(lambda: simulator.stats()["active"] == 1)
    world.restart_dispatcher()
    turn = world.dispatcher.turn("ana")
    world.heard()
    simulator.control(hold=None)
    assert world.dispatcher.done(turn).status == "answered"
    assert len(world.sessions.replies("ana")) == 1
    assert simulator.stats()["requests"] == 1


def test_the_end_of_a_turn_waits_for_the_dispatcher(modelled):
    world, simulator = modelled(hold="start")
    world.sessions.say("ana", "hola")
    turn = world.dispatcher.turn("ana")
    most.eventually(lambda: simulator.stats()["active"] == 1)
    world.dispatcher.close()
    simulator.control(hold=None)
    most.eventually(lambda: world.sessions.replies("ana"))
    world.dispatcher = type(world.dispatcher)(world.endpoint("agents"))
    assert world.dispatcher.done(turn).reply[0].turn_id == world.sessions.replies("ana")[0].turn_id


def test_two_dispatchers_are_both_told(modelled):
    with tempfile.TemporaryDirectory(prefix="m", dir="/tmp") as folder:
        second = f"ipc://{folder}/b.sock"
        other = Dispatcher(second)
        world, simulator = modelled(hold="start", env={
            "DISPATCHER_AGENTS_ENDPOINT": f"ipc://@VAR/run/agents.sock,{second}"})
        other.wait_for("HEARTBEAT")
        world.sessions.say("ana", "hola")
        turn = world.dispatcher.turn("ana")
        most.eventually(lambda: simulator.stats()["active"] == 1)
        again = other.turn("ana")
        world.heard(other)
        simulator.control(hold=None)
        assert world.dispatcher.done(turn).reply == other.done(again).reply
        assert len(world.sessions.replies("ana")) == 1
        other.close()


def test_heartbeats_tell_what_the_agent_can_do(new_world):
    world = new_world(env={"AGENT_CREDIT": "7"})
    beat = world.dispatcher.last_beat()
    assert (beat.name, beat.role, beat.credit) == ("agent-1", "agent", 7)
    world.catalog.close()
    gone = world.dispatcher.wait_for("HEARTBEAT", lambda m: m.process[0].missing == "catalog")
    assert not gone.process[0].ready


def test_turns_above_the_credit_are_given_back(modelled):
    world, simulator = modelled(hold="start", env={"AGENT_CREDIT": "2"})
    turns = []
    for user in "abc":
        world.sessions.say(user, "hola")
        turns.append(world.dispatcher.turn(user))
    assert world.dispatcher.done(turns[2]).status == "failed"
    simulator.control(hold=None)
    assert [world.dispatcher.done(t).status for t in turns[:2]] == ["answered"] * 2
    assert simulator.stats()["requests"] == 2


def test_harmful_bytes_from_the_dispatcher(world):
    peer = world.dispatcher.agent
    for frames in ([b"MOST/9", b"", b""], [b"MOST/1"], [b"MOST/1", bytes(32), b"\xc1"],
                   [b"MOST/1", most.header("TURN", 1), b"\xdd\x05\xf5\xe1\x00"],
                   [b"MOST/1", most.header("TURN", 1), b"\x80"],
                   [b"MOST/1", most.header("COMMIT", 1), b"\x80"], [b"x"] * 9):
        world.dispatcher.put([peer, *frames])
    assert world.ask("ana", "hola").status == "answered"


# ---- the model ----


def test_the_model_calls_tools_and_answers(modelled):
    world, simulator = modelled()
    reply = world.ask("ana", "busco un nisan de menos de 300 mil").reply[0]
    assert [car.stock_id for car in reply.cars] == [car["stock_id"] for car in CARS[:5]]
    assert reply.list[0].pages_left == 1
    first, second = simulator.stats()["last"]
    system = first["body"]["messages"][0]["content"]
    assert "Nissan (7)" in system and "10 %" in system
    assert system == second["body"]["messages"][0]["content"]
    assert first["body"]["tools"] == second["body"]["tools"]
    reply = world.ask("ana", "más").reply[0]
    assert [car.stock_id for car in reply.cars] == [car["stock_id"] for car in CARS[5:7]]
    most.eventually(lambda: world.metric("mostrador_tool_calls_total", "search_cars") == 2)


def test_the_prompt_follows_the_catalog(modelled):
    world, simulator = modelled()

    def system():
        world.ask("ana", "hola")
        return simulator.stats()["last"][-1]["body"]["messages"][0]["content"]

    before = system()
    assert system() == before and "Nissan (7)" in before
    world.catalog.hooks["MAKES"] = lambda m: ("FACETS", {
        "version": 8, "cars": 3, "facets": [{"name": "Tesla", "count": 3}]})
    most.eventually(lambda: "Tesla (3)" in system())


def test_a_quote_takes_the_catalogs_price(modelled):
    world, simulator = modelled()
    simulator.control(calls=[[{"name": "quote_financing", "arguments": {
        "stock_id": CARS[1]["stock_id"], "price": 1, "down_payment": None,
        "down_payment_percent": 20, "months": [48, 12]}}]])
    world.ask("ana", "¿cuánto al mes?")
    context = world.sessions.context("ana")[0]
    result = next(e.text for e in context.entries if e.role == "tool")
    assert '"instalment":4037.70' in result and '"price":198999.00' in result
    assert '"refused":[{"months":12' in result and "was not used" in result
    assert context.quote[0].instalment == 403770
    assert context.chosen[0].stock_id == CARS[1]["stock_id"]


def test_several_tools_at_once_keep_their_order(modelled):
    world, simulator = modelled()
    late = []

    def hold(message):
        """The first question is answered last."""
        late.append(message)
        if len(late) == 3:
            for held in reversed(late):
                type_, fields = {"PAGE": world.catalog.page, "GET_CAR": world.catalog.get_car,
                                 "MODELS": world.catalog.models}[held.type](held)
                held.answer(type_, **fields)
        return world.catalog.drop

    for type_ in ("PAGE", "GET_CAR", "MODELS"):
        world.catalog.hooks[type_] = hold
    simulator.control(calls=[[
        {"name": "get_car", "arguments": {"stock_id": CARS[7]["stock_id"]}},
        {"name": "list_makes", "arguments": {"make": "Nissan"}},
        {"name": "get_car", "arguments": {"stock_id": CARS[0]["stock_id"]}}]])
    world.ask("ana", "compara")
    entries = world.sessions.context("ana")[0].entries
    assert [e.tool for e in entries if e.role == "tool"] == ["get_car", "list_makes", "get_car"]
    results = [e.text for e in entries if e.role == "tool"]
    assert '"Mazda"' in results[0] and '"models"' in results[1] and '"Versa"' in results[2]


@pytest.mark.parametrize("arguments", ["{", "[]", '{"make": 12, "warp": 9}', '{"year_min": "x"}',
                                       "{\"make\": \"\\ud800\"}", "[" * 5000])
def test_malformed_arguments_are_told_to_the_model(modelled, arguments):
    world, simulator = modelled()
    simulator.control(calls=[[{"name": "search_cars", "arguments": arguments}]])
    done = world.ask("ana", "hola")
    assert done.status == "answered"
    entries = world.sessions.context("ana")[0].entries
    told = [e.text for e in entries if e.role == "tool"]
    if told:  # what is no JSON at all the model's client may refuse before
        assert '"error"' in told[0]
        most.eventually(lambda: world.metric("mostrador_tool_errors_total") == 1)
    else:
        most.eventually(lambda: world.metric(FALLBACK, "bad") == 1)


def test_a_catalog_that_is_away_is_told_to_the_model(modelled):
    world, simulator = modelled()
    world.catalog.hooks["PAGE"] = lambda m: ("ERROR", {"code": "unavailable"})
    assert world.ask("ana", "busco un nissan").status == "answered"
    entries = world.sessions.context("ana")[0].entries
    assert '"error"' in next(e.text for e in entries if e.role == "tool")
    assert simulator.stats()["requests"] == 2


def test_an_unknown_tool_is_an_error_for_the_model(modelled):
    world, simulator = modelled()
    simulator.control(failures=["unknown_tool"])
    assert world.ask("ana", "busco un nissan").status == "answered"


def test_endless_tool_calls_end(modelled):
    world, simulator = modelled(env={"MODEL_CALLS": "3"})
    simulator.control(always="endless_calls")
    done = world.ask("ana", "busco un nissan")
    assert done.status == "answered" and done.reply[0].text
    assert simulator.stats()["requests"] == 3


@pytest.mark.parametrize("failure", ["quota", "401", "refusal", "no_answer", "too_many_calls"])
def test_when_the_model_fails_the_offline_seller_answers(modelled, failure):
    world, simulator = modelled(env={"OPENAI_RETRIES": "0"})
    simulator.control(always=failure)
    reply = world.ask("ana", "busco un nissan").reply[0]
    assert [car.stock_id for car in reply.cars] == [car["stock_id"] for car in CARS[:5]]
    assert roles(world.sessions.context("ana"))[-1] == "assistant"
    most.eventually(lambda: world.metric(FALLBACK) == 1)


def test_half_a_turn_of_the_model_leaves_no_trace(modelled):
    """Its calls and finds are not the offline seller's."""
    world, simulator = modelled(env={"OPENAI_RETRIES": "0"})
    simulator.control(failures=["ok", "quota"], calls=[[
        {"name": "get_car", "arguments": {"stock_id": CARS[7]["stock_id"]}}]])
    reply = world.ask("ana", "busco un nissan").reply[0]
    assert {car.make for car in reply.cars} == {"Nissan"}
    assert "get_car" not in [e.tool for e in world.sessions.context("ana")[0].entries]


def test_a_model_that_takes_too_long_is_replaced(modelled):
    world, _ = modelled(latency_ms=60_000, env={"TURN_MS": "500ms"})
    done = world.ask("ana", "busco un nissan")
    assert done.status == "answered" and len(done.reply[0].cars) == 5
    most.eventually(lambda: world.metric(FALLBACK) == 1)


def test_when_everything_fails_a_sentence_is_left(new_world):
    world = new_world(env={"TURN_MS": "300ms"})
    for type_ in ("PAGE", "RESOLVE", "MODELS", "KNOWLEDGE", "GET_CAR"):
        world.catalog.hooks[type_] = lambda m: world.catalog.drop
    done = world.ask("ana", "busco un nissan")
    assert done.status == "answered"
    assert done.reply[0].text and not done.reply[0].cars
    assert not re.search(r"error|timeout|catalog\b", done.reply[0].text, re.I)


# what says the same at once again and again is not taken for an answer
SENTENCES = ("¡Claro que sí, señor Núñez! Con gusto le ayudo a encontrar un auto. Dígame qué uso le "
             "va a dar, ¿ciudad o carretera? También me sirve saber su presupuesto. ")


@pytest.mark.parametrize("say", ["a" * 9000, "palabra " * 3000, "Claro que sí. " * 100, "…", "```\n```"])
def test_a_reply_that_says_nothing_is_none(modelled, say):
    world, _ = modelled(say=say)
    text = world.ask("ana", "hola").reply[0].text
    assert "Mostrador" in text, "the offline seller answers"


def test_a_reply_that_is_too_long_is_cut(modelled):
    world, _ = modelled(say=(SENTENCES + "Una frase completa. ") * 60)
    text = world.ask("ana", "hola").reply[0].text
    assert 4000 < len(text.encode()) <= 8192 and text[-1] in ".?!"
    most.eventually(lambda: world.metric("mostrador_replies_cut_total") == 1)


# ---- text as it is made ----


def joined(partials):
    text = ""
    for partial in partials:
        text = partial.text if partial.restart else text + partial.text
    return text


def test_text_is_streamed_to_those_who_watch(modelled):
    said = SENTENCES * 6
    world, simulator = modelled(say=said, piece=1, chunk_bytes=301, hold="middle")
    world.sessions.say("ana", "hola")
    turn = world.dispatcher.turn("ana", stream=True)
    world.dispatcher.wait_for("PARTIAL")
    simulator.control(hold=None)
    done = world.dispatcher.done(turn)
    partials = world.dispatcher.partials(turn)
    assert joined(partials) == said.rstrip() or joined(partials) == said
    assert done.reply[0].text == said.rstrip()
    assert 1 < len(partials) < len(said) / 3, "not one for every token"


def test_nothing_is_streamed_to_those_who_do_not(modelled):
    world, _ = modelled(say="Hola. " * 100)
    done = world.ask("ana", "hola")
    assert world.dispatcher.partials(done.id) == []


def test_a_joined_message_restarts_the_text(modelled):
    world, simulator = modelled(says=["Primera respuesta. " * 40, "Segunda respuesta."],
                                hold="middle")
    world.sessions.say("ana", "hola")
    turn = world.dispatcher.turn("ana", stream=True)
    world.dispatcher.wait_for("PARTIAL")
    world.sessions.say("ana", "hola")
    world.dispatcher.nudge("ana", stream=True)
    most.eventually(lambda: simulator.stats()["requests"] == 2)
    simulator.control(hold=None)
    done = world.dispatcher.done(turn)
    assert done.reply[0].text == "Segunda respuesta."
    partials = world.dispatcher.partials(turn)
    assert any(p.restart for p in partials)
    assert joined(partials) == "Segunda respuesta."


# ---- the end ----


def test_sigterm_lets_turns_finish(modelled):
    world, simulator = modelled(env={"DRAIN_MS": "60s"}, hold="start")
    world.sessions.say("ana", "hola")
    turn = world.dispatcher.turn("ana")
    most.eventually(lambda: simulator.stats()["active"] == 1)
    world.process.child.send_signal(signal.SIGTERM)
    assert world.dispatcher.wait_for("BYE").name == "agent-1"
    world.sessions.say("bea", "hola")
    assert world.dispatcher.done(world.dispatcher.turn("bea")).status == "failed"
    simulator.control(hold=None)
    assert world.dispatcher.done(turn).status == "answered"
    assert world.process.child.wait(stacks.STOP_S) == 0


def test_sigterm_gives_back_what_does_not_finish(modelled):
    world, simulator = modelled(latency_ms=60_000)
    world.sessions.say("ana", "hola")
    turn = world.dispatcher.turn("ana")
    most.eventually(lambda: simulator.stats()["active"] == 1)
    world.process.child.send_signal(signal.SIGTERM)
    assert world.dispatcher.done(turn).status == "failed"
    assert world.sessions.users["ana"]["holder"] is None
    assert world.process.child.wait(stacks.STOP_S) == 0


def test_missing_rules_stop_the_start(new_world):
    world = new_world(env={"RULES_VERSION": "v99"}, start=False)
    world.process.start()
    assert world.process.child.wait(stacks.STOP_S) == 1
    world.process.ended = True
    lines = world.log().splitlines()
    assert len(lines) == 1 and "v99.md" in lines[0] and "RULES_VERSION" in lines[0]


# ---- many ----


def test_three_hundred_turns_at_once(modelled):
    world, simulator = modelled(hold="start")
    users = [f"user-{n}" for n in range(300)]
    for user in users:
        world.sessions.say(user, f"busco un nissan, soy {user}")
    turns = {user: world.dispatcher.turn(user) for user in users}
    most.eventually(lambda: simulator.stats()["active"] == 300)
    simulator.control(hold=None)
    for user, turn in turns.items():
        done = world.dispatcher.done(turn)
        assert done.user_id == user and done.status == "answered"
        assert len(done.reply[0].cars) == 5
        assert len(world.sessions.replies(user)) == 1
    assert world.sessions.count("CLAIM") == 300
    most.eventually(lambda: world.dispatcher.last_beat().running == 0)
