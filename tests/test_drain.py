"""SIGTERM: what a process has in hand is finished, and nobody notices that it has gone."""

import concurrent.futures
import contextlib
import signal
import socket

import chaos_shop
import gateway_shop
import most
import stack as stacks
from conversation import Sessions

REPLACED = ("sessions", "catalog", "dispatcher", "agent-1", "gateway", "sessions-2", "catalog-2",
            "dispatcher-2", "agent-2", "gateway-2")


def test_everything_is_replaced_one_by_one_and_no_request_fails():
    with chaos_shop.World(11) as world:
        world.sim.control(webhook_ms=15000)  # as patient as the real one
        with world.load() as load:
            for name in REPLACED:
                world.shop.terminate(name)
                load.more(4)
                world.shop.start(name)
            load.more(10)
        assert (load.refusals, load.retries, load.judge()) == ({}, 0, [])
        assert world.reports() == []


def test_a_gateway_that_ends_serves_who_is_there_and_takes_nobody_new():
    with contextlib.ExitStack() as stack:
        shop = gateway_shop.Shop(env={"DRAIN_MS": "60s"})
        stack.callback(shop.close)
        held = []
        shop.dispatcher.handlers["WORK"] = held.append
        early, slow = shop.later(shop.ask, "ana"), stack.enter_context(shop.connect())
        body = b'{"user_id":"bea","msg":"hola"}'
        slow.send(b"POST /seller/bot/ HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                  b"Content-Length: %d\r\n\r\n" % len(body))
        most.eventually(lambda: held)
        gateway = shop.stack.processes["gateway"]
        gateway.child.send_signal(signal.SIGTERM)
        shop.stack.wait_log("gateway", "event=stopping")
        most.eventually(lambda: refused(shop.port))
        slow.send(body)  # it was let in before
        shop.dispatcher.wait_for("WORK", lambda work: work.user_id == "bea")
        for work in held:
            work.answer("ANSWER", reply=gateway_shop.reply(seq=work.seq))
        assert early.result().status == 200
        answer = slow.answer()
        assert answer.status == 200 and answer.headers["connection"] == "close"
        assert gateway.child.wait(stacks.STOP_S) == 0
        gateway.ended = True


def test_who_listens_does_not_hold_a_gateway_that_ends():
    with contextlib.ExitStack() as stack:
        shop = gateway_shop.Shop(env={"DRAIN_MS": "600s"})
        stack.callback(shop.close)
        listener = stack.enter_context(shop.connect())
        listener.send(b"GET /seller/events HTTP/1.1\r\nHost: x\r\n\r\n")
        listener.until(b"retry: 2000\n\n")
        gateway = shop.stack.processes["gateway"]
        gateway.child.send_signal(signal.SIGTERM)
        assert gateway.child.wait(stacks.STOP_S) == 0
        gateway.ended = True
        while listener.more():
            pass  # until it is closed


def test_the_only_agent_finishes_what_it_has(new_stack, new_simulator):
    """Nobody else could: what it gave up would never be answered."""
    sim = new_simulator(hold="start")
    shop = new_stack(agents=1, env={**sim.env, "DRAIN_MS": "60s"})
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        asked = [pool.submit(shop.http.ask, f"ana-{n}", "hola") for n in range(4)]
        most.eventually(lambda: sim.stats()["active"] == 4)
        agent = shop.processes["agent-1"]
        agent.child.send_signal(signal.SIGTERM)
        shop.wait_log("agent-1", "event=leaving turns=4")
        shop.wait_log("dispatcher", "event=agent_leaves")
        sim.control(hold=None)
        assert [each.result().status for each in asked] == [200] * 4
    assert agent.child.wait(stacks.STOP_S) == 0
    agent.ended = True
    assert "turns_stopped" not in shop.log("agent-1")


def refused(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
    except ConnectionRefusedError:
        return True
    return False


def test_a_session_service_that_ends_answers_what_it_took():
    """Redis hangs while requests are under way: they are not refused, and nothing new is taken."""
    with Sessions(env={"DRAIN_MS": "60s"}) as service:
        service.freeze("redis")
        with service.client("sessions") as client:
            asked = [client.send("ENQUEUE", user_id="ana", message_id=f"m{n}", channel="api",
                                 text="hola", left_ms=60000) for n in range(20)]
            most.eventually(lambda: service.count("sessions", "mostrador_served_total") >= 20)
            process = service.processes["sessions"]
            process.child.send_signal(signal.SIGTERM)
            service.wait_log("sessions", "event=leaving requests=20")
            late = client.send("READ", user_id="ana")
            service.thaw("redis")
            assert [client.wait(one).type for one in asked] == ["ENQUEUED"] * 20
            assert process.child.wait(stacks.STOP_S) == 0
            process.ended = True
            assert client.quiet() and late
