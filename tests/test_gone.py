"""Cars that are sold while a conversation speaks of them: a model that goes on offering one from
memory is not believed, and the catalog is asked again only when it has changed."""

import json

import most
import openai_brain

CHECKS, UNCHECKED = "CHECK_CARS", "mostrador_cars_unchecked_total"
VERSA = 301650
SHOWN = "Tengo el *Versa Advance 2019* en $214,999, con 54,300 km."
OFFER = "El *Versa Advance 2019* sigue disponible, ¿cuándo vienes a verlo?"
PRICE = "El *Versa Advance 2019* está en $214,999."
SOLD = "El *Versa Advance 2019* ya se vendió."


def told(simulator, nth=-1):
    """What the model is told of the conversation's state in that of its calls."""
    messages = simulator.stats()["last"][nth]["body"]["messages"]
    while messages:
        state = openai_brain.state(messages)
        if state:
            return state
        messages = messages[:-1]
    return {}


def test_a_sold_car_is_not_offered_from_memory(modelled):
    for offer in (OFFER, PRICE):
        world, simulator = modelled(says=[SHOWN, offer, SOLD])
        assert world.ask("ana", "busco un nissan").reply[0].text == SHOWN
        world.catalog.sell(VERSA)
        done = world.ask("ana", "gracias, ¿algo más?")
        assert done.reply[0].text == SOLD
        assert world.metric("mostrador_ground_findings_total") >= 1
        note = simulator.stats()["last"][-1]["body"]["messages"][-1]["content"]
        assert "ya no está a la venta" in note or "no es el precio" in note
        state = told(simulator)
        assert state["gone_cars"] == [{"stock_id": VERSA, "name": "Nissan Versa Advance 2019"}]
        assert "214999" not in json.dumps([state.get("chosen_car"), state.get("cars_shown_in_order")])


def test_it_stays_so_and_ends_when_the_sale_is_taken_back(modelled):
    world, simulator = modelled(says=[SHOWN, SOLD, OFFER, SOLD, OFFER])
    world.ask("ana", "busco un nissan")
    world.catalog.sell(VERSA)
    assert world.ask("ana", "gracias").reply[0].text == SOLD
    checks = world.catalog.count(CHECKS)
    assert world.ask("ana", "gracias").reply[0].text == SOLD, "the offer was refused"
    assert world.catalog.count(CHECKS) == checks, "it was known from the turn before"
    world.catalog.unsell()
    assert world.ask("ana", "gracias").reply[0].text == OFFER
    assert "gone_cars" not in told(simulator) or not world.sessions.context("ana")[0].gone


def test_a_car_sold_while_the_model_thinks(modelled):
    world, simulator = modelled(says=[SHOWN, OFFER, SOLD])
    world.ask("ana", "busco un nissan")
    simulator.control(hold="start")
    seen = simulator.stats()["requests"]
    world.sessions.say("ana", "gracias")
    turn = world.dispatcher.turn("ana")
    most.eventually(lambda: simulator.stats()["requests"] > seen)
    makes = world.catalog.count("MAKES")
    world.catalog.sell(VERSA)
    world.catalog.wait_for("MAKES", nth=makes + 2)  # the agent has heard of it, and waits on
    simulator.control(hold=None)
    assert world.dispatcher.done(turn).reply[0].text == SOLD


def test_a_usual_turn_asks_nothing(modelled):
    world, simulator = modelled(says=[SHOWN, OFFER, OFFER, OFFER])
    world.ask("ana", "busco un nissan")
    for _ in range(3):
        assert world.ask("ana", "gracias").reply[0].text == OFFER
    assert world.catalog.count(CHECKS) == 0


def test_a_catalog_that_does_not_say_holds_nobody_up(modelled):
    world, simulator = modelled(says=[SHOWN, OFFER, OFFER])
    world.ask("ana", "busco un nissan")
    world.catalog.sell(VERSA)
    world.catalog.hooks["CHECK_CARS"] = lambda _: world.catalog.drop
    assert world.ask("ana", "gracias").reply[0].text == OFFER
    assert world.metric(UNCHECKED) >= 1
    assert "cars_unchecked" in world.log()
    world.catalog.hooks.clear()
    assert world.ask("ana", "gracias").reply[0].text != OFFER, "the next turn has asked"


def test_the_whole_shop_knows_at_once(new_stack, new_simulator):
    """As soon as the sale is answered, whichever agent has the next turn, and without a tool."""
    token, tag = "a-token-of-the-shop", "🌵🧩🪁"
    simulator = new_simulator()
    shop = new_stack(agents=2, env={**simulator.env, "OPENAI_HTTP": "1.1", "API_TOKEN": token})
    auth = {"Authorization": f"Bearer {token}"}
    name = "{cars[0].make} {cars[0].model} {cars[0].year}"
    lie, truth = f"El {name} sigue disponible, ¿lo apartamos?", f"El {name} ya se vendió."
    simulator.control(lies={tag: [
        {"to": "busco un nissan", "steps": ["honest"]},
        {"to": "sí, ese", "steps": [{"say": lie}, {"say": truth}]}]})
    for n in range(6):
        user = f"api-{n}"
        cars = shop.http.ask(user, f"busco un nissan {tag}", headers=auth).json()["cars"]
        simulator.control(lies={tag: [
            {"to": "busco un nissan", "steps": ["honest"]},
            {"to": "sí, ese", "steps": [{"say": lie}, {"say": truth}]}]})
        title = f"{cars[0]['make']} {cars[0]['model']} {cars[0]['year']}"
        sold = shop.http.request("POST", f"/catalog/cars/{cars[0]['stock_id']}/sold", None, auth)
        assert sold.status == 200, sold
        reply = shop.http.ask(user, f"sí, ese {tag}", headers=auth).json()["reply"]
        assert reply == f"El {title} ya se vendió.", reply
