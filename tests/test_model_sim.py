"""The model of the benchmarks (tests/bench/sim): it notices a broken request, answers from the tool's
result, and holds thousands of answers back."""
import json
import pathlib
import socket
import subprocess
import urllib.error
import urllib.request

import pytest

import most

SIM = most.ROOT / "build" / most.VARIANT / "tests" / "model-sim"
TOOLS = [{"type": "function", "function": {
    "name": "search_cars", "strict": True, "parameters": {"type": "object", "properties": {}}}}]
RULES = {"role": "system", "content": "Vendes «autos»\n\"con gusto\"."}
ASKED = {"role": "user", "content": "¿Qué Nissan tienes?"}
CALL = {"role": "assistant", "content": None, "tool_calls": [
    {"id": "call00001", "type": "function", "function": {"name": "search_cars", "arguments": "{}"}}]}
CAR = {"stock_id": 7, "make": "Nissan", "model": "Versa", "version": "Sense", "year": 2019,
       "price": 212345.5, "km": 61234}
PAGE = {"total": 31, "page": 2, "pages": 7, "pages_left": 5, "cars": [CAR]}
RESULT = {"role": "tool", "tool_call_id": "call00001", "content": json.dumps(PAGE)}


class Sim:
    def __init__(self, *options):
        self.child = subprocess.Popen([SIM, *options], stdout=subprocess.PIPE, text=True)
        self.port = int(self.child.stdout.readline())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.child.terminate()
        assert self.child.wait(most.PATIENCE) == 0
        self.child.stdout.close()

    def ask(self, body, **headers):
        """Status and body of the answer."""
        headers = {"Content-Type": "application/json", "Authorization": "Bearer sk-test", **headers}
        raw = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/v1/chat/completions", raw,
                                         headers)
        try:
            with urllib.request.urlopen(request, timeout=most.PATIENCE) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read().decode()

    def stats(self):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/stats") as answer:
            return json.load(answer)


@pytest.fixture(scope="module")
def sim():
    with Sim() as sim:
        yield sim


def body(*messages, **more):
    return {"model": "m", "messages": [RULES, *messages], "tools": TOOLS, "stream": True,
            "stream_options": {"include_usage": True}, **more}


def events(text):
    lines = [line.removeprefix("data: ") for line in text.split("\n\n") if line]
    assert lines[-1] == "[DONE]"
    return [json.loads(line) for line in lines[:-1]]


def joined(chunks, read):
    return "".join(read(chunk["choices"][0]["delta"]) or "" for chunk in chunks if chunk["choices"])


def test_a_tool_is_called_and_its_result_told(sim):
    status, text = sim.ask(body(ASKED))
    chunks = events(text)
    arguments = joined(chunks, lambda delta: delta.get("tool_calls", [{}])[0].get(
        "function", {}).get("arguments"))
    assert status == 200 and json.loads(arguments)["page"] == 1
    assert chunks[-1]["usage"]["prompt_tokens"] > 0
    status, text = sim.ask(body(ASKED, CALL, RESULT))
    said = joined(events(text), lambda delta: delta.get("content"))
    assert status == 200
    assert said == ("Tengo 31:\n1. Nissan Versa Sense 2019 · 61,234 km · $212,345.50\n"
                    "Página 2 de 7, quedan 5.")
    # the next question calls a tool again
    _, text = sim.ask(body(ASKED, CALL, RESULT, ASKED))
    assert "tool_calls" in text


def test_in_one_piece(sim):
    plain = {key: value for key, value in body(ASKED).items() if not key.startswith("stream")}
    _, text = sim.ask(plain)
    assert json.loads(text)["choices"][0]["message"]["tool_calls"][0]["function"]["name"] == "search_cars"
    _, text = sim.ask({**plain, "messages": [RULES, ASKED, CALL, RESULT]})
    assert "$212,345.50" in json.loads(text)["choices"][0]["message"]["content"]


BROKEN = {
    "cut": json.dumps(body(ASKED)).encode()[:-2],
    "more behind it": json.dumps(body(ASKED)).encode() + b"}",
    "not UTF-8": json.dumps(body(ASKED)).encode().replace(b"stream", b"str\xffam", 1),
    "a comma too many": json.dumps(body(ASKED)).encode().replace(b"}}", b"},}", 1),
    "a raw line end": json.dumps(body(ASKED)).encode().replace(b"\\n", b"\n", 1),
    "nobody asked": body(),
    "no rules": {**body(), "messages": [ASKED]},
    "no model": {**body(ASKED), "model": ""},
    "an unknown role": body(ASKED, {"role": "waiter", "content": "x"}),
    "no content": body({"role": "user"}),
    "a call without its result": body(ASKED, CALL),
    "a call without its result, somebody asks": body(ASKED, CALL, ASKED),
    "a result without its call": body(ASKED, RESULT),
    "another call's result": body(ASKED, CALL, {**RESULT, "tool_call_id": "call00002"}),
    "a tool without a schema": body(ASKED, tools=[{"type": "function", "function": {"name": "x"}}]),
    "usage without a stream": body(ASKED, stream=False),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_request_is_noticed(sim, what):
    before = sim.stats()["refused"]
    status, _ = sim.ask(BROKEN[what])
    assert status == 400 and sim.stats()["refused"] == before + 1


def test_a_tool_that_failed_is_counted(sim):
    failed = {**RESULT, "content": json.dumps({"error": "the catalog is away"})}
    assert sim.ask(body(ASKED, CALL, failed))[0] == 200
    assert sim.stats()["tool_errors"] == 1 and sim.stats()["last_wrong"] == "a tool failed"


def test_who_may_not_and_what_is_no_request(sim):
    assert sim.ask(body(ASKED), Authorization="none")[0] == 400
    assert sim.ask(body(ASKED), **{"Content-Type": "text/plain"})[0] == 400
    before = sim.stats()["bad_requests"]
    with socket.create_connection(("127.0.0.1", sim.port)) as raw:
        raw.sendall(b"POST /v1/chat/completions HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n")
        assert raw.recv(100).startswith(b"HTTP/1.1 400")
    assert sim.stats()["bad_requests"] == before + 1


def test_many_wait_at_once(tmp_path):
    script = tmp_path / "script"
    script.write_text('get_car {"stock_id":7}\n')
    head = "POST /v1/chat/completions HTTP/1.1\r\nAuthorization: Bearer sk-test\r\n" \
           "Content-Type: application/json\r\n"
    raw = json.dumps(body(ASKED)).encode()
    with Sim("--latency-ms", "1000", "--script", str(script)) as sim:
        open_ones = [socket.create_connection(("127.0.0.1", sim.port)) for _ in range(200)]
        for one in open_ones:
            one.sendall(f"{head}Content-Length: {len(raw)}\r\n\r\n".encode() + raw)
        for one in open_ones:
            one.settimeout(most.PATIENCE)
            assert b"get_car" in one.makefile("rb").read1(65536)
            one.close()
        stats = sim.stats()
        assert stats["calls"] == 200 and stats["most_waiting"] > 100 and not stats["refused"]


def test_a_bad_script_is_refused(tmp_path):
    script = pathlib.Path(tmp_path / "script")
    script.write_text('get_car {"stock_id":7\n')
    done = subprocess.run([SIM, "--script", str(script)], capture_output=True, text=True, check=False)
    assert done.returncode == 2 and "script" in done.stderr
