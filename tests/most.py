"""The wire protocol for tests: a client, a server for fakes, and raw frames.

Everything is driven by the tables that `build/<V>/bin/describe json` prints, so a field that is
appended to proto/messages.h needs no change here. This is a second implementation on purpose
(pyzmq and Debian's msgpack): what it and the C codec agree on is the protocol.

    with Client(endpoint) as client:
        seq = client.call("ENQUEUE", user_id="ana", message_id="m1", channel="api", text="hola").seq

    with Server(endpoint, "sessions", {"SWEEP": lambda request: ("SWEPT", {"users": []})}) as fake:
        fake.wait_for("SWEEP")
"""

import collections
import functools
import itertools
import json
import os
import pathlib
import queue
import random
import struct
import subprocess
import threading
import time

import msgpack
import zmq

ROOT = pathlib.Path(__file__).resolve().parent.parent
VARIANT = os.environ.get("V", "release")
BIN = ROOT / "build" / VARIANT / "bin"

VERSION = b"MOST/1"
HEADER = struct.Struct(">BBHIQ8s8s")
DEFAULTS = {"INT": 0, "BOOL": False, "STR": "", "BIN": b"", "LIST": None}

# Seconds. An event that has not come by then will not come, however slow the machine is: what is
# waited for in tests is waited for so long, and only silence for less.
PATIENCE = 60

_ids = itertools.count(random.getrandbits(62) | 1)


class WireError(Exception):
    """The other side answered ERROR."""

    def __init__(self, code, detail="", retry_after_ms=0):
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail
        self.retry_after_ms = retry_after_ms


class Timeout(Exception):
    """Nothing came in time."""


class Record(dict):
    """A record with its fields as keys and as attributes; absent optional ones read as defaults."""

    __getattr__ = dict.__getitem__


class Table:
    """What `describe json` prints, by name and by code."""

    def __init__(self, described):
        self.version = described["version"]
        self.messages = {message["type"]: message for message in described["messages"]}
        self.by_code = {message["code"]: message for message in described["messages"]}
        self.records = {record["name"]: record for record in described["records"]}
        if described["header_size"] != HEADER.size:
            raise ValueError("the header is not the one this client knows")

    def type(self, code):
        message = self.by_code.get(code)
        return message["type"] if message else f"?{code}"

    def fields(self, name):
        """The fields of a message (by type) or of a record (by name)."""
        return (self.messages.get(name) or self.records[name])["fields"]

    def pack(self, name, values):
        """Field names to numbers. Checks names only: tests may want to send wrong values."""
        known = {field["name"]: field for field in self.fields(name)}
        unknown = set(values) - set(known)
        if unknown:
            raise TypeError(f"{name} has no field {', '.join(sorted(unknown))}")
        packed = {}
        for field_name, field in known.items():
            if field_name not in values:
                continue
            value = values[field_name]
            if field["kind"] == "LIST":
                if isinstance(value, dict):
                    value = [value]
                value = [self.pack(field["element"], item) for item in value or []]
            if field["required"] or value not in (DEFAULTS[field["kind"]], []):
                packed[field["number"]] = value
        return packed

    def unpack(self, name, packed):
        """Numbers to field names; fields that are not in the table are ignored."""
        record = Record()
        for field in self.fields(name):
            value = packed.get(field["number"], DEFAULTS[field["kind"]])
            if field["kind"] == "LIST":
                value = [self.unpack(field["element"], item) for item in value or []]
            record[field["name"]] = value
        return record


@functools.lru_cache(maxsize=1)
def table():
    """The protocol as the C side describes it."""
    out = subprocess.run([str(BIN / "describe"), "json"], check=True, capture_output=True)
    return Table(json.loads(out.stdout))


class Message:
    """One message as it came: header fields, and the body's fields as attributes."""

    def __init__(self, type_, fields, id_, attempt=0, left_ms=0, trace=bytes(8), peer=None):
        self.type = type_
        self.fields = fields
        self.id = id_
        self.attempt = attempt
        self.left_ms = left_ms
        self.trace = trace
        self.peer = peer  # routing id, when a Server received it
        self.server = None
        self.partials = []  # of a call's answer: the PARTIALs that came before it

    def __getattr__(self, name):
        try:
            return self.__dict__["fields"][name]
        except KeyError:
            raise AttributeError(f"{self.type} has no field {name}") from None

    def __repr__(self):
        return f"<{self.type} id={self.id} {dict(self.fields)}>"

    def answer(self, type_, /, **fields):
        """Answers a request that a Server received; from any thread, now or later."""
        self.server.send(self.peer, type_, id=self.id, trace=self.trace, **fields)

    def error(self, code, detail="", retry_after_ms=0):
        self.answer("ERROR", code=code, detail=detail, retry_after_ms=retry_after_ms)


def new_id():
    """A request id that no other call of this run has."""
    return next(_ids) & (2**63 - 1)


def header(type_, id_, left_ms=0, attempt=0, trace=None, reserved=0):
    """32 bytes. type_ is a name or a number."""
    code = table().messages[type_]["code"] if isinstance(type_, str) else type_
    trace = os.urandom(8) if trace is None else trace
    return HEADER.pack(code, reserved, attempt, left_ms, id_, trace, bytes(8))


def encode(type_, fields, id_=None, left_ms=0, attempt=0, trace=None):
    """The three frames of a message."""
    body = msgpack.packb(table().pack(type_, fields), use_bin_type=True)
    id_ = new_id() if id_ is None else id_
    return [VERSION, header(type_, id_, left_ms, attempt, trace), body]


def decode(frames):
    """A Message from three frames; ValueError if they are none."""
    if len(frames) != 3 or frames[0] != VERSION or len(frames[1]) != HEADER.size:
        raise ValueError(f"not a message: {frames!r}")
    code, zero, attempt, left_ms, id_, trace, rest = HEADER.unpack(frames[1])
    if zero or any(rest):
        raise ValueError("reserved bytes of the header are set")
    body = msgpack.unpackb(frames[2], raw=False, strict_map_key=False)
    type_ = table().type(code)
    return Message(type_, table().unpack(type_, body), id_, attempt, left_ms, trace)


def deadline(seconds):
    """A function that tells the seconds left and raises Timeout when there are none."""
    end = time.monotonic() + seconds

    def left(what="nothing came"):
        rest = end - time.monotonic()
        if rest <= 0:
            raise Timeout(what)
        return rest

    return left


def eventually(check, timeout=PATIENCE, what=None):
    """Polls until check() is true and returns what it returned; for state that has no event."""
    left = deadline(timeout)
    while True:
        value = check()
        if value:
            return value
        left(what or f"never true: {getattr(check, '__name__', check)}")
        time.sleep(0.01)


class Client:
    """A DEALER. Not for two threads at once; nothing runs in the background, so it never PINGs."""

    def __init__(self, endpoint):
        self.socket = zmq.Context.instance().socket(zmq.DEALER)
        self.socket.linger = 0
        self.socket.connect(endpoint)
        self.endpoint = endpoint
        self.early = collections.deque()  # came while something else was waited for

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close(0)

    def send(self, type_, /, id=None, left_ms=5000, attempt=0, trace=None, **fields):
        """Sends without waiting; returns the request id."""
        id = new_id() if id is None else id
        self.send_raw(encode(type_, fields, id, left_ms, attempt, trace))
        return id

    def send_raw(self, frames):
        self.socket.send_multipart(frames)

    def recv_raw(self, timeout=PATIENCE):
        if not self.socket.poll(max(0, timeout) * 1000):
            raise Timeout(f"nothing from {self.endpoint} in {timeout:.1f} s")
        return self.socket.recv_multipart()

    def recv(self, timeout=PATIENCE):
        """The next message, whatever it answers."""
        return self.early.popleft() if self.early else decode(self.recv_raw(timeout))

    def wait(self, id, timeout=PATIENCE, check=True):
        """The final answer to a request. PARTIALs before it are in answer.partials."""
        left = deadline(timeout)
        partials, others = [], []
        try:
            while True:
                message = self.recv(left(f"no answer from {self.endpoint} in {timeout:.1f} s"))
                if message.id != id:
                    others.append(message)
                elif message.type == "PARTIAL":
                    partials.append(message)
                else:
                    break
        finally:
            self.early.extend(others)
        message.partials = partials
        if check and message.type == "ERROR":
            raise WireError(message.code, message.detail, message.retry_after_ms)
        return message

    def call(self, type_, /, timeout=PATIENCE, check=True, id=None, attempt=0, trace=None,
             **fields):
        """Sends and waits. check=False returns ERROR messages instead of raising WireError."""
        id = self.send(type_, id=id, left_ms=int(timeout * 1000), attempt=attempt, trace=trace,
                       **fields)
        return self.wait(id, timeout, check)

    def quiet(self, seconds=0.3):
        """True if nothing at all comes for so long."""
        if self.early:
            return False
        return not self.socket.poll(seconds * 1000)


class Pump(threading.Thread):
    """A thread that owns a socket. Other threads send through a queue and wait for messages."""

    def __init__(self, kind):
        super().__init__(daemon=True)
        self.socket = zmq.Context.instance().socket(kind)
        self.socket.linger = 0
        self.received = []  # every Message, in order
        self.seen = threading.Condition()
        self.failure = None  # what went wrong in the thread; raised by the next wait
        self._out = queue.Queue()
        self._wake, self._poke = os.pipe()
        self._closing = False
        self.tick_s = 1.0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self._closing = True
        if self.is_alive():
            os.write(self._poke, b"x")
            self.join(10)
            os.close(self._wake)
            os.close(self._poke)

    def put(self, frames):
        """Sends frames from any thread."""
        self._out.put(frames)
        os.write(self._poke, b"x")

    def run(self):
        poller = zmq.Poller()
        poller.register(self.socket, zmq.POLLIN)
        poller.register(self._wake, zmq.POLLIN)
        try:
            while not self._closing:
                ready = dict(poller.poll(self.tick_s * 1000))
                if self._wake in ready:
                    os.read(self._wake, 4096)
                while not self._out.empty():
                    self.socket.send_multipart(self._out.get())
                while self.socket.poll(0):
                    self.take(self.socket.recv_multipart())
                self.tick()
        except Exception as error:  # shown by the waiting test, which else only times out
            with self.seen:
                self.failure = error
                self.seen.notify_all()
            raise
        finally:
            self.socket.close(0)

    def take(self, frames):
        raise NotImplementedError

    def tick(self):
        """Called at least every tick_s."""

    def note(self, message):
        with self.seen:
            self.received.append(message)
            self.seen.notify_all()

    def count(self, type_, match=None):
        with self.seen:
            return sum(1 for m in self.received if m.type == type_ and (not match or match(m)))

    def wait_for(self, type_, match=None, nth=1, timeout=PATIENCE):
        """The nth message of a type (that matches), counted from the beginning."""
        left = deadline(timeout)
        with self.seen:
            while True:
                if self.failure:
                    raise self.failure
                found = [m for m in self.received if m.type == type_ and (not match or match(m))]
                if len(found) >= nth:
                    return found[nth - 1]
                self.seen.wait(left(f"{type_} number {nth} never came; came: "
                                    f"{[m.type for m in self.received][-20:]}"))


class Server(Pump):
    """A ROUTER with handlers, for fakes.

    handlers[type](message) runs in the server's thread and returns (type, fields) to answer now,
    or None to answer later with message.answer(...). PING is answered by itself. A request that was
    answered and is sent again, because the answer was slow to come, is given the same answer and
    not counted. silent=True: it reads and says nothing, like a process that hangs.
    """

    def __init__(self, endpoint, name="fake", handlers=None, role=None, boot=None):
        super().__init__(zmq.ROUTER)
        self.socket.router_mandatory = 0
        self.handlers = handlers or {}
        self.silent = False
        self.answered = {}  # (peer, id): answer
        self.process = {"name": name, "role": role or name, "ready": True,
                        "boot": boot or random.getrandbits(62) | 1}
        self.more = []  # processes behind it, told with PONG
        self.socket.bind(endpoint)
        self.start()

    def send(self, peer, type_, /, id=None, left_ms=0, trace=None, **fields):
        """A message to one peer, asked for or not."""
        self.put([peer] + encode(type_, fields, id, left_ms, 0, trace))

    def take(self, frames):
        if self.silent:
            return
        message = decode(frames[1:])
        message.peer, message.server = frames[0], self
        handler = self.handlers.get(message.type)
        if message.type == "PING" and not handler:
            message.answer("PONG", processes=[self.process] + self.more)
            return
        answer = self.answered.get((message.peer, message.id)) if message.attempt else None
        if not answer:
            self.note(message)
            answer = handler(message) if handler else None
        if answer:
            self.answered[message.peer, message.id] = answer
            type_, fields = answer
            message.answer(type_, **fields)
