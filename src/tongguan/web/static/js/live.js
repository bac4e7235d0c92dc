// Parts of a page that move by themselves.
"use strict";

(() => {
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];

  // Live parts: asked again while the page is seen; numbers that changed are marked for a moment. Focus and scroll stay.
  all("[data-live-part]").forEach((part) => {
    let before = new Map();
    const values = () => new Map(all("[data-live]", part).map((node, i) => [`${node.closest("[id]")?.id} ${i}`, node.textContent]));
    const pointed = () => part.matches(":hover") && String(getSelection()) !== "";
    setInterval(() => {
      if (!document.hidden && !pointed()) { before = values(); part.dispatchEvent(new CustomEvent("tongguan:refresh")); }
    }, Number(part.dataset.livePart) * 1000);
    document.addEventListener("visibilitychange", () => { if (!document.hidden) part.dispatchEvent(new CustomEvent("tongguan:refresh")); });
    const lost = (is) => all("[data-live-lost]").forEach((banner) => { banner.hidden = !is; });
    ["htmx:error", "htmx:response:error"].forEach((name) => part.addEventListener(name, () => lost(true)));
    part.addEventListener("htmx:after:swap", () => {
      lost(false);
      const nodes = all("[data-live]", part);
      [...values()].forEach(([key, text], i) => {
        if (before.size && before.get(key) !== undefined && before.get(key) !== text) {
          nodes[i].classList.add("tg-changed");
          setTimeout(() => nodes[i].classList.remove("tg-changed"), 600);
        }
      });
    });
  });
})();
