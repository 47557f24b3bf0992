/* A person of the shop in a conversation: who has it, taking it over, writing as the shop, giving it
 * back with a note. It stays as it is while the thread above it changes, and so does what is being
 * written; what is sent again after a failure has the id it had, so that it goes out once. */
import { Problem, ask, confirm, make, may, reason, session as me, tell } from "/console/shell.js";
import { moment, say } from "/console/words.js";

const MOST_TEXT = 4000; // characters, as the interface has it
const MOST_NOTE = 1000;

const id = () => Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, "0")).join("");

/* How far a message has come: what is told of it and whether that is bad. */
export function ticks(message) {
  if (!message.status) return message.unsent ? make("span.tick.wrong", {}, say.unsent) : null;
  const [mark, words] = say.ticks[message.status] || ["✗", say.deliveryFailed];
  const bad = mark === "✗";
  return make(bad ? "span.tick.wrong" : "span.tick", { "data-status": message.status },
    make("span", { "aria-hidden": "true" }, `${mark} `), bad && message.code ? `${words} (${message.code})` : words);
}

export class StepIn {
  /* changed is called when something was done. */
  constructor(changed) {
    this.changed = changed;
    this.drafts = new Map(); // what is being written, and under which id, by person
    this.shown = "";
    this.wrong = make("div", {});
    this.element = make("section.stepin", { "aria-label": say.stepIn, hidden: true });
  }

  path(what) {
    return `/seller/sessions/${encodeURIComponent(this.user)}/${what}`;
  }

  hide() {
    this.shown = "";
    this.element.hidden = true;
    this.element.replaceChildren();
  }

  draw(user, session) {
    const now = JSON.stringify([user, session.person, session.wanted, session.opted_out]);
    if (now === this.shown) return;
    const had = this.element.contains(document.activeElement);
    if (user !== this.user) this.wrong.replaceChildren(); // what is wrong is said until the next try, or another conversation
    this.user = user;
    this.shown = now;
    const mine = session.person && session.person.by === me.name;
    this.element.hidden = false;
    this.element.replaceChildren(this.status(session, mine), ...(mine && may("seller") ? [this.composer(session)] : []), this.wrong);
    if (had || this.wanted === user) {
      const next = this.element.querySelector("textarea, button");
      if (next) next.focus();
    }
    this.wanted = null;
  }

  status(session, mine) {
    const { person, wanted } = session;
    const who = !person ? say.botHasIt : mine ? say.youHaveIt : say.otherHasIt(person.by, moment(person.since));
    const why = wanted && !person ? say.wantsPerson(say.whys[wanted.why] || wanted.why, moment(wanted.at)) : null;
    const button = (style, label, onclick) => make(style, { type: "button", onclick }, label);
    const action = !may("seller") ? null
      : mine ? button("button", say.give, () => this.give())
        : person ? button("button", say.takeAnyway, () => this.force(person.by))
          : button("button.primary", say.take, () => this.take(false));
    if (action) action.id = mine ? "give" : "take";
    return make("div.row", {}, make("div", { id: "who-has-it" }, make("p", {}, who),
      why ? make("p.soft", {}, why) : null, wanted && wanted.note ? make("p.soft", {}, `«${wanted.note}»`) : null), action);
  }

  composer(session) {
    const draft = this.drafts.get(this.user) || { text: "", id: id(), tried: "" };
    const user = this.user;
    const text = make("textarea", { rows: 2, maxlength: MOST_TEXT, id: "say-text", "aria-keyshortcuts": "Control+Enter" });
    const send = make("button.primary", { type: "submit", id: "say-send" }, say.send);
    const form = make("form.composer", {}, make("label", {}, say.writeAsShop, text), send);
    text.value = draft.text;
    send.disabled = session.opted_out;
    text.addEventListener("input", () => {
      draft.text = text.value;
      this.drafts.set(user, draft);
    });
    text.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
    });
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (!text.value.trim() || send.disabled) return;
      if (draft.tried && draft.tried !== text.value) draft.id = id(); // the one before may have arrived
      draft.tried = text.value;
      send.disabled = text.readOnly = true;
      const done = await this.try(async () => {
        const told = await ask("POST", this.path("say"), { text: text.value, id: draft.id });
        tell(told.window_closed ? say.windowClosed : say.sentOne);
        if (told.window_closed) this.wrong.replaceChildren(make("p.note", {}, say.windowClosed));
      });
      send.disabled = session.opted_out;
      text.readOnly = false;
      if (!done) return;
      text.value = "";
      this.drafts.delete(user);
      Object.assign(draft, { text: "", id: id(), tried: "" });
      text.focus();
    });
    return form;
  }

  /* true if it was done; else why not is shown, and how things stand now. */
  async try(act) {
    const user = this.user;
    this.wrong.replaceChildren();
    try {
      await act();
      this.changed();
      return true;
    } catch (problem) {
      if (problem instanceof Problem && problem.status === 409) await this.changed();
      if (user === this.user)
        this.wrong.replaceChildren(make("p.note.wrong", { role: "alert" },
          problem instanceof Problem && problem.status === 409 ? say.conflict : reason(problem)));
      return false;
    }
  }

  async take(force) {
    this.wanted = this.user;
    if (await this.try(() => ask("POST", this.path("take"), { by: me.name, force }))) tell(say.youHaveIt);
  }

  async force(by) {
    const yes = { title: say.takeAnywayTitle(by), text: say.takeAnywayText, yes: say.takeAnyway };
    await confirm({ ...yes, act: () => ask("POST", this.path("take"), { by: me.name, force: true }) });
    this.wanted = this.user;
    this.changed();
  }

  async give() {
    const note = make("label", {}, say.note, make("textarea", { name: "note", rows: 3, maxlength: MOST_NOTE, autofocus: true }));
    const done = await confirm({ title: say.giveTitle, text: say.giveText, yes: say.give, fields: [note],
      act: (form) => ask("POST", this.path("give"), { note: form.elements.note.value.trim() }) });
    if (done) tell(say.botHasIt);
    this.wanted = this.user;
    this.changed();
  }
}
