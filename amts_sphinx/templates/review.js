"use strict";
// The page of amts review serve. Texts of the book become text nodes alone, never markup.
(() => {
  const STEP = 100;
  const byId = (id) => document.getElementById(id);
  // The address ends in #TOKEN, #TOKEN/TEXT, or #/TEXT where another window has the token.
  let [token, wanted] = location.hash.slice(1).split("/");
  token = token || sessionStorage.getItem("amts-token") || "";
  history.replaceState(null, "", location.pathname);
  const others = new BroadcastChannel("amts-review");
  others.addEventListener("message", ({ data }) => {
    if (data.asks && token) others.postMessage({ token });
  });
  const askOthers = () => new Promise((resolve) => {
    others.addEventListener("message", ({ data }) => { if (data.token) resolve(data.token); });
    others.postMessage({ asks: true });
    setTimeout(() => resolve(""), 500);
  });

  let units = [], shown = [], most = STEP, current = null, unit = null, typed = 0;
  // What was typed and not saved, by id: the nodes of the target, and the remark.
  const drafts = new Map();
  let dirty = false;

  const ask = async (path, body) => {
    const options = { headers: { "X-Amts-Token": token } };
    if (body !== undefined) {
      options.method = "POST";
      options.headers["Content-Type"] = "application/json";
      options.body = JSON.stringify(body);
    }
    const answer = await fetch(path, options);
    const found = await answer.json();
    if (!answer.ok) throw Object.assign(new Error(found.error), { status: answer.status, ...found });
    return found;
  };

  const make = (tag, text, name) => {
    const element = document.createElement(tag);
    if (text !== undefined) element.textContent = text;
    if (name) element.className = name;
    return element;
  };

  const fill = (element, ...children) => { element.replaceChildren(...children); };

  // Codes: a chip cannot be entered, only moved, removed or put in as a whole.
  const label = (type, id) => {
    const code = unit.codes[id] || {};
    const name = code.text || code.kind || id;
    return type === "empty" ? `${id} ${name}` : type === "open" ? `${id} ${name} ▸` : "◂";
  };
  const chip = (type, id) => {
    const element = make("span", label(type, id), "chip");
    element.contentEditable = "false";
    element.dataset.code = type === "open" ? `<g id="${id}">` : type === "close" ? "</g>" : `<x id="${id}"/>`;
    return element;
  };
  const nodes = (pieces) => pieces.map(([type, text, id]) => type === "text" ? document.createTextNode(text) : chip(type, id));
  const escape = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
  const coded = (node) => [...node.childNodes].map((child) =>
    child.nodeType === Node.TEXT_NODE ? escape(child.data) :
    child.dataset && child.dataset.code ? child.dataset.code :
    child.nodeName === "BR" ? "" : coded(child)).join("");
  const within = (opening) => {
    const start = unit.source.findIndex(([type, , id]) => type === "open" && `<g id="${id}">` === opening);
    let depth = 0, words = "";
    for (const [type, text] of unit.source.slice(start)) {
      depth += type === "open" ? 1 : type === "close" ? -1 : 0;
      words += text;
      if (!depth) break;
    }
    return words;
  };
  const insert = (...made) => {
    const target = byId("target"), chosen = getSelection();
    target.focus();
    let range = chosen.rangeCount && target.contains(chosen.anchorNode) ? chosen.getRangeAt(0) : null;
    if (!range) { range = document.createRange(); range.selectNodeContents(target); range.collapse(false); }
    const words = range.extractContents();
    const last = made[made.length - 1];
    // What is chosen goes between; else the words of the source, to be translated there.
    if (made.length === 2) made.splice(1, 0, words.textContent ? words : document.createTextNode(within(made[0].dataset.code)));
    for (const node of made.reverse()) range.insertNode(node);
    range.setStartAfter(last); range.collapse(true);
    chosen.removeAllRanges(); chosen.addRange(range);
    touched();
    findLater();
  };
  const code = (id) => unit.codes[id].pair ? insert(chip("open", id), chip("close", id)) : insert(chip("empty", id));

  const isToDo = (each) => !["reviewed", "approved"].includes(each.stage) || each.conflict;
  const haystack = (each) => (each.lower ??= `${each.source}\n${each.target}\n${each.remark}`.toLowerCase());
  const filter = () => {
    const doc = byId("document").value, stage = byId("stage").value, finding = byId("finding").value;
    const words = byId("search").value.toLowerCase().trim();
    const [least, longest] = byId("words").value.split("-");
    shown = units.filter((each) =>
      (!doc || each.document === doc) &&
      (stage === "todo" ? isToDo(each) : !stage || each.stage === stage || (stage === "conflicts" && each.conflict) ||
        (stage === "remarked" && each.remark) || (stage === "at one place" && each.bound) || (stage === "not saved" && drafts.has(each.id))) &&
      (!least || (each.words >= least && (!longest || each.words <= longest))) &&
      (!finding || each.findings.includes(finding)) &&
      (!words || haystack(each).includes(words)));
    if (byId("order").value === "risk") shown.sort((one, other) => other.risk - one.risk);
    list();
  };
  const list = () => {
    fill(byId("list"), ...shown.slice(0, most).map((each) => {
      const row = make("li"), button = make("button");
      button.type = "button"; button.dataset.id = each.id;
      const text = make("span", each.source, "text"); text.dir = "auto";
      const about = [`${each.document}${each.line ? `:${each.line}` : ""}`, each.conflict ? "conflict" : each.stage, `${each.words} words`];
      if (each.bound) about.push("at one place");
      if (each.remark) about.push("remark");
      if (drafts.has(each.id)) about.push("not saved");
      button.append(text, make("span", about.join(", "), "about"));
      if (each.id === current) button.setAttribute("aria-current", "true");
      button.addEventListener("click", () => open(each.id));
      row.append(button);
      return row;
    }));
    byId("more").hidden = shown.length <= most;
    const left = units.filter(isToDo).reduce((sum, each) => sum + each.words, 0);
    byId("counts").textContent = `${shown.length.toLocaleString("en")} texts; ${left.toLocaleString("en")} words to do`;
  };

  const keep = () => {
    if (unit && dirty) drafts.set(unit.id, { nodes: [...byId("target").childNodes], remark: byId("remark").value });
    dirty = false;
  };
  const placed = () => {
    const about = [`${unit.document}${unit.line ? `:${unit.line}` : ""}`, unit.kind, unit.stage];
    // The name of an engine goes on with its settings.
    if (unit.maker) about.push(`by ${unit.author || unit.maker.split("/")[0]}`);
    if (unit.bound) about.push("at this place alone");
    else if (unit.places > 1) about.push(`at ${unit.places} places`);
    byId("place").textContent = about.join(", ");
    if (unit.link && /^https?:/.test(unit.link)) {
      const link = make("a", "page"); link.href = unit.link; link.rel = "noreferrer noopener"; link.target = "_blank";
      byId("place").append(" ", link);
    }
  };
  const open = async (id) => {
    keep();
    current = id;
    const asked = await ask(`api/unit/${encodeURIComponent(id)}`);
    if (current !== id) return; // another one was asked for meanwhile
    keep();
    unit = asked;
    byId("right").hidden = false;
    placed();
    byId("saved").textContent = "";
    const draft = drafts.get(id);
    drafts.delete(id);
    dirty = Boolean(draft);
    if (draft) byId("saved").textContent = "Not saved yet.";
    byId("remark").value = draft ? draft.remark : unit.remark;
    fill(byId("source"), ...nodes(unit.source));
    fill(byId("target"), ...(draft ? draft.nodes : nodes(unit.target)));
    fill(byId("chips"), ...Object.keys(unit.codes).map((id) => {
      const button = make("button", label("empty", id), "chip");
      button.type = "button"; button.title = `Alt+${id}`;
      button.addEventListener("click", () => code(id));
      return button;
    }));
    byId("former").hidden = !unit.former;
    if (unit.former) {
      fill(byId("difference"), ...unit.former.difference.map(([kind, text]) =>
        kind === "same" ? document.createTextNode(text) : make(kind === "gone" ? "del" : "ins", text)));
      byId("former-target").textContent = unit.former.target;
    }
    byId("before").textContent = unit.before; byId("after").textContent = unit.after;
    const rows = (name, texts) => {
      byId(name).hidden = !texts.length;
      fill(byId(name).querySelector("ul"), ...texts.map((text) => { const row = make("li", text, "text"); row.dir = "auto"; return row; }));
    };
    rows("others", unit.others);
    rows("terms", Object.entries(unit.terms).map(([source, target]) => `${source} = ${target}`));
    rows("matches", unit.matches.map((each) => `${each.score} %: ${each.source} = ${each.target}`));
    tell(unit.messages);
    for (const button of byId("list").querySelectorAll("button")) {
      if (button.dataset.id === id) { button.setAttribute("aria-current", "true"); button.scrollIntoView({ block: "nearest" }); }
      else button.removeAttribute("aria-current");
    }
    byId("right").scrollTop = 0;
    byId("target").focus({ preventScroll: true });
    document.dispatchEvent(new CustomEvent("amts-opened", { detail: units.find((each) => each.id === id) || unit }));
  };
  const riskiest = () => {
    const left = shown.filter((each) => each.id !== current && isToDo(each));
    const next = left.reduce((best, each) => (!best || each.risk > best.risk ? each : best), null);
    if (next) open(next.id).catch(fail);
  };
  const go = (step) => {
    const place = shown.findIndex((each) => each.id === current);
    const next = shown[Math.min(Math.max(place + step, 0), shown.length - 1)];
    if (next) open(next.id).catch(fail);
  };

  const tell = (messages) => fill(byId("findings"), ...messages.map((text) => make("li", text)));
  const fail = (error) => {
    tell([error.message, ...(error.others || []).map((text) => `Theirs: ${text}`)]);
    // Who has seen the other text may decide.
    if (error.status === 409 && unit) unit.seen = [...unit.seen, ...error.seen];
  };
  const findLater = () => {
    const mine = ++typed;
    setTimeout(async () => {
      if (mine !== typed || !unit) return;
      try {
        const { findings } = await ask("api/check", { id: unit.id, target: coded(byId("target")) });
        if (mine === typed) tell(findings);
      } catch (error) { fail(error); }
    }, 200);
  };

  const take = (changed) => {
    const news = new Map(changed.map((each) => [each.id, each]));
    units = units.map((each) => news.get(each.id) || each);
  };
  const save = async (state, goOn) => {
    if (!unit) return;
    typed++;
    byId("saved").textContent = "";
    const target = coded(byId("target"));
    try {
      take((await ask("api/save", { units: [{ id: unit.id, target, state, seen: unit.seen, remark: byId("remark").value }] })).units);
    } catch (error) {
      fail(error);
      byId("saved").textContent = `Not saved: ${error.message}`;
      return;
    }
    unit.seen = [...unit.seen, target];
    dirty = false;
    drafts.delete(unit.id);
    tell([]);
    const place = shown.findIndex((each) => each.id === unit.id), next = shown[place + 1];
    filter();
    unit.stage = units.find((each) => each.id === unit.id)?.stage ?? unit.stage;
    unit.maker = ""; // what a person saved is theirs
    placed();
    if (goOn && next) await open(next.id);
    byId("saved").textContent = `Saved as ${state}.`;
  };
  const undo = async () => {
    const before = current;
    try {
      const changed = (await ask("api/undo", {})).units;
      take(changed); filter();
      if (changed.length) drafts.delete(changed[0].id);
      // Who has opened another text meanwhile stays there.
      if (current === before) {
        dirty = false;
        if (changed.length) await open(changed[0].id);
      }
      byId("saved").textContent = changed.length ? "Taken back." : "There is nothing to take back.";
    } catch (error) { fail(error); }
  };
  const approveShown = async () => {
    const mine = shown.slice(0, most).filter((each) => each.target && !each.conflict && each.stage !== "approved");
    if (!mine.length || !confirm(`Approve ${mine.length} texts?`)) return;
    try {
      take((await ask("api/save", { units: mine.map(({ id }) => ({ id, state: "approved" })) })).units);
      filter();
    } catch (error) { fail(error); }
  };

  byId("approve").addEventListener("click", () => save("approved", true));
  byId("save").addEventListener("click", () => save("reviewed", false));
  byId("mark").addEventListener("click", () => save("needs-review", false));
  byId("undo").addEventListener("click", undo);
  byId("approve-shown").addEventListener("click", approveShown);
  byId("more").addEventListener("click", () => { most += STEP; list(); });
  byId("filters").addEventListener("submit", (event) => event.preventDefault());
  byId("filters").addEventListener("input", () => { most = STEP; filter(); });
  const touched = () => { dirty = true; byId("saved").textContent = ""; };
  byId("target").addEventListener("input", () => { touched(); findLater(); });
  byId("remark").addEventListener("input", touched);
  addEventListener("beforeunload", (event) => { if (dirty || drafts.size) event.preventDefault(); });
  byId("target").addEventListener("paste", (event) => {
    event.preventDefault();
    insert(document.createTextNode(event.clipboardData.getData("text/plain").replace(/\s+/g, " ")));
  });
  byId("target").addEventListener("drop", (event) => event.preventDefault());
  byId("target").addEventListener("beforeinput", (event) => {
    if (/^(insertParagraph|insertLineBreak|format)/.test(event.inputType)) event.preventDefault();
  });
  const toRemark = () => byId(document.activeElement === byId("remark") ? "target" : "remark").focus();
  const altKeys = {
    KeyM: () => save("needs-review", false), KeyU: undo, KeyN: riskiest, KeyR: toRemark,
    ArrowDown: () => go(1), ArrowUp: () => go(-1),
    KeyB: () => byId("build").click(), KeyP: () => byId("toggle").click(),
  };
  document.addEventListener("keydown", (event) => {
    const control = event.ctrlKey || event.metaKey, key = event.key, digit = /^Digit([1-9])$/.exec(event.code)?.[1];
    const writes = event.target.isContentEditable || /^(INPUT|TEXTAREA)$/.test(event.target.nodeName);
    const acts = control && key === "Enter" ? () => save("approved", true)
      : control && key === "s" ? () => save("reviewed", false)
      : event.altKey && !control && altKeys[event.code] ? altKeys[event.code]
      : event.altKey && !control && unit && digit && unit.codes[digit] ? () => code(digit)
      : key === "/" && !writes ? () => byId("search").focus()
      : null;
    if (acts) { event.preventDefault(); acts(); }
  });

  const read = async () => {
    const found = await ask("api/list");
    units = found.units;
    return found;
  };
  // What the other script of the page works with.
  window.amtsReview = {
    ask, open: (id) => open(id).catch(fail), keys: altKeys,
    all: () => units,
    current: () => units.find((each) => each.id === current),
    again: async () => {
      const found = await read();
      filter();
      // Codes and findings may be others now; what is being typed stays.
      const asked = current;
      if (!dirty && units.some((each) => each.id === asked)) await open(asked);
      return found;
    },
  };

  const start = async () => {
    token = token || await askOthers();
    sessionStorage.setItem("amts-token", token);
    const found = await read();
    document.title = `Review ${found.target_name}`;
    byId("language").textContent = found.target_name;
    for (const id of ["source", "difference", "before", "after"]) { byId(id).lang = found.source_language; byId(id).dir = "auto"; }
    for (const id of ["target", "former-target"]) { byId(id).lang = found.target_language; byId(id).dir = "auto"; }
    const choices = (id, values) => byId(id).append(...values.map((value) => { const option = make("option", value); option.value = value; return option; }));
    choices("document", [...new Set(units.map((each) => each.document))]);
    choices("stage", [...found.stages, "conflicts", "remarked", "at one place", "not saved"]);
    choices("finding", [...new Set(units.flatMap((each) => each.findings))].sort());
    const asked = units.find((each) => each.id === wanted);
    if (asked && !isToDo(asked)) byId("stage").value = "";
    filter();
    document.dispatchEvent(new CustomEvent("amts-listed", { detail: found }));
    if (wanted && !asked) tell([`This edition has no text ${wanted}.`]);
    const first = asked || shown[0];
    if (first) await open(first.id);
  };
  // The list may come before the other script of the page has.
  document.addEventListener("DOMContentLoaded", () => {
    start().catch((error) => { byId("counts").textContent = error.message; });
  });
})();
