import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

import { en } from "./en";
import { es } from "./es";
import { Format } from "./format";
import { preferredLanguage } from "./language";
import { sayEvent, sayField } from "./said";

type Leaf = string | ((...parts: never[]) => string);

function leaves(node: object, path = ""): [string, Leaf][] {
  // What the server says has a check of its own.
  const { said: _, ...own } = node as { said?: unknown };
  return Object.entries(own).flatMap(([key, value]: [string, unknown]) =>
    typeof value === "object" && value !== null
      ? leaves(value, `${path}.${key}`)
      : [[`${path}.${key}`, value as Leaf] as [string, Leaf]],
  );
}

/** What is the same word in both languages. */
const SAME = /^\.(common\.(product|none)|metric\.p|phase\.(setup|teardown)|trigger\.api|editor\.(url|vcpu|gb|vcpus|workers|planTimes|total)|run\.(cpu|worker|workerN|tabWorkers)|runs\.p95|scenarios\.p95|scenario\.(script|workers))/;

describe("the catalogues", () => {
  const [english, spanish] = [leaves(en), new Map(leaves(es))];

  it("have the same keys", () => {
    expect([...spanish.keys()].sort()).toEqual(english.map(([key]) => key).sort());
  });

  it("say everything in both languages, and not in English twice", () => {
    for (const [key, text] of english) {
      const other = spanish.get(key);
      expect(typeof other, key).toBe(typeof text);
      if (typeof text === "function") {
        const say = (leaf: Leaf | undefined) => (leaf as (...parts: unknown[]) => string)("X", "Y", "Z");
        expect(say(other), key).toContain("X");
        if (!SAME.test(key) && !key.endsWith(".window")) expect(say(other), key).not.toBe(say(text));
      } else {
        expect(text.trim(), key).not.toBe("");
        if (!SAME.test(key)) expect(other, key).not.toBe(text);
      }
    }
  });

  it("have no message that no page shows", () => {
    const sources = readdirSync("src", { recursive: true, encoding: "utf8" })
      .filter((name) => /\.tsx?$/.test(name) && !name.includes("i18n/") && !name.includes(".test."))
      .map((name) => readFileSync(`src/${name}`, "utf8"))
      .join("\n");
    // These are looked up by a value of the API or of a setting.
    const byValue = /^\.(language$|status\.|stage\.|trigger\.|workerState\.|metric\.|pricedItem\.|phase\.|regions\.field(Hint)?\.|top\.(light|dark|system|role)|run\.validity\.|compare\.(better|worse)$|runs\.(passed|failed))/;
    const unused = english.map(([key]) => key).filter((key) => !byValue.test(key) && !sources.includes(`messages${key}`));
    expect(unused).toEqual([]);
  });
});

describe("what the server says", () => {
  const crates = "../crates";
  const sources = readdirSync(crates, { recursive: true, encoding: "utf8" })
    .filter((name) => name.includes("/src/") && name.endsWith(".rs"))
    .map((name) => readFileSync(`${crates}/${name}`, "utf8"));
  const codes = new Set(sources.flatMap((text) => [...text.matchAll(/said!\(\s*"([A-Z_]+)"/g)].map(([, code = ""]) => code)));

  it("of a field has Spanish words for every code, and none for others", () => {
    expect(codes.size).toBeGreaterThan(30);
    // Durations are read by their own type.
    expect(Object.keys(es.said.field).sort()).toEqual([...codes, "NOT_DURATION"].sort());
  });

  it("is said with its values, and as the server says it where there are no words", () => {
    const problem = { pointer: "/name", detail: "must have between 3 and 255 characters", code: "WRONG_LENGTH", values: ["3", "255"] };
    expect(sayField(problem, es)).toBe("debe tener entre 3 y 255 caracteres");
    expect(sayField(problem, en)).toBe(problem.detail);
    expect(sayField({ ...problem, code: "OF_TOMORROW" }, es)).toBe(problem.detail);
    expect(sayEvent({ code: "WORKERS_LOST", detail: "2 of 4" }, es)).toBe("Se perdieron workers. (2 of 4)");
  });
});

describe("the language", () => {
  it.each([
    ["es", ["en-GB"], "es"],
    [null, ["fr", "es-CO", "en"], "es"],
    [null, ["en-US", "es"], "en"],
    ["xx", ["pt"], "en"],
  ])("kept as %s with a browser of %j is %s", (kept, browser, language) => {
    expect(preferredLanguage(kept, browser)).toBe(language);
  });
});

describe("figures", () => {
  const [english, spanish] = [new Format("en"), new Format("es")];

  const plain = (text: string) => text.replaceAll("\u00a0", " ");

  it("carry their units, as the reader's language writes them", () => {
    expect(plain(english.ms(12.345))).toBe("12.3 ms");
    expect(plain(spanish.ms(12.345))).toBe("12,3 ms");
    expect(plain(english.ms(1_234))).toBe("1.23 s");
    expect(plain(english.rate(363.636))).toBe("364/s");
    expect(plain(english.percent(0.00083))).toBe("0.083 %");
    expect(plain(english.percent(1))).toBe("100 %");
    expect([0, 0.004, 1.234].map((value) => plain(english.dollars(value)))).toEqual(["$0.00", "< $0.01", "$1.23"]);
    expect(plain(english.bytes(73_400_320))).toBe("73.4 MB");
    expect(plain(english.duration(3_723_000))).toBe("1 h 02 min 03 s");
    expect(plain(english.duration(59_400))).toBe("59 s");
    expect(plain(english.clock(3_723))).toBe("1:02:03");
    expect(plain(english.utc("2026-11-23T12:00:00.123Z"))).toBe("2026-11-23 12:00:00.123 UTC");
  });

  it("show a dash where there is none", () => {
    expect([english.ms(null), english.rate(undefined), english.integer(null), english.instant(null)]).toEqual(
      Array(4).fill("–"),
    );
  });
});
