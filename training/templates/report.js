// What moves and is drawn in an evaluation's report: sorting, plots, threshold picker.
// @ts-check
// Foreign text comes in as JSON and goes out through text nodes only.

/**
 * @typedef {[mean: number, share: number, n: number]} Bin
 * @typedef {{thresholds: number[], precision: (number|null)[], recall: (number|null)[], reliability: Bin[]}} Curve
 * @typedef {{name: string, articles: number, precision: number|null, recall: number|null, f1: number|null,
 *   average_precision: number|null, suggest_from: number|null, auto_from: number|null, auto_tags: number|null,
 *   auto_precision: number|null, auto_coverage: number|null, brier: number|null, log_loss: number|null,
 *   ece: number|null, trained_on: number}} Topic
 * @typedef {{confidence: number|null, precision: number|null, recall: number|null, tags?: number|null}} Point
 * @typedef {{name: string, yes: number, curve: Curve, suggest: Point, auto: Point|null, pooled: boolean}} Choice
 * @typedef {{missed: string, given: string, articles: number}} Confusion
 * @typedef {{articles: number, micro: {precision: number|null, recall: number|null, f1: number|null},
 *   auto: {topics: number, tags: number, precision: number|null, coverage: number|null},
 *   calibration: {reliability: Bin[]}, topics: Record<string, Topic>, curves: Record<string, Curve>,
 *   confusions: Confusion[], learning: null|{sizes: number[], micro_f1: (number|null)[],
 *   topics: Record<string, {articles: number[], f1: (number|null)[], plus_50: number|null}>}}} Evaluation
 */

const NONE = "–";
const root = document.documentElement;
const SHOWN_MISTAKES = 12;
const MATRIX_TOPICS = 12;

// ---------------------------------------------------------------- errors, where a test can see them

/** @param {unknown} error */
function note(error) {
  root.dataset.error = `${root.dataset.error ?? ""}${error}\n`;
}

window.addEventListener("error", (event) => note(event.message));
window.addEventListener("unhandledrejection", (event) => note(event.reason));
document.addEventListener("securitypolicyviolation", (event) => note(`policy: ${event.violatedDirective}`));

/** Run one part of the page; if it fails, the others still work. @param {() => void} part */
function attempt(part) {
  try {
    part();
  } catch (error) {
    note(error);
    console.error(error);
  }
}

// ---------------------------------------------------------------- elements and numbers

/** @param {string} id @returns {any} */
const byId = (id) => document.getElementById(id);

/** @type {Evaluation} */
const data = JSON.parse(byId("data").textContent);

/**
 * @param {Element} element
 * @param {Record<string, string|number>} attributes
 * @param {(Node|string)[]} children strings become text
 */
function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  element.append(...children);
  return element;
}

/** @param {string} tag @param {Record<string, string|number>} [attributes] @param {...(Node|string)} children */
const html = (tag, attributes = {}, ...children) => fill(document.createElement(tag), attributes, children);

/** @param {string} tag @param {Record<string, string|number>} [attributes] @param {...(Node|string)} children */
const svg = (tag, attributes = {}, ...children) =>
  fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);

/** @param {number|null|undefined} value */
const figure = (value, digits = 3) => (value == null ? NONE : value.toFixed(digits));

/** @param {number|null|undefined} value */
const count = (value) => (value == null ? NONE : value.toLocaleString("en-US", { maximumFractionDigits: value < 10 ? 1 : 0 }));

/** @param {number|null} p @param {number|null} r */
const harmonic = (p, r) => (p == null || r == null ? null : p + r > 0 ? (2 * p * r) / (p + r) : 0);

/** @param {string} slug */
const nameOf = (slug) => data.topics[slug]?.name ?? slug;

// ---------------------------------------------------------------- a frame to plot in

const WIDTH = 440;
const MARGIN = { left: 40, right: 12, top: 22, bottom: 40 };
const TENTHS = [0, 0.2, 0.4, 0.6, 0.8, 1];
let plots = 0;

/**
 * An SVG with axes; x and y turn values into places.
 * @param {{title: string, desc: string, x: string, y: string, height?: number, xTicks?: number[], yTicks?: number[],
 *   xLabel?: (value: number) => string}} options
 */
function frame({ title, desc, x: xName, y: yName, height = 300, xTicks = TENTHS, yTicks = TENTHS, xLabel = String }) {
  const id = `plot-${(plots += 1)}`;
  const bottom = height - MARGIN.bottom;
  const right = WIDTH - MARGIN.right;
  const x = place(xTicks, MARGIN.left, right);
  const y = place(yTicks, bottom, MARGIN.top);
  const labels = { role: "img", "aria-labelledby": `${id}-title ${id}-desc` };
  const drawing = svg("svg", { viewBox: `0 0 ${WIDTH} ${height}`, ...labels },
    svg("title", { id: `${id}-title` }, title), svg("desc", { id: `${id}-desc` }, desc));
  for (const tick of xTicks) {
    drawing.append(svg("path", { class: "grid", d: `M${x(tick)} ${MARGIN.top}V${bottom}` }),
      svg("text", { x: x(tick), y: bottom + 16, "text-anchor": "middle" }, xLabel(tick)));
  }
  for (const tick of yTicks) {
    drawing.append(svg("path", { class: "grid", d: `M${MARGIN.left} ${y(tick)}H${right}` }),
      svg("text", { x: MARGIN.left - 6, y: y(tick) + 4, "text-anchor": "end" }, String(tick)));
  }
  drawing.append(svg("path", { class: "axis", d: `M${MARGIN.left} ${MARGIN.top}V${bottom}H${right}` }),
    svg("text", { class: "name", x: right, y: bottom + 34, "text-anchor": "end" }, xName),
    svg("text", { class: "name", x: 4, y: 13 }, yName));
  return { drawing, x, y, bottom, right };
}

/** @param {number[]} ticks @param {number} start @param {number} end */
function place(ticks, start, end) {
  const [low, high] = [ticks[0], ticks[ticks.length - 1]];
  return (/** @type {number} */ value) =>
    Math.round((start + ((value - low) / (high - low || 1)) * (end - start)) * 10) / 10;
}

/** Whole steps that take in low to high. @param {number} low @param {number} high */
function ticks(low, high, steps = 5) {
  const rough = (high - low || 1) / steps;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((n) => n * power).find((n) => n >= rough) ?? 10 * power;
  const first = Math.floor(low / step + 1e-9);
  const last = Math.max(first + 1, Math.ceil(high / step - 1e-9));
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(6)));
}

/** A path through the points that are known. @param {(readonly [number, number|null])[]} points */
function path(points, x = (/** @type {number} */ v) => v, y = x) {
  let pen = "M";
  return points.reduce((d, [a, b]) => {
    if (b == null) {
      pen = "M";
      return d;
    }
    const step = `${pen}${x(a)} ${y(b)}`;
    pen = "L";
    return d + step;
  }, "");
}

/** A marked point with a word beside it: a circle suggests, a square is auto. */
function mark(/** @type {number} */ x, /** @type {number} */ y, /** @type {string} */ word, /** @type {"suggest"|"auto"} */ tier) {
  const low = y > 150 ? -12 : 20;
  const anchor = x < 110 ? "start" : "end";
  return svg("g", {}, shape(tier, x, y),
    svg("text", { class: "name", x: x + (anchor === "end" ? -8 : 8), y: y + low, "text-anchor": anchor }, word));
}

/** @param {"suggest"|"auto"} tier @param {number} x @param {number} y */
function shape(tier, x, y) {
  return tier === "auto"
    ? svg("rect", { class: "mark green", x: x - 5.5, y: y - 5.5, width: 11, height: 11 })
    : svg("circle", { class: "mark orange", cx: x, cy: y, r: 6 });
}

/** @param {string} colour @param {string} style @param {number} x @param {string} word */
const key = (colour, style, x, word) =>
  svg("g", {}, svg("path", { class: `line ${colour} ${style}`, d: `M${x} 9h22` }),
    svg("text", { class: "name", x: x + 27, y: 13 }, word));

// ---------------------------------------------------------------- what is chosen

/** @param {string} slug "" for all topics @returns {Choice} */
function choice(slug) {
  const empty = { thresholds: [], precision: [], recall: [], reliability: [] };
  const curve = ascending(data.curves[slug] ?? { ...empty, reliability: slug ? [] : data.calibration.reliability });
  if (!slug) {
    const yes = Object.values(data.topics).reduce((sum, topic) => sum + topic.articles, 0);
    const { tags, precision, coverage } = data.auto;
    return { name: "All topics", yes, curve, pooled: true,
      suggest: { confidence: null, precision: data.micro.precision, recall: data.micro.recall },
      auto: data.auto.topics ? { confidence: null, precision, recall: coverage, tags } : null };
  }
  const topic = data.topics[slug];
  return { name: topic.name, yes: topic.articles, curve, pooled: false,
    suggest: { confidence: topic.suggest_from, precision: topic.precision, recall: topic.recall },
    auto: topic.auto_from == null ? null : { confidence: topic.auto_from, precision: topic.auto_precision,
      recall: topic.auto_coverage, tags: topic.auto_tags } };
}

/** @param {Curve} curve @returns {Curve} by rising threshold */
function ascending(curve) {
  const order = curve.thresholds.map((_, i) => i).sort((a, b) => curve.thresholds[a] - curve.thresholds[b]);
  return { thresholds: order.map((i) => curve.thresholds[i]), precision: order.map((i) => curve.precision[i]),
    recall: order.map((i) => curve.recall[i]), reliability: curve.reliability };
}

/** What tagging from a confidence on gives. @param {Curve} curve @param {number} confidence @returns {Point} */
function pointAt(curve, confidence) {
  const i = curve.thresholds.findIndex((threshold) => threshold >= confidence - 1e-9);
  // Above the last threshold no right tag is left; without one, nothing is known.
  if (i < 0) return { confidence, precision: null, recall: curve.thresholds.length ? 0 : null };
  return { confidence, precision: curve.precision[i], recall: curve.recall[i] };
}

/** Tags for 1,000 articles, right and wrong. @param {Point} point @param {number} yes */
function perThousand({ tags, precision, recall }, yes) {
  if (tags != null) return (1000 * tags) / data.articles;
  if (!precision || recall == null) return null;
  return (1000 * yes * recall) / precision / data.articles;
}

// ---------------------------------------------------------------- plots

/** @param {Choice} chosen @param {Point} picked */
function drawPrecisionRecall({ name, curve, suggest, auto }, picked) {
  const { drawing, x, y } = frame({ title: `${name}: precision and recall`, x: "Recall", y: "Precision",
    desc: `Suggests with precision ${figure(suggest.precision)} and recall ${figure(suggest.recall)}` +
      (auto ? `; auto with precision ${figure(auto.precision)} and recall ${figure(auto.recall)}.` : "; no auto tier.") });
  const points = curve.recall.map((recall, i) => /** @type {const} */ ([recall ?? 0, curve.precision[i]]));
  drawing.append(svg("path", { class: "line blue", d: path(points, x, y) }));
  if (suggest.precision != null && suggest.recall != null) {
    drawing.append(mark(x(suggest.recall), y(suggest.precision), "suggest", "suggest"));
  }
  if (auto?.precision != null && auto.recall != null) {
    drawing.append(mark(x(auto.recall), y(auto.precision), "auto", "auto"));
  }
  if (picked.precision != null && picked.recall != null) {
    drawing.append(svg("circle", { class: "picked", cx: x(picked.recall), cy: y(picked.precision), r: 9 },
      svg("title", {}, "at the slider")));
  }
  show("pr-plot", drawing, points.some(([, precision]) => precision != null));
}

/** Wilson's interval at 95 %. @param {number} share @param {number} n */
function wilson(share, n) {
  const z = 1.96;
  const middle = (share + (z * z) / (2 * n)) / (1 + (z * z) / n);
  const half = (z / (1 + (z * z) / n)) * Math.sqrt((share * (1 - share)) / n + (z * z) / (4 * n * n));
  return [Math.max(0, middle - half), Math.min(1, middle + half)];
}

/** @param {Choice} chosen */
function drawReliability({ name, curve }) {
  const bins = curve.reliability.filter(([mean, share, n]) => mean != null && share != null && n > 0);
  const total = bins.reduce((sum, [, , n]) => sum + n, 0);
  const { drawing, x, y, bottom } = frame({ title: `${name}: reliability`, x: "Confidence", y: "Share of yes",
    desc: `${bins.length} bins of ${count(total)} decisions.` });
  drawing.append(svg("path", { class: "ideal", d: `M${x(0)} ${y(0)}L${x(1)} ${y(1)}` }));
  const [most, floor] = [Math.max(1, ...bins.map(([, , n]) => n)), bottom + 90];
  for (const [mean, share, n] of bins) {
    const height = (36 * n) / most;
    const [low, high] = wilson(share, n);
    const words = svg("title", {}, `${count(n)} decisions of confidence ${figure(mean)}: ${figure(share)} came true`);
    drawing.append(svg("rect", { class: "bar blue", x: x(mean) - 5, y: floor - height, width: 10, height }),
      svg("path", { class: "whisker blue", d: `M${x(mean)} ${y(low)}V${y(high)}` }),
      svg("circle", { class: "mark blue", cx: x(mean), cy: y(share), r: 5 }, words));
  }
  drawing.append(svg("path", { class: "line blue", d: path(bins.map(([mean, share]) => [mean, share]), x, y) }),
    svg("path", { class: "axis", d: `M${x(0)} ${floor}H${x(1)}` }),
    svg("text", { x: MARGIN.left - 6, y: floor - 28, "text-anchor": "end" }, count(most)));
  drawing.setAttribute("viewBox", `0 0 ${WIDTH} ${floor + 4}`);
  show("reliability-plot", drawing, bins.length > 0);
}

/** @param {Choice} chosen @param {Point} picked */
function drawThresholds({ name, curve, suggest, auto }, picked) {
  const { drawing, x, y, bottom } = frame({ title: `${name}: what each threshold gives`, x: "Confidence", y: "", height: 270,
    desc: "Precision, recall and F1 of tagging from each confidence on." });
  const f1 = curve.thresholds.map((_, i) => harmonic(curve.precision[i], curve.recall[i]));
  const at = (/** @type {(number|null)[]} */ values) =>
    path(curve.thresholds.map((threshold, i) => /** @type {const} */ ([threshold, values[i]])), x, y);
  drawing.append(svg("path", { class: "line blue", d: at(curve.precision) }),
    svg("path", { class: "line orange dashed", d: at(curve.recall) }),
    svg("path", { class: "line ink dotted", d: at(f1) }),
    key("blue", "", MARGIN.left, "precision"), key("orange", "dashed", 150, "recall"), key("ink", "dotted", 240, "F1"));
  for (const [tier, point] of /** @type {const} */ ([["suggest", suggest], ["auto", auto]])) {
    if (point?.confidence == null) continue;
    drawing.append(svg("path", { class: `now ${tier === "auto" ? "green" : "orange"}`, d: `M${x(point.confidence)} ${bottom}v-14` }),
      shape(tier, x(point.confidence), bottom));
  }
  drawing.append(svg("path", { class: "picked", d: `M${x(picked.confidence ?? 0)} ${MARGIN.top}V${bottom}` }));
  show("threshold-plot", drawing, curve.thresholds.length > 0);
}

/** @param {string} id @param {Element} drawing @param {boolean} worth whether there is anything to see */
function show(id, drawing, worth) {
  byId(id).replaceChildren(worth ? drawing : html("p", {}, "Nothing to plot: no article has this topic, or no label is known."));
}

function drawLearning() {
  if (!data.learning) return;
  const { sizes, micro_f1: f1, topics } = data.learning;
  const known = f1.filter((value) => value != null);
  const low = Math.min(...known.map(Number), 1);
  const { drawing, x, y } = frame({ title: "Learning curve", desc: "Micro F1 against articles trained on.", height: 260,
    x: "Articles trained on", y: "Micro F1", xTicks: ticks(0, Math.max(1, ...sizes)), yTicks: ticks(low, Math.max(low, ...known.map(Number))),
    xLabel: count });
  drawing.append(svg("path", { class: "line blue", d: path(sizes.map((n, i) => [n, f1[i]]), x, y) }));
  sizes.forEach((n, i) => {
    const value = f1[i];
    if (value == null) return;
    drawing.append(svg("circle", { class: "mark blue", cx: x(n), cy: y(value), r: 5 },
      svg("title", {}, `${count(n)} articles: ${figure(value)}`)));
  });
  show("learning-plot", drawing, known.length > 0);
  for (const row of document.querySelectorAll("#gain-table tbody tr")) {
    const gain = topics[/** @type {HTMLElement} */ (row).dataset.slug ?? ""];
    row.querySelector(".spark")?.append(sparkline(gain.articles, gain.f1));
  }
}

/** A small curve, 0 to 1, against articles. @param {number[]} articles @param {(number|null)[]} f1 */
function sparkline(articles, f1) {
  const x = place([0, Math.max(1, ...articles)], 2, 98);
  const y = place([0, 1], 22, 2);
  const words = articles.map((n, i) => `${count(n)} articles: ${figure(f1[i], 2)}`).join("; ");
  return svg("svg", { viewBox: "0 0 100 24", role: "img", "aria-label": words }, svg("title", {}, words),
    svg("path", { d: path(articles.map((n, i) => [n, f1[i]]), x, y) }));
}

// ---------------------------------------------------------------- threshold picker

/** @param {Choice} chosen @param {Point} picked */
function tabulate(chosen, picked) {
  /** @type {[string, Point][]} */
  const columns = [["At the slider", picked], ["Suggest now", chosen.suggest]];
  if (chosen.auto) columns.push(["Auto now", chosen.auto]);
  const from = (/** @type {Point} */ point) => (point.confidence == null && chosen.pooled ? "by topic" : figure(point.confidence));
  const wrong = (/** @type {Point} */ point) => {
    const tags = perThousand(point, chosen.yes);
    return tags == null || (tags && point.precision == null) ? null : tags * (1 - (point.precision ?? 1));
  };
  /** @type {[string, (point: Point) => string][]} */
  const rows = [["Confidence from", from], ["Precision", (p) => figure(p.precision)], ["Recall", (p) => figure(p.recall)],
    ["F1", (p) => figure(harmonic(p.precision, p.recall))],
    ["Tags per 1,000 articles", (p) => count(perThousand(p, chosen.yes))], ["of them wrong", (p) => count(wrong(p))]];
  const table = byId("picked");
  table.tHead.replaceChildren(html("tr", {}, html("th", { scope: "col" }, chosen.name),
    ...columns.map(([name]) => html("th", { scope: "col" }, name))));
  table.tBodies[0].replaceChildren(...rows.map(([name, words]) =>
    html("tr", {}, html("th", { scope: "row" }, name), ...columns.map(([, point]) => html("td", {}, words(point))))));
}

/** Draw what depends on the slider. @param {Choice} chosen */
function pick(chosen) {
  const slider = byId("threshold");
  const picked = pointAt(chosen.curve, Number(slider.value));
  slider.setAttribute("aria-valuetext", `confidence ${figure(picked.confidence)}, precision ${figure(picked.precision)}, recall ${figure(picked.recall)}`);
  drawPrecisionRecall(chosen, picked);
  drawThresholds(chosen, picked);
  tabulate(chosen, picked);
}

/** The confidence with the best F1. @param {Curve} curve */
function bestThreshold(curve) {
  const f1 = curve.thresholds.map((_, i) => harmonic(curve.precision[i], curve.recall[i]) ?? 0);
  return curve.thresholds[f1.indexOf(Math.max(...f1))] ?? 0.5;
}

// ---------------------------------------------------------------- choosing a topic

/** The topic that the address names, "" for all topics. */
function addressed() {
  const found = /^#topic=(.*)$/.exec(location.hash);
  if (!found) return null;
  try {
    const slug = decodeURIComponent(found[1]);
    return Object.hasOwn(data.topics, slug) ? slug : "";
  } catch {
    return "";
  }
}

/** @param {string} slug */
function choose(slug) {
  const chosen = choice(slug);
  byId("chosen").value = slug;
  byId("threshold").value = String(chosen.suggest.confidence ?? bestThreshold(chosen.curve));
  for (const row of byId("topic-table").tBodies[0].rows) {
    const own = slug !== "" && row.dataset.slug === slug;
    row.classList.toggle("chosen", own);
    own ? row.cells[0].firstElementChild.setAttribute("aria-current", "true") : row.cells[0].firstElementChild.removeAttribute("aria-current");
  }
  byId("chosen-facts").textContent = facts(slug, chosen);
  attempt(() => drawReliability(chosen));
  attempt(() => pick(chosen));
  attempt(filterMistakes);
}

/** @param {string} slug @param {Choice} chosen */
function facts(slug, chosen) {
  if (chosen.pooled) return "All topics pooled: the slider sets one confidence for every topic; the tiers in use have their own for each.";
  const topic = data.topics[slug];
  return `${topic.name}: ${count(topic.articles)} of these ${count(data.articles)} articles, trained on ${count(topic.trained_on)}. ` +
    `Average precision ${figure(topic.average_precision)}, Brier score ${figure(topic.brier, 4)}, log loss ${figure(topic.log_loss, 4)}, ` +
    `calibration error ${figure(topic.ece)}. ${chosen.auto ? "" : "No auto tier yet."}`;
}

function choosable() {
  const select = byId("chosen");
  const slugs = Object.keys(data.topics).sort((a, b) => nameOf(a).localeCompare(nameOf(b)));
  select.append(html("option", { value: "" }, "All topics"), ...slugs.map((slug) => html("option", { value: slug }, nameOf(slug))));
  select.addEventListener("change", () => { location.hash = `topic=${encodeURIComponent(select.value)}`; });
  byId("threshold").addEventListener("input", () => attempt(() => pick(choice(select.value))));
  const table = byId("topic-table");
  table.dataset.clickable = "";
  table.tBodies[0].addEventListener("click", (/** @type {MouseEvent} */ event) => {
    const row = /** @type {Element} */ (event.target).closest("tr");
    if (row && !getSelection()?.toString()) location.hash = `topic=${encodeURIComponent(row.dataset.slug ?? "")}`;
  });
  window.addEventListener("hashchange", follow);
  choose("");
  follow();
}

/** Show the topic that the address came to name, and bring its curves into view. */
function follow() {
  const slug = addressed();
  if (slug === null) return;
  choose(slug);
  const box = byId("curves").getBoundingClientRect();
  if (box.top < 0 || box.top > innerHeight / 2) byId("curves").scrollIntoView({ behavior: "auto" });
}

// ---------------------------------------------------------------- tables

/** @param {HTMLTableRowElement} row @param {number} column @returns {number|string|null} */
function valueOf(row, column) {
  const cell = row.cells[column];
  if (cell.dataset.value === undefined) return cell.innerText.trim();
  return cell.dataset.value === "" ? null : Number(cell.dataset.value);
}

/** @param {HTMLTableElement} table @param {number} column */
function sort(table, column) {
  const heads = [...(table.tHead?.rows[0].cells ?? [])];
  const before = heads[column].getAttribute("aria-sort");
  const rows = [...table.tBodies[0].rows].map((row) => ({ row, value: valueOf(row, column) }));
  const words = rows.some(({ value }) => typeof value === "string");
  const ascends = before ? before === "descending" : words;
  rows.sort(({ value: a }, { value: b }) => {
    if (a === null || b === null) return Number(a === null) - Number(b === null); // unknown comes last
    const order = words ? String(a).localeCompare(String(b)) : Number(a) - Number(b);
    return ascends ? order : -order;
  });
  for (const head of heads) head.removeAttribute("aria-sort");
  heads[column].setAttribute("aria-sort", ascends ? "ascending" : "descending");
  table.tBodies[0].append(...rows.map(({ row }) => row));
}

/** @param {HTMLTableElement} table */
function sortable(table) {
  for (const [column, head] of [...(table.tHead?.rows[0].cells ?? [])].entries()) {
    if (head.classList.contains("fixed")) continue;
    const button = html("button", { type: "button" }, ...head.childNodes);
    button.addEventListener("click", () => attempt(() => sort(table, column)));
    head.replaceChildren(button);
  }
}

function filterTopics() {
  const wanted = byId("filter").value.trim().toLocaleLowerCase();
  const rows = [...byId("topic-table").tBodies[0].rows];
  for (const row of rows) row.hidden = !row.cells[0].textContent.toLocaleLowerCase().includes(wanted);
  const found = rows.filter((row) => !row.hidden).length;
  byId("found").textContent = wanted ? `${found} of ${rows.length} topics` : "";
}

/** The topics confused most often, against each other. */
function drawMatrix() {
  const table = byId("matrix");
  if (!table) return;
  /** @type {Map<string, number>} */
  const weight = new Map();
  for (const { missed, given, articles } of data.confusions) {
    for (const slug of [missed, given]) weight.set(slug, (weight.get(slug) ?? 0) + articles);
  }
  const slugs = [...weight.keys()].sort((a, b) => (weight.get(b) ?? 0) - (weight.get(a) ?? 0)).slice(0, MATRIX_TOPICS);
  const most = Math.max(...data.confusions.map(({ articles }) => articles));
  const cell = (/** @type {string} */ missed, /** @type {string} */ given) => {
    if (missed === given) return html("td", { class: "diagonal" });
    const n = data.confusions.find((pair) => pair.missed === missed && pair.given === given)?.articles ?? 0;
    const level = n && Math.min(4, 1 + Math.floor((3 * Math.log(n)) / (Math.log(most) || 1)));
    return html("td", { class: `level-${level}` }, n ? count(n) : "");
  };
  const head = html("tr", {}, html("td"), ...slugs.map((slug) => html("th", { scope: "col", title: nameOf(slug) }, html("span", { dir: "auto" }, nameOf(slug)))));
  const rows = slugs.map((missed) =>
    html("tr", {}, html("th", { scope: "row" }, nameOf(missed)), ...slugs.map((given) => cell(missed, given))));
  table.replaceChildren(html("caption", {}, "Rows: the editor's topic; columns: the tagger's. Blank: none, or rarer than the pairs listed."),
    html("thead", {}, head), html("tbody", {}, ...rows));
}

let everyMistake = false;

function filterMistakes() {
  const cards = [.../** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(".mistake"))];
  if (!cards.length) return;
  const [kind, whose, slug] = ["kind", "whose", "chosen"].map((id) => byId(id).value);
  const fitting = cards.filter((card) =>
    (!kind || card.dataset.kind === kind) && (!whose || !slug || card.dataset.topic === slug));
  const first = (/** @type {string} */ own) => fitting.filter((card) => card.dataset.kind === own).slice(0, SHOWN_MISTAKES / (kind ? 1 : 2));
  const shown = new Set(everyMistake ? fitting : [...first("wrong"), ...first("missed")]);
  for (const card of cards) card.hidden = !shown.has(card);
  byId("shown").textContent = `${shown.size} of ${fitting.length} shown`;
  byId("more").hidden = shown.size === fitting.length;
}

function listen() {
  byId("filter").addEventListener("input", filterTopics);
  for (const id of ["kind", "whose"]) byId(id)?.addEventListener("change", filterMistakes);
  byId("more")?.addEventListener("click", () => {
    everyMistake = true;
    filterMistakes();
  });
}

root.dataset.ready = "";
for (const table of document.querySelectorAll("table.sortable")) attempt(() => sortable(/** @type {HTMLTableElement} */ (table)));
for (const part of [listen, drawMatrix, drawLearning, choosable]) attempt(part);
root.dataset.ready = "drawn";
