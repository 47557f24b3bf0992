"""The protocol as a whole: every message has somebody who sends it and somebody who takes it, and
a second implementation reads and writes the golden vectors byte for byte."""

import re

import msgpack

import most

FOLDERS = {"command": ["sessions"], "gateway": ["gateway"], "dispatcher": ["gateway"], "agent": ["agent"],
           "sessions": ["sessions"], "catalog": ["catalog"], "import": ["catalog"],
           "service": ["common", "sessions"], "server": ["common"], "client": ["common"],
           "caller": ["agent", "gateway", "common"], "any": ["common"]}


def sources(folder, part):
    names = {"gateway": lambda n: not n.startswith("dispatcher"),
             "dispatcher": lambda n: n.startswith("dispatcher")}.get(part, lambda n: True)
    return "\n".join(p.read_text() for p in sorted((most.ROOT / folder).glob("*.c")) if names(p.name))


def test_every_message_has_a_sender_and_a_receiver():
    lacking = []
    for message in most.table().messages.values():
        symbol = re.compile(rf"\bPROTO_{message['type']}\b")
        for stop in message["route"].split(" → "):
            for part in stop.split(", "):
                assert part in FOLDERS, f"{message['type']}: nobody is called {part}"
                if not any(symbol.search(sources(folder, part)) for folder in FOLDERS[part]):
                    lacking.append(f"{message['type']} at {part}")
    assert not lacking


def test_every_request_names_its_answer():
    messages = most.table().messages
    for message in messages.values():
        assert message["answer"] == "–" or message["answer"] in messages


def test_golden_vectors_in_a_second_implementation():
    lines = (most.ROOT / "tests" / "golden" / "messages.txt").read_text().splitlines()
    assert [line.split(" ")[0] for line in lines] == list(most.table().messages)
    for line in lines:
        name, body, text = line.split(" ", 2)
        fields = most.table().unpack(name, msgpack.unpackb(bytes.fromhex(body),
                                                           strict_map_key=False))
        again = msgpack.packb(most.table().pack(name, fields), use_bin_type=True)
        assert again.hex() == body
        assert text.startswith(name + "{")
        for value in leaves(fields):
            if isinstance(value, str):
                assert f'"{value}"' in text
            elif isinstance(value, int) and not isinstance(value, bool):
                assert f"={value}" in text


def leaves(value):
    if isinstance(value, dict):
        for inner in value.values():
            yield from leaves(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from leaves(inner)
    else:
        yield value
