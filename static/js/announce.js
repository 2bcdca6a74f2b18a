// The page's one voice: the server's answer to what a person did, and once, that the page is ready (after the last
// placeholder has been replaced, never for each of them). What is fetched by itself says nothing.
"use strict";
const say = (words) => {
  const status = document.getElementById("status");
  status.textContent = "";
  requestAnimationFrame(() => { status.textContent = words; });   // the same words twice are two messages
};
let waiting = document.querySelector('[data-state="loading"]') !== null;
document.addEventListener("htmx:afterSettle", () => {
  if (!waiting || document.querySelector('[data-state="loading"]')) return;
  waiting = false;
  say(document.getElementById("status").dataset.ready);
});
document.addEventListener("announce", (event) => say(event.detail.value));
document.addEventListener("htmx:beforeRequest", (event) => event.detail.target.setAttribute("aria-busy", "true"));
document.addEventListener("htmx:afterRequest", (event) => event.detail.target.removeAttribute("aria-busy"));
