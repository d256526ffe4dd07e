// What tests ask of a page: each function returns what is wrong, as texts that name the element.
(() => {
  const HIDDEN = ".usa-sr-only, .usa-skipnav:not(:focus)";
  const name = (element) => element.outerHTML.replace(/\s+/g, " ").slice(0, 90);
  const radio = (element) => element.matches("input[type=radio], input[type=checkbox]");

  function* texts() {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const node = walker.currentNode;
      if (!node.data.trim() || node.parentElement.closest(HIDDEN)) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      for (const box of range.getClientRects()) if (box.width > 1) yield [node, box];
    }
  }

  // The box that hides what is beyond it, of each element that has one.
  function clips() {
    const known = new Map([[document.body, null]]);
    const of = (element) => {
      if (!known.has(element)) {
        const { overflowX, overflowY } = getComputedStyle(element);
        const hides = overflowX !== "visible" || overflowY !== "visible";
        known.set(element, hides ? element.getBoundingClientRect() : of(element.parentElement));
      }
      return known.get(element);
    };
    return of;
  }

  // Text beyond the sides of the window, or of a box that hides what is beyond it.
  function cut() {
    const found = [];
    const clip = clips();
    if (document.scrollingElement.scrollWidth > innerWidth) found.push(`the page is ${document.scrollingElement.scrollWidth} wide`);
    for (const [node, box] of texts()) {
      const around = clip(node.parentElement);
      const outside =
        box.left < -0.5 || box.right > innerWidth + 0.5 ||
        (around && (box.left < around.left - 1 || box.right > around.right + 1 || box.top < around.top - 1 || box.bottom > around.bottom + 1));
      if (outside) found.push(name(node.parentElement));
    }
    return found;
  }

  // Lines of text that lie on one another.
  function covered() {
    const lines = [...texts()].map(([node, box]) => {
      const spare = box.height * 0.3;
      return { node, left: box.left + 1, right: box.right - 1, top: box.top + spare, bottom: box.bottom - spare };
    });
    lines.sort((one, other) => one.top - other.top);
    const found = [];
    lines.forEach((one, place) => {
      for (let next = place + 1; next < lines.length && lines[next].top < one.bottom; next++) {
        const other = lines[next];
        if (one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom)
          found.push(`${name(one.node.parentElement)} on ${name(other.node.parentElement)}`);
      }
    });
    return found;
  }

  function stops() {
    const all = document.querySelectorAll("a[href], button, input:not([type=hidden]), textarea, select, summary, [tabindex]");
    return [...all].filter((each) => each.tabIndex >= 0 && !each.disabled && each.checkVisibility());
  }

  // Each group of radio buttons is one stop.
  function stopNames() {
    return stops()
      .filter((each) => each.type !== "radio" || each === stopOf(each))
      .map(name);
  }

  function stopOf(element) {
    const group = [...document.querySelectorAll(`input[type=radio][name="${CSS.escape(element.name)}"]`)];
    return group.find((each) => each.checked) ?? group[0];
  }

  // Whether the focused element can be seen, and has an outline.
  function focused() {
    const element = document.activeElement;
    const shown = radio(element) ? element.labels[0] : element;
    const box = shown.getBoundingClientRect();
    const style = radio(element) ? getComputedStyle(shown, "::before") : getComputedStyle(element);
    const found = [];
    if (style.outlineStyle === "none" || parseFloat(style.outlineWidth) < 2) found.push("has no outline");
    if (box.width < 1 || box.height < 1 || box.left < -1 || box.right > innerWidth + 1 || box.top < -1 || box.bottom > innerHeight + 1)
      if (box.height < innerHeight) found.push("is not in the window");
    return { name: name(element), faults: found };
  }

  // What moves although less motion was asked for.
  function moving() {
    const still = (text) => text.split(",").every((each) => parseFloat(each) === 0);
    return [...document.querySelectorAll("*")]
      .filter((each) => [null, "::before", "::after"].some((part) => {
        const style = getComputedStyle(each, part);
        return !still(style.transitionDuration) || (style.animationName !== "none" && !still(style.animationDuration));
      }))
      .map(name);
  }

  const SIDES = ["margin", "padding", "border", ""];
  const INLINE = ["inline", "contents", "none"];

  // Boxes and sides of all elements that are no part of a line, measured from the side where a line begins.
  function boxes() {
    const mirrored = document.documentElement.dir === "rtl";
    const [start, end] = mirrored ? ["right", "left"] : ["left", "right"];
    const round = (value) => Math.round(value * 2) / 2;
    const side = (style, kind, which) => {
      const value = style.getPropertyValue([kind, which, kind === "border" ? "width" : ""].filter(Boolean).join("-"));
      return value.endsWith("px") ? Math.round(parseFloat(value)) : value;
    };
    return [...document.body.querySelectorAll("*")]
      .filter((each) => !INLINE.includes(getComputedStyle(each).display) && each.checkVisibility())
      .map((each) => {
        const box = each.getBoundingClientRect();
        const from = mirrored ? innerWidth - box.right : box.left;
        const sides = [null, "::before", "::after"].flatMap((part) => {
          const style = getComputedStyle(each, part);
          if (part && style.content === "none") return [];
          return SIDES.flatMap((kind) => [start, end].map((which) => `${part ?? ""}${kind} ${which === start ? "start" : "end"} ${side(style, kind, which)}`));
        });
        return { name: name(each), box: [from, box.width, box.height].map(round).join(" "), sides: sides.join("; ") };
      });
  }

  window.measures = { cut, covered, stopNames, focused, moving, boxes };
})();
