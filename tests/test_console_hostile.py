"""What a customer can make the shop keep, all of it hostile at once, and what the console makes of it
on every page: text, and nothing else."""

import subprocess
import time

import pytest

import most
import stack as stacks
from conversation import Conversation
from test_console_page import AUTH, TOKEN, Console, chromium  # noqa: F401 (a fixture)

SCRIPT = "<script>document.title='roto'</script>"
FIELDS = ("user", "said first", "reply", "asked for", "got", "lead name", "lead contact", "lead car",
          "lead said", "note for a person", "comment", "missed", "sought", "model")


def evil(field):
    """An own one for each, so that it is seen which is shown. None is over 64 bytes."""
    return f"<img src=x onerror=document.title='roto'>{FIELDS.index(field)}\"'&"


@pytest.fixture(scope="module")
def shop():
    """No agent: the turns are the test's own."""
    made = stacks.Stack(agents=0, env={"API_TOKEN": TOKEN, "SHOP_TIME_ZONE": "UTC"})
    try:
        made.start(*made.order, wait=False)
        most.eventually(lambda: answers(made), stacks.START_S)
        made.owner = subprocess.run([stacks.BIN / "console-user", "ana", "owner"], cwd=made.dir,
                                    env=stacks.clean_env(made.env), stdin=subprocess.DEVNULL,
                                    capture_output=True, text=True, check=True).stdout.split()[-1]
        with made.client("sessions") as client:
            fill(made, client)
        yield made
    finally:
        made.stop()


def answers(made):
    try:
        return made.http.get("/seller/leads", headers=AUTH).status == 200
    except OSError:
        return False


def fill(made, client):
    talk = Conversation(made, evil("user"), client)
    now = time.time_ns() // 1_000_000
    entries = [{"role": "user", "text": SCRIPT + evil("said first"), "at_ms": now, "turn_id": "t1"},
               {"role": "call", "tool": "search_cars", "call_id": "c", "text": evil("asked for"), "turn_id": "t1"},
               {"role": "tool", "tool": "search_cars", "call_id": "c", "text": evil("got"), "turn_id": "t1"},
               {"role": "assistant", "text": evil("reply"), "at_ms": now, "turn_id": "t1"}]
    context = {"version": 1, "turns": 1, "entries": entries}
    lead = {"interest": "visit", "stock_id": 7, "car": evil("lead car"), "price": 100, "channel": "api",
            "name": evil("lead name"), "contact": evil("lead contact"), "said": evil("lead said")}
    survey = {"state": "asked", "asked_ms": now, "turn_id": "t1", "rules": "v1", "channel": "api"}
    for turn, how in (("t1", {"survey": survey, "lead": lead, "wanted": "asked", "wanted_note": evil("note for a person")}),
                      ("t2", {"survey": {**survey, "state": "scored", "answered": True, "score": 3, "answered_ms": now}}),
                      ("t3", {"survey": {**survey, "state": "closed", "answered": True, "score": 3, "answered_ms": now,
                                         "comment": evil("comment")}})):
        talk.enqueue(turn, evil("said first"))
        talk.commit(talk.claim(), turn, context=context, **how)
        talk.call("RELEASE", token=0, check=False)
    for n, what in enumerate(("missed", "sought")):
        client.call("LOG_TURN", user_id=talk.user, record={
            "turn_id": f"l{n}", "user": talk.user, "received_ms": now - 5, "claimed_ms": now,
            "outcome": "answered", "model": evil("model"), what: evil(what)})


PAGES = {"conversations?filter=person": ["user", "note for a person"],
         "leads": ["lead name", "lead contact", "lead car", "lead said"],
         "numbers": ["user", "comment", "missed", "sought", "model"]}


def test_whatever_a_customer_can_write_is_text_on_every_page(chromium, shop):
    page = Console(chromium, shop).sign_in()
    seen = set()

    def look(fields):
        for field in fields:
            page.wait(lambda: evil(field) in page.driver.execute_script(
                "return document.querySelector('main').textContent"), field)
        assert not page.all("main img, main script, main iframe") and page.driver.title != "roto"
        seen.update(fields)

    page.open(evil("user"))
    page.driver.execute_script("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    look(["user", "said first", "reply", "asked for", "got", "note for a person"])
    for path, fields in PAGES.items():
        page.go(path)
        look(fields)
    for path in ("catalog", "rules", "health", "users"):
        page.go(path)
        page.wait(lambda: page.all("main h1"))
        look([])
    assert seen == set(FIELDS), "all of them were looked at"
    # parts are missing here, which is told as 503 and 404; a policy that is broken is told otherwise
    assert [line for line in page.console() if "Failed to load resource" not in line] == []
