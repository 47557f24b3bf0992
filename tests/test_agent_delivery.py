"""The agent delivers: a real process between fakes, and Twilio as tests/twilio_sim.py plays it."""

import re
import signal
import time

import pytest

import most
import stack as stacks
from agent_world import World

PHONE = "+5215512345678"
ANA = f"whatsapp:{PHONE}"
# Long enough for a slow machine; a test that is about time turns the clock of a reply (see later).
CALM = {"TWILIO_CONNECT_MS": "60s", "TWILIO_REQUEST_MS": "60s", "TWILIO_SETTLE_MS": "60s",
        "TWILIO_PART_MS": "60s"}
LONG = "\n\n".join(f"Párrafo {n}: " + "palabras que llenan la línea. " * 40 for n in range(4))


@pytest.fixture
def new_world(sim):
    mine = []

    def make(env=None, **options):
        mine.append(World(env={**sim.env, **CALM, **(env or {})}, **options))
        return mine[-1]

    yield make
    wrong = [world.close() for world in mine]
    assert not any(wrong), wrong


@pytest.fixture
def world(new_world):
    return new_world()


def run(world, user=ANA):
    """One turn."""
    return world.dispatcher.done(world.dispatcher.turn(user))


def run_until(world, what, user=ANA):
    """Turns, as a sweeper gives them, until that is true."""
    def tried():
        return what() or (run(world, user) and what())
    most.eventually(tried)


def later(world, ms=0):
    """Turns the clock: what the replies to Ana wait for has come, and they were tried so long ago."""
    with world.sessions.lock:
        for entry in world.sessions.users[ANA]["outbox"]:
            entry["at"] = 0
            if entry["since_ms"]:
                entry["since_ms"] -= ms


def run_later(world, ms=0):
    """Until Ana is owed nothing, however long that takes in the real world."""
    def tried():
        later(world, ms)
        return quiet(world) or (run(world) and quiet(world))
    most.eventually(tried)


GIVEN_UP_MS = 61_000  # more than TWILIO_SETTLE_MS


def states(world, user=ANA):
    return [state for state, _, _ in world.sessions.told(user)]


def quiet(world, user=ANA):
    return not world.sessions.users[user]["outbox"]


# ---- all is well ----


def test_what_is_owed_goes_out_in_order(world, sim):
    for text in ("uno", "dos", "¡tres! 🚗 & <b>"):
        world.sessions.owe(ANA, text)
    done = run(world)
    assert done.status == "answered" and not done.reply and not done.waiting
    assert sim.received(PHONE) == ["uno", "dos", "¡tres! 🚗 & <b>"]
    assert states(world) == ["trying", "done"] * 3
    assert world.sessions.users[ANA]["holder"] is None, "the lease is given back"
    assert run(world).status == "empty"
    assert "tres" not in world.log()


def test_a_long_answer_goes_out_in_parts(world, sim):
    world.sessions.owe(ANA, LONG)
    world.sessions.owe(ANA, "después")
    run(world)
    *parts, last = sim.received(PHONE)
    assert len(parts) == 4 and last == "después"
    assert all(len(part) <= 1600 for part in parts)
    assert re.sub(r"\s", "", "".join(parts)) == re.sub(r"\s", "", LONG)
    assert world.sessions.told(ANA)[:8] == [
        ("trying", 0, 0), ("sent", 1, 0), ("trying", 1, 0), ("sent", 2, 0),
        ("trying", 2, 0), ("sent", 3, 0), ("trying", 3, 0), ("done", 4, 0)]


def test_marks_of_the_data_do_not_format(world, sim):
    """And what is looked up later is what was sent."""
    sim.control(failures=["cut_accepted"])
    world.sessions.owe(ANA, "*GL_i *full* 2019*", literal="3 6 11")
    run_until(world, lambda: quiet(world))
    assert sim.received(PHONE) == ["*GL_i \u2217full\u2217 2019*"]


def test_the_next_part_waits_for_the_status_of_the_one_before(new_world, sim):
    """Sessions holds it back, and hears of the status; the turn goes on."""
    sim.control(callbacks="none")
    world = new_world({"PUBLIC_BASE_URL": "https://shop.example"})
    entry = world.sessions.owe(ANA, LONG)
    for n in range(1, 4):
        world.sessions.say(ANA, "busco un nissan")
        assert run(world).reply[0].upto_seq == n
        assert len(sim.received(PHONE)) == n == entry["parts_sent"]
        assert time.monotonic() + 60 > entry["at"] > time.monotonic()
        entry["at"] = 0  # the status comes
    run(world)
    assert len(sim.received(PHONE)) == 4 and quiet(world)


def test_parts_that_are_out_are_not_sent_again(world, sim):
    world.sessions.owe(ANA, LONG, parts_sent=3)
    run(world)
    assert len(sim.received(PHONE)) == 1 and sim.received(PHONE)[0].startswith("Párrafo 3")


def test_what_is_owed_goes_out_before_the_next_answer(world, sim):
    world.sessions.owe(ANA, "la de antes")
    world.sessions.say(ANA, "busco un nissan")
    done = run(world)
    assert done.status == "answered" and done.reply[0].upto_seq == 1
    assert sim.received(PHONE) == ["la de antes"]
    order = [m.type for m in world.sessions.received if m.type in ("DELIVERED", "COMMIT")]
    assert order == ["DELIVERED", "DELIVERED", "COMMIT"]


def test_a_message_that_comes_while_it_delivers_has_the_next_turn(world, sim):
    sim.control(always={"kind": "slow", "ms": 0}, hold=True)
    world.sessions.owe(ANA, "hola")
    turn = world.dispatcher.turn(ANA)
    world.sessions.wait_for("DELIVERED")
    world.sessions.say(ANA, "busco un mazda")
    world.dispatcher.nudge(ANA)
    run(world, "bob")  # the nudge has been read before
    sim.control(hold=False)
    done = world.dispatcher.done(turn)
    assert done.status == "answered" and not done.reply and done.waiting == 1
    assert run(world).reply[0].upto_seq == 1


def test_without_an_account_the_reply_is_given_up(new_world):
    world = new_world({"TWILIO_ACCOUNT_SID": ""})
    entry = world.sessions.owe(ANA, "hola")
    run(world)
    assert entry["state"] == "failed"
    assert "reply_lost" in world.log() and "no_carrier" in world.log()


# ---- it does not go ----


@pytest.mark.parametrize("failure", ["429", 20429, {"kind": "503", "retry_after": 1}])
def test_what_was_surely_not_taken_is_sent_later(world, sim, failure):
    sim.control(failures=[failure])
    entry = world.sessions.owe(ANA, "hola")
    world.sessions.owe(ANA, "otra")
    run(world)
    assert states(world) == ["trying", "again"] and sim.received(PHONE) == []
    told = world.sessions.wait_for("DELIVERED", lambda m: m.state == "again")
    assert told.retry_ms > 500 and entry["attempts"] == 1
    run_later(world)
    assert sim.received(PHONE) == ["hola", "otra"], "the order is kept"


@pytest.mark.parametrize("kind, taken", [
    ("500", False), ("html", False), ("cut", False), ("cut_accepted", True), ("empty_201", True),
    ("garbage_201", True)])
def test_an_unknown_outcome_is_settled_before_it_is_repeated(world, sim, kind, taken):
    sim.control(failures=[kind])
    world.sessions.owe(ANA, "hola")
    run(world)
    assert states(world) == ["trying", "unsure"]
    run_later(world, 0 if taken else GIVEN_UP_MS)
    assert sim.received(PHONE) == ["hola"]
    assert states(world).count("trying") == (1 if taken else 2)
    assert sim.stats()["counters"]["POST Messages.json"] == (1 if taken else 2)


@pytest.mark.parametrize("kind, taken", [
    ("timeout", False), ("timeout_accepted", True), ({"kind": "late_accepted", "ms": 0}, True)])
def test_no_answer_in_time_is_settled_before_it_is_repeated(new_world, sim, kind, taken):
    """Twilio keeps still; what it takes it may take after we have looked."""
    world = new_world({"TWILIO_REQUEST_MS": "400ms"})
    sim.control(failures=[kind], hold=True)
    world.sessions.owe(ANA, "hola")
    run(world)
    assert states(world) == ["trying", "unsure"]
    later(world)
    run(world)
    sim.control(hold=False)
    most.eventually(lambda: sim.stats()["messages"] == taken)
    run_later(world, 0 if taken else GIVEN_UP_MS)
    assert sim.received(PHONE) == ["hola"]
    assert (sim.stats()["counters"]["POST Messages.json"] == 1) == taken


def test_a_message_that_shows_up_late_in_the_list_is_found(world, sim):
    sim.control(failures=["cut_accepted"], list_delay_ms=1000)
    world.sessions.owe(ANA, "hola")
    run(world)
    run_later(world)
    assert sim.received(PHONE) == ["hola"]


def test_a_list_that_does_not_come_proves_nothing(world, sim):
    sim.control(failures=["cut"], list_failures=["500"] * 4)
    world.sessions.owe(ANA, "hola")
    run(world)
    run_later(world, GIVEN_UP_MS)
    assert sim.received(PHONE) == ["hola"]
    assert sim.stats()["counters"]["GET Messages.json"] >= 5


def test_the_same_words_sent_before_are_not_mistaken_for_it(world, sim):
    world.sessions.owe(ANA, "sí")
    run(world)
    sim.control(failures=["cut"])
    world.sessions.owe(ANA, "sí")
    run(world)
    run_later(world, GIVEN_UP_MS)
    assert sim.received(PHONE) == ["sí", "sí"]


def test_an_unsettled_reply_does_not_keep_new_messages_from_being_answered(world, sim):
    sim.control(failures=["cut"])
    world.sessions.owe(ANA, "hola")
    run(world)
    world.sessions.say(ANA, "busco un nissan")
    done = run(world)
    assert done.reply[0].upto_seq == 1 and sim.received(PHONE) == []


def test_outside_the_window_it_is_parked(world, sim):
    sim.control(failures=[63016])
    entry = world.sessions.owe(ANA, "hola")
    run(world)
    assert entry["state"] == "parked" and world.sessions.told(ANA)[-1] == ("parked", 0, 63016)
    assert sim.received(PHONE) == []


TEMPLATE = "HX" + "0123456789abcdef" * 2


def test_a_template_goes_out_instead_of_a_text(world, sim):
    world.sessions.owe(ANA, "", template_sid=TEMPLATE, unasked=True)
    world.sessions.owe(ANA, "hola")
    run(world)
    assert sim.received(PHONE) == [f"[{TEMPLATE}]", "hola"]
    assert states(world) == ["trying", "done"] * 2


@pytest.mark.parametrize("kind, taken", [("cut", False), ("cut_accepted", True)])
def test_a_template_of_unknown_outcome_is_settled_like_a_text(world, sim, kind, taken):
    sim.control(failures=[kind])
    world.sessions.owe(ANA, "", template_sid=TEMPLATE, unasked=True)
    run(world)
    assert states(world) == ["trying", "unsure"]
    run_later(world, 0 if taken else GIVEN_UP_MS)
    assert sim.received(PHONE) == [f"[{TEMPLATE}]"]


@pytest.mark.parametrize("code", [63016, 63027])
def test_a_template_that_is_refused_is_given_up(world, sim, code):
    sim.control(failures=[code])
    entry = world.sessions.owe(ANA, "", template_sid=TEMPLATE, unasked=True)
    run(world)
    assert entry["state"] == "failed" and world.sessions.told(ANA)[-1] == ("failed", 0, code)
    assert sim.received(PHONE) == []


@pytest.mark.parametrize("code", [21610, 21211, 63013])
def test_what_will_not_get_better_is_given_up(world, sim, code):
    sim.control(failures=[code])
    entry = world.sessions.owe(ANA, "hola")
    run(world)
    assert entry["state"] == "failed" and world.sessions.told(ANA)[-1] == ("failed", 0, code)
    assert sim.received(PHONE) == [] and run(world).status == "empty"


# ---- somebody dies, or loses the lease ----


def test_an_agent_dies_while_it_sends_and_another_settles(new_world, sim):
    for kind in ({"kind": "slow", "ms": 0}, "timeout"):
        sim.control(reset=True, failures=[kind], hold=True)
        world = new_world()
        world.sessions.owe(ANA, "hola")
        world.dispatcher.turn(ANA)
        world.sessions.wait_for("DELIVERED", lambda m: m.state == "trying")
        most.eventually(lambda: sim.stats()["counters"].get("POST Messages.json"))
        holder = world.sessions.users[ANA]["holder"]
        world.process.kill()
        world.process.start()
        most.eventually(lambda: world.dispatcher.last_beat().boot != int(holder.split("/")[1])
                        and world.dispatcher.last_beat().ready, stacks.START_S)
        first = world.dispatcher.done(world.dispatcher.turn(ANA, dead=holder))
        assert first.status == "answered" and states(world) == ["trying", "unsure"]
        sim.control(hold=False)
        taken = kind != "timeout"
        most.eventually(lambda: sim.stats()["messages"] == taken)
        run_later(world, 0 if taken else GIVEN_UP_MS)
        assert sim.received(PHONE) == ["hola"]


def test_an_agent_dies_before_it_sends_and_another_does(new_world, sim):
    world = new_world()
    world.sessions.hooks["DELIVERED"] = lambda m: world.sessions.delivered(m) and \
        world.sessions.drop  # recorded, and the answer is lost
    world.sessions.owe(ANA, "hola")
    world.dispatcher.turn(ANA)
    world.sessions.wait_for("DELIVERED")
    holder = world.sessions.users[ANA]["holder"]
    world.process.kill()
    world.sessions.hooks.clear()
    world.process.start()
    most.eventually(lambda: world.dispatcher.last_beat().boot != int(holder.split("/")[1])
                    and world.dispatcher.last_beat().ready, stacks.START_S)
    world.dispatcher.done(world.dispatcher.turn(ANA, dead=holder))
    assert sim.received(PHONE) == []
    run_later(world, GIVEN_UP_MS)
    assert sim.received(PHONE) == ["hola"]


def test_a_stale_token_stops_the_sending(world, sim):
    sim.control(always={"kind": "slow", "ms": 0}, hold=True)
    world.sessions.owe(ANA, "uno")
    world.sessions.owe(ANA, "dos")
    turn = world.dispatcher.turn(ANA)
    world.sessions.wait_for("DELIVERED", lambda m: m.state == "trying")
    world.sessions.steal(ANA)
    sim.control(hold=False)
    assert world.dispatcher.done(turn).status == "lost"
    assert "dos" not in sim.received(PHONE)
    assert world.sessions.count("RELEASE") == 0


def test_nothing_is_sent_that_sessions_does_not_know_of(world, sim):
    world.sessions.hooks["DELIVERED"] = lambda m: ("ERROR", {"code": "claimed"})
    world.sessions.owe(ANA, "hola")
    run(world)
    assert sim.stats()["counters"].get("POST Messages.json", 0) == 0


def test_a_frozen_agent_does_not_send_what_another_may_have_settled(new_world, sim):
    """The answer to its "trying" comes while it is stopped, and it wakes up much later."""
    world = new_world({"TWILIO_SETTLE_MS": "1500ms"})

    def freeze(message):
        if message.state == "trying":
            world.process.freeze()
    world.sessions.hooks["DELIVERED"] = freeze
    world.sessions.owe(ANA, "hola")
    turn = world.dispatcher.turn(ANA)
    world.sessions.wait_for("DELIVERED")
    time.sleep(1)  # more than half of TWILIO_SETTLE_MS: this is what the test is about
    world.sessions.hooks.clear()
    world.process.thaw()
    world.dispatcher.done(turn)
    assert sim.stats()["counters"].get("POST Messages.json", 0) == 0
    run_until(world, lambda: quiet(world))
    assert sim.received(PHONE) == ["hola"]


def test_reports_wait_for_sessions(world, sim):
    """A report is repeated until it is heard: the message is out only once."""
    lost = []

    def lose(message):
        if message.state == "done" and not lost:
            lost.append(message)
            return "ERROR", {"code": "unavailable"}
    world.sessions.hooks["DELIVERED"] = lose
    world.sessions.owe(ANA, "hola")
    run(world)
    assert lost and states(world) == ["trying", "done"] and sim.received(PHONE) == ["hola"]


def test_an_agent_that_leaves_gives_the_rest_back(new_world, sim):
    world = new_world()
    world.sessions.owe(ANA, LONG)
    world.dispatcher.turn(ANA)
    world.sessions.wait_for("DELIVERED", lambda m: m.state == "sent")
    world.process.child.send_signal(signal.SIGTERM)
    assert world.process.child.wait(stacks.STOP_S) == 0
    world.process.ended = True
    assert world.sessions.users[ANA]["holder"] is None
    assert len(sim.received(PHONE)) >= 1


# ---- rate ----


def early(world, times, wait_ms):
    """Sessions says of the first tries that it is too early; returns how often it has."""
    told = []

    def answer(message):
        if message.state == "trying" and len(told) < times:
            told.append(message)
            return "ERROR", {"code": "early", "retry_after_ms": wait_ms}
    world.sessions.hooks["DELIVERED"] = answer
    return told


def test_who_is_written_to_too_fast_waits(world, sim):
    told = early(world, 3, 50)
    for text in ("uno", "dos"):
        world.sessions.owe(ANA, text)
    run(world)
    assert sim.received(PHONE) == ["uno", "dos"] and len(told) == 3
    assert states(world) == ["trying", "done"] * 2, "a try that was too early is none"
    asked = [m for m in world.sessions.received if m.type == "PACE"]
    assert len(asked) == 2 and {m.wanted for m in asked} == {1}, \
        "the place that was not used is good for the next try"


def test_a_long_wait_gives_the_lease_back(world, sim):
    early(world, 1, 30_000)
    entry = world.sessions.owe(ANA, "uno")
    run(world)
    assert sim.received(PHONE) == [] and states(world) == ["again"]
    assert entry["at"] > time.monotonic() + 20 and entry["attempts"] == 0
    assert world.sessions.users[ANA]["holder"] is None


PEOPLE = [f"whatsapp:+52155{n:08}" for n in range(40)]


def test_all_messages_of_a_number_share_its_places(world, sim):
    """Forty wait, and five places are given at a time: eight requests, not forty, and no message
    without a place."""
    world.sessions.hooks["PACE"] = lambda m: ("PACED", {"places": min(m.wanted, 5), "every_us": 2000})
    for person in PEOPLE:
        world.sessions.owe(person, "hola")
    turns = [world.dispatcher.turn(person) for person in PEOPLE]
    world.dispatcher.done(turns[-1])
    most.eventually(lambda: all(quiet(world, p) for p in PEOPLE))
    asked = [m for m in world.sessions.received if m.type == "PACE"]
    assert 8 <= len(asked) <= 16 and {m.address for m in asked} == {"whatsapp:+14155238886"}
    assert all(sim.received(p.removeprefix("whatsapp:")) == ["hola"] for p in PEOPLE)


@pytest.mark.parametrize("answer", [("PACED", {"places": 0, "first_us": 200_000, "every_us": 1000}),
                                    ("ERROR", {"code": "unavailable"}), "nothing"])
def test_without_a_place_it_is_sent_later(world, sim, answer):
    """However long there is none: the lease goes back, and few requests are made."""
    world.sessions.hooks["PACE"] = lambda m: world.sessions.drop if answer == "nothing" else answer
    entries = [world.sessions.owe(person, "hola") for person in PEOPLE]
    for turn in [world.dispatcher.turn(person) for person in PEOPLE]:
        world.dispatcher.done(turn)
    assert {state for person in PEOPLE for state in states(world, person)} == {"again"}
    assert all(entry["state"] == "due" and not entry["attempts"] for entry in entries)
    assert all(world.sessions.users[person]["holder"] is None for person in PEOPLE)
    assert sum(m.type == "PACE" for m in world.sessions.received) < 15
    world.sessions.hooks.clear()
    assert sim.stats()["messages"] == 0


def test_a_turn_that_ends_waits_no_longer(world, sim):
    world.sessions.hooks["PACE"] = lambda m: world.sessions.drop
    world.sessions.owe(ANA, "hola")
    world.dispatcher.turn(ANA)
    world.sessions.wait_for("PACE")
    world.process.child.send_signal(signal.SIGTERM)
    assert world.process.child.wait(stacks.STOP_S) == 0
    world.process.ended = True
    assert world.sessions.users[ANA]["holder"] is None and states(world) in ([], ["again"])


# ---- typing ----


def incoming(sid):
    return {"channel": "twilio", "message_id": sid, "reply_to": "whatsapp:+14155238886"}


def test_the_person_sees_that_an_answer_is_being_written(new_world, new_simulator, sim):
    model = new_simulator()
    env = {**model.env, "OPENAI_HTTP": "1.1"}
    sid = "SM" + "a" * 32
    world = new_world(env)
    world.sessions.say(ANA, "hola", **incoming(sid))
    run(world)
    most.eventually(lambda: sim.stats()["typing"] == [sid])
    world.sessions.say("+5215512345678", "hola", channel="twilio", message_id="SM" + "b" * 32,
                       reply_to="+14155238886")
    world.sessions.say("ana", "hola")
    run(world, "+5215512345678")
    run(world, "ana")
    silent = new_world({**env, "TWILIO_TYPING": "off"})
    silent.sessions.say(ANA, "hola", **incoming("SM" + "c" * 32))
    run(silent)
    assert sim.stats()["typing"] == [sid]


# ---- what is no text ----


def test_what_is_no_text_gets_a_polite_answer(world):
    for text in ("[imagen]", "[mensaje vacío]", "[ubicación: Av. Juárez 5, Centro]",
                 "[audio]\n[video]"):
        said = world.ask(text, text).reply[0].text
        assert any(word in said for word in ("texto", "escrit", "palabras")), said
    said = world.ask("ana", "busco un mazda\n[imagen]").reply[0].text
    assert "Mazda" in said


@pytest.mark.parametrize("opt, words", [("out", ("ALTA",)), ("in", ("auto",))])
def test_who_leaves_or_returns_is_told_so(world, opt, words):
    world.sessions.say("ana", "palabra", opt=opt)
    said = run(world, "ana").reply[0].text
    assert any(word in said for word in words) and "te entendí" not in said, said


def test_a_word_of_leaving_has_an_answer_of_its_own(world):
    """What comes before it joins, what comes after it waits, even within one turn."""
    for text, opt in (("hola", ""), ("STOP", "out"), ("START", "in"), ("busco un mazda", "")):
        world.sessions.say("ana", text, opt=opt)
    replies = []
    for waiting in (2, 1, 0):
        done = run(world, "ana")
        replies.append(done.reply[0])
        assert done.waiting == waiting
    assert [(r.from_seq, r.upto_seq) for r in replies] == [(1, 2), (3, 3), (4, 4)]
    assert "ALTA" in replies[0].text and "Mazda" in replies[2].text


def test_a_word_of_leaving_needs_no_model(new_world, new_simulator):
    """It joins the turn that runs; what follows has to wait."""
    model = new_simulator(hold="start")
    world = new_world({**model.env, "OPENAI_HTTP": "1.1"})
    world.sessions.say("ana", "hola")
    turn = world.dispatcher.turn("ana")
    most.eventually(lambda: model.stats()["requests"])
    more = ["¿y?"]  # said by the time that the agent looks for news

    def claim(message):
        if message.token and more:
            world.sessions.say("ana", more.pop())

    world.sessions.hooks["CLAIM"] = claim
    world.sessions.say("ana", "BAJA", opt="out")
    world.dispatcher.nudge("ana")
    done = world.dispatcher.done(turn)
    assert (done.reply[0].from_seq, done.reply[0].upto_seq, done.waiting) == (1, 2, 1)
    assert "ALTA" in done.reply[0].text
    assert model.stats()["requests"] == 1
    most.eventually(lambda: world.metric("mostrador_offline_replies_total", "opt_out") == 1)


# ---- a pause ----


def test_a_pause_lets_a_burst_become_one_turn(new_world):
    world = new_world({"COALESCE_MS": "3s"})
    world.sessions.say("ana", "hola")
    turn = world.dispatcher.turn("ana")
    world.sessions.wait_for("CLAIM")
    for text in ("busco un auto", "nissan"):
        world.sessions.say("ana", text)
        world.dispatcher.nudge("ana")
    done = world.dispatcher.done(turn)
    assert (done.reply[0].from_seq, done.reply[0].upto_seq) == (1, 3)
    assert "Nissan" in done.reply[0].text
