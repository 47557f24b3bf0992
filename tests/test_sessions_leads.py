"""What the session service promises of leads: made by the COMMIT of a turn and by nothing else, once,
one that is open of a person and car; listed, changed, erased with their person. Against the real
process and a real Redis."""

import itertools

import pytest

from conversation import Sessions, key

_names = itertools.count(1)


@pytest.fixture(scope="module")
def service():
    with Sessions() as made:
        yield made


def lead(stock_id=100033, **options):
    return {"interest": "visit", "stock_id": stock_id, "car": f"Nissan Versa {stock_id}" if stock_id else "",
            "price": 21499900 if stock_id else 0, "channel": "api", "said": "quiero verlo", **options}


def turn(talk, lead_=None, **options):
    name = f"lead-turn-{next(_names)}"
    talk.enqueue()
    return talk.commit(talk.claim(), name, lead=lead_ or [], **options), name


def of_person(talk):
    return talk.call("GET_LEADS").leads


def listed(talk, **options):
    """All that the service has, page by page."""
    before, found = "", []
    while True:
        page = talk.client.call("LIST_LEADS", **{"limit": 100, **options}, before=before)
        assert page.type == "LEADS", page
        found += page.leads
        before = page.before
        if not before:
            return found


def mine(talk, **options):
    return [one for one in listed(talk, **options) if one.user_id == talk.user]


# ---- making ----

def test_a_turn_makes_a_lead_with_its_commit(talk):
    quote = {"stock_id": 100033, "price": 21499900, "down_payment": 4300000, "months": 48, "rate_bp": 1000,
             "instalment": 436200, "financed": 17199900, "total": 20937600, "interest": 3737700}
    assert turn(talk)[0].lead == ""
    assert of_person(talk) == []
    committed, name = turn(talk, lead(name="Juan Pérez", contact="55 1234 5678", quote=[quote], language="es"))
    assert committed.lead == "made"
    (one,) = of_person(talk)
    assert (one.lead_id, one.user_id, one.stage, one.interest) == (name, talk.user, "new", "visit")
    assert (one.name, one.contact, one.car) == ("Juan Pérez", "55 1234 5678", "Nissan Versa 100033")
    assert (one.price, one.quote[0].instalment, one.channel, one.said) == (21499900, 436200, "api", "quiero verlo")
    assert one.created_ms == one.at_ms > 1_600_000_000_000
    assert [o.lead_id for o in mine(talk)] == [name]


def test_a_repeated_commit_makes_no_second_lead(talk):
    talk.enqueue()
    claimed = talk.claim()
    first = talk.commit(claimed, "repeated", lead=lead())
    again = talk.commit(claimed, "repeated", lead=lead())
    assert (first.lead, again.lead) == ("made", "")
    assert len(of_person(talk)) == 1


def test_a_commit_without_the_lease_makes_none(talk):
    talk.enqueue()
    claimed = talk.claim()
    talk.call("RESET")
    refused = talk.commit(claimed, "stale", lead=lead(), check=False)
    assert (refused.type, refused.code) == ("ERROR", "stale_token")
    assert of_person(talk) == [] and mine(talk) == []


def test_there_is_one_open_lead_of_a_car(talk):
    first = turn(talk, lead(1))[1]
    committed, _ = turn(talk, lead(1, interest="reserve", name="Ana"))
    assert committed.lead == "changed"
    assert turn(talk, lead(2))[0].lead == "made"
    both = {one.stock_id: one for one in of_person(talk)}
    assert set(both) == {1, 2}
    assert (both[1].lead_id, both[1].interest, both[1].name) == (first, "reserve", "Ana")


def test_who_names_the_car_later_has_one_lead(talk):
    first = turn(talk, lead(0, interest="contact", name="Luis"))[1]
    assert turn(talk, lead(7))[0].lead == "changed"
    (one,) = of_person(talk)
    assert (one.lead_id, one.stock_id, one.name, one.interest) == (first, 7, "Luis", "visit")
    turn(talk, lead(0, interest="contact", contact="luis@example.com"))
    (one,) = of_person(talk)  # the car stays
    assert (one.stock_id, one.contact, one.interest) == (7, "luis@example.com", "visit")


def test_who_leaves_a_number_wants_no_less_than_before(talk):
    turn(talk, lead(5, interest="reserve"))
    turn(talk, lead(5, interest="contact", contact="5512345678", said="mi cel es 5512345678"))
    (one,) = of_person(talk)
    assert (one.interest, one.contact, one.said) == ("reserve", "5512345678", "quiero verlo")


def test_a_closed_lead_stays_and_the_next_is_new(talk):
    first = turn(talk, lead(3))[1]
    change(talk, first, stage="lost")
    committed, second = turn(talk, lead(3))
    assert committed.lead == "made"
    assert {one.lead_id: one.stage for one in of_person(talk)} == {first: "lost", second: "new"}


def test_a_person_has_twenty_at_most_and_closed_ones_go_first(talk):
    names = [turn(talk, lead(n))[1] for n in range(1, 21)]
    change(talk, names[10], stage="won")
    turn(talk, lead(21))
    stayed = {one.lead_id for one in of_person(talk)}
    assert len(stayed) == 20 and names[10] not in stayed and names[0] in stayed
    assert {one.lead_id for one in mine(talk)} == stayed


@pytest.mark.parametrize("bad", [{"interest": "fame"}, {"stock_id": -1}, {"stock_id": 1 << 60}])
def test_a_lead_that_makes_no_sense_is_refused_with_its_turn(talk, bad):
    talk.enqueue()
    refused = talk.commit(talk.claim(), f"bad-{next(_names)}", lead=lead(**{"stock_id": 1, **bad}), check=False)
    assert (refused.type, refused.code) == ("ERROR", "invalid")
    assert talk.read().waiting == 1 and of_person(talk) == []


# ---- changing ----

def change(talk, lead_id, **options):
    return talk.call("CHANGE_LEAD", lead_id=lead_id, **options)


def test_stage_and_notes(talk):
    name = turn(talk, lead())[1]
    change(talk, name, stage="contacted", note="Le llamé: viene el sábado", by="ana")
    change(talk, name, note="Le llamé: viene el sábado", by="ana")  # a repeated request
    told = change(talk, name, note="5:con dos puntos", by="")
    (one,) = told.leads
    assert one.stage == "contacted"
    assert [(n.by, n.text) for n in one.notes] == [("ana", "Le llamé: viene el sábado"), ("", "5:con dos puntos")]
    (shown,) = mine(talk)
    assert (shown.note_count, [n.text for n in shown.notes]) == (2, ["5:con dos puntos"])


def test_notes_are_bounded(talk):
    name = turn(talk, lead())[1]
    for n in range(50):
        change(talk, name, note=f"nota {n}")
    assert talk.error("CHANGE_LEAD", lead_id=name, note="una más") == "conflict"
    assert of_person(talk)[0].note_count == 50


@pytest.mark.parametrize("options, code", [
    ({"lead_id": "nobody"}, "not_found"), ({"lead_id": "record x"}, "not_found"),
    ({"lead_id": ""}, "invalid"), ({"lead_id": "x", "stage": "stolen"}, "invalid")])
def test_what_cannot_be_changed(talk, options, code):
    assert talk.error("CHANGE_LEAD", **options) == code


# ---- the list ----

def test_filters(talk):
    first = turn(talk, lead(1, name="Óscar Núñez", contact="oscar@example.com"))[1]
    second = turn(talk, lead(2, name="Beatriz"))[1]
    change(talk, first, stage="visit")
    change(talk, second, stage="won")
    assert [one.lead_id for one in mine(talk)] == [second, first]
    assert [one.lead_id for one in mine(talk, stage="visit")] == [first]
    assert [one.lead_id for one in mine(talk, stage="open")] == [first]
    assert [one.lead_id for one in mine(talk, stage="won")] == [second]
    for text in ("beatriz", "BEATRIZ", "versa 2"):
        assert [one.lead_id for one in mine(talk, q=text)] == [second]
    assert [one.lead_id for one in mine(talk, q="OSCAR@")] == [first]
    assert [one.lead_id for one in mine(talk, q="%a+ (")] == []  # no pattern
    at = {one.lead_id: one.at_ms for one in mine(talk)}
    assert [one.lead_id for one in mine(talk, since_ms=at[second])][:1] == [second]
    assert mine(talk, since_ms=at[second] + 1) == []


def test_pages_have_everybody_once(service):
    people = [service.conversation() for _ in range(7)]
    try:
        made = [turn(one, lead(n, name="Paginado"))[1] for n in (1, 2, 3) for one in people]
        with service.redis() as redis:  # all in one moment, which order is hard
            for one in people:
                for member in redis.zrange(key("listed", one.user), 0, -1):
                    redis.zadd(key("listed", one.user), {member: 1_795_000_000_000})
        found = [one.lead_id for one in listed(people[0], q="paginado", limit=4)]
        assert sorted(found) == sorted(made)
        assert sorted(one.lead_id for one in listed(people[0], q="paginado", limit=100)) == sorted(made)
    finally:
        for one in people:
            one.client.close()


@pytest.mark.parametrize("options", [
    {"limit": 0}, {"limit": 101}, {"limit": 5, "stage": "x"}, {"limit": 5, "before": "x"},
    {"limit": 5, "before": "1 5000 x"}, {"limit": 5, "since_ms": -1}])
def test_a_list_that_makes_no_sense(talk, options):
    refused = talk.client.call("LIST_LEADS", **options, check=False)
    assert (refused.type, refused.code) == ("ERROR", "invalid")


def test_the_list_of_conversations_knows_who_is_hot(talk):
    def hot():
        told = talk.client.call("LIST_PEOPLE", filter="hot", limit=50)
        return {one.user_id: one.lead for one in told.people}.get(talk.user)

    assert hot() is None
    changes = talk.client.call("GET_CHANGES").count
    name = turn(talk, lead())[1]
    assert hot() == "new"
    assert talk.client.call("GET_CHANGES").count > changes
    change(talk, name, stage="visit")
    assert hot() == "visit"
    turn(talk, lead(name="Ana"))  # is no new lead
    assert hot() == "visit"
    change(talk, name, stage="lost")
    assert hot() is None


# ---- a person ----

def test_forgetting_the_conversation_leaves_the_lead_and_erasing_the_person_takes_it(talk):
    name = turn(talk, lead(name="Juan Secreto"))[1]
    change(talk, name, note="nota")
    talk.call("RESET")
    assert [one.lead_id for one in of_person(talk)] == [name]
    stored = talk.call("EXPORT").stored
    assert {(s.key, s.name) for s in stored if s.key in ("leads", "listed")} == {
        ("leads", name), ("leads", f"record {name}"), ("leads", f"name {name}"), ("leads", f"notes {name}"),
        ("leads", f"note {name} 1"), ("listed", "")}
    assert [s.record for s in stored if s.name == f"record {name}"] == ["lead"]
    talk.call("ERASE")
    assert of_person(talk) == [] and mine(talk) == []
    with talk.stack.redis() as redis:
        assert not redis.exists(key("leads", talk.user))
        assert not [m for m in redis.zrange(key("listed", talk.user), 0, -1) if talk.user.encode() in m]
