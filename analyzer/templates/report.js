
"use strict";
// Everything works without this: it adds the choice of marks, the way back, and a start for the keyboard.
(() => {
  const legend = document.querySelector(".legend"), text = document.getElementById("statement");
  const choices = [...legend.querySelectorAll("[data-group]")];
  const all = document.createElement("span");
  all.dataset.group = "";
  all.textContent = legend.dataset.all;
  legend.prepend(document.createElement("li"));
  legend.firstChild.append(all);
  const buttons = [all, ...choices].map((span) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = span.className;
    button.dataset.group = span.dataset.group;
    button.textContent = span.textContent;
    span.replaceWith(button);
    return button;
  });
  const choose = (group) => {
    if (group) text.dataset.only = group; else delete text.dataset.only;
    buttons.forEach((b) => b.setAttribute("aria-pressed", String(b.dataset.group === group)));
  };
  buttons.forEach((b) => b.addEventListener("click", () => choose(b.dataset.group)));
  choose("");

  const back = document.getElementById("back");
  let number = 0;
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#']");
    if (!link) return;
    const target = document.getElementById(link.getAttribute("href").slice(1));
    if (link === back || !target || !text.contains(target) || text.contains(link)) { back.hidden = true; return; }
    choose("");
    const place = link.closest("[id]:not(main, section)") || link.closest("tr, li") || link;
    if (!place.id) place.id = "from" + (++number);
    const name = link.closest("tr, article")?.querySelector("th, h3")?.firstChild?.textContent.trim();
    back.href = "#" + place.id;
    back.textContent = "↩ " + document.body.dataset.back + " " + (name || link.closest("section")?.querySelector("h2")?.textContent || "");
    back.hidden = false;
  });
  // With two panes the window itself does not scroll: the keys that scroll start in the left one.
  const pane = document.querySelector("main"), share = { PageDown: 0.9, " ": 0.9, ArrowDown: 0.06 };
  document.addEventListener("keydown", (event) => {
    if (document.activeElement !== document.body || !(event.key in share) || pane.scrollHeight <= pane.clientHeight) return;
    event.preventDefault();
    pane.focus({ preventScroll: true });
    pane.scrollBy({ top: share[event.key] * pane.clientHeight });
  });
})();
