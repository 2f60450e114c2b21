"use strict";
// Some browsers keep a page in a frame from storing anything, with an error that stops the
// scripts of themes. What they store there is of no use later.
(() => {
  for (const name of ["localStorage", "sessionStorage"]) {
    try {
      void window[name];
    } catch {
      const kept = new Map();
      Object.defineProperty(window, name, { value: {
        getItem: (key) => kept.get(String(key)) ?? null,
        setItem: (key, value) => { kept.set(String(key), String(value)); },
        removeItem: (key) => { kept.delete(String(key)); },
        clear: () => kept.clear(),
        key: (number) => [...kept.keys()][number] ?? null,
        get length() { return kept.size; },
      } });
    }
  }
})();
