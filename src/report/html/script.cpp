// SPDX-License-Identifier: MIT
// Search and filter. It reads the page and hides parts of it; nothing that it does adds markup.
#include "report/html/sections.h"

namespace lyncprobe::report::html {

const Literal kScript = R"js(
"use strict";
{
const form = document.getElementById("filter");
const rows = [...document.querySelectorAll("[data-f]")];
const details = [...document.querySelectorAll("details")];
let texts;
const set = (element, off) => element.toggleAttribute("data-off", off);
function apply() {
  texts ??= rows.map(row => row.textContent.toLowerCase());
  const words = document.getElementById("q").value.toLowerCase().split(/\s+/).filter(Boolean);
  const verdicts = new Set([...form.querySelectorAll("input:checked")].map(box => box.value));
  const known = new Set([...form.querySelectorAll("[type=checkbox]")].map(box => box.value));
  let shown = 0, all = 0;
  rows.forEach((row, i) => {
    const kind = row.dataset.f;
    const off = known.has(kind) && !verdicts.has(kind) || !words.every(word => texts[i].includes(word));
    set(row, off);
    if (row.matches("details")) { ++all; shown += off ? 0 : 1; }
  });
  for (const server of document.querySelectorAll(".server"))
    set(server, !server.querySelector("details:not([data-off])"));
  document.getElementById("shown").textContent = `${shown} of ${all} endpoints shown`;
}
function show() {
  const target = location.hash && document.getElementById(location.hash.slice(1));
  if (!target) return;
  if (form && target.closest("[data-off]")) { form.reset(); apply(); }
  const box = target.closest("details");
  if (box) { box.open = true; box.scrollIntoView(); box.querySelector("summary").focus({preventScroll: true}); }
}
if (form) {
  form.hidden = false;
  form.addEventListener("input", apply);
  form.addEventListener("submit", event => event.preventDefault());
  document.getElementById("open-all").addEventListener("click", () => details.forEach(box => box.open = !box.hasAttribute("data-off")));
  document.getElementById("close-all").addEventListener("click", () => details.forEach(box => box.open = false));
}
addEventListener("hashchange", show);
show();
}
)js";

} // namespace lyncprobe::report::html
