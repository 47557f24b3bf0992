"""The regression plan with the offline seller, once through; and that the plan's runner itself sees
what is wrong, counts right, works with a model, and compares two versions of the rules."""

import copy
import itertools
import re
import shutil
from decimal import Decimal

import pytest

import eval as evaluation
import eval_cases
import eval_judge
import eval_record
import eval_report
import eval_run
import eval_shop
import eval_stats
import most
from openai_sim import Sim

GOOD = """Tengo 13 *Nissan Versa*. Los primeros 5:
1. Versa Advance 1.6 TM 2014 · 98,086 km · $113,999
2. Versa Sense 1.6 TM 2016 · 151,300 km · $132,999
3. Versa Exclusive 1.6 CVT 2016 · 83,700 km · $144,999
4. Versa Sense 1.6 CVT 2017 · 146,900 km · $144,999
5. Versa Sense 1.6 CVT 2021 · 83,100 km · $224,999
Página 1 de 3. Con *más* te enseño los siguientes 5. ¿Cuál te llama la atención?"""
VERSA = {"make": "Nissan", "model": "Versa"}


@pytest.fixture(scope="module")
def shop():
    return eval_shop.Shop()


# ---- the plan ----


def test_the_offline_seller_passes_the_plan():
    cases = eval_cases.read_all()
    played = eval_run.play(cases)
    report = eval_report.text("the plan", played)
    bound = [one for one in played if not one.case.freedom]
    assert all(one.passed for one in bound), report
    assert eval_stats.tally(played).rate >= 0.9, report
    assert not eval_stats.ground_violations(played), report
    assert eval_stats.costs(played).findings == 0, "the agent's own checks find nothing either"


# ---- the runner sees what is wrong ----


def message(type_, **fields):
    table = most.table()
    return most.Message(type_, table.unpack(type_, table.pack(type_, fields)), 1)


def search_call(shop, **query):
    """A PAGE and its answer, as they go over the wire."""
    wanted = {"text": "q"}
    fields = {wanted.get(k, k): v * 100 if k.startswith("price_") else v for k, v in query.items()}
    ids, where = shop.page(query)
    cars = [{"stock_id": i, "make": shop.cars[i]["make"], "model": shop.cars[i]["model"],
             "version": shop.cars[i]["version"], "year": int(shop.cars[i]["year"]),
             "price": int(shop.price(i) * 100), "km": int(shop.cars[i]["km"])} for i in ids]
    return (message("PAGE", query=[fields]),
            message("PAGED", query=[{"sort": "relevance", "page": 1, "page_size": 5, **fields}],
                    list=[where], cars=cars))


def seen_versa(shop, reply=GOOD):
    ids, where = shop.page(VERSA)
    return eval_run.Seen(reply, ids, where, 1.0, searches=[search_call(shop, **VERSA)], context={})


def verdict(shop, seen, **turn):
    turn = eval_cases._turn({"say": "busco un versa", **turn})
    ground = eval_judge.Ground(shop)
    ground.hear("busco un versa")
    ground.add(seen.searches, None)
    return (eval_judge.judge(turn, seen, shop) + eval_judge.manners(seen, turn["say"], set()) +
            ground.check(seen.reply))


def test_a_right_answer_is_right(shop):
    assert verdict(shop, seen_versa(shop), search=VERSA, must=["versa"]) == []


@pytest.mark.parametrize("old,new,what", [
    ("$113,999", "$112,999", "ungrounded amount"),
    ("98,086 km", "9,086 km", "ungrounded number"),
    ("TM 2014", "TM 2019", "ungrounded number"),
    ("Los primeros", "Parecido a un Tesla. Los primeros", "ungrounded make tesla"),
    ("Con *más*", "Y te hago un descuento. Con *más*", "promises"),
    ("Con *más*", "Llama al 55 1234 5678. Con *más*", "a link or a telephone"),
    ("Con *más*", "¿Te late? Con *más*", "asks more than one thing"),
    ("Tengo", "**Tengo**", "Markdown"),
    ("Tengo", "😀 Tengo", "emoji"),
    ("Con *más*", "Usé search_cars. Con *más*", "leaks"),
    ("Tengo", "Tengo " + "muchos " * 300, "characters long"),
])
def test_a_wrong_answer_is_seen(shop, old, new, what):
    wrong = verdict(shop, seen_versa(shop, GOOD.replace(old, new, 1)), search=VERSA)
    assert any(what in each for each in wrong), wrong


def test_wrong_filters_cars_and_counts_are_seen(shop):
    seen = seen_versa(shop)
    assert any("searched" in w for w in verdict(shop, seen, search={**VERSA, "price_max": 300000}))
    assert any("searched" in w for w in verdict(shop, seen, search="none"))
    assert any("showed" in w for w in verdict(shop, seen, show="none"))
    swapped = copy.copy(seen)
    swapped.cars = seen.cars[::-1]
    assert any("showed" in w for w in verdict(shop, swapped, search=VERSA))
    swapped = copy.copy(seen)
    swapped.list = {**seen.list, "pages_left": 1}
    assert any("said it was at" in w for w in verdict(shop, swapped, search=VERSA))


def test_a_wrong_plan_is_seen(shop):
    plan = eval_shop.Plan("60999", "12199.80", 48)
    assert plan.instalment == Decimal("1237.67") and plan.interest == Decimal("10608.96")
    reply = ("*Tsuru GS II 1.6 TM 2016*, $60,999\nEnganche (20 %): $12,199.80\n48 mensualidades de "
             "$1,237.67 (tasa anual 10 %)\nTotal financiado: $48,799.20, intereses: $10,608.96")
    wanted = {"quote": {"car": 100764, "down": "20%", "months": 48}}
    right = eval_run.Seen(reply, [100764], None, 1.0, context={})
    turn = eval_cases._turn({"say": "x", **wanted})
    assert eval_judge.judge(turn, right, shop) == []
    for old, new in (("1,237.67", "1,237.68"), ("48 mens", "60 mens"), ("10,608.96", "10,609"),
                     (", intereses: $10,608.96", "")):
        assert eval_judge.judge(turn, eval_run.Seen(reply.replace(old, new), [100764], None, 1.0,
                                                    context={}), shop), old


def test_sentences_that_come_again_are_seen():
    seen = eval_run.Seen("¿Alguna otra duda que tengas, o vemos autos?", [], None, 1.0)
    before = set()
    assert eval_judge.manners(seen, "hola", before) == []
    assert any("says again" in w for w in eval_judge.manners(seen, "hola", before))


@pytest.mark.parametrize("text,why", [
    ("group: g\ncases:\n  a:\n  - say: x\n    serch: none", "a turn has no serch"),
    ("group: g\ncases:\n  a:\n  - say: x\n    search: {maker: x}", "no filter is called"),
    ("group: g\ncases:\n  a:\n  - say: x\n    must: ['Página']", "never match"),
    ("group: g\ncases:\n  a:\n  - say: x\n  a:\n  - say: y", "twice: a"),
    ("group: g\ncases:\n  a: []", "no turns"),
    ("- a\n- b", "group and cases"),
])
def test_a_case_that_would_check_nothing_is_refused(text, why):
    with pytest.raises(ValueError, match=re.escape(why)):
        eval_cases.read(text, "x.yaml")


# ---- figures ----


def test_pass_hat_k_is_the_share_of_draws():
    for runs, passed, k in ((5, 3, 1), (5, 3, 2), (5, 5, 5), (4, 0, 1), (6, 4, 3)):
        draws = list(itertools.combinations([True] * passed + [False] * (runs - passed), k))
        assert eval_stats.pass_hat_k(runs, passed, k) == sum(map(all, draws)) / len(draws)


def test_mcnemar_is_exact():
    assert eval_stats.mcnemar(0, 0) == 1.0
    assert eval_stats.mcnemar(0, 5) == pytest.approx(2 / 32)
    assert eval_stats.mcnemar(1, 9) == pytest.approx(2 * 11 / 1024)
    assert eval_stats.mcnemar(4, 4) == 1.0


def test_percentiles():
    assert eval_stats.percentile(range(1, 101), 0.95) == 95
    assert eval_stats.percentile([7], 0.5) == 7 and eval_stats.percentile([], 0.5) == 0


# ---- as it is used ----

CASES = """group: tried
cases:
  versa:
  - say: busco un Versa
    search: {make: Nissan, model: Versa}
  - say: más
    search: {make: Nissan, model: Versa, page: 2}
  burst:
  - say: [hola, busco un, versa]
    search: {make: Nissan, model: Versa}
    state: {turns: 1}
  streamed:
  - say: quiero un Versa
    stream: true
    search: {make: Nissan, model: Versa}
  - do: forget
  - say: más
    search: none
"""


@pytest.fixture
def cases_folder(tmp_path):
    (tmp_path / "tried.yaml").write_text(CASES, encoding="utf-8")
    return tmp_path


def run(capsys, folder, *more):
    code = evaluation.main(["--cases", str(folder), "--html", str(folder / "out.html"), *more])
    return code, capsys.readouterr().out, (folder / "out.html").read_text(encoding="utf-8")


def test_repeated_runs_are_reported(cases_folder, capsys):
    code, text, page = run(capsys, cases_folder, "--runs", "3")
    assert code == 0, text
    assert re.search(r"tried +3 +9/9 +100\.0 % +100\.0 % +100\.0 %", text), text
    assert "12 turns" not in text and "15 turns" in text and "answered by: offline (no_key) 15" in text
    assert page.count("<svg") == 3 and "pass^k" in page and "http" not in page.split("</style>")[0]
    assert "tried/burst" in page and "offline seller answered" in page


def test_a_failure_is_reported_and_ends_with_1(cases_folder, capsys):
    (cases_folder / "more.yaml").write_text(
        "group: wrong\ncases:\n  ferrari:\n  - say: hola\n    must: [ferrari]\n"
        "  free:\n    freedom: takes wit\n    turns:\n    - say: hola\n      must: [chiste]\n",
        encoding="utf-8")
    code, text, page = run(capsys, cases_folder)
    assert code == 1 and "FAILED wrong/ferrari" in text and "does not say /ferrari/" in text
    assert "needs freedom: takes wit" in text and "1 cases need" in text and "fails" in page
    assert run(capsys, cases_folder, "--only", "free")[0] == 0, "what needs freedom may fail"


def test_a_model_is_evaluated(cases_folder, capsys, monkeypatch):
    with Sim() as sim:
        for name, value in sim.env.items():
            monkeypatch.setenv(name, value)
        code, text, page = run(capsys, cases_folder, "--only", "burst")
        assert sim.stats()["violations"] == []
    assert code == 0, text
    found = re.search(r"tokens: ([\d,]+) in.* ([\d,]+) out", text)
    assert int(found[1].replace(",", "")) > 1000 and found[2] != "0", text
    assert "answered by: offline" not in text and "the offline seller answered" not in page


def test_two_versions_are_compared(cases_folder, capsys, monkeypatch):
    rules = cases_folder / "rules"
    shutil.copytree(most.ROOT / "agent" / "rules", rules)
    shutil.copy(rules / "v1.md", rules / "v9.md")
    monkeypatch.setenv("RULES_DIR", str(rules))
    code, text, page = run(capsys, cases_folder, "--base", "v1", "--cand", "v9")
    assert code == 0 and "rules v9" in text and "v1 and v9 pass the same cases." in text, text
    assert "v1 and v9, case by case" in page


def test_a_comparison_shows_differences_first():
    cases = eval_cases.read("group: g\ncases:\n" + "".join(
        f"  c{n}:\n  - say: x\n" for n in range(12)), "x")

    def played(passing):
        return [eval_run.Played(case, 0, [], "" if n in passing else "failed")
                for n, case in enumerate(cases)]

    found = eval_stats.compare(played({0, 1}), played({0, 2, 3, 4, 5, 6, 7, 8, 9, 10}))
    assert [pair.case.name for pair in found.pairs[:3]] == ["c1", "c2", "c3"]
    assert (found.only_base, found.only_candidate) == (1, 9)
    text = eval_report.compare_text("v1", "v2", found)
    assert "p = 0.021" in text and "v2 is better" in text and re.search(r"g/c1 .* worse", text)


# ---- recorded conversations ----


@pytest.mark.parametrize("text,masked", [
    ("mi cel es 55 1234 5678 gracias", "mi cel es (número) gracias"),
    ("+52 (55) 1234-5678", "(número)"),
    ("escríbeme a juan.perez+x@correo.com.mx", "escríbeme a (correo)"),
    ("mi RFC es PEGJ800101AB1", "mi RFC es (RFC)"),
    ("curp PEGJ800101HDFRRN09", "curp (CURP)"),
    ("tarjeta 4111 1111 1111 1111", "tarjeta (número)"),
    ("hola, me llamo Juan Pérez López y busco un Jetta", "hola, me llamo (nombre) y busco un Jetta"),
    ("el 100764 de $1,250,000 a 48 meses", "el 100764 de $1,250,000 a 48 meses"),
    ("entre 200000 y 300000, 2019 o 2020", "entre 200000 y 300000, 2019 o 2020"),
])
def test_what_tells_who_wrote_is_masked(text, masked):
    assert eval_record.mask(text) == masked


def test_conversations_are_recorded_with_consent_and_replayed(stack, tmp_path, capsys, monkeypatch):
    for text in ("busco un Versa, me llamo Ana, mi cel 55 1234 5678", "más"):
        assert stack.http.ask("recorded-ana", text).status == 200
    arguments = ["recorded-ana", "--url", stack.http.url, "--out", str(tmp_path / "cases")]
    assert eval_record.main(arguments, {}) == 2 and not (tmp_path / "cases").exists()
    assert eval_record.main(arguments, {"RECORD_CONSENT": "on"}) == 0
    (file,) = (tmp_path / "cases").glob("*.yaml")
    text = file.read_text(encoding="utf-8")
    assert "ana" not in text.lower() and "1234" not in text and "(nombre)" in text
    (case,) = eval_cases.read(text, "recorded")
    assert len(case.turns) == 2 and case.turns[1]["say"] == "más"
    assert "Página 2 de 3" in case.turns[1]["recorded"]
    code, text, page = run(capsys, tmp_path / "cases", "--base", "v1", "--cand", "v1")
    assert code == 0 and re.search(r"1/1 +1/1 +none", text), text


def test_answers_that_differ_are_counted():
    (case,) = eval_cases.read("group: g\ncases:\n  c:\n  - say: x\n  - say: y", "x")
    sides = [[eval_run.Played(case, 0, [eval_run.Step("x", "a", 1, [], [], cars=[1]),
                                        eval_run.Step("y", reply, 1, [], [], cars=cars)])]
             for reply, cars in (("b", [2]), ("<c>", [3]))]
    found = eval_stats.compare(*sides)
    (pair,) = found.pairs
    assert (pair.turns, pair.texts, pair.cars) == (2, 1, 1) and not pair.differs
    assert pair.answers == [("y", "b", "<c>")]
    assert "&lt;c&gt;" in eval_report.page("t", sides[1], ("v1", "v2", found))
