#!/usr/bin/env python3
"""Everybody writes on WhatsApp while everything fails: is each message answered exactly once?

    python3 tests/soak.py [--messages 10000] [--people 500] [--seed 1] [--every 4] [--keep]

A whole Mostrador, a model and a Twilio that stumble (tests/openai_sim.py, tests/twilio_sim.py), and
kill -9 of agents, sessions, dispatcher and gateway in turn. At the end every message is asked for
again at the session service, which tells the reply that covers it; these replies, in order, must be
what the person has received, to the letter. Prints the counts, and ends with 1 if they are not good.
"""
import argparse
import asyncio
import collections
import pathlib
import random
import re
import shutil
import sys
import tempfile
import time

import aiohttp

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import most  # noqa: E402
import openai_sim  # noqa: E402
import stack as stacks  # noqa: E402
from conversation import key  # noqa: E402
from twilio_sim import TwilioSim  # noqa: E402

BASE = "https://shop.example"
WORDS = ["hola", "busco un Nissan", "¿tienes algo rojo?", "el segundo", "a 48 meses", "gracias",
         "¿dónde están?", "un Mazda 3", "menos de 300 mil", "🚗 & <b>más</b>", "y en largo"]
SETTINGS = {"TWIML_WAIT_MS": "450ms", "TWILIO_REQUEST_MS": "800ms", "TWILIO_PERSON_MS": "0",
            "TWILIO_NUMBER_RATE": "1000", "TWILIO_CONNECTIONS": "64", "OPENAI_RETRIES": "0",
            "OPENAI_HTTP": "1.1", "LOG_LEVEL": "info", "PUBLIC_BASE_URL": BASE, "NPS_AFTER": "3s"}
# what the survey asks by itself, of who has chosen a car and rests: no answer to anything
QUESTION = re.compile("Una última cosa: del 0|Nos ayuda mucho tu opinión: del 0|"
                      "One last thing: from 0|Your opinion helps us a lot: from 0|"
                      "Uma última coisa: de 0|Sua opinião nos ajuda muito: de 0")


def brief(text):
    return text if len(text) < 60 else f"{text[:40]} … {len(text)}"


def bare(texts):
    """What was said, however it was cut into messages."""
    return re.sub(r"\s", "", "".join(texts))


class Soak:
    def __init__(self, options):
        self.options = options
        self.random = random.Random(options.seed)
        self.sent = collections.defaultdict(list)  # who -> [sid] that Twilio was thanked for
        self.kills = collections.Counter()
        self.retries = self.duplicates = self.bursts = 0
        self.problems = []

    def problem(self, text):
        self.problems.append(text)

    # ---- people ----

    def plan(self):
        """Who says what, when together, how often: all of it before the start, from the seed."""
        people = [f"whatsapp:+52155{n:08}" for n in range(self.options.people)]
        plans, left, number = {who: [] for who in people}, self.options.messages, 0
        while left:
            who = people[number % len(people)]
            number += 1
            count = min(left, self.random.randint(2, 4) if self.random.random() < 0.1 else 1)
            self.bursts += count > 1
            plans[who].append([
                (f"SM{self.random.getrandbits(128):032x}",
                 f"{self.random.choice(WORDS)} #m{left - i}", self.random.random() < 0.05)
                for i in range(count)])
            left -= count
        return plans

    async def say(self, session, who, sid, text, twice):
        """As Twilio, and beyond: until somebody says 200."""
        wanted = {"from": who, "body": text, "sid": sid, "url": BASE + "/webhook/twilio/"}
        if twice:
            self.duplicates += 1
            wanted[self.random.choice(["copies", "repeats"])] = 2
        while True:
            async with session.post(self.sim.url + "/sim/say", json=wanted) as answer:
                said = await answer.json()
            if any(outcome["status"] == 200 for outcome in said["outcomes"]):
                self.sent[who].append(sid)
                return
            self.retries += 1
            wanted.pop("copies", None)
            await asyncio.sleep(0.3)

    async def live(self, session, gate, who, plan):
        for together in plan:
            async with gate:
                await asyncio.gather(*(self.say(session, who, *message) for message in together))
            await asyncio.sleep(self.random.random() * 0.2)

    async def everybody(self, plans):
        gate = asyncio.Semaphore(self.options.at_once)
        connector = aiohttp.TCPConnector(limit=0)
        async with aiohttp.ClientSession(connector=connector, trust_env=False,
                                         timeout=aiohttp.ClientTimeout(None)) as session:
            killer = asyncio.create_task(self.killing())
            ticker = asyncio.create_task(self.telling())
            await asyncio.gather(*(self.live(session, gate, *one) for one in plans.items()))
            for task in (killer, ticker):
                task.cancel()
            for task in (killer, ticker):
                try:
                    await task
                except asyncio.CancelledError:
                    pass

    # ---- what happens to them ----

    async def killing(self):
        turn = 0
        victims = ["agent-1", "sessions", "dispatcher", "gateway", "agent-2"]
        while True:
            await asyncio.sleep(self.options.every * (0.5 + self.random.random()))
            name = victims[turn % len(victims)]
            turn += 1
            self.stack.kill(name)
            self.stack.start(name, wait=False)
            self.kills[name.split("-")[0]] += 1

    async def telling(self):
        while True:
            await asyncio.sleep(10)
            print(f"  {sum(map(len, self.sent.values()))} messages, "
                  f"{sum(self.kills.values())} kills, {self.retries} webhooks again", flush=True)

    # ---- the end ----

    def settle(self, plans):
        """Until nothing waits, nothing is on its way and nobody is to be asked."""
        with self.stack.client("sessions") as client, self.stack.redis() as redis:
            left = set(plans)

            def empty():
                for who in list(left):
                    due = redis.hexists(key("state", who), "ask_at")
                    found = client.call("READ", user_id=who)
                    if not found.waiting and not found.outbox and not found.leased and not due:
                        left.discard(who)
                return not left
            try:
                most.eventually(empty, self.options.settle)
            except most.Timeout:
                self.problem(f"{len(left)} people still wait for something: {sorted(left)[:3]}")

    def replies(self, client, who):
        """The replies that cover this person's messages, in order; each message has one."""
        found = {}
        for sid in self.sent[who]:
            known = client.call("ENQUEUE", user_id=who, message_id=sid, channel="twilio", text="x")
            if not known.duplicate or not known.reply:
                self.problem(f"{who}: {sid} has no answer")
                continue
            reply = known.reply[0]
            found[reply.turn_id] = reply
            if not reply.from_seq <= known.seq <= reply.upto_seq:
                self.problem(f"{who}: {sid} has the answer of another message")
        ordered = sorted(found.values(), key=lambda reply: reply.from_seq)
        for before, after in zip(ordered, ordered[1:]):
            if before.upto_seq >= after.from_seq:
                self.problem(f"{who}: two answers to message {after.from_seq}")
        return ordered

    def without_question(self, client, who, messages, counts):
        """What they received but for the survey's question, which comes once, to who was asked."""
        got = [message["body"] for message in messages if not QUESTION.match(message["body"])]
        asked = len(messages) - len(got)
        counts["asked"] += asked
        survey = client.call("READ", user_id=who).survey
        if asked > 1 or asked > bool(survey):
            self.problem(f"{who} was asked {asked} times, and is known to have been: {survey}")
        return got

    def check(self, plans):
        received = self.sim.people()
        counts = collections.Counter()
        with self.stack.client("sessions") as client:
            for who in plans:
                replies = self.replies(client, who)
                got = self.without_question(client, who, received.get(who, []), counts)
                counts["answers"] += len(replies)
                counts["received"] += len(got)
                for message in received.get(who, []):
                    counts["by " + message["via"]] += 1
                if bare(got) != bare(reply.text for reply in replies):
                    self.problem(f"{who} received "
                                 f"{[(m['via'], brief(m['body'])) for m in received.get(who, [])]}"
                                 f"\n    instead of {[brief(r.text) for r in replies]}")
        return counts

    def run(self):
        plans = self.plan()
        started = time.monotonic()
        model = openai_sim.Sim(seed=self.options.seed, latency_ms=[50, 700], echo=True,
                               rates={"500": 0.03, "truncated": 0.02})
        with model, TwilioSim(seed=self.options.seed, rates={
                "timeout_accepted": 0.01, "timeout": 0.01}) as self.sim:
            settle = f"{self.options.settle_ms}ms"
            self.stack = stacks.Stack(agents=2, env={
                **SETTINGS, **model.env, **self.sim.env, "TWILIO_SETTLE_MS": settle,
                "TWIML_SETTLE_MS": settle})
            self.sim.control(reach={BASE: self.stack.http.url})
            self.stack.start()
            try:
                asyncio.run(self.everybody(plans))
                self.settle(plans)
                counts = self.check(plans)
                self.problems += self.sim.stats()["violations"] + model.stats()["violations"]
                sim = self.sim.stats()["counters"]
                for name in self.stack.order:
                    report = stacks.REPORT.search(self.stack.log(name))
                    if report:
                        self.problem(f"{name} reported {report[0]}")
            finally:
                if self.problems:
                    kept = pathlib.Path(tempfile.mkdtemp(prefix="soak"))
                    shutil.copytree(self.stack.logs, kept, dirs_exist_ok=True)
                    print(f"logs are kept in {kept}")
                if self.options.keep:
                    print(f"logs in {self.stack.dir}")
                    input("enter ends it: ")
                self.stack.stop(check=False)
        unknown = sum(sim.get("failure " + kind, 0) for kind in ("timeout", "timeout_accepted"))
        print(f"{sum(map(len, self.sent.values()))} messages of {len(plans)} people, "
              f"{self.bursts} bursts, {self.duplicates} sent twice, "
              f"in {time.monotonic() - started:.0f} s (seed {self.options.seed})\n"
              f"{counts['answers']} answers: {counts['by twiml']} messages by TwiML, "
              f"{counts['by rest']} by REST; {counts['asked']} people were asked by the survey\n"
              f"killed: {', '.join(f'{n} {name}' for name, n in sorted(self.kills.items()))}; "
              f"webhooks sent again: {self.retries}; "
              f"sent with unknown outcome: {unknown}; looked up: {sim.get('GET Messages.json', 0)}")
        for problem in self.problems[:20]:
            print("WRONG", problem)
        print(f"{len(self.problems)} problems" if self.problems else
              "every message is covered by one answer, every answer arrived once, in order; "
              "inbox and outbox are empty")
        return not self.problems


def options(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--messages", type=int, default=10_000)
    parser.add_argument("--people", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--every", type=float, default=4, help="seconds between two kills")
    parser.add_argument("--at-once", type=int, default=60, help="people who write at the same time")
    parser.add_argument("--settle", type=float, default=180, help="seconds for the rest, at the end")
    parser.add_argument("--settle-ms", type=int, default=6000, help="TWILIO_SETTLE_MS")
    parser.add_argument("--keep", action="store_true", help="wait before the end, to look around")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(0 if Soak(options()).run() else 1)
