"""One real agent among fakes: a dispatcher that gives turns, sessions and a catalog in memory.

The fakes are honest by default; a test makes them late, silent or wrong through `hooks`:

    world.sessions.hooks["COMMIT"] = lambda message: world.sessions.drop   # says nothing
    world.sessions.hooks["RENEW"] = lambda message: ("ERROR", {"code": "stale_token"})
"""

import collections
import itertools
import pathlib
import random
import shutil
import tempfile
import threading
import time

import conftest
import most
import stack as stacks

CARS = [
    {"stock_id": 301650 + n, "make": make, "model": model, "version": version, "year": year,
     "price": price * 100, "km": km, "bluetooth": n % 2 == 0}
    for n, (make, model, version, year, price, km) in enumerate([
        ("Nissan", "Versa", "Advance", 2019, 214_999, 54_300),
        ("Nissan", "March", "Sense", 2020, 198_999, 41_000),
        ("Nissan", "Sentra", "Exclusive", 2018, 265_000, 70_500),
        ("Nissan", "Kicks", "Bitono", 2021, 289_500, 30_250),
        ("Nissan", "Versa", "Sense", 2017, 169_900, 88_000),
        ("Nissan", "X-Trail", "Advance", 2018, 299_000, 65_000),
        ("Nissan", "Frontier", "LE", 2019, 295_999, 71_000),
        ("Mazda", "3", "i Touring", 2019, 248_999, 33_000),
    ])]


class Fake(most.Server):
    """A Server whose hooks come before its handlers; drop as an answer means none."""

    drop = object()

    def __init__(self, endpoint, name, handlers, boot=None):
        self.hooks = {}
        super().__init__(endpoint, name, {type_: self._hooked(type_, handler)
                                          for type_, handler in handlers.items()}, boot=boot)

    def _hooked(self, type_, handler):
        def handle(message):
            hook = self.hooks.get(type_)
            answer = hook(message) if hook else None
            if answer is self.drop:
                return None
            return answer if answer is not None else handler(message)
        return handle


    def note(self, message):
        """What is sent again, because we were slow to answer, is one request."""
        if not message.attempt or all(m.id != message.id for m in self.received):
            super().note(message)


class Sessions(Fake):
    """Inboxes, leases and contexts as the session service keeps them, without Redis."""

    def __init__(self, endpoint):
        self.lock = threading.RLock()
        self.turns = itertools.count(1)
        self.users = collections.defaultdict(lambda: {
            "inbox": [], "seq": 0, "holder": None, "token": 0, "context": None, "replies": [],
            "outbox": [], "told": [], "sids": []})
        super().__init__(endpoint, "sessions", {
            "CLAIM": self.claim, "RENEW": self.renew, "COMMIT": self.commit,
            "RELEASE": self.release, "DELIVERED": self.delivered,
            "PACE": lambda m: ("PACED", {"places": m.wanted, "every_us": 1000}),
            "LOG_TURN": lambda m: ("OK", {})})

    def say(self, user_id, text, **fields):
        """A message that waits; returns its seq."""
        with self.lock:
            user = self.users[user_id]
            user["seq"] += 1
            user["inbox"].append({"seq": user["seq"], "message_id": f"{user_id}-{user['seq']}",
                                  "channel": "api", "text": text, "received_ms": 1, **fields})
            return user["seq"]

    def owe(self, user_id, text, **fields):
        """A reply in the outbox, to be delivered now; returns it as it will change."""
        with self.lock:
            outbox = self.users[user_id]["outbox"]
            outbox.append({"turn_id": f"T{next(self.turns):08}", "channel": "twilio",
                           "reply_to": "whatsapp:+14155238886", "text": text, "state": "due",
                           "parts_sent": 0, "attempts": 0, "since_ms": 0, "at": 0, "tries": 0,
                           **fields})
            return outbox[-1]

    def told(self, user_id):
        """What DELIVERED said, in order: [(state, parts_sent, code)]."""
        with self.lock:
            return list(self.users[user_id]["told"])

    def deliverable(self, user):
        """From the oldest up to the first whose time has not come."""
        found = []
        for entry in user["outbox"]:
            if entry["state"] in ("parked", "failed") or entry["at"] > time.monotonic():
                break
            found.append(entry)
        return found

    def offer(self, user):
        """As CLAIMED tells it: what somebody tried who has no lease any more is unsure."""
        offered = self.deliverable(user)[:8]
        for entry in offered:
            if entry["state"] == "trying":
                entry["state"] = "unsure"
        fields = [field["name"] for field in most.table().fields("outgoing")]
        return [{**{f: entry[f] for f in fields if f in entry}, "sids": " ".join(user["sids"][-15:])}
                for entry in offered]

    def delivered(self, message):
        with self.lock:
            user = self.users[message.user_id]
            user["told"].append((message.state, message.parts_sent, message.code))
            if not user["holder"] or message.token != user["token"]:
                return "ERROR", {"code": "stale_token"}
            entry = next((e for e in user["outbox"] if e["turn_id"] == message.turn_id), None)
            if message.sid:
                user["sids"].append(message.sid)
            if entry is None:
                return ("ERROR", {"code": "claimed"}) if message.state == "trying" else ("OK", {})
            if message.state == "trying" and entry is not user["outbox"][0]:
                return "ERROR", {"code": "invalid", "detail": "not the oldest"}
            later = time.monotonic() + message.retry_ms / 1000
            if message.state == "trying":
                entry.update(state="trying", attempts=entry["attempts"] + 1,
                             tries=entry["tries"] + 1,
                             since_ms=entry["since_ms"] or int(time.time() * 1000))
                return "OK", {"count": entry["tries"]}
            assert message.nth in (0, entry["tries"]), "a report of another try"
            if message.state == "sent":
                entry.update(state="due", parts_sent=message.parts_sent, attempts=0, since_ms=0,
                             at=later)
            elif message.state == "again":
                entry.update(state="due", since_ms=0, at=later)
            elif message.state in ("unsure", "parked"):
                entry.update(state=message.state, at=later)
            else:
                user["outbox"].remove(entry)
                entry["state"] = message.state
            return "OK", {}

    def replies(self, user_id):
        with self.lock:
            return list(self.users[user_id]["replies"])

    def context(self, user_id):
        return self.users[user_id]["context"]

    def steal(self, user_id):
        """Another agent takes the lease."""
        with self.lock:
            self.users[user_id]["token"] += 1
            self.users[user_id]["holder"] = "thief/1"

    def claim(self, message):
        with self.lock:
            user = self.users[message.user_id]
            if message.token:
                if message.token != user["token"] or not user["holder"]:
                    return "ERROR", {"code": "stale_token"}
                return "CLAIMED", {"status": "granted", "token": user["token"],
                                   "messages": user["inbox"]}
            if user["holder"] not in (None, message.dead, message.holder):
                return "CLAIMED", {"status": "busy", "retry_ms": 1234}
            if not user["inbox"] and not self.deliverable(user):
                return "CLAIMED", {"status": "empty"}
            user["token"] += 1
            user["holder"] = message.holder
            return "CLAIMED", {"status": "granted", "token": user["token"],
                               "context": user["context"], "messages": user["inbox"],
                               "outgoing": self.offer(user)}

    def renew(self, message):
        with self.lock:
            user = self.users[message.user_id]
            ours = user["holder"] and message.token == user["token"]
            return ("OK", {}) if ours else ("ERROR", {"code": "stale_token"})

    def commit(self, message):
        with self.lock:
            user = self.users[message.user_id]
            reply = message.reply[0]
            if not user["replies"] or user["replies"][-1].turn_id != reply.turn_id:
                if not user["holder"] or message.token != user["token"]:
                    return "ERROR", {"code": "stale_token"}
                user["replies"].append(reply)
                user["context"] = message.context
                user["inbox"] = [m for m in user["inbox"] if m["seq"] > reply.upto_seq]
                user["holder"] = None
            return "COMMITTED", {"waiting": len(user["inbox"]) + len(self.deliverable(user))}

    def release(self, message):
        with self.lock:
            user = self.users[message.user_id]
            if user["holder"] and message.token == user["token"]:
                user["holder"] = None
                return "OK", {}
            return "ERROR", {"code": "stale_token"}


class Catalog(Fake):
    """CARS, filtered by make, model and price, without those that were sold."""

    def __init__(self, endpoint):
        self.sold, self.generation = {}, 1
        super().__init__(endpoint, "catalog", {
            "PAGE": self.page, "GET_CAR": self.get_car, "MAKES": self.makes,
            "CHECK_CARS": self.check_cars, "MODELS": self.models, "KNOWLEDGE": self.knowledge, "RESOLVE": self.resolve})

    def sell(self, stock_id):
        """From now on: who asks is told."""
        car = next(car for car in CARS if car["stock_id"] == stock_id)
        self.sold[stock_id] = f"{car['make']} {car['model']} {car['version']} {car['year']}"
        self.generation += 1

    def unsell(self):
        self.sold = {}
        self.generation += 1

    def check_cars(self, message):
        return "CHECKED", {"generation": self.generation, "gone": [
            {"stock_id": car.stock_id, "sold": True, "name": self.sold[car.stock_id]}
            for car in message.cars if car.stock_id in self.sold]}

    def page(self, message):
        query = dict(message.query[0])
        make = {"nisan": "Nissan"}.get(query["make"].lower(), query["make"])
        found = [car for car in CARS
                 if make.lower() in ("", car["make"].lower())
                 and query["model"].lower() in ("", car["model"].lower())
                 and (not query["price_max"] or car["price"] <= query["price_max"])
                 and car["stock_id"] not in self.sold]
        size, page = query["page_size"] or 5, query["page"] or 1
        pages = -(-len(found) // size)
        corrections = [] if make == query["make"] else [
            {"field": "make", "from": query["make"], "to": make}]
        return "PAGED", {
            "cars": found[(page - 1) * size:page * size],
            "list": {"total": len(found), "page": page, "pages": pages,
                     "pages_left": max(0, pages - page), "page_size": size},
            "corrections": corrections, "query": {**query, "make": make, "page": page}}

    def get_car(self, message):
        found = [car for car in CARS if car["stock_id"] == message.stock_id]
        return "CARS", {"sold": found} if message.stock_id in self.sold else {"cars": found}

    def makes(self, message):
        if message.version == 7:
            return "FACETS", {"version": 7, "cars": len(CARS), "generation": self.generation}
        return "FACETS", {"version": 7, "cars": len(CARS), "generation": self.generation, "facets": [
            {"name": "Mazda", "count": 1}, {"name": "Nissan", "count": 7}]}

    @staticmethod
    def models(message):
        return "FACETS", {"version": 7, "make": message.make, "facets": [
            {"name": car["model"], "count": 1} for car in CARS
            if car["make"].lower() == message.make.lower()]}

    @staticmethod
    def knowledge(_):
        return "PASSAGES", {"passages": [{"source": "horario.md", "text": "Lunes a sábado."}]}

    @staticmethod
    def resolve(message):
        mentions = []
        for said, make in (("nisan", "Nissan"), ("nissan", "Nissan"), ("mazda", "Mazda")):
            at = message.text.lower().find(said)
            if at >= 0:
                mentions.append({"said": said, "make": make, "corrected": said == "nisan",
                                 "count": 7 if make == "Nissan" else 1,
                                 "at": len(message.text[:at].encode())})
                break
        return "RESOLVED", {"mentions": mentions}


class Dispatcher(Fake):
    """Answers HEARTBEAT and remembers the agent's routing id; TURN and NUDGE are the test's."""

    def __init__(self, endpoint, boot=None):
        self.agent = None  # the agent's routing id
        self.ids = iter(range(random.getrandbits(40), 2**62))
        super().__init__(endpoint, "dispatcher", {"HEARTBEAT": self.heartbeat}, boot=boot)

    def heartbeat(self, message):
        self.agent = message.peer
        return "PONG", {"processes": [self.process]}

    def turn(self, user_id, **fields):
        """Sends a TURN; returns its request id."""
        id_ = next(self.ids)
        self.send(self.agent, "TURN", id=id_, user_id=user_id, **fields)
        return id_

    def nudge(self, user_id, **fields):
        self.send(self.agent, "NUDGE", user_id=user_id, **fields)

    def done(self, id_, timeout=most.PATIENCE):
        """The TURN_DONE of a request."""
        return self.wait_for("TURN_DONE", lambda m: m.id == id_, timeout=timeout)

    def partials(self, id_):
        with self.seen:
            return [m for m in self.received if m.type == "PARTIAL" and m.id == id_]

    def last_beat(self):
        with self.seen:
            beats = [m for m in self.received if m.type == "HEARTBEAT"]
        return beats[-1].process[0]


class World:
    """world.ask("ana", "hola") says something, runs a turn and returns its TURN_DONE."""

    def __init__(self, env=None, start=True):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="m", dir="/tmp"))
        (self.dir / "run").mkdir()
        (self.dir / "rules").mkdir()
        (self.dir / "rules" / "v1.md").write_text(
            "Vendes autos en {{shop}}. Marcas: {{makes}}. {{financing}}.\n")
        self.sessions = Sessions(self.endpoint("sessions"))
        self.catalog = Catalog(self.endpoint("catalog"))
        self.dispatcher = Dispatcher(self.endpoint("agents"))
        settings = {"VAR": str(self.dir), "HEARTBEAT_MS": "500ms", "LEASE_MS": "10s",
                    "DRAIN_MS": "1s", "LOG_LEVEL": "debug", "RULES_DIR": str(self.dir / "rules"), **(env or {})}
        self.settings = settings
        self.process = self.agent("agent-1")
        conftest.watch(self)
        if start:
            self.process.start()
            self.wait_ready()

    def endpoint(self, name):
        return f"ipc://{self.dir}/run/{name}.sock"

    def wait_ready(self):
        self.dispatcher.wait_for("HEARTBEAT", lambda m: m.process[0].ready,
                                 timeout=stacks.START_S)

    def agent(self, name):
        """Another agent, not started."""
        return stacks.Process(name, [most.BIN / "agent", name], stacks.clean_env(self.settings),
                              self.dir, self.dir / f"{name}.log")

    def restart_dispatcher(self):
        """Another boot at the same place, which knows nothing."""
        self.dispatcher.close()
        self.dispatcher = Dispatcher(self.endpoint("agents"))
        self.wait_ready()

    def ask(self, user_id, text, timeout=most.PATIENCE, **fields):
        self.sessions.say(user_id, text)
        return self.dispatcher.done(self.dispatcher.turn(user_id, **fields), timeout)

    def metric(self, name, label=""):
        """Of the next heartbeat."""
        self.dispatcher.wait_for("HEARTBEAT", nth=self.dispatcher.count("HEARTBEAT") + 1)
        return sum(s.value for s in self.dispatcher.last_beat().samples
                   if s.name == name and label in s.labels)

    def heard(self, dispatcher=None):
        """Until the agent, which runs a turn, has read what a dispatcher has sent it so far: a nudge
        makes it ask for news, which there are none of."""
        asked = self.sessions.count("CLAIM", lambda m: m.token)
        (dispatcher or self.dispatcher).nudge("ana")
        self.sessions.wait_for("CLAIM", lambda m: m.token, nth=asked + 1)

    def log(self):
        return self.process.text()

    def tails(self):
        return self.process.tail()

    def close(self):
        """SIGTERM; what was wrong with the agent's end, or None."""
        conftest.forget(self)
        wrong = self.process.stop()
        report = stacks.REPORT.search(self.log())
        for fake in (self.dispatcher, self.sessions, self.catalog):
            fake.close()
        tail = self.process.tail(30) if wrong or report else ""
        shutil.rmtree(self.dir, ignore_errors=True)
        return f"{wrong} {report}\n{tail}" if wrong or report else None
