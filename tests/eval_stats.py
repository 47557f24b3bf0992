"""The figures of an evaluation: shares by group, pass^k, percentiles, and whether two versions of
the rules differ. Pure."""

import collections
import dataclasses
import math


def pass_hat_k(runs, passed, k):
    """The chance that k runs of a case, drawn from those made, all pass (unbiased)."""
    if not 1 <= k <= runs:
        raise ValueError(f"k is {k}, of {runs} runs")
    return math.comb(passed, k) / math.comb(runs, k)


def percentile(values, share):
    """By nearest rank; 0 of nothing."""
    if not values:
        return 0
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def mcnemar(only_base, only_candidate):
    """Two-sided exact p of so many pairs in which only one side passed (a sign test on them)."""
    n = only_base + only_candidate
    if n == 0:
        return 1.0
    tail = sum(math.comb(n, i) for i in range(min(only_base, only_candidate) + 1))
    return min(1.0, 2 * tail / 2 ** n)


@dataclasses.dataclass
class Tally:
    """How a group of cases did."""
    cases: int = 0
    runs: int = 0
    passed: int = 0
    all_passed: int = 0
    hat: list = dataclasses.field(default_factory=list)  # pass^1, pass^2 … pass^runs

    @property
    def rate(self):
        return self.passed / self.runs if self.runs else 0


def by_case(played):
    """[(case, [passed of each run])] in order."""
    found = collections.OrderedDict()
    for one in played:
        found.setdefault((one.case.group, one.case.name), (one.case, []))[1].append(one.passed)
    return list(found.values())


def tally(played):
    cases = by_case(played)
    out = Tally(len(cases))
    for _, results in cases:
        out.runs += len(results)
        out.passed += sum(results)
        out.all_passed += all(results)
    runs = min((len(results) for _, results in cases), default=0)
    for k in range(1, runs + 1):
        out.hat.append(sum(pass_hat_k(len(r), sum(r), k) for _, r in cases) / len(cases))
    return out


def groups(played):
    """{group: Tally}, as the groups first appear."""
    parts = collections.OrderedDict()
    for one in played:
        parts.setdefault(one.case.group, []).append(one)
    return {group: tally(part) for group, part in parts.items()}


def ground_violations(played):
    return [(one, step) for one in played for step in one.steps if step.ungrounded]


@dataclasses.dataclass
class Costs:
    """What the turns took: milliseconds as the customer waits, model calls, tokens."""
    turns: int = 0
    findings: int = 0  # of the checks of an answer, before it left
    repairs: int = 0
    first_ms: list = dataclasses.field(default_factory=list)  # to a model call's first token
    ms: list = dataclasses.field(default_factory=list)
    calls: int = 0
    tokens_in: int = 0
    tokens_cached: int = 0
    tokens_out: int = 0
    models: dict = dataclasses.field(default_factory=collections.Counter)


def costs(played):
    out = Costs()
    for one in played:
        for step in one.steps:
            out.turns += 1
            out.ms.append(step.ms)
            out.calls += step.cost.get("model_calls", 0)
            out.tokens_in += step.cost.get("tokens_in", 0)
            out.tokens_cached += step.cost.get("tokens_cached", 0)
            out.tokens_out += step.cost.get("tokens_out", 0)
            out.findings += step.cost.get("findings", 0)
            out.repairs += step.cost.get("repairs", 0)
            out.first_ms += [call["first_us"] / 1000 for call in step.cost.get("calls", [])
                             if call["first_us"] and call["tokens_in"]]
            why = step.cost.get("why", "")
            model = step.cost.get("model") or "no model"
            out.models[model + (f" ({why})" if why else "")] += 1
    return out


@dataclasses.dataclass
class Pair:
    """One case under two versions."""
    case: object
    base: list  # passed of each run
    candidate: list
    turns: int = 0   # of the first run
    texts: int = 0   # of these, how many are answered in other words
    cars: int = 0    # and how many with other cars
    answers: list = dataclasses.field(default_factory=list)  # [(said, base, candidate)] of those

    @property
    def differs(self):
        return sum(self.base) != sum(self.candidate)

    @property
    def better(self):
        return sum(self.candidate) > sum(self.base)


@dataclasses.dataclass
class Comparison:
    pairs: list
    only_base: int  # run by run
    only_candidate: int
    p: float


def compare(base, candidate):
    """Case by case, differences first; the same cases and runs on both sides."""
    found = []
    first = [{(one.case.group, one.case.name): one for one in side if one.run == 0}
             for side in (base, candidate)]
    for (case, left), (other, right) in zip(by_case(base), by_case(candidate), strict=True):
        name = case.group, case.name
        if name != (other.group, other.name):
            raise ValueError("the two sides played different cases")
        pair = Pair(case, left, right)
        for a, b in zip(first[0][name].steps, first[1][name].steps):
            pair.turns += 1
            pair.texts += a.reply != b.reply
            pair.cars += a.cars != b.cars
            if a.reply != b.reply:
                pair.answers.append((a.said, a.reply, b.reply))
        found.append(pair)
    only_base = sum(a and not b for pair in found for a, b in zip(pair.base, pair.candidate))
    only_candidate = sum(b and not a for pair in found for a, b in zip(pair.base, pair.candidate))
    found.sort(key=lambda pair: (not pair.differs, pair.better, -pair.cars, -pair.texts))
    return Comparison(found, only_base, only_candidate, mcnemar(only_base, only_candidate))
