/* Health: which processes run and how they are, Redis, queues, what has failed since they started and
 * last; and whether alerts arrive. */
import { Problem, ask, get, make, may, trouble } from "/console/shell.js";
import { moment, number, say } from "/console/words.js";

const AGAIN_MS = 5000;

const queues = [["mostrador_dispatch_queued", "queued"], ["mostrador_turns_running", "runningTurns"], ["mostrador_dispatch_credit", "freeCredit"],
  ["mostrador_http_waiting", "httpWaiting"], ["mostrador_console_hashes", "hashing"], ["mostrador_catalog_cars", "cars"]];

const failures = /(failed|failures|lost|damaged|refused|rejected|timeouts|errors|unsent|bad|stale|findings)_?\w*_total$/;

/* name{labels} value, as Prometheus reads it. */
function parse(text) {
  return text.split("\n").flatMap((line) => {
    const found = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line);
    if (!found) return [];
    const labels = [...(found[2] || "").matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].filter(([, name]) => name !== "process");
    return [{ name: found[1], labels: labels.map(([, , value]) => value), value: Number(found[3]) }];
  });
}

function sum(samples, name) {
  return samples.filter((sample) => sample.name === name).reduce((all, sample) => all + sample.value, 0);
}

function processes(list) {
  const heads = [say.process, say.version, say.state, say.running, say.credit];
  return make("section.card", {}, make("h2", {}, say.processes), make("div.scroll", { tabindex: 0, role: "region", "aria-label": say.processes }, make("table", { id: "processes" },
    make("thead", {}, make("tr", {}, ...heads.map((head, i) => make(i > 2 ? "th.number" : "th", { scope: "col" }, head)))),
    make("tbody", {}, ...list.map((one) => make("tr", {}, make("td", {}, one.name), make("td", {}, one.version || "–"),
      make("td", {}, make(one.ready ? "span.badge" : "span.badge.wrong", {}, one.ready ? say.ready : `${say.lacks}: ${one.missing || "?"}`)),
      ...[one.running, one.credit].map((value) => make("td.number", {}, /dispatcher|agent/.test(one.role) ? number(value) : "–"))))))));
}

function failed(samples) {
  const found = new Map();
  for (const { name, labels, value } of samples)
    if (failures.test(name) && value > 0) {
      const key = [name.replace(/^mostrador_|_total$/g, "").replaceAll("_", " "), ...labels].join(" · ");
      found.set(key, (found.get(key) || 0) + value);
    }
  const rows = [...found].sort((a, b) => b[1] - a[1]).slice(0, 30);
  return make("section.card", {}, make("h2", {}, say.errors), rows.length
    ? make("div.scroll", { tabindex: 0, role: "region", "aria-label": say.errors }, make("table", {}, make("tbody", {}, ...rows.map(([name, value]) => make("tr", {}, make("td", {}, name), make("td.number", {}, number(value)))))))
    : make("p.soft", {}, say.noErrors));
}

/* What the logs of all processes warned of last, as they name it. */
function lastFailures(list) {
  const rows = list.flatMap((one) => one.failures.map((failure) => ({ ...failure, name: one.name })))
    .sort((a, b) => b.at.localeCompare(a.at)).slice(0, 20);
  return make("section.card", { id: "failures" }, make("h2", {}, say.lastFailures), rows.length
    ? make("div.scroll", { tabindex: 0, role: "region", "aria-label": say.lastFailures }, make("table", {},
      make("thead", {}, make("tr", {}, ...[say.when, say.process, say.whatFailed].map((head) => make("th", { scope: "col" }, head)))),
      make("tbody", {}, ...rows.map((one) => make("tr", {}, make("td", {}, moment(one.at)), make("td", {}, one.name), make("td.told", {}, `${one.event} ${one.detail.replace(/^trace=\w+ ?/, "")}`))))))
    : make("p.soft", {}, say.noErrors));
}

function redis(samples) {
  const up = sum(samples, "mostrador_redis_up") > 0;
  return make("div.figure", { id: "redis" }, make("span", {}, "Redis"), make("b", {}, up ? say.ready : say.away));
}

/* Whether alerts arrive can only be seen where they go: one is sent there. */
function alerts() {
  const outcome = make("div", { "aria-live": "polite" });
  const test = make("button", { type: "button", id: "test-alert", onclick: async () => {
    test.disabled = true;
    try {
      await ask("POST", "/seller/alerts/test");
      outcome.replaceChildren(make("p.note", {}, say.alertSent));
    } catch (problem) {
      outcome.replaceChildren(trouble(problem));
    }
    test.disabled = false;
  } }, say.testAlert);
  return make("section.card", {}, make("div.row", {}, make("h2", {}, say.alerts), test), outcome);
}

/* Without Redis nobody knows who is signed in, so the processes are not told; all else still is. */
async function look() {
  const [told, ready, metrics] = await Promise.all([get("/seller/processes").catch((problem) => problem), fetch("/readyz").then((answer) => answer.json()), fetch("/metrics").then((answer) => answer.text())]);
  const samples = parse(metrics);
  return [
    make(ready.ready ? "p.note" : "p.note.wrong", { id: "ready" }, ready.ready ? say.allReady : say.missing(ready.missing.join(", "))),
    told.processes ? processes(told.processes) : trouble(told),
    make("section", {}, make("h2.hidden", {}, say.queues), make("div.figures", {}, redis(samples), ...queues.map(([name, label]) =>
      make("div.figure", {}, make("span", {}, say[label]), make("b", {}, number(sum(samples, name))))))),
    told.processes ? lastFailures(told.processes) : "", failed(samples)];
}

export function health(content) {
  const body = make("div.live-page", {}, make("p.empty", {}, "…"));
  let ended = false, timer;
  content.append(make("div.page", {}, make("h1", {}, say.health), body, may("owner") ? alerts() : ""));
  const again = async () => {
    let parts;
    try {
      parts = await look();
    } catch (problem) {
      parts = [trouble(problem instanceof Problem ? problem : new Problem(0, "", 0))];
    }
    if (ended) return;
    body.replaceChildren(...parts);
    timer = setTimeout(again, AGAIN_MS);
  };
  again();
  return () => {
    ended = true;
    clearTimeout(timer);
  };
}
