// Small comforts. Everything works without them.
document.addEventListener("dragover", (event) => mark(event, true));
document.addEventListener("dragleave", (event) => mark(event, false));
document.addEventListener("drop", (event) => {
  mark(event, false);
  // A file that misses the field is meant for it all the same, and must not replace the page.
  const field = document.querySelector("#events");
  if (!field || event.target.type === "file" || !event.dataTransfer?.files.length) return;
  event.preventDefault();
  field.files = event.dataTransfer.files;
  field.focus();
});

function mark(event, over) {
  const box = document.querySelector(".drop");
  if (!box || !event.dataTransfer?.types.includes("Files")) return;
  box.classList.toggle("over", over);
  if (over && event.target.id !== "events") event.preventDefault();
}

document.addEventListener("htmx:xhr:progress", (event) => {
  const sending = document.querySelector("#sending");
  if (!sending || !event.detail.lengthComputable) return;
  sending.hidden = false;
  sending.querySelector("progress").value = event.detail.loaded / event.detail.total;
});

document.addEventListener("htmx:afterSwap", () => {
  const wrong = document.querySelector(".faults, [aria-invalid]");
  wrong?.scrollIntoView();
  // What was recognised is news: read out, and seen from its beginning.
  if (!wrong) document.querySelector("#seen-file")?.focus();
});

// A button with an address of its own asks for a file to keep: it is for the browser to fetch, and not for htmx.
document.addEventListener("submit", (event) => {
  if (event.submitter?.hasAttribute("formaction")) event.stopPropagation();
}, true);
