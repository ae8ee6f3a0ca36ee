import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

import { en } from "./en";
import { es } from "./es";
import { Format } from "./format";
import { preferredLanguage } from "./language";
import { localeOf } from "./locale";
import { sayEvent, sayField, sayRefusal } from "./said";

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
const SAME = /^\.(estimate\.(quotaNames\.vCPU|units\.GB)|compare\.base$|common\.(product|none)|metric\.p|phase\.(setup|teardown)|trigger\.api|editor\.(url|vcpu|gb|vcpus|workers|planTimes|total)|run\.(cpu|worker|workerN|tabWorkers)|runs\.p95|scenarios\.p95|scenario\.(script|workers))/;

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

  it("have the words of the text editor", () => {
    const said = ["search", "language", "view"].flatMap((name) => {
      const source = readFileSync(`node_modules/@codemirror/${name}/dist/index.js`, "utf8");
      return [...source.matchAll(/phrase\((?:view, )?"([^"]+)"/g)].map(([, phrase = ""]) => phrase);
    });
    expect(said.length).toBeGreaterThan(15);
    expect(said.filter((phrase) => !(phrase in es.editor.phrases))).toEqual([]);
  });

  it("have no message that no page shows", () => {
    const sources = readdirSync("src", { recursive: true, encoding: "utf8" })
      .filter((name) => /\.tsx?$/.test(name) && !name.includes("i18n/") && !name.includes(".test."))
      .map((name) => readFileSync(`src/${name}`, "utf8"))
      .join("\n");
    // These are looked up by a value of the API or of a setting.
    const byValue = /^\.(language$|status\.|stage\.|stageState\.|trigger\.|workerState\.|metric\.|pricedItem\.|phase\.|editor\.phrases\.|estimate\.(quotaNames|units)\.|regions\.field(Hint)?\.|top\.(light|dark|system|role)|run\.validity\.|compare\.(better|worse)$|runs\.(passed|failed))/;
    const unused = english.map(([key]) => key).filter((key) => !byValue.test(key) && !sources.includes(`messages${key}`));
    expect(unused).toEqual([]);
  });
});

/** Sentences whose values are lists, or are said in other words themselves. */
const OTHER_VALUES = /^(QUOTAS_SHORT|NOT_ALL_UPLOADED|TOO_FEW_DELIVERED|RESULTS_WITHOUT|NO_SUCH|RUN_.*)$/;

describe("what the server says", () => {
  const crates = "../crates";
  const sources = readdirSync(crates, { recursive: true, encoding: "utf8" })
    .filter((name) => name.includes("/src/") && name.endsWith(".rs"))
    .map((name) => readFileSync(`${crates}/${name}`, "utf8"));
  const found = (...patterns: RegExp[]) =>
    new Set(patterns.flatMap((pattern) => sources.flatMap((text) => [...text.matchAll(pattern)].map(([, code = ""]) => code))));

  it("has Spanish words for every sentence, and none for others", () => {
    const codes = found(/said!\(\s*"([A-Z0-9_]+)"/g, /parsed_as(?:::<\w+>)?\("([A-Z0-9_]+)"/g);
    expect(codes.size).toBeGreaterThan(150);
    expect(Object.keys(es.said.words).sort()).toEqual([...codes].sort());
  });

  it("has a Spanish name for every refusal, every warning and every reason", () => {
    const warnings = found(
      /(?:Warning|ValidityReason)::new\(\s*"([A-Z_]+)"/g,
      /warned\(\s*"([A-Z_]+)"/g,
      /const ([A-Z_]+): &str = "\1"/g,
    );
    const document = JSON.parse(readFileSync(`${crates}/api/openapi.json`, "utf8")) as {
      components: { schemas: Record<"Code" | "ReasonCode", { enum: string[] }> };
    };
    const { Code: refusals, ReasonCode: { enum: reasons } } = document.components.schemas;
    expect(warnings.size).toBeGreaterThan(8);
    expect(reasons.length).toBeGreaterThan(8);
    expect([...refusals.enum, ...warnings, ...reasons].filter((code) => !(code in es.said.event))).toEqual([]);
  });

  it("names in Spanish every value that the server names", () => {
    const sentence = /said!\(\s*"([A-Z0-9_]+)",\s*"((?:[^"\\]|\\[^])*)"/g;
    for (const [, code = "", detail = ""] of sources.flatMap((text) => [...text.matchAll(sentence)])) {
      if (OTHER_VALUES.test(code)) continue;
      const values = Array.from(detail.matchAll(/\{(?::\?)?\}/g), (_, i) => `value${i}`);
      const isWhole = (said = "") => values.every((value) => said.includes(value));
      // What is said about a file has the file before its values.
      const [alone, about] = [values, ["plan.jmx", ...values]].map((all) => es.said.words[code]?.(...all));
      expect(isWhole(alone) || isWhole(about), code).toBe(true);
    }
  });

  it("is said with its values, and as the server says it where there are no words", () => {
    const problem = { pointer: "/name", detail: "must have between 3 and 255 characters", code: "WRONG_LENGTH", values: ["3", "255"] };
    expect(sayField(problem, es)).toBe("debe tener entre 3 y 255 caracteres");
    expect(sayField(problem, en)).toBe(problem.detail);
    expect(sayField({ ...problem, code: "OF_TOMORROW" }, es)).toBe(problem.detail);
    expect(sayEvent({ code: "WORKERS_LOST", detail: "2 of 4" }, es)).toBe("Se perdieron workers (2 of 4).");
  });

  it("is said of a refusal in particular, and in general where there are no words for that", () => {
    const refusal = { code: "NOT_FOUND", detail: "there is no such scenario", words: "NO_SUCH", values: ["scenario"] };
    expect(sayRefusal(refusal, es)).toBe("no existe ese escenario");
    expect(sayRefusal(refusal, en)).toBe(refusal.detail);
    expect(sayRefusal({ code: "NOT_FOUND", detail: "there is no such route" }, es)).toBe("Aquí no hay nada.");
    const nested = { words: "SCRIPT_UNREADABLE", values: ["ARCHIVE_NO_PLAN"], detail: "the script cannot be read: …" };
    expect(sayRefusal({ code: "NOT_FOUND", ...nested }, es)).toBe(
      "el script no se puede leer: el archivo comprimido no tiene ningún .jmx",
    );
  });

  it("is said without the marks of the server's text", () => {
    const problem = { pointer: "/shape", detail: "use the shape `script` to run `Group` as it is" };
    expect(sayField(problem, en)).toBe("use the shape script to run Group as it is");
    const reason = { code: "CANCELLED", words: "CANCELLED_BY", values: ["person:ana"], detail: "cancelled by person:ana" };
    expect(sayEvent(reason, en)).toBe("cancelled by ana");
    expect(sayEvent(reason, es)).toBe("Alguien canceló la ejecución (la canceló ana).");
  });

  it("is said to its end where one sentence holds others", () => {
    const lost = ["7", "us-east-1", "2", "ENGINE_DIED_UNDER_LOAD", "OutOfMemoryError", "9", "sa-east-1", "2", "", "Spot", "8", "us-east-1", "1", "NOT_HEARD_AGAIN"];
    const words = { words: "RESULTS_WITHOUT", values: ["1", ...lost], detail: "the results are without …" };
    expect(sayEvent({ code: "WORKERS_LOST", ...words }, es)).toBe(
      "Se perdieron workers (los resultados no incluyen: worker 7 en us-east-1 (el motor murió durante la carga: «OutOfMemoryError»); " +
        "worker 9 en sa-east-1 (Spot); worker 8 en us-east-1 (no se volvió a saber de él); y 1 más).",
    );
    expect(sayEvent({ code: "X", words: "RESULTS_WITHOUT", values: [], detail: "as it is" }, en)).toBe("as it is");
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

describe("the locale", () => {
  it.each([
    ["es", ["en-US", "es-CO", "es-MX"], "es-CO"],
    ["es", ["en-US"], "es"],
    ["en", ["en-US@posix", "en-GB"], "en-GB"],
  ])("of %s in a browser of %j is %s", (language, browser, locale) => {
    expect(localeOf(language, browser)).toBe(locale);
  });

  it("says how figures and times of the day are written", () => {
    expect([new Format("es-CO"), new Format("es")].map((format) => format.integer(4_231))).toEqual(["4.231", "4231"]);
    const at = new Date(2026, 10, 23, 17, 4, 5).toISOString();
    expect(new Format("es-CO").instant(at)).toMatch(/ 5:04:05\u00a0p\.\u00a0m\.$/);
    expect(new Format("es-ES").instant(at)).toContain("17:04:05");
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
    expect([0, 0.000001, 0.00001, 0.995, 0.9997, 0.999999, 0.9999999, 1, 1.02].map((share) => plain(english.percent(share)))).toEqual([
      "0 %",
      "< 0.001 %",
      "0.001 %",
      "99.5 %",
      "99.97 %",
      "> 99.999 %",
      "> 99.999 %",
      "100 %",
      "102 %",
    ]);
    expect([0, 0.004, 1.234].map((value) => plain(english.dollars(value)))).toEqual(["$0.00", "< $0.01", "$1.23"]);
    expect([english, spanish].map((format) => plain(format.price(0.04048)))).toEqual(["$0.04048", "0,04048 US$"]);
    expect(plain(english.bytes(73_400_320))).toBe("73.4 MB");
    expect(plain(english.duration(3_723_000))).toBe("1 h 02 min 03 s");
    expect(plain(english.duration(59_400))).toBe("59 s");
    expect(plain(english.clock(3_723))).toBe("1:02:03");
    expect(plain(english.utc("2026-11-23T12:00:00.123Z"))).toBe("2026-11-23 12:00:00.123 UTC");
    expect(["9.821%", "1.5s", "250ms", "12.25/s", "1500", "1m30s"].map((text) => plain(spanish.measured(text)))).toEqual([
      "9,821 %",
      "1,5 s",
      "250 ms",
      "12,25/s",
      "1500",
      "1m30s",
    ]);
    const at = new Date(2026, 10, 23, 17, 4, 5, 67).toISOString();
    expect([english.time(at), spanish.time(at)]).toEqual(["17:04:05.067", "17:04:05,067"]);
    expect(english.zone("2026-11-23T12:00:00Z")).toMatch(/^[A-Z]+([+-]\d+(:\d+)?)?$/);
  });

  it("show a dash where there is none", () => {
    expect([english.ms(null), english.rate(undefined), english.integer(null), english.instant(null)]).toEqual(
      Array(4).fill("–"),
    );
  });
});
