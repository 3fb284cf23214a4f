// "Copy" buttons: put a text on the clipboard and say so.

for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const source = document.getElementById(button.dataset.copy);
    const said = document.getElementById(button.dataset.said);
    try {
      await navigator.clipboard.writeText(source.value ?? source.textContent);
      said.textContent = "Copied. Paste it on the child’s file.";
    } catch {
      source.focus();
      source.select?.();
      said.textContent = "Press Ctrl and C to copy the selected text.";
    }
  });
}
