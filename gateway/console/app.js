/* The console's frame: signing in, the top, and which page is shown (the part of the address behind #). */
import { $, ask, draw, field, get, make, may, session, tell, trouble, whenOver, Problem } from "/console/shell.js";
import { language, say, switchLanguage } from "/console/words.js";
import { conversations } from "/console/conversations.js";
import { leads } from "/console/leads.js";
import { catalog } from "/console/catalog.js";
import { numbers } from "/console/numbers.js";
import { health } from "/console/health.js";
import { rules } from "/console/rules.js";
import { account, users } from "/console/users.js";

const pages = [
  { path: "conversations", page: conversations, role: "viewer", icon: "M4 5h16v11H9l-5 4z" },
  { path: "leads", page: leads, role: "viewer", icon: "M12 3l2.700 5.600 6.100.800-4.500 4.200 1.100 6-5.400-2.900-5.400 2.900 1.100-6L3.200 9.400l6.100-.800z" },
  { path: "catalog", page: catalog, role: "viewer", icon: "M3 15v-4l2-5h14l2 5v4zM6 15v3M18 15v3M3 11h18" },
  { path: "numbers", page: numbers, role: "viewer", icon: "M5 20V11M12 20V4M19 20v-6" },
  { path: "rules", page: rules, role: "viewer", icon: "M5 4h11l3 3v13H5zM9 10h6M9 14h6" },
  { path: "health", page: health, role: "viewer", icon: "M3 12h5l2-6 4 12 2-6h5" },
  { path: "users", page: users, role: "owner", icon: "M9 11a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM2 21c0-4 3-6 7-6s7 2 7 6M17 4a4 4 0 0 1 0 7M18 15c3 .500 4 3 4 6" },
  { path: "account", page: account, role: "viewer", icon: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4 21c0-4 3-6 8-6s8 2 8 6" },
];

let leave = null; // ends what the page that is shown keeps going

function icon(path) {
  return draw("svg", { viewBox: "0 0 24 24", "aria-hidden": "true" },
    draw("path", { d: path, fill: "none", stroke: "currentColor", "stroke-width": 2, "stroke-linecap": "round", "stroke-linejoin": "round" }));
}

function frame(here) {
  $("top").hidden = false;
  document.body.className = "";
  $("shop").textContent = session.shop;
  $("nav").setAttribute("aria-label", say.menu);
  $("nav").replaceChildren(...pages.filter((page) => may(page.role)).map((page) =>
    make("a", { href: `#/${page.path}`, "aria-current": page.path === here ? "page" : null }, icon(page.icon), say[page.path])));
  $("corner").replaceChildren(languageButton(), make("button.plain", { type: "button", id: "sign-out", onclick: signOut }, say.signOut));
}

function languageButton() {
  return make("button.plain", { type: "button", id: "language", lang: language === "es" ? "en" : "es", onclick: switchLanguage }, say.language);
}

/* #/conversations/whatsapp%3A%2B521…?filter=failed: path, what follows it, parameters. */
function address() {
  const [path, query] = location.hash.replace(/^#\/?/, "").split("?");
  const [here, ...rest] = path.split("/");
  return { here, rest: rest.map(decoded).join("/"), query: new URLSearchParams(query) };
}

function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // written by hand
  }
}

function show() {
  const { here, rest, query } = address();
  const found = pages.find((page) => page.path === here && may(page.role)) || pages[0];
  if (leave && leave.stays && leave.stays(found.path, rest, query)) return;
  if (leave) leave();
  frame(found.path);
  document.title = `${say[found.path]} · ${session.shop}`;
  const content = $("content");
  content.replaceChildren();
  leave = found.page(content, rest, query) || null;
  const heading = content.querySelector("h1");
  if (heading) {
    heading.tabIndex = -1;
    heading.focus({ preventScroll: true });
  }
}

/* ---- signing in and out ---- */

function door(note) {
  if (leave) leave();
  leave = null;
  Object.assign(session, { name: "", role: "", csrf: "" });
  $("top").hidden = true;
  document.body.className = "signed-out";
  document.title = `${say.signInTitle} · Mostrador`;
  const wrong = make("div", {}, note ? make("p.note", { role: "status" }, note) : null);
  const submit = make("button.primary", { type: "submit" }, say.signIn);
  const form = make("form.card", { id: "sign-in" },
    make("div.row", {}, make("img", { src: "/icon.svg", alt: "", width: 48, height: 48 }), languageButton()),
    make("h1", {}, say.signInTitle),
    field(say.name, { name: "name", required: true, autocomplete: "username", autocapitalize: "none", spellcheck: "false", maxlength: 64 }),
    field(say.password, { name: "password", type: "password", required: true, autocomplete: "current-password", maxlength: 256 }),
    wrong, submit);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    submit.disabled = true;
    try {
      enter(await ask("POST", "/console/api/session", { name: form.elements.name.value, password: form.elements.password.value }));
    } catch (problem) {
      submit.disabled = false;
      form.elements.password.value = "";
      wrong.replaceChildren(problem instanceof Problem && problem.status === 401
        ? make("p.note.wrong", { role: "alert" }, say.wrongPassword) : trouble(problem));
      form.elements.password.focus();
    }
  });
  $("content").replaceChildren(make("div.door", {}, form));
  form.elements.name.focus();
}

function enter(told) {
  Object.assign(session, told);
  show();
}

async function signOut() {
  try {
    await ask("DELETE", "/console/api/session");
  } catch { /* then it ends by itself */ }
  door();
}

async function start() {
  document.documentElement.lang = language;
  $("skip").textContent = say.skip;
  $("skip").addEventListener("click", (event) => {
    event.preventDefault();
    $("content").focus();
  });
  whenOver(() => {
    door(say.over);
    tell(say.over);
  });
  addEventListener("hashchange", () => { if (session.name) show(); });
  try {
    enter(await get("/console/api/session"));
  } catch (problem) {
    door(problem.status === 401 ? "" : say.failed);
  }
}

start();
