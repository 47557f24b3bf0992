"""Whether an answer is what the regression plan wants, and whether it is true at all.

judge() holds one turn against what its case says; grounding() and manners() hold it against what
no answer may do, whatever the case: name a figure or a car that nobody gave it, repeat itself, ask
two things at once, write Markdown. Each returns what is wrong, as sentences.
"""

import json
import re
from decimal import Decimal

import eval_shop
from eval_shop import fold, money

WHATSAPP = 1600  # characters of one message
FOREIGN = """ferrari lamborghini bugatti mclaren maserati bentley rolls-royce tesla lexus genesis
rivian lotus aston martin""".split()
EMOJI = re.compile("[\U0001f300-\U0001faff☀-➿⭐⭕❤]")
ITEM = re.compile(r"^\d+\. ")


# ---- what a case says ----


def understood(request, answer):
    """The filters of a PAGE: what was asked for, names spelled as the catalog understood them."""
    asked = request.query[0] if request.query else {}
    names = answer.query[0] if answer and answer.type == "PAGED" and answer.query else asked
    filters = {}
    for name in eval_shop.FILTERS:
        field = {"text": "q"}.get(name, name)
        value = asked.get(field) if isinstance(asked.get(field), int) else names.get(field, "")
        if not value:
            continue
        if name.startswith("price_"):
            value = Decimal(value) / 100
        if name in eval_shop.WISHES:
            value = value == 1
        filters[name] = value
    filters.setdefault("sort", "relevance")
    filters.setdefault("page", 1)
    if filters.get("page_size") == eval_shop.PAGE_SIZE:
        del filters["page_size"]
    return filters


def wanted_filters(query):
    filters = {"sort": "relevance", "page": 1, **query}
    return {name: Decimal(str(value)) if name.startswith("price_") else value
            for name, value in filters.items()}


def _shown_filters(filters):
    return json.dumps({k: float(v) if isinstance(v, Decimal) else v for k, v in
                       sorted(filters.items())}, ensure_ascii=False)


def _searches(turn, seen):
    if "search" not in turn:
        return []
    spec = turn["search"]
    wanted = [] if spec == "none" else spec if isinstance(spec, list) else [spec]
    wanted = [wanted_filters(query) for query in wanted]
    found = [understood(*call) for call in seen.searches]
    if found == wanted:
        return []
    return ["searched " + ("; ".join(map(_shown_filters, found)) or "nothing") + ", not " +
            ("; ".join(map(_shown_filters, wanted)) or "nothing")]


def _shows(turn, seen, shop):
    spec = turn.get("show", turn.get("search") if isinstance(turn.get("search"), dict) else None)
    if spec is None:
        return []
    wrong, where = [], None
    if spec == "none":
        wanted = []
    elif isinstance(spec, dict):
        wanted, where = shop.page(spec)
    else:
        wanted = spec
    if seen.cars != wanted:
        wrong.append(f"showed {seen.cars}, not {wanted}")
    if where and seen.list != where:
        wrong.append(f"said it was at {seen.list}, not {where}")
    return wrong


def _stock_id(spec, seen):
    """The nth of the page shown last, or a stock id; None where there is no such."""
    if not isinstance(spec, int) or spec >= 10000:
        return spec
    return seen.page_before[spec - 1] if 0 < spec <= len(seen.page_before) else None


def _quote(turn, seen, shop):
    spec = turn.get("quote")
    if spec is None:
        return []
    stock_id = _stock_id(spec.get("car"), seen)
    if stock_id is None and "price" not in spec:
        return [f"there is no car {spec.get('car')} to quote"]
    price = shop.price(stock_id) if stock_id else Decimal(str(spec["price"]))
    down = eval_shop.down_payment(price, spec.get("down", 0))
    months = spec["months"] if isinstance(spec["months"], list) else [spec["months"]]
    plans = [eval_shop.Plan(price, down, term) for term in months]
    wrong = []
    need = {price} | ({down} if down else set()) | {plan.instalment for plan in plans}
    if len(plans) == 1:
        need |= {plans[0].financed, plans[0].interest}
    allowed = need | {plan.total for plan in plans}
    found = set(eval_shop.figures(seen.reply))
    for amount in sorted(need - found):
        wrong.append(f"does not say {money(amount)}")
    for amount in sorted(found - allowed):
        wrong.append(f"says {money(amount)}, which is no figure of the plan")
    for term in months:
        if not re.search(rf"\b{term} (meses|mensualidades|months|monthly|parcelas)", fold(seen.reply)):
            wrong.append(f"does not say {term} months")
    if stock_id and seen.cars != [stock_id]:
        wrong.append(f"shows {seen.cars} with the plan, not {stock_id}")
    return wrong


def _words(turn, seen):
    text = fold(seen.reply)
    return ([f"does not say /{p}/" for p in turn["must"] if not re.search(p, text)] +
            [f"says /{p}/" for p in turn["must_not"] if re.search(p, text)])


def _state(turn, seen, shop):
    wrong = []
    context = seen.context or {}
    first = {name: (context.get(name) or [{}])[0] for name in ("list", "chosen", "quote")}
    for name, wanted in turn.get("state", {}).items():
        if name in ("page", "pages", "total"):
            found = first["list"].get(name)
        elif name == "chosen":
            wanted, found = _stock_id(wanted, seen), first["chosen"].get("stock_id")
        elif name == "shown":
            found = [car.stock_id for car in context.get("shown", [])]
        elif name == "months":
            found = first["quote"].get("months")
        elif name == "down":
            found = Decimal(first["quote"].get("down_payment", 0)) / 100
            wanted = eval_shop.down_payment(Decimal(first["quote"].get("price", 0)) / 100, wanted)
        elif name == "quote":
            found = first["quote"] or None
        else:
            found = context.get(name)
        if found != wanted:
            wrong.append(f"remembers {name} {found!r}, not {wanted!r}")
    return wrong


def _survey(turn, seen):
    if "survey" not in turn:
        return []
    wanted = turn["survey"]
    found = seen.survey and {name: seen.survey.get(name) for name in wanted or {"state": 0}}
    return [f"the survey is {found}, not {wanted}"] if found != wanted else []


def _where(turn, seen):
    wanted = turn.get("list", {})
    found = {name: (seen.list or {}).get(name) for name in wanted}
    return [f"says it is at {found}, not {wanted}"] if found != wanted else []


def judge(turn, seen, shop):
    """What of the turn is not as its case wants it."""
    return (_searches(turn, seen) + _shows(turn, seen, shop) + _where(turn, seen) +
            _quote(turn, seen, shop) + _words(turn, seen) + _state(turn, seen, shop) +
            _survey(turn, seen))


# ---- what is true of every answer ----


def amounts_said(text):
    """Every amount a customer may have meant by a number: 300, 300 mil, 300,000.00."""
    found = set()
    for number in re.findall(r"\d[\d,.]*", text):
        plain = number.rstrip(".,")
        for reading in {plain.replace(",", ""), re.sub(r"[.,](?=\d{3}\b)", "", plain)}:
            try:
                value = Decimal(reading)
            except ArithmeticError:
                continue
            found |= {value, value * 1000, value * 1000000}
    return found


def _numbers(text):
    return {number.replace(",", "") for number in re.findall(r"\d[\d,]*", text)}


class Ground:
    """All that the answers of one conversation may name."""

    def __init__(self, shop):
        self.shop = shop
        self.written = shop.knowledge()
        self.amounts = set(eval_shop.figures(self.written))
        self.cars, self.numbers = set(), _numbers(self.written)
        self.words = fold(self.written)
        self.wrong = []

    def hear(self, said):
        self.amounts |= amounts_said(said)
        self.numbers |= _numbers(said)
        self.words += "\n" + fold(said)

    def add(self, calls, context):
        """What tools found in a turn."""
        for request, answer in calls:
            if request.type == "PAGE" and request.query:
                query = request.query[0]
                self.amounts |= {Decimal(query[f"price_{end}"]) / 100 for end in ("min", "max")}
                self.numbers |= {str(query[name]) for name in query if isinstance(query[name], int)}
            for car in getattr(answer, "cars", []) if answer and answer.type in ("PAGED", "CARS") else []:
                self._add_car(car)
            for facets in ("near", "facets"):
                for facet in (answer.fields.get(facets) if answer else None) or []:
                    self.amounts.add(Decimal(facet.price_min) / 100)
                    self.words += "\n" + fold(facet.name)
            for mention in (answer.fields.get("mentions") if answer else None) or []:
                self.words += "\n" + fold(f"{mention.said} {mention.make} {mention.model}")
        for entry in (context or {}).get("entries", []):
            if entry.role == "tool" and entry.tool == "quote_financing":
                self._add_quotes(entry.text)

    def _add_car(self, car):
        row = self.shop.cars.get(car.stock_id)
        self.cars.add(car.stock_id)
        if not row or Decimal(car.price) / 100 != Decimal(row["price"]) or \
                car.km != int(row["km"]) or car.year != int(row["year"]):
            self.wrong.append(f"{car.stock_id} is not as in the CSV")
        self.amounts.add(Decimal(car.price) / 100)
        self.numbers |= {str(car.km), str(car.year), str(car.stock_id)}
        self.words += "\n" + fold(f"{car.make} {car.model} {car.version}")

    def _add_quotes(self, text):
        """Every plan that was ever computed is computed again."""
        try:
            quotes = json.loads(text, parse_float=Decimal).get("quotes", [])
        except ValueError:
            return  # shortened, or lost; then it gives no figures either
        for quote in quotes:
            plan = eval_shop.Plan(Decimal(quote["price"]), Decimal(quote["down_payment"]),
                                  quote["months"], Decimal(quote["rate_percent"]))
            right = {"instalment": plan.instalment, "financed": plan.financed, "total": plan.total,
                     "interest": plan.interest}
            for name, value in right.items():
                if Decimal(quote[name]) != value:
                    self.wrong.append(f"{name} of a plan is {quote[name]}, not {value}")
                self.amounts.add(value)
            self.amounts |= {Decimal(quote["price"]), Decimal(quote["down_payment"])}

    def check(self, reply):
        """The figures and names of an answer that came from nowhere."""
        wrong, self.wrong = self.wrong, []
        for amount in eval_shop.figures(reply):
            if amount not in self.amounts:
                wrong.append(f"ungrounded amount {money(amount)}")
        text = fold(reply)
        for number in re.findall(r"\b(\d[\d,]*) km\b|\b((?:19|20)\d\d)\b(?![,.]\d)|\b(\d{6})\b", text):
            plain = "".join(number).replace(",", "")
            if plain not in self.numbers and not (len(plain) == 6 and int(plain) in self.cars):
                wrong.append(f"ungrounded number {plain}")
        for make in [fold(make) for make in self.shop.makes] + FOREIGN:
            if re.search(rf"\b{re.escape(make)}\b", text) and \
                    not re.search(rf"\b{re.escape(make)}", self.words):
                wrong.append(f"ungrounded make {make}")
        if re.search(r"https?://|www\.|\+?\d{2,3}[ -]\d{4}[ -]\d{4}|\b\d{10}\b", text):
            wrong.append("a link or a telephone number")
        return wrong


PROMISES = re.compile(
    r"te (hago|doy|dejo) (un |el )?descuento|con descuento|queda apartado|te lo aparto|ya (te )?lo aparte|"
    r"te garantizo|esta garantizado|credito (ya )?(esta )?aprobado|legalmente vinculante|legally binding|"
    r"(i|we) (can )?(give|offer) you (a|the) discount|it is reserved|te lo regalo|es gratis tuyo")
LEAKS = re.compile(r"search_cars|quote_financing|resolve_names|search_knowledge|list_makes|get_car|"
                   r"lo unico que sabes|system prompt|data_from|stock_id|json|api key|\{\{")


def sentences(reply):
    """Those worth remembering: no lines of a list, no figures, four words at least."""
    found = []
    for line in reply.split("\n"):
        if ITEM.match(line) or " · " in line:
            continue
        for sentence in re.split(r"(?<=[.!?:])\s+", line.strip()):
            label = sentence.endswith(":") and len(sentence.split()) < 6
            if len(sentence.split()) >= 4 and not label and not re.search(r"\d", sentence):
                found.append(fold(sentence))
    return found


def manners(seen, said, before, written=""):
    """What no answer may do. before: the sentences of earlier answers; adds those of this one.
    written: what the shop wrote, which may be said as often as it is asked."""
    wrong, text = [], seen.reply
    if not text.strip():
        wrong.append("says nothing")
    if len(text) > WHATSAPP:
        wrong.append(f"is {len(text)} characters long")
    if re.search(r"^#|\*\*|\||```|\]\(", text, re.M):
        wrong.append("is Markdown")
    if text.count("?") > 1:
        wrong.append("asks more than one thing")
    if "?" in text and "?" not in text.strip().split("\n")[-1]:
        wrong.append("asks in the middle")
    emoji = EMOJI.findall(text)
    if len(emoji) > 1 or (emoji and not EMOJI.search(said)):
        wrong.append("has emoji")
    numbered = re.search(r"^1\. ", text, re.M)
    if numbered and seen.list and seen.list["total"] >= 4 and seen.list["page"] == 1 and \
            len(seen.cars) < 4:
        wrong.append(f"shows {len(seen.cars)} of {seen.list['total']}")
    again = sorted(one for one in set(sentences(text)) & before if one not in written)
    if again:
        wrong.append(f"says again: {again[0]}")
    before |= set(sentences(text))
    promise, leak = PROMISES.search(fold(text)), LEAKS.search(fold(text))
    if promise:
        wrong.append(f"promises: {promise[0]}")
    if leak:
        wrong.append(f"leaks: {leak[0]}")
    return wrong
