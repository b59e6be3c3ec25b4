// Makes working pages quicker to use. No page needs it: every form and link works without.

document.body.classList.add("js-enabled");
if ("noModule" in HTMLScriptElement.prototype) document.body.classList.add("govuk-frontend-supported");

const govuk = await import(document.getElementById("govuk-frontend").href);
govuk.initAll();

const UNSAFE = /^(post|put|patch|delete)$/i;
const OURS = "Something went wrong on our side, so that is not saved. What you typed is still on this page. Try again in a few minutes.";
const UNREACHED = "We could not be reached, so that is not saved. What you typed is still on this page. Check your connection and try again.";
const announced = new WeakSet(document.querySelectorAll("[data-announce]"));

// Each listener stands under the event's name in htmx 4 and in htmx 2, so that going back to 2 is one file.
function onHtmx(names, listener) {
  for (const name of names) document.addEventListener(name, listener);
}

onHtmx(["htmx:config:request", "htmx:configRequest"], (event) => {
  const token = document.querySelector('meta[name="csrf-token"]')?.content;
  const request = event.detail.ctx?.request;
  if (token && UNSAFE.test(request?.method ?? event.detail.verb ?? "")) {
    (request?.headers ?? event.detail.headers)["X-CSRFToken"] = token;
  }
});

onHtmx(["htmx:after:swap", "htmx:afterSwap"], () => {
  startComponents();
  announceNews();
  readShortcuts();
  document.querySelector("#portal-trouble #refusal")?.scrollIntoView({ block: "nearest" });
});

onHtmx(["htmx:after:request", "htmx:afterRequest"], (event) => {
  const status = event.detail.ctx?.response?.status ?? event.detail.xhr?.status ?? 0;
  tellTrouble(status >= 500 ? OURS : "");
});

onHtmx(["htmx:error", "htmx:sendError", "htmx:timeout"], () => tellTrouble(UNREACHED));

// Components that came with a fragment; those already running would complain if started twice.
function startComponents() {
  for (const Component of Object.values(govuk)) {
    const name = Component?.moduleName;
    if (!name) continue;
    for (const element of document.querySelectorAll(`[data-module="${name}"]:not([data-${name}-init])`)) new Component(element);
  }
}

// An element with data-announce="Saved at 10:42" is read out once, when a fragment brings it.
function announceNews() {
  for (const element of document.querySelectorAll("[data-announce]")) {
    if (announced.has(element)) continue;
    announced.add(element);
    document.getElementById("portal-announcements").textContent = element.dataset.announce;
  }
}

function tellTrouble(what) {
  const place = document.getElementById("portal-trouble");
  if (!what) return place.replaceChildren();
  const words = document.createElement("p");
  words.className = "portal-trouble";
  words.textContent = what;
  place.replaceChildren(words);
}

// Shortcuts: <a data-shortcut="n">. A checkbox with data-shortcuts-switch turns them off on this device.
const SWITCHED_OFF = "portal-shortcuts-off";

function remembered() {
  try {
    return localStorage.getItem(SWITCHED_OFF) === "yes";
  } catch {
    return false; // storage may be refused; shortcuts then stay on until the page is left
  }
}

let off = remembered();

function readShortcuts() {
  const shortcutSwitch = document.querySelector("[data-shortcuts-switch]");
  if (shortcutSwitch) shortcutSwitch.checked = !off;
  for (const element of document.querySelectorAll("[data-shortcut]")) {
    element.toggleAttribute("aria-keyshortcuts", !off);
    if (!off) element.setAttribute("aria-keyshortcuts", element.dataset.shortcut);
  }
}

document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-shortcuts-switch]")) return;
  off = !event.target.checked;
  try {
    localStorage.setItem(SWITCHED_OFF, off ? "yes" : "no");
  } catch {
    // as above
  }
  readShortcuts();
});

function isTyping(element) {
  return element.isContentEditable || element.matches("textarea, select, input:not([type=checkbox], [type=radio], [type=submit], [type=button])");
}

document.addEventListener("keydown", (event) => {
  if (off || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  const element = [...document.querySelectorAll("[data-shortcut]")].find((one) => one.dataset.shortcut === event.key);
  if (!element) return;
  event.preventDefault();
  element.focus();
  if (element.matches("a, button, input[type=radio], input[type=checkbox], summary")) element.click();
});

readShortcuts();

// Uploads: <form data-upload data-largest="…" data-most="…">. What is too large is said before it is sent; then a bar
// shows how far it is. Without this the browser sends the form as any other.
const SENDING = "Do not close this page until it is done.";

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("form[data-upload]") || event.defaultPrevented) return;
  const files = [...form.querySelectorAll("input[type=file]")].flatMap((field) => [...field.files]);
  if (!files.length) return;
  event.preventDefault();
  const trouble = tooMuch(files, form.dataset);
  tellTrouble(trouble);
  if (trouble) return document.getElementById("portal-trouble").scrollIntoView({ block: "nearest" });
  if (form.getAttribute("aria-busy") !== "true") send(form, files);
});

function tooMuch(files, { largest, most }) {
  if (files.length > Number(most)) return `You chose ${files.length} files. Choose ${most} at most, and hand in the others afterwards.`;
  const large = files.filter((file) => file.size > Number(largest)).map((file) => `“${file.name}”`);
  return large.length ? `${large.join(" and ")} is larger than ${Math.floor(largest / 1048576)} MB, the most that one file may have.` : "";
}

function send(form, files) {
  const bar = uploadBar(form, files.length);
  const request = new XMLHttpRequest();
  request.open("POST", form.getAttribute("action"));
  request.upload.addEventListener("progress", ({ loaded, total, lengthComputable }) => {
    if (lengthComputable) bar.show(Math.floor((100 * loaded) / total));
  });
  request.addEventListener("load", () => (request.status >= 500 ? failed(bar, OURS) : arrived(request)));
  request.addEventListener("error", () => failed(bar, UNREACHED));
  form.setAttribute("aria-busy", "true");
  request.send(new FormData(form));
}

function uploadBar(form, count) {
  const place = document.createElement("div");
  place.className = "portal-upload";
  const label = document.createElement("label");
  const bar = document.createElement("progress");
  [bar.id, bar.max, bar.value, label.htmlFor] = ["portal-upload", 100, 0, "portal-upload"];
  place.append(label, bar);
  form.querySelector("button[type=submit], button:not([type])").before(place);
  let said = -1;
  const show = (percent) => {
    bar.value = percent;
    const words = percent < 100 ? `Sending ${count === 1 ? "the file" : `${count} files`}: ${percent}%. ${SENDING}` : "Received. The files are being kept.";
    label.textContent = words;
    if (Math.floor(percent / 25) === said) return; // read out at each quarter, not at each percent
    said = Math.floor(percent / 25);
    document.getElementById("portal-announcements").textContent = words;
  };
  show(0);
  return { show, remove: () => place.remove(), form };
}

function failed(bar, why) {
  bar.remove();
  bar.form.removeAttribute("aria-busy");
  tellTrouble(why);
  document.getElementById("portal-trouble").scrollIntoView({ block: "nearest" });
}

// Where it was taken, the browser goes on to the page it leads to; where it was not, the page says why.
function arrived(request) {
  const sent = new URL(request.responseURL);
  if (request.status < 400 && sent.pathname !== location.pathname) return location.assign(sent);
  const fresh = new DOMParser().parseFromString(request.responseText, "text/html");
  document.title = fresh.title;
  document.getElementById("main-content").replaceWith(document.importNode(fresh.getElementById("main-content"), true));
  startComponents();
  readShortcuts();
  window.scrollTo(0, 0);
  document.querySelector(".govuk-error-summary")?.focus();
}

// The clock of a paper: the whole minutes that are left by the server's own reckoning, with three polite notices.
const clock = document.querySelector(".portal-clock[data-left]");
if (clock) {
  const end = performance.now() + Number(clock.dataset.left) * 1000;
  const all = Number(clock.dataset.minutes);
  const notices = [Math.ceil(all / 2), 5, 1].filter((minutes) => minutes < all);
  let shown = Math.ceil(Number(clock.dataset.left) / 60);
  const tick = () => {
    const minutes = Math.max(0, Math.ceil((end - performance.now()) / 60000));
    if (minutes === shown) return;
    shown = minutes;
    clock.querySelector(".portal-clock__left").textContent = minutes === 1 ? "1 minute" : `${minutes} minutes`;
    if (notices.includes(minutes)) {
      document.getElementById("portal-announcements").textContent = minutes === 1 ? "1 minute left" : `${minutes} minutes left`;
    }
  };
  setInterval(tick, 1000);
}
