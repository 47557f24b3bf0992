/* Catalog: what is offered, changed and sold here; files that are looked at before they are taken;
 * what was changed by whom, and taking it back. */
import { ask, confirm, field, get, make, may, tell, trouble } from "/console/shell.js";
import { inWords, language, moment, number, say } from "/console/words.js";

const columns = ["stock_id", "make", "model", "year", "version", "price", "km", "colour", "body", "fuel", "transmission", "city", "bluetooth", "car_play", "length", "width", "height", "photo_url"];
const flags = ["bluetooth", "car_play"];
const wholes = ["stock_id", "year", "km", "length", "width", "height"];
const words = say.catalogWords;
const needed = ["stock_id", "make", "model", "year", "price"];
const whole = { inputmode: "numeric", autocomplete: "off" };
const label = (column) => words.columns[column] || words[column];
const money = new Intl.NumberFormat(language === "es" ? "es-MX" : "en-GB", { maximumFractionDigits: 2 });
const price = (car) => `$${money.format(car.price)}`;
let editable = true; // false: cars are kept, and changed, in a database
const mayChange = (role) => editable && may(role);
const title = (car) => [car.make, car.model, car.version, car.year].filter(Boolean).join(" ");

/* What is wrong with values or lines comes beside the problem's own words. */
async function send(path, body, type) {
  try {
    return await ask("POST", path, body, type);
  } catch (problem) {
    const wrong = (problem.told && problem.told.problems) || [];
    if (wrong.length) problem.message = wrong.map((one) => `${label(one.column) || one.column}: ${inWords(one.reason)}`).join(" · ");
    throw problem;
  }
}

const table = (name, heads, rows) => make("div.scroll", { tabindex: 0, role: "region", "aria-label": name }, make("table", {},
  make("thead", {}, make("tr", {}, ...heads.map((head) => (head ? make("th", { scope: "col" }, head) : make("td", {}))))), make("tbody", {}, ...rows)));

/* ---- one car ---- */

function carForm(car, again) {
  const had = (column) => (car && car[column] !== undefined ? String(car[column]) : flags.includes(column) ? "false" : "");
  const fields = columns.filter((column) => !car || column !== "stock_id").map((column) => {
    if (!flags.includes(column)) return field(label(column), { name: column, value: had(column), required: needed.includes(column), maxlength: 512, ...(wholes.includes(column) ? whole : {}) });
    const shown = select(column, label(column), [["false", words.no], ["true", words.yes]]);
    shown.querySelector("select").value = had(column);
    return shown;
  });
  return async (seen) => {
    const act = (form) => {
      const values = {};
      for (const column of columns) {
        const input = form.elements.namedItem(column); // a form's elements have a length of their own
        if (input && input.value !== had(column)) values[column] = input.value;
      }
      if (seen) values.seen = seen;
      return send(car ? `/catalog/cars/${car.stock_id}` : "/catalog/cars", values);
    };
    if (await confirm({ title: car ? title(car) : words.addCar, yes: say.save, fields, act })) {
      tell(say.done);
      again();
    }
  };
}

async function edit(stock_id, again, wrong) {
  try {
    const told = await get(`/catalog/cars/${stock_id}`);
    await carForm(told.car, again)(told.seen);
  } catch (problem) {
    wrong.replaceChildren(trouble(problem));
  }
}

async function sell(car, again) {
  const act = () => send(`/catalog/cars/${car.stock_id}/sold`, {});
  if (await confirm({ title: words.sellTitle(title(car)), text: words.sellText, yes: words.markSold, danger: true, act })) {
    tell(say.done);
    again();
  }
}

function carRow(car, again, wrong) {
  return make("tr", { "data-car": car.stock_id }, make("td", {}, String(car.stock_id)), make("td", {}, title(car)), make("td", {}, price(car)),
    make("td", {}, `${number(car.km)} km`), make("td", {}, car.colour || ""),
    make("td", {}, mayChange("seller") ? make("button", { type: "button", "aria-label": `${words.edit}: ${title(car)}`, onclick: () => edit(car.stock_id, again, wrong) }, words.edit) : "", " ",
      mayChange("seller") ? make("button", { type: "button", "aria-label": `${words.markSold}: ${title(car)}`, onclick: () => sell(car, again) }, words.markSold) : ""));
}

/* ---- a file ---- */

const numbered = (lines) => table(words.wrongLines, [words.line, words.column, words.why], lines.map((one) => make("tr", {}, make("td", {}, String(one.line)), make("td", {}, label(one.column) || one.column), make("td", {}, inWords(one.reason)))));

const value = (of) => (of === true ? words.yes : of === false ? words.no : of ?? "–");

function changed(sample) {
  const { before, after } = sample;
  if (!before || !after) return price(before || after);
  return columns.filter((column) => (before[column] ?? "") !== (after[column] ?? ""))
    .map((column) => `${label(column)}: ${value(before[column])} → ${value(after[column])}`).join(" · ");
}

function upload(again) {
  const outcome = make("div", { id: "outcome", "aria-live": "polite" });
  const form = make("form.fields", { id: "upload" }, field(words.csvFile, { name: "file", type: "file", accept: ".csv,text/csv", required: true }),
    make("button.primary", { type: "submit" }, words.lookAt));
  const take = async (file, digest) => {
    try {
      const done = await send(`/catalog/import?digest=${digest}&name=${encodeURIComponent(file.name)}`, file, "text/csv");
      form.reset();
      outcome.replaceChildren(make("p.note", { role: "status" }, words.taken(done.cars)));
      again();
    } catch (problem) {
      outcome.replaceChildren(trouble(problem));
    }
  };
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const file = form.elements.file.files[0];
    try {
      const told = await send(`/catalog/import?name=${encodeURIComponent(file.name)}`, file, "text/csv");
      const rows = told.samples.map((one) => make("tr", {}, make("td", {}, one.before ? (one.after ? words.changes : words.goes) : words.comes), make("td", {}, title(one.after || one.before)), make("td", {}, changed(one))));
      outcome.replaceChildren(make("p", { id: "preview" }, words.preview(told)), told.kept ? make("p.soft", {}, words.kept(told.kept)) : "",
        rows.length ? table(words.differences, [words.what, words.car, words.difference], rows) : "",
        make("p", {}, make("button.primary", { type: "button", id: "take", onclick: () => take(file, told.digest) }, words.takeFile)));
    } catch (problem) {
      const lines = problem.told && problem.told.lines;
      outcome.replaceChildren(make("p.note.wrong", { role: "alert" }, lines ? words.badFile(problem.told.count) : problem.message), lines ? numbered(lines) : "");
    }
  });
  return make("section.card", { id: "upload-card" }, make("h2", {}, words.uploadTitle), form, outcome);
}

/* ---- what was changed ---- */

function revisionRow(one, again) {
  const car = one.after || one.before;
  const what = one.stock_id ? (one.before && one.after ? `${title(car)} · ${changed(one)}` : car ? `${title(car)} (${one.stock_id})` : String(one.stock_id)) : `${one.name} · ${words.preview(one)}`;
  const undo = one.last && !one.undone && may(one.stock_id ? "seller" : "owner") && make("button", { type: "button", "aria-label": `${words.undo}: ${words.kinds[one.kind]} ${what}`, onclick: async () => {
    if (await confirm({ title: words.undoTitle, text: what, yes: words.undo, act: () => send(`/catalog/history/${one.number}/undo`) })) {
      tell(say.done);
      again();
    }
  } }, words.undo);
  return make("tr", { "data-revision": one.number }, make("td", {}, moment(one.at)), make("td", {}, one.by || "–"), make("td", {}, words.kinds[one.kind]), make("td", {}, what), make("td", {}, undo || ""));
}

/* ---- which cars ---- */

const ranges = ["year", "price", "km", "length", "width", "height"];
const kinds = ["body", "fuel", "transmission", "colour", "city"];
const filters = ["q", "make", "model", ...ranges.flatMap((one) => [`${one}_min`, `${one}_max`]), ...kinds, "bluetooth", "car_play", "exclude", "sort"];
const usual = ["q", "make", "model", "year_min", "price_max"];
const orders = ["", "price", "-price", "km", "-km", "year", "-year"];

const select = (name, text, options) => make("label", {}, text, make("select", { name }, ...options.map(([value, shown]) => make("option", { value }, shown))));

function filterField(name) {
  const [, column, end] = name.match(/^(.+)_(min|max)$/) || [];
  const text = column ? words[end === "min" ? "atLeast" : "atMost"](words.columns[column]) : words.columns[name] || words[name];
  if (name === "sort") return select(name, text, orders.map((one) => [one, words.orders[one]]));
  if (name === "bluetooth" || name === "car_play") return select(name, text, [["", words.any], ["true", words.yes], ["false", words.no]]);
  return field(text, { name, maxlength: column ? 12 : 200, ...(name === "q" ? { type: "search" } : {}), ...(column ? whole : {}) });
}

/* ---- the page: #/catalog?make=Nissan&price_max=300000&page=2 ---- */

export function catalog(content, rest, query) {
  const elsewhere = make("p.note", { id: "elsewhere", hidden: true }, words.elsewhere);
  const wrong = make("div", {}), cars = make("div", { id: "cars" }), history = make("div", { id: "history" });
  const more = make("details", {}, make("summary", {}, words.moreFilters), make("div.fields", {}, ...filters.filter((name) => !usual.includes(name)).map(filterField)));
  const search = make("form.fields", { id: "search", role: "search" }, ...usual.map(filterField), more,
    make("button", { type: "submit" }, words.find), may("seller") ? make("button.primary", { type: "button", id: "add-car", onclick: () => carForm(null, again)() }, words.addCar) : null);
  const page = () => Number(query.get("page")) || 1;
  const fill = () => {
    for (const name of filters) search.elements[name].value = query.get(name) || "";
    more.open = more.open || filters.some((name) => !usual.includes(name) && query.get(name));
  };
  const turn = (to) => {
    const wanted = new URLSearchParams(filters.map((name) => [name, search.elements[name].value.trim()]).filter(([, value]) => value));
    if (to > 1) wanted.set("page", to);
    const there = `#/catalog${wanted.size ? `?${wanted}` : ""}`;
    if (location.hash === there) again();
    else location.hash = there; // and then stays()
  };
  async function again() {
    wrong.replaceChildren();
    const asked = new URLSearchParams(filters.filter((name) => query.get(name)).map((name) => [name, query.get(name)]));
    asked.set("page_size", 20);
    asked.set("page", page());
    try {
      const [told, done] = await Promise.all([get(`/catalog/cars?${asked}`), get("/catalog/history?limit=20")]);
      editable = done.editable;
      for (const one of content.querySelectorAll("#add-car, #upload-card")) one.hidden = !editable;
      elsewhere.hidden = editable;
      cars.replaceChildren(make("p.soft", { role: "status" }, words.carsFound(told.list.total, told.list.page, Math.max(1, told.list.pages))),
        table(say.catalog, [words.columns.stock_id, words.car, words.columns.price, words.columns.km, words.columns.colour, ""], told.cars.map((car) => carRow(car, again, wrong))),
        make("p.row", {}, make("button", { type: "button", disabled: page() <= 1, onclick: () => turn(page() - 1) }, words.before), make("button", { type: "button", disabled: told.list.pages_left <= 0, onclick: () => turn(page() + 1) }, words.next)));
      history.replaceChildren(done.revisions.length ? table(words.history, [say.when, say.who, words.what, words.car, ""], done.revisions.map((one) => revisionRow(one, again))) : make("p", {}, words.noHistory));
    } catch (problem) {
      wrong.replaceChildren(trouble(problem));
    }
  }
  search.addEventListener("submit", (event) => {
    event.preventDefault();
    turn(1);
  });
  content.append(make("div.page", {}, make("h1", {}, say.catalog), elsewhere, wrong, make("section.card", {}, search, cars), may("owner") ? upload(again) : "",
    make("section.card", {}, make("h2", {}, words.history), history)));
  fill();
  again();
  const leave = () => {};
  leave.stays = (path, _, wanted) => {
    if (path !== "catalog") return false;
    query = wanted;
    fill();
    again();
    return true;
  };
  return leave;
}
