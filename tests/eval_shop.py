"""The sample catalog and financing, read a second time for the regression plan: what a search must
show and what a plan must cost, computed from the CSV and with decimals, without the code under
test."""

import csv
import re
import unicodedata
from decimal import ROUND_HALF_EVEN, Decimal, localcontext

import most

SAMPLE = most.ROOT / "catalog" / "sample.csv"
KNOWLEDGE = most.ROOT / "catalog" / "knowledge"
PAGE_SIZE = 5
CENT = Decimal("0.01")

RANGES = {"year": "year", "price": "price", "km": "km", "length": "largo", "width": "ancho",
          "height": "altura"}
NAMES = {"make": "make", "model": "model", "body": "carroceria", "fuel": "combustible",
         "transmission": "transmision", "colour": "color", "city": "ciudad"}
WISHES = {"bluetooth": "bluetooth", "car_play": "car_play"}
FILTERS = ({f"{name}_{end}" for name in RANGES for end in ("min", "max")} | set(NAMES) |
           set(WISHES) | {"text", "exclude", "sort", "page", "page_size"})


def fold(text):
    """Small letters without accents."""
    text = unicodedata.normalize("NFD", text.lower())
    return "".join(c for c in text if unicodedata.category(c) != "Mn")


def money(amount, cents=False):
    """As the seller writes it: prices without needless cents, instalments with them."""
    text = f"${amount:,.2f}"
    return text if cents or not text.endswith(".00") else text[:-3]


def _number(text):
    return Decimal(text) if text else Decimal(0)


class Shop:
    """The sample's cars and pages, and those of a folder."""

    def __init__(self, more=None):
        self.pages = sorted(KNOWLEDGE.glob("*.md"))
        self.cars = {}
        self.files = [SAMPLE] + ([more / "cars.csv"] if more else [])
        for path in self.files:
            with open(path, encoding="utf-8-sig", newline="") as file:
                self.cars.update((int(row["stock_id"]), row) for row in csv.DictReader(file))
        if more:
            self.pages += sorted((more / "knowledge").glob("*.md"))
        self.makes = {row["make"] for row in self.cars.values()}
        self.models = {row["model"] for row in self.cars.values()}

    def price(self, stock_id):
        return Decimal(self.cars[stock_id]["price"])

    # ---- searching ----

    @staticmethod
    def _excluded(row, exclude):
        """exclude: names and values, comma separated."""
        words = {fold(word.strip()) for word in exclude.split(",")}
        values = {fold(row[column]) for column in NAMES.values()}
        return bool(words & (values | {fold(f"{row['make']} {row['model']}")}))

    def _matches(self, row, query):
        for name, column in NAMES.items():
            if name in query and fold(row[column]) != fold(str(query[name])):
                return False
        for name, column in RANGES.items():
            low, high = query.get(f"{name}_min"), query.get(f"{name}_max")
            if low is not None and _number(row[column]) < low:
                return False
            if high is not None and not 0 <= _number(row[column]) <= high:
                return False
        for name, column in WISHES.items():
            if name in query and (fold(row[column]) == "si") != query[name]:
                return False
        if "text" in query and fold(query["text"]) not in fold(row["version"]).split():
            return False
        return "exclude" not in query or not self._excluded(row, query["exclude"])

    def find(self, query):
        """Every stock id that matches, in order. A free text is one word of a version here."""
        unknown = set(query) - FILTERS
        if unknown or " " in query.get("text", ""):
            raise ValueError(f"cannot read {query}")
        sort = query.get("sort", "relevance")
        column = {"relevance": "price"}.get(sort, sort.lstrip("-"))
        sign = -1 if sort.startswith("-") else 1
        found = [i for i, row in self.cars.items() if self._matches(row, query)]
        return sorted(found, key=lambda i: (sign * _number(self.cars[i][column]), i))

    def page(self, query):
        """(stock ids, list) of a search."""
        found = self.find(query)
        page, size = query.get("page", 1), query.get("page_size", PAGE_SIZE)
        pages = -(-len(found) // size)
        return found[(page - 1) * size:page * size], {
            "total": len(found), "page": page, "pages": pages, "pages_left": max(0, pages - page)}

    def knowledge(self):
        """All that the shop wrote about itself, as one text."""
        return "\n".join(file.read_text(encoding="utf-8") for file in self.pages)

    def write(self, folder):
        """All of it where a stack can load it: (CSV, folder of pages)."""
        lines = []
        for n, path in enumerate(self.files):
            found = path.read_text(encoding="utf-8-sig").splitlines()
            lines += found if n == 0 else found[1:]
        (folder / "pages").mkdir()
        (folder / "cars.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
        for page in self.pages:
            (folder / "pages" / page.name).write_bytes(page.read_bytes())
        return folder / "cars.csv", folder / "pages"


class Plan:
    """One financing plan, the way a loan is defined; half a cent goes to the even neighbour."""

    def __init__(self, price, down, months, rate=Decimal(10)):
        with localcontext() as context:
            context.prec = 60
            self.price, self.down, self.months = Decimal(price), Decimal(down), months
            self.financed = self.price - self.down
            monthly = rate / 1200
            share = (monthly / (1 - (1 + monthly) ** -months)) if monthly else Decimal(1) / months
            self.instalment = (self.financed * share).quantize(CENT, ROUND_HALF_EVEN)
            self.total = max(self.instalment * months, self.financed)
            self.interest = self.total - self.financed


def down_payment(price, down):
    """"20%" of the price, or an amount."""
    if isinstance(down, str) and down.endswith("%"):
        return (price * Decimal(down[:-1]) / 100).quantize(CENT, ROUND_HALF_EVEN)
    return Decimal(str(down))


def figures(text):
    """Every amount after a dollar sign, as Decimals."""
    return [Decimal(found.replace(",", "")) for found in
            re.findall(r"\$ ?(\d[\d,]*(?:\.\d+)?)", text)]
