/* Numbers: what was answered, how fast, what it cost, what people said of it. Every number leads to the
 * conversations it is of, most of them by way of the turns below, which the address filters:
 * #/numbers?days=7&did=quote. */
import { draw, get, make, tell, trouble } from "/console/shell.js";
import { amount, cost, day, duration, moment, number, say, short } from "/console/words.js";

const ranges = { 1: "day", 7: "week", 30: "month" };
const PAGE = 25;
const filters = ["outcome", "did", "sought", "missed", "longer"];

/* ---- drawing ---- */

function figure(label, value, note, href) {
  return make("a.figure", { href }, make("span", {}, label), make("b", {}, value), note ? make("span", {}, note) : null);
}

/* Bars one on the other; every bar says its numbers, and leads to what it is of. The picture is one thing
   to a screen reader and the keyboard: they have the table. */
function chart(title, bars, format) {
  const width = 440, height = 230, left = 62, bottom = 30, top = 14;
  const most = Math.max(1, ...bars.map((bar) => bar.parts.reduce((sum, part) => sum + part.value, 0)));
  const step = (width - left) / Math.max(1, bars.length);
  const y = (value) => top + (height - top - bottom) * (1 - value / most);
  const svg = draw("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": `${title}: ${bars.filter((bar) => bar.parts.some((part) => part.value)).map((bar) => `${bar.label} ${bar.total}`).join(", ") || say.noData}` });
  for (const part of [0, 0.5, 1])
    svg.append(draw("line", { class: "grid", x1: left, x2: width, y1: y(most * part), y2: y(most * part) }),
      draw("text", { x: left - 6, y: y(most * part) + 5, "text-anchor": "end" }, format(most * part)));
  bars.forEach((bar, i) => {
    let base = 0;
    for (const part of bar.parts) {
      if (part.value) {
        const rect = draw("rect", { class: `bar${part.bad ? " bad" : ""}`, x: left + i * step + step * 0.15, width: Math.max(2, step * 0.7), y: y(base + part.value), height: Math.max(1, y(base) - y(base + part.value)), rx: 3 },
          draw("title", {}, `${bar.label}: ${bar.total}`));
        rect.addEventListener("click", () => { location.hash = bar.href; });
        svg.append(rect);
      }
      base += part.value;
    }
    if (i % Math.ceil(bars.length / 6) === 0)
      svg.append(draw("text", { x: left + (i + 0.5) * step, y: height - 6, "text-anchor": "middle" }, bar.label));
  });
  return make("figure.card.chart", {}, make("h2", {}, title), svg,
    make("details", {}, make("summary", {}, say.asTable), make("div.scroll", { tabindex: 0, role: "region", "aria-label": title }, make("table", {},
      make("tbody", {}, ...bars.map((bar) => make("tr", {}, make("th", { scope: "row" }, make("a", { href: bar.href }, bar.label)), make("td.number", {}, String(bar.total)))))))));
}

/* Numbers with their share of the largest. */
function shares(id, title, rows) {
  const most = Math.max(1, ...rows.map((row) => row.count));
  return make("section.card", { id }, make("h2", {}, title), rows.length ? make("table.shares", {}, make("tbody", {}, ...rows.map((row) =>
    make("tr", {}, make("th", { scope: "row" }, row.href ? make("a", { href: row.href }, row.label) : row.label), make("td.number", {}, number(row.count)),
      make("td", { "aria-hidden": "true" }, draw("svg", { class: "share", viewBox: "0 0 100 10", preserveAspectRatio: "none" }, draw("rect", { class: "bar", width: 100 * row.count / most, height: 10, rx: 2 }))))))) : make("p.soft", {}, say.noData));
}

/* ---- what is counted ---- */

const link = (days, filter = {}) => `#/numbers?${new URLSearchParams({ days, turns: 1, ...filter })}`;
const money = (costs) => costs.map((one) => cost(one.micros, one.currency)).join(" + ");
const count = (value) => short(Math.round(value));

function figures(days, told, nps, budget) {
  const { total } = told;
  const { most_tokens: most, tokens } = budget.all;
  const model = link(days, { did: "model" });
  const turns = total.turns + total.failed;
  return make("div.figures", {},
    figure(say.turns, short(total.turns), null, link(days, { outcome: "answered" })),
    figure(say.people, short(total.people), null, "#/conversations"),
    figure(say.failedTurns, short(total.failed), null, link(days, { outcome: "unanswered" })),
    figure(say.half, total.p50_ms ? duration(total.p50_ms) : "–", null, link(days, { longer: `${total.p50_ms || 1}ms` })),
    figure(say.most, total.p95_ms ? duration(total.p95_ms) : "–", null, link(days, { longer: `${total.p95_ms || 1}ms` })),
    total.costs.length ? figure(say.cost, money(total.costs), turns ? say.perTurn(money(total.costs.map((one) => ({ ...one, micros: Math.round(one.micros / turns) })))) : null, model) : null,
    figure(say.calls, short(total.model_calls), null, model),
    figure(say.tokensIn, short(total.tokens_in), total.tokens_in ? say.cached(Math.round(100 * total.tokens_cached / total.tokens_in)) : null, model),
    figure(say.tokensOut, short(total.tokens_out), null, model),
    figure(say.repairs, short(total.repairs), null, link(days, { did: "repair" })),
    figure(say.budget, short(tokens), most ? say.ofBudget(short(most)) : say.noBudget, link(1, { did: "model" })),
    figure(say.nps, nps.total.nps === null ? "–" : String(nps.total.nps), null, "#/conversations?filter=scored"),
    figure(say.answered, short(nps.total.answered), say.ofAsked(nps.total.asked), "#/conversations?filter=scored"),
    figure(say.unhappy, short(nps.total.detractors), null, "#/conversations?filter=unhappy"));
}

function cards(days, told) {
  const named = (what) => shares(what, say[what], told[what].slice(0, 8).map((one) =>
    ({ label: one.name || say.others, count: one.turns, href: one.name && link(days, { [what]: one.name }) })));
  return make("div.charts", {},
    shares("funnel", say.funnel, told.funnel.map((one) => ({ label: say[`step_${one.step}`], count: one.people, href: link(days, { did: one.step }) }))),
    shares("failures", say.failures, told.failures.map((one) => ({ label: one.name ? outcome(one.name) : say.others, count: one.turns, href: one.name && link(days, { outcome: one.name }) }))),
    named("sought"), named("missed"));
}

/* A bar for each day, or for each hour of the only one. */
function bins(days, told) {
  const hour = (one) => ({ ...one, label: `${one.hour} h`, href: link(days, { hour: one.hour }) });
  const date = (one) => ({ ...one, label: day(`${one.day}T12:00:00`), href: link(days, { day: one.day }) });
  return days === 1 ? told.hours.map(hour) : told.days.map(date);
}

function charts(days, told, nps) {
  const all = bins(days, told);
  const turns = (one) => ({ label: one.label, href: one.href, total: one.turns + one.failed, parts: [{ value: one.turns }, { value: one.failed, bad: true }] });
  const made = [chart(say.chartTurns, all.map(turns), count),
    chart(say.chartTimes, all.map((one) => ({ label: one.label, href: one.href, total: one.p50_ms ? duration(one.p50_ms) : "–", parts: [{ value: one.p50_ms }] })), duration)];
  for (const { currency } of told.total.costs) {
    const micros = (one) => (one.costs.find((some) => some.currency === currency) || { micros: 0 }).micros;
    made.push(chart(`${say.chartCost} (${currency})`, all.map((one) =>
      ({ label: one.label, href: one.href, total: cost(micros(one), currency), parts: [{ value: micros(one) }] })), (value) => amount(value / 1e6)));
  }
  if (days > 1) made.push(chart(say.chartHours, told.hours.map((one) => turns({ ...one, label: `${one.hour} h`, href: link(days, { hour: one.hour }) })), count));
  const asked = new Map();
  for (const one of nps.days) {
    const sum = asked.get(one.day) || { good: 0, bad: 0 };
    sum.good += one.promoters + one.passives;
    sum.bad += one.detractors;
    asked.set(one.day, sum);
  }
  if (asked.size)
    made.push(chart(say.chartNps, [...asked].sort().map(([date, sum]) => ({ label: day(`${date}T12:00:00`), href: "#/conversations?filter=scored", total: sum.good + sum.bad, parts: [{ value: sum.good }, { value: sum.bad, bad: true }] })), count));
  return make("div.charts", {}, ...made);
}

/* ---- whose turn it was ---- */

/* Turns name people as the log does; whose conversation it is, those who may read them find out. */
const fits = (masked, id) => masked.length === id.length && [...masked].every((c, i) => c === "*" || c === id[i]);

async function fitting(masked) {
  const found = [];
  let before = "";
  do {
    const told = await get(`/seller/conversations?${new URLSearchParams({ limit: 50, q: masked.split("*").pop(), before })}`);
    found.push(...told.conversations.map((one) => one.user_id).filter((id) => fits(masked, id)));
    before = told.before;
  } while (before);
  return found;
}

/* Ids that end alike look alike: the turn says which of them it was. */
async function open(masked, turn) {
  try {
    const found = await fitting(masked);
    let whose = found[0];
    for (const id of found.length > 1 ? found : []) {
      const told = await get(`/seller/sessions/${encodeURIComponent(id)}`).catch(() => null);
      if (told && told.messages.some((message) => message.turn_id === turn)) whose = id;
    }
    if (whose) location.hash = `#/conversations/${encodeURIComponent(whose)}`;
    else tell(say.gone);
  } catch {
    tell(say.failed);
  }
}

function who(user, turn) {
  const seen = user.replace(/^whatsapp:/, "").replace(/\*+/, "…");
  return user.includes("*") ? make("button.plain.who", { type: "button", "aria-label": `${say.openIt} ${seen}`, onclick: () => open(user, turn) }, seen)
    : make("a", { href: `#/conversations/${encodeURIComponent(user)}` }, user);
}

/* How a turn ended, or why the offline seller answered. */
const outcome = (word) => say.outcomes[word] || word;

function row(turn) {
  return make("tr", {}, make("td", {}, moment(turn.claimed_at)), make("td", {}, who(turn.user, turn.turn_id)),
    make("td", {}, make(turn.outcome === "answered" ? "span.badge" : "span.badge.wrong", {}, outcome(turn.outcome)), turn.why ? ` ${outcome(turn.why)}` : ""),
    make("td", {}, turn.model), make("td.number", {}, duration(turn.total_ms)), make("td.number", {}, turn.currency ? cost(turn.cost_micros, turn.currency) : "–"));
}

/* The turns that a number is of. */
class Turns {
  constructor(days, told) {
    this.days = days;
    this.told = told;
    this.asked = 0;
    this.element = make("section.card", { id: "turns" });
  }

  /* What the address asks for, as the API and as a person has it. */
  read(query) {
    const api = new URLSearchParams({ limit: PAGE, since: this.told.since, until: new Date(Date.parse(this.told.until) - 1).toISOString() });
    const words = [];
    for (const name of filters.filter((one) => query.get(one))) {
      const value = query.get(name);
      if (value !== "talk") api.set(name, value);
      words.push(name === "longer" ? say.longer(duration(parseInt(value, 10))) : name === "did" ? say.did[value] : name === "outcome" ? outcome(value) : value);
    }
    const at = this.told.days.findIndex((one) => one.day === query.get("day"));
    const hour = /^([01]?\d|2[0-3])$/.test(query.get("hour") || "") ? Number(query.get("hour")) : -1;
    if (at >= 0) {
      const from = Date.parse(this.told.since) + at * 864e5;
      api.set("since", new Date(from).toISOString());
      api.set("until", new Date(from + 864e5 - 1).toISOString());
      words.push(day(`${query.get("day")}T12:00:00`));
    }
    if (hour >= 0) {
      api.set("hour", hour);
      words.push(`${hour} h`);
    }
    return { api, words };
  }

  async load(query) {
    const { api, words } = this.read(query);
    const asked = ++this.asked;
    const heading = make("h2", { tabindex: -1 }, words.length ? `${say.turns}: ${words.join(" · ")}` : say.lastTurns);
    const body = make("tbody", {});
    const more = make("p.more", {});
    const table = make("div.scroll", { tabindex: 0, role: "region", "aria-label": say.lastTurns, hidden: true }, make("table", {},
      make("thead", {}, make("tr", {}, ...[say.when, say.who, say.outcome, say.model].map((head) => make("th", { scope: "col" }, head)), ...[say.took, say.costHead].map((head) => make("th.number", { scope: "col" }, head)))), body));
    this.element.replaceChildren(make("div.row", {}, heading, words.length ? make("a.button", { href: link(this.days) }, say.clearFilter) : null), table, more);
    const next = async (before) => {
      more.replaceChildren("…");
      try {
        if (before) api.set("before", before);
        const told = await get(`/seller/turns?${api}`);
        if (asked !== this.asked) return;
        body.append(...told.turns.map(row));
        table.hidden = !body.children.length;
        more.replaceChildren(...(told.before ? [make("button", { type: "button", onclick: () => next(told.before) }, say.more)] : body.children.length ? [] : [say.noData]));
      } catch (problem) {
        if (asked === this.asked) more.replaceChildren(trouble(problem));
      }
    };
    await next("");
    if (asked === this.asked && query.get("turns")) {
      this.element.scrollIntoView({ block: "start" });
      heading.focus({ preventScroll: true });
    }
  }
}

function comments(nps) {
  return make("section.card", { id: "comments" }, make("h2", {}, say.comments), nps.comments.length
    ? make("ul.comments", {}, ...nps.comments.slice(0, 20).map((one) => make("li", {},
      make(one.score <= 6 ? "span.badge.wrong" : "span.badge", {}, say.score(one.score)), " ", one.comment,
      make("p.soft", {}, who(one.user, one.turn_id), ` · ${moment(one.at)}`))))
    : make("p.soft", {}, say.noComments));
}

/* ---- the page ---- */

export function numbers(content, rest, query) {
  const daysOf = (asked) => (ranges[asked.get("days")] ? Number(asked.get("days")) : 1);
  const days = daysOf(query);
  const body = make("div", {}, make("p.empty", {}, "…"));
  let shown = query, turns = null, left = false;
  const page = make("div.page", {}, make("div.row", {}, make("h1", {}, say.numbers),
    make("div.segments", { role: "group", "aria-label": say.range }, ...Object.entries(ranges).map(([value, label]) =>
      make("button", { type: "button", "aria-pressed": String(Number(value) === days), onclick: () => { location.hash = `#/numbers?days=${value}`; } }, say[label])))), body);
  content.append(page);
  (async () => {
    try {
      const [told, budget] = await Promise.all([get(`/seller/numbers?days=${days}`), get("/seller/budget")]);
      const nps = await get(`/seller/nps?since=${told.days[0].day}`);
      if (left) return;
      turns = new Turns(days, told);
      body.className = "page numbers";
      body.replaceWith(figures(days, told, nps, budget), cards(days, told), charts(days, told, nps), turns.element, comments(nps));
      await turns.load(shown);
    } catch (problem) {
      body.replaceChildren(trouble(problem));
    }
  })();
  const leave = () => { left = true; };
  /* Another filter of the same days is another list of turns and nothing else. */
  leave.stays = (path, more, asked) => {
    if (path !== "numbers" || daysOf(asked) !== days || !turns) return false;
    shown = asked;
    turns.load(asked);
    return true;
  };
  return leave;
}
