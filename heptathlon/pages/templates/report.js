// The browser of items: filters and pages over the data island. Data is set as text, never as
// markup; drawings are cloned from the page's own templates. Without it the first page stays.
"use strict";

const SLOTS = ["right", "outcome", "number", "id", "read", "gold", "metrics", "response", "prompt"];
const MISSING = { read: "(no answer was found)", response: "(nothing)" };

function browse(root) {
  const { page: size, items } = JSON.parse(root.querySelector("[data-island]").textContent);
  const list = root.querySelector("[data-items]");
  const filters = root.querySelector("form");
  const search = root.querySelector("[data-search]");
  const selects = [...root.querySelectorAll("[data-filter]")];
  const cards = new Map([...list.children].map((card, index) => [items[index], card]));
  let shown = items;
  let page = 0;

  function field(item, key) {
    return key.startsWith("strata.") ? item.strata[key.slice(7)] : item[key];
  }

  function where(item) {
    const levels = Object.entries(item.strata).map(([name, level]) => ` · ${name} ${level}`);
    return item.form + levels.join("");
  }

  function card(item) {
    if (!cards.has(item)) {
      const made = document.getElementById("item").content.firstElementChild.cloneNode(true);
      const slot = (name) => made.querySelector(`[data-slot="${name}"]`);
      for (const name of SLOTS) slot(name).textContent = item[name] || MISSING[name] || "";
      slot("right").className = `verdict ${item.right}`;
      slot("where").textContent = where(item);
      const drawing = root.querySelector(`template[data-drawing="${item.number}"]`);
      if (drawing) slot("drawing").append(drawing.content.cloneNode(true));
      cards.set(item, made);
    }
    return cards.get(item);
  }

  function show() {
    const pages = Math.max(1, Math.ceil(shown.length / size));
    page = Math.min(Math.max(page, 0), pages - 1);
    const first = page * size;
    const part = shown.slice(first, first + size);
    list.replaceChildren(...part.map(card));
    const text = part.length
      ? `${first + 1} to ${first + part.length} of ${shown.length} items`
      : "No item is like that";
    for (const status of root.querySelectorAll("[data-status]")) status.textContent = text;
    for (const button of root.querySelectorAll("[data-go]")) {
      button.disabled = button.dataset.go === "1" ? page === pages - 1 : page === 0;
    }
  }

  function filter() {
    const wanted = selects.filter((select) => select.value);
    const text = search.value.trim().toLowerCase();
    shown = items.filter(
      (item) =>
        wanted.every((select) => field(item, select.dataset.filter) === select.value) &&
        (!text || [item.id, item.read, item.gold, item.response].some(
          (part) => part.toLowerCase().includes(text),
        )),
    );
    page = 0;
    show();
  }

  function focus(index) {
    const target = list.children[Math.min(Math.max(index, 0), list.children.length - 1)];
    if (target) {
      target.focus({ preventScroll: true });
      target.scrollIntoView({ block: "start" });
    }
  }

  function go(step) {
    page += step;
    show();
    focus(0);
  }

  const KEYS = {
    j: (at) => focus(at + 1),
    k: (at) => focus(at - 1),
    n: () => go(1),
    p: () => go(-1),
  };

  filters.addEventListener("input", filter);
  filters.addEventListener("submit", (event) => event.preventDefault());
  // The form's fields are empty only after the event.
  filters.addEventListener("reset", () => setTimeout(filter));
  for (const button of root.querySelectorAll("[data-go]")) {
    button.addEventListener("click", () => go(Number(button.dataset.go)));
  }
  list.addEventListener("keydown", (event) => {
    const plain = !event.ctrlKey && !event.metaKey && !event.altKey;
    const current = event.target.closest(".item");
    if (plain && current && Object.hasOwn(KEYS, event.key)) {
      event.preventDefault();
      KEYS[event.key]([...list.children].indexOf(current));
    }
  });
  for (const part of root.querySelectorAll("[hidden]")) part.hidden = false;
  show();
}

for (const root of document.querySelectorAll("[data-browser]")) browse(root);
