// "Insert" buttons: put a value's name into the text that was written in last.

const texts = [...document.querySelectorAll("textarea[data-fills]")];
let last = texts[0];

for (const text of texts) {
  text.addEventListener("focus", () => {
    last = text;
  });
}

if (last) {
  for (const button of document.querySelectorAll("[data-insert]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      last.setRangeText(button.dataset.insert, last.selectionStart, last.selectionEnd, "end");
      last.focus();
    });
  }
}
