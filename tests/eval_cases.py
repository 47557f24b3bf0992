"""The conversations of the regression plan: tests/regression/*.yaml, read and checked for shape.

A file is a group of cases; a case is a list of turns, or {freedom: why, turns: […]} where an answer
takes a language model's freedom. Such a case is run all the same and counted apart.

    group: paging
    cases:
      more-and-back:
      - say: busco un Nissan de menos de 300 mil
        search: {make: Nissan, price_max: 300000}
      - say: más
        search: {make: Nissan, price_max: 300000, page: 2}

`shop: poisoned` above the cases adds the cars and pages of tests/regression/poisoned to the shop's.

What a turn may say:
    say       what the customer writes; a list: all of it at once, before anybody answers
    do        "forget" (the conversation, by API) instead of say
    stream    true: asked for as events
    search    the filters that must reach the catalog, exactly, names as the catalog spells them; a
              list where it is asked several times; "none": not at all. A single one must also be
              shown, with the cars, the order and the counts that the CSV gives
    show      the stock ids that must be shown, in order, instead; filters, as for search; "none"
    list      where it must say the list is: {total, page, pages, pages_left}, any of them
    quote     {car: the nth of the page shown last, or a stock id, or price: …; down: 20% or pesos;
              months: a number or several}: every figure must be there, to the cent, and no other
    must      regular expressions that the answer, in small letters without accents, must have
    must_not  and must not have
    state     what is remembered afterwards: language, formal, page, pages, total, chosen (as car
              above, or null), shown, months and down of the quote (or quote: null), turns, and
              any other field of the context
    recorded  what was answered when this was recorded (tests/eval_record.py); shown, not checked
    survey    how the survey stands: state, score, comment, any of them; null: nobody was asked
"""

import pathlib
import re

import yaml

import eval_shop

FOLDER = pathlib.Path(__file__).resolve().parent / "regression"
TURN = {"say", "do", "stream", "search", "show", "list", "quote", "must", "must_not", "state",
        "survey", "recorded"}
LIST = {"total", "page", "pages", "pages_left"}
SURVEY = {"state", "score", "comment"}
QUOTE = {"car", "price", "down", "months"}


class Case:
    """name, group, shop, freedom (why it needs a model, or ""), turns."""

    def __init__(self, group, name, spec, shop=""):
        spec = {"turns": spec} if isinstance(spec, list) else spec
        self.group, self.name, self.shop = group, name, shop
        self.freedom = spec.get("freedom", "")
        self.turns = [_turn(turn) for turn in spec["turns"]]
        unknown = set(spec) - {"freedom", "turns", "about"}
        if unknown or not self.turns:
            raise ValueError(f"unknown: {unknown}" if unknown else "no turns")


def _listed(value):
    return value if isinstance(value, list) else [] if value is None else [value]


def _turn(turn):
    unknown = set(turn) - TURN
    if unknown:
        raise ValueError(f"a turn has no {', '.join(sorted(unknown))}")
    if ("say" in turn) == ("do" in turn):
        raise ValueError("a turn either says or does something")
    if "do" in turn and (turn["do"] != "forget" or len(turn) > 1):
        raise ValueError("do: forget, and nothing else")
    turn = dict(turn, must=_listed(turn.get("must")), must_not=_listed(turn.get("must_not")))
    for pattern in turn["must"] + turn["must_not"]:
        plain = re.sub(r"\\.", "", pattern)
        if plain != eval_shop.fold(plain):
            raise ValueError(f"{pattern!r} will never match folded text")
        re.compile(pattern)
    for query in _listed(turn.get("search")) + _listed(turn.get("show")):
        if isinstance(query, dict) and set(query) - eval_shop.FILTERS:
            raise ValueError(f"no filter is called {set(query) - eval_shop.FILTERS}")
    if set(turn.get("list", {})) - LIST:
        raise ValueError(f"list: {turn['list']}")
    if set(turn.get("survey") or {}) - SURVEY:
        raise ValueError(f"survey: {turn['survey']}")
    if set(turn.get("quote", {})) - QUOTE:
        raise ValueError(f"quote: {turn['quote']}")
    return turn


class _Loader(yaml.SafeLoader):
    """Refuses a name that stands twice, which YAML would forget."""


def _mapping(loader, node, deep=False):
    keys = [loader.construct_object(key, deep=True) for key, _ in node.value]
    twice = {str(key) for key in keys if keys.count(key) > 1}
    if twice:
        raise ValueError(f"line {node.start_mark.line + 1}: twice: {', '.join(sorted(twice))}")
    return {key: loader.construct_object(value, deep=True)
            for key, (_, value) in zip(keys, node.value)}


_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def read(text, where):
    """The cases of one file."""
    try:
        spec = yaml.load(text, _Loader)
        if set(spec) - {"shop"} != {"group", "cases"}:
            raise ValueError("a file has group and cases, and may have a shop")
        shop = spec.get("shop", "")
        if shop and not (FOLDER / shop / "cars.csv").exists():
            raise ValueError(f"there is no shop {shop}")
        cases = []
        for name, case in spec["cases"].items():
            try:
                cases.append(Case(spec["group"], name, case, shop))
            except (ValueError, KeyError, re.error) as wrong:
                raise ValueError(f"{name}: {wrong}") from None
        return cases
    except (ValueError, TypeError, AttributeError, yaml.YAMLError) as wrong:
        raise ValueError(f"{where}: {wrong}") from None


def read_all(folder=FOLDER, pattern=""):
    """Every case of a folder whose group/name the pattern is found in, by group and as written."""
    cases = []
    for file in sorted(pathlib.Path(folder).glob("*.yaml")):
        cases += read(file.read_text(encoding="utf-8"), file.name)
    names = [f"{case.group}/{case.name}" for case in cases]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise ValueError(f"twice: {', '.join(sorted(twice))}")
    return [case for case, name in zip(cases, names) if re.search(pattern, name)]
