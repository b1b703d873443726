const place = document.querySelector("#swagger-ui");

// Swagger UI leaves these choices without a name for those who do not see the table around them.
const name = (select) => select.setAttribute("aria-label", select.closest("tr").dataset.paramName);
const unnamed = "tr[data-param-name] select:not([aria-label])";
new MutationObserver(() => place.querySelectorAll(unnamed).forEach(name)).observe(place, { childList: true, subtree: true });

// With deep links, a link would stand inside of a button, where not everyone could reach it.
SwaggerUIBundle({ url: place.dataset.schema, domNode: place, deepLinking: false, defaultModelsExpandDepth: 0 });
