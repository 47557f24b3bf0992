"""What Twilio would refuse: requests to its REST API, and TwiML. Used by twilio_sim.py."""
import base64
import hashlib
import hmac
import json
import re
import urllib.parse
import xml.etree.ElementTree as tree

SID = re.compile(r"^[A-Z]{2}[0-9a-f]{32}$")
PHONE = re.compile(r"^\+[1-9]\d{6,14}$")
WHATSAPP = re.compile(r"^whatsapp:(\+[1-9]\d{6,14}|[A-Z]{2}\.[A-Za-z0-9]{4,60})$")
SEND_FIELDS = {"To", "From", "MessagingServiceSid", "Body", "MediaUrl", "ContentSid",
               "ContentVariables", "StatusCallback", "ValidityPeriod", "SmartEncoded"}
LIST_FIELDS = {"To", "From", "DateSent", "DateSent>", "DateSent<", "PageSize", "Page", "PageToken"}
BODY_MAX = 1600
TWIML_MAX = 65536


class Refused(Exception):
    def __init__(self, status, code, message):
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


def characters(text):
    """As strictly as lengths are ever counted: UTF-16 units."""
    return len(text.encode("utf-16-le")) // 2


# ---- signatures ----

def sign(token, url, fields=()):
    """fields: list of pairs, all decoded."""
    data = url + "".join(name + value for name, value in sorted(set(fields)))
    digest = hmac.new(token.encode(), data.encode("utf-8", "surrogateescape"), hashlib.sha1)
    return base64.b64encode(digest.digest()).decode()


def body_hash(body):
    return hashlib.sha256(body).hexdigest()


# ---- forms ----

def parse_form(raw):
    """Strict: every byte encoded as it must be. A dict; no name twice except MediaUrl."""
    try:
        text = raw.decode("ascii")
    except UnicodeDecodeError:
        raise Refused(400, 20001, "The form has bytes that are not encoded")
    if re.search(r"%(?![0-9A-Fa-f]{2})", text) or re.search(r"[^\x21-\x7e]", text):
        raise Refused(400, 20001, "The form is not well encoded")
    try:
        pairs = urllib.parse.parse_qsl(text, keep_blank_values=True, strict_parsing=True,
                                       encoding="utf-8", errors="strict") if text else []
    except (ValueError, UnicodeDecodeError):
        raise Refused(400, 20001, "The form cannot be decoded")
    fields = {}
    for name, value in pairs:
        if name in fields and name != "MediaUrl":
            raise Refused(400, 20001, f"{name} is given twice")
        fields[name] = value
    return fields


def absolute(url):
    parts = urllib.parse.urlsplit(url)
    return parts.scheme in ("http", "https") and parts.hostname


def channel(address):
    return "whatsapp" if address.startswith("whatsapp:") else "sms"


def check_address(value, code, what):
    if not (PHONE.match(value) or WHATSAPP.match(value)):
        raise Refused(400, code, f"Invalid '{what}' Phone Number: {value}")


def check_send(fields, senders):
    """Raises what Messages.json would answer. senders: our numbers; empty: any."""
    unknown = set(fields) - SEND_FIELDS
    if unknown:
        raise Refused(400, 20001, f"Unknown parameters {sorted(unknown)}")
    if not fields.get("To"):
        raise Refused(400, 21604, "A 'To' phone number is required.")
    check_address(fields["To"], 21211, "To")
    if bool(fields.get("From")) == bool(fields.get("MessagingServiceSid")):
        raise Refused(400, 21603, "One of 'From' and 'MessagingServiceSid' is required.")
    if fields.get("From"):
        check_address(fields["From"], 21212, "From")
        if fields["From"] == fields["To"]:
            raise Refused(400, 21266, "'To' and 'From' number cannot be the same")
        if channel(fields["From"]) != channel(fields["To"]):
            raise Refused(400, 21910, "Invalid From and To pair. They should be of the same channel")
        if senders and fields["From"] not in senders:
            code = 63007 if channel(fields["From"]) == "whatsapp" else 21606
            raise Refused(400, code, "Twilio could not find a Channel with that From address")
    elif not SID.match(fields["MessagingServiceSid"]):
        raise Refused(400, 21701, "The Messaging Service does not exist")
    if not any(fields.get(name) for name in ("Body", "MediaUrl", "ContentSid")):
        raise Refused(400, 21602, "Message body is required.")
    if not fields.get("ContentSid") and not fields.get("MediaUrl") \
            and not fields.get("Body", "").strip():
        raise Refused(400, 21619, "A text message body or media urls must be specified.")
    check_text(fields.get("Body", ""))
    check_content(fields)
    if fields.get("StatusCallback") and not absolute(fields["StatusCallback"]):
        raise Refused(400, 21609, "The 'StatusCallback' URL is not a valid fully qualified URL")


def check_text(text):
    if characters(text) > BODY_MAX:
        raise Refused(400, 21617, "The concatenated message body exceeds the 1600 character limit")
    if re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]", text):
        raise Refused(400, 63021, "Channel invalid content error")


def check_content(fields):
    if fields.get("ContentSid"):
        if not re.match(r"^HX[0-9a-f]{32}$", fields["ContentSid"]):
            raise Refused(400, 21655, "The ContentSid is Invalid")
        if fields.get("Body"):
            raise Refused(400, 20001, "Body and ContentSid exclude each other")
    if fields.get("ContentVariables"):
        try:
            if not isinstance(json.loads(fields["ContentVariables"]), dict):
                raise ValueError
        except ValueError:
            raise Refused(400, 21656, "The ContentVariables Parameter is invalid")


# ---- TwiML ----

def check_twiml(content_type, body):
    """The texts of an answer's messages; ValueError says why Twilio could not use it (12100 …)."""
    kind = content_type.split(";")[0].strip().lower()
    if kind not in ("text/xml", "application/xml"):
        raise ValueError(f"12300: Content-Type {content_type!r}")
    if len(body) > TWIML_MAX:
        raise ValueError(f"11750: {len(body)} bytes of TwiML")
    if not body or body[:1] != b"<":
        raise ValueError("12100: nothing may stand before the XML")
    text = body.decode("utf-8")
    if "<!DOCTYPE" in text:
        raise ValueError("12100: a DOCTYPE")
    try:
        root = tree.fromstring(text.encode())
    except tree.ParseError as why:
        raise ValueError(f"12100: {why}")
    if root.tag != "Response" or root.attrib:
        raise ValueError(f"12102: the root is {root.tag}")
    messages = [twiml_message(message) for message in root]
    stray = (root.text or "") + "".join(child.tail or "" for child in root)
    if stray.strip():
        raise ValueError("12200: text outside of messages")
    return messages


def twiml_message(message):
    if message.tag != "Message" or set(message.attrib) - {"to", "from", "action", "method",
                                                           "statusCallback"}:
        raise ValueError(f"12200: {message.tag} {message.attrib}")
    if [child.tag for child in message] != ["Body"] or (message.text or "").strip():
        raise ValueError("12200: a Message has one Body")
    if not absolute(message.get("statusCallback", "https://none.example")):
        raise ValueError(f"14105: statusCallback {message.get('statusCallback')!r}")
    body = message[0]
    if len(body) or body.attrib:
        raise ValueError("12200: a Body has text only")
    text = body.text or ""
    if not text.strip():
        raise ValueError("14103: an empty Body")
    if characters(text) > BODY_MAX:
        raise ValueError("21617: a Body of more than 1600 characters")
    return text


def twiml_callbacks(body):
    """Where the statuses of an answer's messages go, in the same order; None: nowhere."""
    return [message.get("statusCallback") for message in tree.fromstring(body)]
