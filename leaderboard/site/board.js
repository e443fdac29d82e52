// Sorts, filters and pages the boards. It sets text and attributes, never markup: what it shows
// comes from strangers. The first page is there before it runs, and stays until something changes.
"use strict";

for (const section of document.querySelectorAll(".board")) {
  const data = JSON.parse(section.querySelector('script[type="application/json"]').textContent);
  const body = section.querySelector("tbody");
  const blank = section.querySelector("template").content.querySelector("tr");
  const status = section.querySelector(".status");
  const pager = section.querySelector(".pager");
  const search = section.querySelector("input[type=search]");
  const players = section.querySelector("input[type=checkbox]");
  const count = data.name.length;
  const isModel = data.kind.map((kind) => data.words.kind[kind] === "model");
  const below = new Set(data.below);
  const bars = new Set(data.bars);
  const claimed = new Set(data.claimed);
  let haystack = null;
  let order = Array.from({ length: count }, (_, i) => i);
  let shown = order;
  let first = 0;

  // Figures come as whole thousandths.
  const text = (whole) =>
    whole === null ? "–" : (whole / 1000).toFixed(3).replace("-", "\u2212");

  const print = { points: (whole) => (whole === null ? "–" : String(whole).replace("-", "\u2212")) };

  const ends = ([, low, high], i, kind) => {
    if (low[i] === null || high[i] === null) return "";
    if (kind === "skill" && high[i] < 0) return data.below_words;
    const printed = print[kind] ?? text;
    return `${printed(low[i])} to ${printed(high[i])}`;
  };

  const place = (whole) => {
    const share = (whole / 1000 - data.low) / (data.high - data.low);
    const inner = Math.min(1, Math.max(0, share)) * (100 - 2 * data.margin);
    return `${(data.margin + inner).toFixed(2)}%`;
  };

  // The template's mark is drawn at 0; its parts are moved, or taken away where nothing is known.
  function draw(svg, [value, low, high], i, kind) {
    const [a, b] = [low[i], high[i]];
    const parts = [svg.querySelector(".range"), ...svg.querySelectorAll(".end")];
    const dot = svg.querySelector(".dot");
    const known = a !== null && b !== null;
    const at = known ? [[place(a), place(b)], [place(a), place(a)], [place(b), place(b)]] : [];
    parts.forEach((part, n) => {
      if (!known) return part.remove();
      part.setAttribute("x1", at[n][0]);
      part.setAttribute("x2", at[n][1]);
      part.classList.replace("model", kind);
    });
    if (value[i] === null) return dot.remove();
    dot.setAttribute("cx", place(value[i]));
    dot.classList.replace("model", kind);
  }

  function row(i) {
    const tr = blank.cloneNode(true);
    tr.className = data.words.kind[data.kind[i]] + (below.has(i) ? " below" : "");
    if (bars.has(i)) tr.classList.add("bar");
    if (claimed.has(i)) tr.classList.add("claimed");
    const [best, worst] = [data.best[i], data.worst[i]];
    const rank = tr.querySelector(".rank");
    if (best) {
      rank.children[0].textContent = best === worst ? best : `${best}–${worst}`;
      if (worst > best) rank.children[1].textContent = `ties with ${worst - best}`;
    }
    const name = tr.querySelector(".name");
    name.textContent = data.name[i];
    name.href = `reports/${encodeURIComponent(data.slug[i])}.html`;
    const note = tr.querySelector(".note");
    note.querySelector(".words").textContent = data.note[i];
    if (data.url[i].startsWith("https://")) {
      const link = document.createElement("a");
      link.className = "out";
      link.href = data.url[i];
      link.rel = "noopener noreferrer nofollow ugc";
      link.textContent = "model page";
      const of = document.createElement("span");
      of.className = "visually-hidden";
      of.textContent = ` of ${data.name[i]}`;
      link.append(of);
      note.append(link);
    }
    const marks = tr.querySelectorAll(".mark svg");
    let mark = 0;
    tr.querySelectorAll("td.number").forEach((cell, n) => {
      const figures = data.figures[n];
      const kind = data.columns[n][3];
      cell.children[0].textContent = (print[kind] ?? text)(figures[0][i]);
      cell.children[1].textContent = ends(figures, i, kind);
      if (data.columns[n][2]) draw(marks[mark++], figures, i, isModel[i] ? "model" : "reference");
    });
    tr.querySelector(".how").textContent = data.words.settings[data.settings[i]];
    const badge = data.words.badge[data.badge[i]];
    const shield = tr.querySelector(".who .badge");
    if (badge) shield.textContent = badge;
    else shield.remove();
    tr.querySelector(".checked").children[0].textContent = data.date[i];
    return tr;
  }

  const number = (n) => n.toLocaleString("en");

  function show(said) {
    const page = shown.slice(first, first + data.page);
    body.replaceChildren(...page.map(row));
    tell(said);
  }

  function tell(said) {
    const last = Math.min(first + data.page, shown.length);
    pager.hidden = shown.length <= data.page;
    pager.querySelector(".previous").disabled = first === 0;
    pager.querySelector(".next").disabled = last === shown.length;
    let rows = shown.length ? `Rows ${number(first + 1)} to ${number(last)}` : "No row";
    rows += shown.length < count ? ` of ${number(shown.length)} found` : ` of ${number(count)}`;
    status.textContent = said ? `${said} ${rows}.` : `${rows}.`;
  }

  function filter() {
    const wanted = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    if (wanted.length && !haystack) {
      haystack = data.name.map((name, i) =>
        `${name} ${data.note[i]} ${data.words.settings[data.settings[i]]}`.toLowerCase(),
      );
    }
    shown = order.filter(
      (i) =>
        (players.checked || isModel[i]) && wanted.every((word) => haystack[i].includes(word)),
    );
    first = 0;
  }

  // What a column is sorted by, a number or null a row; kept, because the data never change.
  const sorters = new Map();
  function sorter(key) {
    if (!sorters.has(key)) sorters.set(key, numbers(key));
    return sorters.get(key);
  }

  function numbers(key) {
    const column = data.columns.findIndex(([name]) => name === key);
    if (column >= 0) return data.figures[column][0];
    if (key === "rank") return data.best.map((best, i) => (best ? best + data.worst[i] / 1e6 : null));
    if (key === "name") return places(data.name.map((name) => name.toLowerCase()));
    if (key === "date") return places(data.date);
    const words = places(data.words.settings);
    return data.settings.map((i) => words[i]);
  }

  // Strings are compared once for each different one, and rows by numbers from then on.
  function places(strings) {
    const known = [...new Set(strings)].filter(Boolean).sort();
    const at = new Map(known.map((word, i) => [word, i]));
    return strings.map((word) => at.get(word) ?? null);
  }

  function sort(button) {
    const head = button.closest("th");
    const now = head.getAttribute("aria-sort");
    const start = button.hasAttribute("data-down") ? "descending" : "ascending";
    const other = start === "descending" ? "ascending" : "descending";
    const way = now === start ? other : start;
    for (const th of section.querySelectorAll("[aria-sort]")) th.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", way);
    const sign = way === "descending" ? -1 : 1;
    // What is not known stands last in both directions; ties stay in the order of the board.
    const by = Float64Array.from(sorter(button.dataset.key), (x) => (x === null ? Infinity : sign * x));
    order = Array.from({ length: count }, (_, i) => i).sort((a, b) => by[a] - by[b] || a - b);
    filter();
    const column = data.columns.find(([name]) => name === button.dataset.key);
    show(`Sorted by ${column ? column[1] : button.textContent}, ${way}.`);
  }

  for (const button of section.querySelectorAll("thead button")) {
    button.disabled = false;
    button.addEventListener("click", () => sort(button));
  }
  search.addEventListener("input", () => (filter(), show("")));
  players.addEventListener("change", () => (filter(), show("")));
  section.querySelector(".controls").addEventListener("submit", (event) => event.preventDefault());
  section.querySelector(".controls").hidden = false;
  const turn = (step) => {
    first += step * data.page;
    show("");
    section.querySelector(".scroll").focus({ preventScroll: true });
    section.scrollIntoView();
  };
  pager.querySelector(".previous").addEventListener("click", () => turn(-1));
  pager.querySelector(".next").addEventListener("click", () => turn(1));
  pager.hidden = count <= data.page;
  pager.querySelector(".previous").disabled = true;
}
