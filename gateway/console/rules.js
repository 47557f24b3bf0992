/* The rules the seller follows and what it knows of the shop: written as Markdown, kept in versions, tried
 * in a side chat, published and rolled back. A text is shown as elements made here, never parsed as HTML. */
import { ask, confirm, field, get, make, may, session, tell, trouble } from "/console/shell.js";
import { moment, number, say } from "/console/words.js";

const documents = ["rules", "knowledge"];

/* ---- Markdown, as much of it as such texts have ---- */

const marks = /\*\*([^*\n]+)\*\*|\*([^*\s][^*\n]*)\*|`([^`\n]+)`|(\{\{\w+\}\})/g;

function inline(line) {
  const parts = [];
  let from = 0;
  for (const found of line.matchAll(marks)) {
    parts.push(line.slice(from, found.index));
    const [all, strong, bold, code, hole] = found;
    parts.push(hole ? make("code.hole", {}, hole) : code ? make("code", {}, code) : make("strong", {}, strong || bold));
    from = found.index + all.length;
  }
  parts.push(line.slice(from));
  return parts;
}

export function preview(markdown) {
  const shown = make("div.markdown", {});
  let list = null;
  let paragraph = null;
  for (const line of markdown.split(/\r?\n/)) {
    const heading = /^(#{1,6})\s+(.*?)\s*#*$/.exec(line);
    const item = /^\s*(?:([-*+])|\d+[.)])\s+(.*)$/.exec(line);
    if (heading) {
      shown.append(make(`h${Math.min(heading[1].length + 2, 6)}`, {}, ...inline(heading[2])));
    } else if (item) {
      const tag = item[1] ? "UL" : "OL";
      if (!list || list.tagName !== tag) shown.append(list = make(tag.toLowerCase()));
      list.append(make("li", {}, ...inline(item[2])));
    } else if (line.trim()) {
      if (paragraph) paragraph.append("\n", ...inline(line));
      else shown.append(paragraph = make("p", {}, ...inline(line)));
    }
    if (!item) list = null;
    if (heading || item || !line.trim()) paragraph = null;
  }
  return shown;
}

/* ---- what differs ---- */

const MOST_CELLS = 4e6; // of the table of the longest common part; beyond it all between the ends differs

/* [["=", line] | ["-", line] | ["+", line] …] from one text to another, by lines. */
export function differences(before, after) {
  const a = before.split(/\r?\n/);
  const b = after.split(/\r?\n/);
  let front = 0;
  let back = 0;
  while (front < a.length && front < b.length && a[front] === b[front]) front++;
  while (back < a.length - front && back < b.length - front && a[a.length - 1 - back] === b[b.length - 1 - back]) back++;
  const x = a.slice(front, a.length - back);
  const y = b.slice(front, b.length - back);
  const middle = [];
  if ((x.length + 1) * (y.length + 1) > MOST_CELLS) {
    middle.push(...x.map((line) => ["-", line]), ...y.map((line) => ["+", line]));
  } else {
    const wide = y.length + 1;
    const common = new Uint16Array((x.length + 1) * wide);
    for (let i = x.length - 1; i >= 0; i--)
      for (let j = y.length - 1; j >= 0; j--)
        common[i * wide + j] = x[i] === y[j] ? common[(i + 1) * wide + j + 1] + 1 : Math.max(common[(i + 1) * wide + j], common[i * wide + j + 1]);
    for (let i = 0, j = 0; i < x.length || j < y.length;) {
      if (i < x.length && j < y.length && x[i] === y[j]) {
        middle.push(["=", x[i++]]);
        j++;
      } else if (j >= y.length || (i < x.length && common[(i + 1) * wide + j] >= common[i * wide + j + 1])) middle.push(["-", x[i++]]);
      else middle.push(["+", y[j++]]);
    }
  }
  const same = (line) => ["=", line];
  return [...a.slice(0, front).map(same), ...middle, ...a.slice(a.length - back).map(same)];
}

const AROUND = 2; // lines that are shown around what differs

function comparison(before, after) {
  const all = differences(before, after);
  if (all.every(([how]) => how === "=")) return make("p.soft", {}, say.text.same);
  const near = all.map((_, at) => all.slice(Math.max(0, at - AROUND), at + AROUND + 1).some(([how]) => how !== "="));
  const rows = [];
  all.forEach(([how, line], at) => {
    if (!near[at]) {
      if (near[at - 1] || !at) rows.push(make("li.gap", {}, "⋯"));
      return;
    }
    const tag = { "=": "span", "-": "del", "+": "ins" }[how];
    const said = { "-": say.text.removed, "+": say.text.added }[how];
    rows.push(make("li", { "data-how": how }, said ? make("span.hidden", {}, said) : null, make(tag, {}, line || " ")));
  });
  return make("ol.diff", {}, ...rows);
}

/* ---- the side chat ---- */

class SideChat {
  constructor(page) {
    this.page = page;
    this.log = make("div.log.side", { id: "tried", role: "log", "aria-label": say.text.sideChat, tabindex: 0 });
    this.input = make("input", { name: "msg", maxlength: 1000, autocomplete: "off", "aria-label": say.text.saySomething, placeholder: say.text.saySomething });
    this.send = make("button.primary", { type: "submit" }, say.text.send);
    this.form = make("form.say", { id: "try" }, this.input, this.send);
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.ask();
    });
    this.title = make("span.soft", { id: "trying" });
    this.element = make("section.card", {}, make("div.row", {}, make("h2", {}, say.text.sideChat),
      make("button", { type: "button", id: "again", onclick: () => this.restart() }, say.text.startAnew)),
    make("p.soft", {}, say.text.sideHint), this.title, this.log, this.form);
    this.restart();
  }

  async restart() {
    const old = this.chat && this.used && `/seller/sessions/${encodeURIComponent(`try:${session.name}:${this.chat}`)}`;
    this.chat = crypto.randomUUID ? crypto.randomUUID() : `${Date.now()}-${Math.random().toString(36).slice(2)}`;
    this.used = false;
    this.log.replaceChildren();
    if (old) ask("DELETE", old).catch(() => {}); // else it goes by itself, later
  }

  bubble(who, text) {
    this.log.append(make(`div.turn.${who}`, {}, make("div.bubble", {}, text)));
    this.log.scrollTop = this.log.scrollHeight;
  }

  async ask() {
    const msg = this.input.value.trim();
    if (!msg) return;
    const { chat } = this;
    this.used = true;
    this.input.value = "";
    this.send.disabled = true;
    this.bubble("customer", msg);
    try {
      const told = await ask("POST", "/console/api/try", { chat, msg, ...this.page.tried() });
      if (chat === this.chat) this.bubble("bot", told.reply);
    } catch (problem) {
      if (chat === this.chat) this.log.append(trouble(problem));
    }
    this.send.disabled = false;
    this.input.focus();
  }
}

/* ---- the page ---- */

class Page {
  constructor(content, here) {
    this.here = here;
    this.list = { rules: null, knowledge: null };
    this.shown = { version: 0, text: "" }; // the version in the editor, as it was kept
    this.view = "write";
    this.wrong = make("div", {});
    this.area = make("textarea", { id: "text", name: "text", rows: 20, spellcheck: "true", readonly: !may("seller"), "aria-label": say.text[here] });
    this.area.addEventListener("input", () => this.changed());
    this.seen = make("div", { id: "seen" });
    this.views = make("div.segments", { role: "group", "aria-label": say.text.view });
    this.size = make("span.soft", { id: "size" });
    this.which = make("span.soft", { id: "which" });
    this.note = make("input", { name: "note", maxlength: 120, autocomplete: "off" });
    this.saving = make("form.fields", { id: "save" }, make("label", {}, say.text.note, this.note), make("button.primary", { type: "submit" }, say.text.keep));
    this.saving.addEventListener("submit", (event) => {
      event.preventDefault();
      this.save();
    });
    this.history = make("tbody", {});
    this.chat = may("seller") ? new SideChat(this) : null;
    content.append(this.element());
    this.load();
  }

  element() {
    const heads = [say.version, say.text.saved, say.text.note, say.text.published];
    return make("div.page", {}, make("div.row", {}, make("h1", {}, say.rules),
      make("div.segments", { role: "group", "aria-label": say.rules }, ...documents.map((one) =>
        make("button", { type: "button", "aria-pressed": String(one === this.here), onclick: () => { location.hash = `#/rules/${one}`; } }, say.text[one])))),
    make("p.soft", {}, say.text[`${this.here}Hint`]),
    make("details.card", { id: "always" }, make("summary", {}, say.text.always), make("ul.points", {}, ...say.text.alwaysPoints.map((one) => make("li", {}, one)))),
    this.wrong,
    make("section.card", {}, make("div.row", {}, this.views, this.which), this.area, this.seen, make("div.row", {}, this.size), may("seller") ? this.saving : null),
    this.chat && this.chat.element,
    make("section.card", {}, make("h2", {}, say.text.history), make("div.scroll", { tabindex: 0, role: "region", "aria-label": say.text.history },
      make("table", { id: "versions" }, make("thead", {}, make("tr", {}, ...heads.map((head) => make("th", { scope: "col" }, head)), make("td", {}))), this.history))));
  }

  fail(problem) {
    this.wrong.replaceChildren(trouble(problem));
    this.wrong.scrollIntoView({ block: "nearest" });
  }

  /* Both lists: a turn of the side chat goes by a version of each. */
  async refresh() {
    const told = await Promise.all(documents.map((one) => get(`/console/api/texts/${one}`)));
    documents.forEach((one, at) => { this.list[one] = told[at]; });
  }

  async load(version) {
    try {
      await this.refresh();
      await this.show(version ?? this.list[this.here].live);
      this.wrong.replaceChildren();
    } catch (problem) {
      this.fail(problem);
    }
  }

  text(version) {
    return get(`/console/api/text/${this.here}?version=${version}`);
  }

  async show(version) {
    this.shown = await this.text(version);
    this.area.value = this.shown.text;
    this.shown.text = this.area.value; // in which every line ends alike
    this.draw();
  }

  tried() {
    const { rules, knowledge } = this.list;
    return { rules: rules.live, knowledge: knowledge.live, [this.here]: this.shown.version };
  }

  dirty() {
    return this.area.value !== this.shown.text;
  }

  name(version) {
    return version ? say.text.versionOf(version) : say.text.original;
  }

  changed() {
    const bytes = new TextEncoder().encode(this.area.value).length;
    const { most_bytes: most, most_tokens: tokens } = this.list[this.here];
    const limit = this.here === "rules" && tokens ? ` · ${say.text.tokenLimit(number(tokens))}` : "";
    this.size.textContent = `${say.text.bytes(number(bytes), number(most))}${this.dirty() ? "" : ` · ${say.text.tokens(number(this.shown.tokens))}`}${limit}`;
    this.size.className = bytes > most ? "badge wrong" : "soft";
    this.which.textContent = this.name(this.shown.version) + (this.dirty() ? ` · ${say.text.unsaved}` : "");
  }

  draw() {
    const views = ["write", "preview", "compare"];
    this.views.replaceChildren(...views.map((one) => make("button", { type: "button", "data-view": one, "aria-pressed": String(one === this.view),
      onclick: () => { this.view = one; this.draw(); } }, say.text[one])));
    this.area.hidden = this.view !== "write";
    this.seen.hidden = this.view === "write";
    if (this.view === "preview") this.seen.replaceChildren(preview(this.area.value));
    if (this.view === "compare") this.compare();
    this.history.replaceChildren(...this.list[this.here].versions.map((one) => this.row(one)));
    if (this.chat) this.chat.title.textContent = say.text.tries(this.name(this.tried().rules), this.name(this.tried().knowledge));
    this.changed();
  }

  async compare() {
    const { live } = this.list[this.here];
    this.seen.replaceChildren(make("p.soft", {}, say.text.comparedTo(this.name(live))));
    try {
      const before = await this.text(live);
      if (this.view === "compare") this.seen.replaceChildren(make("p.soft", {}, say.text.comparedTo(this.name(live))), comparison(before.text, this.area.value));
    } catch (problem) {
      this.fail(problem);
    }
  }

  row(one) {
    const live = one.version === this.list[this.here].live;
    const open = one.version === this.shown.version;
    return make("tr", { "data-version": one.version }, make("td", {}, this.name(one.version), " ", live ? make("span.badge", {}, say.text.live) : null),
      make("td", {}, one.saved_at ? `${moment(one.saved_at)} · ${one.by}` : "–"), make("td", {}, one.note),
      make("td", {}, one.published_at ? `${moment(one.published_at)} · ${one.published_by}` : "–"),
      make("td", {}, make("button", { type: "button", "data-do": "open", disabled: open, "aria-label": say.text.openOf(this.name(one.version)), onclick: () => this.open(one.version) }, say.text.open), " ",
        may("owner") && !live ? make("button", { type: "button", "data-do": "publish", "aria-label": say.text.publishOf(this.name(one.version)), onclick: () => this.publish(one.version) }, say.text.publish) : null));
  }

  drop() {
    return confirm({ title: say.text.dropTitle, text: say.text.dropText, yes: say.text.drop, danger: true, act: async () => {} });
  }

  async open(version) {
    if (this.dirty() && !(await this.drop())) return;
    try {
      await this.show(version);
      tell(this.name(version));
    } catch (problem) {
      this.fail(problem);
    }
  }

  async save() {
    try {
      const told = await ask("POST", `/console/api/texts/${this.here}`, { text: this.area.value, last: this.list[this.here].last, note: this.note.value });
      this.note.value = "";
      await this.load(told.last);
      tell(say.text.kept(told.last));
    } catch (problem) {
      this.fail(problem);
      if (problem.status === 409) this.refresh().then(() => this.draw(), () => {}); // the editor stays as it is
    }
  }

  async publish(version) {
    const { live } = this.list[this.here];
    const done = await confirm({ title: say.text.publishTitle(this.name(version)), text: say.text.publishText, yes: say.text.publish,
      act: () => ask("POST", `/console/api/publish/${this.here}`, { version, live }) });
    if (done) tell(say.text.nowLive(this.name(version)));
    try {
      await this.refresh();
      this.draw();
    } catch (problem) {
      this.fail(problem);
    }
  }
}

export function rules(content, rest) {
  const page = new Page(content, documents.includes(rest) ? rest : "rules");
  const warn = (event) => {
    if (page.dirty()) event.preventDefault();
  };
  addEventListener("beforeunload", warn);
  const leave = () => removeEventListener("beforeunload", warn);
  const here = `#/rules/${page.here}`;
  /* What was written and not kept is not lost by a click: it is asked first. */
  leave.stays = () => {
    const there = location.hash;
    if (!page.dirty() || page.dropped) return false;
    history.replaceState(null, "", here);
    page.drop().then((yes) => {
      page.dropped = yes;
      if (yes) location.hash = there;
    });
    return true;
  };
  return leave;
}
