"""A model that lies as it was told to: the part of openai_sim.py that plays tests/lies/*.yaml.

    {"lies": {tag: [{"to": "the customer's words", "steps": [step, …]}, …]}}

A conversation is known by its tag, three emoji behind every message of its customer. Each call of the
model for a message takes the next of its steps, the last one again and again:

    "honest"                        what openai_brain would answer
    {"say": template}               a text
    {"calls": [[name, arguments]]}  tool calls; arguments as text or as an object

A template may hold {expressions}, computed from what the tools found in this conversation, so that a
lie can be a cent beside the truth; {{ and }} are braces. What stands in ⟦brackets⟧ is false: the
brackets are taken out, and what they held is told at GET /told, for the test to look for.
"""
import collections
import decimal
import json
import re

import openai_brain

MARK = re.compile("⟦([^⟦⟧]*)⟧")


class Record(dict):
    """A dict whose keys are attributes too."""

    def __getattr__(self, name):
        return self[name]


def records(value):
    if isinstance(value, dict):
        return Record((k, records(v)) for k, v in value.items())
    return [records(v) for v in value] if isinstance(value, list) else value


def exact(value):
    return value if isinstance(value, decimal.Decimal) else decimal.Decimal(str(value))


def money(value):
    """$238,999; cents only where there are some."""
    value = exact(value)
    return f"${value:,.0f}" if value == value.to_integral_value() else f"${value:,.2f}"


def cents(value):
    return f"${exact(value):,.2f}"


def digits(value, zero):
    """A number in the digits of another script: the one whose 0 is given."""
    return "".join(chr(ord(zero) + int(c)) if c.isdigit() else c for c in str(value))


def hidden(text, between="\u200b"):
    return between.join(text)


class Liar:
    def __init__(self):
        self.lies = {}
        self.taken = collections.Counter()
        self.told = collections.defaultdict(list)

    def tell(self, lies):
        """The lies to be told from now on."""
        self.__init__()
        self.lies = lies

    def step(self, body):
        """(tag, step) for this request, or (None, "honest")."""
        _, said = openai_brain.last_user(body["messages"])
        for tag, messages in self.lies.items():
            if tag not in said:
                continue
            for at, message in enumerate(messages):
                if message["to"] == said.replace(tag, "").strip():
                    n = self.taken[tag, at]
                    self.taken[tag, at] += 1
                    return tag, message["steps"][min(n, len(message["steps"]) - 1)]
        return None, "honest"

    def answer(self, body):
        """("text", str) or ("calls", [(name, arguments)]), arguments as text."""
        tag, step = self.step(body)
        if step == "honest":
            what, value = openai_brain.answer(body)
            return (what, [(name, json.dumps(arguments, ensure_ascii=False))
                           for name, arguments in value]) if what == "calls" else (what, value)
        try:
            return self.play(tag, step, self.world(body))
        except Exception as why:
            raise ValueError(f"{step} does not fit its conversation: {why!r}") from why

    def play(self, tag, step, world):
        if "calls" in step:
            return "calls", [(name, self.fill(a, world) if isinstance(a, str) else
                              json.dumps(self.filled(a, world), ensure_ascii=False))
                             for name, a in step["calls"]]
        text = self.fill(step["say"], world)
        self.told[tag].append({"text": MARK.sub(r"\1", text), "false": MARK.findall(text)})
        return "text", MARK.sub(r"\1", text)

    @staticmethod
    def shown(messages):
        """The cars of the list shown last; behind the state there may be a note about a draft."""
        while messages:
            found = openai_brain.state(messages).get("cars_shown_in_order")
            if found:
                return found
            messages = messages[:-1]
        return []

    @staticmethod
    def world(body):
        """What a template may speak of: the newest finds of each kind."""
        found = {"cars": [], "quotes": [], "passages": [], "rules": body["messages"][0]["content"],
                 "shown": Liar.shown(body["messages"])}
        for _, _, _, result in openai_brain.results(body["messages"]):
            if result.get("cars"):
                found["cars"] = result["cars"]
            if result.get("car"):
                found["cars"] = [result["car"]]
            if result.get("quotes"):
                found["quotes"] = result["quotes"]
            if result.get("passages"):
                found["passages"] = result["passages"]
        found["cars"] = found["cars"] or found["shown"]
        return {**{k: records(v) for k, v in found.items()}, "money": money, "cents": cents,
                "title": openai_brain.title, "group": openai_brain.group, "digits": digits,
                "hidden": hidden, "D": exact, "honest": lambda: openai_brain.answer(body)[1]}

    @staticmethod
    def value(expression, world):
        return eval(expression, {"__builtins__": {"len": len, "int": int, "str": str}}, world)

    def filled(self, value, world):
        """Templates in an object; one that is nothing but an expression becomes its value."""
        if isinstance(value, dict):
            return {k: self.filled(v, world) for k, v in value.items()}
        if isinstance(value, list):
            return [self.filled(v, world) for v in value]
        if isinstance(value, str) and re.fullmatch(r"\{[^{}]+\}", value):
            return self.value(value[1:-1], world)
        return value

    def fill(self, template, world):
        def one(match):
            if match[0] in ("{{", "}}"):
                return match[0][0]
            return str(self.value(match[1], world))
        return re.sub(r"\{\{|\}\}|\{([^{}]+)\}", one, template)
