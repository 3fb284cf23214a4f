// Long forms: what somebody wrote is not sent while nobody can take it.
//
// Before a form on which somebody has worked goes off, the service is asked whether it can save now. While it cannot, or
// cannot be reached, the page stays as it is, says so, and tries again. A few words on a page that has just come go
// straight away. Pages work without this file. Nothing is kept in the browser's storage.

const AGAIN = [2000, 4000, 8000, 15000]; // milliseconds before the next try
const PATIENCE = 8000; // milliseconds for one answer
const WORKED = 45000; // milliseconds after which a page counts as worked on
const MANY = 200; // characters more than there were that count as work
const about = document.querySelector("script[data-saving]");
const waiting = new WeakMap();

function worked(form) {
  const texts = [...form.querySelectorAll("textarea")];
  if (form.method !== "post" || form.target || !texts.length) return false;
  const more = texts.reduce((sum, one) => sum + one.value.length - one.defaultValue.length, 0);
  return performance.now() > WORKED || more > MANY;
}

async function canSave() {
  try {
    const answer = await fetch(about.dataset.saving, {
      credentials: "same-origin",
      cache: "no-store",
      signal: AbortSignal.timeout(PATIENCE),
    });
    // A service that says nothing about this is no reason to keep somebody's form back.
    return answer.status !== 503 && answer.status !== 502 && answer.status !== 504;
  } catch {
    return false;
  }
}

function line(form) {
  let place = form.querySelector("[data-unsent]");
  if (!place) {
    place = document.createElement("p");
    place.dataset.unsent = "";
    place.className = "govuk-body qa-unsent";
    place.setAttribute("role", "alert");
    const buttons = [...form.querySelectorAll("button, input[type=submit]")];
    const last = buttons.at(-1);
    if (last) last.before(place);
    else form.append(place);
  }
  return place;
}

function say(form) {
  const place = line(form);
  if (place.textContent !== about.dataset.unsent) place.textContent = about.dataset.unsent;
}

function quiet(form) {
  form.querySelector("[data-unsent]")?.remove();
}

function guard(event) {
  event.preventDefault();
}

async function send(form, submitter) {
  const state = { tries: 0 };
  waiting.set(form, state);
  while (!(await canSave())) {
    if (!state.tries) window.addEventListener("beforeunload", guard);
    say(form);
    await new Promise((done) => {
      setTimeout(done, AGAIN[Math.min(state.tries, AGAIN.length - 1)]);
      window.addEventListener("online", done, { once: true });
    });
    state.tries += 1;
  }
  window.removeEventListener("beforeunload", guard);
  quiet(form);
  state.ready = true;
  form.requestSubmit(submitter);
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || !worked(form)) return;
  const state = waiting.get(form);
  if (state?.ready) {
    waiting.delete(form);
    return;
  }
  event.preventDefault();
  if (!state) send(form, event.submitter);
});

// A form that htmx saves while somebody writes: when that fails it says so and is tried again.
const later = new WeakMap();

function failed(event) {
  const form = event.target.closest?.("form[hx-post]");
  const status = event.detail.xhr?.status ?? 0;
  if (!form || (status && status < 502)) return;
  say(form);
  const state = later.get(form) ?? { tries: 0 };
  clearTimeout(state.timer);
  state.timer = setTimeout(
    () => form.dispatchEvent(new Event("change", { bubbles: true })),
    AGAIN[Math.min(state.tries, AGAIN.length - 1)],
  );
  state.tries += 1;
  later.set(form, state);
}

document.addEventListener("htmx:responseError", failed);
document.addEventListener("htmx:sendError", failed);
document.addEventListener("htmx:timeout", failed);
document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.target.closest?.("form[hx-post]");
  if (!form || !event.detail.successful) return;
  later.delete(form);
  quiet(form);
});
