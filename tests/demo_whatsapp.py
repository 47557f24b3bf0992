#!/usr/bin/env python3
"""Conversations on WhatsApp, without an account: the whole shop and tests/twilio_sim.py.

    make demo-whatsapp           with OPENAI_API_KEY in the environment or .env, the model answers

Prints what people write and what they receive, as it happens, by TwiML or through the REST API.
"""
import os
import pathlib
import sys
import textwrap
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import stack as stacks  # noqa: E402
from twilio_sim import TwilioSim  # noqa: E402

BASE = "https://shop.example"
SCRIPT = {
    "+5215512345678": ("Ana", [["hola"], ["busco un Nisan de menos de 300 mil"], ["más"],
                               ["el segundo a 48 meses con 20% de enganche"], ["gracias"]]),
    "+5215587654321": ("Beto", [["hola", "busco una camioneta", "automática"],
                                ["¿qué garantía dan?"], ["quiero hablar con una persona"]]),
    "+5213312345678": ("Caro", [[{"NumMedia": "1", "MediaUrl0": "https://api.twilio.com/x",
                                  "MediaContentType0": "image/jpeg"}],
                                ["¿tienes Ferrari?"], ["STOP"], ["ALTA"],
                                ["do you speak English? I want a cheap car"]]),
}
OURS = ("OPENAI_", "SHOP_NAME", "TWILIO_REPLY", "TWIML_WAIT_MS")


def settings():
    """What of the developer's own .env is of use here."""
    found = {}
    env = stacks.ROOT / ".env"
    for line in env.read_text().splitlines() if env.exists() else []:
        name, _, value = line.partition("=")
        found[name.strip()] = value.strip()
    found.update(os.environ)
    return {name: value for name, value in found.items() if name.startswith(OURS)}


class Demo:
    def __init__(self, sim):
        self.sim, self.lock = sim, threading.Lock()
        self.seen = {}

    def print(self, name, arrow, text):
        with self.lock:
            lines = [part for line in text.splitlines()
                     for part in textwrap.wrap(line, 88) or [""]]
            print(f"{name:>5} {arrow} {lines[0]}")
            for line in lines[1:]:
                print(f"        {line}")
            sys.stdout.flush()

    def show_received(self, person, name):
        found = self.sim.people().get(f"whatsapp:{person}", [])
        for message in found[self.seen.get(person, 0):]:
            self.print(name, "◀─" if message["via"] == "twiml" else "◁─", message["body"])
        fresh = len(found) > self.seen.get(person, 0)
        self.seen[person] = len(found)
        return fresh

    def say(self, person, name, what):
        fields = what if isinstance(what, dict) else {}
        body = "" if fields else what
        self.print(name, "──▶", body or "(a photo)")
        self.sim.say(person, body, url=BASE + "/webhook/twilio/", fields=fields)

    def talk(self, person, name, turns):
        for together in turns:
            threads = []
            for what in together:
                threads.append(threading.Thread(target=self.say, args=(person, name, what)))
                threads[-1].start()
                time.sleep(0.4)
            for thread in threads:
                thread.join()
            until = time.monotonic() + (3 if together == ["STOP"] else 30)
            while not self.show_received(person, name) and time.monotonic() < until:
                time.sleep(0.1)
            time.sleep(0.8)


def main():
    with TwilioSim() as sim:
        stack = stacks.Stack(agents=2, env={**settings(), **sim.env, "PUBLIC_BASE_URL": BASE,
                                            "LOG_LEVEL": "info", "TWILIO_PERSON_MS": "0"})
        sim.control(reach={BASE: stack.http.url})
        with stack:
            print("──▶ a person writes    ◀─ answered in the webhook (TwiML)    "
                  "◁─ sent through the REST API\n")
            demo = Demo(sim)
            for person, (name, turns) in SCRIPT.items():
                demo.talk(person, name, turns)
                print()
            for person, (name, _) in SCRIPT.items():
                demo.show_received(person, name)
            stats = sim.stats()
            print(f"{stats['counters']['webhooks']} webhooks, {stats['messages']} messages, "
                  f"{stats['counters'].get('callbacks', 0)} status callbacks, "
                  f"{len(stats['violations'])} requests that Twilio would refuse")
            return 1 if stats["violations"] else 0


if __name__ == "__main__":
    sys.exit(main())
