// Says once, politely, that the page is ready: after the last placeholder has been replaced, never for each of them.
"use strict";
let waiting = document.querySelector('[data-state="loading"]') !== null;
document.addEventListener("htmx:afterSettle", () => {
  if (!waiting || document.querySelector('[data-state="loading"]')) return;
  waiting = false;
  const status = document.getElementById("status");
  status.textContent = status.dataset.ready;
});
