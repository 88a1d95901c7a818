import type { VerifyResult } from '../../../contract/evidence/verdict.ts'

/** What a saved verdict says, in the window's language. */
export interface Words {
  language: string
  title: string
  madeBy: string
  question: string
  answer: string
  verdict: string
  signatures: string
  checks: string
  headlineOf(index: number): string
  /** What certificates were judged for, a sentence; null: by each signature's proved time, else now. */
  judgedFor: string | null
  rowsOf(index: number): { question: string; answer: string; sign: string }[]
  verdictOf(verdict: 'passed' | 'failed' | 'indeterminate'): string
}

/** For scripts: the verifier's result as it is. */
export function verdictJson(result: VerifyResult): string {
  return `${JSON.stringify(result, null, 2)}\n`
}

/** For people and paper: one page without anything from elsewhere, that every browser shows and prints. */
export function verdictHtml(result: VerifyResult, words: Words): string {
  const files = result.files.map((file, index) => {
    const rows = words
      .rowsOf(index)
      .map((row) => tr([`<th scope="row">${text(row.question)}</th>`, td(row.answer), td(row.sign)]))
    const signatures = file.signatures.map((one) =>
      tr([td(one.subject), td(one.format), td(words.verdictOf(one.verdict)), td(one.reason), td(one.keyId ?? '')]),
    )
    const checks = file.checks.map((one) =>
      tr([td(words.verdictOf(one.verdict)), td(`${one.check} · ${one.subject}`), td(one.reason)]),
    )
    const digest = file.facts?.sha256 === undefined ? '' : `<p class="mono">SHA-256 ${text(file.facts.sha256)}</p>`
    return `<section class="${file.verdict}"><h2>${text(words.headlineOf(index))}</h2><p>${text(file.file)}</p>${digest}
<table><thead>${tr([th(words.question), th(words.answer), th(words.verdict)])}</thead><tbody>${rows.join('\n')}</tbody></table>
${signatures.length === 0 ? '' : `<h3>${text(words.signatures)}</h3><table><tbody>${signatures.join('\n')}</tbody></table>`}
<h3>${text(words.checks)} (${file.checks_total})</h3><table><tbody>${checks.join('\n')}</tbody></table></section>`
  })
  return `<!doctype html>
<html lang="${text(words.language)}"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"><title>${text(words.title)}</title><style>${STYLE}</style></head>
<body><main><h1>${text(words.title)}</h1><p>${text(words.madeBy)}</p>${words.judgedFor === null ? '' : `<p>${text(words.judgedFor)}</p>`}
${files.join('\n')}
</main></body></html>
`
}

const tr = (cells: readonly string[]) => `<tr>${cells.join('')}</tr>`
const td = (value: string) => `<td>${text(value)}</td>`
const th = (value: string) => `<th scope="col">${text(value)}</th>`

/** Everything shown came out of somebody's file: it is text, whatever it looks like. */
function text(value: string): string {
  return value.replaceAll(/[&<>"']/g, (one) => `&#${one.charCodeAt(0)};`)
}

const STYLE = `body{margin:0;background:#f7f5f0;color:#1d2530;font:15px/1.5 "IBM Plex Sans",system-ui,sans-serif}
main{max-width:60rem;margin:0 auto;padding:2rem}h1,h2{font-family:"Source Serif 4",Georgia,serif}
section{background:#fffefb;border:1px solid #8d8677;border-left-width:6px;border-radius:8px;padding:0 1.25rem 1.25rem;margin:1rem 0}
.passed{border-color:#1f6b45}.indeterminate{border-color:#7f5200}.failed{border-color:#9b1c31}
table{border-collapse:collapse;width:100%}td,th{border-top:1px solid #e3ded3;padding:.4rem .5rem;text-align:left;vertical-align:top;overflow-wrap:anywhere}
.mono{font-family:"IBM Plex Mono",monospace;overflow-wrap:anywhere}@media print{body{background:#fff}main{padding:0}tr{break-inside:avoid}}`
