"""The dispatcher process between fakes: gateways and agents on the wire, sessions as a server.

What it decides is tested event by event in tests/unit/test_dispatcher.c; here is what only a real
process shows: sockets, timers, heartbeats, restarts, and bytes nobody should send.
"""

import collections
import random
import time

import pytest
import zmq

import most

BEAT_S = 0.1  # of agents that live
CALM_MS = 10_000  # HEARTBEAT_MS: nobody is taken for dead, however long the test itself is stopped
SILENCE_MS = 500  # where somebody is to be: after four of these


class Agent(most.Pump):
    """Announces itself and collects TURNs. finish() tells how one ended; with `answer_all` every
    turn is answered at once."""

    def __init__(self, endpoint, name, credit=10, answer_all=False, boot=None, beats=True):
        super().__init__(zmq.DEALER)
        self.agent_name = name
        self.boot = boot or random.getrandbits(40) | 1
        self.credit = credit
        self.answer_all = answer_all
        self.beats = beats
        self.running = {}  # user id → its TURN
        self.seqs = collections.Counter()  # user id → messages answered
        self.most_running = 0
        self.tick_s = BEAT_S / 2
        self.next_beat = 0
        self.socket.connect(endpoint)
        self.start()

    @property
    def holder(self):
        return f"{self.agent_name}/{self.boot}"

    def tick(self):
        if self.beats and time.monotonic() >= self.next_beat:
            self.next_beat = time.monotonic() + BEAT_S
            self.put(most.encode("HEARTBEAT", {"process": {
                "name": self.agent_name, "role": "agent", "boot": self.boot, "ready": True,
                "credit": self.credit, "running": len(self.running),
                "samples": [{"name": "mostrador_turns_total", "value": 7}]}}))

    def take(self, frames):
        message = most.decode(frames)
        if message.type == "TURN":
            assert message.user_id not in self.running or message.attempt > 0
            self.running[message.user_id] = message
            self.most_running = max(self.most_running, len(self.running))
        self.note(message)
        if message.type == "TURN" and self.answer_all:
            self.seqs[message.user_id] += 1
            self.finish(message, upto=self.seqs[message.user_id])

    def finish(self, turn, status="answered", upto=1, **fields):
        self.running.pop(turn.user_id, None)
        if status == "answered":
            fields["reply"] = {"turn_id": f"T-{self.agent_name}", "upto_seq": upto,
                               "text": f"for {turn.user_id}"}
        self.put(most.encode("TURN_DONE", {"user_id": turn.user_id, "status": status, **fields},
                             turn.id, trace=turn.trace))

    def say(self, turn, text, restart=False):
        self.put(most.encode("PARTIAL", {"user_id": turn.user_id, "text": text,
                                         "restart": restart}, turn.id, trace=turn.trace))

    def turn(self, user, nth=1):
        return self.wait_for("TURN", lambda m: m.user_id == user, nth)


class Bench:
    """The dispatcher and what a test puts around it; all of it ends with the test."""

    def __init__(self, stack):
        self.stack = stack
        self.forgotten = []  # users that the next SWEEP tells
        self.open = []
        self.sessions = self.keep(most.Server(stack.endpoint("sessions"), "sessions",
                                              {"SWEEP": self.sweep}))

    def keep(self, thing):
        self.open.append(thing)
        return thing

    def sweep(self, _request):
        users, self.forgotten = self.forgotten, []
        return "SWEPT", {"users": [{"user_id": user} for user in users]}

    def agent(self, name="agent-1", **options):
        """An agent that the dispatcher knows already."""
        agent = self.keep(Agent(self.stack.endpoint("agents"), name, **options))
        if agent.beats:
            agent.wait_for("PONG")
        return agent

    def gateway(self):
        return self.keep(self.stack.client("dispatcher"))

    def status(self):
        return self.stack.status("dispatcher")

    def close(self):
        for thing in self.open:
            thing.close()


@pytest.fixture
def make_bench(new_stack):
    made = []

    def make(**env):
        stack = new_stack(start=False, env={"HEARTBEAT_MS": f"{CALM_MS}ms", **env})
        stack.start("dispatcher")
        made.append(Bench(stack))
        return made[-1]

    yield make
    for bench in made:
        bench.close()


@pytest.fixture
def bench(make_bench):
    return make_bench()


@pytest.fixture
def impatient_bench(make_bench):
    return make_bench(HEARTBEAT_MS=f"{SILENCE_MS}ms")


def work(gateway, user, seq=1, left_ms=60000, **options):
    return gateway.send("WORK", user_id=user, seq=seq, left_ms=left_ms, **options)


def test_a_turn_there_and_back(bench):
    agent, gateway = bench.agent(), bench.gateway()
    trace = b"\x01\x02\x03\x04\x05\x06\x07\x08"
    request = work(gateway, "ana", trace=trace)
    turn = agent.turn("ana")
    assert (turn.dead, turn.stream, turn.trace) == ("", False, trace)
    agent.finish(turn)
    answer = gateway.wait(request)
    assert answer.type == "ANSWER" and answer.trace == trace
    assert answer.reply[0].text == "for ana"
    assert gateway.quiet()


@pytest.mark.parametrize("user", ["whatsapp:+5215512345678", "ñandú 🚗", "a" * 128, "0"])
def test_user_ids_are_opaque(bench, user):
    bench.agent(answer_all=True)
    assert bench.gateway().call("WORK", user_id=user, seq=1).reply[0].text == f"for {user}"


def test_it_says_what_it_is_and_who_is_behind_it(bench):
    first = bench.status()
    assert [(p.role, p.ready, p.missing, p.credit) for p in first] == \
        [("dispatcher", False, "agents", 0)]
    agent = bench.agent(credit=5)
    pong = agent.wait_for("PONG", lambda m: m.processes[0].ready)
    assert pong.processes[0].role == "dispatcher"
    itself, behind = bench.status()
    assert itself.ready and itself.missing == "" and itself.credit == 5
    assert (behind.name, behind.boot, behind.role) == ("agent-1", agent.boot, "agent")
    assert behind.samples[0].value == 7
    names = [s.name for s in most.eventually(
        lambda: [s for s in bench.status()[0].samples if s.name == "mostrador_dispatch_agents"])]
    assert names == ["mostrador_dispatch_agents"]


def test_text_streams_to_those_who_asked_for_it(bench):
    agent, watcher, other = bench.agent(), bench.gateway(), bench.gateway()
    streamed = work(watcher, "ana", stream=True)
    turn = agent.turn("ana")
    assert turn.stream
    plain = work(other, "ana")
    assert not agent.wait_for("NUDGE").stream
    for piece in ["Ho", "la"]:
        agent.say(turn, piece)
    agent.finish(turn)
    answer = watcher.wait(streamed)
    assert [p.text for p in answer.partials] == ["Ho", "la"]
    assert other.wait(plain).partials == []


def test_many_users_share_two_agents_and_nobody_gets_anothers_answer(bench):
    agents = [bench.agent(f"agent-{n}", credit=20, answer_all=True) for n in (1, 2)]
    gateways = [bench.gateway() for _ in range(3)]
    asked = [(gateway, work(gateway, f"user-{n}", left_ms=60000), f"for user-{n}")
             for n in range(1000) for gateway in [gateways[n % 3]]]
    for gateway, request, text in asked:
        assert gateway.wait(request).reply[0].text == text
    counts = [agent.count("TURN") for agent in agents]
    assert sum(counts) == 1000 and min(counts) > 200
    assert max(agent.most_running for agent in agents) <= 20
    for gateway in gateways:
        assert gateway.quiet(0.1)


def test_messages_of_one_user_take_their_turns_one_after_another(bench):
    agents = [bench.agent(f"agent-{n}") for n in (1, 2)]
    gateway = bench.gateway()
    requests = [work(gateway, "ana", seq) for seq in (1, 2, 3)]
    for seq, request in enumerate(requests, start=1):
        agent = most.eventually(lambda: next((a for a in agents if a.running), None))
        assert sum(len(a.running) for a in agents) == 1
        agent.finish(agent.running["ana"], upto=seq, waiting=3 - seq)
        assert gateway.wait(request).type == "ANSWER"
    most.eventually(lambda: not any(a.running for a in agents))


def test_a_silent_agents_turns_go_to_another(impatient_bench):
    bench = impatient_bench
    dying, gateway = bench.agent("agent-1"), bench.gateway()
    request = work(gateway, "ana")
    dying.turn("ana")
    other = bench.agent("agent-2")
    dying.beats = False  # frozen, or dead
    turn = other.turn("ana")
    assert turn.dead == dying.holder
    other.finish(turn)
    assert gateway.wait(request).reply[0].turn_id == "T-agent-2"
    # it was only frozen: it comes back, its commit was refused, and nobody is answered twice
    dying.finish(dying.turn("ana"), "lost")
    dying.beats = True
    most.eventually(lambda: len(bench.status()) == 3)
    assert gateway.quiet()


def test_a_restarted_agent_is_not_its_predecessor(bench):
    first, gateway = bench.agent("agent-1"), bench.gateway()
    request = work(gateway, "ana")
    first.turn("ana")
    second = bench.agent("agent-1")
    turn = second.turn("ana")
    assert turn.dead == first.holder
    error = first.wait_for("ERROR")  # the name is another's now
    assert error.code == "invalid"
    second.finish(turn)
    gateway.wait(request)
    assert [p.boot for p in bench.status()[1:]] == [second.boot]


def test_an_agent_that_says_bye_gets_no_more(bench):
    leaving, gateway = bench.agent("agent-1"), bench.gateway()
    request = work(gateway, "ana")
    turn = leaving.turn("ana")
    leaving.put(most.encode("BYE", {"name": "agent-1"}))
    most.eventually(lambda: bench.status()[0].missing == "agents")
    other = work(gateway, "eva")
    leaving.finish(turn)
    assert gateway.wait(request).type == "ANSWER"
    bench.agent("agent-2", answer_all=True)
    assert gateway.wait(other).reply[0].turn_id == "T-agent-2"


@pytest.mark.parametrize("status", ["busy", "failed", "lost"])
def test_a_turn_that_came_to_nothing_is_tried_again(bench, status):
    agent, gateway = bench.agent(), bench.gateway()
    request = work(gateway, "ana")
    agent.finish(agent.turn("ana"), status, retry_ms=100)
    agent.finish(agent.turn("ana", nth=2))
    assert gateway.wait(request).type == "ANSWER"


def test_nothing_waits_is_told(bench):
    agent, gateway = bench.agent(), bench.gateway()
    request = work(gateway, "ana")
    agent.finish(agent.turn("ana"), "empty")
    with pytest.raises(most.WireError) as refused:
        gateway.wait(request)
    assert refused.value.code == "not_waiting"


def test_the_same_request_again_gets_one_answer(bench):
    agent, gateway = bench.agent(), bench.gateway()
    request = work(gateway, "ana")
    turn = agent.turn("ana")
    for attempt in (1, 2):
        work(gateway, "ana", id=request, attempt=attempt)
    agent.finish(turn)
    assert gateway.wait(request).type == "ANSWER"
    assert gateway.quiet()


def test_a_cancelled_request_is_not_answered_but_its_turn_goes_on(bench):
    agent, gateway = bench.agent(), bench.gateway()
    request, other = work(gateway, "ana"), work(gateway, "ana")
    turn = agent.turn("ana")
    gateway.send("CANCEL", id=request, user_id="ana")
    gateway.call("PING", name="gateway")  # it has read the CANCEL
    agent.finish(turn)
    assert gateway.wait(other).type == "ANSWER"
    assert gateway.quiet()


def test_nobody_is_answered_after_their_deadline(bench):
    gateway = bench.gateway()
    late = work(gateway, "ana", left_ms=150)
    bench.stack.wait_log("dispatcher", "work_expired")
    agent = bench.agent()  # the message is recorded: it has its turn all the same
    agent.finish(agent.turn("ana"))
    patient = work(gateway, "ana", seq=2)
    agent.finish(agent.turn("ana", nth=2), upto=2)
    assert gateway.recv().id == patient != late
    assert gateway.quiet()


def test_a_full_queue_refuses_and_recovers(make_bench):
    bench = make_bench(DISPATCHER_QUEUE="3")
    gateway = bench.gateway()
    waiting = [work(gateway, f"user-{n}") for n in range(3)]
    with pytest.raises(most.WireError) as refused:
        gateway.call("WORK", user_id="one-too-many", seq=1)
    assert refused.value.code == "busy" and refused.value.retry_after_ms > 0
    assert bench.status()[0].missing == "agents"
    agent = bench.agent(credit=1)
    for n in range(3, 4):  # one is at the agent: the queue has a place again
        agent.turn("user-0")
        waiting.append(work(gateway, f"user-{n}"))
    most.eventually(lambda: bench.status()[0].missing == "room")
    for n in range(4):
        agent.finish(agent.turn(f"user-{n}"))
        assert gateway.wait(waiting[n]).type == "ANSWER"
    most.eventually(lambda: bench.status()[0].ready)


def test_forgotten_users_are_found(bench):
    agent = bench.agent(credit=3)
    bench.forgotten = ["ana", "eva"]
    for user in ("ana", "eva"):
        assert agent.turn(user).dead == ""
    # it asks for no more than agents would take
    at = len(bench.sessions.received)
    bench.sessions.wait_for("SWEEP", nth=bench.sessions.count("SWEEP") + 2)
    assert bench.sessions.received[at + 1].max == 1
    for user in ("ana", "eva"):
        agent.finish(agent.turn(user))
    bench.sessions.wait_for("SWEEP", lambda m: m.max == 3)


def test_sessions_that_hang_do_not_hold_up_the_rest(bench):
    bench.sessions.silent = True
    bench.agent(answer_all=True)
    gateway = bench.gateway()
    for n in range(20):
        assert gateway.call("WORK", user_id=f"user-{n}", seq=1).type == "ANSWER"


def test_restarted_in_mid_turn_it_answers_those_who_ask_again(bench):
    agent, idle = bench.agent("agent-1"), None
    gateway = bench.gateway()
    request = work(gateway, "ana")
    turn = agent.turn("ana")
    bench.stack.restart("dispatcher")
    most.eventually(lambda: len(bench.status()) == 2)
    idle = bench.agent("agent-2", credit=50)
    work(gateway, "ana", id=request, attempt=1)  # what rpc_client does
    again = idle.turn("ana")
    idle.finish(again, "busy", retry_ms=60000)  # the lease is with agent-1
    most.eventually(lambda: not bench.status()[0].running)
    agent.finish(turn)  # a turn the new dispatcher never gave
    assert gateway.wait(request).reply[0].turn_id == "T-agent-1"
    turns = idle.count("TURN")  # more than that one if we were stopped before the turn's end
    assert gateway.quiet(1.5)  # longer than it waits after busy
    assert idle.count("TURN") == turns


def test_a_gateway_that_left_harms_nobody(bench):
    agent = bench.agent()
    with bench.stack.client("dispatcher") as leaving:
        work(leaving, "ana")
        turn = agent.turn("ana")
    gateway = bench.gateway()
    request = work(gateway, "ana")
    agent.wait_for("NUDGE")
    agent.finish(turn)
    assert gateway.wait(request).type == "ANSWER"


def test_stopped_and_continued_it_does_not_take_its_agents_for_dead(impatient_bench):
    bench = impatient_bench
    agent, gateway = bench.agent(), bench.gateway()
    request = work(gateway, "ana")
    turn = agent.turn("ana")
    agent.beats = False  # so that no heartbeat lies ready when it wakes up
    agent.next_beat = 0
    bench.stack.freeze("dispatcher")
    time.sleep(SILENCE_MS / 1000 * 5)  # what is tested is that time passes for it
    bench.stack.thaw("dispatcher")
    agent.beats = True
    agent.finish(turn)
    assert gateway.wait(request).type == "ANSWER"
    assert "agent_gone" not in bench.stack.log("dispatcher")


@pytest.mark.parametrize("side, type_, fields, required", [
    ("dispatcher", "WORK", {"user_id": "ana", "seq": 1}, "user_id"),
    ("agents", "TURN_DONE", {"user_id": "ana", "status": "empty"}, "status")])
def test_bytes_nobody_should_send(bench, side, type_, fields, required):
    agent = bench.agent(answer_all=True)
    good = most.encode(type_, fields)
    lacking = {name: value for name, value in fields.items() if name != required}
    with bench.stack.client(side) as client:
        for frames, code in [
                ([b"MOST/2", *good[1:]], "bad_version"),
                ([good[0], good[1], b"\xc1"], "bad_message"),
                ([good[0], good[1], b""], "bad_message"),
                ([good[0], good[1], b"\xdd\x05\xf5\xe1\x00"], "bad_message"),
                ([good[0], good[1][:31], good[2]], "bad_message"),
                ([good[0], good[1]], "bad_message"),
                ([*good, b"more"], "bad_message"),
                ([good[0], most.header(250, 1), b"\x80"], "unknown_type"),
                (most.encode("COMMITTED", {}), "unknown_type"),
                (most.encode(type_, lacking), "bad_message"),
                (most.encode(type_, {**fields, "user_id": "a" * 129}), "bad_message")]:
            client.send_raw(frames)
            error = client.recv()
            assert (error.type, error.code) == ("ERROR", code)
        rng = random.Random(1)
        for _ in range(300):
            client.send_raw([rng.randbytes(rng.choice([0, 1, 6, 32, 40])) for _ in range(3)])
            client.send_raw([good[0], good[1], rng.randbytes(rng.randrange(60))])
    assert bench.gateway().call("WORK", user_id="eva", seq=1).type == "ANSWER"
    assert agent.failure is None
