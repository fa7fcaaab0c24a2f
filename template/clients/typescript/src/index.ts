import createFetchClient, { type Client, type ClientOptions } from "openapi-fetch";
import type { paths } from "./schema.d.ts";

export type * from "./schema.d.ts";

/** Return a client whose methods know the paths, parameters and responses of the API. */
export function createClient(options: ClientOptions): Client<paths> {
  return createFetchClient<paths>(options);
}
