import type { ErrorGroup, Figures, Results, Run, Worker } from "../api/types";
import { scenarioFacts } from "../components/scenarioFacts";
import { requestText, responseText } from "../exchange/text";
import type { Messages } from "../i18n/en";
import { sayEvent } from "../i18n/said";
import type { Format } from "../i18n/format";
import type { Language } from "../i18n/language";
import type { Course } from "../live/course";
import { courseCharts } from "../run/courseCharts";
import { figureColumns } from "../run/figureColumns";
import type { Row } from "../run/FiguresTable";
import { resultTiles } from "../run/resultTiles";
import { sumsOf } from "../run/sums";
import { lineChart } from "./lineChart";
import { markup, Markup } from "./markup";
import { STYLE } from "./style";

export interface Reported {
  run: Run;
  results: Results;
  course: Course;
  workers: readonly Worker[];
}

export interface Reader {
  language: Language;
  messages: Messages;
  format: Format;
  /** When the report is made. */
  now: Date;
}

/** Nothing is fetched and no script runs, whatever a label or a message may say. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'";
const ALL = { label: null, region: null };

/** A run, or the window of it that the results are of, as one HTML file that opens without a network. */
export function report(reported: Reported, reader: Reader): string {
  const { run, results } = reported;
  const { language, messages, format, now } = reader;
  const title = messages.run.title(run.scenario.name);
  const page = markup`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · ${messages.common.product}</title>
<style>${new Markup(STYLE)}</style>
</head>
<body>
${header(reported, reader)}
<main>
${notices(run, results, messages)}
${tiles(results, reader)}
<section><h2>${messages.run.charts}</h2><div class="charts">${charts(reported, reader)}</div></section>
${criteria(results, reader)}
${figures(messages.run.tabLabels, messages.run.label, results.byLabel, reader, sumsOf(run.scenario, results, messages))}
${figures(messages.run.tabTransactions, messages.run.label, results.transactions, reader)}
${figures(messages.run.tabRegions, messages.run.region, results.byRegion, reader)}
${errors(results.errors, reader)}
${workers(reported.workers, reader)}
${scenario(run, reader)}
</main>
<footer><p>${messages.report.definitions}</p><p>${messages.report.made(format.utc(now.toISOString()), run.runId)}</p></footer>
</body>
</html>
`;
  return page.text;
}

function header({ run, results }: Reported, { messages, format }: Reader): Markup {
  const { window, verdict } = results;
  const passed = verdict.outcome === "passed";
  const ofWhole = window && ` (${messages.run.ofWhole})`;
  const part = window && messages.run.window(format.clock(window.fromMs / 1_000), format.clock(window.toMs / 1_000));
  return markup`<header>
<p class="product">${messages.common.product}</p>
<h1>${messages.run.title(run.scenario.name)} <span class="${passed ? "good" : "bad"}">${messages.run.verdict}: ${messages.runs[verdict.outcome]}${ofWhole}</span></h1>
<p>${messages.status[run.status]} · ${format.utc(results.startAt)} – ${format.utc(results.endedAt)} · ${format.duration(results.durationMs)}${part && markup` · <b>${part}</b>`}</p>
${part && markup`<p>${messages.run.windowOf}</p>`}
${run.note && markup`<p>${run.note}</p>`}
</header>`;
}

function notices(run: Run, { validity }: Results, messages: Messages): Markup {
  const texts = [
    ...(run.reason ? [sayEvent(run.reason, messages)] : []),
    ...(run.degraded ? [messages.run.degraded] : []),
    ...validity.reasons.map((reason) => `${messages.run.validity[validity.grade]}: ${sayEvent(reason, messages)}`),
    ...run.warnings.map((warning) => sayEvent(warning, messages)),
  ];
  return markup`${texts.map((text) => markup`<p class="notice">${text}</p>`)}`;
}

function tiles(results: Results, { messages, format }: Reader): Markup {
  const items = resultTiles(results, ALL, messages, format).map(
    ({ name, value, note }) => markup`<div><dt>${name}</dt><dd>${value}</dd>${note && markup`<dd class="note">${note}</dd>`}</div>`,
  );
  return markup`<dl class="tiles">${items}</dl>`;
}

function charts({ course, results }: Reported, { messages, format }: Reader): Markup[] {
  const { window, durationMs } = results;
  // Of the load alone: with what was answered after it, every target would seem to drop at the end.
  const points = course.points.filter(({ t }) => t * 1_000 < durationMs);
  const times = points.map(({ t }) => t);
  const span: [number, number] = window ? [window.fromMs / 1_000, window.toMs / 1_000] : [0, durationMs / 1_000];
  return courseCharts(points, messages, format).map((chart) =>
    lineChart({ ...chart, times, span, highest: messages.report.highest, format }),
  );
}

function criteria({ verdict, window }: Results, { messages, format }: Reader): Markup {
  const rows = verdict.criteria.map(({ label, metric, op, value, observed, passed }) => [
    named(`${label === "*" ? messages.run.allLabels : label}: ${messages.metric[metric]} ${op} ${format.measured(value)}`),
    observed === null ? messages.common.none : format.measured(observed),
    markup`<span class="${passed ? "good" : "bad"}">${passed ? messages.run.criterionPassed : messages.run.criterionFailed}</span>`,
  ]);
  const title = window ? `${messages.run.tabCriteria} (${messages.run.ofWhole})` : messages.run.tabCriteria;
  return table(title, [messages.run.criterion, messages.run.observed, messages.run.outcome], rows);
}

function figures(title: string, subject: string, groups: Record<string, Figures>, { messages, format }: Reader, sums: Row[] = []): Markup {
  const columns = figureColumns(messages, format);
  const most = Object.entries(groups).sort(([, a], [, b]) => b.requests - a.requests);
  const rows = [...sums, ...most.map(([name, of]): Row => ({ name, figures: of }))].map(({ name, hint, figures: of }) => [
    markup`${named(name)}${hint && markup`<div class="hint">${hint}</div>`}`,
    ...columns.map(({ value, show }) => show(value(of))),
  ]);
  return table(title, [subject, ...columns.map((column) => column.header)], rows);
}

function errors(groups: readonly ErrorGroup[], { messages, format }: Reader): Markup {
  const headers = [messages.run.count, messages.run.label, messages.run.code, messages.run.message, messages.run.first, messages.run.last];
  const rows = groups.map(({ count, label, code, message, assertion, firstAt, lastAt, samples: [sample] }) => [
    format.integer(count),
    named(label),
    named(code),
    markup`<div class="name">${[message, assertion].filter(Boolean).join(": ")}</div>${
      sample &&
      markup`<details><summary>${messages.run.exchange}</summary><h4>${messages.run.request}</h4><pre>${requestText(sample)}</pre><h4>${messages.run.response}</h4><pre>${responseText(sample)}</pre></details>`
    }`,
    format.utc(firstAt),
    format.utc(lastAt),
  ]);
  return table(messages.run.tabErrors, headers, rows);
}

function workers(list: readonly Worker[], { messages, format }: Reader): Markup {
  const headers = [messages.run.worker, messages.run.region, messages.run.state, messages.run.skew, messages.run.requests, messages.run.failures];
  const rows = list.map(({ worker, region, state, startSkewMs, requests, failures }) => [
    String(worker),
    region,
    messages.workerState[state],
    format.ms(startSkewMs),
    format.integer(requests),
    format.integer(failures),
  ]);
  return table(messages.run.tabWorkers, headers, rows);
}

function scenario(run: Run, { messages, format }: Reader): Markup {
  const facts = scenarioFacts(run.scenario, messages, format).filter(({ lines }) => lines.length > 0);
  return markup`<section><h2>${messages.run.tabScenario}</h2><dl class="facts">${facts.map(
    ({ name, lines }) => markup`<div><dt>${name}</dt>${lines.map((line) => markup`<dd>${line}</dd>`)}</div>`,
  )}</dl></section>`;
}

/** A cell with what somebody wrote, which may break anywhere; figures and their units do not. */
function named(text: string): Markup {
  return markup`<div class="name">${text}</div>`;
}

/** Nothing at all where there are no rows. */
function table(title: string, headers: string[], rows: (string | Markup)[][]): Markup {
  if (rows.length === 0) return markup``;
  return markup`<section><h2>${title}</h2><div class="scroll"><table>
<thead><tr>${headers.map((text) => markup`<th scope="col">${text}</th>`)}</tr></thead>
<tbody>${rows.map((cells) => markup`<tr>${cells.map((cell) => markup`<td>${cell}</td>`)}</tr>\n`)}</tbody>
</table></div></section>`;
}
