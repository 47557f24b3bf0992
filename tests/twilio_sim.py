#!/usr/bin/env python3
"""Twilio for tests: its REST API, as strict as the real one, and its side of the webhooks.

    python3 tests/twilio_sim.py --port 0 [--set NAME=JSON …]      first line: {"port": 40123}

or from a test

    with TwilioSim() as sim:
        …                             # sim.env has all that an agent and a gateway need
        sim.say("+5215512345678", "hola", url="https://shop.example/webhook/twilio/")
        sim.control(failures=["429", {"kind": "timeout_accepted"}])
        assert sim.received("+5215512345678") == ["¡Hola!"]
        assert sim.stats()["violations"] == []

    POST /2010-04-01/Accounts/{Sid}/Messages.json   GET the same, and …/Messages/{sid}.json
    POST /v2/Indicators/Typing.json
    POST /sim/control   sets what SETTINGS below lists; {"reset": true} forgets everything first
    GET  /sim/control   settings, counters, violations, the last requests
    POST /sim/say       a person writes: sends the signed webhook; see say() for what can be asked
    GET  /sim/people    what every person received, in order: [{"via", "sid", "body", "at"}]
    POST /sim/callback  one status callback by hand: {"sid", "status", "code", "url"}

A failure is a kind of KINDS, or {"kind": …, more}, or an error code. `failures` is a queue, one for
each message posted; `always` holds for every one; `rates` says how often by chance. What a person
"received" is what Twilio took for them: an answer as TwiML, or a message through the API.
"""
import asyncio
import base64
import collections
import email.utils
import json
import pathlib
import random
import secrets
import socket
import sys
import time
import urllib.parse

import aiohttp
from aiohttp import web

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import simulator  # noqa: E402
import twilio_check  # noqa: E402
from twilio_check import Refused  # noqa: E402

SETTINGS = {
    "account_sid": "AC" + "0123456789abcdef" * 2,
    "auth_token": "auth-token-primary",
    "api_keys": {"SK" + "fedcba9876543210" * 2: "api-key-secret"},
    "senders": ["whatsapp:+14155238886", "+14155238886"],  # our numbers; []: any
    "reach": {},            # {"https://shop.example": "http://127.0.0.1:8000"}: where a URL is
    "latency_ms": 0,        # of the API
    "hold": False,          # "slow" and "late_accepted" are not taken until this is false
    "failures": [],         # queue of failures of posted messages
    "always": None,
    "rates": {},            # {"timeout_accepted": 0.01, …}
    "seed": 1,
    "list_failures": [],    # queue of failures of the list
    "list_delay_ms": 0,     # a message is in the list only after that
    "outside_window": [],   # people who get 63016 for free text, by callback
    "opted_out": [],        # people who get 21610
    "callbacks": "plain",   # none; plain: queued … delivered; wild: late, double, out of order
    "callback_ms": 0,       # between two of them
    "webhook_ms": 15000,    # for the answer to a webhook
    "connect_ms": 5000,
    "fragment": "",         # "#rc=2&rp=ct,rt": connection overrides of every webhook URL
}
KINDS = {
    "ok", "slow",           # {"ms": 3000}
    "timeout",              # never answered, not taken
    "timeout_accepted",     # never answered, taken
    "late_accepted",        # never answered, taken after {"ms": 500}
    "cut", "cut_accepted",  # the connection ends without an answer
    "empty_201", "garbage_201",
    "html",                 # 502 by somebody in between
    "async",                # 201, and then the status failed with {"code": 63016}
    "400", "401", "404", "429", "500", "502", "503",  # {"retry_after": 1, "code": …}
}
CODES = {"400": 21211, "401": 20003, "404": 20404, "429": 20429, "500": 20500, "502": None,
         "503": 20503}
STATUS_OF_CODE = {20429: 429, 20003: 401, 20404: 404, 20503: 503, 20500: 500}
KEPT = 200


def new_sid(front="SM"):
    return front + secrets.token_hex(16)


class Server:
    def __init__(self):
        self.session = None
        self.tasks = set()
        self.reset()

    def reset(self):
        self.settings = json.loads(json.dumps(SETTINGS))
        self.random = random.Random(self.settings["seed"])
        self.counters = collections.Counter()
        self.violations = []
        self.requests = collections.deque(maxlen=KEPT)
        self.messages = {}                                # sid -> message, in the order taken
        self.people = collections.defaultdict(list)       # who -> received
        self.said = collections.OrderedDict()             # sid -> how the webhook went
        self.typing = []
        self.callbacks = collections.deque(maxlen=KEPT)

    async def begin(self, _app):
        # a connection each: one that is used again may be closed by a gateway that ends just when a
        # request is on its way, and the front of several gateways does not use any again either
        self.session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(
            limit=0, family=socket.AF_INET, force_close=True), trust_env=False, auto_decompress=True)

    async def end(self, _app):
        for task in list(self.tasks):
            task.cancel()
        await self.session.close()

    # ---- control ----

    def configure(self, wanted):
        if wanted.pop("reset", False):
            self.reset()
        for name, value in wanted.items():
            if name not in SETTINGS:
                raise ValueError(f"unknown setting {name}")
            if name == "always" and value is not None:
                value = self.failure(value)
            if name in ("failures", "list_failures"):
                value = [self.failure(f) for f in value]
            self.settings[name] = value
        if "seed" in wanted:
            self.random = random.Random(wanted["seed"])

    @staticmethod
    def failure(value):
        if isinstance(value, int) or (isinstance(value, str) and value.isdigit()
                                      and value not in KINDS):
            code = int(value)
            return {"kind": str(STATUS_OF_CODE.get(code, 400)), "code": code}
        value = {"kind": str(value)} if not isinstance(value, dict) else dict(value)
        if value.get("kind") not in KINDS:
            raise ValueError(f"unknown kind {value.get('kind')}")
        return value

    def next_failure(self):
        if self.settings["failures"]:
            return self.settings["failures"].pop(0)
        if self.settings["always"]:
            return self.settings["always"]
        chance = self.random.random()
        for kind, rate in self.settings["rates"].items():
            chance -= rate
            if chance < 0:
                return self.failure(kind)
        return {"kind": "ok"}

    async def control(self, request):
        if request.method == "POST":
            try:
                self.configure(await request.json())
            except ValueError as why:
                return web.json_response({"error": str(why)}, status=400)
        return web.json_response({
            "settings": self.settings, "counters": dict(self.counters),
            "violations": self.violations, "last": list(self.requests), "typing": self.typing,
            "messages": len(self.messages), "callbacks": list(self.callbacks),
            "busy": len(self.tasks)})

    async def show_people(self, request):
        return web.json_response(self.people)

    async def show_said(self, request):
        return web.json_response(self.said)

    def later(self, work):
        task = asyncio.get_running_loop().create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
        return task

    # ---- what every request to the API goes through ----

    def check_auth(self, request):
        given = request.headers.get("Authorization", "")
        try:
            scheme, value = given.split(" ", 1)
            user, password = base64.b64decode(value, validate=True).decode().split(":", 1)
        except ValueError:
            raise Refused(401, 20003, "Authenticate")
        known = {self.settings["account_sid"]: self.settings["auth_token"],
                 **self.settings["api_keys"]}
        if scheme != "Basic" or known.get(user) != password:
            raise Refused(401, 20003, "Authenticate")
        account = request.match_info.get("account", self.settings["account_sid"])
        if account != self.settings["account_sid"]:
            raise Refused(404, 20404, f"The requested resource {request.path} was not found")

    @web.middleware
    async def guard(self, request, handler):
        if request.path.startswith("/sim/"):
            return await handler(request)
        self.counters["requests"] += 1
        self.counters[f"{request.method} {request.path.rsplit('/', 1)[-1]}"] += 1
        if self.settings["latency_ms"]:
            await asyncio.sleep(self.settings["latency_ms"] / 1000)
        try:
            self.check_auth(request)
            return await handler(request)
        except Refused as why:
            self.violations = (self.violations + [f"{why.code}: {why.message}"])[-KEPT:]
            return self.error(why.status, why.code, why.message)
        except web.HTTPException as why:
            self.violations = (self.violations + [f"{why.status} {request.path}"])[-KEPT:]
            return self.error(why.status, 20404, "Not found")

    def error(self, status, code, message, retry_after=None):
        self.counters[f"status {status}"] += 1
        headers = {"Twilio-Request-Id": "RQ" + secrets.token_hex(16)}
        if retry_after is not None:
            headers["Retry-After"] = str(retry_after)
        return web.json_response(
            {"code": code, "message": message, "status": status,
             "more_info": f"https://www.twilio.com/docs/errors/{code}"},
            status=status, headers=headers)

    # ---- messages ----

    async def form_of(self, request):
        raw = await request.read()
        if request.content_type != "application/x-www-form-urlencoded":
            raise Refused(400, 20001, f"Content-Type {request.content_type}")
        fields = twilio_check.parse_form(raw)
        self.requests.append({"path": request.path, "fields": fields,
                              "connection": id(request.transport)})
        return fields

    async def create(self, request):
        fields = await self.form_of(request)
        twilio_check.check_send(fields, self.settings["senders"])
        failure = self.next_failure()
        kind = failure["kind"]
        self.counters[f"failure {kind}"] += kind != "ok"
        if kind in CODES:
            code = failure.get("code", CODES[kind])
            return self.error(int(kind), code, "As scripted", failure.get("retry_after"))
        if kind == "html":
            return web.Response(status=502, content_type="text/html", text="<h1>Bad Gateway</h1>")
        if fields["To"] in self.settings["opted_out"]:
            return self.error(400, 21610, "Attempt to send to unsubscribed recipient")
        if kind in ("timeout", "cut"):
            return await self.no_answer(request, kind)
        if kind in ("slow", "late_accepted"):
            await asyncio.sleep(failure.get("ms", 1000) / 1000)
        while kind in ("slow", "late_accepted") and self.settings["hold"]:
            await asyncio.sleep(0.01)
        message = self.take(fields, failure)
        if kind in ("timeout_accepted", "cut_accepted", "late_accepted"):
            return await self.no_answer(request, kind)
        if kind in ("empty_201", "garbage_201"):
            return web.Response(status=201, text="" if kind == "empty_201" else '{"sid": "SM01')
        self.counters["status 201"] += 1
        return web.json_response(self.show(message), status=201,
                                 headers={"Twilio-Request-Id": "RQ" + secrets.token_hex(16)})

    async def no_answer(self, request, kind):
        if kind.startswith("cut"):
            request.transport.abort()
        while request.transport is not None and not request.transport.is_closing():
            await asyncio.sleep(0.05)
        return web.Response()  # nobody is there to read it

    def take(self, fields, failure):
        """The message is Twilio's now."""
        code = failure.get("code") if failure["kind"] == "async" else None
        if fields["To"] in self.settings["outside_window"] and not fields.get("ContentSid"):
            code = 63016
        body = fields.get("Body") or f"[{fields.get('ContentSid', 'media')}]"
        return self.followed(
            self.record(fields["To"], fields.get("From"), body, "outbound-api", code),
            fields.get("StatusCallback"))

    def followed(self, message, callback):
        """Its statuses go to that URL, if there is one."""
        message["callback"] = callback
        if callback and self.settings["callbacks"] != "none":
            self.later(self.call_back(message, callback))
        return message

    def record(self, to, sender, body, direction, code=None):
        now = time.time()
        message = {"sid": new_sid(), "to": to, "from": sender, "body": body,
                   "direction": direction, "created": now, "sent": None, "status": "queued",
                   "code": None, "fails": code, "seen": now + self.settings["list_delay_ms"] / 1000}
        self.messages[message["sid"]] = message
        if not code:
            self.people[to].append({"via": "rest" if direction == "outbound-api" else "twiml",
                                    "sid": message["sid"], "body": body, "at": time.monotonic()})
        return message

    def show(self, message):
        def date(at):
            return at and email.utils.formatdate(at).replace("-0000", "+0000")

        account = self.settings["account_sid"]
        return {"sid": message["sid"], "account_sid": account, "to": message["to"],
                "from": message["from"], "body": message["body"], "status": message["status"],
                "direction": message["direction"], "date_created": date(message["created"]),
                "date_sent": date(message["sent"]), "date_updated": date(message["created"]),
                "error_code": message["code"], "error_message": None, "num_segments": "1",
                "num_media": "0", "price": None, "price_unit": None, "api_version": "2010-04-01",
                "messaging_service_sid": None, "subresource_uris": {},
                "uri": f"/2010-04-01/Accounts/{account}/Messages/{message['sid']}.json"}

    async def show_one(self, request):
        message = self.messages.get(request.match_info["sid"])
        if not message:
            raise Refused(404, 20404, f"The requested resource {request.path} was not found")
        return web.json_response(self.show(message))

    async def listed(self, request):
        if self.settings["list_failures"]:
            failure = self.settings["list_failures"].pop(0)
            if failure["kind"] in CODES:
                return self.error(int(failure["kind"]), CODES[failure["kind"]], "As scripted",
                                  failure.get("retry_after"))
            return await self.no_answer(request, failure["kind"])
        query = request.query
        if set(query) - twilio_check.LIST_FIELDS:
            raise Refused(400, 20001, f"Unknown parameters {sorted(query)}")
        try:
            size, page = int(query.get("PageSize", 50)), int(query.get("Page", 0))
            days = {name: time.strptime(query[name][:10], "%Y-%m-%d")
                    for name in ("DateSent", "DateSent>", "DateSent<") if name in query}
        except ValueError as why:
            raise Refused(400, 20001, str(why))
        if not 1 <= size <= 1000:
            raise Refused(400, 20002, "Invalid page size")
        found = [m for m in reversed(self.messages.values()) if self.matches(m, query, days)]
        more = f"{request.path}?" + urllib.parse.urlencode(
            {**query, "PageSize": size, "Page": page + 1, "PageToken": "PASM" + "0" * 32})
        return web.json_response({
            "messages": [self.show(m) for m in found[page * size:(page + 1) * size]],
            "page": page, "page_size": size, "uri": request.path_qs,
            "next_page_uri": more if len(found) > (page + 1) * size else None,
            "first_page_uri": None, "previous_page_uri": None, "start": page * size, "end": 0})

    @staticmethod
    def matches(message, query, days):
        if message["seen"] > time.time():
            return False
        if any(query.get(name, message[name.lower()]) != message[name.lower()]
               for name in ("To", "From")):
            return False
        if days and not message["sent"]:
            return False  # what is still queued has no date to filter by
        day = message["sent"] and time.gmtime(message["sent"])[:3]
        return (day == days["DateSent"][:3] if "DateSent" in days else True) \
            and (day >= days["DateSent>"][:3] if "DateSent>" in days else True) \
            and (day <= days["DateSent<"][:3] if "DateSent<" in days else True)

    async def indicate(self, request):
        fields = await self.form_of(request)
        if set(fields) != {"messageId", "channel"} or fields["channel"] != "whatsapp":
            raise Refused(400, 20001, "messageId and channel=whatsapp are required")
        if not twilio_check.SID.match(fields["messageId"]):
            raise Refused(400, 20001, "messageId is not a sid")
        self.typing.append(fields["messageId"])
        return web.json_response({"success": True})

    # ---- webhooks ----

    def reach(self, url):
        """Where a public URL is here, without the fragment."""
        url = url.split("#")[0]
        for front, here in self.settings["reach"].items():
            if url.startswith(front):
                return here + url[len(front):]
        return url

    async def post(self, url, fields, *, as_json=False, token=None, headers=None, tamper=False,
                   signature=None):
        """One signed request. (status, headers, body); raises aiohttp's errors."""
        token = token or self.settings["auth_token"]
        if as_json:
            body = json.dumps(dict(fields), ensure_ascii=False).encode()
            front, mark, fragment = url.partition("#")
            front += ("&" if "?" in front else "?") + "bodySHA256=" + twilio_check.body_hash(body)
            url, signed = front + mark + fragment, ()
        else:
            body = urllib.parse.urlencode(fields).encode()
            signed = fields
        if signature is None:
            signature = twilio_check.sign(token, url, signed)
        if tamper:
            body = body.replace(b"Body=", b"Body=x", 1) if b"Body=" in body else body + b" "
        all_headers = {"Content-Type": "application/json" if as_json else
                       "application/x-www-form-urlencoded; charset=utf-8",
                       "User-Agent": "TwilioProxy/1.1", "Accept": "*/*", **(headers or {})}
        if signature:
            all_headers["X-Twilio-Signature"] = signature
        timeout = aiohttp.ClientTimeout(total=self.settings["webhook_ms"] / 1000,
                                        sock_connect=self.settings["connect_ms"] / 1000)
        async with self.session.post(self.reach(url), data=body, headers=all_headers,
                                     timeout=timeout, allow_redirects=False) as answer:
            return answer.status, answer.headers, await answer.read()

    async def call_back(self, message, url):
        """Tells how the message fares, as the setting says."""
        steps = ["queued", "sent", "failed" if message["code"] else "delivered"]
        if message["fails"]:
            steps = ["queued", "undelivered"]
        elif message["to"].startswith("whatsapp:"):
            steps.append("read")
        if self.settings["callbacks"] == "wild":
            steps += [step for step in steps if self.random.random() < 0.5]
            self.random.shuffle(steps)
        for step in steps:
            if self.settings["callback_ms"]:
                await asyncio.sleep(self.settings["callback_ms"] / 1000 * self.random.random() * 2)
            await self.tell_status(message, url, step, message["fails"])

    async def tell_status(self, message, url, status, code):
        message["sent"] = message["sent"] or (time.time() if status != "queued" else None)
        message["status"] = status
        fields = [("AccountSid", self.settings["account_sid"]), ("ApiVersion", "2010-04-01"),
                  ("From", message["from"] or ""), ("To", message["to"]),
                  ("MessageSid", message["sid"]), ("SmsSid", message["sid"]),
                  ("MessageStatus", status), ("SmsStatus", status)]
        if code and status in ("failed", "undelivered"):
            message["code"] = code
            fields += [("ErrorCode", str(code)), ("ErrorMessage", "As scripted")]
        told = {"sid": message["sid"], "status": status}
        try:
            told["answer"] = (await self.post(url, fields))[0]
        except (aiohttp.ClientError, asyncio.TimeoutError, OSError) as why:
            told["error"] = str(why) or type(why).__name__
        self.counters["callbacks"] += 1
        self.callbacks.append(told)

    async def callback(self, request):
        wanted = await request.json()
        message = self.messages[wanted["sid"]]
        await self.tell_status(message, wanted.get("url") or message["callback"], wanted["status"],
                               wanted.get("code"))
        return web.json_response(self.callbacks[-1])

    # ---- people ----

    async def say(self, request):
        """{"from", "body", "url"} and, all optional, "to", "sid", "fields" (more, or others),
        "omit", "json", "token", "signature", "tamper", "copies" (at once), "repeats" (after),
        "urls" (one per copy), "wait": false to be answered at once (see /sim/said)."""
        wanted = await request.json()
        sid = wanted.get("sid") or new_sid()
        work = self.converse(sid, wanted)
        if not wanted.get("wait", True):
            self.later(work)
            return web.json_response({"sid": sid})
        return web.json_response(await work)

    def incoming(self, sid, wanted):
        person = wanted["from"]
        to = wanted.get("to") or ("whatsapp:+14155238886" if person.startswith("whatsapp:")
                                  else "+14155238886")
        fields = {"SmsMessageSid": sid, "NumMedia": "0", "SmsSid": sid, "SmsStatus": "received",
                  "Body": wanted.get("body", ""), "To": to, "NumSegments": "1",
                  "MessageSid": sid, "AccountSid": self.settings["account_sid"], "From": person,
                  "ApiVersion": "2010-04-01"}
        if person.startswith("whatsapp:"):
            fields.update(ProfileName="Ana", WaId=person.split("+")[-1], MessageType="text")
        fields.update(wanted.get("fields", {}))
        for name in wanted.get("omit", []):
            fields.pop(name, None)
        pairs = []
        for name, value in fields.items():
            pairs += [(name, v) for v in (value if isinstance(value, list) else [value])]
        return pairs

    async def converse(self, sid, wanted):
        fields = self.incoming(sid, wanted)
        token = secrets.token_hex(16)
        copies = wanted.get("copies", 1)
        urls = wanted.get("urls") or [wanted["url"]]
        outcomes = list(await asyncio.gather(*(
            self.deliver(urls[i % len(urls)], fields, token, wanted) for i in range(copies))))
        for i in range(wanted.get("repeats", 0)):
            outcomes.append(await self.deliver(urls[i % len(urls)], fields, token, wanted))
        # a copy of an answer that Twilio asked for twice is delivered twice
        self.said[sid] = {"sid": sid, "outcomes": outcomes}
        return self.said[sid]

    async def deliver(self, url, fields, token, wanted):
        """One webhook with Twilio's own retries: once after a failed connect, more as the
        fragment of the URL asks. Returns {"status", "messages", "ms", "attempts", "error"}."""
        url += self.settings["fragment"] if "#" not in url else ""
        overrides = dict(urllib.parse.parse_qsl(url.partition("#")[2]))
        again = int(overrides.get("rc", 1))
        policy = overrides.get("rp", "ct").split(",")
        outcome = {"attempts": 0, "status": 0, "messages": [], "error": None}
        start = time.monotonic()
        while True:
            outcome["attempts"] += 1
            why = await self.attempt(url, fields, token, wanted, outcome)
            retry = why in policy or (why and why != "4xx" and "all" in policy)
            if not retry or outcome["attempts"] > again:
                break
            await asyncio.sleep(0.05)
        outcome["ms"] = round((time.monotonic() - start) * 1000)
        return outcome

    async def attempt(self, url, fields, token, wanted, outcome):
        """Returns why it may be tried again: "ct" connect, "rt" no answer, "4xx", "5xx"."""
        outcome.update(status=0, error=None)
        self.counters["webhooks"] += 1
        try:
            status, headers, body = await self.post(
                url, fields, as_json=wanted.get("json", False), token=wanted.get("token"),
                headers={"I-Twilio-Idempotency-Token": token}, tamper=wanted.get("tamper", False),
                signature=wanted.get("signature"))
        except aiohttp.ClientConnectorError as why:
            outcome["error"] = f"11200: connect: {why}"
            return "ct"
        except (aiohttp.ClientError, asyncio.TimeoutError, OSError) as why:
            outcome["error"] = f"11200: {type(why).__name__}"
            return "rt"
        outcome["status"] = status
        if status >= 300:
            outcome["error"] = f"11200: status {status}"
            return f"{status // 100}xx"
        if status == 204 and not body:
            return None
        try:
            outcome["messages"] = twilio_check.check_twiml(headers.get("Content-Type", ""), body)
        except ValueError as why:
            outcome["error"] = str(why)
            self.violations = (self.violations + [str(why)])[-KEPT:]
            return None
        values = dict(fields)
        for text, callback in zip(outcome["messages"], twilio_check.twiml_callbacks(body)):
            self.followed(self.record(values["From"], values["To"], text, "outbound-reply"), callback)
        return None


class TwilioSim(simulator.Simulator):
    """The simulator as a process of its own, for tests. Ends with the test's process."""

    program = __file__
    control_path = "/sim/control"
    account, token = SETTINGS["account_sid"], SETTINGS["auth_token"]

    @property
    def url(self):
        return self.base

    @property
    def env(self):
        return {"TWILIO_ACCOUNT_SID": self.account, "TWILIO_AUTH_TOKEN": self.token,
                "TWILIO_API_BASE": self.url, "TWILIO_MESSAGING_BASE": self.url}

    def say(self, person, body="", url=None, channel="whatsapp", **more):
        """A person writes. Returns {"sid", "outcomes"}; see Server.say."""
        who = f"whatsapp:{person}" if channel == "whatsapp" else person
        return self.call("/sim/say", {"from": who, "body": body, "url": url, **more})

    def said(self):
        return self.call("/sim/said")

    def people(self):
        """{who: [{"via": "twiml" or "rest", "sid", "body", "at"}]}"""
        return self.call("/sim/people")

    def received(self, person, channel="whatsapp"):
        """The texts a person got, in order."""
        who = f"whatsapp:{person}" if channel == "whatsapp" else person
        return [message["body"] for message in self.people().get(who, [])]

    def callback(self, sid, status, url=None, code=None):
        """A status, to where the message said if to nowhere else."""
        return self.call("/sim/callback", {"sid": sid, "status": status, "url": url, "code": code})


def main():
    server = Server()
    app = web.Application(client_max_size=1 << 20, middlewares=[server.guard])
    base = "/2010-04-01/Accounts/{account}/Messages"
    app.router.add_post(base + ".json", server.create)
    app.router.add_get(base + ".json", server.listed, allow_head=False)
    app.router.add_get(base + "/{sid}.json", server.show_one, allow_head=False)
    app.router.add_post("/v2/Indicators/Typing.json", server.indicate)
    app.router.add_route("*", "/sim/control", server.control)
    app.router.add_post("/sim/say", server.say)
    app.router.add_get("/sim/said", server.show_said)
    app.router.add_get("/sim/people", server.show_people)
    app.router.add_post("/sim/callback", server.callback)
    app.on_startup.append(server.begin)
    app.on_shutdown.append(server.end)
    simulator.main(server, app, "Twilio simulator")


if __name__ == "__main__":
    main()
