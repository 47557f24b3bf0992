"""Processes die, freeze and restart in the middle of a turn, and the customer must not notice.

Everything is real but the model (tests/openai_sim.py), which keeps a turn open until a test lets it
answer: harm is done in the middle of a turn however slow the machine is. The promises tested here end to end: a message is recorded before it is acknowledged; a repeated one is
one turn with one answer; a user's turns come one at a time and in order; a dead process loses
nothing; every bound refuses politely and recovers.
"""

import asyncio
import concurrent.futures
import time

import aiohttp
import pytest

import conftest
import most
import openai_sim
import stack as stacks

SLOW_MS = 300  # of a model call that nobody holds


class World:
    """A stack with a model that waits for us, and what customers do in it. Users are never used
    twice."""

    def __init__(self, env=None, **options):
        self.model = openai_sim.Sim(latency_ms=SLOW_MS).start()
        try:
            # 500 customers may take their time: what is tested is what they are told
            env = {"LEASE_MS": "2s", "REQUEST_MS": "10m", "TURN_MS": "9m", "OPENAI_FIRST_MS": "9m",
                   **self.model.env, **(env or {})}
            self.stack = stacks.Stack(env=env, **options).start()
        except BaseException:
            self.model.stop()
            raise
        conftest.watch(self.stack)
        self.pool = concurrent.futures.ThreadPoolExecutor(32)
        self.users = 0

    def close(self):
        self.pool.shutdown()
        try:
            conftest.end(self.stack)
        finally:
            violations = self.model.stats()["violations"]
            self.model.stop()
        assert violations == []

    def heal(self):
        """As it was at first, whatever a failed test left behind."""
        self.model.control(latency_ms=SLOW_MS, hold=None)
        for name in self.stack.order:
            if self.stack.processes[name].frozen:
                self.stack.thaw(name)
            if not self.stack.processes[name].alive():
                self.stack.start(name)

    def user(self):
        self.users += 1
        return f"whatsapp:+52155000{self.users:05}"

    def ask(self, user, text, key=None, timeout=600):
        """A future of the HTTP answer."""
        headers = {"Idempotency-Key": key} if key else {}
        return self.pool.submit(self.stack.http.ask, user, text, headers=headers, timeout=timeout)

    def read(self, user):
        with self.stack.client("sessions") as client:
            return client.call("READ", user_id=user)

    def wait_thinking(self, user):
        """Until a turn of the user is open and the model, which is held, is at it."""
        most.eventually(lambda: self.read(user).leased, 60, "no turn began")
        most.eventually(lambda: self.model.stats()["active"] > 0, 60, "the model was not asked")

    def hold(self):
        """The model answers nobody, until let_go."""
        self.model.control(hold="start", latency_ms=0)

    def let_go(self):
        self.model.control(hold=None)

    def busy_agent(self):
        """The one agent that runs a turn."""
        def found():
            running = [p.name for p in self.stack.status("dispatcher")[1:] if p.running]
            return running[0] if len(running) == 1 else None
        return most.eventually(found, 60, "no agent says that it runs a turn")

    def idle(self):
        """Until no agent has a turn left."""
        def quiet():
            processes = self.stack.status("dispatcher")
            return len(processes) == 1 + len(self.stack.agents) and \
                not any(p.running for p in processes)
        most.eventually(quiet, 60, "turns never end")

    def commits(self):
        return self.stack.count("sessions", "mostrador_commits_total")

    def conversation(self, user):
        """What was said, as sessions has it: [(role, text)] of customer and seller, in order."""
        context = self.read(user).context
        return [(e.role, e.text) for e in context[0].entries if e.role in ("user", "assistant")] \
            if context else []

    def check_answered_once(self, user, texts, answer):
        """The customer has one answer, it is the one that was kept, and nothing is left over."""
        assert answer.status == 200, answer
        session = self.read(user)
        said = self.conversation(user)
        assert [text for role, text in said if role == "user"] == texts
        assert [text for role, text in said if role == "assistant"] == [answer.json()["reply"]]
        assert (session.waiting, session.leased) == (0, False)
        assert answer.json()["user_id"] == user


@pytest.fixture(scope="module")
def shared_world():
    made = World()
    yield made
    made.close()


@pytest.fixture
def world(shared_world):
    shared_world.heal()
    return shared_world


@pytest.fixture
def new_world():
    made = []

    def make(*args, **options):
        made.append(World(*args, **options))
        return made[-1]

    yield make
    for each in made:
        each.close()


def ask_and_wait_until_it_thinks(world, text="busco un nissan"):
    user = world.user()
    world.idle()
    world.hold()
    answer = world.ask(user, text)
    world.wait_thinking(user)
    return user, answer


def check_cars(answer, make="Nissan"):
    cars = answer.json()["cars"]
    assert cars and all(car["make"] == make for car in cars)


# ---- a process dies in mid-turn ----

def test_an_agent_killed_in_mid_turn(world):
    user, answer = ask_and_wait_until_it_thinks(world)
    name = world.busy_agent()
    world.stack.kill(name)
    world.let_go()
    check_cars(answer.result())
    world.check_answered_once(user, ["busco un nissan"], answer.result())
    assert world.stack.count("dispatcher", "mostrador_dispatch_redispatched_total") >= 1
    world.stack.start(name)


def test_an_agent_restarted_in_mid_turn(world):
    user, answer = ask_and_wait_until_it_thinks(world)
    world.stack.restart(world.busy_agent(), wait=False)
    world.let_go()
    check_cars(answer.result())
    world.check_answered_once(user, ["busco un nissan"], answer.result())


@pytest.mark.parametrize("name", ["catalog", "sessions", "dispatcher", "redis"])
def test_a_service_restarted_in_mid_turn(world, name):
    user, answer = ask_and_wait_until_it_thinks(world)
    world.stack.restart(name, wait=False)
    world.let_go()
    check_cars(answer.result())
    world.check_answered_once(user, ["busco un nissan"], answer.result())
    world.idle()


def test_everything_behind_the_gateway_restarted_in_mid_turn(world):
    user, answer = ask_and_wait_until_it_thinks(world)
    names = ["redis", "sessions", "catalog", "dispatcher", "agent-1", "agent-2"]
    for name in names:
        world.stack.kill(name)
    world.stack.start(*names)
    world.let_go()
    check_cars(answer.result())
    world.check_answered_once(user, ["busco un nissan"], answer.result())


def test_nobody_is_left_to_ask_and_the_sweeper_finds_the_message(world):
    user = world.user()
    for name in ("agent-1", "agent-2"):
        world.stack.kill(name)
    answer = world.ask(user, "busco un nissan")
    most.eventually(lambda: world.read(user).waiting == 1, 60)
    for name in ("gateway", "dispatcher"):  # both that knew of it
        world.stack.kill(name)
    with pytest.raises(OSError):
        answer.result()
    world.stack.start("dispatcher", "agent-1", "agent-2", "gateway")
    most.eventually(lambda: world.read(user).context and world.read(user).waiting == 0, 60)
    assert [role for role, _ in world.conversation(user)] == ["user", "assistant"]


def test_a_gateway_killed_in_mid_turn_and_asked_again(world):
    user = world.user()
    world.idle()
    world.hold()
    answer = world.ask(user, "busco un nissan", key="order-1")
    world.wait_thinking(user)
    world.stack.restart("gateway")
    world.let_go()
    with pytest.raises(OSError):
        answer.result()
    again = world.ask(user, "busco un nissan", key="order-1").result()
    check_cars(again)
    world.check_answered_once(user, ["busco un nissan"], again)


# ---- a process freezes ----

# The first has calls to make yet and learns that its lease is lost; the second has its answer in the
# socket and commits at once, unless the RENEW that is overdue goes out first.
@pytest.mark.parametrize("text, refused", [("busco un nissan", "RENEW"), ("hola", "RENEW|COMMIT")])
def test_a_frozen_agent_answers_nobody_twice(world, text, refused):
    user, answer = ask_and_wait_until_it_thinks(world, text)
    name = world.busy_agent()
    before, at = world.commits(), len(world.stack.log("sessions"))
    world.stack.freeze(name)
    world.let_go()
    first = answer.result()  # by the other agent
    world.check_answered_once(user, [text], first)
    kept = world.read(user)
    world.stack.thaw(name)  # it goes on with its turn
    world.stack.wait_log("sessions", rf"type=({refused}) (status=stale|code=stale)", since=at)
    world.idle()
    assert world.read(user).context == kept.context
    assert world.commits() == before + 1
    world.check_answered_once(user, [text], first)


@pytest.mark.parametrize("name", ["catalog", "sessions", "dispatcher", "redis"])
def test_a_service_that_hangs_for_a_while(world, name):
    user, answer = ask_and_wait_until_it_thinks(world)
    world.stack.freeze(name)
    world.let_go()
    time.sleep(2.5)  # what is tested is a silence of more than four heartbeats
    world.stack.thaw(name)
    check_cars(answer.result())
    world.check_answered_once(user, ["busco un nissan"], answer.result())


# ---- recorded, once, in order ----

def test_nothing_is_acknowledged_that_was_not_recorded(new_world):
    world = new_world({"REQUEST_MS": "1s", "TURN_MS": "1s"}, agents=1)
    world.model.control(latency_ms=0)
    user = world.user()
    world.stack.kill("redis")
    refused = world.ask(user, "busco un nissan").result()
    assert refused.status == 503
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert refused.headers["Retry-After"]
    world.stack.start("redis")
    world.stack.wait_ready("sessions")
    for name in ("gateway", "agent-1"):
        world.stack.restart(name, env={"REQUEST_MS": "60s", "TURN_MS": "50s"})
    answer = world.ask(user, "busco un mazda").result()
    world.check_answered_once(user, ["busco un mazda"], answer)
    # what was acknowledged is still there after the hardest end
    kept = world.conversation(user)
    world.stack.restart("redis")
    world.stack.wait_ready("sessions")
    assert world.conversation(user) == kept


def test_the_same_message_many_times_is_one_turn_with_one_answer(world):
    user = world.user()
    copies = [world.ask(user, "busco un nissan", key="m-1") for _ in range(8)]
    answers = {copy.result().body for copy in copies}
    assert len(answers) == 1
    late = world.ask(user, "busco un nissan", key="m-1").result()
    assert late.body in answers
    world.check_answered_once(user, ["busco un nissan"], late)


def test_messages_of_one_user_keep_their_order(world):
    user = world.user()
    texts = [f"busco un {make}" for make in ("nissan", "mazda", "kia", "honda", "audi", "toyota")]
    answers = []
    for count, text in enumerate(texts, start=1):
        answers.append(world.ask(user, text))
        # the next one is sent when this one is recorded, wherever the turns stand
        with world.stack.redis() as redis:
            most.eventually(lambda: int(recorded(redis, user) or 0) >= count)
    answers = [answer.result() for answer in answers]
    assert [a.status for a in answers] == [200] * len(texts)
    said = world.conversation(user)
    assert [text for role, text in said if role == "user"] == texts
    # each got the reply of the turn that had it: the first seller's line after it
    for text, answer in zip(texts, answers):
        after = said[said.index(("user", text)):]
        assert answer.json()["reply"] == next(t for role, t in after if role == "assistant")
    assert world.read(user).waiting == 0


def recorded(redis, user):
    """How many messages of the user sessions has recorded so far."""
    for key in redis.scan_iter(f"*:state:{user}"):
        return redis.hget(key, "seq")
    return 0


def test_agents_die_again_and_again_under_load(world):
    """Every customer gets exactly one answer, whichever agent is killed when."""
    world.idle()
    world.model.control(latency_ms=300)
    users = [world.user() for _ in range(24)]
    answers = {user: world.ask(user, "busco un nissan") for user in users}
    for name in ("agent-1", "agent-2", "agent-1"):
        most.eventually(lambda: world.model.stats()["active"] > 0
                        or all(a.done() for a in answers.values()))
        world.stack.restart(name)
    for user, answer in answers.items():
        check_cars(answer.result())
        world.check_answered_once(user, ["busco un nissan"], answer.result())


# ---- bounds ----

def test_a_full_queue_gives_503_and_recovers(new_world):
    world = new_world({"AGENT_CREDIT": "1", "DISPATCHER_QUEUE": "1"}, agents=1)
    running, queued, refused = world.user(), world.user(), world.user()
    world.hold()
    first = world.ask(running, "busco un nissan")
    world.wait_thinking(running)
    second = world.ask(queued, "busco un mazda")
    most.eventually(lambda: world.stack.status("dispatcher")[0].missing == "room")
    answer = world.ask(refused, "busco un kia").result()
    assert answer.status == 503 and int(answer.headers["Retry-After"]) >= 1
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert world.read(refused).waiting == 0  # nothing was recorded
    world.let_go()
    world.check_answered_once(running, ["busco un nissan"], first.result())
    world.check_answered_once(queued, ["busco un mazda"], second.result())
    most.eventually(lambda: world.stack.http.get("/readyz").status == 200)
    answer = world.ask(refused, "busco un kia").result()
    world.check_answered_once(refused, ["busco un kia"], answer)
    # by the dispatcher, or by a gateway that had heard from it that there is no room
    assert 'status="503"' in world.stack.http.get("/metrics").body.decode()


def test_500_customers_at_once(world, capsys):
    """Each is told about the cars they asked for, by two agents, with a model of 2 s a call."""
    world.idle()
    world.model.control(latency_ms=2000)
    makes = [m["name"] for m in world.stack.http.get("/catalog/makes").json()["makes"]]
    wanted = [(f"customer-{n}", makes[n % len(makes)]) for n in range(500)]
    expected = {}
    for make in makes:
        page = world.stack.http.get(f"/catalog/cars?make={make.replace(' ', '+')}").json()
        expected[make] = page["list"]["total"]

    async def one(session, user, make):
        async with session.post(world.stack.http.url + "/seller/bot/",
                                json={"user_id": user, "msg": f"busco un {make}"}) as answer:
            return user, make, answer.status, await answer.json(content_type=None)

    async def all_of_them():
        connector = aiohttp.TCPConnector(limit=0)
        timeout = aiohttp.ClientTimeout(total=600)
        async with aiohttp.ClientSession(connector=connector, timeout=timeout) as session:
            return await asyncio.gather(*(one(session, *each) for each in wanted))

    started = time.monotonic()
    answers = asyncio.run(all_of_them())
    took = time.monotonic() - started
    agents = [p.name for p in world.stack.status("dispatcher")[1:]]
    with capsys.disabled():
        print(f"\n500 customers, 2 s a model call, {len(agents)} agents: {took:.1f} s")
    wrong = [a for a in answers if not (
        a[2] == 200 and a[3]["user_id"] == a[0] and a[3]["cars"] and
        all(car["make"] == a[1] for car in a[3]["cars"]) and
        a[3]["list"]["total"] == expected[a[1]])]
    assert wrong == []
    assert len({a[3]["turn_id"] for a in answers}) == 500
