"use strict";
// Without this script the page shows everything; with it, less at a time.
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const bar = document.querySelector(".bar");
const search = document.getElementById("filter");
const items = all(".workloads > li");
const narrow = matchMedia("(max-width: 48rem)");
bar.hidden = false;

const texts = new Map();
function text(item) {
  if (!texts.has(item)) texts.set(item, item.textContent.toLowerCase());
  return texts.get(item);
}

function filter() {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  const wanted = bar.querySelector("[name=decision]:checked").value;
  let shown = 0;
  for (const item of items) {
    const fits = (!wanted || item.dataset.decision === wanted) && words.every((word) => text(item).includes(word));
    item.hidden = !fits;
    shown += fits;
  }
  document.getElementById("shown").textContent = `${shown} of ${items.length} shown`;
  document.getElementById("none").hidden = shown > 0;
}

// The table with before on the left and after on the right: removed lines beside the added ones that follow them.
function sides(table) {
  const body = document.createElement("tbody");
  const cell = (row, kind, from, column, columns = 1) => {
    const td = row.insertCell();
    td.className = kind;
    td.colSpan = columns;
    if (from) td.append(...from.cells[column].cloneNode(true).childNodes);
  };
  const half = (row, from, number) => {
    const kind = from ? from.className : "none";
    cell(row, `n ${kind}`, from, number);
    cell(row, `t ${kind}`, from, 3);
  };
  let removed = [], added = [];
  const flush = () => {
    for (let i = 0; i < Math.max(removed.length, added.length); i++) {
      const row = body.insertRow();
      half(row, removed[i], 0);
      half(row, added[i], 1);
    }
    removed = [];
    added = [];
  };
  for (const row of table.tBodies[0].rows) {
    if (row.className === "d") {
      if (added.length) flush();
      removed.push(row);
    } else if (row.className === "a") {
      added.push(row);
    } else {
      flush();
      const both = body.insertRow();
      both.className = row.className;
      if (row.className === "h") {
        cell(both, "", row, 0, 4);
      } else {
        half(both, row, 0);
        half(both, row, 1);
      }
    }
  }
  flush();
  const made = document.createElement("table");
  made.className = "diff sides";
  const caption = made.createCaption();
  caption.className = "aside";
  caption.textContent = table.caption.textContent;
  const columns = document.createElement("colgroup");
  for (const kind of ["n", "t", "n", "t"]) {
    const column = document.createElement("col");
    column.className = kind;
    columns.append(column);
  }
  made.append(columns, body);
  return made;
}

function view() {
  const beside = bar.querySelector("[name=view]:checked").value === "sides" && !narrow.matches;
  for (const table of all("details[open] .diff:not(.sides)")) {
    let other = table.nextElementSibling;
    if (beside && !other) {
      other = sides(table);
      table.after(other);
    }
    table.hidden = beside;
    if (other) other.hidden = !beside;
  }
}

function openTarget() {
  const details = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)))?.querySelector("details");
  if (details) details.open = true;
}

search.addEventListener("input", filter);
all("[name=decision]", bar).forEach((input) => input.addEventListener("change", filter));
all("[name=view]", bar).forEach((input) => input.addEventListener("change", view));
all("details").forEach((details) => details.addEventListener("toggle", view));
narrow.addEventListener("change", view);
document.getElementById("open").addEventListener("click", () => {
  const shown = items.filter((item) => !item.hidden).map((item) => item.querySelector("details"));
  const open = !shown.every((details) => details.open);
  shown.forEach((details) => { details.open = open; });
});
addEventListener("hashchange", openTarget);
addEventListener("keydown", (event) => {
  if (event.key === "/" && document.activeElement !== search && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    search.focus();
  } else if (event.key === "Escape" && document.activeElement === search) {
    search.value = "";
    filter();
  }
});
addEventListener("beforeprint", () => all("details").forEach((details) => { details.open = true; }));
openTarget();
filter();
view();
