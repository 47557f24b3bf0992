#!/usr/bin/env python3
"""Writes tests/golden/signatures.txt: forms as Twilio would sign them, for the unit test in C.

One a line: name, token, base, target, body, signature, separated by tabs. The signature is made here,
by another implementation, over the URL that Twilio is said to have called.
"""
import json
import pathlib
import sys
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import twilio_check  # noqa: E402

FILE = pathlib.Path(__file__).resolve().parent / "golden" / "signatures.txt"
TOKEN = "0123456789abcdef0123456789abcdef"
BASE, TARGET = "https://shop.example", "/webhook/twilio/"
ALL_BYTES = "".join(map(chr, range(1, 256)))

FORMS = {
    "no fields": [],
    "one field": [("From", "+5215512345678")],
    "empty body": [("Body", ""), ("From", "whatsapp:+5215512345678")],
    "empty everything": [("Body", ""), ("From", ""), ("To", "")],
    "plus": [("Body", "1+1=2"), ("From", "+52155")],
    "ampersand": [("Body", "rojo & azul"), ("From", "+52155")],
    "percent": [("Body", "10% de enganche, 100%25")],
    "equals": [("Body", "a=b=c")],
    "semicolon": [("Body", "a;b;c")],
    "only blanks": [("Body", "   ")],
    "blanks around": [("Body", "  hola  ")],
    "tab": [("Body", "a\tb")],
    "line breaks": [("Body", "hola\nbusco\r\nun auto\r")],
    "accents": [("Body", "¿Cuánto cuesta el año 2020, señor? ÁÉÍÓÚ ü ñ")],
    "combining": [("Body", "e\u0301 n\u0303")],
    "emoji": [("Body", "😀🚗🇲🇽👨‍👩‍👧‍👦👍🏽")],
    "far planes": [("Body", "\U0001f697\U00020000\U0010fffd")],
    "cyrillic": [("Body", "Привет"), ("ProfileName", "Иван")],
    "arabic": [("Body", "مرحبا"), ("ProfileName", "علي")],
    "chinese": [("Body", "你好，我想买车"), ("ProfileName", "王")],
    "control characters": [("Body", "a\x01b\x1f\x7f")],
    "nul": [("Body", "a\0b")],
    "latin 1 as characters": [("Body", ALL_BYTES)],
    "quotes": [("Body", "\"'`´")],
    "markup": [("Body", "<Response><Message>&amp;</Message></Response>")],
    "backslash": [("Body", "C:\\autos\\n")],
    "url in a value": [("MediaUrl0", "https://api.twilio.com/a?b=c&d=e#f"), ("NumMedia", "1")],
    "plus in a name": [("a+b", "c"), ("a b", "d")],
    "upper before lower": [("b", "1"), ("B", "2"), ("a", "3"), ("A", "4")],
    "names that begin alike": [("Body", "x"), ("BodyText", "y"), ("Bod", "yx")],
    "duplicates": [("Media", "b"), ("Media", "a"), ("From", "+1")],
    "the same twice": [("Media", "a"), ("Media", "a"), ("From", "+1")],
    "many duplicates": [("x", v) for v in "cabbagecabbage"],
    "sixty parameters": [(f"Param{i}", f"value {i} é") for i in range(60)],
    "three hundred parameters": [(f"p{i}", str(i)) for i in range(300)],
    "long": [("Body", "palabra ñ " * 400)],
    "reply": [("OriginalRepliedMessageSid", "SM" + "0" * 32), ("Body", "sí")],
    "json in a value": [("InteractiveData", json.dumps({"a": [1, "b"]})), ("ButtonText", "Sí")],
    "location": [("Latitude", "19.432608"), ("Longitude", "-99.133209"),
                 ("Address", "Av. Juárez 5, Centro"), ("Label", "Café «El Ñ»")],
    "person without a phone": [("From", "whatsapp:MX.AbCdEf123"), ("Body", "hola")],
}
# name: base, target, and the URL that was signed
URLS = {
    "default port": (BASE, TARGET, BASE + ":443" + TARGET),
    "default port in the setting": (BASE + ":443", TARGET, BASE + TARGET),
    "default port in both": (BASE + ":443", TARGET, BASE + ":443" + TARGET),
    "http": ("http://shop.example", TARGET, "http://shop.example" + TARGET),
    "http and its port": ("http://shop.example", TARGET, "http://shop.example:80" + TARGET),
    "another port": (BASE + ":8443", TARGET, BASE + ":8443" + TARGET),
    "no slash at the end": (BASE, "/webhook/twilio", BASE + "/webhook/twilio"),
    "slash that a proxy took": (BASE, "/webhook/twilio", BASE + "/webhook/twilio/"),
    "slash that a proxy added": (BASE, "/webhook/twilio/", BASE + "/webhook/twilio"),
    "slash in the setting": (BASE + "/", TARGET, BASE + TARGET),
    "prefix": (BASE + "/bot", TARGET, BASE + "/bot" + TARGET),
    "prefix and slash": (BASE + "/bot/", TARGET, BASE + "/bot" + TARGET),
    "query": (BASE, TARGET + "?shop=1&x=%C3%B1", BASE + TARGET + "?shop=1&x=%C3%B1"),
    "query behind no slash": (BASE, "/webhook/twilio?a=b", BASE + "/webhook/twilio/?a=b"),
    "fragment not signed": (BASE + "#rc=2&rp=ct,rt", TARGET, BASE + TARGET),
    "fragment signed": (BASE + "#rc=2&rp=ct,rt", TARGET, BASE + TARGET + "#rc=2&rp=ct,rt"),
    "fragment, port and query": (BASE + "/bot/#rc=2", TARGET + "?a=b",
                                 BASE + ":443/bot" + TARGET + "?a=b#rc=2"),
}


def line(name, token, base, target, url, fields):
    body = urllib.parse.urlencode(fields)
    return "\t".join([name, token, base, target, body, twilio_check.sign(token, url, fields)])


def lines():
    published = [("CallSid", "CA1234567890ABCDE"), ("Caller", "+12349013030"), ("Digits", "1234"),
                 ("From", "+12349013030"), ("To", "+18005551212")]
    out = [line("published", "12345", "https://mycompany.com", "/myapp.php?foo=1&bar=2",
                "https://mycompany.com/myapp.php?foo=1&bar=2", published)]
    out += [line(name, TOKEN, BASE, TARGET, BASE + TARGET, fields)
            for name, fields in FORMS.items()]
    fields = [("Body", "hola"), ("From", "+5215512345678")]
    out += [line(name, TOKEN, base, target, url, fields)
            for name, (base, target, url) in URLS.items()]
    return out


if __name__ == "__main__":
    FILE.write_text("\n".join(lines()) + "\n")
