"""About as many tokens as OpenAI's tokenizers make of a request: the words, digits and marks that
they cut a text into before they merge bytes, and for long words the pieces they have on average.

It counts apart from the agent's own estimate (common/tokens.c), so that a test can compare the two.
"""
import json
import re

WORDS = re.compile(r" ?[^\W\d_]+|\d{1,3}| ?[^\w\s]+[\r\n]*|\s*[\r\n]+|\s+|_+")
PIECE = 6   # letters of a word that are one token
MARKS = 3   # marks in a row that are one token
AROUND = 3  # tokens around a message, and in front of the answer


def count(text):
    tokens = 0
    for word in WORDS.findall(text):
        bare = word.strip()
        wide = sum(1 + (ord(c) > 0x2fff) + (ord(c) > 0xffff) for c in bare if ord(c) > 0x24f)
        if wide:
            tokens += wide
        elif bare.isalpha():
            tokens += -(-len(bare) // PIECE)
        elif bare and not bare.isalnum():
            tokens += -(-len(bare) // MARKS)
        else:
            tokens += 1
    return tokens


def message(message_):
    content = message_.get("content") or ""
    if isinstance(content, list):
        content = "".join(part["text"] for part in content)
    tokens = AROUND + count(content)
    for call in message_.get("tool_calls", []):
        tokens += AROUND + count(call["function"]["name"]) + count(call["function"]["arguments"])
    return tokens


def request(body):
    tools = sum(count(json.dumps(tool["function"], ensure_ascii=False))
                for tool in body.get("tools", []))
    return AROUND + tools + sum(message(m) for m in body["messages"])
