
"use strict";
// Filters and sorts the table. Rows that are not shown are taken out of it, so that thousands cost nothing.
(() => {
  const FIRST = 25, STEP = 100, SIGNS = "mudpn";
  const byId = (id) => document.getElementById(id);
  const body = document.querySelector("#matrix tbody"), heads = [...document.querySelectorAll("#matrix thead th")];
  const column = {};
  heads.forEach((th, index) => { if (th.dataset.id) column[th.dataset.id] = index; });
  const split = (text) => (text ? text.split(" ") : []);
  const rows = [...body.rows].map((tr) => ({
    tr,
    text: tr.cells[0].textContent.toLowerCase(),
    sector: tr.dataset.s,
    counts: split(tr.dataset.n).map(Number),
    found: split(tr.dataset.f),
    cluster: tr.dataset.c,
  }));
  const form = document.querySelector(".filter");
  let found = rows, limit = FIRST;

  const tell = () => {
    const numbers = { shown: Math.min(limit, found.length), found: found.length };
    byId("shown").textContent = document.body.dataset.showing.replace(/\{(\w+)\}/g, (_, key) => numbers[key]);
    byId("more").hidden = byId("all").hidden = found.length <= limit;
  };
  const show = () => {
    body.replaceChildren(...found.slice(0, limit).map((row) => row.tr));
    tell();
  };
  const extend = (count) => {
    body.append(...found.slice(limit, limit + count).map((row) => row.tr));
    limit += count;
    tell();
  };
  const gapTest = (gap) => {
    const value = gap.slice(2);
    if (gap.startsWith("m:")) return (row) => row.tr.cells[column[value]].className === "m";
    if (gap.startsWith("f:")) return (row) => row.found.includes(value);
    return (row) => row.cluster === value;
  };
  const filter = () => {
    const words = byId("text").value.toLowerCase().split(/\s+/).filter(Boolean);
    const sector = byId("sector").value, severity = byId("severity").value, gap = byId("gap").value;
    const tests = words.map((word) => (row) => row.text.includes(word));
    if (sector) tests.push((row) => row.sector === sector);
    if (severity === "none") tests.push((row) => row.counts.every((n) => n === 0));
    else if (severity) tests.push((row) => row.counts[severity] > 0);
    if (gap) tests.push(gapTest(gap));
    found = rows.filter((row) => tests.every((test) => test(row)));
    limit = FIRST;
    show();
  };

  const collator = new Intl.Collator(document.body.dataset.lang, { numeric: true });
  const key = (row, index) => {
    const cell = row.tr.cells[index];
    if (index > 5) return SIGNS.indexOf(cell.className);
    return index > 2 ? parseFloat(cell.textContent) : cell.textContent;
  };
  const sort = (index) => {
    const th = heads[index], up = th.getAttribute("aria-sort") !== "ascending";
    heads.forEach((other) => other.removeAttribute("aria-sort"));
    th.setAttribute("aria-sort", up ? "ascending" : "descending");
    const keyed = rows.map((row) => [key(row, index), row]);
    keyed.sort(([a], [b]) => (up ? 1 : -1) * (typeof a === "number" ? a - b : collator.compare(a, b)));
    rows.splice(0, rows.length, ...keyed.map(([, row]) => row));
    filter();
  };
  heads.forEach((th, index) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = th.textContent;
    button.addEventListener("click", () => sort(index));
    th.replaceChildren(button);
  });

  body.classList.add("ready");
  form.hidden = false;
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", filter);
  form.addEventListener("reset", () => setTimeout(filter));
  byId("more").addEventListener("click", () => extend(STEP));
  byId("all").addEventListener("click", () => extend(found.length));
  const box = document.querySelector(".scroll");
  box.addEventListener("scroll", () => { if (limit < found.length && box.scrollTop + 2 * box.clientHeight > box.scrollHeight) extend(FIRST); }, { passive: true });
  document.querySelectorAll("a[data-gap]").forEach((link) => link.addEventListener("click", () => { byId("gap").value = link.dataset.gap; filter(); }));
  addEventListener("beforeprint", () => body.replaceChildren(...found.map((row) => row.tr)));
  addEventListener("afterprint", show);
  show();
})();
