import { DARK, LIGHT, type Tone } from "../charts/palette";

const tones = (palette: Record<Tone, string>) =>
  Object.entries(palette).map(([tone, colour]) => `--${tone}:${colour};`).join("");

const strokes = Object.keys(LIGHT).map((tone) => `path.tone-${tone}{stroke:var(--${tone})}i.tone-${tone}{background:var(--${tone})}`).join("");

/** The style sheet of a report; fit for paper too. */
export const STYLE = `
:root{color-scheme:light dark;--text:#0f141a;--quiet:#424650;--page:#fff;--card:#f6f6f9;--edge:#c6c6cd;--good:#00802f;--bad:#db0000;${tones(LIGHT)}}
@media (prefers-color-scheme:dark){:root{--text:#ebebf0;--quiet:#c6c6cd;--page:#161d26;--card:#1b232d;--edge:#424650;--good:#2bb534;--bad:#ff7a7a;${tones(DARK)}}}
body{background:var(--page);color:var(--text);font:14px/1.45 "Open Sans","Helvetica Neue",Roboto,Arial,sans-serif;margin:0 auto;max-width:1320px;overflow-wrap:break-word;padding:16px 24px}
h1{font-size:24px;margin:4px 0}h2{font-size:18px;margin:28px 0 8px}h4{margin:8px 0 2px}p{margin:4px 0}
.product{color:var(--quiet);font-weight:700;letter-spacing:.06em;text-transform:uppercase}
.good,.bad{font-weight:700}.good{color:var(--good)}.bad{color:var(--bad)}
.notice{background:var(--card);border-inline-start:4px solid #b1590d;margin:8px 0;padding:8px 12px}
.tiles,.facts{display:grid;gap:16px;grid-template-columns:repeat(auto-fill,minmax(180px,1fr));margin:16px 0}
.tiles>div,.facts>div{border-inline-start:1px solid var(--edge);padding-inline-start:12px}
dt{color:var(--quiet);font-weight:700}dd{margin:0}.tiles dd{font-size:26px}.tiles .note{color:var(--quiet);font-size:12px}
.charts{display:grid;gap:16px;grid-template-columns:repeat(auto-fit,minmax(min(100%,480px),1fr))}
figure{break-inside:avoid;margin:0}figcaption{font-weight:700}svg{display:block;height:auto;width:100%}
svg text{fill:var(--quiet);font-size:11px}.grid{stroke:var(--grid)}.line{fill:none;stroke-linecap:round;stroke-linejoin:round;stroke-width:1.5}
.legend{display:flex;flex-wrap:wrap;gap:4px 16px;list-style:none;margin:4px 0 0;padding:0}.legend i{display:inline-block;height:3px;margin-inline-end:6px;vertical-align:middle;width:16px}
${strokes}
.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%}th,td{border-bottom:1px solid var(--edge);padding:6px 10px;text-align:start;vertical-align:top}
th{color:var(--quiet);white-space:nowrap}td{font-variant-numeric:tabular-nums}.name{max-width:380px;min-width:160px;overflow-wrap:anywhere}.hint{color:var(--quiet);font-size:12px}
pre{background:var(--card);max-height:480px;overflow:auto;padding:8px;white-space:pre-wrap}footer{border-top:1px solid var(--edge);color:var(--quiet);font-size:12px;margin-top:32px;padding-top:8px}
@media print{body{padding:0}section{break-inside:auto}tr{break-inside:avoid}pre{max-height:none}}
`;
