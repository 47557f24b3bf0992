"""Where alerts go, for tests: an HTTP server and a mail server that keep what they get, check it as a
careful receiver would, and can be told to refuse, to hang or to fail."""

import base64
import email
import email.policy
import hashlib
import hmac
import http.server
import json
import queue
import socketserver
import threading

import most

SECRET = "a-secret-of-the-shop"


class Target:
    def __init__(self, server):
        self.server = server
        self.got = queue.Queue()
        self.wrong = []
        self.asked = threading.Semaphore(0)  # once for each request that began
        self.answers = []  # statuses of the next requests; then all is well
        self.hanging = threading.Event()
        self.hanging.set()
        server.target = self
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def port(self):
        return self.server.server_address[1]

    def hang(self):
        self.hanging.clear()

    def begin(self):
        """What a handler does first: waits while the target hangs; the status it is to answer."""
        self.asked.release()
        self.hanging.wait()
        return self.answers.pop(0) if self.answers else None

    def wait(self, timeout=20):
        return self.got.get(timeout=timeout)

    def close(self):
        self.hanging.set()
        self.server.shutdown()
        self.server.server_close()
        assert self.wrong == []


class Posted(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        target = self.server.target
        body = self.rfile.read(int(self.headers["Content-Length"]))
        status = target.begin()
        if self.headers["Content-Type"] != "application/json":
            target.wrong.append("not JSON")
        signature = self.headers["Mostrador-Signature"]
        if self.path == "/signed":
            fields = dict(field.split("=") for field in signature.split(","))
            mac = hmac.new(SECRET.encode(), fields["t"].encode() + b"." + body, hashlib.sha256)
            if not hmac.compare_digest(mac.hexdigest(), fields["v1"]):
                target.wrong.append("signature")
        elif signature:
            target.wrong.append("signed for nobody")
        try:
            self.send_response(status or 200)
            if status in (301, 302, 307):
                self.send_header("Location", f"http://127.0.0.1:{target.port}/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()
        except OSError:
            return
        if not status:
            target.got.put(json.loads(body))

    def log_message(self, *_):
        pass


def http_target():
    return Target(http.server.ThreadingHTTPServer(("127.0.0.1", 0), Posted))


class Mailed(socketserver.StreamRequestHandler):
    def say(self, text):
        self.wfile.write(text.encode() + b"\r\n")

    def handle(self):
        target = self.server.target
        status = target.begin()
        self.say("220 mail.example ready")
        recipients, user = [], None
        for line in self.rfile:
            verb, _, rest = line.decode().strip().partition(" ")
            verb = verb.upper()
            if verb in ("EHLO", "HELO"):
                self.say("250-mail.example")
                self.say("250 AUTH PLAIN")
            elif verb == "AUTH":
                self.say("334 ")
                user = base64.b64decode(self.rfile.readline()).decode().split("\0")[1:]
                self.say("235 welcome")
            elif verb == "RCPT":
                recipients.append(rest.partition(":")[2].strip("<>"))
                self.say(f"{status} no" if status else "250 ok")
            elif verb == "DATA":
                self.say("354 go on")
                data = bytearray()
                for piece in self.rfile:
                    if piece == b".\r\n":
                        break
                    data += piece
                self.say("250 taken")
                message = email.message_from_bytes(bytes(data), policy=email.policy.default)
                if message.defects or any(part.defects for part in message.walk()):
                    target.wrong.append(message.defects)
                target.got.put((message, recipients, user))
            elif verb == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 ok")


def mail_target():
    return Target(socketserver.ThreadingTCPServer(("127.0.0.1", 0), Mailed))
