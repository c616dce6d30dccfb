// What makes a page handier.  Every page is whole without it.
document.querySelectorAll("button[data-copy]").forEach((button) => {
  if (!navigator.clipboard) return;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
    const before = button.textContent;
    button.textContent = "Copied";
    setTimeout(() => (button.textContent = before), 2000);
  });
});

// Keys for whoever works through a list.  While somebody types in a field they are only letters.
const keysOn = () => localStorage.getItem("keys") !== "off";
const help = document.getElementById("keys");
const typing = (target) =>
  target.closest("textarea, select, [contenteditable], input:not([type=radio]):not([type=checkbox])");

const toRow = (step) => {
  const rows = [...document.querySelectorAll("[data-row]")].filter((row) => row.checkVisibility());
  const place = rows.indexOf(document.activeElement);
  const next = rows[Math.min(Math.max(place + step, 0), rows.length - 1)];
  if (next) next.focus();
};

const press = {
  j: () => toRow(1),
  k: () => toRow(-1),
  o: () => document.activeElement.matches("[data-row]") && document.activeElement.click(),
  n: () => document.querySelector("[data-next]")?.click(),
  u: () => document.querySelector("[data-up]")?.click(),
};

if (help) {
  document.querySelectorAll("[data-keys-open]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => help.showModal());
  });
  const showKeyed = () => document.querySelectorAll("[data-keyed]").forEach((key) => (key.hidden = !keysOn()));
  const choice = help.querySelector("[data-keys-on]");
  choice.checked = keysOn();
  choice.addEventListener("change", () => {
    localStorage.setItem("keys", choice.checked ? "on" : "off");
    showKeyed();
  });
  showKeyed();
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (event.key === "?") {
      event.preventDefault();
      if (!help.open) help.showModal();
      return;
    }
    if (help.open || !keysOn()) return;
    if (/^[0-9]$/.test(event.key)) {
      const outcome = document.querySelector(`[data-key="${event.key}"]`);
      if (!outcome) return;
      event.preventDefault();
      outcome.checked = true;
      outcome.focus();
      return;
    }
    if (Object.hasOwn(press, event.key)) {
      event.preventDefault();
      press[event.key]();
    }
  });
}

// What a form would come to, while somebody fills it in.  Without this the form's own button shows it.
document.querySelectorAll("form[data-follow]").forEach((form) => {
  const place = document.getElementById(form.dataset.follow);
  let waiting, latest = 0;
  const look = async () => {
    const asked = ++latest;
    const fields = new URLSearchParams(new FormData(form));
    fields.delete("csrf_token");
    const answer = await fetch(`${form.dataset.from}?${fields}`);
    if (!answer.ok) return;
    const made = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (asked === latest) place.replaceChildren(...made.body.childNodes);
  };
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(look, 300);
  });
});
