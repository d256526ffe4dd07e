"use strict";
// The form of a request, one section at a time, with what was typed kept on the device. Without it the form is one page.

/**
 * What the history of the tab knows of a step.
 * @typedef {object} Entry
 * @property {string} draft
 * @property {number} step
 * @property {boolean} [before] Whether the entry before it is the step before it.
 */

/**
 * @param {HTMLFormElement} form
 * @param {HTMLInputElement} key Its Idempotency-Key.
 * @param {HTMLInputElement} keep Whether the device keeps what was typed beyond the tab.
 */
function stepByStep(form, key, keep) {
  const steps = [...form.querySelectorAll(".step")].filter((each) => each instanceof HTMLElement);
  const counter = document.createElement("span");
  counter.className = "usa-hint";
  let step = 0;
  let id = "";
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let waiting;

  const newId = () => Math.random().toString(36).slice(2);
  const stepOf = (/** @type {Element} */ place) => steps.findIndex((each) => each.contains(place));

  /** Show one step, and lead to its heading if somebody asked for it. */
  function show(/** @type {number} */ wanted, /** @type {boolean} */ asked) {
    step = Math.min(Math.max(wanted, 0), steps.length - 1);
    const isLast = step === steps.length - 1;
    steps.forEach((each, number) => (each.hidden = number !== step));
    for (const [name, hidden] of Object.entries({ last: !isLast, next: isLast, back: step === 0, steps: false })) {
      byId(name)?.toggleAttribute("hidden", hidden);
    }
    const said = form.dataset.step ?? "";
    counter.textContent = `${said.replace("{step}", `${step + 1}`).replace("{steps}", `${steps.length}`)} `;
    const heading = steps[step]?.querySelector("h2");
    heading?.prepend(counter);
    if (!asked || !heading) return;
    tell(heading);
    heading.scrollIntoView();
  }

  /** Name the step in the history, and keep what was typed before it. */
  function go(/** @type {number} */ wanted, /** @type {boolean} */ forward) {
    show(wanted, true);
    /** @type {Entry} */
    const entry = { draft: id, step, before: forward };
    forward ? history.pushState(entry, "") : plain(entry);
    save();
  }

  /** Lead to a field, in whichever step it is. */
  function lead(/** @type {HTMLElement} */ place) {
    go(stepOf(place), false);
    const control = place.matches("input, textarea") ? place : place.querySelector("input");
    if (control instanceof HTMLElement) control.focus();
  }

  /** Keep what was typed. */
  function save() {
    clearTimeout(waiting);
    if (isOver || form.hidden) return;
    /** @type {Draft["fields"]} */
    const fields = [];
    for (const [name, value] of new FormData(form)) {
      if (name !== "key" && typeof value === "string" && value.trim()) fields.push([name, value]);
    }
    /** @type {Draft} */
    const draft = { id, key: key.value, at: Date.now(), step, of: steps.length, keep: keep.checked, fields };
    if (!fields.some(([name]) => name !== "long")) return forget(draft);
    if (draft.keep) write("localStorage", "draft", draft);
    write("sessionStorage", "draft", draft);
  }

  /** Bring back what was typed, with what belongs to sections that this page does not have. */
  function restore(/** @type {Draft} */ draft) {
    const typed = new Map(draft.fields.map(([name]) => [name, /** @type {string[]} */ ([])]));
    for (const [name, value] of draft.fields) typed.get(name)?.push(value);
    for (const control of form.elements) {
      if (control === key || !(control instanceof HTMLInputElement || control instanceof HTMLTextAreaElement)) continue;
      const values = typed.get(control.name) ?? [];
      if (control instanceof HTMLInputElement && /radio|checkbox/.test(control.type)) {
        control.checked = values.includes(control.value);
      } else control.value = values[0] ?? "";
    }
    for (const [name, values] of typed) {
      if (form.elements.namedItem(name)) continue;
      for (const value of values) {
        const carried = document.createElement("input");
        Object.assign(carried, { type: "hidden", name, value });
        form.append(carried);
      }
    }
    key.value = draft.key;
    keep.checked = draft.keep;
    begin(draft.id, draft.of === steps.length ? draft.step : 0);
  }

  /** Show the form, under a name in the history. */
  function begin(/** @type {string} */ name, /** @type {number} */ at) {
    id = name;
    form.hidden = false;
    byId("device")?.removeAttribute("hidden");
    show(at, false);
    const before = history.state?.draft === id && history.state.step === step && history.state.before;
    /** @type {Entry} */
    const entry = { draft: id, step, before };
    plain(entry);
    save();
  }

  const anew = () => begin(newId(), 0);
  const isBlank = form.dataset.blank !== undefined;
  const here = draftHere();
  const found = here ?? draftKept();

  /** Ask before something of an earlier visit is shown or erased. */
  function ask(/** @type {string} */ question) {
    form.hidden = true;
    byId(question)?.removeAttribute("hidden");
  }

  if (!isBlank) {
    const known = here?.key === key.value ? here : null;
    keep.checked = known?.keep ?? false;
    const changed = byId(decodeURIComponent(location.hash.slice(1)));
    const wrong = form.querySelector("[aria-invalid]");
    begin(known?.id ?? newId(), wrong ? stepOf(wrong) : known?.of === steps.length ? known.step : 0);
    if (wrong || !changed) tell(byId("errors"));
    else {
      lead(changed);
      // The browser goes to the fragment itself once the page is loaded, and takes the focus away.
      addEventListener("load", () => setTimeout(() => lead(changed)), { once: true });
    }
  } else if (history.state?.draft && history.state.draft === read("sessionStorage", "sent")) ask("sent");
  else if (here && here.id === history.state?.draft) restore({ ...here, step: history.state.step ?? here.step });
  else if (found) ask("begun");
  else anew();

  addEventListener("popstate", ({ state }) => {
    if (!state || form.hidden) return;
    if (state.draft !== id) plain({ draft: id, step: state.step });
    show(state.step ?? 0, true);
  });

  document.addEventListener("click", (event) => {
    const pressed = event.target instanceof Element ? event.target : null;
    const link = pressed?.closest("#errors a");
    if (link instanceof HTMLAnchorElement) {
      event.preventDefault();
      const place = byId(decodeURIComponent(link.hash.slice(1)));
      if (place) lead(place);
    }
    switch (pressed?.closest("button[type=button]")?.id) {
      case "next":
        return go(step + 1, true);
      case "back":
        return history.state?.before ? history.back() : go(step - 1, false);
      case "clear":
        blank();
        forget(draftHere());
        plain(null);
        return location.replace(location.pathname);
      case "go-on":
        byId("begun")?.remove();
        return found && restore(found);
      case "anew":
      case "another":
        byId("begun")?.remove();
        byId("sent")?.remove();
        forget(found);
        return anew();
    }
  });

  // The key Enter presses the first button, which checks the form: before the last step it means the next one.
  form.addEventListener("submit", (event) => {
    if (event.submitter?.id !== "enter" || step === steps.length - 1) return void save();
    event.preventDefault();
    go(step + 1, true);
  });

  keep.addEventListener("change", () => {
    if (!keep.checked && draftKept()?.id === id) write("localStorage", "draft", null);
    save();
  });
  form.addEventListener("change", save);
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(save, 300);
  });
  document.addEventListener("visibilitychange", save);
  addEventListener("pagehide", save);
}

{
  const [form, key, keep] = [byId("answers"), document.querySelector("#answers [name=key]"), byId("keep")];
  const has = form instanceof HTMLFormElement && key instanceof HTMLInputElement && keep instanceof HTMLInputElement;
  if (has && hasStorage) stepByStep(form, key, keep);
}
