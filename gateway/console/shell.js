/* What all pages share: making elements, asking the API, dialogs. Text from outside only ever becomes
 * text: nothing here parses HTML. */
import { readEvents } from "/events.js";
import { inWords, say } from "/console/words.js";

export const $ = (id) => document.getElementById(id);

/* make("a.figure", {href: "#/x"}, "text", child …); null is left out. */
export function make(what, attributes = {}, ...children) {
  const [tag, ...classes] = what.split(".");
  const element = document.createElement(tag || "div");
  if (classes.length) element.className = classes.join(" ");
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

export function draw(tag, attributes = {}, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

export function tell(text) {
  $("say").textContent = "";
  setTimeout(() => { $("say").textContent = text; }, 50);
}

/* ---- the API ---- */

export const session = { name: "", role: "", csrf: "", shop: "" };

const ranks = { viewer: 1, seller: 2, owner: 3 };
export const may = (role) => (ranks[session.role] || 0) >= ranks[role];

export class Problem extends Error {
  constructor(status, detail, retry) {
    super(inWords(detail));
    this.status = status;
    this.retry = retry;
  }
}

let onOver = () => {};
export function whenOver(call) { onOver = call; }

/* What is answered, as JSON, or a Problem, with all that it tells. A body is sent as JSON, or as the file
   of that type that it is. */
export async function ask(method, path, body, type) {
  let answer;
  const headers = { "X-CSRF-Token": session.csrf || "none" };
  if (body) headers["Content-Type"] = type || "application/json";
  try {
    answer = await fetch(path, { method, headers, body: body && !type ? JSON.stringify(body) : body });
  } catch {
    throw new Problem(0, say.offline, 0);
  }
  if (answer.status === 204) return null;
  if (answer.ok) return answer.json();
  let told = { detail: say.failed };
  try {
    told = await answer.json();
  } catch { /* no problem+json: a proxy's */ }
  if (answer.status === 401 && session.name && !path.startsWith("/console/api/password")) onOver();
  throw Object.assign(new Problem(answer.status, told.detail, Number(answer.headers.get("Retry-After")) || 0), { told });
}

export const get = (path) => ask("GET", path);

export function reason(problem) {
  if (!(problem instanceof Problem)) throw problem;
  if (problem.status === 0) return say.offline;
  if (problem.status === 403) return say.notAllowed;
  if (problem.status === 429) return say.locked(problem.retry);
  if (problem.status === 400 || problem.status === 409) return problem.message;
  return say.failed;
}

export const trouble = (problem) => make("p.note.wrong", { role: "alert" }, reason(problem));

/* Events of a stream, as (name, data), until it ends or the signal says so. A page that is left, which the
   browser may keep to come back to, holds none: there are few connections for all pages of a site. */
export async function listen(path, signal, onEvent) {
  const left = new AbortController();
  const leave = () => left.abort();
  signal.addEventListener("abort", leave);
  window.addEventListener("pagehide", leave);
  try {
    const answer = await fetch(path, { headers: { "X-CSRF-Token": session.csrf, Accept: "text/event-stream" }, signal: left.signal });
    if (!answer.ok) throw new Problem(answer.status, "", 0);
    await readEvents(answer.body, onEvent);
  } finally {
    signal.removeEventListener("abort", leave);
    window.removeEventListener("pagehide", leave);
  }
}

/* ---- dialogs ---- */

/* Resolves to true when it was confirmed; act may refuse by throwing a Problem, which is shown. */
export function confirm({ title, text, yes, danger, fields = [], act }) {
  return new Promise((resolve) => {
    const wrong = make("div", {});
    const submit = make(danger ? "button.danger" : "button.primary", { type: "submit" }, yes);
    const cancel = make("button", { type: "button", onclick: () => dialog.close() }, say.cancel);
    const form = make("form", {}, make("h2", { id: "dialog-title" }, title), text ? make("p", {}, text) : null,
      ...fields, wrong, make("menu", {}, cancel, submit));
    const dialog = make("dialog", { "aria-labelledby": "dialog-title" }, form);
    let confirmed = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      submit.disabled = true;
      try {
        await act(form);
        confirmed = true;
        dialog.close();
      } catch (problem) {
        wrong.replaceChildren(trouble(problem));
        submit.disabled = false;
      }
    });
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(confirmed);
    });
    document.body.append(dialog);
    dialog.showModal();
    (fields.length ? form.querySelector("input, textarea") : cancel).focus();
  });
}

export function field(label, attributes) {
  return make("label", {}, label, make("input", attributes));
}
