import type { CDPSession } from "playwright-core";

interface Answer {
  id: number;
  result?: { usedSize: number };
}

/** The heap of a page's workers, which the page's own counters leave out. */
export class WorkerHeap {
  readonly #devtools: CDPSession;
  readonly #sessions = new Set<string>();
  readonly #waiting = new Map<number, (mb: number) => void>();
  #asked = 0;

  private constructor(devtools: CDPSession) {
    this.#devtools = devtools;
    devtools.on("Target.attachedToTarget", ({ sessionId }) => this.#sessions.add(sessionId));
    devtools.on("Target.detachedFromTarget", ({ sessionId }) => this.#sessions.delete(sessionId));
    devtools.on("Target.receivedMessageFromTarget", ({ message }) => {
      const { id, result } = JSON.parse(message) as Answer;
      this.#waiting.get(id)?.((result?.usedSize ?? NaN) / 1e6);
      this.#waiting.delete(id);
    });
  }

  /** To be called before the page starts its workers. */
  static async watch(devtools: CDPSession): Promise<WorkerHeap> {
    const heap = new WorkerHeap(devtools);
    await devtools.send("Target.setAutoAttach", { autoAttach: true, waitForDebuggerOnStart: false, flatten: false });
    return heap;
  }

  async mb(): Promise<number> {
    const used = [...this.#sessions].map((sessionId) => this.#used(sessionId));
    return (await Promise.all(used)).reduce((sum, mb) => sum + mb, 0);
  }

  async #used(sessionId: string): Promise<number> {
    const id = (this.#asked += 1);
    const answered = new Promise<number>((resolve) => this.#waiting.set(id, resolve));
    await this.#devtools.send("Target.sendMessageToTarget", { sessionId, message: JSON.stringify({ id, method: "Runtime.getHeapUsage" }) });
    return answered;
  }
}
