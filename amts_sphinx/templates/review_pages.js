"use strict";
// The edition's own pages beside the texts, and its builds. The pages have another origin:
// what they say is looked at, and no more than a text is opened for it.
(() => {
  const byId = (id) => document.getElementById(id);
  const frame = byId("frame"), PAUSE = 500;
  let edition = null, pages = {}, documents = {}, engine = "";
  // Where the frame is, and the text that is to be shown once its page is there.
  let here = "", wanted = null;

  const pageOf = (unit) => unit && pages[unit.document];
  const isShown = () => edition?.built && byId("toggle").getAttribute("aria-pressed") === "true";
  const go = (address) => { frame.hidden = false; byId("no-page").hidden = true; here = ""; frame.contentWindow.location.replace(address); };
  const escaped = (path) => path.split("/").map(encodeURIComponent).join("/");
  const say = (unit) => frame.contentWindow.postMessage({ amts: "show", id: unit.id,
    // What stands in ‹ › has no words on the page.
    texts: [unit.target, unit.source].map((text) => text.replace(/‹[^›]*›/g, "")) }, new URL(edition.address).origin);
  const nothing = (text) => { frame.hidden = true; byId("no-page").hidden = false; byId("no-page").textContent = text; };
  const show = (unit) => {
    if (!edition) return;
    if (!edition.built) { nothing("This edition is not built here yet. “Build the edition” makes it, and shows each text at its place."); return; }
    if (!unit || !isShown()) return;
    const path = pageOf(unit);
    if (!path) { nothing(`${unit.document} has no page of its own.`); return; }
    if (here === path) { say(unit); return; }
    wanted = unit;
    go(edition.address + escaped(path));
  };

  const nearest = ({ units, text, at }) => {
    const letters = (value) => [...value.replace(/‹[^›]*›/g, "").toLowerCase()].filter((each) => /[\p{L}\p{N}]/u.test(each)).join("");
    const all = window.amtsReview.all(), name = documents[here];
    // The texts of this document come first; a text that stands elsewhere too is listed there.
    const mine = units.length ? all.filter((each) => units.includes(each.id)) : all.filter((each) => each.document === name);
    let best = null, score = 0;
    for (const each of text ? (mine.length ? mine : all) : mine) {
      for (const value of [each.target, each.source]) {
        const own = letters(value), start = own ? text.indexOf(own) : -1;
        if (start < 0) continue;
        const hit = (start <= at && at <= start + own.length ? 1e6 : 0) + own.length;
        if (hit > score) [best, score] = [each, hit];
      }
    }
    return best || (units.length ? mine[0] : null);
  };

  addEventListener("message", ({ source, origin, data }) => {
    if (source !== frame.contentWindow || !edition || origin !== new URL(edition.address).origin || !data?.amts) return;
    if (data.amts === "ready") {
      here = decodeURIComponent(String(data.path).split("/").slice(2).join("/"));
      if (!here || here.endsWith("/")) here += "index.html";
      const unit = wanted;
      wanted = null;
      if (unit && pageOf(unit) === here) say(unit);
      else if (pageOf(window.amtsReview.current()) === here) say(window.amtsReview.current());
    } else if (data.amts === "clicked" && Array.isArray(data.units)) {
      const unit = nearest({ units: data.units.map(String), text: String(data.text), at: Number(data.at) });
      if (unit) { window.focus(); window.amtsReview.open(unit.id); }
      else byId("build-state").textContent = "This passage is no text of the book, or the edition is older than the list.";
    } else if (data.amts === "shown" && !data.found) {
      byId("build-state").textContent = "This text is not seen on its page: it is part of a list or an index, or the edition is older.";
    } else if (data.amts === "shown") {
      byId("build-state").textContent = "";
    } else if (data.amts === "left") {
      byId("build-state").textContent = `Outside the edition: ${String(data.address)}`;
    } else if (data.amts === "key") {
      window.amtsReview.keys[String(data.code)]?.();
    }
  });

  const told = (state) => {
    const { running, status, lines } = state;
    byId("build").disabled = running;
    byId("build-stop").hidden = !running;
    byId("log").hidden = !lines.length;
    const log = byId("log").querySelector("pre");
    log.textContent = lines.join("\n");
    log.scrollTop = log.scrollHeight;
    const last = lines[lines.length - 1] || "";
    byId("build-state").textContent = running ? `Building: ${last}` : state.reading ? "The book is read anew."
      : status === 0 ? "Built." : status ? `The build ended with status ${status}: ${last}` : last;
    byId("log").open = Boolean(status) || (running && byId("log").open);
  };
  const watch = async () => {
    for (;;) {
      const state = await window.amtsReview.ask("api/build");
      told(state);
      edition = state.edition;
      if (!state.running && !state.reading) { await renew(state.ended > 0); return; }
      await new Promise((resolve) => { setTimeout(resolve, PAUSE); });
    }
  };
  const renew = async (built) => {
    byId("report").hidden = !edition.report;
    if (!built) return;
    const found = await window.amtsReview.again();
    edition = found.edition;
    here = "";
    show(window.amtsReview.current());
  };
  const failed = (error) => { byId("build-state").textContent = error.message; };
  const build = async () => {
    const left = window.amtsReview.all().filter((each) => !each.target).length;
    if (left && engine !== "none" && !confirm(`Build the edition? The engine “${engine}” is asked for up to ${left} texts.`)) return;
    told(await window.amtsReview.ask("api/build", {}));
    await watch();
  };

  byId("build").addEventListener("click", () => { build().catch(failed); });
  byId("build-stop").addEventListener("click", () => { window.amtsReview.ask("api/build/stop", {}).catch(failed); });
  byId("report").addEventListener("click", () => {
    if (byId("toggle").getAttribute("aria-pressed") !== "true") byId("toggle").click();
    go(edition.report);
  });
  byId("toggle").addEventListener("click", () => {
    const shows = byId("toggle").getAttribute("aria-pressed") !== "true";
    byId("toggle").setAttribute("aria-pressed", String(shows));
    document.querySelector("main").classList.toggle("alone", !shows);
    if (shows) show(window.amtsReview.current());
  });
  document.addEventListener("amts-listed", ({ detail }) => {
    ({ edition, pages, engine } = detail);
    documents = Object.fromEntries(Object.entries(pages).map(([name, path]) => [path, name]));
    byId("report").hidden = !edition.report;
    show(null);
    // A build may be running that another window has started.
    window.amtsReview.ask("api/build").then((state) => {
      if (state.running || state.reading) { told(state); watch().catch(failed); }
    }, failed);
  });
  document.addEventListener("amts-opened", ({ detail }) => show(detail));
})();
