// The audit form: each part saves by itself while somebody types, and shows what others change.
//
// The page works without this file (its button saves the whole page). Nothing typed is ever thrown
// away: a save that fails is tried again and says so; a save that meets somebody else's newer words
// shows both. No text is kept in the browser's storage.

const form = document.querySelector("[data-audit-form]");
const WAIT = 700; // milliseconds after the last key
const LOOK = 4000; // milliseconds between two looks at what others do
const AGAIN = [2000, 4000, 8000, 15000]; // milliseconds before a failed save is tried again
const states = new WeakMap();

function stateOf(part) {
  if (!states.has(part)) {
    states.set(part, { dirty: false, saving: false, tries: 0, timer: 0, conflict: false });
  }
  return states.get(part);
}

function say(part, kind, words) {
  const line = part.querySelector("[data-save-state]");
  if (!line) return;
  line.className = `qa-save qa-save--${kind}`;
  line.textContent = words;
}

function token() {
  return form.querySelector("input[name=csrfmiddlewaretoken]").value;
}

function body(part) {
  const data = new FormData();
  data.append("csrfmiddlewaretoken", token());
  for (const field of part.querySelectorAll("input, textarea, select")) {
    if (!field.name) continue;
    if ((field.type === "radio" || field.type === "checkbox") && !field.checked) continue;
    data.append(field.name, field.value);
  }
  return data;
}

function hidden(part, kind) {
  return part.querySelector(`input[data-${kind}]`);
}

function later(part, wait) {
  const state = stateOf(part);
  clearTimeout(state.timer);
  state.timer = setTimeout(() => save(part), wait);
}

function changed(part) {
  const state = stateOf(part);
  if (state.conflict) return;
  state.dirty = true;
  state.tries = 0;
  say(part, "saving", "Not saved yet");
  later(part, WAIT);
}

function failed(part, words) {
  const state = stateOf(part);
  const wait = AGAIN[Math.min(state.tries, AGAIN.length - 1)];
  state.tries += 1;
  state.dirty = true;
  say(part, "failed", words || "Not saved. We will keep trying: your words stay on this page.");
  later(part, wait);
}

async function save(part) {
  const state = stateOf(part);
  if (state.saving || state.conflict) return;
  state.saving = true;
  state.dirty = false;
  if (!state.tries) say(part, "saving", "Saving…");
  let answer;
  let result = {};
  try {
    answer = await fetch(part.dataset.url, {
      method: "POST",
      body: body(part),
      headers: { "X-Autosave": "1" },
      credentials: "same-origin",
      signal: AbortSignal.timeout(15000),
    });
    if (answer.headers.get("Content-Type")?.startsWith("application/json")) result = await answer.json();
  } catch {
    state.saving = false;
    failed(part);
    return;
  }
  state.saving = false;
  settle(part, answer, result);
}

function settle(part, answer, result) {
  const state = stateOf(part);
  if (answer.ok && result.state === "saved") {
    state.tries = 0;
    hidden(part, "version").value = result.version;
    hidden(part, "was").value = result.mark;
    if (state.dirty) later(part, 0);
    else say(part, "saved", `Saved ${result.at}`);
  } else if (answer.status === 409) {
    showConflict(part, result);
  } else if (answer.status === 422 && result.state === "fault") {
    // What was typed meanwhile may have put it right.
    if (state.dirty) later(part, 0);
    else say(part, "failed", `Not saved: ${result.message}`);
  } else if (result.state === "closed") {
    say(part, "failed", `Not saved: ${result.message}`);
  } else if (answer.status === 401) {
    failed(part, "Not saved: you have been signed out. Sign in again in another tab; your words stay on this page.");
  } else if (answer.status === 403) {
    failed(part, "Not saved: this page has lost its key. Open the page again in another tab, then copy your words over.");
  } else {
    failed(part);
  }
}

// --- two people changed the same answer ---------------------------------------------------------

function showConflict(part, result) {
  const state = stateOf(part);
  state.conflict = true;
  say(part, "conflict", "Somebody else changed this. Choose what to keep.");
  const place = part.querySelector("[data-conflict]");
  place.innerHTML = result.html;
  for (const button of place.querySelectorAll("button[data-keep]")) {
    button.addEventListener("click", (event) => {
      event.preventDefault();
      resolve(part, button.dataset.keep, result);
    });
  }
  place.querySelector("[tabindex]")?.focus();
}

async function resolve(part, keep, result) {
  const state = stateOf(part);
  if (keep === "theirs") {
    await refresh(part);
    return;
  }
  if (keep === "both") {
    const box = part.querySelector("textarea, input[type=text]");
    box.value = result.both;
  }
  hidden(part, "version").value = result.version;
  part.querySelector("[data-conflict]").innerHTML = "";
  state.conflict = false;
  save(part);
  (part.querySelector("textarea, input:checked, input") || part).focus();
}

async function refresh(part) {
  const answer = await fetch(part.dataset.url, { credentials: "same-origin", headers: { "X-Autosave": "1" } });
  if (answer.ok) replace(part, await answer.text());
}

function replace(part, html) {
  const fresh = document.createElement("template");
  fresh.innerHTML = html.trim();
  const next = fresh.content.firstElementChild;
  if (!next) return part;
  part.replaceWith(next);
  return next;
}

// --- what others do meanwhile -------------------------------------------------------------------

let since = form?.dataset.since;
let suggestion = "";

function busy(part) {
  const state = stateOf(part);
  return state.dirty || state.saving || state.conflict || part.contains(document.activeElement);
}

function differs(part, version) {
  const held = hidden(part, "version");
  return (held ? held.value : part.dataset.version) !== String(version);
}

async function look() {
  try {
    const answer = await fetch(`${form.dataset.changes}?since=${encodeURIComponent(since)}`, {
      credentials: "same-origin",
      headers: { "X-Autosave": "1" },
      signal: AbortSignal.timeout(10000),
    });
    if (!answer.ok) return;
    const news = await answer.json();
    document.querySelector("[data-here]").innerHTML = news.here;
    const beside = document.querySelector("[data-suggestion]");
    if (beside && news.suggestion && news.suggestion !== suggestion) {
      suggestion = news.suggestion;
      beside.innerHTML = suggestion;
    }
    if (news.state !== form.dataset.state) document.querySelector("[data-moved]").hidden = false;
    let waiting = false;
    for (const each of news.parts) {
      const part = document.getElementById(`part-${each.id}`);
      if (!part || !differs(part, each.version)) continue;
      if (busy(part)) {
        waiting = true;
        if (!stateOf(part).conflict) note(part);
      } else {
        replace(part, each.html);
      }
    }
    if (!waiting) since = news.now;
  } catch {
    // The next look will tell; a save that fails says so by itself.
  }
}

function note(part) {
  const state = stateOf(part);
  if (!state.dirty && !state.saving) say(part, "conflict", "Somebody else has just changed this answer.");
}

// --- saving the whole page by its button --------------------------------------------------------

function parts() {
  return [...form.querySelectorAll("[data-part]")];
}

// The button waits for a save that is under way, so that a person never conflicts with themselves.
async function leave(event) {
  for (const part of parts()) clearTimeout(stateOf(part).timer);
  if (parts().some((part) => stateOf(part).saving)) {
    event.preventDefault();
    while (parts().some((part) => stateOf(part).saving)) {
      await new Promise((done) => setTimeout(done, 50));
    }
    form.requestSubmit(event.submitter);
    return;
  }
  for (const part of parts()) states.delete(part);
}

// --- suggested time -----------------------------------------------------------------------------

function tick() {
  const timer = document.querySelector("[data-timer]");
  if (!timer) return;
  const begun = Date.now();
  setInterval(() => {
    timer.textContent = `You have had this page open for ${Math.floor((Date.now() - begun) / 60000)} minutes.`;
  }, 60000);
}

if (form) {
  form.classList.add("qa-live");
  form.addEventListener("input", (event) => {
    const part = event.target.closest("[data-part]");
    if (part?.dataset.url) changed(part);
  });
  form.addEventListener("change", (event) => {
    const part = event.target.closest("[data-part]");
    // Leaving one box of a date is not the end of the date.
    const half = /:[dmy]$/.test(event.target.name);
    if (part?.dataset.url && stateOf(part).dirty && !half) later(part, 0);
  });
  window.addEventListener("online", () => {
    for (const part of parts()) {
      if (stateOf(part).dirty) later(part, 0);
    }
  });
  window.addEventListener("beforeunload", (event) => {
    const unsaved = parts().some((part) => {
      const state = stateOf(part);
      return state.dirty || state.saving || state.conflict;
    });
    if (unsaved) event.preventDefault();
  });
  form.addEventListener("submit", leave);
  setInterval(look, LOOK);
  tick();
}
