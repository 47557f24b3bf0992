"""Plays the conversations of the regression plan against a real stack, many at once, each as a
person of its own, and judges every answer."""

import collections
import concurrent.futures
import dataclasses
import json
import os
import re
import threading
import time

import eval_cases
import most
import stack as stacks
from eval_judge import Ground, judge, manners
from eval_shop import Shop, fold
from eval_tap import Tap

ANSWER_S = 120
MODEL_SETTINGS = ("OPENAI_", "RULES_", "MODEL_", "CONTEXT_", "TURN_MS", "REQUEST_MS")


class EvalStack(stacks.Stack):
    """A whole Mostrador whose agents reach sessions and catalog through taps."""

    def __init__(self, env=None, shop="", **options):
        super().__init__(env={"LOG_LEVEL": "info", "LEASE_MS": "30s", **(env or {})}, **options)
        self.taps = {}
        self.shop = Shop(eval_cases.FOLDER / shop if shop else None)
        if shop:
            self.csv, pages = self.shop.write(self.dir)
            self.env["KNOWLEDGE_DIR"] = str(pages)

    def _env(self, name):
        env = super()._env(name)
        if name in self.agents:
            for service in ("sessions", "catalog"):
                env[f"{service.upper()}_ENDPOINT"] = f"ipc://{self.run}/tap-{service}.sock"
        return env

    def start(self, *names, wait=True):
        for service in () if self.taps else ("sessions", "catalog"):
            self.taps[service] = Tap(f"ipc://{self.run}/tap-{service}.sock",
                                     f"ipc://{self.run}/{service}.sock")
        return super().start(*names, wait=wait)

    def stop(self, check=True):
        super().stop(check)
        for tap in self.taps.values():
            tap.close()
        self.taps = {}


def model_env():
    """The settings of the model as the caller has them: without a key the offline seller answers."""
    return {name: value for name, value in os.environ.items() if name.startswith(MODEL_SETTINGS)}


@dataclasses.dataclass
class Seen:
    """One answer, with all that went by while it was made."""
    reply: str
    cars: list
    list: dict
    ms: float
    trace: bytes = b""
    turn_id: str = ""
    searches: list = dataclasses.field(default_factory=list)  # [(PAGE, PAGED or ERROR)]
    calls: list = dataclasses.field(default_factory=list)
    context: dict = None
    page_before: list = dataclasses.field(default_factory=list)  # of the list shown before
    survey: dict = None  # how it stands; looked up where a case asks


@dataclasses.dataclass
class Step:
    """One turn of a case, played: what went wrong, and what it cost."""
    said: str
    reply: str
    ms: float
    wrong: list
    ungrounded: list
    turn_id: str = ""
    cars: list = dataclasses.field(default_factory=list)
    recorded: str = ""  # what was answered when this was recorded
    cost: dict = dataclasses.field(default_factory=dict)  # a turn_record of the protocol


@dataclasses.dataclass
class Played:
    """One run of one case."""
    case: object
    run: int
    steps: list
    error: str = ""

    @property
    def wrong(self):
        found = [f"turn {n}: {what}" for n, step in enumerate(self.steps, 1)
                 for what in step.wrong + step.ungrounded]
        return found + ([self.error] if self.error else [])

    @property
    def passed(self):
        return not self.wrong


def parse_events(body):
    """The JSON of the `done` event of an answer that came as events."""
    events = re.findall(r"event: (\w+)\ndata: (.*)\n\n", body.decode())
    if not events or events[-1][0] != "done":
        raise ValueError(f"the events end in {events[-1:]}")
    return json.loads(events[-1][1])


class Player:
    """One conversation."""

    def __init__(self, stack, case, run, user_id):
        self.stack, self.shop, self.case, self.run = stack, stack.shop, case, run
        self.user_id = user_id
        self.ground = Ground(self.shop)
        self.sentences = set()
        self.page = []

    def play(self):
        played = Played(self.case, self.run, [])
        try:
            for turn in self.case.turns:
                if "do" in turn:
                    self.forget()
                else:
                    played.steps.append(self.turn(turn))
        except (OSError, ValueError, AssertionError, most.Timeout) as error:
            played.error = f"{type(error).__name__}: {error}"
        return played

    def forget(self):
        answer = self.stack.http.delete(f"/seller/sessions/{self.user_id}")
        assert answer.status in (200, 204), answer
        self.page, self.sentences = [], set()

    def turn(self, turn):
        said = turn["say"] if isinstance(turn["say"], list) else [turn["say"]]
        for text in said:
            self.ground.hear(text)
        seen = self.ask(said[0], turn.get("stream")) if len(said) == 1 else self.burst(said)
        if "survey" in turn:
            seen.survey = self.stack.http.get(f"/seller/sessions/{self.user_id}").json().get("survey")
        self.ground.add(seen.calls, seen.context)
        wrong = judge(turn, seen, self.shop) + manners(seen, "\n".join(said), self.sentences,
                                                         fold(self.ground.written))
        ungrounded = self.ground.check(seen.reply)
        if seen.list and re.search(r"^1\. ", seen.reply, re.M):
            self.page = seen.cars
        if not (seen.context or {}).get("list"):
            self.page = []
        return Step("\n".join(said), seen.reply, seen.ms, wrong, ungrounded, seen.turn_id,
                    seen.cars, turn.get("recorded", ""))

    def ask(self, text, stream=False):
        headers = {"Accept": "text/event-stream"} if stream else {}
        begin = time.monotonic()
        answer = self.stack.http.ask(self.user_id, text, headers=headers, timeout=ANSWER_S)
        ms = (time.monotonic() - begin) * 1000
        assert answer.status == 200, answer
        return self.see(parse_events(answer.body) if stream else answer.json(), ms)

    def burst(self, texts):
        """Everything is written before anybody starts to answer."""
        tap = self.stack.taps["sessions"]
        tap.hold(self.user_id)
        with concurrent.futures.ThreadPoolExecutor(len(texts)) as pool, \
                self.stack.client("sessions") as client:
            futures = []
            for text in texts:
                futures.append(pool.submit(self.ask, text))
                most.eventually(lambda: client.call("READ", user_id=self.user_id).waiting ==
                                len(futures), what="a message of a burst was not recorded")
            tap.release(self.user_id)
            seen = [future.result() for future in futures]
        assert len({one.turn_id for one in seen}) == 1, "a burst was answered in several turns"
        return seen[-1]

    def see(self, answer, ms):
        commit = self.stack.taps["sessions"].commit(answer["turn_id"])
        assert commit, "the turn was never committed"
        catalog = self.stack.taps["catalog"]
        context = commit.context[0] if commit.context else None
        return Seen(answer["reply"], [car["stock_id"] for car in answer["cars"]],
                    answer.get("list"), ms, commit.trace, answer["turn_id"],
                    catalog.calls(commit.trace, "PAGE"), catalog.calls(commit.trace, None), context,
                    list(self.page))


def play(cases, env=None, runs=1, workers=8, progress=None):
    """Every case so many times, each in a stack with the shop it needs; the list of Played."""
    found = []
    for shop in sorted({case.shop for case in cases}):
        with EvalStack(env, shop) as stack:
            found += play_in(stack, [case for case in cases if case.shop == shop], runs, workers,
                             progress)
    return found


def play_in(stack, cases, runs=1, workers=8, progress=None):
    work = [(case, run) for run in range(runs) for case in cases]
    done = collections.Counter()
    lock = threading.Lock()

    def one(number):
        case, run = work[number]
        played = Player(stack, case, run, f"eval-{number}").play()
        with lock:
            done["all"] += 1
            if progress:
                progress(done["all"], len(work))
        return played

    with concurrent.futures.ThreadPoolExecutor(workers) as pool:
        played = list(pool.map(one, range(len(work))))
    for each in played:
        for step in each.steps:  # the record comes after the answer
            step.cost = most.eventually(lambda: stack.taps["sessions"].record(step.turn_id),
                                        what="what a turn took was never told")
    return played
