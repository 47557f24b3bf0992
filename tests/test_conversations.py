"""The list of the newest conversations: what is in it, in which order, what is marked, what is told
of changes, and that nobody stays in it who was erased."""

import http.client
import itertools
import json

import pytest

import most
from conversation import Conversation, Sessions
from gateway_shop import Shop, check_problem

_turns = itertools.count(1)
NOW = 1_790_000_000_000


@pytest.fixture(scope="module")
def service():
    with Sessions(env={"SESSION_TTL": "7d"}) as made:
        yield made


@pytest.fixture(autouse=True)
def empty(request):
    if "service" in request.fixturenames:
        with request.getfixturevalue("service").redis() as redis:
            redis.flushall()


def turn(talk, at, outcome="answered"):
    """A whole turn of somebody, ended at that time."""
    name = f"T{next(_turns)}"
    talk.enqueue(text=f"hola {name}")
    talk.commit(talk.claim(), name)
    talk.call("LOG_TURN", record={"turn_id": name, "user": "x", "received_ms": at - 5,
                                  "claimed_ms": at, "outcome": outcome})
    return talk


def people(talk, limit=50, **asked):
    answer = talk.client.call("LIST_PEOPLE", limit=limit, **asked)
    return answer.people, answer.before


def names(talk, **asked):
    return [person.user_id for person in people(talk, **asked)[0]]


def changes(talk):
    return talk.client.call("GET_CHANGES").count


def test_the_newest_come_first_with_what_was_said_last(service):
    talks = [turn(Conversation(service, f"p{n}"), NOW + n) for n in range(3)]
    assert names(talks[0]) == ["p2", "p1", "p0"]
    before = changes(talks[0])
    turn(talks[0], NOW + 10)
    assert changes(talks[0]) > before
    first = people(talks[0])[0][0]
    assert first.user_id == "p0" and first.at_ms == NOW + 10
    talks[1].enqueue(text="¿sigues?")
    assert [p.waiting for p in people(talks[0])[0]] == [0, 0, 1]


def test_a_turn_that_failed_or_is_told_late_moves_nobody(service):
    one, two = turn(Conversation(service, "uno"), NOW), turn(Conversation(service, "dos"), NOW + 1)
    turn(one, NOW + 5, outcome="lost")
    turn(two, NOW - 50)
    assert names(two) == ["dos", "uno"]


def test_pages_are_complete_also_within_one_moment(service):
    talk = Conversation(service, "u00")
    for n in range(23):
        turn(Conversation(service, f"u{n:02}", talk.client), NOW + n // 10)
    found, before = [], ""
    while True:
        page, before = people(talk, limit=4, before=before)
        found += [person.user_id for person in page]
        if not before:
            break
    assert len(found) == 23 == len(set(found))
    assert found == names(talk)


def test_search_and_filters(service):
    talks = {name: turn(Conversation(service, name), NOW) for name in
             ("whatsapp:+5215511112222", "whatsapp:+5215533334444", "Ana")}
    talk = talks["Ana"]
    assert names(talk, q="1111") == ["whatsapp:+5215511112222"]
    assert names(talk, q="aNa") == ["Ana"] and names(talk, q="nobody") == []
    assert names(talk, q="*") == [] and names(talk, q="[") == []
    assert names(talk, filter="failed") == [] == names(talk, filter="unhappy")
    other = talks["whatsapp:+5215533334444"]
    other.answered("SENT")
    claimed = other.claim()
    other.delivered("SENT", "trying", claimed.token)
    other.delivered("SENT", "done", claimed.token, parts_sent=1, sid="SM1")
    other.status("SM1", "undelivered", 63016)
    assert names(talk, filter="failed") == [other.user]
    assert people(talk, filter="failed")[0][0].failed_ms > 0
    for filter_ in ("x", "Failed"):
        with pytest.raises(most.WireError, match="invalid"):
            people(talk, filter=filter_)
    for limit in (0, 51):
        with pytest.raises(most.WireError, match="invalid"):
            people(talk, limit=limit)
    for before in ("x", "0 a", "12", " "):
        with pytest.raises(most.WireError, match="invalid"):
            people(talk, before=before)


@pytest.mark.parametrize("score, unhappy", [(6, True), (7, False)])
def test_who_gave_a_low_score_is_found(service, score, unhappy):
    talk = turn(Conversation(service, f"score-{score}"), NOW)
    talk.enqueue()
    talk.commit(talk.claim(), f"A{score}", survey={"state": "asked", "rules": "v1"})
    talk.enqueue()
    talk.commit(talk.claim(), f"S{score}", survey={"state": "scored", "answered": True,
                                                   "score": score, "rules": "v1"})
    assert names(talk, filter="unhappy") == ([talk.user] if unhappy else [])
    assert talk.user in names(talk, filter="scored")
    person = people(talk)[0][0]
    assert person.scored and person.score == score


def test_what_is_said_with_somebody_of_the_shop_is_listed_too(service):
    talk, other = turn(Conversation(service), NOW), turn(Conversation(service), NOW + 1)
    counts = [changes(talk)]

    def changed():
        most.eventually(lambda: changes(talk) > counts[-1])
        counts.append(changes(talk))
        return people(talk)[0][0]

    talk.call("TAKE_OVER", by="Ana")
    changed()
    assert names(talk) == [other.user, talk.user]
    assert [p.by for p in people(talk)[0]] == ["", "Ana"]
    talk.enqueue(text="¿hay alguien?")
    first = changed()
    assert (first.user_id, first.last_role, first.last_text) == (talk.user, "user", "¿hay alguien?")
    talk.call("SAY", say_id="c1", turn_id="say-1", text="Soy Ana", by="Ana")
    first = changed()
    assert (first.last_role, first.last_text) == ("person", "Soy Ana")
    talk.call("GIVE_BACK", note="nada")
    first = changed()
    assert (first.by, first.last_text) == ("", "Soy Ana")


@pytest.mark.parametrize("how", ["ERASE", "RESET"])
def test_who_is_erased_or_forgotten_is_not_in_it(service, how):
    talk, other = turn(Conversation(service), NOW), turn(Conversation(service), NOW)
    before = changes(talk)
    talk.call(how)
    assert changes(talk) > before and names(talk) == [other.user]
    with service.redis() as redis:
        assert redis.zrange("most:{turns}:people", 0, -1) == [other.user]


def test_who_has_expired_is_dropped_when_somebody_looks(service):
    talk, other = turn(Conversation(service), NOW), turn(Conversation(service), NOW)
    with service.redis() as redis:
        redis.delete(*redis.keys(f"*{talk.user}*"))
        assert names(other) == [other.user]
        most.eventually(lambda: redis.zrange("most:{turns}:people", 0, -1) == [other.user])


def test_the_list_is_bounded_and_forgets_what_is_old(service):
    talk = Conversation(service, "new")
    week = 7 * 86400_000
    with service.redis() as redis:
        redis.zadd("most:{turns}:people", {f"old{n}": NOW - week - n - 1 for n in range(5)})
        redis.hset("most:{turns}:marks", "old1", "5 -1")
        turn(talk, NOW)
        assert redis.zrange("most:{turns}:people", 0, -1) == ["new"]
        assert redis.hgetall("most:{turns}:marks") == {}
        redis.zadd("most:{turns}:people", {f"u{n}": NOW - 20000 + n for n in range(10003)})
        turn(talk, NOW + 1)
        assert redis.zcard("most:{turns}:people") == 10000
        assert redis.zscore("most:{turns}:people", "u3") is None
        assert redis.zscore("most:{turns}:people", "u4")


# ---- over HTTP ----


def test_a_conversation_is_listed_read_and_its_turns_found(stack):
    user = "lista <b>&\"ñ"
    assert stack.http.ask(user, "busco un nissan").status == 200
    listed = most.eventually(lambda: [
        c for c in stack.http.get("/seller/conversations?q=lista").json()["conversations"]
        if c["user_id"] == user])[0]
    assert listed["turns"] == 1 and listed["last"]["role"] == "assistant"
    assert "Nissan" in listed["last"]["text"]
    assert listed["score"] is None and listed["failed_at"] is None and not listed["opted_out"]
    session = stack.http.get("/seller/sessions/lista%20%3Cb%3E%26%22%C3%B1").json()
    assert {m["turn_id"] for m in session["messages"]} == {session["messages"][0]["turn_id"]}
    search = [tool for tool in session["tools"] if tool["name"] == "search_cars"][0]
    assert search["turn_id"] == session["messages"][0]["turn_id"]
    assert "issan" in search["arguments"] and "cars" in json.loads(search["result"])
    turns = stack.http.get("/seller/turns?user_id=lista%20%3Cb%3E%26%22%C3%B1").json()["turns"]
    assert [t["turn_id"] for t in turns] == [session["messages"][0]["turn_id"]]
    assert stack.http.get("/seller/turns?user_id=nobody-at-all").json()["turns"] == []


def test_processes_are_told(stack):
    def told():
        return stack.http.get("/seller/processes").json()["processes"]
    most.eventually(lambda: all(p["ready"] and p["version"] for p in told()))  # a heartbeat later
    assert {p["role"] for p in told()} == {"gateway", "dispatcher", "agent", "sessions", "catalog"}


class Listener:
    def __init__(self, http_):
        self.connection = http.client.HTTPConnection(http_.host, http_.port, timeout=90)
        self.connection.request("GET", "/seller/events")
        self.answer = self.connection.getresponse()
        assert self.answer.headers["content-type"].startswith("text/event-stream")

    def change(self):
        """The next one's number."""
        while self.answer.readline() != b"event: change\n":
            pass
        return json.loads(self.answer.readline()[len(b"data: "):])["count"]

    def close(self):
        self.answer.close()
        self.connection.close()


def test_listeners_hear_of_a_change_and_one_question_serves_them_all():
    shop = Shop()
    count = [7]
    shop.sessions.handlers["GET_CHANGES"] = lambda m: ("CHANGES", {"count": count[0]})
    try:
        assert shop.http.get("/healthz").status == 200
        assert shop.sessions.count("GET_CHANGES") == 0  # nobody listens
        listeners = [Listener(shop.http) for _ in range(5)]
        assert [listener.change() for listener in listeners] == 5 * [7]
        asked = shop.sessions.count("GET_CHANGES")
        assert asked <= 3
        count[0] = 8
        assert [listener.change() for listener in listeners] == 5 * [8]
        more = [Listener(shop.http) for _ in range(59)]
        refused = shop.http.get("/seller/events")
        assert refused.status == 503 and check_problem(refused)
        assert int(refused.headers["retry-after"]) > 0
        for listener in listeners + more:
            listener.close()
        most.eventually(lambda: shop.metric("mostrador_http_waiting") == 0)
        again = Listener(shop.http)
        assert again.change() == 8
        again.close()
        assert shop.http.request("HEAD", "/seller/events").status == 405
    finally:
        shop.close()


@pytest.mark.parametrize("query", ["filter=x", "limit=0", "limit=51", "limit=x", "what=1", "q=%ff",
                                   "filter=failed&filter=failed", "before=" + "x" * 161,
                                   "q=" + "x" * 129, "before=x"])
def test_a_wrong_query_is_refused(stack, query):
    answer = stack.http.get("/seller/conversations?" + query)
    assert answer.status == 400 and check_problem(answer)
