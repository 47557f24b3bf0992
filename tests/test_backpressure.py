"""More than can be done: who can come again is told so, what was acknowledged is kept and answered,
nothing grows without bound, and when there is room again all goes on by itself."""

import collections
import concurrent.futures

import pytest

import chaos_shop
import conftest
import flood
import most
import openai_sim
import stack as stacks
from flood import BASE, WEBHOOK, person
from twilio_sim import TwilioSim

SETTINGS = {"HEARTBEAT_MS": "100ms", "TWILIO_NUMBER_RATE": "1000", "TWILIO_PERSON_MS": "0",
            "TWIML_WAIT_MS": "300ms", "PUBLIC_BASE_URL": BASE, "LOG_LEVEL": "info"}


@pytest.fixture
def new_shop():
    """new_shop(agents, model=…, env={…}): (stack, Twilio)."""
    made = []

    def make(agents=1, model=None, env=None):
        sim = TwilioSim().start()
        made.append(sim.stop)
        stack = stacks.Stack(agents=agents, env={**SETTINGS, **sim.env,
                                                 **(model.env if model else {}), **(env or {})})
        made.append(lambda: conftest.end(stack))
        conftest.watch(stack)
        sim.control(reach={BASE: stack.http.url})
        return stack.start(), sim

    yield make
    for end in reversed(made):
        end()


def read(stack, who):
    with stack.client("sessions") as client:
        return client.call("READ", user_id=who)


def refused(answer):
    """A 503 that says when to come again."""
    return answer.status == 503 and int(answer.headers["Retry-After"]) >= 1


def test_without_agents_callers_hear_503_and_whatsapp_is_answered_later(new_shop):
    stack, sim = new_shop()
    stack.kill("agent-1")
    with concurrent.futures.ThreadPoolExecutor() as pool:
        asked = [pool.submit(stack.http.ask, f"api-{n}", "busco un kia") for n in range(8)]
        assert all(refused(answer.result()) for answer in asked)
    assert refused(stack.http.ask("api-late", "busco un kia"))
    assert read(stack, "api-0").waiting == read(stack, "api-late").waiting == 0
    said = sim.say("+5215500000001", "busco un kia", url=WEBHOOK)["outcomes"][0]
    assert (said["status"], said["messages"]) == (200, [])
    assert read(stack, person(1)).waiting == 1
    stack.start("agent-1")
    most.eventually(lambda: len(sim.received("+5215500000001")) == 1)
    assert stack.http.ask("api-0", "busco un kia").status == 200


def test_a_dispatcher_without_agents_is_passed_over():
    """Nobody is refused while the other one has some."""
    with chaos_shop.World(5) as world:
        world.lines.set([f"{agent}>dispatcher" for agent in world.shop.agents], cut=True)
        most.eventually(lambda: world.shop.status("dispatcher")[0].missing == "agents")
        for name in world.shop.fronts:
            most.eventually(lambda name=name: stacks.Http(world.shop.fronts[name]).get(
                "/readyz").status == 200)
        with world.load() as load:
            load.more(40)
        assert load.refusals == {}
        world.heal()
        assert load.judge() == []


# ---- a flood from everywhere ----

def rss(stack, name):
    """Bytes of a process and what it started."""
    pid = stack.processes[name].pid
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as children:
        pids = [pid, *map(int, children.read().split())]
    total = 0
    for each in pids:
        with open(f"/proc/{each}/statm", encoding="ascii") as statm:
            total += int(statm.read().split()[1]) * 4096
    return total


def test_thousands_of_messages_while_nobody_is_there(new_shop):
    """`make chaos` throws 20,000."""
    people, each, callers = 40, 90, 400
    stack, sim = new_shop()
    stack.kill("agent-1")
    assert refused(stack.http.ask("api-first", "hola"))
    before = {name: rss(stack, name) for name in ("gateway", "dispatcher", "sessions")}
    mixed = flood.mixed(people, each, callers)
    statuses = flood.throw(stack.port, mixed)
    assert statuses == {200: people * each, 503: callers}
    assert stack.status("dispatcher")[0].missing == "agents"
    for metric in ("mostrador_dispatch_queued", "mostrador_http_waiting"):
        assert stack.metric(metric) == 0, metric
    for name, size in before.items():
        assert rss(stack, name) - size < 48 << 20, name
    stack.start("agent-1")

    def all_answered():
        received = sim.people()
        return all(received.get(person(number)) for number in range(people))
    most.eventually(all_answered)
    for number in (0, people // 2, people - 1):
        most.eventually(lambda number=number: not read(stack, person(number)).outbox)
        assert read(stack, person(number)).waiting == 0
    assert stack.http.ask("api-last", "busco un kia").status == 200


# ---- a flood from one ----

def test_who_floods_is_alone_in_waiting(new_shop):
    """A thousand messages of one person, whose turn does not end meanwhile: with room for two turns
    everybody else is answered, and what was taken of the flood is answered after all."""
    with openai_sim.Sim(hold_if="torrente") as model:
        stack, sim = new_shop(model=model, env={"AGENT_CREDIT": "2", "OPENAI_HTTP": "1.1",
                                                "OPENAI_FIRST_MS": "5m", "TURN_MS": "5m"})
        thrown = [flood.webhook(person(666), f"torrente {n}") for n in range(1000)]
        others = [f"otra-{n}" for n in range(30)]
        with concurrent.futures.ThreadPoolExecutor(11) as pool:
            statuses = pool.submit(flood.throw, stack.port, thrown, 200)
            answers = list(pool.map(lambda who: stack.http.ask(who, "busco un kia"), others))
            assert statuses.result() == {200: 100, 503: 900}
        assert [answer.status for answer in answers] == [200] * len(others)
        session = read(stack, person(666))
        assert (session.waiting, session.leased) == (100, True)
        assert person(666) not in sim.people()
        most.eventually(lambda: [p.running for p in stack.status("dispatcher")[1:]] == [1])
        model.control(hold_if="")
        most.eventually(lambda: person(666) in sim.people() and not read(stack, person(666)).waiting)
        most.eventually(lambda: not read(stack, person(666)).outbox)
        assert len(sim.people()[person(666)]) <= 3


def test_who_floods_several_gateways_is_alone_in_waiting():
    """The same through two gateways, dispatchers, session services and agents: however many there are,
    a person has one turn, and one inbox whose room they all know."""
    with chaos_shop.World(9, env={"AGENT_CREDIT": "2", "OPENAI_FIRST_MS": "5m", "TURN_MS": "5m",
                                  "REQUEST_MS": "5m"}) as world:
        world.model.control(hold_if="torrente")
        fronts = list(world.shop.fronts.values())
        https = [stacks.Http(port) for port in fronts]
        thrown = [flood.webhook(person(667), f"torrente {n}") for n in range(500)]
        with concurrent.futures.ThreadPoolExecutor(12) as pool:
            floods = [pool.submit(flood.throw, port, thrown[n::2], 100)
                      for n, port in enumerate(fronts)]
            answers = list(pool.map(lambda n: https[n % 2].ask(f"otra-{n}", "busco un kia"),
                                    range(30)))
            statuses = [each.result() for each in floods]
        assert sum(statuses, collections.Counter()) == {200: 100, 503: 400}
        assert all(each[503] > 0 for each in statuses)
        assert [answer.status for answer in answers] == [200] * 30
        assert read(world.shop, person(667)).waiting == 100
        most.eventually(lambda: read(world.shop, person(667)).leased)
        assert person(667) not in world.sim.people()
        world.model.control(hold_if="")
        most.eventually(lambda: person(667) in world.sim.people()
                        and not read(world.shop, person(667)).waiting)
        most.eventually(lambda: not read(world.shop, person(667)).outbox)
        assert len(world.sim.people()[person(667)]) <= 3
