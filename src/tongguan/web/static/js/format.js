// How numbers, money, durations and times are written in the browser: the mirror of web/kit/formats.py.
// tests/cases/formats.json holds the cases that both must pass.
"use strict";

const Format = (() => {
  const NOTHING = "—";
  const MINUS = "−";
  const STEPS = {
    "zh-CN": [[0, ""], [4, "万"], [8, "亿"], [12, "万亿"]],
    en: [[0, ""], [3, "K"], [6, "M"], [9, "B"], [12, "T"]],
  };
  const WEEKDAYS = {
    "zh-CN": ["周日", "周一", "周二", "周三", "周四", "周五", "周六"],
    en: ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"],
  };
  const SPANS = [[86400, "天", "d"], [3600, "小时", "h"], [60, "分", "min"], [1, "秒", "s"]];
  const TENTHS_BELOW = 10;
  const SIGNS = { CNY: "¥", USD: "$", EUR: "€", GBP: "£", JPY: "JP¥", BRL: "R$" };
  const PLACES = { JPY: 0, KRW: 0, VND: 0, BHD: 3, KWD: 3, TND: 3 };

  const known = (value) => value !== null && value !== undefined && Number.isFinite(Number(value));

  // Decimal text with a power of ten, so that rounding happens on the decimal digits and not on a binary fraction.
  function plain(value, power, places, group, trim) {
    const text = new Intl.NumberFormat("en-US", {
      useGrouping: group,
      minimumFractionDigits: trim ? 0 : places,
      maximumFractionDigits: places,
      roundingMode: "halfExpand",
    }).format(`${value}E${power}`);
    const negative = text.startsWith("-");
    const digits = negative ? text.slice(1) : text;
    return (negative && /[1-9]/.test(digits) ? MINUS : "") + digits;
  }

  const size = (text) => Math.abs(Number(text.replace(MINUS, "-")));

  function make(language, zone) {
    const zh = language === "zh-CN";
    const steps = STEPS[zh ? "zh-CN" : "en"];

    // The unit is that of `greatest`, so that all numbers of one axis have the same.
    function compactShifted(value, shift, greatest = null) {
      let place = 0;
      const magnitude = Math.abs(Number(`${greatest ?? value}E${shift}`));
      steps.forEach(([power], i) => { if (power === 0 || magnitude >= 10 ** power) place = i; });
      let text = plain(value, shift - steps[place][0], 2, greatest !== null, true);
      if (greatest !== null) return text + (Number(value) === 0 ? "" : steps[place][1]);
      if (place + 1 < steps.length && size(text) >= 10 ** (steps[place + 1][0] - steps[place][0])) {
        place += 1;
        text = plain(value, shift - steps[place][0], 2, false, true);
      }
      return text + steps[place][1];
    }

    function signed(text, currency) {
      const negative = text.startsWith(MINUS);
      const sign = SIGNS[currency] ?? (currency ? `${currency} ` : "");
      return (negative ? MINUS : "") + sign + (negative ? text.slice(1) : text);
    }

    function parts(instant) {
      const found = {};
      new Intl.DateTimeFormat("en-CA", {
        timeZone: zone, hourCycle: "h23",
        year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit",
      }).formatToParts(new Date(instant)).forEach((part) => { found[part.type] = part.value; });
      return found;
    }

    const self = {
      compact: (value) => (known(value) ? compactShifted(value, 0) : NOTHING),
      compact_beside: (value, greatest) => (known(value) ? compactShifted(value, 0, greatest) : NOTHING),
      full: (value) => (known(value) ? plain(value, 0, 2, true, true) : NOTHING),
      rate: (value) => (known(value) ? `${plain(value, 2, 1, true, false)}%` : NOTHING),
      change(value) {
        if (!known(value)) return NOTHING;
        const text = self.rate(value);
        return text.startsWith(MINUS) || !/[1-9]/.test(text) ? text : `+${text}`;
      },
      points: (value) => (known(value) ? self.change(value).slice(0, -1) + (zh ? "个百分点" : " pp") : NOTHING),
      money(minor, currency = "CNY") {
        if (!known(minor)) return NOTHING;
        const places = PLACES[currency] ?? 2;
        return signed(plain(minor, -places, places, true, false), currency);
      },
      money_compact(minor, currency = "CNY") {
        return known(minor) ? signed(compactShifted(minor, -(PLACES[currency] ?? 2)), currency) : NOTHING;
      },
      money_compact_beside(minor, greatest, currency = "CNY") {
        return known(minor) ? signed(compactShifted(minor, -(PLACES[currency] ?? 2), greatest), currency) : NOTHING;
      },
      duration(seconds) {
        if (!known(seconds)) return NOTHING;
        const negative = Number(seconds) < 0 ? MINUS : "";
        const length = String(seconds).replace("-", "");
        if (Number(length) > 0 && Number(length) < 1) {
          const millis = Math.max(1, Number(plain(length, 3, 0, false, true)));
          if (millis < 1000) return `${negative}${millis}${zh ? "毫秒" : "ms"}`;
        }
        if (Number(length) >= 1 && Number(length) < TENTHS_BELOW) return `${negative}${plain(length, 0, 1, false, true)}${zh ? "秒" : "s"}`;
        let rest = Number(plain(length, 0, 0, false, true));
        const found = [];
        for (const [span, zhUnit, enUnit] of SPANS) {
          const count = Math.floor(rest / span);
          rest -= count * span;
          if (count || (span === 1 && !found.length)) found.push(`${count}${zh ? zhUnit : enUnit}`);
          else if (found.length) break;
          if (found.length === 2) break;
        }
        const text = found.join(zh ? "" : " ") + (zh && found.length === 1 && found[0].endsWith("分") ? "钟" : "");
        return (/[1-9]/.test(text) ? negative : "") + text;
      },
      date(instant) {
        if (instant === null) return NOTHING;
        const at = parts(instant);
        const weekday = new Date(Date.UTC(Number(at.year), Number(at.month) - 1, Number(at.day))).getUTCDay();
        return `${at.year}-${at.month}-${at.day} ${WEEKDAYS[zh ? "zh-CN" : "en"][weekday]}`;
      },
      time(instant) {
        if (instant === null) return NOTHING;
        const at = parts(instant);
        return `${at.year}-${at.month}-${at.day} ${at.hour}:${at.minute}:${at.second}`;
      },
      minute(instant) {
        if (instant === null) return NOTHING;
        const at = parts(instant);
        return `${at.year}-${at.month}-${at.day} ${at.hour}:${at.minute}`;
      },
      short_time(instant) {
        if (instant === null) return NOTHING;
        const at = parts(instant);
        return `${at.month}-${at.day} ${at.hour}:${at.minute}`;
      },
      clock(instant) {
        if (instant === null) return NOTHING;
        const at = parts(instant);
        return `${at.hour}:${at.minute}:${at.second}`;
      },
    };
    return self;
  }

  return { make };
})();

if (typeof window !== "undefined") window.TongguanFormat = Format;
