// The page: a client of the public API and of nothing else.
// Photos go as uploads, the request through the queue, progress comes from the status stream.

const ENDPOINT = "fashn/tryon";
const KEY_NAME = "vesture-key";
const NOTHING = { file: null, sample: null };

const element = (id) => document.getElementById(id);
const photos = { model_image: { ...NOTHING }, garment_image: { ...NOTHING } };
let running = null; // { controller, cancelUrl } while a request is under way

class ApiError extends Error {}

function credentials() {
  const key = element("key").value.trim();
  return key ? { Authorization: `Key ${key}` } : {};
}

async function call(url, options = {}) {
  const response = await fetch(url, { ...options, headers: { ...credentials(), ...options.headers } });
  if (!response.ok) throw new ApiError(await readError(response));
  return response;
}

async function callJson(url, body, signal) {
  const headers = { "content-type": "application/json" };
  const response = await call(url, { method: "POST", headers, body: JSON.stringify(body), signal });
  return response.json();
}

async function readError(response) {
  const body = await response.json().catch(() => ({}));
  if (Array.isArray(body.detail)) return body.detail.map((entry) => fieldText(entry)).join("\n");
  return body.detail || `The server answered ${response.status}.`;
}

function fieldText({ loc = [], msg }) {
  const names = { model_image: "Person", garment_image: "Garment", category: "Category" };
  const field = loc.at(-1);
  return field in names ? `${names[field]}: ${msg}` : msg;
}

// Answers name the server by its public address; the page asks the one that it came from.
function here(url) {
  const { pathname, search } = new URL(url, location.href);
  return pathname + search;
}

// Photos

function isReady() {
  return Object.values(photos).every((photo) => photo.file || photo.sample);
}

function showPhoto(section, url, name) {
  const image = section.querySelector(".drop img");
  if (image.src.startsWith("blob:")) URL.revokeObjectURL(image.src);
  image.src = url;
  image.alt = name;
  image.hidden = false;
  section.querySelector(".drop").classList.add("filled");
  section.querySelector(".hint").innerHTML = "<strong>Change</strong>";
  element("run").disabled = !isReady() || running !== null;
}

function pressSample(section, pressed) {
  for (const button of section.querySelectorAll(".samples button")) {
    button.setAttribute("aria-pressed", String(button === pressed));
  }
}

function chooseFile(section, file) {
  if (!file) return;
  if (!file.type.startsWith("image/")) {
    showError(`${file.name} is not a picture.`);
    return;
  }
  showError("");
  photos[section.dataset.field] = { ...NOTHING, file };
  pressSample(section, null);
  showPhoto(section, URL.createObjectURL(file), file.name);
}

function chooseSample(section, sample, button) {
  photos[section.dataset.field] = { ...NOTHING, sample };
  pressSample(section, button);
  showPhoto(section, sample.url, sample.title);
  if (sample.category) document.querySelector(`input[value="${sample.category}"]`).checked = true;
}

function preparePhoto(section, samples) {
  const drop = section.querySelector(".drop");
  const input = section.querySelector("input[type=file]");
  input.addEventListener("change", () => chooseFile(section, input.files[0]));
  for (const name of ["dragenter", "dragover"]) {
    drop.addEventListener(name, (event) => {
      event.preventDefault();
      drop.classList.add("over");
    });
  }
  drop.addEventListener("dragleave", () => drop.classList.remove("over"));
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    drop.classList.remove("over");
    chooseFile(section, event.dataTransfer.files[0]);
  });
  const list = section.querySelector(".samples");
  for (const sample of samples) {
    const button = document.createElement("button");
    button.type = "button";
    button.title = sample.title;
    button.setAttribute("aria-pressed", "false");
    const image = new Image();
    image.loading = "lazy";
    image.src = sample.url;
    image.alt = sample.title;
    button.append(image);
    button.addEventListener("click", () => chooseSample(section, sample, button));
    list.append(button);
  }
  list.hidden = samples.length === 0;
}

async function photoFile({ file, sample }, signal) {
  if (file) return file;
  const blob = await (await fetch(sample.url, { signal })).blob();
  return new File([blob], sample.url.split("/").at(-1), { type: blob.type });
}

async function upload(photo, signal) {
  const file = await photoFile(photo, signal);
  const wish = { content_type: file.type || "application/octet-stream", file_name: file.name };
  const target = await callJson("/rest/storage/upload/initiate?storage_type=fal-cdn-v3", wish, signal);
  const response = await fetch(here(target.upload_url), { method: "PUT", body: file, signal });
  if (!response.ok) throw new ApiError(await readError(response));
  return target.file_url;
}

// The request

async function tryOn(category, signal) {
  showState("Uploading the photos");
  const [model_image, garment_image] = await Promise.all([
    upload(photos.model_image, signal),
    upload(photos.garment_image, signal),
  ]);
  const request = await callJson(`/queue/${ENDPOINT}`, { model_image, garment_image, category }, signal);
  const path = `/queue/${ENDPOINT}/requests/${request.request_id}`;
  running.cancelUrl = `${path}/cancel`;
  let last = request;
  for await (const status of statuses(`${path}/status/stream?logs=1`, signal)) {
    last = status;
    showStatus(status);
  }
  const result = await (await call(path, { signal })).json();
  return { result, seconds: last.metrics?.inference_time };
}

async function* statuses(url, signal) {
  const response = await call(url, { signal });
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const blocks = (text + value).split("\n\n");
    text = blocks.pop();
    for (const block of blocks) {
      if (block.startsWith("data: ")) yield JSON.parse(block.slice("data: ".length));
    }
  }
}

function showStatus(status) {
  if (status.status === "IN_QUEUE") {
    const ahead = status.queue_position;
    showState(ahead ? `Waiting: ${ahead} ${ahead === 1 ? "request" : "requests"} ahead` : "Waiting for a worker");
  } else if (status.status === "IN_PROGRESS") {
    showState("Dressing the person");
  }
  if (status.preview) showPreview(status.preview);
  const log = element("log");
  for (const line of status.logs ?? []) {
    const item = document.createElement("li");
    item.textContent = line.message;
    log.append(item);
    log.scrollTop = log.scrollHeight;
  }
}

function showPreview({ images, step, steps }) {
  element("preview").src = here(images[0].url);
  element("preview").hidden = false;
  document.querySelector("progress").value = step / steps;
}

function showState(text) {
  element("progress").hidden = false;
  element("state").textContent = text;
}

function showError(text) {
  element("error").textContent = text;
  element("error").hidden = !text;
}

async function showResult({ result, seconds }) {
  const [image] = result.images;
  const before = document.querySelector('[data-field="model_image"] .drop img');
  element("before").src = before.src;
  element("after").src = here(image.url);
  await element("after").decode();
  element("download").href = here(image.url);
  element("download").download = image.file_name || "tryon.png";
  const time = seconds ? `, ${seconds.toFixed(1)} s` : "";
  element("facts").textContent = `${image.width} × ${image.height} pixels${time}`;
  element("result").hidden = false;
}

function goToResult() {
  element("result").focus({ preventScroll: true });
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  element("result").scrollIntoView({ behavior: calm ? "auto" : "smooth" });
}

function setRunning(value) {
  running = value;
  element("run").disabled = value !== null || !isReady();
  element("cancel").hidden = value === null;
  element("progress").hidden = value === null;
}

async function submit(event) {
  event.preventDefault();
  if (running || !isReady()) return;
  sessionStorage.setItem(KEY_NAME, element("key").value.trim());
  element("log").replaceChildren();
  element("preview").hidden = true;
  document.querySelector("progress").removeAttribute("value");
  element("result").hidden = true;
  showError("");
  const controller = new AbortController();
  setRunning({ controller, cancelUrl: null });
  try {
    const category = new FormData(event.target).get("category");
    await showResult(await tryOn(category, controller.signal));
  } catch (error) {
    if (!controller.signal.aborted) {
      if (!(error instanceof ApiError)) console.error(error);
      showError(error instanceof ApiError ? error.message : "The server could not be reached. Try again.");
    }
  } finally {
    setRunning(null);
  }
  if (!element("result").hidden) goToResult();
}

function cancel() {
  const { controller, cancelUrl } = running;
  if (cancelUrl) call(cancelUrl, { method: "PUT" }).catch(() => {}); // it may have ended just now
  controller.abort();
}

async function start() {
  element("key").value = sessionStorage.getItem(KEY_NAME) ?? "";
  element("try-on").addEventListener("submit", submit);
  element("cancel").addEventListener("click", cancel);
  for (const name of ["dragover", "drop"]) {
    window.addEventListener(name, (event) => event.preventDefault()); // a missed drop must not leave the page
  }
  const about = await (await fetch("/playground/about")).json();
  document.querySelector(".key").hidden = !about.keys_required;
  for (const section of document.querySelectorAll(".photo")) {
    const kind = section.dataset.field === "model_image" ? "person" : "garment";
    preparePhoto(section, about.samples.filter((sample) => sample.kind === kind));
  }
  document.body.dataset.ready = "true";
}

start();
