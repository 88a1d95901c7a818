import type { ControlStanding, ControlsResult } from '../../contract/results.ts'
import { paint } from '../paint.ts'
import { moment, plural } from '../words.ts'

const COLOUR = { supported: 'green', 'not supported': 'red', 'not covered': 'dim' } as const

/** Every control with its state and its evidence. Evidence supports a control; an auditor judges it. */
export function controlsText(result: ControlsResult): string[] {
  const failures = result.places.flatMap(({ name, error }) =>
    error === null ? [] : [`${name}  ${paint('red', error.message)} [${error.code}]`],
  )
  const refused = result.refused.map((one) => `${one.report_id}  ${paint('red', 'not counted')}  ${one.reason}`)
  const read = result.places.reduce((sum, place) => sum + place.reports_read, 0)
  return [
    ...failures,
    ...refused,
    ...result.frameworks.flatMap(({ title, edition, controls }) => [
      paint('bold', `${title} (${edition})`),
      ...controls.map(controlLine),
    ]),
    `From ${plural(read, 'report')}. Evidence supports a control; an auditor judges it.`,
  ]
}

function controlLine({ control, title, state, evidence }: ControlStanding): string {
  const by = evidence === null ? '' : `  ${evidence.report_id} ${moment(evidence.at)}, ${SIGNED[evidence.signature]}`
  return `  ${paint(COLOUR[state], state)}  ${control} ${title}${by}`
}

const SIGNED = { valid: 'signed', untrusted: 'signer not trusted', unsigned: 'not signed' } as const
