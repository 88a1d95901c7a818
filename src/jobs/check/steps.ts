import { CofferError, isCofferError, serializeError } from '../../contract/errors.ts'
import type { CheckStep, CheckStepName } from '../../contract/results.ts'
import { beside, english, type Said } from '../../contract/said/said.ts'

/** What to look at first, where the failure itself does not say. */
const HINT: Partial<Record<CheckStepName, string>> = {
  dns: 'Check the spelling in bootstrap_servers, and that this machine can resolve it.',
  tcp: 'Check host, port and firewall.',
  tls: 'Check ssl_ca_location, the client certificate, and that the listener speaks TLS.',
  sasl: 'Check sasl_mechanism, sasl_username and sasl_password.',
  cluster: 'Check that bootstrap_servers are brokers, and that their advertised listeners can be reached from here.',
  topics: 'Check the names under topics.include, and that this user may describe the topics.',
  'storage-read': 'Check the storage section: its place, and that this user may list and read there.',
  'storage-write': 'Check that the storage is a folder or bucket that this user may write to, with room left.',
}

/** The steps of a check, in the order they were tried. */
export class Steps {
  readonly list: CheckStep[] = []

  /**
   * @param work says what was seen, or throws
   * @returns whether it passed
   * @throws only INTERRUPTED, and what is no CofferError
   */
  async try(step: CheckStepName, subject: string, work: () => Promise<Said>): Promise<boolean> {
    const began = performance.now()
    try {
      this.pass(step, subject, await work(), began)
      return true
    } catch (error) {
      if (!(error instanceof CofferError) || isCofferError(error, 'INTERRUPTED')) throw error
      this.fail(step, subject, error, began)
      return false
    }
  }

  pass(step: CheckStepName, subject: string, said: Said, began?: number): void {
    this.list.push({ step, subject, outcome: 'passed', message: english(said), said, ...took(began) })
  }

  fail(step: CheckStepName, subject: string, error: unknown, began?: number): void {
    const { code, message, said, hint } = serializeError(error)
    const given = hint === undefined ? {} : { hint }
    this.add({ step, subject, outcome: 'failed', message, ...beside(said), code, ...given, ...took(began) })
  }

  skip(step: CheckStepName, subject: string, said: Said): void {
    this.list.push({ step, subject, outcome: 'skipped', message: english(said), said })
  }

  /** Takes over what others have tried. A failure without a hint gets the one of its step. */
  add(...steps: CheckStep[]): void {
    for (const step of steps) {
      const hint = step.outcome === 'failed' && step.hint === undefined ? HINT[step.step] : undefined
      this.list.push(hint === undefined ? step : { ...step, hint })
    }
  }

  get firstFailed(): CheckStep | undefined {
    return this.list.find((step) => step.outcome === 'failed')
  }
}

function took(began: number | undefined): { duration_ms?: number } {
  return began === undefined ? {} : { duration_ms: Math.round(performance.now() - began) }
}
