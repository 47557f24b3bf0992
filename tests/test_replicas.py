"""Two of every service, any of which may be gone: a dispatcher, a session service and a catalog die
one after the other while people write, and everybody is answered, once and rightly."""

import collections
import concurrent.futures

import pytest

import conftest
import most
import openai_sim
from replicas import Replicas


@pytest.fixture
def doubled():
    model = openai_sim.Sim(latency_ms=300).start()
    stack = Replicas(agents=2, env={"LEASE_MS": "2s", **model.env})
    try:
        stack.start()
        conftest.watch(stack)
        yield stack
        conftest.end(stack)
    finally:
        stack.stop(check=False)
        model.stop()


def test_each_of_two_may_die(doubled):
    makes = ("nissan", "mazda", "kia", "honda", "audi", "toyota")
    with concurrent.futures.ThreadPoolExecutor(32) as pool:
        for victim in ("dispatcher", "sessions-2", "catalog", "dispatcher-2", "sessions",
                       "catalog-2"):
            asked = [(make, pool.submit(doubled.http.ask, f"{victim}-{make}-{n}", f"busco un {make}"))
                     for make in makes for n in range(3)]
            doubled.kill(victim)
            for make, answer in asked:
                answer = answer.result()
                assert answer.status == 200, answer
                assert {car["make"].lower() for car in answer.json()["cars"]} == {make}
            doubled.start(victim)
    said = collections.Counter()
    for victim in ("dispatcher", "sessions-2", "catalog"):
        with most.Client(doubled.endpoint("sessions")) as client:
            context = client.call("READ", user_id=f"{victim}-kia-0").context[0]
        said.update(entry.role for entry in context.entries)
    assert (said["user"], said["assistant"]) == (3, 3)


def test_a_user_stays_with_one_dispatcher(doubled):
    """A second message joins the turn that runs, which only the dispatcher that gave it knows."""
    for name in ("dispatcher", "dispatcher-2"):
        doubled.wait_log("gateway", f"peer_up service=dispatcher endpoint="
                                    f"{doubled.endpoint(name)}")
    users = [f"stays-{n}" for n in range(12)]
    with concurrent.futures.ThreadPoolExecutor(24) as pool:
        asked = [pool.submit(doubled.http.ask, user, text)
                 for user in users for text in ("busco un kia", "o un mazda")]
        assert all(answer.result().status == 200 for answer in asked)
    seen = {user: {name for name in ("dispatcher", "dispatcher-2")
                   if f"user={user} " in doubled.log(name)} for user in users}
    assert all(len(names) == 1 for names in seen.values()), seen
    assert set.union(*seen.values()) == {"dispatcher", "dispatcher-2"}, "both have work"


def test_what_two_dispatchers_tell_of_one_agent_is_shown_once(doubled):
    def agents():
        lines = doubled.http.get("/metrics").body.decode().splitlines()
        return [line for line in lines if line.startswith("mostrador_memory_bytes")
                and 'role="agent"' in line]
    for name in ("dispatcher", "dispatcher-2"):
        most.eventually(lambda name=name: len(doubled.status(name)) == 3)
    most.eventually(lambda: len(agents()) == 2)
    assert len(set(line.split("}")[0] for line in agents())) == 2
