/* Health: which processes run and how they are, queues, and what has failed since they started. */
import { Problem, get, make, trouble } from "/console/shell.js";
import { number, say } from "/console/words.js";

const AGAIN_MS = 5000;

const queues = [["mostrador_dispatch_queued", "queued"], ["mostrador_turns_running", "runningTurns"], ["mostrador_dispatch_credit", "freeCredit"],
  ["mostrador_http_waiting", "httpWaiting"], ["mostrador_console_hashes", "hashing"], ["mostrador_catalog_cars", "cars"]];

const failures = /(failed|refused|rejected|timeouts|errors|unsent|bad|stale|findings)_?\w*_total$/;

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

async function look() {
  const [told, ready, metrics] = await Promise.all([get("/seller/processes"), fetch("/readyz").then((answer) => answer.json()), fetch("/metrics").then((answer) => answer.text())]);
  const samples = parse(metrics);
  return [
    make(ready.ready ? "p.note" : "p.note.wrong", { id: "ready" }, ready.ready ? say.allReady : say.missing(ready.missing.join(", "))),
    processes(told.processes),
    make("section", {}, make("h2.hidden", {}, say.queues), make("div.figures", {}, ...queues.map(([name, label]) =>
      make("div.figure", {}, make("span", {}, say[label]), make("b", {}, number(sum(samples, name))))))),
    failed(samples)];
}

export function health(content) {
  const body = make("div.page", {});
  const heading = make("h1", {}, say.health);
  let ended = false, timer;
  body.append(heading, make("p.empty", {}, "…"));
  content.append(body);
  const again = async () => {
    let parts;
    try {
      parts = await look();
    } catch (problem) {
      parts = [trouble(problem instanceof Problem ? problem : new Problem(0, "", 0))];
    }
    if (ended) return;
    body.replaceChildren(heading, ...parts);
    timer = setTimeout(again, AGAIN_MS);
  };
  again();
  return () => {
    ended = true;
    clearTimeout(timer);
  };
}
