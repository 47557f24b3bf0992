"""A real gateway between a test and a shop whose services are fakes that do as they are told."""

import json
import re
import socket
import struct
import threading

import most
import stack as stacks

CAR = {"stock_id": 301650, "make": "Nissan", "model": "Versa", "version": "Advance", "year": 2022,
       "km": 12491, "price": 63799900, "bluetooth": True, "length": 4495, "city": "Toluca"}
LIST = {"total": 12, "page": 1, "pages": 3, "pages_left": 2, "page_size": 5}


def reply(text="Tengo 12.", seq=1, **more):
    return {"turn_id": "01TURN", "text": text, "upto_seq": seq, **more}


class Shop:
    """`sessions`, `dispatcher` and `catalog` are most.Server; change their handlers at will."""

    def __init__(self, env=None, start=True):
        self.stack = stacks.Stack(agents=0, env=env)
        self.stack.order = ["gateway"]
        self.port, self.http = self.stack.port, self.stack.http
        self.recorded = {}  # (user, message id) -> seq
        self.fakes = []
        self.sessions = self.fake("sessions", {
            "ENQUEUE": self.on_enqueue, "WITHDRAW": lambda m: ("OK", {"count": 1}),
            "RESET": lambda m: ("OK", {"count": 1}), "READ": lambda m: ("SESSION", {})})
        self.dispatcher = self.fake("dispatcher", {
            "WORK": lambda m: ("ANSWER", {"reply": reply(seq=m.seq)})})
        self.catalog = self.fake("catalog", {
            "PAGE": lambda m: ("PAGED", {"cars": [CAR], "list": LIST, "query": m.query}),
            "MAKES": lambda m: ("FACETS", {"version": 1, "cars": 300, "facets": [
                {"name": "Nissan", "count": 12, "price_min": 19990000}]}),
            "MODELS": lambda m: ("FACETS", {"version": 1, "make": "Nissan", "facets": [
                {"name": "Versa", "count": 7}]})})
        if start:
            self.stack.start("gateway")

    def fake(self, service, handlers):
        made = most.Server(self.stack.endpoint(service), service, handlers)
        self.fakes.append(made)
        return made

    def on_enqueue(self, message):
        key = message.user_id, message.message_id
        known = key in self.recorded
        seq = self.recorded.setdefault(key, len(self.recorded) + 1)
        return "ENQUEUED", {"seq": seq, "duplicate": known}

    def close(self):
        try:
            self.stack.stop()
        finally:
            for fake in self.fakes:
                fake.close()

    def ask(self, user="ana", msg="hola", **options):
        return self.http.ask(user, msg, **options)

    def later(self, function, *args, **options):
        """Runs in a thread; .result() waits for it."""
        return Later(function, *args, **options)

    def metric(self, name, **labels):
        return self.stack.metric(name, **labels)

    def connect(self):
        return Raw(self.port)

    def serves(self):
        """The same worker still serves others."""
        assert self.http.get("/healthz").status == 200
        assert "worker_restarted" not in self.stack.log("gateway")
        return True


class Later(threading.Thread):
    def __init__(self, function, *args, **options):
        super().__init__(daemon=True)
        self.call, self.value, self.error = (function, args, options), None, None
        self.start()

    def run(self):
        function, args, options = self.call
        try:
            self.value = function(*args, **options)
        except Exception as error:  # told by result()
            self.error = error

    def result(self, timeout=90):
        self.join(timeout)
        assert not self.is_alive(), "still running"
        if self.error:
            raise self.error
        return self.value


class Raw:
    """A socket, and HTTP answers read from it as they are on the wire."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=90)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.rest = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data.encode() if isinstance(data, str) else data)
        return self

    def more(self):
        data = self.socket.recv(65536)
        self.rest += data
        return bool(data)

    def until(self, mark):
        while mark not in self.rest:
            assert self.more(), f"closed before {mark!r}: {self.rest!r}"
        front, self.rest = self.rest.split(mark, 1)
        return front

    def answer(self):
        """The next answer, which must be whole; a problem must be one."""
        head = self.until(b"\r\n\r\n").decode("ascii")
        status = int(re.match(r"HTTP/1\.[01] (\d{3}) ", head)[1])
        headers = {line.split(":", 1)[0].lower(): line.split(":", 1)[1].strip()
                   for line in head.split("\r\n")[1:]}
        size = int(headers.get("content-length", 0))
        while len(self.rest) < size:
            assert self.more(), f"closed inside of a body: {self.rest!r}"
        body, self.rest = self.rest[:size], self.rest[size:]
        answer = stacks.Response(status, headers, body)
        if status >= 400:
            check_problem(answer)
        return answer

    def status(self):
        return self.answer().status

    def closed(self):
        """Nothing more comes, and the other side is done."""
        try:
            while self.more():
                pass
        except ConnectionResetError:
            pass
        return self.rest == b""

    def reset(self):
        """Goes away without a good-bye."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()


def check_problem(answer):
    """application/problem+json with all its members; returns it."""
    assert answer.headers["content-type"] == "application/problem+json", answer
    told = json.loads(answer.body)
    assert told["type"] == "about:blank" and told["status"] == answer.status, told
    assert told["title"] and told["detail"].endswith("."), told
    return told
