#!/usr/bin/python3
"""Writes real conversations as cases of the regression plan, to be replayed with other rules or
another model. `make record` starts it:

    make record RECORD_CONSENT=on USERS='whatsapp:+525512345678 ana'
    make eval CASES=var/recorded BASE=v1 CAND=v2

RECORD_CONSENT=on says that these people agreed to it; without it nothing is read. The conversations
come from GET /seller/sessions/{user_id} of a running Mostrador (URL, API_TOKEN). Who wrote is left
out; telephone numbers, e-mail addresses, card and tax numbers and names that people introduce
themselves by are masked. A case says what was written and, under `recorded`, what was answered then;
expectations are for a person to add.
"""

import argparse
import os
import pathlib
import re
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

import yaml

MASKS = (
    (re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+"), "(correo)"),
    (re.compile(r"\b[A-ZÑ&]{4}\d{6}[HM][A-Z]{5}[A-Z\d]\d\b", re.I), "(CURP)"),
    (re.compile(r"\b[A-ZÑ&]{3,4}\d{6}[A-Z\d]{3}\b", re.I), "(RFC)"),
    # eight digits or more, however they are parted, but no amounts ($1,250,000)
    (re.compile(r"(?<![\w$,.])\+?\(?\d(?:[ ().-]{0,2}\d){7,}(?![\w,])"), "(número)"),
    (re.compile(r"\b(me llamo|mi nombre es|soy el señor|soy la señora|my name is|meu nome é)\s+"
                r"[^\W\d_]+(?:\s+[A-ZÁÉÍÓÚÑ][^\W\d_]+){0,3}", re.I), r"\1 (nombre)"),
)


def mask(text):
    for pattern, instead in MASKS:
        text = pattern.sub(instead, text)
    return text


def turns(messages):
    """The turns of a case: what was written until it was answered, and the answer."""
    found, said = [], []
    for message in messages:
        if message["role"] == "user":
            said.append(mask(message["text"]))
        elif said:
            found.append({"say": said[0] if len(said) == 1 else said,
                          "recorded": mask(message["text"])})
            said = []
    return found


def case(session):
    """(name, turns) of a session as the API shows it; no turns: there is nothing to replay."""
    messages = session["messages"]
    day = messages[0]["at"][:10] if messages else ""
    return day, turns(messages)


def write(sessions, group):
    """The text of a file of cases."""
    cases = {}
    for session in sessions:
        day, found = case(session)
        if found:
            cases[f"{day}-{len(cases) + 1}"] = found
    return yaml.safe_dump({"group": group, "cases": cases}, allow_unicode=True, sort_keys=False,
                          width=100), len(cases)


def fetch(url, token, user_id):
    request = urllib.request.Request(f"{url}/seller/sessions/{urllib.parse.quote(user_id, safe='')}")
    if token:
        request.add_header("Authorization", f"Bearer {token}")
    with urllib.request.urlopen(request, timeout=30) as answer:
        return yaml.safe_load(answer.read())


def main(arguments=None, env=None):
    env = os.environ if env is None else env
    options = argparse.ArgumentParser(description="Records conversations as cases")
    options.add_argument("users", nargs="+")
    options.add_argument("--url", default=f"http://127.0.0.1:{env.get('PORT', '8000')}")
    options.add_argument("--out", default="var/recorded")
    options = options.parse_args(arguments)
    if env.get("RECORD_CONSENT", "off") != "on":
        print("RECORD_CONSENT is not on: nobody agreed to be recorded.", file=sys.stderr)
        return 2
    sessions = []
    for user_id in options.users:
        try:
            sessions.append(fetch(options.url.rstrip("/"), env.get("API_TOKEN"), user_id))
        except urllib.error.HTTPError as error:
            print(f"{mask(user_id)}: {error.code} {error.reason}", file=sys.stderr)
            return 1
    stamp = time.strftime("%Y%m%d-%H%M%S")
    text, count = write(sessions, f"recorded-{stamp}")
    folder = pathlib.Path(options.out)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{stamp}.yaml"
    path.write_text(text, encoding="utf-8")
    print(f"{count} conversations written to {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
