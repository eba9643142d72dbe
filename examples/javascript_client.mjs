// Try-on through a running service, with the npm package @fal-ai/client.
//
//   npm install @fal-ai/client
//   node javascript_client.mjs person.jpg shirt.png tops
//
// VESTURE is the address of the service, FAL_KEY a key when it asks for one.

import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { fal } from "@fal-ai/client";

const service = process.env.VESTURE ?? "http://127.0.0.1:8000";
fal.config({ proxyUrl: { url: `${service}/api/fal/proxy`, when: "always" } });

const [person, garment, category] = process.argv.slice(2);
const photo = async (path) => new File([await readFile(path)], basename(path));

let told = 0; // every update brings all lines of the log so far
const result = await fal.subscribe("fashn/tryon", {
  input: { model_image: await photo(person), garment_image: await photo(garment), category },
  logs: true,
  onQueueUpdate: (update) => {
    if (update.status !== "IN_PROGRESS") return;
    update.logs.slice(told).forEach((log) => console.log(log.message));
    told = update.logs.length;
  },
});
for (const image of result.data.images) console.log(image.url);
