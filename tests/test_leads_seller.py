"""How a conversation makes a lead: with the offline seller and with a model, which calls a tool whose
arguments are checked. What a model makes up makes none; the people of the shop are told once."""

import re

import pytest

import alert_targets
import most

TAG = "🦊🐙🐳"


@pytest.fixture
def target():
    made = alert_targets.http_target()
    yield made
    made.close()


def alerts_to(target, **more):
    return {"ALERT_WEBHOOK_URL": f"http://127.0.0.1:{target.port}/signed",
            "ALERT_WEBHOOK_SECRET": alert_targets.SECRET, "ALERT_PRIVATE": "on", **more}


def says(stack, user, *messages):
    for message in messages:
        answer = stack.http.ask(user, message)
        assert answer.status == 200
    return answer.json()


def leads(stack, user):
    return stack.http.get(f"/seller/leads/{user}").json()["leads"]


# ---- the offline seller ----

def test_who_wants_to_see_a_car_and_leaves_a_number_is_one_lead(stack):
    user = "lead-offline"
    quoted = says(stack, user, "busco un nissan de menos de 300 mil", "el segundo a 48 meses con 20% de enganche")
    assert leads(stack, user) == []
    told = says(stack, user, "quiero ir a verlo mañana")
    assert "asesor" in told["reply"]
    says(stack, user, "me llamo Juan Pérez, mi cel es 55 1234 5678")
    (one,) = leads(stack, user)
    assert (one["stage"], one["interest"], one["name"], one["contact"]) == ("new", "visit", "Juan Pérez", "55 1234 5678")
    assert one["car"]["stock_id"] == quoted["cars"][0]["stock_id"]
    assert one["car"]["price"] == one["quote"]["price"] == quoted["cars"][0]["price"]
    assert f"${one['quote']['instalment']:,.2f}" in quoted["reply"]
    assert (one["quote"]["months"], one["channel"], one["language"]) == (48, "api", "es")
    assert one["said"] == "quiero ir a verlo mañana"
    says(stack, user, "apártamelo por favor")
    (again,) = leads(stack, user)
    assert (again["lead_id"], again["interest"], again["name"]) == (one["lead_id"], "reserve", "Juan Pérez")


@pytest.mark.parametrize("said, interest, name, contact", [
    ("quiero hacer prueba de manejo mañana, soy Laura 5512345678", "test_drive", "Laura", "5512345678"),
    ("me lo llevo. llámame al 55 1122 3344, me llamo Beto", "buy", "Beto", "55 1122 3344"),
    ("I'll take it. call me on +52 55 1122 3344, name's Pete", "buy", "Pete", "+52 55 1122 3344"),
    ("que me llame un asesor al 5512345678", "contact", "", "5512345678"),
])
def test_who_asks_to_be_called_is_reached_where_they_say(stack, said, interest, name, contact):
    """Regression 6: who wanted somebody to call was handed over, and what they said of themselves lost."""
    user = f"lead-called-{contact[-4:]}-{name}"
    shown = says(stack, user, "busco un mazda", "me interesa el primero")
    told = says(stack, user, said)
    somebody = re.findall("asesor|advisor", told["reply"])
    assert len(somebody) == 1 or interest == "test_drive", "said twice that somebody was told"
    assert somebody
    (one,) = leads(stack, user)
    assert (one["interest"], one["name"], one["contact"]) == (interest, name, contact)
    assert one["car"]["name"].startswith("Mazda ") and shown["cars"]


def test_who_tells_another_number_later_is_reached_there(stack):
    user = "lead-again"
    says(stack, user, "looking for a mazda", "I'd like to test drive the first one, I'm John, 5587654321")
    says(stack, user, "I'll take it. call me on +52 55 1122 3344, name's Pete")
    (one,) = leads(stack, user)
    assert (one["interest"], one["name"], one["contact"]) == ("buy", "Pete", "+52 55 1122 3344")


@pytest.mark.parametrize("messages", [
    ["hola", "busco un mazda", "¿tienen prueba de manejo?", "gracias"],
    ["hola, soy Ana"],
    ["quiero apartar un auto"],
    ["mi nombre es <script>alert(1)</script>"],
    ["quiero comprar un coche", "el primero", "¿cuánto sale a 48 meses?"],
])
def test_who_only_looks_is_none(stack, messages):
    user = f"looks-{len(messages)}-{len(messages[0])}"
    says(stack, user, *messages)
    assert leads(stack, user) == []


def test_a_repeated_message_makes_no_second_lead(stack):
    user = "lead-repeated"
    says(stack, user, "busco un mazda")
    headers = {"Idempotency-Key": "the-same"}
    for _ in range(3):
        answer = stack.http.request("POST", "/seller/bot/", {"user_id": user, "msg": "quiero apartar el primero"},
                                    headers)
        assert answer.status == 200
    (one,) = leads(stack, user)
    assert one["interest"] == "reserve" and one["car"]["name"].startswith("Mazda ")


def test_a_turn_tells_which_make_was_looked_for(stack):
    says(stack, "sought", "busco un mazda")
    says(stack, "sought", "¿tienes un ferrari?")
    says(stack, "sought", "hola, mi cel es 5512345678")

    def told():
        turns = stack.http.get("/seller/turns?user_id=sought").json()["turns"]
        return len(turns) == 3 and [(turn["sought"], turn["missed"]) for turn in turns]

    assert most.eventually(told)[1:] == [("", "Ferrari"), ("Mazda", "")]
    assert told()[0] == ("", "")


# ---- a model ----

@pytest.fixture
def modelled(new_stack, new_simulator, target):
    """(stack, script): script(message, steps) has the model do that when it is told so."""
    sim = new_simulator()
    stack = new_stack(agents=1, env={**sim.env, "OPENAI_HTTP": "1.1", **alerts_to(target, ALERTS="lead")})
    told = []

    def script(message, *steps):
        told.append({"to": message, "steps": list(steps)})
        sim.control(lies={TAG: told})
        return says(stack, "modelled", f"{message} {TAG}")

    return stack, script, sim


def results(sim):
    return [m["content"] for m in sim.stats()["last"][-1]["body"]["messages"] if m["role"] == "tool"]


def test_a_model_notes_who_means_it(modelled, target):
    stack, script, sim = modelled
    shown = script("busco un mazda, soy Ana María", {"calls": [["search_cars", {"make": "Mazda"}]]},
                   {"say": "Tengo el {cars[0].make} {cars[0].model} {cars[0].year} en {money(cars[0].price)}."})
    car = shown["cars"][0]["stock_id"]
    for n, (stock_id, name, contact) in enumerate(((999999999, None, None), (car, "Pedro Inventado", None),
                                    (car, "Ana María", "55 9999 0000"), (car, "A" * 10000, None),
                                    (car, "<b>Ana</b>", None), (car, "Ana\u0007", None))):
        script("quiero verlo" + " ya" * n,
               {"calls": [["save_lead", {"interest": "visit", "stock_id": stock_id, "name": name, "contact": contact}]]},
               {"say": "Con gusto, un asesor te escribe por aquí."})
        assert '"error":' in results(sim)[-1], (name, contact)
        assert leads(stack, "modelled") == []
    script("quiero verlo hoy", {"calls": [["save_lead", {"interest": "visit", "stock_id": car, "name": "Ana María",
                                                        "contact": None}]]},
           {"say": "Con gusto, un asesor te escribe por aquí."})
    (one,) = leads(stack, "modelled")
    assert (one["name"], one["car"]["stock_id"], one["interest"], one["quote"]) == ("Ana María", car, "visit", None)
    alert = target.wait()
    assert (alert["kind"], alert["user_id"], alert["text"]) == ("lead", "modelled", "Ana María")
    assert alert["message"].startswith(f"Mostrador Autos: Interesado nuevo: {one['car']['name']}, de Ana María.")


def test_each_kind_of_alert_can_be_left_out_and_a_lead_is_told_once(new_stack, target):
    stack = new_stack(agents=1, env=alerts_to(target, ALERTS="lead,person"))
    says(stack, "ana", "busco un mazda", "el primero a 48 meses con 20% de enganche", "quiero apartar el primero",
         "me llamo Ana", "lo quiero apartar, de verdad", "quiero hablar con una persona")
    kinds = sorted(target.wait()["kind"] for _ in range(2))  # two at once come in any order
    assert kinds == ["lead", "person"], "no quote, and the lead once"
