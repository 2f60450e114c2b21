"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const body = document.querySelector("#queue tbody");
  const form = document.getElementById("filters");
  const state = { page: 0, found: data.queue };

  const make = (tag, text, attributes = {}) => {
    const element = document.createElement(tag);
    if (text !== undefined) element.textContent = text;
    for (const [name, value] of Object.entries(attributes)) {
      element.setAttribute(name, value);
    }
    return element;
  };

  const place = (each) => {
    const cell = make("td");
    const name = each.line === null ? each.document : `${each.document}:${each.line}`;
    cell.append(each.page ? make("a", name, { href: each.page }) : name);
    if (each.file) {
      cell.append(make("br"), make("a", "source file", { href: each.file, class: "small" }));
    }
    const where = each.places > 1 ? `${each.kind}, ${each.places} places` : each.kind;
    cell.append(make("div", where, { class: "small soft" }));
    // In the page of amts review a click leads to the text; a file names it.
    cell.append(make("code", each.unit, { class: "small soft unit" }));
    cell.append(make("button", "Open", { type: "button", class: "open", "data-amts-unit": each.unit }));
    return cell;
  };

  const source = (each) => {
    const cell = make("td", undefined, { class: "text", lang: data.source });
    cell.append(each.source);
    if (each.near) {
      const was = make("p", undefined, { class: "was" });
      const title = each.near.gone ? "It replaces" : "Like it";
      was.append(`${title} (${each.near.score} %): `);
      for (const [kind, text] of each.near.difference) {
        was.append(kind === "same" ? text : make(kind === "gone" ? "del" : "ins", text));
      }
      cell.append(was);
    }
    return cell;
  };

  const target = (each) => {
    const cell = make("td", undefined, { class: "text" });
    if (each.target !== null) cell.append(make("span", each.target, { lang: data.target }));
    if (each.near) {
      const was = make("p", "Of that: ", { class: "was" });
      was.append(make("span", each.near.target, { lang: data.target }));
      cell.append(was);
    }
    return cell;
  };

  const findings = (each) => {
    const cell = make("td");
    cell.append(make("p", data.origins[each.origin], { class: "finding" }));
    for (const found of each.findings) {
      const line = make("p", undefined, { class: "finding" });
      line.append(make("strong", `${found.severity}: `, { class: found.severity }));
      line.append(`${found.message} `, make("span", found.check, { class: "badge" }));
      cell.append(line);
    }
    return cell;
  };

  const row = (each) => {
    const line = make("tr");
    line.append(make("td", each.risk, { class: "number" }), place(each), source(each),
      target(each), findings(each));
    return line;
  };

  const show = () => {
    const count = state.found.length;
    const first = state.page * data.shown;
    const last = Math.min(first + data.shown, count);
    body.replaceChildren(...state.found.slice(first, last).map(row));
    const what = count ? `${first + 1} to ${last} of ${count} texts` : "No text is left";
    for (const pages of document.querySelectorAll(".pages")) {
      pages.querySelector(".told").textContent = what;
      pages.querySelector("[data-step='-1']").disabled = first === 0;
      pages.querySelector("[data-step='1']").disabled = last >= count;
    }
  };

  const orders = {
    risk: (a, b) => b.risk - a.risk,
    place: (a, b) => a.document.localeCompare(b.document) || a.line - b.line,
    words: (a, b) => b.words - a.words,
    near: (a, b) => (b.near ? b.near.score : 0) - (a.near ? a.near.score : 0),
  };

  const select = () => {
    const asked = Object.fromEntries(new FormData(form));
    const wanted = asked.text.trim().toLowerCase();
    const fits = (each) =>
      (!asked.document || each.document === asked.document) &&
      (!asked.origin || each.origin === asked.origin) &&
      (!asked.severity || each.findings.some((f) => f.severity === asked.severity)) &&
      (!asked.check || each.findings.some((f) => f.check === asked.check)) &&
      (!wanted || `${each.source}\n${each.target ?? ""}`.toLowerCase().includes(wanted));
    state.found = data.queue.filter(fits).sort(orders[asked.order]);
    state.page = 0;
    show();
  };

  form.classList.remove("hidden");
  form.addEventListener("input", select);
  form.addEventListener("reset", () => setTimeout(select));
  form.addEventListener("submit", (event) => event.preventDefault());
  for (const pages of document.querySelectorAll(".pages")) {
    pages.classList.remove("hidden");
    pages.addEventListener("click", (event) => {
      if (!event.target.dataset.step) return;
      state.page += Number(event.target.dataset.step);
      show();
    });
  }
  show();

  for (const table of document.querySelectorAll("table[data-sorted]")) {
    for (const [column, head] of [...table.tHead.rows[0].cells].entries()) {
      if (!head.dataset.sort) continue;
      const button = make("button", head.textContent, { type: "button" });
      head.replaceChildren(button);
      button.addEventListener("click", () => {
        const up = head.getAttribute("aria-sort") !== "ascending";
        for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
        head.setAttribute("aria-sort", up ? "ascending" : "descending");
        const value = (line) => line.cells[column].dataset.value;
        const order = head.dataset.sort === "number"
          ? (a, b) => value(a) - value(b)
          : (a, b) => value(a).localeCompare(value(b));
        const rows = [...table.tBodies[0].rows].sort(order);
        table.tBodies[0].replaceChildren(...(up ? rows : rows.reverse()));
      });
    }
  }

  for (const link of document.querySelectorAll("[data-document]")) {
    link.addEventListener("click", () => {
      form.reset();
      setTimeout(() => { form.elements.document.value = link.dataset.document; select(); });
    });
  }
})();
