"""More messages than can be answered, as fast as they are taken: signed webhooks and calls of the API,
made beforehand and written over a few connections."""

import asyncio
import collections
import secrets
import urllib.parse

import twilio_check
from twilio_sim import TwilioSim

BASE = "https://shop.example"
WEBHOOK = BASE + "/webhook/twilio/"


def person(number):
    return f"whatsapp:+52155{number:08}"


def webhook(who, text):
    fields = [("MessageSid", "SM" + secrets.token_hex(16)), ("From", who),
              ("To", "whatsapp:+14155238886"), ("Body", text), ("NumMedia", "0"),
              ("AccountSid", TwilioSim.account)]
    body = urllib.parse.urlencode(fields)
    return (f"POST /webhook/twilio/ HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n"
            "Content-Type: application/x-www-form-urlencoded\r\n"
            f"X-Twilio-Signature: {twilio_check.sign(TwilioSim.token, WEBHOOK, fields)}\r\n\r\n"
            f"{body}").encode()


def ask(n):
    body = f'{{"user_id":"api-{n}","msg":"busco un kia"}}'
    return (f"POST /seller/bot/ HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n"
            f"Content-Type: application/json\r\n\r\n{body}").encode()


def mixed(people, each, callers, first=0):
    """Messages of people in turn, numbered from first, with callers of the API among them."""
    messages = [webhook(person(first + number), f"busco un kia {n}")
                for n in range(each) for number in range(people)]
    step = len(messages) // callers
    return [request for n in range(callers)
            for request in (ask(n), *messages[n * step:(n + 1) * step])]


def throw(port, requests, connections=128):
    """All of them, over so many connections at once. Returns how often which status came."""
    return asyncio.run(throw_all(port, requests, connections))


async def throw_all(port, requests, connections):
    waiting, statuses = iter(requests), collections.Counter()

    async def one():
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for request in waiting:
            writer.write(request)
            head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
            statuses[int(head.split()[1])] += 1
            assert " 503 " not in head.splitlines()[0] or "retry-after: " in head
            await reader.readexactly(int(head.split("content-length: ")[1].split()[0]))
        writer.close()
    await asyncio.gather(*(one() for _ in range(connections)))
    return statuses
