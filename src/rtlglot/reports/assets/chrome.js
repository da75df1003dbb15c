// What surrounds the content: theme, keys, help.

/** Remembered where the browser lets a page from disk remember. */
const memory = {
  get(name) {
    try {
      return localStorage.getItem("rtlglot." + name);
    } catch {
      return null;
    }
  },
  set(name, value) {
    try {
      localStorage.setItem("rtlglot." + name, value);
    } catch {
      // forgotten at the next visit
    }
  },
};

function startTheme() {
  const press = byId("theme");
  const dark = () => document.documentElement.dataset.theme === "dark" || (!document.documentElement.dataset.theme && matchMedia("(prefers-color-scheme: dark)").matches);
  const show = () => (press.textContent = dark() ? "☀ light" : "☾ dark");
  const set = (theme) => {
    document.documentElement.dataset.theme = theme;
    memory.set("theme", theme);
    show();
  };
  const known = memory.get("theme");
  if (known === "dark" || known === "light") set(known);
  press.addEventListener("click", () => set(dark() ? "light" : "dark"));
  show();
}

/** Keys, each once: {key: [what it does, call]}. They rest while something is typed, or when switched off. */
function startKeys(keys) {
  const dialog = byId("help");
  const on = byId("keys-on");
  on.checked = memory.get("keys") !== "off";
  on.addEventListener("change", () => memory.set("keys", on.checked ? "on" : "off"));
  fill(byId("help-keys"), Object.entries(keys).map(([key, [text]]) => el("div", {}, el("dt", {}, el("kbd", {}, key === " " ? "space" : key)), el("dd", {}, text))));
  byId("help-open").addEventListener("click", () => dialog.showModal());
  byId("help-close").addEventListener("click", () => dialog.close());
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || dialog.open) return;
    const typing = event.target.matches("input, select, textarea");
    if (typing && event.key !== "Escape") return;
    if (event.key !== "Escape" && !on.checked) return;
    if (event.key === "Enter" && event.target.closest("button, a, summary, [role=button]")) return;
    const call = keys[event.key]?.[1];
    if (call) {
      event.preventDefault();
      call(event);
    }
  });
}

/** Data that stands in the page as base64 of gzipped JSON. */
async function unpacked(id) {
  const encoded = JSON.parse(byId(id).textContent);
  const bytes = Uint8Array.from(atob(encoded), (c) => c.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return JSON.parse(await new Response(stream).text());
}

/** State in the address, so that a link opens the same row under the same filters. */
function readAddress() {
  return Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
}

function writeAddress(state) {
  const kept = Object.entries(state).filter(([, value]) => value);
  const hash = "#" + new URLSearchParams(kept).toString();
  if (location.hash !== hash && (kept.length || location.hash)) history.replaceState(null, "", hash);
}
