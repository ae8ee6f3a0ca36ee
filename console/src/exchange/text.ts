import type { Exchange } from "../api/types";

type Body = Exchange["request"]["body"];
type Header = Exchange["request"]["headers"][number];

/** What was sent, as a person writes it down: the line, the headers, the body. */
export function requestText({ request: { method, url, headers, body } }: Exchange): string {
  const line = [method, url].filter((part) => part !== null).join(" ");
  return message(line, headers, body);
}

export function responseText({ response: { code, message: words, headers, body } }: Exchange): string {
  return message(`${code} ${words}`.trim(), headers, body);
}

function message(line: string, headers: readonly Header[], body: Body): string {
  const head = [line, ...headers.map(({ name, value }) => `${name}: ${value}`)].filter((text) => text !== "");
  return body?.text ? `${head.join("\n")}\n\n${body.text}` : head.join("\n");
}

/** A JSON text with line breaks; null for any other, and where it is laid out already. */
export function pretty(text: string): string | null {
  if (!/^\s*[[{]/.test(text)) return null;
  try {
    const laidOut = indented(text);
    JSON.parse(text);
    return laidOut === text.trim() ? null : laidOut;
  } catch {
    return null;
  }
}

/** Only blanks between the tokens change: a number or a key that comes twice stays as it was sent. */
function indented(text: string): string {
  let out = "";
  let depth = 0;
  let isInString = false;
  const line = () => `\n${"  ".repeat(depth)}`;
  for (let i = 0; i < text.length; i += 1) {
    const character = text[i] ?? "";
    if (isInString) {
      out += character;
      if (character === "\\") out += text[(i += 1)] ?? "";
      else if (character === '"') isInString = false;
    } else if (character === '"') {
      isInString = true;
      out += character;
    } else if (character === "{" || character === "[") {
      const closing = /^\s*[}\]]/.exec(text.slice(i + 1, i + 200))?.[0];
      if (closing !== undefined) {
        out += character + closing.trim();
        i += closing.length;
      } else {
        depth += 1;
        out += character + line();
      }
    } else if (character === "}" || character === "]") {
      depth -= 1;
      out += line() + character;
    } else if (character === ",") {
      out += character + line();
    } else if (character === ":") {
      out += ": ";
    } else if (!/\s/.test(character)) {
      out += character;
    }
  }
  return out;
}
