const place = document.querySelector("#swagger-ui");

// Swagger UI gives these elements no accessible name: each is understood only by what stands around it on the screen.
const operation = (element) => {
  const of = element.closest(".opblock");
  return `${of.querySelector(".opblock-summary-method").textContent} ${of.querySelector("[data-path]").dataset.path}`;
};
const names = {
  "tr[data-param-name] select": (select) => select.closest("tr").dataset.paramName,
  ".examples-select-element": () => "Example",
  "table[role=region]": (table) => `Responses of ${operation(table)}`,
};
const label = () => {
  for (const [selector, name] of Object.entries(names)) {
    for (const element of place.querySelectorAll(`:is(${selector}):not([aria-label])`)) {
      element.setAttribute("aria-label", name(element));
    }
  }
};
new MutationObserver(label).observe(place, { childList: true, subtree: true });

// With deep links, a link would stand inside of a button, where not everyone could reach it.
SwaggerUIBundle({ url: place.dataset.schema, domNode: place, deepLinking: false, defaultModelsExpandDepth: 0 });
