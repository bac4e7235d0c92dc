// Charts: data from a JSON block beside each, colours from the page's tokens, the same numbers as a table below.
"use strict";

(() => {
  const charts = new Map();
  const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--tg-${name}`).trim();

  function options(data, format) {
    const ink = token("quiet");
    const line = token("line");
    const stacked = data.kind === "stacked";
    return {
      animation: false,
      textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, fontSize: 12 },
      grid: { left: 8, right: 40, top: 36, bottom: 4, containLabel: true },
      legend: { right: 8, top: 4, textStyle: { color: ink }, itemWidth: 14, itemHeight: 8, icon: "roundRect" },
      tooltip: {
        trigger: "axis", renderMode: "richText", backgroundColor: token("raised"), borderColor: line,
        textStyle: { color: token("ink"), fontSize: 12 }, valueFormatter: (value) => format.full(value ?? null),
      },
      xAxis: {
        type: "category", data: data.categories, boundaryGap: stacked,
        axisLine: { lineStyle: { color: line } }, axisTick: { show: false }, axisLabel: { color: ink, hideOverlap: true },
      },
      yAxis: { type: "value", min: 0, minInterval: 1, splitLine: { lineStyle: { color: line } }, axisLabel: { color: ink, formatter: (value) => format.compact(value) } },
      series: data.series.map((one) => ({
        name: one.name, data: one.values, type: stacked ? "bar" : "line", stack: stacked ? "all" : undefined, barMaxWidth: 28,
        showSymbol: false, smooth: false, connectNulls: false,
        itemStyle: { color: token(one.colour) }, lineStyle: { width: 1.5, color: token(one.colour) },
      })),
    };
  }

  function draw(figure) {
    const canvas = figure.querySelector(".tg-canvas");
    const data = JSON.parse(figure.querySelector("script[type='application/json']").textContent);
    const chart = charts.get(canvas) ?? window.echarts.init(canvas, null, { renderer: "canvas" });
    charts.set(canvas, chart);
    chart.setOption(options(data, window.Tongguan.format), true);
  }
  const drawAll = () => document.querySelectorAll("[data-chart]").forEach(draw);

  window.addEventListener("DOMContentLoaded", drawAll);
  window.addEventListener("resize", () => charts.forEach((chart) => chart.resize()));
  document.addEventListener("htmx:after:swap", () => {
    charts.forEach((chart, canvas) => { if (!canvas.isConnected) { chart.dispose(); charts.delete(canvas); } });
    drawAll();
  });
})();
