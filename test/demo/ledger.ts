import type { JavaClient, ProduceRecord } from '../rig/java-client.ts'

/** A small bank's streams, the same on every run: payments, transfers with a rolled-back batch, customer profiles. */
export const TOPICS = {
  payments: 'ledger-payments',
  transfers: 'ledger-transfers',
  customers: 'ledger-customers',
} as const

export const GROUP = 'settlement'

const CURRENCIES = ['EUR', 'USD', 'GBP', 'CHF', 'SEK']
const COUNTRIES = ['DE', 'FR', 'NL', 'AT', 'ES']
const PURPOSES = ['Rechnung 2025-', 'Miete ', 'Gehalt ', 'Spende für die Überschwemmungshilfe ', 'Kaffee ☕ ']
const QUARTER_START = Date.UTC(2025, 6, 1)
const QUARTER_MS = 92 * 86_400_000

/** A linear congruential generator (Numerical Recipes): enough for data that looks real and repeats. */
function numbers(seed: number): (below: number) => number {
  let state = seed >>> 0
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 4294967296) * below)
  }
}

function iban(country: string, random: (below: number) => number): string {
  const digits = Array.from({ length: 18 }, () => random(10)).join('')
  // ISO 13616: country and 00 to the end, letters as numbers, 98 minus the remainder of 97
  const letters = [...country].map((letter) => letter.charCodeAt(0) - 55).join('')
  const check = 98n - (BigInt(`${digits}${letters}00`) % 97n)
  return `${country}${String(check).padStart(2, '0')}${digits}`
}

export function* payments(count: number, start = QUARTER_START): Generator<ProduceRecord> {
  const random = numbers(17)
  for (let i = 0; i < count; i++) {
    const customer = `C${random(900) + 1}`
    const value = {
      payment_id: `P-${String(i + 1).padStart(7, '0')}`,
      customer_id: customer,
      amount: (random(2_000_000) / 100).toFixed(2),
      currency: CURRENCIES[random(CURRENCIES.length)],
      debtor_iban: iban(COUNTRIES[random(COUNTRIES.length)]!, random),
      creditor_iban: iban(COUNTRIES[random(COUNTRIES.length)]!, random),
      purpose: `${PURPOSES[random(PURPOSES.length)]}${random(100_000)}`,
    }
    yield {
      topic: TOPICS.payments,
      partition: i % 3,
      timestamp: start + Math.floor((i / count) * QUARTER_MS),
      key: customer,
      value: JSON.stringify(value),
      headers: [
        ['trace-id', Buffer.from([random(256), random(256), random(256), random(256)])],
        ['source', 'core-banking'],
        ['hop', 'gateway'],
        ['hop', 'ledger'],
        ...(i % 50 === 0 ? ([['reviewed-by', null]] as [string, null][]) : []),
      ],
    }
  }
}

function* transfers(from: number, count: number): Generator<ProduceRecord> {
  for (let i = from; i < from + count; i++) {
    const value = { transfer_id: `T-${i}`, legs: [`debit ${i}`, `credit ${i}`], amount: i * 10, currency: 'EUR' }
    yield {
      topic: TOPICS.transfers,
      partition: 0,
      timestamp: QUARTER_START + i * 60_000,
      key: `T-${i}`,
      value: JSON.stringify(value),
    }
  }
}

function* customers(): Generator<ProduceRecord> {
  for (let round = 0; round < 3; round++) {
    for (let i = 1; i <= 300; i++) {
      const erased = round === 2 && i % 40 === 0
      const value = erased
        ? null
        : JSON.stringify({ customer_id: `C${i}`, name: `Kundin Nr. ${i}`, version: round + 1 })
      yield {
        topic: TOPICS.customers,
        partition: i % 2,
        timestamp: QUARTER_START + round * 86_400_000,
        key: `C${i}`,
        value,
      }
    }
  }
}

/** Fills the topics: a committed and an aborted transaction, tombstones, and a consumer group that is half way. */
export async function writeLedger(java: JavaClient, paymentCount: number): Promise<void> {
  await java.createTopics([
    { name: TOPICS.payments, partitions: 3, configs: { 'retention.ms': '-1' } },
    { name: TOPICS.transfers, partitions: 1, configs: { 'retention.ms': '-1' } },
    { name: TOPICS.customers, partitions: 2, configs: { 'cleanup.policy': 'compact' } },
  ])
  await java.produce(payments(paymentCount), { producer: { 'compression.type': 'lz4', 'linger.ms': '20' } })
  await java.produce(transfers(1, 400), { transactionalId: 'ledger-1', end: 'commit' })
  await java.produce(transfers(401, 50), { transactionalId: 'ledger-2', end: 'abort' })
  await java.produce(transfers(501, 400), { transactionalId: 'ledger-3', end: 'commit' })
  await java.produce(customers())
  const half = Math.floor(paymentCount / 6)
  await java.commitOffsets(
    GROUP,
    [0, 1, 2].map((partition) => ({ topic: TOPICS.payments, partition, offset: half + partition })),
  )
}
