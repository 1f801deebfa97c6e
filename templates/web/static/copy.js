// Shows the copy buttons, which need a script, and says aloud that the copy was made.
"use strict";

for (const button of document.querySelectorAll("[data-copies]")) {
  const field = document.getElementById(button.dataset.copies);
  const told = document.querySelector(`[data-told-for="${field.id}"]`);
  button.hidden = false;
  field.addEventListener("focus", () => field.select());
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(field.value);
      told.textContent = "Đã sao chép liên kết.";
    } catch {
      // Browsers lend the clipboard to https pages only.
      field.focus();
      told.textContent = "Liên kết đã được chọn, hãy sao chép bằng bàn phím hoặc menu.";
    }
  });
}
