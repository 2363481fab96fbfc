// What makes the pages quicker. Everything works without it.
(() => {
  "use strict";
  const root = document.documentElement, $ = (s, el = document) => el.querySelector(s);
  root.dataset.js = "on";

  // On a phone the section that is open may lie beyond the edge.
  for (const here of document.querySelectorAll(".sections [aria-current]")) {
    const row = here.closest(".sections");
    row.scrollLeft = here.offsetLeft - row.offsetLeft - (row.clientWidth - here.offsetWidth) / 2;
  }

  // Steppers: − and + around a decimal field, in whole steps of 1 or data-step.
  const step = (button) => {
    const box = button.closest("[data-stepper]"), input = $("input", box);
    const by = Number(box.dataset.stepper) || 1, min = Number(box.dataset.min) || 0;
    const now = Number(input.value.trim().replace(",", ".")) || 0, up = button.value === "+";
    const next = up ? Math.floor(now / by + 1e-9) * by + by : Math.ceil(now / by - 1e-9) * by - by;
    input.value = String(Math.round(Math.max(min, next) * 1000) / 1000).replace(".", root.lang === "fr" ? "," : ".");
    input.dispatchEvent(new Event("input", { bubbles: true }));
    input.dispatchEvent(new Event("change", { bubbles: true }));
  };

  // Copy the text of an element; the button says that it did.
  const keep = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      const area = document.createElement("textarea"); // plain http on a village network has no clipboard API
      area.value = text; document.body.append(area); area.select();
      const done = document.execCommand("copy");
      area.remove();
      return done;
    }
  };
  const copied = (button) => {
    const label = $("[data-label]", button) || button, was = label.textContent;
    if (label.textContent === button.dataset.done) return;
    label.textContent = button.dataset.done;
    setTimeout(() => { label.textContent = was; }, 2000);
  };
  const copy = async (button) => {
    const source = $(button.dataset.copy);
    if (!source) return;
    await keep("value" in source ? source.value : source.textContent.trim());
    copied(button);
  };

  // Share the same text with the phone's apps, where there are any.
  if (navigator.share) for (const button of document.querySelectorAll("[data-share]")) button.hidden = false;

  // A picture goes where texts go.
  const fetched = (address) => fetch(address).then((r) => r.blob());
  const shares = () => !!navigator.canShare && navigator.canShare({ files: [new File([""], "a.png", { type: "image/png" })] });
  for (const b of document.querySelectorAll("[data-picture]")) b.hidden = "hand" in b.dataset ? !shares() : !(window.ClipboardItem && navigator.clipboard);
  const picture = async (button) => {
    const address = button.dataset.picture;
    try {
      if ("hand" in button.dataset) await navigator.share({ files: [new File([await fetched(address)], address.split("/").pop(), { type: "image/png" })] });
      else { await navigator.clipboard.write([new ClipboardItem({ "image/png": fetched(address) })]); copied(button); }
    } catch (err) {
      if (err.name !== "AbortError") location.assign(address); // to be pressed or kept by hand
    }
  };

  // Send, and hand the text of the page that follows to the phone's apps, in one tap;
  // where there are none it is copied. Without this the page shows the same text.
  const hand = async (form) => {
    let to;
    try {
      const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) });
      if (!answer.ok) throw answer;
      to = new URL(answer.url);
      const said = $("#hand", new DOMParser().parseFromString(await answer.text(), "text/html"));
      if (said && navigator.share) await navigator.share({ text: said.value }).catch(async (err) => { if (err.name !== "AbortError" && await keep(said.value)) to.searchParams.set("copied", 1); });
      else if (said && await keep(said.value)) to.searchParams.set("copied", 1);
    } catch {
      if (!to) return form.submit(); // applied once, and the answer is seen
    }
    location.assign(to);
  };

  // A number that is filled in is typed over at once.
  document.addEventListener("focusin", (e) => { if (e.target.matches("input[inputmode=decimal]")) setTimeout(() => e.target === document.activeElement && e.target.select()); });

  document.addEventListener("click", (e) => {
    const button = e.target.closest("button");
    if (button && button.closest("[data-stepper]")) step(button);
    else if (button && button.dataset.copy) copy(button);
    else if (button && button.dataset.picture) picture(button);
    else if (button && button.dataset.share) navigator.share({ text: $(button.dataset.share).value }).catch(() => {});
    else if (button && "print" in button.dataset) window.print();
    for (const menu of document.querySelectorAll("details[data-menu][open]")) if (!menu.contains(e.target)) menu.open = false;
  });

  document.addEventListener("keydown", (e) => {
    if (e.key === "Escape") {
      const menu = $("details[data-menu][open]");
      if (menu) { menu.open = false; $("summary", menu).focus(); }
    }
    if (e.key !== "/" || e.ctrlKey || e.metaKey || e.altKey || e.target.closest("input,textarea,select,[contenteditable]")) return;
    const search = $("[data-search]");
    if (search) { e.preventDefault(); search.focus(); search.select(); }
  });

  // One press sends once. The server refuses a second copy anyway (client_id).
  document.addEventListener("submit", (e) => {
    const form = e.target;
    if (form.dataset.busy) return e.preventDefault();
    if (form.getAttribute("method") !== "post" || e.defaultPrevented) return;
    form.dataset.busy = "on";
    setTimeout(() => { delete form.dataset.busy; }, 8000);
    if ("hand" in form.dataset && !(e.submitter && e.submitter.hasAttribute("formaction"))) { e.preventDefault(); hand(form); }
  });
  addEventListener("pageshow", () => { for (const f of document.querySelectorAll("form[data-busy]")) delete f.dataset.busy; });

  // The line: say when it is gone and when it is back.
  const line = () => { const el = $("#line"); if (el) el.hidden = navigator.onLine; };
  addEventListener("offline", line); addEventListener("online", line); line();
  document.addEventListener("htmx:error", () => { const el = $("#line"); if (el) el.hidden = false; });
})();
