// What people do with the client, word for word as its documentation shows it.
// Usage: node scenarios.js NAME '{"url", "person", "garment", "key"?}'; prints one JSON object.

import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { ApiError, ValidationError, createFalClient, fal } from "@fal-ai/client";

const [name, text] = process.argv.slice(2);
const given = JSON.parse(text);
const proxyUrl = { url: `${given.url}/api/fal/proxy`, when: "always" };
fal.config({ proxyUrl, ...(given.key && { credentials: given.key }) });

const TYPES = { png: "image/png", jpg: "image/jpeg" };
const typeOf = (path) => TYPES[path.split(".").at(-1)];
const readFileAsFile = async (path) => new File([await readFile(path)], basename(path), { type: typeOf(path) });
const readAsDataUri = async (path) => `data:${typeOf(path)};base64,${(await readFile(path)).toString("base64")}`;

async function readDataUris() {
  return {
    model_image: await readAsDataUri(given.person),
    garment_image: await readAsDataUri(given.garment),
    category: "tops",
  };
}

async function uploadBoth() {
  const [model_image, garment_image] = await Promise.all(
    [given.person, given.garment].map(async (path) => fal.storage.upload(await readFileAsFile(path))),
  );
  return { model_image, garment_image, category: "tops" };
}

async function failureOf(promise) {
  try {
    return { succeeded: await promise };
  } catch (error) {
    return {
      isApiError: error instanceof ApiError,
      isValidationError: error instanceof ValidationError,
      status: error.status,
      body: error.body,
      requestId: error.requestId,
      fieldErrors: error.fieldErrors,
    };
  }
}

const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

const SCENARIOS = {
  async subscribe() {
    const updates = [];
    const messages = [];
    const result = await fal.subscribe("fashn/tryon", {
      input: await uploadBoth(),
      logs: true,
      onQueueUpdate: (update) => {
        updates.push(update.status);
        if (update.status === "IN_PROGRESS") {
          update.logs.map((log) => log.message).forEach((message) => messages.push(message));
        }
      },
    });
    return { data: result.data, requestId: result.requestId, updates, messages };
  },

  async subscribeByStream() {
    const updates = [];
    const ids = [];
    const result = await fal.subscribe("fashn/tryon", {
      input: await readDataUris(),
      logs: true,
      mode: "streaming",
      onEnqueue: (id) => ids.push(id),
      onQueueUpdate: (update) => updates.push({ status: update.status, logs: update.logs?.map((log) => log.message) }),
    });
    return { data: result.data, requestId: result.requestId, updates, ids };
  },

  async streamPreviews() {
    const events = [];
    const stream = await fal.stream("fashn/tryon", {
      input: { ...(await readDataUris()), garment_photo_type: "flat-lay", timesteps: 4 },
    });
    for await (const event of stream) events.push(event);
    return { events, data: await stream.done(), requestId: stream.requestId };
  },

  async streamOfBadInput() {
    const stream = await fal.stream("fashn/tryon", { input: { ...(await readDataUris()), category: "hats" } });
    return failureOf(stream.done());
  },

  async versioned() {
    const { category, ...photos } = await readDataUris();
    const result = await fal.subscribe("fal-ai/fashn/tryon/v1.6", {
      input: { ...photos, mode: "performance", garment_photo_type: "flat-lay", num_samples: 1 },
      logs: true,
    });
    return { data: result.data, requestId: result.requestId };
  },

  async queue() {
    const { request_id } = await fal.queue.submit("fashn/tryon", { input: await readDataUris() });
    const early = await failureOf(fal.queue.result("fashn/tryon", { requestId: request_id }));
    const statuses = [];
    for (;;) {
      const status = await fal.queue.status("fashn/tryon", { requestId: request_id, logs: true });
      statuses.push(status);
      if (status.status === "COMPLETED") break;
      await sleep(100);
    }
    const result = await fal.queue.result("fashn/tryon", { requestId: request_id });
    return { request_id, early, statuses, data: result.data, requestId: result.requestId };
  },

  async upload() {
    const file = new File(["Hello, World!"], "hello.txt", { type: "text/plain" });
    const url = await fal.storage.upload(file);
    const answer = await fetch(url);
    return { url, text: await answer.text(), type: answer.headers.get("content-type") };
  },

  async uploadLarge() {
    const size = 91 * 1024 * 1024; // above this the client sends parts
    const url = await fal.storage.upload(new Blob([new Uint8Array(size).fill(7)], { type: "application/octet-stream" }));
    const bytes = new Uint8Array(await (await fetch(url)).arrayBuffer());
    return { size: bytes.length, expected: size, isSame: bytes.every((byte) => byte === 7) };
  },

  async fileAsInput() {
    const input = {
      model_image: await readFileAsFile(given.person),
      garment_image: await readFileAsFile(given.garment),
      category: "tops",
    };
    const result = await fal.subscribe("fashn/tryon", { input, storageSettings: { expiresIn: "1h" } });
    return { data: result.data };
  },

  async run() {
    const result = await fal.run("fashn/tryon", { input: await readDataUris() });
    return { data: result.data, requestId: result.requestId };
  },

  async withoutProxy() {
    const client = createFalClient({
      requestMiddleware: async (request) => ({
        ...request,
        url: request.url
          .replace("https://queue.fal.run", `${given.url}/queue`)
          .replace("https://fal.run", `${given.url}/run`)
          .replace("https://rest.fal.ai", `${given.url}/rest`),
      }),
    });
    const url = await client.storage.upload(await readFileAsFile(given.garment));
    const input = { ...(await readDataUris()), garment_image: url };
    const result = await client.subscribe("fashn/tryon", { input });
    return { data: result.data };
  },

  async cancel() {
    const input = await readDataUris();
    const submitted = [];
    for (let count = 0; count < 3; count += 1) submitted.push(await fal.queue.submit("fashn/tryon", { input }));
    const requestId = submitted.at(-1).request_id;
    await fal.queue.cancel("fashn/tryon", { requestId });
    const status = await fal.queue.status("fashn/tryon", { requestId });
    const result = await failureOf(fal.queue.result("fashn/tryon", { requestId }));
    const again = await failureOf(fal.queue.cancel("fashn/tryon", { requestId }));
    for (const { request_id } of submitted.slice(0, -1)) {
      await failureOf(fal.queue.cancel("fashn/tryon", { requestId: request_id }));
    }
    return { status, result, again };
  },

  async abort() {
    const controller = new AbortController();
    const subscribed = fal.subscribe("fashn/tryon", {
      input: await readDataUris(),
      abortSignal: controller.signal,
      onEnqueue: () => controller.abort(),
    });
    return subscribed.then(() => ({ isAborted: false }), (error) => ({ isAborted: true, name: error.name }));
  },

  async invalidInput() {
    const input = { model_image: 7, garment_image: "https://example.com/shirt.png", category: "hats" };
    return failureOf(fal.subscribe("fashn/tryon", { input }));
  },

  async noInput() {
    return failureOf(fal.subscribe("fashn/tryon", {}));
  },

  async unknownRequest() {
    const requestId = "764cabcf-b745-4b3e-ae38-1200304cf45b";
    return {
      status: await failureOf(fal.queue.status("fashn/tryon", { requestId })),
      result: await failureOf(fal.queue.result("fashn/tryon", { requestId })),
      cancel: await failureOf(fal.queue.cancel("fashn/tryon", { requestId })),
    };
  },

  async unknownApp() {
    return failureOf(fal.queue.submit("fashn/other", { input: {} }));
  },

  async credentials() {
    const { key, ...rest } = given;
    const wrong = createFalClient({ proxyUrl, credentials: "wrong:key" });
    const none = createFalClient({ proxyUrl, credentials: () => undefined });
    return {
      right: await failureOf(fal.queue.submit("fashn/tryon", { input: {} })),
      wrong: await failureOf(wrong.queue.submit("fashn/tryon", { input: {} })),
      none: await failureOf(none.queue.submit("fashn/tryon", { input: {} })),
    };
  },
};

console.log(JSON.stringify(await SCENARIOS[name]()));
