"use strict";
// In the pages of an edition that amts review serve shows: marks the text that is worked on,
// and tells which one is clicked. What it hears and says goes to that page alone.
(() => {
  const page = `${location.protocol}//127.0.0.1:${location.port}`;
  if (parent === window) return;
  document.documentElement.classList.add("amts-served");
  const say = (message) => parent.postMessage(message, page);

  // Texts are compared by their letters and digits: markup and typography differ.
  const LETTER = /[\p{L}\p{N}]/u;
  const letters = (text) => [...text.toLowerCase()].filter((each) => LETTER.test(each)).join("");
  const BLOCKS = "h1, h2, h3, h4, h5, h6, p, li, dt, dd, td, th, caption, figcaption, summary, label, a, [data-amts-unit]";
  const main = document.querySelector("[role=main], main, div.body, article") || document.body;
  const told = new Map();
  const lettersOf = (element) => {
    if (!told.has(element)) told.set(element, letters(element.textContent));
    return told.get(element);
  };
  const smallest = (root, wanted) => {
    let found = null;
    for (const each of root.querySelectorAll(BLOCKS)) {
      const text = lettersOf(each);
      if (text.includes(wanted) && (!found || text.length < lettersOf(found).length)) found = each;
    }
    return found;
  };
  const find = (id, texts) => {
    const named = document.querySelector(`[data-amts-unit~="${CSS.escape(id)}"]`);
    if (named) return [named, texts.find((each) => each && lettersOf(named).includes(each)) || ""];
    for (const root of [main, document.body]) {
      for (const text of texts) {
        const found = text && smallest(root, text);
        if (found) return [found, text];
      }
    }
    return [null, ""];
  };

  // The places of the letters of an element: each is a text node and an offset in it.
  const places = (element) => {
    const found = [], walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      let at = 0;
      for (const each of node.data) {
        for (const low of each.toLowerCase()) if (LETTER.test(low)) found.push([node, at, each.length]);
        at += each.length;
      }
    }
    return found;
  };
  const highlight = (element, text) => {
    if (!CSS.highlights || !text) return;
    const start = lettersOf(element).indexOf(text), known = places(element);
    const first = known[start], last = known[start + [...text].length - 1];
    if (start < 0 || !first || !last) return;
    const range = new Range();
    range.setStart(first[0], first[1]);
    range.setEnd(last[0], last[1] + last[2]);
    CSS.highlights.set("amts-shown", new Highlight(range));
  };

  const show = ({ id, texts }) => {
    for (const each of document.querySelectorAll(".amts-shown")) each.classList.remove("amts-shown");
    CSS.highlights?.delete("amts-shown");
    const [element, text] = find(id, texts.map(letters));
    if (element) {
      element.classList.add("amts-shown");
      highlight(element, text);
      for (let each = element; each; each = each.parentElement) if (each.nodeName === "DETAILS") each.open = true;
      element.scrollIntoView({ block: "center" });
    }
    say({ amts: "shown", id, found: Boolean(element) });
  };
  addEventListener("message", (event) => {
    if (event.source === parent && event.origin === page && event.data?.amts === "show") show(event.data);
  });

  // How many letters of an element stand before a point on the screen.
  const before = (element, x, y) => {
    const caret = document.caretPositionFromPoint?.(x, y), range = caret ? null : document.caretRangeFromPoint?.(x, y);
    const node = caret?.offsetNode || range?.startContainer, offset = caret?.offset ?? range?.startOffset;
    if (!node || !element.contains(node)) return 0;
    const left = new Range();
    left.setStart(element, 0);
    left.setEnd(node, offset);
    return letters(left.toString()).length;
  };
  const tell = (element, at) => say({
    amts: "clicked", units: (element.closest("[data-amts-unit]")?.dataset.amtsUnit || "").split(" ").filter(Boolean),
    text: lettersOf(element), at,
  });
  addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target : null;
    if (!target || event.defaultPrevented || target.id === "amts-review") return;
    const button = target.closest("button[data-amts-unit]");
    if (button) { tell(button, 0); return; }
    const link = target.closest("a[href]");
    if (link) {
      // Nothing is shown here but the edition: other places are not asked for anything.
      if (link.origin !== location.origin) { event.preventDefault(); say({ amts: "left", address: link.href }); }
      return;
    }
    if (target.closest("button, input, select, textarea, summary, label")) return;
    const element = target.closest("[data-amts-unit]") || target.closest(BLOCKS);
    if (element && getSelection().isCollapsed) tell(element, before(element, event.clientX, event.clientY));
  });
  // The review mode of an edition asks so, before it follows a link of its own.
  document.addEventListener("amts-open-unit", (event) => {
    event.preventDefault();
    say({ amts: "clicked", units: [event.detail.unit], text: "", at: 0 });
  });
  addEventListener("keydown", (event) => {
    if (event.altKey && !event.ctrlKey && /^(Arrow(Up|Down)|Key[NBPUR])$/.test(event.code)) {
      event.preventDefault();
      say({ amts: "key", code: event.code });
    }
  });
  say({ amts: "ready", path: location.pathname });
})();
