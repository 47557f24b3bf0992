#!/usr/bin/env python3
"""What lies between the processes of a shop: a line for each pair of them, which a test may cut
without closing it, and which may bring messages twice or in another order.

    with Lines() as lines:
        lines.add("agent-1>sessions", front, back)     # who connects to front reaches back
        lines.set(["agent-1>sessions"], cut=True)      # nothing passes, nobody is told
        lines.set(None, copy=0.2, swap=0.2, seed=7)    # None: all of them

What a cut line is given is kept and passes when it is whole again, late, as TCP would have it. A
line to Redis, to a path, carries bytes and can be cut only. A process of its own does the work.
"""

import collections
import json
import pathlib
import random
import socket
import subprocess
import sys
import threading
import time

import zmq

KEPT = 20000     # messages that a cut line keeps
LATE_S = 0.05    # a message that was to be overtaken goes then, if none comes
FORGET_S = 30    # a client that has said nothing for so long has gone


class Line:
    """ROUTER in front, and for each client a DEALER behind, so that the other side tells them
    apart as it would without us."""

    def __init__(self, context, front, back):
        self.context, self.back = context, back
        self.front = context.socket(zmq.ROUTER)
        self.front.linger = 0
        self.front.bind(front)
        self.backs = {}   # client -> DEALER
        self.heard = {}   # client -> when
        self.cut = False
        self.copy = self.swap = 0.0
        self.kept = collections.deque(maxlen=KEPT)  # (send, frames) while it is cut
        self.held = []    # (when, send, frames): to be overtaken
        self.counts = collections.Counter()

    def sockets(self):
        return [self.front, *self.backs.values()]

    def dealer(self, client):
        if client not in self.backs:
            made = self.backs[client] = self.context.socket(zmq.DEALER)
            made.linger = 0
            made.immediate = 1
            made.connect(self.back)
        self.heard[client] = time.monotonic()
        return self.backs[client]

    def forget(self):
        for client, when in list(self.heard.items()):
            if time.monotonic() - when > FORGET_S:
                self.backs.pop(client).close(0)
                del self.heard[client]

    def send(self, where, frames):
        """To the service for a client, or to the client."""
        way, client = where
        try:
            if way == "in":
                self.dealer(client).send_multipart(frames, zmq.DONTWAIT)
            else:
                self.front.send_multipart([client, *frames], zmq.DONTWAIT)
        except zmq.ZMQError:
            self.counts["lost"] += 1  # nobody is there

    def carry(self, where, frames, chance):
        if self.cut:
            self.kept.append((where, frames))
            self.counts["kept"] += 1
            return
        held, self.held = self.held, []
        if chance.random() < self.swap:
            self.held.append((time.monotonic() + LATE_S, where, frames))
            self.counts["swapped"] += 1
        else:
            self.send(where, frames)
            if chance.random() < self.copy:
                self.counts["copied"] += 1
                self.send(where, frames)
        for _, *late in held:
            self.send(*late)

    def tick(self):
        due = [each for each in self.held if each[0] <= time.monotonic()]
        self.held = [each for each in self.held if each not in due]
        for _, *late in due:
            self.send(*late)
        while self.kept and not self.cut:
            self.send(*self.kept.popleft())

    def read(self, ready, chance):
        for client, dealer in list(self.backs.items()):
            while dealer in ready and dealer.poll(0):
                self.carry(("out", client), dealer.recv_multipart(), chance)
        while self.front in ready and self.front.poll(0):
            client, *frames = self.front.recv_multipart()
            self.dealer(client)
            self.carry(("in", client), frames, chance)


class ByteLine:
    """A line of bytes between Unix sockets, with a thread for each direction of each connection."""

    copy = swap = 0.0

    def __init__(self, front, back):
        self.back, self.whole = back, threading.Event()
        self.whole.set()
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(front)
        self.listener.listen(64)
        self.counts = collections.Counter()
        threading.Thread(target=self.accept, daemon=True).start()

    @property
    def cut(self):
        return not self.whole.is_set()

    @cut.setter
    def cut(self, value):
        (self.whole.clear if value else self.whole.set)()

    def accept(self):
        while True:
            client, _ = self.listener.accept()
            threading.Thread(target=self.connect, args=(client,), daemon=True).start()

    def connect(self, client):
        self.whole.wait()
        server = socket.socket(socket.AF_UNIX)
        try:
            server.connect(self.back)
        except OSError:
            client.close()
            return
        for pair in ((client, server), (server, client)):
            threading.Thread(target=self.pass_on, args=pair, daemon=True).start()

    def pass_on(self, source, target):
        try:
            while data := source.recv(65536):
                self.whole.wait()
                target.sendall(data)
        except OSError:
            pass
        for each in (source, target):
            try:
                each.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


class Switchboard:
    def __init__(self):
        self.context, self.lines = zmq.Context(), {}
        self.random = random.Random(1)
        self.orders = collections.deque()
        self.wake_in, self.wake_out = socket.socketpair()
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        for order in sys.stdin:
            self.orders.append(json.loads(order))
            self.wake_in.send(b"x")
        self.orders.append({"do": "end"})
        self.wake_in.send(b"x")

    def obey(self, order):
        do, names = order.pop("do"), order.pop("names", None) or list(self.lines)
        if do == "end":
            return False
        if do == "add":
            name, front, back = order["name"], order["front"], order["back"]
            self.lines[name] = Line(self.context, front, back) if "://" in back \
                else ByteLine(front, back)
        elif do == "set":
            if "seed" in order:
                self.random.seed(order.pop("seed"))
            for name in names:
                for key, value in order.items():
                    setattr(self.lines[name], key, value)
        total = sum((self.lines[name].counts for name in names if name in self.lines),
                    collections.Counter())
        print(json.dumps(total), flush=True)
        return True

    def run(self):
        forget_at = time.monotonic() + FORGET_S
        while True:
            poller = zmq.Poller()
            poller.register(self.wake_out, zmq.POLLIN)
            lines = [line for line in self.lines.values() if isinstance(line, Line)]
            for line in lines:
                for each in line.sockets():
                    poller.register(each, zmq.POLLIN)
            ready = dict(poller.poll(20 if any(line.held for line in lines) else 1000))
            if self.wake_out.fileno() in ready:
                self.wake_out.recv(4096)
            for line in lines:
                line.read(ready, self.random)
            while self.orders:
                if not self.obey(self.orders.popleft()):
                    return
            for line in lines:
                line.tick()
            if time.monotonic() > forget_at:
                forget_at = time.monotonic() + FORGET_S
                for line in lines:
                    line.forget()


class Lines:
    """The switchboard, for tests."""

    def __enter__(self):
        self.process = subprocess.Popen([sys.executable, __file__], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        self.names = []
        return self

    start = __enter__

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(10)
        self.process.stdout.close()

    def order(self, **order):
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def add(self, name, front, back):
        if "://" not in str(front):
            pathlib.Path(front).parent.mkdir(exist_ok=True)
        self.order(do="add", name=name, front=str(front), back=str(back))
        self.names.append(name)

    def set(self, names, **settings):
        """Returns what has happened so far on these lines: {"copied", "swapped", "kept", "lost"}."""
        return self.order(do="set", names=names, **settings)


if __name__ == "__main__":
    Switchboard().run()
