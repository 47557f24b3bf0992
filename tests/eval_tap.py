"""A wire tap between the agents and what they ask: every message goes on as it came, and is kept.

So the regression plan sees exactly which filters reached the catalog and what was remembered at the
end of a turn, without a hook in production code. The agents' SESSIONS_ENDPOINT or CATALOG_ENDPOINT
is the tap's; it stands in front of the real service.

hold(user) keeps an agent's CLAIMs of that user back until release(user): everything written
meanwhile is in one turn, as in a burst, whatever the machine's speed.
"""

import collections
import os
import threading

import zmq

import most

KEPT = {"PAGE", "GET_CAR", "MAKES", "MODELS", "RESOLVE", "KNOWLEDGE", "COMMIT"}


class Tap(threading.Thread):
    def __init__(self, front, back):
        super().__init__(daemon=True)
        self.back_endpoint = back
        self.front = self._socket(zmq.ROUTER)
        self.front.bind(front)
        self.back = {}        # peer: a connection of its own, for services know no envelopes
        self.peers = {}       # and the other way round
        self.poller = zmq.Poller()
        self.lock = threading.Lock()
        self.by_trace = collections.defaultdict(list)  # [(request, answer)] of a turn
        self.turns = {}       # turn id: its COMMIT
        self.records = {}     # turn id: what it took
        self.asked = {}       # (peer, id): request, until it is answered
        self.held = {}        # user: frames of CLAIMs that wait
        self.freed = []       # such frames that may go on
        self.wake, self.poke = os.pipe()
        self.closing = False
        self.start()

    @staticmethod
    def _socket(kind):
        socket = zmq.Context.instance().socket(kind)
        socket.linger = 0
        socket.set_hwm(0)
        return socket

    def close(self):
        self.closing = True
        os.write(self.poke, b"x")
        self.join(10)
        os.close(self.wake)
        os.close(self.poke)

    # ---- what went by ----

    def calls(self, trace, type_):
        """(request, answer) of a turn's calls, in the order asked; answer None: none came."""
        with self.lock:
            return [tuple(pair) for pair in self.by_trace[trace] if type_ in (None, pair[0].type)]

    def commit(self, turn_id):
        """The COMMIT that ended a turn, or None."""
        with self.lock:
            return self.turns.get(turn_id)

    def record(self, turn_id):
        """What a turn took (LOG_TURN, which comes after its end), or None."""
        with self.lock:
            return self.records.get(turn_id)

    def hold(self, user):
        with self.lock:
            self.held[user] = []

    def release(self, user):
        with self.lock:
            self.freed += self.held.pop(user)
        os.write(self.poke, b"x")

    # ---- the thread ----

    def run(self):
        self.poller.register(self.front, zmq.POLLIN)
        self.poller.register(self.wake, zmq.POLLIN)
        try:
            while not self.closing:
                for source, _ in self.poller.poll():
                    if source == self.wake:
                        self._woken()
                    elif source is self.front:
                        self._asked(self.front.recv_multipart())
                    else:
                        self._answered(source)
        finally:
            for socket in (self.front, *self.back.values()):
                socket.close(0)

    def _woken(self):
        os.read(self.wake, 4096)
        with self.lock:
            freed, self.freed = self.freed, []
        for frames in freed:
            self._forward(frames)

    def _forward(self, frames):
        peer = frames[0]
        if peer not in self.back:
            self.back[peer] = self._socket(zmq.DEALER)
            self.back[peer].connect(self.back_endpoint)
            self.peers[self.back[peer]] = peer
            self.poller.register(self.back[peer], zmq.POLLIN)
        self.back[peer].send_multipart(frames[1:])

    def _asked(self, frames):
        message = most.decode(frames[1:])
        with self.lock:
            if message.type in KEPT:
                pair = [message, None]
                self.asked[frames[0], message.id] = pair
                self.by_trace[message.trace].append(pair)
            if message.type == "COMMIT":
                self.turns[message.reply[0].turn_id] = message
            if message.type == "LOG_TURN":
                self.records[message.record[0].turn_id] = message.record[0]
            if message.type == "CLAIM" and message.user_id in self.held:
                self.held[message.user_id].append(frames)
                return
        self._forward(frames)

    def _answered(self, socket):
        frames, peer = socket.recv_multipart(), self.peers[socket]
        message = most.decode(frames)
        with self.lock:
            pair = self.asked.pop((peer, message.id), None)
            if pair:
                pair[1] = message
        self.front.send_multipart([peer, *frames])
