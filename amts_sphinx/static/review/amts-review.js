"use strict";
// The review mode of an edition: the source, origin, state and findings of each text, shown
// when the pointer or the keyboard is on it. Texts of the book become text nodes alone.
(() => {
  // So long a pointer may be between a passage and what is shown of it, in milliseconds.
  const PATIENCE = 250;
  const STYLE = `
    :host { all: initial; position: absolute; z-index: 2147483000; display: block; }
    :host([hidden]) { display: none; }
    section { background: #fff; border: 2px solid #1f3a5f; border-radius: 4px; box-sizing: border-box;
      box-shadow: 0 2px 8px rgb(0 0 0 / .3); color: #1a1a1a; font: 14px/1.4 system-ui, sans-serif;
      max-block-size: 50vh; overflow: auto; padding: .6rem .8rem; text-align: start; }
    section:focus-visible, a:focus-visible { outline: 3px solid #1f3a5f; outline-offset: 2px; }
    dl { display: grid; gap: .2rem .8rem; grid-template-columns: max-content 1fr; margin: 0; }
    dl + dl { border-block-start: 1px solid #767676; margin-block-start: .5rem; padding-block-start: .5rem; }
    dt { color: #4a4a4a; } dd { margin: 0; overflow-wrap: anywhere; }
    ul { margin: 0; padding-inline-start: 1.1rem; } a { color: #0b4f9e; } kbd, code { font: 13px ui-monospace, monospace; }
    p { margin: .5rem 0 0; color: #4a4a4a; }
    @media (prefers-color-scheme: dark) {
      section { background: #1c1f24; border-color: #9cc3f0; color: #f0f0f0; }
      section:focus-visible, a:focus-visible { outline-color: #9cc3f0; }
      dt, p { color: #c4c4c4; } a { color: #9cc3f0; } }`;

  const known = window.amtsUnits || {};
  const said = (name) => document.querySelector(`meta[name="${name}"]`)?.content || "";
  // A page that amts review serves is opened by its own script, without an address.
  const isServed = document.querySelector('script[src$="-amts-marks.js"]');
  const language = said("amts-edition"), address = isServed ? "#" : said("amts-review");
  const passages = [...document.querySelectorAll("[data-amts-unit]")];
  if (!passages.length) return;

  const make = (tag, ...content) => {
    const element = document.createElement(tag);
    element.append(...content);
    return element;
  };
  const host = make("div");
  host.id = "amts-review";
  host.className = "no-search";
  host.lang = "en";
  host.dir = "ltr";
  host.hidden = true;
  const shadow = host.attachShadow({ mode: "open" });
  const box = make("section");
  box.tabIndex = -1;
  box.setAttribute("aria-label", "Review");
  // Not an element: a server may forbid those that stand in the page.
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLE);
  shadow.adoptedStyleSheets = [sheet];
  shadow.append(box);
  document.body.append(host);

  const names = (passage) => passage.dataset.amtsUnit.split(" ");
  for (const passage of passages) {
    if (!passage.matches("a[href], button, summary, input")) passage.tabIndex = 0;
    const found = names(passage).flatMap((name) => known[name]?.findings || []);
    if (found.length) passage.dataset.amtsFindings = found.length;
  }

  const link = (name, all) => {
    const element = make("a", "Open in amts review");
    element.href = address.replaceAll("{unit}", name);
    element.addEventListener("click", (event) => {
      const asked = new CustomEvent("amts-open-unit", { cancelable: true, detail: { unit: name, units: all } });
      if (!document.dispatchEvent(asked) || isServed) event.preventDefault();
    });
    return element;
  };
  const rows = (name, all) => {
    const unit = known[name];
    const list = make("dl");
    const row = (term, ...content) => list.append(make("dt", term), make("dd", ...content));
    if (!unit) {
      row("Text", `${name}: not known; build the edition again`);
      return list;
    }
    row("Source", unit.source);
    row("Origin", unit.maker && unit.maker !== unit.origin ? `${unit.origin} (${unit.maker})` : unit.origin);
    row("State", unit.state);
    row("Place", unit.place);
    const findings = unit.findings.map((each) => make("li", `${each.severity}, ${each.check}: ${each.message}`));
    row("Findings", findings.length ? make("ul", ...findings) : "none");
    row("Text", name, ...(address ? [" ", link(name, all)] : []));
    return list;
  };
  const hint = () => {
    const keys = [make("kbd", "Enter"), " goes here, ", make("kbd", "Esc"), " closes."];
    const command = ["To work on it: ", make("code", `amts review serve --language ${language}`), ". "];
    return make("p", ...(address ? [] : command), ...keys);
  };

  let current = null, timer = 0;
  const place = () => {
    const at = current.getBoundingClientRect();
    const wide = document.documentElement.clientWidth, high = window.innerHeight;
    host.style.inlineSize = `${Math.min(480, wide - 16)}px`;
    const left = Math.max(8, Math.min(at.left, wide - host.offsetWidth - 8));
    // Below the passage, or above it where there is more room. Nothing lies between the two.
    const below = high - at.bottom >= host.offsetHeight || at.top < high - at.bottom;
    const top = below ? at.bottom : at.top - host.offsetHeight;
    host.style.left = `${left + window.scrollX}px`;
    host.style.top = `${top + window.scrollY}px`;
  };
  const hide = () => {
    clearTimeout(timer);
    host.hidden = true;
    current?.removeAttribute("aria-describedby");
    current = null;
  };
  const show = (passage) => {
    clearTimeout(timer);
    if (passage === current) return;
    hide();
    current = passage;
    const all = names(passage);
    box.replaceChildren(...all.map((name) => rows(name, all)), hint());
    passage.setAttribute("aria-describedby", host.id);
    host.hidden = false;
    place();
  };
  const hideSoon = () => {
    clearTimeout(timer);
    timer = setTimeout(hide, PATIENCE);
  };
  const passageOf = (target) => target instanceof Element ? target.closest("[data-amts-unit]") : null;

  document.addEventListener("pointerover", (event) => {
    if (event.target === host) clearTimeout(timer);
    else if (passageOf(event.target)) show(passageOf(event.target));
    else if (current && !host.contains(document.activeElement) && passageOf(document.activeElement) !== current) hideSoon();
  });
  document.addEventListener("focusin", (event) => {
    if (event.target === host) clearTimeout(timer);
    else if (passageOf(event.target)) show(passageOf(event.target));
    else if (current) hide();
  });
  document.addEventListener("keydown", (event) => {
    if (!current) return;
    if (event.key === "Escape") {
      const back = document.activeElement === host ? current : null;
      hide();
      if (back) {
        // The passage is not shown again before it is left.
        back.focus({ preventScroll: true });
        hide();
      }
    } else if (event.key === "Enter" && event.target === current && !current.matches("a[href], button, summary")) {
      event.preventDefault();
      (shadow.querySelector("a") || box).focus();
    }
  });
  window.addEventListener("resize", () => current && place());
})();
