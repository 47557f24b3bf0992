/* Who may sign in, and one's own password. */
import { ask, confirm, field, get, make, reason, session, tell, trouble } from "/console/shell.js";
import { moment, say } from "/console/words.js";

const roles = ["viewer", "seller", "owner"];
const hint = { minlength: 10, maxlength: 128, required: true, type: "password", autocomplete: "new-password" };

function roleSelect(role, attributes) {
  return make("select", { name: "role", ...attributes }, ...roles.map((one) => make("option", { value: one, selected: one === role }, say[one])));
}

/* ---- users ---- */

function row(user, again, wrong) {
  const path = `/console/api/users/${encodeURIComponent(user.name)}`;
  const own = user.name === session.name;
  const select = roleSelect(user.role, { "aria-label": say.roleOf(user.name), disabled: own });
  const change = async (what) => {
    wrong.replaceChildren();
    try {
      await ask("POST", path, what);
      tell(say.done);
    } catch (problem) {
      wrong.replaceChildren(trouble(problem));
    }
    again();
  };
  select.addEventListener("change", () => change({ role: select.value }));
  const shown = make("input", { value: user.shown, maxlength: 64, placeholder: say.somebody, "aria-label": say.shownOf(user.name), autocomplete: "off" });
  shown.addEventListener("change", () => change({ shown: shown.value }));
  const password = () => confirm({ title: say.passwordFor(user.name), yes: say.save, fields: [field(say.newPassword, { ...hint, name: "password" }), make("p.soft", {}, say.passwordHint)],
    act: (form) => ask("POST", path, { password: form.elements.password.value }) }).then((done) => done && tell(say.done));
  const remove = () => confirm({ title: say.removeTitle(user.name), text: say.removeText, yes: say.remove, danger: true, act: () => ask("DELETE", path) }).then((done) => done && again());
  return make("tr", { "data-name": user.name }, make("td", {}, user.name, own ? ` (${say.you})` : ""), make("td", {}, shown), make("td", {}, select), make("td", {}, moment(user.added_at)),
    make("td", {}, user.signed_in_at ? moment(user.signed_in_at) : say.never),
    make("td", {}, own ? "" : make("button", { type: "button", onclick: password }, say.newPassword), " ", own ? "" : make("button.danger", { type: "button", onclick: remove }, say.remove)));
}

export function users(content) {
  const wrong = make("div", {});
  const body = make("tbody", {});
  const heads = [say.name, say.shown, say.role, say.added, say.lastSeen];
  const again = async () => {
    try {
      const told = await get("/console/api/users");
      body.replaceChildren(...told.users.map((user) => row(user, again, wrong)));
    } catch (problem) {
      wrong.replaceChildren(trouble(problem));
    }
  };
  const form = make("form.fields", { id: "add" }, field(say.name, { name: "name", required: true, maxlength: 32, autocapitalize: "none", autocomplete: "off", spellcheck: "false" }),
    field(say.shown, { name: "shown", maxlength: 64, placeholder: say.somebody, autocomplete: "off" }),
    make("label", {}, say.role, roleSelect("seller", {})), field(`${say.password} (${say.passwordHint})`, { ...hint, name: "password" }), make("button.primary", { type: "submit" }, say.add));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    wrong.replaceChildren();
    const { name, shown, role, password } = form.elements;
    try {
      await ask("POST", "/console/api/users", { name: name.value, shown: shown.value, role: role.value, password: password.value });
      form.reset();
      tell(say.done);
    } catch (problem) {
      wrong.replaceChildren(trouble(problem));
    }
    again();
  });
  content.append(make("div.page", {}, make("h1", {}, say.users), wrong,
    make("section.card", {}, make("div.scroll", { tabindex: 0, role: "region", "aria-label": say.users }, make("table", { id: "users" },
      make("thead", {}, make("tr", {}, ...heads.map((head) => make("th", { scope: "col" }, head)), make("td", {}))), body))),
    make("section.card", {}, make("h2", {}, say.addUser), form)));
  again();
}

/* ---- one's own account ---- */

export function account(content) {
  const note = make("div", {});
  const form = make("form.fields", { id: "password" }, field(say.oldPassword, { name: "old", type: "password", required: true, autocomplete: "current-password", maxlength: 128 }),
    field(`${say.newPassword} (${say.passwordHint})`, { ...hint, name: "password" }), make("button.primary", { type: "submit" }, say.changePassword));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      Object.assign(session, await ask("POST", "/console/api/password", { old: form.elements.old.value, password: form.elements.password.value }));
      form.reset();
      note.replaceChildren(make("p.note", { role: "status" }, say.changed));
    } catch (problem) {
      note.replaceChildren(make("p.note.wrong", { role: "alert" }, problem.status === 401 ? say.wrongPassword : reason(problem)));
    }
  });
  content.append(make("div.page", {}, make("h1", {}, say.account),
    make("section.card", {}, make("h2", {}, session.name), make("p", {}, say[session.role])),
    make("section.card", {}, make("h2", {}, say.changePassword), form, note)));
}
