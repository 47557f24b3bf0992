"""What the people of the shop are told: each kind, once, signed, and at nobody's cost."""

import concurrent.futures
import re
import subprocess

import pytest

import alert_targets
import most
import stack as stacks
from conversation import Sessions
from twilio_sim import TwilioSim


@pytest.fixture
def new_target():
    mine = []

    def make(kind=alert_targets.http_target):
        mine.append(kind())
        return mine[-1]

    yield make
    for target in mine:
        target.close()


@pytest.fixture
def target(new_target):
    return new_target()


def env_for(target, **more):
    return {"ALERT_WEBHOOK_URL": f"http://127.0.0.1:{target.port}/signed",
            "ALERT_WEBHOOK_SECRET": alert_targets.SECRET, "ALERT_PRIVATE": "on", **more}


# ---- the session service ----

KEPT, DUE = "most:{alerts}:items", "most:{alerts}:due"


@pytest.fixture
def service():
    running = Sessions(second=True, env={"ALERT_RATE": "5"}).start()
    yield running
    running.stop()


class Desk:
    """An agent that asks for alerts."""

    def __init__(self, service):
        self.client = service.client("sessions")
        self.count = 0
        assert self.take() == []

    def fields(self, kind="quote", key=None, user="ana", **more):
        self.count += 1
        return {"alert": {"id": f"alert-{self.count}", "kind": kind, "at_ms": 1000, "user_id": user,
                          **more}, "key": key or f"key-{self.count}"}

    def raise_(self, **options):
        return self.client.call("RAISE_ALERT", **self.fields(**options)).count

    def take(self, lease_ms=60000, max=16):
        return list(self.client.call("TAKE_ALERTS", lease_ms=lease_ms, max=max).alerts)

    def settle(self, alert, check=True, **more):
        return self.client.call("SETTLE_ALERT", alert_id=alert.id, tries=alert.tries, check=check,
                                **more)


def test_nobody_asks_for_alerts_so_none_are_kept(service):
    client = service.client("sessions")
    alert = {"id": "a", "kind": "quote", "at_ms": 1}
    assert client.call("RAISE_ALERT", alert=alert, key="k").count == 0
    with service.redis() as redis:
        assert redis.keys("most:{alerts}:*") == []
    assert Desk(service).raise_() == 1


def test_the_same_is_told_once_and_a_repetition_changes_nothing(service):
    desk = Desk(service)
    fields = desk.fields(key="ana's quote")
    assert [desk.client.call("RAISE_ALERT", **fields).count for _ in range(3)] == [1, 1, 1]
    assert desk.raise_(key="ana's quote") == 0
    assert desk.raise_(key="bob's quote") == 1
    taken = desk.take()
    assert [alert.id for alert in taken] == ["alert-1", "alert-3"]
    assert [alert.tries for alert in taken] == [1, 1]
    for alert in taken:
        desk.settle(alert)
    assert desk.raise_(key="ana's quote") == 0, "it was told, and still is not told again"
    with service.redis() as redis:
        assert redis.hlen(KEPT) == 0
        assert "ana" not in str(redis.zrange("most:{alerts}:told", 0, -1))


def test_two_agents_get_different_alerts_and_a_late_one_changes_nothing(service):
    desk = Desk(service)
    other = service.client("sessions-2")
    for _ in range(4):
        assert desk.raise_() == 1
    mine = desk.take(max=2)
    theirs = list(other.call("TAKE_ALERTS", lease_ms=60000, max=16).alerts)
    assert [len(mine), len(theirs)] == [2, 2]
    assert {a.id for a in mine} | {a.id for a in theirs} == {f"alert-{n}" for n in (1, 2, 3, 4)}
    assert desk.take() == []
    # one to be tried again at once, but for its first target
    desk.settle(mine[0], sent=1, retry_ms=1)
    again = most.eventually(desk.take)
    assert [(a.id, a.tries, a.sent) for a in again] == [(mine[0].id, 2, 1)]
    late = desk.settle(mine[0], check=False)
    assert late.type == "ERROR" and late.code == "stale_token"
    with service.redis() as redis:
        assert redis.hexists(KEPT, mine[0].id)
    desk.settle(again[0])
    assert desk.settle(again[0], check=False).code == "stale_token"


def test_what_a_dead_agent_took_is_told_by_another(service):
    desk = Desk(service)
    desk.raise_()
    assert len(desk.take(lease_ms=1)) == 1
    assert [a.tries for a in most.eventually(desk.take)] == [2]


def test_too_many_of_a_kind_are_held_back_and_counted(service):
    desk = Desk(service)
    assert [desk.raise_() for _ in range(8)] == [1] * 5 + [0] * 3
    assert desk.raise_(kind="person") == 1, "other kinds have a rate of their own"
    with service.redis() as redis:  # an hour later
        since, count, held = redis.hget("most:{alerts}:rates", "quote").split()
        assert (count, held) == ("5", "3")
        redis.hset("most:{alerts}:rates", "quote", f"{int(since) - 3600000} {count} {held}")
    assert desk.raise_() == 1
    assert [a.held_back for a in desk.take()] == [0] * 6 + [3]


def test_no_more_than_a_thousand_wait(service):
    desk = Desk(service)
    with service.redis() as redis:
        for n in range(1000):
            redis.zadd(DUE, {f"old-{n}": 1e15})
    assert desk.raise_() == 0
    assert service.count("sessions", "mostrador_alerts_raised_total") == 1
    assert re.search("alert_lost .*why=full", service.log("sessions"))


def test_erasing_a_person_drops_the_alerts_about_them(service):
    desk = Desk(service)
    for user in ("ana", "ana2", "ana", ""):
        assert desk.raise_(user=user) == 1
    desk.client.call("ERASE", user_id="ana")
    assert [a.user_id for a in desk.take()] == ["ana2", ""]
    with service.redis() as redis:
        assert redis.hlen(KEPT) == redis.zcard(DUE) == 2


@pytest.mark.parametrize("type_, fields", [
    ("RAISE_ALERT", {"alert": {"id": "", "kind": "quote", "at_ms": 1}, "key": "k"}),
    ("RAISE_ALERT", {"alert": {"id": "a", "kind": "", "at_ms": 1}, "key": "k"}),
    ("RAISE_ALERT", {"alert": {"id": "a", "kind": "quote", "at_ms": 1}, "key": ""}),
    ("TAKE_ALERTS", {"lease_ms": 0, "max": 1}), ("TAKE_ALERTS", {"lease_ms": 1, "max": 0}),
    ("TAKE_ALERTS", {"lease_ms": 600001, "max": 1}), ("TAKE_ALERTS", {"lease_ms": 1, "max": 17}),
    ("SETTLE_ALERT", {"alert_id": "", "tries": 1}), ("SETTLE_ALERT", {"alert_id": "a", "tries": 0}),
    ("SETTLE_ALERT", {"alert_id": "a", "tries": 1, "sent": -1}),
    ("SETTLE_ALERT", {"alert_id": "a", "tries": 1, "retry_ms": -1})])
def test_what_makes_no_sense_is_refused(service, type_, fields):
    answer = service.client("sessions").call(type_, check=False, **fields)
    assert (answer.type, answer.code) == ("ERROR", "invalid") and answer.detail


# ---- the whole shop ----


def quote_of(stack, user="ana"):
    """Says what leads to a quote; the answer."""
    stack.http.ask(user, "busco un Mazda")
    return stack.http.ask(user, "cotízame el primero a 48 meses").json()


def test_a_quote_a_person_and_a_low_score_are_told_and_signed(new_stack, target):
    stack = new_stack(env=env_for(target))
    quoted = quote_of(stack)
    quote = target.wait()
    assert quote["kind"] == "quote" and quote["user_id"] == "ana" and quote["months"] == 48
    assert f"${quote['instalment']:,.2f}" in quoted["reply"]
    assert quote["subject"].startswith("Mazda ")
    assert quote["message"].startswith("Mostrador Autos: Cotización nueva: Mazda ")
    stack.http.ask("ana", "quiero hablar con una persona")
    person = target.wait()
    assert (person["kind"], person["user_id"]) == ("person", "ana")
    quote_of(stack, "bea")
    assert target.wait()["user_id"] == "bea"
    stack.http.ask("bea", "gracias, adiós")
    stack.http.ask("bea", "3")
    score = target.wait()
    assert (score["kind"], score["score"]) == ("score", 3)
    stack.http.ask("bea", "tardaron <b>mucho</b>")
    assert target.wait()["text"] == "tardaron <b>mucho</b>"
    # the same again is nothing new
    stack.http.ask("ana", "quiero hablar con una persona")
    assert stack.http.post("/seller/alerts/test").status == 202
    assert target.wait()["kind"] == "test"


def test_a_high_score_is_nobodys_alarm(new_stack, target):
    stack = new_stack(env=env_for(target, ALERTS="score"))
    quote_of(stack)
    stack.http.ask("ana", "gracias, adiós")
    assert "score" not in stack.http.ask("ana", "9").json()
    assert stack.http.post("/seller/alerts/test").status == 202
    assert target.wait()["kind"] == "test", "neither the quote, which is switched off, nor the 9"


def test_slack_and_mail(new_stack, new_target):
    slack, mail = new_target(), new_target(alert_targets.mail_target)
    stack = new_stack(env={
        "ALERT_SLACK_URL": f"http://127.0.0.1:{slack.port}/services/T0/B0/x", "ALERT_PRIVATE": "on",
        "ALERT_MAIL_TO": "ana@shop.example, boss@shop.example", "SMTP_USER": "bot",
        "SMTP_PASSWORD": "pass", "SMTP_URL": f"smtp://127.0.0.1:{mail.port}",
        "SHOP_NAME": "Autos <!channel> & Ñandú", "ALERT_LANGUAGE": "en"})
    assert stack.http.post("/seller/alerts/test").status == 202
    assert slack.wait() == {
        "text": "Autos &lt;!channel&gt; &amp; Ñandú: Test: alerts arrive."}
    message, recipients, user = mail.wait()
    assert recipients == ["ana@shop.example", "boss@shop.example"] and user == ["bot", "pass"]
    assert message["From"] == "ana@shop.example"
    assert message["Subject"] == "Autos <!channel> & Ñandú: Test: alerts arrive."
    assert message.get_content().strip() == message["Subject"]


def hurry(stack, within_ms):
    """The only alert that waits is tried now, once its time is near enough; its id. A lease has 60 s,
    what failed once is tried again in 5."""
    with stack.redis() as redis:
        def waits():
            now = redis.time()[0] * 1000
            return [i for i, due in redis.zrange(DUE, 0, -1, withscores=True) if due < now + within_ms]
        (alert,) = most.eventually(waits)
        redis.zadd(DUE, {alert: 0})
    return alert


def test_a_target_that_fails_is_tried_again_and_the_others_are_not(new_stack, new_target):
    slack, hook = new_target(), new_target()
    hook.answers = [503]
    stack = new_stack(env=env_for(
        hook, ALERT_SLACK_URL=f"http://127.0.0.1:{slack.port}/services/x"))
    stack.http.post("/seller/alerts/test")
    slack.wait()
    assert hook.asked.acquire(timeout=most.PATIENCE)
    hurry(stack, 30000)
    assert hook.wait()["kind"] == "test"
    with stack.redis() as redis:
        most.eventually(lambda: redis.hlen(KEPT) == 0)
    assert slack.got.empty()


@pytest.mark.parametrize("status", [400, 404, 301])
def test_a_target_that_refuses_is_not_asked_again(new_stack, target, status):
    target.answers = [status]
    stack = new_stack(agents=1, env=env_for(target))
    stack.http.post("/seller/alerts/test")
    with stack.redis() as redis:
        most.eventually(lambda: stack.metric("mostrador_alerts_sent_total", outcome="refused") == 1)
        most.eventually(lambda: redis.hlen(KEPT) == 0)
    stack.wait_log("agent-1", f"alert_not_sent target=webhook outcome=refused .*status={status}")
    assert target.got.empty(), "no redirect is followed"


def test_a_target_that_hangs_slows_nobody_down(new_stack, new_target):
    slack, hook = new_target(), new_target()
    hook.hang()
    stack = new_stack(env=env_for(
        hook, ALERT_SLACK_URL=f"http://127.0.0.1:{slack.port}/services/x"))
    with concurrent.futures.ThreadPoolExecutor(10) as pool:
        list(pool.map(lambda n: quote_of(stack, f"user-{n}"), range(10)))
    told = {slack.wait()["text"].rpartition("Cliente: ")[2] for _ in range(10)}
    assert told == {f"user-{n}." for n in range(10)}
    assert hook.asked.acquire(timeout=most.PATIENCE) and hook.got.empty()
    assert stack.http.ask("zoe", "hola").status == 200


def test_an_agent_that_dies_while_it_tells_loses_nothing(new_stack, target):
    target.hang()
    stack = new_stack(agents=1, env=env_for(target))
    stack.http.post("/seller/alerts/test")
    assert target.asked.acquire(timeout=most.PATIENCE)
    stack.kill("agent-1")
    alert = hurry(stack, 120000)
    target.answers = [500]  # the dead one's, which still hangs there
    target.hanging.set()
    most.eventually(lambda: not target.answers)
    stack.start("agent-1")
    assert target.wait()["id"] == alert


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "0.0.0.0", "2130706433",
                                  "[::ffff:127.0.0.1]"])
def test_private_addresses_are_refused_unless_they_are_allowed(new_stack, target, host):
    stack = new_stack(agents=1, env=env_for(
        target, ALERT_PRIVATE="off", ALERT_WEBHOOK_URL=f"http://{host}:{target.port}/signed"))
    stack.http.post("/seller/alerts/test")
    most.eventually(lambda: stack.metric("mostrador_alerts_sent_total", outcome="refused") == 1)
    stack.wait_log("agent-1", 'outcome=refused why="address is private"')
    assert not target.asked.acquire(blocking=False)


def test_a_failing_model_is_told_of(new_stack, new_simulator, target):
    model = new_simulator()
    model.control(always={"kind": "500"})
    stack = new_stack(agents=1, env={**model.env, **env_for(
        target, BREAKER_FAILURES="1", BREAKER_OPEN_MS="60s", OPENAI_RETRIES="0")})
    assert stack.http.ask("ana", "hola").status == 200
    alert = target.wait()
    assert alert["kind"] == "model" and alert["subject"] in alert["message"]


def test_a_budget_that_is_used_up_is_told_of_once(new_stack, new_simulator, target):
    model = new_simulator()
    stack = new_stack(agents=1, env={**model.env, **env_for(target, BUDGET_DAY_CALLS="1")})
    for user in ("ana", "bea"):
        assert stack.http.ask(user, "hola").status == 200
    alert = target.wait()
    assert alert["kind"] == "budget" and re.fullmatch(r"\d{4}-\d\d-\d\d", alert["subject"])
    assert alert["message"].startswith("Mostrador Autos: Se acabó el presupuesto de hoy")
    assert stack.http.post("/seller/alerts/test").status == 202
    assert target.wait()["kind"] == "test", "it was told once"


def test_a_missing_part_is_told_of(new_stack, target):
    stack = new_stack(agents=1, env=env_for(target, HEARTBEAT_MS="50ms"))
    stack.kill("catalog")
    alert = target.wait()
    assert (alert["kind"], alert["subject"]) == ("missing", "catalog")
    stack.kill("sessions")  # whom nobody can tell
    alert = target.wait()
    assert (alert["kind"], alert["subject"]) == ("missing", "sessions")


def test_an_undelivered_answer_is_told_of_once(new_stack, target):
    phone, twilio = "+5215512345678", TwilioSim().start()
    try:
        stack = new_stack(agents=1, env={**twilio.env, **env_for(target), "TWILIO_REPLY": "rest",
                                         "PUBLIC_BASE_URL": "https://shop.example"})
        twilio.control(reach={"https://shop.example": stack.http.url})
        for body in ("hola", "¿hola?"):
            twilio.control(failures=[{"kind": "async", "code": 63024}])
            twilio.say(phone, body, url="https://shop.example/webhook/twilio/")
            with stack.client("sessions") as client:
                most.eventually(lambda: not client.call("READ", user_id=f"whatsapp:{phone}").outbox)
        alert = target.wait()
        assert (alert["kind"], alert["subject"]) == ("undelivered", "63024")
        assert alert["user_id"] == f"whatsapp:{phone}"
        assert alert["message"].endswith(f"Twilio dice 63024. Cliente: {phone}.")
        assert stack.http.post("/seller/alerts/test").status == 202
        assert target.wait()["kind"] == "test"
    finally:
        twilio.stop()


@pytest.mark.parametrize("env, told", [
    ({"ALERTS": "quote,nonsense"}, "ALERTS"),
    ({"ALERT_SLACK_URL": "ftp://example"}, "ALERT_SLACK_URL"),
    ({"ALERT_WEBHOOK_URL": "https://example/x"}, "ALERT_WEBHOOK_SECRET"),
    ({"ALERT_MAIL_TO": "no address"}, "ALERT_MAIL_TO"),
    ({"ALERT_MAIL_TO": "a@b.example\r\nBcc: c@d.example"}, "ALERT_MAIL_TO"),
    ({"ALERT_MAIL_TO": "a@b.example"}, "SMTP_URL"),
    ({"ALERT_MAIL_TO": "a@b.example", "SMTP_URL": "smtp://h", "ALERT_MAIL_FROM": "a b@c"},
     "ALERT_MAIL_FROM")])
def test_settings_that_make_no_sense_stop_the_agent(env, told, tmp_path):
    ended = subprocess.run([stacks.BIN / "agent", "agent-1"], capture_output=True, text=True,
                           cwd=stacks.ROOT, timeout=most.PATIENCE,
                           env=stacks.clean_env({"VAR": str(tmp_path), **env}))
    assert ended.returncode == 1 and ended.stderr.splitlines()[-1].startswith(f"agent-1: {told}: ")


def test_without_targets_the_test_says_so(stack):
    answer = stack.http.post("/seller/alerts/test")
    assert answer.status == 409 and "ALERT_SLACK_URL" in answer.json()["detail"]
    assert answer.headers["Content-Type"] == "application/problem+json"
