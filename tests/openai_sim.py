#!/usr/bin/env python3
"""A Chat Completions server for tests: strict about what it is sent, scripted in what it answers.

    python3 tests/openai_sim.py --port 0 [--set NAME=JSON …]     first line: {"port": 40123}

or from a test

    with Sim(latency_ms=2000) as sim:
        …                         # OPENAI_BASE_URL=sim.url; sim.env has all that an agent needs
        sim.control(failures=["500", {"kind": "429", "retry_after": 1}])
        assert sim.stats()["violations"] == []

POST /v1/chat/completions  checked by openai_check.py; answered by openai_brain.py unless scripted
POST /control              sets what SETTINGS below lists; {"reset": true} forgets everything first
GET  /told                 what openai_liar.py told, and what of it was false
GET  /control              settings, counters, violations, and the last requests with their bodies

A failure is a kind of KINDS below, or {"kind": …, more}. `failures` is a queue, one per request;
`always` holds for every request. In both, {"kind": "ok"} is an ordinary answer.
"""
import asyncio
import collections
import itertools
import json
import random
import socket
import struct
import time

from aiohttp import web

import openai_brain
import openai_check
import openai_liar
import openai_tokens
import simulator

SETTINGS = {
    "latency_ms": 0,        # before the first byte; [least, most]: by chance between them
    "hold": None,           # "start", "middle": answers stop there until this is set to another
    "hold_if": "",          # "start" for those only whose last message has this in it
    "chunk_bytes": 0,       # write the stream so many bytes at a time; -1: random; 0: per event
    "newline": "lf",        # lf, crlf or cr: how lines of the stream end
    "keepalive": False,     # a comment line before every event
    "drip_ms": 0,           # between two writes
    "piece": 12,            # characters of text in one event
    "plain": False,         # answer JSON although a stream was asked for, as some servers do
    "done": True,           # end the stream with [DONE]
    "auth": "any",          # any bearer token, "none", or the token that must come
    "seed": 1,              # for chunk_bytes -1
    "failures": [],         # queue of failures
    "always": None,         # failure of every request
    "by_model": {},         # {"name": failure}: of every request to the model of that name
    "rates": {},            # {"500": 0.05}: failures by chance
    "echo": False,          # the answer names the tags (#a1) of the customer's last words
    "say": None,            # every text is this, whatever the tools found (a lying model)
    "says": [],             # queue of such texts, one per text answer
    "usage": None,          # [in, out]: tokens told with every answer; else by what was sent
    "context": 0,           # tokens of a request above which it is refused; 0: any size is taken
    "tokenizer": 1.0,       # tokens are so many times those that openai_tokens.py counts
    "lies": {},             # what is told to whom: openai_liar.py
    "calls": [],            # queue of forced tool calls: [{"name", "arguments"}], one list per answer
}
KINDS = {
    "ok", "status", "400", "401", "404", "408", "409", "429", "500", "502", "503", "quota",
    "html", "html_200", "garbage", "garbage_json", "garbage_event", "empty", "empty_stream",
    "truncated", "truncated_early", "cut", "hang", "hang_headers", "hang_mid", "reset", "drip",
    "content_filter", "refusal", "bad_arguments", "endless_calls", "too_many_calls", "long", "huge",
    "wrong_type", "length", "length_empty", "length_call", "error_event", "no_answer", "plain",
    "unknown_tool", "no_ids", "slow",
}
STATUS_OF = {"quota": 429}
KEPT = 100  # requests whose bodies GET /control shows


def error_json(message, kind, param=None, code=None):
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}


class Server:
    def __init__(self):
        self.settings = {}
        self.reset()

    def reset(self):
        self.settings = json.loads(json.dumps(SETTINGS))
        self.random = random.Random(self.settings["seed"])
        self.counters = collections.Counter()
        self.statuses = collections.Counter()
        self.served = collections.Counter()
        self.asked = collections.Counter()
        self.violations = []
        self.requests = collections.deque(maxlen=KEPT)
        self.connections = set()
        self.liar = openai_liar.Liar()
        self.prefixes = set()
        self.ids = itertools.count(1)

    # ---- control ----

    def configure(self, wanted):
        if wanted.pop("reset", False):
            self.reset()
        for name, value in wanted.items():
            if name not in SETTINGS:
                raise ValueError(f"unknown setting {name}")
            if name == "always" and value is not None:
                value = self.failure(value)
            if name == "failures":
                value = [self.failure(f) for f in value]
            if name == "by_model":
                value = {model: self.failure(f) for model, f in value.items()}
            if name == "lies":
                self.liar.tell(value)
                continue
            self.settings[name] = value
        if "seed" in wanted:
            self.random = random.Random(wanted["seed"])

    @staticmethod
    def failure(value):
        value = {"kind": str(value)} if not isinstance(value, dict) else dict(value)
        if value.get("kind") not in KINDS:
            raise ValueError(f"unknown kind {value.get('kind')}")
        return value

    def next_failure(self, model):
        if self.settings["failures"]:
            return self.settings["failures"].pop(0)
        if model in self.settings["by_model"]:
            return self.settings["by_model"][model]
        if self.settings["always"]:
            return self.settings["always"]
        chance = self.random.random()
        for kind, rate in self.settings["rates"].items():
            chance -= rate
            if chance < 0:
                return self.failure(kind)
        return {"kind": "ok"}

    def latency(self, failure):
        wanted = failure.get("latency_ms", self.settings["latency_ms"])
        return self.random.uniform(*wanted) if isinstance(wanted, list) else wanted

    async def control(self, request):
        if request.method == "POST":
            try:
                self.configure(await request.json())
            except ValueError as why:
                return web.json_response({"error": str(why)}, status=400)
        return web.json_response({
            "settings": self.settings, "active": self.counters["active"], "connections": len(self.connections),
            "statuses": dict(self.statuses), "served": dict(self.served),
            "asked": dict(self.asked),
            "violations": self.violations, "prefixes": len(self.prefixes),
            "last": list(self.requests), "requests": self.counters["requests"],
            "completions": self.counters["completions"], "gone": self.counters["gone"],
            "most_tokens": self.counters["most_tokens"],
            "max_active": self.counters["max_active"], "pending": len(self.settings["failures"]),
            "tokens_in": self.counters["tokens_in"], "tokens_out": self.counters["tokens_out"],
        })

    async def told(self, _):
        return web.json_response(self.liar.told)

    # ---- one completion ----

    async def completions(self, request):
        counters = self.counters  # after a reset it ends as one of those before
        counters["requests"] += 1
        self.connections.add(request.transport.get_extra_info("peername"))
        counters["active"] += 1
        counters["max_active"] = max(counters["max_active"], counters["active"])
        try:
            return await self.complete(request)
        except ConnectionError:
            counters["gone"] += 1
            if request.transport:
                request.transport.abort()
            return web.Response(status=499)  # nobody reads it
        finally:
            counters["active"] -= 1

    async def complete(self, request):
        request_id = f"req_{next(self.ids):08x}"
        raw = await request.read()
        try:
            body = self.check(request, raw)
        except openai_check.Refused as why:
            self.violations = (self.violations + [why.message])[-KEPT:]
            status = 401 if why.code == "invalid_api_key" else 400
            return self.error(status, error_json(why.message, "invalid_request_error", why.param,
                                                 why.code), request_id)
        self.requests.append({"headers": {k: v for k, v in request.headers.items()
                                          if k.lower() != "authorization"},
                              "version": f"{request.version.major}.{request.version.minor}",
                              "body": body, "at": time.monotonic()})
        self.prefixes.add(hash(json.dumps([body["messages"][0], body.get("tools")])))
        failure = self.next_failure(body["model"])
        self.asked[body["model"]] += 1
        self.served[failure["kind"]] += 1
        await self.sleep(request, self.latency(failure))
        await self.held(request, "start")
        said = [m for m in body["messages"] if m["role"] == "user"]
        while self.settings["hold_if"] and self.settings["hold_if"] in json.dumps(said[-1:]):
            await self.sleep(request, 5)
        fail = getattr(self, "fail_" + failure["kind"], None)
        if fail:
            return await fail(request, body, failure, request_id)
        if failure["kind"].isdigit() or failure["kind"] in ("status", "quota"):
            return self.fail_status(failure, request_id)
        answer = self.answer(body, failure["kind"])
        return await self.send(request, body, answer, failure["kind"], request_id)

    async def sleep(self, request, ms):
        until = time.monotonic() + ms / 1000
        while (left := until - time.monotonic()) > 0:
            await asyncio.sleep(min(left, 0.5))
            if request.transport is None or request.transport.is_closing():
                raise ConnectionResetError("client gone")

    async def held(self, request, where):
        while self.settings["hold"] == where:
            await self.sleep(request, 5)

    def check(self, request, raw):
        auth = self.settings["auth"]
        token = request.headers.get("Authorization", "")
        if auth != "none" and (not token.startswith("Bearer ") or len(token) < 8
                               or (auth != "any" and token != f"Bearer {auth}")):
            raise openai_check.Refused("Incorrect API key provided.", None, "invalid_api_key")
        if request.content_type != "application/json":
            raise openai_check.Refused("Unsupported content type; use 'application/json'.")
        try:
            body = json.loads(raw.decode("utf-8"))
        except ValueError:
            raise openai_check.Refused("We could not parse the JSON body of your request.")
        openai_check.check_request(body)
        sent, most = self.tokens(body), self.settings["context"]
        self.counters["most_tokens"] = max(self.counters["most_tokens"], sent)
        if most and sent > most:
            raise openai_check.Refused(f"This model's maximum context length is {most} tokens. "
                                       f"However, your messages resulted in {sent} tokens.",
                                       "messages", "context_length_exceeded")
        return body

    def error(self, status, body, request_id, headers=None):
        self.statuses[str(status)] += 1
        return web.json_response(body, status=status,
                                 headers={"x-request-id": request_id, **(headers or {})})

    # ---- what is answered ----

    def answer(self, body, kind):
        """{"text", "calls", "refusal", "finish"} as this request's answer."""
        offered = [tool["function"]["name"] for tool in body.get("tools", [])]
        if body.get("tool_choice") == "none":
            offered = []
        out = {"text": None, "calls": [], "refusal": None, "finish": "stop"}
        if kind in ("endless_calls", "too_many_calls", "bad_arguments", "length_call",
                    "unknown_tool", "no_ids") and offered:
            what, value = openai_brain.answer(body)
            name, arguments = value[0] if what == "calls" else (offered[0], {})
            text = json.dumps(arguments, ensure_ascii=False)
            if kind == "bad_arguments":
                text = text[:-1] + ', "extra" 12}'
            count = 20 if kind == "too_many_calls" else 1
            out["calls"] = [(name if kind != "unknown_tool" else "sell_my_house", text)] * count
        elif self.settings["calls"] and offered:
            out["calls"] = [(call["name"], call["arguments"] if isinstance(call["arguments"], str)
                             else json.dumps(call["arguments"], ensure_ascii=False))
                            for call in self.settings["calls"].pop(0)]
        elif self.liar.lies:
            try:
                what, value = self.liar.answer(body)
            except Exception as why:  # a script that does not fit its conversation
                self.violations.append(f"lie: {why!r}")
                what, value = "text", "…"
            out["calls" if what == "calls" else "text"] = value
        else:
            what, value = openai_brain.answer(body) if not self.settings["echo"] else (
                "text", openai_brain.echo(body["messages"]))
            if what == "calls":
                out["calls"] = [(n, json.dumps(a, ensure_ascii=False)) for n, a in value]
            else:
                out["text"] = self.scripted() or value
        self.disturb(out, kind)
        if out["calls"] and out["finish"] == "stop":
            out["finish"] = "tool_calls"
        return out

    def scripted(self):
        return self.settings["says"].pop(0) if self.settings["says"] else self.settings["say"]

    @staticmethod
    def disturb(out, kind):
        if kind in ("long", "huge"):
            out.update(text="palabra " * (12_800 if kind == "long" else 1_280_000), calls=[])
        elif kind == "refusal":
            out.update(text=None, calls=[], refusal="I can't help with that.")
        elif kind == "content_filter":
            out.update(text=(out["text"] or "Claro, ")[:8], calls=[], finish="content_filter")
        elif kind == "length":
            out.update(text="Una respuesta que se queda a medias porque", calls=[],
                       finish="length")
        elif kind == "length_empty":
            out.update(text="", calls=[], finish="length")
        elif kind == "length_call":
            out["finish"] = "length"
            out["calls"] = [(name, text[:-5]) for name, text in out["calls"]]
        elif kind == "no_answer":
            out.update(text="", calls=[])

    def tokens(self, body):
        return int(openai_tokens.request(body) * self.settings["tokenizer"])

    def usage(self, body, answer):
        sent = self.tokens(body)
        made = len(answer["text"] or "") // 4 + sum(len(a) // 4 for _, a in answer["calls"]) + 5
        if self.settings["usage"]:
            sent, made = self.settings["usage"]
        self.counters["tokens_in"] += sent
        self.counters["tokens_out"] += made
        cached = openai_tokens.message(body["messages"][0]) // 128 * 128
        return {"prompt_tokens": sent, "completion_tokens": made, "total_tokens": sent + made,
                "prompt_tokens_details": {"cached_tokens": min(cached, sent), "audio_tokens": 0},
                "completion_tokens_details": {"reasoning_tokens": 0}}

    def wire_calls(self, answer, kind):
        return [{"id": "" if kind == "no_ids" else f"call_{next(self.ids):024d}",
                 "type": "function", "function": {"name": name, "arguments": arguments}}
                for name, arguments in answer["calls"]]

    async def send(self, request, body, answer, kind, request_id):
        base = {"id": f"chatcmpl-{request_id}", "created": int(time.time()),
                "model": body["model"], "service_tier": "default", "system_fingerprint": None}
        self.counters["completions"] += 1
        if not body.get("stream") or self.settings["plain"] or kind == "plain":
            self.statuses["200"] += 1
            message = {"role": "assistant", "content": answer["text"],
                       "refusal": answer["refusal"]}
            if answer["calls"]:
                message["tool_calls"] = self.wire_calls(answer, kind)
            return web.json_response(
                {**base, "object": "chat.completion", "usage": self.usage(body, answer),
                 "choices": [{"index": 0, "message": message, "logprobs": None,
                              "finish_reason": answer["finish"]}]},
                headers={"x-request-id": request_id})
        events = self.events(base, body, answer, kind)
        return await self.stream(request, events, kind, request_id)

    def events(self, base, body, answer, kind):
        usage = body.get("stream_options", {}).get("include_usage")
        base = {**base, "object": "chat.completion.chunk"}
        if usage:
            base["usage"] = None

        def chunk(delta, finish=None):
            return json.dumps({**base, "choices": [{"index": 0, "delta": delta, "logprobs": None,
                                                    "finish_reason": finish}]},
                              ensure_ascii=False)

        events = [chunk({"role": "assistant", "content": "" if answer["text"] else None,
                         "refusal": None})]
        text, step = answer["text"] or "", self.settings["piece"]
        step = step if len(text) < 10_000 else 800
        events += [chunk({"content": text[i:i + step]}) for i in range(0, len(text), step)]
        if answer["refusal"]:
            events += [chunk({"refusal": word + " "}) for word in answer["refusal"].split()]
        for index, call in enumerate(self.wire_calls(answer, kind)):
            arguments, call["function"]["arguments"] = call["function"]["arguments"], ""
            events.append(chunk({"tool_calls": [{"index": index, **call}]}))
            events += [chunk({"tool_calls": [{"index": index, "function": {
                "arguments": arguments[i:i + 7]}}]}) for i in range(0, len(arguments), 7)]
        if kind == "error_event":
            events = events[:1] + [json.dumps(error_json("The server had an error.",
                                                         "server_error"))]
            return events
        events.append(chunk({}, answer["finish"]))
        if usage:
            events.append(json.dumps({**base, "choices": [], "usage": self.usage(body, answer)}))
        if self.settings["done"]:
            events.append("[DONE]")
        return events

    async def begin(self, request, request_id, content_type="text/event-stream; charset=utf-8"):
        response = web.StreamResponse(headers={"Content-Type": content_type,
                                               "x-request-id": request_id,
                                               "Cache-Control": "no-cache"})
        self.statuses["200"] += 1
        await response.prepare(request)
        return response

    async def stream(self, request, events, kind, request_id):
        end = {"lf": "\n", "crlf": "\r\n", "cr": "\r"}[self.settings["newline"]]
        comment = f": keep-alive{end}{end}" if self.settings["keepalive"] else ""
        wire = [f"{comment}data: {event}{end}{end}".encode() for event in events]
        kind_of = "text/plain" if kind == "wrong_type" else "text/event-stream; charset=utf-8"
        response = await self.begin(request, request_id, kind_of)
        drip = 300 if kind == "drip" else self.settings["drip_ms"]
        if kind == "slow":
            drip = 20
        if kind in ("truncated", "cut", "hang_mid"):
            wire = wire[:max(2, len(wire) // 2)]
        elif kind == "truncated_early":
            wire = [wire[0], b'data: {"id":"chatcmpl-']
        pieces = self.pieces(wire)
        for n, piece in enumerate(pieces):
            if n == len(pieces) // 2:
                await self.held(request, "middle")
            await response.write(piece)
            if drip:
                await self.sleep(request, drip)
        if kind == "hang_mid":
            await self.sleep(request, 3_600_000)
        if kind == "cut":
            raise ConnectionResetError("as scripted")
        await response.write_eof()
        return response

    def pieces(self, wire):
        size = self.settings["chunk_bytes"]
        if size == 0:
            # all at once, as a fast server's packets arrive, unless it is to drip or to stop
            if self.settings["drip_ms"] or self.settings["hold"] == "middle" or len(wire) < 3:
                return wire
            return [wire[0], b"".join(wire[1:])]
        joined, out, at = b"".join(wire), [], 0
        while at < len(joined):
            step = size if size > 0 else self.random.choice((1, 1, 2, 3, 5, 17, 100, 1000))
            out.append(joined[at:at + step])
            at += step
        return out

    # ---- failures that are not an answer ----

    def fail_status(self, failure, request_id):
        kind = failure["kind"]
        status = failure.get("status") or STATUS_OF.get(kind) or int(kind)
        headers = {}
        for key, name in (("retry_after", "retry-after"), ("retry_after_ms", "retry-after-ms"),
                          ("should_retry", "x-should-retry")):
            if key in failure:
                value = failure[key]
                headers[name] = str(value).lower() if isinstance(value, bool) else str(value)
        if kind == "quota":
            body = error_json("You exceeded your current quota, please check your plan.",
                              "insufficient_quota", None, "insufficient_quota")
        elif status == 429:
            body = error_json("Rate limit reached for requests.", "requests", None,
                              "rate_limit_exceeded")
        else:
            body = error_json(f"The server answers {status}.",
                              "server_error" if status >= 500 else "invalid_request_error",
                              None, failure.get("code"))
        return self.error(status, body, request_id, headers)

    async def fail_html(self, request, body, failure, request_id):
        self.statuses["502"] += 1
        return web.Response(status=502, content_type="text/html",
                            text="<html><body><h1>502 Bad Gateway</h1></body></html>")

    async def fail_html_200(self, request, body, failure, request_id):
        self.statuses["200"] += 1
        return web.Response(content_type="text/html",
                            text="<!doctype html><html><body>Log in to the hotel</body></html>")

    async def fail_garbage(self, request, body, failure, request_id):
        response = await self.begin(request, request_id)
        await response.write(self.random.randbytes(3000))
        await response.write_eof()
        return response

    async def fail_garbage_json(self, request, body, failure, request_id):
        self.statuses["200"] += 1
        return web.Response(content_type="application/json", text='{"choices":[{"mess')

    async def fail_garbage_event(self, request, body, failure, request_id):
        response = await self.begin(request, request_id)
        await response.write(b'data: {"choices":[{"index":0,"delta":{"content":"ho\n\n')
        await response.write(b"data: [DONE]\n\n")
        await response.write_eof()
        return response

    async def fail_empty(self, request, body, failure, request_id):
        self.statuses["200"] += 1
        return web.Response(content_type="text/event-stream")

    async def fail_empty_stream(self, request, body, failure, request_id):
        response = await self.begin(request, request_id)
        await response.write(b"data: [DONE]\n\n")
        await response.write_eof()
        return response

    async def fail_hang(self, request, body, failure, request_id):
        await self.sleep(request, 3_600_000)

    async def fail_hang_headers(self, request, body, failure, request_id):
        await self.begin(request, request_id)
        await self.sleep(request, 3_600_000)

    async def fail_reset(self, request, body, failure, request_id):
        request.transport.get_extra_info("socket").setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        raise ConnectionResetError("as scripted")


class Sim(simulator.Simulator):
    """The simulator as a process of its own, for tests. Ends with the test's process."""

    program = __file__
    key = "sk-test-0123456789"

    @property
    def url(self):
        return f"{self.base}/v1"

    @property
    def env(self):
        return {"OPENAI_BASE_URL": self.url, "OPENAI_API_KEY": self.key}

    def told(self):
        """What each liar said: {tag: [{"text", "false": [pieces]}]}."""
        return self.call("/told")


def main():
    server, app = Server(), web.Application(client_max_size=16 << 20)
    app.router.add_post("/v1/chat/completions", server.completions)
    app.router.add_route("*", "/control", server.control)
    app.router.add_get("/told", server.told)
    simulator.main(server, app, "Chat Completions simulator")


if __name__ == "__main__":
    main()
