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

localise(document);
