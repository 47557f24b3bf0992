"""One person's data: everything that is stored of somebody can be told and can be erased, whatever
keys there are, and nothing of anybody else is."""

import hashlib
import json
import re
import threading

import pytest

import most
from conversation import Conversation, Sessions, key, partition, sweep

# kind -> scope, from the one list there is
KINDS = dict(re.findall(r'\{"(\w+)", SCOPE_(\w+)\}', (most.ROOT / "sessions/keys.c").read_text()))


@pytest.fixture(scope="module")
def service():
    with Sessions(env={"LEASE_MS": "60s"}) as made:
        yield made


def same_slot(user):
    """Another id of the same partition that begins with this one."""
    return next(other for other in (f"{user}:{n}" for n in range(10**6))
                if partition(other) == partition(user))


def export(talk):
    """Every item, as (key, name, record, value)."""
    items, next_ = [], ""
    while True:
        answer = talk.call("EXPORT", next=next_)
        items += [(i.key, i.name, i.record, bytes(i.value)) for i in answer.stored]
        next_ = answer.next
        if not next_:
            return items


def mentions(service, user):
    """Keys whose name or content names the user, of all there are in Redis."""
    found = []
    with service.redis() as redis:
        redis.connection_pool.connection_kwargs["decode_responses"] = False
        for name in redis.scan_iter(count=1000):
            name = name.encode() if isinstance(name, str) else name
            if user.encode() in name or user.encode() in (redis.dump(name) or b""):
                found.append(name.decode())
    return sorted(found)


def alert_id(user):
    return hashlib.sha256(user.encode()).hexdigest()


def live(talk):
    """A life in which every kind of key comes to be."""
    talk.enqueue("m0", text="hola, soy Ana")
    talk.commit(talk.claim(), "T0", context={"version": 1, "summary": "Nombre: Ana", "entries": [
        {"role": "user", "text": "hola, soy Ana"}]})
    talk.call("TAKE_OVER", by="Eva")
    talk.enqueue("mt", text="¿me llaman?")
    talk.call("SAY", text="claro", say_id="c1", turn_id="say-1")
    talk.call("GIVE_BACK", note="quiere el rojo")
    talk.answered("T1")
    claimed = talk.claim()
    talk.delivered("T1", "trying", claimed.token)
    talk.delivered("T1", "done", claimed.token, parts_sent=1, sid="SM1")
    talk.call("RELEASE", token=claimed.token)
    talk.status("SM1", "read")
    talk.status("SM9", "sent")  # of a message that nobody knows
    talk.answered("T2")
    talk.ask("m3", text="¿y el rojo?")
    talk.client.call("TAKE_ALERTS", lease_ms=1, max=1)
    alert = {"id": alert_id(talk.user), "kind": "quote", "at_ms": 1, "user_id": talk.user}
    assert talk.client.call("RAISE_ALERT", alert=alert, key=f"of {talk.user}").count == 1
    with talk.stack.redis() as redis:
        there = {name.split(":")[2] for name in redis.scan_iter(f"most:*{talk.user}*")}
        for kind, scope in KINDS.items():  # those that come to be elsewhere, and those to come
            name = f"most:{{{partition(talk.user)}}}:{kind}"
            if scope == "PERSON" and kind not in there:
                redis.hset(f"{name}:{talk.user}", mapping={"field": f"of {kind}"})
            elif scope == "PARTITION":
                member = f"{len(talk.user)}:{talk.user}of {kind}"
                redis.zadd(name, {member: 1})
            elif scope == "ID":
                assert kind in there, "an ID key must come to be in this life"
    return talk


def test_all_keys_there_are_have_a_scope():
    declared = re.search(r"typedef enum session_key \{(.*?)\}", (
        most.ROOT / "sessions/keys.h").read_text(), re.S).group(1)
    keys = [k for k in re.findall(r"KEY_(\w+)", declared) if k != "COUNT"]
    assert len(keys) == len(KINDS) > 15
    assert set(KINDS.values()) == {"PERSON", "ID", "PARTITION", "LIST", "APART", "ANONYMOUS"}


def test_everything_is_told(talk):
    live(talk)
    items = export(talk)
    told = {item[0] for item in items}
    assert told == {kind for kind, scope in KINDS.items() if scope not in (
        "LIST", "APART", "ANONYMOUS")} - {"known"}
    by = {(i[0], i[1]): i for i in items}
    assert by["context", ""][2] == "context" and b"after T2" in by["context", ""][3]
    assert by["inbox", "5"][2] == "waiting" and "¿y el rojo?".encode() in by["inbox", "5"][3]
    assert by["replies", "1"][2] == "reply" and b"answer of T0" in by["replies", "1"][3]
    assert by["outgoing", "reply T2"][2] == "reply"
    assert by["seen", "m0"][3] == b"1" and by["sid", "SM1 status"][3] == b"read"
    assert by["sid", "SM9 status"][3] == b"sent"
    assert by["state", "seq"][3] == b"5"
    assert sum(i[0] == "seen" for i in items) == 5
    assert [i[2] for i in items if i[0] == "talk"] == ["waiting"] * 3
    assert by["saying", "c1"][3] == b"2" and b"quiere el rojo" in by["talk", "3"][3]


def test_nothing_is_left_but_of_others(service, talk):
    other = Conversation(service, same_slot(talk.user))
    near = Conversation(service, talk.user[:-1] or "x")
    live(other), live(near)
    before = export(other), export(near)
    live(talk)
    assert len(mentions(service, talk.user)) > 15
    assert talk.call("ERASE").count > 15
    left = [name for name in mentions(service, talk.user) if other.user not in name]
    with service.redis() as redis:  # what several share names the other only
        for name in left:
            if KINDS[name.split(":")[2]] == "APART":
                assert redis.hlen(name) >= 2 and not redis.hexists(name, alert_id(talk.user))
                continue
            assert KINDS[name.split(":")[2]] == "PARTITION", name
            assert all(other.user in m for m in redis.zrange(name, 0, -1) if talk.user in m)
    assert export(talk) == []
    assert (export(other), export(near)) == before
    assert talk.call("ERASE").count == 0
    other.client.close(), near.client.close()


def test_what_runs_is_void_and_what_waits_is_dropped(service, talk):
    talk.ask("m1")
    talk.enqueue("m2")
    claimed = talk.claim()
    talk.ask("m3")
    assert talk.call("ERASE").count > 3
    assert talk.error("COMMIT", **talk.turn(claimed, "T1")) == "stale_token"
    assert talk.error("RENEW", token=claimed.token, lease_ms=1000) == "stale_token"
    assert talk.error("DELIVERED", turn_id="T1", state="done", token=claimed.token,
                      sid="SM1") == "stale_token"
    assert talk.error("TAKE", turn_id="T1") == "claimed"
    assert talk.forgo("m1") == 0 and talk.withdraw("m2").count == 0
    assert talk.claim("agent-2/1").status == "empty"
    assert sweep(talk.client, [talk.user]) == []
    assert export(talk) == [] and mentions(service, talk.user) == []
    assert not talk.enqueue("m1").duplicate  # nothing is known of it any more
    claimed = talk.claim()
    assert not claimed.context and [m.message_id for m in claimed.messages] == ["m1"]
    assert talk.commit(claimed, "T9").waiting == 0


def test_who_wants_no_messages_is_still_not_written_to(talk):
    live(talk)
    talk.ask("bye", text="BAJA", opt="out")
    assert talk.read().opted_out
    assert talk.call("ERASE").count > 10
    assert export(talk) == [("state", "opted_out", "", b"1")]
    assert talk.read().opted_out
    with talk.stack.redis() as redis:
        assert redis.ttl(key("state", talk.user)) == -1
    assert talk.call("ERASE").count == 0
    talk.ask("m9", text="¿siguen ahí?")  # who writes is answered
    assert talk.commit(talk.claim(), "T9").waiting == 1
    assert talk.offered()[1] == [("T9", "due")]


def test_keys_of_ids_are_listed_no_longer_than_they_live(service):
    with Sessions(env={"DEDUP_TTL": "1s", "LEASE_MS": "60s"}) as brief:
        talk = brief.conversation()
        talk.enqueue("m1")
        with brief.redis() as redis:
            most.eventually(lambda: redis.zcard(key("known", talk.user)) == 0)
        talk.enqueue("m2")
        with brief.redis() as redis:
            assert redis.zcard(key("known", talk.user)) == 1
        talk.enqueue("m3")
        talk.withdraw("m3")
        with brief.redis() as redis:
            assert [n.split(":")[-1] for n in redis.zrange(key("known", talk.user), 0, -1)] == ["m2"]
        talk.client.close()


def test_much_is_told_in_several_answers(talk):
    text = "ñ" * 30000
    for n in range(12):
        talk.enqueue(f"m{n}")
        talk.call("COMMIT", **{**talk.turn(talk.claim(), f"T{n}"),
                               "reply": {"turn_id": f"T{n}", "text": text, "upto_seq": n + 1}})
    assert talk.call("EXPORT").next
    replies = [i for i in export(talk) if i[0] == "replies"]
    assert [r[1] for r in replies] == [str(n + 1) for n in range(12)]
    assert all(text.encode() in r[3] for r in replies)
    assert talk.error("EXPORT", next="no place") == "invalid"


# ---- through the gateway ----


def test_a_person_is_told_and_erased(stack):
    user = "whatsapp:+5215500001111"
    path = "/seller/people/whatsapp%3A%2B5215500001111"
    assert stack.http.get(path).status == 404
    stack.http.ask(user, "hola, busco un nissan")
    stack.http.ask(user, "el segundo a 48 meses con 20% de enganche")
    answer = stack.http.get(path)
    assert answer.status == 200 and answer.headers["content-type"] == "application/json"
    told = answer.json()
    assert told["user_id"] == user and told["exported_at"].startswith("20")
    stored = told["stored"]
    context = stored["context"][0]["value"]
    said = [e["text"] for e in context["entries"] if e["role"] == "user"]
    assert said == ["hola, busco un nissan", "el segundo a 48 meses con 20% de enganche"]
    assert context["kept"][0]["stock_id"] == context["kept_quotes"][0]["stock_id"]
    assert context["kept_quotes"][0]["months"] == 48
    assert [r["value"]["text"] for r in stored["replies"]][-1] == context["entries"][-1]["text"]
    assert len(stored["seen"]) == 2
    assert {"name": "seq", "value": "2"} in stored["state"]
    answer = stack.http.delete(path)
    assert (answer.status, answer.body) == (204, b"")
    assert stack.http.get(path).status == 404
    assert stack.http.get("/seller/sessions/whatsapp%3A%2B5215500001111").status == 404
    assert stack.http.delete(path).status == 204
    assert "segundo" not in json.dumps(stack.http.ask(user, "más").json())
    stack.http.delete(path)
    assert "5215500001111" not in "".join(stack.log(name) for name in ("gateway", "sessions"))


def test_erasing_while_they_write_leaves_nothing_of_before(stack):
    """Whatever a turn that runs does, what was said before the erasure does not come back."""
    user, path = "borrada", "/seller/people/borrada"
    stack.http.ask(user, "me llamo Ximena y busco un nissan")
    threads = [threading.Thread(target=stack.http.ask, args=(user, f"más {n}")) for n in range(6)]
    for thread in threads:
        thread.start()
    assert stack.http.delete(path).status == 204
    for thread in threads:
        thread.join()
    assert b"Ximena" not in stack.http.get(path).body
    assert stack.http.delete(path).status == 204
    with stack.redis() as redis:
        assert not [n for n in redis.scan_iter(f"*{user}*")]
