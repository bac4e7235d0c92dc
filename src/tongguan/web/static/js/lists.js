// Lists: how many rows are ticked, their ids on the clipboard, and many ids pasted into a field of one line.
"use strict";

(() => {
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];

  function tell() {
    const chosen = all("[data-pick]:checked").length;
    all("[data-chosen]").forEach((form) => {
      const count = form.querySelector("[data-chosen-count]");
      if (!count?.dataset.chosenCount) return;
      count.dataset.before ??= count.textContent;
      count.textContent = chosen ? count.dataset.chosenCount.replace("{n}", String(chosen)) : count.dataset.before;
      form.classList.toggle("tg-chosen-some", chosen > 0);
    });
  }
  document.addEventListener("change", (event) => { if (event.target.matches("[data-pick], [data-pick-all]")) tell(); });
  addEventListener("pageshow", tell);

  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-copy-chosen]")) return;
    const ids = all("[data-pick]:checked").map((box) => box.value).join("\n");
    navigator.clipboard?.writeText(ids).then(() => {
      const said = document.querySelector("#said");
      if (said) said.textContent = said.dataset.copied;
    });
  });

  // A field of one line drops the ends of lines, which would glue ids together.
  document.addEventListener("paste", (event) => {
    const field = event.target;
    const text = event.clipboardData?.getData("text") ?? "";
    if (!field.matches?.("input[type=search]") || !/[\r\n\t]/.test(text.trim())) return;
    event.preventDefault();
    field.setRangeText(text.trim().replace(/[\s,]+/g, " "), field.selectionStart, field.selectionEnd, "end");
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
})();
