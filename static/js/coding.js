// Coding with the keyboard. The page is a plain form and works without this file.
//
// Single keys do something only while no field for text has the focus, and they can be turned off.

const form = document.querySelector("[data-coding-form]");
const KEY = "qa-coding-keys";

function stored() {
  try {
    return localStorage.getItem(KEY) !== "off";
  } catch {
    return true;
  }
}

function store(on) {
  try {
    localStorage.setItem(KEY, on ? "on" : "off");
  } catch {
    // Private windows keep nothing; the keys are then on again on the next page.
  }
}

function hint(label, key) {
  const mark = document.createElement("kbd");
  mark.textContent = key;
  mark.setAttribute("aria-hidden", "true");
  label.prepend(mark, " ");
}

function start() {
  const items = [...form.querySelectorAll("[data-coding-themes] .govuk-checkboxes__item")];
  const kinds = [...form.querySelectorAll("input[data-key]")];
  const panel = form.querySelector("[data-coding-keys]");
  const button = panel.querySelector("[data-coding-switch]");
  const filter = form.querySelector("[data-coding-filter]");
  const box = filter.querySelector("input");
  const tag = form.querySelector("#id_new_tag");
  let on = stored();

  panel.hidden = false;
  filter.hidden = false;

  function shown() {
    return items.filter((item) => !item.hidden);
  }

  // The first nine themes that are shown carry the numbers.
  function number() {
    for (const mark of form.querySelectorAll("kbd[aria-hidden]")) mark.remove();
    form.classList.toggle("qa-coding--keys", on);
    button.textContent = on ? "Turn the keys off" : "Turn the keys on";
    if (!on) return;
    shown().slice(0, 9).forEach((item, place) => hint(item.querySelector("label"), String(place + 1)));
    for (const kind of kinds) hint(kind.nextElementSibling, kind.dataset.key);
  }

  function find() {
    const words = box.value.trim().toLowerCase();
    for (const item of items) {
      const input = item.querySelector("input");
      const label = item.querySelector("label").textContent.toLowerCase();
      item.hidden = Boolean(words) && !label.includes(words) && !input.checked;
    }
    number();
  }

  function tick(item) {
    const input = item?.querySelector("input");
    if (!input) return;
    input.click();
    input.focus();
  }

  function follow(selector) {
    document.querySelector(selector)?.click();
  }

  box.addEventListener("input", find);
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter") {
      event.preventDefault();
      const words = box.value.trim().toLowerCase();
      const first = shown().find((item) => item.querySelector("label").textContent.toLowerCase().includes(words));
      if (!words || !first) return;
      box.value = "";
      find();
      tick(first);
    } else if (event.key === "Escape") {
      box.value = "";
      find();
      box.blur();
    }
  });
  tag.addEventListener("keydown", (event) => {
    if (event.key === "Escape") tag.blur();
  });
  button.addEventListener("click", () => {
    on = !on;
    store(on);
    number();
  });

  document.addEventListener("keydown", (event) => {
    if (!on || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const at = event.target;
    if (at instanceof HTMLElement && at.matches("input[type=text], textarea, select")) return;
    const kind = kinds.find((one) => one.dataset.key === event.key);
    if (event.key >= "1" && event.key <= "9" && event.key.length === 1) {
      tick(shown()[Number(event.key) - 1]);
    } else if (kind) {
      kind.checked = true;
      kind.focus();
    } else if (event.key === "/") {
      box.focus();
    } else if (event.key === "n") {
      tag.focus();
    } else if (event.key === "x") {
      form.querySelector("button[name=nothing]").click();
    } else if (event.key === "j") {
      follow("[data-coding-next]");
    } else if (event.key === "k") {
      follow("[data-coding-before]");
    } else if (event.key === "Enter" && !(at instanceof HTMLElement && at.matches("a, button, summary"))) {
      form.querySelector("button:not([name])").click();
    } else {
      return;
    }
    event.preventDefault();
  });

  number();
}

if (form) start();
