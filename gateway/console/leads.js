/* Leads: who may buy, which car at which price, how far that is. The list follows by itself; what
 * somebody is at, a note half written or unfolded, is left alone. */
import { ask, get, listen, make, may, reason, tell, trouble } from "/console/shell.js";
import { moment, money, person, say } from "/console/words.js";

const PAGE = 25;
const stages = ["new", "contacted", "visit", "won", "lost"];
const filters = [["open", "leadsOpen"], ["", "all"], ...stages.map((stage) => [stage, `stage_${stage}`])];
const path = (user) => `/seller/leads/${encodeURIComponent(user)}`;

function parameters(page, more) {
  const query = new URLSearchParams(more);
  if (page.stage) query.set("stage", page.stage);
  if (page.search.value.trim()) query.set("q", page.search.value.trim());
  return query;
}

/* ---- one ---- */

function quoteLine(quote) {
  return quote ? `${say.leadMonths(quote.months, money(quote.instalment))} · ${say.leadDown(money(quote.down_payment))}` : null;
}

function facts(lead) {
  const rows = [[say.leadCar, lead.car ? `${lead.car.name}, ${money(lead.car.price)}` : null], [say.leadQuote, quoteLine(lead.quote)],
    [say.leadContact, lead.contact], [say.leadSaid, lead.said && `«${lead.said}»`]];
  return make("dl", {}, ...rows.filter(([, value]) => value).flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, value)]));
}

function noteList(notes) {
  return make("ul.comments", {}, ...notes.map((note) => make("li", {}, make("span.soft", {}, [note.by, moment(note.at)].filter(Boolean).join(" · ")), make("p", {}, note.text))));
}

function card(page, lead) {
  const wrong = make("p", { role: "alert" });
  const who = lead.name || person(lead.user_id);
  const change = async (body) => {
    wrong.className = "";
    wrong.textContent = "";
    try {
      await ask("POST", path(lead.user_id), { lead_id: lead.lead_id, ...body });
      tell(say.done);
      page.load(true);
      return true;
    } catch (problem) {
      wrong.className = "note wrong";
      wrong.textContent = reason(problem);
      return false;
    }
  };
  const select = make("select", { "aria-label": say.stageOf(who), disabled: !may("seller"), onchange: () => change({ stage: select.value }) },
    ...stages.map((stage) => make("option", { value: stage, selected: stage === lead.stage }, say[`stage_${stage}`])));
  const notes = make("div", {}, noteList(lead.notes));
  const unfolded = async () => {
    try {
      const told = await get(path(lead.user_id));
      const now = told.leads.find((one) => one.lead_id === lead.lead_id);
      if (now) notes.replaceChildren(noteList(now.notes));
    } catch { /* the last one is shown */ }
  };
  const text = make("textarea", { name: "note", rows: 2, maxlength: 500, required: true });
  const form = may("seller") ? make("form", {}, make("label", {}, say.leadNote, text), make("button", { type: "submit" }, say.add)) : null;
  if (form) form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (await change({ note: text.value })) {
      text.value = "";
      unfolded();
    }
  });
  const details = make("details", {}, make("summary", {}, say.leadNotes(lead.note_count)), notes, form);
  details.addEventListener("toggle", () => { if (details.open) unfolded(); });
  return make("li.card.lead", { "data-lead": lead.lead_id },
    make("div.row", {}, make("h2", {}, who), make("span.badge", {}, say[`interest_${lead.interest}`])),
    make("p.soft", {}, make("a", { href: `#/conversations/${encodeURIComponent(lead.user_id)}` }, person(lead.user_id)), ` · ${moment(lead.at)}`),
    facts(lead), make("label", {}, say.stage, select), wrong, details);
}

/* ---- the list ---- */

class Page {
  constructor(stage) {
    this.stage = stage;
    this.items = [];
    this.cards = new Map();
    this.before = null;
    this.asked = 0;
    this.search = make("input", { id: "search", type: "search", "aria-label": say.leadSearch, placeholder: say.leadSearch, maxlength: 60 });
    this.live = make("span.soft.live", { id: "live", role: "status" }, say.notLive);
    this.list = make("ul.leads", { id: "leads" });
    this.below = make("div", {});
    this.table = may("seller") ? make("a.button", { id: "csv", download: "leads.csv" }, say.leadTable) : null;
    let wait = 0;
    this.search.addEventListener("input", () => {
      clearTimeout(wait);
      wait = setTimeout(() => this.load(), 250);
    });
    this.element = make("div.page", {}, make("div.row", {}, make("h1", {}, say.leads), this.live),
      make("div.segments", { role: "group", "aria-label": say.stage }, ...filters.map(([one, label]) =>
        make("button", { type: "button", "aria-pressed": String(one === stage), onclick: () => { location.hash = `#/leads?stage=${one}`; } }, say[label]))),
      make("div.row", {}, this.search, this.table), this.list, this.below);
  }

  /* Anew from the top; keep: what was read further down stays. */
  async load(keep) {
    const turn = ++this.asked;
    if (this.table) this.table.href = `/seller/leads.csv?${parameters(this)}`;
    try {
      const told = await get(`/seller/leads?${parameters(this, { limit: PAGE })}`);
      if (turn !== this.asked) return;
      const fresh = new Set(told.leads.map((one) => one.lead_id));
      const more = keep && this.items.length > PAGE ? this.items.slice(PAGE).filter((one) => !fresh.has(one.lead_id)) : [];
      this.items = [...told.leads, ...more];
      if (!more.length) this.before = told.before;
      this.draw();
    } catch (problem) {
      if (turn === this.asked) this.below.replaceChildren(make("p.note.wrong", { role: "alert" }, reason(problem)));
    }
  }

  async more() {
    let told;
    try {
      told = await get(`/seller/leads?${parameters(this, { limit: PAGE, before: this.before })}`);
    } catch (problem) {
      this.below.append(trouble(problem));
      return;
    }
    const known = new Set(this.items.map((one) => one.lead_id));
    this.items.push(...told.leads.filter((one) => !known.has(one.lead_id)));
    this.before = told.before;
    this.draw();
  }

  /* One that somebody is at stays as it is until they have left it. */
  row(lead) {
    const known = this.cards.get(lead.lead_id);
    const key = JSON.stringify(lead);
    const at = known && (known.element.contains(document.activeElement) && document.activeElement.name === "note");
    if (known && (known.key === key || at)) return known.element;
    const made = card(this, lead);
    if (known && known.element.querySelector("details[open]")) made.querySelector("details").open = true;
    this.cards.set(lead.lead_id, { key, element: made });
    return made;
  }

  draw() {
    const rows = this.items.map((lead) => this.row(lead));
    const same = rows.length === this.list.children.length && rows.every((row, i) => row === this.list.children[i]);
    if (!same) this.list.replaceChildren(...rows);
    const shown = new Set(this.items.map((lead) => lead.lead_id));
    for (const id of this.cards.keys()) if (!shown.has(id)) this.cards.delete(id);
    this.below.replaceChildren(rows.length ? (this.before ? make("button", { type: "button", id: "more", onclick: () => this.more() }, say.more) : "")
      : make("p.empty", {}, this.stage === "open" && !this.search.value ? say.leadsNone : say.leadsNoneFound));
  }
}

export function leads(content, rest, query) {
  const stage = query.has("stage") ? query.get("stage") : "open";
  const page = new Page(filters.some(([one]) => one === stage) ? stage : "open");
  const end = new AbortController();
  content.append(page.element);
  page.load();

  async function follow() {
    while (!end.signal.aborted) {
      try {
        await listen("/seller/events", end.signal, () => {
          page.live.classList.add("on");
          page.live.textContent = say.live;
          page.load(true);
        });
      } catch { /* again in a moment */ }
      if (end.signal.aborted) return;
      page.live.classList.remove("on");
      page.live.textContent = say.notLive;
      await new Promise((resolve) => { setTimeout(resolve, 2000); });
    }
  }
  follow();
  return () => end.abort();
}
