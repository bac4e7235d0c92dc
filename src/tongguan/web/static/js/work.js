// The page of a task: forms that unfold, files that are dropped, and the claim, which is renewed while somebody works here.
"use strict";

(() => {
  const find = (selector, from = document) => from.querySelector(selector);

  // A form opens with its first field under the fingers; Escape folds it.
  document.addEventListener("toggle", (event) => {
    if (event.target.matches?.("details.tg-act[open]")) find("form input:not([type=hidden]), form select, form textarea", event.target)?.focus();
  }, true);
  document.addEventListener("keydown", (event) => {
    const open = event.key === "Escape" && !find("dialog[open]") && find("details.tg-act[open]");
    if (!open) return;
    event.stopPropagation();
    open.open = false;
    find("summary", open).focus();
  }, true);
  // What is sent twice by an impatient finger is one action.
  document.addEventListener("submit", (event) => {
    if (event.defaultPrevented || !event.target.closest("#content")) return;
    if (event.target.dataset.sent) event.preventDefault();
    event.target.dataset.sent = "1";
  });
  addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach((form) => { delete form.dataset.sent; }));

  // Enter in a row of boxes saves that row; by itself it would press the first button of the form.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.target.matches(".tg-skill-box input")) return;
    event.preventDefault();
    find(".tg-skill-save button", event.target.closest("tr")).click();
  });

  // A text field that has a key is gone into, not clicked.
  document.addEventListener("click", (event) => { if (event.target.matches("textarea[data-key]")) event.target.focus(); });

  const drop = find("[data-drop]");
  if (drop) {
    const field = find("input[type=file]", drop);
    const fits = () => {
      const tooLarge = [...field.files].some((file) => file.size > Number(drop.dataset.largest));
      find("[data-too-large]", drop).hidden = !tooLarge;
      return field.files.length > 0 && !tooLarge;
    };
    drop.classList.add("tg-work-drop-scripted");
    field.addEventListener("change", () => { if (fits()) drop.requestSubmit(); else field.value = ""; });
    drop.addEventListener("submit", (event) => { if (!fits()) event.preventDefault(); }, true);
    const over = (event, is) => { event.preventDefault(); drop.classList.toggle("tg-work-drop-over", is); };
    // Dropped beside the field, a file would replace the page.
    document.addEventListener("dragover", (event) => { if (event.dataTransfer?.types.includes("Files")) over(event, true); });
    document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) over(event, false); });
    document.addEventListener("drop", (event) => {
      if (!event.dataTransfer?.files.length) return;
      over(event, false);
      field.files = event.dataTransfer.files;
      field.dispatchEvent(new Event("change", { bubbles: true }));
    });
  }

  // The claim: counted down, and renewed after a third of it, if the person did something since it was renewed last.
  const lease = find("#lease");
  if (!lease) return;
  // The server's clock counts: the page is told how much is left, and never asks its own clock what time it is.
  const whole = Number(lease.dataset.minutes) * 60000;
  let ends = performance.now() + Number(lease.dataset.lease) * 1000;
  let active = true;
  let asking = false;
  ["pointermove", "keydown", "scroll", "touchstart"].forEach((name) => addEventListener(name, () => { active = true; }, { passive: true, capture: true }));

  function lost(said) {
    const banner = find("#lease-lost");
    if (said) find("[data-said]", banner).textContent = said;
    banner.hidden = false;
    clearInterval(ticking);
  }
  async function renew() {
    asking = true;
    const body = new URLSearchParams({ csrf: lease.dataset.token, version: lease.dataset.version });
    try {
      const response = await fetch(lease.dataset.renew, { method: "POST", body });
      if (response.status === 409) { lost((await response.json()).said); return; }
      if (response.ok) { ends = performance.now() + whole; active = false; }
    } catch {
      // The network is away: the next tick tries again while the claim lasts.
    } finally {
      asking = false;
    }
  }
  function tick() {
    const rest = ends - performance.now();
    lease.textContent = window.Tongguan.format.duration(Math.max(Math.round(rest / 1000), 0));
    lease.classList.toggle("tg-lease-short", rest < whole / 5);
    if (rest <= 0) { lost(""); return; }
    if (active && !asking && !document.hidden && rest < (whole * 2) / 3) renew();
  }
  const ticking = setInterval(tick, 1000);
  window.TongguanWork = { tick, pass: (milliseconds) => { ends -= milliseconds; tick(); } };
})();
