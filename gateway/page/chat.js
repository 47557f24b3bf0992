/*
 * The chat page: sends a message, shows the answer as it is made (server-sent events read from a
 * fetch), and then as it is. Text from outside only ever becomes textContent.
 */
import { readEvents } from "/events.js";

const SPANISH = {
  lang: "es",
  locale: "es-MX",
  reset: "Empezar de nuevo",
  label: "Tu mensaje",
  placeholder: "Escribe un mensaje…",
  send: "Enviar",
  here: "En línea",
  writing: "Escribiendo…",
  somebody: "Una persona del equipo",
  held: (name) => `${name === say.somebody ? name : `${name}, de la tienda,`} está en la conversación`,
  came: (name) => `${name === say.somebody ? name : `${name}, de la tienda,`} te atiende ahora.`,
  wanted: "Avisamos a una persona de la tienda",
  back: "Te atiende de nuevo el asistente automático.",
  hello: "¡Hola! Dime qué auto buscas: marca, presupuesto, año… Te muestro lo que hay y te digo cuánto quedaría al mes.",
  examples: ["Busco un Nissan de menos de 300 mil", "¿Qué marcas tienen?", "SUV automática 2020 o más nueva"],
  more: "Más",
  sayMore: "más",
  page: (page, pages) => `Página ${page} de ${pages}`,
  total: (n) => (n === 1 ? "1 auto" : `${n} autos`),
  want: "Me interesa",
  sayWant: (n) => `Me interesa el ${n}`,
  carLabel: (n, name) => `Me interesa el ${n}: ${name}`,
  mine: "Tú",
  theirs: "Asesor",
  resetTitle: "¿Empezar de nuevo?",
  resetText: "Se borra esta conversación. No se puede recuperar.",
  resetYes: "Borrar",
  cancel: "Cancelar",
  retry: "Reintentar",
  tokenTitle: "Esta tienda pide una clave",
  tokenText: "Pídela a quien administra la tienda. Se guarda solo mientras esta pestaña está abierta.",
  tokenLabel: "Clave",
  tokenSend: "Entrar",
  offline: "No hay conexión con la tienda. Revisa tu internet y vuelve a intentarlo.",
  busy: "Hay mucha gente en este momento. Espera unos segundos y vuelve a intentarlo.",
  late: "La respuesta está tardando más de lo normal. Sigue en camino: vuelve a intentarlo para verla.",
  long: "Ese mensaje no se puede enviar. Prueba con uno más corto.",
  failed: "Algo salió mal de nuestro lado. Vuelve a intentarlo.",
};

const ENGLISH = {
  lang: "en",
  locale: "en-US",
  reset: "Start over",
  label: "Your message",
  placeholder: "Write a message…",
  send: "Send",
  here: "Online",
  writing: "Writing…",
  somebody: "Someone from our team",
  held: (name) => `${name === say.somebody ? name : `${name} of the shop`} is in the conversation`,
  came: (name) => `${name === say.somebody ? name : `${name} of the shop`} is with you now.`,
  wanted: "A person of the shop has been told",
  back: "The automatic assistant is with you again.",
  hello: "Hi! Tell me what car you are looking for: make, budget, year… I will show you what we have and what it would cost a month.",
  examples: ["I'm looking for a Nissan under 300 thousand", "Which makes do you have?", "Automatic SUV, 2020 or newer"],
  more: "More",
  sayMore: "more",
  page: (page, pages) => `Page ${page} of ${pages}`,
  total: (n) => (n === 1 ? "1 car" : `${n} cars`),
  want: "I like it",
  sayWant: (n) => `I'm interested in number ${n}`,
  carLabel: (n, name) => `I'm interested in number ${n}: ${name}`,
  mine: "You",
  theirs: "Seller",
  resetTitle: "Start over?",
  resetText: "This conversation is deleted. It cannot be brought back.",
  resetYes: "Delete",
  cancel: "Cancel",
  retry: "Try again",
  tokenTitle: "This shop asks for a key",
  tokenText: "Ask whoever runs the shop. It is kept only while this tab is open.",
  tokenLabel: "Key",
  tokenSend: "Enter",
  offline: "The shop cannot be reached. Check your connection and try again.",
  busy: "There are many people right now. Wait a few seconds and try again.",
  late: "The answer takes longer than usual. It is on its way: try again to see it.",
  long: "That message cannot be sent. Try a shorter one.",
  failed: "Something went wrong on our side. Try again.",
};

const widget = document.body.dataset.mode === "widget"; // in a frame on the shop's own site
const language = (widget && location.hash.slice(1)) || navigator.language || "";
const say = language.toLowerCase().startsWith("en") ? ENGLISH : SPANISH;
const number = new Intl.NumberFormat(say.locale);
const cents = new Intl.NumberFormat(say.locale, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const money = (amount) => `$${(Number.isInteger(amount) ? number : cents).format(amount)}`;

const $ = (id) => document.getElementById(id);
const log = $("log");
const text = $("text");
const shown = new Set(); // turns that stand in the log: two messages may share one answer
let pending = 0;

/* ---- who is writing ---- */

function random() {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/* Storage may be forbidden: then a visit is a person. */
function remember(storage, name, value) {
  try {
    if (value !== undefined) window[storage].setItem(name, value);
    return window[storage].getItem(name);
  } catch {
    return null;
  }
}

const known = remember("localStorage", widget ? "mostrador.visitor" : "mostrador.user");
let user = widget ? (known || "").split(".")[0] : known || `web-${random()}`;
if (!known && !widget) remember("localStorage", "mostrador.user", user);
let token = widget ? known : remember("sessionStorage", "mostrador.token");

/* A visitor of the widget gets a key of their own with the first message. */
async function visit() {
  if (!widget || user) return;
  const answer = await fetch("/widget/visitors", { method: "POST" });
  if (!answer.ok) throw new Error(answer.statusText);
  const visitor = await answer.json();
  user = visitor.user_id;
  token = remember("localStorage", "mostrador.visitor", visitor.key) || visitor.key;
}

/* The shop has changed its token: who comes back is somebody new. */
function leave() {
  user = "";
  remember("localStorage", "mostrador.visitor", "");
}

/* Two requests may be refused at once: they share one question. */
let asking = null;

function askToken() {
  asking = asking || new Promise((resolve) => {
    const dialog = $("login");
    dialog.addEventListener("close", () => {
      asking = null;
      token = $("token").value.trim() || null;
      if (token) remember("sessionStorage", "mostrador.token", token);
      resolve(Boolean(token));
    }, { once: true });
    $("token").value = "";
    dialog.showModal();
  });
  return asking;
}

/* fetch with the token, which is asked for when it is missing or wrong. */
async function call(path, options = {}) {
  for (;;) {
    const headers = { ...options.headers };
    if (token) headers.Authorization = `${widget ? "Visitor" : "Bearer"} ${token}`;
    const answer = await fetch(path, { ...options, headers, cache: "no-store" });
    if (answer.status === 401 && widget) {
      leave();
      return answer;
    }
    if (answer.status !== 401 || !(await askToken())) return answer;
  }
}

/* ---- putting things on the page ---- */

function make(tag, className, content) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (content !== undefined) element.textContent = content;
  return element;
}

/* *bold* as WhatsApp writes it; all the rest is plain text. */
function rich(parent, content) {
  const bold = /(^|[\s([¡¿"«>–-])\*(\S|\S[^*\n]*\S)\*(?=$|[\s)\].,;:!?"»–-])/g;
  let at = 0;
  for (const match of content.matchAll(bold)) {
    const start = match.index + match[1].length;
    parent.append(content.slice(at, start), make("strong", "", match[2]));
    at = match.index + match[0].length;
  }
  parent.append(content.slice(at));
  return parent;
}

function bubble(content) {
  return rich(make("div", "bubble"), content);
}

function turn(who) {
  const element = make("article", `turn ${who}`);
  element.append(make("span", "hidden", `${who === "mine" ? say.mine : say.theirs}: `));
  return element;
}

function atEnd() {
  const box = $("scroll");
  return box.scrollHeight - box.scrollTop - box.clientHeight < 160;
}

function toEnd() {
  const box = $("scroll");
  box.scrollTop = box.scrollHeight;
}

/* An answer that is higher than the window is read from its beginning. */
function toStart(element) {
  const box = $("scroll");
  box.scrollTop = Math.min(box.scrollHeight, element.offsetTop - 12);
}

function add(element) {
  log.append(element);
  toEnd();
  return element;
}

function car(item, place) {
  const name = `${item.make} ${item.model} ${item.year}`;
  const card = make("li", "car");
  const foot = make("div", "foot");
  const want = make("button", "", say.want);
  card.append(make("span", "place", String(place)), make("h2", "", name),
    make("span", "price", money(item.price)),
    make("p", "what", [item.version, `${number.format(item.km)} km`].filter(Boolean).join(" · ")));
  if (item.bluetooth) foot.append(make("span", "badge", "Bluetooth"));
  if (item.car_play) foot.append(make("span", "badge", "CarPlay"));
  want.type = "button";
  want.setAttribute("aria-label", say.carLabel(place, name));
  want.addEventListener("click", () => send(say.sayWant(place)));
  foot.append(want);
  card.append(foot);
  return card;
}

function cards(cars) {
  const list = make("ol", "cars");
  list.append(...cars.map((item, i) => car(item, i + 1)));
  return list;
}

function chip(label, message) {
  const button = make("button", "chip", label);
  button.type = "button";
  button.addEventListener("click", () => send(message));
  return button;
}

function whereInList(list) {
  const row = make("div", "place-in-list");
  row.append(make("span", "", `${say.page(list.page, list.pages)} · ${say.total(list.total)}`));
  if (list.pages_left > 0) row.append(chip(say.more, say.sayMore));
  return row;
}

/* A numbered list in the text that says what the cards say gives its place to them. */
function around(content, count) {
  const lines = content.split("\n");
  const first = lines.findIndex((line) => /^\s*1[.)]\s/.test(line));
  const listed = lines.slice(first, first + count);
  const same = first >= 0 && count > 0 && listed.length === count &&
    listed.every((line, i) => new RegExp(`^\\s*${i + 1}[.)]\\s`).test(line)) &&
    !/^\s*\d+[.)]\s/.test(lines[first + count] || "");
  if (!same) return [content, ""];
  return [lines.slice(0, first).join("\n").trim(), lines.slice(first + count).join("\n").trim()];
}

function answer(element, reply) {
  const cars = reply.cars || [];
  const [before, after] = around(reply.reply, cars.length);
  if (before) element.append(bubble(before));
  if (cars.length) element.append(cards(cars));
  if (reply.list) element.append(whereInList(reply.list));
  if (after) element.append(bubble(after));
}

function greet() {
  const element = turn("theirs");
  const chips = make("div", "chips");
  chips.append(...say.examples.map((example) => chip(example, example)));
  element.append(bubble(say.hello), chips);
  add(element);
}

/* Not if it is so already: it would be read out again. */
function showState() {
  const now = desk.by ? say.held(desk.by) : pending ? say.writing : desk.waiting ? say.wanted : say.here;
  if ($("state").textContent !== now) $("state").textContent = now;
}

function busy(change) {
  pending += change;
  showState();
}

/* ---- a person of the shop ---- */

const SOON_MS = 2000; // between two looks while one is there or was promised …
const LATER_MS = 8000; // … and while not
const desk = { by: "", waiting: false, last: 0, timer: 0, looking: false, told: new Set() };

/* What a person wrote stands in the conversation and in what is fetched: it is shown once. */
const heard = (by, at, content) => `${by || ""}\n${at}\n${content}`;

function fromPerson(by, at, content) {
  if (desk.told.has(heard(by, at, content))) return;
  desk.told.add(heard(by, at, content));
  const element = turn("theirs");
  element.append(make("p", "by", by || say.somebody), bubble(content));
  add(element);
}

function note(content) {
  add(make("p", "event", content));
}

function stand(by, waiting) {
  if (by && by !== desk.by) note(say.came(by));
  if (!by && desk.by) note(say.back);
  desk.by = by;
  desk.waiting = waiting;
  showState();
}

async function look() {
  const headers = token ? { Authorization: `${widget ? "Visitor" : "Bearer"} ${token}` } : {};
  if (desk.looking || !user) return;
  desk.looking = true;
  clearTimeout(desk.timer);
  try {
    const response = await fetch(`/seller/sessions/${encodeURIComponent(user)}/messages?after=${desk.last}`, { headers, cache: "no-store" });
    if (response.ok) {
      const told = await response.json();
      const by = told.person ? told.person.by || say.somebody : "";
      if (by) stand(by, false);
      told.messages.forEach((message) => fromPerson(message.by, message.at, message.text));
      desk.last = Math.max(desk.last, told.last);
      if (!by) stand("", told.waiting);
    }
  } catch { /* the next look finds it */ }
  desk.looking = false;
  watch();
}

/* From the first message on, while the page is looked at. */
function watch() {
  clearTimeout(desk.timer);
  if (!document.hidden) desk.timer = setTimeout(look, desk.by || desk.waiting ? SOON_MS : LATER_MS);
}

/* ---- one message ---- */

/* What is put where the answer will stand, until it is there. */
class Writing {
  constructor() {
    const dots = make("span", "dots");
    dots.append(make("i"), make("i"), make("i"));
    this.element = turn("theirs");
    this.bubble = make("div", "bubble");
    this.bubble.append(dots);
    this.element.setAttribute("aria-hidden", "true"); // read out when it is complete
    this.element.append(this.bubble);
    this.dots = dots;
    this.text = "";
    add(this.element);
  }

  delta(piece) {
    const follow = atEnd();
    this.text += piece;
    this.bubble.replaceChildren();
    rich(this.bubble, this.text);
    if (follow) toEnd();
  }

  restart() {
    this.text = "";
    this.bubble.replaceChildren(this.dots);
  }

  /* The place of the answer: a new element, so that screen readers read it. */
  end() {
    const element = turn("theirs");
    this.element.replaceWith(element);
    return element;
  }
}

function reason(status) {
  if (status === 503 || status === 429) return say.busy;
  if (status === 504 || status === 408) return say.late;
  if (status === 400 || status === 413) return say.long;
  return say.failed;
}

function trouble(element, message, retry) {
  const box = make("div", "bubble wrong", message);
  const button = make("button", "", say.retry);
  button.type = "button";
  button.addEventListener("click", () => {
    element.remove();
    retry();
    text.focus();
  });
  box.setAttribute("role", "alert");
  box.append(button);
  element.append(box);
}

/* Returns {reply} or {status}. */
async function post(message, key, writing) {
  await visit();
  const response = await call("/seller/bot/", {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "text/event-stream", "Idempotency-Key": key },
    body: JSON.stringify({ msg: message, user_id: user }),
  });
  let end = { status: response.status };
  if (!response.ok || !(response.headers.get("Content-Type") || "").startsWith("text/event-stream")) return end;
  end = { status: 0 };
  await readEvents(response.body, (name, text) => {
    if (text === null) return;
    const data = JSON.parse(text);
    if (name === "delta") writing.delta(data.text);
    else if (name === "restart") writing.restart();
    else if (name === "done") end = { reply: data };
    else if (name === "problem") end = { status: data.status };
  });
  return end;
}

/* The key is the message's: however often it is sent, it counts once. */
async function deliver(message, key) {
  const writing = new Writing();
  let end;
  busy(+1);
  try {
    end = await post(message, key, writing);
  } catch {
    end = { status: 0 };
  }
  busy(-1);
  const element = writing.end();
  if (!end.reply) {
    trouble(element, end.status ? reason(end.status) : say.offline, () => deliver(message, key));
  } else if (shown.has(end.reply.turn_id) || end.reply.person !== undefined) {
    element.remove(); // a person of the shop has the conversation, or had it
    look();
  } else {
    shown.add(end.reply.turn_id);
    answer(element, end.reply);
    toStart(element);
    look(); // at whether somebody was promised
    return;
  }
  toEnd();
}

function send(message) {
  const content = message.trim();
  if (!content) return;
  const element = turn("mine");
  element.append(make("div", "bubble", content));
  add(element);
  deliver(content, random());
}

/* ---- the whole conversation ---- */

async function restore() {
  try {
    const response = await call(`/seller/sessions/${encodeURIComponent(user)}`);
    if (!response.ok) return false;
    const session = await response.json();
    const read = session.messages.filter((message) => message.role !== "note" && !message.unsent);
    read.forEach((message, i) => {
      if (message.role === "person") {
        fromPerson(message.by, message.at, message.text);
        return;
      }
      const element = turn(message.role === "user" ? "mine" : "theirs");
      const last = i === read.length - 1;
      if (message.role === "user") element.append(make("div", "bubble", message.text));
      else answer(element, { reply: message.text, cars: last ? session.cars : [], list: last ? session.list : null });
      add(element);
    });
    if (read.length) await look();
    return read.length > 0;
  } catch {
    return false;
  }
}

async function reset() {
  try {
    await visit();
    const response = await call(`/seller/sessions/${encodeURIComponent(user)}`, { method: "DELETE" });
    if (response.ok) {
      log.replaceChildren();
      greet();
      look();
    } else {
      trouble(add(turn("theirs")), reason(response.status), reset);
    }
  } catch {
    trouble(add(turn("theirs")), say.offline, reset);
  }
  text.focus();
}

function fit() {
  text.style.height = "auto";
  text.style.height = `${text.scrollHeight + 2}px`;
  $("send").disabled = !text.value.trim();
}

function start() {
  document.documentElement.lang = say.lang;
  for (const element of document.querySelectorAll("[data-say]")) element.textContent = say[element.dataset.say];
  $("reset").title = say.reset;
  text.placeholder = say.placeholder;
  text.addEventListener("input", fit);
  text.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    $("composer").requestSubmit();
  });
  $("composer").addEventListener("submit", (event) => {
    event.preventDefault();
    const message = text.value;
    text.value = "";
    fit();
    send(message);
    text.focus();
  });
  if (widget) {
    window.addEventListener("focus", () => text.focus());
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !document.querySelector("dialog[open]")) window.parent.postMessage("mostrador.close", "*");
    });
  }
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && desk.timer) look();
  });
  $("reset").addEventListener("click", () => $("confirm").showModal());
  $("confirm").addEventListener("close", () => {
    if ($("confirm").returnValue === "yes") reset();
    $("confirm").returnValue = "";
  });
  busy(0);
  fit();
}

start();
(known && user ? restore() : Promise.resolve(false)).then((something) => {
  if (!something) greet();
  toEnd();
});
