"use strict";
// The page reads without this; it adds search, filters, links that unfold, copying, the theme and the time under the pointer.
(() => {
  const root = document.documentElement;
  const find = (selector, from = document) => from.querySelector(selector);
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  root.classList.add("with-js");

  // Theme: by preference until someone chooses. Storage may be refused for local files.
  const remember = (theme) => { try { localStorage.setItem("shakedown-theme", theme); } catch { /* not remembered */ } };
  const recall = () => { try { return localStorage.getItem("shakedown-theme"); } catch { return null; } };
  const known = recall();
  if (known === "light" || known === "dark") root.dataset.theme = known;
  find("#theme").addEventListener("click", () => {
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    remember(root.dataset.theme);
  });

  // Filters.
  const leaves = new Map(all(".branch a").map((a) => [a.getAttribute("href").slice(1), a.parentElement]));
  const scenarios = all(".scenario").map((element) => ({ element, leaf: leaves.get(element.id), text: null }));
  const features = all(".feature");
  const branches = all(".branch");
  const textOf = (scenario) => (scenario.text ??= (scenario.element.textContent + find(".place", scenario.element.parentElement).textContent).toLowerCase());
  const search = find("#search");
  const tag = find("#tag");
  const filter = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const outcomes = new Set(all(".chip[aria-pressed=true]").map((chip) => chip.dataset.outcome));
    let shown = 0;
    for (const scenario of scenarios) {
      const { outcome, tags } = scenario.element.dataset;
      const match = outcomes.has(outcome) && (!tag?.value || tags.includes(`\n${tag.value}\n`)) && words.every((word) => textOf(scenario).includes(word));
      scenario.element.hidden = !match;
      if (scenario.leaf) scenario.leaf.hidden = !match;
      shown += match ? 1 : 0;
    }
    for (const feature of features) feature.hidden = !find(".scenario:not([hidden])", feature);
    for (const branch of branches) branch.hidden = !find("li:not([hidden])", branch);
    find("#nothing").hidden = shown > 0 || scenarios.length === 0;
    find("#shown").textContent = shown === scenarios.length ? "" : `${shown} of ${scenarios.length}`;
  };
  let pending = 0;
  search.addEventListener("input", () => { clearTimeout(pending); pending = setTimeout(filter, 120); });
  tag?.addEventListener("change", filter);
  find(".filters").addEventListener("submit", (event) => { event.preventDefault(); filter(); });
  for (const chip of all(".chip")) chip.addEventListener("click", () => {
    chip.setAttribute("aria-pressed", String(chip.getAttribute("aria-pressed") !== "true"));
    filter();
  });
  document.addEventListener("keydown", (event) => {
    const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey) { event.preventDefault(); search.focus(); }
    if (event.key === "Escape" && event.target === search) { search.value = ""; filter(); }
  });
  const fold = (open) => { for (const { element } of scenarios) if (!element.hidden) element.open = open; };
  find("#expand").addEventListener("click", () => fold(true));
  find("#collapse").addEventListener("click", () => fold(false));

  // A link to a scenario unfolds it, and shows it even if a filter hid it.
  const follow = () => {
    let id = location.hash.slice(1);
    try { id = decodeURIComponent(id); } catch { /* as it is */ }
    const target = id && document.getElementById(id);
    if (!target || !target.classList.contains("scenario")) return;
    target.hidden = false;
    target.closest(".feature").hidden = false;
    target.open = true;
    target.scrollIntoView();
  };
  addEventListener("hashchange", follow);
  for (const [id, leaf] of leaves) leaf.addEventListener("click", () => { if (location.hash.slice(1) === id) follow(); });
  follow();

  // Copying. Without a secure context there is no clipboard: then the command is selected instead.
  for (const button of all(".copy")) button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
      button.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(button.previousElementSibling);
      button.textContent = "Selected";
    }
    setTimeout(() => { button.textContent = "Copy"; }, 1600);
  });

  // The time under the pointer.
  const units = [["d", 86400], ["h", 3600], ["m", 60], ["s", 1]];
  const human = (seconds) => {
    if (seconds < 60) return `${seconds.toFixed(seconds < 10 ? 2 : 1)}s`;
    const first = units.findIndex(([, size]) => seconds >= size);
    const [[big, bigSize], [small, smallSize]] = [units[first], units[first + 1]];
    return `${Math.floor(seconds / bigSize)}${big}${Math.floor((seconds % bigSize) / smallSize)}${small}`;
  };
  for (const plot of all(".plot")) {
    const cursor = document.createElement("div");
    cursor.className = "cursor";
    cursor.hidden = true;
    const label = cursor.appendChild(document.createElement("span"));
    plot.append(cursor);
    plot.addEventListener("pointermove", (event) => {
      const box = plot.getBoundingClientRect();
      const share = Math.min(Math.max((event.clientX - box.left) / box.width, 0), 1);
      cursor.hidden = false;
      cursor.style.left = `${share * 100}%`;
      cursor.classList.toggle("left", share > 0.85);
      label.textContent = human(share * Number(plot.dataset.spanNs) / 1e9);
    });
    plot.addEventListener("pointerleave", () => { cursor.hidden = true; });
  }
})();
