// A page that moves by itself: one stream (#stream), whose messages hold the parts that changed. htmx connects, closes the stream
// of a hidden tab, connects again and morphs; here is what it leaves to the page.
"use strict";

(() => {
  const RETRY = 5000; // ms between tries to open the first connection
  const SILENCE = 45000; // ms after which a stream without any sign of life is taken for dead; the server speaks every 15 s
  const HELD = 20000; // ms for which a message waits at most while something on the page is selected
  const stream = document.getElementById("stream");
  if (!stream) return;
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  let connection = null;
  let heard = Date.now();
  let before = new Map();

  function lost(is, why = "") {
    all("[data-live-lost]").forEach((banner) => {
      const words = banner.querySelector("span");
      banner.dataset.words ??= words.textContent;
      const text = why || banner.dataset.words;
      if (words.textContent !== text) words.textContent = text;
      banner.hidden = !is;
    });
  }
  let trying = 0;
  function tryAgain() {
    clearTimeout(trying);
    trying = setTimeout(() => stream.dispatchEvent(new CustomEvent("tongguan:connect")), RETRY);
  }

  // The first connection is an ordinary request: nobody but this page tries it again.
  stream.addEventListener("htmx:error", () => { lost(true); tryAgain(); });
  stream.addEventListener("htmx:response:error", (event) => {
    const { response, text } = event.detail.ctx;
    if (response.status === 401) return; // htmx leads on to the sign-in page
    lost(true, response.status === 429 ? text : "");
    tryAgain();
  });
  stream.addEventListener("htmx:sse:after:connection", (event) => { connection = event.detail.connection; heard = Date.now(); });
  stream.addEventListener("htmx:sse:error", (event) => {
    if (event.detail.status === 401) location.reload(); else lost(true);
  });
  stream.addEventListener("htmx:sse:close", (event) => {
    connection = null;
    if (event.detail.reason === "ended") { lost(true); tryAgain(); }
  });
  stream.addEventListener("left", () => location.reload()); // signed out, or somebody else by now: the door decides

  stream.addEventListener("htmx:sse:before:message", (event) => {
    heard = Date.now();
    if (selecting()) event.detail.waitUntil(deselected());
  });
  stream.addEventListener("htmx:sse:after:message", () => lost(false));
  stream.addEventListener("beat", () => lost(false));
  document.addEventListener("visibilitychange", () => { heard = Date.now(); });
  setInterval(() => {
    if (document.hidden || !connection || Date.now() - heard < SILENCE) return;
    heard = Date.now();
    lost(true);
    connection.reader?.cancel();
  }, 5000);

  // What somebody marks to copy stays marked: the message waits.
  function selecting() {
    const chosen = getSelection();
    return !chosen.isCollapsed && document.getElementById("content").contains(chosen.anchorNode);
  }
  function deselected() {
    return new Promise((done) => {
      const until = Date.now() + HELD;
      const look = setInterval(() => {
        if (selecting() && Date.now() < until && !document.hidden) return;
        clearInterval(look);
        done();
      }, 200);
    });
  }

  // Morphing leaves alone what belongs to whoever looks: the row of j and k, and what is folded out.
  htmx.registerExtension("tongguan-keep", {
    htmx_before_morph_attr: (node, detail) => {
      if (detail.attrName === "open" && node.matches("details")) return false;
      if (detail.attrName === "class" && node.classList.contains("tg-here")) {
        node.setAttribute("class", `${detail.newValue ?? ""} tg-here`.trim());
        return false;
      }
      return true;
    },
  });

  // htmx begins with the page in a timer of its own, maybe before the extension for streams has come over the line, and then never
  // looks again. So the element becomes a stream here: a later timer, after the extension, once.
  setTimeout(() => {
    stream.setAttribute("hx-sse:connect", stream.dataset.stream);
    htmx.process(stream);
  });

  // Numbers that changed are marked for a moment.
  stream.addEventListener("htmx:before:swap", (event) => {
    const targets = event.detail.tasks.map((task) => task.target).filter((target) => target instanceof Element);
    before = new Map(targets.flatMap((target) => all("[data-live]", target)).map((node) => [node, node.textContent]));
  });
  stream.addEventListener("htmx:after:swap", () => {
    before.forEach((text, node) => {
      if (!node.isConnected || node.textContent === text) return;
      node.classList.add("tg-changed");
      setTimeout(() => node.classList.remove("tg-changed"), 600);
    });
  });
})();
