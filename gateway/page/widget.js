/*
 * The chat on the shop's own site, with one line:
 *
 *   <script src="https://chat.shop.example/widget.js" async></script>
 *
 * A button in the corner opens the chat in a frame of its own: the site's styles do not reach it,
 * and it reaches nothing of the site. Nothing but this file is loaded before that. Attributes of
 * the script element: data-lang="es" or "en" (else the page's language), data-side="left",
 * data-color="#0b5d4e", data-label="…" (what the button is called).
 */
(() => {
  "use strict";

  const script = document.currentScript;
  if (!script || !script.src || window.mostradorWidget) return;
  window.mostradorWidget = true;

  const { lang, side, color, label } = script.dataset;
  const chat = new URL("widget", script.src);
  const english = (lang || document.documentElement.lang || navigator.language || "").toLowerCase().startsWith("en");
  const words = english ? { open: "Chat with us", close: "Close the chat", title: "Chat" }
    : { open: "Chatea con nosotros", close: "Cerrar el chat", title: "Chat" };
  if (label) words.open = label;
  chat.hash = english ? "en" : "es";

  const LOOKS = `
    :host { all: initial; position: fixed; z-index: 2147483000; bottom: 0; right: 0; }
    :host([data-side=left]) { right: auto; left: 0; }
    button {
      position: fixed; bottom: max(20px, env(safe-area-inset-bottom)); right: 20px;
      display: grid; place-items: center; width: 60px; height: 60px; padding: 0;
      border: 0; border-radius: 50%; background: var(--color, #0b5d4e); color: #fff; cursor: pointer;
      box-shadow: 0 4px 16px rgb(0 0 0 / 28%);
    }
    button:focus-visible { outline: 3px solid #fff; box-shadow: 0 0 0 6px #1a73e8; }
    svg { width: 28px; height: 28px; }
    .panel {
      position: fixed; bottom: 92px; right: 20px;
      width: min(400px, calc(100vw - 40px)); height: min(640px, calc(100dvh - 112px));
      overflow: hidden; border-radius: 18px; background: #fff; box-shadow: 0 8px 40px rgb(0 0 0 / 30%);
    }
    .panel[hidden] { display: none; }
    iframe { display: block; width: 100%; height: 100%; border: 0; }
    :host([data-side=left]) button, :host([data-side=left]) .panel { right: auto; left: 20px; }
    @media (prefers-color-scheme: dark) { .panel { background: #111513; } }
    @media (max-width: 480px) {
      .panel, :host([data-side=left]) .panel { inset: 0; width: auto; height: auto; border-radius: 0; }
      button[aria-expanded=true] { inset: 12px 12px auto auto; width: 44px; height: 44px; }
      :host([data-side=left]) button[aria-expanded=true] { inset: 12px 12px auto auto; }
    }`;
  const SPEAK = "M4 4h16a2 2 0 0 1 2 2v9a2 2 0 0 1-2 2h-8l-5 4v-4H4a2 2 0 0 1-2-2V6a2 2 0 0 1 2-2z";
  const CROSS = "M5 5l14 14M19 5L5 19";

  const host = document.createElement("div");
  const root = host.attachShadow({ mode: "open" });
  const panel = document.createElement("div");
  const button = document.createElement("button");
  const SVG = "http://www.w3.org/2000/svg";
  const path = document.createElementNS(SVG, "path");
  let frame = null;

  function draw() {
    const open = !panel.hidden;
    button.setAttribute("aria-expanded", String(open));
    button.setAttribute("aria-label", open ? words.close : words.open);
    button.title = open ? words.close : words.open;
    path.setAttribute("d", open ? CROSS : SPEAK);
    path.setAttribute("fill", open ? "none" : "currentColor");
  }

  function open() {
    if (!frame) {
      frame = document.createElement("iframe");
      frame.title = words.title;
      frame.src = chat.href;
      frame.addEventListener("load", () => !panel.hidden && frame.contentWindow.focus());
      panel.append(frame);
    }
    panel.hidden = false;
    draw();
    frame.contentWindow.focus();
  }

  function close() {
    panel.hidden = true;
    draw();
    button.focus();
  }

  function looks() {
    try { // works under the site's Content-Security-Policy as well
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(LOOKS);
      root.adoptedStyleSheets = [sheet];
    } catch {
      const style = document.createElement("style");
      style.textContent = LOOKS;
      root.append(style);
    }
    if (color && CSS.supports("color", color)) host.style.setProperty("--color", color);
    if (side === "left") host.dataset.side = "left";
  }

  function start() {
    const drawing = document.createElementNS(SVG, "svg");
    drawing.setAttribute("viewBox", "0 0 24 24");
    drawing.setAttribute("aria-hidden", "true");
    path.setAttribute("stroke", "currentColor");
    path.setAttribute("stroke-width", "2");
    path.setAttribute("stroke-linecap", "round");
    drawing.append(path);
    button.type = "button";
    button.append(drawing);
    button.addEventListener("click", () => (panel.hidden ? open() : close()));
    panel.className = "panel";
    panel.id = "chat";
    panel.hidden = true;
    panel.setAttribute("role", "region");
    panel.setAttribute("aria-label", words.title);
    button.setAttribute("aria-controls", panel.id);
    looks();
    root.append(panel, button);
    root.addEventListener("keydown", (event) => event.key === "Escape" && !panel.hidden && close());
    window.addEventListener("message", (event) => {
      if (frame && event.source === frame.contentWindow && event.origin === chat.origin &&
          event.data === "mostrador.close") close();
    });
    draw();
    document.body.append(host);
  }

  if (document.body) start();
  else document.addEventListener("DOMContentLoaded", start, { once: true });
})();
