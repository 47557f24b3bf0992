"""What bench.py measured, for people: text, a page with bars, and two runs side by side."""
import html
import json
import statistics

BARS = ("redis", "sessions", "catalog", "dispatcher", "agent", "gateway")
COLOURS = ("#c0392b", "#2980b9", "#27ae60", "#8e44ad", "#e67e22", "#16a085")


def median(values):
    """{"median", "min", "max"} of numbers; of dictionaries, of each of their numbers."""
    first = values[0]
    if isinstance(first, dict):
        return {name: median([value.get(name, 0) for value in values]) for name in first}
    if isinstance(first, (int, float)):
        return {"median": statistics.median(values), "min": min(values), "max": max(values)}
    return {"median": next((value for value in values if value), first)}


def number(value):
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3f}" if abs(value) < 1 else f"{value:.2f}" if abs(value) < 10 else f"{value:.1f}"


def span(value, scale=1):
    """median (min–max)"""
    return (f"{number(value['median'] * scale)} ({number(value['min'] * scale)}–"
            f"{number(value['max'] * scale)})")


def turn_line(name, case):
    """A workload that http-load drove."""
    line = (f"{name:<34}{span(case['rate']):>24}/s   p50 {span(case['p50_us'], 1e-3)} ms   "
            f"p99 {span(case['p99_us'], 1e-3)} ms")
    if "cpu_us" in case:
        line += f"   CPU {span(case['cpu_us']['total'], 1e-3)} ms"
    if case.get("errors", {}).get("max"):
        line += f"   {case['errors']['max']:.0f} ERRORS: {case.get('first_error', {}).get('median', '')}"
    return line


def cpu_line(case):
    return "    CPU µs each: " + ", ".join(
        f"{name} {number(case['cpu_us'][name]['median'])}" for name in BARS if name in case["cpu_us"]) + (
        f"; the model {number(case['model_cpu_us']['median'])}" if "model_cpu_us" in case else "")


def text(run):
    lines = [f"{run['machine']}, {run['when']}, commit {run['commit']}",
             f"{run['repeats']} repeats of {run['seconds']} s: median (min–max); CPU: of all processes and Redis, ms "
             "each is s per 1,000", ""]
    for name, cases in run["workloads"].items():
        lines.append(f"{name}: {run['about'][name]}")
        for title, case in cases.items():
            if "rate" in case:
                lines.append("  " + turn_line(title, case))
                if len(case.get("cpu_us", {})) > 1:
                    lines.append("  " + cpu_line(case))
            for key, value in case.items():
                if isinstance(value, dict) and "median" in value and key not in KNOWN and (
                        isinstance(value["median"], (int, float))):
                    lines.append(f"    {title + ': ' if 'rate' not in case else ''}{key} {span(value)}")
        lines.append("")
    lines.append("errors: " + (json.dumps(run["wrong"]) if run["wrong"] else "0"))
    return "\n".join(lines)


KNOWN = {"rate", "p50_us", "p90_us", "p99_us", "max_us", "errors", "first_error", "cpu_us", "model_cpu_us",
         "seconds", "answers", "all", "cpu_cores"}


def page(run):
    """HTML with one bar of CPU a turn for each case, by process."""
    bars = []
    cases = [(f"{name} {title}", case["cpu_us"]) for name, cases in run["workloads"].items()
             for title, case in cases.items() if len(case.get("cpu_us", {})) > 2]
    widest = max([cpu["total"]["median"] for _, cpu in cases if "total" in cpu], default=1) or 1
    for row, (title, cpu) in enumerate(cases):
        x, y = 300.0, 30 + 26 * row
        bars.append(f'<text x="290" y="{y + 14}" text-anchor="end">{html.escape(title)}</text>')
        for name, colour in zip(BARS, COLOURS):
            width = cpu.get(name, {}).get("median", 0) / widest * 560
            bars.append(f'<rect x="{x:.1f}" y="{y}" width="{width:.1f}" height="18" fill="{colour}">'
                        f'<title>{name} {width * widest / 560:.0f} µs</title></rect>')
            x += width
        if "total" in cpu:
            bars.append(f'<text x="{x + 6:.1f}" y="{y + 14}">{cpu["total"]["median"] / 1000:.2f} ms</text>')
    legend = "".join(f'<tspan fill="{colour}"> ■ {name}</tspan>' for name, colour in zip(BARS, COLOURS))
    return (f'<!doctype html><meta charset="utf-8"><title>Mostrador: benchmarks</title>'
            f'<style>body{{font:14px sans-serif;margin:2em}}pre{{font-size:12px}}</style>'
            f'<h1>CPU a turn, by process</h1><svg width="960" height="{50 + 26 * len(cases)}" '
            f'font-family="sans-serif" font-size="12"><text x="300" y="18">{legend}</text>{"".join(bars)}</svg>'
            f'<pre>{html.escape(text(run))}</pre>\n')


def compare(old, new):
    """Lines for every number of two runs that both have and that differs by more than both scatter."""
    lines = [f"A: {old['commit']}, {old['when']}; B: {new['commit']}, {new['when']}"]
    for name, cases in new["workloads"].items():
        for title, case in cases.items():
            before = old["workloads"].get(name, {}).get(title, {})
            for key in sorted(set(case) & set(before)):
                values = [("", before[key], case[key])] if "median" in case[key] else [
                    (f".{part}", before[key][part], case[key][part]) for part in case[key] if part in before[key]]
                lines += [line for part, a, b in values if (line := difference(f"{name} {title} {key}{part}", a, b))]
    return "\n".join(lines)


def difference(what, a, b):
    if not isinstance(a.get("median"), (int, float)) or not a["median"]:
        return None
    change = (b["median"] / a["median"] - 1) * 100
    apart = b["min"] > a["max"] or b["max"] < a["min"]
    return f"  {what:<52}{span(a):>28}  ->{span(b):>28}  {change:+6.1f} %{'' if apart else '  (within the scatter)'}"
