// Compares two rows on the same items. It sets text and never markup: names come from strangers.
"use strict";

for (const section of document.querySelectorAll(".comparison")) {
  const data = JSON.parse(section.querySelector('script[type="application/json"]').textContent);
  const [first, second] = section.querySelectorAll("select");
  const body = section.querySelector("tbody");
  const verdict = section.querySelector(".verdict");
  const STEPS = 40;

  const text = (x) => x.toFixed(0).replace(/^-0$/, "0").replace("-", "\u2212");
  const held = (skill) => data.full * Math.min(1, Math.max(0, skill));

  // Covariances of two skills, from what each cluster adds to them.
  function product(a, b) {
    let sum = 0;
    for (let g = 0; g < a.length; g++) sum += a[g] * b[g];
    return sum / data.unit ** 2;
  }

  // How far the points of a - b may lie from what was seen, in one direction: each skill may move
  // by so many standard errors, its points only between 0 and 1,000 (scorers/stats/differences.py).
  function reach(e, t, sign) {
    const rho = e.sa && e.sb ? Math.min(1, Math.max(-1, e.cross / (e.sa * e.sb))) : 0;
    let widest = 0;
    for (let step = 1; step <= STEPS; step++) {
      const z = (t * step) / STEPS;
      const x = Math.abs(held(e.a + sign * z * e.sa) - held(e.a));
      const y = Math.abs(held(e.b - sign * z * e.sb) - held(e.b));
      widest = Math.max(widest, x * x + y * y - 2 * rho * x * y);
    }
    return widest;
  }

  // Student's quantile: between two of the table's in a line over one by the degrees of freedom.
  function quantile(df) {
    const table = data.quantiles;
    const last = table.length - 1;
    const lower = Math.min(Math.max(1, Math.floor(df)), last);
    const next = lower < last ? 1 / (lower + 1) : 0;
    const share = (1 / lower - 1 / Math.max(df, lower)) / (1 / lower - next);
    return table[lower - 1] + share * (table[lower] - table[lower - 1]);
  }

  // Welch's and Satterthwaite's degrees of freedom of a sum over events.
  function degrees(found) {
    let spread = 0;
    let below = 0;
    for (const e of found) {
      const variance = (reach(e, 2, -1) + reach(e, 2, 1)) / 2;
      spread += variance;
      below += variance ** 2 / e.df;
    }
    return below > 0 ? spread ** 2 / below : 1;
  }

  function difference(found) {
    const t = quantile(degrees(found));
    const over = (sum) => Math.sqrt(sum) / found.length;
    const mean = (part) => found.reduce((sum, e) => sum + held(e[part]), 0) / found.length;
    const [a, b] = [mean("a"), mean("b")];
    const low = a - b - over(found.reduce((sum, e) => sum + reach(e, t, -1), 0));
    const high = a - b + over(found.reduce((sum, e) => sum + reach(e, t, 1), 0));
    return { a, b, low, high };
  }

  function row(name, d) {
    const tr = document.createElement("tr");
    const head = document.createElement("th");
    head.scope = "row";
    head.textContent = name;
    tr.append(head);
    for (const value of [text(d.a), text(d.b), text(d.a - d.b), `${text(d.low)} to ${text(d.high)}`]) {
      const cell = document.createElement("td");
      cell.className = "number";
      cell.textContent = value;
      tr.append(cell);
    }
    return tr;
  }

  function show() {
    const [i, j] = [Number(first.value), Number(second.value)];
    const found = data.events
      .filter((e) => e.skills[i] !== null && e.skills[j] !== null)
      .map((e) => ({
        title: e.title,
        a: e.skills[i],
        b: e.skills[j],
        sa: Math.sqrt(product(e.parts[i], e.parts[i])),
        sb: Math.sqrt(product(e.parts[j], e.parts[j])),
        cross: product(e.parts[i], e.parts[j]),
        df: e.df,
      }));
    if (!found.length) {
      body.replaceChildren();
      verdict.textContent = "The two have no event in common.";
      return;
    }
    const all = difference(found);
    const rows = found.length > 1 ? found.map((e) => row(e.title, difference([e]))) : [];
    body.replaceChildren(row(found.length > 1 ? "all events" : found[0].title, all), ...rows);
    const [x, y] = [data.rows[i].name, data.rows[j].name];
    if (i === j) verdict.textContent = "Choose two.";
    else if (all.low <= 0 && all.high >= 0)
      verdict.textContent = `A tie: ${x} and ${y} cannot be told apart on these items.`;
    else verdict.textContent = `${all.low > 0 ? x : y} is better.`;
  }

  for (const select of [first, second]) {
    select.disabled = false;
    select.addEventListener("change", show);
  }
  section.querySelector("form").addEventListener("submit", (event) => event.preventDefault());
  show();
}
