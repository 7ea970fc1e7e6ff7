// Starts reveal.js, and opens the source behind a reference. Nothing here asks the network for anything.
if (/print-pdf/.test(location.search)) {
  for (const image of document.querySelectorAll("img[data-still]")) image.src = image.dataset.still;
}

Reveal.initialize({
  width: 1280,
  height: 720,
  margin: 0.02,
  center: false,
  hash: true,
  controlsTutorial: false,
  transition: "none",
  backgroundTransition: "none",
  scrollActivationWidth: null,
  pdfMaxPagesPerSlide: 1,
  pdfPageHeightOffset: 0,
  defaultTiming: document.querySelector("[data-timing]") ? 60 : null,
  keyboardCondition: () => !document.querySelector("dialog[open]"),
  plugins: [RevealNotes, RevealSearch, RevealZoom],
});

document.addEventListener("click", (event) => {
  const chip = event.target.closest("[data-opens]");
  if (chip) document.getElementById(chip.dataset.opens).showModal();
  if (event.target.matches("dialog, dialog .close")) event.target.closest("dialog").close();
});

// The keys belong to the slides again when a source is closed.
for (const dialog of document.querySelectorAll("dialog")) {
  dialog.addEventListener("close", () => document.activeElement?.blur());
}
