// What is not the expected part of a page is told beside the form, and replaces nothing: a proxy's error page, a
// sign-in page or a refusal would take the form with it, and the file that was chosen.
const SAID = {
  0: "The service cannot be reached. Your file is still chosen: check the connection, then press the button again.",
  413: "The file is larger than the way to this service lets through (status 413). Compress it with gzip, or ask the people who run the service for a higher limit.",
  429: "That was too often. Wait a minute, then press the button again.",
  502: "The service is not there right now (status 502). Your file is still chosen: try again in a minute.",
  503: "The service cannot work right now (status 503). Nothing was stored, and your file is still chosen: try again in a minute.",
  504: "The service took too long to answer (status 504). Your file is still chosen: try again in a minute.",
};
const RENEWED = "The form was open for too long, or you logged in or out in another tab. It is up to date again, and your file is still chosen: press the button once more.";
const LOGGED_OUT = "You are logged out. Log in in another tab, then come back here and press the button again; your file is still chosen. ";
const TRY_AGAIN_MS = 5000;

document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, requestConfig, serverResponse, target } = event.detail;
  if (xhr.status === 204) return;
  const asker = requestConfig.elt;
  const part = asker.id === "upload" ? "upload" : target.id;
  const answer = new DOMParser().parseFromString(serverResponse, "text/html");
  if (answer.getElementById(part)) {
    if (asker.id === "progress") tell("");
    return;
  }
  event.detail.shouldSwap = false;
  event.detail.isError = false;
  trouble(asker, xhr.status, answer);
});

for (const name of ["htmx:sendError", "htmx:sendAbort", "htmx:timeout"]) {
  document.addEventListener(name, (event) => trouble(event.detail.requestConfig.elt, 0));
}

document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.detail.elt.id === "upload") tell("");
});

document.addEventListener("htmx:afterRequest", (event) => {
  const sending = document.querySelector("#sending");
  if (sending && event.detail.elt.id === "upload") sending.hidden = true;
});

function trouble(asker, status, answer) {
  if (asker.id === "upload") return refused(status, answer);
  // A part of a page that is asked for again and again: whoever was logged out is led to the log-in by a reload. After
  // a 429 a reload would be refused as well, and the page gone.
  if (status > 0 && status < 500 && status !== 429) return window.location.reload();
  tell(`${status === 429 ? "You or your pages asked very often just now." : "The service does not answer right now."} This page keeps asking.`);
  if (asker.id === "progress") setTimeout(() => htmx.trigger(asker, "again"), TRY_AGAIN_MS);
}

async function refused(status, answer) {
  if (status === 403 || (status >= 200 && status < 400)) return renew();
  const title = answer?.querySelector("main h1")?.textContent;
  const why = answer?.querySelector("main .line")?.textContent;
  tell(SAID[status] ?? (title && why ? `${title}. ${why}` : `The service gave no usable answer (status ${status}). Your file is still chosen: try again.`));
}

// A form is good for one log-in: after another one its hidden token has to be replaced.
async function renew() {
  const field = "#upload [name=csrfmiddlewaretoken]";
  try {
    const page = await fetch(window.location.href, { headers: { Accept: "text/html" } });
    const token = new DOMParser().parseFromString(await page.text(), "text/html").querySelector(field);
    if (!token) return tell(LOGGED_OUT, page.url);
    document.querySelector(field).value = token.value;
    tell(RENEWED);
  } catch {
    tell(SAID[0]);
  }
}

function tell(words, link) {
  const place = document.querySelector("#trouble");
  if (!place) return;
  place.textContent = words;
  place.hidden = !words;
  if (link) place.append(Object.assign(document.createElement("a"), { href: link, target: "_blank", textContent: "Log in" }));
  place.scrollIntoView({ block: "nearest" });
}
