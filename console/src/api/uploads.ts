import { keepPreviousData, queryOptions } from "@tanstack/react-query";

import { answer, api } from "./client";
import { Refusal, unreachable, unreadable } from "./refusal";
import type { Script } from "./types";

export const scripts = {
  one: (scriptId: string) =>
    queryOptions({
      queryKey: ["scripts", scriptId],
      queryFn: ({ signal }) => answer(api.GET("/api/v1/scripts/{scriptId}", { params: { path: { scriptId } }, signal })),
      staleTime: Infinity,
    }),

  file: (scriptId: string, path: string) =>
    queryOptions({
      queryKey: ["scripts", scriptId, path],
      queryFn: ({ signal }) =>
        answer(api.GET("/api/v1/scripts/{scriptId}/files/{path}", { params: { path: { scriptId, path } }, signal })),
      staleTime: Infinity,
      // An edit makes another script; until its file is read, the editor keeps the one before.
      placeholderData: keepPreviousData,
    }),
};

/** Answers the script in which the file holds this text. */
export async function putScriptFile(scriptId: string, path: string, text: string): Promise<Script> {
  const params = { path: { scriptId, path } };
  return answer(api.PUT("/api/v1/scripts/{scriptId}/files/{path}", { params, body: { text } }));
}

/** Of all bytes, between 0 and 1. */
export type Progress = (share: number) => void;

/** Announces the file, sends it straight to the store and answers the id under which a scenario may name it. */
export async function upload(file: File, progress: Progress, signal: AbortSignal): Promise<string> {
  const body = { fileName: file.name, size: file.size, sha256: await sha256(file) };
  const announced = await answer(api.POST("/api/v1/uploads", { body, signal }));
  await send(file, announced, progress, signal);
  return announced.scriptId;
}

export async function sha256(file: Blob): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

interface Announced {
  url: string;
  method: string;
  headers: Record<string, string>;
}

/** The browser sets these itself, and lets nobody else. */
const SET_BY_BROWSER = new Set(["host", "content-length"]);

/** `fetch` does not tell how far an upload is, so this is the older way. */
function send(file: File, { url, method, headers }: Announced, progress: Progress, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(method, url);
    for (const [name, value] of Object.entries(headers)) {
      if (!SET_BY_BROWSER.has(name.toLowerCase())) request.setRequestHeader(name, value);
    }
    request.upload.onprogress = ({ loaded, total }) => progress(total > 0 ? loaded / total : 1);
    request.onload = () => (request.status < 300 ? resolve() : reject(refused(request)));
    request.onerror = () => reject(unreachable(request.statusText));
    request.onabort = () => reject(signal.reason as Error);
    signal.addEventListener("abort", () => request.abort(), { once: true });
    request.send(file);
  });
}

function refused(request: XMLHttpRequest): Refusal {
  return unreadable(request.status);
}
