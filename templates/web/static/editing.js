"use strict";

// Works without: the lines that are wrong stand above the text, with their numbers.
for (const editor of document.querySelectorAll("[data-editor]")) {
  const text = editor.querySelector("textarea");
  const gutter = document.createElement("div");
  const bad = new Set(editor.dataset.marks.split(",").filter(Boolean).map(Number));
  gutter.className = "editor-gutter";
  gutter.setAttribute("aria-hidden", "true");
  editor.classList.add("editor-numbered");
  editor.prepend(gutter);
  let lines = 0;

  const number = () => {
    const wanted = text.value.split("\n").length;
    if (wanted === lines) return;
    lines = wanted;
    // One text between the wrong lines: an element for each of thousands is laid out anew with each line typed.
    const parts = [];
    let plain = "";
    for (let line = 1; line <= lines; line += 1) {
      if (bad.has(line)) {
        const one = document.createElement("span");
        one.textContent = String(line);
        one.className = "bad";
        parts.push(plain, one);
        plain = "\n";
      } else {
        plain += `${line}\n`;
      }
    }
    parts.push(plain);
    gutter.replaceChildren(...parts);
    follow();
  };

  const follow = () => {
    gutter.style.height = `${text.clientHeight}px`;
    gutter.scrollTop = text.scrollTop;
  };

  const show = (line) => {
    const before = text.value.split("\n").slice(0, line - 1).join("\n");
    const start = line > 1 ? before.length + 1 : 0;
    const end = text.value.indexOf("\n", start);
    text.focus();
    text.setSelectionRange(start, end < 0 ? text.value.length : end);
    text.scrollTop = Math.max(0, (line - 6) * parseFloat(getComputedStyle(text).lineHeight));
    text.scrollLeft = 0;
    follow();
  };

  text.addEventListener("input", number);
  text.addEventListener("scroll", follow);
  new ResizeObserver(follow).observe(text);
  number();
  const first = Number(editor.dataset.line) || [...bad][0];
  if (first) show(first);
  for (const link of document.querySelectorAll("[data-line]:not([data-editor])")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      show(Number(link.dataset.line));
    });
  }
}

for (const form of document.querySelectorAll("form[data-busy]")) {
  form.addEventListener("submit", () => {
    const button = form.querySelector("button");
    button.textContent = form.dataset.busy;
    button.setAttribute("aria-disabled", "true");
  });
}
