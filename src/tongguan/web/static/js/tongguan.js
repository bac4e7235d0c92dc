// Behaviour of every page: keyboard, filters, rows, dialogs, copying. State is in the address; pages work without it.
"use strict";

(() => {
  const root = document.documentElement;
  const find = (selector, from = document) => from.querySelector(selector);
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  const say = (text) => { const said = find("#said"); if (said) said.textContent = text; };
  const typing = (target) => target.closest("input:not([type=checkbox]), select, textarea, [contenteditable]") !== null;

  document.body.classList.add("tg-scripted");

  // Navigation: folded on wide screens (kept in a cookie, so that the server draws it right), a drawer on narrow ones.
  function fold(button) {
    const closed = document.body.classList.toggle("tg-nav-closed");
    button.setAttribute("aria-expanded", String(!closed));
    document.cookie = `tongguan_navigation=${closed ? "closed" : "open"}; path=/; max-age=31536000; samesite=lax`;
  }
  document.addEventListener("toggle", (event) => {
    if (event.target.matches?.("[data-stages]")) document.cookie = `tongguan_stages=${event.target.open ? "open" : "closed"}; path=/; max-age=31536000; samesite=lax`;
  }, true);
  // Groups of the navigation: which are folded is kept the same way.
  function group(button) {
    const open = button.getAttribute("aria-expanded") !== "true";
    const kept = document.cookie.match(/(?:^|; )tongguan_groups=([^;]*)/)?.[1] ?? "";
    const folded = new Set(kept.split(".").filter(Boolean));
    if (open) folded.delete(button.dataset.group); else folded.add(button.dataset.group);
    button.setAttribute("aria-expanded", String(open));
    document.cookie = `tongguan_groups=${[...folded].join(".")}; path=/; max-age=31536000; samesite=lax`;
  }
  // Where the lines are more than fit, the one of this page is in sight.
  function showCurrent() {
    const list = find(".tg-nav-list"), current = list && find("[aria-current]", list);
    if (!current) return;
    const [outer, inner] = [list.getBoundingClientRect(), current.getBoundingClientRect()];
    if (inner.bottom > outer.bottom) list.scrollTop += inner.bottom - outer.bottom + 8;
  }
  showCurrent();
  function drawer() {
    const open = document.body.classList.toggle("tg-drawer-open");
    find(".tg-burger")?.setAttribute("aria-expanded", String(open));
    (open ? find(".tg-nav-link[aria-current]") ?? find(".tg-nav-link") : find(".tg-burger"))?.focus();
  }
  function toggleFilters(button) {
    const open = button.closest(".tg-filters").classList.toggle("tg-filters-open");
    button.setAttribute("aria-expanded", String(open));
  }

  // Filters: applied on change, texts when they are left or on Enter; empty ones stay out of the address.
  let leavingFor = "";
  addEventListener("pageshow", () => { leavingFor = ""; });
  function apply(form) {
    const address = new URL(form.getAttribute("action"), location.href);
    new FormData(form).forEach((value, name) => { if (value) address.searchParams.set(name, value); });
    if (address.pathname === location.pathname) window.TongguanView.keepIn(address);
    // Enter tells of the change and of the form: that is one way to go, not two.
    if (address.href === leavingFor) return;
    leavingFor = address.href;
    location.assign(address);
  }
  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-filters]");
    if (form) apply(form);
    if (event.target.matches("[data-pick-all]")) {
      all("[data-pick]", event.target.closest("table")).forEach((box) => { box.checked = event.target.checked; });
    }
    if (event.target.matches("[data-pick], [data-pick-all]")) countChosen();
  });
  function countChosen() {
    const chosen = all("[data-pick]:checked").length;
    all("[data-needs-choice]").forEach((button) => { button.disabled = chosen === 0; });
  }
  countChosen();

  // Dialogs: one for all confirmations, some with forms of their own.
  let waiting = null;
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.matches("form[data-filters]")) { event.preventDefault(); apply(form); return; }
    const question = event.submitter?.dataset.confirm ?? form.dataset.confirm;
    const dialog = find("#confirm");
    if (!question || !dialog || waiting?.agreed) { waiting = null; return; }
    event.preventDefault();
    waiting = { form, submitter: event.submitter, agreed: false };
    find("#confirm-text").textContent = question;
    dialog.showModal();
  });
  document.addEventListener("click", (event) => {
    const target = event.target;
    const action = target.closest("[data-action]");
    if (action) ({ fold, group, drawer, filters: toggleFilters, help, compare: window.TongguanView.compare, fullscreen: window.TongguanView.fullscreen })[action.dataset.action](action);
    const opener = target.closest("[data-open]");
    if (opener) document.getElementById(opener.dataset.open).showModal();
    if (target.closest("[data-close]")) target.closest("dialog").close();
    if (target.closest("[data-confirmed]") && waiting) {
      target.closest("dialog").close();
      waiting.agreed = true;
      waiting.form.requestSubmit(waiting.submitter ?? undefined);
    }
    const copy = target.closest("[data-copy]");
    if (copy) navigator.clipboard?.writeText(copy.dataset.copy).then(() => say(find("#said").dataset.copied));
    const view = target.closest("[data-view]");
    if (view) {
      event.preventDefault();
      const address = new URL(location.href);
      if (view.dataset.view === "tiles") address.searchParams.delete("view"); else address.searchParams.set("view", view.dataset.view);
      location.assign(address);
    }
    const back = target.closest("[data-back]");
    if (back && document.referrer.startsWith(`${location.origin}/`) && document.referrer !== location.href) { event.preventDefault(); history.back(); }
    const row = target.closest("tr[data-href]");
    if (row && !target.closest("a, button, input, label, form") && !String(getSelection())) location.assign(row.dataset.href);
    all("details.tg-menu[open]").forEach((menu) => { if (!menu.contains(target)) menu.open = false; });
  });

  // A menu that holds a field opens with the field under the fingers.
  document.addEventListener("toggle", (event) => {
    if (event.target.matches?.("details.tg-menu[open]")) find("input[type=text], input:not([type])", event.target)?.focus();
  }, true);

  // Keys of a page: whatever has ``data-key`` is clicked by it, before what the key means elsewhere.
  const ownKey = (key) => all("[data-key]").find((one) => one.dataset.key === key && one.offsetParent !== null && !one.disabled);

  function help() {
    const list = find("#keyboard dl");
    if (!list) return;
    all("[data-own-key]", list).forEach((line) => line.remove());
    all("[data-key]").reverse().forEach((one) => {
      const line = document.createElement("div"), key = document.createElement("dt"), what = document.createElement("dd");
      line.dataset.ownKey = "";
      key.append(Object.assign(document.createElement("kbd"), { textContent: one.dataset.key }));
      what.textContent = one.dataset.keyName ?? one.title;
      line.append(key, what);
      list.prepend(line);
    });
    find("#keyboard").showModal();
  }

  // Rows: j and k move a mark through tables, tiles and timelines; Enter opens.
  const rows = () => all("[data-row]").filter((row) => row.offsetParent !== null);
  function move(step) {
    const list = rows();
    if (!list.length) return;
    const at = list.findIndex((row) => row.classList.contains("tg-here"));
    const next = list[Math.min(Math.max(at + step, 0), list.length - 1)] ?? list[0];
    list[at]?.classList.remove("tg-here");
    next.classList.add("tg-here");
    next.scrollIntoView({ block: "nearest" });
    (next.matches("a") ? next : find("a, summary, button", next))?.focus({ preventScroll: true });
  }
  function tickRow(event) {
    const box = event.target.closest("button, summary, input") ? null : find(".tg-here [data-pick]");
    if (!box) return;
    event.preventDefault();
    box.click();
  }
  function openRow(event) {
    const row = find(".tg-here");
    if (!row || (event.target.closest("a, button, summary") && !row.contains(event.target))) return;
    if (row.dataset.href) { event.preventDefault(); location.assign(row.dataset.href); }
  }

  let jumping = 0;
  const keys = {
    "[": () => find("[data-days]") ? find("[data-previous]")?.click() : find("a[rel=prev]")?.click(),
    "]": () => find("[data-days]") ? find("[data-next]")?.click() : find("a[rel=next]")?.click(),
    "/": () => { const field = find("#search"); if (field?.offsetParent) field.focus(); else find("input[type=search]")?.focus(); },
    "?": help,
    j: () => move(1),
    k: () => move(-1),
    c: () => window.TongguanView.compare(),
    f: () => window.TongguanView.fullscreen(),
    t: () => {
      const toggle = find(".tg-filters-toggle");
      if (toggle?.offsetParent && toggle.getAttribute("aria-expanded") === "false") toggle.click();
      find("[data-range] a:not([aria-current]), .tg-filters select, .tg-filters input")?.focus();
    },
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.key === "Escape") { escape(event); return; }
    if (typing(event.target) || find("dialog[open]")) return;
    if (event.key === "Enter") { openRow(event); return; }
    if (jumping && Date.now() - jumping < 1500) {
      jumping = 0;
      const link = all("[data-jump]").find((one) => one.dataset.jump === event.key);
      if (link) { event.preventDefault(); link.click(); }
      return;
    }
    if (event.key === "g") { jumping = Date.now(); return; }
    if (event.key === " ") { tickRow(event); return; }
    const own = ownKey(event.key);
    if (own) { event.preventDefault(); own.click(); return; }
    if (keys[event.key]) { event.preventDefault(); keys[event.key](); }
  });
  function escape(event) {
    if (find("dialog[open]")) return;
    const menu = find("details.tg-menu[open]");
    if (menu) { menu.open = false; find("summary", menu).focus(); return; }
    if (document.body.classList.contains("tg-drawer-open")) { drawer(); return; }
    if (typing(event.target)) {
      if (event.target.matches("form[data-filters] input")) event.target.value = event.target.defaultValue; // left, not applied
      event.target.blur();
      return;
    }
    const back = find("[data-back], .tg-back a");
    if (back) back.click();
  }

  // What is wider than its place shows the chosen part; without one hours show the newest known, days the newest.
  all(".tg-hours, .tg-switch-wrap, [data-newest-right]").forEach((place) => {
    const shown = find("[aria-current]", place) ?? all(".tg-hour:not(.tg-hour-none)", place).at(-1);
    if (!shown) { if (place.matches("[data-newest-right]")) place.scrollLeft = place.scrollWidth; return; }
    const [outer, inner] = [place.getBoundingClientRect(), shown.getBoundingClientRect()];
    const covered = find("thead th", place)?.offsetWidth ?? 0; // by the column that stays
    place.scrollLeft += inner.left - outer.left - covered - (place.clientWidth - covered - inner.width) / 2;
  });

  window.Tongguan = { language: root.lang, zone: root.dataset.zone, format: window.TongguanFormat.make(root.lang, root.dataset.zone) };
})();
