"use strict";
// The page of amts review serve. Texts of the book become text nodes alone, never markup.
(() => {
  const STEP = 100;
  const byId = (id) => document.getElementById(id);
  const token = location.hash.slice(1) || sessionStorage.getItem("amts-token") || "";
  sessionStorage.setItem("amts-token", token);
  history.replaceState(null, "", location.pathname);

  let units = [], shown = [], most = STEP, current = null, unit = null, typed = 0;

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
    findLater();
  };
  const code = (id) => unit.codes[id].pair ? insert(chip("open", id), chip("close", id)) : insert(chip("empty", id));

  const isToDo = (each) => !["reviewed", "approved"].includes(each.stage) || each.conflict;
  const filter = () => {
    const doc = byId("document").value, stage = byId("stage").value, finding = byId("finding").value;
    const words = byId("search").value.toLowerCase();
    shown = units.filter((each) =>
      (!doc || each.document === doc) &&
      (stage === "todo" ? isToDo(each) : !stage || each.stage === stage || (stage === "conflicts" && each.conflict)) &&
      (!finding || each.findings.includes(finding)) &&
      (!words || each.source.toLowerCase().includes(words) || each.target.toLowerCase().includes(words)));
    if (byId("order").value === "risk") shown.sort((one, other) => other.risk - one.risk);
    list();
  };
  const list = () => {
    fill(byId("list"), ...shown.slice(0, most).map((each) => {
      const row = make("li"), button = make("button");
      button.type = "button"; button.dataset.id = each.id;
      const text = make("span", each.source, "text"); text.dir = "auto";
      button.append(text, make("br"), make("span", `${each.document}${each.line ? `:${each.line}` : ""}, ${each.conflict ? "conflict" : each.stage}, ${each.words} words`, "about"));
      if (each.id === current) button.setAttribute("aria-current", "true");
      button.addEventListener("click", () => open(each.id));
      row.append(button);
      return row;
    }));
    byId("more").hidden = shown.length <= most;
    const left = units.filter(isToDo).reduce((sum, each) => sum + each.words, 0);
    byId("counts").textContent = `${shown.length} texts shown; ${left} words to do`;
  };

  const open = async (id) => {
    current = id;
    unit = await ask(`api/unit/${encodeURIComponent(id)}`);
    byId("right").hidden = false;
    byId("place").textContent = `${unit.document}${unit.line ? `:${unit.line}` : ""}, ${unit.kind}, ${unit.stage}${unit.maker ? `, by ${unit.maker}` : ""}`;
    if (unit.link && /^https?:/.test(unit.link)) {
      const link = make("a", "page"); link.href = unit.link; link.rel = "noreferrer noopener"; link.target = "_blank";
      byId("place").append(" ", link);
    }
    fill(byId("source"), ...nodes(unit.source));
    fill(byId("target"), ...nodes(unit.target));
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
    byId("target").focus();
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
    const target = coded(byId("target"));
    try {
      take((await ask("api/save", { units: [{ id: unit.id, target, state, seen: unit.seen }] })).units);
    } catch (error) { fail(error); return; }
    unit.seen = [...unit.seen, target];
    tell([]);
    const place = shown.findIndex((each) => each.id === unit.id), next = shown[place + 1];
    filter();
    if (goOn && next) await open(next.id);
    else byId("place").textContent += `; saved as ${state}`;
  };
  const undo = async () => {
    try {
      const changed = (await ask("api/undo", {})).units;
      take(changed); filter();
      if (changed.length) await open(changed[0].id);
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
  byId("target").addEventListener("input", findLater);
  byId("target").addEventListener("paste", (event) => {
    event.preventDefault();
    insert(document.createTextNode(event.clipboardData.getData("text/plain").replace(/\s+/g, " ")));
  });
  byId("target").addEventListener("drop", (event) => event.preventDefault());
  byId("target").addEventListener("beforeinput", (event) => {
    if (/^(insertParagraph|insertLineBreak|format)/.test(event.inputType)) event.preventDefault();
  });
  document.addEventListener("keydown", (event) => {
    const control = event.ctrlKey || event.metaKey, key = event.key;
    const acts = control && key === "Enter" ? () => save("approved", true)
      : control && key === "s" ? () => save("reviewed", false)
      : event.altKey && key === "m" ? () => save("needs-review", false)
      : event.altKey && key === "u" ? undo
      : event.altKey && key === "ArrowDown" ? () => go(1)
      : event.altKey && key === "ArrowUp" ? () => go(-1)
      : event.altKey && unit && unit.codes[key] ? () => code(key)
      : key === "/" && !event.target.isContentEditable && event.target.id !== "search" ? () => byId("search").focus()
      : null;
    if (acts) { event.preventDefault(); acts(); }
  });

  ask("api/list").then((found) => {
    units = found.units;
    document.title = `Review ${found.target_name}`;
    byId("language").textContent = found.target_name;
    for (const id of ["source", "difference", "before", "after"]) byId(id).lang = found.source_language;
    for (const id of ["target", "former-target"]) { byId(id).lang = found.target_language; byId(id).dir = "auto"; }
    const choices = (id, values) => byId(id).append(...values.map((value) => { const option = make("option", value); option.value = value; return option; }));
    choices("document", [...new Set(units.map((each) => each.document))]);
    choices("stage", [...found.stages, "conflicts"]);
    choices("finding", [...new Set(units.flatMap((each) => each.findings))].sort());
    filter();
    if (shown.length) open(shown[0].id).catch(fail);
  }).catch((error) => { byId("counts").textContent = error.message; });
})();
