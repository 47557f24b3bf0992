"""Regression 1. A webhook's client hung up between the gateway's last look at its connection and the
writing of the answer: the kernel took the bytes, the reply counted as delivered, nobody had it."""

import time

import pytest

import most
import preload
from test_webhook import Line, raw, texts


@pytest.fixture
def held_line(tmp_path):
    """A line whose gateway stands still where a test wants it to, and what makes it."""
    world = preload.Preload(tmp_path)
    line = Line(env={**world.env("gateway"), "TWIML_WAIT_MS": "2s"})
    yield line, world
    line.close()


@pytest.mark.parametrize("end", [lambda client: client.reset(), lambda client: client.socket.close()])
def test_who_has_hung_up_is_seen_before_the_answer_is_written(held_line, end):
    (line, world), user, held = held_line, "+5215500000024", []
    line.sessions.handlers["TAKE"] = held.append
    client = raw(line, line.fields(user=user))
    most.eventually(lambda: held)
    with world.hold("gateway", preload.AFTER_EVENT) as stands:
        held[0].answer("OK")
        stands()
        end(client)
    assert line.told("DELIVERED", user).state == "again"
    assert line.serves()
    assert line.metric("mostrador_twilio_webhooks_total", outcome="gone") == 1


def test_whether_it_arrived_is_asked_where_it_cannot_be_known(held_line):
    """It was being written as the client hung up: neither delivered nor to be sent again. Sessions
    has it looked up at Twilio when it has heard nothing for TWIML_SETTLE_MS."""
    (line, world), user = held_line, "+5215500000025"
    with world.hold("gateway", preload.BEFORE_ANSWER) as stands:
        client = raw(line, line.fields(user=user))
        stands()
        client.socket.close()
    line.stack.wait_log("gateway", "event=webhook .*outcome=doubtful")
    assert line.metric("mostrador_twilio_webhooks_total", outcome="doubtful") == 1
    assert texts(line.say(user="+5215500000026"))
    assert line.told("DELIVERED", "+5215500000026").state == "done"
    assert line.untold("DELIVERED", user)


def test_what_could_not_be_written_is_given_back(held_line):
    (line, world), user = held_line, "+5215500000029"
    with world.hold("gateway", preload.BEFORE_ANSWER) as stands:
        client = raw(line, line.fields(user=user))
        stands()
        client.reset()
    assert line.told("DELIVERED", user).state == "again"
    assert line.metric("mostrador_twilio_webhooks_total", outcome="gone") == 1


def test_an_answer_that_is_too_late_goes_otherwise(held_line):
    """The gateway stood still until Twilio had surely gone, though its network did not say so."""
    (line, world), user, held = held_line, "+5215500000027", []
    line.sessions.handlers["TAKE"] = held.append
    client = raw(line, line.fields(user=user))
    most.eventually(lambda: held)
    since = time.monotonic()
    with world.hold("gateway", preload.AFTER_EVENT) as stands:
        held[0].answer("OK")
        stands()
        most.eventually(lambda: time.monotonic() - since > 3.5)
    assert texts(client.answer()) == []
    assert line.told("DELIVERED", user).state == "again"
