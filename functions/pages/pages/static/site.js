"use strict";
// For every page. Nothing of the site needs it: leaving, a history without what was sent, and what a device keeps.

/**
 * What was typed and is not sent yet.
 * @typedef {object} Draft
 * @property {string} id Names it in the history of the tab.
 * @property {string} key The Idempotency-Key of the form, so that it is filed once.
 * @property {number} at When it was kept, in milliseconds.
 * @property {number} step
 * @property {number} of How many steps the form has: all questions are in others than the first seven.
 * @property {boolean} keep Whether the device keeps it beyond the tab.
 * @property {[string, string][]} fields
 */
/** @typedef {"sessionStorage" | "localStorage"} Area Of the tab, or of the device. */

const WEEK = 7 * 24 * 60 * 60 * 1000;
/** A second press within these milliseconds is the same one. */
const SAME = 5000;
const page = document.documentElement.dataset.page ?? "";

/**
 * What an area holds under a name; null where it holds nothing, or the browser gives none.
 * @param {Area} area
 * @param {string} name
 */
function read(area, name) {
  try {
    return JSON.parse(window[area].getItem(name) ?? "null");
  } catch {
    return null;
  }
}

/**
 * Keep a value, or erase it if it is null; tell whether that was possible.
 * @param {Area} area
 * @param {string} name
 * @param {unknown} value
 */
function write(area, name, value) {
  try {
    value === null ? window[area].removeItem(name) : window[area].setItem(name, JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
}

/** @returns {Draft | null} The draft of this tab. */
const draftHere = () => read("sessionStorage", "draft");

/** @returns {Draft | null} The draft of this device. */
const draftKept = () => read("localStorage", "draft");

/** Erase a draft from the tab and from the device. */
function forget(/** @type {Draft | null} */ draft) {
  write("sessionStorage", "draft", null);
  if (draft && draftKept()?.id === draft.id) write("localStorage", "draft", null);
}

/**
 * Make the entry of this page in the history a plain address: going back to it sends nothing again.
 * @param {unknown} state
 */
function plain(state = history.state) {
  if (hasStorage) history.replaceState(state, "");
}

/** Whether the page ends: what a field tells when it is removed is kept no more. */
let isOver = false;

/** Show nothing of the page from now on. */
function blank() {
  isOver = true;
  document.body.replaceChildren();
}

/** @param {string} id */
const byId = (id) => document.getElementById(id);

/** Show what stands hidden in the page for scripts, and lead to it. */
function tell(/** @type {HTMLElement | null} */ place) {
  if (!place) return;
  place.hidden = false;
  place.tabIndex = -1;
  place.focus();
}

if (Math.abs(Date.now() - (draftKept()?.at ?? NaN)) >= WEEK) write("localStorage", "draft", null);
/** Without it a page that was sent stays as it is in the history: what was typed is nowhere else. */
const hasStorage = write("sessionStorage", "open", true);

document.addEventListener("click", (event) => {
  const link = event.target instanceof Element && event.target.closest("a");
  if (!link) return;
  if (link.closest(".leave")) {
    event.preventDefault();
    blank();
    for (const area of /** @type {Area[]} */ (["sessionStorage", "localStorage"])) {
      try {
        window[area].clear();
      } catch {}
    }
    plain(null);
    location.replace(link.href);
  } else if (page !== "receipt" && link.origin === location.origin && !link.hash) plain();
});

let pressed = -SAME;
document.addEventListener("submit", (event) => {
  if (event.defaultPrevented) return;
  if (event.timeStamp - pressed < SAME) return event.preventDefault();
  if (!navigator.onLine) {
    event.preventDefault();
    return tell(byId("offline"));
  }
  pressed = event.timeStamp;
  plain();
});

// A page that the browser kept as it was: after leaving, and after sending, it must not show what it did.
addEventListener("pageshow", (event) => {
  pressed = -SAME;
  if (!event.persisted) return;
  const typed = document.querySelector("[name=key]");
  const gone = page === "receipt" ? history.state?.draft : typed && draftHere()?.id !== history.state?.draft;
  if (!gone && read("sessionStorage", "open")) return;
  blank();
  location.reload();
});

// Going back to a page that carries the answers unseen leads to the form, which has them again.
if (page !== "request") {
  const draft = draftHere();
  const key = document.querySelector("[name=key]");
  if (draft && key instanceof HTMLInputElement && key.value === draft.key) plain({ draft: draft.id, step: draft.step });
}

if (page === "receipt") {
  const draft = draftHere();
  if (draft) write("sessionStorage", "sent", draft.id);
  forget(draft);
  document.addEventListener("submit", (event) => {
    if (!event.defaultPrevented) plain({ draft: read("sessionStorage", "sent") });
  });
  const left = byId("left");
  if (left) countDown(left, Date.now() + Number(left.dataset.seconds) * 1000);
}

/**
 * Say for how long the page shows the code, and then show it no more.
 * @param {HTMLElement} left
 * @param {number} end
 */
function countDown(left, end) {
  const said = left.textContent ?? "";
  const timer = setInterval(show, 1000);
  function show() {
    const seconds = Math.ceil((end - Date.now()) / 1000);
    left.textContent = said.replace("{time}", `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`);
    if (seconds > 0) return;
    clearInterval(timer);
    left.remove();
    for (const each of document.querySelectorAll("[data-code]")) each.remove();
    for (const each of document.querySelectorAll("[data-late]")) each.removeAttribute("hidden");
  }
  left.hidden = false;
  show();
}

for (const input of document.querySelectorAll("input[data-list]")) {
  if (input instanceof HTMLInputElement) suggest(input);
}

/**
 * Suggest names while somebody types, from a list of which the device takes what fits.
 * @param {HTMLInputElement} input
 */
function suggest(input) {
  /** @type {string[] | undefined} */
  let names;
  const list = document.createElement("datalist");
  list.id = `${input.id}.list`;
  input.after(list);
  input.setAttribute("list", list.id);
  const words = (/** @type {string} */ text) =>
    text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  const offer = () => {
    const typed = words(input.value);
    /** @type {string[]} */
    const found = [];
    for (const name of typed.join("").length < 2 ? [] : (names ?? [])) {
      const own = words(name);
      if (typed.every((start) => own.some((word) => word.startsWith(start)))) found.push(name);
      if (found.length === 20) break;
    }
    list.replaceChildren(
      ...found.map((line) => {
        const [value = "", label = ""] = line.split("\t");
        return new Option(label, value);
      }),
    );
  };
  input.addEventListener("input", offer);
  input.addEventListener("focus", async () => {
    try {
      if (names || !navigator.onLine) return;
      const answer = await fetch(input.dataset.list ?? "");
      if (answer.ok) names = (await answer.text()).trim().split("\n");
    } catch {} // without a connection there is nothing to suggest
    offer();
  });
}
