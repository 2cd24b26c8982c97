// What the desk's pages do better with a script; all of it works without.

const times = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });

/** Show times in the reader's own zone; the exact time in UTC is in the title. */
function localise(root) {
  for (const time of root.querySelectorAll("time[datetime]")) {
    if (time.title) continue;
    time.title = `${time.textContent.trim()}`;
    time.textContent = times.format(new Date(time.dateTime));
  }
}

/** A button with data-copy copies the text of the element it names. */
function offerCopies() {
  for (const button of document.querySelectorAll("button[data-copy]")) {
    button.hidden = !navigator.clipboard;
    button.addEventListener("click", async () => {
      const said = button.parentElement.querySelector("[data-copied]");
      try {
        await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
        said.textContent = "Copied.";
      } catch {
        said.textContent = "The browser did not allow it.";
      }
    });
  }
}

const ANSWERED_WITHIN = 15_000;

/** A form that changes something is sent once, however often its button is pressed, until the answer takes the place of
 *  the page or does not come. One with data-file leaves the page where it is. */
function sendOnce() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || "file" in form.dataset) return;
    if ("sent" in form.dataset) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "";
    setTimeout(() => delete form.dataset.sent, ANSWERED_WITHIN);
  });
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  });
}

const EVERY = 5_000;
const NOBODY_AFTER = 10 * 60_000;

/** Elements with data-live are exchanged, by id, for what the server says now: every five seconds, but not while the
 *  page is hidden, paused or without a reader, nor while somebody has chosen, typed, sent, selected or is at
 *  something in them. It ends when the server marks none of them any more. */
class Live {
  #control = document.querySelector("[data-live-control]");
  #state = this.#control.querySelector("[data-live-state]");
  #button = this.#control.querySelector("[data-live-pause]");
  #shown = new Map();
  #paused = false;
  #asking = false;
  #over = false;
  #seen = Date.now();

  constructor() {
    for (const part of this.#parts()) this.#shown.set(part.id, part.innerHTML);
    this.#control.hidden = false;
    this.#button.addEventListener("click", () => this.#pause(!this.#paused));
    for (const sign of ["pointermove", "pointerdown", "keydown", "scroll"]) {
      document.addEventListener(sign, () => this.#noteReader(), { passive: true });
    }
    document.addEventListener("visibilitychange", () => document.hidden || this.#noteReader());
    setInterval(() => this.#refresh(), EVERY);
  }

  #parts() {
    return document.querySelectorAll("[data-live][id]");
  }

  #pause(paused) {
    this.#paused = paused;
    this.#button.textContent = paused ? "Go on" : "Pause";
    this.#say(paused ? "Paused" : "Live");
    if (!paused) this.#refresh();
  }

  #say(text) {
    if (this.#state.textContent !== text) this.#state.textContent = text;
  }

  /** A session ends when nobody is there: refreshing must not keep it alive. */
  #noteReader() {
    const wasAway = Date.now() - this.#seen > NOBODY_AFTER;
    this.#seen = Date.now();
    if (wasAway) this.#refresh();
  }

  #held() {
    if (this.#paused) return "Paused";
    if (document.hidden) return "Live";
    if (Date.now() - this.#seen > NOBODY_AFTER) return "Paused: nobody is here";
    const within = (node) => (node instanceof Element ? node : node?.parentElement)?.closest("[data-live]");
    const selection = document.getSelection();
    if (selection && !selection.isCollapsed && within(selection.anchorNode)) return "Paused while text is selected";
    if (within(document.activeElement)) return "Paused while you are at something in it";
    if (document.querySelector("[data-live] input:checked")) return "Paused while something is chosen";
    const fields = [...document.querySelectorAll("[data-live] :is(textarea, input:not([type=checkbox], [type=radio]))")];
    if (fields.some((field) => field.value !== field.defaultValue)) return "Paused while something is typed";
    if (document.querySelector("[data-live] form[data-sent]")) return "Paused while something is sent";
    return "";
  }

  async #refresh() {
    if (this.#asking || this.#over) return;
    const held = this.#held();
    this.#say(held || "Live");
    if (held || document.hidden) return;
    this.#asking = true;
    try {
      const answer = await fetch(this.#control.dataset.src, { signal: AbortSignal.timeout(15_000) });
      if (answer.redirected || answer.status === 401 || answer.status === 403) {
        this.#over = true;
        this.#say("You are signed out: load the page anew");
      } else if (answer.ok) {
        if (!this.#held()) this.#exchange(new DOMParser().parseFromString(await answer.text(), "text/html"));
      } else {
        this.#say("The server does not answer as it should; still trying");
      }
    } catch {
      this.#say("The server does not answer; still trying");
    } finally {
      this.#asking = false;
    }
  }

  #exchange(fresh) {
    for (const part of this.#parts()) {
      const now = fresh.getElementById(part.id);
      if (!now) continue;
      part.toggleAttribute("data-live", now.hasAttribute("data-live"));
      const html = now.innerHTML;
      if (html === this.#shown.get(part.id)) continue;
      this.#shown.set(part.id, html);
      const open = [...part.querySelectorAll("details[open][id]")].map((details) => details.id);
      part.innerHTML = html;
      for (const id of open) document.getElementById(id)?.setAttribute("open", "");
      localise(part);
    }
    this.#over = this.#parts().length === 0;
    this.#control.hidden = this.#over;
  }
}

offerCopies();
sendOnce();
if (document.querySelector("[data-live]") && document.querySelector("[data-live-control]").dataset.src) new Live();
localise(document);
