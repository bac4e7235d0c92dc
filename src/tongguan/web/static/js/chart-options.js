// What each kind of chart looks like in ECharts: pure functions from the data beside a chart, colours by tokens, values by the formatter.
"use strict";

const ChartOptions = (() => {
  const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--tg-${name}`).trim();
  const DASH = [5, 4];

  // One formatter for the whole chart: in full for tooltips, short for axes.
  function writers(data, format) {
    const [full, short] = data.form;
    // Money of no one currency has no sign.
    const currency = full === "money" ? data.currency : undefined;
    const with_ = (name) => (value) => format[name](value ?? null, currency);
    // Numbers of one axis share the unit of the greatest; rates and durations have theirs in themselves.
    const beside = format[`${short}_beside`];
    // Durations next to each other would differ in unit at nothing: 0 is 0 in all.
    const alone = short === "duration" ? (value) => (value === 0 ? "0" : format[short](value ?? null)) : with_(short);
    const axis = beside ? (value, greatest) => beside(value, greatest, currency) : alone;
    return { full: with_(full), short: with_(short), axis };
  }

  function common() {
    const line = token("line");
    return {
      animation: false,
      textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, fontSize: 12, color: token("quiet") },
      tooltip: {
        renderMode: "richText", confine: true, backgroundColor: token("raised"), borderColor: line, padding: [6, 10],
        textStyle: { color: token("ink"), fontSize: 12 }, axisPointer: { lineStyle: { color: token("quiet"), width: 1, type: "solid" } },
      },
    };
  }

  const DOTS = "path://M0 0h4v4h-4zM7 0h4v4h-4zM14 0h4v4h-4z";
  // Names stand in one line or in two; those that need more are turned over in one.
  const MARK = 14, GAP = 10, NAMES = 14, MOST_LINES = 2;
  function legend(data, width) {
    const shown = common();
    const names = data.series.map((one) => one.name);
    const found = linesOf(names.map((name) => widest([name], shown) + MARK + 5), width - 2 * GAP);
    const fits = found <= MOST_LINES;
    return {
      lines: names.length > 1 ? (fits ? found : 1) : 0,
      option: {
        show: names.length > 1, left: 0, top: 0, itemWidth: MARK, itemHeight: 4, itemGap: GAP, selectedMode: true, type: fits ? "plain" : "scroll",
        textStyle: { color: token("quiet"), lineHeight: NAMES }, pageTextStyle: { color: token("quiet") }, inactiveColor: token("line"),
        data: data.series.map((one) => ({ name: one.name, icon: one.dotted ? DOTS : "roundRect" })),
      },
    };
  }
  // Room above the picture: none without names, else for each line of them.
  const above = (lines, without) => (lines ? 28 + (lines - 1) * (NAMES + GAP) : without);
  function linesOf(widths, room) {
    let count = 1, at = 0;
    for (const one of widths) {
      if (at && at + one > room) { count += 1; at = 0; }
      at += one + GAP;
    }
    return count;
  }

  // Hours of a day are named alike on every chart, however wide: 00 03 … 21.
  const byHour = (data) => data.categories.length === 24 && data.categories.every((one, hour) => one === String(hour).padStart(2, "0"));
  const category = (data, more) => ({
    type: "category", data: data.categories, axisLine: { lineStyle: { color: token("line") } }, axisTick: { show: false },
    axisLabel: { color: token("quiet"), hideOverlap: true, ...(byHour(data) ? { interval: 2 } : {}) }, ...more,
  });
  // The first and the last label of a line stand inside, or the edge of the picture would cut them.
  const edged = (data, axis) => (byHour(data) ? axis : { ...axis, axisLabel: { ...axis.axisLabel, alignMinLabel: "left", alignMaxLabel: "right" } });
  const value = (data, write, more) => {
    let greatest = 0;
    // Where all is nothing, a scale of its own would write cents that round to the same.
    const flat = data.form[0] === "money" && data.series.every((one) => one.values.every((found) => !found));
    const lowest = (range) => {
      greatest = Math.max(Math.abs(range.min), Math.abs(range.max));
      return data.zoom ? null : Math.min(0, range.min);
    };
    // No share is above all: the line over 100 % that rounds an axis off has no name, unless something lies there.
    const beyond = (tick) => data.form[0] === "rate" && greatest <= 1 && tick > 1.0001;
    return {
      type: "value", min: lowest, scale: Boolean(data.zoom), minInterval: flat ? 100 : data.form[0] === "full" ? 1 : undefined, splitNumber: 4,
      splitLine: { lineStyle: { color: token("line") } },
      axisLabel: { color: token("quiet"), formatter: (tick) => (beyond(tick) ? "" : write.axis(tick, greatest)) }, ...more,
    };
  };

  // The bucket that is not over yet hangs on the last whole one by a dashed line: two series of one name.
  function lineSeries(one, open) {
    const colour = token(one.colour);
    const base = {
      name: one.name, type: "line", showSymbol: false, symbol: "circle", symbolSize: 5, smooth: false, connectNulls: false,
      itemStyle: { color: colour }, lineStyle: { width: 1.5, color: colour, type: one.dotted ? [1.5, 3] : "solid" }, emphasis: { disabled: true }, z: one.role ? 2 : 3,
    };
    if (one.role === "target") return [{ ...base, data: one.values, step: "middle", lineStyle: { ...base.lineStyle, type: DASH } }];
    const values = one.values.map((found, i) => {
      const alone = found !== null && (one.values[i - 1] ?? null) === null && (one.values[i + 1] ?? null) === null;
      return alone ? { value: found, symbol: "circle", showSymbol: true } : found;
    });
    const marked = { ...base, showSymbol: values.some((found) => found !== null && typeof found === "object"), data: values.map((found) => (found !== null && typeof found === "object" ? found : { value: found, symbol: "none" })) };
    if (open === null || one.role || (one.values[open] ?? null) === null) return [marked];
    const whole = marked.data.map((found, i) => (i === open ? { value: null } : found));
    const part = one.values.map((found, i) => (i === open || i === open - 1 ? found : null));
    return [{ ...marked, data: whole }, { ...base, data: part, showSymbol: open === 0, lineStyle: { ...base.lineStyle, type: DASH } }];
  }

  function said(data, write) {
    return (found) => {
      const place = found[0].dataIndex;
      const names = new Set();
      const rows = found.filter((one) => !names.has(one.seriesName) && names.add(one.seriesName)).map((one) => {
        const series = data.series.find((other) => other.name === one.seriesName);
        return `${one.marker}${one.seriesName}  ${write.full(series.values[place])}`;
      });
      const marks = data.marks.filter((mark) => mark.first <= place && place <= mark.last).flatMap((mark) => folded(`${mark.sign}  ${mark.text}`));
      return [data.categories[place] + (place === data.open ? " …" : ""), ...rows, ...marks].join("\n");
    };
  }

  // A text in lines that fit a tooltip on a phone: Han characters count twice. At most three; the page has all of it below.
  const WIDE = /[\u1100-\u{3ffff}]/u, LINE = 44;
  function folded(text) {
    const found = [""];
    let width = 0;
    for (const sign of text) {
      width += WIDE.test(sign) ? 2 : 1;
      if (width > LINE) {
        if (found.length === 3) return [...found.slice(0, 2), `${found[2]}…`];
        found.push("");
        width = 2;
      }
      // An open brace would begin a style of ECharts' rich texts.
      found[found.length - 1] += sign === "{" ? "{\u200b" : sign;
    }
    return found;
  }

  // Signs above the plot; those that would cover each other become one, such as 1–3.
  function flags(marks, step) {
    const found = new Map(); // place → signs
    let end = -Infinity, at = -1;
    for (const mark of marks) {
      if (mark.first * step >= end) found.set(at = mark.first, []);
      const signs = found.get(at);
      signs.push(mark.sign);
      end = at * step + (signs.length > 1 ? 44 : 24);
    }
    return found;
  }

  // What is known of categories: lines with bands, and rings around values; a series of its own without values.
  function marks(data, width, middle) {
    const lined = data.marks.filter((mark) => !mark.ring);
    if (!data.marks.length) return [];
    const places = Math.max(data.categories.length - (middle ? 0 : 1), 1);
    const signs = flags(lined, Math.max(width - 64, 1) / places);
    const ink = token("ink"), surface = token("surface");
    const sign = (place) => (([first, ...more]) => (more.length ? `${first}–${more.at(-1)}` : first))(signs.get(place));
    const label = (place) => ({
      show: signs.has(place), formatter: signs.has(place) ? sign(place) : "", position: "end", distance: 2, rotate: 0, color: surface, backgroundColor: token("quiet"),
      fontSize: 11, lineHeight: 14, padding: [1, 4], borderRadius: 3,
    });
    const drawn = new Set(); // one line for all that begin together
    const line = lined.filter((mark) => !drawn.has(mark.first) && drawn.add(mark.first));
    const values = data.series[0]?.values ?? [];
    // Where several meet, a ring leads to the one that began last: it is the shortest of them more often than not.
    const rings = values.flatMap((value, place) => {
      const found = data.marks.filter((mark) => mark.ring && mark.first <= place && place <= mark.last);
      if (value === null || !found.length) return [];
      const text = found.filter((mark) => mark.first === place).map((mark) => mark.sign).join(" ");
      return [{ coord: [place, value], href: found.at(-1).href, label: { show: Boolean(text), formatter: text } }];
    });
    return [{
      type: "line", name: "", data: [], z: 5, silent: false, tooltip: { show: false },
      markLine: {
        symbol: "none", animation: false, lineStyle: { color: token("quiet"), width: 1, type: "solid" }, emphasis: { disabled: true },
        data: line.map((mark) => ({ xAxis: mark.first, href: mark.href, label: label(mark.first) })),
      },
      markArea: {
        silent: true, animation: false, itemStyle: { color: token("quiet"), opacity: 0.12 },
        data: lined.filter((mark) => mark.last > mark.first).map((mark) => [{ xAxis: mark.first }, { xAxis: mark.last }]),
      },
      markPoint: {
        symbol: "circle", symbolSize: 12, animation: false, itemStyle: { color: "transparent", borderColor: token("watch"), borderWidth: 2 },
        label: { position: "top", distance: 3, color: ink, fontSize: 11, fontWeight: 600 }, emphasis: { disabled: true }, data: rings,
      },
    }];
  }

  function lines(data, write, width) {
    const shown = common(), names = legend(data, width);
    const top = above(names.lines, 14) + (data.marks.some((mark) => !mark.ring) ? 18 : 0);
    return {
      ...shown, legend: names.option, grid: { left: 4, right: 16, top, bottom: 4, containLabel: true },
      tooltip: { ...shown.tooltip, trigger: "axis", formatter: said(data, write) },
      xAxis: edged(data, category(data, { boundaryGap: false })), yAxis: value(data, write),
      series: [...data.series.flatMap((one) => lineSeries(one, data.open)), ...marks(data, width, false)],
    };
  }

  function stacked(data, write, width) {
    const shown = lines(data, write, width);
    return {
      ...shown, xAxis: category(data, { boundaryGap: true }),
      tooltip: { ...shown.tooltip, axisPointer: { type: "shadow" } },
      series: [...data.series.map((one) => ({
        name: one.name, type: "bar", stack: "all", barMaxWidth: 28, data: one.values, itemStyle: { color: token(one.colour) }, emphasis: { disabled: true },
      })), ...marks(data, width, true)],
    };
  }

  // ECharts leaves too little room for the names beside bars and cuts them at the edge; they are measured here.
  function widest(texts, shown) {
    const pen = document.createElement("canvas").getContext("2d");
    pen.font = `${shown.textStyle.fontSize}px ${shown.textStyle.fontFamily}`;
    return Math.ceil(Math.max(0, ...texts.map((text) => pen.measureText(text).width)));
  }

  function bars(data, write, width) {
    const shown = common(), key = legend(data, width);
    const names = Math.min(widest(data.categories, shown) + 2, Math.max(120, Math.round(width * 0.25)));
    return {
      ...shown, legend: key.option, grid: { left: names + 12, right: 56, top: above(key.lines, 4), bottom: 4 },
      tooltip: { ...shown.tooltip, trigger: "axis", axisPointer: { type: "shadow" }, formatter: said(data, write) },
      xAxis: value(data, write, { axisLabel: { show: false }, splitLine: { show: false } }),
      yAxis: category(data, { inverse: true, axisLabel: { color: token("ink"), width: names, overflow: "truncate" } }),
      series: data.series.map((one) => ({
        name: one.name, type: "bar", barMaxWidth: 16, data: one.values, itemStyle: { color: token(one.colour) }, emphasis: { disabled: true },
        cursor: data.hrefs.length ? "pointer" : "default",
        label: { show: !one.role, position: "right", color: token("ink"), formatter: (found) => write.short(found.value) },
      })),
    };
  }

  function heat(data, write) {
    const shown = common();
    const values = data.cells.map((cell) => cell[2]);
    const top = Math.max(...values, 0);
    return {
      ...shown, grid: { left: 4, right: 4, top: 4, bottom: 36, containLabel: true },
      tooltip: {
        ...shown.tooltip, trigger: "item",
        formatter: (found) => {
          const [column, row, cell, , title] = data.cells[found.dataIndex];
          return [`${data.rows[row]} ${data.columns[column]}`, write.full(cell), title].filter(Boolean).join("\n");
        },
      },
      xAxis: { ...category({ categories: data.columns }), splitArea: { show: false }, axisLine: { show: false } },
      yAxis: { ...category({ categories: data.rows }, { inverse: true }), axisLine: { show: false } },
      visualMap: {
        min: Math.min(...values, 0), max: top > 0 ? top : 1, calculable: false, orient: "horizontal", left: 0, bottom: 0, itemWidth: 10, itemHeight: 120,
        inRange: { color: [token("heat-low"), token("heat-mid"), token("heat-high")] }, hoverLink: false,
        text: [write.short(top), write.short(0)], textStyle: { color: token("quiet") },
      },
      series: [{
        type: "heatmap", data: data.cells.map(([column, row, cell]) => [column, row, cell]), progressive: 0,
        itemStyle: { borderColor: token("surface"), borderWidth: 1 }, emphasis: { itemStyle: { borderColor: token("ink"), borderWidth: 1 } },
      }],
    };
  }

  const kinds = { lines, stacked, bars, heat };

  // compare: false leaves out what is only compared with. width: of the picture, in pixels.
  function options(data, format, compare, width) {
    const kept = data.series && !compare ? { ...data, series: data.series.filter((one) => one.role !== "compare") } : data;
    return kinds[data.kind](kept, writers(data, format), width);
  }

  return { options };
})();

window.TongguanChartOptions = ChartOptions;
