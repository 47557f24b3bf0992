"""Customers for tests of the whole stack in containers: through the API, and on WhatsApp."""

import collections
import concurrent.futures
import http.client
import itertools
import json
import secrets
import threading
import time

from compose import eventually
from twilio_sim import TwilioSim

SHOP = "https://shop.example"
MAKES = ("Nissan", "Mazda", "Kia", "Honda", "Audi", "Toyota")
TURNS = 8   # of one person; then somebody else goes on
PAUSE_S = 0.05


def talk(project, user):
    """A conversation as in the README."""
    status, listed = project.ask(user, "busco un Nisan de menos de 300 mil")
    assert status == 200, listed
    assert listed["cars"] and {car["make"] for car in listed["cars"]} == {"Nissan"}
    assert all(car["price"] <= 300000 for car in listed["cars"])
    status, more = project.ask(user, "más")
    assert status == 200 and more["list"]["page"] == 2, more
    status, quoted = project.ask(user, "el segundo a 48 meses con 20% de enganche")
    assert status == 200 and "48 mensualidades" in quoted["reply"], quoted


class Crowd:
    """People who write all the time, each to the end of the answer before the next message. What
    does not come with 200 is a failure; with patience it is said again, with the same message id,
    until it does, and counted."""

    def __init__(self, project, name, people=8, patience=0):
        self.project, self.name, self.patience = project, name, patience
        self.stop, self.lock = threading.Event(), threading.Lock()
        self.said, self.failures = collections.defaultdict(list), []
        self.answers, self.longest, self.repeated = [0] * people, 0, collections.Counter()
        self.threads = [threading.Thread(target=self.person, args=(n,)) for n in range(people)]

    def person(self, number):
        for turn in itertools.count():
            if self.stop.wait(PAUSE_S) or self.failures:
                return
            user = f"{self.name}-{number}-{turn // TURNS}"
            make = MAKES[turn % len(MAKES)]
            text = f"busco un {make}"
            self.said[user].append(text)
            began = time.monotonic()
            answer = self.ask(user, text, f"{user}/{turn}", began + self.patience)
            if answer is None:
                return
            self.longest = max(self.longest, time.monotonic() - began)
            if {car["make"] for car in answer["cars"]} != {make}:
                self.failures.append((user, text, answer))
            self.answers[number] += 1

    def ask(self, user, text, key, end):
        """The answer; None is a failure that was noted."""
        while True:
            try:
                status, answer = self.project.ask(user, text, key=key,
                                                  timeout=10 if self.patience else 60)
                if status == 200:
                    return answer
            except (OSError, http.client.HTTPException, ValueError) as error:
                status, answer = type(error).__name__, repr(error)
            if time.monotonic() > end:
                self.failures.append((user, text, status, answer))
                return None
            with self.lock:
                self.repeated[status] += 1
            time.sleep(0.1)

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stop.set()
        for thread in self.threads:
            thread.join()

    def wait_for(self, answers=1):
        """Until everybody had so many more."""
        goals = [count + answers for count in self.answers]
        eventually(lambda: self.failures or all(count >= goal for count, goal in
                                                zip(self.answers, goals)), 120,
                   "the crowd is not answered")
        assert not self.failures, self.failures[:5]

    def check(self):
        """Once it is over: all that was said was heard once, in order, and answered once."""
        assert not self.failures, self.failures[:5]
        for user, texts in self.said.items():
            status, body = self.project.request("GET", f"/seller/sessions/{user}")
            told = json.loads(body)["messages"]
            asked = [m["text"] for m in told if m["role"] == "user"]
            answers = [m["text"] for m in told if m["role"] == "assistant"]
            assert status == 200 and asked == texts, f"{user} said {texts}, was heard {asked}"
            assert len(answers) == len(texts), f"{user} said {texts}, was told {answers}"
        return sum(map(len, self.said.values()))


class WhatsApp:
    """Messages through the Twilio simulator; every one must be covered by one answer, in order."""

    PEOPLE = 8

    def __init__(self, project):
        self.project = project
        self.sim = TwilioSim(host=project.address("twilio-sim"), port=9000)
        self.sim.control(reach={SHOP: "http://proxy:8000"}, rates={"timeout_accepted": 0.02})
        self.said = collections.defaultdict(list)
        self.pool = concurrent.futures.ThreadPoolExecutor(16)
        self.first, self.pending = 0, []

    def say(self, who, text, sid):
        """As Twilio with overrides, and beyond: again until somebody says 200."""
        def taken():
            said = self.sim.say(who, text, url=SHOP + "/webhook/twilio/", sid=sid)
            return any(outcome["status"] == 200 for outcome in said["outcomes"])
        eventually(taken, 90, "the webhook is never taken")

    def burst(self):
        for n in range(self.PEOPLE):
            who = f"+52155000{self.first + n:05}"
            text = f"busco un {MAKES[len(self.said[who]) % len(MAKES)]} #{len(self.said[who])}"
            self.said[who].append(text)
            self.pending.append(self.pool.submit(self.say, who, text, "SM" + secrets.token_hex(16)))

    def conversation(self, who):
        status, body = self.project.request("GET", f"/seller/sessions/whatsapp:{who}")
        if status != 200:
            raise RuntimeError(f"{who}: {status}")
        return json.loads(body)

    def settle(self):
        """Until nothing waits and nothing is on its way."""
        for each in self.pending:
            each.result()
        self.pending = []
        for who in self.said:
            def quiet(who=who):
                state = self.conversation(who)
                return not (state["waiting"] or state["writing"] or state["undelivered"])
            eventually(quiet, 120, f"{who} is not answered")

    def check(self):
        """How many messages there were; the next ones come from other people."""
        self.settle()
        received, count = self.sim.people(), sum(map(len, self.said.values()))
        for who, texts in self.said.items():
            told = self.conversation(who)["messages"]
            asked = [m["text"] for m in told if m["role"] == "user"]
            answers = [m["text"] for m in told if m["role"] == "assistant"]
            assert sorted(asked) == sorted(texts), f"{who} said {texts}, was heard {asked}"
            got = [m["body"] for m in received.get(f"whatsapp:{who}", [])]
            assert got == answers, f"{who} got {got}, was to get {answers}"
        stats = self.sim.stats()
        assert stats["violations"] == [], stats["violations"]
        self.first += self.PEOPLE
        self.said.clear()
        return count
