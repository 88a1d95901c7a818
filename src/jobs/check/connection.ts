import type { KafkaEndpoint } from '../../contract/config/endpoint.ts'
import type { CheckStepName } from '../../contract/results.ts'
import { beside, type Said, say } from '../../contract/said/said.ts'
import type { WireLog } from '../../kafka/brokers.ts'
import { type CheckLine, checkEndpoint, type CheckStep as WireStep } from '../../kafka/check.ts'
import type { Steps } from './steps.ts'

const NAME: Readonly<Record<WireStep, CheckStepName>> = {
  dns: 'dns',
  tcp: 'tcp',
  tls: 'tls',
  sasl: 'sasl',
  metadata: 'cluster',
}

/**
 * Tries each bootstrap server, and each broker at the address it advertises, from name lookup to the first request.
 * A server that fails at one step has its later ones skipped.
 * @returns whether the cluster can be used from here: one bootstrap server to the end, and every broker that it names
 */
export async function checkConnection(endpoint: KafkaEndpoint, steps: Steps, log: WireLog): Promise<boolean> {
  const lines = await checkEndpoint(endpoint, log)
  const wanted = stepsFor(endpoint)
  let usable = false
  let unreachable = false
  for (const [server, own] of byServer(lines)) {
    const bootstrap = endpoint.bootstrap_servers.includes(server)
    for (const line of own) tell(line, steps)
    const last = own.at(-1)
    if (last?.ok === true) {
      usable ||= bootstrap
      continue
    }
    unreachable ||= !bootstrap
    const at = last === undefined ? -1 : wanted.indexOf(last.step)
    for (const step of bootstrap ? wanted.slice(at + 1) : []) {
      steps.skip(NAME[step], server, say('check.notTried', { before: wordsFor(last) }))
    }
  }
  return usable && !unreachable
}

function tell({ server, step, ok, detail, said, error }: CheckLine, steps: Steps): void {
  if (ok && said !== undefined) {
    steps.pass(NAME[step], server, said)
    return
  }
  const extras = {
    ...(error === undefined ? {} : { code: error.code }),
    ...(error?.hint === undefined ? {} : { hint: error.hint }),
  }
  // The detail repeats the hint in brackets.
  const message = error?.hint === undefined ? detail : detail.replace(` (${error.hint})`, '')
  steps.add({ step: NAME[step], subject: server, outcome: 'failed', message, ...beside(said), ...extras })
}

function stepsFor(endpoint: KafkaEndpoint): WireStep[] {
  const protocol = endpoint.security.security_protocol
  const tls: WireStep[] = protocol.endsWith('SSL') ? ['tls'] : []
  const sasl: WireStep[] = protocol.startsWith('SASL_') ? ['sasl'] : []
  return ['dns', 'tcp', ...tls, ...sasl, 'metadata']
}

function byServer(lines: readonly CheckLine[]): Map<string, CheckLine[]> {
  const servers = new Map<string, CheckLine[]>()
  for (const line of lines) servers.set(line.server, [...(servers.get(line.server) ?? []), line])
  return servers
}

function wordsFor(line: CheckLine | undefined): Said {
  const words = {
    dns: 'check.lookup',
    tcp: 'check.connection',
    tls: 'check.tls',
    sasl: 'check.signIn',
    metadata: 'check.firstRequest',
  } as const
  return say(line === undefined ? 'check.stepBefore' : words[line.step])
}
