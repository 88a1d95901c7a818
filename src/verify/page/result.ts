import type { SignatureFacts, Verdict, VerifiedFile } from '../../contract/evidence/verdict.ts'
import { byId, fill, make } from './dom.ts'
import { headlineOf, ownTools, rowsOf, SIGNS, sizeOf } from './words.ts'

export interface Circumstances {
  size: number
  seconds: number
  /** Names of the files that were trusted. */
  trust: readonly string[]
  /** Milliseconds: the time to judge for; null: now. */
  at: number | null
  /** Names of what was found beside it. */
  beside: readonly string[]
  /** Names of certificates and keys that came with it, and that nobody said to trust. */
  unasked: readonly string[]
}

/** Writes a verdict into the page. */
export function showResult(result: VerifiedFile, { size, seconds, trust, at, beside, unasked }: Circumstances): void {
  const headline = headlineOf(result)
  document.title = `${headline}: ${result.file}`
  document.body.dataset.verdict = result.verdict
  byId('headline').textContent = headline
  byId('context').textContent =
    `${result.file} · ${sizeOf(size)} · checked offline on this computer in ${seconds.toFixed(1)} s, ${minute(Date.now())}${at === null ? '' : `, judged for ${minute(at)}`}`
  const lead = byId('lead')
  lead.hidden = result.verdict === 'passed'
  fill(lead, [pill(result.verdict), document.createTextNode(` ${result.reason}`)])
  fill(
    byId('answers'),
    rowsOf(result).map(({ question, answer, verdict, word }) =>
      make('tr', {}, [
        make('th', { scope: 'row', text: question }),
        make('td', { text: answer }),
        make('td', { class: 'verdict' }, verdict === null ? [] : [pill(verdict, word)]),
      ]),
    ),
  )
  fill(byId('figures'), figures(result))
  fill(byId('signatures'), result.signatures.map(signature))
  byId('signature-card').hidden = result.signatures.length === 0
  fill(
    byId('checks'),
    result.checks.map(({ check, subject, verdict, subIndication, reason }) =>
      make('tr', {}, [
        make('td', { class: 'verdict' }, [pill(verdict)]),
        make('td', { class: 'mono', text: subject === result.file ? check : `${check} · ${subject}` }),
        make('td', { text: subIndication === undefined ? reason : `${reason} (${subIndication})` }),
      ]),
    ),
  )
  byId('checks-total').textContent =
    result.checks_total > result.checks.length
      ? `All ${result.checks_total} checks, the ${result.checks.length} worst shown`
      : `All ${result.checks_total} checks`
  byId('trusting').textContent =
    (trust.length === 0
      ? 'No certificate or key was given as trusted, so nothing here says who the signer is.'
      : `Trusted for this check: ${trust.join(', ')}.`) +
    (beside.length === 0 ? '' : ` Used as it came with the file, and not trusted by itself: ${beside.join(', ')}.`) +
    (unasked.length === 0
      ? ''
      : ` Came along with the evidence, and so vouches for nobody: ${unasked.join(', ')}. If you got it by another way, add it by itself under “Whom do you trust?”.`)
  const { text, commands } = ownTools(result, beside)
  byId('own-tools').textContent = text
  byId('commands').textContent = commands
}

function figures(result: VerifiedFile): Node[] {
  const { facts } = result
  if (facts === undefined || result.kind !== 'package') return []
  const cards: [string, number | undefined, string][] = [
    [
      'Records',
      facts.records,
      facts.records_redacted ? `${grouped(facts.records_redacted)} of them redacted` : 'none of them redacted',
    ],
    ['Proved against the archive', facts.records_proved, 'by Merkle path, without showing any other record'],
    ['Segments read', facts.segments_read, `${grouped(facts.segments_skipped ?? 0)} left out on stated grounds`],
  ]
  return cards
    .filter(([, value]) => value !== undefined)
    .map(([title, value, below]) =>
      make('div', { class: 'card' }, [
        make('h2', { text: title }),
        make('p', { class: 'big', text: grouped(value as number) }),
        make('p', { class: 'mute', text: below }),
      ]),
    )
}

function signature(one: SignatureFacts): Node {
  const time =
    one.time === null
      ? 'no time is stated'
      : one.time.kind === 'proved'
        ? `existed on ${shown(one.time.at)}, attested by ${one.time.authority ?? 'a timestamp authority'}${one.time.same_root === true ? ', for which the signer’s own root vouches' : ''}`
        : one.time.kind === 'claimed'
          ? `${shown(one.time.at)} by the signer’s own clock${one.time.uncounted === null ? '' : '; its timestamp can’t be counted'}`
          : `${shown(one.time.at)} by a timestamp that can’t be counted`
  return make('li', {}, [
    make('p', {}, [
      pill(one.verdict),
      make('strong', { text: ` ${one.subject}` }),
      document.createTextNode(`, ${one.format}`),
    ]),
    make('p', { text: one.reason }),
    make('p', { class: 'mute', text: `${one.signer === null ? 'A bare key' : one.signer.name}; ${time}.` }),
    ...(one.keyId === null ? [] : [make('p', { class: 'mono wrap', text: `key ${one.keyId}` })]),
  ])
}

function pill(verdict: Verdict, word: string = verdict): HTMLElement {
  const { sign, style } = SIGNS[verdict]
  return make('span', { class: `pill ${style}` }, [
    make('span', { 'aria-hidden': 'true', text: sign }),
    make('span', { text: word }),
  ])
}

function minute(millis: number): string {
  return `${new Date(millis).toISOString().slice(0, 16).replace('T', ' ')} UTC`
}

function shown(iso: string): string {
  return `${iso.slice(0, 19).replace('T', ' ')} UTC`
}

function grouped(value: number): string {
  return value.toLocaleString('en-US')
}
