"""A deterministic stand-in for a model: what openai_sim.py answers when nothing was scripted.

It is no seller, but it is honest and useful with the agent's tools: from the customer's last words
it calls one tool by simple rules, and from the tool's result it writes exactly what stands there.
So a test can compare a reply with the catalog.
"""
import json
import re
import unicodedata

MAKES = (r"nis+ans?|vol?ks?wagen|vo?lks?vagen|vw|toyotas?|hondas?|che[vb](?:i|y|ys|rolets?)|fords?|"
         r"mazdas?|kias?|hyundai|hiunda[iy]|audis?|bmws?|mercedes(?: benz)?|seats?|renault|"
         r"peugeot|jeep|dodge|suzuki|mitsubishi|fiat|volvo|subaru|mg|acura|infiniti|lexus|mini|"
         r"porsche|ferrari|tesla|buick|gmc|ram|cadillac|chrysler|lincoln|jac|byd|chirey|omoda|"
         r"cupra|land rover|jaguar")
STOP = set("""a al algo alguna algun auto autos barato baratos bonito busco buen bueno buena busca car
cars carro carros coche coches con cual cuales cuanto cuesta de del desde dime el ella en entre es esta
este favor gustaria ha hasta hay hola i in for la las le lo los looking maximo me menos mil mi minimo
muestrame muestra mis more mas necesito no o para peso pesos pero por porfa precio presupuesto puedes
que quiero quisiera se si sin su te tengo tiene tienen tienes traigo traes tu ultimo un una uno unos
under usted ver want with y ya algunos alguno buenas dias tardes noches buenos gracias""".split())
ORDINALS = {"primer": 1, "primero": 1, "primera": 1, "first": 1, "segundo": 2, "segunda": 2,
            "second": 2, "tercer": 3, "tercero": 3, "tercera": 3, "third": 3, "cuarto": 4,
            "cuarta": 4, "quinto": 5, "quinta": 5}


def fold(text):
    text = unicodedata.normalize("NFD", text.lower())
    return "".join(c for c in text if unicodedata.category(c) != "Mn")


def group(number):
    return f"{number:,}"


def money(value):
    """Pesos as people write them: cents only where there are some."""
    value = float(value)
    return f"${value:,.0f}" if value == int(value) else f"${value:,.2f}"


def amount(number, unit):
    value = float(number.replace(",", ""))
    return int(value * 1000) if unit and unit.startswith("mil") or value < 1000 else int(value)


# ---- what was said so far ----

def last_user(messages):
    """Index of the newest customer message and the text of it and those just before it."""
    at = max((i for i, m in enumerate(messages) if m["role"] == "user"), default=None)
    if at is None:
        return None, ""
    first = at
    while first > 0 and messages[first - 1]["role"] == "user":
        first -= 1
    return at, "\n".join(text_of(m) for m in messages[first:at + 1])


def text_of(message):
    content = message.get("content") or ""
    if isinstance(content, list):
        return "".join(part["text"] for part in content)
    return content


def results(messages):
    """(index, tool, arguments, result) of every tool message, oldest first."""
    calls, out = {}, []
    for i, message in enumerate(messages):
        for call in message.get("tool_calls", []):
            calls[call["id"]] = call["function"]
        if message["role"] == "tool":
            call = calls.get(message["tool_call_id"], {"name": "", "arguments": "{}"})
            out.append((i, call["name"], load(call["arguments"]), load(text_of(message))))
    return out


def load(text):
    try:
        value = json.loads(text)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {"value": value}


def state(messages):
    """The JSON object in the last system message, if the prompt carries one."""
    for message in reversed(messages[1:]):
        if message["role"] in ("system", "developer"):
            text = text_of(message)
            start, end = text.find("{"), text.rfind("}")
            return load(text[start:end + 1]) if 0 <= start < end else {}
    return {}


def last_list(messages):
    """(filters, page, cars) of the list shown last: from the state the prompt carries, else from
    the last result of a search."""
    known = state(messages)
    if known.get("last_list"):
        at = known["last_list"]
        return at.get("filters") or {}, at["page"], known.get("cars_shown_in_order") or []
    for _, name, arguments, result in reversed(results(messages)):
        if name == "search_cars" and result.get("cars"):
            return result.get("filters") or arguments, result["page"], result["cars"]
    return {}, 0, []


# ---- which tool to call ----

def fill(tools, name, arguments):
    """A call in strict mode: every property of the schema, null where nothing was said."""
    for tool in tools:
        function = tool["function"]
        if function["name"] == name:
            properties = function["parameters"]["properties"]
            return name, {key: arguments.get(key) for key in properties}
    return None


def decide(messages, tools):
    """The call for the customer's last words, or None."""
    _, said = last_user(messages)
    text = fold(said)
    query, page, cars = last_list(messages)
    ordinal = next((ORDINALS[w] for w in re.findall(r"[a-z]+", text) if w in ORDINALS), None)
    car = cars[ordinal - 1] if ordinal and ordinal <= len(cars) else None
    if re.search(r"primero que me cotizaste", text):
        kept = state(messages).get("kept_cars") or []
        car = next((c for c in kept if c.get("quoted", {}).get("nth") == 1), None)
        return quote(text, tools, car)
    if re.search(r"meses|enganche|mensualidad|financ|credito|months", text):
        return quote(text, tools, car or (cars[0] if cars else None))
    if re.fullmatch(r"\W*(mas|ver mas|more|siguientes?|otros?|next)\W*", text) and (query or cars):
        return fill(tools, "search_cars", dict(query, page=page + 1))
    if car:
        return fill(tools, "get_car", {"stock_id": car["stock_id"]})
    if re.search(r"\bmarcas\b|\bmakes\b", text):
        return fill(tools, "list_makes", {})
    if re.search(r"horario|garantia|direccion|ubica|donde estan|factura|document|prueba de manejo|"
                 r"devol|abren|warranty|opening", text):
        return fill(tools, "search_knowledge", {"question": said})
    filters = search(text)
    return fill(tools, "search_cars", dict(filters, page=1)) if filters else None


def quote(text, tools, car):
    if not car:
        return None
    months = [int(n) for n in re.findall(r"\b(\d{2})(?= ?(?:,|y|o|meses|months)\b| ?,)", text)]
    percent = re.search(r"(\d+(?:\.\d+)?) ?%", text)
    down = re.search(r"(\d[\d,]*(?:\.\d+)?) ?(mil)? (?:pesos )?de enganche", text)
    arguments = {"stock_id": car["stock_id"], "months": sorted(set(months)) or None}
    if percent:
        arguments["down_payment_percent"] = float(percent.group(1))
    elif down:
        arguments["down_payment"] = amount(down.group(1), down.group(2))
    return fill(tools, "quote_financing", arguments)


def search(text):
    filters = {}

    def take(pattern, use):
        nonlocal text
        match = re.search(pattern, text)
        if match:
            use(match)
            text = text[:match.start()] + " " + text[match.end():]

    number = r"\$? ?(\d[\d,]*(?:\.\d+)?) ?(mil)?"
    take(r"(?:menos de|hasta|maximo|under|no mas de) " + number + r" ?(?:km|kilometros)",
         lambda m: filters.update(km_max=amount(m.group(1), m.group(2))))
    take(r"entre " + number + r" y " + number + r"(?: pesos)?",
         lambda m: filters.update(price_min=amount(m.group(1), m.group(2) or m.group(4)),
                                  price_max=amount(m.group(3), m.group(4))))
    take(r"(?:menos de|hasta|maximo|under|no mas de) " + number + r"(?: pesos)?",
         lambda m: filters.update(price_max=amount(m.group(1), m.group(2))))
    take(r"(?:mas de|desde|minimo) (?!(?:19|20)\d\d\b)" + number + r"(?: pesos)?",
         lambda m: filters.update(price_min=amount(m.group(1), m.group(2))))
    take(r"(?:del? |desde |from )?((?:19|20)\d\d) (?:en adelante|o mas nuevo|or newer)",
         lambda m: filters.update(year_min=int(m.group(1))))
    take(r"(?:mas nuevo que|desde|from) (?:el )?((?:19|20)\d\d)\b",
         lambda m: filters.update(year_min=int(m.group(1))))
    take(r"\b((?:19|20)\d\d)\b",
         lambda m: filters.update(year_min=int(m.group(1)), year_max=int(m.group(1))))
    take(r"bluetooth", lambda m: filters.update(bluetooth=True))
    take(r"car ?play", lambda m: filters.update(car_play=True))
    take(r"mas baratos?|economicos?|cheapest", lambda m: filters.update(sort="price"))
    take(r"\b(" + MAKES + r")\b", lambda m: filters.update(make=m.group(1)))
    words = [w for w in re.findall(r"[a-z0-9]+", text) if w not in STOP and len(w) > 1]
    if words and (filters or len(words) <= 3):
        filters["text"] = " ".join(words)
    return filters


# ---- what to say about a result ----

def title(car):
    return " ".join(str(car[k]) for k in ("model", "version", "year") if car.get(k))


def say_page(result):
    if not result["cars"]:
        near = ", ".join(near["name"] for near in result.get("near", []))
        return "No encontré ninguno así." + (f" Cerca: {near}." if near else "")
    lines = [f"Busqué *{fix['to']}* en lugar de {fix['from']}."
             for fix in result.get("corrections", [])]
    lines.append(f"Tengo {result['total']}:")
    for i, car in enumerate(result["cars"], 1):
        lines.append(f"{i}. {car['make']} {title(car)} · {group(car['km'])} km · "
                     f"{money(car['price'])}")
    lines.append(f"Página {result['page']} de {result['pages']}, quedan {result['pages_left']}.")
    if result["pages_left"]:
        lines.append("Escribe *más* para ver los siguientes.")
    return "\n".join(lines)


def say_quote(result):
    lines = []
    if result.get("car"):
        lines.append(f"*{title(result['car'])}*, {money(result['car']['price'])}")
    for plan in result["quotes"]:
        lines.append(f"Enganche: {money(plan['down_payment'])}")
        lines.append(f"{plan['months']} mensualidades de ${float(plan['instalment']):,.2f}")
    return "\n".join(lines)


def say_car(result):
    if not result["found"]:
        return "Ese auto ya no está."
    car = result["car"]
    return f"*{car['make']} {title(car)}* · {group(car['km'])} km · {money(car['price'])}"


def say(name, result):
    if "error" in result:
        return "Disculpa, no pude consultar eso. ¿Me lo dices de otra forma?"
    if name == "search_cars":
        return say_page(result)
    if name == "quote_financing":
        return say_quote(result)
    if name == "get_car":
        return say_car(result)
    if name == "list_makes":
        facets = result.get("makes") or result.get("models") or []
        return "Manejamos: " + ", ".join(f"{f['name']} ({f['count']})" for f in facets) + "."
    if result.get("passages"):
        return result["passages"][0]["text"][:600]
    return "No tengo ese dato, pero un asesor te lo confirma."


def answer(body):
    """("text", str) or ("calls", [(name, arguments)])."""
    messages, tools = body["messages"], body.get("tools", [])
    if body.get("tool_choice") == "none":
        tools = []
    at, _ = last_user(messages)
    fresh = [r for r in results(messages) if at is not None and r[0] > at]
    if fresh:
        return "text", say(fresh[-1][1], fresh[-1][3])
    call = decide(messages, tools) if tools else None
    if call:
        return "calls", [call]
    return "text", "¡Hola! Dime qué auto buscas y tu presupuesto, y te muestro lo que hay."


def echo(messages):
    """Which of the customer's words are answered; at length if they ask for that."""
    _, said = last_user(messages)
    tags = " ".join(re.findall(r"#\w+", said))
    return f"Anotado: {tags}." + ("\n\nY con detalle, " + "como se pidió, " * 150 + "listo."
                                  if "largo" in said else "")
