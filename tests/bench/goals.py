"""What Mostrador is to reach, and what a run of bench.py reached: the one table of goals, and the lines of the
README between its marks."""
import dataclasses

from report import BARS, number


@dataclasses.dataclass
class Goal:
    workload: str
    what: str
    least: bool  # at least so much; else at most
    limit: float
    unit: str
    of: object  # a function of the workloads: the figure, or KeyError if it was not measured

    def text(self):
        return f"{'≥' if self.least else '≤'} {self.limit:,g} {self.unit}".rstrip()

    def met(self, figure):
        return figure >= self.limit if self.least else figure <= self.limit


def of(workload, case, *path, scale=1.0):
    def read(workloads):
        value = workloads[workload][case]
        for name in path:
            value = value[name]
        return value["median"] * scale

    return read


def ratio(above, below):
    return lambda workloads: above(workloads) / below(workloads)


def growth(after, before):
    """How many per cent more."""
    return lambda workloads: (after(workloads) / before(workloads) - 1) * 100


def slope(workload, points):
    """How much it grows with each unit of x, from the first point to the last."""
    (first, before), (last, after) = points[0], points[-1]
    return lambda workloads: (cpu(workload, after)(workloads) - cpu(workload, before)(workloads)) / (last - first)


def cpu(workload, case, scale=1.0):
    return of(workload, case, "cpu_us", "total", scale=scale)


W2 = "10,000 waiting, 1 agent"
GOALS = [
    Goal("W1", "CPU of a turn, all processes and Redis", False, 0.35, "ms", cpu("W1", "2 agents", 1e-3)),
    Goal("W1", "turns a second", True, 2500, "/s", of("W1", "2 agents", "rate")),
    Goal("W1", "slowest hundredth over the median", False, 5, "×", of("W1", "2 agents", "p99_over_p50")),
    Goal("W1", "a turn over the same steps, bare", False, 2.5, "×", ratio(
        of("W1", "one at a time", "p50_us"), of("floor", "bare steps", "turn_us"))),
    Goal("W2", "10,000 waiting on one agent: of the ideal", True, 97, "%", of("W2", W2, "of_ideal_percent")),
    Goal("W2", "… errors", False, 0, "", of("W2", W2, "errors")),
    Goal("W2", "… slowest hundredth over the ideal", False, 1.15, "×", of("W2", W2, "p99_over_ideal")),
    Goal("W2", "… memory, all processes", False, 400, "MB", of("W2", W2, "ours_mb")),
    Goal("floor", "memory when idle, without Redis", False, 60, "MB", of("floor", "idle memory", "ours_mb")),
    Goal("W3", "signed webhooks accepted, durable", True, 6000, "/s", of(
        "W3", "accepted, answered through the API", "rate")),
    Goal("W4", "filtered page of 1,000,000 cars, asked and answered", False, 0.3, "ms", of(
        "W4", "1,000,000 cars, filter, 1", "p50_us", scale=1e-3)),
    Goal("W4", "… pages a second and core", True, 10000, "/s", of("W4", "1,000,000 cars, filter, 32", "a_core_pages")),
    Goal("W5", "cycles of a message in the session service, 2 kB", True, 15000, "/s", of(
        "W5", "conversations of 2 kB", "rate")),
    Goal("W6", "CPU of a turn: 1,000,000 cars over 1,000", False, 10, "%", growth(
        cpu("W6", "1,000,000 cars"), cpu("W6", "1,000 cars"))),
    Goal("W6", "CPU of a turn: 1,000,000 other sessions over none", False, 10, "%", growth(
        cpu("W6", "1,000,000 other sessions"), cpu("W6", "0 other sessions"))),
    Goal("W6", "CPU that each turn of the conversation before it adds to a turn", False, 10, "µs", slope(
        "W6", [(1, "conversations of 1 turns"), (60, "conversations of 60 turns")])),
]


def judged(workloads):
    """(goal, figure or None if it was not measured), goal by goal."""
    found = []
    for goal in GOALS:
        try:
            found.append((goal, goal.of(workloads)))
        except (KeyError, ZeroDivisionError):
            found.append((goal, None))
    return found


def figure_text(goal, figure):
    return f"{number(figure)} {goal.unit}".rstrip()


def verdict(goal, figure):
    return "not measured" if figure is None else "met" if goal.met(figure) else "not met"


def text(run):
    """The goals that this run says something about."""
    lines = ["goals:"]
    for goal, figure in judged(run["workloads"]):
        if figure is not None:
            lines.append(f"  {goal.workload:<6}{goal.what:<62}{goal.text():>12}{figure_text(goal, figure):>14}   "
                         f"{verdict(goal, figure)}")
    return "\n".join(lines) if len(lines) > 1 else ""


def more(workloads):
    """(what, figure) of what has no goal and says something."""
    rows = []
    turn = workloads.get("W1", {}).get("2 agents", {}).get("cpu_us", {})
    if turn:
        parts = sorted(((turn[name]["median"], name) for name in BARS if name in turn), reverse=True)
        rows.append(("CPU of a turn by process", ", ".join(f"{name} {number(us / 1000)} ms" for us, name in parts)))
    for waiting in ("1,000", "2,000", "4,000"):
        case = workloads.get("W2", {}).get(f"{waiting} waiting, 1 agent")
        if case:
            rows.append((f"{waiting} waiting on one agent", f"{number(case['of_ideal_percent']['median'])} % of the "
                         f"ideal, {number(case['ours_mb']['median'])} MB, {case['errors']['max']:.0f} errors"))
    for kind, what in (("new", "with a filter never seen"), ("typo", "of a misspelt make"), ("text", "of free text")):
        case = workloads.get("W4", {}).get(f"1,000,000 cars, {kind}, 1")
        if case:
            rows.append((f"page of 1,000,000 cars {what}", f"{number(case['p50_us']['median'] / 1000)} ms"))
    case = workloads.get("W6", {}).get("1,000,000 other sessions", {})
    if "bytes_a_session" in case:
        rows.append(("memory of an open session in Redis, one turn old",
                     f"{number(case['bytes_a_session']['median'] / 1000)} kB"))
    return rows


def readme(run):
    """The README's lines: what was measured, beside what is to be reached."""
    load = f", load {run['load']:.0f} of others" if run.get("load", 0) >= 1 else ""
    lines = [f"`make bench` of {run['when']}, commit {run['commit']}, {run['machine']}{load}, medians of "
             f"{run['repeats']}:", "", "| | goal | measured | |", "|---|---|---|---|"]
    for goal, figure in judged(run["workloads"]):
        shown = "–" if figure is None else figure_text(goal, figure)
        lines.append(f"| {goal.workload + ': ' if goal.workload != 'floor' else ''}{goal.what} | {goal.text()} | "
                     f"{shown} | {verdict(goal, figure)} |")
    lines += [f"| {what} | | {figure} | |" for what, figure in more(run["workloads"])]
    if run["wrong"]:
        lines += ["", f"Not without errors: {len(run['wrong'])} of the cases had some."]
    return "\n".join(lines)
