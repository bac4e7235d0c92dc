// Charts: drawn from the JSON beside each canvas, again when that changes; the same numbers stand in a table below.
"use strict";

(() => {
  const charts = new Map(); // canvas → { chart, text }
  const JSON_TEXT = "script[type='application/json']";
  const compares = () => new URL(location.href).searchParams.get("compare") !== "off";

  function start(canvas) {
    const chart = window.echarts.init(canvas, null, { renderer: "canvas" });
    const known = { chart, text: "" };
    chart.on("click", (found) => {
      const data = JSON.parse(known.text);
      const href = found.componentType !== "series" ? found.data?.href : data.kind === "heat" ? data.cells[found.dataIndex][3] : data.hrefs?.[found.dataIndex];
      if (href) location.assign(href);
    });
    if (JSON.parse(canvas.closest("[data-chart]").querySelector(JSON_TEXT).textContent).kind === "lines") {
      chart.group = "page";
      window.echarts.connect("page");
    }
    charts.set(canvas, known);
    return known;
  }

  function draw(figure, again = false) {
    const canvas = figure?.querySelector(".tg-canvas");
    if (!canvas || !canvas.clientWidth) return;
    const text = figure.querySelector(JSON_TEXT).textContent;
    const known = charts.get(canvas) ?? start(canvas);
    if (!again && known.text === text) return;
    known.text = text;
    const data = JSON.parse(text);
    known.fitted = Boolean(data.marks?.length) || data.series?.length > 1;
    const options = window.TongguanChartOptions.options(data, window.Tongguan.format, compares(), canvas.clientWidth);
    known.chart.setOption(options, { notMerge: true });
  }

  function tend() {
    charts.forEach(({ chart }, canvas) => {
      if (!canvas.isConnected) { chart.dispose(); charts.delete(canvas); }
    });
    document.querySelectorAll("[data-chart]").forEach((figure) => draw(figure));
  }
  const redraw = () => charts.forEach((_known, canvas) => draw(canvas.closest("[data-chart]"), true));

  window.addEventListener("DOMContentLoaded", tend);
  // Where there is less room, names above take more lines, and signs of marks that would cover each other become one.
  const resize = () => charts.forEach(({ chart, fitted }, canvas) => {
    chart.resize();
    if (fitted) draw(canvas.closest("[data-chart]"), true);
  });
  window.addEventListener("resize", resize);
  document.addEventListener("fullscreenchange", resize);
  document.addEventListener("htmx:after:swap", tend);
  document.addEventListener("tongguan:compare", redraw);

  // Before printing, and after: see view.js.
  document.addEventListener("tongguan:theme", redraw);

  // For pages and tests: the chart drawn in a figure.
  window.TongguanCharts = { of: (key) => charts.get(document.getElementById(key)?.querySelector(".tg-canvas"))?.chart ?? null };
})();
