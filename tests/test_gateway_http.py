"""HTTP as it is on the wire: every hole of Kore's parser, closed; and the worker serves on."""

import json

import pytest

from gateway_shop import Shop

HOST = "Host: x\r\n"


@pytest.fixture(scope="module")
def shop():
    made = Shop(env={"REQUEST_MS": "30s"})
    yield made
    made.close()


def post(body=b'{"msg":"hola","user_id":"ana"}', headers="", length=None, line=None):
    length = len(body) if length is None else length
    head = (line or "POST /seller/bot/ HTTP/1.1") + f"\r\n{HOST}Content-Length: {length}\r\n"
    return (head + headers + "\r\n").encode() + body


def get(path="/healthz", headers="", version="1.1"):
    return f"GET {path} HTTP/{version}\r\n{HOST}{headers}\r\n".encode()


REFUSED = {
    # bytes behind the request
    "length 3, long body": (400, post(b"abc" + b"x" * 4000, length=3)),
    "pipelined": (400, get() + get()),
    "bytes behind a GET": (400, get() + b"x"),
    # lengths
    "two lengths": (400, post(b"abc", "Content-Length: 3\r\n")),
    "two different lengths": (400, post(b"abc", "Content-Length: 300\r\n")),
    "length list": (400, post(b"abc", length="3, 3")),
    "signed length": (400, post(b"abc", length="+3")),
    "negative length": (400, post(b"abc", length="-1")),
    "hexadecimal length": (400, post(b"abc", length="0x3")),
    "endless length": (413, post(b"", length="9" * 400)),
    "64 KiB and 1": (413, post(b"", length=65537)),
    "no length": (411, f"POST /seller/bot/ HTTP/1.1\r\n{HOST}\r\n"),
    "empty length": (400, post(b"", length="")),
    "chunked": (411, f"POST / HTTP/1.1\r\n{HOST}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"
                     "0\r\n\r\n"),
    "chunked and length": (400, post(b"abc", "Transfer-Encoding: chunked\r\n")),
    "length and chunked GET": (400, get(headers="Content-Length: 0\r\n"
                                                "transfer-encoding: gzip\r\n")),
    "GET with a body": (400, get(headers="Content-Length: 3\r\n")),
    "DELETE with a body": (400, f"DELETE / HTTP/1.1\r\n{HOST}Content-Length: 1\r\n\r\nx"),
    # headers
    "23 headers": (431, get(headers="".join(f"X-{n}: 1\r\n" for n in range(22)))),
    "one huge header": (431, get(headers="X: " + "y" * 9000 + "\r\n")),
    "huge and never ending": (431, b"GET / HTTP/1.1\r\nX: " + b"y" * 20000),
    "long path": (414, get("/" + "a" * 2000)),
    "endless path": (414, b"GET /" + b"a" * 20000),
    "no host": (400, "GET / HTTP/1.1\r\n\r\n"),
    "no host in 1.0": (400, "GET / HTTP/1.0\r\n\r\n"),
    "two hosts": (400, get(headers="host: y\r\n")),
    "host with a path": (400, "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"),
    "looks like a host": (400, get(headers="Hostile: y\r\n")),
    "blank before the colon": (400, get(headers="X : y\r\n")),
    "folded": (400, get(headers="X: y\r\n z\r\n")),
    "no colon": (400, get(headers="nonsense\r\n")),
    "no name": (400, get(headers=": y\r\n")),
    "no value": (400, get(headers="X:\r\n")),
    "NUL in a header": (400, get(headers="X: a\0b\r\n")),
    "tab behind a value": (400, get(headers="X: a\t\r\n")),
    "not ASCII": (400, get(headers="X: ñ\r\n")),
    "bare LF": (400, "GET / HTTP/1.1\nHost: x\n\n"),
    "LF among CRLF": (400, "GET / HTTP/1.1\r\nHost: x\nX: y\r\n\r\n"),
    "bare CR": (400, get(headers="X: a\rY: b\r\n")),
    # request lines
    "no version": (400, f"GET /\r\n{HOST}\r\n"),
    "four words": (400, f"GET / HTTP/1.1 x\r\n{HOST}\r\n"),
    "two blanks": (400, f"GET  / HTTP/1.1\r\n{HOST}\r\n"),
    "leading line": (400, b"\r\n" + get()),
    "leading blank": (400, b" " + get()),
    "absolute target": (400, get("http://x/")),
    "star": (400, get("*")),
    "NUL in the path": (400, get("/a\0b")),
    "not ASCII in the path": (400, get("/ñ")),
    "version 2": (505, f"GET / HTTP/2.0\r\n{HOST}\r\n"),
    "version 1.9": (505, get(version="1.9")),
    "no HTTP": (400, f"GET / FTP/1.1\r\n{HOST}\r\n"),
    "unknown method": (501, f"BREW / HTTP/1.1\r\n{HOST}\r\n"),
    "connect": (501, f"CONNECT x:1 HTTP/1.1\r\n{HOST}\r\n"),
    "lower case": (501, f"get / HTTP/1.1\r\n{HOST}\r\n"),
    "DELETE in 1.0": (400, f"DELETE / HTTP/1.0\r\n{HOST}\r\n"),
    "TLS": (400, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 40),
    "nothing but NUL": (400, b"\0\0\0\0"),
    "a line of noise": (400, b"\xff\xfe\r\n\r\n"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_before_kore_parses_it(shop, name):
    status, data = REFUSED[name]
    with shop.connect() as client:
        client.send(data)
        answer = client.answer()
        assert answer.status == status
        assert answer.headers["connection"] == "close"
        assert client.closed()
    assert shop.serves()


def test_a_refusal_arrives_though_the_body_is_still_on_its_way(shop):
    """Closing at once would be a reset, which takes the answer with it."""
    with shop.connect() as client:
        client.send(post(b"x" * 1000, length=150000))
        assert client.status() == 413
        for _ in range(4):
            client.send(b"x" * 30000)
            assert client.socket.recv(1) == b""  # its side is closed, ours still taken
    assert shop.serves()


def test_a_flood_behind_a_short_body_does_not_hold_the_worker(shop):
    chunk = b"x" * (1 << 20)
    with shop.connect() as flood:
        flood.send(post(b"abc", length=3))
        try:
            for _ in range(64):
                flood.send(chunk)
                assert shop.serves()
            raise AssertionError("the flood was read to its end")
        except (BrokenPipeError, ConnectionResetError):
            pass
    assert shop.serves()


def test_22_headers_are_all_seen(shop):
    with shop.connect() as client:
        etag = shop.http.get("/").headers["etag"]
        # the one that matters comes last
        client.send(get("/", "".join(f"X-{n}: 1\r\n" for n in range(20)) +
                        f"If-None-Match: {etag}\r\n"))
        assert client.status() == 304


def test_keep_alive_goes_on_after_every_kind_of_answer(shop):
    with shop.connect() as client:
        for _ in range(3):
            assert client.send(get()).status() == 200
            assert client.send(get("/nothing")).status() == 404
            assert client.send(post()).status() == 200
            assert client.send(post(b"{")).status() == 400
            assert client.send(post(b"")).status() == 400
            assert client.send(f"PUT / HTTP/1.1\r\n{HOST}Content-Length: 2\r\n\r\nab").status() \
                == 405
            assert client.send(get("/catalog/makes")).status() == 200
    assert shop.serves()


def test_the_next_request_may_arrive_before_the_answer(shop):
    held = []
    shop.dispatcher.handlers["WORK"], was = held.append, shop.dispatcher.handlers["WORK"]
    try:
        with shop.connect() as client:
            client.send(post())
            shop.dispatcher.wait_for("WORK", lambda m: m in held)
            client.send(get("/nothing"))
            held[0].answer("ANSWER", reply={"turn_id": "t", "text": "uno", "upto_seq": 1})
            assert client.answer().json()["reply"] == "uno"
            assert client.status() == 404
    finally:
        shop.dispatcher.handlers["WORK"] = was
    assert shop.serves()


def test_the_next_request_is_guarded_too(shop):
    """Behind a body in several packets Kore would arm its own parser, which takes anything."""
    held = []
    shop.dispatcher.handlers["WORK"], was = held.append, shop.dispatcher.handlers["WORK"]
    try:
        with shop.connect() as client:
            client.send(post()[:-10])
            client.send(post()[-10:])
            shop.dispatcher.wait_for("WORK", lambda m: m in held)
            client.send(get(headers="Content-Length: 3\r\n") + b"abc")
            held[0].answer("ANSWER", reply={"turn_id": "t", "text": "uno", "upto_seq": 1})
            assert client.answer().json()["reply"] == "uno"
            assert client.status() == 400
    finally:
        shop.dispatcher.handlers["WORK"] = was
    assert shop.serves()


def test_bytes_may_come_one_by_one(shop):
    with shop.connect() as client:
        for byte in post(b'{"msg":"ho","user_id":"a"}'):
            client.send(bytes([byte]))
        assert client.status() == 200


def test_a_body_of_64_kib_is_read_whole(shop):
    body = json.dumps({"msg": "a", "user_id": "b", "x": ""})
    body = body[:-2] + "y" * (65536 - len(body)) + '"}'
    with shop.connect() as client:
        client.send(post(body.encode()[:40000], length=65536)).send(body.encode()[40000:])
        assert client.status() == 200


def test_expect_continue(shop):
    with shop.connect() as client:
        client.send(post(b"", "Expect: 100-continue\r\n", length=30))
        assert client.until(b"\r\n\r\n") == b"HTTP/1.1 100 Continue"
        client.send(b'{"msg":"hola","user_id":"ana"}')
        assert client.status() == 200


def test_http_1_0_is_answered_and_closed(shop):
    with shop.connect() as client:
        answer = client.send(get(version="1.0")).answer()
        assert answer.status == 200 and answer.headers["connection"] == "close"
        assert client.closed()
    with shop.connect() as client:
        answer = client.send(post(line="POST /seller/bot HTTP/1.0")).answer()
        assert answer.status == 200 and client.closed()


def test_connection_close_is_honoured(shop):
    with shop.connect() as client:
        assert client.send(get(headers="Connection: close\r\n")).status() == 200
        assert client.closed()


def test_head_has_no_body(shop):
    with shop.connect() as client:
        client.send(f"HEAD / HTTP/1.1\r\n{HOST}\r\n")
        head = client.until(b"\r\n\r\n").decode()
        assert head.startswith("HTTP/1.1 200 ") and "content-length: " in head
        assert client.send(get()).status() == 200


def test_a_client_that_goes_away_early_leaves_nothing(shop):
    for data in (b"", b"GET / HT", post()[:60], post(b"abc", length=300)):
        with shop.connect() as client:
            client.send(data)
        client = shop.connect().send(data)
        client.reset()
    assert shop.serves()


def test_too_slow_is_408_and_waiting_is_not(shop):
    """Head, then body, dripping; and a request that waits longer than both may take."""
    held = []
    shop.dispatcher.handlers["WORK"], was = held.append, shop.dispatcher.handlers["WORK"]
    try:
        with shop.connect() as head, shop.connect() as body, shop.connect() as waits:
            waits.send(post()[:-10])
            waits.send(post()[-10:])
            shop.dispatcher.wait_for("WORK", lambda m: m in held)
            head.send(get()[:-4])
            body.send(post(b"{", length=30))
            assert head.status() == 408
            assert head.closed()
            assert body.status() == 408
            assert body.closed()
            held[0].answer("ANSWER", reply={"turn_id": "t", "text": "por fin", "upto_seq": 1})
            assert waits.answer().json()["reply"] == "por fin"
            assert waits.send(get()).status() == 200
    finally:
        shop.dispatcher.handlers["WORK"] = was
    assert shop.serves()


def test_a_half_closed_client_counts_as_gone(shop):
    held = []
    shop.dispatcher.handlers["WORK"], was = held.append, shop.dispatcher.handlers["WORK"]
    try:
        with shop.connect() as client:
            client.send(post())
            work = shop.dispatcher.wait_for("WORK", lambda m: m in held)
            client.socket.shutdown(1)
            assert client.closed()
            shop.dispatcher.wait_for("CANCEL", lambda m: m.id == work.id)
    finally:
        shop.dispatcher.handlers["WORK"] = was
    assert shop.serves()
