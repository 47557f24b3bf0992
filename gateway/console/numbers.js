/* Numbers: what was answered, how fast, what it cost, what people said of it. */
import { draw, get, make, tell, trouble } from "/console/shell.js";
import { day, duration, moment, number, say, short, time } from "/console/words.js";

const ranges = { "24h": ["day", 24, 3600e3], "7d": ["week", 7, 864e5], "30d": ["month", 30, 864e5] };
const MOST_TURNS = 500; // of which charts are made

function figure(label, value, note, href) {
  return make(href ? "a.figure" : "div.figure", { href }, make("span", {}, label), make("b", {}, value), note ? make("span", {}, note) : null);
}

/* Bars side by side or one on the other; every bar says its numbers. */
function chart(title, bars, format) {
  const width = 640, height = 230, left = 66, bottom = 30, top = 12;
  const most = Math.max(1, ...bars.map((bar) => bar.parts.reduce((sum, part) => sum + part.value, 0)));
  const step = (width - left) / Math.max(1, bars.length);
  const y = (value) => top + (height - top - bottom) * (1 - value / most);
  const svg = draw("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": `${title}: ${bars.filter((bar) => bar.total).map((bar) => `${bar.label} ${bar.total}`).join(", ") || say.noData}` });
  for (const part of [0, 0.5, 1])
    svg.append(draw("line", { class: "grid", x1: left, x2: width, y1: y(most * part), y2: y(most * part) }),
      draw("text", { x: left - 6, y: y(most * part) + 5, "text-anchor": "end" }, format(most * part)));
  bars.forEach((bar, i) => {
    let base = 0;
    for (const part of bar.parts) {
      if (part.value)
        svg.append(draw("rect", { class: part.bad ? "bar bad" : "bar", x: left + i * step + step * 0.15, width: Math.max(2, step * 0.7), y: y(base + part.value), height: Math.max(1, y(base) - y(base + part.value)), rx: 3 },
          draw("title", {}, `${bar.label}: ${bar.total}`)));
      base += part.value;
    }
    if (i % Math.ceil(bars.length / 6) === 0)
      svg.append(draw("text", { x: left + (i + 0.5) * step, y: height - 6, "text-anchor": "middle" }, bar.label));
  });
  return make("figure.card.chart", {}, make("h2", {}, title), svg,
    make("details", {}, make("summary", {}, say.asTable), make("div.scroll", { tabindex: 0, role: "region", "aria-label": title }, make("table", {},
      make("tbody", {}, ...bars.map((bar) => make("tr", {}, make("th", { scope: "row" }, bar.label), make("td.number", {}, String(bar.total)))))))));
}

/* ---- what of the turns is counted here ---- */

const used = (name) => (turn) => turn.tools.some((tool) => tool.name === name && tool.ok);
const steps = { talk: () => true, list: used("search_cars"), quote: used("quote_financing"), lead: used("save_lead") };

const peopleOf = (turns) => new Set(turns.map((turn) => turn.user)).size;

/* Why a turn is no model's answer: that it failed, or that the offline seller had to answer. */
const kindOf = (turn) => (turn.outcome !== "answered" ? turn.outcome : turn.why === "no_key" ? "" : turn.why);

function counted(id, title, rows) {
  const most = Math.max(1, ...rows.map((row) => row.count));
  return make("section.card", { id }, make("h2", {}, title), rows.length ? make("table", {}, make("tbody", {}, ...rows.map((row) =>
    make("tr", {}, make("th", { scope: "row" }, row.href ? make("a", { href: row.href }, row.label) : row.label), make("td.number", {}, number(row.count)),
      make("td", { "aria-hidden": "true" }, draw("svg", { class: "share", viewBox: "0 0 100 10", preserveAspectRatio: "none" }, draw("rect", { class: "bar", width: 100 * row.count / most, height: 10, rx: 2 }))))))) : make("p.soft", {}, say.noData));
}

function funnel(range, turns) {
  return counted("funnel", say.funnel, Object.entries(steps).map(([step, has]) =>
    ({ label: say[`step_${step}`], count: peopleOf(turns.filter(has)), href: `#/numbers?since=${range}&step=${step}` })));
}

function failures(range, turns) {
  const kinds = new Map();
  for (const kind of turns.map(kindOf).filter(Boolean)) kinds.set(kind, (kinds.get(kind) || 0) + 1);
  return counted("failures", say.failures, [...kinds].sort((a, b) => b[1] - a[1]).map(([kind, count]) =>
    ({ label: kind, count, href: `#/numbers?since=${range}&kind=${encodeURIComponent(kind)}` })));
}

/* Makes and models: those that were looked for most, and those that are not there. */
function names(range, turns, what) {
  const counts = new Map();
  for (const name of turns.map((turn) => turn[what]).filter(Boolean)) counts.set(name, (counts.get(name) || 0) + 1);
  return counted(what, say[what], [...counts].sort((a, b) => b[1] - a[1]).slice(0, 8).map(([name, count]) =>
    ({ label: name, count, href: `#/numbers?since=${range}&${what}=${encodeURIComponent(name)}` })));
}

function hours(turns) {
  const counts = Array(24).fill(0);
  for (const turn of turns) counts[new Date(turn.claimed_at).getHours()]++;
  return counts.map((total, hour) => ({ label: `${hour} h`, total, parts: [{ value: total }] }));
}

/* Turns name people as the log does; whose conversation it is, those who may read them find out. */
const fits = (masked, id) => masked.length === id.length && [...masked].every((c, i) => c === "*" || c === id[i]);

async function openMasked(masked) {
  let before = "";
  try {
    do {
      const told = await get(`/seller/conversations?${new URLSearchParams({ limit: 50, q: masked.split("*").pop(), before })}`);
      const found = told.conversations.find((one) => fits(masked, one.user_id));
      if (found) {
        location.hash = `#/conversations/${encodeURIComponent(found.user_id)}`;
        return;
      }
      before = told.before;
    } while (before);
    tell(say.gone);
  } catch {
    tell(say.failed);
  }
}

function who(user) {
  return user.includes("*") ? make("button.plain", { type: "button", onclick: () => openMasked(user) }, user)
    : make("a", { href: `#/conversations/${encodeURIComponent(user)}` }, user);
}

async function newestTurns(range) {
  const turns = [];
  let before = "";
  while (turns.length < MOST_TURNS) {
    const told = await get(`/seller/turns?since=${range}&limit=100${before ? `&before=${before}` : ""}`);
    turns.push(...told.turns);
    before = told.before;
    if (!before) break;
  }
  return turns;
}

function buckets(range, turns) {
  const [, count, size] = ranges[range];
  const end = Date.now();
  return Array.from({ length: count }, (_, i) => {
    const from = end - (count - i) * size;
    const inside = turns.filter((turn) => Date.parse(turn.claimed_at) >= from && Date.parse(turn.claimed_at) < from + size);
    return { label: size < 864e5 ? time(from + size) : day(from + size), inside };
  });
}

const middle = (values) => (values.length ? values.sort((a, b) => a - b)[Math.floor((values.length - 1) / 2)] : 0);

function charts(range, turns, nps) {
  const bins = buckets(range, turns);
  const days = new Map();
  for (const one of nps.days) {
    const sum = days.get(one.day) || { good: 0, bad: 0 };
    sum.good += one.promoters + one.passives;
    sum.bad += one.detractors;
    days.set(one.day, sum);
  }
  const made = [chart(say.chartTurns, bins.map(({ label, inside }) => {
    const bad = inside.filter((turn) => turn.outcome !== "answered").length;
    return { label, total: inside.length, parts: [{ value: inside.length - bad }, { value: bad, bad: true }] };
  }), (value) => short(Math.round(value))),
  chart(say.chartTimes, bins.map(({ label, inside }) => {
    const ms = middle(inside.filter((turn) => turn.outcome === "answered").map((turn) => turn.total_ms));
    return { label, total: ms ? duration(ms) : 0, parts: [{ value: ms }] };
  }), duration)];
  made.push(chart(say.chartHours, hours(turns), (value) => short(Math.round(value))));
  if (days.size)
    made.push(chart(say.chartNps, [...days].sort().map(([date, sum]) => ({ label: day(`${date}T12:00:00`), total: sum.good + sum.bad, parts: [{ value: sum.good }, { value: sum.bad, bad: true }] })), (value) => short(Math.round(value))));
  return made;
}

function figures(range, latency, nps, budget, turns) {
  const { all } = latency;
  const total = all.steps.total || {};
  const { most_tokens: most, tokens } = budget.all;
  return make("div.figures", {},
    figure(say.turns, short(all.turns), null, `#/numbers?since=${range}&step=talk`),
    figure(say.people, short(peopleOf(turns)), null, "#/conversations"),
    figure(say.failedTurns, short(all.failed), null, `#/numbers?since=${range}&outcome=failed`),
    figure(say.half, total.count ? duration(total.p50_ms) : "–"),
    figure(say.most, total.count ? duration(total.p95_ms) : "–"),
    figure(say.calls, short(all.model_calls)),
    figure(say.tokensIn, short(all.tokens_in), all.tokens_in ? say.cached(Math.round(100 * all.tokens_cached / all.tokens_in)) : null),
    figure(say.tokensOut, short(all.tokens_out)),
    figure(say.repairs, short(all.repairs)),
    figure(say.budget, short(tokens), most ? say.ofBudget(short(most)) : say.noBudget),
    figure(say.nps, nps.total.nps === null ? "–" : String(nps.total.nps)),
    figure(say.answered, short(nps.total.answered), say.ofAsked(nps.total.asked)),
    figure(say.unhappy, short(nps.total.detractors), null, "#/conversations?filter=unhappy"));
}

function table(turns, query) {
  const [outcome, kind, step, sought, missed] = ["outcome", "kind", "step", "sought", "missed"].map((name) => query.get(name));
  const rows = turns.filter((turn) => (!outcome || turn.outcome === outcome) && (!kind || kindOf(turn) === kind) && (!steps[step] || steps[step](turn)) && (!sought || turn.sought === sought) && (!missed || turn.missed === missed)).slice(0, 25);
  const heads = [say.when, say.who, say.outcome, say.model, say.took];
  return make("section.card", { id: "turns" }, make("h2", {}, say.lastTurns), rows.length
    ? make("div.scroll", { tabindex: 0, role: "region", "aria-label": say.lastTurns }, make("table", {},
      make("thead", {}, make("tr", {}, ...heads.map((head) => make("th", { scope: "col" }, head)))),
      make("tbody", {}, ...rows.map((turn) => make("tr", {}, make("td", {}, moment(turn.claimed_at)), make("td", {}, who(turn.user)),
        make("td", {}, make(turn.outcome === "answered" ? "span.badge" : "span.badge.wrong", {}, turn.outcome), turn.why ? ` ${turn.why}` : ""),
        make("td", {}, turn.model), make("td.number", {}, duration(turn.total_ms)))))))
    : make("p.soft", {}, say.noData));
}

function comments(nps) {
  return make("section.card", {}, make("h2", {}, say.comments), nps.comments.length
    ? make("ul.comments", {}, ...nps.comments.slice(0, 20).map((one) => make("li", {},
      make(one.score <= 6 ? "span.badge.wrong" : "span.badge", {}, say.score(one.score)), " ", one.comment,
      make("p.soft", {}, `${one.user} · ${moment(one.at)}`))))
    : make("p.soft", {}, say.noComments));
}

export function numbers(content, rest, query) {
  const range = ranges[query.get("since")] ? query.get("since") : "24h";
  const body = make("div", {}, make("p.empty", {}, "…"));
  const since = new Date(Date.now() - (ranges[range][1] * ranges[range][2])).toISOString().slice(0, 10);
  const page = make("div.page", {}, make("div.row", {}, make("h1", {}, say.numbers),
    make("div.segments", { role: "group", "aria-label": say.range }, ...Object.entries(ranges).map(([value, [label]]) =>
      make("button", { type: "button", "aria-pressed": String(value === range), onclick: () => { location.hash = `#/numbers?since=${value}`; } }, say[label])))), body);
  content.append(page);
  Promise.all([get(`/seller/latency?since=${range}`), get(`/seller/nps?since=${since}`), get("/seller/budget"), newestTurns(range)])
    .then(([latency, nps, budget, turns]) => {
      body.className = "page numbers";
      body.replaceWith(figures(range, latency, nps, budget, turns), make("div.charts", {}, funnel(range, turns), failures(range, turns), names(range, turns, "sought"), names(range, turns, "missed")), make("div.charts", {}, ...charts(range, turns, nps)),
        ...(turns.length >= MOST_TURNS ? [make("p.soft", {}, say.newest(number(turns.length)))] : []), table(turns, query), comments(nps));
    }).catch((problem) => body.replaceChildren(trouble(problem)));
}
