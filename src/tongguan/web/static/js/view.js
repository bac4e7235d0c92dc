// How a page is looked at: with or without the comparison, as a full screen, on paper. The comparison is state of the address.
"use strict";

(() => {
  const root = document.documentElement;
  const compared = () => new URL(location.href).searchParams.get("compare") !== "off";
  // A comparison that a page has itself (prev, yoy) stays as it is.
  const mark = (address) => {
    if (!compared()) address.searchParams.set("compare", "off");
    else if (address.searchParams.get("compare") === "off") address.searchParams.delete("compare");
  };

  // Links and forms that lead to this page again keep it.
  function keep() {
    root.dataset.compare = compared() ? "on" : "off";
    document.querySelectorAll("a[href]").forEach((link) => {
      const address = new URL(link.href);
      if (link.getAttribute("href").startsWith("#") || address.origin !== location.origin || address.pathname !== location.pathname) return;
      const before = address.search;
      mark(address);
      if (address.search !== before) link.setAttribute("href", address.pathname + address.search + address.hash);
    });
  }

  function compare() {
    const address = new URL(location.href);
    if (compared()) address.searchParams.set("compare", "off"); else address.searchParams.delete("compare");
    history.replaceState(history.state, "", address);
    keep();
    document.dispatchEvent(new CustomEvent("tongguan:compare"));
  }

  function fullscreen() {
    if (document.fullscreenElement) document.exitFullscreen(); else document.querySelector(".tg-page")?.requestFullscreen?.().catch(() => {}); // refused where the browser is told to
  }

  // Paper is white in either theme, canvases too.
  let theme = "";
  window.addEventListener("beforeprint", () => {
    theme = root.dataset.bsTheme;
    root.dataset.bsTheme = "light";
    document.dispatchEvent(new CustomEvent("tongguan:theme"));
  });
  window.addEventListener("afterprint", () => {
    root.dataset.bsTheme = theme;
    document.dispatchEvent(new CustomEvent("tongguan:theme"));
  });

  // A part that htmx asked for and did not get says so in its place; what stood there before a refresh stays.
  ["htmx:error", "htmx:response:error"].forEach((name) => document.addEventListener(name, (event) => {
    const part = event.target.closest?.("[hx-get]");
    const words = document.querySelector("#part-failed");
    if (part?.querySelector(".tg-skeleton") && words) part.replaceChildren(words.content.cloneNode(true));
  }));

  keep();
  document.addEventListener("htmx:after:swap", () => { if (!compared()) keep(); });
  window.TongguanView = { compare, fullscreen, keepIn: mark };
})();
