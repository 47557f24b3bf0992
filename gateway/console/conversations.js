/* The newest conversations, and one of them whole. The list is looked at again when the gateway says
 * that it has changed; the address says which conversation is open and which filter is on. */
import { Problem, ask, confirm, get, listen, make, may, reason, tell, trouble } from "/console/shell.js";
import { StepIn, ticks } from "/console/stepin.js";
import { cost, duration, moment, number, person, say } from "/console/words.js";

const PAGE = 25;
const WATCH_MS = 4000; // receipts of the carrier are no change of the list: they are looked for …
const WATCHED_MS = 600000; // … for so long after a message
const underWay = ["waiting", "queued", "accepted", "sending", "sent", "delivered"];
const filters = [["", "all"], ["person", "personFilter"], ["failed", "failedFilter"], ["unhappy", "unhappyFilter"], ["hot", "hotFilter"], ["scored", "scoredFilter"]];

function badges(one) {
  return make("span.badges", {},
    ["new", "contacted", "visit"].includes(one.lead) ? make("span.badge.warn", {}, say.hot) : null,
    one.person ? make("span.badge", {}, say.hasIt(one.person)) : null,
    one.wanted_at && !one.person ? make("span.badge.warn", {}, say.wantsOne) : null,
    one.writing ? make("span.badge", {}, say.writing) : null,
    one.waiting ? make("span.badge.warn", {}, say.waiting(one.waiting)) : null,
    one.failed_at ? make("span.badge.wrong", {}, say.deliveryFailed) : null,
    !one.failed_at && one.undelivered ? make("span.badge.warn", {}, say.undelivered) : null,
    one.score !== null ? make(one.score <= 6 ? "span.badge.wrong" : "span.badge", {}, say.score(one.score)) : null,
    one.opted_out ? make("span.badge.warn", {}, say.optedOut) : null);
}

function link(id, filter) {
  return `#/conversations${id ? `/${encodeURIComponent(id)}` : ""}${filter ? `?filter=${filter}` : ""}`;
}

/* A telephone number is shown with blanks, and copied with them; ids have none. */
const searched = (text) => (/^\+?[\d\s()-]{7,}$/.test(text) ? text.replace(/[^\d+]/g, "") : text);

class List {
  constructor(page) {
    this.page = page;
    this.items = [];
    this.drawn = new Map(); // the rows, by what they are made of
    this.before = null;
    this.turn = 0;
    this.search = make("input", { type: "search", id: "search", placeholder: say.search, "aria-label": say.search, maxlength: 100 });
    this.buttons = filters.map(([filter, label]) => make("button", { type: "button", onclick: () => { location.hash = link(this.page.user, filter); } }, say[label]));
    this.segments = make("div.segments", { role: "group", "aria-label": say.conversations }, ...this.buttons);
    this.live = make("span.live.soft", { id: "live" }, say.notLive);
    this.rows = make("ol", { id: "list" });
    this.element = make("section.list", {},
      make("div.head", {}, make("div.row", {}, make("h1", {}, say.conversations), this.live), this.search, this.segments), this.rows);
    let timer;
    this.search.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(() => this.load(), 250);
    });
  }

  query(before) {
    const query = new URLSearchParams({ limit: PAGE });
    if (this.page.filter) query.set("filter", this.page.filter);
    if (this.search.value.trim()) query.set("q", searched(this.search.value.trim()));
    if (before) query.set("before", before);
    return `/seller/conversations?${query}`;
  }

  /* Who waits for a person of the shop, the longest first, and then who has one. */
  async desk() {
    const [waiting, taken] = await Promise.all([get("/seller/sessions?waiting=person&limit=100"), get("/seller/sessions?with=person&limit=100")]);
    const part = searched(this.search.value.trim()).toLowerCase();
    return { before: null, conversations: [...waiting.sessions, ...taken.sessions].filter((one) => one.user_id.toLowerCase().includes(part)).map((one) => ({
      user_id: one.user_id, at: one.since, person: one.person && one.person.by, wanted_at: one.wanted_at,
      last: { role: "note", text: one.note || say.whys[one.why] || "" }, score: null })) };
  }

  /* The first page; what was shown below it stays below it. */
  async load(keep = false) {
    const asked = this.query();
    const turn = ++this.turn;
    try {
      const told = this.page.filter === "person" ? await this.desk() : await get(asked);
      if (turn !== this.turn || asked !== this.query()) return; // something else, or later, is looked for by now
      const fresh = new Set(told.conversations.map((one) => one.user_id));
      const below = keep && this.items.length > PAGE ? this.items.slice(PAGE).filter((one) => !fresh.has(one.user_id)) : [];
      this.items = [...told.conversations, ...below];
      if (!below.length) this.before = told.before;
      this.draw();
    } catch (problem) {
      if (!keep) this.rows.replaceChildren(make("li", {}, trouble(problem)));
    }
  }

  async more() {
    try {
      const told = await get(this.query(this.before));
      const known = new Set(this.items.map((one) => one.user_id));
      this.items.push(...told.conversations.filter((one) => !known.has(one.user_id)));
      this.before = told.before;
      this.draw();
    } catch (problem) {
      this.rows.lastChild.replaceChildren(trouble(problem));
    }
  }

  row(one) {
    const last = one.last.text.replace(/\s+/g, " ");
    return make("li", {}, make("a", { href: link(one.user_id, this.page.filter), "data-user": one.user_id, "aria-current": one.user_id === this.page.user ? "true" : null },
      make("span.row", {}, make("span.who", {}, person(one.user_id)), make("time.when", { datetime: one.at }, moment(one.at))),
      make("span.last", {}, one.last.role === "note" ? last || "…" : `${say.roles[one.last.role] || say.bot}: ${last || "…"}`), badges(one)));
  }

  draw() {
    const focused = document.activeElement && document.activeElement.dataset ? document.activeElement.dataset.user : null;
    this.buttons.forEach((button, i) => button.setAttribute("aria-pressed", String(filters[i][0] === this.page.filter)));
    this.buttons.at(-1).hidden = this.page.filter !== "scored"; // Numbers leads there
    const drawn = new Map();
    const rows = this.items.map((one) => {
      const key = JSON.stringify([one, this.page.filter, one.user_id === this.page.user]);
      drawn.set(key, this.drawn.get(key) || this.row(one));
      return drawn.get(key);
    });
    this.drawn = drawn;
    if (!rows.length) rows.push(make("li.empty", {}, this.page.filter || this.search.value ? say.noneFound : say.none));
    if (this.before) rows.push(make("li.more", {}, make("button", { type: "button", onclick: () => this.more() }, say.more)));
    /* What stands where it stood is not touched: somebody may be clicking on it. */
    rows.forEach((row, i) => { if (this.rows.children[i] !== row) this.rows.insertBefore(row, this.rows.children[i] || null); });
    while (this.rows.children.length > rows.length) this.rows.lastChild.remove();
    if (focused && document.activeElement === document.body) for (const a of this.rows.querySelectorAll("a")) if (a.dataset.user === focused) a.focus({ preventScroll: true });
  }
}

/* ---- one conversation ---- */

function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 1);
  } catch {
    return text;
  }
}

function tools(list) {
  if (!list.length) return null;
  return make("details.tools", {}, make("summary", {}, say.toolsUsed(list.length)),
    ...list.map((tool) => make("div", {}, make("strong", {}, tool.name),
      make("pre", { tabindex: 0, "aria-label": say.asked }, pretty(tool.arguments)), make("pre", { tabindex: 0, "aria-label": say.got }, pretty(tool.result)))));
}

function meta(message, turn) {
  const parts = [moment(message.at)];
  if (turn) {
    parts.push(duration(turn.total_ms));
    if (turn.tokens_in + turn.tokens_out) parts.push(say.tokens(number(turn.tokens_in + turn.tokens_out)));
    if (turn.currency) parts.push(cost(turn.cost_micros, turn.currency));
    parts.push(turn.why ? `${turn.model} (${say.outcomes[turn.why] || turn.why})` : turn.model);
  }
  const far = ticks(message);
  return make("p.meta", {}, parts.filter(Boolean).join(" · "), far ? " · " : null, far);
}

/* *bold* as WhatsApp writes it; all the rest is plain text. */
function rich(text) {
  const bubble = make("div.bubble", {});
  let at = 0;
  for (const match of text.matchAll(/(^|[\s(¡¿"«])\*(\S|\S[^*\n]*\S)\*(?=$|[\s).,;:!?"»])/g)) {
    const from = match.index + match[1].length;
    bubble.append(text.slice(at, from), make("strong", {}, match[2]));
    at = match.index + match[0].length;
  }
  bubble.append(text.slice(at));
  return bubble;
}

/* One message; what it is made of says whether it has to be made anew. */
function article(message, turn, used) {
  const role = message.role;
  const ours = role !== "user";
  const name = role === "person" && message.by ? message.by : say.roles[role];
  return make(`article.turn.${role}${ours ? ".ours" : ""}`, {}, make(role === "person" || role === "note" ? "p.meta" : "span.hidden", {}, `${name}: `),
    rich(message.text), meta(message, turn), tools(used));
}

class Thread {
  constructor(page) {
    this.page = page;
    this.turn = 0; // of loading it
    this.element = make("section.thread", { "aria-label": say.conversations }, make("p.empty", {}, say.pick));
    this.stepIn = new StepIn(() => Promise.all([this.load(), page.list.load(true)]));
    this.clear();
  }

  /* Nothing is shown that could be kept. */
  clear() {
    this.shown = "";
    this.keys = [];
    this.log = null;
    this.moving = false;
    this.stepIn.hide();
  }

  actions(user) {
    const again = () => { this.clear(); this.load(); this.page.list.load(); };
    const path = (what) => `/seller/${what}/${encodeURIComponent(user)}`;
    const button = (label, style, onclick) => make(style, { type: "button", onclick }, label);
    return [
      may("seller") ? button(say.reset, "button", async () => {
        if (await confirm({ title: say.resetTitle, text: say.resetText, yes: say.reset, danger: true, act: () => ask("DELETE", path("sessions")) })) again();
      }) : null,
      may("owner") ? button(say.exportOne, "button", () => this.save(path("people"), user)) : null,
      may("owner") ? button(say.erase, "button.danger", async () => {
        if (await confirm({ title: say.eraseTitle, text: say.eraseText, yes: say.erase, danger: true, act: () => ask("DELETE", path("people")) })) again();
      }) : null,
    ];
  }

  async save(path, user) {
    try {
      const url = URL.createObjectURL(new Blob([JSON.stringify(await get(path), null, 1)], { type: "application/json" }));
      const a = make("a", { href: url, download: `${user.replace(/[^\w+-]+/g, "_")}.json` });
      document.body.append(a);
      a.click();
      a.remove();
      URL.revokeObjectURL(url);
      tell(say.done);
    } catch (problem) {
      tell(reason(problem));
    }
  }

  head(user, session) {
    const open = session ? { ...session, person: session.person && session.person.by, wanted_at: session.wanted && session.wanted.at, failed_at: null, score: session.survey ? session.survey.score : null } : null;
    return make("div.head", {}, make("a.button.back", { href: link("", this.page.filter) }, say.back),
      make("h2", {}, person(user)), open ? badges(open) : null, ...this.actions(user));
  }

  async load() {
    const user = this.page.user;
    const turn = ++this.turn;
    if (!user) {
      this.clear();
      this.element.replaceChildren(make("p.empty", {}, say.pick));
      return;
    }
    const id = encodeURIComponent(user);
    try {
      const [session, told] = await Promise.all([get(`/seller/sessions/${id}`), get(`/seller/turns?limit=100&user_id=${id}`).catch(() => ({ turns: [] }))]);
      if (turn === this.turn && user === this.page.user) this.draw(user, session, told.turns);
    } catch (problem) {
      if (turn !== this.turn || user !== this.page.user) return;
      if (!(problem instanceof Problem) || (problem.status !== 404 && this.shown)) return; // what is shown stays
      this.clear();
      this.element.replaceChildren(this.head(user, null), make("p.empty", {}, problem instanceof Problem && problem.status === 404 ? say.gone : reason(problem)));
    }
  }

  draw(user, session, turns) {
    const now = JSON.stringify([user, session, turns.length]);
    if (now === this.shown) return;
    if (!this.log || this.user !== user) {
      this.clear();
      this.user = user;
      this.log = make("div.log", { role: "log", tabindex: 0, "aria-label": person(user) });
      this.top = make("div", {});
      this.element.replaceChildren(this.top, this.log, this.stepIn.element);
    }
    const first = !this.shown;
    const atEnd = first || this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < 120;
    this.shown = now;
    const head = this.head(user, session);
    const known = JSON.stringify([session.person, session.wanted, session.writing, session.waiting, session.undelivered, session.opted_out, session.survey]);
    if (known !== this.known || first) this.top.replaceChildren(head);
    this.known = known;
    this.drawLog(session, new Map(turns.map((turn) => [turn.turn_id, turn])));
    this.stepIn.draw(user, session);
    this.moving = session.writing || session.undelivered > 0 || session.messages.slice(-8).some((message) =>
      underWay.includes(message.status) && Date.now() - Date.parse(message.at) < WATCHED_MS);
    if (atEnd) this.log.scrollTop = this.log.scrollHeight;
  }

  /* What is as it was is left alone: it stays unfolded, and only what is new is read out. */
  drawLog(session, byId) {
    const keys = [];
    session.messages.forEach((message, i) => {
      const bot = message.role === "assistant";
      const turn = bot ? byId.get(message.turn_id) : null;
      const used = bot ? session.tools.filter((tool) => tool.turn_id && tool.turn_id === message.turn_id) : [];
      keys.push(JSON.stringify([message, Boolean(turn), used.length]));
      if (keys[i] === this.keys[i]) return;
      const made = article(message, turn, used);
      const open = this.log.children[i] && this.log.children[i].querySelector("details[open]");
      if (open && made.querySelector("details")) made.querySelector("details").open = true;
      if (this.log.children[i]) this.log.children[i].replaceWith(made);
      else this.log.append(made);
    });
    while (this.log.children.length > keys.length) this.log.lastChild.remove();
    this.keys = keys;
  }
}

/* ---- the page ---- */

export function conversations(content, user, query) {
  const page = { user, filter: query.get("filter") || "" };
  const end = new AbortController();
  page.list = new List(page);
  page.thread = new Thread(page);
  const both = make("div.two", {}, page.list.element, page.thread.element);
  both.classList.toggle("open", Boolean(user));
  content.append(both);
  page.list.draw();
  page.list.load();
  page.thread.load();

  async function follow() {
    while (!end.signal.aborted) {
      try {
        await listen("/seller/events", end.signal, () => {
          page.list.live.classList.add("on");
          page.list.live.textContent = say.live;
          page.list.load(true); // the first time too: something may have changed since it was read
          page.thread.load();
        });
      } catch { /* again in a moment */ }
      if (end.signal.aborted) return;
      page.list.live.classList.remove("on");
      page.list.live.textContent = say.notLive;
      await new Promise((resolve) => { setTimeout(resolve, 2000); });
    }
  }
  follow();
  const watch = setInterval(() => {
    if (page.thread.moving && !document.hidden) page.thread.load();
  }, WATCH_MS);

  const leave = () => {
    end.abort();
    clearInterval(watch);
  };
  /* Another conversation or filter: the list stays where it is. */
  leave.stays = (path, next, nextQuery) => {
    if (path !== "conversations") return false;
    const filter = nextQuery.get("filter") || "";
    const other = filter !== page.filter;
    page.user = next;
    page.filter = filter;
    both.classList.toggle("open", Boolean(next));
    page.list.draw();
    if (other) page.list.load();
    page.thread.load();
    return true;
  };
  return leave;
}
