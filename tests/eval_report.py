"""An evaluation as text for a terminal and as one HTML page that needs no other host: the plots are
SVG inside of it."""

import html
import math

import eval_stats

PERCENTILES = ((0.5, "p50"), (0.9, "p90"), (0.95, "p95"), (0.99, "p99"), (1.0, "max"))


def percent(share):
    return f"{100 * share:.1f} %"


def _number(value):
    return f"{value:,.0f}" if value >= 10 or value == int(value) else f"{value:.1f}"


# ---- text ----


def text(title, played):
    """The whole report; what failed at the end."""
    lines = [title, ""]
    groups, total = eval_stats.groups(played), eval_stats.tally(played)
    runs = len(total.hat)
    head = f"{'group':<16}{'cases':>7}{'passed':>9}{'rate':>9}"
    head += "".join(f"{f'pass^{k}':>9}" for k in range(2, runs + 1))
    lines += [head, "-" * len(head)]
    for name, one in [*groups.items(), ("all", total)]:
        row = f"{name:<16}{one.cases:>7}{one.passed:>5}/{one.runs:<3}{percent(one.rate):>9}"
        lines.append(row + "".join(f"{percent(p):>9}" for p in one.hat[1:]))
    free = [one for one in played if one.case.freedom]
    if free:
        one = eval_stats.tally(free)
        bound = eval_stats.tally([p for p in played if not p.case.freedom])
        lines += ["", f"{one.cases} cases need a language model's freedom: {one.passed}/{one.runs} pass; "
                  f"of the others {bound.passed}/{bound.runs}."]
    if runs > 1:
        lines += ["", f"All {runs} runs pass in {total.all_passed} of {total.cases} cases."]
    lines += ["", *_costs(played), *_failures(played)]
    return "\n".join(lines)


def _costs(played):
    cost = eval_stats.costs(played)
    if not cost.turns:
        return []
    waits = ", ".join(f"{name} {_number(eval_stats.percentile(cost.ms, share))}"
                      for share, name in PERCENTILES)
    first = ", ".join(f"{name} {_number(eval_stats.percentile(cost.first_ms, share))}"
                      for share, name in PERCENTILES)
    cached = f" ({cost.tokens_cached:,} cached)" if cost.tokens_cached else ""
    return [f"{cost.turns} turns; an answer took, ms: {waits}",
            *([f"a model's first token, ms: {first}"] if cost.first_ms else []),
            f"tokens: {cost.tokens_in:,} in{cached}, {cost.tokens_out:,} out; "
            f"{cost.tokens_in / cost.turns:.0f} and {cost.tokens_out / cost.turns:.0f} a turn, "
            f"{cost.calls / cost.turns:.1f} model calls",
            "answered by: " + ", ".join(f"{name} {count}" for name, count in cost.models.items()),
            f"the checks found {cost.findings} things wrong before they left, {cost.repairs} repair rounds",
            f"figures or names from nowhere: {len(eval_stats.ground_violations(played))} answers"]


def _failures(played):
    lines = []
    for one in played:
        checks = [n for n, step in enumerate(one.steps, 1) if step.cost.get("findings")]
        if checks:
            lines += ["", f"checked {one.case.group}/{one.case.name}: the agent's checks found something "
                      f"in turn {', '.join(map(str, checks))}"]
        if one.passed:
            continue
        free = f"  (needs freedom: {one.case.freedom})" if one.case.freedom else ""
        lines += ["", f"FAILED {one.case.group}/{one.case.name}"
                  + (f", run {one.run + 1}" if one.run else "") + free]
        lines += [f"    {wrong}" for wrong in one.wrong]
        for n, step in enumerate(one.steps, 1):
            if step.wrong or step.ungrounded:
                lines += [f"    {n} > {step.said[:200]!r}", f"      {step.reply[:400]!r}"]
    return lines


def compare_text(base_name, candidate_name, comparison):
    lines = ["", f"{'case':<52}{base_name:>10}{candidate_name:>10}   other words, other cars",
             "-" * 96]
    for pair in comparison.pairs:
        mark = "" if not pair.differs else "  better" if pair.better else "  worse"
        changed = f"{pair.texts}/{pair.turns}, {pair.cars}/{pair.turns}" if pair.texts else "none"
        lines.append(f"{pair.case.group + '/' + pair.case.name:<52}"
                     f"{_share(pair.base):>10}{_share(pair.candidate):>10}   {changed}{mark}")
    lines += ["", f"only {base_name} passes: {comparison.only_base}, only {candidate_name} passes: "
              f"{comparison.only_candidate} (pairs of runs); exact McNemar test: p = {comparison.p:.3f}",
              verdict(base_name, candidate_name, comparison)]
    return "\n".join(lines)


def _share(results):
    return f"{sum(results)}/{len(results)}"


def verdict(base_name, candidate_name, comparison):
    if comparison.only_base == comparison.only_candidate == 0:
        return f"{base_name} and {candidate_name} pass the same cases."
    better = candidate_name if comparison.only_candidate > comparison.only_base else base_name
    if comparison.p < 0.05:
        return f"{better} is better: so large a difference comes by chance in less than 1 of 20 times."
    return "The difference may well be chance."


# ---- plots ----


def _bars(rows, unit="%", most=100.0):
    """Horizontal bars: [(name, value, text)]."""
    height, left, width = 26, 130, 420
    parts = [f'<svg viewBox="0 0 700 {height * len(rows) + 6}" role="img">']
    for n, (name, value, label) in enumerate(rows):
        y = n * height
        size = 0 if most <= 0 else width * min(value, most) / most
        colour = "good" if unit != "%" or value >= 99.95 else "fair" if value >= 90 else "bad"
        parts.append(f'<text x="{left - 8}" y="{y + 17}" text-anchor="end">{html.escape(name)}</text>'
                     f'<rect class="rail" x="{left}" y="{y + 5}" width="{width}" height="16" rx="3"/>'
                     f'<rect class="{colour}" x="{left}" y="{y + 5}" width="{size:.1f}" height="16" '
                     f'rx="3"/><text x="{left + width + 8}" y="{y + 17}">{html.escape(label)}</text>')
    return "".join(parts) + "</svg>"


def _histogram(values):
    """How many answers took how long, on a logarithmic scale, with the percentiles."""
    low, high = max(0.1, min(values)), max(values) * 1.001
    bins = 40
    span = max(math.log(high / low), 1e-6)
    counts = [0] * bins
    for value in values:
        counts[min(bins - 1, int(math.log(max(value, low) / low) / span * bins))] += 1
    most = max(counts)
    parts = ['<svg viewBox="0 0 700 190" role="img">']
    for n, count in enumerate(counts):
        tall = 120 * count / most
        parts.append(f'<rect class="good" x="{20 + n * 16.5:.1f}" y="{150 - tall:.1f}" width="15" '
                     f'height="{tall:.1f}"><title>{count}</title></rect>')
    for share, name in PERCENTILES[:-1]:
        value = eval_stats.percentile(values, share)
        x = 20 + 16.5 * bins * math.log(max(value, low) / low) / span
        row = 12 if name in ("p50", "p95") else 25
        parts.append(f'<line class="mark" x1="{x:.1f}" x2="{x:.1f}" y1="{row + 3}" y2="150"/>'
                     f'<text x="{x:.1f}" y="{row}" text-anchor="middle">{name} {_number(value)}</text>')
    for n in range(5):
        value = low * math.exp(span * n / 4)
        parts.append(f'<text x="{20 + 16.5 * bins * n / 4:.1f}" y="170" text-anchor="middle">'
                     f'{_number(value)}</text>')
    return "".join(parts) + '<text x="350" y="187" text-anchor="middle">ms</text></svg>'


def _curve(hat):
    """pass^k over k."""
    step = 560 / max(1, len(hat) - 1)
    points = [(70 + n * step, 20 + 140 * (1 - p)) for n, p in enumerate(hat)]
    parts = ['<svg viewBox="0 0 700 200" role="img">']
    for share in (0, 0.5, 1):
        y = 20 + 140 * (1 - share)
        parts.append(f'<line class="rail" x1="60" x2="650" y1="{y}" y2="{y}"/>'
                     f'<text x="52" y="{y + 4}" text-anchor="end">{100 * share:.0f} %</text>')
    parts.append('<polyline class="line" points="' +
                 " ".join(f"{x:.1f},{y:.1f}" for x, y in points) + '"/>')
    for n, (x, y) in enumerate(points):
        parts.append(f'<circle class="good" cx="{x:.1f}" cy="{y:.1f}" r="4"/>'
                     f'<text x="{x:.1f}" y="180" text-anchor="middle">k={n + 1}</text>'
                     f'<text x="{x:.1f}" y="{y - 8:.1f}" text-anchor="middle">{percent(hat[n])}</text>')
    return "".join(parts) + "</svg>"


# ---- the page ----

STYLE = """
:root{--ink:#1d2330;--dim:#68707f;--paper:#fff;--rail:#e9ecf1;--good:#2f8f5b;--fair:#c98a1b;
--bad:#c0392b;--line:#3567b0}
@media(prefers-color-scheme:dark){:root{--ink:#e6e9ef;--dim:#9aa3b2;--paper:#161a21;--rail:#2a303b;
--good:#4fb87f;--fair:#e0ab48;--bad:#e2695c;--line:#7aa5e6}}
body{font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper);max-width:60rem;
margin:2rem auto;padding:0 1rem}h1{font-size:1.5rem;margin-bottom:0}h2{font-size:1.1rem;margin:2rem 0 .5rem}
.dim{color:var(--dim)}table{border-collapse:collapse;width:100%}td,th{text-align:left;
padding:.2rem .6rem .2rem 0;border-bottom:1px solid var(--rail);vertical-align:top}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}svg{width:100%;max-width:44rem;display:block}
svg text{font:12px system-ui,sans-serif;fill:var(--ink)}.rail{fill:var(--rail);stroke:var(--rail)}
.good{fill:var(--good)}.fair{fill:var(--fair)}.bad{fill:var(--bad)}.mark{stroke:var(--dim);
stroke-dasharray:3 3}.line{fill:none;stroke:var(--line);stroke-width:2}summary{cursor:pointer}
summary b.no{color:var(--bad)}summary b.yes{color:var(--good)}.said{margin:.6rem 0 .2rem;font-weight:600}
.reply{white-space:pre-wrap;border-left:3px solid var(--rail);padding-left:.7rem}
.wrong{color:var(--bad)}.two{display:grid;grid-template-columns:1fr 1fr;gap:1rem}
.tiles{display:flex;flex-wrap:wrap;gap:1rem;margin:1.2rem 0}
.tiles div{background:var(--rail);border-radius:.5rem;padding:.6rem 1rem}.tiles b{display:block;font-size:1.3rem}
"""


def _tiles(played):
    total, cost = eval_stats.tally(played), eval_stats.costs(played)
    tiles = [(percent(total.rate), f"of {total.runs} conversations pass"),
             (str(len(eval_stats.ground_violations(played))), "answers with figures from nowhere"),
             (f"{_number(eval_stats.percentile(cost.ms, 0.5))} ms", "median answer"),
             (f"{_number(eval_stats.percentile(cost.ms, 0.95))} ms", "95th percentile"),
             (f"{(cost.tokens_in + cost.tokens_out) / max(1, cost.turns):,.0f}", "tokens a turn")]
    return '<div class="tiles">' + "".join(
        f"<div><b>{html.escape(value)}</b>{html.escape(name)}</div>" for value, name in tiles) + "</div>"


def _groups(played):
    groups = eval_stats.groups(played)
    rows = [(name, 100 * one.rate, f"{one.passed}/{one.runs}  {percent(one.rate)}")
            for name, one in groups.items()]
    return "<h2>Pass rate by group</h2>" + _bars(rows)


def _tokens(played):
    rows, most = [], 0
    for group in eval_stats.groups(played):
        cost = eval_stats.costs([one for one in played if one.case.group == group])
        mean = (cost.tokens_in + cost.tokens_out) / max(1, cost.turns)
        most = max(most, mean)
        rows.append((group, mean, f"{mean:,.0f}"))
    if not most:
        return '<h2>Tokens a turn</h2><p class="dim">None: the offline seller answered.</p>'
    return "<h2>Tokens a turn</h2>" + _bars(rows, "tokens", most)


def _case(one):
    mark = '<b class="yes">passes</b>' if one.passed else '<b class="no">fails</b>'
    name = html.escape(f"{one.case.group}/{one.case.name}")
    run = f" · run {one.run + 1}" if one.run else ""
    parts = [f"<details{'' if one.passed else ' open'}><summary>{name}{run} {mark}</summary>"]
    if one.case.freedom:
        parts.append(f'<p class="dim">Needs freedom: {html.escape(one.case.freedom)}</p>')
    for step in one.steps:
        parts.append(f'<p class="said">{html.escape(step.said[:600])}</p>'
                     f'<div class="reply">{html.escape(step.reply)}</div>')
        if step.recorded and step.recorded != step.reply:
            parts.append(f'<p class="dim">recorded:</p><div class="reply dim">'
                         f'{html.escape(step.recorded)}</div>')
        parts += [f'<p class="wrong">{html.escape(wrong)}</p>' for wrong in step.wrong + step.ungrounded]
    if one.error:
        parts.append(f'<p class="wrong">{html.escape(one.error)}</p>')
    return "".join(parts) + "</details>"


def _answers(pair):
    if not pair.answers:
        return "none"
    parts = [f"<details><summary>{pair.texts} of {pair.turns}, {pair.cars} with other cars</summary>"]
    for said, left, right in pair.answers:
        parts.append(f'<p class="said">{html.escape(said[:300])}</p><div class="two">'
                     f'<div class="reply">{html.escape(left)}</div>'
                     f'<div class="reply">{html.escape(right)}</div></div>')
    return "".join(parts) + "</details>"


def _comparison(base_name, candidate_name, comparison):
    rows = []
    for pair in comparison.pairs:
        mark = "" if not pair.differs else "better" if pair.better else "worse"
        rows.append(f"<tr><td>{html.escape(pair.case.group + '/' + pair.case.name)}</td>"
                    f'<td class="n">{_share(pair.base)}</td><td class="n">{_share(pair.candidate)}</td>'
                    f"<td>{mark}</td><td>{_answers(pair)}</td></tr>")
    return (f"<h2>{html.escape(base_name)} and {html.escape(candidate_name)}, case by case</h2>"
            f"<p>{html.escape(verdict(base_name, candidate_name, comparison))} Only "
            f"{html.escape(base_name)} passes: {comparison.only_base}, only "
            f"{html.escape(candidate_name)}: {comparison.only_candidate}; exact McNemar test: "
            f"p = {comparison.p:.3f}.</p><table><tr><th>case</th><th class=n>{html.escape(base_name)}"
            f"</th><th class=n>{html.escape(candidate_name)}</th><th></th><th>answers that differ</th></tr>{''.join(rows)}</table>")


def page(title, played, compared=None):
    """The HTML page; compared: (base name, candidate name, Comparison) and played is the candidate."""
    parts = ["<!doctype html><html lang=en><meta charset=utf-8>",
             '<meta name=viewport content="width=device-width,initial-scale=1">',
             f"<title>{html.escape(title)}</title><style>{STYLE}</style><h1>{html.escape(title)}</h1>",
             _tiles(played)]
    if compared:
        parts.append(_comparison(*compared))
    parts.append(_groups(played))
    hat = eval_stats.tally(played).hat
    if len(hat) > 1:
        parts.append("<h2>pass^k: that k runs of a case all pass</h2>" + _curve(hat))
    waits = eval_stats.costs(played).ms
    if waits:
        parts.append("<h2>How long an answer takes</h2>" + _histogram(waits))
    parts.append(_tokens(played))
    parts.append("<h2>Conversations</h2>")
    parts += [_case(one) for one in sorted(played, key=lambda one: one.passed)]
    return "".join(parts) + "</html>\n"
