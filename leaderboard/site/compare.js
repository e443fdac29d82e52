// Compares two rows on the same items. It sets text and never markup: names come from strangers.
"use strict";

for (const section of document.querySelectorAll(".comparison")) {
  const data = JSON.parse(section.querySelector('script[type="application/json"]').textContent);
  const [first, second] = section.querySelectorAll("select");
  const body = section.querySelector("tbody");
  const verdict = section.querySelector(".verdict");
  const events = data.events.length;

  const text = (x) => x.toFixed(3).replace(/^-(0\.0*)$/, "$1").replace("-", "\u2212");

  // The mean of the differences and its standard error over clusters (sandwich, G / (G - 1)).
  function difference(a, b, event) {
    const sums = new Map();
    const count = data.clusters.length;
    const share = event === null ? 1 : events;
    let total = 0;
    let better = 0;
    let worse = 0;
    let items = 0;
    for (let i = 0; i < count; i++) {
      if (event !== null && data.families[i] !== event) continue;
      const d = a[i] - b[i];
      total += d;
      items += 1;
      if (d > 0) better += 1;
      if (d < 0) worse += 1;
      const cluster = sums.get(data.clusters[i]) ?? [0, 0];
      cluster[0] += d;
      cluster[1] += 1;
      sums.set(data.clusters[i], cluster);
    }
    const mean = (share * total) / count;
    const own = total / items;
    let squares = 0;
    for (const [sum, n] of sums.values()) squares += (sum - n * own) ** 2;
    const t = data.t[event === null ? 0 : event + 1];
    const error = (share * Math.sqrt((squares * sums.size) / (sums.size - 1))) / count;
    const half = t === null ? null : t * error;
    return { mean, half, better, worse, alike: items - better - worse };
  }

  function row(name, d) {
    const tr = document.createElement("tr");
    const head = document.createElement("th");
    head.scope = "row";
    head.textContent = name;
    tr.append(head);
    const ends = d.half === null ? "–" : `${text(d.mean - d.half)} to ${text(d.mean + d.half)}`;
    for (const value of [text(d.mean), ends, d.better, d.worse, d.alike]) {
      const cell = document.createElement("td");
      cell.className = "number";
      cell.textContent = value;
      tr.append(cell);
    }
    return tr;
  }

  function show() {
    const [i, j] = [Number(first.value), Number(second.value)];
    const [a, b] = [data.values[i], data.values[j]];
    const all = difference(a, b, null);
    const rows = events > 1 ? data.events.map((name, e) => row(name, difference(a, b, e))) : [];
    body.replaceChildren(row(events > 1 ? "all events" : data.events[0], all), ...rows);
    const [x, y] = [data.rows[i].name, data.rows[j].name];
    if (i === j) verdict.textContent = "Choose two.";
    else if (all.half === null || Math.abs(all.mean) <= all.half)
      verdict.textContent = `A tie: ${x} and ${y} cannot be told apart on these items.`;
    else verdict.textContent = `${all.mean > 0 ? x : y} is better.`;
  }

  for (const select of [first, second]) {
    select.disabled = false;
    select.addEventListener("change", show);
  }
  section.querySelector("form").addEventListener("submit", (event) => event.preventDefault());
  show();
}
